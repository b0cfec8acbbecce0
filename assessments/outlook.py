"""What a choice of actions could bring, and the cheapest choice for a target: from an insight. Projections, never scores. No query."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assessments import pipeline, priorities
from assessments.catalogue import Action
from assessments.cheapest import Aim, Cheapest, cheapest
from assessments.insight import Insight, MeasureView
from assessments.plans import NETWORK
from assessments.projection import in_doing_order, raised, roll_up
from assessments.ranking import Lift, lifts_of, scored_measures
from benchmarks.settings import method_section
from benchmarks.statistics import Position, half_up, position


@dataclass(frozen=True)
class Step:
    """One action of a choice in the order of doing; `needed_for` is empty for those that were chosen themselves."""

    action: Action
    chosen: bool
    needed_for: tuple[str, ...]  # titles of the chosen ones that it comes along with
    lifts: tuple[Lift, ...]  # after the steps before it


@dataclass(frozen=True)
class Projected:
    """One measure today and after the choice, with its place among the peers then."""

    view: MeasureView
    then: float | None
    place: Position | None

    @property
    def moves(self) -> bool:
        return self.then is not None and self.view.score is not None and self.then > self.view.score


@dataclass(frozen=True)
class Outlook:
    """Everything a choice of actions could bring."""

    steps: tuple[Step, ...]
    measures: Mapping[str, Projected]
    days: int  # person-days of all steps, by the upper ends of the effort scale

    @property
    def along(self) -> tuple[Step, ...]:
        return tuple(s for s in self.steps if not s.chosen)


def outlook(seen: Insight, chosen: Iterable[str]) -> Outlook:
    """The projection of chosen actions (codes of the content) with the prerequisites that come along (METHOD 7).

    What is done of the cycle's own plan is left out: what it brought shows in the next scores.
    """
    rules, by_code = pipeline.current_method().priorities, seen.catalogue.action_by_code
    scores, wanted = scores_of(seen), set(chosen) - seen.done_since[NETWORK]
    needed_for: dict[str, list[str]] = {}
    for code in sorted(wanted, key=list(by_code).index):
        for member in priorities.with_prerequisites(seen.catalogue, code, scores, seen.done_network):
            needed_for.setdefault(member, [])
            if member != code:
                needed_for[member].append(by_code[code].title)
    after, steps = dict(scores), []
    for action in in_doing_order(seen.catalogue.actions):
        if action.code not in needed_for:
            continue
        before = {d: after[d] for d in action.dimensions if d in after}
        after |= {d: raised(score, action, rules.lift_by_impact) for d, score in before.items()}
        lifts = tuple(Lift(seen.measures[d].name, s, after[d]) for d, s in before.items() if after[d] > s)
        own = action.code in wanted
        steps.append(Step(action, own, () if own else tuple(needed_for[action.code]), lifts))
    then = roll_up(seen.catalogue.components, after, scored_measures(seen))
    measures = {m: Projected(v, then.get(m), _place(v, then.get(m))) for m, v in seen.measures.items()}
    return Outlook(tuple(steps), measures, sum(days_of(s.action) for s in steps))


def scores_of(seen: Insight) -> dict[str, float]:
    return {v.code: v.score for v in seen.dimensions if v.score is not None}


def days_of(action: Action) -> int:
    """Person-days of an action: the upper end of its effort class (method.yaml, effort_days)."""
    return pipeline.current_method().priorities.effort_days[action.effort - 1]


def _place(view: MeasureView, then: float | None) -> Position | None:
    if view.peer is None or then is None:
        return None
    return position(then, view.peer.quantiles, view.peer.n_band, method_section())


def quarter(score: float | None, view: MeasureView) -> int | None:
    """Which quarter of the peers a score lies in, 1 the lowest; level with a quartile counts as reaching it.

    Rounded as it is shown and as positions take it (METHOD 5); None without peers.
    """
    marks = (view.lower_quartile, view.median, view.upper_quartile)
    if score is None or any(m is None for m in marks):
        return None
    return 1 + sum(half_up(score) >= m for m in marks if m is not None)


@dataclass(frozen=True)
class Offer:
    """An action one may put into a projection: what it alone would lift today, and how many others come first."""

    action: Action
    lifts: tuple[Lift, ...]
    first: int


def offers(seen: Insight) -> tuple[Offer, ...]:
    """The actions that would lift something today, and those that others need first; content order."""
    rules, scores, actions = pipeline.current_method().priorities, scores_of(seen), to_do(seen)
    chains = {a.code: priorities.with_prerequisites(seen.catalogue, a.code, scores, seen.done_network) for a in actions}
    lifts = {a.code: lifts_of(a, seen.measures, rules.lift_by_impact) for a in actions}
    useful = {member for code, members in chains.items() if lifts[code] for member in members}
    return tuple(Offer(a, lifts[a.code], len(chains[a.code]) - 1) for a in actions if a.code in useful)


def to_do(seen: Insight) -> list[Action]:
    """All actions but those done since these scores were measured."""
    gone = seen.done_since[NETWORK]
    return [a for a in seen.catalogue.actions if a.code not in gone]


TARGET, LEVEL = "target", "level"
MARKS = {"median": 50, "quartile": 75}  # of the peers
EACH = "each"  # scope: chosen dimensions, each for itself


def aims_of(seen: Insight, kind: str, scope: str, dimensions: Sequence[str], level: float | None) -> list[Aim]:
    """What shall be reached; measures without a score, or without the figure to aim at, are left out.

    `kind` is "target" (own targets, which dimensions alone have: each dimension in the scope reaches its own), "median" or
    "quartile" (of the peers), or "level". `scope` is OVERALL, a component, or "each" for the `dimensions`.
    """
    if kind == TARGET and scope != EACH:
        dimensions = [d.code for d in seen.catalogue.dimensions if scope in ("OVERALL", d.component)]
    views = [seen.measures[d] for d in dimensions] if kind == TARGET or scope == EACH else [seen.measures[scope]]
    aims = []
    for view in views:
        wanted = level if kind == LEVEL else view.target if kind == TARGET else _mark(view, MARKS[kind])
        if wanted is not None and view.score is not None:
            aims.append(Aim(view.code, wanted))
    return aims


def _mark(view: MeasureView, percentile: int) -> float | None:
    return view.peer.quantiles.get(percentile) if view.peer else None


def cheapest_of(seen: Insight, aims: Sequence[Aim], budget: int | None = None) -> Cheapest:
    """The cheapest set of actions of the content, not done yet, that reaches the aims. Raises cheapest.Unsolved."""
    rules, scores, actions = pipeline.current_method().priorities, scores_of(seen), to_do(seen)
    by_code, done = seen.catalogue.action_by_code, seen.done_network
    needs = {a.code: [p for p in a.prerequisites if not priorities.met(by_code[p], scores, done)] for a in actions}
    return cheapest(
        seen.catalogue.components,
        in_doing_order(actions),
        scores,
        scored_measures(seen),
        aims,
        rules.lift_by_impact,
        rules.effort_days,
        needs,
        budget,
    )
