"""What a real installation stands on: refusing weak secrets, the image, compose, the roles, the health checks."""

import copy
import json
import os
import re
import runpy
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg2
import pytest

from opmodel import embedded, serve

ROOT = Path(__file__).resolve().parent.parent.parent
KEY = "k9Tz3Qw7Xb1Lm5Rv8Yp2Hs6Jd4Nf0Gc-aEuOiWtKxVqZyBjMrPhCsLnDgFvT2_8Q"  # 66 characters, made for this file
PLAIN = {"PATH": os.environ.get("PATH", os.defpath), "HOME": "/tmp", "PYTHONDONTWRITEBYTECODE": "1"}
PRODUCTION = PLAIN | {
    "SECRET_KEY": KEY,
    "ALLOWED_HOSTS": "opmodel.test",
    "DATABASE_URL": "postgresql://opmodel_web@127.0.0.1:1/opmodel",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


def run(*command: str, env: dict[str, str], cwd: Path = ROOT, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def manage(*command: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-W", "error", "manage.py", *command, env=env)


def setting(expression: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Import the settings as gunicorn does and print one expression of them."""
    return run(sys.executable, "-c", f"from opmodel import settings; print({expression})", env=env)


# ---- production settings


def test_deployment_checks_are_clean():
    answer = manage("check", "--deploy", "--fail-level", "WARNING", env=PRODUCTION)
    assert answer.returncode == 0, answer.stderr
    assert "no issues" in answer.stdout


def test_deployment_checks_bite_without_tls():
    answer = manage("check", "--deploy", "--fail-level", "WARNING", env=PRODUCTION | {"SECURE_SSL_REDIRECT": "0"})
    assert answer.returncode != 0
    assert "security.W008" in answer.stderr


@pytest.mark.parametrize(
    ("key", "what"),
    [
        (None, "SECRET_KEY is missing"),
        ("", "SECRET_KEY is missing"),
        (KEY[:49], "SECRET_KEY is too short"),
        ("abab" * 16, "SECRET_KEY is too short or too regular"),
        ("django-insecure-" + KEY, "SECRET_KEY is an example"),
        ("CHANGE_ME_" + KEY, "SECRET_KEY is an example"),
        ("only-for-tests-and-set-up-commands-never-for-serving-anything", "SECRET_KEY is an example"),
    ],
)
def test_start_refuses_a_bad_key_and_says_what_to_do(key, what):
    env = {name: value for name, value in PRODUCTION.items() if name != "SECRET_KEY"}
    if key is not None:
        env["SECRET_KEY"] = key
    answer = run(sys.executable, "-c", "import opmodel.wsgi", env=env)
    assert answer.returncode != 0
    assert what in answer.stderr
    assert "SECRET_KEY_FILE" in answer.stderr
    assert "50 random characters" in answer.stderr
    assert not key or key not in answer.stderr.split("ImproperlyConfigured")[-1]


def test_a_key_of_fifty_characters_starts():
    answer = run(sys.executable, "-c", "import opmodel.wsgi", env=PRODUCTION | {"SECRET_KEY": KEY[:50]})
    assert answer.returncode == 0, answer.stderr


def test_set_up_commands_get_a_key_nobody_knows():
    env = PLAIN | {"OPMODEL_NO_SERVICES": "1"}
    first, second = (setting("settings.SECRET_KEY", env).stdout.strip() for _ in range(2))
    assert len(first) >= 50
    assert first != second


def test_every_secret_may_lie_in_a_file(tmp_path):
    values = {
        "SECRET_KEY": KEY,
        "DATABASE_URL": "postgresql://web:w%40b@db:5433/opm?sslmode=require",
        "DATABASE_OWNER_URL": "postgresql://boss:b@db/opm",
        "REDIS_URL": "redis://:r@cache:6379/3",
        "EMAIL_URL": "smtp+tls://me:p@mail:587",
    }
    env = dict(PLAIN)
    for name, value in values.items():
        (tmp_path / name).write_text(value + "\n")
        env[f"{name}_FILE"] = str(tmp_path / name)
    # what compose sets beside the files: they must win
    env |= {"DATABASE_URL": "postgresql:///see-DATABASE_URL_FILE", "REDIS_URL": "redis:///see-REDIS_URL_FILE"}
    shown = (
        "[settings.SECRET_KEY, settings.DATABASES['default']['USER'], settings.DATABASES['default']['PASSWORD'],"
        " settings.DATABASES['default']['PORT'], settings.CELERY_BROKER_URL, settings.EMAIL_HOST_PASSWORD]"
    )
    answer = setting(shown, env)
    assert answer.stdout.strip() == str([KEY, "web", "w@b", "5433", "redis://:r@cache:6379/3", "p"]), answer.stderr
    owner = setting("settings.DATABASES['default']['USER']", env | {"OPMODEL_DB_ROLE": "owner"})
    assert owner.stdout.strip() == "boss"


def test_a_secret_file_that_is_not_there_is_named(tmp_path):
    env = PRODUCTION | {"SECRET_KEY_FILE": str(tmp_path / "gone.txt")}
    answer = setting("1", env)
    assert answer.returncode != 0
    assert f"SECRET_KEY_FILE names {tmp_path}/gone.txt, which cannot be read" in answer.stderr


def test_the_sign_in_limit_counts_people_and_not_the_proxy():
    assert setting("settings.ALLAUTH_TRUSTED_PROXY_COUNT", PRODUCTION).stdout.strip() == "0"
    answer = setting("settings.ALLAUTH_TRUSTED_PROXY_COUNT", PRODUCTION | {"TRUSTED_PROXIES": "1"})
    assert answer.stdout.strip() == "1"


def test_own_servers_stay_off_when_urls_are_given(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", PRODUCTION["DATABASE_URL"])
    monkeypatch.setenv("REDIS_URL", PRODUCTION["REDIS_URL"])
    monkeypatch.setattr(embedded, "places", lambda *_: pytest.fail("looked for a place for own servers"))
    with embedded.running(tmp_path) as found:
        assert found == {}
    assert list(tmp_path.iterdir()) == []


# ---- compose, image, scripts


@pytest.fixture(scope="module")
def compose() -> SimpleNamespace:
    return SimpleNamespace(**runpy.run_path(str(ROOT / "script" / "compose_check"), run_name="compose_check"))


@pytest.fixture(scope="module")
def made_secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("deploy") / "secrets"
    answer = run(str(ROOT / "script" / "make_secrets"), str(folder), env=PLAIN)
    assert answer.returncode == 0, answer.stderr
    return folder


@pytest.fixture(scope="module")
def normalised(compose: SimpleNamespace, made_secrets: Path) -> dict[str, Any]:
    answer = compose.config({"SECRETS_DIR": str(made_secrets), "ALLOWED_HOSTS": "opmodel.test"})
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def test_compose_is_as_it_should_be(compose, normalised):
    assert compose.faults(normalised) == []


def without(key: str, service: str):
    return lambda found: found["services"][service].pop(key)


def change(service: str, key: str, value: Any):
    return lambda found: found["services"][service].update({key: value})


@pytest.mark.parametrize(
    ("harm", "fault"),
    [
        (lambda found: found["services"].pop("sweeper"), "services are"),
        (without("healthcheck", "worker"), "worker: no health check"),
        (change("postgres", "ports", [{"published": "5432", "host_ip": "127.0.0.1"}]), "postgres: publishes a port"),
        (change("web", "ports", [{"published": "8000"}]), "web: listens beyond this machine"),
        (change("web", "depends_on", {"postgres": {"condition": "service_healthy"}}), "web: does not wait for migrate"),
        (change("redis", "command", ["valkey-server", "--appendonly", "yes"]), "redis: no password"),
        (change("redis", "command", ["sh", "requirepass /run/secrets/redis_password"]), "redis: no append-only file"),
        (change("web", "environment", {"POSTGRES_PASSWORD": "hunter2"}), "web: a secret stands in the environment"),
        (change("web", "environment", {"X": "redis://:pw@redis/0"}), "web: a secret stands in the environment"),
        (without("read_only", "web"), "web: root file system is writable"),
        (change("web", "image", "opmodel:latest"), "web: image without a fixed tag"),
        (lambda found: found["secrets"]["secret_key"].update(file=None, content="x"), "secret secret_key does not"),
    ],
)
def test_the_compose_check_bites(compose, normalised, harm, fault):
    broken = copy.deepcopy(normalised)
    harm(broken)
    assert any(text.startswith(fault) for text in compose.faults(broken)), compose.faults(broken)


@pytest.mark.parametrize("missing", ["SECRETS_DIR", "ALLOWED_HOSTS"])
@pytest.mark.parametrize("empty", [True, False])
def test_compose_stops_and_names_what_is_missing(compose, made_secrets, missing, empty):
    env = {"SECRETS_DIR": str(made_secrets), "ALLOWED_HOSTS": "opmodel.test"}
    env.pop(missing)
    answer = compose.config(env | ({missing: ""} if empty else {}))
    assert answer.returncode != 0
    assert f"{missing} is missing" in answer.stderr


def test_compose_runs_what_script_server_runs(normalised):
    services = normalised["services"]
    own = serve.COMMANDS["worker"]  # it hides banner and root warning; a container wants the log and has no root
    plain = ["-m", *own[own.index("celery") :]]
    plain.remove("-q")
    assert services["worker"]["command"][1:] == ["INFO" if part == "WARNING" else part for part in plain]
    assert services["sweeper"]["command"][1:] == serve.COMMANDS["sweeper"]
    last = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("CMD ")][-1]
    assert json.loads(last[4:])[1:] == serve.COMMANDS["web"]


def test_made_secrets_are_random_private_and_fit_together(made_secrets, normalised, tmp_path):
    assert stat.S_IMODE(made_secrets.stat().st_mode) == 0o700
    values = {file.stem: file.read_text().strip() for file in made_secrets.glob("*.txt")}
    assert (made_secrets / ".gitignore").read_text() == "*\n"
    assert {Path(secret["file"]).stem for secret in normalised["secrets"].values()} == set(values)
    assert re.fullmatch("[A-Za-z0-9]{64}", values["secret_key"])
    passwords = [values[name] for name in values if name.endswith("password")]
    assert len(set(passwords)) == 4
    assert all(re.fullmatch("[A-Za-z0-9]{40}", password) for password in passwords)
    assert urlsplit(values["database_url"]).password == values["web_password"]
    assert urlsplit(values["database_owner_url"]).password == values["owner_password"]
    assert urlsplit(values["redis_url"]).password == values["redis_password"]
    assert values["email_url"] == ""
    # containers of three different users read them; Compose hands owner and mode on as they are
    assert all(file.stat().st_mode & 0o004 for file in made_secrets.glob("*.txt"))
    other = tmp_path / "other"
    run(str(ROOT / "script" / "make_secrets"), str(other), env=PLAIN)
    assert all((other / f"{n}.txt").read_text().strip() != v for n, v in values.items() if v)


def test_made_secrets_are_never_overwritten(made_secrets):
    before = {file.name: file.read_bytes() for file in made_secrets.iterdir()}
    answer = run(str(ROOT / "script" / "make_secrets"), str(made_secrets), env=PLAIN)
    assert answer.returncode == 1
    assert "exists already" in answer.stderr
    assert {file.name: file.read_bytes() for file in made_secrets.iterdir()} == before
    assert sorted(path.name for path in made_secrets.parent.iterdir()) == [made_secrets.name]


def test_secrets_never_reach_git_or_the_image():
    assert {"secrets/", ".env"} <= set((ROOT / ".gitignore").read_text().splitlines())
    ignored = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    assert ignored[0] == "*"
    assert ignored.index("secrets") > max(i for i, line in enumerate(ignored) if line.startswith("!"))
    example = (ROOT / ".env.example").read_text()
    assert not re.search(r"^#?\w*(PASSWORD|SECRET_KEY|(?<!PUBLIC)_URL)\w*=", example, re.MULTILINE)


def test_the_dockerfile_is_sane():
    text = (ROOT / "Dockerfile").read_text()
    images = re.findall(r"^FROM (\S+)", text, re.MULTILINE)
    assert images
    assert all(":" in image and not image.endswith(":latest") for image in images)
    users = re.findall(r"^USER (\S+)", text, re.MULTILINE)
    assert users
    assert users[-1].split(":")[0] not in ("root", "0")
    assert text.rindex("\nUSER ") > text.rindex("\nRUN ")
    installs = re.findall(r"pip install[^\n&]*", text)
    assert installs
    assert all("--require-hashes" in install for install in installs)
    assert "HEALTHCHECK" in text
    assert not re.search(r"^(ARG|ENV)\b.*(PASSWORD|SECRET|TOKEN)", text, re.MULTILINE)
    assert "://" not in text


def shell_scripts() -> list[Path]:
    found = [*(ROOT / "script").iterdir(), *(ROOT / "docker").iterdir(), *(ROOT / ".ci").glob("*")]
    return [p for p in found if p.is_file() and re.match(rb"#!.*\b(ba)?sh\b", p.read_bytes()[:40])]


@pytest.mark.parametrize("path", shell_scripts(), ids=lambda path: path.name)
def test_shell_scripts_parse_and_stop_at_errors(path):
    answer = run("bash", "-n", str(path), env=PLAIN)
    assert answer.returncode == 0, answer.stderr
    assert "set -euo pipefail" in path.read_text()
    assert path.stat().st_mode & 0o100


def test_every_variable_is_in_the_manual_and_no_other():
    code = "".join((ROOT / "opmodel" / name).read_text() for name in ("settings.py", "gunicorn.py"))
    read = set(re.findall(r'(?:\benv|\bflag|environ\.get)\(["\']([A-Z_]+)', code))
    assert {"SECRET_KEY", "DEBUG", "WEB_THREADS", "OPMODEL_DB_ROLE"} <= read
    table = (ROOT / "docs" / "operations.md").read_text().split("## Environment")[1].split("\n## ")[0]
    told = {name for row in re.findall(r"^\|([^|]+)\|", table, re.MULTILINE) for name in re.findall("`(\\w+)`", row)}
    assert told == read


@pytest.fixture
def context(tmp_path: Path) -> Path:
    """The build context as .dockerignore lets it through: whole top folders or single files, named one by one."""
    folder = tmp_path / "app"
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if line.startswith("!") and (source := ROOT / line[1:]).exists():
            target = folder / line[1:]
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
            else:
                shutil.copy2(source, target)
    return folder


@pytest.mark.slow
def test_the_image_has_all_it_needs_and_builds_without_secrets(context):
    env = PLAIN | {"STATIC_ROOT": str(context / "static-files"), "DJANGO_SETTINGS_MODULE": "opmodel.settings"}
    answer = run(sys.executable, "manage.py", "collectstatic", "--no-input", "-v", "0", cwd=context, env=env)
    assert answer.returncode == 0, answer.stderr
    manifest = json.loads((context / "static-files" / "staticfiles.json").read_text())["paths"]
    assert any(name.endswith(".css") for name in manifest)
    # every page's code and every template's compiled form, from the context alone
    program = (
        "import django; django.setup()\n"
        "from django.urls import get_resolver; get_resolver().url_patterns\n"
        "from django.template.loader import get_template\n"
        "from pathlib import Path\n"
        "[get_template(str(p.relative_to('templates'))) for p in Path('templates').rglob('*.html')]\n"
        "from opmodel import settings; assert settings.FIXTURES.is_dir()\n"
        "import opmodel.celery, opmodel.wsgi; print('complete')"
    )
    answer = run(sys.executable, "-c", program, cwd=context, env=PRODUCTION | env)
    assert answer.stdout.strip() == "complete", answer.stderr
    for package in ROOT.glob("*/__init__.py"):
        assert package.parent.name == "tests" or (context / package.parent.name).is_dir(), package
    assert not (context / "tests").exists()


# ---- the real thing: roles, migration, health checks against real servers


@pytest.fixture(scope="module")
def servers() -> Iterator[SimpleNamespace]:
    """An own PostgreSQL and Redis with nothing in them: as a container's are when they come up first."""
    name = f"deploy{os.getpid()}"
    kept = {key: os.environ.pop(key, None) for key in ("DATABASE_URL", "REDIS_URL")}
    place = embedded.places(ROOT, name)
    try:
        with embedded.running(ROOT, name=name) as urls:
            passwords = embedded.secrets_of(place)
            connection = embedded.connect(place, passwords[embedded.SUPERUSER])
            with connection.cursor() as cursor:
                cursor.execute("DROP DATABASE opmodel")
                cursor.execute("DROP ROLE opmodel_owner")
                cursor.execute("DROP ROLE opmodel_web")
            connection.close()
            yield SimpleNamespace(place=place, password=passwords[embedded.SUPERUSER], redis=urls["REDIS_URL"])
    finally:
        os.environ.update({key: value for key, value in kept.items() if value is not None})
        shutil.rmtree(place.home)
        if place.run.exists():
            shutil.rmtree(place.run)


@pytest.fixture(scope="module")
def roles(servers: SimpleNamespace, made_secrets: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """docker/postgres-init.sh run with psql, with passwords that would break careless quoting; the URLs it leads to."""
    folder = tmp_path_factory.mktemp("passwords")
    values = {"owner": "o'w\"n;--$(x)`y`\\ :z", "web": "w'; DROP ROLE opmodel_owner; --"}
    for who, value in values.items():
        (folder / who).write_text(value + "\n")
    env = PLAIN | {
        "PATH": f"{embedded.binaries(servers.place)[0]}:{PLAIN['PATH']}",
        "PGHOST": str(servers.place.run),
        "PGPASSWORD": servers.password,
        "OWNER_PASSWORD_FILE": str(folder / "owner"),
        "WEB_PASSWORD_FILE": str(folder / "web"),
    }
    script = str(ROOT / "docker" / "postgres-init.sh")
    missing = run(script, env=env | {"WEB_PASSWORD_FILE": str(folder / "gone")})
    assert missing.returncode == 1
    assert "gone is missing or empty" in missing.stderr
    answer = run(script, env=env)
    assert answer.returncode == 0, answer.stderr
    again = run(script, env=env)
    assert again.returncode != 0, "an error in the SQL must stop the first start"
    log = (servers.place.home / "log" / "postgres.log").read_text()
    assert "already exists" in log
    assert not any(part in log for part in ("$(x)", "DROP ROLE")), "a password stands in the log"
    host = quote(str(servers.place.run), safe="")
    return {
        "web": f"postgresql://opmodel_web:{quote(values['web'], safe='')}@/opmodel?host={host}",
        "owner": f"postgresql://opmodel_owner:{quote(values['owner'], safe='')}@/opmodel?host={host}",
    }


@pytest.fixture(scope="module")
def migrated(
    roles: dict[str, str], servers: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """What compose's `migrate` does, with its environment: secrets in files. Gives the environment of the others."""
    folder = tmp_path_factory.mktemp("secrets")
    for name, value in {"key": KEY, "web": roles["web"], "owner": roles["owner"], "redis": servers.redis}.items():
        (folder / name).write_text(value + "\n")
    env = PLAIN | {
        "ALLOWED_HOSTS": "opmodel.test",
        "SECRET_KEY_FILE": str(folder / "key"),
        "DATABASE_URL_FILE": str(folder / "web"),
        "REDIS_URL_FILE": str(folder / "redis"),
        "DATABASE_URL": "postgresql:///see-DATABASE_URL_FILE",
        "REDIS_URL": "redis:///see-REDIS_URL_FILE",
        "FILES_ROOT": str(folder / "files"),
        "STATIC_ROOT": str(folder / "static"),
    }
    answer = manage("collectstatic", "--no-input", env=env)  # as the image does when it is built
    assert answer.returncode == 0, answer.stderr
    answer = manage("migrate", "--no-input", env=env | {"DATABASE_OWNER_URL_FILE": str(folder / "owner")})
    assert answer.returncode == 0, answer.stderr
    answer = manage("load_content", env=env)
    assert answer.returncode == 0, answer.stderr
    return env


@pytest.mark.slow
def test_the_web_role_owns_nothing_and_works(migrated, roles):
    connection = psycopg2.connect(roles["web"])
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication FROM pg_roles"
            " WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False,) * 5
        cursor.execute("SELECT count(*) FROM pg_shdepend WHERE refobjid = current_user::regrole AND deptype = 'o'")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT tableowner, count(*) > 40 FROM pg_tables WHERE schemaname = 'public' GROUP BY 1")
        assert cursor.fetchall() == [("opmodel_owner", True)]
        cursor.execute("SELECT pg_get_userbyid(datdba), datcollate FROM pg_database WHERE datname = 'opmodel'")
        assert cursor.fetchone()[0] == "opmodel_owner"
        cursor.execute("SELECT count(*) FROM assessments_questionnaire")
        assert cursor.fetchone() == (1,)
        for forbidden in (
            "CREATE TABLE mine (id int)",
            "ALTER TABLE assessments_answer DISABLE ROW LEVEL SECURITY",
            "TRUNCATE assessments_answer",
            "DELETE FROM organisations_memberevent",
            "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'y', now())",
            "SET ROLE opmodel_owner",
        ):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(forbidden)
    connection.close()


def health(*what: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-W", "error", "docker/health.py", *what, env=env)


def wait_for(what: str, good: Any, seconds: float = 45) -> subprocess.CompletedProcess[str]:
    """Ask a health check until it is well."""
    deadline = time.monotonic() + seconds
    while (answer := good()).returncode and time.monotonic() < deadline:
        time.sleep(0.5)
    assert answer.returncode == 0, f"{what}: {answer.stderr}"
    return answer


@pytest.fixture
def process(migrated: dict[str, str]) -> Iterator[Any]:
    """Start a service with compose's command line; ends with the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(command: list[str], **more: str) -> subprocess.Popen[bytes]:
        started.append(
            subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=migrated | more,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        )
        return started[-1]

    yield start
    for child in started:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


@pytest.mark.slow
def test_the_web_health_check_tells_alive_from_dead(process, migrated):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = {"PORT": str(free.getsockname()[1])}
    env = migrated | port
    dead = health("web", "/readyz", env=env)
    assert dead.returncode == 1
    assert "does not answer" in dead.stderr
    process(serve.COMMANDS["web"], **port, BIND="127.0.0.1", WEB_WORKERS="1")
    wait_for("web", lambda: health("web", "/readyz", env=env))
    assert health("web", env=env).returncode == 0
    refused = health("web", "/readyz", env=env | {"ALLOWED_HOSTS": "somebody.else"})
    assert "answered 400" in refused.stderr


@pytest.mark.slow
def test_readiness_fails_without_the_database(process, migrated, tmp_path):
    (tmp_path / "url").write_text("postgresql://opmodel_web:x@127.0.0.1:1/opmodel")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        more = {"PORT": str(free.getsockname()[1]), "DATABASE_URL_FILE": str(tmp_path / "url")}
    process(serve.COMMANDS["web"], **more, BIND="127.0.0.1", WEB_WORKERS="1")
    wait_for("web", lambda: health("web", "/healthz", env=migrated | more))
    assert "/readyz answered 503" in health("web", "/readyz", env=migrated | more).stderr


@pytest.mark.slow
def test_the_worker_health_check_tells_alive_from_dead(process, migrated, tmp_path):
    assert "does not answer" in health("worker", env=migrated).stderr
    child = process(serve.COMMANDS["worker"])
    wait_for("worker", lambda: health("worker", env=migrated))
    os.killpg(child.pid, signal.SIGSTOP)  # hangs: the process is there but does nothing
    assert health("worker", env=migrated).returncode == 1
    (tmp_path / "url").write_text("redis://127.0.0.1:1/0")
    down = health("worker", env=migrated | {"REDIS_URL_FILE": str(tmp_path / "url")})
    assert "Redis does not answer" in down.stderr


@pytest.mark.slow
def test_the_sweeper_health_check_tells_alive_from_dead(process, migrated):
    assert "has not asked" in health("sweeper", env=migrated).stderr
    process(["-c", "import time, django; django.setup(); from opmodel.jobs import queue; queue.due(); time.sleep(60)"],
            DJANGO_SETTINGS_MODULE="opmodel.settings", PGAPPNAME="opmodel-web")  # fmt: skip
    child = process(serve.COMMANDS["sweeper"], PGAPPNAME="opmodel-sweeper", SWEEP_SECONDS="0.5")
    env = migrated | {"SWEEP_SECONDS": "0.5"}
    wait_for("sweeper", lambda: health("sweeper", "3", env=env))
    os.killpg(child.pid, signal.SIGSTOP)  # hangs: its connection stays, but nothing comes over it
    time.sleep(3.5)
    assert "in the last 3 s" in health("sweeper", "3", env=env).stderr
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    assert "has not asked" in health("sweeper", env=env).stderr
