"""Making, showing and ending tokens: on the page, from the command line, in the audit."""

import re
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, transaction
from django.test import Client

from opmodel.api.models import ApiToken
from opmodel.api.tokens import create_token
from opmodel.organisations.permissions import Role

pytestmark = pytest.mark.django_db
PAGE = "/organisation/tokens/"


def works(text: str) -> bool:
    status = Client().get("/api/v1/cycles/", headers={"Authorization": f"Bearer {text}"}).status_code
    assert status in (200, 401)
    return status == 200


def stored(world):
    with world.inside():
        return list(ApiToken.objects.order_by("created"))


def made(client, **form) -> str:
    reply = client.post(PAGE, {"name": "Power BI", "days": "30", **form})
    assert reply.status_code == 201
    return re.search(r"Bearer ([0-9a-f]{64})", reply.content.decode())[1]


def test_without_a_token_the_page_says_how_to_begin(nordwerk):
    page = nordwerk.client().get(PAGE).content.decode()
    assert "No token yet" in page
    assert 'name="csrfmiddlewaretoken"' in page


def test_a_new_token_is_shown_once_with_an_example_and_works(nordwerk):
    client = nordwerk.client()
    reply = client.post(PAGE, {"name": "Power BI", "days": "30"})
    page = reply.content.decode()
    text = re.search(r'id="token"[^>]*>([0-9a-f]{64})<', page)[1]
    assert f'curl -H "Authorization: Bearer {text}"' in page
    assert "http://testserver/api/v1/scores/?limit=5" in page
    assert "no-store" in reply.headers["Cache-Control"]
    assert works(text)
    again = client.get(PAGE).content.decode()
    assert "Power BI" in again
    assert text not in again
    (token,) = stored(nordwerk)
    assert text not in (token.digest, token.token_key)
    assert abs(token.expiry - datetime.now(UTC) - timedelta(days=30)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("form", "field", "message"),
    [
        ({"name": ""}, "name", "Give the token a name"),
        ({"name": " "}, "name", "Give the token a name"),
        ({"name": "x" * 81}, "name", "at most 80 characters"),
        ({"name": "a\x00b"}, "name", "Null characters are not allowed"),
        ({"days": "0"}, "days", "at least 1 day"),
        ({"days": "366"}, "days", "at most 365 days"),
        ({"days": "-1"}, "days", "at least 1 day"),
        ({"days": "soon"}, "days", "whole number of days"),
        ({"days": ""}, "days", "how many days"),
        ({"days": "9" * 400}, "days", "days"),
    ],
)
def test_a_mistake_stands_beside_its_field_and_makes_nothing(form, field, message, nordwerk):
    values = {"name": "kept", "days": "90", **form}
    reply = nordwerk.client().post(PAGE, values)
    page = reply.content.decode()
    assert reply.status_code == 400
    assert message in re.search(rf'id="id_{field}_error">(.*?)</p>', page)[1]
    assert 'aria-invalid="true"' in page
    assert ('value="kept"' in page) == (field != "name")
    assert stored(nordwerk) == []


def test_an_ended_token_stops_at_once(nordwerk):
    client = nordwerk.client()
    text, other = made(client), made(client, name="other")
    token = stored(nordwerk)[0]
    assert client.get(f"{PAGE}{token.public_id}/end/").status_code == 405
    reply = client.post(f"{PAGE}{token.public_id}/end/", follow=True)
    assert "The token “Power BI” has ended." in reply.content.decode()
    assert not works(text)
    assert works(other)
    assert client.post(f"{PAGE}{token.public_id}/end/").status_code == 404
    assert client.post(f"{PAGE}nonsense/end/").status_code == 404


def test_nobody_ends_or_sees_the_token_of_somebody_else(nordwerk, sudwerk):
    text = made(nordwerk.client(), name="CSCO's own")
    token = stored(nordwerk)[0]
    for other in (nordwerk.client("analyst"), sudwerk.client()):
        assert "CSCO" not in re.search(r"<main.*</main>", other.get(PAGE).content.decode(), re.S)[0]
        assert other.post(f"{PAGE}{token.public_id}/end/").status_code == 404
    assert works(text)


