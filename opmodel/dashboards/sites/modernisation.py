"""The modernisation map: which plant gets which kind of money, and why."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from assessments import site_views
from assessments.catalogue import Segment
from assessments.figure_words import plain
from assessments.item_words import label_of
from assessments.segments import EXIT
from assessments.site_views import Network, Place
from opmodel.dashboards import gallery
from opmodel.dashboards.charts import modernisation as chart
from opmodel.dashboards.charts.figure import Figure
from opmodel.dashboards.sites.frame import address, frame, opened, said_source
from opmodel.dashboards.sites.headlines import map_headline
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission

LISTED = 60  # plants of one segment with their reasons; the heat map lists all
NAMED = 4  # plants that a field of the map names; the list below names all


def title_of(places: list[Place]) -> str:
    counts = {r: sum(p.placed.segment == r for p in places) for r in {p.placed.segment for p in places} if r}
    first = [p.value_share for p in places if p.placed.segment == "Modernise"]
    known = [share for share in first if share is not None]
    return map_headline(counts, len(places), sum(known) if first and len(known) == len(first) else None)


def words_of(network: Network, place: Place) -> dict[str, str]:
    """What is shown of a plant: its segment, why, and what is missing."""
    content = network.catalogue.segmentation
    return {
        "segment": content.word(place.placed.segment) if content and place.placed.segment else "",
        "logic": place.rule.funding_logic if place.rule else "",
        "why": reason(place),
        "missing": ", ".join(label_of(key, network.catalogue) for key in place.placed.missing),
        "cost": label_of(place.placed.largest_cost, network.catalogue) if place.placed.largest_cost else "",
    }


def reason(place: Place) -> str:
    """Why a plant is in its segment, in the figures of its profile; "" while it is in none."""
    if place.placed.segment is None:
        return ""
    if place.role == EXIT:
        return _("It is a candidate for transition or exit: reviewed whatever its figures say.")
    values = {"margin": place.margin, "growth": place.growth, "automation": place.automation}
    if place.margin is None:
        return _("Growth %(growth)d of 5, margin not stated; automation %(automation)d of 5.") % values
    if place.growth is None:
        return _("Margin %(margin)d of 5, growth not stated; automation %(automation)d of 5.") % values
    return (
        _("Margin %(margin)d and growth %(growth)d of 5, the higher counts; automation %(automation)d of 5.") % values
    )


def rule_words(rule: Segment) -> str:
    """Which figures lead to a segment, read off the map itself."""
    critical, automation = chart.area_of(rule.segment)
    values = {"low": critical[0], "high": critical[1], "from": automation[0], "to": automation[1]}
    if automation == (1, 5):
        return _("Margin and growth at most %(high)d, or a candidate for transition or exit.") % values
    return _("Margin or growth %(low)d to %(high)d, automation %(from)d to %(to)d.") % values


def figure_of(network: Network, places: list[Place]) -> Figure:
    words = chart.Words(
        title=title_of(places),
        note=_("From the plants' own profiles, levels 1 to 5. Own reading of which site to fund how."),
        site=_("Site"),
        segment=_("Segment"),
        margin=_("Margin"),
        growth=_("Growth"),
        automation=_("Automation"),
        role=_("Role"),
        value_share=_("Production value"),
        largest_cost=_("Largest cost"),
        missing=_("Missing"),
        level=_("level"),
    )
    profile = network.catalogue.item_by_code["S-N1"]
    rows = []
    for p in places:
        said = words_of(network, p)
        role = profile.word(p.role) if p.role else None
        rows.append(
            chart.Row(
                p.site.name, said["segment"] or None, p.margin, p.growth, p.automation, role, p.value_share,
                said["cost"] or None, said["missing"],
            )
        )  # fmt: skip
    return chart.modernisation(rows, words)


@gallery.of_sites("site-modernisation")
def figure(request: HttpRequest) -> tuple[Figure, str] | None:
    network, _others = opened(request)
    if network is None or not network.sites:
        return None
    return figure_of(network, site_views.places_of(network)), said_source(network)


@require_GET
@member_required(Permission.VIEW_RESULTS)
def page(request: HttpRequest) -> HttpResponse:
    network, others = opened(request)
    if network is None:
        return render(request, "dashboards/sites_waiting.html", {})
    places = site_views.places_of(network)
    content = network.catalogue.segmentation
    placed = [
        chart.Placed(p.site.submission, p.site.name, p.critical, p.automation, p.placed.segment or "") for p in places
    ]
    context = frame(network, others, "dashboard-sites-map") | {
        "headline": title_of(places),
        "grid": [grid_row(network, row) for row in chart.grid(p for p in placed if p.segment)],
        "automation": network.catalogue.item_by_code["S-N3"],
        "segments": [segment_card(network, rule, places) for rule in (content.rules if content else ())],
        "incomplete": [
            {
                "name": p.site.name,
                "missing": words_of(network, p)["missing"],
                "url": reverse("dashboard-site", args=[p.site.submission]),
            }
            for p in places
            if p.placed.segment is None
        ],
        "csv": gallery.csv_url("site-modernisation", request),
    }
    return render(request, "dashboards/sites_map.html", context)


def grid_row(network: Network, row: list[chart.Field]) -> dict[str, Any]:
    content = network.catalogue.segmentation
    return {
        "critical": row[0].critical,
        "fields": [
            {
                "segment": f.segment,
                "label": content.word(f.segment) if content and f.first else "",
                "n": len(f.plants),
                "plants": [plant_link(network, p, f) for p in f.plants[:NAMED]],
                "more": max(0, len(f.plants) - NAMED),
            }
            for f in row
        ],
    }


def plant_link(network: Network, plant: chart.Placed, field: chart.Field) -> dict[str, str]:
    """A plant in its field; one whose role decides is marked with its segment, for the field says another."""
    content = network.catalogue.segmentation
    mark = content.word(plant.segment) if content and plant.segment != field.segment else ""
    return {"name": plant.name, "url": reverse("dashboard-site", args=[plant.key]), "mark": mark}


def segment_card(network: Network, rule: Segment, places: list[Place]) -> dict[str, Any]:
    """One segment: how a plant gets there, what it means for money, who is in it."""
    content = network.catalogue.segmentation
    own = [p for p in places if p.placed.segment == rule.segment]
    shares = [p.value_share for p in own if p.value_share is not None]
    return {
        "code": rule.segment,
        "name": content.word(rule.segment) if content else rule.segment,
        "rule": rule_words(rule),
        "logic": rule.funding_logic,
        "n": len(own),
        "share": plain(sum(shares)) if own and len(shares) == len(own) else "",
        "heat_url": address("dashboard-sites", network.cycle, segment=rule.segment),
        "plants": [
            {"name": p.site.name, "url": reverse("dashboard-site", args=[p.site.submission]), "why": reason(p)}
            for p in sorted(own, key=lambda p: p.site.name)[:LISTED]
        ],
        "more": max(0, len(own) - LISTED),
    }
