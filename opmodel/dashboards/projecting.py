"""Actions in and out, and the cheapest set for a target: what could become of the scores. Always marked as a projection."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from assessments import outlook, pipeline
from assessments.cheapest import Cheapest, Unsolved
from assessments.decimals import one
from assessments.insight import Insight
from assessments.outlook import Outlook, Projected, Step
from assessments.plans import NETWORK
from assessments.ranking import ranking_of
from opmodel.dashboards import headlines
from opmodel.dashboards.choosing import AIMS, Wish, address, chosen_actions, kept, left_out_said, wish
from opmodel.dashboards.dimensions import default_reference
from opmodel.dashboards.opening import of_enterprise
from opmodel.dashboards.presenting import explain_url, number, place_text, row
from opmodel.dashboards.priorities import effort_words, lifts_said, person_days
from opmodel.dashboards.strip import x
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission


@require_GET
@member_required(Permission.VIEW_RESULTS)
@of_enterprise
def projection(request: HttpRequest, seen: Insight, sources: dict[str, Any]) -> HttpResponse:
    """The form with all actions and what the chosen ones could bring; htmx gets the second half alone."""
    given, unknown = chosen_actions(request.GET, seen)
    chosen = given if given is not None else [a.code for a in ranking_of(seen, reference=default_reference(seen)).top]
    context = outlook_context(seen, outlook.outlook(seen, chosen)) | {
        "unknown": ", ".join(unknown),
        "done": [seen.catalogue.action_by_code[c].title for c in chosen if c in seen.done_since[NETWORK]],
    }
    if request.htmx:
        return render(request, "dashboards/_outlook.html", context | {"fragment": True})
    context |= {
        "source": sources,
        "fragment": False,
        "first_five": given is None,
        "kept": kept(request),
        "offered": groups(seen, set(chosen) - seen.done_since[NETWORK]),
        "none_url": address("dashboard-projection", kept(request), {"chosen": 1}),
        "first_url": address("dashboard-projection", kept(request)),
        "cheapest_url": address("dashboard-cheapest", kept(request)),
    }
    return render(request, "dashboards/projection.html", context)


def outlook_context(seen: Insight, found: Outlook) -> dict[str, Any]:
    """What both the page and the fragment show of a choice."""
    overall = found.measures["OVERALL"]
    changed = [p for d in seen.catalogue.dimensions if (p := found.measures[d.code]).moves]
    return {
        "headline": headlines.projection_headline(len(found.steps), overall.view.score, overall.then, len(changed)),
        "effort": effort_said(found),
        "sum": {"name": overall.view.name, "now": number(overall.view.score), "then": number(overall.then)}
        if overall.then is not None
        else None,
        "components": [
            projected_row(seen, found.measures[code]) for code in ("OVERALL", *seen.catalogue.component_by_code)
        ],
        "changed": [projected_row(seen, p) for p in changed],
        "same": len(seen.catalogue.dimensions) - len(changed),
        "steps": [step_row(s, seen) for s in found.steps],
        "along": along_said(found),
        "has_peers": seen.group is not None,
    }


def effort_said(found: Outlook) -> str:
    if not found.steps:
        return ""
    return _("About %(days)s person-days at most, by the upper ends of the effort scale.") % {
        "days": person_days(found.days)
    }


def along_said(found: Outlook) -> str:
    n = len(found.along)
    return (
        ngettext(
            "One action comes along, because others need it first; it is marked below.",
            "%(n)d actions come along, because others need them first; they are marked below.",
            n,
        )
        % {"n": n}
        if n
        else ""
    )


def step_row(s: Step, seen: Insight) -> dict[str, Any]:
    return {
        "code": s.action.code,
        "title": s.action.title,
        "along": not s.chosen,
        "needed_for": "; ".join(s.needed_for),
        "lifts": lifts_said(s.lifts, s.action),
        "effort_words": effort_words(s.action, seen.catalogue),
        "horizon": s.action.horizon,
        "owner": s.action.owner_role,
    }


def projected_row(seen: Insight, p: Projected) -> dict[str, Any]:
    """One measure today and then: figure, place and quarter of the peers."""
    shown = row(seen, p.view)
    moves = p.moves and p.then is not None
    strip = shown["strip"]
    if moves and p.then is not None:
        said = _("projected %(s)s") % {"s": one(p.then)}
        strip = replace(strip, then=x(p.then), text=f"{strip.text}, {said}", sites=())
    return shown | {
        "strip": replace(strip, sites=()),
        "then": number(p.then),
        "moves": bool(moves),
        "quarter": quarter_said(outlook.quarter(p.view.score, p.view)),
        "then_place": place_text(p.place),
        "then_quarter": quarter_said(outlook.quarter(p.then, p.view)),
    }


def quarter_said(quarter: int | None) -> str:
    words = {1: _("lowest quarter"), 2: _("below the median"), 3: _("median or above"), 4: _("upper quarter")}
    return words[quarter] if quarter else ""


def groups(seen: Insight, chosen: set[str]) -> dict[str, Any]:
    """The actions one may put in: those that are in, the others by component. What could lift nothing is not offered.

    A component without others is there as well: what is dragged out may go back to it.
    """
    inside, rows = [], {c.code: [] for c in seen.catalogue.components}
    offered = {o.action.code: o for o in outlook.offers(seen)}
    for action in seen.catalogue.actions:
        if action.code in chosen:
            inside.append(pick_row(seen, offered.get(action.code) or outlook.Offer(action, (), 0)))
        elif action.code in offered:
            row = pick_row(seen, offered[action.code])
            rows[row["component"]].append(row)
    others = [
        {"code": c.code, "letter": c.letter, "name": c.name, "rows": rows[c.code]} for c in seen.catalogue.components
    ]
    return {"inside": inside, "others": others, "any": bool(inside or any(rows.values()))}


def pick_row(seen: Insight, offer: outlook.Offer) -> dict[str, Any]:
    """One action with its tick; what it lifts is what it alone would lift today."""
    words = ngettext("%(n)d other comes first", "%(n)d others come first", offer.first)
    return {
        "code": offer.action.code,
        "component": seen.catalogue.dimension_by_code[offer.action.dimensions[0]].component,
        "title": offer.action.title,
        "lifts": lifts_said(offer.lifts, offer.action),
        "effort_words": effort_words(offer.action, seen.catalogue),
        "first": words % {"n": offer.first} if offer.first else "",
    }


@require_GET
@member_required(Permission.VIEW_RESULTS)
@of_enterprise
def cheapest(request: HttpRequest, seen: Insight, sources: dict[str, Any]) -> HttpResponse:
    """The form of a wish, and the cheapest set of actions that fulfils it."""
    asked = wish(request.GET, seen)
    context = {
        "source": sources,
        "kept": kept(request),
        "wish": asked,
        "aims": [{"key": k, "label": v, "current": k == asked.kind} for k, v in AIMS.items()],
        "scopes": scopes(seen, asked),
        "dimensions": dimension_boxes(seen, asked),
        "error": asked.error,
        "headline": _("What is the least effort that reaches a target?"),
        "answer": None,
    }
    days = pipeline.current_method().priorities.effort_days
    context |= {"programme": person_days(days[3]), "capital": person_days(days[4])}
    if asked.aims and not asked.error:
        try:
            found = outlook.cheapest_of(seen, asked.aims, asked.budget)
        except Unsolved:
            context["error"] = _("The solver found no proven answer in time. Choose fewer dimensions, or no budget.")
        else:
            context["answer"] = answer(request, seen, asked, found)
            context["headline"] = context["answer"]["headline"]
    return render(request, "dashboards/cheapest.html", context, status=400 if asked.bad else 200)


def scopes(seen: Insight, asked: Wish) -> list[dict[str, Any]]:
    named = [("OVERALL", seen.overall.name), *((c.code, c.name) for c in seen.catalogue.components)]
    named.append((outlook.EACH, _("each of the dimensions chosen below")))
    return [{"key": key, "label": label, "current": key == asked.scope} for key, label in named]


def dimension_boxes(seen: Insight, asked: Wish) -> list[dict[str, Any]]:
    return [
        {
            "letter": c.letter,
            "code": c.code,
            "name": c.name,
            "rows": [
                {
                    "code": d.code,
                    "name": d.name,
                    "on": d.code in asked.dimensions,
                    "score": number(seen.measures[d.code].score),
                }
                for d in c.dimensions
            ],
        }
        for c in seen.catalogue.components
    ]


def answer(request: HttpRequest, seen: Insight, asked: Wish, found: Cheapest) -> dict[str, Any]:
    """The set in the order of doing, what it reaches, and the way into the projection."""
    shown = outlook.outlook(seen, found.actions)
    rows = [
        {
            "name": seen.measures[a.measure].name,
            "component": seen.measures[a.measure].component,
            "today": number(seen.measures[a.measure].score),
            "wanted": number(a.level),
            "then": number(found.after[a.measure]),
            "missing": number(found.missing[a.measure]) if a.measure in found.missing else "",
            "explain": explain_url(seen, a.measure),
        }
        for a in asked.aims
    ]
    return {
        "headline": cheapest_said(asked, found, rows),
        "more": budget_said(asked, found),
        "left_out": left_out_said(asked.left_out),
        "done": done_said(len(seen.done_since[NETWORK])),
        "steps": [step_row(s, seen) for s in shown.steps],
        "rows": rows,
        "effort": effort_said(shown),
        "projection_url": address("dashboard-projection", kept(request), {"a": list(found.actions), "chosen": 1}),
    }


def done_said(n: int) -> str:
    return (
        ngettext(
            "One action is done already and not in question any more.",
            "%(n)d actions are done already and not in question any more.",
            n,
        )
        % {"n": n}
        if n
        else ""
    )


def cheapest_said(asked: Wish, found: Cheapest, rows: list[dict[str, Any]]) -> str:
    """The answer in a sentence: enough, there already, not within the budget, or not at all."""
    n, values = len(found.actions), {"n": len(found.actions), "days": person_days(found.effort)}
    if found.reached and not n:
        return _("You are there already: nothing needs to be done for this.")
    if found.reached:
        return (
            ngettext(
                "One action could be enough: about %(days)s person-days at most.",
                "%(n)d actions could be enough: about %(days)s person-days at most.",
                n,
            )
            % values
        )
    short = {"short": len(found.missing), "all": len(rows), "most": one(max(found.missing.values()))}
    if asked.budget is not None and found.unlimited > asked.budget:
        within = short | {"budget": person_days(asked.budget)}
        if len(rows) == 1:
            return _("Within %(budget)s person-days it gets to %(then)s of %(wanted)s.") % (rows[0] | within)
        return (
            ngettext(
                "Within %(budget)s person-days, one of %(all)d measures stays short, by %(most)s levels.",
                "Within %(budget)s person-days, %(short)d of %(all)d measures stay short, the farthest by %(most)s levels.",
                short["short"],
            )
            % within
        )
    if len(rows) == 1:
        return _("This cannot be reached: %(then)s of %(wanted)s is the most that is possible.") % rows[0]
    return (
        ngettext(
            "One of %(all)d measures cannot get there; it stays %(most)s levels short.",
            "%(short)d of %(all)d measures cannot get there; the farthest stays %(most)s levels short.",
            short["short"],
        )
        % short
    )


def budget_said(asked: Wish, found: Cheapest) -> str:
    """What would be without the budget, where it is too small."""
    if asked.budget is None or found.unlimited <= asked.budget:
        return ""
    values = {"needed": person_days(found.unlimited)}
    if found.reachable:
        return _("Without the budget, about %(needed)s person-days would be enough.") % values
    return (
        _("Without the budget it could not be reached either; the most that is possible takes %(needed)s person-days.")
        % values
    )
