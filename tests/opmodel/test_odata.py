"""OData: what it answers, against an evaluator that shares no code with it, and whatever somebody may write into a filter."""

import base64
import random
import re
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.http import urlencode
from odatapy.data import Entity, Property
from odatapy.edm.xml_io import parse_metadata
from odatapy.server.eval import evaluate_filter
from odatapy.server.uri.expression_parser import ExpressionParser

from opmodel.api.odata import asking, filters
from opmodel.api.star import TABLES
from opmodel.organisations.models import Site
from tests import build
from tests.opmodel.odata_filters import Typed, wild
from tests.opmodel.star_world import NAMES, by_odata, everything, odata, typed
from tests.opmodel.test_api import Api, token_of

pytestmark = pytest.mark.django_db
FLAT = TABLES["FactScoreFlat"]


@pytest.fixture(autouse=True)
def without_limit(settings):
    settings.API_REQUESTS_PER_MINUTE = 1_000_000


@pytest.fixture
def company(nordwerk) -> build.World:
    return everything(nordwerk)


@pytest.fixture
def api(company) -> Api:
    return Api(token_of(company))


def get(api: Api, path: str, **headers: str) -> Any:
    reply = odata(api, path, **headers)
    assert reply.status_code == 200, reply.content
    assert reply.headers["OData-Version"] == "4.0"
    return reply.json()


def ids(api: Api, options: str, table: str = "FactScoreFlat") -> list[int]:
    return [r["id"] for r in get(api, f"{table}?$select=id&{options}")["value"]]


def refused(api: Api, path: str, status: int = 400) -> str:
    reply = odata(api, path)
    assert reply.status_code == status, reply.content
    assert reply.headers["Content-Type"].startswith("application/json")
    error = reply.json()["error"]
    assert error["code"] == str(status)
    return error["message"]


# The same rows as an evaluator in memory


class Oracle:
    """odatapy's evaluator over the same rows."""

    def __init__(self, api: Api, table=FLAT) -> None:
        self.rows = typed(table, by_odata(api, table, 5000))
        self.entities = [
            (row["id"], Entity(properties=[Property(name=k, value=v) for k, v in row.items()])) for row in self.rows
        ]

    def ids(self, text: str) -> list[int]:
        parsed = ExpressionParser.parse_string(text, strict=False)
        return [key for key, entity in self.entities if evaluate_filter(entity, parsed)]


BY_HAND = (
    "gap_to_target ne 0", "gap_to_target eq null", "not (gap_to_target eq null)", "gap_to_target gt 0", "not (gap_to_target gt 0)",
    "not (gap_to_target le 0)", "illustrative", "not illustrative", "illustrative eq false", "site eq null", "site ne null",
    "site eq 'Nordwerk 1'", "site ne 'Nordwerk 1'", "score eq 3", "score ne 3", "score gt 2 and score lt 4", "score ge 2.5",
    "score in (2,3)", "measure in ('CAP','VST','x')", "measure eq 'CAP1' or measure eq 'CAP2'", "contains(measure,'AP')",
    "startswith(measure,'CAP')", "endswith(measure,'1')", "not contains(measure,'AP')", "not contains(site,'1')",
    "contains(site,'ü')", "length(measure) eq 4", "indexof(measure,'P') eq 2", "substring(measure,3) eq '1'",
    "substring(measure,0,3) eq 'CAP'", "tolower(measure) eq 'cap1'", "toupper(view) eq 'SITE'", "concat(measure,view) eq 'CAPsite'",
    "trim(measure) eq 'CAP'", "year(updated_at) ge 2020", "month(cycle_opens_on) ge 1", "day(cycle_closes_on) le 31",
    "hour(updated_at) ge 0", "minute(updated_at) lt 60", "second(updated_at) lt 60", "updated_at gt 2020-01-01T00:00:00Z",
    "updated_at gt 2020-01-01T00:00:00%2B02:00", "cycle_opens_on lt 2199-01-01", "cycle_opens_on eq 2026-01-01",
    "date(updated_at) gt 2020-01-01", "score add 1 eq 4", "score sub 1 gt 2", "score mul 2 eq 6", "score div 2 eq 1.5",
    "id div 1000 gt 0", "id mod 1000 eq 1", "score div 0 eq 1", "round(score) eq 3", "floor(score) eq 3", "ceiling(score) eq 4",
    "-score lt 0", "position eq null and peer_median ne null", "position ge 50 or position eq null", "peer_median eq 3.0",
    "bottleneck ne null", "bottleneck eq 'CAP1'", "dimension_id in (1,2,3)", "component_id eq 1 and measure_kind eq 'dimension'",
    "(score gt 3 or site eq null) and not (measure eq 'OVERALL')", "measure lt 'GOV'", "measure ge 'VST'", "null eq null",
    "null ne null", "true", "false", "not false", "true or score gt null", "score gt null", "score eq null", "perception_sites ge 2",
)  # fmt: skip


