"""Which job works on a file in which state, and how far it is."""

from collections.abc import Sequence
from functools import reduce
from operator import or_

from django.db.models import Q

from benchmarks.models import Import
from opmodel.jobs import queue
from opmodel.jobs.models import Job
from opmodel.keys import new_public_id

STEPS = {Import.State.CHECKING: "benchmark_check", Import.State.APPLYING: "benchmark_apply"}


def order(card: Import, *, by: int) -> None:
    """Have the step done that the state of a file asks for."""
    key, payload = f"{card.public_id}:{new_public_id()}", {"import": card.pk}
    with queue.every_job():
        queue.enqueue(STEPS[Import.State(card.state)], key=key, payload=payload, organisation_id=None, by=by)


def last_jobs(cards: Sequence[Import]) -> dict[int, Job]:
    """The last job about each of the files that are being worked on."""
    busy = {card.public_id: card.pk for card in cards if card.state in STEPS}
    if not busy:
        return {}
    keys = reduce(or_, (Q(key__startswith=f"{public_id}:") for public_id in busy))
    with queue.every_job():
        jobs = Job.objects.filter(keys, kind__in=STEPS.values()).order_by("pk")
        return {busy[job.key.partition(":")[0]]: job for job in jobs}


def stopped(cards: Sequence[Import]) -> set[int]:
    """Which of these files wait for a job that failed for good."""
    return {pk for pk, job in last_jobs(cards).items() if job.state == Job.State.FAILED}
