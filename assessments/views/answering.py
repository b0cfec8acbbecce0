"""Answering: one dimension a screen, the other items, the review, the submit, and what happens after it."""

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from assessments import carrying, selectors, workflow
from assessments.access import access, is_respondent, sees_results
from assessments.catalogue import ENTERPRISE
from assessments.models import Answer, Submission
from assessments.views import item_forms, screens
from opmodel.jobs.models import Job
from opmodel.organisations.guards import member_required, wants_json
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import Permission, can


def fetch(request: HttpRequest, public_id: str) -> Submission:
    """The submission through the member's own queryset; a foreign id is as unknown as a made-up one."""
    found = selectors.submissions(request.member).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


@require_GET
@member_required()
def submission(request: HttpRequest, public_id: str) -> HttpResponse:
    """Go to where the work is: the first dimension with an open question, else the review."""
    found = fetch(request, public_id)
    if found.state == Submission.State.SUBMITTED and is_respondent(request.member, found):
        return redirect("submission-status", public_id)
    if screens.inspect_url(request.member, found):
        return redirect("submission-inspect", public_id)
    catalogue, granted = selectors.catalogue_of(found), access(request.member, found)
    done = selectors.progress(found, granted.questions(catalogue, found.view)).by_dimension
    for dimension in catalogue.dimensions:
        asked = len(granted.questions(catalogue, found.view, dimension.code))
        if asked and done.get(dimension.code, 0) < asked:
            return redirect("submission-dimension", public_id, dimension.code)
    return redirect("submission-review", public_id)


@require_GET
@member_required()
def dimension(request: HttpRequest, public_id: str, code: str) -> HttpResponse:
    found = fetch(request, public_id)
    return render(request, "assessments/dimension.html", screens.dimension(request.member, found, code))


def _payload(request: HttpRequest) -> dict[str, Any]:
    try:
        body = json.loads(request.body)
    except RequestDataTooBig as error:
        raise workflow.Refused(_("This is larger than an answer can be."), field="body", status=413) from error
    except (ValueError, RecursionError):  # broken, or nested without end
        body = None
    if not isinstance(body, dict):
        raise workflow.Refused(_("The body must be a JSON object."), field="body")
    texts = ("status", "reason", "comment", "client_key")
    for name in texts:
        if not isinstance(body.get(name, ""), str | None):
            raise workflow.Refused(_("“%(name)s” must be text.") % {"name": name}, field=name)
    return {
        "status": body.get("status") or "",
        "level": body.get("level"),
        "data": body.get("data"),
        "base_version": body.get("base_version"),
        "confirm": body.get("confirm") is True,
        **{name: body.get(name) or "" for name in texts[1:]},
    }


