"""What a member may see and change of a submission: all of it, the assigned questions, or nothing."""

from dataclasses import dataclass

from assessments.catalogue import ENTERPRISE, Item, Question, Questionnaire
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

    def questions(self, catalogue: Questionnaire, view: str, dimension: str | None = None) -> tuple[Question, ...]:
        """The scale questions of a view, or of one dimension of it, that this member sees."""
        return tuple(q for q in catalogue.questions_of(view, dimension) if self.sees(q.code))

    def items(self, catalogue: Questionnaire, view: str) -> tuple[Item, ...]:
        """The other items of a view that this member sees."""
        return tuple(i for i in catalogue.items_of(view) if self.sees(i.code))

    @property
    def sees_all(self) -> bool:
        return self.visible is None

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


def sees_results(member: Member, submission: Submission) -> bool:
    """Whether the scores of this submission are this member's to read; whoever holds only some questions sees none."""
    return can(member, Permission.VIEW_RESULTS) or is_respondent(member, submission)


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
