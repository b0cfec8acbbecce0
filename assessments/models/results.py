"""What was calculated, by which method, from which content, against which release. Written by the pipeline only."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from assessments.models.cycles import Cycle
from assessments.models.submissions import Submission
from benchmarks.models import Release
from opmodel.organisations.tenancy import Parent, TenantModel


class Result(TenantModel):
    """The scores of one revision of a submission; never changed, a new release or method makes a new one."""

    submission = Parent(Submission, related_name="results")
    revision = models.IntegerField()
    method_version = models.CharField(max_length=20)
    content_version = models.CharField(max_length=20)
    release = models.ForeignKey(Release, models.PROTECT, null=True, blank=True)
    # What the peer group was chosen by: a later change of the organisation's profile must not move an old comparison.
    segments = models.JSONField(default=dict, blank=True)
    figures = models.JSONField(default=dict, blank=True)  # derived figures of the other items, by key
    input_hash = models.CharField(max_length=64)
    calculated_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "revision", "method_version", "release"],
                nulls_distinct=False,
                name="result_once",
            )
        ]


class Score(models.Model):
    """One measure of a result: score, coverage, bounds, and where it stands among the peers."""

    # The composite key to the result holds the organisation too, and the unique index begins with the result: a constraint
    # and two indexes less for the table with most rows.
    organisation = models.ForeignKey(
        "organisations.Organisation", models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    result = Parent(Result, related_name="scores", db_index=False)
    measure = models.CharField(max_length=10)
    point = models.FloatField(null=True)
    coverage = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    bottleneck = models.CharField(max_length=10, blank=True, default="")
    many_not_applicable = models.BooleanField(default=False)
    peer_tree = models.CharField(max_length=1, blank=True, default="")
    peer_path = models.CharField(max_length=200, blank=True, default="")
    position = models.FloatField(null=True)
    position_text = models.CharField(max_length=20, blank=True, default="")
    position_low = models.FloatField(null=True)
    position_high = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["result", "measure"], name="score_once"),
            models.CheckConstraint(
                condition=Q(point__isnull=True) | Q(point__range=(1, 5)), name="score_point_on_scale"
            ),
        ]


class NetworkResult(TenantModel):
    """The plants' view of a cycle and its distance to the enterprise view, once per state of the inputs."""

    cycle = Parent(Cycle, related_name="network_results")
    input_hash = models.CharField(max_length=64)
    method_version = models.CharField(max_length=20)
    sites_invited = models.IntegerField()
    sites_submitted = models.IntegerField()
    # Site question -> weighted mean of its levels, where enough plants answered it (METHOD 3): figures of action rules.
    question_means = models.JSONField(default=dict, blank=True)
    figures = models.JSONField(default=dict, blank=True)  # figures over all sites: barriers, decision rights
    weight_basis = models.CharField(max_length=20)
    calculated_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "input_hash", "method_version"], name="network_result_once")
        ]


class NetworkScore(models.Model):
    """The plants' view of one dimension (METHOD 3)."""

    organisation = models.ForeignKey("organisations.Organisation", models.CASCADE, related_name="+")
    network_result = Parent(NetworkResult, related_name="scores")
    dimension = models.CharField(max_length=10)
    score = models.FloatField(null=True)
    equal_mean = models.FloatField(null=True)
    minimum = models.FloatField(null=True)
    maximum = models.FloatField(null=True)
    standard_deviation = models.FloatField(null=True)
    weight_coverage = models.FloatField()
    sites = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["network_result", "dimension"], name="network_score_once")]


class PerceptionGap(models.Model):
    """Enterprise view minus plants' view of one dimension (METHOD 4)."""

    organisation = models.ForeignKey("organisations.Organisation", models.CASCADE, related_name="+")
    network_result = Parent(NetworkResult, related_name="gaps")
    dimension = models.CharField(max_length=10)
    gap = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    enterprise = models.FloatField(null=True)
    plants = models.FloatField(null=True)
    flag = models.CharField(max_length=10)
    sites = models.IntegerField()
    pairs = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["network_result", "dimension"], name="perception_gap_once")]


class PeerGroup(TenantModel):
    """A group of a release that the organisation was compared with, or could switch to: what the gate lets it see.

    Written where a result is scored against the release; the figures themselves stay with the release. The root of both
    trees is the same group and stands here as tree A's.
    """

    release = models.ForeignKey(Release, models.PROTECT)
    tree = models.CharField(max_length=1)
    path = models.CharField(max_length=200)
    depth = models.SmallIntegerField()
    label = models.CharField(max_length=200)  # English, as everything machines read

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "release", "tree", "path"], name="peer_group_once"),
            models.CheckConstraint(condition=~Q(tree="B", depth=0), name="peer_group_one_root"),
        ]

    def __str__(self) -> str:
        return f"{self.tree}:{self.path}"
