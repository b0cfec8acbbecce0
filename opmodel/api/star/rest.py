"""The tables of the star schema over REST: /api/v1/tables/ and /api/v1/tables/NAME/, page by page."""

import json
from typing import Any

from django.http import HttpResponse
from django.urls import URLPattern, path, reverse
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from opmodel.api import contract, parameters
from opmodel.api.star import TABLES
from opmodel.api.star.asking import asked, documented_parameters
from opmodel.api.star.columns import BOOL, DATE, INT, MONEY, NUMBER, TEXT, TIME, Column, Table
from opmodel.api.star.reading import all_columns, as_json, fetched
from opmodel.api.views import Endpoint, documented
from opmodel.organisations.models import Member

FIELDS: dict[str, type[serializers.Field]] = {
    INT: serializers.IntegerField,
    NUMBER: serializers.FloatField,
    MONEY: serializers.FloatField,
    TEXT: serializers.CharField,
    BOOL: serializers.BooleanField,
    DATE: serializers.DateField,
    TIME: serializers.DateTimeField,
}


def field_of(column: Column) -> serializers.Field:
    return FIELDS[column.kind](help_text=column.meaning, allow_null=column.null)


class Gone(serializers.Serializer):
    """A row that went: nothing but its id and when; only where changes are read."""

    id = contract.whole("Key of the row that went.")
    updated_at = contract.moment()
    deleted_at = serializers.DateTimeField(help_text="When it went.")


def row_of(table: Table) -> type[serializers.Serializer]:
    fields: dict[str, Any] = {column.name: field_of(column) for column in all_columns(table)}
    return type(f"{table.name}Row", (serializers.Serializer,), fields | {"__doc__": table.meaning})


def page_of(table: Table) -> type[serializers.Serializer]:
    """The page around the rows of a table."""
    row = row_of(table)
    either = PolymorphicProxySerializer(
        component_name=f"{table.name}OrGone",
        serializers=[row, Gone],
        resource_type_field_name=None,
        many=True,
    )
    fields: dict[str, Any] = {
        "__doc__": table.meaning,
        "count": contract.whole("Number of all rows where it is known without counting.", null=True),
        "next": serializers.URLField(help_text="Address of the next page; null on the last one.", allow_null=True),
        "until": serializers.DateTimeField(
            help_text="Where changes are read: the moment to ask for next time as updated_since.", allow_null=True
        ),
        "results": either,
    }
    return type(f"{table.name}Page", (serializers.Serializer,), fields)


class TableView(Endpoint):
    """One table, page by page. `table` is set where the addresses are made."""

    table: Table

    def reply(self, request: Request, member: Member) -> HttpResponse:
        wanted = asked(self.table, request.query_params, only=request.auth.cycles)
        found = fetched(as_json(self.table, wanted))
        assert wanted.limit is not None
        more = len(found) == wanted.limit
        found = found[: wanted.limit - 1]
        following = None
        if more:
            query = request.query_params.copy()
            query["after"] = str(found[-1][0])
            if wanted.until is not None:
                query["until"] = iso(wanted.until)
            following = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
        head = {
            "count": None if more or wanted.after else len(found),
            "next": following,
            "until": None if wanted.until is None else iso(wanted.until),
        }
        body = f'{json.dumps(head)[:-1]}, "results": [{",".join(text for _id, text in found)}]}}'
        return HttpResponse(body, content_type="application/json")


def iso(moment: Any) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def view_of(table: Table) -> Any:
    """The endpoint of a table, with its own entry in the OpenAPI document."""

    def get(self: TableView, request: Request) -> HttpResponse:
        return Endpoint.get(self, request)

    about = documented(
        f"table_{table.view}",
        page_of(table),
        table.meaning,
        documented_parameters(table),
        paged=False,
        tag="Star schema",
    )
    return type(f"{table.name}View", (TableView,), {"table": table, "scope": table.name, "get": about(get)}).as_view()  # type: ignore[attr-defined]


class TableEntry(serializers.Serializer):
    """One table."""

    name = contract.text("Name of the table.")
    meaning = contract.text("What a row is.")
    address = serializers.URLField(help_text="Its rows, page by page.")


class TableList(serializers.Serializer):
    """The tables of the star schema."""

    results = TableEntry(many=True, help_text="All of them.")


class Tables(Endpoint):
    @documented("list_tables", TableList, "The tables of the star schema", paged=False, tag="Star schema")
    def get(self, request: Request) -> Response:
        return super().get(request)

    def answer(self, request: Request, member: Member) -> dict[str, Any]:
        parameters.read(request.query_params, ())
        return {
            "results": [
                {
                    "name": table.name,
                    "meaning": table.meaning,
                    "address": request.build_absolute_uri(reverse(f"api-table-{table.view}")),
                }
                for table in TABLES.values()
            ]
        }


urlpatterns: list[URLPattern] = [
    path("", Tables.as_view(), name="api-tables"),
    *(path(f"{table.name}/", view_of(table), name=f"api-table-{table.view}") for table in TABLES.values()),
]
