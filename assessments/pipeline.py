"""Score, compare, record: what a worker does with a submission, and with a cycle's plants. Idempotent."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from django.conf import settings
from django.db import transaction

from assessments import publishing, selectors
from assessments.catalogue import ENTERPRISE, SITE, Questionnaire
from assessments.method import Method
from assessments.models import Cycle, NetworkResult, NetworkScore, PerceptionGap, Result, Score, Submission
from assessments.network import SiteFacts, network_view, site_weights
from assessments.perception import perception_gap
from assessments.scoring import plan_for, scores_of
from benchmarks import cells as peer_cells
from benchmarks import selectors as peers
from benchmarks.models import Release
from benchmarks.settings import method_section
from benchmarks.statistics import Position, position
from opmodel.jobs import queue
from opmodel.jobs.models import Job
from opmodel.organisations.tenancy import tenant


def current_method() -> Method:
    return publishing.method(settings.FIXTURES / "method.yaml")


def segments() -> peer_cells.Segments:
    return peer_cells.read_segments(settings.FIXTURES / "benchmarks" / "sectors.yaml")


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


def evaluate(submission: Submission) -> Result:
    """Score the answers of a submitted revision and compare them with the dataset's latest release; once."""
    method = current_method()
    with transaction.atomic():
        locked = Submission.objects.select_for_update().get(pk=submission.pk)
        release = peers.latest_published(submission.cycle.dataset) if locked.view == ENTERPRISE else None
        same = {
            "submission": locked,
            "revision": locked.revision,
            "method_version": method.version,
            "release": release,
        }
        known = Result.objects.filter(**same).first()
        if known is not None:
            return known
        catalogue = publishing.catalogue(submission.cycle.questionnaire_id)
        plan = plan_for(catalogue, method, locked.view)
        keys = publishing.question_keys(submission.cycle.questionnaire_id)
        levels = selectors.level_matrix([locked], plan.questions, keys)[0]
        positions = compare(plan_scores := scores_of(plan, levels), release, submission)
        result = Result.objects.create(
            organisation_id=locked.organisation_id,
            content_version=catalogue.version,
            input_hash=hashlib.sha256(levels.tobytes()).hexdigest(),
            **same,
        )
        Score.objects.bulk_create(
            Score(
                organisation_id=locked.organisation_id,
                result=result,
                measure=s.measure,
                point=s.point,
                coverage=s.coverage,
                low=s.low,
                high=s.high,
                bottleneck=s.bottleneck,
                many_not_applicable=s.many_not_applicable,
                **positions.get(s.measure, {}),
            )
            for s in plan_scores.values()
        )
    return result


def compare(scores: dict[str, Any], release: Release | None, submission: Submission) -> dict[str, dict[str, Any]]:
    """For each scored measure the peer cell used and the position in it."""
    if release is None:
        return {}
    own = peers.own_cells(release, submission.organisation.segments, segments())
    rules = method_section()
    found = {}
    for measure, table in peers.peer_tables(own).items():
        point = scores[measure].point if measure in scores else None
        place = position(point, table.quantiles, table.n_band, rules) if point is not None else None
        found[measure] = {"peer_tree": table.tree, "peer_path": table.path, **_position_fields(place)}
    return found


def _position_fields(place: Position | None) -> dict[str, Any]:
    if place is None:
        return {}
    return {
        "position": place.percentile,
        "position_text": place.text,
        "position_low": place.low,
        "position_high": place.high,
    }


def network_inputs(cycle: Cycle) -> tuple[list[Submission], str]:
    """The submitted views of a cycle, and the hash of what its plants' view depends on."""
    submitted = list(
        Submission.objects.filter(cycle=cycle, state=Submission.State.SUBMITTED).select_related("site").order_by("pk")
    )
    facts = [(s.pk, s.revision) for s in submitted]
    return submitted, hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def enqueue_network(cycle: Cycle, *, by: int | None) -> queue.Job:
    _submitted, digest = network_inputs(cycle)
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
    Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    submitted, digest = network_inputs(cycle)
    same = {"cycle": cycle, "input_hash": digest, "method_version": method.version}
    known = NetworkResult.objects.filter(**same).first()
    if known is not None:
        return known
    catalogue = publishing.catalogue(cycle.questionnaire_id)
    keys = publishing.question_keys(cycle.questionnaire_id)
    surveys = [s for s in submitted if s.view == SITE]
    levels = {
        view: _levels(catalogue, view, [s for s in submitted if s.view == view], keys) for view in (ENTERPRISE, SITE)
    }
    invited = selectors.invited_sites(cycle)
    profiles = selectors.item_data(surveys, "S-N1")
    profile_of = {s.site_id: profiles.get(s.pk, {}) for s in surveys}
    facts = [site_facts(site.pk, profile_of.get(site.pk, {})) for site in invited]
    weights, basis = site_weights(facts)
    result = NetworkResult.objects.create(
        organisation_id=cycle.organisation_id,
        sites_invited=len(invited),
        sites_submitted=len(surveys),
        weight_basis=basis,
        **same,
    )
    rows = Score.objects.filter(result__submission__in=surveys).order_by("result_id")
    points = {
        (site, measure): point
        for site, measure, point in rows.values_list("result__submission__site_id", "measure", "point")
    }
    own = next(iter(levels[ENTERPRISE].values()), {})
    network_scores, gaps = [], []
    for d in catalogue.dimensions:
        view = network_view({s.site_id or 0: points.get((s.site_id, d.code)) for s in surveys}, weights, method.network)
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
        gap = perception_gap(pairs, own, levels[SITE], weights, method.perception)
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


def _levels(
    catalogue: Questionnaire, view: str, rows: list[Submission], keys: dict[str, int]
) -> dict[int, dict[str, int]]:
    """Answered levels by site (0 for the enterprise) and question."""
    codes = tuple(q.code for q in catalogue.questions_of(view))
    matrix = selectors.level_matrix(rows, codes, keys)
    return {
        row.site_id or 0: {codes[j]: int(matrix[i, j]) for j in np.flatnonzero(matrix[i] >= 1)}
        for i, row in enumerate(rows)
    }


def site_facts(site: int, profile: Mapping[str, Any]) -> SiteFacts:
    """What may weigh a site, from its profile (S-N1)."""
    return SiteFacts(site, profile.get("production_value_share_pct"), _headcount(profile))


def _headcount(profile: Mapping[str, Any]) -> float | None:
    known = [profile[k] for k in ("headcount_direct", "headcount_indirect") if profile.get(k) is not None]
    return float(sum(known)) if known else None