def version_in(request: HttpRequest) -> int | None:
    """The version that a form was filled in on, None when it says none."""
    text: str = request.POST.get("base_version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _form_payload(request: HttpRequest) -> dict[str, Any]:
    """One answer of the plain form.

    Without scripts a level and a special answer can both be marked: the one counts that the page did not show already.
    """
    level, status = request.POST.get("level", ""), request.POST.get("status", "level")
    shown = request.POST.get("shown", "open")
    if request.POST.get("clear"):
        level, status = "", "open"
    if level and status != "level":
        special_is_old = status == shown or (shown == "open" and not request.POST.get("reason", "").strip())
        status = "level" if special_is_old else status
    return {
        "status": status,
        "level": int(level) if level.isdecimal() and len(level) < 4 else level or None,
        "base_version": version_in(request),
        "reason": request.POST.get("reason", ""),
        "comment": request.POST.get("comment", ""),
        "client_key": "",
    }


@require_POST
@member_required()
def save(request: HttpRequest, public_id: str, code: str) -> HttpResponse:
    """Save one answer: JSON from the page, or the plain form without JavaScript; the same function behind both."""
    found = fetch(request, public_id)
    as_json = request.content_type == "application/json" or wants_json(request)
    granted = access(request.member, found)
    if not as_json and not (granted.sees(code) and code in selectors.catalogue_of(found).question_by_code):
        raise Http404  # items have a form of their own
    try:
        payload = _payload(request) if as_json else _form_payload(request)
        if payload.pop("confirm", False) and carrying.is_offered(found, code, payload):
            payload["origin"] = Answer.Origin.CARRIED
        saved = workflow.save_answer(by=request.member, submission=found, code=code, **payload)
    except workflow.Refused as refused:
        if as_json:
            error = {"error": "refused", "message": refused.message, "field": refused.field}
            return JsonResponse(error, status=refused.status)
        return _form_again(request, found, code, refused)
    except workflow.Conflict as conflict:
        if as_json:
            body = {
                "error": "conflict",
                "message": _("This answer was changed elsewhere in the meantime. Choose which one stands."),
                "mine": conflict.mine,
                "theirs": screens.stored(conflict.theirs),
            }
            return JsonResponse(body, status=409)
        context = screens.conflict(found, code, conflict.mine, conflict.theirs)
        return render(request, "assessments/_conflict.html", context, status=409)
    if not as_json:
        return redirect(f"{_dimension_url(found, code)}#{code}")
    return JsonResponse(
        {
            "code": saved.code,
            "version": saved.version,
            "saved_at": saved.saved_at.isoformat().replace("+00:00", "Z"),
            "saved_by": request.member.user.get_full_name(),
            "status": saved.status,
            "level": saved.level,
            "progress": screens.short_progress(found, code, granted),
        }
    )


@require_POST
@member_required()
def confirm(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take over what the last cycle offers for these questions; the way without JavaScript, one or a whole page."""
    found = fetch(request, public_id)
    codes = request.POST.getlist("confirm")
    granted = access(request.member, found)
    if not all(granted.sees(code) for code in codes):
        raise Http404
    try:
        workflow.confirm_carried(by=request.member, submission=found, codes=codes)
    except workflow.Refused as refused:
        messages.error(request, refused.message)
    if not codes:
        return redirect("submission", public_id)
    if codes[0] in selectors.catalogue_of(found).item_by_code:
        return redirect("submission-item", public_id, codes[0])
    return redirect(f"{_dimension_url(found, codes[0])}#{codes[0]}")


def _dimension_url(found: Submission, code: str) -> str:
    question = selectors.catalogue_of(found).question_by_code.get(code)
    if question is None:
        raise Http404
    return reverse("submission-dimension", args=[found.public_id, question.dimension])


def _form_again(request: HttpRequest, found: Submission, code: str, refused: workflow.Refused) -> HttpResponse:
    question = selectors.catalogue_of(found).question_by_code.get(code)
    if question is None:
        raise Http404
    context = screens.dimension(request.member, found, question.dimension)
    for shown in context["questions"]:
        if shown["code"] == code:
            shown["error"] = refused.message
            shown["comment"] = request.POST.get("comment", shown["comment"])
            shown["reason"] = request.POST.get("reason", shown["reason"])
            shown["status"] = request.POST.get("status", shown["status"])
            # What was typed builds on what was seen then: on the newest version it would overwrite others unseen.
            shown["version"] = shown["version"] if (base := version_in(request)) is None else base
    return render(request, "assessments/dimension.html", context, status=refused.status)


@require_GET
@member_required()
def item(request: HttpRequest, public_id: str, code: str) -> HttpResponse:
    found = fetch(request, public_id)
    return render(request, "assessments/item.html", screens.item(request.member, found, code))


@require_POST
@member_required()
def save_item(request: HttpRequest, public_id: str, code: str) -> HttpResponse:
    found = fetch(request, public_id)
    granted = access(request.member, found)
    known = selectors.catalogue_of(found).item_by_code.get(code)
    if known is None or known not in granted.items(selectors.catalogue_of(found), found.view):
        raise Http404
    raw, base = item_forms.data_from_post(known, request.POST), version_in(request)
    # What was typed builds on what was seen then: on the newest version it would overwrite others unseen.
    typed = {"raw": raw, "base_version": base}
    if "more" in request.POST.getlist("then"):  # more rows, without JavaScript: nothing is saved
        context = screens.item(request.member, found, code, **typed, empty_rows=item_forms.more_rows(request.POST))
        return render(request, "assessments/item.html", context)
    clear = "clear" in request.POST
    try:
        workflow.save_answer(
            by=request.member,
            submission=found,
            code=code,
            status="open" if clear else "data",
            data=None if clear else raw,
            base_version=base,
        )
    except workflow.Refused as refused:
        context = screens.item(request.member, found, code, **typed, refused=refused)
        return render(request, "assessments/item.html", context, status=refused.status)
    except workflow.Conflict as conflict:
        message = _("%(who)s saved this page in the meantime. Both are below: keep yours, or take theirs.") % {
            "who": conflict.theirs.saved_by.get_full_name() if conflict.theirs.saved_by else _("Somebody")
        }
        refused = workflow.Refused(message, status=409)
        theirs = conflict.theirs.data or {}
        context = screens.item(request.member, found, code, raw=raw, refused=refused, theirs=theirs)
        return render(request, "assessments/item.html", context, status=409)
    then = "stay" if clear else request.POST.get("then", "")
    return redirect(screens.after_item(found, known, granted, then))


@require_GET
@member_required()
def review(request: HttpRequest, public_id: str) -> HttpResponse:
    found = fetch(request, public_id)
    return render(request, "assessments/review.html", screens.review(request.member, found))


def _sentences(refused: workflow.Refused) -> list[str]:
    return [sentence for _place, sentence in refused.errors] or [refused.message]


@require_POST
@member_required()
def submit(request: HttpRequest, public_id: str) -> HttpResponse:
    found = fetch(request, public_id)
    try:
        workflow.submit(by=request.member, submission=found)
    except workflow.Refused as refused:
        found = fetch(request, public_id)
        context = screens.review(request.member, found) | {"blockers": _sentences(refused), "can_submit": False}
        return render(request, "assessments/review.html", context, status=refused.status)
    return redirect("submission-status", public_id)


@require_GET
@member_required()
def status(request: HttpRequest, public_id: str) -> HttpResponse:
    """What happens after the submit: queued, being scored, done, or failed; the fragment polls itself."""
    found = fetch(request, public_id)
    member: Member = request.member
    if not sees_results(member, found):
        raise Http404
    job = selectors.scoring_job(found)
    ready = job is not None and job.state == Job.State.DONE
    if found.view == ENTERPRISE:
        result_url = reverse("dashboard") if can(member, Permission.VIEW_RESULTS) else ""
    else:
        result_url = reverse("dashboard-sites")
    context = {
        "submission": screens.heading(found),
        "job": screens.job(job),
        "status_url": reverse("submission-status", args=[found.public_id]),
        "result_url": result_url if ready else "",
        "inspect_url": screens.inspect_url(member, found),
    }
    template = "_scoring_status.html" if request.htmx else "submission_done.html"
    return render(request, f"assessments/{template}", context)
