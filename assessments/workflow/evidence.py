"""Evidence: added as a file or a link, used by as many answers as it supports, never changed under a submitted one."""

import re
from typing import Any
from urllib.parse import urlsplit

import pghistory
from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from assessments import evidence as pieces
from assessments import publishing, selectors
from assessments.access import access
from assessments.items.fields import storable
from assessments.models import ActionEvidence, AnswerEvidence, Evidence, Submission
from assessments.models.evidence import DOWNLOAD
from assessments.workflow.answers import lock_open, not_yours
from assessments.workflow.refusals import Refused
from opmodel.files import incoming, storage
from opmodel.files.models import StoredFile
from opmodel.organisations.models import Member

MOST = 20  # pieces for one answer
TITLE, URL = 200, 500
ADDRESS = re.compile(r"[^\s\x00-\x20\x7f<>\"'`\\{}|^]+")


@transaction.atomic
def add_link(*, by: Member, submission: Submission, code: str, title: str, grade: str, url: str) -> Evidence:
    """Support the answer to one question by an address; raises Refused."""
    locked, question_id = _begin(by, submission, code)
    return _add(by, locked, question_id, **link_values(title, grade, url))


@transaction.atomic
def add_file(*, by: Member, submission: Submission, code: str, title: str, grade: str, upload: File | None) -> Evidence:
    """Support the answer to one question by a file; raises Refused. `upload` is what came in, None when nothing was."""
    grade, named = _grade(grade), title and _title(title)
    # Before the lock: others go on answering while a large file is looked at.
    checked = inspect(upload)
    locked, question_id = _begin(by, submission, code)
    return _add(by, locked, question_id, **file_values(by, checked, named, grade))


@transaction.atomic
def attach_evidence(*, by: Member, submission: Submission, code: str, evidence: Evidence) -> None:
    """Let a piece of evidence support one more question of its site; once more is no more. Raises Refused."""
    locked, question_id = _begin(by, submission, code)
    # Whoever deletes it at this moment holds the row.
    known = pieces.visible(by).select_for_update(of=("self",), no_key=True)
    if known.filter(pk=evidence.pk, site_id=locked.site_id).first() is None:
        raise Refused(_("This evidence is no longer there."), field="evidence", status=409)
    _attach(by, locked, question_id, evidence)


@transaction.atomic
def detach_evidence(*, by: Member, submission: Submission, code: str, evidence: Evidence) -> None:
    """Take a piece of evidence away from one question; the piece itself stays. Raises Refused."""
    locked, question_id = _begin(by, submission, code)
    AnswerEvidence.objects.filter(submission=locked, question_id=question_id, evidence=evidence).delete()


@transaction.atomic
def change_evidence(*, by: Member, submission: Submission, evidence: Evidence, title: str, grade: str) -> None:
    """Another title or grade, as long as no submitted answer rests on it; raises Refused."""
    row = _owned(by, submission, evidence)
    row.title, row.grade = _title(title), _grade(grade)
    row.save(update_fields=["title", "grade"])


@transaction.atomic
def delete_evidence(*, by: Member, submission: Submission, evidence: Evidence) -> None:
    """Remove a piece of evidence with its file, as long as no submitted answer rests on it; raises Refused."""
    row = _owned(by, submission, evidence)
    AnswerEvidence.objects.filter(evidence=row).delete()
    row.delete()
    if row.file is not None:
        storage.remove(row.file.storage_key)
        row.file.delete()


@transaction.atomic
def note_download(*, by: Member, evidence: Evidence) -> None:
    """Write to the audit trail who took the file."""
    with pghistory.context(user=by.user_id):
        pghistory.create_event(evidence, label=DOWNLOAD)


def link_values(title: str, grade: str, url: str) -> dict[str, Any]:
    """A piece of evidence that is an address, checked; raises Refused."""
    address = _address(url)
    named = _title(title or address.split("//", 1)[1][:TITLE])
    return {"title": named, "grade": _grade(grade), "url": address}


def inspect(upload: File | None) -> incoming.Checked:
    """What came in as a file of evidence; raises Refused."""
    try:
        return incoming.inspect(upload, allow=incoming.EVIDENCE, most_mb=settings.EVIDENCE_MAX_MB)
    except incoming.FileRefused as refused:
        raise Refused(refused.message, field=refused.field, status=refused.status) from refused


def file_values(by: Member, checked: incoming.Checked, title: str, grade: str) -> dict[str, Any]:
    """A piece of evidence that is a file, stored with this transaction; raises Refused."""
    grade = _grade(grade)
    try:
        stored = incoming.store(
            checked=checked,
            kind=StoredFile.Kind.EVIDENCE,
            organisation_id=by.organisation_id,
            organisation_public_id=by.organisation.public_id,
            by=by.user_id,
        )
    except incoming.FileRefused as refused:
        raise Refused(refused.message, field=refused.field, status=refused.status) from refused
    return {"title": _title(title or stored.name), "grade": grade, "file": stored}


