"""Peer data and what is published of them. These tables belong to the installation, not to an organisation."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from opmodel.keys import new_public_id


class Dataset(models.Model):
    """Peer records of one source, with their provenance."""

    public_id = models.CharField(max_length=20, unique=True, default=new_public_id, editable=False)
    name = models.CharField(max_length=80, unique=True)
    illustrative = models.BooleanField(default=True)
    measures = ArrayField(models.CharField(max_length=10))
    source = models.CharField(max_length=200)
    period = models.CharField(max_length=40)
    licence = models.CharField(max_length=80, blank=True, default="")
    file_hash = models.CharField(max_length=64)
    imported_by = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return _("%(name)s (illustrative)") % {"name": self.name} if self.illustrative else self.name


class Record(models.Model):
    """One legal group: segments and one wide row of scores in thousandths, in the order of the dataset's measures."""

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="records")
    record_key = models.CharField(max_length=64)
    industry = models.CharField(max_length=8)
    region = models.CharField(max_length=40)
    size_band = models.CharField(max_length=20)
    process_type = models.CharField(max_length=40)
    submitted_on = models.DateField()
    completion = models.SmallIntegerField()
    scores = ArrayField(models.SmallIntegerField(null=True))

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "record_key"], name="record_once"),
            models.CheckConstraint(condition=Q(completion__range=(0, 1000)), name="record_completion_share"),
        ]


class Release(models.Model):
    """A frozen table of statistics; what comparisons read and cite."""

    class State(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        SUPERSEDED = "superseded"
        WITHDRAWN = "withdrawn"

    public_id = models.CharField(max_length=20, unique=True, default=new_public_id, editable=False)
    dataset = models.ForeignKey(Dataset, models.PROTECT)
    name = models.CharField(max_length=80, unique=True)
    as_of = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    method_version = models.CharField(max_length=20)
    published_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset"], condition=Q(state="published"), name="release_one_published"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(published_at__isnull=False), name="release_published_has_time"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CellStatistic(models.Model):
    """The published statistics of one cell and measure; the exact n is not kept."""

    release = models.ForeignKey(Release, models.CASCADE, related_name="cells")
    tree = models.CharField(max_length=1)
    path = models.CharField(max_length=200)
    depth = models.SmallIntegerField()
    measure = models.CharField(max_length=10)
    n_band = models.CharField(max_length=10)
    mean = models.FloatField()
    quantiles = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "tree", "path", "measure"], name="cell_once"),
            models.CheckConstraint(condition=Q(mean__range=(1, 5)), name="cell_mean_on_scale"),
        ]
