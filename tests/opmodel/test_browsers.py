"""What the server does for answers that wait in a browser, and for the service worker that keeps a survey."""

import re

import pytest
from django.test import Client

from assessments.models import Answer
from opmodel import offline
from opmodel.organisations.guards import PERSON
from tests.assessments.test_workflow import post

pytestmark = pytest.mark.django_db


def key_on(page) -> str:
    return re.search(r'data-user="([^"]*)"', page.content.decode())[1]


def send(client, submission, person=None):
    headers = {} if person is None else {PERSON: person}
    return client.post(
        f"/submissions/{submission.public_id}/answers/S-CAP1-1/",
        {"status": "level", "level": 3, "base_version": 0, "client_key": "k"},
        content_type="application/json",
        headers=headers,
    )


def test_a_page_and_its_header_name_the_person_and_nobody_can_read_who_it_is(nordwerk, sudwerk, settings):
    keys = set()
    for world, role in ((nordwerk, "csco"), (nordwerk, "plant_manager"), (sudwerk, "csco")):
        page = world.client(role).get("/")
        user = world.members[role].user
        assert page.headers[PERSON] == key_on(page) == user.browser_key
        assert re.fullmatch(r"[0-9a-f]{32}", key_on(page))
        keys.add(key_on(page))
        settings.SECRET_KEY = "changed" * 10  # what waits in a browser is found again after that
        assert world.client(role).get("/").headers[PERSON] == key_on(page)
    assert len(keys) == 3


def test_nothing_is_saved_from_a_page_of_somebody_else(nordwerk):
    """Two people may answer for this plant; the page of one is open, the other has signed in since."""
    own, site = nordwerk.client("plant_manager"), nordwerk.submissions[1]
    stranger = nordwerk.members["csco"].user.browser_key
    reply = send(own, site, stranger)
    assert (reply.status_code, reply.json()["error"]) == (401, "other_person")
    with nordwerk.inside():
        assert not Answer.objects.exists()
    assert send(own, site, nordwerk.members["plant_manager"].user.browser_key).status_code == 200


def test_a_page_can_ask_whether_its_person_is_still_there(nordwerk):
    own, key = nordwerk.client("plant_manager"), nordwerk.members["plant_manager"].user.browser_key
    for client, sent, status in ((own, key, 204), (own, "0" * 32, 401), (Client(), key, 401)):
        headers = {PERSON: sent, "Accept": "application/json"}
        assert client.get("/accounts/here/", headers=headers).status_code == status


def test_who_is_signed_out_goes_on_at_the_page_whose_form_was_sent(nordwerk):
    path = f"/submissions/{nordwerk.submissions[1].public_id}/items/S-N1/"
    for referer, then in (
        (f"http://testserver{path}?a=1", f"{path}%3Fa%3D1"),
        ("http://elsewhere.example/x/", "/"),
        ("", "/"),
    ):
        reply = Client().post(path + "save/", {}, headers={"Referer": referer})
        assert (reply.status_code, reply.url) == (302, f"/accounts/login/?next={then}")
    assert Client().get(path).url == f"/accounts/login/?next={path}"


def saved_sessions(monkeypatch) -> list[str]:
    from django.contrib.sessions.backends.db import SessionStore

    seen: list[str] = []
    save = SessionStore.save
    monkeypatch.setattr(
        SessionStore, "save", lambda self, *a, **k: (seen.append(self.session_key), save(self, *a, **k))
    )
    return seen


def test_the_first_write_of_a_day_renews_the_session_and_a_get_never_does(nordwerk, monkeypatch):
    client = nordwerk.client("plant_manager")
    seen = saved_sessions(monkeypatch)
    client.get("/")
    assert seen == []
    first = send(client, nordwerk.submissions[1])
    assert len(seen) == 1
    assert int(first.cookies["sessionid"]["max-age"]) == 14 * 24 * 3600
    send(client, nordwerk.submissions[1])
    assert len(seen) == 1
    session = client.session
    session["renewed"] = "2020-01-01"
    session.save()
    seen.clear()
    post(client, nordwerk.submissions[1], "S-CAP2-1")
    assert len(seen) == 1


def test_a_sign_out_is_no_write_that_renews(nordwerk):
    client = nordwerk.client("plant_manager")
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get("/").url.startswith("/accounts/login/")


def test_the_service_worker_knows_every_static_file_of_ours(client, root):
    reply = client.get("/sw.js")
    text = reply.content.decode()
    assert reply.headers["Content-Type"] == "text/javascript"
    assert reply.headers["Cache-Control"] == "no-cache"
    assert "worker-src 'self'" in reply.headers["Content-Security-Policy"]
    ours = {str(f.relative_to(root / "static")) for f in (root / "static").rglob("*.*")} - {"js/sw.js"}
    assert set(re.findall(r'"/static/([^"]+)"', text.split("\n")[1])) == ours
    assert 'const OFFLINE = "/offline/";' in text


def test_a_changed_file_is_a_new_version_of_the_service_worker(client, monkeypatch, tmp_path):
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "sw.js").write_text("//\n")
    (tmp_path / "js" / "a.js").write_text("1")
    monkeypatch.setattr(offline, "FOLDER", tmp_path)
    versions = set()
    for content in ("1", "2"):
        (tmp_path / "js" / "a.js").write_text(content)
        versions.add(offline.script.__wrapped__().split("\n")[0])
    assert len(versions) == 2


def test_the_offline_page_needs_nobody(client):
    assert "There is no network" in client.get("/offline/").content.decode()
