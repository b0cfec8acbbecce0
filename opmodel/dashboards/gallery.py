"""Every figure by its code: the page that shows it, its CSV file and the API ask the same function.

    @of_enterprise("perception")
    def perception(seen: Insight) -> Figure | None: ...

A figure of the enterprise is made from the insight that `opening` finds for a request, one of the plants from the request
itself (`@of_sites`), which may narrow it to the own sites. None: there is nothing to draw yet.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from assessments.decimals import written
from assessments.insight import Insight
from opmodel.dashboards import opening
from opmodel.dashboards.charts.figure import Figure
from opmodel.dashboards.presenting import source
from opmodel.organisations.guards import member_required
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import Permission, can

ROWS = 60  # of the table behind a figure on its page; the file has all
Maker = Callable[[HttpRequest], tuple[Figure, str] | None]  # the figure, and the line of its sources


@dataclass(frozen=True)
class Entry:
    permissions: tuple[Permission, ...]  # one of them is enough
    make: Maker


GALLERY: dict[str, Entry] = {}


Drawing = Callable[[Insight], Figure | None]


def of_enterprise(code: str) -> Callable[[Drawing], Drawing]:
    """Register a figure that is made from the insight of an enterprise view."""
    return _registered(code, opening.enterprise)


def over_cycles(code: str) -> Callable[[Drawing], Drawing]:
    """Register a figure that looks back: its insight was read with the cycles before."""
    return _registered(code, opening.looking_back)


def _registered(code: str, opener: opening.Opener) -> Callable[[Drawing], Drawing]:
    def register(draw: Drawing) -> Drawing:
        def make(request: HttpRequest) -> tuple[Figure, str] | None:
            opened = opener(request)
            figure = draw(opened[0]) if opened else None
            return (figure, said_source(source(opened[0]))) if opened and figure else None

        GALLERY[code] = Entry((Permission.VIEW_RESULTS,), make)
        return draw

    return register


def of_sites(code: str, *permissions: Permission) -> Callable[[Maker], Maker]:
    """Register a figure that is made from a request; it says its sources itself."""

    def register(make: Maker) -> Maker:
        GALLERY[code] = Entry(permissions or (Permission.VIEW_RESULTS,), make)
        return make

    return register


def said_source(sources: dict[str, Any]) -> str:
    """Where the figures come from, in a line: cycle, plants, peers with period and mark, versions."""
    told = [
        _("Cycle: %(name)s") % {"name": sources["cycle"]},
        _("plants submitted: %(n)s of %(all)s") % {"n": sources["sites_submitted"], "all": sources["sites_invited"]},
    ]
    if sources["release"]:
        told.append(
            _("peers: %(group)s, n %(band)s, %(period)s, release %(name)s")
            % {
                "group": sources["group"], "band": sources["n_band"], "period": sources["period"],
                "name": sources["release"],
            }
        )  # fmt: skip
        if sources["illustrative"]:
            told.append(_("illustrative peers, made up"))
    told.append(
        _("method %(method)s, content %(content)s") % {"method": sources["method"], "content": sources["content"]}
    )
    return "; ".join(told)


def shown(figure: Figure | None, request: HttpRequest) -> dict[str, Any] | None:
    """A figure as the template `dashboards/_figure.html` wants it."""
    if figure is None:
        return None
    return {
        "figure": figure,
        "id": f"figure-{figure.code}",
        "columns": [{"name": c.name, "unit": c.unit, "number": c.digits is not None} for c in figure.columns],
        "rows": [
            [
                {"text": written(cell) if c.digits is not None else cell, "number": c.digits is not None}
                for c, cell in zip(figure.columns, row, strict=True)
            ]
            for row in figure.said(ROWS)
        ],
        "more": max(0, len(figure.rows) - ROWS),
        "csv": csv_url(figure.code, request),
    }


def csv_url(code: str, request: HttpRequest) -> str:
    """The CSV file of a figure, of the cycle and the peers the page is about."""
    asked = {k: v for k, v in request.GET.items() if v}
    url = reverse("dashboard-figure", args=[code])
    return f"{url}?{urlencode(asked)}" if asked else url


def page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A page that draws figures: Plotly needs a policy of its own (middleware)."""
    response = render(request, template, context)
    response.has_charts = True  # type: ignore[attr-defined]
    return response


def codes(member: Member) -> list[str]:
    """The figures the role of a member may see."""
    return [code for code, entry in GALLERY.items() if any(can(member, p) for p in entry.permissions)]


def made(request: HttpRequest, code: str) -> tuple[Figure, str]:
    """A figure and the line of its sources; Http404 where there is none, or none for this role."""
    entry = GALLERY.get(code)
    if entry is None or not any(can(request.member, p) for p in entry.permissions):
        raise Http404
    found = entry.make(request)
    if found is None:
        raise Http404
    return found


@require_GET
@member_required(Permission.VIEW_RESULTS, Permission.VIEW_SITE_RESULTS)
def download(request: HttpRequest, code: str) -> HttpResponse:
    """The table behind a figure as a CSV file; each row says where its numbers come from."""
    figure, told = made(request, code)
    response = HttpResponse("\ufeff" + figure.csv(told, _("Source")), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{figure.code}.csv"'
    return response
