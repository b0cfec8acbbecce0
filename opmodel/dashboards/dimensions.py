"""All dimensions of the dashboard in one chart: in the order of the components, or by gap, by distance to peers, by priority."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.insight import Insight, MeasureView
from assessments.ranking import Ranking, ranking_of, usable_references
from benchmarks.statistics import half_up
from opmodel.dashboards import headlines
from opmodel.dashboards.charts import dimensions as chart
from opmodel.dashboards.charts.figure import Figure
from opmodel.dashboards.gallery import of_enterprise
from opmodel.dashboards.presenting import explain_url, row, signed

SORTS = {
    "order": gettext_lazy("By component"),
    "gap": gettext_lazy("Largest gap to target first"),
    "peers": gettext_lazy("Furthest behind peers first"),
    "priority": gettext_lazy("By priority"),
}
NOTES = {
    "order": gettext_lazy("27 dimensions, in each component sorted by distance to the peer median."),
    "gap": gettext_lazy("27 dimensions, those furthest below their target first."),
    "peers": gettext_lazy("27 dimensions, those furthest below the peer median first."),
    "priority": gettext_lazy("27 dimensions in the order of their priority; those to protect and without a rank come last."),
}  # fmt: skip


def default_reference(seen: Insight) -> str:
    """Own targets where there are any, else the next reference that exists."""
    return next(iter(usable_references(seen)), "target")


def offered(seen: Insight, request: HttpRequest, current: str) -> list[dict[str, Any]]:
    """The orders a reader may choose from; one that has nothing to sort by is not offered."""
    known = {
        "order": True,
        "gap": any(apart(m, m.target) is not None for m in seen.dimensions),
        "peers": any(apart(m, m.median) is not None for m in seen.dimensions),
        "priority": True,
    }
    found = []
    for sort, name in SORTS.items():
        query = request.GET.copy()
        query["sort"] = sort
        if sort == "order":
            del query["sort"]
        address = f"{reverse('dashboard')}?{query.urlencode()}" if query else reverse("dashboard")
        if known[sort]:
            found.append({"name": str(name), "url": f"{address}#dimensions", "current": sort == current})
    return found


def apart(m: MeasureView, other: float | None) -> float | None:
    """Score as it is shown minus the other value."""
    return None if m.score is None or other is None else half_up(m.score) - other


def ordered(seen: Insight, ranked: Ranking, sort: str) -> list[MeasureView]:
    """The dimensions of the whole enterprise in one order; those without what it sorts by last."""
    place = {d.view.code: i for i, d in enumerate(ranked.dimensions)}
    keys = {
        "gap": lambda m: (apart(m, m.target) is None, apart(m, m.target) or 0.0),
        "peers": lambda m: (apart(m, m.median) is None, apart(m, m.median) or 0.0),
        "priority": lambda m: place[m.code],
    }
    return sorted(seen.dimensions, key=keys[sort])


def groups(seen: Insight, ranked: Ranking, sort: str) -> list[dict[str, Any]]:
    """The rows of the chart under their components, or in one group without a name."""
    rank = {d.view.code: d.rank for d in ranked.dimensions}
    if sort != "order":
        return [{"component": None, "rows": [dimension(seen, ranked, m, rank) for m in ordered(seen, ranked, sort)]}]
    found = []
    for c in seen.catalogue.components:
        own = [seen.measures[d.code] for d in c.dimensions]
        own.sort(key=lambda m: (apart(m, m.median) is None, apart(m, m.median) or 0.0))
        found.append(
            {"component": row(seen, seen.measures[c.code]), "rows": [dimension(seen, ranked, m, rank) for m in own]}
        )
    return found


def dimension(seen: Insight, ranked: Ranking, m: MeasureView, rank: dict[str, int | None]) -> dict[str, Any]:
    """One row; every number leads to how it came about."""
    peers, plants = m.median is not None and m.score is not None, m.network is not None and m.network.score is not None
    choice = {"preset": ranked.preset, "reference": ranked.reference}
    return row(seen, m) | {
        "to_target": signed(apart(m, m.target)),
        "rank": rank[m.code] or "–",
        "gap_url": explain_url(seen, m.code, "gap") if m.score is not None and (peers or m.target is not None) else "",
        "network_url": explain_url(seen, m.code, "network") if plants else "",
        "rank_url": explain_url(seen, m.code, "priority", **choice) if rank[m.code] else "",
    }


@of_enterprise("dimensions")
def figure(seen: Insight) -> Figure | None:
    """The table behind the chart, in the order of the components."""
    ranked = ranking_of(seen, reference=default_reference(seen))
    rank = {d.view.code: d.rank for d in ranked.dimensions}
    rows = []
    for m in seen.dimensions:
        scores = m.sites.scores
        quartiles = (m.lower_quartile, m.median, m.upper_quartile)
        rows.append(
            chart.Standing(
                m.name, seen.measures[m.component].name, m.score, m.target,
                None if None in quartiles else quartiles,  # type: ignore[arg-type]
                (min(scores), max(scores)) if scores else None, len(scores), rank[m.code],
            )
        )  # fmt: skip
    words = chart.Words(
        title=headlines.dimension_headline([(m.score, m.lower_quartile) for m in seen.dimensions]),
        note=_("Levels 1 to 5. Gaps are own score minus the other value: behind is negative."),
        dimension=_("Dimension"),
        component=_("Component"),
        score=_("Own score"),
        target=_("Target"),
        low=_("Peers, lower quartile"),
        median=_("Peers, median"),
        high=_("Peers, upper quartile"),
        plants_low=_("Lowest plant"),
        plants_high=_("Highest plant"),
        sites=_("Plants with a score"),
        to_target=_("To the target"),
        to_median=_("To the peers' median"),
        rank=_("Rank of priority"),
        level=_("levels"),
    )
    return chart.standings(rows, words)
