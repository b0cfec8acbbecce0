"""Handing in: the submit and the scoring it asks for."""

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from assessments import selectors
from assessments.models import Answer, Submission
from assessments.workflow import letters
from assessments.workflow.answers import lock_open, not_yours
from assessments.workflow.refusals import Refused
from opmodel.jobs import queue
from opmodel.jobs.models import Job
from opmodel.organisations.models import Member


@transaction.atomic
def submit(*, by: Member, submission: Submission) -> Submission:
    """Hand in a submission and queue its scoring with the same commit; raises Refused, also on a second time."""
    locked, granted = lock_open(by, submission)
    if not granted.writes_all:
        raise not_yours()
    if not Answer.objects.filter(submission=locked, status="level").exists():
        raise Refused(_("Nothing is answered yet: choose a level for at least one question before you submit."))
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


def enqueue_scoring(submission: Submission, *, by: int | None) -> Job:
    """One scoring job per revision of a submission."""
    return queue.enqueue(
        "score",
        key=selectors.scoring_key(submission),
        payload={"submission": submission.pk},
        organisation_id=submission.organisation_id,
        by=by,
    )
