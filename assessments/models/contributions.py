"""What an organisation gave to the peers of this installation: one row of scores a cycle, taken back at any time."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from assessments.models.cycles import Cycle
from opmodel.organisations.models import User
from opmodel.organisations.tenancy import Parent, TenantModel, audited


@audited
class Contribution(TenantModel):
    """The row that left, exactly as it left; withdrawn rows are no longer among the peer records."""

    class State(models.TextChoices):
        GIVEN = "given"
        WITHDRAWN = "withdrawn"

    cycle = Parent(Cycle, related_name="contributions")
    state = models.CharField(max_length=10, choices=State.choices, default=State.GIVEN)
    record_key = models.CharField(max_length=64)
    row = models.JSONField()
    given_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    given_at = models.DateTimeField(db_default=Now())
    withdrawn_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle"], name="contribution_once"),
            models.CheckConstraint(condition=Q(state__in=["given", "withdrawn"]), name="contribution_state"),
            models.CheckConstraint(
                condition=Q(state="given") | Q(withdrawn_at__isnull=False), name="contribution_withdrawn_has_time"
            ),
        ]
