"""Start, find and kill the real processes of a checkout; everything is found again by a mark in its environment."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg2

from opmodel import embedded

ROOT = Path(__file__).resolve().parent.parent.parent
NOT_COPIED = shutil.ignore_patterns(".*_cache", ".git", ".hypothesis", ".local", ".venv", "__pycache__", "node_modules")
MARK = "OPMODEL_FAULTS"
T = TypeVar("T")


def until(condition: Callable[[], T], what: str, patience: float = 60, pause: float = 0.02) -> T:
    """The first true value of `condition`; fails with `what` when it stays false for `patience` seconds."""
    deadline = time.monotonic() + patience
    while not (value := condition()):
        assert time.monotonic() < deadline, f"after {patience:.0f} s still not: {what}"
        time.sleep(pause)
    return value


@dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    uid: int
    command: str
    marked: bool

    def alive(self) -> bool:
        """Whether this very process still runs (a zombie does not; nor does another one with the same number)."""
        found = look(self.pid, "")
        return found is not None and found.command == self.command and found.uid == self.uid


def look(pid: int, mark: str) -> Process | None:
    """What /proc says about a process, or None when it is gone or a zombie."""
    folder = Path(f"/proc/{pid}")
    try:
        status = (folder / "stat").read_text().rpartition(")")[2].split()
        if status[0] in "ZX":
            return None
        uid = folder.stat().st_uid
        command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    try:
        marked = bool(mark) and mark.encode() in (folder / "environ").read_bytes()
    except OSError:
        marked = False
    return Process(pid, int(status[1]), uid, command, marked)


def table(mark: str = "") -> dict[int, Process]:
    found = (look(int(name), mark) for name in os.listdir("/proc") if name.isdigit())
    return {process.pid: process for process in found if process is not None}


def descendants(pid: int) -> list[Process]:
    """Children, their children, and so on."""
    everyone = table()
    wanted, found = [pid], []
    while wanted:
        parent = wanted.pop()
        children = [p for p in everyone.values() if p.parent == parent]
        found += children
        wanted += [child.pid for child in children]
    return found


def plain_environment(mark: str, **more: str) -> dict[str, str]:
    """An environment without anything of this pytest: no URLs, no role, no settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return kept | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1", MARK: mark} | more


@dataclass
class Checkout:
    """A folder that services belong to, and everything that was started for it."""

    root: Path
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def environment(self, **more: str) -> dict[str, str]:
        return plain_environment(self.mark, **more)

    def popen(self, command: list[str], **options: Any) -> subprocess.Popen[str]:
        """Start a command in its own session with the mark in its environment; output is text in a pipe."""
        given = {"cwd": self.root, "env": self.environment(), "stdout": subprocess.PIPE} | options
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, text=True, **given)
        self.started.append(process)
        return process

    def places(self) -> list[Path]:
        """The folders that services of this checkout may lie in."""
        digest = embedded.hashlib.sha256(str(self.root.resolve()).encode()).hexdigest()[:12]
        return [Path(f"/var/lib/opmodel-{digest}"), *Path("/tmp").glob(f"opmodel-*-{digest}-*")]

    def processes(self) -> list[Process]:
        """Everything that runs for this checkout: marked, or a service (whose environment is empty) of its folders."""
        names = [str(self.root), *map(str, self.places())]
        everyone = table(self.mark)
        own = {
            p.pid: p
            for p in everyone.values()
            if p.marked or any(name + "/" in f"{p.command} {cwd(p.pid)}/" for name in names)
        }
        own.pop(os.getpid(), None)
        return list(own.values())

    def end(self) -> None:
        for process in self.processes():
            with_patience(process.pid, signal.SIGKILL)
        until(lambda: not self.processes(), "every process of the test has ended", 30)
        for process in self.started:
            process.wait()
            for pipe in (process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()
        for folder in self.places():
            shutil.rmtree(folder, ignore_errors=True)


def cwd(pid: int) -> str:
    try:
        return os.readlink(f"/proc/{pid}/cwd")
    except OSError:
        return ""


def with_patience(pid: int, sig: int) -> None:
    """Send a signal to a process that may be gone already."""
    with suppress(ProcessLookupError):
        os.kill(pid, sig)


@contextmanager
def temporary(name: str = "checkout") -> Iterator[Checkout]:
    """An empty checkout in a folder that everybody may enter; all of it is gone afterwards."""
    outer = Path(tempfile.mkdtemp(prefix="opmodel-faults-"))
    outer.chmod(0o755)
    (outer / name).mkdir(parents=True)
    checkout = Checkout(outer / name)
    try:
        yield checkout
    finally:
        checkout.end()
        shutil.rmtree(outer)


def lend_binaries(checkout: Checkout) -> None:
    """As root every checkout copies the servers' binaries; tests about other things borrow the copy of this one."""
    if os.geteuid() == 0:
        copy = embedded.binaries(embedded.places(ROOT, "test"))[0].parent.parent.parent
        (folder := checkout.places()[0]).mkdir(mode=0o755)
        (folder / copy.name).symlink_to(copy)


def copy_code(target: Path) -> None:
    """The checkout as a clone has it, without .venv and .local."""
    shutil.copytree(ROOT, target, ignore=NOT_COPIED, symlinks=True, dirs_exist_ok=True)


@dataclass
class Held:
    """Services held by a process of their own."""

    process: subprocess.Popen[str]
    urls: dict[str, str]

    @property
    def run(self) -> Path:
        return Path(parse_qs(urlsplit(self.urls["DATABASE_URL"]).query)["host"][0])

    @property
    def home(self) -> Path:
        """The folder of data, logs and secrets: beside the sockets' name in the command line of PostgreSQL."""
        command = next(p.command for p in descendants(self.process.pid) if "bin/postgres -D" in p.command)
        return Path(command.split(" -D ")[1].split("/postgres -c")[0])

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=30) == 0

    def connect(self, who: str = "superuser", **other: Any) -> Any:
        """A psycopg2 connection with autocommit as superuser, owner or web role; `other` overrides parts of it."""
        if who == "superuser":
            password = json.loads((self.home / "secrets.json").read_text())[embedded.SUPERUSER]
            parts = {"user": embedded.SUPERUSER, "password": password}
        else:
            url = urlsplit(self.urls["DATABASE_OWNER_URL" if who == "owner" else "DATABASE_URL"])
            parts = {"user": url.username, "password": unquote(url.password or "")}
        parts |= {
            "host": str(self.run),
            "dbname": embedded.DATABASE,
            "passfile": "/nobodys/file",
            "connect_timeout": "5",
        }
        connection = psycopg2.connect(**(parts | other))
        connection.autocommit = True
        return connection


def first_line(process: subprocess.Popen[str]) -> str:
    """The first line a process prints; fails when it ends without one."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, f"ended with {process.wait()} and printed nothing"
    return line


def begin_holding(checkout: Checkout, name: str = "faults", user: str = "") -> subprocess.Popen[str]:
    """Start a process that holds the services of a checkout; as `nobody` when asked by root."""
    if user == "nobody":
        # The interpreter may lie where only root may go, so it starts as root and gives that up before anything else.
        command = [sys.executable, "-m", "tests.faults.holder", str(checkout.root), name, user]
        return checkout.popen(command, cwd=ROOT)
    command = [sys.executable, "-m", "opmodel.embedded", name]
    return checkout.popen(command, env=checkout.environment(PYTHONPATH=str(ROOT)))


def hold(checkout: Checkout, name: str = "faults", user: str = "") -> Held:
    process = begin_holding(checkout, name, user)
    return Held(process, json.loads(first_line(process)))
