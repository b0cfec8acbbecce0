"""What the scores could become when actions are done (METHOD 7). PURE: no Django. Always shown as a projection."""

import heapq
from collections.abc import Mapping, Sequence
from fractions import Fraction

from assessments.catalogue import Action, Component


def in_doing_order(actions: Sequence[Action]) -> tuple[Action, ...]:
    """All actions of the content in the one order in which they are done: prerequisites first, then the lower upper end.

    Where no prerequisite decides, an action for the lower range comes first: the other way round it would find the
    dimension above its range and lift nothing. Ties keep the order of the content. The order does not depend on what
    somebody chose, so that a choice has one projection. Raises ValueError for prerequisites in a circle.

    >>> from assessments.catalogue import Action
    >>> def a(code, end, needs=()):
    ...     return Action(code, "", "", "", ("D",), 1, end, None, "", 3, 2, "", "", "", (), needs, "", True)
    >>> [x.code for x in in_doing_order([a("A1", 4.5), a("A2", 3.0), a("A3", 2.5, ("A1",))])]
    ['A2', 'A1', 'A3']
    """
    place = {a.code: i for i, a in enumerate(actions)}
    waits = {a.code: {p for p in a.prerequisites if p in place} for a in actions}
    ready = [(a.max_score, place[a.code]) for a in actions if not waits[a.code]]
    heapq.heapify(ready)
    ordered: list[Action] = []
    while ready:
        done = actions[heapq.heappop(ready)[1]]
        ordered.append(done)
        for a in actions:
            if done.code in waits[a.code]:
                waits[a.code].remove(done.code)
                if not waits[a.code]:
                    heapq.heappush(ready, (a.max_score, place[a.code]))
    if len(ordered) < len(actions):
        raise ValueError("prerequisites in a circle")
    return tuple(ordered)


def raised(score: float, action: Action, lift_by_impact: Sequence[Fraction]) -> float:
    """A dimension's score after one action: at most the lift of its impact class, never above its range, never lower."""
    if not action.lifts_score:
        return score
    return max(score, min(score + float(lift_by_impact[action.impact - 1]), action.max_score))


def project(
    scores: Mapping[str, float], actions: Sequence[Action], lift_by_impact: Sequence[Fraction]
) -> dict[str, float]:
    """Dimension scores after `actions`, given in the order they are done (`in_doing_order`).

    An action that lifts its score raises its dimensions by at most the lift of its impact class, never above the end of
    its trigger range, and never lowers one. `scores` are levels 1-5 by dimension.

    >>> from assessments.catalogue import Action, Component
    >>> a = Action("A1", "", "", "", ("D",), 1, 3.0, None, "", 4, 2, "", "", "", (), (), "", True)
    >>> project({"D": 2.0}, [a], [Fraction(0), Fraction(1, 2), Fraction(1), Fraction(3, 2), Fraction(2)])
    {'D': 3.0}
    """
    after = dict(scores)
    for action in actions:
        for dimension in action.dimensions:
            if dimension in after:
                after[dimension] = raised(after[dimension], action, lift_by_impact)
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
