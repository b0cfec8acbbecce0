"""The statements that read the star schema: what REST, OData and bulk files have in common.

Rows come in the order of their ids. Whoever reads step by step passes `since` and `until`: then rows that have gone come
too, with nothing but id, `updated_at` and `deleted_at`, and nothing from `until` on, see `settled`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from opmodel.api.star.columns import BOOL, NUMBER, SLOTS, SQL_TYPE, TIME, Column, Table

DELETED_AT = Column(
    "deleted_at", TIME, "When the row went; filled only where changes are read (`updated_since`).", "NULL", null=True
)
ISO = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
SETTLED = """
SELECT LEAST(clock_timestamp(), min(CASE WHEN backend_xid IS NOT NULL THEN xact_start
                                         WHEN state = 'active' THEN query_start END))
  FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


# The statements are written in the order in which a page is read: from the row above, by its index, to what lies beside each
# row. PostgreSQL guesses far too few rows behind so many conditions of row-level security, would put all of them in order for
# the first thousand, and thinks about it longer than it works.
WALK = """
SELECT set_config(name, value, true) FROM (VALUES ('join_collapse_limit', '1'), ('enable_hashjoin', 'off'),
       ('enable_mergejoin', 'off'), ('enable_sort', 'off'), ('max_parallel_workers_per_gather', '0')) AS s(name, value)
"""


