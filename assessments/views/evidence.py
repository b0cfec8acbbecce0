"""Evidence: added, attached and taken away at a question, listed for a survey, handed out as a download."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from assessments import evidence as pieces
from assessments import selectors, workflow
from assessments.access import access
from assessments.models import Evidence, Submission
from assessments.views import screens
from assessments.views.answering import fetch
from opmodel.files.incoming import FileRefused
from opmodel.files.limits import takes_file, uploaded
from opmodel.files.serving import deliver
from opmodel.keys import public_id_in
from opmodel.organisations.guards import member_required, wants_json

NAMES = ("code", "title", "grade", "url", "evidence")


def fetch_piece(request: HttpRequest, submission: Submission, public_id: str) -> Evidence:
    """The evidence through the member's own queryset, of the submission's site; anything else is unknown."""
    found = pieces.of_site(request.member, submission).filter(public_id=public_id_in(public_id)).first()
    if found is None:
        raise Http404
    return found


@require_GET
@member_required()
def index(request: HttpRequest, public_id: str) -> HttpResponse:
    found = fetch(request, public_id)
    return render(request, "assessments/evidence.html", screens.evidence(request.member, found))


@require_POST
@member_required()
@takes_file("EVIDENCE_MAX_MB")
def add(request: HttpRequest, public_id: str) -> HttpResponse:
    """Add a file or a link, from the page by script or from the plain form; the same function behind both."""

    def write(found: Submission, typed: dict[str, str]) -> None:
        upload = uploaded(request)
        common = {name: typed[name] for name in ("code", "title", "grade")}
        if upload is not None and typed["url"]:
            raise workflow.Refused(_("Choose a file or enter an address, one at a time."), field="url")
        if upload is None and typed["url"]:
            workflow.add_link(by=request.member, submission=found, url=typed["url"], **common)
        elif upload is None:
            raise workflow.Refused(_("Choose a file or enter an address."), field="file")
        else:
            workflow.add_file(by=request.member, submission=found, upload=upload, **common)

    return _at_question(request, public_id, write, _("Added."))


@require_POST
@member_required()
def attach(request: HttpRequest, public_id: str) -> HttpResponse:
    """Use evidence that is there for one more question."""

    def write(found: Submission, typed: dict[str, str]) -> None:
        if not typed["evidence"]:
            raise workflow.Refused(_("Choose the evidence to use."), field="evidence")
        piece = fetch_piece(request, found, typed["evidence"])
        workflow.attach_evidence(by=request.member, submission=found, code=typed["code"], evidence=piece)

    return _at_question(request, public_id, write, _("Added."))


@require_POST
@member_required()
def detach(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take evidence away from a question; it stays in the list of the survey."""

    def write(found: Submission, typed: dict[str, str]) -> None:
        piece = fetch_piece(request, found, typed["evidence"])
        workflow.detach_evidence(by=request.member, submission=found, code=typed["code"], evidence=piece)

    return _at_question(request, public_id, write, _("Removed from this question."))


@require_POST
@member_required()
def change(request: HttpRequest, public_id: str) -> HttpResponse:
    def write(found: Submission, piece: Evidence) -> None:
        title, grade = request.POST.get("title", ""), request.POST.get("grade", "")
        workflow.change_evidence(by=request.member, submission=found, evidence=piece, title=title, grade=grade)

    return _in_list(request, public_id, write)


@require_POST
@member_required()
def delete(request: HttpRequest, public_id: str) -> HttpResponse:
    def write(found: Submission, piece: Evidence) -> None:
        workflow.delete_evidence(by=request.member, submission=found, evidence=piece)

    return _in_list(request, public_id, write)


@require_GET
@member_required()
def download(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The file of a piece of evidence; who took it is in the audit trail before the first byte leaves."""
    piece = pieces.visible(request.member).filter(public_id=public_id, file__isnull=False).first()
    if piece is None:
        raise Http404
    response = deliver(piece.file)
    response.afterwards = lambda: workflow.note_download(by=request.member, evidence=piece)
    return response


def _at_question(
    request: HttpRequest, public_id: str, write: Callable[[Submission, dict[str, str]], None], done: str
) -> HttpResponse:
    """Do it and show the block of the question again: as JSON with the new block, or on the question's own page."""
    found = fetch(request, public_id)
    as_json = wants_json(request) or request.content_type == "application/json"
    typed = _typed(request)
    try:
        if not access(request.member, found).writes_something:
            raise workflow.not_yours()
        write(found, typed)
    except (workflow.Refused, FileRefused) as error:
        refused = workflow.Refused(error.message, field=error.field, status=error.status)
        if as_json:
            body = {"error": "refused", "message": refused.message, "field": refused.field}
            return JsonResponse(body, status=refused.status)
        return _question_again(request, found, typed, refused)
    if not as_json:
        return redirect(f"{_question_url(request, found, typed['code'])}#evidence-{typed['code']}")
    shown = screens.evidence_block(request.member, found, typed["code"])
    html = render_to_string("assessments/_evidence.html", {"e": shown}, request)
    return JsonResponse({"code": typed["code"], "message": done, "html": html})


def _typed(request: HttpRequest) -> dict[str, str]:
    """The fields as text, from the form or from a JSON object; whatever is no text counts as empty."""
    given: Mapping[str, Any] = request.POST
    if request.content_type == "application/json":
        try:
            body = json.loads(request.body)
        except (ValueError, RecursionError):
            body = None
        given = body if isinstance(body, dict) else {}
    return {name: value if isinstance(value := given.get(name), str) else "" for name in NAMES}


def _question_url(request: HttpRequest, found: Submission, code: str) -> str:
    question = selectors.catalogue_of(found).question_by_code.get(code)
    if question is None or question.view != found.view or not access(request.member, found).sees(code):
        raise Http404
    return reverse("submission-dimension", args=[found.public_id, question.dimension])


def _question_again(
    request: HttpRequest, found: Submission, typed: dict[str, str], refused: workflow.Refused
) -> HttpResponse:
    _question_url(request, found, typed["code"])  # a question of this survey, or 404
    question = selectors.catalogue_of(found).question_by_code[typed["code"]]
    context = screens.dimension(request.member, found, question.dimension)
    for shown in context["questions"]:
        if shown["code"] == typed["code"]:
            shown["evidence"] = screens.evidence_block(request.member, found, typed["code"], refused, typed)
    return render(request, "assessments/dimension.html", context, status=refused.status)


def _in_list(request: HttpRequest, public_id: str, write: Callable[[Submission, Evidence], None]) -> HttpResponse:
    found = fetch(request, public_id)
    piece = fetch_piece(request, found, request.POST.get("evidence", ""))
    try:
        write(found, piece)
    except workflow.Refused as refused:
        context = screens.evidence(request.member, found, refused, piece.public_id)
        return render(request, "assessments/evidence.html", context, status=refused.status)
    return redirect("submission-evidence", public_id)
