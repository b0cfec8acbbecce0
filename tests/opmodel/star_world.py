"""A company with everything the star schema shows, and readers of it for every interface."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
from django.db import connection
from pyarrow import parquet

from assessments import workflow
from assessments.models import Answer, PlannedAction
from opmodel.api.star import TABLES
from opmodel.api.star.columns import BOOL, DATE, INT, MONEY, NUMBER, TIME, Table
from opmodel.jobs import queue
from opmodel.organisations.models import Site
from tests import build
from tests.assessments.plan_world import choose
from tests.opmodel.test_api import Api

ODD = 'Say "yes", no; and\na second line, ünï – 漢字\t=1+1'
Rows = list[dict[str, Any]]


def everything(world: build.World) -> build.World:
    """Scored, planned, with odd texts, and one survey returned."""
    build.score_all(world)
    choose(world, "A03")  # brings A01, which it builds on
    with world.inside():
        Site.objects.filter(pk=world.sites[1].pk).update(name=ODD[:100], country="DE")
        found = Answer.objects.filter(submission=world.enterprise, status="level").order_by("pk")[:3]
        for answer, said in zip(found, (ODD, "", "\\N"), strict=True):
            Answer.objects.filter(pk=answer.pk).update(comment=said)
        PlannedAction.objects.filter(code="A01").update(benefit_expected=Decimal("1234567.80"), notes=ODD, value=1 / 3)
        workflow.return_submission(
            by=world.members["csco"], submission=world.submissions[3], remarks={"": "Look again."}
        )
    queue.drain()
    return world


def value(kind: str, given: Any) -> Any:
    """A value as the definition has it, from whatever an interface made of it."""
    if given is None or (kind == BOOL and isinstance(given, bool)):
        return given
    if kind == TIME:
        return datetime.fromisoformat(given) if isinstance(given, str) else given
    if kind == DATE:
        return date.fromisoformat(given) if isinstance(given, str) else given
    if kind == BOOL:
        return {"true": True, "false": False}[given]
    made: Callable[[Any], Any] = {
        INT: int,
        NUMBER: float,
        MONEY: lambda v: Decimal(str(v)).quantize(Decimal("0.01")),
    }.get(kind, lambda v: v)
    return made(given)


def typed(table: Table, rows: Rows) -> Rows:
    return [{c.name: value(c.kind, row[c.name]) for c in table.columns} for row in rows]


def body(reply: Any) -> bytes:
    assert reply.status_code == 200, reply.content
    return b"".join(reply.streaming_content) if reply.streaming else reply.content


def by_rest(api: Api, table: Table, limit: int = 50) -> Rows:
    path, found = f"tables/{table.name}/?limit={limit}", []
    while path:
        page = api.get(path).json()
        found += page["results"]
        path = page["next"] and page["next"].removeprefix("http://testserver/api/v1/")
    return found


def odata(api: Api, path: str, **headers: str) -> Any:
    return api.client.get(f"/odata/v4/{path}", headers={**api.headers, **headers})


def by_odata(api: Api, table: Table, size: int = 40) -> Rows:
    path, found = table.name, []
    while path:
        page = odata(api, path, Prefer=f"odata.maxpagesize={size}").json()
        found += page["value"]
        path = page.get("@odata.nextLink", "").removeprefix("http://testserver/odata/v4/")
    return found


def read_csv(text: bytes) -> Rows:
    """Python's reader cannot tell an empty text from nothing; there are no empty texts."""
    return [{k: v or None for k, v in row.items()} for row in csv.DictReader(io.StringIO(text.decode()))]


def by_csv(api: Api, table: Table) -> Rows:
    return read_csv(body(api.get(f"bulk/{table.name}.csv")))


def by_ndjson(api: Api, table: Table) -> Rows:
    return [json.loads(line) for line in body(api.get(f"bulk/{table.name}.ndjson")).splitlines()]


def by_parquet(api: Api, table: Table) -> Rows:
    return parquet.read_table(io.BytesIO(body(api.get(f"bulk/{table.name}.parquet")))).to_pylist()


def by_arrow(api: Api, table: Table) -> Rows:
    return pa.ipc.open_stream(body(api.get(f"bulk/{table.name}.arrow"))).read_all().to_pylist()


def by_sql(world: build.World, table: Table) -> Rows:
    with world.inside("analyst"), connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM bi.{table.view} ORDER BY id")
        names = [c.name for c in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


READERS = {
    "odata": by_odata,
    "csv": by_csv,
    "ndjson": by_ndjson,
    "parquet": by_parquet,
    "arrow": by_arrow,
}
NAMES = list(TABLES)
