"""The lease of a job whose handler is one long transaction."""

import threading
import time

import pytest
from django.db import DatabaseError, connection, transaction

from opmodel.jobs import queue
from opmodel.jobs.models import Job


@pytest.fixture
def job(committed, settings) -> Job:
    """A job that is being done, with a lease of 0.6 seconds."""
    settings.JOB_LEASE_SECONDS = 0.6
    with queue.every_job():
        made = Job.objects.create(kind="test", key=f"lease {time.time()}", state="running", attempts=1, progress=5)
    queue.report(made, 40)
    yield made
    with queue.every_job():
        Job.objects.filter(pk=made.pk).update(state="done", lease_until=None)


def seen_by_others(job: Job) -> tuple[bool, int]:
    """Whether the lease holds, and the progress, as another process sees them."""
    found = []

    def look() -> None:
        with queue.every_job() as cursor:
            cursor.execute("SELECT lease_until > clock_timestamp(), progress FROM jobs_job WHERE id = %s", [job.pk])
            found.append(cursor.fetchone())
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    return found[0]


def test_a_lease_is_kept_while_one_long_transaction_is_at_work(job):
    with queue.keeping(job), transaction.atomic():
        time.sleep(1.2)
        assert seen_by_others(job) == (True, 40)
    time.sleep(0.7)
    assert seen_by_others(job) == (False, 40)  # nobody renews it any more


def test_without_it_the_lease_ends(job):
    with transaction.atomic():
        time.sleep(0.7)
        assert seen_by_others(job) == (False, 40)


def test_a_renewal_that_fails_does_no_harm(job, monkeypatch):
    tried = []

    def fail(job: Job, percent: int | None = None) -> None:
        tried.append(job.pk)
        raise DatabaseError("gone")

    monkeypatch.setattr(queue, "report", fail)
    with queue.keeping(job):
        time.sleep(0.5)
    assert len(tried) >= 2
