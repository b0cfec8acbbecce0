"""Workbooks and what really commits: two people at the same moment, bytes that follow their transaction, old uploads."""

import threading
from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.db import connection

from assessments.models import Answer
from assessments.workbook import previewing
from opmodel.files.models import StoredFile
from opmodel.jobs import queue
from opmodel.jobs.models import Job
from opmodel.organisations import old_uploads as uploads
from tests.assessments.test_workflow import post
from tests.assessments.workbook.filling import download
from tests.assessments.workbook.test_upload import apply, kept_files, preview, stored, text_of


def one_change(world, codes=("E-CAP1-1",)):
    """The address of the preview of a workbook with new answers."""
    client = world.client()
    filled = download(client, world.enterprise)
    for code in codes:
        filled.answer(code, 4)
    return preview(client, world.enterprise, filled)[0]


def together(actions):
    """Run all of them at the same moment, each in a thread with a connection of its own."""
    gate, results = threading.Barrier(len(actions)), [None] * len(actions)

    def run(n, action):
        try:
            gate.wait(10)
            results[n] = action()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def test_the_bytes_go_when_it_is_applied(committed, stored_files):
    url, client = one_change(committed), committed.client()
    assert len(kept_files(stored_files)) == 1
    apply(client, url)
    assert kept_files(stored_files) == []
    # a second click, or a page that was left open
    assert apply(client, url).url == url
    assert "1 answer was saved from the workbook" in text_of(client.get(url))
    assert stored(committed)["E-CAP1-1"][-1] == 1


def test_a_refused_apply_keeps_the_bytes(committed, stored_files):
    url, client = one_change(committed), committed.client()
    post(client, committed.enterprise, "E-CAP1-1", level=1)
    assert apply(client, url).status_code == 409
    assert len(kept_files(stored_files)) == 1
    assert client.get(url).status_code == 200


@pytest.mark.django_db
def test_lost_bytes_are_a_page_that_is_not_there(nordwerk, stored_files):
    url, client = one_change(nordwerk), nordwerk.client()
    with nordwerk.inside():
        storages["private"].delete(StoredFile.objects.get().storage_key)
    assert client.get(url).status_code == 404
    assert apply(client, url).status_code in (302, 404)


def test_two_applies_at_once_save_once(committed, stored_files):
    """Everybody who pressed the button sees what was saved."""
    url = one_change(committed, ("E-CAP1-1", "E-CAP1-2", "E-CAP1-3"))
    clients = [committed.client() for _ in range(4)]
    assert together([lambda c=c: apply(c, url).url for c in clients]) == [url] * 4
    assert [row[-1] for row in stored(committed).values()] == [1, 1, 1]
    with committed.inside():
        assert Answer.pgh_event_model.objects.count() == 3


def test_nobody_saves_between_the_comparison_and_the_saving(committed, stored_files, monkeypatch):
    """Who saves on the page at this moment waits, and then meets the workbook's answer: a conflict, never an overwrite."""
    url, applying, page = one_change(committed), committed.client(), committed.client()
    compared, saved = threading.Event(), threading.Event()
    real = previewing.look

    def slow(*args):
        found = real(*args)
        compared.set()
        assert not saved.wait(1.5), "the page saved although the workbook was being applied"
        return found

    def on_the_page():
        compared.wait(20)
        reply = post(page, committed.enterprise, "E-CAP1-1", level=2, client_key="p")
        saved.set()
        return reply.status_code

    monkeypatch.setattr(previewing, "look", slow)
    assert together([lambda: apply(applying, url).status_code, on_the_page]) == [302, 409]
    assert stored(committed)["E-CAP1-1"] == ("level", 4, None, "", "", 1)


@pytest.fixture
def two_uploads(committed, stored_files):
    """One of yesterday, one of a minute ago."""
    urls = [one_change(committed), one_change(committed, ("E-CAP1-2",))]
    with committed.inside():
        for file, age in zip(StoredFile.objects.order_by("pk"), (uploads.KEPT, timedelta(minutes=1)), strict=True):
            StoredFile.objects.filter(pk=file.pk).update(created_at=file.created_at - age - timedelta(seconds=1))
    return urls


def test_uploads_are_forgotten_after_a_day(committed, stored_files, two_uploads):
    assert queue.DUTIES["uploads"] == 3600
    assert len(kept_files(stored_files)) == 2
    queue.HANDLERS["uploads"](Job(pk=0, attempts=1))
    assert [committed.client().get(url).status_code for url in two_uploads] == [404, 200]
    assert len(kept_files(stored_files)) == 1


def test_an_organisation_that_fails_does_not_keep_the_others_waiting(committed, stored_files, two_uploads, monkeypatch):
    real = uploads.forget_uploads_of

    def failing(*, organisation_id, before):
        assert organisation_id == committed.organisation.pk, "another organisation"
        return real(organisation_id=organisation_id, before=before)

    with uploads.installation():
        others = list(uploads.Organisation.objects.exclude(pk=committed.organisation.pk).values_list("pk", flat=True))
    monkeypatch.setattr(uploads, "forget_uploads_of", failing)
    if others:
        with pytest.raises(RuntimeError, match="old uploads could not be deleted for organisations"):
            queue.HANDLERS["uploads"](Job(pk=0, attempts=1))
    else:
        queue.HANDLERS["uploads"](Job(pk=0, attempts=1))
    assert len(kept_files(stored_files)) == 1
