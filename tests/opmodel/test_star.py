"""The star schema: one definition, the same rows by every way, step by step without losing one."""

import json
import re
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openapi_schema_validator import OAS30Validator

from assessments import workflow
from assessments.models import PlannedAction, Score, Submission
from benchmarks.models import Release
from opmodel.api.star import TABLES, bulk, promises, views
from opmodel.api.star.columns import SQL_TYPE
from opmodel.jobs import queue
from opmodel.organisations.models import Member, Organisation, Site
from tests import build
from tests.opmodel import star_world
from tests.opmodel.star_world import NAMES, READERS, body, by_rest, by_sql, everything, typed
from tests.opmodel.test_api import Api, refused, token_of

pytestmark = pytest.mark.django_db
LONG_AGO = "2001-01-01T00:00:00Z"


@pytest.fixture
def company(nordwerk) -> build.World:
    return everything(nordwerk)


@pytest.fixture
def api(company) -> Api:
    return Api(token_of(company))


# One definition


def test_the_tables_are_those_that_are_promised():
    assert NAMES == [
        "DimOrganisation", "DimSite", "DimCycle", "DimComponent", "DimDimension", "DimQuestion", "DimAction", "DimPeerGroup",
        "FactAnswer", "FactScore", "FactGap", "FactBenchmark", "FactPlanAction", "FactScoreFlat",
    ]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_definition_holds_together(name):
    table = TABLES[name]
    names = [c.name for c in table.columns]
    assert names[0] == "id"
    assert names[-1] == "updated_at"
    assert len(names) == len(set(names))
    assert table.columns[0].sql == table.id_sql
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", n) for n in names)
    assert all(c.meaning.endswith(".") and c.kind in SQL_TYPE for c in table.columns)
    for column in table.columns:
        assert column.name.endswith("_id") or not column.refers
        assert not column.refers or column.refers in TABLES
    assert len([c.refers for c in table.columns if c.refers]) == len({c.refers for c in table.columns if c.refers})


def test_the_contract_files_are_what_the_definitions_say(root):
    assert promises.differences(TABLES, root / promises.FOLDER) == []


def test_a_contract_is_broken_by_what_tools_rely_on():
    column = {"name": "score", "type": "number", "null": True}
    before = {"table": "T", "version": 1, "columns": [column]}
    assert promises.broken(before, before) == []
    assert promises.broken(before, {**before, "columns": [column, {**column, "name": "more"}]}) == []
    assert promises.broken(before, {**before, "columns": []}) == ["T.score is gone"]
    assert promises.broken(before, {**before, "columns": [{**column, "type": "text"}]}) == ["T.score has another type"]
    assert promises.broken(before, {**before, "columns": [{**column, "null": False}]}) == ["T.score has another type"]
    assert promises.broken(before, {**before, "version": 2, "columns": []}) == []


def test_the_views_are_those_of_today_and_check_the_rights_of_their_reader():
    assert views.are_current()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, reloptions FROM pg_class WHERE relnamespace = 'bi'::regnamespace AND relkind = 'v'"
        )
        assert dict(cursor.fetchall()) == {t.view: ["security_invoker=true"] for t in TABLES.values()}


def test_a_view_reads_its_organisation_only_and_nothing_outside_of_one(company, sudwerk):
    everything(sudwerk)
    with connection.cursor() as cursor:
        for table in TABLES.values():
            if "organisation_id" in table.by_name:
                cursor.execute(f"SELECT count(*) FROM bi.{table.view}")
                assert cursor.fetchone() == (0,), table.name
    for table in TABLES.values():
        if "organisation_id" in table.by_name:
            assert {r["organisation_id"] for r in by_sql(company, table)} == {company.organisation.pk}, table.name


# All interfaces agree


def test_every_interface_gives_the_same_rows(company, api, monkeypatch):
    monkeypatch.setattr(bulk, "CHUNK", 32)  # so that a table has several chunks, one of them full to the last row
    for name, table in TABLES.items():
        expected = typed(table, by_sql(company, table))
        assert expected, f"{name} is empty: it agrees with everything"
        assert [r["id"] for r in expected] == sorted({r["id"] for r in expected})
        rest = by_rest(api, table)
        assert typed(table, rest) == expected, name
        assert {r["deleted_at"] for r in rest} == {None}
        for way, read in READERS.items():
            assert typed(table, read(api, table)) == expected, (name, way)
        for column in table.columns:
            assert column.null or all(r[column.name] is not None for r in expected), (name, column.name)


