"""What a reviewer reads before accepting or returning: every answer in words, with what supports it."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Count
from django.urls import reverse

from assessments import reviews, second_look, selectors
from assessments.access import ALL
from assessments.catalogue import Questionnaire
from assessments.models import Answer, AnswerEvidence, Submission
from assessments.quality import STRAIGHT_LINE
from assessments.views.screens.frame import heading
from assessments.views.screens.remarks import place_of, remark
from opmodel.organisations.models import Member


def inspection(
    member: Member,
    submission: Submission,
    typed: Mapping[str, str] | None = None,
    errors: Collection[tuple[str, str]] = (),
) -> dict[str, Any]:
    """All answers by dimension, with remarks; `typed` are remarks of a refused form, `errors` (code or "", message)."""
    catalogue = selectors.catalogue_of(submission)
    saved, said = selectors.answers(submission), reviews.remarks(submission)
    evidence = evidence_counts(submission)
    asked_again: dict[str, list[str]] = {}
    hints = second_look.hints(submission, saved, ALL, None)
    for hint in hints:
        for code in hint.codes if hint.kind != STRAIGHT_LINE else ():  # that one is about a whole component
            asked_again.setdefault(code, []).append(hint.sentence)
    wrong, texts = dict(errors), typed or {}

    def entry(code: str, text: str) -> dict[str, Any]:
        return {
            "code": code,
            "text": text,
            "evidence": evidence.get(code, 0),
            "hints": asked_again.get(code, []),
            "earlier": [remark(row, False) for row in said.get(code, [])],
            "typed": texts.get(code, ""),
            "error": wrong.get(code, ""),
            **told(submission, catalogue, code, saved.get(code)),
        }

    components = []
    for component in catalogue.components:
        rows = []
        for d in component.dimensions:
            asked = catalogue.questions_of(submission.view, d.code)
            if asked:
                rows.append({"code": d.code, "name": d.name, "questions": [entry(q.code, q.text) for q in asked]})
        components.append(
            {"code": component.code, "letter": component.letter, "name": component.name, "dimensions": rows}
        )
    address = [submission.public_id]
    submitted = submission.state == Submission.State.SUBMITTED
    return {
        "submission": heading(submission),
        "revision": submission.revision,
        "submitted_at": submission.submitted_at,
        "submitted_by": submission.submitted_by.get_full_name() if submission.submitted_by else "",
        "accepted_at": submission.accepted_at,
        "accepted_by": submission.accepted_by.get_full_name() if submission.accepted_by else "",
        "on_behalf": sum(a.on_behalf for a in saved.values()),
        "components": components,
        "hints": [{"sentence": h.sentence, "codes": h.codes} for h in hints],
        "facts": [entry(i.code, i.title) for i in catalogue.items_of(submission.view)],
        "whole": entry("", ""),
        "errors": [{"code": code, "message": message} for code, message in errors],
        "can_return": submitted,
        "can_accept": submitted and submission.accepted_at is None and submission.submitted_by_id != member.user_id,
        "own": submission.submitted_by_id == member.user_id,
        "return_url": reverse("submission-return", args=address),
        "accept_url": reverse("submission-accept", args=address),
    }


def told(submission: Submission, catalogue: Questionnaire, code: str, answer: Answer | None) -> dict[str, Any]:
    """One answer in words."""
    question = catalogue.question_by_code.get(code)
    level = answer.level if answer else None
    return {
        "status": answer.status if answer else "open",
        "level": level,
        "level_text": question.anchors[level - 1] if question and level else "",
        "reason": answer.reason if answer else "",
        "comment": answer.comment if answer else "",
        "on_behalf": bool(answer and answer.on_behalf),
        "saved_at": answer.saved_at if answer else None,
        "saved_by": answer.saved_by.get_full_name() if answer and answer.saved_by else "",
        "url": place_of(submission, catalogue, code) if code else "",
        "history_url": reverse("submission-history", args=[submission.public_id, code]) if answer else "",
    }


def evidence_counts(submission: Submission) -> dict[str, int]:
    """Question code -> pieces of evidence attached to its answer."""
    rows = AnswerEvidence.objects.filter(submission=submission).values_list("question__code")
    return dict(rows.annotate(n=Count("id")).order_by())