def test_filters_select_what_an_evaluator_in_memory_selects(api):
    oracle = Oracle(api)
    assert len(oracle.rows) == 96
    make = Typed(FLAT, oracle.rows, random.Random(20261125))
    generated = {make.truth(3) for _ in range(400)}
    texts = [t.replace("%2B", "+") for t in BY_HAND] + sorted(generated)
    sizes = set()
    for text in texts:
        expected = oracle.ids(text)
        assert ids(api, urlencode({"$filter": text})) == expected, text
        sizes.add(len(expected))
    assert len(texts) > 400
    assert len(sizes) > 25, "filters that select all or nothing tell little"


def key_of(row: dict, columns: list[tuple[str, bool]]) -> tuple:
    """The place of a row: rows without a value first going up, last going down."""

    class Down(tuple):
        def __lt__(self, other):
            return tuple.__gt__(self, other)

    parts = []
    for name, down in columns:
        value = row[name]
        plain = (0, "") if value is None else (1, value)
        parts.append(Down(plain) if down else plain)
    return (*parts, row["id"])


def test_orders_pages_and_counts_are_those_of_the_rows(api):
    oracle = Oracle(api)
    chance = random.Random(7)
    names = [
        "site",
        "score",
        "measure",
        "position",
        "gap_to_target",
        "updated_at",
        "illustrative",
        "cycle_opens_on",
        "id",
    ]
    for _ in range(60):
        columns = [(n, chance.random() < 0.5) for n in chance.sample(names, chance.randrange(1, 4))]
        text = ", ".join(f"{n} {'desc' if down else chance.choice(('asc', '')).strip()}".strip() for n, down in columns)
        rows = sorted(oracle.rows, key=lambda r: key_of(r, columns))
        if chance.random() < 0.3:
            rows = [r for r in rows if r["score"] is not None and r["score"] >= 3]
            more = {"$filter": "score ge 3"}
        else:
            more = {}
        skip, top = chance.choice((0, 0, 3, 50)), chance.choice((None, 5, 40, 0))
        query = {"$orderby": text, "$select": "id", "$count": "true", **more}
        query |= {"$skip": skip} if skip else {}
        query |= {} if top is None else {"$top": top}
        page = get(api, f"FactScoreFlat?{urlencode(query)}", Prefer="odata.maxpagesize=9")
        assert page["@odata.count"] == len(rows)
        found, pages = [r["id"] for r in page["value"]], 1
        while "@odata.nextLink" in page:
            path = page["@odata.nextLink"].removeprefix("http://testserver/odata/v4/")
            page = get(api, path, Prefer="odata.maxpagesize=9")
            found += [r["id"] for r in page["value"]]
            pages += 1
        expected = [r["id"] for r in rows[skip:][:top]]
        assert found == expected, query
        assert pages == max(1, -(-len(expected) // 9))


# Whatever may be written


def chained(text: str) -> bool:
    """Whether comparisons stand side by side, as in `a eq b ge c`: the standard binds `ge` tighter, odatapy goes from left to right."""
    bare = re.sub(r"'[^']*'", "x", text)
    while True:
        parts = re.split(r"\b(?:and|or)\b|,", bare)
        if any(len(re.findall(r"\b(?:eq|ne|gt|ge|lt|le|in)\b", part)) > 1 for part in parts if "(" not in part):
            return True
        inner = re.search(r"\(([^()]*)\)", bare)
        if inner is None:
            return False
        if chained(inner[1]):
            return True
        bare = bare[: inner.start()] + " x " + bare[inner.end() :]


def fuzz(api: Api, count: int, seed: int) -> dict[int, int]:
    """Wild filters; each is answered or refused, and what is answered is what the evaluator selects, where it reads it alike."""
    oracle = Oracle(api, TABLES["FactGap"])
    chance = random.Random(seed)
    make = Typed(TABLES["FactGap"], oracle.rows, chance)
    seen: dict[int, int] = {}
    for _ in range(count):
        text = wild(make, chance)
        reply = odata(api, f"FactGap?$select=id&$filter={quote(text, errors='replace')}")
        seen[reply.status_code] = seen.get(reply.status_code, 0) + 1
        assert reply.status_code in (200, 400, 501), (text, reply.content)
        if reply.status_code == 200 and not chained(text):
            found = [r["id"] for r in reply.json()["value"]]
            try:
                expected = oracle.ids(text)
            except Exception:
                continue  # it does not read what we read
            assert set(found) <= set(expected), text
    return seen


def test_no_filter_does_harm(api):
    seen = fuzz(api, 1500, seed=1)
    assert min(seen[200], seen[400]) > 100, seen
    assert seen[501] > 3


@pytest.mark.slow
def test_no_filter_of_thousands_does_harm(api):
    seen = fuzz(api, 4_000, seed=2)
    assert min(seen[200], seen[400]) > 300, seen


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("score", "true or false"),
        ("5", "true or false"),
        ("(1,2)", "list"),
        ("nothing eq 1", "no property nothing"),
        ("organisation__name eq 'x'", "no property"),
        ("organisation/name eq 'x'", ""),
        ("score eq 'x'", "cannot be compared"),
        ("updated_at ge 2026-01-01", "cannot be compared"),
        ("updated_at ge 2026-01-01T00:00:00", "zone"),
        ("cycle_opens_on eq 2026-02-31", "2026-02-31"),
        ("contains(score,'1')", "a text"),
        ("score add 'x' eq 1", "a number"),
        ("not score", "true or false"),
        ("score and true", "true or false"),
        ("score mul 1e308 mul 1e308 gt 1", "too large"),
        ("", "cannot be read"),
        ("score eq", "cannot be read"),
        ("score eq 3 and", "cannot be read"),
        ("measure eq 'a\x00'", "NUL"),
        ("not " * 100 + "true", "nested"),
        ("true or " * 2000 + "true", "characters"),
    ],
)
def test_a_filter_that_is_wrong_is_refused_with_what_is_wrong(text, said, api):
    reply = odata(api, "FactScoreFlat?" + urlencode({"$filter": text}))
    assert reply.status_code in (400, 501), reply.content
    assert said in reply.json()["error"]["message"]


