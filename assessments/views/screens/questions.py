"""One dimension a screen: its scale questions, what is saved of them, and two answers to one question."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from assessments import carrying, plan_words, plans, reviews, selectors
from assessments.access import access
from assessments.carrying import Previous
from assessments.catalogue import Question, Questionnaire
from assessments.glossary import Marker
from assessments.models import Answer, Submission
from assessments.views.screens.evidence import with_evidence
from assessments.views.screens.frame import frame, heading, neighbours
from assessments.views.screens.remarks import banner, shown
from opmodel.organisations.models import Member

EMPTY: dict[str, Any] = {
    "status": "open",
    "level": None,
    "reason": "",
    "comment": "",
    "version": 0,
    "saved_at": None,
    "saved_by": "",
}


def stored(answer: Answer) -> dict[str, Any]:
    """A saved answer as the page and the conflict reply show it."""
    return {
        "status": answer.status,
        "level": answer.level,
        "reason": answer.reason,
        "comment": answer.comment,
        "data": answer.data,
        "version": answer.version,
        "saved_at": answer.saved_at.isoformat().replace("+00:00", "Z"),
        "saved_by": answer.saved_by.get_full_name() if answer.saved_by else "",
    }


def question_context(
    submission: Submission,
    question: Question,
    answer: Answer | None,
    editable: bool = False,
    last: Previous | None = None,
    offered: Previous | None = None,
) -> dict[str, Any]:
    """`last` is what was answered in the cycle before, `offered` the same where it only needs to be confirmed."""
    saved = dict(EMPTY) if answer is None else {**stored(answer), "saved_at": answer.saved_at}
    return {
        "code": question.code,
        "text": question.text,
        "help": question.help,
        "yardstick": question.yardstick,
        "evidence_hint": question.evidence_hint,
        "anchors": [
            {
                "level": n,
                "text": text,
                "checked": saved["level"] == n,
                "last": last is not None and last.level == n,
                "offered": offered is not None and offered.level == n,
            }
            for n, text in enumerate(question.anchors, 1)
        ],
        "last": last,
        "offered": offered,
        "na_allowed": question.na_allowed,
        "editable": editable,
        "remarks": [],
        "history_url": reverse("submission-history", args=[submission.public_id, question.code]) if answer else "",
        "save_url": reverse("submission-save", args=[submission.public_id, question.code]),
        "error": "",
        **saved,
    }


def reading(catalogue: Questionnaire) -> dict[str, Any]:
    """How the levels are meant, for the answering page: rules, fixed words, and the two answers beside the levels."""
    return {
        "answering_rule": catalogue.answering_rule,
        "cumulative_rule": catalogue.cumulative_rule,
        "evidence": "; ".join(catalogue.evidence_grades.values()),
        "terms": [
            *catalogue.quantifiers,
            *((answer.label, answer.meaning) for answer in catalogue.special_answers),
        ],
    }


def planned(member: Member, submission: Submission, code: str) -> list[dict[str, str]]:
    """What the last plan was to do about a dimension, beside its new answers; one query."""
    found = []
    for row in plans.beside(member, submission, code):
        action = plans.content(plans.catalogue_of(row.plan), row)
        found.append(
            {
                "title": action.title if action else row.code,
                "url": reverse("plan-action", args=[row.public_id]),
                "cycle": row.plan.cycle.name,
                "state": plan_words.state(row),
            }
        )
    return found


def dimension(member: Member, submission: Submission, code: str) -> dict[str, Any]:
    catalogue = selectors.catalogue_of(submission)
    found = catalogue.dimension_by_code.get(code)
    granted = access(member, submission)
    asked = granted.questions(catalogue, submission.view, code)
    if found is None or not asked:
        raise Http404
    saved = selectors.answers(submission)
    component = catalogue.component_by_code[found.component]
    position = [d.code for d in component.dimensions].index(code) + 1
    takes_answers = selectors.takes_answers(member, submission)
    last = carrying.previous(submission)
    offered = carrying.carried(submission, saved)

    def context(q: Question) -> dict[str, Any]:
        editable = takes_answers and granted.writes(q.code)
        confirm = offered.get(q.code) if editable else None
        return question_context(submission, q, saved.get(q.code), editable, last.get(q.code), confirm)

    questions = [context(q) for q in asked]
    said = reviews.newest(reviews.remarks(submission))
    for question in questions:
        code_of = question["code"]
        question["remarks"] = shown(said.get(code_of, []), member, submission, granted, code_of)
    terms = Marker(catalogue.glossary)
    return {
        "submission": heading(submission, any(q["editable"] for q in questions)),
        "terms": terms,
        "more_terms": Marker(catalogue.glossary, used=terms.used),  # of what is folded away at first
        "offered": [q["code"] for q in questions if q["offered"]],
        "confirm_url": reverse("submission-confirm", args=[submission.public_id]),
        "dimension": {
            "code": code,
            "name": found.name,
            "purpose": found.purpose,
            "position": position,
            "count": len(component.dimensions),
            "component_name": component.name,
            "component_code": component.code,
        },
        "reading": reading(catalogue),
        "planned": planned(member, submission, code),
        **banner(member, submission, granted),
        "questions": with_evidence(member, submission, granted, questions),
        **frame(submission, catalogue, saved, code, granted),
        **neighbours(submission, catalogue, code, granted),
    }


def in_words(question: Question, value: dict[str, Any]) -> str:
    """What an answer says, without its comment."""
    if value["status"] == Answer.Status.LEVEL:
        values = {"level": value["level"], "anchor": question.anchors[value["level"] - 1]}
        return _("Level %(level)d: %(anchor)s") % values
    label = str(Answer.Status(value["status"]).label)
    return f"{label}: {value['reason']}" if value["reason"] else label


def conflict(submission: Submission, code: str, mine: dict[str, Any], theirs: Answer) -> dict[str, Any]:
    """Both values side by side; choosing the own one sends it again on top of their version."""
    catalogue = selectors.catalogue_of(submission)
    question = catalogue.question_by_code[code]
    return {
        "submission": heading(submission),
        "question": question_context(submission, question, theirs),
        "mine": mine | {"words": in_words(question, mine)},
        "theirs": {**stored(theirs), "saved_at": theirs.saved_at, "words": in_words(question, stored(theirs))},
        "save_url": reverse("submission-save", args=[submission.public_id, code]),
        "back_url": reverse("submission-dimension", args=[submission.public_id, question.dimension]) + f"#{code}",
    }
