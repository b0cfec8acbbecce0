"""The plants of a cycle beside each other, as far as a member may see them. Reads only; never more queries for more plants."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext as _

from assessments import pipeline, publishing, selectors
from assessments.catalogue import ENTERPRISE, SITE, Questionnaire, Segment
from assessments.models import Answer, Cycle, Result, Score, Submission
from assessments.packing import points, read_points
from assessments.segments import Placed, segment_of
from assessments.site_profiles import Shared, shared_with
from benchmarks import selectors as peers
from benchmarks.models import Release
from benchmarks.selectors import PeerTable
from opmodel.organisations.models import Member

PLACED_BY = ("S-N1", "S-N3", "S-N2")  # profile, capacity, costs: what places a plant in a segment


@dataclass(frozen=True)
class SiteView:
    """What the survey of one plant in one cycle came to, by its newest result."""

    site_id: int
    name: str
    region: str
    submission: str  # public id
    revision: int
    method: str  # version it was scored by
    current: bool  # not returned, and scored as it was last submitted
    scores: Mapping[str, float]  # measures without a score are not in it
    segment: str  # the funding segment, "" while the profile is incomplete


@dataclass(frozen=True)
class Network:
    """The plants of one cycle, by region and name; `earlier` are those whose figures are not current."""

    cycle: Cycle
    catalogue: Questionnaire
    sites: tuple[SiteView, ...]
    earlier: tuple[SiteView, ...]

    @property
    def methods(self) -> list[str]:
        """The versions of the method these scores come from: one, unless some are still to be scored anew."""
        return sorted({s.method for s in self.sites}) or [pipeline.current_method().version]

    @property
    def measures(self) -> tuple[str, ...]:
        """In the order of pages: overall, then the components, then all dimensions."""
        return tuple(self.names)

    @cached_property
    def names(self) -> dict[str, tuple[str, str]]:
        """Measure -> its name and its component, "" for the overall score."""
        return names_of(self.catalogue)

    def scores(self, measure: str) -> dict[str, float]:
        """Plant (public id of its submission) -> score; without the plants that have none."""
        return {s.submission: s.scores[measure] for s in self.sites if measure in s.scores}

    @cached_property
    def by_id(self) -> dict[str, SiteView]:
        return {s.submission: s for s in self.sites}


def names_of(catalogue: Questionnaire) -> dict[str, tuple[str, str]]:
    found = {"OVERALL": (_("Overall"), "")} | {c.code: (c.name, c.code) for c in catalogue.components}
    return found | {d.code: (d.name, d.component) for d in catalogue.dimensions}


def newest_results(surveys: QuerySet[Submission]) -> QuerySet[Result]:
    """The newest result of the newest scored revision of each of these submissions."""
    rows = Result.objects.filter(submission__in=surveys)
    return rows.order_by("submission_id", "-revision", "-id").distinct("submission_id")


def surveys_of(member: Member, cycle: Cycle) -> QuerySet[Submission]:
    """The site surveys of a cycle whose scores are this member's to read."""
    return selectors.with_readable_results(member).filter(cycle=cycle, view=SITE)


def network_of(member: Member, cycle: Cycle) -> Network:
    """The scored plants of a cycle, as far as the member may see them. One query."""
    views = views_of(newest_results(surveys_of(member, cycle)))
    ordered = sorted(views, key=lambda v: (v.region, v.name))
    return Network(
        cycle,
        publishing.catalogue(cycle.questionnaire_id),
        tuple(v for v in ordered if v.current),
        tuple(v for v in ordered if not v.current),
    )


SCORED = Subquery(points(Score.objects.filter(result=OuterRef("pk"))).values("packed"))  # the points of a result


def views_of(results: QuerySet[Result]) -> list[SiteView]:
    """These results of plants with their scores; one query, and one row a plant."""
    rows = results.annotate(points=SCORED, segment=KeyTextTransform("segment", "figures")).values_list(
        "submission__site_id", "submission__site__name", "submission__site__region", "submission__public_id",
        "submission__state", "submission__revision", "revision", "method_version", "points", "segment",
    )  # fmt: skip
    return [_view(*row) for row in rows]


def view_of(result: Result) -> SiteView:
    """The same of one result that `own_results` has read."""
    s, segment = result.submission, result.figures.get("segment")
    return _view(
        s.site_id, s.site.name, s.site.region, s.public_id, s.state, s.revision, result.revision, result.method_version,
        result.points, segment,
    )  # fmt: skip


def _view(
    site_id: int, name: str, region: str, public_id: str, state: str, newest: int, revision: int, method: str,
    packed: str | None, segment: str | None,
) -> SiteView:  # fmt: skip
    current = state == Submission.State.SUBMITTED and revision == newest
    return SiteView(site_id, name, region, public_id, revision, method, current, read_points(packed), segment or "")


@dataclass(frozen=True)
class Place:
    """Where a plant stands on the modernisation map, with what its profiles say; `rule` None while it has no segment."""

    site: SiteView
    placed: Placed
    rule: Segment | None
    margin: int | None
    growth: int | None
    automation: int | None
    role: str
    value_share: float | None  # of the enterprise's production value, in percent

    @property
    def critical(self) -> int | None:
        """The higher of margin and growth: what the segment is read from."""
        return max((v for v in (self.margin, self.growth) if v is not None), default=None)