@pytest.mark.parametrize(
    "text",
    [
        "id eq 99999999999999999999999",
        "id add 9223372036854775807 gt 1",
        "score div 0 eq 1",
        "not null",
        "round(null) and illustrative",
        "date(null) eq 2026-01-01",
        "length(null) eq 1",
        "round(null) eq 1",
        "concat(null,'a') eq 'a'",
        "year(null) eq 1",
    ],
)
def test_what_is_odd_but_right_is_answered(text, api):
    get(api, "FactScoreFlat?" + urlencode({"$filter": text}))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("FactScore?$apply=aggregate(id with max as m)", 501),
        ("FactScore?$search=x", 501),
        ("FactScore?$compute=1 as x", 501),
        ("FactScore?$filter=measure/any(a:a eq 1)", 501),
        ("FactScore?$filter=geo.length(measure) eq 1", 501),
        ("FactScore?$format=atom", 501),
        ("FactScore?$expand=DimSite($filter=id eq 1)", 501),
        ("FactScore?filter=id eq 1", 400),
        ("FactScore?$filter=id eq 1&$filter=true", 400),
        ("FactScore?$top=-1", 400),
        ("FactScore?$top=x", 400),
        ("FactScore?$top=99999999999", 400),
        ("FactScore?$skip=1.5", 400),
        ("FactScore?$count=yes", 400),
        ("FactScore?$select=nothing", 400),
        ("FactScore?$orderby=nothing", 400),
        ("FactScore?$orderby=id up", 400),
        ("FactScore?$expand=DimAction", 400),
        ("FactScore?$expand=organisation", 400),
        ("FactScore?$skiptoken=x", 400),
        ("FactScore?$skiptoken=", 400),
        ("FactScore('x')", 400),
        ("FactScore(1)?$filter=true", 400),
        ("FactScore(1)", 404),
        ("FactScore(99999999999999999999999)", 400),
        ("FactScore(-1)", 404),
        ("Nothing", 404),
        ("FactScore/nothing", 404),
        ("FactScore(1)/nothing", 404),
        ("$batch", 404),
    ],
)  # fmt: skip
def test_what_is_not_there_is_refused(path, status, api):
    assert refused(api, path, status)


def test_a_token_of_another_request_is_refused(api):
    link = get(api, "FactScoreFlat?$orderby=site", Prefer="maxpagesize=2")["@odata.nextLink"]
    token = link.partition("$skiptoken=")[2]
    assert "another request" in refused(api, f"FactScoreFlat?$orderby=score&$skiptoken={token}")
    assert "another request" in refused(api, f"FactScore?$orderby=site&$skiptoken={token}")
    assert "unchanged" in refused(api, f"FactScoreFlat?$orderby=site&$skiptoken={token[:-1]}x")


# Answers


