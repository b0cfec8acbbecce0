"""The priority list of an insight: what is ranked, by which weights and reference, and why. Computed on read.

Nothing is stored: reference and weights are the reader's choice (METHOD 7). Plans freeze what they show.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessments import alignment, pipeline, plans, priorities
from assessments.catalogue import Action
from assessments.decimals import one
from assessments.insight import Insight, MeasureView
from assessments.network import site_weights, weighted_shares
from assessments.projection import in_doing_order, project, roll_up
from assessments.reading import SiteMark
from assessments.stability import Stability, own_draws, read_draws, stability

PRESETS = {
    "strategic": gettext_lazy("Strategic"),
    "tactical": gettext_lazy("Tactical"),
    "operational": gettext_lazy("Operational"),
}
OWN = "own"  # in place of a preset: weights that the reader chose
Weights = tuple[float, float, float]  # costs, objectives, gap; they sum to 1
REFERENCES = {
    "target": gettext_lazy("own target"),
    "peers": gettext_lazy("peers' upper quartile"),
    "network": gettext_lazy("best own plant"),
}


@dataclass(frozen=True)
class RankedDimension:
    """One dimension in the ranking; `rank` is None for those to protect or without score or reference."""

    view: MeasureView
    reference: float | None
    gap: float | None
    value: float | None
    parts: tuple[float, float, float] | None  # cost, objectives, proximity: weight x share, they sum to the value
    rank: int | None
    protect: bool
    stability: Stability | None


@dataclass(frozen=True)
class RankedAction:
    """One action in the list, with the reason for its rank in a sentence."""

    code: str
    title: str
    rank: int
    in_top_list: bool
    value: float
    impact: int
    effort: int
    dimensions: tuple[str, ...]  # codes that trigger it, first the one it stands for; its own for a prerequisite
    component: str
    because: str
    needed_for: tuple[str, ...]  # titles of the actions that build on it
    stability: str
    in_top_share: float
    median_rank: float
    lifts: tuple["Lift", ...]
    action: Action


@dataclass(frozen=True)
class Lift:
    """What an action alone would do to one of its dimensions: a projection, in levels."""

    name: str
    today: float
    then: float


@dataclass(frozen=True)
class SiteAction:
    """An action that is not in the list, but that the own scores of some plants call for."""

    action: Action
    sites: tuple[tuple[str, SiteMark], ...]  # dimension, the plant with its score in it; lowest first


@dataclass(frozen=True)
class Ranking:
    """The whole ranking under one preset and one reference."""

    preset: str
    reference: str
    weights: Weights
    dimensions: tuple[RankedDimension, ...]  # ranked first, then to protect, then without score or reference
    actions: tuple[RankedAction, ...]
    projected: Mapping[str, float]  # measure -> score when the top list is done; a projection
    cost_basis: str  # how the cost share was weighted; "" when no site gave costs
    cost_sites: int
    objectives_known: bool
    at_sites: tuple[SiteAction, ...]  # most plants first
    done: tuple[Action, ...]  # of the cycle's own plan, for the network: not listed, and nothing waits for them
    own_relevance: int  # cells of the alignment map that are the organisation's own judgement
    relevance: Mapping[str, Mapping[str, int]]  # dimension -> objective -> 0 to 3, with the own judgement
    inputs: priorities.Inputs  # what the values follow from
    weighing: priorities.Weighing

    @property
    def top(self) -> tuple[RankedAction, ...]:
        return tuple(a for a in self.actions if a.in_top_list)


@lru_cache(maxsize=3)
def draws(preset: str) -> Any:
    rules = pipeline.current_method().priorities
    return read_draws(settings.FIXTURES / "stability" / f"{preset}.csv", rules.draws_sha256[preset])


@lru_cache(maxsize=64)
def draws_of(weights: Weights) -> Any:
    """The draws around weights somebody chose: the same ones for the same weights."""
    rules = pipeline.current_method().priorities
    return own_draws(weights, rules.draws, rules.concentration, rules.own_seed)


def reference_of(view: MeasureView, kind: str) -> float | None:
    """The level a dimension is measured against: own target, peer P75, or the best own plant."""
    if kind == "target":
        return view.target
    if kind == "peers":
        return view.upper_quartile
    return max(view.sites.scores, default=None)


def usable_references(seen: Insight) -> list[str]:
    """The references at least one scored dimension has, in the order they are offered."""
    return [kind for kind in REFERENCES if any(reference_of(v, kind) is not None for v in seen.dimensions)]


def importance_and_costs(seen: Insight) -> tuple[dict[str, float], dict[str, float], str, int]:
    """What weighs objectives and costs: the 100 points (E-N2); the production-value-weighted mean of the submitted sites'
    cost structures (S-N2), the basis of its weights, the sites counted."""
    points = _numbers(seen.reading.answers[seen.submission.pk].items.get("E-N2", {}))
    sites = [p for p in seen.reading.invited.get(seen.submission.cycle_id, []) if p.costs]
    if not sites:
        return points, {}, "", 0
    weights, basis = site_weights([pipeline.site_facts(p.site_id, p.profile) for p in sites])
    return points, weighted_shares({p.site_id: _numbers(p.costs) for p in sites}, weights), basis, len(sites)


def _numbers(row: Mapping[str, Any]) -> dict[str, float]:
    return {key: value for key, value in row.items() if isinstance(value, (int, float))}


def figures_of(seen: Insight) -> dict[str, priorities.Figure]:
    """The facts the rules of actions ask for, as far as they are known; "name@dimension" holds for one dimension."""
    means = seen.network.question_means if seen.network else {}
    found: dict[str, priorities.Figure] = {f"network_mean({code})": mean for code, mean in means.items()}
    found |= {key: value for key, value in seen.result.figures.items() if value is not None}
    mismatch = seen.network.figures.get("decision_mismatch_share") if seen.network else None
    if mismatch is not None:
        found["decision_mismatch_share"] = mismatch
    for view in seen.dimensions:
        if view.perception is not None and view.perception.gap is not None:
            # Exactly 0.8 must not miss the rule by a rounding of floats that the flag does not make.
            found[f"abs(perception_gap)@{view.code}"] = round(abs(view.perception.gap), priorities.DIGITS)
            found[f"sites_answered@{view.code}"] = float(view.perception.sites)
    return found


def ranking_of(
    seen: Insight, preset: str = "strategic", reference: str = "target", own: Weights | None = None
) -> Ranking:
    """Rank dimensions and actions of a scored submission (METHOD 7), by a preset or by `own` weights. Two queries.

    Raises KeyError for an unknown preset or reference.
    """
    rules = pipeline.current_method().priorities
    catalogue = seen.catalogue
    weights = np.array(own or [float(w) for w in rules.presets[preset]])
    if reference not in REFERENCES:
        raise KeyError(reference)
    importance, costs, basis, cost_sites = importance_and_costs(seen)
    relevance = alignment.relevance_of(seen.submission.organisation_id, catalogue)
    references = {v.code: r for v in seen.dimensions if (r := reference_of(v, reference)) is not None}
    scores = {v.code: v.score for v in seen.dimensions if v.score is not None}
    inputs = priorities.Inputs(scores, references, importance, costs)
    weighing = priorities.weigh(
        [d.code for d in catalogue.dimensions],
        relevance.levels,
        {d.code: d.cost_relevance for d in catalogue.dimensions},
        inputs,
    )
    open_gap = priorities.eligible(weighing, rules.protect_below)
    gone = seen.done_since[plans.NETWORK]
    measured = seen.done_network - gone
    found = priorities.candidates(catalogue, weighing, open_gap, scores, figures_of(seen), seen.done_network, measured)
    every = np.vstack(
        [weights, draws_of(own) if own else draws(preset)]
    )  # row 0 is what the page shows, the others how firm it stands
    iv = priorities.values(weighing, every)
    place = priorities.ranks(iv[:, open_gap])
    worth = priorities.action_values(found, iv)
    order = priorities.listing(found, worth)
    top = priorities.top_list(found, order, priorities.action_components(found, iv), rules.top)
    firm = stability(place[1:], place[1:] <= rules.top, rules.robust, rules.sensitive)
    ranked = {int(j): (int(rank), held) for j, rank, held in zip(np.flatnonzero(open_gap), place[0], firm, strict=True)}
    dimensions = []
    at = {code: j for j, code in enumerate(weighing.dimensions)}
    for view in seen.dimensions:
        j = at.get(view.code)
        if j is None:
            row = RankedDimension(view, references.get(view.code), None, None, None, None, False, None)
        else:
            rank, held = ranked.get(j, (None, None))
            parts = tuple(float(x) for x in weights * weighing.shares[j])
            gap, value = float(weighing.proximity[j]), float(iv[0, j])
            row = RankedDimension(view, references[view.code], gap, value, parts, rank, rank is None, held)
        dimensions.append(row)
    dimensions.sort(key=lambda r: (r.rank is None, r.rank or 0, not r.protect))
    leads = [_lead(found, i, weighing.dimensions, iv[0]) for i in range(len(found.actions))]
    actions = _actions(
        found, worth, order, top, leads, {r.view.code: r for r in dimensions}, reference, rules, measured
    )
    chosen = {a.code for a in actions if a.in_top_list}
    return Ranking(
        preset=OWN if own else preset,
        reference=reference,
        weights=(float(weights[0]), float(weights[1]), float(weights[2])),
        dimensions=tuple(dimensions),
        actions=actions,
        projected=roll_up(
            catalogue.components,
            project(scores, [a for a in in_doing_order(catalogue.actions) if a.code in chosen], rules.lift_by_impact),
            scored_measures(seen),
        ),
        cost_basis=basis,
        cost_sites=cost_sites,
        objectives_known=bool(importance),
        at_sites=_at_sites(seen, references, frozenset(a.code for a in actions), rules.protect_below),
        done=tuple(a for a in catalogue.actions if a.code in gone),
        own_relevance=len(relevance.own),
        relevance=relevance.levels,
        inputs=inputs,
        weighing=weighing,
    )


def scored_measures(seen: Insight) -> frozenset[str]:
    """The measures that have a score today: only these get a projection."""
    return frozenset(code for code, m in seen.measures.items() if m.score is not None)


def _at_sites(
    seen: Insight, references: Mapping[str, float], listed: frozenset[str], protect_below: Any
) -> tuple[SiteAction, ...]:
    """The actions outside of the list that single plants' own scores trigger and that they have not done, most plants first."""
    others = [
        a for a in seen.catalogue.actions if a.code not in listed and a.code not in seen.done_since[plans.NETWORK]
    ]
    marks, done = {v.code: v.sites for v in seen.dimensions}, seen.done_since
    found = priorities.site_triggers(others, {d: sites.scores for d, sites in marks.items()}, references, protect_below)
    rows = []
    for action in others:
        if action.code in found:
            every = [(d, marks[d][i]) for d, i in found[action.code]]
            sites = [(d, mark) for d, mark in every if action.code not in done.get(mark.site_id, ())]
            if not sites:
                continue
            rows.append(SiteAction(action, tuple(sorted(sites, key=lambda s: s[1].score))))
    return tuple(sorted(rows, key=lambda r: -len(r.sites)))


