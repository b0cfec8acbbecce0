"""Giving parts of a submission to colleagues, handing them in, accepting them; answering on behalf of a site."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assessments import colleagues, workflow
from assessments.access import access
from assessments.catalogue import SITE
from assessments.models import Assignment, StandIn, Submission
from assessments.views import screens
from assessments.views.answering import fetch
from opmodel.keys import public_id_in
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission


def fetch_whole(request: HttpRequest, public_id: str) -> Submission:
    """A submission that this member answers as a whole; any other is as unknown as a made-up one."""
    found = fetch(request, public_id)
    if not access(request.member, found).writes_all:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@member_required()
def delegate(request: HttpRequest, public_id: str) -> HttpResponse:
    """Choose questions, a colleague, a day; what somebody holds already is shown with the name."""
    found = fetch_whole(request, public_id)
    if request.method == "GET":
        return render(request, "assessments/delegate.html", screens.delegate(request.member, found))
    # A box of a whole dimension stands for the questions it was shown with: never for more than was seen.
    codes = [code for boxes in request.POST.getlist("codes") for code in boxes.split()]
    given = {"codes": codes, **{name: request.POST.get(name, "") for name in ("member", "due_on", "note")}}
    to = colleagues.people(found).filter(public_id=public_id_in(given["member"])).first()
    try:
        made = workflow.assign(
            by=request.member, submission=found, codes=codes, to=to, due_on=day_of(given["due_on"]), note=given["note"]
        )
    except workflow.Refused as refused:
        errors = [(refused.field, refused.message), *refused.errors]
        context = screens.delegate(request.member, found, given, errors)
        return render(request, "assessments/delegate.html", context, status=refused.status)
    n = len(set(codes))
    text = ngettext("%(n)d question is with %(who)s now.", "%(n)d questions are with %(who)s now.", n)
    messages.success(request, text % {"n": n, "who": made.member.user.get_full_name()})
    return redirect("submission-delegate", public_id)


def day_of(text: str) -> date | None:
    """A day as a date field sends it, None for anything else.

    >>> day_of("2026-11-30"), day_of("2026-02-31"), day_of("soon")
    (datetime.date(2026, 11, 30), None, None)
    """
    try:
        return parse_date(text)
    except ValueError:
        return None


@require_GET
@member_required()
def progress(request: HttpRequest, public_id: str) -> HttpResponse:
    """How far colleagues are: the panel alone, which asks for itself every few seconds."""
    found = fetch_whole(request, public_id)
    context = screens.panel(request.member, found, access(request.member, found))
    return render(request, "assessments/_assignments.html", context)


def find(request: HttpRequest, public_id: str) -> Assignment:
    found = colleagues.find(request.member, public_id)
    if found is None:
        raise Http404
    return found


@require_GET
@member_required()
def assignment(request: HttpRequest, public_id: str) -> HttpResponse:
    found = find(request, public_id)
    return render(request, "assessments/assignment.html", screens.assignment(request.member, found))


def decide(
    request: HttpRequest, public_id: str, write: Callable[..., Assignment], done: Callable[[], str], **values: Any
) -> HttpResponse:
    """One button of the page of an assignment: do it and say so, or show the page again with the reason."""
    found = find(request, public_id)
    try:
        write(by=request.member, assignment=found, **values)
    except workflow.Refused as refused:
        found = find(request, public_id)  # as it is now
        context = screens.assignment(request.member, found, values.get("remark", ""), refused.message)
        return render(request, "assessments/assignment.html", context, status=refused.status)
    messages.success(request, done())
    return redirect("assignment", public_id)


@require_POST
@member_required()
def hand_in(request: HttpRequest, public_id: str) -> HttpResponse:
    return decide(request, public_id, workflow.hand_in, lambda: _("Handed in. Thank you."))


@require_POST
@member_required()
def accept(request: HttpRequest, public_id: str) -> HttpResponse:
    return decide(request, public_id, workflow.accept_assignment, lambda: _("Accepted."))


@require_POST
@member_required()
def give_back(request: HttpRequest, public_id: str) -> HttpResponse:
    remark = request.POST.get("remark", "")
    return decide(request, public_id, workflow.give_back, lambda: _("Given back with your remark."), remark=remark)


@require_POST
@member_required()
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    return decide(request, public_id, workflow.withdraw_assignment, lambda: _("Taken back. The answers stay."))


@require_http_methods(["GET", "POST"])
@member_required(Permission.ANSWER_ON_BEHALF)
def stand_in(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say that you answer on behalf of a site, and why."""
    found = fetch(request, public_id)
    if found.view != SITE:
        raise Http404
    reason, error, status = request.POST.get("reason", ""), "", 200
    if request.method == "POST":
        try:
            workflow.stand_in(by=request.member, submission=found, reason=reason)
        except workflow.Refused as refused:
            error, status = refused.message, refused.status
        else:
            return redirect("submission", public_id)
    context = screens.stand_in(request.member, found, reason, error)
    return render(request, "assessments/stand_in.html", context, status=status)


@require_POST
@member_required(Permission.ANSWER_ON_BEHALF, Permission.ANSWER_SITE)
def end_stand_in(request: HttpRequest, public_id: str) -> HttpResponse:
    found = StandIn.objects.select_related("submission__site").filter(
        public_id=public_id, organisation_id=request.member.organisation_id
    )
    standing_in = found.first()
    if standing_in is None:
        raise Http404
    submission = fetch(request, standing_in.submission.public_id)
    try:
        workflow.end_stand_in(by=request.member, standing_in=standing_in)
    except workflow.Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("Nobody answers on behalf of %(site)s any more.") % {"site": submission.site.name})
    return redirect("submission-review", submission.public_id)
