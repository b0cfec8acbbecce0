"""The real web server, worker and sweeper on services of their own, and a look into their database."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from kombu.utils.url import url_to_parts
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from opmodel import embedded, serve
from tests.faults.processes import Held, Process, descendants, hold, until, with_patience
from tests.faults.servers import Server, answers

KEY = "Zq4hT9wLs2Vn7Xc5Rb8Jd3Gf6Mk1Py0aEuOiWtKxVqZyBjMrPhCsLnDgFvQ"  # 61 characters, made for this file
CSRF = "t" * 32


@dataclass(frozen=True)
class World:
    """One organisation whose enterprise survey is answered and ready to submit."""

    organisation: int
    submission: int
    public_id: str
    session: str


@dataclass
class Stage:
    """What the tests play on: services, one web server, and worlds that are used once each."""

    server: Server
    held: Held
    worlds: list[World] = field(default_factory=list)
    redis_again: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def environment(self, name: str, **more: str) -> dict[str, str]:
        given = {
            **self.held.urls,
            "SECRET_KEY": KEY,
            "OPMODEL_LOCAL": "1",
            "PORT": str(self.server.port),
            "PGAPPNAME": name,
            "JOB_LEASE_SECONDS": "3",
            "SWEEP_SECONDS": "0.2",
        }
        return self.server.checkout.environment(**(given | more))

    def spawn(self, name: str, **more: str) -> subprocess.Popen[str]:
        """Start web, worker or sweeper by the command that script/server uses."""
        command = [sys.executable, *serve.COMMANDS[name]]
        return self.server.checkout.popen(command, env=self.environment(name, **more), stdout=None)

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[str]]:
        """A worker that listens to the bell."""
        before = self.listeners()
        process = self.spawn("worker")
        try:
            until(lambda: self.listeners() - before, "the worker listens")
            yield process
        finally:
            kill_tree(process)

    @contextmanager
    def sweeper(self, **more: str) -> Iterator[subprocess.Popen[str]]:
        process = self.spawn("sweeper", **more)
        try:
            yield process
        finally:
            kill_tree(process)

    # -- Redis

    def redis(self) -> Redis:
        _scheme, _host, _port, _user, password, path, _query = url_to_parts(self.held.urls["REDIS_URL"])
        return Redis(unix_socket_path=f"/{path}", password=password, retry=Retry(NoBackoff(), 0), socket_timeout=2)

    def listeners(self) -> set[str]:
        """Workers that wait for the bell."""
        with self.redis() as redis:
            return {client["id"] for client in redis.client_list() if client["cmd"] == "brpop"}

    def rung(self) -> int:
        """Bells that nobody has heard yet."""
        with self.redis() as redis:
            return int(redis.llen("celery"))

    def ring_from_a_new_process(self) -> float:
        """Seconds a bell takes in a process that has no connection to Redis yet."""
        code = (
            "import time, django; django.setup()\nfrom opmodel.jobs import queue\n"
            "began = time.monotonic(); queue.ring(0); print(time.monotonic() - began)"
        )
        env = self.environment("bell", DJANGO_SETTINGS_MODULE="opmodel.settings")
        process = self.server.checkout.popen([sys.executable, "-c", code], env=env)
        printed, _nothing = process.communicate(timeout=60)
        return float(printed)

    def redis_process(self) -> Process:
        return next(p for p in self.server.checkout.processes() if "valkey-server" in p.command)

    def start_redis(self) -> None:
        """Bring Redis back after a kill, by the same function that started it."""
        home = self.held.home
        owner = (home / "redis").stat()
        place = embedded.Places(home, self.held.run, owner.st_uid, owner.st_gid)
        passwords = embedded.secrets_of(place)
        self.redis_again.append(embedded.start_redis(place, embedded.binaries(place)[1], passwords))

    # -- the database, seen by its superuser

    def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        connection = self.held.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute(query, parameters)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()

    def insert_job(self, kind: str, key: str, payload: dict[str, Any], organisation: int | None) -> None:
        self.rows(
            "INSERT INTO jobs_job (public_id, organisation_id, kind, key, payload, state, attempts, progress, error)"
            " VALUES (%s, %s, %s, %s, %s, 'queued', 0, 0, '')",
            f"fault-{key}"[:20],
            organisation,
            kind,
            key,
            json.dumps(payload),
        )

    def jobs(self, world: World) -> list[tuple[Any, ...]]:
        """(state, attempts, error) of the scoring jobs of a world."""
        return self.rows(
            "SELECT state, attempts, error FROM jobs_job WHERE kind = 'score' AND key LIKE %s", f"{world.submission}:%"
        )

    def job(self, key: str) -> tuple[Any, ...]:
        """(state, attempts, error) of one job."""
        return self.rows("SELECT state, attempts, error FROM jobs_job WHERE key = %s", key)[0]

    def revision(self, world: World) -> tuple[Any, ...]:
        return self.rows("SELECT state, revision FROM assessments_submission WHERE id = %s", world.submission)[0]

    def results(self, world: World) -> int:
        return int(
            self.rows("SELECT count(*) FROM assessments_result WHERE submission_id = %s", world.submission)[0][0]
        )

    def scores(self, world: World) -> list[tuple[Any, ...]]:
        """Every score of a world, numbers as their eight bytes."""
        numbers = ("point", "coverage", "low", "high", "position", "position_low", "position_high")
        exact = ", ".join(f"encode(float8send({name}), 'hex')" for name in numbers)
        return self.rows(
            f"SELECT measure, {exact}, bottleneck, many_not_applicable, peer_tree, peer_path, position_text"
            " FROM assessments_score WHERE result_id IN (SELECT id FROM assessments_result WHERE submission_id = %s)"
            " ORDER BY measure",
            world.submission,
        )

    def blocked(self, name: str = "") -> int:
        """How many connections of `name` (worker, sweeper) wait for a lock."""
        query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name LIKE %s"
        return int(self.rows(query, f"{name}%")[0][0])

    @contextmanager
    def held_up(self) -> Iterator[None]:
        """Until the end of this context scoring stops in its very middle: the result is written, its scores are not."""
        connection = self.held.connect()
        connection.autocommit = False
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE assessments_score IN SHARE MODE")
        try:
            yield
        finally:
            connection.close()

    def scored(self, world: World) -> bool:
        return [state for state, _attempts, _error in self.jobs(world)] == ["done"]

    def tidy(self) -> None:
        """What one test leaves must not be work for the next."""
        self.rows("UPDATE jobs_job SET state = 'failed' WHERE state IN ('queued', 'running')")
        with self.redis() as redis:
            redis.flushall()

    # -- the browser

    def request(
        self,
        world: World,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        form: dict[str, Any] | None = None,
    ) -> tuple[int, str, float]:
        """(status, body, seconds) of one request by the CSCO of a world; `body` is sent as JSON, `form` as a form."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        headers = {"Cookie": f"sessionid={world.session}; csrftoken={CSRF}", "X-CSRFToken": CSRF}
        began = time.monotonic()
        try:
            if body is not None:
                headers["Content-Type"] = "application/json"
            if form is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            sent = urlencode(form, doseq=True) if form is not None else None if body is None else json.dumps(body)
            connection.request(method, path, body=sent, headers=headers)
            reply = connection.getresponse()
            return reply.status, reply.read().decode(), time.monotonic() - began
        finally:
            connection.close()

    def submit(self, world: World) -> float:
        """Hand in over HTTP; returns the seconds it took."""
        status, body, seconds = self.request(world, "POST", f"/submissions/{world.public_id}/submit/")
        assert status == 302, body[:2000]
        return seconds


