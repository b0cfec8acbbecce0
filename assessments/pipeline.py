"""Score, compare, record: what a worker does with a submission, and with a cycle's plants. Idempotent."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db import connection, transaction

from assessments import bulk, figures, publishing, selectors
from assessments.catalogue import ENTERPRISE, SITE
from assessments.catalogue import Questionnaire as Catalogue
from assessments.method import Method
from assessments.models import Cycle, NetworkResult, NetworkScore, PerceptionGap, Result, Submission
from assessments.network import SiteFacts, network_view, site_weights
from assessments.perception import perception_gap
from assessments.scoring import ScoringPlan, plan_for, score_matrix
from assessments.scoring import scores_of as scores_of
from benchmarks.settings import segments as segments
from opmodel.jobs import queue
from opmodel.jobs.models import Job
from opmodel.organisations.models import Site
from opmodel.organisations.tenancy import tenant


def current_method() -> Method:
    return publishing.method(settings.FIXTURES / "method.yaml")


@queue.handler("score")
def score_job(job: Job) -> None:
    """Score one submission, then bring the plants' view of its cycle up to date."""
    with tenant(job.organisation_id or 0, user_id=job.requested_by):
        submission = Submission.objects.select_related("cycle__dataset", "organisation").filter(
            pk=job.payload["submission"]
        )
        found = submission.first()
        if found is None:
            raise queue.GiveUp("The submission no longer exists.")
        evaluate(found)
        enqueue_network(found.cycle, by=job.requested_by)


@queue.handler("network")
def network_job(job: Job) -> None:
    with tenant(job.organisation_id or 0, user_id=job.requested_by):
        cycle = Cycle.objects.filter(pk=job.payload["cycle"]).first()
        if cycle is not None:
            network(cycle)


def evaluate(submission: Submission) -> Result | None:
    """Score the answers of a submitted revision and compare them with the dataset's latest release; once.

    None when it was returned before its turn came: its answers change again, the next submit asks for the next score.
    """
    method = current_method()
    with transaction.atomic():
        locked = Submission.objects.select_for_update().get(pk=submission.pk)
        cycle = submission.cycle
        by = bulk.yardstick(cycle.questionnaire_id, locked.view, method, cycle.dataset)
        known = Result.objects.filter(
            submission=locked, revision=locked.revision, method_version=by.method_version, release=by.release
        ).first()
        if known is not None or locked.state != Submission.State.SUBMITTED:
            return known
        return bulk.score([locked], by, submission.organisation, segments())[0]


def network_inputs(cycle: Cycle) -> tuple[list[Submission], list[Site], str]:
    """The submitted views of a cycle, its invited sites, and the hash of what its plants' view depends on."""
    # A returned survey leaves the view: without it here, this state would look like an older one and not be the newest.
    states = (Submission.State.SUBMITTED, Submission.State.RETURNED)
    rows = Submission.objects.filter(cycle=cycle, state__in=states).select_related("site").order_by("pk")
    handed_in = {state: [s for s in rows if s.state == state] for state in states}
    submitted = handed_in[Submission.State.SUBMITTED]
    invited = selectors.invited_sites(cycle)
    facts = [
        [(s.pk, s.revision) for s in submitted],
        [site.pk for site in invited],
        [(s.pk, s.revision) for s in handed_in[Submission.State.RETURNED]],
    ]
    return submitted, invited, hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def enqueue_network(cycle: Cycle, *, by: int | None) -> queue.Job:
    _submitted, _invited, digest = network_inputs(cycle)
    return queue.enqueue(
        "network",
        key=f"{cycle.pk}:{digest[:32]}:{current_method().version}",
        payload={"cycle": cycle.pk},
        organisation_id=cycle.organisation_id,
        by=by,
    )


