"""Giving parts of a submission to colleagues, and what each of them holds."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments import colleagues, selectors
from assessments.access import Access, access
from assessments.colleagues import Holding
from assessments.models import Assignment, Submission
from assessments.views.screens.frame import heading
from assessments.views.screens.remarks import banner, place_of
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import Permission, can

State = Assignment.State


def row(holding: Holding, today: date) -> dict[str, Any]:
    """One assignment as lists show it."""
    assignment = holding.assignment
    return {
        "id": assignment.public_id,
        "who": assignment.member.user.get_full_name(),
        "state": assignment.state,
        "state_label": assignment.get_state_display(),
        "done": holding.done,
        "total": holding.total,
        "due": assignment.due_on,
        "overdue": holding.is_overdue(today),
        "url": reverse("assignment", args=[assignment.public_id]),
    }


def panel(member: Member, submission: Submission, granted: Access) -> dict[str, Any]:
    """How far colleagues are, for whoever answers the whole; the fragment asks again by itself while something is open."""
    if not granted.writes_all:
        return {"panel": None}
    today = colleagues.local_day(member, submission)
    rows = [row(holding, today) for holding in colleagues.held_in(submission)]
    return {
        "panel": {
            "rows": rows,
            "url": reverse("submission-assignments", args=[submission.public_id]),
            "live": any(r["state"] != State.ACCEPTED for r in rows),
            "delegate_url": reverse("submission-delegate", args=[submission.public_id]),
        }
    }


def own(member: Member, submission: Submission) -> list[dict[str, Any]]:
    """What this member holds of a submission, to be handed in."""
    today = colleagues.local_day(member, submission)
    held = colleagues.own_items(member, submission)
    return [row(holding, today) | hand_in(holding) for holding in held]


def hand_in(holding: Holding) -> dict[str, Any]:
    left = holding.total - holding.done
    open_text = ngettext("%(n)d of them is still open.", "%(n)d of them are still open.", left) % {"n": left}
    return {
        "hand_in_url": reverse("assignment-hand-in", args=[holding.assignment.public_id]),
        "open_text": open_text if left else "",
    }


def delegate(
    member: Member,
    submission: Submission,
    given: Mapping[str, Any] | None = None,
    errors: Collection[tuple[str, str]] = (),
) -> dict[str, Any]:
    """The page on which parts are given away; `given` is what was posted: codes, member, due_on, note.

    `errors` holds (field, message); a field may be the code of a question.
    """
    granted = access(member, submission)
    catalogue = selectors.catalogue_of(submission)
    held = colleagues.held_in(submission)
    holder = {code: h.assignment.member.user.get_full_name() for h in held for code in h.answered}
    posted = given or {}
    chosen = set(posted.get("codes", ()))
    at_question = dict(errors)

    def choice(code: str, text: str) -> dict[str, Any]:
        taken, error = holder.get(code, ""), at_question.get(code, "")
        return {"code": code, "text": text, "taken": taken, "checked": code in chosen and not taken, "error": error}

    components = []
    for component in catalogue.components:
        groups = [
            group(d.name, [choice(q.code, q.text) for q in catalogue.questions_of(submission.view, d.code)])
            for d in component.dimensions
        ]
        components.append(
            {
                "code": component.code,
                "letter": component.letter,
                "name": component.name,
                "groups": [g for g in groups if g["choices"]],
            }
        )
    others = [choice(i.code, i.title) for i in catalogue.items_of(submission.view)]
    fields = ("codes", "member", "due_on", "note", "")
    first, last = colleagues.local_day(member, submission), submission.closes_on
    return {
        "submission": heading(submission, selectors.takes_answers(member, submission)),
        "components": components,
        "facts": group(_("Facts and aims"), others),
        "people": [
            {
                "id": m.public_id,
                "name": m.user.get_full_name(),
                "role": m.role_label,
                "selected": m.public_id == posted.get("member"),
            }
            for m in colleagues.people(submission)
        ],
        "may_invite": can(member, Permission.INVITE),
        "due": posted.get("due_on") or last.isoformat(),
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
        "last": last,
        "note": posted.get("note", ""),
        "errors": [{"field": field, "message": message} for field, message in errors if field in fields],
        "wrong": {field: at_question.get(field, "") for field in fields if field},
        **panel(member, submission, granted),
        **banner(member, submission, granted),
    }


def group(name: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
    """A dimension with its questions: what the page shows as free is what the box of the whole group stands for."""
    free = [c for c in choices if not c["taken"]]
    n, checked = len(free), sum(c["checked"] for c in free)
    if n == len(choices):
        free_text = ngettext("%(n)d question", "%(n)d questions", n) % {"n": n}
    else:
        free_text = ngettext("%(n)d question is free", "%(n)d questions are free", n) % {"n": n}
    return {
        "name": name,
        "choices": choices,
        "free": " ".join(c["code"] for c in free),
        "free_text": free_text,
        "checked": 0 < checked == n,
        "open": 0 < checked < n or any(c["error"] for c in choices),
    }


def assignment(member: Member, found: Assignment, remark: str = "", error: str = "") -> dict[str, Any]:
    """One assignment, for the colleague who works on it and for those who gave it."""
    submission = found.submission
    catalogue = selectors.catalogue_of(submission)
    holding = next(iter(colleagues.holdings(Assignment.objects.filter(pk=found.pk))), Holding(found, submission, {}))
    groups: dict[str, dict[str, Any]] = {}
    for code, done in holding.answered.items():
        question = catalogue.question_by_code.get(code)
        name = catalogue.dimension_by_code[question.dimension].name if question else _("Facts and aims")
        text = question.text if question else catalogue.item_by_code[code].title
        entry = {"code": code, "text": text, "done": done, "url": place_of(submission, catalogue, code)}
        groups.setdefault(name, {"name": name, "questions": []})["questions"].append(entry)
    address = [found.public_id]
    return {
        "submission": heading(submission),
        "assignment": row(holding, colleagues.local_day(member, submission)) | hand_in(holding),
        "mine": found.member_id == member.pk,
        "whole": access(member, submission).writes_all,
        "submitted": submission.state == Submission.State.SUBMITTED,
        "groups": list(groups.values()),
        "start_url": next((q["url"] for g in groups.values() for q in g["questions"] if not q["done"]), ""),
        "note": found.note,
        "given_by": found.created_by.get_full_name() if found.created_by else "",
        "remark": found.remark,
        "handed_in_at": found.handed_in_at,
        "typed": remark,
        "error": error,
        "accept_url": reverse("assignment-accept", args=address),
        "give_back_url": reverse("assignment-give-back", args=address),
        "withdraw_url": reverse("assignment-withdraw", args=address),
        "delegate_url": reverse("submission-delegate", args=[submission.public_id]),
    }


def stand_in(member: Member, submission: Submission, reason: str = "", error: str = "") -> dict[str, Any]:
    """What answering on behalf of a site means, and whether somebody does it already."""
    return {
        "submission": heading(submission, selectors.takes_answers(member, submission)),
        "site": submission.site.name,
        "managers": [m.user.get_full_name() for m in colleagues.respondents(submission).select_related("user")],
        "reason": reason,
        "error": error,
        "stand_in_url": reverse("stand-in", args=[submission.public_id]),
        **banner(member, submission, access(member, submission)),
    }