def test_odd_texts_come_through_every_interface(company, api):
    for name, column in (("DimSite", "name"), ("FactAnswer", "comment"), ("FactPlanAction", "notes")):
        for way, read in {**READERS, "rest": by_rest}.items():
            said = {r[column] for r in read(api, TABLES[name])}
            assert star_world.ODD[: 100 if name == "DimSite" else None] in said, way
            assert name != "FactAnswer" or "\\N" in said, way


def test_keys_lead_to_the_rows_they_name(company):
    rows = {name: by_sql(company, table) for name, table in TABLES.items()}
    for name, table in TABLES.items():
        for column in (c for c in table.columns if c.refers):
            known = {r["id"] for r in rows[column.refers]}
            assert {r[column.name] for r in rows[name]} - {None} <= known, (name, column.name)


# The same numbers as elsewhere


def test_scores_are_those_of_the_working_tables_and_the_database(company, api):
    old = {r["id"]: r for r in api.rows("scores/?limit=1000")}
    new = {r["id"]: r for r in by_rest(api, TABLES["FactScoreFlat"])}
    assert set(new) == set(old)
    assert len(new) == 3 * 32
    for row in new.values():
        other = old[row["id"]]
        same = (
            "score",
            "coverage",
            "low",
            "high",
            "bottleneck",
            "position_text",
            "position_low",
            "position_high",
            "measure",
        )
        same += (
            "peer_p25",
            "peer_median",
            "peer_p75",
            "peer_group",
            "peer_n_band",
            "peer_period",
            "release",
            "component",
        )
        same += (
            "measure_name",
            "site",
            "view",
            "illustrative",
            "method_version",
            "content_version",
            "cycle",
            "organisation",
        )
        assert {k: row[k] for k in same} == {k: other[k] for k in same}
    enterprise = {r["measure"]: r["score"] for r in new.values() if r["view"] == "enterprise"}
    assert {c: enterprise[c] for c in build.LEVELS} == build.LEVELS
    assert enterprise["OVERALL"] == 3.5
    with company.inside():
        stored = Score.objects.filter(result__submission=company.enterprise).values_list("measure", "position")
        places = {r["measure"]: r["position"] for r in new.values() if r["view"] == "enterprise"}
        assert places == dict(stored)
        assert any(places.values())


def test_gaps_are_those_of_the_working_table(api):
    old = {r["id"]: r for r in api.rows("gaps/")}
    new = by_rest(api, TABLES["FactGap"])
    assert {r["id"] for r in new} == set(old)
    assert len(new) == 27
    same = (
        "dimension", "dimension_name", "component", "score", "target", "peer_median", "peer_p75", "network_score",
        "gap_to_target", "gap_to_median", "gap_to_p75", "perception_gap", "perception_flag", "perception_sites",
        "peer_group", "peer_n_band", "peer_period", "release", "illustrative", "method_version", "content_version",
    )  # fmt: skip
    for row in new:
        assert {k: row[k] for k in same} == {k: old[row["id"]][k] for k in same}
    flat = {r["id"]: r for r in by_rest(api, TABLES["FactScoreFlat"])}
    for row in new:
        assert {k: flat[row["id"]][k] for k in ("target", "gap_to_target", "perception_gap")} == {
            k: row[k] for k in ("target", "gap_to_target", "perception_gap")
        }


def test_answers_are_what_was_answered(api, company):
    rows = by_rest(api, TABLES["FactAnswer"], 1000)
    enterprise = [r for r in rows if r["view"] == "enterprise"]
    assert len(enterprise) == 74
    assert all(r["level"] == build.LEVELS[r["component"]] for r in enterprise)
    plants = {r["submission_id"]: r["level"] for r in rows if r["view"] == "site"}
    assert plants == {company.submissions[1].pk: 2, company.submissions[2].pk: 3}  # the third was returned


