"""Who answers for whom: people who can be asked, what each holds and how far it is, who stands in. Reads only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from assessments.catalogue import ENTERPRISE, SITE
from assessments.models import Answer, Assignment, AssignmentQuestion, Cycle, StandIn, Submission
from assessments.selectors import DONE, answered_by
from opmodel.organisations import clock
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import Permission, can, roles_with

ANSWERING = (Permission.ANSWER_ENTERPRISE, Permission.ANSWER_SITE, Permission.ANSWER_ON_BEHALF)


@dataclass(frozen=True)
class Holding:
    """One assignment with the questions it holds: code -> whether it is answered, in content order."""

    assignment: Assignment
    submission: Submission  # with cycle, site and the database's clock
    answered: dict[str, bool]

    @property
    def done(self) -> int:
        return sum(self.answered.values())

    @property
    def total(self) -> int:
        return len(self.answered)

    def is_overdue(self, today: date) -> bool:
        return self.assignment.state == Assignment.State.OPEN and self.assignment.due_on < today


def local_day(member: Member, submission: Submission) -> date:
    """Today where the organisation sits, by the database's clock; `submission` carries it as `db_now`."""
    return clock.local(submission.db_now, member.organisation).date()


def respondents(submission: Submission) -> QuerySet[Member]:
    """The members who answer the whole of a submission by role, see `access.is_respondent`."""
    members = Member.objects.filter(organisation_id=submission.organisation_id, user__is_active=True)
    if submission.view == ENTERPRISE:
        return members.filter(role__in=roles_with(Permission.ANSWER_ENTERPRISE))
    return members.filter(role__in=roles_with(Permission.ANSWER_SITE), membersite__site_id=submission.site_id)


def stand_ins(submission: Submission) -> list[StandIn]:
    """Who answers on behalf of the site at present; nobody stands in for the enterprise."""
    return standing_in([submission]).get(submission.pk, [])


def standing_in(submissions: Collection[Submission]) -> dict[int, list[StandIn]]:
    """Who stands in, by submission id; one query, none where no site is among them."""
    sites = [s.pk for s in submissions if s.view == SITE]
    if not sites:
        return {}
    rows = StandIn.objects.filter(
        submission__in=sites, member__role__in=roles_with(Permission.ANSWER_ON_BEHALF), member__user__is_active=True
    )
    found: dict[int, list[StandIn]] = {}
    for row in rows.select_related("member__user").order_by("pk"):
        found.setdefault(row.submission_id, []).append(row)
    return found


def people(submission: Submission) -> QuerySet[Member]:
    """Who can be given questions of a submission: everybody in the organisation but those who answer the whole of it."""
    members = Member.objects.filter(organisation_id=submission.organisation_id, user__is_active=True)
    whole = respondents(submission).values("pk")
    standing_in = StandIn.objects.filter(submission=submission).values("member_id")
    rows = members.exclude(pk__in=whole).exclude(pk__in=standing_in)
    return rows.select_related("user").order_by("user__name", "user__email")


def assignments(member: Member) -> QuerySet[Assignment]:
    """The assignments a member may open: the own ones, and those of submissions the member answers as a whole."""
    rows = Assignment.objects.filter(organisation_id=member.organisation_id)
    mine = rows.filter(Q(member=member) | answered_by(member, "submission__")).annotate(db_now=Now())
    return mine.select_related("member__user", "created_by", "submission__cycle", "submission__site")


def find(member: Member, public_id: str) -> Assignment | None:
    """One of them, its submission with the database's clock; None when it is unknown to this member."""
    found = assignments(member).filter(public_id=public_id).first()
    if found is not None:
        found.submission.db_now = found.db_now
    return found


def holdings(rows: QuerySet[Assignment]) -> list[Holding]:
    """Assignments that are not withdrawn, oldest first, with their progress; one query whatever their number."""
    answer = Answer.objects.filter(
        submission_id=OuterRef("submission_id"), question_id=OuterRef("question_id"), status__in=DONE
    )
    held = (
        AssignmentQuestion.objects.filter(assignment__in=rows.order_by().values("pk"), active=True)
        .annotate(answered=Exists(answer), db_now=Now())
        .select_related("question", "assignment__member__user", "assignment__created_by")
        .select_related("submission__cycle", "submission__site")
        .order_by("assignment_id", "question__order")
    )
    found: dict[int, Holding] = {}
    for row in held:
        row.submission.db_now = row.db_now
        entry = found.setdefault(row.assignment_id, Holding(row.assignment, row.submission, {}))
        entry.answered[row.question.code] = row.answered
    return list(found.values())


def held_in(submission: Submission) -> list[Holding]:
    """What colleagues hold of a submission."""
    return holdings(Assignment.objects.filter(submission=submission))


def own_items(member: Member, submission: Submission | None = None) -> list[Holding]:
    """What a member was given, in one submission or in all open cycles, soonest due day first."""
    rows = Assignment.objects.filter(member=member)
    if submission is None:
        rows = rows.filter(submission__cycle__state=Cycle.State.OPEN)
    else:
        rows = rows.filter(submission=submission)
    return sorted(holdings(rows), key=lambda h: (h.assignment.due_on, h.assignment.pk))


def to_accept(member: Member) -> list[Holding]:
    """What came back and waits for this member's word; no query for roles that answer nothing as a whole."""
    if not any(can(member, permission) for permission in ANSWERING):
        return []
    rows = Assignment.objects.filter(state=Assignment.State.HANDED_IN, submission__cycle__state=Cycle.State.OPEN)
    return holdings(rows.filter(answered_by(member, "submission__"), submission__state__in=Submission.EDITABLE))
