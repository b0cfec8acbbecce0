"""The survey as an Excel file: download it, upload it filled in, look at every change, apply."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from assessments import workflow
from assessments.models import Answer, Submission
from assessments.views.answering import fetch
from assessments.views.screens import workbook as screens
from assessments.workbook import material, previewing, writing
from assessments.workflow import workbooks
from opmodel.files.incoming import FileRefused
from opmodel.files.limits import takes_file, uploaded
from opmodel.files.models import StoredFile
from opmodel.files.recognising import XLSX
from opmodel.organisations.guards import member_required


@require_GET
@member_required()
def start(request: HttpRequest, public_id: str) -> HttpResponse:
    found = fetch(request, public_id)
    return render(request, "assessments/workbook.html", screens.start(request.member, found))


@require_GET
@member_required()
def download(request: HttpRequest, public_id: str) -> HttpResponse:
    """The survey as this member may have it, in the language of the page."""
    found = fetch(request, public_id)
    content = material.gather(request.member, found)
    response = HttpResponse(writing.build(content), content_type=XLSX.content_type)
    name = slugify(f"{content.title}-{content.cycle}")[:80] or "survey"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


@require_POST
@member_required()
@takes_file("UPLOAD_MAX_MB")
def upload(request: HttpRequest, public_id: str) -> HttpResponse:
    found = fetch(request, public_id)
    try:
        kept = workflow.keep_workbook(by=request.member, submission=found, upload=uploaded(request))
    except (workflow.Refused, FileRefused) as refused:
        context = screens.start(request.member, found, error=refused.message)
        return render(request, "assessments/workbook.html", context, status=refused.status)
    return redirect("submission-workbook-preview", public_id, kept.public_id)


@require_GET
@member_required()
def preview(request: HttpRequest, public_id: str, upload: str) -> HttpResponse:
    """What an uploaded workbook would change now; once it is applied, what came of it."""
    found = fetch(request, public_id)
    file = workbooks.uploads(request.member).filter(public_id=upload).first()
    if file is not None:
        return _preview(request, found, file)
    rows = _saved(request, found, upload)
    if not rows:
        raise Http404
    return render(request, "assessments/workbook_done.html", screens.done(found, rows))


def _saved(request: HttpRequest, found: Submission, upload: str) -> list[Answer]:
    """The answers that stand as this member's workbook left them."""
    rows = Answer.objects.filter(
        submission=found, client_key=workbooks.mark_of(upload), saved_by_id=request.member.user_id
    )
    return list(rows.select_related("question"))


def _preview(
    request: HttpRequest, found: Submission, file: StoredFile, error: str = "", status: int = 200
) -> HttpResponse:
    try:
        made_from, tables = workbooks.opened(file, found)
    except (previewing.NotReadable, FileNotFoundError) as refused:
        raise Http404 from refused  # an upload of another survey, or one that was applied this very moment
    look = previewing.look(request.member, found, made_from, tables)
    context = screens.preview(found, file, look, error=error, chosen=request.POST.dict())
    return render(request, "assessments/workbook_preview.html", context, status=status)


@require_POST
@member_required()
def apply(request: HttpRequest, public_id: str, upload: str) -> HttpResponse:
    found = fetch(request, public_id)
    try:
        saved = workflow.apply_workbook(
            by=request.member, submission=found, upload=upload, choices=_choices(request.POST)
        )
    except workflow.Refused as refused:
        file = workbooks.uploads(request.member).filter(public_id=upload).first()
        if file is not None:
            return _preview(request, fetch(request, public_id), file, error=refused.message, status=refused.status)
        if not _saved(request, found, upload):
            raise Http404 from refused
        return redirect("submission-workbook-preview", public_id, upload)  # a second click
    if saved:
        return redirect("submission-workbook-preview", public_id, upload)
    messages.info(request, _("Nothing was changed: everything stays as it was stored."))
    return redirect("submission-workbook", public_id)


def _choices(post: QueryDict) -> workflow.Choices:
    """What was chosen: "choice-CODE" is "mine:VERSION" or "theirs:VERSION", "empty-CODE" a version."""
    conflicts: dict[str, tuple[str, int]] = {}
    emptied: dict[str, int] = {}
    for name, value in post.items():
        kind, _dash, code = name.partition("-")
        side, _colon, version = str(value).partition(":")
        if kind == "choice" and _number(version) is not None:
            conflicts[code] = side, int(version)
        elif kind == "empty" and _number(side) is not None:
            emptied[code] = int(side)
    return workflow.Choices(conflicts, emptied, _number(post.get("leave_out", "")) or 0)


def _number(text: Any) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
