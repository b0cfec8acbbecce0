"""The trend page: every measure over the cycles, and what the last change is made of."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from assessments import trend as cycles_of
from assessments.change import Change
from assessments.insight import Insight, MeasureView
from assessments.since import Since, since
from assessments.trend import Point
from opmodel.dashboards import change_words, changes, gallery
from opmodel.dashboards.charts import trend as chart
from opmodel.dashboards.charts.figure import Figure
from opmodel.dashboards.opening import over_cycles
from opmodel.dashboards.presenting import explain_url, number
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission

COLUMNS = 4  # cycles whose scores stand in a row beside the drawing; the drawing has all


@require_GET
@member_required(Permission.VIEW_RESULTS)
@over_cycles
def page(request: HttpRequest, seen: Insight, sources: dict[str, Any]) -> HttpResponse:
    points = cycles_of.trend(seen)
    found = since(seen)
    overall = [(p.cycle, p.scores["OVERALL"]) for p in points if "OVERALL" in p.scores]
    shown = points[-COLUMNS:]
    context = {
        "source": sources,
        "headline": change_words.trend_headline(overall, len(points)),
        "cards": [measure_row(seen, points, m, found, chart.TALL) for m in (seen.overall, *seen.components)],
        "shown": [p.cycle for p in shown],
        "left_out": len(points) - len(shown),
        "groups": [
            {
                "component": c.code,
                "name": c.name,
                "rows": [measure_row(seen, points, seen.measures[d.code], found, chart.FLAT) for d in c.dimensions],
            }
            for c in seen.catalogue.components
        ],
        "cycles": [cycle_row(p) for p in points],
        "breaks": any(p.new_method or p.new_content for p in points),
        "peers": any(p.medians for p in points),
        "several": len(points) > 1,
        "change": changes.summary(seen, found),
        "details": changes.details(seen, found) if found else None,
        "csv": gallery.csv_url("trend", request),
        "change_csv": gallery.csv_url("change", request),
    }
    return render(request, "dashboards/trend.html", context)


def measure_row(
    seen: Insight, points: tuple[Point, ...], m: MeasureView, found: Since | None, height: int
) -> dict[str, Any]:
    """One measure: its drawing, its scores, its last step."""
    moments = [
        chart.Moment(
            p.cycle, p.scores.get(m.code), p.medians.get(m.code), p.targets.get(m.code), p.new_method or p.new_content
        )
        for p in points
    ]
    change: Change | None = found.enterprise.get(m.code) if found else None
    return {
        "name": m.name,
        "component": m.component,
        "letter": m.component[:1],
        "score": number(m.score),
        "scores": [number(p.scores.get(m.code)) for p in points[-COLUMNS:]],
        "spark": chart.spark(moments, height),
        "text": said(moments),
        "step": changes.step(change),
        "step_url": explain_url(seen, m.code, "change") if changes.step(change) else "",
        "explain": explain_url(seen, m.code),
        "cycles": [
            {"name": p.cycle, "score": number(p.scores.get(m.code)), "median": number(p.medians.get(m.code))}
            for p in points
        ],
    }


def said(moments: list[chart.Moment]) -> str:
    """A drawing in words."""
    told = []
    for moment in moments:
        values = {"cycle": moment.cycle, "score": number(moment.score), "median": number(moment.median)}
        if moment.median is None:
            told.append(_("%(cycle)s: score %(score)s") % values)
        else:
            told.append(_("%(cycle)s: score %(score)s, peer median %(median)s") % values)
    return "; ".join(told)


def cycle_row(p: Point) -> dict[str, Any]:
    """What the figures of a cycle were calculated by."""
    return {
        "name": p.cycle,
        "day": p.day,
        "method": p.method,
        "content": p.content,
        "release": p.release,
        "illustrative": p.illustrative,
        "new_method": p.new_method,
        "new_content": p.new_content,
        "overall": number(p.scores.get("OVERALL")),
        "median": number(p.medians.get("OVERALL")),
    }


@gallery.over_cycles("trend")
def figure(seen: Insight) -> Figure | None:
    """Every measure in every cycle."""
    points = cycles_of.trend(seen)
    words = chart.Words(
        title=change_words.trend_headline(
            [(p.cycle, p.scores["OVERALL"]) for p in points if "OVERALL" in p.scores], len(points)
        ),
        note=_("Levels 1 to 5; peers as each cycle was compared with them."),
        measure=_("Measure"),
        cycle=_("Cycle"),
        opened=_("Opened on"),
        score=_("Own score"),
        median=_("Peers, median"),
        target=_("Target"),
        plants=_("Plants"),
        method=_("Method"),
        content=_("Content"),
        release=_("Peer release"),
        level=_("levels"),
    )
    cycles = [
        chart.Cycle(p.cycle, p.day, p.scores, p.medians, p.targets, p.plants, p.method, p.content, p.release)
        for p in points
    ]
    return chart.over_cycles(cycles, {m.code: m.name for m in seen.measures.values()}, words)


@gallery.over_cycles("change")
def change_figure(seen: Insight) -> Figure | None:
    """What the change since the last cycle is made of, measure by measure."""
    return changes.figure(seen, since(seen))
