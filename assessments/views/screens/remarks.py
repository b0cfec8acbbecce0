"""Remarks and stand-ins as the answering pages show them, beside what they are about."""

from typing import Any

from django.urls import reverse

from assessments import colleagues, selectors
from assessments.access import Access, is_respondent
from assessments.catalogue import SITE, Questionnaire
from assessments.models import Remark, Submission
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import Permission, can


def remark(row: Remark, editable: bool) -> dict[str, Any]:
    """One remark; `editable` says whether this member may mark it as dealt with now."""
    return {
        "text": row.text,
        "who": row.by.get_full_name() if row.by else "",
        "at": row.created_at,
        "revision": row.revision,
        "settled": row.resolved_at is not None,
        "settled_by": row.resolved_by.get_full_name() if row.resolved_by else "",
        "settle_url": reverse("remark-settle", args=[row.public_id]) if editable else "",
    }


def shown(
    rows: list[Remark], member: Member, submission: Submission, granted: Access, code: str = ""
) -> list[dict[str, Any]]:
    """The remarks on one question, or on the whole (code "")."""
    may = granted.writes(code) if code else granted.writes_all
    return [remark(row, may and selectors.takes_answers(member, submission)) for row in rows]


def place_of(submission: Submission, catalogue: Questionnaire, code: str) -> str:
    """The answering page on which a question or an item stands."""
    question = catalogue.question_by_code.get(code)
    if question is None:
        return reverse("submission-item", args=[submission.public_id, code])
    return reverse("submission-dimension", args=[submission.public_id, question.dimension]) + f"#{code}"


def banner(member: Member, submission: Submission, granted: Access) -> dict[str, Any]:
    """Who answers on behalf of the site, for everybody who sees the whole of it; at most one query."""
    rows = colleagues.stand_ins(submission) if granted.sees_all else []
    owner = is_respondent(member, submission)
    mine = any(row.member_id == member.pk for row in rows)
    may = can(member, Permission.ANSWER_ON_BEHALF) and submission.view == SITE and not mine
    offered = may and selectors.takes_answers(member, submission)
    return {
        "stand_in_offer": reverse("stand-in", args=[submission.public_id]) if offered else "",
        "stand_ins": [
            {
                "who": row.member.user.get_full_name(),
                "mine": row.member_id == member.pk,
                "yours": owner,
                "site": submission.site.name if submission.site else "",
                "since": row.created_at,
                "reason": row.reason,
                "end_url": reverse("stand-in-end", args=[row.public_id]) if owner or row.member_id == member.pk else "",
            }
            for row in rows
        ],
    }