@pytest.mark.parametrize("role", ["plant_manager", "administrator"])
def test_roles_without_the_api_make_no_tokens(role, nordwerk):
    client = nordwerk.client(role)
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {"name": "x", "days": "30"}).status_code == 403
    with nordwerk.inside(role), pytest.raises(PermissionError):
        create_token(by=nordwerk.members[role], name="x")
    assert stored(nordwerk) == []
    assert "API tokens" not in client.get("/").content.decode()
    assert "API tokens" in nordwerk.client().get("/").content.decode()


def test_the_form_needs_its_csrf_token(nordwerk):
    client = Client(enforce_csrf_checks=True)
    client.force_login(nordwerk.members["csco"].user)
    assert client.post(PAGE, {"name": "x", "days": "30"}).status_code == 403
    assert stored(nordwerk) == []


def test_an_expired_token_is_marked(nordwerk):
    made(nordwerk.client())
    page = nordwerk.client().get(PAGE).content.decode()
    assert ">expired<" not in page
    assert "never used" in page
    with nordwerk.inside():
        ApiToken.objects.update(expiry=datetime.now(UTC) - timedelta(days=1))
    assert ">expired<" in nordwerk.client().get(PAGE).content.decode()


@pytest.mark.parametrize("values", [{"name": " "}, {"name": "x" * 81}, {"days": 0}, {"days": 366}])
def test_the_function_checks_for_itself(values, nordwerk):
    with nordwerk.inside(), pytest.raises(ValueError):
        create_token(by=nordwerk.members["csco"], **{"name": "x", "days": 90, **values})


def test_making_and_ending_are_in_the_audit_without_the_secret(nordwerk, sudwerk):
    client = nordwerk.client()
    text = made(client)
    token = stored(nordwerk)[0]
    assert works(text)
    client.post(f"{PAGE}{token.public_id}/end/")
    events = ApiToken.pgh_event_model
    with nordwerk.inside():
        rows = list(events.objects.order_by("pgh_id").values())
        told = [(r["pgh_label"], r["name"], r["public_id"], r["pgh_context"]["user"]) for r in rows]
        by = nordwerk.members["csco"].user_id
        assert told == [("insert", "Power BI", token.public_id, by), ("delete", "Power BI", token.public_id, by)]
        assert token.digest not in str(rows)
        assert token.token_key not in str(rows)
    with sudwerk.inside():
        assert events.objects.count() == 0
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), nordwerk.inside():
        events.objects.update(name="other")


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("create_token", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_prints_a_token_that_works(nordwerk):
    text = command("analyst@nordwerk.example", "--name", "nightly", "--days", "7")
    assert re.fullmatch(r"[0-9a-f]{64}\n", text)
    assert works(text.strip())
    assert [t.name for t in stored(nordwerk)] == ["nightly"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nobody@nordwerk.example", "--name", "x"], "no active person"),
        (["plant_manager@nordwerk.example", "--name", "x"], "may not use the API"),
        (["csco@nordwerk.example", "--name", "x", "--days", "400"], "1 to 365 days"),
        (["csco@nordwerk.example", "--name", " "], "1 to 80 characters"),
        (["csco@nordwerk.example", "--name", "x", "--organisation", "zzz"], "not a member of zzz"),
        (["csco@nordwerk.example"], "--name"),
    ],
)
def test_the_command_says_what_is_wrong(arguments, message, nordwerk):
    with pytest.raises(CommandError, match=message):
        command(*arguments)
    assert stored(nordwerk) == []


def test_the_command_asks_which_organisation(nordwerk, sudwerk):
    from opmodel.organisations.models import Member
    from opmodel.organisations.tenancy import tenant

    user = nordwerk.members["csco"].user
    with tenant(sudwerk.organisation.pk):
        Member.objects.create(organisation=sudwerk.organisation, user=user, role=Role.ANALYST.value)
    with pytest.raises(CommandError, match="several organisations"):
        command(user.email, "--name", "x")
    text = command(user.email, "--name", "x", "--organisation", sudwerk.organisation.public_id).strip()
    assert works(text)
    assert [t.name for t in stored(sudwerk)] == ["x"]
    assert stored(nordwerk) == []
