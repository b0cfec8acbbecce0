"""The cheapest set of actions that reaches a target. PURE: numpy and scipy only, no Django. Always shown as a projection.

A mixed-integer program, solved exactly by HiGHS. What it must model is the projection of METHOD 7: a dimension takes the
lifts of its actions in one fixed order, each under its own ceiling, `max(score, min(score + lift, ceiling))`. That is
not linear, but between two actions a dimension can stand at a few values only. So each dimension is a path: nodes are
(actions passed, value), and from each node one arc leaves the action out (the value stays) and one takes it (the value
is raised). One unit flows from today's score to the end; the arcs that take an action carry together exactly its switch,
0 or 1. Then the flow can follow one path only, that of the chosen set, whatever the solver does: the value at its end is
the projected score. Values on the arcs come from `projection.raised`, so that the formula stands in one place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from assessments.catalogue import Action, Component
from assessments.projection import project, raised, roll_up
from assessments.quiet import no_output

TOLERANCE = 1e-5  # levels: a target reached but for the rounding of floats is reached; nobody sees less than 0.1
PATIENCE = 10.0  # seconds before the solver gives up; the whole content takes a tenth of one


class Unsolved(Exception):
    """The solver found no proven answer in time."""


@dataclass(frozen=True)
class Aim:
    """A measure (dimension, component or OVERALL) and the level it shall reach at least."""

    measure: str
    level: float


@dataclass(frozen=True)
class Cheapest:
    """The chosen actions in the order they are done; `reached` is false when no set reaches every aim.

    Then it is the cheapest among the sets with the least distance left, in levels over all aims.
    """

    actions: tuple[str, ...]
    effort: int  # of all chosen actions, in the unit of `effort_of`
    unlimited: int  # effort of the answer without a budget; more than the budget where it is too small
    reached: bool
    reachable: bool  # whether any set reaches every aim, whatever its effort
    after: Mapping[str, float]  # measure -> projected score
    missing: Mapping[str, float]  # measure -> levels between its aim and its projected score, where it falls short


def cheapest(
    components: Sequence[Component],
    actions: Sequence[Action],
    scores: Mapping[str, float],
    scored: frozenset[str],
    aims: Sequence[Aim],
    lift_by_impact: Sequence[Fraction],
    effort_of: Sequence[int],
    needs: Mapping[str, Sequence[str]],
    budget: int | None = None,
) -> Cheapest:
    """The set of `actions` with the least effort whose projection reaches all `aims` (one at least), within `budget`.

    `actions` stand in the order they are done (`projection.in_doing_order`); `scores` are the dimensions' levels today,
    `scored` all measures that have one (an aim must be among them), `effort_of` the effort of the classes 1-5, `needs`
    the unmet prerequisites of an action: they come along. Among equal efforts the set with fewer actions, then the
    earlier ones. Raises KeyError for an aim without a score, Unsolved when the solver does not finish.

    One dimension at 2.0, aim 3.5. A1 (effort 10, +1.0 up to 3.0) and A2 (effort 40, +1.5 up to 4.5): A2 alone reaches
    3.5 for 40, so the 50 of both are not spent.

    >>> from assessments.catalogue import Action, Component, Dimension
    >>> k = Component("K", "K", "", "", (Dimension("D", "K", "", "", "", "", "", "", 1, {}, {}),))
    >>> a1 = Action("A1", "", "", "", ("D",), 1, 3.0, None, "", 3, 1, "", "", "", (), (), "", True)
    >>> a2 = Action("A2", "", "", "", ("D",), 1, 4.5, None, "", 4, 2, "", "", "", (), (), "", True)
    >>> lifts, effort = [Fraction(0), Fraction(1, 2), Fraction(1), Fraction(3, 2), Fraction(2)], [10, 40, 90, 160, 250]
    >>> found = cheapest([k], [a1, a2], {"D": 2.0}, frozenset("D"), [Aim("D", 3.5)], lifts, effort, {})
    >>> found.actions, found.effort, found.reached, found.after["D"]
    (('A2',), 40, True, 3.5)
    >>> found = cheapest([k], [a1, a2], {"D": 2.0}, frozenset("D"), [Aim("D", 4.0)], lifts, effort, {}, budget=45)
    >>> found.actions, found.reached, found.missing
    (('A2',), False, {'D': 0.5})
    """
    program = _Program(tuple(actions), scores, lift_by_impact)
    short = program.fall_short(aims, [_weights(components, scores, scored, aim.measure) for aim in aims])
    program.bring_along(needs)
    effort = {program.switch[a.code]: effort_of[a.effort - 1] for a in actions}
    n = len(effort)
    # Far below one unit of effort together: it decides among equals only, so that the answer is the same every time.
    cost = {v: e + (1 + i / n) / (4 * n) for i, (v, e) in enumerate(effort.items())}
    # No set comes nearer than all actions together, for none lowers a score.
    farthest = roll_up(components, project(scores, actions, lift_by_impact), scored)
    least = sum(max(0.0, a.level - farthest[a.measure]) for a in aims)
    program.limit(short, least)
    best = program.solve(cost)
    needed = _effort(best, effort)
    if budget is not None and needed > budget:
        program.rows.pop()
        program.require([(v, float(e)) for v, e in effort.items()], -np.inf, budget)
        nearest = program.solve(dict.fromkeys(short, 1.0))
        program.limit(short, sum(nearest[v] for v in short))
        best = program.solve(cost)
    chosen = [a for a in actions if best[program.switch[a.code]] > 0.5]
    after = roll_up(components, project(scores, chosen, lift_by_impact), scored)
    missing = {a.measure: d for a in aims if (d := round(a.level - after[a.measure], 9)) > TOLERANCE}
    codes = tuple(a.code for a in chosen)
    return Cheapest(codes, _effort(best, effort), needed, not missing, least <= TOLERANCE, after, missing)


def _effort(solution: npt.NDArray[np.float64], effort: Mapping[int, int]) -> int:
    return sum(e for v, e in effort.items() if solution[v] > 0.5)


def _weights(
    components: Sequence[Component], scores: Mapping[str, float], scored: frozenset[str], measure: str
) -> dict[str, float]:
    """What a level of each dimension adds to a measure: `roll_up` is linear, so its own formula gives the weights."""
    if measure not in scored:
        raise KeyError(measure)
    units = {d: roll_up(components, {k: float(k == d) for k in scores}, scored)[measure] for d in scores}
    return {d: w for d, w in units.items() if w}


class _Program:
    """The linear program as it is built: columns, rows, and what the solver says. Columns lie in 0..1 but for shortfalls."""

    def __init__(self, actions: tuple[Action, ...], scores: Mapping[str, float], lifts: Sequence[Fraction]) -> None:
        self.scores = scores
        self.upper: list[float] = []
        self.whole: list[int] = []
        self.rows: list[tuple[list[tuple[int, float]], float, float]] = []
        self.switch = {a.code: self.variable(whole=1) for a in actions}
        # The arcs into the end of each path with the value there; none where no action moves the dimension.
        self.ends = {
            d: self._path(score, [a for a in actions if d in a.dimensions], lifts) for d, score in scores.items()
        }

    def variable(self, upper: float = 1.0, whole: int = 0) -> int:
        self.upper.append(upper)
        self.whole.append(whole)
        return len(self.upper) - 1

    def require(self, terms: list[tuple[int, float]], low: float, high: float) -> None:
        self.rows.append((terms, low, high))

    def fall_short(self, aims: Sequence[Aim], weights: Sequence[Mapping[str, float]]) -> list[int]:
        """A column of levels missing for each aim: projected score + missing >= aim."""
        columns = []
        for aim, weight in zip(aims, weights, strict=True):
            missing = self.variable(5.0)
            ends = [(v, w * value) for d, w in weight.items() for v, value in self.ends[d]]
            today = sum(w * self.scores[d] for d, w in weight.items() if not self.ends[d])
            self.require([*ends, (missing, 1.0)], aim.level - today, np.inf)
            columns.append(missing)
        return columns

    def bring_along(self, needs: Mapping[str, Sequence[str]]) -> None:
        for code, wanted in needs.items():
            for p in wanted:
                if code in self.switch and p in self.switch:
                    self.require([(self.switch[p], 1.0), (self.switch[code], -1.0)], 0, np.inf)

    def limit(self, short: Sequence[int], levels: float) -> None:
        """Together no more levels missing than these, but for the rounding of floats."""
        self.require([(v, 1.0) for v in short], 0, max(0.0, levels) + TOLERANCE / 2)

    def _path(self, score: float, actions: list[Action], lifts: Sequence[Fraction]) -> list[tuple[int, float]]:
        """The arcs of one dimension, layer by layer; a node's inflow is its outflow, the first one sends 1."""
        # Whole arcs follow from whole switches; said all the same, HiGHS is faster and surer with them.
        nodes: dict[float, list[int]] = {score: []}  # value -> arcs that lead to it
        moved = False
        for action in actions:
            if all(raised(value, action, lifts) == value for value in nodes):
                continue
            following: dict[float, list[int]] = {}
            taking = []
            for value, arrived in nodes.items():
                leave, take = self.variable(whole=1), self.variable(whole=1)
                inflow = [(v, -1.0) for v in arrived]
                self.require([(leave, 1.0), (take, 1.0), *inflow], float(not moved), float(not moved))
                following.setdefault(value, []).append(leave)
                following.setdefault(raised(value, action, lifts), []).append(take)
                taking.append((take, 1.0))
            self.require([*taking, (self.switch[action.code], -1.0)], 0, 0)
            nodes, moved = following, True
        return [(v, value) for value, arrived in nodes.items() for v in arrived]

    def solve(self, cost: Mapping[int, float]) -> npt.NDArray[np.float64]:
        """The cheapest values of all columns, proven; Unsolved when time runs out. A program always has a solution."""
        objective = np.zeros(len(self.upper))
        for v, c in cost.items():
            objective[v] = c
        entries = [(i, v, c) for i, (terms, _low, _high) in enumerate(self.rows) for v, c in terms]
        line, column, value = (np.array(x) for x in zip(*entries, strict=True))
        matrix = coo_array((value, (line, column)), shape=(len(self.rows), len(self.upper))).tocsr()
        limits = LinearConstraint(matrix, [r[1] for r in self.rows], [r[2] for r in self.rows])
        with no_output():  # HiGHS 1.12 prints a line of its own making whatever its options say (its issue 2783)
            found = milp(
                objective,
                integrality=np.array(self.whole),
                bounds=Bounds(0, np.array(self.upper)),
                constraints=limits,
                options={"mip_rel_gap": 0.0, "time_limit": PATIENCE},
            )
        if found.status != 0 or found.x is None:
            raise Unsolved(str(found.message))
        return np.asarray(found.x, dtype=np.float64)
