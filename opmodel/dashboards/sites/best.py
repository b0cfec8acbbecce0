"""Who is best at what, how wide the plants lie apart, and who stands apart: measure by measure."""

from collections import Counter
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from assessments import pipeline, site_profiles
from assessments.decimals import one, two
from assessments.figure_words import plain
from assessments.site_views import Network
from benchmarks.statistics import half_up
from opmodel.dashboards import gallery
from opmodel.dashboards.charts import site_spread as chart
from opmodel.dashboards.charts.figure import Figure
from opmodel.dashboards.presenting import number, signed
from opmodel.dashboards.sites.frame import address, frame, opened, said_source
from opmodel.dashboards.sites.headlines import best_headline
from opmodel.dashboards.strip import network_strip
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission

NAMED = 3  # best plants that are named; where more share the place, how many
FEWEST = 2  # plants: one alone is the best of nobody


def title_of(network: Network) -> str:
    leads: Counter[str] = Counter({s.submission: 0 for s in network.sites})
    scored = 0
    for d in network.catalogue.dimensions:
        scores = network.scores(d.code)
        if len(scores) >= FEWEST:
            scored += 1
            leads.update(site_profiles.best(scores))
    return best_headline({network.by_id[key].name: n for key, n in leads.items()}, scored)


def figure_of(network: Network) -> Figure:
    words = chart.Words(
        title=title_of(network),
        note=_("Scores of the plants' own surveys, each plant with the same weight, levels 1 to 5."),
        measure=_("Measure"),
        plants=_("Plants"),
        low=_("Lowest"),
        median=_("Median"),
        high=_("Highest"),
        deviation=_("Standard deviation"),
        best=_("Best plant"),
        apart=_("Stands apart"),
        level=_("level"),
    )
    rows = []
    for code, (name, _component) in network.names.items():
        scores = network.scores(code)
        found = site_profiles.spread(list(scores.values()))
        if found is not None:
            best = ", ".join(sorted(network.by_id[key].name for key in site_profiles.best(scores)))
            rows.append(chart.Row(name, found, best, ", ".join(outlier_names(network, scores))))
    return chart.spreads(rows, words)


def outlier_names(network: Network, scores: dict[str, float]) -> list[str]:
    rules = pipeline.current_method().sites
    return [
        _("%(site)s %(score)s") % {"site": network.by_id[o.site].name, "score": one(o.score)}
        for o in site_profiles.outliers(scores, rules)
    ]


@gallery.of_sites("site-spread")
def figure(request: HttpRequest) -> tuple[Figure, str] | None:
    network, _others = opened(request)
    if network is None or not network.sites:
        return None
    return figure_of(network), said_source(network)


@require_GET
@member_required(Permission.VIEW_RESULTS)
def page(request: HttpRequest) -> HttpResponse:
    network, others = opened(request)
    if network is None:
        return render(request, "dashboards/sites_waiting.html", {})
    sort = request.GET.get("sort", "order")
    if sort not in ("order", "spread"):
        raise Http404
    rows = [row for d in network.catalogue.dimensions if (row := dimension_row(network, d.code))]
    if sort == "spread":
        rows.sort(key=lambda r: -r["range_value"])
    rules = pipeline.current_method().sites
    context = frame(network, others, "dashboard-sites-best") | {
        "headline": title_of(network),
        "rows": rows,
        "sort": sort,
        "by_order": address("dashboard-sites-best", network.cycle),
        "by_spread": address("dashboard-sites-best", network.cycle, sort="spread"),
        "rule": outlier_rule() if len(network.sites) >= rules.outlier_min_sites else "",
        "too_few": rules.outlier_min_sites if len(network.sites) < rules.outlier_min_sites else 0,
        "any_apart": any(r["apart"] for r in rows),
        "csv": reverse("dashboard-figure", args=["site-spread"]) + f"?cycle={network.cycle.public_id}",
    }
    return render(request, "dashboards/sites_best.html", context)


def outlier_rule() -> str:
    """When a plant is said to stand apart."""
    rules = pipeline.current_method().sites
    text = _(
        "A plant stands apart when it lies at least %(distance)s levels from the median and more than %(fence)s times the"
        " middle half's width beyond the middle half."
    )
    return text % {"distance": plain(float(rules.outlier_min_distance)), "fence": plain(float(rules.outlier_fence))}


def dimension_row(network: Network, code: str) -> dict[str, Any] | None:
    """One dimension over the plants; None where fewer than two have a score."""
    scores = network.scores(code)
    spread = site_profiles.spread(list(scores.values()))
    if spread is None or spread.n < FEWEST:
        return None
    best = sorted(site_profiles.best(scores), key=lambda key: network.by_id[key].name)
    level = half_up(spread.high) == half_up(spread.low)
    return {
        "name": network.names[code][0],
        "component": network.names[code][1],
        "url": address("dashboard-plants-measure", network.cycle, code),
        "strip": network_strip(None, list(scores.values())),
        "n": spread.n,
        "low": number(spread.low),
        "median": number(spread.median),
        "high": number(spread.high),
        "range_value": spread.range,
        "deviation": "–" if spread.deviation is None else two(spread.deviation),
        "best": [] if level else [best_link(network, key, code) for key in best[:NAMED]],
        "more": 0 if level else max(0, len(best) - NAMED),
        "level": level,
        "apart": [
            {
                "name": network.by_id[o.site].name,
                "score": one(o.score),
                "apart": signed(half_up(o.score) - half_up(spread.median)),
                "url": reverse("dashboard-site", args=[o.site]) + f"#{code}",
            }
            for o in site_profiles.outliers(scores, pipeline.current_method().sites)
        ],
    }


def best_link(network: Network, key: str, code: str) -> dict[str, str]:
    return {"name": network.by_id[key].name, "url": reverse("dashboard-site-dimension", args=[key, code])}