def test_a_plan_shows_its_actions(api, company):
    first, _second = sorted(by_rest(api, TABLES["FactPlanAction"]), key=lambda r: r["action"])[:2]
    assert (first["action"], first["status"], first["benefit_expected"], first["currency"]) == (
        "A01",
        "planned",
        1234567.8,
        "EUR",
    )
    assert first["value"] == 1 / 3


def test_numbers_look_like_numbers_to_whoever_guesses_types_from_the_first_rows(api):
    text = body(api.get("bulk/FactScore.ndjson")).decode().splitlines()[0]
    assert '"score":2.0' in text
    assert '"coverage":1.0' in text
    assert re.search(r'"updated_at":"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"', text)


# Peers


def test_a_release_that_was_taken_back_leaves_no_figure_anywhere(api, company):
    assert by_rest(api, TABLES["FactBenchmark"])
    before = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    Release.objects.filter(name="R1").update(state=Release.State.WITHDRAWN)
    for name in ("FactBenchmark", "DimPeerGroup"):
        assert by_rest(api, TABLES[name]) == []
        gone = api.get(f"tables/{name}/?updated_since={before}").json()["results"]
        assert gone
        assert all(r["deleted_at"] and r["id"] and not r.get("p50") for r in gone)
    rows = api.get(f"tables/FactScoreFlat/?updated_since={before}&limit=1000").json()["results"]
    compared = [r for r in rows if r["view"] == "enterprise"]
    assert len(compared) == 32  # they changed: whoever reads step by step learns of it
    for column in (
        "peer_median",
        "position",
        "position_text",
        "peer_group",
        "peer_group_id",
        "release",
        "gap_to_median",
    ):
        assert {r[column] for r in compared} == {None}, column
    assert not any(r["illustrative"] for r in compared)


def test_groups_are_those_of_the_own_paths(company, api):
    (group,) = by_rest(api, TABLES["DimPeerGroup"])
    assert (group["path"], group["name"], group["peer_n_band"], group["release"]) == ("all", "all peers", "50-99", "R1")
    cell = next(r for r in by_rest(api, TABLES["FactBenchmark"]) if r["measure"] == "CAP")
    assert (cell["p25"], cell["p50"], cell["p75"], cell["p10"], cell["peer_group_id"]) == (
        2.5,
        3.0,
        3.6,
        None,
        group["id"],
    )


# Step by step


def steps(api: Api, name: str, since: str, limit: int = 10) -> tuple[list[dict], str]:
    """All changes from a moment on, page by page, and the moment to go on from."""
    path, found, until = f"tables/{name}/?updated_since={since}&limit={limit}", [], ""
    while path:
        page = api.get(path).json()
        found += page["results"]
        until = page["until"]
        path = page["next"] and page["next"].removeprefix("http://testserver/api/v1/")
    return found, until


def applied(rows: list[dict], known: dict) -> dict:
    for row in rows:
        if row["deleted_at"]:
            known.pop(row["id"], None)
        else:
            known[row["id"]] = row
    return known


def whole(api: Api, name: str) -> dict:
    return {r["id"]: r for r in by_rest(api, TABLES[name], 1000)}


def test_reading_changes_from_the_begin_is_reading_everything(api):
    for name in NAMES:
        found, until = steps(api, name, LONG_AGO)
        assert applied(found, {}) == whole(api, name)
        assert len({r["id"] for r in found}) == len(found)
        assert steps(api, name, until)[0] == []


