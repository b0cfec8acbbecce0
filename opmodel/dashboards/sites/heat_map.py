"""All plants x all measures: grouped by segment, region or not, similar ones beside each other, one page of rows at a time."""

from dataclasses import dataclass
from statistics import median
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.site_views import Network, SiteView
from benchmarks.statistics import half_up
from opmodel.dashboards import gallery
from opmodel.dashboards.charts import heat_map as chart
from opmodel.dashboards.charts.figure import Figure
from opmodel.dashboards.paging import Pages, pages_of
from opmodel.dashboards.presenting import number
from opmodel.dashboards.sites.frame import address, frame, opened, said_source
from opmodel.dashboards.sites.headlines import heat_headline

ROWS = 60  # plants on one page of the table
LONG = 20  # plants from which on the table scrolls under its own head
GROUPS = ("segment", "region", "none")
ALL, COMPONENTS = "all", "components"
OPEN = "-"  # the segment or region of plants that have none


@dataclass(frozen=True)
class Choice:
    """What a reader asked for; `order` is an order of `charts.heat_map`."""

    group: str
    order: str
    columns: str
    segment: str
    region: str
    words: str


def choice_of(request: HttpRequest, network: Network) -> Choice:
    """The choice in the address; raises Http404 for what nothing on the page leads to."""
    asked = request.GET
    found = Choice(
        asked.get("group", GROUPS[0]),
        asked.get("sort", chart.SIMILAR),
        asked.get("columns", ALL),
        asked.get("segment", ""),
        asked.get("region", ""),
        asked.get("q", "").strip()[:80],
    )
    columns = (ALL, COMPONENTS, *(c.code for c in network.catalogue.components))
    known_order = found.order in (chart.SIMILAR, chart.NAME) or found.order.removeprefix("-") in network.names
    if found.group not in GROUPS or not known_order or found.columns not in columns:
        raise Http404
    return found


def shown_measures(network: Network, columns: str) -> list[str]:
    """The measures of the columns, the overall score first."""
    if columns == ALL:
        return list(network.names)
    if columns == COMPONENTS:
        return ["OVERALL", *(c.code for c in network.catalogue.components)]
    return ["OVERALL", columns, *(d.code for d in network.catalogue.component_by_code[columns].dimensions)]


def segment_names(network: Network) -> dict[str, str]:
    """Segment -> its name in the reader's language, in the order of the content; plants without one last."""
    content = network.catalogue.segmentation
    named = {r.segment: content.word(r.segment) for r in content.rules} if content else {}
    return named | {"": _("Profile incomplete")}


def group_names(network: Network, by: str) -> dict[str, str]:
    """The groups of the page and what they are called, in their order."""
    if by == "segment":
        return segment_names(network)
    if by == "region":
        regions = sorted({s.region for s in network.sites if s.region})
        return {r: r for r in regions} | {"": _("Without a region")}
    return {"": _("All plants")}


def chosen_sites(network: Network, choice: Choice) -> list[SiteView]:
    """The plants the reader asked for."""
    words = choice.words.casefold()
    return [
        s
        for s in network.sites
        if words in s.name.casefold()
        and choice.segment in ("", s.segment or OPEN)
        and choice.region in ("", s.region or OPEN)
    ]


def groups_of(network: Network, choice: Choice, means: bool = True) -> list[chart.Group]:
    """The plants a reader asked for, in their groups; `means` of them are for the page only."""
    key = {"segment": lambda s: s.segment, "region": lambda s: s.region, "none": lambda s: ""}[choice.group]
    segments = segment_names(network)
    plants = [
        chart.Plant(s.submission, s.name, s.region, segments[s.segment] if s.segment else "", key(s), s.scores)
        for s in chosen_sites(network, choice)
    ]
    names = list(group_names(network, choice.group))
    order = [d.code for d in network.catalogue.dimensions] if choice.order == chart.SIMILAR else list(network.names)
    return chart.grouped(plants, names, order, choice.order, list(network.names) if means else [])


def figure_of(network: Network, groups: list[chart.Group]) -> Figure:
    words = chart.Words(
        title=title_of(network),
        note=_("Scores of the plants' own surveys, levels 1 to 5."),
        site=_("Site"),
        region=_("Region"),
        segment=_("Segment"),
        level=_("level"),
    )
    return chart.heat_map(groups, {code: name for code, (name, _component) in network.names.items()}, words)


def title_of(network: Network) -> str:
    medians = [
        (d.name, median(found.values())) for d in network.catalogue.dimensions if (found := network.scores(d.code))
    ]
    return heat_headline(medians, len(network.sites))


@gallery.of_sites("site-heat-map")
def figure(request: HttpRequest) -> tuple[Figure, str] | None:
    network, _others = opened(request)
    if network is None or not network.sites:
        return None
    return figure_of(network, groups_of(network, choice_of(request, network), means=False)), said_source(network)


