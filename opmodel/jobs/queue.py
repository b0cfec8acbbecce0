"""Put a job into the table, ring the bell, run what is due. Times are the database's, never the worker's."""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from opmodel.jobs.models import Job

log = logging.getLogger(__name__)

Handler = Callable[[Job], None]
HANDLERS: dict[str, Handler] = {}
DUTIES: dict[str, int] = {}  # kind -> seconds of its period


class GiveUp(Exception):
    """A handler raises this when another attempt cannot help; its text is shown to people."""


class TryLater(Exception):
    """A handler raises this when another attempt helps only after a while; its text is shown if none did."""

    def __init__(self, message: str, *, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does the jobs of one kind; it must return early when its result exists."""

    def register(function: Handler) -> Handler:
        HANDLERS[kind] = function
        return function

    return register


def duty(kind: str, *, every: int) -> Callable[[Handler], Handler]:
    """Register a handler that runs once in each period of `every` seconds, however many sweepers there are."""
    DUTIES[kind] = every
    return handler(kind)


@contextmanager
def every_job() -> Iterator[Any]:
    """A transaction that sees the job rows of all organisations, and nothing else of theirs."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.scope', 'jobs', true)")
        yield cursor
        cursor.execute("SELECT set_config('app.scope', '', true)")


def enqueue(kind: str, *, key: str, payload: dict[str, Any], organisation_id: int | None, by: int | None) -> Job:
    """Insert the job with the caller's transaction and ring the bell after its commit; the same key gives the same job."""
    job, created = Job.objects.get_or_create(
        kind=kind,
        key=key,
        defaults={"payload": payload, "organisation_id": organisation_id, "requested_by": by},
    )
    if created:
        transaction.on_commit(lambda: ring(job.pk))
    return job


def enqueue_many(
    kind: str, payloads: Mapping[str, dict[str, Any]], *, organisation_id: int | None, by: int | None
) -> list[Job]:
    """`enqueue` for many jobs (key -> payload) in two statements; keys that exist are left alone. Gives all of them."""
    rows = [
        Job(kind=kind, key=key, payload=payload, organisation_id=organisation_id, requested_by=by)
        for key, payload in payloads.items()
    ]
    Job.objects.bulk_create(rows, ignore_conflicts=True)
    jobs = list(Job.objects.filter(kind=kind, key__in=list(payloads)).order_by("pk"))
    waiting = [job.pk for job in jobs if job.state == Job.State.QUEUED]
    transaction.on_commit(lambda: ring_all(waiting))
    return jobs


def call_duties() -> None:
    """Put the duties of the current period into the job table; the period is the key, so each is there once.

    No bell: the sweeper that calls this does them itself.
    """
    with every_job() as cursor:
        for kind, every in DUTIES.items():
            cursor.execute("SELECT floor(extract(epoch FROM clock_timestamp()) / %s)::bigint", [every])
            Job.objects.get_or_create(kind=kind, key=f"{every}:{cursor.fetchone()[0]}")


def ring_all(job_ids: list[int]) -> None:
    """Ring for each; a bell that fails once is not tried again, for each try may wait half a second."""
    for job_id in job_ids:
        if not ring(job_id):
            return


def ring(job_id: int) -> bool:
    """Tell a worker, and whether that went well; when Redis is down the sweeper finds the row all the same."""
    from opmodel.jobs.tasks import run_job

    try:
        run_job.apply_async(args=[job_id], retry=False, ignore_result=True)
    except Exception as error:  # any broker fault: the row is safe, so the person waiting must not see it
        log.warning("doorbell failed for job %s: %s", job_id, error)
        return False
    return True