def test_every_change_arrives_and_nothing_else(company, api):
    names = ("DimSite", "FactScore", "FactAnswer", "FactPlanAction", "FactGap", "FactScoreFlat")
    known, at = {}, {}
    for name in names:
        rows, at[name] = steps(api, name, LONG_AGO)
        known[name] = applied(rows, {})

    def catch_up() -> dict[str, int]:
        count = {}
        for name in names:
            rows, at[name] = steps(api, name, at[name])
            applied(rows, known[name])
            assert known[name] == whole(api, name), name
            count[name] = len(rows)
        return count

    assert set(catch_up().values()) == {0}
    with company.inside():
        Site.objects.filter(pk=company.sites[0].pk).update(name="Renamed")
    found = catch_up()
    assert found["DimSite"] == 1
    assert found["FactScore"] == found["FactScoreFlat"] == 32
    assert found["FactGap"] == 0
    with company.inside():
        workflow.return_submission(
            by=company.members["csco"], submission=company.submissions[1], remarks={"": "Again."}
        )
    queue.drain()
    found = catch_up()
    assert found["FactScore"] == 32
    assert found["FactAnswer"] == 44
    assert found["FactGap"] == 27  # the plants' view of every dimension was calculated again
    with company.inside():
        planned = PlannedAction.objects.get(code="A03")
        workflow.remove_action(by=company.members["csco"], planned=planned, base_version=planned.version)
    found = catch_up()
    assert found["FactPlanAction"] == 1
    with company.inside():
        submission = Submission.objects.get(pk=company.submissions[1].pk)
        workflow.submit(by=Member.objects.get(user_id=submission.submitted_by_id), submission=submission)
    queue.drain()
    assert catch_up()["FactScore"] == 32


def test_what_is_deleted_altogether_is_told(company, api):
    _rows, at = steps(api, "FactScore", LONG_AGO)
    with company.inside():
        ids = {r["id"] for r in by_sql(company, TABLES["FactScore"]) if r["submission_id"] == company.submissions[2].pk}
        Submission.objects.filter(pk=company.submissions[2].pk).delete()
    gone = {r["id"] for r in steps(api, "FactScore", at)[0] if r["deleted_at"]}
    assert ids
    assert ids <= gone
    assert not gone & set(whole(api, "FactScore"))


@pytest.mark.parametrize("form", ["csv", "ndjson", "parquet", "arrow"])
def test_files_give_changes_too(form, company, api):
    reply = api.get(f"bulk/FactScore.{form}?updated_since={LONG_AGO}")
    assert reply.headers["OpModel-Until"].endswith("Z")
    content = body(reply)
    read = {
        "csv": star_world.read_csv,
        "ndjson": lambda b: [json.loads(line) for line in b.splitlines()],
        "parquet": lambda b: star_world.parquet.read_table(pa.BufferReader(b)).to_pylist(),
        "arrow": lambda b: pa.ipc.open_stream(b).read_all().to_pylist(),
    }[form]
    rows = read(content)
    gone = [r for r in rows if r["deleted_at"]]
    assert len(gone) == 32
    assert {r["measure"] for r in gone} == {None}
    assert len(rows) == 4 * 32


def test_an_empty_file_keeps_its_columns(company, api):
    cycle = "2222222222222222"
    table = TABLES["FactScore"]
    names = [*(c.name for c in table.columns), "deleted_at"]
    assert body(api.get(f"bulk/FactScore.csv?cycle={cycle}")).decode() == ",".join(names) + "\n"
    assert body(api.get(f"bulk/FactScore.ndjson?cycle={cycle}")) == b""
    empty = star_world.parquet.read_table(pa.BufferReader(body(api.get(f"bulk/FactScore.parquet?cycle={cycle}"))))
    full = star_world.parquet.read_table(pa.BufferReader(body(api.get("bulk/FactScore.parquet"))))
    assert (empty.num_rows, empty.schema) == (0, full.schema)
    assert full.schema.field("score").type == pa.float64()
    assert not full.schema.field("id").nullable


def test_a_line_break_in_the_last_text_of_a_chunk_ends_no_row():
    assert bulk.last_id(b'1,"a"\n27,"two\n3,lines"\n') == 27
    assert bulk.last_id(b'5,"a ""quoted""\n6,x"\n') == 5
    assert bulk.last_id(b"8\n9\n") == 9


# Filters, cycles, columns


def test_a_column_filters_by_its_value(api, company):
    rows = by_rest(api, TABLES["FactScore"], 1000)
    site = company.sites[0].pk
    for query, keep in (
        ("measure=CAP", lambda r: r["measure"] == "CAP"),
        (f"site_id={site}", lambda r: r["site_id"] == site),
        ("illustrative=true&view=enterprise", lambda r: r["illustrative"]),
        (f"cycle={company.cycle.public_id},2222222222222222", lambda r: True),
        ("measure=nothing", lambda r: False),
    ):
        found = api.get(f"tables/FactScore/?limit=1000&{query}").json()["results"]
        assert found == [r for r in rows if keep(r)], query


