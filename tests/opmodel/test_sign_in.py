"""Signing in: who may, how often one may try, and what a reply gives away."""

import re

import pytest
from django.db import OperationalError
from django.test import Client

from opmodel.organisations.models import User
from opmodel.organisations.permissions import Role
from tests.build import PASSWORD, member, organisation

pytestmark = pytest.mark.django_db


def attempt(email: str, password: str, address: str = "10.0.0.1", client: Client | None = None):
    return (client or Client()).post("/accounts/login/", {"login": email, "password": password}, REMOTE_ADDR=address)


@pytest.fixture
def person() -> User:
    return member(organisation("Nordwerk"), Role.CSCO).user


def test_the_right_password_signs_in_whatever_the_case_of_the_address(person):
    reply = attempt(person.email.upper(), PASSWORD)
    assert (reply.status_code, reply.url) == (302, "/")


def test_passwords_are_kept_as_argon2(person):
    assert person.password.startswith("argon2$argon2id$")


def test_a_wrong_password_and_an_unknown_person_read_the_same(person):
    pages = [attempt(email, "wrong", f"10.0.1.{i}") for i, email in enumerate((person.email, "nobody@nowhere.example"))]
    texts = [p.content.decode().replace(person.email, "X").replace("nobody@nowhere.example", "X") for p in pages]
    errors = [t[t.index("<form") :].split("csrfmiddlewaretoken")[0] for t in texts]
    assert [p.status_code for p in pages] == [200, 200]
    assert errors[0] == errors[1]
    assert "not correct" in texts[0]


def test_an_account_is_shut_for_a_while_after_five_wrong_passwords(person):
    """From ten addresses, so that only the account's own limit can stop it; the right password is refused as well."""
    for i in range(5):
        assert attempt(person.email, "wrong", f"10.0.2.{i}").status_code == 200
    shut = attempt(person.email, PASSWORD, "10.0.2.9")
    assert shut.status_code == 200
    assert "Too many failed login attempts" in shut.content.decode()


def test_an_address_is_shut_for_a_while_after_ten_wrong_passwords(person):
    for i in range(10):
        attempt(f"guess{i}@nowhere.example", "wrong", "10.0.3.1")
    assert "Too many failed login attempts" in attempt(person.email, PASSWORD, "10.0.3.1").content.decode()
    assert attempt(person.email, PASSWORD, "10.0.3.2").status_code == 302


def test_a_reset_for_a_stranger_looks_the_same_and_mails_nobody(person, mailoutbox):
    replies = [
        Client().post("/accounts/password/reset/", {"email": email}, REMOTE_ADDR=f"10.0.4.{i}")
        for i, email in enumerate((person.email, "nobody@nowhere.example"))
    ]
    assert [(r.status_code, r.url) for r in replies] == [(302, "/accounts/password/reset/done/")] * 2
    assert [m.to for m in mailoutbox] == [[person.email]]


def test_a_reset_is_mailed_in_the_language_of_the_account(person, mailoutbox):
    User.objects.filter(pk=person.pk).update(language="de")
    Client().post("/accounts/password/reset/", {"email": person.email}, headers={"Accept-Language": "en"})
    (mail,) = mailoutbox
    assert mail.subject == "Ein neues Passwort für OpModel"
    assert mail.body.startswith("Jemand hat für Ihr OpModel-Konto ein neues Passwort angefordert.")
    link = re.search(r"https?://\S+/accounts/password/reset/key/\S+", mail.body)[0]
    client = Client()
    page = client.get(link.split("testserver")[1], follow=True)
    new = {"password1": "lantern-gravel-91", "password2": "lantern-gravel-91"}
    assert client.post(page.redirect_chain[-1][0], new).status_code == 302
    assert attempt(person.email, "lantern-gravel-91").url == "/"


def test_nobody_signs_up_alone(client):
    assert client.get("/accounts/signup/").status_code == 404
    assert "sign up" not in client.get("/accounts/login/").content.decode().lower()


def test_a_disabled_person_stays_outside(person):
    User.objects.filter(pk=person.pk).update(is_active=False)
    client = Client()
    reply = attempt(person.email, PASSWORD, client=client)
    assert (reply.status_code, reply.url) == (302, "/accounts/inactive/")
    assert "switched off" in client.get(reply.url).content.decode()
    assert client.get("/").url.startswith("/accounts/login/")


def test_the_next_page_is_one_of_ours(person):
    reply = Client().post("/accounts/login/?next=https://evil.example/", {"login": person.email, "password": PASSWORD, "next": "https://evil.example/"})  # fmt: skip
    assert reply.status_code == 302
    assert reply.url == "/"


def test_a_person_without_a_password_chooses_one(person):
    person.set_unusable_password()
    person.save()
    client = Client()
    client.force_login(person)
    reply = client.get("/accounts/password/change/")
    assert (reply.status_code, reply.url) == (302, "/accounts/password/set/")
    weak = client.post(reply.url, {"password1": "password", "password2": "password"})
    assert "too common" in weak.content.decode()
    client.post(reply.url, {"password1": "lantern-gravel-91", "password2": "lantern-gravel-91"})
    assert attempt(person.email, "lantern-gravel-91").url == "/"


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/password/reset/"])
def test_while_the_database_is_away_nobody_meets_a_fault(path, monkeypatch):
    """Without a session as well: 503, and when to come again."""

    def away(*args, **kwargs):
        raise OperationalError("the server is starting")

    monkeypatch.setattr("allauth.core.ratelimit.consume", away)
    monkeypatch.setattr("allauth.account.forms.LoginForm.clean", away)
    monkeypatch.setattr("allauth.account.forms.ResetPasswordForm.clean_email", away)
    reply = Client().post(path, {"login": "a@b.example", "password": "x", "email": "a@b.example"})
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "5")


def test_a_page_older_than_the_session_is_said_in_json_to_scripts(person):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    reply = client.post("/submissions/x/submit/", headers={"Accept": "application/json"})
    assert (reply.status_code, reply.json()["error"]) == (403, "csrf")
    assert "too old" in client.post("/submissions/x/submit/").content.decode()
