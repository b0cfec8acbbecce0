"""Five contrasting companies, loaded and scored once for the tests of one module."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from assessments import demo
from benchmarks.models import Release
from opmodel.jobs import queue
from opmodel.organisations.models import User

STORIES = {s.key: s for s in (demo.NORDWERK, *demo.CONTRASTS)}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """All five companies, scored once for the whole module; emptied again by the database's own rollback."""
    with django_db_blocker.unblock():
        atomic = transaction.atomic()
        atomic.__enter__()
        try:
            # Tests that commit leave their peers behind: a cycle takes the newest release there is.
            Release.objects.filter(state=Release.State.PUBLISHED).update(
                state=Release.State.WITHDRAWN, withdrawn_because="left by another test"
            )
            call_command("import_benchmark", settings.FIXTURES / "benchmarks" / "illustrative.csv",
                         dataset="illustrative-2026", illustrative=True, verbosity=0)  # fmt: skip
            call_command("release_benchmark", "illustrative-2026", as_of="2026-06-30", verbosity=0)
            for story in STORIES.values():
                demo.load(story, date(2026, 11, 24))
            assert queue.drain() > 50
            yield
        finally:
            transaction.set_rollback(True)
            atomic.__exit__(None, None, None)


@pytest.fixture
def browser(world: None, db: None) -> Callable[..., Client]:
    def open_as(key: str, who: str = "csco") -> Client:
        client = Client()
        client.force_login(User.objects.get(email=demo.email_of(STORIES[key], who)))
        return client

    return open_as
