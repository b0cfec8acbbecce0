"""What the scores could become when actions are done (METHOD 7). PURE: no Django. Always shown as a projection."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from assessments.catalogue import Action, Component


def project(
    scores: Mapping[str, float], actions: Sequence[Action], lift_by_impact: Sequence[Fraction]
) -> dict[str, float]:
    """Dimension scores after `actions`, given in the order they are done (prerequisites first).

    An action that lifts its score raises its dimensions by at most the lift of its impact class, never above the end of
    its trigger range, and never lowers one. `scores` are levels 1-5 by dimension.

    >>> from assessments.catalogue import Action, Component
    >>> a = Action("A1", "", "", "", ("D",), 1, 3.0, None, "", 4, 2, "", "", "", (), (), "", True)
    >>> project({"D": 2.0}, [a], [Fraction(0), Fraction(1, 2), Fraction(1), Fraction(3, 2), Fraction(2)])
    {'D': 3.0}
    """
    after = dict(scores)
    for action in actions:
        if not action.lifts_score:
            continue
        lift = float(lift_by_impact[action.impact - 1])
        for dimension in action.dimensions:
            if dimension in after:
                after[dimension] = max(after[dimension], min(after[dimension] + lift, action.max_score))
    return after


def roll_up(components: Sequence[Component], after: Mapping[str, float], scored: frozenset[str]) -> dict[str, float]:
    """Components and the overall measure from projected dimension scores, by the weights of METHOD 2.

    Only measures in `scored`, those that have a score today, get a projection.
    """
    found = dict(after)
    for component in components:
        own = [d for d in component.dimensions if d.code in after]
        if component.code in scored and own:
            found[component.code] = sum(after[d.code] * d.weight for d in own) / sum(d.weight for d in own)
    if "OVERALL" in scored:
        found["OVERALL"] = sum(found[c.code] for c in components) / len(components)
    return found
