"""What is written from the pages of the plan: choosing, one action's form and steps, what owners can give."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from assessments import plan_words, plans, priorities, selectors, workflow
from assessments.decimals import one
from assessments.models import Evidence, PlannedAction
from assessments.plan_forms import DropForm, FinishForm, PlanForm, ReportForm, initial_of
from assessments.ranking import OWN, PRESETS, REFERENCES
from assessments.views.answering import version_in
from assessments.views.plan import pages, shown
from assessments.views.plan.shown import Opened
from assessments.weighing import own_weights
from opmodel.files.incoming import FileRefused
from opmodel.files.limits import takes_file, uploaded
from opmodel.keys import public_id_in
from opmodel.organisations import clock
from opmodel.organisations.guards import member_required
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import Permission, can

Status = PlannedAction.Status


@require_POST
@member_required(Permission.PLAN)
def choose(request: HttpRequest) -> HttpResponse:
    """Take the marked actions of the priorities page into the plan of their cycle."""
    member: Member = request.member
    found = selectors.scored_enterprise(member).filter(cycle__public_id=public_id_in(request.POST.get("cycle", "")))
    submission = found.first()
    if submission is None:
        raise Http404
    site_id = request.POST.get("site", "")
    site = selectors.sites(member).filter(public_id=public_id_in(site_id)).first() if site_id else None
    if site_id and site is None:
        raise Http404
    preset, reference = request.POST.get("preset", ""), request.POST.get("reference", "")
    own = own_weights(request.POST) if preset == OWN else None
    try:
        done = workflow.choose_actions(
            by=member,
            submission=submission,
            codes=request.POST.getlist("codes"),
            preset=preset,
            reference=reference,
            site=site,
            peers=request.POST.get("peers", ""),
            own=own.weights if own else None,
        )
    except workflow.Refused as refused:
        messages.error(request, refused.message)
        known = preset in PRESETS and reference in REFERENCES
        kept = f"&preset={preset}&reference={reference}" if known else ""
        if own and own.weights and reference in REFERENCES:
            kept = f"&{urlencode({'preset': OWN, 'reference': reference, **own.typed})}"
        return redirect(f"{reverse('dashboard-priorities')}?cycle={submission.cycle.public_id}{kept}")
    messages.success(request, said(done))
    return redirect(f"{reverse('plan')}?cycle={submission.cycle.public_id}")


def said(done: workflow.Chosen) -> str:
    """What choosing did, in sentences."""
    titles = {a.code: a.title for a in plans.catalogue_of(done.plan).actions}
    n = len(done.made)
    told = [ngettext("One action is in the plan now.", "%(n)d actions are in the plan now.", n) % {"n": n}]
    for needed, code in done.along:
        told.append(
            _("“%(needed)s” came along: “%(title)s” builds on it.") % {"needed": titles[needed], "title": titles[code]}
        )
    if done.known:
        n = len(done.known)
        told.append(ngettext("One was in the plan already.", "%(n)d were in the plan already.", n) % {"n": n})
    return " ".join(told)


def find(request: HttpRequest, public_id: str) -> PlannedAction:
    found = plans.actions(request.member).select_related("plan__result__release__dataset").filter(public_id=public_id)
    planned: PlannedAction | None = found.first()
    if planned is None:
        raise Http404
    return planned


@require_http_methods(["GET", "POST"])
@member_required(Permission.VIEW_PLAN)
def action(request: HttpRequest, public_id: str) -> HttpResponse:
    """One action with all that is known of it; with POST its form is saved."""
    planned = find(request, public_id)
    if request.method == "GET":
        return page(request, planned)
    form = form_of(request.member, planned, request.POST)
    if form is None:
        refused = workflow.Refused(_("Only its owner and whoever plans report on an action."), status=403)
        return page(request, planned, problem=refused.message, status=refused.status)
    if not form.is_valid():
        return page(request, planned, form=form, status=400)
    try:
        workflow.change_action(
            by=request.member, planned=planned, base_version=version_in(request), values=form.cleaned_data
        )
    except workflow.Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return page(request, find(request, public_id), form=form, status=refused.status)
    except workflow.Conflict as conflict:
        return page(request, find(request, public_id), form=form, mine=conflict.mine, status=409)
    messages.success(request, _("Saved."))
    return redirect("plan-action", public_id)


def form_of(member: Member, planned: PlannedAction, data: Any = None) -> Any:
    """The form this member may fill in: all of it, the owner's part, or None."""
    if not plans.may_carry_out(member, planned):
        return None
    common: dict[str, Any] = {
        "initial": initial_of(planned),
        "today": clock.today(member.organisation),
        "currency": member.organisation.currency,
        "done": planned.status == Status.DONE,
    }
    if not can(member, Permission.PLAN):
        return ReportForm(data, **common)
    waves = plans.wave_names(plans.catalogue_of(planned.plan))
    return PlanForm(data, owners=plans.owners(member.organisation_id), waves=waves, **common)


