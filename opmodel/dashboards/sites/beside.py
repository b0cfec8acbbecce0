"""Two to six plants side by side, the largest differences first."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from assessments import site_profiles
from assessments.decimals import one
from assessments.models import Cycle
from assessments.site_views import Network, SiteView
from opmodel.dashboards import gallery
from opmodel.dashboards.charts import site_spread as chart
from opmodel.dashboards.charts.figure import Figure
from opmodel.dashboards.presenting import number
from opmodel.dashboards.sites.frame import frame, opened, said_source
from opmodel.dashboards.sites.headlines import beside_headline
from opmodel.dashboards.sites.heat_map import segment_names
from opmodel.dashboards.strip import x
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission

FEWEST, MOST = 2, 6
MARKS = "ABCDEF"  # a letter and a shape each: six plants on one line must be told apart without colour


def chosen_of(request: HttpRequest, network: Network) -> list[SiteView]:
    """The plants named in the address, in the order of the network; raises Http404 for one that is not there."""
    wanted = list(dict.fromkeys(request.GET.getlist("site")))
    if any(key not in network.by_id for key in wanted):
        raise Http404
    return [s for s in network.sites if s.submission in wanted]


def dimension_scores(network: Network, chosen: list[SiteView]) -> dict[str, dict[str, float]]:
    """Measure -> plant -> score of the chosen plants, dimensions only."""
    codes = [d.code for d in network.catalogue.dimensions]
    return {c: {s.submission: s.scores[c] for s in chosen if c in s.scores} for c in codes}


def title_of(network: Network, chosen: list[SiteView]) -> str:
    scores = dimension_scores(network, chosen)
    first = next(iter(site_profiles.differences(scores)), None)
    if first is None:
        return beside_headline(None, None, None)
    found = scores[first[0]]
    low, high = min(found, key=lambda k: found[k]), max(found, key=lambda k: found[k])
    return beside_headline(
        network.names[first[0]][0],
        (network.by_id[low].name, found[low]),
        (network.by_id[high].name, found[high]),
    )


def figure_of(network: Network, chosen: list[SiteView]) -> Figure:
    apart = dict(
        site_profiles.differences(
            {m: {s.submission: s.scores[m] for s in chosen if m in s.scores} for m in network.names}
        )
    )
    rows = [
        chart.BesideRow(name, tuple(s.scores.get(code) for s in chosen), apart.get(code))
        for code, (name, _component) in network.names.items()
    ]
    return chart.beside(
        title_of(network, chosen),
        _("Scores of the plants' own surveys, levels 1 to 5; the difference is that of the rounded scores."),
        _("Measure"),
        _("Apart"),
        _("level"),
        [s.name for s in chosen],
        rows,
    )


@gallery.of_sites("site-beside")
def figure(request: HttpRequest) -> tuple[Figure, str] | None:
    network, _others = opened(request)
    chosen = chosen_of(request, network) if network else []
    if network is None or not FEWEST <= len(chosen) <= MOST:
        return None
    return figure_of(network, chosen), said_source(network)


@require_GET
@member_required(Permission.VIEW_RESULTS)
def page(request: HttpRequest) -> HttpResponse:
    network, others = opened(request)
    if network is None:
        return render(request, "dashboards/sites_waiting.html", {})
    chosen = chosen_of(request, network)
    enough = FEWEST <= len(chosen) <= MOST
    context = frame(network, others, "dashboard-sites-beside") | {
        "headline": title_of(network, chosen) if enough else "",
        "asked": len(chosen),
        "too_many": len(chosen) > MOST,
        "enough": enough,
        "can_choose": len(network.sites) >= FEWEST,
        "plants": [plant(network, s, mark) for s, mark in zip(chosen, MARKS, strict=False)] if enough else [],
        "rows": list(rows_of(network, chosen)) if enough else [],
        "offered": [
            {
                "id": s.submission,
                "name": s.name,
                "region": s.region,
                "chosen": s in chosen,
            }
            for s in network.sites
        ],
        "csv": csv_address(network.cycle, chosen) if enough else "",
    }
    return render(request, "dashboards/sites_beside.html", context)


def csv_address(cycle: Cycle, chosen: list[SiteView]) -> str:
    asked = [("cycle", cycle.public_id), *(("site", s.submission) for s in chosen)]
    return reverse("dashboard-figure", args=["site-beside"]) + "?" + urlencode(asked)


def plant(network: Network, site: SiteView, mark: str) -> dict[str, Any]:
    return {
        "mark": mark,
        "name": site.name,
        "region": site.region,
        "segment": segment_names(network)[site.segment],
        "url": reverse("dashboard-site", args=[site.submission]),
        "overall": number(site.scores.get("OVERALL")),
    }


def rows_of(network: Network, chosen: list[SiteView]) -> Any:
    """Overall and the components first, then the dimensions, those that lie furthest apart first."""
    scores = dimension_scores(network, chosen)
    whole = ["OVERALL", *(c.code for c in network.catalogue.components)]
    everything = scores | {m: {s.submission: s.scores[m] for s in chosen if m in s.scores} for m in whole}
    apart = dict(site_profiles.differences(everything))
    ordered = [code for code, _gap in site_profiles.differences(scores)]
    ordered += [code for code in scores if code not in apart]
    for code in (*whole, *ordered):
        found = everything[code]
        yield {
            "name": network.names[code][0],
            "component": network.names[code][1],
            "whole": code in whole,
            "apart": "–" if code not in apart else one(apart[code]),
            "cells": [
                {
                    "text": number(found.get(s.submission)),
                    "url": reverse("explain", args=[s.submission, code]) if s.submission in found else "",
                    "mark": mark,
                }
                for s, mark in zip(chosen, MARKS, strict=False)
            ],
            "strip": marks_on(found, chosen),
        }


def marks_on(found: dict[str, float], chosen: list[SiteView]) -> dict[str, Any]:
    """The plants as letters on the line from 1 to 5; letters that would overlap stand above each other."""
    placed = sorted(
        (x(found[s.submission]), mark, s.name) for s, mark in zip(chosen, MARKS, strict=False) if s.submission in found
    )
    marks: list[dict[str, Any]] = []
    for place, mark, _name in placed:
        near = [m["row"] for m in marks if place - m["x"] < APART]
        row = next(r for r in range(MOST) if r not in near)
        marks.append({"x": place, "letter": mark, "row": row})
    height = 25 + 15 * max((m["row"] for m in marks), default=0)
    marks = [m | {"y": height - 12 - 15 * m["row"]} for m in marks]
    text = ", ".join(
        _("%(site)s %(score)s") % {"site": s.name, "score": one(found[s.submission])}
        for s in chosen
        if s.submission in found
    )
    low, high = (placed[0][0], placed[-1][0]) if placed else (None, None)
    return {"marks": marks, "height": height, "text": text or _("not scored"), "low": low, "high": high}


APART = 6.0  # percent of the strip's width that a letter takes on a phone
