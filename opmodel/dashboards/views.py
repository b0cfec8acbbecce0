"""Pages that read: where we stand, among peers, at the plants, and how each number came about."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from assessments import insight, pipeline, selectors
from assessments.access import sees_results
from assessments.catalogue import ENTERPRISE, SITE
from assessments.decimals import two, written
from assessments.insight import Insight
from assessments.models import Submission
from assessments.ranking import PRESETS, REFERENCES, ranking_of, usable_references
from assessments.reading import Reading
from opmodel.dashboards import figures, gallery, headlines, opening
from opmodel.dashboards.opening import of_enterprise, of_sites
from opmodel.dashboards.presenting import (
    action_row,
    choices,
    dimension_row,
    explain_url,
    network_row,
    number,
    percent,
    perception_row,
    perception_title,
    perception_views,
    row,
    source,
)
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission, can

SHOWN = 5  # rows of a table on the dashboard; the rest stands on its own page


@require_GET
@member_required(Permission.VIEW_RESULTS)
@of_enterprise
def dashboard(request: HttpRequest, seen: Insight, sources: dict[str, Any]) -> HttpResponse:
    components = [row(seen, m) for m in seen.components]
    by_component = []
    for c, shown in zip(seen.catalogue.components, components, strict=True):
        own = [seen.measures[d.code] for d in c.dimensions]
        own.sort(key=lambda m: (m.gap_to(m.median) is None, m.gap_to(m.median) or 0.0))
        by_component.append({"component": shown, "rows": [row(seen, m) for m in own]})
    ranked = ranking_of(seen, reference=default_reference(seen))
    context = {
        "source": sources,
        "headline": headlines.page_headline([(m.name, m.score, m.median) for m in seen.components]),
        "overall": row(seen, seen.overall),
        "components": components,
        "level_names": list(zip("12345", seen.catalogue.level_names, strict=True)),
        "chart_title": headlines.dimension_headline([(m.score, m.lower_quartile) for m in seen.dimensions]),
        "by_component": by_component,
        "perception_title": perception_title(seen),
        "perception": [perception_row(m) for m in perception_views(seen)][:SHOWN],
        "actions": [action_row(a) for a in ranked.top],
        "no_actions": headlines.no_actions(sum(d.rank is None and not d.protect for d in ranked.dimensions)),
        "preset": PRESETS[ranked.preset],
        "reference": REFERENCES[ranked.reference],
    }
    return render(request, "dashboards/dashboard.html", context)


def default_reference(seen: Insight) -> str:
    """Own targets where there are any, else the next reference that exists."""
    return next(iter(usable_references(seen)), "target")


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


@require_GET
@member_required()
def explain(request: HttpRequest, public_id: str, measure: str) -> HttpResponse:
    """How one number came about: its parts, down to the stored answers."""
    found = selectors.submissions(request.member).select_related("cycle", "organisation").filter(public_id=public_id)
    submission: Submission | None = found.first()
    if submission is None or not sees_results(request.member, submission):
        raise Http404
    seen = opening.seen_of(request, submission, Reading([submission]))
    if measure not in seen.measures:
        raise Http404
    told = insight.explain(seen, measure)
    score, texts, stored = told["score"], told["texts"], seen.measures[measure].score
    statuses = {
        "counts": "",
        "unanswered": _("not answered"),
        "not applicable": _("not applicable"),
        "not scored": _("not scored"),
    }
    parts = []
    for p in score.parts if told["as_scored"] else ():
        dimension = seen.catalogue.question_by_code.get(p.code)
        if dimension is None:
            url = explain_url(seen, p.code)
        else:
            url = reverse("submission-dimension", args=[public_id, dimension.dimension]) + f"#{p.code}"
        parts.append(
            {
                "code": p.code,
                "text": texts[p.code],
                "weight": written(f"{float(100 * p.weight):.1f} %"),
                # A level is a whole number, a score is not.
                "value": "" if p.value is None else f"{p.value:.0f}" if dimension else two(p.value),
                "status": statuses[p.status],
                "url": url,
            }
        )
    context = {
        "source": source(seen),
        "measure": row(seen, seen.measures[measure]),
        "exact": "" if stored is None else written(f"{stored:.4f}"),
        "as_scored": told["as_scored"],
        "parts": parts,
        "up": above(seen, measure),
        "site": submission.site.name if submission.view == SITE and submission.site else "",
        "beside": beside(seen, measure) if submission.view == ENTERPRISE else None,
    }
    return render(request, "dashboards/explain.html", context)


def above(seen: Insight, measure: str) -> list[dict[str, str]]:
    """The way back up from a measure: its component, the overall score."""
    codes = [] if measure == "OVERALL" else ["OVERALL"]
    if measure in seen.catalogue.dimension_by_code:
        codes.append(seen.measures[measure].component)
    return [{"name": seen.measures[code].name, "url": explain_url(seen, code)} for code in codes]


def beside(seen: Insight, measure: str) -> dict[str, Any] | None:
    """What stands beside the score of a dimension, with what each of it is made of: target, plants, perception."""
    m = seen.measures[measure]
    if measure not in seen.catalogue.dimension_by_code:
        return None
    parts = insight.plant_parts(seen, measure)
    return {
        "target": number(m.target) if m.target is not None else "",
        "releases": m.releases_effort,
        "target_url": reverse("submission-item", args=[seen.submission.public_id, "E-N6"]),
        "network": network_row(seen, m),
        "plants": [
            {
                "name": p.name,
                "score": number(p.score),
                "weight": written(f"{100 * p.weight:.1f} %") if p.score is not None else "",
                "url": reverse("explain", args=[p.submission, measure]) if p.submission else "",
            }
            for p in parts
        ],
        "perception": perception_row(m) if m.perception and m.perception.gap is not None else None,
        "perception_url": reverse("dashboard-perception") + f"?cycle={seen.submission.cycle.public_id}#{measure}",
    }
