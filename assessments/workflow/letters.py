"""The mails about work on answers: each is put into the mail room with the change it tells of."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from assessments import colleagues, plans
from assessments.models import Assignment, PlannedAction, Remark, Submission
from opmodel.keys import new_public_id
from opmodel.organisations import mail
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import Permission, roles_with


def assigned(by: Member, assignment: Assignment, submission: Submission, questions: int) -> None:
    to_colleague("assigned", by, assignment, submission, questions=questions, note=lines(assignment.note))


def given_back(by: Member, assignment: Assignment, submission: Submission) -> None:
    to_colleague("given_back", by, assignment, submission, remark=lines(assignment.remark))


def to_colleague(template: str, by: Member, assignment: Assignment, submission: Submission, **more: Any) -> None:
    path = reverse("assignment", args=[assignment.public_id])
    post(
        template, new_public_id(), by, submission, [assignment.member], path, due=assignment.due_on.isoformat(), **more
    )


def handed_in(by: Member, assignment: Assignment, submission: Submission) -> None:
    """To whoever gave it, as long as that person answers the whole; else to all who do."""
    whole = answering(submission)
    giver = [m for m in whole if m.user_id == assignment.created_by_id]
    path = reverse("assignment", args=[assignment.public_id])
    post("handed_in", new_public_id(), by, submission, giver or whole, path)


def returned(by: Member, submission: Submission, remarks: int, last_day: str) -> None:
    """To all who answer the whole, but not to whoever returns the own submission."""
    path = reverse("submission-review", args=[submission.public_id])
    to = [m for m in answering(submission) if m.pk != by.pk]
    key = f"{submission.pk}:{submission.revision}"
    post("returned", key, by, submission, to, path, remarks=remarks, last_day=last_day)


def resubmitted(by: Member, submission: Submission) -> None:
    """To the CSCOs and to whoever returned the revision before, but not to whoever submits."""
    returners = Remark.objects.filter(submission=submission, revision=submission.revision - 1).values("by_id")
    members = Member.objects.filter(organisation_id=submission.organisation_id, user__is_active=True)
    reviewers = members.filter(role__in=roles_with(Permission.REVIEW)).select_related("user")
    cscos = roles_with(Permission.ANSWER_ON_BEHALF)
    to = [m for m in (reviewers.filter(role__in=cscos) | reviewers.filter(user_id__in=returners)) if m.pk != by.pk]
    path = reverse("submission-inspect", args=[submission.public_id])
    post("resubmitted", f"{submission.pk}:{submission.revision}", by, submission, to, path)


def answering(submission: Submission) -> list[Member]:
    """All who answer the whole of it, by role or on behalf of the site."""
    standing_in = [row.member for row in colleagues.stand_ins(submission)]
    return [*colleagues.respondents(submission).select_related("user"), *standing_in]


def action_given(by: Member, planned: PlannedAction) -> None:
    """To the new owner of an action."""
    owner = planned.owner
    context = {
        "who": by.user.get_full_name(),
        "title": plans.title_for(planned, owner),
        "site": planned.site.name if planned.site else "",
        "due": planned.due_on.isoformat(),
        "path": reverse("plan-action", args=[planned.public_id]),
    }
    key = f"action_given:{planned.pk}:{planned.version}"
    letter = mail.Letter(key, owner.user.email, owner.user.language, context, owner.pk)
    mail.enqueue_many(organisation_id=planned.organisation_id, template="action_given", letters=[letter], by=by.user_id)


def lines(text: str) -> list[str]:
    """A text of people for a mail, which takes one line at a time."""
    return [line for line in text.splitlines() if line.strip()]


def post(
    template: str, key: str, by: Member, submission: Submission, to: Iterable[Member], path: str, **more: Any
) -> None:
    context = {
        "who": by.user.get_full_name(),
        "site": submission.site.name if submission.site else "",
        "cycle": submission.cycle.name,
        "path": path,
        **more,
    }
    letters = [
        mail.Letter(f"{template}:{key}:{member.pk}", member.user.email, member.user.language, context, member.pk)
        for member in to
        if member.user.is_active
    ]
    mail.enqueue_many(organisation_id=submission.organisation_id, template=template, letters=letters, by=by.user_id)