def places_of(network: Network) -> list[Place]:
    """Every plant of the network with what places it. One query."""
    ids = [s.submission for s in network.sites]
    saved = Answer.objects.filter(submission__public_id__in=ids, question__code__in=PLACED_BY, status="data")
    data: dict[str, dict[str, Any]] = {}
    for submission, code, value in saved.values_list("submission__public_id", "question__code", "data"):
        data.setdefault(submission, {})[code] = value
    return [place_of(network.catalogue, site, data.get(site.submission, {})) for site in network.sites]


def place_of(catalogue: Questionnaire, site: SiteView, data: Mapping[str, Mapping[str, Any]]) -> Place:
    """What the profiles of one plant (item code -> data) make of it."""
    profile, capacity, costs = (data.get(code, {}) for code in PLACED_BY)
    placed = segment_of(profile, capacity, costs)
    rules = catalogue.segmentation.rules if catalogue.segmentation else ()
    return Place(
        site=site,
        placed=placed,
        rule=next((r for r in rules if r.segment == placed.segment), None),
        margin=profile.get("margin_criticality"),
        growth=profile.get("growth_criticality"),
        automation=capacity.get("automation_maturity"),
        role=profile.get("role") or "",
        value_share=profile.get("production_value_share_pct"),
    )


def own_results(member: Member, site_ids: Iterable[int]) -> list[Result]:
    """The newest result of every survey of these sites that the member may read, newest cycle first, each with its `points`.
    One query."""
    surveys = selectors.with_readable_results(member).filter(view=SITE, site_id__in=list(site_ids))
    rows = newest_results(surveys).select_related("submission__site", "submission__cycle").annotate(points=SCORED)
    return sorted(rows, key=lambda r: (r.submission.cycle.opens_on, r.submission.cycle_id), reverse=True)


@dataclass(frozen=True)
class SharedNetwork:
    """What a plant may see of its network: which cycle it is of, how many plants, and what it shares by measure."""

    cycle: Cycle
    sites: int
    measures: Mapping[str, Shared]


def shared_network(member: Member, shown: Cycle) -> SharedNetwork | None:
    """The network as the member's own sites may see it; None while no cycle up to `shown` is finished. Two queries.

    Of finished cycles only, where each plant counts or none will any more: in a running cycle the mean of today minus that
    of yesterday is the score of the plant that came in between.
    """
    return shared_for(member.site_ids, shown)


def shared_for(own: frozenset[int], shown: Cycle) -> SharedNetwork | None:
    """The same for whoever holds these sites."""
    cycle = _finished(shown)
    if cycle is None:
        return None
    # Joined, not by a list of newest results inside the query: without statistics that one took minutes for 300 plants.
    rows = Score.objects.filter(
        result__submission__cycle=cycle,
        result__submission__view=SITE,
        result__submission__state=Submission.State.SUBMITTED,
        result__submission__revision__gt=0,
        result__revision=F("result__submission__revision"),
        point__isnull=False,
    ).order_by("result_id")
    found: dict[str, dict[int, float]] = {}
    for site, measure, point in rows.values_list("result__submission__site_id", "measure", "point"):
        found.setdefault(measure, {})[site] = point  # the newest result comes last
    rules = pipeline.current_method().sites
    told = {measure: shared_with(scores, own, rules) for measure, scores in found.items()}
    plants = {site for scores in found.values() for site in scores}
    return SharedNetwork(cycle, len(plants), {measure: s for measure, s in told.items() if s is not None})


@dataclass(frozen=True)
class PeersBeside:
    """What is published of the peers of the enterprise, by measure: companies, never plants."""

    release: Release
    tables: Mapping[str, PeerTable]


def peers_beside(cycle: Cycle) -> PeersBeside | None:
    """The peers as a plant manager may see them: those head office was compared with; None where head office has not
    allowed it for this cycle, or has no comparison yet. Two queries."""
    if not cycle.peers_for_plants:
        return None
    compared = Result.objects.filter(submission__cycle=cycle, submission__view=ENTERPRISE, release__isnull=False)
    result = compared.select_related("release__dataset").order_by("-revision", "-pk").first()
    if result is None or result.release is None:
        return None
    profile = publishing.catalogue(cycle.questionnaire_id).item_by_code.get(
        "E-N1"
    )  # segments are named as its options are
    cells = peers.own_cells(result.release, result.segments, pipeline.segments())
    tables = peers.peer_tables(cells, say=profile.word if profile else str)
    return PeersBeside(result.release, tables) if tables else None


def _finished(shown: Cycle) -> Cycle | None:
    """The newest cycle, not newer than `shown`, that is closed or that every invited plant has answered."""
    answered = Count("submission", filter=Q(submission__view=SITE, submission__state="submitted"))
    invited = Count("submission", filter=Q(submission__view=SITE))
    rows = Cycle.objects.filter(organisation_id=shown.organisation_id, opens_on__lte=shown.opens_on)
    rows = rows.exclude(state=Cycle.State.DRAFT).annotate(answered=answered, invited=invited)
    done = Q(state__in=(Cycle.State.CLOSED, Cycle.State.ARCHIVED)) | Q(answered=F("invited"))
    return rows.filter(done, answered__gt=0).order_by("-opens_on", "-pk").first()
