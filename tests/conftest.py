"""Every test talks to a real PostgreSQL as the web role, under row-level security."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.utils import translation
from xdist.scheduler import LoadFileScheduling

from opmodel.organisations.models import Organisation
from opmodel.organisations.tenancy import installation
from opmodel.settings import DATABASE_URL, database
from tests import build
from tests.mailbox import mailbox  # noqa: F401 - a fixture for every test


class ByFile(LoadFileScheduling):
    """All tests of a file go to one worker; so do all of a folder that starts an installation, or a browser, only once.

    The marks for groups have no effect: pytest 9.2 no longer reads the id of a test that xdist 3.8 writes them into.
    """

    def _split_scope(self, nodeid: str) -> str:
        folder = "/".join(nodeid.split("/")[:2])
        return folder if folder in ("tests/browser", "tests/faults") else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByFile:
    return ByFile(config, log)


def become(role: dict) -> None:
    connection.close()
    connection.settings_dict.update({"USER": role["USER"], "PASSWORD": role["PASSWORD"]})


@contextmanager
def as_owner() -> Iterator[None]:
    """The owner of the tables, as `manage.py migrate` and `bi_role` run."""
    web = dict(connection.settings_dict)
    become(OWNER)
    try:
        yield
    finally:
        become(web)


OWNER: dict = {}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """The test database with the published content, used as the web role."""
    owner = dict(connection.settings_dict)
    OWNER.update(owner)
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            # pytest empties tables after tests that commit; only the test database allows that to the web role
            cursor.execute(f'GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO "{settings.DATABASE_WEB_ROLE}"')
            # for build.take_stock
            cursor.execute(
                "CREATE OR REPLACE FUNCTION take_stock() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN ANALYZE; END'"
            )
        become(database(DATABASE_URL))
        call_command("load_content", verbosity=0)
    yield
    with django_db_blocker.unblock():
        become(owner)


@pytest.fixture
def nordwerk(db: None) -> build.World:
    """An organisation with three sites, one member of each role, and an open cycle."""
    return build.world("Nordwerk")


@pytest.fixture
def sudwerk(db: None) -> build.World:
    """Another organisation, so that a foreign row really exists."""
    return build.world("Südwerk")


@pytest.fixture
def committed(db: None) -> Iterator[build.World]:
    """An organisation that is really committed, for tests of commits, rollbacks and several connections.

    A connection of its own stands in for the one that rolls everything back. The organisation stays in the test
    database, switched off and under a name of its own, where nobody else sees it.
    """
    rolled_back = connections["default"]
    connections["default"] = rolled_back.copy()
    world = build.world(f"Committed {secrets.token_hex(4)}")
    try:
        yield world
    finally:
        with installation():  # what runs for every organisation passes it by from now on
            Organisation.objects.filter(pk=world.organisation.pk).update(is_active=False)
        connections["default"].close()
        connections["default"] = rolled_back


@pytest.fixture
def stored_files(settings, tmp_path) -> Path:
    """An empty folder in which stored files lie."""
    options = {**settings.STORAGES["private"]["OPTIONS"], "location": tmp_path}
    settings.STORAGES = {**settings.STORAGES, "private": {**settings.STORAGES["private"], "OPTIONS": options}}
    return tmp_path


@pytest.fixture
def root() -> Path:
    return Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """A request leaves its language to the thread; the next test begins without."""
    yield
    translation.deactivate()