@dataclass(frozen=True)
class Condition:
    """A condition in SQL with its values."""

    sql: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Wanted:
    """Which rows and columns are read: rows after the id `after`, at most `limit`, that meet all `where`."""

    columns: tuple[Column, ...]
    after: int | None = None
    limit: int | None = None
    where: tuple[Condition, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


Statement = tuple[str, list[Any]]


def all_columns(table: Table) -> tuple[Column, ...]:
    """The columns as REST and bulk files give them."""
    return (*table.columns, DELETED_AT)


def settled() -> datetime:
    """The moment before which nothing more will appear: no transaction that wrote earlier is still open.

    A row takes its time while its transaction runs and is seen when that commits, maybe much later: whoever goes on
    from the latest time seen would never meet it. Times are those of the statement that wrote (`opmodel_touch`, column
    defaults), never earlier than the begin of its transaction. To be asked in a statement before the one that reads.
    """
    with connection.cursor() as cursor:
        cursor.execute(SETTLED)
        found: datetime = cursor.fetchone()[0]
    return found


def fetched(statement: Statement) -> list[Any]:
    """The rows of a page, read as it is written."""
    with connection.cursor() as cursor:
        cursor.execute(WALK)
        cursor.execute(*statement)
        return list(cursor.fetchall())


def as_json(table: Table, wanted: Wanted) -> Statement:
    """Rows of (id, the row as JSON): PostgreSQL writes them, which is many times faster than Python."""
    sql, values = rows(table, wanted)
    written = ", ".join(f'{in_json(c)} AS "{c.name}"' for c in wanted.columns)
    return f"SELECT id, row_to_json(w)::text FROM (SELECT {written} FROM ({sql}) AS u) AS w", values


def as_csv(table: Table, wanted: Wanted) -> Statement:
    """Rows as COPY writes them into a CSV file."""
    sql, values = rows(table, wanted)
    return f"SELECT {', '.join(in_csv(c) for c in wanted.columns)} FROM ({sql}) AS u", values


def in_json(column: Column) -> str:
    """A column as JSON has it: times in UTC with a Z; a number that happens to be whole stays a number with a point, for
    tools guess the type of a column from its first rows."""
    name = f'u."{column.name}"'
    if column.kind == NUMBER:
        return f"CASE WHEN {name} = floor({name}) AND abs({name}) < 1e15 THEN ({name}::bigint || '.0')::json ELSE to_json({name}) END"
    return f"to_char({name} AT TIME ZONE 'UTC', '{ISO}')" if column.kind == TIME else name


def in_csv(column: Column) -> str:
    """A column as CSV has it: true and false as words, the rest as in JSON."""
    name = f'u."{column.name}"'
    if column.kind == NUMBER:
        return (
            f"CASE WHEN {name} = floor({name}) AND abs({name}) < 1e15 THEN {name}::bigint || '.0' ELSE {name}::text END"
        )
    return f"{name}::text" if column.kind == BOOL else in_json(column)


def rows(table: Table, wanted: Wanted) -> Statement:
    """The rows in the order of their ids, with all that went where changes are asked for."""
    if wanted.since is None:
        return standing(table, wanted)
    parts = [standing(table, wanted), *gone(table, wanted)]
    united = " UNION ALL ".join(f"({sql})" for sql, _values in parts)
    sql = f"SELECT * FROM ({united}) AS t ORDER BY id{limit(wanted)}"
    return sql, [v for _sql, values in parts for v in values]


def limit(wanted: Wanted) -> str:
    return "" if wanted.limit is None else f" LIMIT {wanted.limit}"


def standing(table: Table, wanted: Wanted) -> Statement:
    """The rows that stand at present."""
    where = [Condition(text) for text in (table.scope, table.living) if text] + list(wanted.where)
    if wanted.since is not None:
        where.append(between(table.by_name["updated_at"].sql, wanted))
    return select(table, wanted, where, [column.typed for column in wanted.columns])


def between(moment: str, wanted: Wanted) -> Condition:
    return Condition(f"{moment} >= %s AND {moment} < %s", (wanted.since, wanted.until))


def gone(table: Table, wanted: Wanted) -> list[Statement]:
    """The rows that went: those whose reason to stand is no more, and those that were deleted."""
    found = []
    if table.living:
        where = [Condition(text) for text in (table.scope, f"({table.living}) IS NOT TRUE") if text]
        where += [*wanted.where, between(table.gone_at, wanted)]
        found.append(select(table, wanted, where, left_over(wanted, table.id_sql, table.gone_at)))
    if table.deleted:
        where = [between("d.deleted_at", wanted)]
        where += [] if wanted.after is None else [Condition("d.id > %s", (wanted.after,))]
        columns = named(wanted, left_over(wanted, "d.id", "d.deleted_at"))
        sql = f"SELECT {columns} FROM ({table.deleted}) AS d(id, deleted_at) WHERE {both(where)}"
        found.append((f"{sql} ORDER BY d.id{limit(wanted)}", [v for c in where for v in c.values]))
    return found


def left_over(wanted: Wanted, key: str, moment: str) -> list[str]:
    """What is left of a row that went: its id, and when."""
    left = {"id": key, "updated_at": moment, "deleted_at": moment}
    return [left.get(column.name, f"NULL::{SQL_TYPE[column.kind]}") for column in wanted.columns]


def select(table: Table, wanted: Wanted, where: Sequence[Condition], expressions: Sequence[str]) -> Statement:
    conditions = [*where, *behind(table, wanted.after)]
    sql = f"SELECT {named(wanted, expressions)} FROM {table.source}"
    sql += f" WHERE {both(conditions)}" if conditions else ""
    return f"{sql} ORDER BY {', '.join(table.keys)}{limit(wanted)}", [v for c in conditions for v in c.values]


def both(conditions: Sequence[Condition]) -> str:
    return " AND ".join(f"({c.sql})" for c in conditions)


def named(wanted: Wanted, expressions: Sequence[str]) -> str:
    return ", ".join(f'{sql} AS "{column.name}"' for column, sql in zip(wanted.columns, expressions, strict=True))


def exactly(table: Table, key: int) -> Condition:
    """The row with a key."""
    if len(table.keys) == 1:
        return Condition(f"{table.keys[0]} = %s", (key,))
    return Condition(f"{table.keys[0]} = %s AND {table.keys[1]} = %s", divmod(key, SLOTS))


def behind(table: Table, key: int | None) -> list[Condition]:
    """Rows behind a key, in a form that walks the index: by the row above first."""
    if key is None:
        return []
    if len(table.keys) == 1:
        return [Condition(f"{table.keys[0]} > %s", (key,))]
    upper, place = divmod(key, SLOTS)
    first, second = table.keys
    return [Condition(f"{first} >= %s AND ({first} > %s OR {second} > %s)", (upper, upper, place))]
