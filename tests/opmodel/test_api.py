"""The API: what it returns, to whom, page by page, and how it refuses."""

import base64
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.html import escape
from openapi_schema_validator import OAS30Validator
from openapi_spec_validator import validate

from assessments import publishing, selectors, workflow
from assessments.catalogue import ENTERPRISE
from assessments.models import Cycle, Result, Score
from benchmarks.models import Dataset
from opmodel.api.models import ApiToken
from opmodel.api.tokens import create_token
from opmodel.jobs import queue
from opmodel.organisations.models import Organisation
from opmodel.organisations.tenancy import installation
from tests import build
from tests.build import LEVELS, TARGET, score_all

pytestmark = pytest.mark.django_db
TABLES = ["cycles", "scores", "gaps", "actions", "figures", "facts"]


def token_of(world: build.World, role: str = "analyst", **values) -> str:
    with world.inside(role):
        return create_token(by=world.members[role], **{"name": "test", **values})[1]


class Api:
    """A client that sends one token."""

    def __init__(self, text: str) -> None:
        self.client, self.headers = Client(), {"Authorization": f"Bearer {text}"}

    def get(self, path: str, **headers):
        return self.client.get(path if path.startswith("/") else f"/api/v1/{path}", headers={**self.headers, **headers})

    def rows(self, path: str) -> list[dict]:
        reply = self.get(path)
        assert reply.status_code == 200, reply.content
        return reply.json()["results"]


@pytest.fixture
def scored(nordwerk) -> build.World:
    return score_all(nordwerk)


@pytest.fixture
def api(scored) -> Api:
    return Api(token_of(scored))


def refused(reply, status: int) -> dict:
    assert reply.status_code == status, reply.content
    assert reply.headers["Content-Type"] == "application/problem+json"
    body = reply.json()
    assert body["status"] == status
    assert {"type", "title", "detail"} <= set(body)
    return body


# What it returns


def test_scores_are_those_of_the_answers_the_database_and_the_dashboard(api, scored):
    rows = api.rows("scores/")
    assert len(rows) == 4 * 32
    enterprise = {r["measure"]: r for r in rows if r["view"] == "enterprise"}
    assert {c: enterprise[c]["score"] for c in LEVELS} == LEVELS
    assert enterprise["OVERALL"]["score"] == 3.5
    assert (enterprise["OVERALL"]["kind"], enterprise["OVERALL"]["component"]) == ("overall", None)
    plants = {r["site"]: r["score"] for r in rows if r["view"] == "site" and r["measure"] == "OVERALL"}
    assert plants == {"Nordwerk 1": 2, "Nordwerk 2": 3, "Nordwerk 3": 4}
    with scored.inside():
        stored = Score.objects.values_list("result__submission_id", "measure", "point", "position_text", "position_low")
        stored = {(s, m): (p, t, low) for s, m, p, t, low in stored}
    submission = scored.enterprise
    assert {m: (r["score"], r["position_text"] or "", r["position_low"]) for m, r in enterprise.items()} == {
        m: stored[submission.pk, m] for m in enterprise
    }
    page = scored.client().get(f"/dashboard/explain/{submission.public_id}/OVERALL/").content.decode()
    assert f"{enterprise['OVERALL']['score']:.4f}" in page


def test_scores_carry_peers_and_their_source(api):
    rows = api.rows("scores/")
    cap = next(r for r in rows if r["view"] == "enterprise" and r["measure"] == "CAP")
    assert (cap["peer_p25"], cap["peer_median"], cap["peer_p75"]) == (2.5, 3.0, 3.6)
    assert (cap["peer_group"], cap["peer_n_band"], cap["peer_period"], cap["release"]) == (
        "all peers",
        "50-99",
        "2025",
        "R1",
    )
    assert cap["position_text"] == "below P25"
    vst = next(r for r in rows if r["view"] == "enterprise" and r["measure"] == "VST")
    assert vst["position_text"] == "P50"
    assert 35 < vst["position_low"] < 50 < vst["position_high"] < 65


