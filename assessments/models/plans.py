"""What an organisation decided to do about its scores: actions with owners and days, and what became of them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assessments.models.cycles import FIRST_DAY, LAST_DAY, Cycle
from assessments.models.evidence import Evidence
from assessments.models.results import Result
from opmodel.organisations.models import Member, Site, User
from opmodel.organisations.tenancy import Parent, TenantModel, audited


@audited
class Plan(TenantModel):
    """The plan of one cycle, with the ranking it was first chosen from; the waves count from `starts_on`."""

    cycle = Parent(Cycle, related_name="plans")
    result = Parent(Result, models.RESTRICT, related_name="+")
    preset = models.CharField(max_length=20)
    weights = models.JSONField()  # costs, objectives, gap: as the ranking had them
    reference = models.CharField(max_length=20)
    starts_on = models.DateField()
    made_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle"], name="plan_once_a_cycle"),
            models.CheckConstraint(condition=~Q(preset="") & ~Q(reference=""), name="plan_says_its_ranking"),
            models.CheckConstraint(condition=Q(starts_on__range=(FIRST_DAY, LAST_DAY)), name="plan_date_plausible"),
        ]


@audited
class PlannedAction(TenantModel):
    """One action of the content in a plan, for the network (no site) or for one site."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        STARTED = "started", _("Started")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Dropped")

    OPEN = (Status.PLANNED, Status.STARTED)

    plan = Parent(Plan, related_name="actions")
    code = models.CharField(max_length=20)
    site = Parent(Site, models.RESTRICT, null=True, blank=True, related_name="+")
    owner = Parent(Member, models.SET_NULL, null=True, blank=True, related_name="owned_actions")
    wave = models.SmallIntegerField()
    starts_on = models.DateField()
    due_on = models.DateField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PLANNED)
    effort_days = models.IntegerField()
    notes = models.TextField(max_length=4000, blank=True, default="")
    # In the organisation's currency.
    benefit_expected = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    benefit_realised = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    done_on = models.DateField(null=True, blank=True)
    shown_by = models.CharField(max_length=1000, blank=True, default="")  # what shows that it is done
    dropped_because = models.CharField(max_length=500, blank=True, default="")
    version = models.IntegerField(default=1)
    # What the ranking said when it was chosen; never changed afterwards. The sentence stands in every language, scores and
    # projected lifts by dimension: of the enterprise, or of the site it is for.
    rank = models.SmallIntegerField(null=True)  # None: not ranked itself, another one builds on it
    value = models.FloatField(null=True)
    reasons = models.JSONField()
    scores = models.JSONField()
    lift = models.JSONField()

    class Meta:
        ordering = ["starts_on", "due_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "code", "site"], nulls_distinct=False, name="planned_action_once"),
            models.CheckConstraint(condition=~Q(code=""), name="planned_action_has_code"),
            models.CheckConstraint(condition=Q(wave__range=(1, 4)), name="planned_action_wave"),
            models.CheckConstraint(condition=Q(due_on__gte=F("starts_on")), name="planned_action_due_after_start"),
            models.CheckConstraint(
                condition=Q(starts_on__gte=FIRST_DAY, due_on__lte=LAST_DAY), name="planned_action_dates_plausible"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["planned", "started", "done", "dropped"]), name="planned_action_status"
            ),
            models.CheckConstraint(
                condition=Q(status="done", done_on__isnull=False) & ~Q(shown_by="")
                | ~Q(status="done") & Q(done_on__isnull=True),
                name="planned_action_done_is_shown",
            ),
            models.CheckConstraint(
                condition=~Q(status="dropped") | ~Q(dropped_because=""), name="planned_action_dropped_has_reason"
            ),
            models.CheckConstraint(condition=Q(effort_days__range=(0, 100_000)), name="planned_action_effort"),
            models.CheckConstraint(
                condition=Q(benefit_expected__isnull=True) | Q(benefit_expected__gte=0),
                name="planned_action_expects_no_loss",
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="planned_action_version_positive"),
        ]

    def __str__(self) -> str:
        return self.code


@audited
class ActionEvidence(TenantModel):
    """A piece of evidence that shows what came of a planned action."""

    planned_action = Parent(PlannedAction, related_name="evidence")
    evidence = Parent(Evidence)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["planned_action", "evidence"], name="action_evidence_once")]


@audited
class OwnerCapacity(TenantModel):
    """How many person-days a month an owner can give to a plan, the own people included."""

    plan = Parent(Plan, related_name="capacities")
    member = Parent(Member, related_name="+")
    days_per_month = models.SmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "member"], name="owner_capacity_once"),
            models.CheckConstraint(condition=Q(days_per_month__range=(0, 1000)), name="owner_capacity_plausible"),
        ]


class ActionReminder(TenantModel):
    """What an owner was reminded of by mail: each matter once."""

    class Kind(models.TextChoices):
        SOON = "soon", _("due soon")
        OVERDUE = "overdue", _("overdue")

    planned_action = Parent(PlannedAction, related_name="+")
    member = Parent(Member, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    due_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["planned_action", "member", "kind", "due_on"], name="action_reminder_once"),
            models.CheckConstraint(condition=Q(kind__in=["soon", "overdue"]), name="action_reminder_kind"),
        ]
