"""script/server as people use it: the first start, Ctrl-C, the next start, and a kill that gives it no chance."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.faults.processes import until
from tests.faults.servers import Server, answers, free_port, sign_in

pytestmark = pytest.mark.faults


@pytest.fixture
def server(installation: Server) -> Server:
    """The installation, running."""
    if installation.process is None or installation.process.poll() is not None:
        installation.start()
    return installation


def test_the_first_start_prints_where_it_runs_and_who_can_sign_in(server: Server):
    printed = "".join(server.first_lines)
    assert "setting up: database" in printed
    assert f"OpModel runs on {server.url}/" in printed
    assert answers(f"{server.url}/healthz")
    assert answers(f"{server.url}/accounts/login/")
    people = re.findall(r"^ +(\S+@\S+) +(\S+) ", printed, re.MULTILINE)
    assert len(people) >= 3, printed
    for email, password in people:
        assert "Sign out" in sign_in(server, email, password)


def postmasters(server: Server) -> set[int]:
    return {p.pid for p in server.checkout.processes() if "bin/postgres -D" in p.command}


def test_manage_py_works_beside_the_server(server: Server):
    write = (
        "from opmodel.organisations.models import Organisation\n"
        "from opmodel.organisations.tenancy import installation\n"
        "with installation():\n    Organisation.objects.create(name='Kept for ever')"
    )
    before = postmasters(server)
    server.manage("shell", "-v", "0", "-c", write)
    assert postmasters(server) == before
    assert len(before) == 1
    assert kept(server)


def kept(server: Server) -> bool:
    connection = server.held().connect()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM organisations_organisation WHERE name = 'Kept for ever'")
        found = cursor.fetchone() == (1,)
    connection.close()
    return bool(found)


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_whatever_ends_the_server_ends_all_of_it_in_the_middle_of_jobs(server: Server, sig: signal.Signals):
    lock, other = server.held().connect(), server.held().connect()
    lock.autocommit = False
    with lock.cursor() as cursor:
        cursor.execute("SELECT id, organisation_id FROM assessments_submission ORDER BY id FOR UPDATE")
        submission, organisation = cursor.fetchone()
    with other.cursor() as cursor:
        for number in range(3):
            cursor.execute(
                "INSERT INTO jobs_job (public_id, organisation_id, kind, key, payload, state, attempts, progress, error)"
                " VALUES (%s, %s, 'score', %s, jsonb_build_object('submission', %s), 'queued', 0, 0, '')",
                [f"{sig.name}{number}", organisation, f"{sig.name}{number}", submission],
            )

        def sweeping() -> bool:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
            return cursor.fetchone()[0] > 0 and any("sweep --once" in p.command for p in server.checkout.processes())

        until(sweeping, "a child of the sweeper waits for our lock")
    if sig == signal.SIGINT:
        server.stop(sig)  # it waits for everything: nothing is left at once
        return
    assert server.process is not None
    server.process.send_signal(sig)
    server.process.wait(timeout=40)
    until(lambda: not server.checkout.processes(), "every process has ended", 30)
    server.assert_nothing_left()


def test_the_next_start_sets_nothing_up_and_the_data_are_there(installation: Server):
    if installation.process is not None and installation.process.poll() is None:
        installation.stop(signal.SIGINT)
    began = time.monotonic()
    installation.start()
    print(f"\nsecond start: {time.monotonic() - began:.1f} s")  # noqa: T201
    assert "setting up" not in "".join(installation.lines)
    connection = installation.held().connect()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM assessments_answer")
        assert cursor.fetchone()[0] > 50  # the demo's
    connection.close()


def test_a_port_in_use_is_said_before_anything_starts(server: Server):
    process = server.checkout.popen(
        ["script/server"], env=server.checkout.environment(PORT=str(server.port)), stderr=subprocess.STDOUT
    )
    printed, _nothing = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"port {server.port} cannot be used" in printed
    assert "OpModel runs on" not in printed
    assert answers(f"{server.url}/readyz")


def test_a_killed_web_server_comes_back(server: Server):
    everyone = [p for p in server.checkout.processes() if "gunicorn" in p.command]
    master = next(p for p in everyone if p.parent not in {q.pid for q in everyone})
    os.kill(master.pid, signal.SIGKILL)
    until(lambda: not any(p.alive() for p in everyone), "no worker outlives its master", 30)
    until(lambda: answers(f"{server.url}/healthz"), "the web server is back")


def test_a_second_server_takes_nothing_from_the_first(server: Server):
    second = server.start(port=free_port())
    second.send_signal(signal.SIGINT)
    assert second.wait(timeout=40) == 0
    assert answers(f"{server.url}/readyz")
    before = postmasters(server)
    assert "0001_initial" in server.manage("showmigrations", "jobs")
    assert postmasters(server) == before
    assert Path(server.held().run, "redis.sock").exists()
