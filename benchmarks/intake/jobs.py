"""The background half: files are read by a worker, never by the web."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from benchmarks.intake import cards
from benchmarks.models import Import
from opmodel.jobs import queue
from opmodel.jobs.models import Job
from opmodel.organisations import clock
from opmodel.organisations.tenancy import for_installation

KEPT = timedelta(days=1)
WAITING = (Import.State.CHECKING, Import.State.NAMING, Import.State.READY)


@queue.handler("benchmark_check")
def check(job: Job) -> None:
    _do(job, cards.check)


@queue.handler("benchmark_apply")
def apply(job: Job) -> None:
    _do(job, cards.apply)


@queue.duty("benchmark_uploads", every=3600)
def forget(job: Job) -> None:
    """Files wait for a decision: what is neither confirmed nor cancelled within a day goes."""
    for card in Import.objects.filter(state__in=WAITING, created_at__lt=clock.now() - KEPT):
        with for_installation(None):
            cards.cancel(by=None, card=card)


def _do(job: Job, step: Callable[..., None]) -> None:
    card = Import.objects.select_related("dataset").filter(pk=job.payload["import"]).first()
    if card is not None:
        with queue.keeping(job):  # a million records take half a minute to compare and to write
            step(card=card, progress=partial(_show, job))


def _show(job: Job, share: float) -> None:
    # The rest is the comparison and the write.
    queue.report(job, 5 + round(75 * min(share, 1)))


def job_of(card: Import) -> Job | None:
    """The last job about an import."""
    with queue.every_job():
        return Job.objects.filter(kind__startswith="benchmark_", key__startswith=f"{card.public_id}:").last()