STEPS: dict[str, tuple[Callable[..., None], Any, Callable[[], str]]] = {
    "start": (workflow.start_action, None, lambda: _("Started.")),
    "finish": (workflow.finish_action, FinishForm, lambda: _("Done. Well done.")),
    "drop": (workflow.drop_action, DropForm, lambda: _("Dropped. It stays in the plan with its reason.")),
    "resume": (workflow.resume_action, None, lambda: _("It is open again.")),
    "remove": (workflow.remove_action, None, lambda: _("It is no longer in the plan.")),
}


@require_POST
@member_required(Permission.VIEW_PLAN)
def step(request: HttpRequest, public_id: str, name: str) -> HttpResponse:
    """Start, finish, drop, take up again or remove; what is refused comes back with the reason at its place."""
    planned = find(request, public_id)
    if name not in STEPS:
        raise Http404
    write, kind, done = STEPS[name]
    form = kind(request.POST, today=clock.today(request.member.organisation), auto_id=f"{name}-%s") if kind else None
    if form is not None and not form.is_valid():
        return page(request, planned, steps={name: form}, status=400)
    try:
        values = form.cleaned_data if form is not None else {}
        write(by=request.member, planned=planned, base_version=version_in(request), **values)
    except workflow.Refused as refused:
        if form is not None and refused.field in form.fields:
            form.add_error(refused.field, refused.message)
            return page(request, find(request, public_id), steps={name: form}, status=refused.status)
        return page(request, find(request, public_id), problem=refused.message, status=refused.status)
    except workflow.Conflict as conflict:
        steps = {name: form} if form is not None else {}
        return page(request, find(request, public_id), steps=steps, mine=conflict.mine, status=409)
    messages.success(request, done())
    back = f"?cycle={planned.plan.cycle.public_id}"
    if name == "remove":
        return redirect(reverse("plan") + back)
    if request.POST.get("then") == "board":
        return redirect(reverse("plan-board") + back)
    return redirect("plan-action", public_id)


@require_POST
@member_required(Permission.VIEW_PLAN)
@takes_file("EVIDENCE_MAX_MB")
def add_evidence(request: HttpRequest, public_id: str) -> HttpResponse:
    """A file or a link that shows how far an action is."""
    planned = find(request, public_id)
    typed = {name: request.POST.get(name, "") for name in ("title", "grade", "url")}
    try:
        workflow.show_action(by=request.member, planned=planned, upload=uploaded(request), **typed)
    except (workflow.Refused, FileRefused) as refused:
        shown_again = {"error": refused.message, "field": refused.field, **typed}
        return page(request, planned, evidence=shown_again, status=refused.status)
    messages.success(request, _("Added."))
    return redirect("plan-action", public_id)


