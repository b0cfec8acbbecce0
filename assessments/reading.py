"""What is read of the cycles a page is about: each kind of fact on first use, for all of them in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.models import F, OuterRef, Q, Subquery

from assessments import pipeline, plans, publishing
from assessments.catalogue import SITE
from assessments.models import Answer, CycleSite, NetworkResult, NetworkScore, PerceptionGap, Result, Score, Submission
from assessments.network import site_weights
from assessments.packing import GAP, SCORE, VIEW, packed, unpacked
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
    """One invited plant with what its submitted survey says of itself; empty before it has submitted."""

    site_id: int
    name: str
    profile: Mapping[str, Any]  # S-N1
    costs: Mapping[str, Any]  # S-N2


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


class Reading:
    """The facts of some enterprise submissions; plants' scores and profiles of `plants_of` only (all, unless said)."""

    def __init__(self, rows: Sequence[Submission], plants_of: Sequence[Submission] | None = None) -> None:
        self.rows = tuple(rows)
        self.plants_of = self.rows if plants_of is None else tuple(plants_of)

    @cached_property
    def results(self) -> dict[int, Result]:
        """The newest result of each submission, with its scores and what is done of all plans packed in."""
        found = Result.objects.filter(submission__in=[s.pk for s in self.rows])
        found = found.select_related("release__dataset").annotate(
            packed=packed(Score, "result", SCORE), done_packed=plans.done_packed()
        )
        found = found.order_by("submission_id", "-revision", "-id").distinct("submission_id")
        return {row.submission_id: row for row in found}

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
    def marks(self) -> dict[int, dict[str, list[SiteMark]]]:
        """The scores of all submitted plants by cycle and measure; what was returned counts no more."""
        rows = (
            Score.objects.filter(
                result__submission__cycle_id__in=[s.cycle_id for s in self.plants_of],
                result__submission__view=SITE,
                result__submission__state=Submission.State.SUBMITTED,
                result__revision=F("result__submission__revision"),
                point__isnull=False,
            )
            .order_by("result__submission__site__name", "result_id")
            .values_list(
                "result__submission__cycle_id",
                "measure",
                "result__submission__site_id",
                "result__submission__site__name",
                "result__submission__public_id",
                "point",
            )
        )
        latest = {
            (cycle, measure, site): SiteMark(name, point, site, public_id)
            for cycle, measure, site, name, public_id, point in rows
        }
        marks: dict[int, dict[str, list[SiteMark]]] = {}
        for (cycle, measure, _site), mark in latest.items():
            marks.setdefault(cycle, {}).setdefault(measure, []).append(mark)
        return marks

    @cached_property
    def invited(self) -> dict[int, list[Invited]]:
        """The invited plants by cycle, each with the profile and the costs of its submitted survey."""

        def said(item: str) -> Subquery:
            return Subquery(
                Answer.objects.filter(
                    submission__cycle=OuterRef("cycle"),
                    submission__site=OuterRef("site"),
                    submission__view=SITE,
                    submission__state=Submission.State.SUBMITTED,
                    question__code=item,
                    status="data",
                ).values("data")[:1]
            )

        found: dict[int, list[Invited]] = {}
        rows = CycleSite.objects.filter(cycle_id__in=[s.cycle_id for s in self.plants_of]).order_by("site_id")
        values = rows.annotate(profile=said("S-N1"), costs=said("S-N2")).values_list(
            "cycle_id", "site_id", "site__name", "profile", "costs"
        )
        for cycle, site, name, profile, costs in values:
            found.setdefault(cycle, []).append(Invited(site, name, profile or {}, costs or {}))
        return found

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
