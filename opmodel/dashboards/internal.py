"""The own plants beside each other, measure by measure: for those who see all of them.

A plant manager is not among them: that role sees the own sites only (`Permission.VIEW_SITE_RESULTS`), and the lowest or
the highest score of a network is the score of another plant.
"""

from dataclasses import dataclass
from statistics import median
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from assessments import site_views
from assessments.catalogue import Questionnaire
from assessments.models import Cycle
from assessments.site_views import SiteView
from benchmarks.statistics import half_up
from opmodel.dashboards import headlines
from opmodel.dashboards.opening import of_sites
from opmodel.dashboards.paging import pages_of
from opmodel.dashboards.presenting import number, older_method, signed
from opmodel.dashboards.strip import network_range, network_strip, placed
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission

FEWEST = 2  # plants: one alone is compared with nothing
ROWS = 60  # plants on one page of the table


@dataclass(frozen=True)
class Plants:
    """The current scores of the plants of one cycle, and the plant the reader looks at, if any."""

    cycle: Cycle
    cycles: list[Cycle]
    catalogue: Questionnaire
    sites: tuple[SiteView, ...]
    chosen: SiteView | None
    names: dict[str, tuple[str, str]]  # measure -> name, component; in the order of the page

    def scores(self, measure: str) -> list[float]:
        return [s.scores[measure] for s in self.sites if measure in s.scores]

    def address(self, name: str, *args: str, **change: str) -> str:
        kept = {"cycle": str(self.cycle.public_id), "plant": self.chosen.submission if self.chosen else ""}
        query = urlencode({key: value for key, value in (kept | change).items() if value})
        return reverse(name, args=args) + f"?{query}"


def plants_of(request: HttpRequest) -> Plants | None:
    """The plants of the cycle that was asked for; None while no plant has a score. Four queries."""
    cycle, others = of_sites(request)
    if cycle is None:
        return None
    found = site_views.network_of(request.member, cycle)
    plant = request.GET.get("plant", "")
    chosen = found.by_id.get(plant)
    if plant and chosen is None:
        raise Http404
    return Plants(cycle, others, found.catalogue, found.sites, chosen, found.names)


@require_GET
@member_required(Permission.VIEW_RESULTS)
def plants(request: HttpRequest) -> HttpResponse:
    """All measures: lowest, median and highest plant, and one plant among them."""
    seen = plants_of(request)
    sort = request.GET.get("sort", "order")
    if sort not in ("order", "spread"):
        raise Http404
    context: dict[str, Any] = {"seen": seen is not None, "rows": [], "sites_url": reverse("dashboard-sites")}
    if seen is not None:
        rows = [measure_row(seen, code) for code in seen.names if len(seen.scores(code)) >= FEWEST]
        if sort == "spread":
            rows.sort(key=lambda r: -r["spread_value"])
        spreads = [
            (d.name, min(scores), max(scores))
            for d in seen.catalogue.dimensions
            if len(scores := seen.scores(d.code)) >= FEWEST
        ]
        context |= {
            "headline": headlines.spread_headline(spreads),
            "cycle": seen.cycle,
            "other_cycles": seen.cycles,
            "older_method": older_method(*{s.method for s in seen.sites}),
            "n": len(seen.sites),
            "plants": [{"name": s.name, "id": s.submission, "current": s is seen.chosen} for s in seen.sites],
            "chosen": seen.chosen.name if seen.chosen else "",
            "rows": rows,
            "sort": sort,
            "by_order": seen.address("dashboard-plants"),
            "by_spread": seen.address("dashboard-plants", sort="spread"),
        }
    return render(request, "dashboards/plants.html", context)


def measure_row(seen: Plants, measure: str) -> dict[str, Any]:
    """One measure over the plants; differences are those of the rounded figures beside them."""
    scores = seen.scores(measure)
    own = seen.chosen.scores.get(measure) if seen.chosen else None
    spread = half_up(max(scores)) - half_up(min(scores))
    return {
        "name": seen.names[measure][0],
        "component": seen.names[measure][1],
        "url": seen.address("dashboard-plants-measure", measure),
        "strip": network_strip(own, scores),
        "low": number(min(scores)),
        "middle": number(median(scores)),
        "high": number(max(scores)),
        "spread": number(spread),
        "spread_value": spread,
        "own": number(own),
        "apart": signed(None if own is None else half_up(own) - half_up(median(scores))),
    }


@require_GET
@member_required(Permission.VIEW_RESULTS)
def one_measure(request: HttpRequest, measure: str) -> HttpResponse:
    """Every plant in one measure, highest first; where many stand on several pages, that of the chosen one comes first."""
    seen = plants_of(request)
    if seen is None or measure not in seen.names:
        raise Http404
    scores = seen.scores(measure)
    scored = [s for s in seen.sites if measure in s.scores]
    middle, whole = (median(scores), network_range(scores)) if scores else (0.0, None)
    scored.sort(key=lambda s: (-s.scores[measure], s.name))
    at = scored.index(seen.chosen) if seen.chosen in scored else 0
    pages = pages_of(request, len(scored), ROWS, 1 + at // ROWS)
    context = {
        "cycle": seen.cycle,
        "name": seen.names[measure][0],
        "component": seen.names[measure][1],
        "back": seen.address("dashboard-plants"),
        "n": len(scored),
        "low": number(min(scores, default=None)),
        "middle": number(middle) if scores else "–",
        "high": number(max(scores, default=None)),
        "pages": pages.links,
        "rows": [
            {
                "name": s.name,
                "region": s.region,
                "score": number(s.scores[measure]),
                "apart": signed(half_up(s.scores[measure]) - half_up(middle)),
                "strip": placed(s.scores[measure], whole),
                "url": reverse("explain", args=[s.submission, measure]),
                "current": s is seen.chosen,
            }
            for s in scored[pages.first : pages.last]
        ],
        "unscored": [s.name for s in seen.sites if measure not in s.scores],
    }
    return render(request, "dashboards/plants_measure.html", context)
