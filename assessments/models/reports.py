"""Reports that were asked for: what each of them says, the file made of it, and the hashes it is known by."""

import pghistory
from django.db import models
from django.db.models import Q

from assessments.models.submissions import Submission
from opmodel.files.models import StoredFile
from opmodel.organisations.models import User
from opmodel.organisations.tenancy import Parent, TenantModel

DOWNLOAD = "download"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    pghistory.ManualEvent(DOWNLOAD),
    exclude=["content"],
)
class Report(TenantModel):
    """One report: frozen content, asked for once; the file follows by a job, and goes again after a while.

    The row stays when the file has gone: who holds a copy can still ask whether it is genuine.
    """

    class Kind(models.TextChoices):
        DECK = "deck"
        REPORT = "report"
        WORKBOOK = "workbook"
        SITE = "site"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    language = models.CharField(max_length=8)
    submission = Parent(Submission, related_name="reports")  # the enterprise view it is about, or the survey of a site
    content = models.JSONField(default=dict)  # everything the report says; emptied with the file
    content_hash = models.CharField(max_length=64, unique=True)  # stands in the report
    inputs_hash = models.CharField(max_length=64)  # the same for a report that would say the same
    requested_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    file = Parent(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    file_sha256 = models.CharField(max_length=64, blank=True, default="")
    made_at = models.DateTimeField(null=True, blank=True)
    expired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["deck", "report", "workbook", "site"]), name="report_kind"),
            models.UniqueConstraint(
                fields=["organisation", "kind", "language", "inputs_hash"],
                condition=Q(expired_at__isnull=True),
                name="report_once",
            ),
            models.CheckConstraint(
                condition=Q(file__isnull=True)
                | (Q(made_at__isnull=False, expired_at__isnull=True) & ~Q(file_sha256="")),
                name="report_file_is_known_by_its_hash",
            ),
            models.CheckConstraint(
                condition=Q(made_at__isnull=True, file_sha256="") | (Q(made_at__isnull=False) & ~Q(file_sha256="")),
                name="report_made_has_hash",
            ),
            models.CheckConstraint(
                condition=Q(file__isnull=False) | Q(made_at__isnull=True) | Q(expired_at__isnull=False),
                name="report_without_file_has_expired",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.kind}"
