"""What an organisation itself holds about its objectives."""

from django.db import models
from django.db.models import Q

from opmodel.organisations.models import User
from opmodel.organisations.tenancy import TenantModel, audited


@audited
class OwnRelevance(TenantModel):
    """One cell of the alignment map that the organisation judges other than the content: how far a dimension serves an objective.

    By code, not by version of the content: a judgement outlives the questionnaire it was made with.
    """

    dimension = models.CharField(max_length=10)
    objective = models.CharField(max_length=30)
    level = models.SmallIntegerField()
    judged_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "dimension", "objective"], name="relevance_once"),
            models.CheckConstraint(condition=Q(level__range=(0, 3)), name="relevance_on_scale"),
        ]
