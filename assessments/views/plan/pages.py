"""The plan read: as a list, as a board, as a roadmap, and beside what the next cycle says."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from assessments import plan_words, plans, selectors
from assessments.decimals import one
from assessments.models import PlannedAction
from assessments.plans import Outcome
from assessments.views.plan import roadmap as drawing
from assessments.views.plan import shown
from assessments.views.plan.shown import MOST, Opened
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission, can

Status = PlannedAction.Status


def nothing(request: HttpRequest) -> HttpResponse:
    """No plan yet: said, with the way to make one for those who can."""
    scored = can(request.member, Permission.VIEW_RESULTS) and selectors.scored_enterprise(request.member).exists()
    context = {
        "may_plan": can(request.member, Permission.PLAN),
        "scored": scored,
        "priorities_url": reverse("dashboard-priorities"),
    }
    return render(request, "plan/empty.html", context)


@require_GET
@member_required(Permission.VIEW_PLAN)
def listing(request: HttpRequest) -> HttpResponse:
    """All actions of a plan, narrowed down by the filters."""
    seen = shown.opened(request)
    if seen is None:
        return nothing(request)
    chosen = shown.filters(request, seen)
    found = shown.matching(seen, chosen)
    context = shown.frame(seen, "plan") | {
        "filters": chosen,
        "filtered": any(f.chosen for f in chosen),
        "total": len(seen.rows),
        "rows": [shown.row(seen, r) for r in found[:MOST]],
        "left_out": max(0, len(found) - MOST),
        "waves": plans.wave_names(seen.catalogue),
    }
    return render(request, "plan/list.html", context)


@require_GET
@member_required(Permission.VIEW_PLAN)
def board(request: HttpRequest) -> HttpResponse:
    """The same in four columns; what moves a card is a button or a link, dragging only presses it."""
    seen = shown.opened(request)
    if seen is None:
        return nothing(request)
    chosen = shown.filters(request, seen)
    found = shown.matching(seen, chosen)
    columns = []
    for status in Status:
        cards = [shown.row(seen, r) for r in found if r.status == status]
        columns.append({"status": status.value, "label": status.label, "cards": cards[:MOST], "n": len(cards)})
    context = shown.frame(seen, "plan-board") | {
        "filters": [f for f in chosen if f.name != "status"],
        "columns": columns,
    }
    return render(request, "plan/board.html", context)


@require_GET
@member_required(Permission.VIEW_PLAN)
def roadmap(request: HttpRequest) -> HttpResponse:
    """When what runs, what waits for what, and whether its owners can carry it."""
    seen = shown.opened(request)
    return nothing(request) if seen is None else render(request, "plan/roadmap.html", roadmap_page(seen))


def roadmap_page(
    seen: Opened, problem: str = "", typed: dict[str, str] | None = None, wrong: str = ""
) -> dict[str, Any]:
    """`typed` are the days of owners as they were sent and refused, `wrong` the owner whose figure it was."""
    live = [r for r in seen.rows if r.status != Status.DROPPED]
    rows = [shown.row(seen, r) for r in live[:MOST]]
    sees_all = can(seen.member, Permission.VIEW_RESULTS)
    own = [r for r in live if sees_all or r.owner_id == seen.member.pk]
    given = plans.capacities(seen.plan)
    built_on = plans.needs(seen.catalogue, live)
    return shown.frame(seen, "plan-roadmap") | {
        "gantt": drawing.gantt(seen.plan.starts_on, live[:MOST], rows, built_on, seen.early, seen.today),
        "left_out": max(0, len(live) - MOST),
        "troubles": [{"title": r["title"], "url": r["url"], "words": r["words"]} for r in rows if r["words"]],
        "owners": drawing.owners(plans.loads(own), given, typed or {}),
        "nobody": sum(r.owner is None for r in live if r.status in PlannedAction.OPEN),
        "capacity_url": reverse("plan-capacity") + f"?cycle={seen.plan.cycle.public_id}",
        "problem": problem,
        "wrong": wrong,
        "waves": plans.wave_names(seen.catalogue),
    }


@require_GET
@member_required(Permission.VIEW_PLAN)
def progress(request: HttpRequest) -> HttpResponse:
    """Projected lifts beside what the next cycle's answers say; to each reader as far as scores are theirs."""
    seen = shown.opened(request)
    if seen is None:
        return nothing(request)
    rows = [r for r in seen.rows if plans.sees_scores(seen.member, r)]
    following = plans.next_cycle(seen.plan)
    scored = following is not None and following.result is not None
    dimensions = {d for r in rows for d in r.lift}
    now = plans.scores_in(following.cycle, dimensions) if scored and following else {}
    found = plans.outcomes(rows, now)
    order = {d.code: n for n, d in enumerate(seen.catalogue.dimensions)}
    found.sort(key=lambda o: (o.site is not None, o.site.name if o.site else "", order.get(o.dimension, 0)))
    context = shown.frame(seen, "plan-progress") | {
        "next": following.cycle.name if following else "",
        "scored": scored,
        "said": plan_words.progress_headline(found) if scored else "",
        "other_method": scored and following.result.method_version != seen.plan.result.method_version,
        "outcomes": [outcome(seen, o) for o in found],
        "next_url": reverse("dashboard") + f"?cycle={following.cycle.public_id}"
        if scored and following and can(seen.member, Permission.VIEW_RESULTS)
        else "",
        "benefits": benefits(seen, rows),
        "lifting_nothing": sum(not r.lift and r.status != Status.DROPPED for r in rows),
    }
    return render(request, "plan/progress.html", context)


def outcome(seen: Opened, found: Outcome) -> dict[str, Any]:
    dimension = seen.catalogue.dimension_by_code[found.dimension]
    hoped = found.before + found.projected
    return {
        "name": dimension.name,
        "component": dimension.component,
        "letter": dimension.component[:1],
        "site": found.site.name if found.site else "",
        "before": one(found.before),
        "now": "–" if found.now is None else one(found.now),
        "realised": "–" if found.realised is None else plan_words.signed(found.realised),
        "projected": plan_words.signed(found.hoped),
        "projected_done": plan_words.signed(found.hoped_done),
        "hoped": one(hoped),
        "words": plan_words.realised(found) if found.now is not None else "",
        "before_x": drawing.level_x(found.before),
        "now_x": None if found.now is None else drawing.level_x(found.now),
        "hoped_x": drawing.level_x(hoped),
        "actions": [shown.row(seen, r) for r in found.actions],
    }


def benefits(seen: Opened, rows: list[PlannedAction]) -> dict[str, str]:
    """Expected benefit of all that is not dropped, and what was realised; "" where nothing was written down."""
    live = [r for r in rows if r.status != Status.DROPPED]
    expected = [r.benefit_expected for r in live if r.benefit_expected is not None]
    realised = [r.benefit_realised for r in live if r.benefit_realised is not None]
    currency = seen.member.organisation.currency
    return {
        "expected": plan_words.money(sum(expected), currency) if expected else "",
        "realised": plan_words.money(sum(realised), currency) if realised else "",
    }