@transaction.atomic
def network(cycle: Cycle) -> NetworkResult:
    """The plants' view and the perception gaps of a cycle, stored once per state of the inputs."""
    method = current_method()
    # One at a time for a cycle, but not by its row: who saves an answer shares that lock and must not wait for this.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"network:{cycle.pk}"])
    submitted, invited, digest = network_inputs(cycle)
    same = {"cycle": cycle, "input_hash": digest, "method_version": method.version}
    known = NetworkResult.objects.filter(**same).first()
    if known is not None:
        return known
    catalogue = publishing.catalogue(cycle.questionnaire_id)
    keys = publishing.question_keys(cycle.questionnaire_id)
    surveys = [s for s in submitted if s.view == SITE]
    enterprise = _answered(
        plan_for(catalogue, method, ENTERPRISE), [s for s in submitted if s.view == ENTERPRISE], keys
    )
    plants = _answered(plan_for(catalogue, method, SITE), surveys, keys)
    weights, basis = weights_of(surveys, invited)
    result = NetworkResult.objects.create(
        organisation_id=cycle.organisation_id,
        sites_invited=len(invited),
        sites_submitted=len(surveys),
        weight_basis=basis,
        question_means=question_means(plants, weights, method),
        figures=network_figures(catalogue, submitted),
        **same,
    )
    # Scored here, not read from stored scores: another worker may not have stored those of the last plant yet, and this
    # result would keep the hole for good.
    scored = score_matrix(plants.plan, plants.matrix)
    column = {measure: j for j, measure in enumerate(scored.measures)}
    own = next(iter(enterprise.levels.values()), {})
    network_scores, gaps = [], []
    for d in catalogue.dimensions:
        points = {
            site: None if np.isnan(point) else float(point)
            for site, point in zip(plants.levels, scored.point[:, column[d.code]], strict=True)
        }
        view = network_view(points, weights, method.network)
        network_scores.append(
            NetworkScore(
                organisation_id=cycle.organisation_id,
                network_result=result,
                dimension=d.code,
                score=view.score,
                equal_mean=view.equal_mean,
                minimum=view.minimum,
                maximum=view.maximum,
                standard_deviation=view.standard_deviation,
                weight_coverage=view.weight_coverage,
                sites=view.sites,
            )
        )
        pairs = [(q.code, m) for q in catalogue.questions_of(SITE, d.code) for m in q.mirrors]
        gap = perception_gap(pairs, own, plants.levels, weights, method.perception)
        gaps.append(
            PerceptionGap(
                organisation_id=cycle.organisation_id,
                network_result=result,
                dimension=d.code,
                gap=gap.gap,
                low=gap.low,
                high=gap.high,
                enterprise=gap.enterprise,
                plants=gap.plants,
                flag=gap.flag,
                sites=gap.sites,
                pairs=[
                    {
                        "site": p.site_question,
                        "enterprise": p.enterprise_question,
                        "enterprise_level": p.enterprise,
                        "plants": p.plants,
                        "sites": p.sites,
                    }
                    for p in gap.pairs
                ],
            )
        )
    NetworkScore.objects.bulk_create(network_scores)
    PerceptionGap.objects.bulk_create(gaps)
    return result


@dataclass(frozen=True)
class Answered:
    """The answers of one view of a cycle: as a matrix for the kernel, and the levels alone by site and question."""

    plan: ScoringPlan
    matrix: npt.NDArray[np.int8]
    levels: dict[int, dict[str, int]]  # site (0 for the enterprise), in the order of the matrix


def _answered(plan: ScoringPlan, rows: list[Submission], keys: dict[str, int]) -> Answered:
    matrix = selectors.level_matrix(rows, plan.questions, keys)
    levels = {
        row.site_id or 0: {plan.questions[j]: int(matrix[i, j]) for j in np.flatnonzero(matrix[i] >= 1)}
        for i, row in enumerate(rows)
    }
    return Answered(plan, matrix, levels)


def question_means(plants: Answered, weights: Mapping[int, Fraction], method: Method) -> dict[str, float]:
    """The plants' weighted mean of every site question, where METHOD 3 lets a network score be claimed."""
    means = {}
    for code in plants.plan.questions:
        view = network_view({site: levels.get(code) for site, levels in plants.levels.items()}, weights, method.network)
        if view.score is not None:
            means[code] = view.score
    return means


def network_figures(catalogue: Catalogue, submitted: list[Submission]) -> dict[str, Any]:
    """What the submitted sites say together in their other items, sites by their public ids. One query."""
    data = selectors.all_item_data(submitted)
    sites = {s.site.public_id: data[s.pk] for s in submitted if s.site is not None}
    enterprise = next((data[s.pk] for s in submitted if s.view == ENTERPRISE), {})
    barriers = catalogue.item_by_code["S-N6"].spec["options"]
    return figures.of_network(sites, enterprise, barriers)


def weights_of(surveys: list[Submission], invited: list[Site]) -> tuple[dict[int, Fraction], str]:
    """The weights of all invited sites and their basis, from the profiles in the submitted surveys. One query."""
    profiles = selectors.item_data(surveys, "S-N1")
    profile_of = {s.site_id: profiles.get(s.pk, {}) for s in surveys}
    return site_weights([site_facts(site.pk, profile_of.get(site.pk, {})) for site in invited])


def site_facts(site: int, profile: Mapping[str, Any]) -> SiteFacts:
    """What may weigh a site, from its profile (S-N1)."""
    return SiteFacts(site, profile.get("production_value_share_pct"), _headcount(profile))


def _headcount(profile: Mapping[str, Any]) -> float | None:
    known = [profile.get(k) for k in ("headcount_direct", "headcount_indirect")]
    return None if None in known else float(sum(known))  # half a headcount would weigh a site too little
