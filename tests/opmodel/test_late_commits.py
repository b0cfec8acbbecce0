"""Whoever reads changes step by step meets every row once, also what is committed long after it was written."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from assessments.models import PlannedAction
from opmodel.api.star import asking, reading
from opmodel.organisations.models import Site
from opmodel.organisations.tenancy import tenant
from tests import build
from tests.opmodel.star_world import everything
from tests.opmodel.test_api import Api, token_of
from tests.opmodel.test_star import LONG_AGO, applied, steps, whole


class Writer:
    """A transaction of another connection that writes now and commits when it is told to."""

    def __init__(self, world: build.World, write) -> None:
        self.wrote, self.may_end, self.fault = threading.Event(), threading.Event(), None
        self.thread = threading.Thread(target=self.run, args=(world, write), daemon=True)
        self.thread.start()
        assert self.wrote.wait(30)

    def run(self, world: build.World, write) -> None:
        try:
            with tenant(world.organisation.pk):
                write()
                self.wrote.set()
                assert self.may_end.wait(60)
        except Exception as error:
            self.fault = error
        finally:
            self.wrote.set()
            connection.close()

    def commit(self) -> None:
        self.may_end.set()
        self.thread.join(30)
        assert self.fault is None


@pytest.fixture
def company(committed) -> build.World:
    return everything(committed)


def rename(company: build.World, place: int, name: str):
    return lambda: Site.objects.filter(pk=company.sites[place].pk).update(name=name)


def late(company: build.World, api: Api) -> dict[int, dict]:
    """What a reader knows at the end who looked while one change was written, and another one was seen already."""
    rows, at = steps(api, "DimSite", LONG_AGO)
    known = applied(rows, {})
    writer = Writer(company, rename(company, 0, "written first, seen last"))
    with company.inside():
        rename(company, 1, "written last, seen first")()
    rows, at = steps(api, "DimSite", at)
    applied(rows, known)
    writer.commit()
    rows, at = steps(api, "DimSite", at)
    return applied(rows, known)


def test_a_change_that_is_committed_late_is_not_lost(company):
    api = Api(token_of(company))
    known = late(company, api)
    assert known == whole(api, "DimSite")
    assert {r["name"] for r in known.values()} >= {"written first, seen last", "written last, seen first"}


def test_without_the_watermark_it_would_be_lost(company, monkeypatch):
    monkeypatch.setattr(asking, "settled", lambda: datetime.now(UTC))
    api = Api(token_of(company))
    known = late(company, api)
    assert known != whole(api, "DimSite")
    assert "written first, seen last" not in {r["name"] for r in known.values()}


def test_a_deletion_that_is_committed_late_is_not_lost(company):
    api = Api(token_of(company))
    rows, at = steps(api, "FactPlanAction", LONG_AGO)
    known = applied(rows, {})
    assert len(known) == 2
    writer = Writer(company, lambda: PlannedAction.objects.filter(code="A03").delete())
    with company.inside():
        PlannedAction.objects.filter(code="A01").update(effort_days=77)
    for commit in (lambda: None, writer.commit):
        commit()
        rows, at = steps(api, "FactPlanAction", at)
        applied(rows, known)
    assert known == whole(api, "FactPlanAction")
    assert [r["effort_days"] for r in known.values()] == [77]


def test_whoever_only_reads_holds_nobody_up(company):
    api = Api(token_of(company))
    reader = Writer(company, lambda: list(Site.objects.all()))
    before = datetime.now(UTC)
    with company.inside():
        rename(company, 0, "new")()
    rows, _at = steps(api, "DimSite", before.isoformat().replace("+00:00", "Z"))
    assert [r["name"] for r in rows] == ["new"]
    reader.commit()


def test_the_watermark_is_the_begin_of_whoever_writes(company):
    with transaction.atomic():
        assert abs((reading.settled() - datetime.now(UTC)).total_seconds()) < 5
    before = datetime.now(UTC)
    writer = Writer(company, rename(company, 0, "x"))
    try:
        first = reading.settled()
        assert reading.settled() == first
        assert abs((first - before).total_seconds()) < 5
    finally:
        writer.commit()
    assert reading.settled() > first
