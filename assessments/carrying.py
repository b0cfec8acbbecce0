"""What was answered last time: shown on demand, and offered to be confirmed where the cycle carries answers over.

Derived on read. What was not confirmed is no row, so it is never counted, scored or exported. Callers show a member the
codes that `access` lets them see.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from assessments import publishing, selectors
from assessments.catalogue import Item, Question, Questionnaire
from assessments.models import Answer, Cycle, Submission


@dataclass(frozen=True)
class Previous:
    """One answer of an earlier cycle; `status` is never "open"."""

    status: str
    level: int | None
    reason: str
    comment: str
    data: dict[str, Any] | None
    cycle: str  # its name
    saved_at: datetime


def previous(submission: Submission) -> dict[str, Previous]:
    """The answers of the last survey of the same site (or of the enterprise) by code; two statements.

    Only questions that ask the same are there: equal text and anchors, for other items an equal type and spec.
    """
    found = _source(submission)
    return _answers(submission, found) if found else {}


def carried(submission: Submission, saved: Collection[str] | None = None) -> dict[str, Previous]:
    """The part offered as "carried over, confirm": of the cycle's `prefill_from`, where this survey has no answer yet.

    `saved` are the codes that have an answer row; without it they are asked for.
    """
    if submission.cycle.prefill_from_id is None:
        return {}
    found = _source(submission)
    if found is None or found.cycle_id != submission.cycle.prefill_from_id:
        return {}
    known = selectors.answers(submission) if saved is None else saved
    return {code: row for code, row in _answers(submission, found).items() if code not in known}


def is_offered(submission: Submission, code: str, value: Mapping[str, Any]) -> bool:
    """Whether an answer says exactly what is offered to be confirmed for this question."""
    known = carried(submission).get(code)
    return known is not None and all(
        getattr(known, name) == value[name] for name in ("status", "level", "reason", "comment", "data")
    )


def _source(submission: Submission) -> Submission | None:
    """The survey in `prefill_from`, else the one submitted in the latest earlier cycle. One statement for both."""
    cycle = submission.cycle
    earlier = Q(cycle__opens_on__lt=cycle.opens_on) | Q(cycle__opens_on=cycle.opens_on, cycle_id__lt=cycle.pk)
    handed_in = earlier & Q(state=Submission.State.SUBMITTED) & ~Q(cycle__state=Cycle.State.DRAFT)
    rows = Submission.objects.filter(
        handed_in | Q(cycle_id=cycle.prefill_from_id),
        organisation_id=submission.organisation_id,
        view=submission.view,
        site_id=submission.site_id,
    ).exclude(cycle_id=cycle.pk)
    found = list(rows.select_related("cycle").order_by("-cycle__opens_on", "-cycle_id"))
    wanted = [row for row in found if row.cycle_id == cycle.prefill_from_id]
    return next(iter(wanted or found), None)


def _answers(submission: Submission, source: Submission) -> dict[str, Previous]:
    # Compared in English: what a language says depends on how fresh its overlay is, not on what is asked.
    now, then = (publishing.catalogue(s.cycle.questionnaire_id, "en") for s in (submission, source))
    rows = Answer.objects.filter(submission=source).exclude(status=Answer.Status.OPEN).select_related("question")
    return {
        row.question.code: Previous(
            row.status, row.level, row.reason, row.comment, row.data, source.cycle.name, row.saved_at
        )
        for row in rows
        if _asks_the_same(row.question.code, now, then)
    }


def _asks_the_same(code: str, now: Questionnaire, then: Questionnaire) -> bool:
    if now is then:
        return True
    questions: list[Question | None] = [c.question_by_code.get(code) for c in (now, then)]
    if questions[0] and questions[1]:
        return (questions[0].text, questions[0].anchors) == (questions[1].text, questions[1].anchors)
    items: list[Item | None] = [c.item_by_code.get(code) for c in (now, then)]
    return bool(items[0] and items[1] and (items[0].type, items[0].spec) == (items[1].type, items[1].spec))