def test_every_row_that_rests_on_made_up_peers_says_so(api):
    for path in ("scores/", "gaps/", "actions/?reference=peers"):
        rows = api.rows(path)
        assert all(isinstance(r["illustrative"], bool) for r in rows)
        on_peers = [r for r in rows if r.get("peer_median") is not None or r.get("reference") == "peers"]
        assert on_peers
        assert all(r["illustrative"] for r in on_peers)
    assert not any(r["illustrative"] for r in api.rows("scores/") if r["view"] == "site")
    assert not any(r["illustrative"] for r in api.rows("actions/?reference=target"))


def test_without_peers_the_columns_are_empty_not_wrong(sudwerk):
    row = Api(token_of(score_all(sudwerk, peers=False))).rows("gaps/")[0]
    assert {row[c] for c in ("peer_median", "peer_p75", "gap_to_median", "gap_to_p75", "release", "peer_group")} == {
        None
    }
    assert row["illustrative"] is False
    assert row["gap_to_target"] == -1.5


def test_gaps_are_score_minus_the_other_value(api):
    rows = api.rows("gaps/")
    assert len(rows) == 27
    for row in rows:
        score = LEVELS[row["component"]]
        assert row["score"] == score
        found = [row[c] for c in ("gap_to_target", "gap_to_median", "gap_to_p75")]
        assert found == pytest.approx([score - TARGET, score - 3.0, score - 3.6], abs=1e-9)
        assert row["network_score"] == pytest.approx(3.0)  # plants 2, 3, 4 with equal weights
    asked = [r for r in rows if r["perception_sites"]]
    assert asked
    assert all(r["perception_gap"] == pytest.approx(LEVELS[r["component"]] - 3.0) for r in asked)
    ids = {r["measure"]: r["id"] for r in api.rows("scores/") if r["view"] == "enterprise"}
    assert {r["dimension"]: r["id"] for r in rows} == {m: i for m, i in ids.items() if len(m) == 4}


def test_actions_are_those_of_the_priority_page(api, scored):
    rows = sorted(api.rows("actions/"), key=lambda r: r["rank"])
    assert [r["rank"] for r in rows] == list(range(1, len(rows) + 1))
    assert {(r["preset"], r["reference"]) for r in rows} == {("strategic", "target")}
    assert sum(r["in_top_list"] for r in rows) == 5
    for row in rows:  # only these components lie below the target; what has no value of its own is needed first
        assert row["value"] == 0 or {d[:3] for d in row["dimensions"].split()} & {"CAP", "VST"}
    assert rows[0]["reason"]
    page = scored.client().get("/dashboard/priorities/").content.decode()
    places = [page.index(escape(r["title"])) for r in rows if r["in_top_list"]]
    assert places == sorted(places)
    other = api.rows("actions/?preset=operational&reference=network")
    assert {(r["preset"], r["reference"]) for r in other} == {("operational", "network")}


def test_cycles_count_their_sites(api, scored):
    (row,) = api.rows("cycles/")
    assert (row["sites_invited"], row["sites_submitted"], row["enterprise_state"]) == (3, 3, "submitted")
    assert (row["cycle_id"], row["name"]) == (scored.cycle.public_id, "Cycle 1")
    assert {r["cycle_id"] for path in ("scores/", "gaps/", "actions/") for r in api.rows(path)} == {row["cycle_id"]}


def test_before_anything_is_scored_the_tables_are_empty(nordwerk):
    api = Api(token_of(nordwerk))
    for table in ("scores", "gaps", "actions"):
        assert api.get(f"{table}/").json() == {"count": 0, "next": None, "results": []}
    assert api.get("cycles/").json()["count"] == 1