def test_the_service_describes_itself(api):
    document = get(api, "")
    assert [entry["name"] for entry in document["value"]] == NAMES
    reply = odata(api, "$metadata")
    assert (reply.status_code, reply.headers["Content-Type"]) == (200, "application/xml")
    root = ElementTree.fromstring(reply.content.decode())
    edm = "{http://docs.oasis-open.org/odata/ns/edm}"
    for entity in root.iter(f"{edm}EntityType"):
        table = TABLES[entity.get("Name")]
        properties = {p.get("Name"): p for p in entity.iter(f"{edm}Property")}
        assert list(properties) == [c.name for c in table.columns]
        for column in table.columns:
            assert (properties[column.name].get("Nullable") != "false") == column.null
    (schema,) = parse_metadata(reply.content)  # another library reads it too
    assert [t.name for t in schema.entity_types] == NAMES
    score = next(t for t in schema.entity_types if t.name == "FactScore")
    assert {n.name for n in score.navigation_properties} == {
        "DimOrganisation", "DimCycle", "DimSite", "DimComponent", "DimDimension", "DimPeerGroup",
    }  # fmt: skip


def test_counts_keys_and_properties(api, company):
    assert odata(api, "FactScore/$count").content == b"96"
    assert odata(api, "FactScore/$count?$filter=site eq null").content == b"32"
    reply = odata(api, "FactScore/$count", Accept="text/plain")
    assert reply.headers["Content-Type"].startswith("text/plain")
    row = get(api, "FactScore?$top=1&$filter=measure eq 'CAP'")["value"][0]
    one = get(api, f"FactScore({row['id']})")
    assert {k: v for k, v in one.items() if not k.startswith("@")} == row
    assert get(api, f"FactScore(id={row['id']})?$select=score")["score"] == row["score"] == 2.0
    assert get(api, f"FactScore({row['id']})/measure")["value"] == "CAP"
    assert odata(api, f"FactScore({row['id']})/measure/$value").content == b"CAP"
    assert odata(api, f"FactScore({row['id']})/site").status_code == 204
    assert list(get(api, "FactScore?$top=1", Accept="application/json;odata.metadata=none")) == ["value"]
    page = get(api, "FactScore?$count=true&$top=2&$filter=site eq null")
    assert (page["@odata.count"], len(page["value"])) == (32, 2)
    assert "@odata.nextLink" not in page


def test_related_rows_come_along(api, company):
    sites = {r["id"]: r for r in get(api, "DimSite")["value"]}
    page = get(
        api, "FactScore?$select=id,site_id&$expand=DimSite($select=name,country),DimCycle&$orderby=id desc&$top=70"
    )
    assert [r["id"] for r in page["value"]] == sorted((r["id"] for r in page["value"]), reverse=True)
    for row in page["value"]:
        site = sites.get(row["site_id"])
        assert row["DimSite"] == (site and {"name": site["name"], "country": site["country"]})
        assert row["DimCycle"]["name"] == "Cycle 1"
    assert {row["site_id"] for row in page["value"]} == {*list(sites)[:2], None}


def test_programs_sign_in_by_basic(company):
    text = token_of(company)
    reply = Client().get("/odata/v4/")
    assert (reply.status_code, reply.headers["WWW-Authenticate"]) == (401, 'Basic realm="OpModel"')
    assert reply.json()["error"]["code"] == "401"
    basic = base64.b64encode(f"x:{text}".encode()).decode()
    assert Client().get("/odata/v4/", headers={"Authorization": f"Basic {basic}"}).status_code == 200
    assert company.client().get("/odata/v4/").status_code == 401
    api = Api(text)
    for method in ("post", "put", "patch", "delete"):
        reply = getattr(api.client, method)("/odata/v4/FactScore", headers=api.headers)
        assert (reply.status_code, reply.json()["error"]["code"]) == (405, "405")
    head = api.client.head("/odata/v4/FactScore", headers=api.headers)
    assert (head.status_code, head.content) == (200, b"")


def test_an_unchanged_page_is_a_304(api, company):
    tag = odata(api, "DimSite").headers["ETag"]
    assert odata(api, "DimSite", **{"If-None-Match": tag}).status_code == 304
    with company.inside():
        Site.objects.filter(pk=company.sites[0].pk).update(name="Renamed")
    assert odata(api, "DimSite", **{"If-None-Match": tag}).status_code == 200


def test_statements_do_not_grow(api):
    odata(api, "DimSite")
    counts = set()
    for path in ("FactScore", "FactScore?$top=2", "FactScore?$expand=DimSite,DimCycle&$filter=score gt 2"):
        with CaptureQueriesContext(connection) as seen:
            get(api, path)
        counts.add(len(seen))
    assert len(counts) == 1
    assert counts.pop() == 13  # two fewer without a savepoint around it


def test_only_columns_of_the_definition_reach_the_statement():
    for name, table in TABLES.items():
        for text in ("password eq 'x'", "o.name eq 'x'", "s.id eq 1", '"id" eq 1', "id) eq 1"):
            with pytest.raises(filters.Unusable):
                filters.compiled(table, text)
        assert filters.compiled(table, "id eq 5").values == (5,), name
    assert asking.PAGE == 5000
