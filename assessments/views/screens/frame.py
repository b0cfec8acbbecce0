"""What stands around every answering page: heading, outline, progress, the screens before and after."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from assessments import selectors
from assessments.access import Access
from assessments.catalogue import ENTERPRISE, Questionnaire
from assessments.models import Answer, Submission


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
        "url": reverse("submission", args=[submission.public_id]),
        "review_url": reverse("submission-review", args=[submission.public_id]),
        "evidence_url": reverse("submission-evidence", args=[submission.public_id]),
        "workbook_url": reverse("submission-workbook", args=[submission.public_id]),
    }


def short_progress(submission: Submission, code: str, granted: Access) -> dict[str, int]:
    catalogue = selectors.catalogue_of(submission)
    progress = selectors.progress(submission, granted.questions(catalogue, submission.view))
    question = catalogue.question_by_code.get(code)
    dimension = question.dimension if question else ""
    return {
        "answered": progress.answered,
        "total": progress.total,
        "dimension_answered": progress.by_dimension.get(dimension, 0),
        "dimension_total": len(granted.questions(catalogue, submission.view, dimension)) if dimension else 0,
    }


def frame(
    submission: Submission, catalogue: Questionnaire, saved: dict[str, Answer], current: str, granted: Access
) -> dict[str, Any]:
    """The outline beside every answering page, as far as a member sees it: dimensions, other items, overall progress."""
    done = [c for c, a in saved.items() if a.status in selectors.DONE and granted.sees(c)]
    by_dimension: dict[str, int] = {}
    for code in done:
        if question := catalogue.question_by_code.get(code):
            by_dimension[question.dimension] = by_dimension.get(question.dimension, 0) + 1
    outline = []
    for component in catalogue.components:
        rows = []
        for d in component.dimensions:
            total = len(granted.questions(catalogue, submission.view, d.code))
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
        for i in granted.items(catalogue, submission.view)
    ]
    answered, total = sum(by_dimension.values()), len(granted.questions(catalogue, submission.view))
    progress = selectors.Progress(answered, total, by_dimension)
    return {
        "outline": outline,
        "other_items": others,
        "last_screen": last_screen(granted),
        "delegate_url": reverse("submission-delegate", args=[submission.public_id]) if granted.writes_all else "",
        "overall": {"answered": answered, "total": total, "minutes_left": progress.minutes_left},
    }


def last_screen(granted: Access) -> str:
    return _("Review and submit") if granted.sees_all else _("Review and hand in")


def neighbours(submission: Submission, catalogue: Questionnaire, current: str, granted: Access) -> dict[str, Any]:
    """The screens before and after the current one: dimensions, then the other items, then the review."""
    screens = [
        (d.code, d.name, reverse("submission-dimension", args=[submission.public_id, d.code]))
        for d in catalogue.dimensions
        if granted.questions(catalogue, submission.view, d.code)
    ] + [
        (i.code, i.title, reverse("submission-item", args=[submission.public_id, i.code]))
        for i in granted.items(catalogue, submission.view)
    ]
    screens.append(("", last_screen(granted), reverse("submission-review", args=[submission.public_id])))
    at = [code for code, _name, _url in screens].index(current)
    before, after = screens[at - 1] if at else None, screens[at + 1]
    return {
        "previous": {"name": before[1], "url": before[2]} if before else None,
        "next": {"name": after[1], "url": after[2]},
    }
