"""The board of a cycle, and what is done there: remind, give one survey more time."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from assessments import selectors, workflow
from assessments.forms import MoreTimeForm
from assessments.models import Cycle, Submission
from assessments.views.screens.board import Show, board
from opmodel.organisations import clock
from opmodel.organisations.guards import member_required
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import Permission, can


@require_GET
@member_required(Permission.VIEW_CYCLE)
def cycle(request: HttpRequest, public_id: str) -> HttpResponse:
    """A draft shows what it will ask, every other cycle who has answered how much."""
    member: Member = request.member
    found = get_object_or_404(selectors.cycles(member).select_related("prefill_from"), public_id=public_id)
    if found.state == Cycle.State.DRAFT:
        return draft_page(request, found)
    return render(request, "assessments/cycle.html", board(member, found, Show.of(request.GET)))


def draft_page(request: HttpRequest, found: Cycle, problem: str = "", status: int = 200) -> HttpResponse:
    context = {
        "cycle": found,
        "sites": selectors.invited_sites(found),
        "acts": can(request.member, Permission.OPEN_CYCLE),
        "problem": problem,
        "edit_url": reverse("cycle-edit", args=[found.public_id]),
        "open_url": reverse("cycle-step", args=[found.public_id, "open"]),
        "discard_url": reverse("cycle-step", args=[found.public_id, "discard"]),
    }
    return render(request, "assessments/cycle_draft.html", context, status=status)


def _again(request: HttpRequest, found: Cycle, status: int, **told: Any) -> HttpResponse:
    """The board once more, with what was wrong at its place."""
    context = board(request.member, found, Show.of(request.GET), **told)
    return render(request, "assessments/cycle.html", context, status=status)


def _back(request: HttpRequest, found: Cycle) -> HttpResponse:
    query = Show.of(request.GET).query
    return redirect(reverse("cycle", args=[found.public_id]) + (f"?{query}" if query else ""))


@require_POST
@member_required(Permission.OPEN_CYCLE)
def remind(request: HttpRequest, public_id: str) -> HttpResponse:
    """Remind whoever has something open in the chosen surveys, or in all of them."""
    member: Member = request.member
    found = get_object_or_404(selectors.cycles(member).exclude(state=Cycle.State.DRAFT), public_id=public_id)
    rows = selectors.submissions(member).filter(cycle=found)
    if "everybody" not in request.POST:
        wanted = set(request.POST.getlist("submission"))
        if not wanted:
            return _again(request, found, 400, problem=_("Choose at least one survey to remind of."))
        rows = [s for s in rows if s.public_id in wanted]
        if len(rows) != len(wanted):
            raise Http404
    try:
        done = workflow.remind(by=member, submissions=list(rows))
    except workflow.Refused as refused:
        return _again(request, found, refused.status, problem=refused.message)
    if done.sent:
        messages.success(request, _("A reminder goes to %(names)s.") % {"names": ", ".join(done.sent)})
    if done.already:
        messages.info(request, _("Reminded today already: %(names)s.") % {"names": ", ".join(done.already)})
    return _back(request, found)


@require_POST
@member_required(Permission.OPEN_CYCLE)
def more_time(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give one survey seven days more, or time until a day."""
    member: Member = request.member
    found: Submission = get_object_or_404(selectors.submissions(member), public_id=public_id)
    form = MoreTimeForm(request.POST, today=clock.today(member.organisation))
    error, status = "", 400
    if not form.is_valid():
        error = " ".join(form.errors["closes_on"])
    elif not form.cleaned_data["closes_on"] and "days" not in request.POST:
        error = _("Choose a day.")
    else:
        try:
            done = workflow.extend_submission(
                by=member,
                submission=found,
                closes_on=None if "days" in request.POST else form.cleaned_data["closes_on"],
            )
        except workflow.Refused as refused:
            error, status = refused.message, refused.status
    if error:
        return _again(request, found.cycle, status, errors={found.pk: error})
    name = found.site.name if found.site else _("the enterprise self-assessment")
    text = _("The last day of %(name)s is now %(day)s.")
    messages.success(request, text % {"name": name, "day": formats.date_format(done.closes_on)})
    return _back(request, found.cycle)