def _begin(by: Member, submission: Submission, code: str) -> tuple[Submission, int]:
    """The submission, locked, and the row id of a question whose answer this member may give now; raises Refused."""
    locked, granted = lock_open(by, submission)
    if not granted.writes(code):
        raise not_yours()
    question = selectors.catalogue_of(locked).question_by_code.get(code)
    if question is None or question.view != locked.view:
        raise Refused(_("There is no question “%(code)s” in this survey.") % {"code": code[:40]}, field="code")
    return locked, publishing.question_keys(locked.cycle.questionnaire_id)[code]


def _add(by: Member, submission: Submission, question_id: int, **values: object) -> Evidence:
    own = {"organisation_id": by.organisation_id, "site_id": submission.site_id, "added_by_id": by.user_id}
    evidence: Evidence = Evidence.objects.create(**own, **values)
    _attach(by, submission, question_id, evidence)
    return evidence


def _attach(by: Member, submission: Submission, question_id: int, evidence: Evidence) -> None:
    """The lock on the submission lets one at a time in: no more than `MOST`, and none twice."""
    there = set(
        AnswerEvidence.objects.filter(submission=submission, question_id=question_id).values_list(
            "evidence_id", flat=True
        )
    )
    if evidence.pk in there:
        return
    if len(there) >= MOST:
        message = _("An answer is supported by at most %(most)s pieces of evidence.") % {"most": MOST}
        raise Refused(message, field="evidence", status=409)
    AnswerEvidence.objects.create(
        organisation_id=by.organisation_id, submission=submission, question_id=question_id, evidence=evidence
    )


def _owned(by: Member, submission: Submission, evidence: Evidence) -> Evidence:
    """The piece, locked, when everything it supports is this member's to answer and not submitted; raises Refused.

    All submissions it supports are locked first, in the order of their keys, so that nobody submits meanwhile and two
    people never wait for each other.
    """
    used_in = AnswerEvidence.objects.filter(evidence=evidence).values("submission_id")
    affected = Submission.objects.filter(Q(pk__in=used_in) | Q(pk=submission.pk))
    ours = {row.pk for row in affected.order_by("pk").select_for_update(no_key=True)}
    locked, granted = lock_open(by, submission)
    row = (
        Evidence.objects.select_related("file")
        .select_for_update(of=("self",))
        .filter(pk=evidence.pk, site_id=locked.site_id)
        .first()
    )
    if row is None:
        raise Refused(_("This evidence is no longer there."), field="evidence", status=409)
    if ActionEvidence.objects.filter(evidence=row).exists():
        message = _("An action of the plan rests on this evidence. Take it away there first.")
        raise Refused(message, field="evidence", status=409)
    held: dict[int, set[str]] = {}
    for submission_id, code in AnswerEvidence.objects.filter(evidence=row).values_list(
        "submission_id", "question__code"
    ):
        held.setdefault(submission_id, set()).add(code)
    if not held.keys() <= ours:
        # Somebody attached it between the two looks. Waiting for that survey now could be waiting for each other.
        message = _("Somebody has just let this evidence support another answer. Look at it again.")
        raise Refused(message, field="evidence", status=409)
    if not held and not granted.writes_all:
        raise not_yours()
    for supported in Submission.objects.filter(pk__in=held).select_related("cycle", "site"):
        if supported.state not in Submission.EDITABLE:
            message = _("Submitted answers rest on this evidence; it can no longer be changed or deleted.")
            raise Refused(message, field="evidence", status=409)
        allowed = access(by, supported)
        if not all(allowed.writes(code) for code in held[supported.pk]):
            raise Refused(_("This evidence supports answers of somebody else, too."), field="evidence", status=403)
    return row


def _title(text: str) -> str:
    title = " ".join(text.split())
    if not title:
        raise Refused(_("Give the evidence a title."), field="title")
    if len(title) > TITLE or not storable(title):
        raise Refused(_("A title has at most %(most)s characters of plain text.") % {"most": TITLE}, field="title")
    return title


def _grade(grade: str) -> str:
    if grade not in Evidence.Grade.values:
        raise Refused(_("Choose a grade: A, B or C."), field="grade")
    return grade


def _address(url: str) -> str:
    """A web address; names without a dot are some company's own network."""
    address = url.strip()
    if not address:
        raise Refused(_("Enter the address of the evidence."), field="url")
    if len(address) > URL:
        raise Refused(_("An address has at most %(most)s characters.") % {"most": URL}, field="url")
    try:
        parts = urlsplit(address)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        named = False
    if not named or parts.scheme not in ("http", "https") or not ADDRESS.fullmatch(address) or not storable(address):
        raise Refused(_("The address must begin with http:// or https://, as the browser shows it."), field="url")
    if "@" in parts.netloc:
        raise Refused(_("Leave name and password out: everybody who sees the address could use them."), field="url")
    return address
