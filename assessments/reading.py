"""What is read of the cycles a page is about: each kind of fact on first use, for all of them in one statement."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, overload

import numpy as np
import numpy.typing as npt
from django.db.models import OuterRef, Q, QuerySet, Subquery

from assessments import pipeline, plans, publishing
from assessments.catalogue import SITE
from assessments.models import Answer, NetworkResult, NetworkScore, PerceptionGap, Result, Score, Submission
from assessments.network import site_weights
from assessments.packing import GAP, SCORE, VIEW, packed, points, read_points, unpacked
from assessments.scoring import NOT_APPLICABLE, ScoringPlan

ITEMS = ("E-N2", "E-N6")  # of the enterprise: importance of objectives, targets; besides all single choices


@dataclass(frozen=True)
class SiteMark:
    """One plant's own score of a measure."""

    name: str
    score: float
    site_id: int
    submission: str  # public id


@dataclass(frozen=True)
class Invited:
    """One invited plant with what its submitted survey says and comes to; empty before it has submitted."""

    site_id: int
    name: str
    submission: str  # public id of its survey
    profile: Mapping[str, Any]  # S-N1
    costs: Mapping[str, Any]  # S-N2
    scores: Mapping[str, float]  # of its newest revision, by measure


class Marks(Sequence[SiteMark]):
    """The plants that have a score of a measure, by name. 500 plants have 16,000 marks: most pages want the scores alone.

    Read when somebody looks, so only inside of the organisation: later there is none.
    """

    def __init__(self, plants: Callable[[], Sequence[Invited]], measure: str) -> None:
        self.plants, self.measure = plants, measure

    @cached_property
    def known(self) -> list[Invited]:
        return [p for p in self.plants() if self.measure in p.scores]

    @cached_property
    def scores(self) -> list[float]:
        return [p.scores[self.measure] for p in self.known]

    def __len__(self) -> int:
        return len(self.known)

    @overload
    def __getitem__(self, at: int) -> SiteMark: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[SiteMark]: ...
    def __getitem__(self, at: int | slice) -> SiteMark | Sequence[SiteMark]:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        plant = self.known[at]
        return SiteMark(plant.name, plant.scores[self.measure], plant.site_id, plant.submission)


@dataclass(frozen=True)
class Network:
    """The plants' view of a cycle as it was stored last."""

    result: NetworkResult
    scores: Mapping[str, NetworkScore]
    gaps: Mapping[str, PerceptionGap]


@dataclass(frozen=True)
class Answers:
    """What the enterprise answered: levels of the scale questions by question id, data of some items by their code."""

    levels: Mapping[int, int]
    items: Mapping[str, Any]

    def row(self, plan: ScoringPlan, questionnaire_id: int) -> npt.NDArray[np.int8]:
        """The row of the answer matrix a plan scores, as `selectors.level_matrix` gives it."""
        keys = publishing.question_keys(questionnaire_id)
        return np.array([self.levels.get(keys[code], 0) for code in plan.questions], dtype=np.int8)


def results_of(rows: QuerySet[Submission] | Sequence[int]) -> QuerySet[Result]:
    """The newest result of each submission, with its scores and what is done of all plans packed in."""
    found = Result.objects.filter(submission__in=rows).select_related("release__dataset")
    found = found.annotate(packed=packed(Score, "result", SCORE), done_packed=plans.done_packed())
    return found.order_by("submission_id", "-revision", "-id").distinct("submission_id")


