"""What goes into a workbook: the questions a member answers, or reads, with what is stored of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assessments import carrying, models, selectors
from assessments.access import Access, access
from assessments.catalogue import ENTERPRISE, Questionnaire
from assessments.models import Submission
from assessments.workbook.changes import Answer, marks_of
from assessments.workbook.finding import Downloaded
from assessments.workbook.layout import Layout, layout_of
from opmodel.organisations.models import Member


@dataclass(frozen=True)
class Material:
    """All that stands in a workbook; `locked` when it is for reading only."""

    catalogue: Questionnaire
    layout: Layout
    answers: Mapping[str, Answer]
    last_levels: Mapping[str, int]  # of the cycle before, by code; empty when there is none
    marks: Mapping[str, Downloaded]
    survey: str  # public id of the submission
    title: str
    organisation: str
    cycle: str
    currency: str
    last_day: date
    who: str
    made: str  # when, in words
    language: str
    locked: bool = False


def is_open(member: Member, submission: Submission, granted: Access) -> bool:
    """Whether this member can save an answer now."""
    return granted.writes_something and selectors.takes_answers(member, submission)


def gather(member: Member, submission: Submission) -> Material:
    """The survey as this member may have it: what they write, or what they see where nothing can be written."""
    granted, catalogue = access(member, submission), selectors.catalogue_of(submission)
    writes = is_open(member, submission, granted)
    asked = (*catalogue.questions_of(submission.view), *catalogue.items_of(submission.view))
    held = frozenset(q.code for q in asked if granted.sees(q.code) and (granted.writes(q.code) or not writes))
    layout = layout_of(catalogue, submission.view, held)
    answers = {code: answer_of(row) for code, row in selectors.answers(submission).items() if code in held}
    now = timezone.localtime()
    return Material(
        catalogue=catalogue,
        layout=layout,
        answers=answers,
        last_levels={code: a.level for code, a in carrying.previous(submission).items() if a.level and code in held},
        marks=marks_of(layout, answers),
        survey=submission.public_id,
        title=_("Enterprise self-assessment") if submission.view == ENTERPRISE else submission.site.name,
        organisation=member.organisation.name,
        cycle=submission.cycle.name,
        currency=member.organisation.currency,
        last_day=submission.closes_on,
        who=member.user.get_full_name(),
        made=date_format(now, "SHORT_DATETIME_FORMAT"),
        language=translation.get_language() or "en",
        locked=not writes,
    )


def answer_of(row: models.Answer) -> Answer:
    return Answer(row.status, row.level, row.data, row.reason, row.comment, row.version)