def test_ids_stay_when_scores_are_calculated_again(api, scored):
    before = {r["id"]: r["updated_at"] for r in api.rows("scores/")}
    with scored.inside():
        old = Result.objects.get(submission=scored.enterprise)
        new = Result.objects.create(
            organisation_id=old.organisation_id,
            submission=scored.enterprise,
            revision=old.revision,
            method_version="next",
            content_version=old.content_version,
            input_hash=old.input_hash,
        )
        Score.objects.create(organisation_id=old.organisation_id, result=new, measure="OVERALL", point=1.25)
    after = {r["id"]: r for r in api.rows("scores/") if r["view"] == "enterprise"}
    assert [(r["score"], r["method_version"]) for r in after.values()] == [(1.25, "next")]
    assert set(after) <= set(before)


def test_figures_are_numbers_and_times_are_utc(api):
    figures = {
        "id",
        "score",
        "low",
        "high",
        "coverage",
        "target",
        "peer_p25",
        "peer_median",
        "peer_p75",
        "value",
        "rank",
    }
    for table in TABLES:
        body = api.get(f"{table}/").json()
        for row in body["results"]:
            for name in figures & set(row):
                assert row[name] is None or isinstance(row[name], (int, float)), name
            assert row["updated_at"].endswith("Z")
            datetime.fromisoformat(row["updated_at"])


def test_a_renamed_site_changes_the_time_of_its_rows(api, scored):
    before = {r["id"]: r["updated_at"] for r in api.rows("scores/") if r["site"] == "Nordwerk 1"}
    with scored.inside():
        type(scored.sites[0]).objects.filter(pk=scored.sites[0].pk).update(name="Moved")
    after = {r["id"]: r["updated_at"] for r in api.rows("scores/") if r["site"] == "Moved"}
    assert set(after) == set(before)
    assert all(after[i] > before[i] for i in before)


# Who may


def test_bearer_and_basic_read_the_same(scored):
    text = token_of(scored)
    basic = base64.b64encode(f"anybody:{text}".encode()).decode()
    replies = [
        Client().get("/api/v1/scores/", headers={"Authorization": h}) for h in (f"Bearer {text}", f"Basic {basic}")
    ]
    assert [r.status_code for r in replies] == [200, 200]
    assert replies[0].content == replies[1].content


@pytest.mark.parametrize("table", ["", *(f"{t}/" for t in TABLES)])
def test_without_a_token_nobody_reads(table, nordwerk):
    browser = nordwerk.client()
    for client in (Client(), browser):
        reply = client.get(f"/api/v1/{table}")
        refused(reply, 401)
        assert reply.headers["WWW-Authenticate"].startswith("Bearer")
    assert browser.get("/").status_code == 200  # the session itself is good


@pytest.mark.parametrize(
    "header",
    [
        "Bearer x",
        "Bearer ",
        "Bearer \xe4\xf6",
        "Basic !!!",
        "Basic " + base64.b64encode(b"u:\x00").decode(),
        "Digest x",
        "Basic \xe9\xe9",
        "Token",
    ],
)
def test_a_bad_header_is_refused(header, nordwerk):
    reply = Client().get("/api/v1/cycles/", headers={"Authorization": header})
    refused(reply, 401)
    assert "WWW-Authenticate" in reply.headers


def test_a_token_in_the_address_is_no_token(nordwerk):
    refused(Client().get(f"/api/v1/cycles/?token={token_of(nordwerk)}"), 401)


def test_expired_and_ended_tokens_are_refused(nordwerk):
    expired, ended = token_of(nordwerk, name="old"), token_of(nordwerk, name="ended")
    assert [Api(t).get("cycles/").status_code for t in (expired, ended)] == [200, 200]
    with nordwerk.inside():
        ApiToken.objects.filter(name="old").update(expiry=datetime.now(UTC) - timedelta(seconds=1))
        ApiToken.objects.filter(name="ended").delete()
    refused(Api(expired).get("cycles/"), 401)
    refused(Api(ended).get("cycles/"), 401)


