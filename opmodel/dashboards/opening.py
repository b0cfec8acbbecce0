"""How a page of figures opens: which cycle it is about, and the line that says where its figures come from."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from assessments import insight, selectors
from assessments.catalogue import ENTERPRISE
from assessments.insight import Insight
from assessments.models import Cycle, Result, Submission
from assessments.reading import Reading, results_of
from opmodel.dashboards.presenting import source
from opmodel.organisations.permissions import Permission, can

View = Callable[..., HttpResponse]
Opener = Callable[[HttpRequest], tuple[Insight, list[Submission]] | None]


def of_enterprise(view: View) -> View:
    """A page about one scored enterprise view: of ?cycle=…, else of the newest cycle, compared with ?peers=….

    The view gets the insight and the line of its sources, `view(request, seen, shown, …)`. While nothing is scored, the
    page says so.
    """
    return _opened(view, enterprise)


def over_cycles(view: View) -> View:
    """A page that looks back as well: `seen.reading` has the cycles before this one, the plants of the last one."""
    return _opened(view, looking_back)


def _opened(view: View, opener: Opener) -> View:
    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        found = opener(request)
        if found is None:
            return render(request, "dashboards/waiting.html", {"cycles_url": reverse("cycle-list")})
        seen, cycles = found
        return view(request, seen, source(seen, cycles, "cycle" in request.GET), *args, **kwargs)

    return opened


def enterprise(request: HttpRequest) -> tuple[Insight, list[Submission]] | None:
    """The insight a page is about, and all cycles a reader may switch to; None while nothing is scored."""
    results = _scored(request)
    cycles = [r.submission for r in results]
    found = _wanted(request, cycles)
    return (seen_of(request, found, Reading([found], results=results)), cycles) if found else None


def looking_back(request: HttpRequest) -> tuple[Insight, list[Submission]] | None:
    """The same, read together with the cycles before it and the plants of the last one of them."""
    results = _scored(request)
    cycles = [r.submission for r in results]
    found = _wanted(request, cycles)
    if found is None:
        return None
    back = cycles[cycles.index(found) :]
    return seen_of(request, found, Reading(back, back[:2], results)), cycles


def seen_of(request: HttpRequest, submission: Submission, reading: Reading) -> Insight:
    """The insight of a scored submission, compared with ?peers=…."""
    result = reading.results.get(submission.pk)
    if result is None:
        raise Http404
    return insight.build(submission, result, request.GET.get("peers", ""), reading)


def of_sites(request: HttpRequest) -> tuple[Cycle | None, list[Cycle]]:
    """The cycle a page about the plants shows, and the others to choose from; None while no plant has a score.

    Without ?cycle=… it is the cycle of the dashboard, so that neighbours agree, else the newest.
    """
    cycles = selectors.site_cycles(request.member)
    wanted = request.GET.get("cycle") or _newest_for(request, cycles)
    cycle = next((c for c in cycles if c.public_id == wanted), None)
    if wanted and cycle is None:
        raise Http404
    return cycle, [c for c in cycles if c != cycle]


def _scored(request: HttpRequest) -> list[Result]:
    """The results of the enterprise submissions a reader may look at, newest cycle first; one query."""
    rows = results_of(selectors.submissions(request.member).filter(view=ENTERPRISE))
    found = rows.select_related("submission__cycle", "submission__organisation", "release__dataset")
    return sorted(found, key=lambda r: (r.submission.cycle.opens_on, r.submission.cycle_id), reverse=True)


def _wanted(request: HttpRequest, rows: list[Submission]) -> Submission | None:
    wanted = request.GET.get("cycle")
    found = next((s for s in rows if not wanted or s.cycle.public_id == wanted), None)
    if found is None and wanted:
        raise Http404
    return found


def _newest_for(request: HttpRequest, cycles: list[Cycle]) -> str:
    if can(request.member, Permission.VIEW_RESULTS):
        shown = {c.pk for c in cycles}
        rows = selectors.scored_enterprise(request.member).select_related("cycle")
        newest = next((s.cycle for s in rows if s.cycle_id in shown), None)
        if newest is not None:
            return str(newest.public_id)
    return str(cycles[0].public_id) if cycles else ""