def lifts_of(action: Action, dimensions: Mapping[str, MeasureView], lift_by_impact: Any) -> tuple[Lift, ...]:
    """What an action alone would lift today (METHOD 7): from, to; nothing where it stands at the end of its range."""
    today = {d: s for d in action.dimensions if (s := dimensions[d].score) is not None}
    then = project(today, [action], lift_by_impact)
    return tuple(Lift(dimensions[d].name, today[d], then[d]) for d in today if then[d] > today[d])


def _lead(found: priorities.Candidates, i: int, names: tuple[str, ...], values: Any) -> tuple[str, ...]:
    """The dimensions that trigger an action, highest value first; those of the action itself for a prerequisite."""
    hits = sorted(found.triggered[i], key=lambda j: -values[j])
    return tuple(names[j] for j in hits) or found.actions[i].dimensions


def _actions(
    found: priorities.Candidates,
    worth: Any,
    order: Any,
    top: Any,
    leads: list[tuple[str, ...]],
    dimensions: Mapping[str, RankedDimension],
    reference: str,
    rules: Any,
    done_before: frozenset[str],
) -> tuple[RankedAction, ...]:
    places = np.empty_like(order)
    np.put_along_axis(places, order, np.arange(1, order.shape[1] + 1)[None, :], axis=1)
    in_top = (top[:, :, None] == np.arange(len(found.actions))).any(axis=1)
    firm = stability(places[1:], in_top[1:], rules.robust, rules.sensitive)
    rows = []
    for i in order[0]:
        action = found.actions[i]
        pulling = [j for j in range(len(found.actions)) if j != i and found.order_before[j, i] >= 0]
        own = leads[i]
        # A place among the first five that the value alone does not give was taken to represent a component.
        stands_in = bool(in_top[0, i]) and places[0, i] > rules.top
        rows.append(
            RankedAction(
                code=action.code,
                title=action.title,
                rank=int(places[0, i]),
                in_top_list=bool(in_top[0, i]),
                value=float(worth[0, i]),
                impact=action.impact,
                effort=action.effort,
                dimensions=own,
                component=dimensions[own[0]].view.component,
                because=reason(
                    action,
                    dimensions[own[0]],
                    found.why[i],
                    reference,
                    [found.actions[j].title for j in pulling if found.triggered[j]],
                    stands_in,
                    action.code in done_before,
                ),
                needed_for=tuple(found.actions[j].title for j in pulling if found.triggered[j]),
                stability=firm[i].label,
                in_top_share=firm[i].in_top,
                median_rank=firm[i].median_rank,
                lifts=lifts_of(action, {code: r.view for code, r in dimensions.items()}, rules.lift_by_impact),
                action=action,
            )
        )
    return tuple(rows)


