"""Cycles, and who is asked in them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from assessments.models.questionnaires import Questionnaire
from benchmarks.models import Dataset
from opmodel.organisations.models import Site
from opmodel.organisations.tenancy import Parent, TenantModel, audited

# A year typed wrong must not make a cycle that no calendar holds: its deadline is the day after its last one.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)


@audited
class Cycle(TenantModel):
    """One round of the assessment; pins its content and its peer dataset."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")
        ARCHIVED = "archived", _("Archived")

    name = models.CharField(_("name"), max_length=80)
    questionnaire = models.ForeignKey(Questionnaire, models.PROTECT)
    dataset = models.ForeignKey(Dataset, models.PROTECT, null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    opens_on = models.DateField(_("opens on"))
    closes_on = models.DateField(_("closes on"))
    # What the organisation wants of this round: a level for every dimension without a target of its own, and the share of
    # plants that shall submit.
    target_level = models.DecimalField(_("target level"), max_digits=2, decimal_places=1, null=True, blank=True)
    response_target_pct = models.SmallIntegerField(_("plants that shall submit"), default=100)
    prefill_from = Parent("self", models.RESTRICT, null=True, blank=True, related_name="+")
    reminders = models.BooleanField(_("reminders"), default=True)
    # Plant managers see what is published of the peers beside their own plant; head office decides.
    peers_for_plants = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ["-opens_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="cycle_name_once"),
            models.CheckConstraint(condition=Q(closes_on__gte=F("opens_on")), name="cycle_closes_after_opening"),
            models.CheckConstraint(
                condition=Q(opens_on__gte=FIRST_DAY, closes_on__lte=LAST_DAY), name="cycle_dates_plausible"
            ),
            models.CheckConstraint(condition=Q(state__in=["draft", "open", "closed", "archived"]), name="cycle_state"),
            models.CheckConstraint(
                condition=Q(target_level__isnull=True) | Q(target_level__range=(1, 5)), name="cycle_target_on_scale"
            ),
            models.CheckConstraint(condition=Q(response_target_pct__range=(1, 100)), name="cycle_response_target"),
            models.CheckConstraint(
                condition=Q(prefill_from__isnull=True) | ~Q(prefill_from=F("id")), name="cycle_not_its_own_past"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def takes_answers(self, now: datetime, time_zone: str, last_day: date | None = None) -> bool:
        """Whether answers are accepted at `now`: open, and not after the last local day (a later one if extended)."""
        last = max(self.closes_on, last_day or self.closes_on)
        return self.state == self.State.OPEN and now < end_of_day(last, time_zone)


def end_of_day(day: date, time_zone: str) -> datetime:
    """The first moment after a local day, in UTC: a deadline is the end of its day where the organisation sits.

    >>> end_of_day(date(2026, 6, 30), "America/Chicago").isoformat()
    '2026-07-01T05:00:00+00:00'
    """
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(time_zone)).astimezone(UTC)


@audited
class CycleSite(TenantModel):
    """A site that is asked in a cycle."""

    cycle = Parent(Cycle)
    site = Parent(Site)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cycle", "site"], name="cycle_site_once")]


class CycleStep(TenantModel):
    """What was decided about a cycle, or about the deadline of one submission in it, and why. Append-only."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("Opened")
        EXTENDED = "extended", _("Extended")
        CLOSED = "closed", _("Closed")
        REOPENED = "reopened", _("Reopened")
        ARCHIVED = "archived", _("Archived")
        SITE_ADDED = "site_added", _("Site added")

    cycle = Parent(Cycle, related_name="steps")
    submission = Parent("assessments.Submission", null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    reason = models.CharField(max_length=500, blank=True, default="")
    closes_on = models.DateField(null=True, blank=True)
    by = models.ForeignKey("organisations.User", models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="reopened") | ~Q(reason=""), name="cycle_step_reopened_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["opened", "extended", "closed", "reopened", "archived", "site_added"]),
                name="cycle_step_kind",
            ),
        ]