def test_a_moment_may_have_any_zone(api):
    for zone in ("%2B23:59", "-23:59", "%2B02:00", "Z"):
        assert api.get(f"tables/DimCycle/?updated_since=2001-01-01T00:00:00{zone}").status_code == 200


def test_a_file_of_chosen_columns(api):
    text = body(api.get("bulk/FactScore.csv?columns=score,measure&view=enterprise&measure=CAP")).decode()
    assert re.fullmatch(r"id,score,measure\n\d+,2\.0,CAP\n", text)


@pytest.mark.parametrize(
    ("query", "parameter", "expected"),
    [
        ("limit=1000000", "limit", "1000"),
        ("limit=0", "limit", "1000"),
        ("after=x", "after", "whole number"),
        ("after=-1", "after", "whole number"),
        ("updated_since=2026-01-01", "updated_since", "zone"),
        ("updated_since=2026-01-01T00:00:00", "updated_since", "zone"),
        ("updated_since=2026-01-01T00:00:00+02:00", "updated_since", "%2B"),
        ("updated_since=yesterday", "updated_since", "zone"),
        ("updated_since=2999-01-01T00:00:00Z", "updated_since", "passed"),
        ("updated_since=0001-01-01T00:00:00Z", "updated_since", "zone"),
        ("updated_since=2026-01-01T00:00:00Z&until=2999-01-01T00:00:00Z", "until", "next"),
        ("until=2026-01-01T00:00:00Z", "until", "updated_since"),
        ("nothing=1", "nothing", "one of these parameters"),
        ("score=3", "score", "one of these parameters"),
        ("organisation__name=x", "organisation__name", "one of these parameters"),
        ("site_id=x", "site_id", "whole number"),
        ("site_id=99999999999999999999", "site_id", "whole number"),
        ("illustrative=yes", "illustrative", "true or false"),
        ("measure=%00", "measure", "NUL"),
        ("cycle=';--", "cycle", "public_id"),
        ("cycle=", "cycle", "public_id"),
        ("limit=1&limit=2", "limit", "one value"),
    ],
)
def test_a_request_that_cannot_be_answered_says_what_to_change(query, parameter, expected, nordwerk):
    body = refused(Api(token_of(nordwerk)).get(f"tables/FactScore/?{query}"), 400)
    assert body["parameter"] == parameter
    assert expected in body["detail"]


def test_an_unknown_column_is_named(nordwerk):
    body = refused(Api(token_of(nordwerk)).get("bulk/FactScore.csv?columns=score,nothing"), 400)
    assert (body["parameter"], body["value"]) == ("columns", "nothing")


@pytest.mark.parametrize("path", ["tables/Nothing/", "bulk/Nothing.csv", "bulk/FactScore.xml", "tables/factscore/"])
def test_there_is_no_other_table(path, nordwerk):
    refused(Api(token_of(nordwerk)).get(path), 404)


# HTTP


def every_path() -> list[str]:
    return ["tables/", *(f"tables/{n}/" for n in NAMES), *(f"bulk/{n}.{f}" for n in NAMES for f in bulk.FORMATS)]


@pytest.mark.parametrize("path", ["tables/", "tables/FactScore/", "bulk/FactScore.csv", "bulk/DimSite.parquet"])
def test_nobody_reads_without_a_token_and_nobody_writes(path, nordwerk):
    refused(Client().get(f"/api/v1/{path}"), 401)
    refused(nordwerk.client().get(f"/api/v1/{path}"), 401)
    api = Api(token_of(nordwerk))
    for method in ("post", "put", "patch", "delete"):
        refused(getattr(api.client, method)(f"/api/v1/{path}", headers=api.headers), 405)


@pytest.mark.parametrize("path", ["tables/", "tables/FactScore/", "bulk/FactScore.csv", "bulk/DimSite.parquet"])
def test_head_is_a_get_without_a_body(path, nordwerk):
    api = Api(token_of(nordwerk))
    head = api.client.head(f"/api/v1/{path}", headers=api.headers)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Type"] == api.get(path).headers["Content-Type"]


