"""Peer data and what is published of them. These tables belong to the installation, not to an organisation."""

import secrets

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from opmodel.keys import new_public_id


def new_key() -> str:
    return secrets.token_hex(32)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["key"])
class Dataset(models.Model):
    """Peer records of one kind, brought by one or several imports; `source`, `period` and `licence` as people read them.

    `families`: measure -> the measures it is made of, such as CAP -> CAP1 to CAP6 and OVERALL -> the components.
    """

    public_id = models.CharField(max_length=20, unique=True, default=new_public_id, editable=False)
    name = models.CharField(max_length=80, unique=True)
    illustrative = models.BooleanField(default=True)
    measures = ArrayField(models.CharField(max_length=10))
    families = models.JSONField(default=dict, blank=True)
    source = models.CharField(max_length=200)
    period = models.CharField(max_length=40)
    licence = models.CharField(max_length=80, blank=True, default="")
    key = models.CharField(max_length=64, default=new_key, editable=False)  # of the references to records in releases
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return _("%(name)s (illustrative)") % {"name": self.name} if self.illustrative else self.name


class Mapping(models.Model):
    """How the columns of one source are called: our column -> theirs; kept so that the next file needs no mapping."""

    source = models.CharField(max_length=200, unique=True)
    columns = models.JSONField(default=dict)
    updated_at = models.DateTimeField(db_default=Now())


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), exclude=["errors", "storage_key", "found_columns", "preview"]
)
class Import(models.Model):
    """One file of peer records on its way into a dataset, and afterwards its provenance card."""

    class State(models.TextChoices):
        CHECKING = "checking"  # a job reads it
        NAMING = "naming"  # its columns are called otherwise; a person says which is which
        REFUSED = "refused"  # errors; nothing of it is kept but the report
        READY = "ready"  # checked without an error; a person confirms
        APPLYING = "applying"  # a job writes it
        APPLIED = "applied"
        CANCELLED = "cancelled"

    public_id = models.CharField(max_length=20, unique=True, default=new_public_id, editable=False)
    dataset = models.ForeignKey(Dataset, models.PROTECT, null=True, blank=True, related_name="imports")
    dataset_name = models.CharField(max_length=80)  # of the dataset to fill, or to make
    state = models.CharField(max_length=10, choices=State.choices, default=State.CHECKING)
    illustrative = models.BooleanField(default=True)
    file_name = models.CharField(max_length=200)
    file_hash = models.CharField(max_length=64)
    storage_key = models.CharField(max_length=300, blank=True, default="")  # "" once the file is no longer needed
    source = models.CharField(max_length=200)
    period = models.CharField(max_length=40, blank=True, default="")
    licence = models.CharField(max_length=80, blank=True, default="")
    collected = models.CharField(max_length=400, blank=True, default="")  # how the data came about
    columns = models.JSONField(default=dict, blank=True)  # our column -> theirs; empty: the file uses our names
    found_columns = models.JSONField(default=list, blank=True)  # the first line of the file
    preview = models.JSONField(default=dict, blank=True)  # first rows without names, how many of each segment, days
    rows = models.IntegerField(default=0)
    rows_new = models.IntegerField(default=0)
    rows_corrected = models.IntegerField(default=0)
    errors = models.JSONField(default=list, blank=True)  # the first ones: line, column, value, expected
    error_count = models.IntegerField(default=0)
    imported_by = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "file_hash"], condition=Q(state="applied"), name="import_once"),
            models.CheckConstraint(
                condition=~Q(state="applied") | Q(applied_at__isnull=False, dataset__isnull=False),
                name="import_applied_has_dataset",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name


class Record(models.Model):
    """One legal group: segments and one wide row of scores in thousandths, in the order of the dataset's measures.

    A corrected record is a new row of the same `record_key` with the next `revision`; the former one stays until a
    release has taken the new one, since the correction may have to wait (METHOD 6, rule 4).
    """

    # Without indexes of their own: those of the constraints begin with the dataset, and a million rows are loaded faster.
    # Without foreign keys row by row, which took half of the time of an import: migration 0010 checks whole statements.
    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="records", db_index=False, db_constraint=False)
    brought_by = models.ForeignKey(
        Import, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False, db_constraint=False
    )
    revision = models.SmallIntegerField(default=1)
    is_current = models.BooleanField(default=True)
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
            models.UniqueConstraint(fields=["dataset", "record_key", "revision"], name="record_revision_once"),
            models.UniqueConstraint(fields=["dataset", "record_key"], condition=Q(is_current=True), name="record_once"),
            models.CheckConstraint(condition=Q(completion__range=(0, 1000)), name="record_completion_share"),
        ]


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["report", "updated_at"]
)
class Release(models.Model):
    """A frozen table of statistics; what comparisons read and cite. From `audited` on only its state changes.

    `report`: what the audit found, for the steward; see benchmarks.releases.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        AUDITED = "audited"
        PUBLISHED = "published"
        SUPERSEDED = "superseded"
        WITHDRAWN = "withdrawn"

    UNSEEN = (State.DRAFT, State.AUDITED)  # nobody but stewards has seen it

    public_id = models.CharField(max_length=20, unique=True, default=new_public_id, editable=False)
    dataset = models.ForeignKey(Dataset, models.PROTECT)
    name = models.CharField(max_length=80, unique=True)
    as_of = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    method_version = models.CharField(max_length=20)
    report = models.JSONField(default=dict, blank=True)
    made_by = models.BigIntegerField(null=True, blank=True)
    published_by = models.BigIntegerField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.CharField(max_length=400, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(
        db_default=Now(), editable=False
    )  # by trigger: taken back, it changes what tools read

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset"], condition=Q(state="published"), name="release_one_published"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "audited"]) | Q(published_at__isnull=False),
                name="release_published_has_time",
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


class ReleaseMember(models.Model):
    """Which record lay in which block of a release, without any score: what the audit of the next one needs."""

    release = models.ForeignKey(Release, models.CASCADE, related_name="members")
    record_ref = models.CharField(max_length=64)  # keyed hash of record and revision
    kinds = ArrayField(models.CharField(max_length=10))
    block_a = models.CharField(max_length=200)
    block_b = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "record_ref"], name="release_member_once")]
