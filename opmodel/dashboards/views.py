"""Pages that read: where we stand, among peers, at the plants, and how each number came about."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from assessments import pipeline, selectors
from assessments.insight import Insight, MeasureView
from assessments.ranking import PRESETS, REFERENCES, ranking_of
from assessments.since import Since, since
from opmodel.dashboards import changes, dimensions, figures, gallery, headlines
from opmodel.dashboards.dimensions import default_reference
from opmodel.dashboards.opening import of_enterprise, of_sites, over_cycles
from opmodel.dashboards.presenting import (
    action_row,
    choices,
    dimension_row,
    explain_url,
    number,
    percent,
    perception_row,
    perception_title,
    perception_views,
    row,
)
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission, can

SHOWN = 5  # rows of a table on the dashboard; the rest stands on its own page


@require_GET
@member_required(Permission.VIEW_RESULTS)
@over_cycles
def dashboard(request: HttpRequest, seen: Insight, sources: dict[str, Any]) -> HttpResponse:
    sort = request.GET.get("sort", "order")
    if sort not in dimensions.SORTS:
        raise Http404
    ranked = ranking_of(seen, reference=default_reference(seen))
    found = since(seen)
    context = {
        "source": sources,
        "headline": headlines.page_headline([(m.name, m.score, m.median) for m in seen.components]),
        "overall": card(seen, seen.overall, found),
        "components": [card(seen, m, found) for m in seen.components],
        "level_names": list(zip("12345", seen.catalogue.level_names, strict=True)),
        "chart_title": headlines.dimension_headline([(m.score, m.lower_quartile) for m in seen.dimensions]),
        "sort": sort,
        "sorts": dimensions.offered(seen, request, sort),
        "sort_note": dimensions.NOTES[sort],
        "groups": dimensions.groups(seen, ranked, sort),
        "dimensions_csv": gallery.csv_url("dimensions", request),
        "change": changes.summary(seen, found),
        "perception_title": perception_title(seen),
        "perception": [perception_row(m) for m in perception_views(seen)][:SHOWN],
        "actions": [action_row(a) for a in ranked.top],
        "no_actions": headlines.no_actions(sum(d.rank is None and not d.protect for d in ranked.dimensions)),
        "preset": PRESETS[ranked.preset],
        "reference": REFERENCES[ranked.reference],
    }
    return render(request, "dashboards/dashboard.html", context)


def card(seen: Insight, m: MeasureView, found: Since | None) -> dict[str, Any]:
    """One of the five scores with its step since the last cycle."""
    step = changes.step(found.enterprise[m.code]) if found else ""
    return row(seen, m) | {
        "place_url": explain_url(seen, m.code, "position"),
        "step": step,
        "since": found.earlier.cycle.name if found else "",
        "step_url": explain_url(seen, m.code, "change"),
    }


@require_GET
@member_required(Permission.VIEW_RESULTS)
@of_enterprise
def priorities(request: HttpRequest, seen: Insight, sources: dict[str, Any]) -> HttpResponse:
    """The ranked actions with their reasons, under the weights and the reference the reader chose."""
    preset = request.GET.get("preset", "strategic")
    reference = request.GET.get("reference", default_reference(seen))
    if preset not in PRESETS or reference not in REFERENCES:
        raise Http404
    ranked = ranking_of(seen, preset, reference)
    top = ranked.top
    first = seen.measures[top[0].component].name if top else ""
    then = ranked.projected.get("OVERALL")
    left_out = [d.view.name for d in ranked.dimensions if d.rank is None and not d.protect]
    projected = [
        {"name": m.name, "component": m.component, "now": number(m.score), "then": number(ranked.projected.get(m.code))}
        for m in (seen.overall, *seen.components)
    ]
    context = {
        "source": sources,
        "headline": headlines.priorities_headline(first, len(top), seen.overall.score, then, len(left_out)),
        "choices": choices(seen, ranked),
        "cycle_id": request.GET.get("cycle", ""),
        "reference": REFERENCES[reference],
        "top": [action_row(a) for a in top],
        "more": [action_row(a) for a in ranked.actions if not a.in_top_list],
        "projected": projected,
        "ranked": [dimension_row(seen, d) for d in ranked.dimensions if d.rank is not None],
        "protect": [dimension_row(seen, d) for d in ranked.dimensions if d.protect],
        "left_out": left_out,
        "no_actions": headlines.no_actions(len(left_out)),
        "weights": [percent(w) for w in ranked.weights],
        "cost_basis": ranked.cost_basis,
        "cost_sites": ranked.cost_sites,
        "objectives_known": ranked.objectives_known,
        "draws": pipeline.current_method().priorities.draws,
    }
    return render(request, "dashboards/priorities.html", context)


@require_GET
@member_required(Permission.VIEW_RESULTS)
@of_enterprise
def perception(request: HttpRequest, seen: Insight, sources: dict[str, Any]) -> HttpResponse:
    """Head office beside the plants, question pair by question pair."""
    views = perception_views(seen)
    texts = {q.code: q.text for q in seen.catalogue.questions}
    rows = [perception_row(m) for m in views]
    for entry in rows:
        entry["pairs"] = [{**p, "text": texts.get(p["enterprise"], "")} for p in entry["pairs"]]
    context = {
        "source": sources,
        "title": perception_title(seen),
        "rows": rows,
        "census": bool(seen.network and seen.network.sites_submitted >= seen.network.sites_invited),
        "weight_basis": seen.network.weight_basis if seen.network else "",
        "perception": gallery.shown(figures.perception(seen), request),
    }
    return gallery.page(request, "dashboards/perception.html", context)


@require_GET
@member_required(Permission.VIEW_RESULTS, Permission.VIEW_SITE_RESULTS)
def sites(request: HttpRequest) -> HttpResponse:
    """Scores of the plants' own surveys; a plant manager sees the own site only."""
    member = request.member
    cycle, other_cycles = of_sites(request)
    names = selectors.component_names(cycle) if cycle else []
    found = selectors.site_scores(member, cycle.pk, [code for code, _name in names]) if cycle else []
    rows = [
        {
            "name": site["name"],
            "region": site["region"],
            "earlier": 0 if site["current"] else site["revision"],
            "cells": [
                {
                    "score": number(site["scores"].get(code)),
                    "url": reverse("explain", args=[site["public_id"], code]),
                }
                for code, _name in names
            ],
        }
        for site in found
    ]
    context = {
        "rows": [r for r in rows if not r["earlier"]],
        "earlier": [r for r in rows if r["earlier"]],
        "cycle": cycle,
        "invited": selectors.count_invited(cycle) if cycle else 0,
        "other_cycles": other_cycles,
        "components": names,
        "own_only": not can(member, Permission.VIEW_RESULTS),
        "compare_url": reverse("dashboard-plants") + f"?cycle={cycle.public_id}"
        if cycle and can(member, Permission.VIEW_RESULTS)
        else "",
    }
    return render(request, "dashboards/sites.html", context)
