"""Roles of the installation are given and taken by command."""

import io
import sys

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client

from opmodel.organisations.management.commands import grant_role
from opmodel.organisations.models import User

pytestmark = pytest.mark.django_db
STEWARD = ("steward@installation.example", "benchmark_steward")


def grant(monkeypatch, *args: str, password: str = "correct-horse-battery", **options: object) -> str:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{password}\n"))
    out = io.StringIO()
    call_command("grant_role", *args, stdout=out, **options)
    return out.getvalue().strip()


def test_a_new_steward_signs_in_with_the_password_that_was_piped_in(monkeypatch):
    said = grant(monkeypatch, "Steward@Installation.example", "benchmark_steward", name="Stella")
    assert said == "steward@installation.example is benchmark steward"
    client = Client()
    reply = client.post("/accounts/login/", {"login": STEWARD[0], "password": "correct-horse-battery"})
    assert reply.status_code == 302
    assert client.get("/benchmarks/").status_code == 200
    assert client.get("/").url == "/benchmarks/"


def test_a_role_is_taken_back_at_once_and_both_are_in_the_audit(monkeypatch):
    grant(monkeypatch, *STEWARD)
    client = Client()
    client.force_login(User.objects.get(email=STEWARD[0]))
    assert client.get("/benchmarks/").status_code == 200
    assert grant(monkeypatch, *STEWARD, undo=True) == f"{STEWARD[0]} is no longer benchmark steward"
    assert client.get("/benchmarks/").status_code == 403
    hers = apps.get_model("organisations", "UserEvent").objects.filter(pgh_obj__email=STEWARD[0])
    assert [e.installation_role for e in hers.order_by("pgh_id")] == ["benchmark_steward", ""]
    with pytest.raises(CommandError, match="does not have this role"):
        grant(monkeypatch, *STEWARD, undo=True)


def test_an_account_that_exists_keeps_its_password(monkeypatch):
    User.objects.create_user(STEWARD[0], "the-first-password")
    grant(monkeypatch, *STEWARD, password="another-password")
    user = User.objects.get(email=STEWARD[0])
    assert (user.installation_role, user.check_password("the-first-password")) == ("benchmark_steward", True)


@pytest.mark.parametrize(
    ("email", "password", "message"),
    [
        ("no address", "correct-horse-battery", "Enter a valid email address."),
        (STEWARD[0], "short", "This password is too short"),
        (STEWARD[0], "", "This password is too short"),
    ],
)
def test_a_new_account_needs_an_address_and_a_password(monkeypatch, email, password, message):
    with pytest.raises(CommandError, match=message):
        grant(monkeypatch, email, "operator", password=password)
    assert not User.objects.filter(email=STEWARD[0]).exists()


def test_members_and_switched_off_accounts_get_none(monkeypatch, nordwerk):
    member = nordwerk.members["analyst"].user
    with pytest.raises(CommandError, match="is a member of an organisation"):
        grant(monkeypatch, member.email, "benchmark_steward")
    off = User.objects.create_user("off@installation.example", "correct-horse-battery", is_active=False)
    with pytest.raises(CommandError, match="is switched off"):
        grant(monkeypatch, off.email, "benchmark_steward")
    assert not User.objects.exclude(installation_role="").exists()
    with pytest.raises(CommandError, match="invalid choice: 'king'"):
        grant(monkeypatch, STEWARD[0], "king")


def test_a_password_is_asked_for_twice(monkeypatch):
    terminal = io.StringIO()
    terminal.isatty = lambda: True  # type: ignore[method-assign]
    monkeypatch.setattr(sys, "stdin", terminal)
    typed = iter(["correct-horse-battery", "mistyped"])
    monkeypatch.setattr(grant_role, "getpass", lambda _text: next(typed))
    with pytest.raises(CommandError, match="The passwords differ"):
        call_command("grant_role", *STEWARD)
    assert not User.objects.filter(email=STEWARD[0]).exists()
