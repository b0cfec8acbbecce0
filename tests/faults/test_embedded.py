"""The embedded services: who they run as, who may use them, and what is left when their holder is killed."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest
from kombu.utils.url import url_to_parts
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError
from redis.retry import Retry

from opmodel import embedded
from tests.faults.processes import (
    Checkout,
    begin_holding,
    copy_code,
    descendants,
    first_line,
    hold,
    temporary,
    until,
    with_patience,
)

pytestmark = pytest.mark.faults
# As root both ways are tested: services of root's own checkout, and those of a checkout of `nobody`.
USERS = ["", "nobody"] if os.geteuid() == 0 else [""]


def give(checkout: Checkout, user: str) -> None:
    if user:
        shutil.chown(checkout.root, user, None)


def ping(urls: dict[str, str], **other: Any) -> bool:
    _scheme, _host, _port, _user, password, path, _query = url_to_parts(urls["REDIS_URL"])
    once = Retry(NoBackoff(), 0)
    client = Redis(**({"unix_socket_path": f"/{path}", "password": password, "retry": once} | other))
    try:
        return bool(client.ping())
    finally:
        client.close()


def value(connection: Any, query: str, *parameters: object) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchone()[0]


# ---- 1 and 2: as root, as an ordinary user


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("name", ["checkout", "Mein Projekt, ü 'x' %20 #1/" + "deep/" * 20 + "checkout"])
def test_services_work_for_every_user_and_folder(user: str, name: str):
    with temporary(name) as checkout:
        give(checkout, user)
        if not user:
            checkout.root.parent.chmod(0o700)  # only its owner may enter; the services' user may not, and need not
        held = hold(checkout, user=user)
        for who, role in (("web", embedded.WEB), ("owner", embedded.OWNER), ("superuser", embedded.SUPERUSER)):
            connection = held.connect(who)
            assert value(connection, "SELECT current_user") == role
            connection.close()
        assert ping(held.urls)
        servers = descendants(held.process.pid)
        assert len([p for p in servers if "bin/postgres -D" in p.command]) == 1
        assert len([p for p in servers if "valkey-server" in p.command]) == 1
        assert all(p.uid != 0 for p in servers)
        held.stop()
        assert not [p for p in servers if p.alive()]


# ---- 3: kill -9


@pytest.mark.parametrize("all_at_once", [False, True], ids=["holder", "holder and servers"])
@pytest.mark.parametrize("user", USERS)
def test_kill_9_leaves_no_orphan_and_loses_no_commit(checkout: Checkout, user: str, all_at_once: bool):
    give(checkout, user)
    held = hold(checkout, user=user)
    connection, idle = held.connect(), held.connect()
    assert value(connection, "SHOW fsync"), value(connection, "SHOW synchronous_commit") == ("on", "on")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE ledger (number integer PRIMARY KEY)")
    idle.autocommit = False
    assert value(idle, "INSERT INTO ledger VALUES (-1) RETURNING number") == -1  # never committed
    acknowledged: list[int] = []

    def write() -> None:
        try:
            while True:
                value(connection, "INSERT INTO ledger VALUES (%s) RETURNING number", len(acknowledged))
                acknowledged.append(len(acknowledged))
        except psycopg2.Error:
            return

    writer = threading.Thread(target=write)
    writer.start()
    until(lambda: len(acknowledged) > 50, "fifty commits")
    family = descendants(held.process.pid)
    assert len(family) >= 7, family  # valkey, the postmaster, its helpers, two backends
    for pid in [held.process.pid, *(p.pid for p in family if all_at_once)]:
        with_patience(pid, signal.SIGKILL)  # the first kill takes others along

    again = hold(checkout, user=user)  # at once, while the old servers may still write
    until(lambda: not [p for p in family if p.alive()], "the old servers are gone", 30)
    writer.join(timeout=30)
    assert not writer.is_alive()
    connection = again.connect()
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM ledger ORDER BY number")
        kept = [row[0] for row in cursor.fetchall()]
    # The one in flight may be there or not; what was acknowledged must be.
    assert kept[: len(acknowledged)] == acknowledged
    assert len(kept) <= len(acknowledged) + 1


@pytest.mark.parametrize("stage", ["initdb", "postgres -D"])
def test_kill_9_during_the_first_start(checkout: Checkout, stage: str):
    holder = begin_holding(checkout)
    seen = until(
        lambda: [p for p in descendants(holder.pid) if f"bin/{stage}" in p.command], f"{stage} runs", pause=0.002
    )
    family = [*seen, *descendants(holder.pid)]
    os.kill(holder.pid, signal.SIGKILL)
    held = hold(checkout)
    until(lambda: not [p for p in family if p.alive()], "nothing of the first start is left", 30)
    assert value(held.connect("web"), "SELECT current_user") == embedded.WEB


# ---- 4 and 5: side by side, and together


def test_two_checkouts_run_side_by_side(checkout: Checkout):
    with temporary() as other:
        both = [hold(checkout), hold(other)]
        for number, held in enumerate(both):
            connection = held.connect("owner")
            with connection.cursor() as cursor:
                cursor.execute(f"CREATE TABLE mine AS SELECT {number} AS number")
            connection.close()
        assert [value(held.connect("owner"), "SELECT number FROM mine") for held in both] == [0, 1]
        both[0].stop()
        assert value(both[1].connect("owner"), "SELECT number FROM mine") == 1
        assert ping(both[1].urls)


def test_a_second_process_uses_the_running_services(checkout: Checkout):
    first = hold(checkout)
    servers = {p.pid for p in descendants(first.process.pid)}
    second, third = hold(checkout), hold(checkout)
    assert first.urls == second.urls == third.urls
    assert not descendants(second.process.pid)
    second.stop()
    os.kill(third.process.pid, signal.SIGKILL)
    third.process.wait()
    assert value(first.connect("web"), "SELECT 1") == 1
    assert ping(first.urls)
    assert {p.pid for p in descendants(first.process.pid) if "bin/" in p.command} <= servers
    first.stop()
    assert not [p for p in checkout.processes() if "postgres" in p.command or "valkey" in p.command]


def test_of_processes_that_start_together_one_starts_the_services(checkout: Checkout):
    holders = [begin_holding(checkout) for _ in range(4)]
    printed = {first_line(holder) for holder in holders}
    assert len(printed) == 1
    assert len([holder for holder in holders if descendants(holder.pid)]) == 1
    assert len([p for p in checkout.processes() if "bin/postgres -D" in p.command]) == 1


def test_other_services_are_ready_after_the_holder_ended(checkout: Checkout):
    """Somebody who came while the services were going down gets own ones, never the URLs of the dead."""
    first = hold(checkout)
    first.process.send_signal(signal.SIGTERM)
    second = hold(checkout)
    first.process.wait(timeout=30)
    assert value(second.connect("web"), "SELECT 1") == 1
    assert ping(second.urls)


# ---- 6: nobody without the password


@pytest.mark.parametrize("user", USERS)
def test_every_door_asks_for_the_password(checkout: Checkout, user: str):
    give(checkout, user)
    held = hold(checkout, user=user)
    for who in ("superuser", "owner", "web"):
        for password, text in ((None, "no password supplied"), ("wrong", "password authentication failed")):
            for database in (embedded.DATABASE, "postgres", "template1"):
                with pytest.raises(psycopg2.OperationalError, match=text):
                    held.connect(who, password=password, dbname=database)
    connection = held.connect()
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT auth_method FROM pg_hba_file_rules")
        assert cursor.fetchall() == [("scram-sha-256",)]
        cursor.execute("SELECT bool_and(rolpassword LIKE 'SCRAM-SHA-256$%') FROM pg_authid WHERE rolcanlogin")
        assert cursor.fetchone() == (True,)
        cursor.execute("SELECT current_setting('listen_addresses')")
        assert cursor.fetchone() == ("",)
    with pytest.raises(AuthenticationError):
        ping(held.urls, password=None)
    with pytest.raises(AuthenticationError):
        ping(held.urls, password="wrong")
    private = [held.run, held.home / "redis", held.home / "log", held.home / "postgres"]
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in private] == [0o700] * 4
    secret = [held.home / "secrets.json", held.home / "services.json"]
    assert [stat.S_IMODE(file.stat().st_mode) for file in secret] == [0o600] * 2
    passwords = [urlsplit(held.urls["DATABASE_URL"]).password, urlsplit(held.urls["DATABASE_OWNER_URL"]).password]
    for process in descendants(held.process.pid):
        assert not any(password and password in process.command for password in passwords)


# ---- 7: commands that need nothing start nothing


def services_of(checkout: Checkout) -> list[Path]:
    """What services leave in the folders of a checkout."""
    return [file for folder in checkout.places() for file in folder.glob("*") if not file.name.startswith("bin-")]


def test_commands_without_a_database_start_nothing(checkout: Checkout):
    copy_code(checkout.root)
    commands = [["--help"], ["migrate", "--help"], ["check"], ["makemigrations", "--check", "--dry-run"]]
    running = [
        checkout.popen([sys.executable, "manage.py", *command], stderr=subprocess.STDOUT) for command in commands
    ]
    printed = [process.communicate(timeout=60)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0, 0], printed
    assert not (checkout.root / ".local").exists()
    assert not services_of(checkout)
    # It bites: a command that reads the database leaves all of that.
    process = checkout.popen([sys.executable, "manage.py", "showmigrations", "jobs"], stderr=subprocess.STDOUT)
    assert "0001_initial" in process.communicate(timeout=60)[0]
    assert (checkout.root / ".local").exists()
    assert services_of(checkout) or os.geteuid()
    assert not checkout.processes()


def test_given_services_are_used_and_no_others(checkout: Checkout, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody@somewhere/else")
    monkeypatch.setenv("REDIS_URL", "redis://somewhere/0")
    with embedded.running(checkout.root) as urls:
        assert urls == {}
    monkeypatch.delenv("REDIS_URL")
    with pytest.raises(embedded.ServicesFailed, match="set both DATABASE_URL and REDIS_URL, or neither"):
        with embedded.running(checkout.root):
            pass
    assert list(checkout.root.iterdir()) == []
    assert not services_of(checkout)
