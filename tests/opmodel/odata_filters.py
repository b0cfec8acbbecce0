"""Filters out of a grammar: typed ones, which an evaluator may judge, and wild ones, which must only do no harm."""

import random
from collections.abc import Callable
from typing import Any

from opmodel.api.star.columns import BOOL, DATE, INT, NUMBER, TEXT, TIME, Table

COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")
JUNK = (
    "(1,2)", "not null", "null", "true", "''", "'", "((", ")", "id", "organisation__name", "_connector", "pk", "score__gt",
    "99999999999999999999999999", "-9223372036854775809", "1e999", "2026-02-31", "2026-13-01T00:00:00Z", "'\x00'", "'\ud7ff'",
    "x/any(a:a eq 1)", "DimSite/name", "contains()", "contains(measure)", "length(null)", "id add", "$it", "@p", "1 eq", "in (1)",
    "measure in ()", "measure in 'a'", "geo.distance(a,b)", "cast(id,Edm.String)", "duration'P1D'", "now()", "now() sub now()",
    "substring(measure,-1)", "substring(measure,99999999999)", "substring(measure,0,-5)", "id mul id mul id mul id mul id mul id",
    "score div 0", "id mod 0", "score mul 1e308 mul 1e308", "year(null) eq 1", "year(2026-01-01) eq 2026", "hour(updated_at)",
    "maxdatetime()", "date(maxdatetime())", "round(1e300) eq 1", "floor(null)", "concat('a',concat('b','c'))", "--", "/*", ";",
    "and", "or", "not", "eq", " ", "%", "{}", "\\", "measure", "illustrative", "-id", "- -id", "not not illustrative",
)  # fmt: skip


