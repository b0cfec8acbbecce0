"""Pages that read: where we stand, among peers, at the plants, and how each number came about."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from assessments.insight import Insight, MeasureView
from assessments.ranking import PRESETS, REFERENCES, ranking_of
from assessments.since import Since, since
from opmodel.dashboards import changes, dimensions, gallery, headlines
from opmodel.dashboards.dimensions import default_reference
from opmodel.dashboards.opening import over_cycles
from opmodel.dashboards.presenting import (
    action_row,
    components_told,
    explain_url,
    perception_row,
    perception_title,
    perception_views,
    row,
)
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission

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
        "headline": headlines.page_headline(*components_told(seen)),
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
