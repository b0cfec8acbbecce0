"""Workbooks: kept when they are uploaded, applied whole or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.models import Submission
from assessments.workbook import previewing
from assessments.workbook.changes import CONFLICT, Change
from assessments.workbook.changes import Answer as Written
from assessments.workbook.finding import Manifest
from assessments.workbook.previewing import Look, NotReadable
from assessments.workflow.answers import lock_open, may_save, save_answer
from assessments.workflow.refusals import Refused
from opmodel.files import incoming, storage
from opmodel.files.models import StoredFile
from opmodel.files.recognising import XLSX
from opmodel.files.sheets import Sheet
from opmodel.organisations.models import Member

MINE, THEIRS = "mine", "theirs"


@dataclass(frozen=True)
class Choices:
    """What the person chose on the preview. A choice holds for the stored version it was made against."""

    conflicts: Mapping[str, tuple[str, int]] = field(default_factory=dict)  # code -> MINE or THEIRS, version
    emptied: Mapping[str, int] = field(default_factory=dict)  # code -> version: its emptied cells shall be empty
    leave_out: int = 0  # how many faulty places may stay as they are


def uploads(by: Member) -> QuerySet[StoredFile]:
    """The uploads a member may see: the own ones."""
    return StoredFile.objects.filter(
        organisation_id=by.organisation_id, created_by=by.user_id, kind=StoredFile.Kind.UPLOAD
    )


def opened(file: StoredFile, submission: Submission) -> tuple[Manifest, list[Sheet]]:
    """The sheets of a kept upload; raises NotReadable."""
    with storage.private().open(file.storage_key) as stored:
        return previewing.read(bytes(stored.read()), file.name, submission)


@transaction.atomic
def keep_workbook(*, by: Member, submission: Submission, upload: File | None) -> StoredFile:
    """Take a filled-in workbook in, to be looked at and applied; raises Refused or FileRefused.

    `submission` comes from `selectors.submissions`. Nothing is locked: reading takes a moment, and applying compares anew.
    """
    may_save(by, submission)
    try:
        checked = incoming.inspect(upload, allow=[XLSX], most_mb=settings.UPLOAD_MAX_MB)
        checked.upload.seek(0)
        previewing.read(checked.upload.read(), checked.name, submission)
        return incoming.store(
            checked=checked,
            kind=StoredFile.Kind.UPLOAD,
            organisation_id=by.organisation_id,
            organisation_public_id=by.organisation.public_id,
            by=by.user_id,
        )
    except NotReadable as refused:
        raise Refused(refused.message, field="file") from refused


def mark_of(upload: str) -> str:
    """What the answers of one workbook have in common."""
    return f"workbook-{upload}"


@transaction.atomic
def apply_workbook(*, by: Member, submission: Submission, upload: str, choices: Choices) -> int:
    """Save what a workbook changes, as it was chosen, all or nothing; raises Refused. Gives how many answers.

    Everything is compared again with what is stored now: the submission is locked, nobody saves in between.
    """
    file = uploads(by).filter(public_id=upload).first()
    if file is None:
        raise gone()
    try:
        made_from, tables = opened(file, submission)
    except NotReadable as refused:
        raise Refused(refused.message) from refused
    except FileNotFoundError as error:  # its bytes went with the one who applied it a moment ago
        raise gone() from error
    locked, _granted = lock_open(by, submission)
    if not uploads(by).select_for_update().filter(pk=file.pk).exists():
        raise gone()
    wanted = _decided(previewing.look(by, locked, made_from, tables), choices)
    for change, answer in wanted:
        save_answer(
            by=by,
            submission=locked,
            code=change.code,
            status=answer.status,
            base_version=change.version,
            level=answer.level,
            data=None if answer.data is None else dict(answer.data),
            reason=answer.reason,
            comment=answer.comment,
            client_key=mark_of(upload),
            origin="workbook",
        )
    storage.remove(file.storage_key)
    file.delete()
    return len(wanted)


def gone() -> Refused:
    return Refused(_("This workbook was applied already, or is no longer kept. Upload it again."), status=404)


def _decided(look: Look, choices: Choices) -> list[tuple[Change, Written]]:
    """What is to be saved; raises Refused where something is not decided, or was decided before it changed."""
    preview = look.preview
    if len(preview.faults) > choices.leave_out:
        n = len(preview.faults)
        text = ngettext(
            "%(n)d place in the workbook is wrong. Mend it and upload again, or say below that it is left out.",
            "%(n)d places in the workbook are wrong. Mend them and upload again, or say below that they are left out.",
            n,
        )
        raise Refused(text % {"n": n}, field="leave_out")
    wanted: list[tuple[Change, Written]] = []
    undecided = 0
    for change in preview.changes:
        answer = change.answer
        if change.kind == CONFLICT:
            side, version = choices.conflicts.get(change.code, ("", -1))
            if side not in (MINE, THEIRS) or version != change.version:
                undecided += 1
                continue
            answer = change.answer if side == MINE else None
        elif change.emptied is not None and choices.emptied.get(change.code) == change.version:
            answer = change.emptied
        if answer is not None:
            wanted.append((change, answer))
    if undecided:
        text = ngettext(
            "%(n)d answer was changed by somebody else in the meantime. Nothing was saved; choose again below.",
            "%(n)d answers were changed by somebody else in the meantime. Nothing was saved; choose again below.",
            undecided,
        )
        raise Refused(text % {"n": undecided}, status=409)
    return wanted
