"""The analyst's page on the method: which versions are in force, and how well the questions of a dimension belong together."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from assessments import method_check, pipeline, publishing
from assessments.decimals import two
from assessments.method_check import Reliability
from opmodel.dashboards.opening import of_sites
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission


@require_GET
@member_required(Permission.VIEW_RESULTS)
def page(request: HttpRequest) -> HttpResponse:
    """Reliability of each dimension over the plants' surveys of a cycle, with n and the caution (METHOD 9)."""
    cycle, other_cycles = of_sites(request)
    found = method_check.of_cycle(cycle) if cycle else []
    context = {
        "cycle": cycle,
        "other_cycles": other_cycles,
        "headline": headline(found),
        "rows": [row(r) for r in found],
        "least": method_check.min_records(),
        "method": pipeline.current_method().version,
        "content": publishing.catalogue(cycle.questionnaire_id).version if cycle else "",
    }
    return render(request, "dashboards/method.html", context)


def headline(found: list[Reliability]) -> str:
    """For how many dimensions something can be said; never whether that is good."""
    known = sum(r.coefficient is not None for r in found)
    if not known:
        return _("Too few complete surveys to say how well the questions belong together.")
    return ngettext(
        "How well the questions of one dimension belong together",
        "How well the questions of %(n)d dimensions belong together",
        known,
    ) % {"n": known}


def row(r: Reliability) -> dict[str, Any]:
    names = {"Cronbach's alpha": _("Cronbach's alpha"), "Spearman-Brown": _("Spearman-Brown")}
    if r.coefficient is not None:
        why = ""
    elif r.questions < 2:
        why = _("one question only")
    elif r.records < method_check.min_records():
        why = _("too few complete surveys")
    else:
        why = _("no difference between the surveys")
    return {
        "name": r.name,
        "component": r.component,
        "questions": r.questions,
        "records": r.records,
        "method": names[r.method] if r.questions > 1 else "–",
        "coefficient": ""
        if r.coefficient is None
        else two(r.coefficient)
        if r.coefficient >= 0
        else f"−{two(-r.coefficient)}",
        "why": why,
    }