def test_a_removed_member_reads_nothing_more(nordwerk):
    api = Api(token_of(nordwerk))
    assert api.get("cycles/").status_code == 200
    with nordwerk.inside():
        nordwerk.members["analyst"].delete()
    reply = api.get("cycles/")
    refused(reply, 401)
    assert "WWW-Authenticate" in reply.headers


def test_a_disabled_person_or_organisation_reads_nothing_more(nordwerk, sudwerk):
    person, whole = Api(token_of(nordwerk)), Api(token_of(sudwerk))
    assert (person.get("cycles/").status_code, whole.get("cycles/").status_code) == (200, 200)
    user = nordwerk.members["analyst"].user
    user.is_active = False
    user.save()
    with installation():
        Organisation.objects.filter(pk=sudwerk.organisation.pk).update(is_active=False)
    refused(person.get("cycles/"), 401)
    refused(whole.get("cycles/"), 401)


@pytest.mark.parametrize("role", ["plant_manager", "administrator"])
def test_a_token_is_never_stronger_than_the_role_of_today(role, nordwerk):
    api = Api(token_of(nordwerk))
    with nordwerk.inside():
        type(nordwerk.members["analyst"]).objects.filter(pk=nordwerk.members["analyst"].pk).update(role=role)
    refused(api.get("cycles/"), 403)


def test_a_token_sees_its_own_organisation_only(scored, sudwerk):
    score_all(sudwerk)
    own, foreign = Api(token_of(scored)), Api(token_of(sudwerk))
    for table in TABLES:
        theirs = foreign.rows(f"{table}/")
        assert theirs
        assert {r["organisation"] for r in theirs} == {"Südwerk"}
        assert {r["organisation"] for r in own.rows(f"{table}/")} == {"Nordwerk"}
    refused(own.get(f"scores/?cycle={sudwerk.cycle.public_id}"), 404)


def test_a_sign_in_elsewhere_does_not_mix_with_the_token(scored, sudwerk):
    browser = sudwerk.client()
    headers = {"Authorization": f"Bearer {token_of(scored)}"}
    reply = browser.get("/api/v1/scores/", headers=headers)
    assert {r["organisation"] for r in reply.json()["results"]} == {"Nordwerk"}
    refused(browser.post("/api/v1/scores/", headers=headers), 405)


def test_last_use_is_noted(nordwerk):
    Api(token_of(nordwerk)).get("cycles/")
    with nordwerk.inside():
        assert abs(ApiToken.objects.get().last_used_at - datetime.now(UTC)) < timedelta(minutes=1)


# Pages


