"""The screen of one other item."""

from typing import Any

from django.http import Http404
from django.urls import reverse

from assessments import selectors, workflow
from assessments.access import access
from assessments.models import Submission
from assessments.views import item_forms
from assessments.views.screens.frame import frame, heading, neighbours
from opmodel.organisations.models import Member


def item(
    member: Member,
    submission: Submission,
    code: str,
    raw: dict[str, Any] | None = None,
    refused: workflow.Refused | None = None,
    theirs: dict[str, Any] | None = None,
) -> dict[str, Any]:
    catalogue = selectors.catalogue_of(submission)
    shown = catalogue.item_by_code.get(code)
    if shown is None or shown.view != submission.view or shown.type not in item_forms.DRAWN:
        raise Http404
    saved = selectors.answers(submission)
    answer = saved.get(code)
    editable = access(member, submission).writes_something and selectors.takes_answers(member, submission)
    data = raw if raw is not None else (answer.data if answer and answer.data else {})
    return {
        "submission": heading(submission, editable),
        "item": {"code": code, "title": shown.title, "help": shown.help, "type": shown.type},
        "base_version": answer.version if answer else 0,
        "saved_at": answer.saved_at if answer else None,
        "item_url": reverse("submission-item", args=[submission.public_id, code]),
        "save_url": reverse("submission-item-save", args=[submission.public_id, code]),
        **item_forms.context(shown, catalogue, data, refused, theirs),
        **frame(submission, catalogue, saved, code),
        **neighbours(submission, catalogue, code),
    }


def after_item(submission: Submission, code: str) -> str:
    return str(neighbours(submission, selectors.catalogue_of(submission), code)["next"]["url"])