def kill_tree(process: subprocess.Popen[str]) -> list[Process]:
    """kill -9 a process and everything below it, at once; returns what was below."""
    below = descendants(process.pid)
    for pid in (process.pid, *(p.pid for p in below)):
        with_patience(pid, signal.SIGKILL)
    process.wait()
    until(lambda: not [p for p in below if p.alive()], "the killed processes are gone", 10)
    return below


@contextmanager
def set_stage(server: Server, worlds: int) -> Iterator[Stage]:
    """Services of the set-up installation, a web server, and fresh worlds; no worker and no sweeper."""
    if server.process is not None and server.process.poll() is None:
        server.stop(signal.SIGTERM)
    stage = Stage(server, hold(server.checkout, "local"))
    try:
        made = server.checkout.popen(
            [sys.executable, "-m", "tests.faults.make_worlds", str(worlds)],
            env=stage.environment("make_worlds", DJANGO_SETTINGS_MODULE="opmodel.settings"),
        )
        printed, _nothing = made.communicate(timeout=120)
        stage.worlds = [World(**facts) for facts in json.loads(printed)]
        web = stage.spawn("web")
        until(lambda: answers(f"{server.url}/readyz"), "the web server serves", pause=0.05)
        yield stage
        assert web.poll() is None
        kill_tree(web)
    finally:
        for process in stage.redis_again:
            embedded.stop(process, signal.SIGTERM)
        if stage.held.process.poll() is None:
            os.kill(stage.held.process.pid, signal.SIGTERM)
            stage.held.process.wait(timeout=30)
