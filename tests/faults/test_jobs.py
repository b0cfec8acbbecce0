"""TRUST C: whatever is killed, a submit that was acknowledged is scored once. Real workers, sweeper, web server, Redis.

Scoring is held up in its middle by a lock of the test, so that a kill always hits it there.
"""

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from tests.faults.processes import descendants, until, with_patience
from tests.faults.servers import Server
from tests.faults.stage import Stage, World, kill_tree, set_stage

pytestmark = pytest.mark.faults
WORLDS = 24


@pytest.fixture(scope="module")
def whole_stage(installation: Server) -> Iterator[Stage]:
    with set_stage(installation, WORLDS) as made:
        yield made


@pytest.fixture
def stage(whole_stage: Stage) -> Iterator[Stage]:
    yield whole_stage
    whole_stage.tidy()


@pytest.fixture(scope="module")
def undisturbed(whole_stage: Stage) -> list[tuple]:
    """The scores of the equal answers when nothing goes wrong: bell, worker, result."""
    world = whole_stage.worlds.pop()
    with whole_stage.worker():
        whole_stage.submit(world)
        until(lambda: whole_stage.scored(world), "scored by the bell alone")
        until(
            lambda: whole_stage.rows("SELECT 1 FROM jobs_job WHERE kind = 'network' AND state = 'done'"), "network done"
        )
    assert whole_stage.jobs(world) == [("done", 1, "")]
    found = whole_stage.scores(world)
    assert len(found) >= 32
    assert len({row[1:] for row in found}) > 10  # numbers that differ, and positions among peers
    assert any(row[5] for row in found)
    return found


def assert_scored_once(stage: Stage, world: World, undisturbed: list[tuple], attempts: int) -> None:
    assert stage.jobs(world) == [("done", attempts, "")]
    assert stage.revision(world) == ("submitted", 1)
    assert stage.results(world) == 1
    assert stage.scores(world) == undisturbed


@pytest.mark.parametrize("victim", ["tree", "child"])
def test_kill_9_in_mid_score(stage: Stage, undisturbed: list[tuple], victim: str):
    world = stage.worlds.pop()
    with stage.worker() as worker:
        with stage.held_up():
            stage.submit(world)
            until(lambda: stage.blocked("worker"), "a worker is in the middle of scoring")
            assert stage.jobs(world) == [("running", 1, "")]
            children = descendants(worker.pid)
            if victim == "tree":
                kill_tree(worker)
            else:
                for child in children:
                    with_patience(child.pid, signal.SIGKILL)
                until(lambda: not [p for p in children if p.alive()], "the pool's processes are gone")
        if victim == "child":
            until(lambda: descendants(worker.pid), "the worker has new children")
            assert worker.poll() is None
        began = time.monotonic()
        with stage.sweeper():
            until(lambda: stage.scored(world), "scored after the kill", 120)
        print(f"\nscored {time.monotonic() - began:.1f} s after the restart")  # noqa: T201
    assert_scored_once(stage, world, undisturbed, attempts=2)


def test_the_lease_of_a_worker_that_is_only_slow(stage: Stage, undisturbed: list[tuple]):
    """Two attempts at the same moment: one result, and the late one changes nothing."""
    world = stage.worlds.pop()
    with stage.worker(), stage.sweeper():
        with stage.held_up():
            stage.submit(world)
            until(lambda: stage.blocked("worker") and stage.blocked("sweeper"), "both are in the middle of scoring")
            assert stage.jobs(world) == [("running", 2, "")]
        until(lambda: stage.scored(world), "scored")
        until(lambda: not stage.rows("SELECT 1 FROM jobs_job WHERE state IN ('queued', 'running')"), "all is done")
    assert_scored_once(stage, world, undisturbed, attempts=2)


