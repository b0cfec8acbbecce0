"""What a member may see and change of a submission: all of it, the assigned questions, or nothing."""

from dataclasses import dataclass

from assessments.catalogue import ENTERPRISE
from assessments.models import Assignment, AssignmentQuestion, StandIn, Submission
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import Permission, can

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Access:
    """Question codes a member sees and may change; None stands for all of them."""

    visible: frozenset[str] | None
    writable: frozenset[str] | None
    on_behalf: bool = False  # what is saved counts as given on behalf of the site

    def sees(self, code: str) -> bool:
        return self.visible is None or code in self.visible

    def writes(self, code: str) -> bool:
        return self.writable is None or code in self.writable

    @property
    def writes_something(self) -> bool:
        return self.writable is None or bool(self.writable)

    @property
    def writes_all(self) -> bool:
        """Whether the whole is this member's to answer and to submit."""
        return self.writable is None


ALL = Access(None, None)


def is_respondent(member: Member, submission: Submission) -> bool:
    """Whether this member is the one who answers here by role."""
    if submission.view == ENTERPRISE:
        return can(member, Permission.ANSWER_ENTERPRISE)
    return can(member, Permission.ANSWER_SITE, submission.site)


def access(member: Member, submission: Submission) -> Access:
    """What `member` may do with a submission from `selectors.submissions`; no query for the respondent, else at most two."""
    if is_respondent(member, submission):
        return ALL
    if stands_in(member, submission):
        return Access(None, None, on_behalf=True)
    held = AssignmentQuestion.objects.filter(
        assignment__submission=submission, assignment__member=member, active=True
    ).values_list("question__code", "assignment__state")
    assigned = frozenset(code for code, _state in held)
    writable = frozenset(code for code, state in held if state == Assignment.State.OPEN)
    return Access(None if can(member, Permission.VIEW_RESULTS) else assigned, writable)


def stands_in(member: Member, submission: Submission) -> bool:
    """Whether a member said to answer on behalf of the site of this submission."""
    if submission.view == ENTERPRISE or not can(member, Permission.ANSWER_ON_BEHALF):
        return False
    return StandIn.objects.filter(submission=submission, member=member).exists()
