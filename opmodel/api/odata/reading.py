"""The statements of the OData service."""

from collections.abc import Iterable
from typing import Any

from opmodel.api.odata.asking import Ask, Expansion, Order
from opmodel.api.star.columns import TEXT, Column, Table
from opmodel.api.star.reading import Condition, Statement, behind, both, in_json


def standing(table: Table, where: tuple[Condition, ...]) -> list[Condition]:
    return [Condition(text) for text in (table.scope, table.living) if text] + list(where)


def counted(ask: Ask) -> Statement:
    """How many rows there are, whatever the page."""
    conditions = standing(ask.table, ask.where)
    sql = f"SELECT count(*) FROM {ask.table.source}"
    return sql + (f" WHERE {both(conditions)}" if conditions else ""), [v for c in conditions for v in c.values]


def page(ask: Ask, limit: int) -> Statement:
    """Rows of (id, values of the order as JSON, the row as JSON)."""
    table = ask.table
    ordered = tuple(order.column for order in ask.orders)
    needed = dict.fromkeys((table.by_name["id"], *ask.columns, *ordered, *(e.key for e in ask.expansions)))
    conditions = [*standing(table, ask.where), *position(ask)]
    inner = f"SELECT {typed(needed)} FROM {table.source}"
    inner += f" WHERE {both(conditions)}" if conditions else ""
    inner += f" ORDER BY {', '.join([*map(written, ask.orders), *table.keys])} LIMIT {limit}"
    inner += f" OFFSET {ask.skip}" if ask.skip else ""
    values = [v for c in conditions for v in c.values]
    shown = [f'{in_json(c)} AS "{c.name}"' for c in ask.columns]
    shown += [f'e{i}.j AS "{e.name}"' for i, e in enumerate(ask.expansions)]
    related = [expanded(e) for e in ask.expansions]
    joins = "".join(
        f' LEFT JOIN ({related[i][0]}) AS e{i} ON e{i}.id = u."{e.key.name}"' for i, e in enumerate(ask.expansions)
    )
    numbered = f"(SELECT *, row_number() OVER () AS n FROM ({inner}) AS i)" if joins else f"({inner})"
    last = ", ".join(in_json(c) for c in ordered)
    sql = f"SELECT u.id, json_build_array({last})::text, (SELECT row_to_json(w) FROM (SELECT {', '.join(shown)}) AS w)::text"
    return f"{sql} FROM {numbered} AS u{joins}" + (" ORDER BY u.n" if joins else ""), [
        *values,
        *(v for _sql, own in related for v in own),
    ]


def typed(columns: Iterable[Column]) -> str:
    return ", ".join(f'{c.typed} AS "{c.name}"' for c in columns)


def expanded(expansion: Expansion) -> Statement:
    """The rows of another table as JSON, by their id."""
    table, columns = expansion.table, expansion.columns
    needed = dict.fromkeys((table.by_name["id"], *columns))
    conditions = standing(table, expansion.where)
    inner = f"SELECT {typed(needed)} FROM {table.source}"
    inner += f" WHERE {both(conditions)}" if conditions else ""
    shown = ", ".join(f'{in_json(c)} AS "{c.name}"' for c in columns)
    return f"SELECT u.id, (SELECT row_to_json(w) FROM (SELECT {shown}) AS w) AS j FROM ({inner}) AS u", [
        v for c in conditions for v in c.values
    ]


def in_order(column: Column) -> str:
    return f'{column.typed} COLLATE "C"' if column.kind == TEXT else column.typed


def written(order: Order) -> str:
    """OData puts rows without a value first, and last when the order goes down."""
    return f"{in_order(order.column)} {'DESC NULLS LAST' if order.down else 'ASC NULLS FIRST'}"


def position(ask: Ask) -> list[Condition]:
    """The rows behind the last one that was given."""
    if ask.after is None:
        return []
    *values, last = ask.after
    alternatives: list[Condition] = []
    same: list[Condition] = []
    for order, value in zip(ask.orders, values, strict=True):
        alternatives.append(all_of([*same, beyond(order, value)]))
        same.append(Condition(f"{in_order(order.column)} IS NOT DISTINCT FROM %s", (value,)))
    alternatives.append(all_of([*same, *behind(ask.table, last)]))
    if len(alternatives) == 1:
        return behind(ask.table, last)
    return [
        Condition(" OR ".join(f"({a.sql})" for a in alternatives), tuple(v for a in alternatives for v in a.values))
    ]


def all_of(conditions: list[Condition]) -> Condition:
    return Condition(both(conditions), tuple(v for c in conditions for v in c.values))


def beyond(order: Order, value: Any) -> Condition:
    column = in_order(order.column)
    if order.down:
        return Condition("false") if value is None else Condition(f"{column} < %s OR {column} IS NULL", (value,))
    return Condition(f"{column} IS NOT NULL") if value is None else Condition(f"{column} > %s", (value,))
