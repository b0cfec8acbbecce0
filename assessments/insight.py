"""What a scored submission says, put together once for pages and API: scores, targets, peers, plants, perception.

A constant number of queries, whatever the number of sites.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext as _

from assessments import bulk, pipeline, plans, publishing, selectors
from assessments.catalogue import Questionnaire
from assessments.change import terms_of
from assessments.models import NetworkResult, NetworkScore, PerceptionGap, Result, Submission
from assessments.packing import scores_of
from assessments.plans import Done
from assessments.reaching import Answered
from assessments.reading import Marks, Reading
from assessments.scoring import ScoringPlan
from benchmarks import selectors as peers
from benchmarks.selectors import Cell, Group, PeerGroup, PeerTable
from benchmarks.settings import method_section
from benchmarks.statistics import Position, half_up, position

Cells = Mapping[str, list[Cell]]  # measure -> what is published of it on the own paths


@dataclass(frozen=True)
class PlantPart:
    """One invited plant in the plants' view of a dimension; `weight` is its share among those that have a score."""

    name: str
    score: float | None
    weight: float
    submission: str  # public id of its survey, "" before it has a score


@dataclass(frozen=True)
class MeasureView:
    """One measure with everything it is compared to; gaps are own score minus the other value, in levels."""

    code: str
    name: str
    component: str
    score: float | None
    coverage: float | None
    low: float | None
    high: float | None
    bottleneck: str
    many_not_applicable: bool
    target: float | None
    releases_effort: bool  # the enterprise itself wants less here than it has
    peer: PeerTable | None
    place: Position | None
    sites: Marks  # read when somebody looks
    network: NetworkScore | None
    perception: PerceptionGap | None

    def gap_to(self, other: float | None) -> float | None:
        return None if self.score is None or other is None else self.score - other

    @property
    def median(self) -> float | None:
        return self.peer.quantiles.get(50) if self.peer else None

    @property
    def upper_quartile(self) -> float | None:
        return self.peer.quantiles.get(75) if self.peer else None

    @property
    def lower_quartile(self) -> float | None:
        return self.peer.quantiles.get(25) if self.peer else None


@dataclass(frozen=True)
class Insight:
    """All measures of one enterprise submission."""

    submission: Submission
    result: Result
    catalogue: Questionnaire
    measures: Mapping[str, MeasureView]
    groups: tuple[PeerGroup, ...]
    group: PeerGroup | None  # of the overall score
    chosen: str  # another group on the own paths, "A:path", published or not; "" for the one that is shown first
    network: NetworkResult | None
    cells: Cells  # what the gate lets this enterprise see of the release
    say: Callable[[str], str]  # a segment in the reader's language
    reading: Reading  # what else was read, or will be when it is asked for

    @cached_property
    def done(self) -> tuple[Done, ...]:
        """What is done of all plans: read when somebody asks, as few pages rank."""
        return plans.done_of(self.result)

    @property
    def done_network(self) -> frozenset[str]:
        """Codes of what is done for the whole network, in whichever plan: it meets what builds on it (METHOD 7)."""
        return frozenset(d.code for d in self.done if d.site is plans.NETWORK)

    @property
    def done_since(self) -> Mapping[int | None, frozenset[str]]:
        """Codes of what is done of this cycle's own plan, by site or NETWORK: no score can show it yet."""
        found: dict[int | None, set[str]] = {plans.NETWORK: set()}
        for done in self.done:
            if done.cycle == self.submission.cycle_id:
                found.setdefault(done.site, set()).add(done.code)
        return {site: frozenset(codes) for site, codes in found.items()}

    def own_groups(self, measure: str = "OVERALL") -> dict[str, list[Group]]:
        """The groups on the own paths in both trees, published or not; nothing without a release."""
        if self.result.release is None or not self.cells:
            return {}
        return peers.own_groups(
            self.result.release, self.result.segments, pipeline.segments(), self.cells, measure, self.say
        )

    @property
    def is_current(self) -> bool:
        """Whether this is what the submission says now: it is not returned, and this is its newest revision."""
        return self.submission.state == Submission.State.SUBMITTED and self.result.revision == self.submission.revision

    @property
    def overall(self) -> MeasureView:
        return self.measures["OVERALL"]

    @property
    def components(self) -> list[MeasureView]:
        return [self.measures[c.code] for c in self.catalogue.components]

    @property
    def dimensions(self) -> list[MeasureView]:
        return [self.measures[d.code] for d in self.catalogue.dimensions]