@pytest.mark.parametrize("fault", ["stopped", "killed"])
def test_redis_is_down_when_people_submit(stage: Stage, undisturbed: list[tuple], fault: str):
    warm, world, later = stage.worlds.pop(), stage.worlds.pop(), stage.worlds.pop()
    usual = stage.submit(warm)
    assert stage.rung() == 1
    redis = stage.redis_process()
    os.kill(redis.pid, signal.SIGSTOP if fault == "stopped" else signal.SIGKILL)
    try:
        seconds = stage.submit(world)
        print(f"\nsubmit took {seconds:.2f} s, usually {usual:.2f} s")  # noqa: T201
        assert seconds < usual + 1
        cold = stage.ring_from_a_new_process()  # one that has never reached Redis, as each web process begins
        print(f"a first bell took {cold:.2f} s")  # noqa: T201
        assert cold < 1
        assert stage.jobs(world) == [("queued", 0, "")]
        for path in ("/healthz", "/readyz", "/", f"/submissions/{world.public_id}/status/", "/accounts/logout/"):
            assert stage.request(world, "GET", path)[0] in (200, 302)
        with stage.sweeper():
            until(lambda: stage.scored(world), "scored by the sweeper alone")
        assert_scored_once(stage, world, undisturbed, attempts=1)
    finally:
        if fault == "stopped":
            os.kill(redis.pid, signal.SIGCONT)
        else:
            until(lambda: not redis.alive(), "Redis is gone")
            stage.start_redis()
    # Redis is back: the same web server rings again, and without the sweeper.
    with stage.worker():
        stage.submit(later)
        until(lambda: stage.scored(later), "scored by the bell alone")
    assert_scored_once(stage, later, undisturbed, attempts=1)


def test_a_worker_finds_redis_again(stage: Stage, undisturbed: list[tuple]):
    world = stage.worlds.pop()
    with stage.worker():
        redis = stage.redis_process()
        os.kill(redis.pid, signal.SIGKILL)
        until(lambda: not redis.alive(), "Redis is gone")
        stage.start_redis()
        until(stage.listeners, "the worker listens again")
        stage.submit(world)
        until(lambda: stage.scored(world), "scored by the bell alone")
    assert_scored_once(stage, world, undisturbed, attempts=1)


def test_flushall_loses_every_bell_and_no_job(stage: Stage, undisturbed: list[tuple]):
    """With its control: while the sweeper is off nobody scores, so it is the sweeper that keeps the promise."""
    world = stage.worlds.pop()
    stage.submit(world)
    assert stage.rung() == 1
    with stage.redis() as redis:
        redis.flushall()
    with stage.worker():
        quiet = time.monotonic() + 5
        while time.monotonic() < quiet:
            assert stage.jobs(world) == [("queued", 0, "")]
            time.sleep(0.5)
        with stage.sweeper():
            until(lambda: stage.scored(world), "scored by the sweeper", 30)
    assert_scored_once(stage, world, undisturbed, attempts=1)


def test_poison_fails_visibly_and_others_proceed(stage: Stage, undisturbed: list[tuple]):
    bad, good = stage.worlds.pop(), stage.worlds.pop()
    stage.insert_job("nonsense", "poison-kind", {}, None)
    stage.insert_job("score", f"{bad.submission}:1", {"nothing": "in it"}, bad.organisation)
    stage.insert_job("score", "poison-gone", {"submission": 0}, bad.organisation)
    keys = ["poison-kind", f"{bad.submission}:1", "poison-gone"]
    with stage.worker(), stage.sweeper() as sweeper:
        stage.submit(good)
        until(lambda: stage.scored(good), "the good one is scored")
        until(lambda: all(stage.job(key)[0] == "failed" for key in keys), "every poisonous one has failed")
        assert sweeper.poll() is None
    assert_scored_once(stage, good, undisturbed, attempts=1)
    assert [stage.job(key)[1] for key in keys] == [3, 3, 1]  # the last one says itself that it cannot be helped
    assert [stage.job(key)[2] for key in keys] == [
        "KeyError: 'nonsense'",
        "KeyError: 'submission'",
        "The submission no longer exists.",
    ]
    stage.submit(bad)  # its job exists already, and has failed: people are told so
    status, page, _seconds = stage.request(bad, "GET", f"/submissions/{bad.public_id}/status/")
    assert status == 200
    assert "KeyError" in page
    assert stage.results(bad) == 0


