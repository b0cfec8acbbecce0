"""What a request asks of an entity set: the OData options, each checked."""

import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core import signing
from django.http import HttpRequest

from opmodel.api.odata.filters import Unsupported, Unusable, compiled
from opmodel.api.star import TABLES
from opmodel.api.star.columns import DATE, MONEY, TEXT, TIME, Column, Table
from opmodel.api.star.reading import Condition

PAGE = 5_000  # rows of one reply
SUPPORTED = ("$filter", "$select", "$orderby", "$top", "$skip", "$count", "$expand", "$skiptoken", "$format")
WITHOUT = ("$apply", "$search", "$compute", "$deltatoken", "$levels", "$index", "$schemaversion")
MOST = 2**31 - 1
SALT = "opmodel.api.odata"


@dataclass(frozen=True)
class Expansion:
    """A row of another table beside each row: where it comes from, and what of it is shown."""

    name: str
    key: Column
    table: Table
    columns: tuple[Column, ...]
    where: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Order:
    column: Column
    down: bool


@dataclass(frozen=True)
class Ask:
    """One collection request."""

    table: Table
    columns: tuple[Column, ...]
    expansions: tuple[Expansion, ...] = ()
    where: tuple[Condition, ...] = ()
    orders: tuple[Order, ...] = ()
    top: int | None = None
    skip: int = 0
    count: bool = False
    after: tuple[Any, ...] | None = None  # the values of the orders, then the id, of the last row that was given


class BadOption(Unusable):
    """An option that cannot be used."""

    def __init__(self, option: str, said: str) -> None:
        self.option = option
        super().__init__(f"{option}: {said}")


def options(request: HttpRequest, allowed: tuple[str, ...] = SUPPORTED) -> dict[str, str]:
    """The options of a request, each once. Raises BadOption, Unsupported."""
    found = {}
    for name, values in request.GET.lists():
        if name in WITHOUT:
            raise Unsupported(f"{name} is not supported.")
        if name not in allowed:
            raise BadOption(name[:40], f"there is no such option here; there are {', '.join(allowed)}.")
        if len(values) > 1:
            raise BadOption(name, "it stands more than once.")
        found[name] = values[0]
    form = found.get("$format", "json").lower()
    if not (form == "json" or form.startswith("application/json")):
        raise Unsupported("$format: there is JSON only.")
    return found


def ask(table: Table, given: dict[str, str]) -> Ask:
    """The options of a collection, read. Raises Unusable, Unsupported."""
    orders = orders_of(table, given.get("$orderby"))
    return Ask(
        table,
        columns_of(table, given.get("$select")),
        expansions_of(table, given.get("$expand")),
        filter_of(table, given.get("$filter")),
        orders,
        whole(given, "$top"),
        whole(given, "$skip") or 0,
        truth(given, "$count"),
        token(table, orders, given.get("$skiptoken")),
    )


def filter_of(table: Table, text: str | None) -> tuple[Condition, ...]:
    return () if text is None else (compiled(table, text),)


def columns_of(table: Table, text: str | None, option: str = "$select") -> tuple[Column, ...]:
    if text is None or text.strip() == "*":
        return table.columns
    found = []
    for name in (part.strip() for part in text.split(",")):
        if name not in table.by_name:
            raise BadOption(option, f"{table.name} has no property {name[:80]}.")
        found.append(table.by_name[name])
    return tuple(dict.fromkeys(found))


def navigation(table: Table) -> dict[str, Column]:
    """The tables that a row refers to, by name, with the column that holds the key."""
    return {column.refers: column for column in table.columns if column.refers}


def expansions_of(table: Table, text: str | None) -> tuple[Expansion, ...]:
    if text is None:
        return ()
    known, found = navigation(table), {}
    # An entry ends at a comma outside of brackets.
    for entry in re.split(r",(?![^()]*\))", text):
        match = re.fullmatch(r"\s*(\w+)\s*(?:\((.*)\))?\s*", entry)
        if match is None or match[1] not in known:
            raise BadOption(
                "$expand", f"{table.name} leads to {', '.join(known) or 'no other table'}, not to {entry[:80]}."
            )
        other, columns = TABLES[match[1]], None
        for inner in filter(None, (match[2] or "").split(";")):
            name, _sign, value = inner.partition("=")
            if name.strip() != "$select":
                raise Unsupported(f"$expand: inside of it there is $select only, not {name[:40]}.")
            columns = value
        found[match[1]] = Expansion(match[1], known[match[1]], other, columns_of(other, columns, "$expand"))
    return tuple(found.values())


def orders_of(table: Table, text: str | None) -> tuple[Order, ...]:
    if text is None:
        return ()
    found: dict[str, Order] = {}
    for entry in text.split(","):
        match = re.fullmatch(r"\s*(\w+)(?:\s+(asc|desc))?\s*", entry)
        if match is None or match[1] not in table.by_name:
            raise BadOption("$orderby", f"properties of {table.name} with asc or desc, not {entry[:80]}.")
        found.setdefault(match[1], Order(table.by_name[match[1]], match[2] == "desc"))
    return tuple(found.values())


def whole(given: dict[str, str], name: str) -> int | None:
    text = given.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,10}", text) or int(text) > MOST:
        raise BadOption(name, f"a whole number from 0 to {MOST}, not {text[:40]}.")
    return int(text)


def truth(given: dict[str, str], name: str) -> bool:
    text = given.get(name, "false")
    if text not in ("true", "false"):
        raise BadOption(name, f"true or false, not {text[:40]}.")
    return text == "true"


def token_text(values: list[Any]) -> str:
    """Where a page ended, so that nobody can write one by hand."""
    return signing.Signer(salt=SALT).sign_object(values, compress=True)


def token(table: Table, orders: tuple[Order, ...], text: str | None) -> tuple[Any, ...] | None:
    """The values of the last row of the page before."""
    if text is None:
        return None
    try:
        name, *values = signing.Signer(salt=SALT).unsign_object(text)
    except (signing.BadSignature, ValueError, TypeError, json.JSONDecodeError) as error:
        raise BadOption("$skiptoken", "take it unchanged from @odata.nextLink.") from error
    if name != token_name(table, orders) or len(values) != len(orders) + 1:
        raise BadOption("$skiptoken", "it is that of another request; take it unchanged from @odata.nextLink.")
    kinds = [order.column.kind for order in orders]
    return (*(restored(kind, value) for kind, value in zip(kinds, values[:-1], strict=True)), values[-1])


def token_name(table: Table, orders: tuple[Order, ...]) -> str:
    return " ".join([table.name, *(f"{o.column.name}{'-' if o.down else '+'}" for o in orders)])


def restored(kind: str, value: Any) -> Any:
    if value is None or kind == TEXT:
        return value
    made = {TIME: datetime.fromisoformat, DATE: date.fromisoformat, MONEY: lambda v: Decimal(str(v))}.get(kind)
    return made(value) if made else value