def build(submission: Submission, result: Result, chosen: str = "", reading: Reading | None = None) -> Insight:
    """The insight of an enterprise submission; `chosen` is a group "A:path" on the own paths, else the finest counts.
    `reading` is what it is read from, where several cycles are.

    Where the release has nothing of a measure in the chosen group, the next larger one around it counts.
    """
    catalogue = publishing.catalogue(submission.cycle.questionnaire_id)
    reading = reading or Reading([submission])
    scores = scores_of(result)
    plants = reading.networks.get(submission.cycle_id)
    own = levels_wanted(reading.answers[submission.pk].items.get("E-N6", {}))
    targets = wanted_levels(own, submission, catalogue)
    cells = peers.own_cells(result.release, result.segments, pipeline.segments()) if result.release else {}
    profile = catalogue.item_by_code.get("E-N1")  # segments are named as its options are
    say = profile.word if profile else str
    groups = tuple(peers.peer_groups(cells, say=say))
    chosen = peers.own_choice(chosen, result.segments, pipeline.segments()) if groups else ""
    if groups and chosen == groups[0].key:
        chosen = ""  # each measure has its own finest group then, as stored results and the API have it
    tables = peers.peer_tables(cells, peers.published_around(cells, chosen), say)
    used = tables.get("OVERALL")
    group = PeerGroup(used.tree, used.path, used.label, used.n_band) if used else None
    names = _names(catalogue)
    rules = method_section()
    measures = {}
    for code in catalogue.measures:
        score, table = scores.get(code), tables.get(code)
        point = score.point if score else None
        measures[code] = MeasureView(
            code=code,
            name=names[code][0],
            component=names[code][1],
            score=point,
            coverage=score.coverage if score else None,
            low=score.low if score else None,
            high=score.high if score else None,
            bottleneck=score.bottleneck if score else "",
            many_not_applicable=bool(score and score.many_not_applicable),
            target=targets.get(code),
            # As rounded for people: 3.04 is no level above 3.0.
            releases_effort=code in own and point is not None and half_up(point) > own[code],
            peer=table,
            place=position(point, table.quantiles, table.n_band, rules) if table and point is not None else None,
            sites=reading.marks(submission.cycle_id, code),
            network=plants.scores.get(code) if plants else None,
            perception=plants.gaps.get(code) if plants else None,
        )
    network = plants.result if plants else None
    return Insight(submission, result, catalogue, measures, groups, group, chosen, network, cells, say, reading)


def own_targets(submission: Submission) -> dict[str, float]:
    """The target levels of E-N6, by dimension. One query."""
    return levels_wanted(selectors.item_data([submission], "E-N6").get(submission.pk, {}))


def levels_wanted(rows: Mapping[str, Any]) -> dict[str, float]:
    """The target levels in the data of E-N6, by dimension."""
    return {code: row["target"] for code, row in rows.items() if row.get("target") is not None}


def wanted_levels(own: Mapping[str, float], submission: Submission, catalogue: Questionnaire) -> dict[str, float]:
    """The wanted level of each dimension: its own target, else the level the cycle was opened with."""
    wanted = submission.cycle.target_level
    default = {d.code: float(wanted) for d in catalogue.dimensions} if wanted is not None else {}
    return default | dict(own)


def _names(catalogue: Questionnaire) -> dict[str, tuple[str, str]]:
    named = {d.code: (d.name, d.component) for d in catalogue.dimensions}
    named |= {c.code: (c.name, c.code) for c in catalogue.components}
    return named | {"OVERALL": (_("Overall"), "")}


def plant_parts(seen: Insight, dimension: str) -> list[PlantPart]:
    """The invited plants behind the plants' view of a dimension, heaviest first (METHOD 3)."""
    cycle = seen.submission.cycle_id
    weights, _basis = seen.reading.weights(cycle)
    plants = seen.reading.invited.get(cycle, [])
    covered = sum((weights[p.site_id] for p in plants if dimension in p.scores), Fraction(0))
    parts = []
    for plant in plants:
        score = plant.scores.get(dimension)
        share = float(weights[plant.site_id] / covered) if score is not None and covered else 0.0
        parts.append(PlantPart(plant.name, score, share, plant.submission if score is not None else ""))
    return sorted(parts, key=lambda p: (p.score is None, -p.weight, p.name))


def plant_weights(seen: Insight, dimension: str) -> list[tuple[str, float]]:
    """The plants that have a score in a dimension, each with its share of the weight of all invited ones."""
    weights, _basis = seen.reading.weights(seen.submission.cycle_id)
    return [(p.name, float(weights[p.site_id])) for p in seen.measures[dimension].sites.known]


def as_answered(seen: Insight) -> tuple[ScoringPlan, npt.NDArray[np.int8]]:
    """The plan of today's method for a view, and the row of its answers."""
    plan = pipeline.plan_for(seen.catalogue, pipeline.current_method(), seen.submission.view)
    row = seen.reading.answers[seen.submission.pk].row(plan, seen.submission.cycle.questionnaire_id)
    return plan, row


def explain(insight: Insight, measure: str) -> dict[str, Any]:
    """The parts of one measure down to the stored answers: the same kernel on the same answers (METHOD 2).

    `as_scored` is false when the answers changed after the score: then they are no explanation of it.
    """
    plan, levels = as_answered(insight)
    return {
        "score": pipeline.scores_of(plan, levels)[measure],
        "texts": _texts(insight.catalogue),
        "as_scored": bulk.fingerprint(levels) == insight.result.input_hash,
    }


def answered(insight: Insight, measure: str) -> list[Answered] | None:
    """The answered questions behind a score, in the order of the questionnaire, each with its part in it; None when the
    answers changed since."""
    plan, levels = as_answered(insight)
    if bulk.fingerprint(levels) != insight.result.input_hash:
        return None
    level = dict(zip(plan.questions, levels.tolist(), strict=True))
    terms = terms_of(pipeline.scores_of(plan, levels), measure)
    return [Answered(code, level[code], terms[code].weight) for code in plan.questions if code in terms]


def _texts(catalogue: Questionnaire) -> dict[str, str]:
    return {q.code: q.text for q in catalogue.questions} | {c: n for c, (n, _component) in _names(catalogue).items()}
