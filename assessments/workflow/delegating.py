"""Parts of a submission in the hands of a colleague: given, handed in, accepted or given back, withdrawn."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assessments import colleagues, publishing, selectors
from assessments.access import Access, access
from assessments.items.fields import storable
from assessments.models import Answer, Assignment, AssignmentQuestion, Submission
from assessments.workflow import letters
from assessments.workflow.answers import lock_open, must_stay_open
from assessments.workflow.refusals import Refused
from opmodel.organisations.models import Member

State = Assignment.State


@transaction.atomic
def assign(
    *, by: Member, submission: Submission, codes: Sequence[str], to: Member | None, due_on: date | None, note: str = ""
) -> Assignment:
    """Give questions and items of a submission to a colleague until a day; raises Refused.

    The lock on the submission lets two people give one after the other: the second is told who holds what by now.
    """
    locked, granted = lock_open(by, submission)
    if not granted.writes_all:
        raise not_the_whole()
    questions = _known(locked, codes)
    if to is None or not colleagues.people(locked).filter(pk=to.pk).exists():
        raise Refused(_("Choose a colleague of your organisation."), field="member")
    first, last = colleagues.local_day(by, locked), locked.closes_on
    if due_on is None or not first <= due_on <= last:
        message = _("Choose a day from %(first)s to %(last)s.") % {"first": day(first), "last": day(last)}
        raise Refused(message, field="due_on")
    clean_note = text(note, 500, "note")
    _refuse_what_is_taken(locked, questions)
    own = {"organisation_id": by.organisation_id, "submission": locked}
    made = Assignment.objects.create(**own, member=to, due_on=due_on, note=clean_note, created_by_id=by.user_id)
    AssignmentQuestion.objects.bulk_create(
        AssignmentQuestion(**own, assignment=made, question_id=key) for key in questions.values()
    )
    letters.assigned(by, made, locked, len(questions))
    return made


def _known(submission: Submission, codes: Sequence[str]) -> dict[str, int]:
    """Question codes -> row ids, in the order given, each once; raises Refused for none and for unknown ones."""
    catalogue = selectors.catalogue_of(submission)
    keys = publishing.question_keys(submission.cycle.questionnaire_id)
    possible = {q.code for q in catalogue.questions_of(submission.view)}
    possible |= {i.code for i in catalogue.items_of(submission.view)}
    for code in codes:
        if code not in possible:
            raise Refused(_("There is no question “%(code)s” in this survey.") % {"code": code[:40]}, field="codes")
    if not codes:
        raise Refused(_("Choose at least one dimension or question."), field="codes")
    return {code: keys[code] for code in codes}


def _refuse_what_is_taken(submission: Submission, questions: dict[str, int]) -> None:
    taken = AssignmentQuestion.objects.filter(
        submission=submission, question_id__in=questions.values(), active=True
    ).select_related("question", "assignment__member__user")
    errors = [
        (t.question.code, _("%(who)s holds this already.") % {"who": t.assignment.member.user.get_full_name()})
        for t in taken.order_by("question__order")
    ]
    if errors:
        message = _(
            "Nothing was given: some of these questions are held by a colleague already. They are marked below."
        )
        raise Refused(message, field="codes", status=409, errors=errors)


@transaction.atomic
def hand_in(*, by: Member, assignment: Assignment) -> Assignment:
    """The colleague is done: the answers are locked for them until they are given back; raises Refused."""
    locked, submission, _granted = hold(by, assignment)
    if locked.member_id != by.pk:
        raise Refused(_("Only the colleague who was asked hands these in."), status=403)
    if locked.state != State.OPEN:
        raise over(locked)
    if submission.state not in Submission.EDITABLE:
        raise Refused(_("The survey was submitted already; there is nothing left to hand in."), status=409)
    must_stay_open(by, submission)
    held = AssignmentQuestion.objects.filter(assignment=locked, active=True).values("question_id")
    answered = Answer.objects.filter(submission=submission, question_id__in=held, status__in=selectors.DONE)
    if not answered.exists():
        raise Refused(_("Nothing is answered yet. “Do not know” is an answer too."))
    letters.handed_in(by, locked, submission)
    return change(locked, state=State.HANDED_IN, handed_in_at=Now())


@transaction.atomic
def accept_assignment(*, by: Member, assignment: Assignment) -> Assignment:
    """Take over what a colleague handed in; raises Refused."""
    locked = _of_the_whole(by, assignment)
    if locked.state != State.HANDED_IN:
        raise over(locked)
    return change(locked, state=State.ACCEPTED)


@transaction.atomic
def give_back(*, by: Member, assignment: Assignment, remark: str) -> Assignment:
    """Open the work of a colleague again and say why, also after it was accepted; raises Refused."""
    lock_open(by, assignment.submission)  # who gives work back must leave time to do it
    locked = _of_the_whole(by, assignment)
    if locked.state not in (State.HANDED_IN, State.ACCEPTED):
        raise over(locked)
    said = text(remark, 1000, "remark")
    if not said:
        raise Refused(_("Say in a few words what is missing."), field="remark")
    change(locked, state=State.OPEN, handed_in_at=None, remark=said)
    letters.given_back(by, locked, locked.submission)
    return locked


@transaction.atomic
def withdraw_assignment(*, by: Member, assignment: Assignment) -> Assignment:
    """Take questions back at any time; the answers stay, the questions are free to be given again; raises Refused."""
    locked = _of_the_whole(by, assignment)
    if locked.state == State.WITHDRAWN:
        raise over(locked)
    AssignmentQuestion.objects.filter(assignment=locked).update(active=False)
    return change(locked, state=State.WITHDRAWN)


def hold(by: Member, assignment: Assignment) -> tuple[Assignment, Submission, Access]:
    """An assignment as it is now, with the lock on its submission that savers take too; raises Refused."""
    rows = selectors.submissions(by).select_for_update(of=("self",), no_key=True)
    submission = rows.filter(pk=assignment.submission_id).first()
    found = colleagues.assignments(by).filter(pk=assignment.pk).first()
    if submission is None or found is None:
        raise Refused(_("These questions are no longer in your hands."), status=403)
    return found, submission, access(by, submission)


def _of_the_whole(by: Member, assignment: Assignment) -> Assignment:
    locked, _submission, granted = hold(by, assignment)
    if not granted.writes_all:
        raise not_the_whole()
    return locked


def change(assignment: Assignment, **values: Any) -> Assignment:
    Assignment.objects.filter(pk=assignment.pk).update(**values)
    for name, value in values.items():
        setattr(assignment, name, value)
    return assignment


def not_the_whole() -> Refused:
    return Refused(_("Only those who answer the whole survey give parts of it to colleagues."), status=403)


def over(assignment: Assignment) -> Refused:
    """Somebody was faster, or the button was pressed twice."""
    sentences = {
        State.OPEN: _("This is in work; nothing was handed in yet."),
        State.HANDED_IN: _("This was handed in already."),
        State.ACCEPTED: _("This was accepted already."),
        State.WITHDRAWN: _("This was withdrawn in the meantime."),
    }
    return Refused(sentences[State(assignment.state)], status=409)


def text(value: str, longest: int, field: str) -> str:
    """A text of people, stripped; raises Refused where it is too long or cannot be stored."""
    if len(value) > longest:
        raise Refused(_("At most %(n)d characters.") % {"n": longest}, field=field)
    if not storable(value):
        raise Refused(_("The text holds a character that cannot be stored."), field=field)
    return value.strip()


def day(value: date) -> str:
    return date_format(value, "DATE_FORMAT")
