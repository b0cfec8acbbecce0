"""The screen of one other item."""

from typing import Any

from django.http import Http404
from django.urls import reverse

from assessments import reviews, selectors, workflow
from assessments.access import Access, access
from assessments.models import Submission
from assessments.views import item_forms
from assessments.views.screens.frame import frame, heading, neighbours
from assessments.views.screens.remarks import banner
from assessments.views.screens.remarks import shown as shown_remarks
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
    granted = access(member, submission)
    if shown is None or shown not in granted.items(catalogue, submission.view) or shown.type not in item_forms.DRAWN:
        raise Http404
    saved = selectors.answers(submission)
    answer = saved.get(code)
    editable = granted.writes(code) and selectors.takes_answers(member, submission)
    data = raw if raw is not None else (answer.data if answer and answer.data else {})
    return {
        "submission": heading(submission, editable),
        "item": {"code": code, "title": shown.title, "help": shown.help, "type": shown.type},
        "remarks": shown_remarks(
            reviews.newest(reviews.remarks(submission)).get(code, []), member, submission, granted, code
        ),
        "history_url": reverse("submission-history", args=[submission.public_id, code]) if answer else "",
        **banner(member, submission, granted),
        "base_version": answer.version if answer else 0,
        "saved_at": answer.saved_at if answer else None,
        "item_url": reverse("submission-item", args=[submission.public_id, code]),
        "save_url": reverse("submission-item-save", args=[submission.public_id, code]),
        **item_forms.context(shown, catalogue, data, refused, theirs),
        **frame(submission, catalogue, saved, code, granted),
        **neighbours(submission, catalogue, code, granted),
    }


def after_item(submission: Submission, code: str, granted: Access) -> str:
    return str(neighbours(submission, selectors.catalogue_of(submission), code, granted)["next"]["url"])
