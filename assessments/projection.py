"""What the scores could become when actions are done (METHOD 7). PURE: no Django. Always shown as a projection."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from assessments.catalogue import Action


def project(
    scores: Mapping[str, float], actions: Sequence[Action], lift_by_impact: Sequence[Fraction]
) -> dict[str, float]:
    """Dimension scores after `actions`, given in the order they are done (prerequisites first).

    An action that lifts its score raises its dimensions by at most the lift of its impact class, never above the end of
    its trigger range, and never lowers one. `scores` are levels 1-5 by dimension.

    >>> from assessments.catalogue import Action
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
