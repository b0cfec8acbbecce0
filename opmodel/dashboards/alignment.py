"""The alignment map: which dimension serves which objective, and whether the effort goes where the points are."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from assessments import alignment, serving
from assessments.alignment import Relevance
from assessments.insight import Insight
from benchmarks.statistics import half_up
from opmodel.dashboards import headlines
from opmodel.dashboards.choosing import kept
from opmodel.dashboards.opening import of_enterprise
from opmodel.dashboards.presenting import explain_url
from opmodel.dashboards.priorities import person_days
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission, can


@require_GET
@member_required(Permission.VIEW_RESULTS)
@of_enterprise
def page(request: HttpRequest, seen: Insight, sources: dict[str, Any]) -> HttpResponse:
    relevance = alignment.relevance_of(seen.submission.organisation_id, seen.catalogue)
    points = points_of(seen)
    effort = serving.effort_of(seen)
    rows = objective_rows(seen, points, effort)
    context = {
        "source": sources,
        "kept": kept(request),
        "headline": headlines.alignment_headline(
            [(r["name"], r["points"], r["effort"]) for r in rows], bool(points), effort.planned
        ),
        "rows": rows,
        "points_known": bool(points),
        "points_url": reverse("submission-item", args=[seen.submission.public_id, "E-N2"]),
        "actions": [a.title for a in effort.actions],
        "planned": effort.planned,
        "objectives": [{"name": name, "points": points.get(o)} for o, name in seen.catalogue.objectives.items()],
        "groups": groups(seen, relevance, points),
        "own": own_said(len(relevance.own)),
        "edit": can(request.member, Permission.JUDGE_RELEVANCE),
        "own_cells": len(relevance.own),
    }
    return render(request, "dashboards/alignment.html", context)


def points_of(seen: Insight) -> dict[str, int]:
    """The 100 points of the enterprise (E-N2) by objective; empty before they are given."""
    row = seen.reading.answers[seen.submission.pk].items.get("E-N2", {})
    return {o: int(row.get(o) or 0) for o in seen.catalogue.objectives} if row else {}


def objective_rows(seen: Insight, points: dict[str, int], effort: serving.Effort) -> list[dict[str, Any]]:
    """Points and effort side by side, both of 100, so that they can be compared."""
    return [
        {
            "name": name,
            "points": points.get(o, 0),
            "effort": int(half_up(100 * effort.shares.get(o, 0.0), 1)),
            "days": person_days(effort.days.get(o, 0.0)),
        }
        for o, name in seen.catalogue.objectives.items()
    ]


def groups(seen: Insight, relevance: Relevance, points: dict[str, int]) -> list[dict[str, Any]]:
    """The matrix by component; each row ends with the dimension's share of what serves the objectives (O of METHOD 7)."""
    weight = {o: points.get(o, 0) if points else 1 for o in seen.catalogue.objectives}
    served = {d: sum(weight[o] * level for o, level in row.items()) for d, row in relevance.levels.items()}
    total = sum(served.values())
    return [
        {
            "code": c.code,
            "letter": c.letter,
            "name": c.name,
            "rows": [
                {
                    "name": d.name,
                    "url": explain_url(seen, d.code),
                    "cells": [cell(relevance, d.code, o) for o in seen.catalogue.objectives],
                    "share": f"{100 * served[d.code] / total:.0f} %" if total else "–",
                }
                for d in c.dimensions
            ],
        }
        for c in seen.catalogue.components
    ]


def cell(relevance: Relevance, dimension: str, objective: str) -> dict[str, Any]:
    was = relevance.own.get((dimension, objective))
    return {
        "level": relevance.levels[dimension][objective],
        "own": was is not None,
        "was": _("own judgement; the content says %(n)d") % {"n": was} if was is not None else "",
    }


def own_said(n: int) -> str:
    return (
        ngettext(
            "%(n)d cell is your own judgement, marked with a star; the others come from the content.",
            "%(n)d cells are your own judgement, marked with a star; the others come from the content.",
            n,
        )
        % {"n": n}
        if n
        else _("All cells come from the content; none is your own judgement yet.")
    )