def test_an_unchanged_page_is_a_304(api, company):
    first = api.get("tables/FactScore/")
    again = api.get("tables/FactScore/", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    with company.inside():
        Site.objects.filter(pk=company.sites[0].pk).update(name="Renamed")
    assert api.get("tables/FactScore/", **{"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_what_can_be_packed_is_packed(api):
    for path in ("tables/FactScore/", "bulk/FactScore.csv", "bulk/FactScore.ndjson"):
        assert api.get(path, **{"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in api.get("bulk/FactScore.parquet", **{"Accept-Encoding": "gzip"}).headers


def test_statements_do_not_grow_with_sites_or_rows():
    counts: dict[str, set[int]] = {}
    for company, sites in (("Three", 3), ("Six", 6)):
        api = Api(token_of(build.score_all(build.world(company, sites=sites))))
        api.get("tables/DimSite/")  # notes the use of the token
        for name in NAMES:
            for path in (f"tables/{name}/?limit=1000", f"tables/{name}/?limit=2"):
                with CaptureQueriesContext(connection) as seen:
                    assert api.get(path).status_code == 200
                counts.setdefault(name, set()).add(len(seen))
    assert {len(n) for n in counts.values()} == {1}, counts
    assert {n for found in counts.values() for n in found} == {13}  # two fewer without a savepoint around it


def test_a_token_reads_its_own_organisation_only(company, sudwerk):
    everything(sudwerk)
    own, other = Api(token_of(company)), Api(token_of(sudwerk))
    with company.inside():
        Organisation.objects.filter(pk=company.organisation.pk).update(name="CANARY-N")
        Site.objects.filter(pk=company.sites[0].pk).update(name="CANARY-N site")
    with sudwerk.inside():
        Organisation.objects.filter(pk=sudwerk.organisation.pk).update(name="CANARY-S")
        Site.objects.filter(pk=sudwerk.sites[0].pk).update(name="CANARY-S site")
    seen = {"CANARY-N": 0, "CANARY-S": 0}
    for reader, mine, theirs in ((own, "CANARY-N", "CANARY-S"), (other, "CANARY-S", "CANARY-N")):
        for path in every_path():
            text = body(reader.get(path))
            assert theirs.encode() not in text, path
            seen[mine] += mine.encode() in text
        for name in NAMES:
            text = star_world.odata(reader, name).content
            assert theirs.encode() not in text
            seen[mine] += mine.encode() in text
    assert min(seen.values()) > 10


def test_a_foreign_key_looks_like_one_that_does_not_exist(company, sudwerk):
    everything(sudwerk)
    api = Api(token_of(company))
    foreign = sudwerk.sites[0].pk
    with sudwerk.inside():
        assert Site.objects.filter(pk=foreign).exists()
    a, b = (api.get(f"tables/FactScore/?site_id={pk}") for pk in (foreign, 2**62))
    assert a.json() == b.json()
    assert a.json()["results"] == []
    a, b = (star_world.odata(api, f"DimSite({pk})") for pk in (foreign, 2**62))
    assert (a.status_code, a.content) == (404, b.content)


# The OpenAPI document


def test_pages_are_what_the_document_promises(api, client):
    document = client.get("/api/v1/schema/").json()
    for name in NAMES:
        promised(name, api, document)


def promised(name: str, api: Api, document: dict) -> None:
    entry = document["paths"][f"/api/v1/tables/{name}/"]["get"]
    schema = entry["responses"]["200"]["content"]["application/json"]["schema"]
    for query in ("", f"?updated_since={LONG_AGO}&limit=1000"):
        OAS30Validator({**schema, "components": document["components"]}).validate(
            api.get(f"tables/{name}/{query}").json()
        )
    row = document["components"]["schemas"][f"{name}Row"]
    assert set(row["properties"]) == {*TABLES[name].by_name, "deleted_at"}
    for column in TABLES[name].columns:
        assert row["properties"][column.name].get("nullable", False) == column.null


def test_the_list_of_tables_leads_to_them(nordwerk):
    api = Api(token_of(nordwerk))
    listed = api.get("tables/").json()["results"]
    assert [entry["name"] for entry in listed] == NAMES
    for entry in listed:
        assert api.get(entry["address"].removeprefix("http://testserver/api/v1/")).status_code == 200