@require_POST
@member_required(Permission.VIEW_PLAN)
def remove_evidence(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a piece away from the action; the piece itself stays."""
    planned = find(request, public_id)
    wanted = public_id_in(request.POST.get("evidence", ""))
    piece = next((e for e in plans.shown_by(planned) if e.public_id == wanted), None)
    if piece is None:
        raise Http404
    try:
        workflow.unshow_action(by=request.member, planned=planned, evidence=piece)
    except workflow.Refused as refused:
        return page(request, planned, problem=refused.message, status=refused.status)
    messages.success(request, _("Removed from this action."))
    return redirect("plan-action", public_id)


def page(
    request: HttpRequest,
    planned: PlannedAction,
    *,
    form: Any = None,
    steps: dict[str, Any] | None = None,
    problem: str = "",
    mine: dict[str, Any] | None = None,
    evidence: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of one action; `form` and `steps` are forms that were refused, `mine` what met a newer version.

    `evidence` is what was typed about a piece of evidence and why it was refused.
    """
    member, today = request.member, clock.today(request.member.organisation)
    rows = list(plans.actions(member).filter(plan=planned.plan))
    catalogue = plans.catalogue_of(planned.plan)
    seen = Opened(member, planned.plan, [], rows, catalogue, today, plans.too_early(catalogue, rows))
    report = plans.sees_report(member, planned)
    may, plan_it = plans.may_carry_out(member, planned), can(member, Permission.PLAN)
    unsaved = form if form is not None else form_of(member, planned)
    forms = {
        "finish": FinishForm(today=today, auto_id="finish-%s", initial={"done_on": today} | _given(planned)),
        "drop": DropForm(today=today, auto_id="drop-%s"),
    } | (steps or {})
    context = {
        **shown.frame(seen, "plan"),
        "action": shown.row(seen, planned) | facts(seen, planned),
        "form": unsaved,
        "steps": forms,
        "step_urls": {name: reverse("plan-action-step", args=[planned.public_id, name]) for name in STEPS},
        "opened": next(iter(steps or {}), ""),
        "problem": problem,
        "conflict": conflict_of(seen, planned) if mine is not None else None,
        # What was typed builds on what was seen then; only who was shown the newer version may write on it.
        "base_version": planned.version if mine is not None or (base := version_in(request)) is None else base,
        "may_report": may,
        "may_plan": plan_it,
        "changes": plan_words.changes(planned, member.organisation.currency) if report else [],
        "sees_scores": plans.sees_scores(member, planned),
        "sees_report": report,
        "pieces": [piece_of(e) for e in plans.shown_by(planned)] if report else [],
        "evidence": {"error": "", "field": "", "title": "", "grade": "", "url": ""} | (evidence or {}),
        "grades": [(g.value, catalogue.evidence_grades.get(g.value, str(g.label))) for g in Evidence.Grade],
        "most_mb": settings.EVIDENCE_MAX_MB,
    }
    return render(request, "plan/action.html", context, status=status)


def piece_of(evidence: Evidence) -> dict[str, Any]:
    return {
        "public_id": evidence.public_id,
        "title": evidence.title,
        "grade": evidence.grade,
        "is_file": evidence.file is not None,
        "url": reverse("evidence-file", args=[evidence.public_id]) if evidence.file else evidence.url,
    }


def _given(planned: PlannedAction) -> dict[str, Any]:
    return {"shown_by": planned.shown_by, "benefit_realised": planned.benefit_realised}


def facts(seen: Opened, planned: PlannedAction) -> dict[str, Any]:
    """All facts of one action: what the content says, what the ranking said, what it builds on and what builds on it."""
    action, currency = plans.content(seen.catalogue, planned), seen.member.organisation.currency
    at = {(r.code, r.site_id): r for r in seen.rows}

    def near(code: str) -> PlannedAction | None:
        return at.get((code, planned.site_id)) or at.get((code, None))

    titles = seen.catalogue.action_by_code
    before = [
        {"title": titles[code].title, **prerequisite(seen, planned, code, near(code))}
        for code in (action.prerequisites if action else ())
    ]
    after = [shown.row(seen, r) for r in seen.rows if r.code in titles and planned.code in titles[r.code].prerequisites]
    lifted = [
        {
            "name": seen.catalogue.dimension_by_code[d].name,
            "before": one(planned.scores[d]),
            "lift": plan_words.signed(plans.shown_lift(planned.scores[d], planned.scores[d] + lift)),
        }
        for d, lift in planned.lift.items()
    ]
    return {
        "because": plans.reason(planned, get_language() or ""),
        "rank": planned.rank,
        "lifted": lifted,
        "names": [seen.catalogue.dimension_by_code[d].name for d in (action.dimensions if action else ())],
        "content": action,
        "effort_days": planned.effort_days,
        "notes": planned.notes,
        "expected": plan_words.money(planned.benefit_expected, currency),
        "realised": plan_words.money(planned.benefit_realised, currency),
        "shown_by": planned.shown_by,
        "dropped_because": planned.dropped_because,
        "prerequisites": before,
        "builds_on_it": after,
        "wave_name": plans.wave_names(seen.catalogue).get(planned.wave, ""),
        "chosen_on": planned.created_at,
    }


def prerequisite(seen: Opened, planned: PlannedAction, code: str, row: PlannedAction | None) -> dict[str, str]:
    """The state of what an action builds on, in words, and the way to it."""
    if row is not None:
        words = {
            Status.DONE: _("Done."),
            Status.DROPPED: _("Dropped: this action has nothing to build on."),
        }
        due = _("Open, due on %(day)s.") % {"day": plan_words.day(row.due_on)}
        url = reverse("plan-action", args=[row.public_id])
        return {"state": words.get(Status(row.status), due), "url": url}
    if priorities.met(seen.catalogue.action_by_code[code], planned.scores):
        return {"state": _("Not needed: the level it leads to is reached."), "url": ""}
    return {"state": _("Not in this plan."), "url": ""}


def conflict_of(seen: Opened, planned: PlannedAction) -> dict[str, Any]:
    """Who changed it in the meantime, and what: the newest entry of its history."""
    newest = next(iter(plan_words.changes(planned, seen.member.organisation.currency)), None)
    return {"who": newest.who if newest else "", "at": newest.at if newest else None, "sentences": newest.sentences if newest else ()}  # fmt: skip


@require_POST
@member_required(Permission.PLAN)
def capacity(request: HttpRequest) -> HttpResponse:
    """What owners can give a month; an empty field says nothing about them."""
    seen = shown.opened(request)
    if seen is None:
        raise Http404
    people = {m.public_id: m for m in plans.owners(request.member.organisation_id)}
    typed = {key: value.strip() for key, value in request.POST.items() if key in people}
    try:
        days: dict[Member, int | None] = {}
        for key, value in typed.items():
            if value and not (value.isdecimal() and len(value) < 6):
                raise workflow.Refused(_("Days a month are a whole number from 0 to 1000."), field=key)
            days[people[key]] = int(value) if value else None
        workflow.set_capacity(by=request.member, plan=seen.plan, days=days)
    except workflow.Refused as refused:
        context = pages.roadmap_page(seen, refused.message, typed, refused.field)
        return render(request, "plan/roadmap.html", context, status=refused.status)
    messages.success(request, _("Saved."))
    return redirect(f"{reverse('plan-roadmap')}?cycle={seen.plan.cycle.public_id}#owners")