class Typed:
    """Makes filters that are right in every type, on the columns and values of some rows."""

    def __init__(self, table: Table, rows: list[dict[str, Any]], chance: random.Random) -> None:
        self.chance = chance
        self.columns = {
            k: [c.name for c in table.columns if c.kind == k] for k in (INT, NUMBER, TEXT, BOOL, TIME, DATE)
        }
        self.values = {name: [r[name] for r in rows if r[name] is not None] for name in table.by_name}

    def text(self, value: Any, kind: str) -> str:
        if kind == TEXT:
            return "'" + value.replace("'", "''") + "'"
        if kind == BOOL:
            return str(value).lower()
        if kind == TIME:
            return value.isoformat().replace("+00:00", "Z")
        return str(value)

    def column(self, kind: str) -> str:
        return self.chance.choice(self.columns[kind])

    def literal(self, kind: str) -> str:
        if kind == BOOL:
            return self.chance.choice(("true", "false"))
        if kind == NUMBER and self.chance.random() < 0.5:
            return self.chance.choice(("0.5", "1.0", "2.0", "3.25", "3.5", "-1.5", "100.0"))
        if kind == INT and self.chance.random() < 0.3:
            return self.chance.choice(("0", "1", "7", "-3", "1000", "9223372036854775807"))
        if kind == TEXT and self.chance.random() < 0.3:
            return self.chance.choice(("''", "'a'", "'CAP'", "'Nord'", "'P'", "'it''s'"))
        known = [v for name in self.columns[kind] for v in self.values[name][:40]]
        return self.text(self.chance.choice(known), kind) if known else "null"

    def of(self, kind: str, depth: int) -> str:
        """An expression of a kind."""
        roll = self.chance.random()
        if depth <= 0 or roll < 0.45:
            return self.column(kind) if self.columns[kind] and roll < 0.36 else self.literal(kind)
        made = {INT: self.whole, NUMBER: self.number, TEXT: self.words}.get(kind)
        return made(depth - 1) if made else self.column(kind) if self.columns[kind] else self.literal(kind)

    def whole(self, depth: int) -> str:
        make = self.chance.choice
        return make(
            (
                lambda: f"length({self.of(TEXT, depth)})",
                lambda: f"indexof({self.of(TEXT, depth)},{self.of(TEXT, depth)})",
                lambda: f"({self.of(INT, depth)} {make(('add', 'sub'))} {self.of(INT, depth)})",
                lambda: f"({self.of(INT, depth)} div {make(('2', '3', '7', '0'))})",
                lambda: f"{make(('year', 'month', 'day', 'hour', 'minute', 'second'))}({self.of(TIME, 0)})",
            )
        )()

    def number(self, depth: int) -> str:
        make = self.chance.choice
        return make(
            (
                lambda: f"({self.of(NUMBER, depth)} {make(('add', 'sub', 'mul'))} {self.of(NUMBER, depth)})",
                lambda: f"{make(('floor', 'ceiling', 'round'))}({self.of(NUMBER, depth)})",
                lambda: f"({self.of(NUMBER, depth)} div {make(('2.0', '4.0', '0.0'))})",
            )
        )()

    def words(self, depth: int) -> str:
        make = self.chance.choice
        return make(
            (
                lambda: f"{make(('tolower', 'toupper', 'trim'))}({self.of(TEXT, depth)})",
                lambda: f"concat({self.of(TEXT, depth)},{self.of(TEXT, depth)})",
                lambda: f"substring({self.of(TEXT, depth)},{make('0123')})",
                lambda: f"substring({self.of(TEXT, depth)},{make('012')},{make('0123')})",
            )
        )()

    def truth(self, depth: int) -> str:
        """A whole filter."""
        roll = self.chance.random()
        if depth > 0 and roll < 0.3:
            return f"({self.truth(depth - 1)}) {self.chance.choice(('and', 'or'))} ({self.truth(depth - 1)})"
        if depth > 0 and roll < 0.42:
            return f"not ({self.truth(depth - 1)})"
        kind = self.chance.choice((INT, NUMBER, NUMBER, TEXT, TEXT, TIME, BOOL))
        if roll < 0.5 and kind == BOOL and self.columns[BOOL]:
            return self.column(BOOL)
        if roll < 0.62:
            name = self.chance.choice(("contains", "startswith", "endswith"))
            return f"{name}({self.of(TEXT, depth)},{self.of(TEXT, 0)})"
        if roll < 0.7:
            kind = self.chance.choice((INT, TEXT, NUMBER))
            return f"{self.of(kind, depth)} in ({self.literal(kind)},{self.literal(kind)})"
        if roll < 0.78:
            return f"{self.column(self.chance.choice((INT, NUMBER, TEXT)))} {self.chance.choice(('eq', 'ne'))} null"
        signs = ("eq", "ne") if kind == BOOL else COMPARISONS
        return f"{self.of(kind, depth)} {self.chance.choice(signs)} {self.of(kind, depth - 1)}"


def wild(make: Typed, chance: random.Random) -> str:
    """Anything: parts of right filters, junk between them, cut off or doubled anywhere."""
    changes: tuple[Callable[[str], str], ...] = (
        lambda t: t,
        lambda t: f"{t} {chance.choice(COMPARISONS)} {chance.choice(JUNK)}",
        lambda t: f"{chance.choice(JUNK)} {chance.choice(('and', 'or', 'eq', 'add', ''))} {t}",
        lambda t: t[: chance.randrange(len(t) + 1)],
        lambda t: t.replace(chance.choice(t), chance.choice(JUNK), 1),
        lambda t: t.replace(" eq ", f" {chance.choice(('in', 'has', 'add', 'EQ', ''))} "),
        lambda t: "(" * chance.randrange(4) + t + ")" * chance.randrange(4),
        lambda t: f"not {t}",
        lambda _t: " ".join(chance.choice(JUNK) for _ in range(chance.randrange(1, 5))),
        lambda t: t.replace("(", f"({make.of(chance.choice((INT, NUMBER, TEXT, BOOL, TIME)), 1)} ", 1),
    )
    text = make.truth(chance.randrange(3)) or "id"
    for _ in range(chance.randrange(1, 3)):
        text = chance.choice(changes)(text) or "id"
    return text