CLAIM = """
UPDATE jobs_job SET state = 'running', attempts = attempts + 1, progress = 5,
       lease_until = clock_timestamp() + make_interval(secs => %s)
 WHERE id = (SELECT id FROM jobs_job
              WHERE (%s::bigint IS NULL OR id = %s) AND attempts < 3
                AND ((state = 'queued' AND due_at <= clock_timestamp())
                  OR (state = 'running' AND lease_until < clock_timestamp()))
              ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""
BURY = """
UPDATE jobs_job SET state = 'failed', finished_at = clock_timestamp(), lease_until = NULL
 WHERE state = 'running' AND lease_until < clock_timestamp() AND attempts >= 3
"""


def run(job_id: int | None = None) -> int | None:
    """Claim one due job (a given one, or the oldest) and do it; returns its id, or None when nothing is due."""
    with every_job() as cursor:
        cursor.execute(CLAIM, [settings.JOB_LEASE_SECONDS, job_id, job_id])
        row = cursor.fetchone()
        job = Job.objects.get(pk=row[0]) if row else None
    if job is None:
        return None
    try:
        HANDLERS[job.kind](job)
    except Exception as error:
        log.exception("job %s (%s, attempt %s) failed", job.pk, job.kind, job.attempts)
        final = isinstance(error, GiveUp) or job.attempts >= Job.MAX_ATTEMPTS
        text = str(error) if isinstance(error, GiveUp | TryLater) else f"{type(error).__name__}: {error}"
        wait = error.seconds if isinstance(error, TryLater) else 2 * job.attempts
        _close(job, "failed" if final else "queued", error=text, wait=wait)
    else:
        _close(job, "done")
    return job.pk


def _close(job: Job, state: str, error: str = "", wait: int = 0) -> None:
    with every_job() as cursor:
        # attempts is the fencing token: whoever lost the lease to a later attempt changes nothing.
        cursor.execute(
            "UPDATE jobs_job SET state = %s, error = %s, lease_until = NULL,"
            " progress = CASE WHEN %s = 'done' THEN 100 ELSE 0 END,"
            " due_at = clock_timestamp() + make_interval(secs => %s),"
            " finished_at = CASE WHEN %s = 'queued' THEN NULL ELSE clock_timestamp() END"
            " WHERE id = %s AND attempts = %s AND state = 'running'",
            [state, error[:2000], state, 0 if state != "queued" else wait, state, job.pk, job.attempts],
        )


def report(job: Job, percent: int | None = None) -> None:
    """Show progress and renew the lease; call it between the transactions of a long job."""
    with every_job() as cursor:
        cursor.execute(
            "UPDATE jobs_job SET progress = COALESCE(%s, progress), lease_until = clock_timestamp() + make_interval(secs => %s)"
            " WHERE id = %s AND attempts = %s AND state = 'running'",
            [percent, settings.JOB_LEASE_SECONDS, job.pk, job.attempts],
        )


LONGEST = 3600  # seconds a lease is renewed for work that may hang


@contextmanager
def keeping(job: Job) -> Iterator[None]:
    """Renew the lease while one long transaction is at work: what it reports itself nobody sees before its end.

    By a thread with a connection of its own; a process that is killed or stopped renews nothing.
    """
    ended = threading.Event()
    every = settings.JOB_LEASE_SECONDS / 3

    def renew() -> None:
        try:
            for _turn in range(round(LONGEST / every)):
                if ended.wait(every):
                    return
                try:
                    report(job)
                except DatabaseError as error:
                    log.warning("the lease of job %s was not renewed: %s", job.pk, error)
        finally:
            connection.close()

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def due() -> bool:
    """Whether anything waits longer than a worker would need to hear the bell, or lost its worker."""
    with every_job() as cursor:
        cursor.execute(BURY)
        cursor.execute(
            "SELECT EXISTS (SELECT FROM jobs_job WHERE attempts < 3 AND ("
            " (state = 'queued' AND due_at < clock_timestamp() - interval '1 second')"
            " OR (state = 'running' AND lease_until < clock_timestamp())))"
        )
        return bool(cursor.fetchone()[0])


def drain(limit: int = 1000) -> int:
    """Run due jobs until none is left; returns how many."""
    done = 0
    while done < limit and run() is not None:
        done += 1
    return done
