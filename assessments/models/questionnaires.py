"""The published content as rows: stable keys for answers, filters and BI; the maths reads `document`."""

from django.db import models
from django.db.models.functions import Now

from opmodel.keys import new_public_id


class Questionnaire(models.Model):
    """One version of the instrument; immutable once published (trigger)."""

    public_id = models.CharField(max_length=20, unique=True, default=new_public_id, editable=False)
    version = models.CharField(max_length=20, unique=True)
    content_hash = models.CharField(max_length=64)
    document = models.JSONField()
    published_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return self.version


class ContentRow(models.Model):
    """What every row of the content has: its version, its readable code, its place in the order."""

    questionnaire = models.ForeignKey(Questionnaire, models.CASCADE)
    code = models.CharField(max_length=20)
    order = models.SmallIntegerField()

    class Meta:
        abstract = True
        ordering = ["order"]

    def __str__(self) -> str:
        return self.code


class Component(ContentRow):
    name = models.CharField(max_length=80)

    class Meta(ContentRow.Meta):
        constraints = [models.UniqueConstraint(fields=["questionnaire", "code"], name="component_code_once")]


class Dimension(ContentRow):
    component = models.ForeignKey(Component, models.CASCADE)
    name = models.CharField(max_length=120)

    class Meta(ContentRow.Meta):
        constraints = [models.UniqueConstraint(fields=["questionnaire", "code"], name="dimension_code_once")]


class Measure(ContentRow):
    """What a score is of: a dimension, a component, or all of it; `order` is its place in every list of measures."""

    kind = models.CharField(max_length=10)
    name = models.CharField(max_length=120)
    component = models.ForeignKey(Component, models.CASCADE, null=True, blank=True)
    dimension = models.ForeignKey(Dimension, models.CASCADE, null=True, blank=True)

    class Meta(ContentRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "code"], name="measure_code_once"),
            models.CheckConstraint(
                condition=models.Q(kind="dimension", component__isnull=False, dimension__isnull=False)
                | models.Q(kind="component", component__isnull=False, dimension__isnull=True)
                | models.Q(kind="overall", component__isnull=True, dimension__isnull=True),
                name="measure_kind_fits",
            ),
        ]


class Question(ContentRow):
    """A scale question, or one of the other items (`type` other than scale5, no dimension)."""

    view = models.CharField(max_length=10)
    type = models.CharField(max_length=20)
    dimension = models.ForeignKey(Dimension, models.CASCADE, null=True, blank=True)
    text = models.CharField(max_length=300)

    class Meta(ContentRow.Meta):
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "code"], name="question_code_once"),
            models.CheckConstraint(condition=models.Q(view__in=["enterprise", "site"]), name="question_view_known"),
            models.CheckConstraint(
                condition=models.Q(type="scale5", dimension__isnull=False) | ~models.Q(type="scale5"),
                name="question_scale_has_dimension",
            ),
        ]


class Action(ContentRow):
    title = models.CharField(max_length=200)

    class Meta(ContentRow.Meta):
        constraints = [models.UniqueConstraint(fields=["questionnaire", "code"], name="action_code_once")]
