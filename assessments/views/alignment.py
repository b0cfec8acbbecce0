"""The form of own relevance, one component at a time, and the way back to the content's."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST

from assessments import alignment, publishing, workflow
from assessments.catalogue import Component, Questionnaire
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission

MAP = "dashboard-alignment"


@require_http_methods(["GET", "POST"])
@member_required(Permission.JUDGE_RELEVANCE)
def judge(request: HttpRequest, code: str) -> HttpResponse:
    """Every cell of one component as a choice from 0 to 3."""
    catalogue = newest_catalogue()
    component = catalogue.component_by_code.get(code)
    if component is None:
        raise Http404
    typed, refused, status = {}, "", 200
    if request.method == "POST":
        typed = {key: request.POST.get(name_of(*key), "") for key in cells(catalogue, component)}
        try:
            n = workflow.judge_relevance(
                by=request.member,
                catalogue=catalogue,
                component=code,
                levels={key: int(text) for key, text in typed.items() if text in {str(x) for x in alignment.LEVELS}},
                seen=request.POST.get("seen", ""),
            )
        except workflow.Refused as error:
            refused, status = error.message, error.status
            typed = typed if status == 400 else {}  # somebody was faster: show what stands now
        else:
            said = ngettext(
                "Saved. %(n)d cell of this component is your own judgement.",
                "Saved. %(n)d cells of this component are your own judgement.",
                n,
            )
            messages.success(request, said % {"n": n})
            return redirect(MAP)
    return render(
        request,
        "assessments/relevance.html",
        form(request, catalogue, component, typed) | {"refused": refused},
        status=status,
    )


def newest_catalogue() -> Questionnaire:
    newest = publishing.latest_questionnaire()
    if newest is None:
        raise Http404
    return publishing.catalogue(newest.pk)


def cells(catalogue: Questionnaire, component: Component) -> list[tuple[str, str]]:
    return [(d.code, o) for d in component.dimensions for o in catalogue.objectives]


def name_of(dimension: str, objective: str) -> str:
    return f"{dimension}.{objective}"


def form(
    request: HttpRequest, catalogue: Questionnaire, component: Component, typed: dict[tuple[str, str], str]
) -> dict[str, Any]:
    """The form as it stands, with what was typed where it was refused."""
    relevance = alignment.relevance_of(request.member.organisation_id, catalogue)
    words = (
        pgettext("relevance", "none"),
        pgettext("relevance", "some"),
        pgettext("relevance", "clear"),
        pgettext("relevance", "strong"),
    )
    options = [{"value": str(level), "word": words[level]} for level in alignment.LEVELS]
    return {
        "component": component,
        "objectives": list(catalogue.objectives.values()),
        "options": options,
        "rows": [
            {
                "name": d.name,
                "purpose": d.purpose,
                "cells": [
                    {
                        "name": name_of(d.code, o),
                        "objective": label,
                        "value": typed.get((d.code, o)) or str(relevance.levels[d.code][o]),
                        "content": d.objective_relevance.get(o, 0),
                        "own": (d.code, o) in relevance.own,
                    }
                    for o, label in catalogue.objectives.items()
                ],
            }
            for d in component.dimensions
        ],
        "seen": alignment.fingerprint(relevance, tuple(d.code for d in component.dimensions)),
        "others": [{"code": c.code, "name": c.name, "current": c is component} for c in catalogue.components],
    }


@require_POST
@member_required(Permission.JUDGE_RELEVANCE)
def reset(request: HttpRequest) -> HttpResponse:
    """The whole map back to the content's."""
    n = workflow.reset_relevance(by=request.member)
    said = ngettext("%(n)d cell is the content's again.", "%(n)d cells are the content's again.", n)
    messages.success(request, said % {"n": n} if n else _("Nothing changed: all cells came from the content."))
    return redirect(MAP)
