"""Submissions and their answers."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.models.cycles import Cycle
from assessments.models.questionnaires import Question
from opmodel.organisations.models import Member, Site, User
from opmodel.organisations.tenancy import Parent, TenantModel, audited


@audited
class Submission(TenantModel):
    """One filled-in view of one cycle: the enterprise self-assessment, or the survey of a site."""

    class State(models.TextChoices):
        DRAFT = "draft", _("In progress")
        SUBMITTED = "submitted", _("Submitted")
        RETURNED = "returned", _("Returned")

    EDITABLE = (State.DRAFT, State.RETURNED)

    cycle = Parent(Cycle)
    view = models.CharField(max_length=10)
    site = Parent(Site, null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    revision = models.IntegerField(default=0)
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    extended_to = models.DateField(null=True, blank=True)  # a later last day for this submission alone
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    @property
    def closes_on(self) -> date:
        """The last day for these answers: the cycle's, or a later one given to this submission alone."""
        return max(self.cycle.closes_on, self.extended_to or self.cycle.closes_on)

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
                condition=Q(state="draft")
                | Q(state__in=["submitted", "returned"], submitted_at__isnull=False, revision__gte=1),
                name="submission_submitted_has_time",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(state="submitted"), name="submission_accepted_was_submitted"
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

    class Origin(models.TextChoices):
        PAGE = "page", _("Page")
        CARRIED = "carried", _("Carried over")
        WORKBOOK = "workbook", _("Workbook")
        PEERS = "peers", _("Peers")

    submission = Parent(Submission)
    question = models.ForeignKey(Question, models.PROTECT)
    status = models.CharField(max_length=5, choices=Status.choices)
    level = models.SmallIntegerField(null=True, blank=True)
    data = models.JSONField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True, default="")
    comment = models.TextField(max_length=2000, blank=True, default="")
    version = models.IntegerField(default=1)
    client_key = models.CharField(max_length=64, blank=True, default="")
    # How it came: typed on the page, confirmed from the last cycle, read from a workbook, or taken over from peers.
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.PAGE)
    on_behalf = models.BooleanField(default=False)  # given by somebody who stands in for the site
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "question"], name="answer_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="answer_version_positive"),
            models.CheckConstraint(
                condition=Q(origin__in=["page", "carried", "workbook", "peers"]), name="answer_origin_known"
            ),
            models.CheckConstraint(
                condition=Q(status="level", level__range=(1, 5), data__isnull=True)
                | Q(status="na", level__isnull=True, data__isnull=True) & ~Q(reason="")
                | Q(status="dk", level__isnull=True, data__isnull=True)
                | Q(status="data", level__isnull=True, data__isnull=False)
                | Q(status="open", level__isnull=True, data__isnull=True),
                name="answer_status_fits_value",
            ),
        ]


@audited
class StandIn(TenantModel):
    """Somebody answers on behalf of a site: said before the first answer, with the reason, visible to the site."""

    submission = Parent(Submission)
    member = Parent(Member)
    reason = models.CharField(max_length=500)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "member"], name="stand_in_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="stand_in_has_reason"),
        ]


@audited
class Remark(TenantModel):
    """What a reviewer said about a submitted revision, to one question or to the whole (no question)."""

    submission = Parent(Submission)
    question = models.ForeignKey(Question, models.PROTECT, null=True, blank=True)
    revision = models.IntegerField()
    text = models.CharField(max_length=1000)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="remark_has_text"),
            models.CheckConstraint(condition=Q(revision__gte=1), name="remark_of_a_submitted_revision"),
        ]
