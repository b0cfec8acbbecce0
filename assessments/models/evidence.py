"""What shows that an answer is true: a file or a link, with its grade, used by as many answers as it supports."""

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.models.questionnaires import Question
from assessments.models.submissions import Submission
from opmodel.files.models import StoredFile
from opmodel.organisations.models import Site, User
from opmodel.organisations.tenancy import Parent, TenantModel, audited

DOWNLOAD = "download"


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), pghistory.ManualEvent(DOWNLOAD)
)
class Evidence(TenantModel):
    """One piece of evidence of a site, or of the enterprise (no site)."""

    class Grade(models.TextChoices):
        A = "A", _("system record or audit")
        B = "B", _("document or photograph")
        C = "C", _("statement only")

    site = Parent(Site, null=True, blank=True)
    title = models.CharField(_("title"), max_length=200)
    grade = models.CharField(_("grade"), max_length=1, choices=Grade.choices)
    url = models.URLField(_("link"), max_length=500, blank=True, default="")
    file = Parent(StoredFile, models.PROTECT, null=True, blank=True, related_name="+")
    added_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(url="", file__isnull=False) | (~Q(url="") & Q(file__isnull=True)),
                name="evidence_is_a_file_or_a_link",
            ),
            models.CheckConstraint(condition=Q(grade__in=["A", "B", "C"]), name="evidence_grade"),
            models.CheckConstraint(condition=~Q(title=""), name="evidence_titled"),
        ]

    def __str__(self) -> str:
        return self.title


@audited
class AnswerEvidence(TenantModel):
    """A piece of evidence that supports the answer to one question; it may be there before the answer is."""

    submission = Parent(Submission)
    question = models.ForeignKey(Question, models.PROTECT)
    evidence = Parent(Evidence)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "question", "evidence"], name="answer_evidence_once")
        ]
