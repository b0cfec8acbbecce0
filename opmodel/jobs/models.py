"""The job table. Redis is a doorbell; this row is the promise."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from opmodel.keys import new_public_id


class Job(models.Model):
    """One piece of background work: committed with what asked for it, done once, failed visibly."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    MAX_ATTEMPTS = 3

    public_id = models.CharField(max_length=20, unique=True, default=new_public_id, editable=False)
    # Plain numbers: this room lies below organisations. Row-level security is laid on by its migration.
    organisation_id = models.BigIntegerField(null=True, blank=True)
    requested_by = models.BigIntegerField(null=True, blank=True)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=200)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.SmallIntegerField(default=0)
    progress = models.SmallIntegerField(default=0)
    error = models.TextField(blank=True, default="")
    due_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="job_once"),
            models.CheckConstraint(condition=models.Q(attempts__range=(0, 3)), name="job_at_most_three_attempts"),
            models.CheckConstraint(condition=models.Q(progress__range=(0, 100)), name="job_progress_percent"),
            models.CheckConstraint(
                condition=models.Q(state__in=["queued", "running", "done", "failed"]), name="job_state_known"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="job_open", condition=models.Q(state__in=["queued", "running"]))
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} {self.state}"

    @property
    def reason(self) -> str:
        """Why it failed, for people: a worker that was killed could note nothing."""
        return self.error or _("The worker stopped three times while doing this.")
