"""What the organisation puts its effort into, to be held against what it wants: the plan, else what the ranking proposes. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass

from assessments.catalogue import Action
from assessments.insight import Insight
from assessments.models import PlannedAction
from assessments.outlook import days_of
from assessments.ranking import ranking_of, usable_references

Piece = tuple[Action, float]  # an action and its person-days


@dataclass(frozen=True)
class Effort:
    """Where the effort goes: the actions it is counted from, and person-days by objective."""

    planned: bool  # whether the actions are those of the plan; else they are the first five of the ranking
    actions: tuple[Action, ...]
    days: dict[str, float]

    @property
    def shares(self) -> dict[str, float]:
        """Of all effort, by objective, from 0 to 1; empty without effort."""
        total = sum(self.days.values())
        return {objective: days / total for objective, days in self.days.items()} if total else {}


def effort_of(seen: Insight) -> Effort:
    """The effort of the cycle's plan, for the network and for single plants; before there is one, that of the first five
    of the ranking by the strategic weights, at the upper ends of the effort scale. One query, or three."""
    by_code = seen.catalogue.action_by_code
    rows = PlannedAction.objects.filter(plan__cycle=seen.submission.cycle_id)
    held = rows.exclude(status=PlannedAction.Status.DROPPED).order_by("pk").values_list("code", "effort_days")
    pieces: list[Piece] = [(by_code[code], days) for code, days in held if code in by_code]
    planned = bool(pieces)
    if not planned:
        reference = next(iter(usable_references(seen)), "target")
        pieces = [(a.action, days_of(a.action)) for a in ranking_of(seen, reference=reference).top]
    return Effort(planned, tuple(dict.fromkeys(action for action, _days in pieces)), effort_by_objective(pieces))


def effort_by_objective(pieces: Iterable[Piece]) -> dict[str, float]:
    """Person-days by objective: the days of each action in equal parts on the objectives it serves."""
    found: dict[str, float] = {}
    for action, days in pieces:
        for objective in action.objectives:
            found[objective] = found.get(objective, 0.0) + days / len(action.objectives)
    return found