def page(request: HttpRequest) -> HttpResponse:
    network, others = opened(request)
    if network is None:
        return render(request, "dashboards/sites_waiting.html", {})
    choice = choice_of(request, network)
    groups = groups_of(network, choice)
    total = sum(len(g.plants) for g in groups)
    pages = pages_of(request, total, ROWS)
    measures = shown_measures(network, choice.columns)
    kept = {key: value for key, value in request.GET.items() if value and key != "page"}
    context = frame(network, others, "dashboard-sites") | {
        "headline": title_of(network),
        "columns": [column(network, choice, kept, m) for m in measures],
        "groups": list(shown_groups(network, choice, groups, measures, pages)),
        "all": [cell(value) for value in map(chart.means(all_plants(groups), measures).get, measures)],
        "total": total,
        "long": total > LONG,
        "pages": pages.links,
        "levels": [{"step": i, "name": name} for i, name in enumerate(network.catalogue.level_names, 1)],
        "choice": choices(network, choice),
        "beside_url": reverse("dashboard-sites-beside"),
        "csv": reverse("dashboard-figure", args=["site-heat-map"]) + "?" + urlencode(request.GET),
    }
    return render(request, "dashboards/sites_heat_map.html", context)


def all_plants(groups: list[chart.Group]) -> list[chart.Plant]:
    return [p for g in groups for p in g.plants]


def column(network: Network, choice: Choice, kept: dict[str, str], measure: str) -> dict[str, Any]:
    """A column's head: a second click turns the order round."""
    name, component = network.names[measure]
    dimension = network.catalogue.dimension_by_code.get(measure)
    falling, rising = choice.order == measure, choice.order == f"-{measure}"
    return {
        "name": dimension.short if dimension else name,
        "component": component,
        "whole": not dimension,
        "url": "?" + urlencode(kept | {"sort": f"-{measure}" if falling else measure}),
        "sorted": "descending" if falling else "ascending" if rising else "",
    }


def cell(value: float | None) -> dict[str, Any]:
    """A score as text and as the nearest whole level, which is its shade; 0 without a score."""
    return {"text": number(value), "step": 0 if value is None else int(half_up(value, 1))}


def shown_groups(network: Network, choice: Choice, groups: list[chart.Group], measures: list[str], pages: Pages) -> Any:
    """The part of each group that stands on the page; a group that goes on from the page before says so."""
    names = group_names(network, choice.group)
    first, last, at = pages.first, pages.last, 0
    for group in groups:
        start, end = max(first - at, 0), min(last - at, len(group.plants))
        at += len(group.plants)
        if start < end:
            yield {
                "name": names[group.key],
                "n": len(group.plants),
                "goes_on": start > 0,
                "means": [cell(group.means.get(m)) for m in measures],
                "rows": [site_row(p, choice, measures) for p in group.plants[start:end]],
            }


def site_row(plant: chart.Plant, choice: Choice, measures: list[str]) -> dict[str, Any]:
    return {
        "id": plant.key,
        "name": plant.name,
        "beside": plant.region if choice.group == "segment" else plant.segment,
        "url": reverse("dashboard-site", args=[plant.key]),
        "cells": [cell(plant.scores.get(m)) for m in measures],
    }


def choices(network: Network, choice: Choice) -> dict[str, Any]:
    """The fields of the form, each with what is chosen."""

    def options(named: dict[str, str], current: str) -> list[dict[str, Any]]:
        return [{"key": key, "label": label, "current": key == current} for key, label in named.items()]

    orders = {chart.SIMILAR: _("similar plants together"), chart.NAME: _("name")}
    orders |= {"OVERALL": _("overall score, highest first"), "-OVERALL": _("overall score, lowest first")}
    if choice.order not in orders:
        name = network.names[choice.order.removeprefix("-")][0]
        told = _("%(name)s, lowest first") if choice.order.startswith("-") else _("%(name)s, highest first")
        orders[choice.order] = told % {"name": name}
    columns = {ALL: _("all dimensions"), COMPONENTS: _("components only")}
    columns |= {c.code: c.name for c in network.catalogue.components}
    segments = {key or OPEN: name for key, name in segment_names(network).items()}
    regions = {r or OPEN: name for r, name in group_names(network, "region").items()}
    return {
        "groups": options({"segment": _("segment"), "region": _("region"), "none": _("not grouped")}, choice.group),
        "orders": options(orders, choice.order),
        "columns": options(columns, choice.columns),
        "segments": options({"": _("all")} | segments, choice.segment),
        "regions": options({"": _("all")} | regions, choice.region) if len(regions) > 2 else [],
        "words": choice.words,
        "similar": choice.order == chart.SIMILAR,
        "filtered": bool(choice.words or choice.segment or choice.region),
        "reset": address("dashboard-sites", network.cycle),
    }
