"""Answers: one at a time on top of the version it was seen in, or many at once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import item_words, items, publishing, selectors
from assessments.access import Access, access
from assessments.catalogue import Item
from assessments.catalogue import Questionnaire as Catalogue
from assessments.items.fields import storable
from assessments.models import Answer, Cycle, Submission
from assessments.workflow.refusals import Conflict, Refused, closed
from opmodel.keys import new_public_id
from opmodel.organisations.models import Member, Organisation


@dataclass(frozen=True)
class Saved:
    """What the database holds after a save."""

    code: str
    version: int
    saved_at: datetime
    status: str
    level: int | None
    data: dict[str, Any] | None


# The shared lock on the cycle lets savers pass each other; who closes the cycle waits for them, and they see it closed.
UPSERT = """
INSERT INTO assessments_answer AS a (organisation_id, public_id, submission_id, question_id, status, level, data,
       reason, comment, version, client_key, origin, on_behalf, saved_at, saved_by_id)
SELECT %(organisation)s, %(public_id)s, %(submission)s, %(question)s, %(status)s, %(level)s, %(data)s,
       %(reason)s, %(comment)s, 1, %(client_key)s, %(origin)s, %(on_behalf)s, clock_timestamp(), %(by)s
  FROM (SELECT FROM assessments_cycle WHERE id = %(cycle)s AND state = 'open' FOR SHARE) still_open
 WHERE %(base)s = 0 OR EXISTS (SELECT FROM assessments_answer
                                WHERE submission_id = %(submission)s AND question_id = %(question)s)
    ON CONFLICT (submission_id, question_id) DO UPDATE
   SET status = EXCLUDED.status, level = EXCLUDED.level, data = EXCLUDED.data, reason = EXCLUDED.reason,
       comment = EXCLUDED.comment, version = a.version + 1, client_key = EXCLUDED.client_key,
       origin = EXCLUDED.origin, on_behalf = EXCLUDED.on_behalf,
       saved_at = clock_timestamp(), saved_by_id = EXCLUDED.saved_by_id
 WHERE a.version = %(base)s
RETURNING a.version, a.saved_at
"""


def save_answer(
    *,
    by: Member,
    submission: Submission,
    code: str,
    status: str,
    base_version: Any,
    level: Any = None,
    data: dict[str, Any] | None = None,
    reason: str = "",
    comment: str = "",
    client_key: str = "",
    origin: str = "page",
) -> Saved:
    """Save one answer on top of the version it was seen in.

    Raises Refused (unknown code, wrong level, closed cycle ...) or Conflict (a newer version exists).
    """
    locked, granted = lock(by, submission)
    if not granted.sees(code):
        raise unknown(code)
    if not granted.writes(code):
        raise not_yours()
    question_id, clean = clean_answer(by, locked, code, status, level, data, reason, comment)
    if isinstance(base_version, bool) or not isinstance(base_version, int) or not 0 <= base_version < 2**31:
        raise Refused(_("base_version must be a whole number, 0 for a first save."), field="base_version")
    if len(client_key) > 64 or not storable(client_key):
        raise Refused(_("client_key has at most 64 characters."), field="client_key")
    values = {
        **clean,
        "data": None if clean["data"] is None else items.as_json(clean["data"]),
        "organisation": by.organisation_id,
        "public_id": new_public_id(),
        "submission": locked.pk,
        "cycle": locked.cycle_id,
        "question": question_id,
        "client_key": client_key,
        "by": by.user_id,
        "origin": origin,
        "on_behalf": granted.on_behalf,
        "base": base_version,
    }
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, values)
        row = cursor.fetchone()
    if row is None:
        if not Cycle.objects.filter(pk=locked.cycle_id, state=Cycle.State.OPEN).exists():
            raise closed(locked)
        theirs = Answer.objects.select_related("saved_by").filter(submission=locked, question_id=question_id).first()
        if theirs is None:
            raise Refused(_("This answer was never saved; base_version must be 0."), field="base_version")
        same = all(getattr(theirs, name) == value for name, value in clean.items())
        if not client_key or theirs.client_key != client_key or not same:
            raise Conflict({**clean, "base_version": base_version}, theirs)
        row = (theirs.version, theirs.saved_at)  # the same save again: its first reply was lost on the way
    elif code == "E-N1" and clean["data"]:
        apply_profile(by, clean["data"])
    return Saved(code, row[0], row[1], clean["status"], clean["level"], clean["data"])


@transaction.atomic
def save_many(*, by: Member, submission: Submission, entries: list[dict[str, Any]]) -> int:
    """First save of many answers at once, all or nothing (demo, carry-over); raises Refused on the first bad one.

    Each entry holds code, status and, as its status needs, level, data, reason, comment.
    """
    locked, granted = lock_open(by, submission)
    rows = []
    for entry in entries:
        if not granted.writes(entry["code"]):
            raise not_yours()
        question_id, clean = clean_answer(
            by,
            locked,
            entry["code"],
            entry["status"],
            entry.get("level"),
            entry.get("data"),
            entry.get("reason", ""),
            entry.get("comment", ""),
        )
        rows.append(
            Answer(
                organisation_id=by.organisation_id,
                submission=locked,
                question_id=question_id,
                saved_at=Now(),
                saved_by_id=by.user_id,
                origin=entry.get("origin", Answer.Origin.PAGE),
                on_behalf=granted.on_behalf,
                **clean,
            )
        )
        if entry["code"] == "E-N1":
            apply_profile(by, clean["data"])
    return len(Answer.objects.bulk_create(rows))


def lock(by: Member, submission: Submission) -> tuple[Submission, Access]:
    """The submission, locked for this transaction, if answers may be saved now, and which of them; raises Refused."""
    locked = selectors.submissions(by).select_for_update(of=("self",), no_key=True).filter(pk=submission.pk).first()
    if locked is None:
        raise not_yours()
    return locked, may_save(by, locked)


def may_save(by: Member, submission: Submission) -> Access:
    """What a member may save of a submission from `selectors.submissions` now; raises Refused where it is nothing."""
    granted = access(by, submission)
    if not granted.writes_something:
        raise not_yours()
    if submission.state not in Submission.EDITABLE:
        raise Refused(_("This was submitted already; answers can no longer be changed."), status=409)
    if not selectors.takes_answers(by, submission):
        raise closed(submission)
    return granted


def lock_open(by: Member, submission: Submission) -> tuple[Submission, Access]:
    """The same for what has no UPSERT to look at the cycle: it stays open until this transaction ends."""
    locked, granted = lock(by, submission)
    must_stay_open(by, locked)
    return locked, granted


def must_stay_open(by: Member, submission: Submission) -> None:
    """The cycle takes answers now, and until this transaction ends; raises Refused. `submission` comes locked."""
    if not (selectors.takes_answers(by, submission) and stays_open(submission)):
        raise closed(submission)


def stays_open(submission: Submission) -> bool:
    """Whether the cycle is open: whoever closes it waits for this transaction, others who answer pass."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM assessments_cycle WHERE id = %s AND state = 'open' FOR SHARE", [submission.cycle_id]
        )
        return bool(cursor.rowcount)


