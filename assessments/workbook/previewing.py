"""From an uploaded file to the preview of what it would change: read apart, compared with what is stored now."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import items, models, selectors
from assessments.access import Access, access
from assessments.models import Submission
from assessments.workbook import changes, finding, words
from assessments.workbook.changes import Preview, Survey
from assessments.workbook.finding import Manifest
from assessments.workbook.layout import layout_of
from assessments.workbook.material import answer_of
from opmodel.files import sheets
from opmodel.files.sheets import Sheet, SheetRefused
from opmodel.organisations.models import Member


class NotReadable(Exception):
    """A file that is no workbook of this survey; says so in words, and nothing about any other survey."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Look:
    """A workbook beside what is stored now; `rows` are the stored answers with who saved them and when."""

    preview: Preview
    survey: Survey
    access: Access
    rows: dict[str, models.Answer]


def read(data: bytes, name: str, submission: Submission) -> tuple[Manifest, list[Sheet]]:
    """The sheets of a workbook that was made for this survey; raises NotReadable."""
    try:
        tables = sheets.read_sheets(data, kind="xlsx", name=name)
    except SheetRefused as refused:
        raise NotReadable(refused.message) from refused
    made_from = finding.manifest(tables)
    if made_from is None:
        text = _("“%(name)s” is not a workbook that was downloaded here. Download one on this page and fill it in.")
        raise NotReadable(text % {"name": name})
    if made_from.survey != submission.public_id:
        text = _("“%(name)s” was made for another survey. Upload it where it was downloaded, or download one here.")
        raise NotReadable(text % {"name": name})
    version = selectors.catalogue_of(submission).version
    if made_from.content != version:
        text = _("“%(name)s” holds version %(found)s of the questions; this survey asks version %(version)s.")
        raise NotReadable(text % {"name": name, "found": made_from.content[:20], "version": version})
    return made_from, tables


def look(member: Member, submission: Submission, made_from: Manifest, tables: list[Sheet]) -> Look:
    """What a workbook would change now, for this member."""
    catalogue, granted = selectors.catalogue_of(submission), access(member, submission)
    rows = selectors.answers(submission)
    survey = Survey(
        catalogue=catalogue,
        layout=layout_of(catalogue, submission.view),
        words=words.vocabulary(submission, made_from.language),
        stored={code: answer_of(row) for code, row in rows.items()},
        context=items.Context(
            dimensions=tuple(d.code for d in catalogue.dimensions),
            today=timezone.localdate(),
            currency=member.organisation.currency,
        ),
        writes=granted.writes,
    )
    reading = finding.read(tables, survey.layout, survey.words, made_from.answers)
    return Look(changes.compare(reading, made_from, survey), survey, granted, rows)
