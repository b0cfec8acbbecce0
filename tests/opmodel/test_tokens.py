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


# What a token is limited to


def status(text: str, path: str) -> int:
    return Client().get(path, headers={"Authorization": f"Bearer {text}"}).status_code


PATHS = {
    "FactScore": ("/api/v1/tables/FactScore/", "/api/v1/bulk/FactScore.csv", "/odata/v4/FactScore", "/odata/v4/FactScore/$count"),
    "DimSite": ("/api/v1/tables/DimSite/", "/api/v1/bulk/DimSite.parquet", "/odata/v4/DimSite"),
    "scores": ("/api/v1/scores/",),
    "charts": ("/api/v1/charts/",),
    "cycles": ("/api/v1/cycles/",),
}  # fmt: skip


@pytest.mark.parametrize("scope", PATHS)
def test_a_token_reads_the_tables_it_is_limited_to(scope, nordwerk):
    with nordwerk.inside():
        _token, text = create_token(by=nordwerk.members["csco"], name="x", tables=[scope])
    for name, paths in PATHS.items():
        for path in paths:
            assert status(text, path) == (200 if name == scope else 403), path
    for path in ("/api/v1/", "/api/v1/tables/", "/odata/v4/", "/odata/v4/$metadata"):
        assert status(text, path) == 200
    assert status(text, "/odata/v4/FactScore?$expand=DimSite") == 403


def test_a_token_reads_the_cycles_it_is_limited_to(nordwerk):
    from tests.build import score_all
    from tests.opmodel.test_api import Api, second
    from tests.opmodel.test_star import LONG_AGO

    second(score_all(nordwerk))
    with nordwerk.inside():
        _token, text = create_token(by=nordwerk.members["csco"], name="x", cycles=[nordwerk.cycle.public_id])
        _token, whole = create_token(by=nordwerk.members["csco"], name="y")
    limited, full = Api(text), Api(whole)
    for path in ("tables/FactScore/", "tables/FactGap/", "tables/FactAnswer/", "tables/FactScoreFlat/", "scores/", "gaps/",
                 "actions/"):  # fmt: skip
        assert {r["cycle"] for r in full.rows(f"{path}?limit=1000")} == {"Cycle 1", "Cycle 2"}, path
        assert {r["cycle"] for r in limited.rows(f"{path}?limit=1000")} == {"Cycle 1"}, path
    for path in ("tables/DimCycle/", "cycles/"):
        assert len(full.rows(path)) == 2
        assert [r["name"] for r in limited.rows(path)] == ["Cycle 1"]
    changes = limited.rows(f"tables/FactScore/?updated_since={LONG_AGO}&limit=1000")
    assert {r["cycle"] for r in changes} == {"Cycle 1"}
    for path in ("/odata/v4/FactScore", "/odata/v4/FactScore?$filter=cycle eq 'Cycle 2' or true"):
        assert {r["cycle"] for r in limited.get(path).json()["value"]} == {"Cycle 1"}
    expanded = limited.get("/odata/v4/FactScore?$expand=DimCycle&$top=1").json()["value"][0]
    assert expanded["DimCycle"]["name"] == "Cycle 1"
    assert b"Cycle 2" not in b"".join(limited.get("bulk/FactScore.csv").streaming_content)
    other = next(r["public_id"] for r in full.rows("tables/DimCycle/") if r["name"] == "Cycle 2")
    assert limited.get(f"scores/?cycle={other}").status_code == 404
    assert limited.rows(f"tables/FactScore/?cycle={other}") == []
    for path in ("explain/", "charts/dimensions/"):
        assert limited.get(path).status_code == 403
        assert full.get(path).status_code == 200


def test_the_page_limits_a_token_and_says_so(nordwerk):
    client = nordwerk.client()
    made(client, tables=["FactScore", "DimSite"], cycles=[nordwerk.cycle.public_id])
    (token,) = stored(nordwerk)
    assert (token.tables, token.cycles) == (["DimSite", "FactScore"], [nordwerk.cycle.public_id])
    page = client.get(PAGE).content.decode()
    assert "Reads only DimSite, FactScore" in page
    assert "Only of Cycle 1" in page


@pytest.mark.parametrize("field", ["tables", "cycles"])
def test_what_is_not_in_the_list_limits_nothing(field, nordwerk, sudwerk):
    for value in ("nothing", sudwerk.cycle.public_id):
        reply = nordwerk.client().post(PAGE, {"name": "x", "days": "30", field: [value]})
        assert reply.status_code == 400
        assert f"Choose {field} from the list." in reply.content.decode()
        with nordwerk.inside(), pytest.raises(ValueError, match=value):
            create_token(by=nordwerk.members["csco"], name="x", **{field: [value]})
    assert stored(nordwerk) == []


def test_too_many_requests_have_to_wait(nordwerk, settings):
    settings.API_REQUESTS_PER_MINUTE = 5
    text, other = made(nordwerk.client()), made(nordwerk.client(), name="other")
    headers = {"Authorization": f"Bearer {text}"}
    seen = [Client().get("/api/v1/cycles/", headers=headers) for _ in range(12)]
    assert {r.status_code for r in seen} == {200, 429}
    assert sum(r.status_code == 200 for r in seen) in (5, 10)  # a new minute may begin in between
    refused = next(r for r in seen if r.status_code == 429)
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert (refused.headers["Content-Type"], refused.json()["status"]) == ("application/problem+json", 429)
    assert works(other)
    assert Client().get("/odata/v4/", headers={"Authorization": f"Bearer {other}"}).status_code == 200


def test_last_use_says_from_where(nordwerk):
    text = made(nordwerk.client())
    Client(REMOTE_ADDR="203.0.113.7").get("/api/v1/cycles/", headers={"Authorization": f"Bearer {text}"})
    assert stored(nordwerk)[0].last_used_from == "203.0.113.7"
    assert "from 203.0.113.7" in nordwerk.client().get(PAGE).content.decode()
