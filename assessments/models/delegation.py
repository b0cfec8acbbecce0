"""Who answers what for whom: parts of a submission in the hands of a colleague."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.models.questionnaires import Question
from assessments.models.submissions import Submission
from opmodel.organisations.models import Member, User
from opmodel.organisations.tenancy import Parent, TenantModel, audited


@audited
class Assignment(TenantModel):
    """Some questions of a submission, given to one member until a day; handed in, then accepted or given back."""

    class State(models.TextChoices):
        OPEN = "open", _("In work")
        HANDED_IN = "handed_in", _("Handed in")
        ACCEPTED = "accepted", _("Accepted")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    submission = Parent(Submission)
    member = Parent(Member)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    due_on = models.DateField()
    note = models.CharField(max_length=500, blank=True, default="")
    remark = models.CharField(max_length=1000, blank=True, default="")  # why it was given back
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    handed_in_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["open", "handed_in", "accepted", "withdrawn"]), name="assignment_state"
            ),
            models.CheckConstraint(
                condition=~Q(state="handed_in") | Q(handed_in_at__isnull=False), name="assignment_handed_in_has_time"
            ),
        ]


@audited
class AssignmentQuestion(TenantModel):
    """One question in an assignment; while it is active no other assignment holds it."""

    assignment = Parent(Assignment, related_name="questions")
    submission = Parent(Submission, related_name="+")
    question = models.ForeignKey(Question, models.PROTECT)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assignment", "question"], name="assignment_question_once"),
            models.UniqueConstraint(
                fields=["submission", "question"], condition=Q(active=True), name="question_assigned_once"
            ),
        ]
