"""Cycles: the list, the form of a draft, and the steps of a cycle's life."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assessments import selectors, workflow
from assessments.forms import CycleForm, ExtendForm, ReopenForm, SitesForm, StepForm, SwitchForm
from assessments.models import Cycle, Questionnaire
from assessments.views.board import draft_page
from benchmarks.models import Dataset
from opmodel.organisations import clock
from opmodel.organisations.guards import member_required
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import Permission, can

State = Cycle.State


@require_GET
@member_required(Permission.VIEW_CYCLE)
def cycle_list(request: HttpRequest) -> HttpResponse:
    """All cycles but the archived ones; those on demand."""
    member: Member = request.member
    every = list(selectors.cycles(member))
    archived = "archived" in request.GET
    rows = [c for c in every if (c.state == State.ARCHIVED) == archived]
    counted = selectors.cycle_counts(rows)
    cycles = [
        {
            "name": c.name,
            "url": reverse("cycle", args=[c.public_id]),
            "state": c.state,
            "state_label": c.get_state_display(),
            "opens_on": c.opens_on,
            "closes_on": c.closes_on,
            **counted[c.pk],
        }
        for c in rows
    ]
    context = {
        "cycles": cycles,
        "archived": archived,
        "others": len(every) - len(rows),
        "can_open_cycle": can(member, Permission.OPEN_CYCLE),
        "new_url": reverse("cycle-new"),
    }
    return render(request, "assessments/cycle_list.html", context)


def _form(request: HttpRequest, cycle: Cycle | None, initial: dict[str, Any], opening: bool) -> CycleForm:
    member: Member = request.member
    past = selectors.cycles(member).exclude(state=State.DRAFT).exclude(pk=cycle.pk if cycle else None)
    return CycleForm(
        request.POST or None,
        sites=selectors.sites(member).order_by("region", "name"),
        datasets=Dataset.objects.filter(release__state="published").distinct(),
        versions=Questionnaire.objects.filter(published_at__isnull=False).order_by("-published_at"),
        past=past,
        today=clock.today(member.organisation),
        opening=opening,
        initial=initial,
    )


def _form_page(request: HttpRequest, form: CycleForm, cycle: Cycle | None) -> HttpResponse:
    context = {
        "form": form,
        "cycle": cycle,
        "has_sites": form.fields["sites"].queryset.exists(),
        "versions": form.fields["questionnaire"].queryset.count(),
    }
    return render(request, "assessments/cycle_form.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@member_required(Permission.OPEN_CYCLE)
def cycle_new(request: HttpRequest) -> HttpResponse:
    """Open a cycle at once, or keep it as a draft."""
    member: Member = request.member
    opening = "draft" not in request.POST
    initial = {
        "opens_on": clock.today(member.organisation),
        "sites": list(selectors.sites(member)) if request.method == "GET" else [],
        "dataset": Dataset.objects.filter(release__state="published").first(),
        "response_target_pct": 100,
        "reminders": True,
    }
    form = _form(request, None, initial, opening)
    if request.method == "POST" and form.is_valid():
        write = workflow.open_cycle if opening else workflow.draft_cycle
        if made := _written(form, lambda terms: write(by=member, **terms)):
            return redirect("cycle", made.public_id)
    return _form_page(request, form, None)


@require_http_methods(["GET", "POST"])
@member_required(Permission.OPEN_CYCLE)
def cycle_edit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Change a draft."""
    member: Member = request.member
    cycle = get_object_or_404(selectors.cycles(member).select_related("prefill_from"), public_id=public_id)
    if cycle.state != State.DRAFT:
        return redirect("cycle", public_id)
    names = ("name", "opens_on", "closes_on", "dataset", "questionnaire", "response_target_pct", "reminders")
    initial = {name: getattr(cycle, name) for name in (*names, "prefill_from")}
    initial["target_level"] = f"{cycle.target_level:.1f}" if cycle.target_level is not None else ""
    initial["sites"] = selectors.invited_sites(cycle)
    form = _form(request, cycle, initial, opening=False)
    sent = request.method == "POST" and form.is_valid()
    if sent and _written(form, lambda terms: workflow.edit_draft(by=member, cycle=cycle, **terms)):
        return redirect("cycle", public_id)
    return _form_page(request, form, cycle)


def _written(form: Any, write: Callable[[dict[str, Any]], Any]) -> Any:
    """Do a write with the cleaned values; a refusal goes to its field. Gives what was written, None when refused."""
    values = dict(form.cleaned_data)
    if "sites" in values:
        values["sites"] = list(values["sites"])
    try:
        return write(values)
    except workflow.Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return None