class Reading:
    """The facts of some enterprise submissions; plants' scores and profiles of `plants_of` only (all, unless said).

    `results` are those of `results_of`, where they are known already.
    """

    def __init__(
        self,
        rows: Sequence[Submission],
        plants_of: Sequence[Submission] | None = None,
        results: Iterable[Result] | None = None,
    ) -> None:
        self.rows = tuple(rows)
        self.plants_of = self.rows if plants_of is None else tuple(plants_of)
        if results is not None:
            self.results = {row.submission_id: row for row in results}

    @cached_property
    def results(self) -> dict[int, Result]:
        """The newest result of each submission, with its scores packed in."""
        return {row.submission_id: row for row in results_of([s.pk for s in self.rows])}

    @cached_property
    def networks(self) -> dict[int, Network]:
        """The plants' view of each cycle, by cycle."""
        found = NetworkResult.objects.filter(cycle_id__in=[s.cycle_id for s in self.rows])
        found = found.annotate(
            views=packed(NetworkScore, "network_result", VIEW), apart=packed(PerceptionGap, "network_result", GAP)
        )
        return {
            row.cycle_id: Network(
                row,
                {v["dimension"]: NetworkScore(network_result=row, **unpacked(v)) for v in row.views},
                {g["dimension"]: PerceptionGap(network_result=row, **unpacked(g)) for g in row.apart},
            )
            for row in found.order_by("cycle_id", "-id").distinct("cycle_id")
        }

    @cached_property
    def invited(self) -> dict[int, list[Invited]]:
        """The invited plants by cycle, by site; what was returned, or is being scored anew, has no scores."""
        cycles = {s.cycle_id: s.cycle.questionnaire_id for s in self.plants_of}
        newest = Result.objects.filter(submission=OuterRef(OuterRef("pk")), revision=OuterRef(OuterRef("revision")))
        scored = Score.objects.filter(result=Subquery(newest.order_by("-pk").values("pk")[:1]))

        def said(item: str) -> Subquery:
            asked = [publishing.question_keys(content).get(item) for content in set(cycles.values())]
            own = Answer.objects.filter(submission=OuterRef("pk"), question_id__in=asked, status="data")
            return Subquery(own.values("data")[:1])

        rows = Submission.objects.filter(cycle_id__in=cycles, view=SITE).order_by("site_id")
        rows = rows.annotate(profile=said("S-N1"), costs=said("S-N2"), points=Subquery(points(scored).values("packed")))
        found: dict[int, list[Invited]] = {}
        for cycle, site, name, public_id, state, profile, costs, packed_points in rows.values_list(
            "cycle_id", "site_id", "site__name", "public_id", "state", "profile", "costs", "points"
        ):
            if state != Submission.State.SUBMITTED:
                profile = costs = packed_points = None
            plant = Invited(site, name, public_id, profile or {}, costs or {}, read_points(packed_points))
            found.setdefault(cycle, []).append(plant)
        return found

    @cached_property
    def by_name(self) -> dict[int, list[Invited]]:
        return {cycle: sorted(plants, key=lambda p: p.name) for cycle, plants in self.invited.items()}

    def marks(self, cycle_id: int, measure: str) -> Marks:
        """The scores of a measure of all submitted plants; what was returned counts no more."""
        return Marks(lambda: self.by_name.get(cycle_id, ()), measure)

    def weights(self, cycle_id: int) -> tuple[dict[int, Fraction], str]:
        """The weights of all invited plants of a cycle, and their basis (METHOD 3)."""
        return site_weights([pipeline.site_facts(p.site_id, p.profile) for p in self.invited.get(cycle_id, [])])

    @cached_property
    def answers(self) -> dict[int, Answers]:
        """The levels and the items of each submission."""
        found = {s.pk: Answers({}, {}) for s in self.rows}
        data = Q(question__code__in=ITEMS) | Q(question__type="single_choice")
        wanted = Q(status__in=("level", "na")) | Q(data, status="data")
        rows = Answer.objects.filter(wanted, submission_id__in=found)
        for submission, question, code, status, level, data in rows.values_list(
            "submission_id", "question_id", "question__code", "status", "level", "data"
        ):
            if status == "data":
                found[submission].items[code] = data  # type: ignore[index]
            else:
                found[submission].levels[question] = NOT_APPLICABLE if level is None else level  # type: ignore[index]
        return found
