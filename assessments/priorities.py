"""From gaps to ranked actions (METHOD 7). PURE: numpy only, no Django.

Everything is calculated for n sets of weights at once: one row for what the page shows, 2,000 for its stability. So the
list that is shown and the list whose stability is stated come from the same lines.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from assessments.catalogue import Action, Questionnaire

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
DIGITS = 9  # values are rounded before they are ranked, so that ties are ties on every machine
Figure = float | str | None


@dataclass(frozen=True)
class Inputs:
    """What ranking depends on; mappings by dimension code, levels 1-5, shares that need not sum to 1."""

    score: Mapping[str, float]
    reference: Mapping[str, float]
    objective_importance: Mapping[str, float]  # objective -> points; empty: all weigh the same
    cost_share: Mapping[str, float]  # cost category -> share; empty: the column is 0


@dataclass(frozen=True)
class Weighing:
    """The three columns of every dimension with score and reference, in content order, each normalised to sum 1."""

    dimensions: tuple[str, ...]
    shares: Floats  # (d, 3): cost, objectives, proximity; a column with total 0 is 0
    proximity: Floats  # (d,): max(0, reference - score) in levels
    columns: Floats = field(default_factory=lambda: np.zeros((0, 3)))  # (d, 3): the three before normalising


def weigh(
    dimensions: Sequence[str],
    objective_relevance: Mapping[str, Mapping[str, int]],
    cost_relevance: Mapping[str, Mapping[str, int]],
    inputs: Inputs,
) -> Weighing:
    """C, O and P of the dimensions that have score and reference (METHOD 7)."""
    known = tuple(d for d in dimensions if d in inputs.score and d in inputs.reference)
    objectives = {o for d in dimensions for o in objective_relevance[d]}
    importance = inputs.objective_importance or dict.fromkeys(objectives, 1.0)
    columns = np.array(
        [
            (
                sum(inputs.cost_share.get(k, 0.0) * r for k, r in cost_relevance[d].items()),
                sum(importance.get(o, 0.0) * r for o, r in objective_relevance[d].items()),
                max(0.0, inputs.reference[d] - inputs.score[d]),
            )
            for d in known
        ],
        dtype=np.float64,
    ).reshape(len(known), 3)
    totals = columns.sum(axis=0)
    shares = np.divide(columns, totals, out=np.zeros_like(columns), where=totals > 0)
    return Weighing(known, shares, columns[:, 2], columns)


def values(weighing: Weighing, weights: Floats) -> Floats:
    """IV of every dimension for n rows of weights (n, 3), rounded to 1e-9: (n, d)."""
    rows = np.atleast_2d(np.asarray(weights, dtype=np.float64))
    total = sum(rows[:, i : i + 1] * weighing.shares[:, i] for i in range(3))
    return np.asarray(np.round(total, DIGITS), dtype=np.float64)


def eligible(weighing: Weighing, protect_below: Fraction) -> npt.NDArray[np.bool_]:
    """Which dimensions have a gap worth closing; the others are shown as "protect"."""
    # 0.25 reached as 3.15 - 2.9 must not fall below by a rounding of floats.
    return np.round(weighing.proximity, DIGITS) >= float(protect_below)


def ranks(found: Floats) -> Ints:
    """Rank 1 for the highest value of each row, ties by content order: (n, k)."""
    order = np.argsort(-found, axis=1, kind="stable")
    places = np.empty(order.shape, dtype=np.int64)
    np.put_along_axis(places, order, np.arange(1, found.shape[1] + 1)[None, :], axis=1)
    return places


def holds(action: Action, dimension: str, score: float | None, figures: Mapping[str, Figure]) -> str:
    """Why an action fits a dimension: "range", "rule" (the rule decided), or "" when it does not.

    `figures` holds facts by name; a figure of one dimension stands under "name@dimension". A rule over a missing
    figure is false. `also_when` = range or rule, `only_when` = range and rule.
    """
    in_range = score is not None and action.min_score <= score < action.max_score
    if action.rule is None:
        return "range" if in_range else ""
    terms = [_term(figures.get(f"{name}@{dimension}", figures.get(name)), op, v) for name, op, v in action.rule.terms]
    true = any(terms) if action.rule.combine == "any" else all(terms)
    if action.rule.mode == "only_when":
        return "rule" if in_range and true else ""
    return "range" if in_range else "rule" if true else ""


def _term(figure: Figure, op: str, value: object) -> bool:
    if figure is None:
        return False
    if op == "in":
        return isinstance(value, (tuple, list)) and figure in value
    if op in ("==", "!="):
        return (figure == value) is (op == "==")
    if isinstance(figure, str) or not isinstance(value, (int, float)):
        return False
    return {"<": figure < value, "<=": figure <= value, ">": figure > value, ">=": figure >= value}[op]


@dataclass(frozen=True)
class Candidates:
    """The actions that may stand in the list: triggered ones, and what must be done before them."""

    actions: tuple[Action, ...]  # content order
    triggered: tuple[tuple[int, ...], ...]  # columns of the weighing that trigger each action; () = prerequisite only
    why: tuple[str, ...]  # "range", "rule" or "" for a prerequisite only
    component: tuple[int, ...]  # of the action's first dimension
    column_component: tuple[int, ...]  # of each column of the weighing
    order_before: Ints  # (a, a): place of action j in "first the prerequisites of i, then i"; -1: not among them
    open_components: tuple[int, ...]  # components with a gap


def met(action: Action, score: Mapping[str, float], done: Container[str] = frozenset()) -> bool:
    """Whether a prerequisite holds nobody up: done, or all its dimensions are at or above the end of its range."""
    return action.code in done or all(score.get(d, 0.0) >= action.max_score for d in action.dimensions)


def with_prerequisites(
    catalogue: Questionnaire, code: str, score: Mapping[str, float], done: Container[str] = frozenset()
) -> list[str]:
    """First the unmet prerequisites of an action, recursively, then the action itself."""

    def first(code: str, seen: list[str]) -> list[str]:
        for p in catalogue.action_by_code[code].prerequisites:
            if p not in seen and not met(catalogue.action_by_code[p], score, done):
                first(p, seen)
        if code not in seen:
            seen.append(code)
        return seen

    return first(code, [])


def candidates(
    catalogue: Questionnaire,
    weighing: Weighing,
    open_gap: npt.NDArray[np.bool_],
    score: Mapping[str, float],
    figures: Mapping[str, Figure],
    done: frozenset[str] = frozenset(),
    measured: frozenset[str] = frozenset(),
) -> Candidates:
    """Which actions are triggered by an open gap, and the unmet prerequisites they bring along (METHOD 7).

    What is `done` meets what builds on it, and leaves the list; those of it that were done before the scores were
    `measured` may stand in it again.
    """
    column = {d: i for i, d in enumerate(weighing.dimensions) if open_gap[i]}
    reasons: dict[str, str] = {}
    columns: dict[str, tuple[int, ...]] = {}
    for a in catalogue.actions:
        if a.code in done and a.code not in measured:
            continue
        hits = {d: holds(a, d, score.get(d), figures) for d in a.dimensions if d in column}
        found = tuple(column[d] for d, why in hits.items() if why)
        if found:
            columns[a.code], reasons[a.code] = found, next(w for w in hits.values() if w)

    chains = {code: with_prerequisites(catalogue, code, score, done) for code in columns}
    needed = {code for chain in chains.values() for code in chain}
    actions = tuple(a for a in catalogue.actions if a.code in needed)
    at = {a.code: i for i, a in enumerate(actions)}
    order_before = np.full((len(actions), len(actions)), -1, dtype=np.int64)
    for code, chain in chains.items():
        for place, member in enumerate(chain):
            order_before[at[code], at[member]] = place
    component_of = {d.code: c for c, k in enumerate(catalogue.components) for d in k.dimensions}
    return Candidates(
        actions=actions,
        triggered=tuple(columns.get(a.code, ()) for a in actions),
        why=tuple(reasons.get(a.code, "") for a in actions),
        component=tuple(component_of[a.dimensions[0]] for a in actions),
        column_component=tuple(component_of[d] for d in weighing.dimensions),
        order_before=order_before,
        open_components=tuple(sorted({component_of[d] for d in column})),
    )


def site_triggers(
    actions: Sequence[Action],
    site_scores: Mapping[str, Sequence[float]],
    reference: Mapping[str, float],
    protect_below: Fraction,
) -> dict[str, list[tuple[str, int]]]:
    """Which sites' own scores trigger an action: code -> (dimension, place of the site in `site_scores[dimension]`).

    The same two conditions as for the enterprise: an open gap to the reference, and the score in the range of the action.
    Rules read figures of the enterprise or of all sites together; for one site they are missing, so false (METHOD 7).

    >>> from assessments.catalogue import Action
    >>> a = Action("A1", "", "", "", ("D",), 1, 3.0, None, "", 3, 1, "", "", "", (), (), "", True)
    >>> site_triggers([a], {"D": [2.0, 3.0, 2.9]}, {"D": 3.0}, Fraction(1, 4))
    {'A1': [('D', 0)]}
    """
    found: dict[str, list[tuple[str, int]]] = {}
    for action in actions:
        if action.rule is not None and action.rule.mode == "only_when":
            continue
        for d in action.dimensions:
            if d not in reference or d not in site_scores:
                continue
            score = np.asarray(site_scores[d], dtype=np.float64)
            gap = np.round(reference[d] - score, DIGITS) >= float(protect_below)
            own = np.flatnonzero(gap & (score >= action.min_score) & (score < action.max_score))
            if len(own):
                found.setdefault(action.code, []).extend((d, int(i)) for i in own)
    return found


def action_values(found: Candidates, dimension_values: Floats) -> Floats:
    """Highest IV among the triggering dimensions x impact / effort, rounded to 1e-9: (n, a); 0 for prerequisites only."""
    out = np.zeros((dimension_values.shape[0], len(found.actions)))
    for i, (action, columns) in enumerate(zip(found.actions, found.triggered, strict=True)):
        if columns:
            out[:, i] = dimension_values[:, list(columns)].max(axis=1) * action.impact / action.effort
    return np.round(out, DIGITS)


def action_components(found: Candidates, dimension_values: Floats) -> Ints:
    """The component each action stands for, by row: that of the dimension whose value it takes, else of its first one."""
    out = np.tile(np.array(found.component, dtype=np.int64), (dimension_values.shape[0], 1))
    of_column = np.array(found.column_component, dtype=np.int64)
    for i, columns in enumerate(found.triggered):
        if columns:
            own = np.array(columns)
            out[:, i] = of_column[own[dimension_values[:, own].argmax(axis=1)]]
    return out


def listing(found: Candidates, worth: Floats) -> Ints:
    """The list of METHOD 7 for n rows of action values: (n, a) positions into `actions`, first place first.

    "Take the highest remaining value; first place its unmet prerequisites, recursively" is the same as sorting by the
    highest value that needs an action (its own included), then by the action that has it, then by the order within.
    """
    n, a = worth.shape
    value, puller = np.full((n, a), -1.0), np.zeros((n, a), dtype=np.int64)
    for x in range(a):
        if not found.triggered[x]:
            continue  # without a trigger of its own it stands for nothing but those that need it
        chain = np.flatnonzero(found.order_before[x] >= 0)
        # strictly more: among equals the first in content order stays the puller
        more = worth[:, x : x + 1] > value[:, chain]
        value[:, chain] = np.where(more, worth[:, x : x + 1], value[:, chain])
        puller[:, chain] = np.where(more, x, puller[:, chain])
    inner = found.order_before[puller, np.arange(a)[None, :]]
    return np.asarray(np.lexsort((inner, puller, -value), axis=1), dtype=np.int64)


def top_list(found: Candidates, order: Ints, components: Ints, size: int) -> Ints:
    """The first `size` actions of each row, every component with a gap represented where it can be: (n, size).

    `components` (n, a) is what `action_components` gives.

    An absent component's best action replaces the lowest one whose component stays represented (METHOD 7).
    """
    top = order[:, :size].copy()
    if top.shape[1] == 0:
        return top
    listed = np.take_along_axis(components, order, axis=1)
    for c in found.open_components:
        has = (listed == c).any(axis=1)
        absent = has & ~(np.take_along_axis(components, top, axis=1) == c).any(axis=1)
        best = order[np.arange(len(order)), (listed == c).argmax(axis=1)]
        for place in range(top.shape[1] - 1, -1, -1):
            own = np.take_along_axis(components, top, axis=1)
            spare = (own == own[:, place : place + 1]).sum(axis=1) > 1
            take = absent & spare
            top[take, place] = best[take]
            absent &= ~take
    return top
