"""What is stored in files, and whose it is. The bytes lie in STORAGES["private"]."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from opmodel.keys import new_public_id


class StoredFile(models.Model):
    """One file of one organisation: evidence, an upload, an export, a logo. Written once, never changed."""

    class Kind(models.TextChoices):
        EVIDENCE = "evidence"
        UPLOAD = "upload"
        EXPORT = "export"
        LOGO = "logo"

    public_id = models.CharField(max_length=20, unique=True, default=new_public_id, editable=False)
    # Plain numbers: this room lies below organisations, whose migration lays row-level security on.
    organisation_id = models.BigIntegerField()
    created_by = models.BigIntegerField(null=True, blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=200)  # as people see it; never part of a path
    content_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    storage_key = models.CharField(max_length=300, unique=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["evidence", "upload", "export", "logo"]), name="stored_file_kind"
            ),
            models.CheckConstraint(condition=Q(size__gte=0), name="stored_file_size"),
            models.CheckConstraint(condition=~Q(name=""), name="stored_file_named"),
        ]

    def __str__(self) -> str:
        return self.name
