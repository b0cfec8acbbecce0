"""Handing in: the submit and the scoring it asks for."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from assessments import item_words, selectors
from assessments.catalogue import Item
from assessments.items import matrices
from assessments.models import Answer, Submission
from assessments.workflow import letters
from assessments.workflow.answers import lock_open, not_yours
from assessments.workflow.refusals import Refused
from opmodel.jobs import queue
from opmodel.jobs.models import Job
from opmodel.organisations import clock
from opmodel.organisations.models import Member


@transaction.atomic
def submit(*, by: Member, submission: Submission) -> Submission:
    """Hand in a submission and queue its scoring with the same commit; raises Refused, also on a second time."""
    locked, granted = lock_open(by, submission)
    if not granted.writes_all:
        raise not_yours()
    if not Answer.objects.filter(submission=locked, status="level").exists():
        raise Refused(_("Nothing is answered yet: choose a level for at least one question before you submit."))
    targets = {item.code: selectors.item_data([locked], item.code).get(locked.pk, {}) for item in _with_targets(locked)}
    if late := late_targets(by, locked, targets):
        raise Refused(late[0], errors=[("", sentence) for sentence in late])
    locked.state = Submission.State.SUBMITTED
    locked.revision += 1
    locked.submitted_by_id = by.user_id
    Submission.objects.filter(pk=locked.pk).update(
        state=locked.state, revision=locked.revision, submitted_at=Now(), submitted_by_id=by.user_id
    )
    enqueue_scoring(locked, by=by.user_id)
    if locked.revision > 1:
        letters.resubmitted(by, locked)
    return locked


def late_targets(by: Member, submission: Submission, data_by_item: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Sentences about targets whose day has passed since they were set: days count from that of the submission."""
    catalogue, today = selectors.catalogue_of(submission), clock.local(submission.db_now, by.organisation).date()
    return [
        item_words.sentence(fault, item, catalogue)
        for item in _with_targets(submission)
        for fault in matrices.passed(data_by_item.get(item.code) or {}, today)
    ]


def _with_targets(submission: Submission) -> list[Item]:
    items = selectors.catalogue_of(submission).items_of(submission.view)
    return [item for item in items if item.type == "matrix_target"]


def enqueue_scoring(submission: Submission, *, by: int | None) -> Job:
    """One scoring job per revision of a submission."""
    return queue.enqueue(
        "score",
        key=selectors.scoring_key(submission),
        payload={"submission": submission.pk},
        organisation_id=submission.organisation_id,
        by=by,
    )