def reason(
    action: Action,
    row: RankedDimension,
    why: str,
    reference: str,
    needed_for: list[str],
    stands_in: bool,
    done_before: bool = False,
) -> str:
    """Why an action stands where it stands, in whole sentences."""
    if not why:
        return ngettext(
            "Needed first: “%(titles)s” builds on it.", "Needed first: “%(titles)s” build on it.", len(needed_for)
        ) % {"titles": "”, “".join(needed_for)}
    told = []
    apart = row.view.perception.gap if row.view.perception else None
    if why == "rule" and action.rule and apart is not None and any("perception_gap" in t[0] for t in action.rule.terms):
        told.append(_("Head office and plants are %(gap)s apart here.") % {"gap": one(abs(apart))})
    elif why == "rule":
        told.append(action.rule_text)
    values = {
        "name": row.view.name,
        "score": _level(row.view.score),
        "reference": _level(row.reference),
    }
    against = {
        "target": _("%(name)s: %(score)s today, your target is %(reference)s."),
        "peers": _("%(name)s: %(score)s today, a quarter of the peers reach %(reference)s or more."),
        "network": _("%(name)s: %(score)s today, your best plant is at %(reference)s."),
    }
    told.append(against[reference] % values)
    cost, objectives, proximity = row.parts or (0.0, 0.0, 0.0)
    if cost > max(objectives, proximity):
        told.append(_("Most of its weight comes from the costs it drives."))
    elif objectives > max(cost, proximity):
        told.append(_("Most of its weight comes from the objectives it serves."))
    else:
        told.append(_("Most of its weight comes from the size of the gap."))
    if action.effort <= 1:
        told.append(_("Little effort."))
    if done_before:
        told.append(_("It was done in an earlier plan; the score still calls for it."))
    if stands_in:
        told.append(_("Placed here so that its component is represented."))
    return " ".join(told)


def _level(level: float | None) -> str:
    return "–" if level is None else one(level)
