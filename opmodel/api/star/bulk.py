"""Whole tables as files: /api/v1/bulk/NAME.csv, .ndjson, .arrow, .parquet. Streamed; memory does not grow with the table."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pyarrow as pa
from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from pyarrow import csv, parquet
from rest_framework.request import Request

from opmodel.api import contract
from opmodel.api.problems import MEDIA_TYPE
from opmodel.api.star import TABLES
from opmodel.api.star.asking import asked, documented_parameters
from opmodel.api.star.columns import BOOL, DATE, INT, MONEY, NUMBER, TEXT, TIME, Table
from opmodel.api.star.reading import WALK, Wanted, as_csv, as_json, fetched
from opmodel.api.views import PROBLEMS, Endpoint
from opmodel.organisations.models import Member
from opmodel.organisations.tenancy import tenant

CHUNK = 10_000  # rows of one statement: 4 to 8 MB of text
ARROW: dict[str, pa.DataType] = {
    INT: pa.int64(),
    NUMBER: pa.float64(),
    MONEY: pa.decimal128(14, 2),
    TEXT: pa.string(),
    BOOL: pa.bool_(),
    DATE: pa.date32(),
    TIME: pa.timestamp("us", tz="UTC"),
}


def csv_chunks(table: Table, wanted: Wanted) -> Iterator[bytes]:
    """The rows as CSV without a header, some thousands at a time, by COPY."""
    after = wanted.after
    while True:
        sql, values = as_csv(table, replace(wanted, after=after, limit=CHUNK))
        buffer = io.BytesIO()
        with connection.cursor() as cursor:
            cursor.execute(WALK)
            raw: Any = cursor.cursor
            statement = raw.mogrify(sql, values).decode() if values else sql
            raw.copy_expert(f"COPY ({statement}) TO STDOUT WITH (FORMAT csv)", buffer)
            found = cursor.rowcount
        text = buffer.getvalue()
        if text:
            yield text
        if found < CHUNK:
            return
        after = last_id(text)


def last_id(text: bytes) -> int:
    """The first column of the last line; a line break between quotes ends no line.

    >>> last_id(b'1,"a"' + bytes([10]) + b'27,"two' + bytes([10]) + b'3,lines"' + bytes([10]))
    27
    """
    start = text.rfind(b"\n", 0, len(text) - 1)
    while start >= 0 and text.count(b'"', start) % 2:
        start = text.rfind(b"\n", 0, start)
    return int(text[start + 1 : text.index(b",", start + 1)] if b"," in text[start + 1 :] else text[start + 1 :])


def as_csv_file(table: Table, wanted: Wanted) -> Iterator[bytes]:
    yield ",".join(column.name for column in wanted.columns).encode() + b"\n"
    yield from csv_chunks(table, wanted)


def as_ndjson(table: Table, wanted: Wanted) -> Iterator[bytes]:
    """One JSON object a line."""
    after = wanted.after
    while True:
        found = fetched(as_json(table, replace(wanted, after=after, limit=CHUNK)))
        if found:
            yield ("\n".join(text for _id, text in found) + "\n").encode()
        if len(found) < CHUNK:
            return
        after = found[-1][0]


def schema_of(wanted: Wanted) -> pa.Schema:
    """The explicit Arrow schema: also of a file without rows. What went has nothing but its id, so all else may be null."""
    changes = wanted.since is not None
    return pa.schema(
        [
            pa.field(
                c.name,
                ARROW[c.kind],
                nullable=c.null or (changes and c.name not in ("id", "updated_at")),
                metadata={"meaning": c.meaning},
            )
            for c in wanted.columns
        ]
    )


def arrow_chunks(table: Table, wanted: Wanted, schema: pa.Schema) -> Iterator[pa.Table]:
    reading = csv.ReadOptions(column_names=schema.names)
    parsing = csv.ParseOptions(newlines_in_values=True)
    converting = csv.ConvertOptions(
        column_types=dict(zip(schema.names, schema.types, strict=True)),
        null_values=[""],
        true_values=["true"],
        false_values=["false"],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    for text in csv_chunks(table, wanted):
        found = csv.read_csv(pa.BufferReader(text), reading, parsing, converting)
        yield pa.Table.from_arrays(found.columns, schema=schema)


def as_arrow(table: Table, wanted: Wanted) -> Iterator[bytes]:
    """An Arrow IPC stream."""
    schema = schema_of(wanted)
    return written(table, wanted, schema, partial(pa.ipc.new_stream, schema=schema))


def as_parquet(table: Table, wanted: Wanted) -> Iterator[bytes]:
    schema = schema_of(wanted)
    return written(table, wanted, schema, partial(parquet.ParquetWriter, schema=schema, compression="snappy"))


def written(table: Table, wanted: Wanted, schema: pa.Schema, make: Callable[[Any], Any]) -> Iterator[bytes]:
    """What a writer of Arrow makes of the chunks, as it comes."""
    out = Outgoing()
    with make(pa.PythonFile(out, mode="w")) as writer:
        for chunk in arrow_chunks(table, wanted, schema):
            writer.write_table(chunk)
            yield out.taken()
    yield out.taken()


class Outgoing(io.RawIOBase):
    """A file that only grows, and whose bytes are taken away as they come."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.waiting.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        found, self.waiting = b"".join(self.waiting), []
        return found


