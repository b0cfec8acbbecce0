"""Deadline day: 500 plant managers save 25 answers a second for 5 minutes, then all submit within 60 seconds.

The real web server, worker and sweeper run by the commands of `script/server`; the generator shares their two cores. Times
count from the moment a save was due, not from when a thread was free for it, so that a stall is not hidden. Every
acknowledged answer goes into a ledger that is compared with the database at the end. The knee: the rate is raised step by
step until the 95th percentile passes one second. Floor: one transaction of a bare psycopg2 connection that writes the same
row, with the audit trigger of the table.

    bench/deadline_day.py [--managers 500] [--rate 25] [--seconds 300]
"""

import argparse
import http.client
import json
import os
import queue as queues
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import ground
import psycopg2

CSRF = "t" * 32
STEPS = (40, 60, 80, 100, 125, 150, 175, 200, 250, 300)  # saves a second
STEP_SECONDS = 15
FLOOR_RUNS = 300


@dataclass
class Manager:
    """One person with a session, the own survey, and what the server acknowledged: code -> (version, level)."""

    session: str
    survey: str
    acknowledged: dict[str, tuple[int, int]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass
class Outcome:
    """What came of one round of requests: seconds each took, and what went wrong."""

    seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("inf")

    def line(self) -> str:
        p50, p95, worst = (1000 * self.percentile(s) for s in (0.5, 0.95, 1))
        return f"p50 {p50:.0f} ms, p95 {p95:.0f} ms, worst {worst:.0f} ms, {len(self.faults)} failed of {len(self.seconds)}"


class Web:
    """Requests over kept connections, one for each thread."""

    def __init__(self, port: int) -> None:
        self.port, self.mine = port, threading.local()

    def post(self, manager: Manager, path: str, body: dict[str, Any] | None) -> tuple[int, bytes]:
        headers = {
            "Cookie": f"sessionid={manager.session}; csrftoken={CSRF}",
            "X-CSRFToken": CSRF,
            "Content-Type": "application/json" if body else "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        for last in (False, True):
            connection = getattr(self.mine, "connection", None)
            if connection is None:
                connection = self.mine.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                connection.request("POST", path, json.dumps(body) if body else "", headers)
                reply = connection.getresponse()
                return reply.status, reply.read()
            except (OSError, http.client.HTTPException):
                connection.close()
                self.mine.connection = None
                if last:  # once again: the server closes kept connections when it recycles a worker
                    raise
        raise AssertionError


def save(web: Web, manager: Manager, code: str, number: int) -> str:
    """Save one answer on top of the last acknowledged version; returns what went wrong, or nothing."""
    with manager.lock:  # one person types one answer at a time
        version, _level = manager.acknowledged.get(code, (0, 0))
        level = 1 + number % 5
        body = {"status": "level", "level": level, "base_version": version, "client_key": f"{number}"}
        status, reply = web.post(manager, f"/submissions/{manager.survey}/answers/{code}/", body)
        if status != 200:
            return f"{status}: {reply[:200]!r}"
        manager.acknowledged[code] = (json.loads(reply)["version"], level)
    return ""


def submit(web: Web, manager: Manager) -> str:
    status, reply = web.post(manager, f"/submissions/{manager.survey}/submit/", None)
    return "" if status == 302 else f"{status}: {reply[:200]!r}"


def play(due: list[tuple[float, Callable[[], str]]], threads: int) -> Outcome:
    """Start each piece of work at its second (open loop) on a pool of threads; gives the times since they were due."""
    outcome, waiting = Outcome(), queues.SimpleQueue()
    began = time.perf_counter()

    def work() -> None:
        while (entry := waiting.get()) is not None:
            at, act = entry
            try:
                fault = act()
            except (OSError, http.client.HTTPException) as error:
                fault = f"{type(error).__name__}: {error}"
            outcome.seconds.append(time.perf_counter() - began - at)
            if fault:
                outcome.faults.append(fault)

    pool = [threading.Thread(target=work, daemon=True) for _ in range(threads)]
    for thread in pool:
        thread.start()
    for at, act in due:
        time.sleep(max(0.0, at - (time.perf_counter() - began)))
        waiting.put((at, act))
    for _ in pool:
        waiting.put(None)
    for thread in pool:
        thread.join()
    return outcome


def saves(web: Web, managers: list[Manager], codes: list[str], rate: float, seconds: float, first: int) -> Outcome:
    """Everybody in turn saves the next answer, `rate` saves a second."""
    due: list[tuple[float, Callable[[], str]]] = []
    for i in range(int(rate * seconds)):
        number = first + i
        manager, code = managers[number % len(managers)], codes[(number // len(managers)) % len(codes)]
        due.append((i / rate, lambda m=manager, c=code, n=number: save(web, m, c, n)))  # type: ignore[misc]
    return play(due, threads=100)


def people(name: str, count: int) -> tuple[Any, list[Manager]]:
    """An organisation with as many sites, each with a manager who is signed in."""
    from django.test import Client

    from opmodel.organisations.permissions import Role
    from tests import build

    world = build.world(name, sites=count)
    managers = []
    for i, submission in enumerate(world.submissions[1:]):
        member = build.member(world.organisation, Role.PLANT_MANAGER, [submission.site], f"m{i}@{name.lower()}.example")
        client = Client()
        client.force_login(member.user)
        session = client.session
        session["organisation"] = world.organisation.pk
        session.save()
        managers.append(Manager(session.session_key or "", submission.public_id))
    return world, managers


@contextmanager
def served() -> Iterator[int]:
    """Web server, worker and sweeper as `script/server` starts them; gives the port."""
    from opmodel.serve import COMMANDS

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = os.environ | {"PORT": str(port)}
    running = [subprocess.Popen([sys.executable, *c], cwd=ground.ROOT, env=env) for c in COMMANDS.values()]
    try:
        for _ in range(300):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=30)


def lost(world: Any, managers: list[Manager]) -> int:
    """Acknowledged answers that the database does not hold as they were acknowledged."""
    from assessments.models import Answer

    with world.inside():
        rows = Answer.objects.filter(submission__cycle=world.cycle).values_list(
            "submission__public_id", "question__code", "version", "level"
        )
        stored = {(survey, code): (version, level) for survey, code, version, level in rows}
    told = {(m.survey, code): answer for m in managers for code, answer in m.acknowledged.items()}
    return sum(stored.get(key) != answer for key, answer in told.items()) + len(stored.keys() - told.keys())


def scored(world: Any) -> int:
    from assessments.models import Result

    with world.inside():
        return int(Result.objects.filter(submission__cycle=world.cycle).values("submission_id").distinct().count())


def floor(world: Any) -> float:
    """Median seconds of a bare transaction that writes one of the rows."""
    owner = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    times = []
    with owner, owner.cursor() as cursor:
        cursor.execute("SELECT set_config('app.organisation', %s, true)", [str(world.organisation.pk)])
        cursor.execute("SELECT min(id) FROM assessments_answer")
        (row,) = cursor.fetchone()
    for i in range(FLOOR_RUNS):
        started = time.perf_counter()
        with owner, owner.cursor() as cursor:
            cursor.execute("SELECT set_config('app.organisation', %s, true)", [str(world.organisation.pk)])
            cursor.execute(
                "UPDATE assessments_answer SET level = %s, version = version + 1 WHERE id = %s", [1 + i % 5, row]
            )
            assert cursor.rowcount == 1
        times.append(time.perf_counter() - started)
    owner.close()
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--managers", type=int, default=500)
    parser.add_argument("--rate", type=float, default=25)
    parser.add_argument("--seconds", type=float, default=300)
    asked = parser.parse_args()
    with ground.ready(static=True):
        from assessments import publishing
        from assessments.catalogue import SITE

        world, managers = people("Deadline", asked.managers)
        others, crowd = people("Knee", 200)
        codes = [q.code for q in publishing.catalogue(world.cycle.questionnaire_id).questions_of(SITE)]
        with served() as port:
            web = Web(port)
            saves(web, crowd, codes, 20, 3, 0)  # everything is loaded once
            answered = saves(web, managers, codes, asked.rate, asked.seconds, 0)
            print(
                f"{asked.managers} managers, {asked.rate:g} saves a second for {asked.seconds:g} s: {answered.line()}"
            )
            due = [(60 * i / len(managers), lambda m=m: submit(web, m)) for i, m in enumerate(managers)]
            began = time.perf_counter()
            submitted = play(due, threads=100)  # type: ignore[arg-type]
            print(f"all submit within 60 s: {submitted.line()}")
            while scored(world) < len(managers) and time.perf_counter() - began < 660:
                time.sleep(1)
            print(
                f"scored {scored(world)} of {len(managers)}, {time.perf_counter() - began:.0f} s after the first submit"
            )
            print(
                f"acknowledged answers lost or changed: {lost(world, managers)} of {sum(len(m.acknowledged) for m in managers)}"
            )
            knee, number = 0.0, 100_000
            for rate in STEPS:
                step = saves(web, crowd, codes, rate, STEP_SECONDS, number)
                number += int(rate * STEP_SECONDS)
                print(f"  {rate} saves a second for {STEP_SECONDS} s: {step.line()}")
                if step.percentile(0.95) > 1 or step.faults:
                    break
                knee = rate
            print(f"knee: p95 stays under 1 s up to {knee:g} saves a second; lost: {lost(others, crowd)}")
            alone = Outcome()
            for i in range(60):
                started = time.perf_counter()
                assert save(web, crowd[0], codes[0], i) == ""
                alone.seconds.append(time.perf_counter() - started)
        bare = floor(others)
    one = alone.percentile(0.5)
    print(f"one save alone {1000 * one:.1f} ms, bare transaction {1000 * bare:.2f} ms, ratio {one / bare:.1f}")
    print(f"knee against one connection of bare transactions ({1 / bare:.0f} a second): {knee * bare:.3f}")
    for fault in [*answered.faults, *submitted.faults][:5]:
        print("fault:", fault)


if __name__ == "__main__":
    main()
