"""The screen of one other item."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assessments import carrying, figure_words, item_words, items, reviews, selectors, workflow
from assessments.access import Access, access
from assessments.catalogue import Item
from assessments.models import Answer, Submission
from assessments.peer_targets import ITEM
from assessments.views import item_forms
from assessments.views.screens.frame import frame, heading, neighbours
from assessments.views.screens.remarks import banner
from assessments.views.screens.remarks import shown as shown_remarks
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import Permission, can


def item(
    member: Member,
    submission: Submission,
    code: str,
    raw: dict[str, Any] | None = None,
    refused: workflow.Refused | None = None,
    theirs: dict[str, Any] | None = None,
    empty_rows: int = 3,
    base_version: int | None = None,
) -> dict[str, Any]:
    """The form of an item with what is saved, or with what was typed (`raw`) and why it was refused.

    `base_version` is what was typed builds on, where that is not the newest version shown here; `theirs` is what somebody else saved in the meantime; `empty_rows` is how many a register shows at its end.
    """
    catalogue = selectors.catalogue_of(submission)
    shown = catalogue.item_by_code.get(code)
    granted = access(member, submission)
    if shown is None or shown not in granted.items(catalogue, submission.view):
        raise Http404
    saved = selectors.answers(submission)
    answer = saved.get(code)
    stored = answer.data if answer and answer.data else None
    editable = granted.writes(code) and selectors.takes_answers(member, submission)
    offered = carrying.carried(submission, saved).get(code) if editable and raw is None else None
    page = item_forms.Page(
        item=shown,
        catalogue=catalogue,
        data=raw if raw is not None else stored or (offered and offered.data) or {},
        today=timezone.localdate(),
        reference=selectors.reference_day(submission),
        currency=member.organisation.currency,
        errors=_errors(refused),
        theirs=theirs,
        saved=raw is None and stored is not None,
        editable=editable,
        empty_rows=empty_rows,
        seed=f"{member.user_id}:{submission.public_id}",
    )
    return {
        "submission": heading(submission, editable),
        "item": {"code": code, "title": shown.title, "help": shown.help, "type": shown.type},
        "remarks": shown_remarks(
            reviews.newest(reviews.remarks(submission)).get(code, []), member, submission, granted, code
        ),
        "history_url": reverse("submission-history", args=[submission.public_id, code]) if answer else "",
        **banner(member, submission, granted),
        "base_version": base_version if base_version is not None else answer.version if answer else 0,
        "saved_text": _saved_text(answer.saved_at) if answer else "",
        "stored": stored is not None,
        "offered": offered.cycle if offered and offered.data else "",
        "confirm_url": reverse("submission-confirm", args=[submission.public_id]),
        "stays": "external_comparator" in shown.spec,
        "peers_url": peers_url(member, submission, code),
        "item_url": reverse("submission-item", args=[submission.public_id, code]),
        "save_url": reverse("submission-item-save", args=[submission.public_id, code]),
        **_follows(member, page, saved, granted),
        **item_forms.context(page),
        **frame(submission, catalogue, saved, code, granted),
        **neighbours(submission, catalogue, code, granted),
    }


def peers_url(member: Member, submission: Submission, code: str) -> str:
    """Where targets can be taken over from peers; "" for other items, without peers, or for who may not see them."""
    if code != ITEM or submission.cycle.dataset_id is None or not can(member, Permission.VIEW_PEERS):
        return ""
    return reverse("submission-targets-peers", args=[submission.public_id])


def _errors(refused: workflow.Refused | None) -> Mapping[str, str]:
    if refused is None:
        return {}
    return dict(refused.errors) if refused.errors else {"": refused.message}


def _saved_text(at: datetime) -> str:
    local = timezone.localtime(at)
    if local.date() == timezone.localdate():
        return _("saved %(time)s") % {"time": date_format(local, "H:i")}
    return _("saved %(time)s") % {"time": date_format(local, "MOMENT_FORMAT")}


def _follows(
    member: Member, page: item_forms.Page, saved: Mapping[str, Answer], granted: Access
) -> dict[str, list[str]]:
    """What follows from the saved data, and what in them wants a look; nothing while something unsaved is shown.

    Who sees only part of a survey is told nothing that rests on the rest.
    """
    if not page.saved:
        return {"figures": [], "warnings": []}
    data = {code: answer.data for code, answer in saved.items() if answer.data and granted.sees(code)}
    placed = all(granted.sees(code) for code in figure_words.PLACED_BY)
    context = workflow.item_context(member, page.catalogue)
    return {
        "figures": figure_words.lines(page.item, page.catalogue, data, page.reference, placed),
        "warnings": [_sentence(page, w) for w in items.warnings(page.item.type, page.item.spec, page.data, context)],
    }


def _sentence(page: item_forms.Page, fault: items.Fault) -> str:
    return item_words.sentence(fault, page.item, page.catalogue)


def after_item(submission: Submission, item: Item, granted: Access, then: str) -> str:
    """Where a save leads: on to the next screen, or back to the item when its figures are to be seen."""
    if then == "stay" or "external_comparator" in item.spec:
        return reverse("submission-item", args=[submission.public_id, item.code])
    return str(neighbours(submission, selectors.catalogue_of(submission), item.code, granted)["next"]["url"])
