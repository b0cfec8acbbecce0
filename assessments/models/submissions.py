"""Submissions and their answers."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.models.cycles import Cycle
from assessments.models.questionnaires import Question
from opmodel.organisations.models import Site, User
from opmodel.organisations.tenancy import Parent, TenantModel, audited


@audited
class Submission(TenantModel):
    """One filled-in view of one cycle: the enterprise self-assessment, or the survey of a site."""

    class State(models.TextChoices):
        DRAFT = "draft", _("In progress")
        SUBMITTED = "submitted", _("Submitted")

    cycle = Parent(Cycle)
    view = models.CharField(max_length=10)
    site = Parent(Site, null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    revision = models.IntegerField(default=0)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(view="enterprise", site__isnull=True) | Q(view="site", site__isnull=False),
                name="submission_site_fits_view",
            ),
            models.UniqueConstraint(
                fields=["cycle"], condition=Q(view="enterprise"), name="submission_enterprise_once"
            ),
            models.UniqueConstraint(fields=["cycle", "site"], condition=Q(view="site"), name="submission_site_once"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(state="submitted", submitted_at__isnull=False, revision__gte=1),
                name="submission_submitted_has_time",
            ),
        ]


@audited
class Answer(TenantModel):
    """One answer to one question, with a version number; a save names the version it builds on."""

    class Status(models.TextChoices):
        LEVEL = "level", _("Level")
        NOT_APPLICABLE = "na", _("Not applicable")
        DO_NOT_KNOW = "dk", _("Do not know")
        DATA = "data", _("Answered")
        OPEN = "open", _("Open")

    submission = Parent(Submission)
    question = models.ForeignKey(Question, models.PROTECT)
    status = models.CharField(max_length=5, choices=Status.choices)
    level = models.SmallIntegerField(null=True, blank=True)
    data = models.JSONField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True, default="")
    comment = models.TextField(max_length=2000, blank=True, default="")
    version = models.IntegerField(default=1)
    client_key = models.CharField(max_length=64, blank=True, default="")
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "question"], name="answer_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="answer_version_positive"),
            models.CheckConstraint(
                condition=Q(status="level", level__range=(1, 5), data__isnull=True)
                | Q(status="na", level__isnull=True, data__isnull=True) & ~Q(reason="")
                | Q(status="dk", level__isnull=True, data__isnull=True)
                | Q(status="data", level__isnull=True, data__isnull=False)
                | Q(status="open", level__isnull=True, data__isnull=True),
                name="answer_status_fits_value",
            ),
        ]
