"""After the submit: reading what was answered, returning it with remarks, accepting it, dealing with remarks."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from assessments import selectors, workflow
from assessments.access import access
from assessments.catalogue import SITE
from assessments.models import Remark, Submission
from assessments.views import screens
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission

PREFIX = "remark-"


def fetch(request: HttpRequest, public_id: str) -> Submission:
    rows = selectors.submissions(request.member).select_related("cycle", "site", "submitted_by", "accepted_by")
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


@require_GET
@member_required(Permission.REVIEW)
def inspect(request: HttpRequest, public_id: str) -> HttpResponse:
    found = fetch(request, public_id)
    return render(request, "assessments/inspect.html", screens.inspection(request.member, found))


def typed_remarks(request: HttpRequest) -> dict[str, str]:
    """Question code ("" for the whole) -> what was typed beside it."""
    fields = request.POST
    return {name.removeprefix(PREFIX): fields[name] for name in fields if name.startswith(PREFIX) and fields[name]}


def again(request: HttpRequest, found: Submission, refused: workflow.Refused, typed: dict[str, str]) -> HttpResponse:
    """The page once more with the reason; what was typed stays."""
    found = fetch(request, found.public_id)
    context = screens.inspection(request.member, found, typed, [(refused.field, refused.message)])
    return render(request, "assessments/inspect.html", context, status=refused.status)


@require_POST
@member_required(Permission.REVIEW)
def send_back(request: HttpRequest, public_id: str) -> HttpResponse:
    found, typed = fetch(request, public_id), typed_remarks(request)
    try:
        done = workflow.return_submission(by=request.member, submission=found, remarks=typed)
    except workflow.Refused as refused:
        return again(request, found, refused, typed)
    if done.extended_to:
        text = _("Returned. The last day had passed: this survey takes answers until %(day)s.")
        messages.success(request, text % {"day": date_format(done.extended_to, "DATE_FORMAT")})
    else:
        messages.success(request, _("Returned. It can be changed and submitted again."))
    return redirect("submission-inspect", public_id)


@require_POST
@member_required(Permission.REVIEW)
def accept(request: HttpRequest, public_id: str) -> HttpResponse:
    found, typed = fetch(request, public_id), typed_remarks(request)
    try:
        if any(text.strip() for text in typed.values()):
            message = _("You wrote remarks: return the survey with them, or clear them before you accept it.")
            raise workflow.Refused(message)
        workflow.accept_submission(by=request.member, submission=found)
    except workflow.Refused as refused:
        return again(request, found, refused, typed)
    messages.success(request, _("Accepted."))
    return redirect("submission-inspect", public_id)


@require_POST
@member_required(Permission.REVIEW)
def answer_wish(request: HttpRequest, public_id: str) -> HttpResponse:
    """Answer what a plant asked of the centre; back to the page of the plant, where the form stands."""
    found = fetch(request, public_id)
    if found.view != SITE:
        raise Http404
    try:
        workflow.answer_wish(by=request.member, submission=found, reply=request.POST.get("reply", ""))
    except workflow.Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("Sent. The plant reads your answer on its page."))
    return redirect("dashboard-site", public_id)


@require_POST
@member_required()
def settle(request: HttpRequest, public_id: str) -> HttpResponse:
    """Mark a remark as dealt with (`settled` is 1), or as open again."""
    remark = Remark.objects.select_related("submission", "question").filter(public_id=public_id).first()
    if remark is None:
        raise Http404
    found = fetch(request, remark.submission.public_id)
    code = remark.question.code if remark.question else ""
    granted = access(request.member, found)
    if not (granted.sees(code) if code else granted.sees_all):
        raise Http404
    try:
        workflow.settle_remark(by=request.member, remark=remark, settled=request.POST.get("settled") == "1")
    except workflow.Refused as refused:
        messages.error(request, refused.message)
    if not code or request.POST.get("from") == "review":
        return redirect("submission-review", found.public_id)
    return redirect(screens.place_of(found, selectors.catalogue_of(found), code))
