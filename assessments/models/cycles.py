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

    class Meta:
        ordering = ["-opens_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="cycle_name_once"),
            models.CheckConstraint(condition=Q(closes_on__gte=F("opens_on")), name="cycle_closes_after_opening"),
            models.CheckConstraint(
                condition=Q(opens_on__gte=FIRST_DAY, closes_on__lte=LAST_DAY), name="cycle_dates_plausible"
            ),
            models.CheckConstraint(condition=Q(state__in=["draft", "open", "closed", "archived"]), name="cycle_state"),
        ]

    def __str__(self) -> str:
        return self.name

    def takes_answers(self, now: datetime, time_zone: str) -> bool:
        """Whether answers are accepted at `now`: open, and not after the last local day of the organisation."""
        return self.state == self.State.OPEN and now < end_of_day(self.closes_on, time_zone)


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