def unknown(code: str) -> Refused:
    return Refused(_("There is no question “%(code)s” in this survey.") % {"code": code[:40]}, field="code")


def not_yours() -> Refused:
    return Refused(_("These answers are given by somebody else; you can read them."), status=403)


def clean_answer(
    by: Member,
    submission: Submission,
    code: str,
    status: str,
    level: Any,
    data: dict[str, Any] | None,
    reason: str,
    comment: str,
) -> tuple[int, dict[str, Any]]:
    """Check one answer against its question; returns the question's row id and the clean values; raises Refused."""
    catalogue = selectors.catalogue_of(submission)
    question = catalogue.question_by_code.get(code)
    item = catalogue.item_by_code.get(code)
    found = question or item
    if found is None or found.view != submission.view:
        raise unknown(code)
    if len(reason) > 500 or len(comment) > 2000:
        raise Refused(_("A reason has at most 500 characters, a comment at most 2000."), field="comment")
    for field, text in (("reason", reason), ("comment", comment)):
        if not storable(text):
            raise Refused(_("The text holds a character that cannot be stored."), field=field)
    clean: dict[str, Any] = {
        "status": status,
        "level": None,
        "data": None,
        "reason": "",
        "comment": comment.strip(),
    }
    if item is not None:
        if status not in ("data", "open"):
            raise Refused(_("This item takes “data” or “open”."), field="status")
        if status == "data":
            clean["data"] = clean_item(by, item, data, catalogue)
    elif status == "level":
        if isinstance(level, bool) or not isinstance(level, int) or not 1 <= level <= 5:
            raise Refused(_("A level is a whole number from 1 to 5."), field="level")
        clean["level"] = level
    elif status == "na":
        if question is not None and not question.na_allowed:
            raise Refused(_("“Not applicable” is not possible here."), field="status")
        if not reason.strip():
            raise Refused(_("Say in a few words why this does not apply to you."), field="reason")
        clean["reason"] = reason.strip()
    elif status not in ("dk", "open"):
        raise Refused(_("An answer is a level, not applicable, do not know, or open."), field="status")
    return publishing.question_keys(submission.cycle.questionnaire_id)[code], clean


def item_context(by: Member, catalogue: Catalogue) -> items.Context:
    """What the item types need to know about the questionnaire, the day and the organisation."""
    return items.Context(
        dimensions=tuple(d.code for d in catalogue.dimensions),
        today=timezone.localdate(),
        currency=by.organisation.currency,
    )


def clean_item(by: Member, item: Item, data: Any, catalogue: Catalogue) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise Refused(_("The data of an item is an object of its fields."), field="data")
    value, faults = items.clean(item.type, item.spec, data, item_context(by, catalogue))
    if faults:
        errors = [(fault.place, item_words.sentence(fault, item, catalogue)) for fault in faults]
        raise Refused(errors[0][1], field=errors[0][0], errors=errors)
    return dict(value)


def apply_profile(by: Member, profile: dict[str, Any]) -> None:
    """The enterprise profile sets the segments peers are compared by; they sit on the organisation."""
    Organisation.objects.filter(pk=by.organisation_id).update(
        industry=str(profile.get("industry") or ""),
        region=str(profile.get("hq_region") or ""),
        size_band=str(profile.get("employees_band") or ""),
        process_type=str(profile.get("process_type") or ""),
    )