@pytest.mark.parametrize(
    ("table", "limit"), [("scores", 7), ("scores", 32), ("scores", 128), ("gaps", 5), ("actions", 4)]
)
def test_paging_visits_every_row_once(table, limit, api, scored):
    second(scored)
    whole = api.get(f"{table}/?limit=1000").json()
    assert whole["count"] == len(whole["results"]) > limit
    assert len({r["cycle"] for r in whole["results"]}) == 2
    path, found, pages = f"{table}/?limit={limit}", [], 0
    while path:
        body = api.get(path).json()
        assert len(body["results"]) <= limit
        assert body["results"] or not body["next"]
        found += body["results"]
        path = body["next"] and body["next"].removeprefix("http://testserver/api/v1/")
        pages += 1
    assert found == whole["results"]
    assert pages == -(-len(found) // limit)
    ids = [r["id"] for r in found]
    assert ids == sorted(set(ids))


def test_results_with_few_measures_only_make_a_page_shorter(api, monkeypatch):
    whole = api.rows("scores/?limit=1000")
    monkeypatch.setattr(
        "opmodel.api.rows.FEWEST", 1000
    )  # as if a page of 1000 rows were sure to be full with 3 results
    first = api.get("scores/?limit=1000").json()
    rest = api.get(first["next"].removeprefix("http://testserver/api/v1/")).json()
    assert (len(first["results"]), rest["next"]) == (3 * 32, None)
    assert first["results"] + rest["results"] == whole


def second(world: build.World) -> None:
    """Another scored cycle of the same organisation, answered by the enterprise only."""
    csco = world.members["csco"]
    with world.inside():
        cycle = workflow.open_cycle(
            by=csco,
            name="Cycle 2",
            opens_on=date.today() - timedelta(days=1),
            closes_on=date.today() + timedelta(days=9),
            sites=world.sites[:1],
            dataset=Dataset.objects.first(),
        )
        submission = selectors.board(cycle)[0]
        questions = publishing.catalogue(cycle.questionnaire_id).questions_of(ENTERPRISE)
        entries = [{"code": q.code, "status": "level", "level": 1} for q in questions]
        workflow.save_many(by=csco, submission=submission, entries=entries)
        workflow.submit(by=csco, submission=submission)
    queue.drain()


def test_a_cycle_in_draft_asks_nobody(api, scored):
    today = date.today()
    with scored.inside():
        workflow.draft_cycle(
            by=scored.members["csco"], name="Plan", opens_on=today, closes_on=today, sites=scored.sites, dataset=None
        )
    row = api.rows("cycles/")[-1]
    wanted = {"name": "Plan", "state": "draft", "enterprise_state": "draft", "sites_invited": 0, "sites_submitted": 0}
    assert {name: row[name] for name in wanted} == wanted
    for table in ("scores", "gaps", "actions"):
        assert api.rows(f"{table}/?cycle={row['cycle_id']}") == []


def test_cycles_page_and_filter(api, scored):
    second(scored)
    first = api.get("cycles/?limit=1").json()
    assert (first["count"], len(first["results"])) == (None, 1)
    rest = api.get(first["next"].removeprefix("http://testserver/api/v1/")).json()
    assert rest["next"] is None
    assert [first["results"][0]["name"], rest["results"][0]["name"]] == ["Cycle 1", "Cycle 2"]
    for table in ("scores", "gaps", "actions"):
        wanted = rest["results"][0]["cycle_id"]
        rows = api.rows(f"{table}/?cycle={wanted}")
        assert rows
        assert {r["cycle_id"] for r in rows} == {wanted}


@pytest.mark.parametrize("table", TABLES)
def test_the_number_of_statements_does_not_grow_with_the_sites(table):
    counts = []
    for name, sites in (("Three", 3), ("Twelve", 12)):
        world = score_all(build.world(name, sites=sites))
        api = Api(token_of(world))
        api.get(f"{table}/")  # fills the caches of the content, notes the use of the token
        with CaptureQueriesContext(connection) as seen:
            api.rows(f"{table}/?limit=1000")
        counts.append(len(seen))
        with CaptureQueriesContext(connection) as seen:
            api.rows(f"{table}/?limit=3")
        counts.append(len(seen))
    assert len(set(counts)) == 1, counts
    assert counts[0] <= 30


@pytest.mark.parametrize(
    ("table", "query", "parameter", "value"),
    [
        ("scores", "limit=abc", "limit", "abc"),
        ("scores", "limit=0", "limit", "0"),
        ("scores", "limit=1001", "limit", "1001"),
        ("scores", "limit=-5", "limit", "-5"),
        ("scores", "limit=1_0", "limit", "1_0"),
        ("scores", "limit=٣", "limit", "٣"),
        ("gaps", "after=-1", "after", "-1"),
        ("gaps", "after=", "after", ""),
        ("gaps", "after=9223372036854775808", "after", "9223372036854775808"),
        ("gaps", "after=" + "9" * 300, "after", "9" * 200),
        ("cycles", "after=%00", "after", "\x00"),
        ("actions", "cycle=%00", "cycle", "\x00"),
        ("actions", "cycle='--", "cycle", "'--"),
        ("actions", "preset=loud", "preset", "loud"),
        ("scores", "preset=strategic", "preset", "strategic"),
        ("cycles", "cycle=x", "cycle", "x"),
        ("scores", "page=2", "page", "2"),
        ("scores", "limit=1&limit=2", "limit", "1, 2"),
        ("", "limit=1", "limit", "1"),
    ],
)
def test_a_bad_parameter_is_named_with_its_value(table, query, parameter, value, nordwerk):
    api = Api(token_of(nordwerk))
    body = refused(api.get(f"{table}/?{query}" if table else f"?{query}"), 400)
    assert (body["parameter"], body["value"]) == (parameter, value)
    assert body["expected"] in body["detail"]


def test_the_largest_cursor_is_an_empty_page(api):
    for table in TABLES:
        assert api.rows(f"{table}/?after=9223372036854775807") == []


@pytest.mark.parametrize("table", ["scores", "gaps", "actions"])
def test_an_unknown_cycle_is_not_found(table, nordwerk):
    body = refused(Api(token_of(nordwerk)).get(f"{table}/?cycle=2222222222222222"), 404)
    assert "2222222222222222" in body["detail"]


# HTTP


@pytest.mark.parametrize("path", ["", *(f"{t}/" for t in TABLES), "schema/", "docs/"])
def test_head_says_what_get_says_without_a_body(path, nordwerk):
    api = Api(token_of(nordwerk))
    get, head = api.get(path), api.client.head(f"/api/v1/{path}", headers=api.headers)
    assert (get.status_code, head.status_code, head.content) == (200, 200, b"")
    assert head.headers["ETag"] == get.headers["ETag"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_nothing_can_be_written(method, nordwerk):
    api = Api(token_of(nordwerk))
    for path in ("", *(f"{t}/" for t in TABLES), "schema/", "docs/"):
        reply = getattr(api.client, method)(f"/api/v1/{path}", headers=api.headers)
        refused(reply, 405)
        assert set(reply.headers["Allow"].split(", ")) == {"GET", "HEAD"}


def test_an_unchanged_page_is_a_304_and_a_changed_one_is_not(api, scored):
    first = api.get("scores/")
    assert "private" in first.headers["Cache-Control"]
    assert "Authorization" in first.headers["Vary"]
    tag = first.headers["ETag"]
    again = api.get("scores/", **{"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    with scored.inside():
        Cycle.objects.update(name="Renamed")
    changed = api.get("scores/", **{"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


def test_a_token_that_ended_gets_no_304(nordwerk):
    api = Api(token_of(nordwerk))
    tag = api.get("cycles/").headers["ETag"]
    with nordwerk.inside():
        ApiToken.objects.all().delete()
    refused(api.get("cycles/", **{"If-None-Match": tag}), 401)


@pytest.mark.parametrize("path", ["/api/", "/api/v1/nothing/", "/api/v2/scores/", "/api/v1/scores/1/", "/api/%00/"])
def test_an_unknown_address_is_a_problem(path, client):
    for method in ("get", "post", "head"):
        reply = getattr(client, method)(path)
        assert (reply.status_code, reply.headers["Content-Type"]) == (404, "application/problem+json")


def test_a_missing_slash_is_mended(client):
    reply = client.get("/api/v1/scores?limit=5")
    assert (reply.status_code, reply.url) == (301, "/api/v1/scores/?limit=5")


def test_a_fault_of_ours_is_a_problem_without_details(nordwerk, monkeypatch, caplog):
    api = Api(token_of(nordwerk))
    api.client.raise_request_exception = False

    def broken(*args):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("opmodel.api.rows.cycles", broken)
    reply = api.get("cycles/")
    refused(reply, 500)
    assert b"secret" not in reply.content
    assert "secret detail" in caplog.text


def test_while_the_database_is_away_clients_are_told_to_wait(nordwerk, monkeypatch):
    from django.db import OperationalError

    api = Api(token_of(nordwerk))

    def away(*args):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr("opmodel.api.rows.cycles", away)
    monkeypatch.setattr("opmodel.api.problems.connection.close", lambda: None)
    reply = api.get("cycles/")
    refused(reply, 503)
    assert reply.headers["Retry-After"] == "5"


def test_the_index_leads_everywhere(nordwerk):
    api = Api(token_of(nordwerk))
    links = api.get("").json()
    assert set(links) == {*TABLES, "explain", "charts", "tables", "dictionary", "schema", "docs"}
    for name, link in links.items():
        if name == "explain":
            refused(api.get("explain/"), 404)  # nothing is scored yet
            continue
        assert api.get(link.removeprefix("http://testserver/api/v1/")).status_code == 200


# The OpenAPI document


@pytest.fixture
def document(client) -> dict:
    return client.get("/api/v1/schema/").json()


def test_the_document_is_valid_and_holds_every_route(document):
    from drf_spectacular.drainage import GENERATOR_STATS

    validate(document)
    assert not GENERATOR_STATS._warn_cache
    assert not GENERATOR_STATS._error_cache
    api = next(r for r in get_resolver().url_patterns if str(r.pattern) == "api/")
    routes = {
        f"/api/{p.pattern}" for p in api.url_patterns if isinstance(p, URLPattern) and str(p.pattern).startswith("v1/")
    }
    routes |= {
        f"/api/{r.pattern}{p.pattern}" for r in api.url_patterns if isinstance(r, URLResolver) for p in r.url_patterns
    }
    routes |= {f"/{str(p.pattern).replace('<slug:code>', '{code}')}" for p in get_resolver().url_patterns
               if str(p.pattern).startswith("api/v1/")}  # fmt: skip
    assert len(routes) == 13 + 1 + 14 + 4 * 14
    assert set(document["paths"]) == routes
    for path, methods in document["paths"].items():
        assert "application/problem+json" in methods["get"]["responses"]["405"]["content"], path
    assert document["paths"]["/api/v1/scores/"]["get"]["security"] == [{"bearer": []}, {"basic": []}]


@pytest.mark.parametrize("table", TABLES)
def test_rows_are_what_the_document_promises(table, api, document):
    body = api.get(f"{table}/").json()
    assert body["results"]
    schema = document["paths"][f"/api/v1/{table}/"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    root = {**schema, "components": document["components"]}
    OAS30Validator(root).validate(body)
    name = schema["$ref"].rsplit("/", 1)[1].replace("Page", "Row")
    promised = document["components"]["schemas"][name]
    assert all("description" in c or "allOf" in c for c in promised["properties"].values())
    for row in body["results"]:
        assert set(row) == set(promised["properties"]) == set(promised["required"])


def promised_by(document: dict, path: str) -> OAS30Validator:
    schema = document["paths"][f"/api/v1/{path}/"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    return OAS30Validator({**schema, "components": document["components"]})


@pytest.mark.parametrize("what", ["score", "position", "gap", "network", "perception", "priority", "projection"])
def test_explanations_are_what_the_document_promises(what, api, document, scored):
    body = api.get(f"explain/?measure=CAP2&what={what}").json()
    promised_by(document, "explain").validate(body)
    assert set(body) == set(document["components"]["schemas"]["Explanation"]["properties"])
    assert (body["submission"], body["measure"], body["what"]) == (scored.enterprise.public_id, "CAP2", what)
    assert body["illustrative"] is True
    first, *below = body["results"]
    assert (first["id"], first["parent"], first["depth"]) == (1, None, 0)
    assert {r["parent"] for r in below} - {None} <= {r["id"] for r in body["results"]}
    assert set(first) == set(document["components"]["schemas"]["ExplanationRow"]["properties"])


def test_a_score_is_explained_down_to_the_answers(api, scored):
    """Every answer of the component is a 2: so is whatever is made of them."""
    rows = api.rows("explain/?measure=CAP")
    asked = [r for r in rows if (r["code"] or "").startswith("E-CAP")]
    assert rows[0]["value"] == 2.0
    assert asked
    assert {r["value"] for r in asked if r["unit"] == "level"} == {2.0}
    plant = next(r for r in api.rows("scores/") if r["site"] == "Nordwerk 2")
    own = api.get(f"explain/?submission={plant['submission_id']}&measure=CAP").json()
    assert (own["view"], own["site"], own["results"][0]["value"]) == ("site", "Nordwerk 2", 3.0)


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("measure=CAP99", 400, "measure"),
        ("measure=CAP1&what=nothing", 400, "what"),
        ("measure=A1&what=action&preset=x", 400, "preset"),
        ("measure=OVERALL&what=network", 404, ""),
        ("measure=CAP1&what=change", 404, ""),  # there is one cycle only
        ("submission=2222222222222222", 404, ""),
        ("cycle=2222222222222222", 404, ""),
        ("foo=1", 400, "foo"),
    ],
)
def test_what_cannot_be_explained_is_refused(query, status, said, api):
    body = refused(api.get(f"explain/?{query}"), status)
    assert body.get("parameter", "") == said


def test_an_explanation_of_another_organisation_is_not_found(api, sudwerk):
    other = score_all(sudwerk)
    refused(api.get(f"explain/?submission={other.enterprise.public_id}"), 404)


def test_charts_are_the_figures_of_the_pages(api, document, scored):
    listed = api.get("charts/").json()
    promised_by(document, "charts").validate(listed)
    codes = [entry["code"] for entry in listed["results"]]
    assert {"perception", "dimensions", "trend", "change"} <= set(codes)
    body = api.get("charts/dimensions/").json()
    promised_by(document, "charts/{code}").validate(body)
    assert [len(row) for row in body["rows"]] == [len(body["columns"])] * 27
    column = [c["key"] for c in body["columns"]].index("score")
    assert {row[column] for row in body["rows"]} == set(LEVELS.values())
    csv = scored.client().get("/dashboard/figures/dimensions.csv").content.decode("utf-8-sig")
    assert len(csv.splitlines()) == 28
    assert body["source"] in csv.replace('""', '"')
    refused(api.get("charts/nothing/"), 404)
    refused(api.get("charts/change/"), 404)  # there is one cycle only
    assert refused(api.get("charts/dimensions/?foo=1"), 400)["parameter"] == "foo"
    refused(Client().get("/api/v1/charts/dimensions/"), 401)


def test_refusals_are_what_the_document_promises(document, nordwerk):
    body = Api(token_of(nordwerk)).get("scores/?limit=x").json()
    root = {"$ref": "#/components/schemas/Problem", "components": document["components"]}
    OAS30Validator(root).validate(body)


def test_the_page_for_people_shows_every_column_and_parameter(client, document):
    page = client.get("/api/v1/docs/").content.decode()
    for name in ("CycleRow", "ScoreRow", "GapRow", "ActionRow"):
        for column in document["components"]["schemas"][name]["properties"]:
            assert f"<code>{column}</code>" in page
    for word in ("after", "limit", "preset", "reference", "/api/v1/scores/"):
        assert word in page
    assert "<script" not in page


def test_docs_name_every_column(root, document):
    text = (root / "docs/api.md").read_text()
    for name in ("CycleRow", "ScoreRow", "GapRow", "ActionRow"):
        for column in document["components"]["schemas"][name]["properties"]:
            assert f"`{column}`" in text, (name, column)


def test_the_document_is_json(client):
    reply = client.get("/api/v1/schema/")
    assert reply.headers["Content-Type"] == "application/json"
    assert json.loads(reply.content)["openapi"].startswith("3.")
