"""What a request asks of a table: its query parameters, each checked, so that a bad one names itself."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from django.http import QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from opmodel.api.parameters import BIGGEST_ID, LIMIT, MAX_LIMIT, PAGING, refuse_unknown, whole
from opmodel.api.problems import BadParameter
from opmodel.api.star.columns import BOOL, INT, TEXT, Column, Table
from opmodel.api.star.reading import Condition, Wanted, all_columns, settled

CODES = {  # texts that come from a short list; whoever looks for others filters by OData
    "code", "component", "content_version", "cycle_state", "dimension", "measure", "measure_kind", "question", "state",
    "status", "submission", "tree", "type", "view", "action",
}  # fmt: skip
MOMENT = "a moment with its zone, such as 2026-11-30T08:00:00Z"
STEPS = [
    OpenApiParameter(
        "updated_since",
        OpenApiTypes.DATETIME,
        description="Only what changed from this moment on, with what went (`deleted_at`); any moment with its zone.",
    ),
    OpenApiParameter(
        "until",
        OpenApiTypes.DATETIME,
        description="End of the changes that are read; taken from `next`. Without it: as far as nothing more can appear.",
    ),
]
CYCLES = OpenApiParameter("cycle", str, description="Only these cycles: one `public_id`, or several with commas.")
EXAMPLES = {INT: 1, BOOL: "true", TEXT: "x"}


def filters(table: Table) -> list[Column]:
    """The columns that a parameter of their name filters by."""
    return [c for c in table.columns if c.refers or c.kind == BOOL or (c.kind == TEXT and c.name in CODES)]


def documented_parameters(table: Table, paged: bool = True) -> list[OpenApiParameter]:
    kinds = {INT: OpenApiTypes.INT64, BOOL: OpenApiTypes.BOOL, TEXT: OpenApiTypes.STR}
    known = [*(PAGING if paged else ()), *STEPS, *([CYCLES] if table.cycle else ())]
    if not paged:
        known.append(OpenApiParameter("columns", str, description="Only these columns, with commas; all without it."))
    return known + [
        OpenApiParameter(c.name, kinds[c.kind], description=f"Only rows with this value. {c.meaning}")
        for c in filters(table)
    ]


def limited(table: Table, cycles: Collection[str]) -> list[Condition]:
    """The rows of the cycles that a token is limited to; tables that belong to no cycle are whole."""
    return [Condition(f"{table.cycle} = ANY(%s)", (list(cycles),))] if cycles and table.cycle else []


def asked(table: Table, given: QueryDict, paged: bool = True, only: Collection[str] = ()) -> Wanted:
    """The rows a request wants, of the cycles `only`; a page has one more row than `limit`, which tells that there is a
    next one."""
    known = {c.name: c for c in filters(table)}
    names = [*(("after", "limit") if paged else ("columns",)), "updated_since", "until"]
    refuse_unknown(given, [*names, *(["cycle"] if table.cycle else []), *known])
    where = [*limited(table, only), *(equal(known[name], given[name]) for name in given if name in known)]
    if table.cycle and "cycle" in given:
        where.append(Condition(f"{table.cycle} = ANY(%s)", (cycles(given["cycle"]),)))
    since, until = span(given)
    return Wanted(
        columns=chosen(table, given.get("columns")) if not paged else all_columns(table),
        after=whole(given, "after", 0, 0, BIGGEST_ID) if paged else None,
        limit=whole(given, "limit", LIMIT, 1, MAX_LIMIT) + 1 if paged else None,
        where=tuple(where),
        since=since,
        until=until,
    )


def chosen(table: Table, names: str | None) -> tuple[Column, ...]:
    """The columns of a list of names, the id first whether named or not."""
    known = {c.name: c for c in all_columns(table)}
    if names is None:
        return tuple(known.values())
    wanted = names.split(",")
    for name in wanted:
        if name not in known:
            raise BadParameter("columns", name, f"columns of {table.name}: {', '.join(known)}")
    return tuple(known[name] for name in dict.fromkeys(["id", *wanted]))


def cycles(text: str) -> list[str]:
    found = text.split(",")
    if not all(part.isascii() and part.isalnum() and len(part) <= 20 for part in found):
        raise BadParameter("cycle", text, "the public_id of a cycle in DimCycle, or several with commas")
    return found


def equal(column: Column, text: str) -> Condition:
    """Rows in which a column has a value."""
    value: Any = text
    if column.kind == INT:
        if not (text.isascii() and text.isdigit() and len(text) <= 19 and int(text) <= BIGGEST_ID):
            raise BadParameter(column.name, text, f"a whole number from 0 to {BIGGEST_ID}")
        value = int(text)
    elif column.kind == BOOL:
        if text not in ("true", "false"):
            raise BadParameter(column.name, text, "true or false")
        value = text == "true"
    elif "\x00" in text:
        raise BadParameter(column.name, text, "a text without the character NUL")
    return Condition(f"{column.typed} = %s", (value,))


def span(given: QueryDict) -> tuple[datetime | None, datetime | None]:
    """From when to when changes are read; (None, None) where all rows are wanted."""
    if "updated_since" not in given:
        if "until" in given:
            raise BadParameter("until", given["until"], "updated_since beside it")
        return None, None
    end = settled()
    since = moment(given, "updated_since")
    if since > datetime.now(UTC):
        raise BadParameter("updated_since", given["updated_since"], "a moment that has passed")
    until = moment(given, "until") if "until" in given else end
    if until > end:
        raise BadParameter("until", given["until"], "a moment that `next` gave")
    return since, until


def moment(given: QueryDict, name: str) -> datetime:
    text = given[name]
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        hint = " (in an address + is written %2B)" if " " in text else ""
        raise BadParameter(name, text, MOMENT + hint) from error
    if found.tzinfo is None:
        raise BadParameter(name, text, MOMENT)
    if not 1900 <= found.year <= 9998:  # within what the database and all zones can hold
        raise BadParameter(name, text, MOMENT)
    return found.astimezone(UTC)  # PostgreSQL knows no zone further away than 16 hours
