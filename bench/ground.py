"""What every benchmark stands on: services, a database of its own that is dropped afterwards, the published content."""

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from opmodel import embedded  # noqa: E402 - found through the line above


@contextmanager
def ready(static: bool = False) -> Iterator[None]:
    """Django set up on a fresh database. `static` collects and compresses the static files as `script/server` does."""
    with embedded.running(ROOT, name="bench") as urls, tempfile.TemporaryDirectory() as folder:
        embedded.local_environment(ROOT, urls)
        name = f"opmodel_bench_{os.getpid()}"
        home = os.environ["DATABASE_OWNER_URL"]
        run(home, f"CREATE DATABASE {name}")
        try:
            for variable in ("DATABASE_URL", "DATABASE_OWNER_URL"):
                os.environ[variable] = urlsplit(os.environ[variable])._replace(path=f"/{name}").geturl()
            os.environ |= {
                "ALLOWED_HOSTS": "testserver",
                "STATIC_ROOT": folder,
                "OPMODEL_LOCAL": "1",
                "DJANGO_SETTINGS_MODULE": "opmodel.settings",
            }
            manage("migrate")
            if static:
                manage("collectstatic", "--noinput")
            setup(static)
            yield
        finally:
            close()
            run(home, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def manage(*command: str) -> None:
    subprocess.run([sys.executable, ROOT / "manage.py", *command, "--verbosity", "0"], check=True)


def setup(static: bool) -> None:
    import logging

    import django
    from django.conf import settings
    from django.core.management import call_command

    if not static:
        settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    django.setup()
    logging.disable(logging.WARNING)
    call_command("load_content", verbosity=0)


def close() -> None:
    if "django" in sys.modules:
        from django.db import connections

        connections.close_all()


def run(url: str, *statements: str) -> None:
    """Execute statements one by one on a connection of their own."""
    with_owner = psycopg2.connect(url)
    with_owner.autocommit = True
    try:
        with with_owner.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    finally:
        with_owner.close()


def peak_mib() -> float:
    """The largest resident size of this process so far, without the database server."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def peers() -> None:
    """The illustrative peers and their release."""
    from django.conf import settings
    from django.core.management import call_command

    file = settings.FIXTURES / "benchmarks" / "illustrative.csv"
    call_command("import_benchmark", str(file), dataset="illustrative", illustrative=True, verbosity=0)
    call_command("release_benchmark", "illustrative", as_of="2026-06-30", verbosity=0)
