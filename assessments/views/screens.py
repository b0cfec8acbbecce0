"""What the answering templates show, put together from selectors; no writes, no rules of its own."""

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments import items, selectors, workflow
from assessments.catalogue import ENTERPRISE, Question, Questionnaire
from assessments.models import Answer, Submission
from assessments.views import item_forms
from opmodel.jobs.models import Job
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


def title_of(submission: Submission) -> str:
    return _("Enterprise self-assessment") if submission.view == ENTERPRISE else submission.site.name


def heading(submission: Submission, editable: bool = False) -> dict[str, Any]:
    return {
        "public_id": submission.public_id,
        "title": title_of(submission),
        "cycle": submission.cycle.name,
        "view": submission.view,
        "editable": editable,
        "state": submission.state,
        "state_label": submission.get_state_display(),
        "review_url": reverse("submission-review", args=[submission.public_id]),
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


def short_progress(submission: Submission, code: str) -> dict[str, int]:
    catalogue = selectors.catalogue_of(submission)
    progress = selectors.progress(submission, catalogue)
    question = catalogue.question_by_code.get(code)
    dimension = question.dimension if question else ""
    return {
        "answered": progress.answered,
        "total": progress.total,
        "dimension_answered": progress.by_dimension.get(dimension, 0),
        "dimension_total": len(catalogue.questions_of(submission.view, dimension)) if dimension else 0,
    }


def frame(submission: Submission, catalogue: Questionnaire, saved: dict[str, Answer], current: str) -> dict[str, Any]:
    """The outline beside every answering page: components, dimensions, other items, overall progress."""
    done = [c for c, a in saved.items() if a.status in selectors.DONE]
    by_dimension: dict[str, int] = {}
    for code in done:
        if question := catalogue.question_by_code.get(code):
            by_dimension[question.dimension] = by_dimension.get(question.dimension, 0) + 1
    outline = []
    for component in catalogue.components:
        rows = []
        for d in component.dimensions:
            total = len(catalogue.questions_of(submission.view, d.code))
            if total:
                n = by_dimension.get(d.code, 0)
                url = reverse("submission-dimension", args=[submission.public_id, d.code])
                rows.append(
                    {
                        "code": d.code,
                        "name": d.name,
                        "url": url,
                        "current": d.code == current,
                        "answered": n,
                        "total": total,
                        "done": n == total,
                    }
                )
        outline.append({"code": component.code, "letter": component.letter, "name": component.name, "dimensions": rows})
    others = [
        {
            "code": i.code,
            "title": i.title,
            "url": reverse("submission-item", args=[submission.public_id, i.code]),
            "current": i.code == current,
            "done": i.code in done,
        }
        for i in catalogue.items_of(submission.view)
        if items.is_supported(i.type)
    ]
    answered, total = sum(by_dimension.values()), len(catalogue.questions_of(submission.view))
    progress = selectors.Progress(answered, total, by_dimension)
    return {
        "outline": outline,
        "other_items": others,
        "overall": {"answered": answered, "total": total, "minutes_left": progress.minutes_left},
    }


def neighbours(submission: Submission, catalogue: Questionnaire, current: str) -> dict[str, Any]:
    """The screens before and after the current one: dimensions, then the other items, then the review."""
    screens = [
        (d.code, d.name, reverse("submission-dimension", args=[submission.public_id, d.code]))
        for d in catalogue.dimensions
        if catalogue.questions_of(submission.view, d.code)
    ] + [
        (i.code, i.title, reverse("submission-item", args=[submission.public_id, i.code]))
        for i in catalogue.items_of(submission.view)
        if items.is_supported(i.type)
    ]
    screens.append(("", _("Review and submit"), reverse("submission-review", args=[submission.public_id])))
    at = [code for code, _name, _url in screens].index(current)
    before, after = screens[at - 1] if at else None, screens[at + 1]
    return {
        "previous": {"name": before[1], "url": before[2]} if before else None,
        "next": {"name": after[1], "url": after[2]},
    }


def question_context(submission: Submission, question: Question, answer: Answer | None) -> dict[str, Any]:
    saved = dict(EMPTY) if answer is None else {**stored(answer), "saved_at": answer.saved_at}
    return {
        "code": question.code,
        "text": question.text,
        "help": question.help,
        "yardstick": question.yardstick,
        "evidence_hint": question.evidence_hint,
        "anchors": [
            {"level": n, "text": text, "checked": saved["level"] == n} for n, text in enumerate(question.anchors, 1)
        ],
        "na_allowed": question.na_allowed,
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


def dimension(member: Member, submission: Submission, code: str) -> dict[str, Any]:
    catalogue = selectors.catalogue_of(submission)
    shown = catalogue.dimension_by_code.get(code)
    asked = catalogue.questions_of(submission.view, code)
    if shown is None or not asked:
        raise Http404
    saved = selectors.answers(submission)
    component = catalogue.component_by_code[shown.component]
    position = [d.code for d in component.dimensions].index(code) + 1
    editable = selectors.may_answer(member, submission) and selectors.takes_answers(member, submission)
    return {
        "submission": heading(submission, editable),
        "dimension": {
            "code": code,
            "name": shown.name,
            "purpose": shown.purpose,
            "position": position,
            "count": len(component.dimensions),
            "component_name": component.name,
            "component_code": component.code,
        },
        "reading": reading(catalogue),
        "questions": [question_context(submission, q, saved.get(q.code)) for q in asked],
        **frame(submission, catalogue, saved, code),
        **neighbours(submission, catalogue, code),
    }


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
    if shown is None or shown.view != submission.view or not items.is_supported(shown.type):
        raise Http404
    saved = selectors.answers(submission)
    answer = saved.get(code)
    editable = selectors.may_answer(member, submission) and selectors.takes_answers(member, submission)
    data = raw if raw is not None else (answer.data if answer and answer.data else {})
    return {
        "submission": heading(submission, editable),
        "item": {"code": code, "title": shown.title, "help": shown.help, "type": shown.type},
        "base_version": answer.version if answer else 0,
        "saved_at": answer.saved_at if answer else None,
        "item_url": reverse("submission-item", args=[submission.public_id, code]),
        "save_url": reverse("submission-item-save", args=[submission.public_id, code]),
        **item_forms.context(shown, catalogue, data, refused, theirs),
        **frame(submission, catalogue, saved, code),
        **neighbours(submission, catalogue, code),
    }


def after_item(submission: Submission, code: str) -> str:
    return str(neighbours(submission, selectors.catalogue_of(submission), code)["next"]["url"])


def conflict(submission: Submission, code: str, mine: dict[str, Any], theirs: Answer) -> dict[str, Any]:
    """Both values side by side; choosing the own one sends it again on top of their version."""
    catalogue = selectors.catalogue_of(submission)
    question = catalogue.question_by_code[code]
    return {
        "submission": heading(submission),
        "question": question_context(submission, question, theirs),
        "mine": mine,
        "theirs": {**stored(theirs), "saved_at": theirs.saved_at},
        "save_url": reverse("submission-save", args=[submission.public_id, code]),
        "back_url": reverse("submission-dimension", args=[submission.public_id, question.dimension]) + f"#{code}",
    }


def review(member: Member, submission: Submission) -> dict[str, Any]:
    """What is missing before the submit: open questions, do-not-knows, high levels nobody explained."""
    catalogue = selectors.catalogue_of(submission)
    saved = selectors.answers(submission)
    components = []
    for component in catalogue.components:
        rows = []
        for d in component.dimensions:
            asked = catalogue.questions_of(submission.view, d.code)
            url = reverse("submission-dimension", args=[submission.public_id, d.code])
            lists: dict[str, list[dict[str, str]]] = {"open": [], "dont_know": [], "unexplained": []}
            for q in asked:
                answer = saved.get(q.code)
                row = {"code": q.code, "text": q.text, "url": f"{url}#{q.code}"}
                if answer is None or answer.status == "open":
                    lists["open"].append(row)
                elif answer.status == "dk":
                    lists["dont_know"].append(row)
                elif (answer.level or 0) >= 4 and not answer.comment:
                    lists["unexplained"].append(row)
            if asked:
                missing = any(lists.values())
                rows.append({"code": d.code, "name": d.name, "url": url, "missing": missing, **lists})
        components.append(
            {
                "code": component.code,
                "letter": component.letter,
                "name": component.name,
                "dimensions": rows,
                "missing": any(r["missing"] for r in rows),
            }
        )
    around = frame(submission, catalogue, saved, "")
    editable = selectors.may_answer(member, submission) and selectors.takes_answers(member, submission)
    blockers = []
    if not any(a.status == "level" for a in saved.values()):
        blockers.append(_("Choose a level for at least one question before you submit."))
    left = around["overall"]["total"] - around["overall"]["answered"]
    return {
        "submission": heading(submission, editable),
        "components": components,
        "items": [i for i in around["other_items"] if not i["done"]],
        "open_count": left,
        "open_text": ngettext("%(n)d question is still open.", "%(n)d questions are still open.", left) % {"n": left},
        "can_submit": editable and not blockers,
        "blockers": blockers,
        "submit_url": reverse("submission-submit", args=[submission.public_id]),
        **around,
    }


def job(found: Job | None) -> dict[str, Any]:
    """The scoring job in words; one that the sweeper has not met yet counts as queued."""
    labels = {
        "queued": _("Your answers wait to be scored; this takes a few seconds"),
        "running": _("Scoring your answers"),
        "done": _("Scored"),
        "failed": _("The scoring failed. Your answers are safe"),
    }
    state = found.state if found else "queued"
    return {
        "state": state,
        "label": labels[state],
        "progress": found.progress if found else 0,
        "error": found.error if found else "",
    }