FORMATS: dict[str, tuple[str, Callable[[Table, Wanted], Iterator[bytes]]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv_file),
    "ndjson": ("application/x-ndjson", as_ndjson),
    "arrow": ("application/vnd.apache.arrow.stream", as_arrow),
    "parquet": ("application/vnd.apache.parquet", as_parquet),
}


class Bulk(Endpoint):
    """A whole table as a file. Without ETag: to know it the table would have to be read."""

    table: Table
    form: str

    def reply(self, request: Request, member: Member) -> HttpResponseBase:
        wanted = asked(self.table, request.query_params, paged=False, only=request.auth.cycles)
        kind, make = FORMATS[self.form]
        response: HttpResponseBase = HttpResponse(content_type=kind)
        if request.method != "HEAD":
            body = inside(member, partial(make, self.table, wanted))
            response = StreamingHttpResponse(body, content_type=kind)
        response["Content-Disposition"] = f'attachment; filename="{self.table.name}.{self.form}"'
        if wanted.until is not None:
            response["OpModel-Until"] = wanted.until.isoformat().replace("+00:00", "Z")
        return response


def inside(member: Member, make: Callable[[], Iterator[bytes]]) -> Iterator[bytes]:
    """A stream in a transaction of its own: it runs when the reply is sent, after that of the request has ended."""
    with tenant(member.organisation_id, user_id=member.user_id, read_only=True, one_snapshot=True):
        yield from make()


def view_of(table: Table, form: str) -> Any:
    def get(self: Bulk, request: Request) -> HttpResponseBase:
        found: HttpResponseBase = Endpoint.get(self, request)
        return found

    kind = FORMATS[form][0].partition(";")[0]
    replies: dict[Any, Any] = {(200, kind): OpenApiResponse(OpenApiTypes.BINARY, description="The file.")}
    for status in (400, 401, 403, 405, 429, 503):
        replies[status, MEDIA_TYPE] = OpenApiResponse(contract.Problem, description=PROBLEMS[status])
    about = extend_schema(
        operation_id=f"bulk_{table.view}_{form}",
        summary=f"{table.name} as {form}",
        description=table.meaning,
        parameters=documented_parameters(table, paged=False),
        responses=replies,
        tags=["Bulk files"],
    )
    return type(
        f"{table.name}Bulk", (Bulk,), {"table": table, "scope": table.name, "form": form, "get": about(get)}
    ).as_view()  # type: ignore[attr-defined]


urlpatterns: list[URLPattern] = [
    path(f"{table.name}.{form}", view_of(table, form), name=f"api-bulk-{table.view}-{form}")
    for table in TABLES.values()
    for form in FORMATS
]
