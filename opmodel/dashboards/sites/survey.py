"""The survey behind the page of a plant: which one, its other cycles, and what reviewers said about it."""

from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse

from assessments import reviews, selectors
from assessments.catalogue import SITE
from assessments.models import Remark, Result, Submission
from assessments.workflow.reviewing import WISH


def survey_of(request: HttpRequest, public_id: str) -> Submission:
    """The site survey of an address whose scores the member may read; raises Http404."""
    rows = selectors.with_readable_results(request.member).filter(public_id=public_id, view=SITE)
    found: Submission | None = rows.first()
    if found is None:
        raise Http404
    return found


def cycle_links(results: list[Result], submission: Submission) -> list[dict[str, str]]:
    """The same plant in the other cycles; `results` may hold those of other plants too."""
    return [
        {"name": r.submission.cycle.name, "url": reverse("dashboard-site", args=[r.submission.public_id])}
        for r in results
        if r.submission_id != submission.pk and r.submission.site_id == submission.site_id
    ]


def before(results: list[Result], submission: Submission) -> Result | None:
    """The result of the same plant in the cycle before; `results` are newest first."""
    this = (submission.cycle.opens_on, submission.cycle_id)
    own = [r for r in results if r.submission.site_id == submission.site_id]
    return next((r for r in own if (r.submission.cycle.opens_on, r.submission.cycle_id) < this), None)


def remarks_told(submission: Submission) -> dict[str, Any]:
    """What reviewers said, newest first: `remarks` on the survey, and `replies` to what the plant asked of the centre."""
    found = reviews.remarks(submission)
    rows = [row for code, held in found.items() if code != WISH for row in held]
    return {
        "remarks": [remark_row(row) for row in sorted(rows, key=lambda r: -r.pk)],
        "replies": [remark_row(row) for row in found.get(WISH, ())],
    }


def remark_row(row: Remark) -> dict[str, Any]:
    return {
        "text": row.text,
        "on": row.question.text if row.question else "",
        "who": row.by.get_full_name() if row.by else "",
        "at": row.created_at,
        "settled": row.resolved_at,
        "settled_by": row.resolved_by.get_full_name() if row.resolved_by else "",
    }
