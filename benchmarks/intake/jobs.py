"""The background half: files are read by a worker, never by the web."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from benchmarks.intake import cards
from benchmarks.intake.steps import STEPS
from benchmarks.models import Import
from opmodel.jobs import queue
from opmodel.jobs.models import Job
from opmodel.organisations import clock
from opmodel.organisations.tenancy import for_installation

KEPT = timedelta(days=1)
WAITING = (Import.State.CHECKING, Import.State.NAMING, Import.State.READY)


@queue.handler(STEPS[Import.State.CHECKING])
def check(job: Job) -> None:
    _do(job, cards.check)


@queue.handler(STEPS[Import.State.APPLYING])
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