@dataclass(frozen=True)
class Step:
    """One step of a cycle's life as the page offers it."""

    states: tuple[str, ...]  # in which it is offered
    write: Callable[..., Any]
    form: type[StepForm] | None
    done: Callable[[], str]


STEPS = {
    "open": Step((State.DRAFT,), workflow.open_draft, None, lambda: _("The cycle is open.")),
    "discard": Step((State.DRAFT,), workflow.discard_draft, None, lambda: _("The draft is gone.")),
    "extend": Step((State.OPEN,), workflow.extend_cycle, ExtendForm, lambda: _("The last day is moved.")),
    "sites": Step((State.OPEN,), workflow.add_sites, SitesForm, lambda: _("The sites are asked now.")),
    "reminders": Step((State.OPEN,), workflow.switch_reminders, SwitchForm, lambda: _("The reminders are changed.")),
    "peers": Step(
        (State.OPEN, State.CLOSED), workflow.show_peers_to_plants, SwitchForm,
        lambda: _("What plant managers see of the peers is changed."),
    ),
    "close": Step((State.OPEN,), workflow.close_cycle, None, lambda: _("The cycle is closed.")),
    "reopen": Step((State.CLOSED,), workflow.reopen_cycle, ReopenForm, lambda: _("The cycle is open again.")),
    "archive": Step((State.CLOSED,), workflow.archive_cycle, None, lambda: _("The cycle is archived.")),
}  # fmt: skip


@require_GET
@member_required(Permission.OPEN_CYCLE)
def manage(request: HttpRequest, public_id: str) -> HttpResponse:
    """Days, sites, reminders and the end of a cycle."""
    cycle = get_object_or_404(selectors.cycles(request.member), public_id=public_id)
    return redirect("cycle", public_id) if cycle.state == State.DRAFT else _manage_page(request, cycle)


def _manage_page(
    request: HttpRequest, cycle: Cycle, wrong: dict[str, Any] | None = None, problem: str = "", status: int = 200
) -> HttpResponse:
    """`wrong` are the forms that were refused, by the name of their step."""
    today, left = clock.today(request.member.organisation), _sites_left(request.member, cycle)
    # What the calendar offers first: today for a closed cycle, the day after the last one for an open cycle.
    first = today if cycle.state == State.CLOSED else max(today, cycle.closes_on) + timedelta(days=1)
    offered = {name: step for name, step in STEPS.items() if cycle.state in step.states}
    forms = {
        name: (wrong or {}).get(name) or step.form(today=today, first=first, sites=left)
        for name, step in offered.items()
        if step.form and (name != "sites" or left.exists())
    }
    context = {
        "cycle": cycle,
        "forms": forms,
        "urls": {name: reverse("cycle-step", args=[cycle.public_id, name]) for name in offered},
        "problem": problem,
        "board_url": reverse("cycle", args=[cycle.public_id]),
        "contribute_url": reverse("contribute", args=[cycle.public_id]),
    }
    return render(request, "assessments/cycle_manage.html", context, status=status)


def _sites_left(member: Member, cycle: Cycle) -> Any:
    asked = [site.pk for site in selectors.invited_sites(cycle)]
    return selectors.sites(member).exclude(pk__in=asked).order_by("region", "name")


@require_POST
@member_required(Permission.OPEN_CYCLE)
def take_step(request: HttpRequest, public_id: str, step: str) -> HttpResponse:
    """Take one step; what is refused comes back with the message at its field."""
    member: Member = request.member
    cycle = get_object_or_404(selectors.cycles(member).select_related("prefill_from"), public_id=public_id)
    if step not in STEPS:
        raise Http404
    taken, values, form = STEPS[step], {}, None
    if taken.form:
        left = _sites_left(member, cycle)
        form = taken.form(request.POST, today=clock.today(member.organisation), sites=left)
        if not form.is_valid():
            return _refused(request, cycle, step, form, "", 400)
        values = form.cleaned_data | ({"sites": list(form.cleaned_data["sites"])} if step == "sites" else {})
    try:
        taken.write(by=member, cycle=cycle, **values)
    except workflow.Refused as refused:
        if refused.status == 404:  # somebody discarded it meanwhile
            raise Http404 from refused
        problem = refused.message
        if form and refused.field in form.fields:
            form.add_error(refused.field, refused.message)
            problem = ""
        cycle.refresh_from_db()
        return _refused(request, cycle, step, form, problem, refused.status)
    messages.success(request, taken.done())
    return redirect("cycle-list") if step == "discard" else redirect("cycle", public_id)


def _refused(
    request: HttpRequest, cycle: Cycle, step: str, form: StepForm | None, problem: str, status: int
) -> HttpResponse:
    if cycle.state == State.DRAFT:
        return draft_page(request, cycle, problem, status)
    return _manage_page(request, cycle, {step: form} if form else None, problem, status)
