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

from assessments import pipeline, priorities
from assessments.catalogue import Action
from assessments.decimals import one
from assessments.insight import Insight, MeasureView
from assessments.network import site_weights, weighted_shares
from assessments.projection import project, roll_up
from assessments.stability import Stability, read_draws, stability

PRESETS = {
    "strategic": gettext_lazy("Strategic"),
    "tactical": gettext_lazy("Tactical"),
    "operational": gettext_lazy("Operational"),
}
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
    action: Action


@dataclass(frozen=True)
class Ranking:
    """The whole ranking under one preset and one reference."""

    preset: str
    reference: str
    weights: tuple[float, float, float]
    dimensions: tuple[RankedDimension, ...]  # ranked first, then to protect, then without score or reference
    actions: tuple[RankedAction, ...]
    projected: Mapping[str, float]  # measure -> score when the top list is done; a projection
    cost_basis: str  # how the cost share was weighted; "" when no site gave costs
    cost_sites: int
    objectives_known: bool
    inputs: priorities.Inputs  # what the values follow from
    weighing: priorities.Weighing

    @property
    def top(self) -> tuple[RankedAction, ...]:
        return tuple(a for a in self.actions if a.in_top_list)


@lru_cache(maxsize=3)
def draws(preset: str) -> Any:
    rules = pipeline.current_method().priorities
    return read_draws(settings.FIXTURES / "stability" / f"{preset}.csv", rules.draws_sha256[preset])


def reference_of(view: MeasureView, kind: str) -> float | None:
    """The level a dimension is measured against: own target, peer P75, or the best own plant."""
    if kind == "target":
        return view.target
    if kind == "peers":
        return view.upper_quartile
    return max((s.score for s in view.sites), default=None)


def usable_references(seen: Insight) -> list[str]:
    """The references at least one scored dimension has, in the order they are offered."""
    return [kind for kind in REFERENCES if any(reference_of(v, kind) is not None for v in seen.dimensions)]


def cost_share(seen: Insight) -> tuple[dict[str, float], str, int]:
    """Production-value-weighted mean of the submitted sites' cost structures (S-N2), the weights' basis, sites counted."""
    sites = [p for p in seen.reading.invited.get(seen.submission.cycle_id, []) if p.costs]
    if not sites:
        return {}, "", 0
    costs = {
        p.site_id: {category: percent for category, percent in p.costs.items() if isinstance(percent, (int, float))}
        for p in sites
    }
    weights, basis = site_weights([pipeline.site_facts(p.site_id, p.profile) for p in sites])
    return weighted_shares(costs, weights), basis, len(sites)


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


def ranking_of(seen: Insight, preset: str = "strategic", reference: str = "target") -> Ranking:
    """Rank dimensions and actions of a scored submission (METHOD 7). Three queries.

    Raises KeyError for an unknown preset or reference.
    """
    rules = pipeline.current_method().priorities
    catalogue = seen.catalogue
    weights = np.array([float(w) for w in rules.presets[preset]])
    if reference not in REFERENCES:
        raise KeyError(reference)
    costs, basis, cost_sites = cost_share(seen)
    importance = seen.reading.answers[seen.submission.pk].items.get("E-N2", {})
    references = {v.code: r for v in seen.dimensions if (r := reference_of(v, reference)) is not None}
    scores = {v.code: v.score for v in seen.dimensions if v.score is not None}
    inputs = priorities.Inputs(
        scores,
        references,
        {k: v for k, v in importance.items() if isinstance(v, (int, float))},
        costs,
    )
    weighing = priorities.weigh(
        [d.code for d in catalogue.dimensions],
        {d.code: d.objective_relevance for d in catalogue.dimensions},
        {d.code: d.cost_relevance for d in catalogue.dimensions},
        inputs,
    )
    open_gap = priorities.eligible(weighing, rules.protect_below)
    found = priorities.candidates(catalogue, weighing, open_gap, scores, figures_of(seen))
    every = np.vstack([weights, draws(preset)])  # row 0 is what the page shows, the others how firm it stands
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
    actions = _actions(found, worth, order, top, leads, {r.view.code: r for r in dimensions}, reference, rules)
    chosen = [a.action for a in actions if a.in_top_list]
    return Ranking(
        preset=preset,
        reference=reference,
        weights=(float(weights[0]), float(weights[1]), float(weights[2])),
        dimensions=tuple(dimensions),
        actions=actions,
        projected=roll_up(
            catalogue.components,
            project(scores, chosen, rules.lift_by_impact),
            frozenset(code for code, m in seen.measures.items() if m.score is not None),
        ),
        cost_basis=basis,
        cost_sites=cost_sites,
        objectives_known=bool(importance),
        inputs=inputs,
        weighing=weighing,
    )


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
                ),
                needed_for=tuple(found.actions[j].title for j in pulling if found.triggered[j]),
                stability=firm[i].label,
                in_top_share=firm[i].in_top,
                median_rank=firm[i].median_rank,
                action=action,
            )
        )
    return tuple(rows)


def reason(
    action: Action, row: RankedDimension, why: str, reference: str, needed_for: list[str], stands_in: bool
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
    if stands_in:
        told.append(_("Placed here so that its component is represented."))
    return " ".join(told)


def _level(level: float | None) -> str:
    return "–" if level is None else one(level)
