"""Pages that read: where we stand, among peers, at the plants, and how each number came about."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from assessments import insight, selectors
from assessments.catalogue import SITE
from assessments.insight import Insight, MeasureView
from assessments.models import Submission
from opmodel.dashboards import headlines
from opmodel.dashboards.strip import strip
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission, can


def current(request: HttpRequest) -> Insight | None:
    """The insight of the newest scored cycle, or of ?cycle=…; None while nothing is scored."""
    rows = selectors.scored_enterprise(request.member).select_related("cycle", "organisation")
    wanted = request.GET.get("cycle")
    found = rows.filter(cycle__public_id=wanted).first() if wanted else rows.first()
    if found is None:
        if wanted:
            raise Http404
        return None
    result = selectors.latest_result(found)
    return insight.build(found, result, request.GET.get("peers", "")) if result else None


def number(value: float | None) -> str:
    return "–" if value is None else headlines.one(value)


def signed(value: float | None) -> str:
    """A gap with its sign, one decimal.

    >>> signed(-0.25), signed(None)
    ('−0.3', '–')
    """
    if value is None:
        return "–"
    text = headlines.one(abs(value))
    return text if text == "0.0" else f"{'+' if value > 0 else '−'}{text}"


def row(seen: Insight, m: MeasureView) -> dict[str, Any]:
    """One measure as the templates show it."""
    quartiles = (m.lower_quartile, m.median, m.upper_quartile) if m.peer else None
    bottleneck = seen.measures.get(m.bottleneck)
    return {
        "code": m.code,
        "name": m.name,
        "component": m.component,
        "letter": m.component[:1],
        "score": number(m.score),
        "scored": m.score is not None,
        "range": f"{number(m.low)}–{number(m.high)}",
        "partial": m.coverage is not None and m.coverage < 1,
        "coverage": None if m.coverage is None else round(100 * m.coverage),
        "target": number(m.target),
        "median": number(m.median),
        "p25": number(m.lower_quartile),
        "p75": number(m.upper_quartile),
        "vs_median": signed(m.gap_to(m.median)),
        "place": m.place.text if m.place else "",
        "interval": f"90 % P{m.place.low:.0f}–P{m.place.high:.0f}" if m.place and m.place.low is not None else "",
        "peer_label": m.peer.label if m.peer else "",
        "n_band": m.peer.n_band if m.peer else "",
        "bottleneck": {"name": bottleneck.name, "score": number(bottleneck.score)} if bottleneck else None,
        "network": number(m.network.score if m.network else None),
        "sites": len(m.sites),
        "strip": strip(m.score, m.target, quartiles, [s.score for s in m.sites]),
        "explain": reverse("explain", args=[seen.submission.public_id, m.code]),
        "many_not_applicable": m.many_not_applicable,
    }


def source(seen: Insight) -> dict[str, Any]:
    """What every page with figures says about where they come from."""
    release = seen.result.release
    return {
        "cycle": seen.submission.cycle.name,
        "submitted_at": seen.submission.submitted_at,
        "sites_submitted": seen.network.sites_submitted if seen.network else 0,
        "sites_invited": seen.network.sites_invited if seen.network else 0,
        "method": seen.result.method_version,
        "content": seen.result.content_version,
        "release": release.name if release else "",
        "period": release.dataset.period if release else "",
        "peer_source": release.dataset.source if release else "",
        "illustrative": bool(release and release.dataset.illustrative),
        "group": seen.group.label if seen.group else "",
        "n_band": seen.group.n_band if seen.group else "",
    }


def nothing_yet(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboards/waiting.html", {"cycles_url": reverse("cycle-list")})


@require_GET
@member_required(Permission.VIEW_RESULTS)
def dashboard(request: HttpRequest) -> HttpResponse:
    seen = current(request)
    if seen is None:
        return nothing_yet(request)
    components = [row(seen, m) for m in seen.components]
    by_component = []
    for c, shown in zip(seen.catalogue.components, components, strict=True):
        own = [seen.measures[d.code] for d in c.dimensions]
        own.sort(key=lambda m: (m.gap_to(m.median) is None, m.gap_to(m.median) or 0.0))
        by_component.append({"component": shown, "rows": [row(seen, m) for m in own]})
    views = [m for m in seen.dimensions if m.perception and m.perception.gap is not None]
    views.sort(key=lambda m: -abs(m.perception.gap))  # type: ignore[union-attr]
    flags = {"none": _("close"), "flagged": _("differs"), "severe": _("differs strongly"), "unknown": ""}
    perception = [
        {
            "name": m.name,
            "component": m.component,
            "enterprise": number(m.perception.enterprise),  # type: ignore[union-attr]
            "plants": number(m.perception.plants),  # type: ignore[union-attr]
            "gap": signed(m.perception.gap),  # type: ignore[union-attr]
            "flag": flags[m.perception.flag],  # type: ignore[union-attr]
            "flagged": m.perception.flag in ("flagged", "severe"),  # type: ignore[union-attr]
            "sites": m.perception.sites,  # type: ignore[union-attr]
        }
        for m in views
    ]
    gaps = [(m.name, m.perception.gap, m.perception.flag) for m in seen.dimensions if m.perception]
    context = {
        "source": source(seen),
        "headline": headlines.page_headline([(m.name, m.score, m.median) for m in seen.components]),
        "overall": row(seen, seen.overall),
        "components": components,
        "chart_title": headlines.dimension_headline([(m.score, m.lower_quartile) for m in seen.dimensions]),
        "by_component": by_component,
        "perception_title": headlines.perception_headline(gaps),
        "perception": perception,
    }
    return render(request, "dashboards/dashboard.html", context)


@require_GET
@member_required(Permission.VIEW_PEERS)
def peers(request: HttpRequest) -> HttpResponse:
    """Which peer group is used, how large, from when, and what else could be chosen."""
    seen = current(request)
    if seen is None:
        return nothing_yet(request)
    groups = [
        {
            "label": g.label,
            "n_band": g.n_band,
            "url": f"?peers={g.tree}:{g.path}",
            "current": g == seen.group,
        }
        for g in seen.groups
    ]
    rows = [row(seen, m) for m in (seen.overall, *seen.components, *seen.dimensions)]
    return render(request, "dashboards/peers.html", {"source": source(seen), "groups": groups, "rows": rows})


@require_GET
@member_required(Permission.VIEW_RESULTS, Permission.VIEW_SITE_RESULTS)
def sites(request: HttpRequest) -> HttpResponse:
    """Scores of the plants' own surveys; a plant manager sees the own site only."""
    member = request.member
    found = selectors.site_scores(member)
    cycle = found[0]["cycle"] if found else ""
    names = selectors.component_names(member)
    rows = [
        {
            "name": site["name"],
            "region": site["region"],
            "cells": [
                {
                    "score": number(site["scores"].get(code)),
                    "url": reverse("explain", args=[site["public_id"], code]),
                    "strip": strip(site["scores"].get(code), None, None),
                }
                for code, _name in names
            ],
        }
        for site in found
    ]
    context = {
        "rows": rows,
        "cycle": cycle,
        "components": names,
        "own_only": not can(member, Permission.VIEW_RESULTS),
    }
    return render(request, "dashboards/sites.html", context)


