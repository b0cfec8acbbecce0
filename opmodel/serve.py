"""Everything on one machine: services, set-up, web, worker, sweeper. `script/server` calls this."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from opmodel import embedded, words
from opmodel.process import die_with_parent

ROOT = Path(__file__).resolve().parent.parent
WATCHED = ("fixtures", "static", "requirements", "opmodel", "assessments", "benchmarks")


def stamp() -> str:
    """A hash of what set-up depends on: when it is unchanged, set-up has nothing to do."""
    digest = hashlib.sha256()
    for folder in WATCHED:
        for path in sorted((ROOT / folder).rglob("*")):
            named = "migrations" in path.parts or folder in ("fixtures", "static", "requirements")
            if path.is_file() and named and "__pycache__" not in path.parts:
                digest.update(str(path.relative_to(ROOT)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def mark() -> str:
    """What the last set-up was of: this code, and this very database (its password is random, so a new one differs)."""
    file = os.environ.get("DATABASE_URL_FILE")
    url = Path(file).read_text() if file else os.environ["DATABASE_URL"]
    return f"{stamp()}\n{hashlib.sha256(url.encode()).hexdigest()}"


def set_up() -> None:
    """Migrate as the owner, publish content and demo as the web role, collect static files."""
    words.compile_all()
    made = mark()
    file = ROOT / ".local" / "set-up"
    if file.exists() and file.read_text() == made:
        return
    steps = [
        (["migrate", "--no-input", "-v", "0"], "database"),
        (["load_content"], "questionnaire"),
        (["load_demo"], "demo organisation"),
        (["collectstatic", "--no-input", "-v", "0"], "static files"),
    ]
    for command, what in steps:
        print(f"setting up: {what}", flush=True)
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, check=True)
    who = subprocess.run(
        [sys.executable, "manage.py", "load_demo", "--sign-ins"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    (ROOT / ".local" / "sign-ins").write_text(who.stdout)
    file.write_text(made)


def child(command: list[str]) -> subprocess.Popen[bytes]:
    parent = os.getpid()
    # Its own session: Ctrl-C reaches this process only, which then stops everything in order.
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        start_new_session=True,
        preexec_fn=lambda: die_with_parent(parent, signal.SIGTERM),
    )


COMMANDS = {
    "web": ["-m", "gunicorn", "-c", "opmodel/gunicorn.py", "opmodel.wsgi:application"],
    "worker": ["-W", "ignore:You're running the worker", "-m", "celery", "-A", "opmodel.celery", "-q", "worker", "--loglevel", "WARNING", "--concurrency", "2",
               "--without-gossip", "--without-mingle", "--without-heartbeat"],
    "sweeper": ["manage.py", "sweep"],
}  # fmt: skip


def main() -> int:
    for sig in (signal.SIGTERM, signal.SIGINT):  # a shell's background job would ignore SIGINT
        signal.signal(sig, lambda *_: sys.exit(0))
    port = os.environ.get("PORT", "8000")
    if fault := taken(port):
        print(f"port {port} cannot be used ({fault}); choose another: PORT=8001 script/server", file=sys.stderr)
        return 1
    try:
        with embedded.running(ROOT) as urls:
            embedded.local_environment(ROOT, urls)
            set_up()
            children = {name: child(command) for name, command in COMMANDS.items()}
            try:
                announce(port)
                watch(children)
            finally:
                embedded.withdraw(embedded.places(ROOT, "local"))
                for process in children.values():
                    process.terminate()
                for process in children.values():
                    try:
                        process.wait(timeout=15)
                    except subprocess.TimeoutExpired:
                        os.killpg(process.pid, signal.SIGKILL)
    except SystemExit:
        print("stopped")
    return 0


def taken(port: str) -> str:
    """Why the web server could not listen there; "" when it can."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections in TIME_WAIT do not matter
        try:
            probe.bind((os.environ.get("BIND", "127.0.0.1"), int(port)))
        except (OSError, ValueError, OverflowError) as error:
            return getattr(error, "strerror", None) or str(error)
    return ""


def announce(port: str) -> None:
    print(f"\nOpModel runs on http://127.0.0.1:{port}/\n\nDemo sign-ins (email, password):", flush=True)
    print((ROOT / ".local" / "sign-ins").read_text(), flush=True)
    print("Ctrl-C stops everything; data stay.", flush=True)


def watch(children: dict[str, subprocess.Popen[bytes]]) -> None:
    """Restart a child that died, more slowly each time."""
    failures = dict.fromkeys(children, 0)
    while True:
        time.sleep(0.5)
        for name, process in list(children.items()):
            if process.poll() is not None:
                failures[name] += 1
                print(f"{name} ended with {process.returncode}, starting it again", flush=True)
                time.sleep(min(2 ** failures[name], 30) / 2)
                children[name] = child(COMMANDS[name])


if __name__ == "__main__":
    sys.exit(main())