def test_a_job_that_kills_three_workers_is_given_up(stage: Stage, undisturbed: list[tuple]):
    bad, good = stage.worlds.pop(), stage.worlds.pop()
    with stage.sweeper(JOB_LEASE_SECONDS="1") as sweeper:
        with stage.held_up():
            stage.submit(bad)
            for attempt in (1, 2, 3):
                until(
                    lambda n=attempt: stage.jobs(bad)[0][:2] == ("running", n) and stage.blocked("sweeper"), "it runs"
                )
                for child in descendants(sweeper.pid):
                    with_patience(child.pid, signal.SIGKILL)
                until(lambda: not descendants(sweeper.pid), "its process is gone")
                # The server's side of the killed one waits for the lock still and must not count as the next.
                stage.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            until(lambda: stage.jobs(bad)[0][0] == "failed", "it is given up")
        stage.submit(good)
        until(lambda: stage.scored(good), "the next one is scored by the same sweeper")
        assert sweeper.poll() is None
    assert stage.jobs(bad) == [("failed", 3, "")]
    assert stage.results(bad) == 0
    assert_scored_once(stage, good, undisturbed, attempts=1)


def test_twenty_submits_at_once_are_one(stage: Stage, undisturbed: list[tuple]):
    world = stage.worlds.pop()
    together = threading.Barrier(20)
    replies: list[int] = []

    def submit() -> None:
        together.wait()
        replies.append(stage.request(world, "POST", f"/submissions/{world.public_id}/submit/")[0])

    threads = [threading.Thread(target=submit) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(replies) == [302] + [409] * 19
    assert stage.rung() == 1
    with stage.worker(), stage.sweeper():
        until(lambda: stage.scored(world), "scored")
    assert_scored_once(stage, world, undisturbed, attempts=1)


def test_a_save_that_meets_the_closing_of_its_cycle_is_refused(stage: Stage):
    """The save begins while the cycle is open and waits for the closing; then it must see it closed."""
    world = stage.worlds.pop()
    answer = "SELECT a.version FROM assessments_answer a JOIN assessments_question q ON q.id = a.question_id WHERE a.submission_id = %s AND q.code = 'E-CAP1-1'"  # fmt: skip
    before = stage.rows(answer, world.submission)[0][0]
    body = {"status": "level", "level": 5, "base_version": before, "client_key": "late"}
    url = f"/submissions/{world.public_id}/answers/E-CAP1-1/"
    closing = stage.held.connect()
    closing.autocommit = False
    replies: list[tuple[int, str, float]] = []
    try:
        with closing.cursor() as cursor:
            cursor.execute("UPDATE assessments_cycle SET state = 'closed' WHERE id = (SELECT cycle_id FROM assessments_submission WHERE id = %s)", [world.submission])  # fmt: skip
        saver = threading.Thread(target=lambda: replies.append(stage.request(world, "POST", url, body)))
        saver.start()
        until(lambda: stage.blocked(), "the save waits for the closing")
        closing.commit()
        saver.join(20)
    finally:
        closing.close()
    assert replies[0][0] == 409
    assert "closed on" in replies[0][1]
    assert stage.rows(answer, world.submission)[0][0] == before


def test_worker_and_sweeper_outlive_a_crash_of_postgresql(stage: Stage, undisturbed: list[tuple]):
    first, second = stage.worlds.pop(), stage.worlds.pop()
    with stage.worker() as worker, stage.sweeper() as sweeper:
        stage.submit(first)
        until(lambda: stage.scored(first), "scored before")
        crash = next(p for p in descendants(stage.held.process.pid) if "checkpointer" in p.command)
        os.kill(crash.pid, signal.SIGKILL)  # PostgreSQL ends every connection and recovers from its log
        until(lambda: not crash.alive(), "it crashed")
        until(lambda: stage.request(second, "GET", "/readyz")[0] == 200, "the site is ready again")
        stage.submit(second)
        until(lambda: stage.scored(second), "scored after")
        assert worker.poll() is None
        assert sweeper.poll() is None
    assert_scored_once(stage, first, undisturbed, attempts=1)
    assert stage.results(second) == 1
    assert stage.scores(second) == undisturbed