@require_GET
@member_required()
def explain(request: HttpRequest, public_id: str, measure: str) -> HttpResponse:
    """How one number came about: its parts, down to the stored answers."""
    found = selectors.submissions(request.member).select_related("cycle", "organisation").filter(public_id=public_id)
    submission: Submission | None = found.first()
    result = selectors.latest_result(submission) if submission else None
    if submission is None or result is None:
        raise Http404
    seen = insight.build(submission, result)
    if measure not in seen.measures:
        raise Http404
    told = insight.explain(seen, measure)
    score, texts = told["score"], told["texts"]
    statuses = {
        "counts": "",
        "unanswered": _("not answered"),
        "not applicable": _("not applicable"),
        "not scored": _("not scored"),
    }
    parts = []
    for p in score.parts:
        dimension = seen.catalogue.question_by_code.get(p.code)
        if dimension is None:
            url = reverse("explain", args=[public_id, p.code])
        else:
            url = reverse("submission-dimension", args=[public_id, dimension.dimension]) + f"#{p.code}"
        parts.append(
            {
                "code": p.code,
                "text": texts[p.code],
                "weight": f"{float(100 * p.weight):.1f} %",
                "value": "" if p.value is None else f"{p.value:.2f}",
                "status": statuses[p.status],
                "url": url,
            }
        )
    context = {
        "source": source(seen),
        "measure": row(seen, seen.measures[measure]),
        "exact": "" if score.point is None else f"{score.point:.4f}",
        "parts": parts,
        "site": submission.site.name if submission.view == SITE and submission.site else "",
    }
    return render(request, "dashboards/explain.html", context)
