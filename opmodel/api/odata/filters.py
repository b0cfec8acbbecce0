"""From an OData filter to a condition in SQL over the columns of one table.

The parser is that of odata-query; the compiler is ours: it knows the type of every part, takes columns from the definition
of the table only, and follows OData where SQL differs (`ne` keeps rows without a value). A filter that is wrong in any way is
refused, it never selects more rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from odata_query import ast
from odata_query.exceptions import ODataException
from odata_query.grammar import ODataLexer, ODataParser

from opmodel.api.star.columns import BOOL, DATE, INT, MONEY, NUMBER, SQL_TYPE, TEXT, TIME, Table
from opmodel.api.star.reading import Condition

NULL = "null"
NUMERIC = (INT, MONEY, NUMBER)
LONGEST, DEEPEST = 8_000, 60  # characters, and parts within parts
BIG = 2**63
WORDS = {
    INT: "a whole number", NUMBER: "a number", MONEY: "a decimal number", TEXT: "a text", BOOL: "true or false",
    DATE: "a date", TIME: "a date with time", NULL: "null",
}  # fmt: skip


class Unusable(ValueError):
    """A filter that cannot be used; says why."""


class Unsupported(Unusable):
    """A part of OData that this service does not have."""


@dataclass(frozen=True)
class Part:
    """A part of a filter in SQL, with its type; `bare` is the SQL where a row without a value is left out anyway."""

    kind: str
    sql: str
    values: tuple[Any, ...] = ()
    bare: str = ""


def compiled(table: Table, text: str) -> Condition:
    """The condition of a filter. Raises Unusable, Unsupported."""
    part = Compiler(table).part(parsed(text), 0)
    if part.kind != BOOL:
        raise Unusable(f"A filter is true or false, this is {WORDS[part.kind]}.")
    return Condition(part.bare or part.sql, part.values)


def parsed(text: str) -> Any:
    if len(text) > LONGEST:
        raise Unusable(f"The filter has {len(text)} characters; {LONGEST} are the most.")
    if "\x00" in text:
        raise Unusable("The filter has a character NUL.")
    try:
        found = ODataParser().parse(ODataLexer().tokenize(text))
    except ODataException as error:
        raise Unusable(f"The filter cannot be read: {error}") from error
    except (ValueError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise Unusable("The filter cannot be read.") from error
    if found is None:
        raise Unusable("The filter is empty.")
    return found


SIGNS = {ast.Eq: "=", ast.NotEq: "<>", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


class Compiler:
    """Compiles the parts of one filter."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def part(self, node: Any, depth: int) -> Part:
        if depth > DEEPEST:
            raise Unusable(f"The filter is nested deeper than {DEEPEST}.")
        for kinds, made in (
            ((ast.Identifier,), self.column),
            ((ast.BoolOp,), self.joined),
            ((ast.Compare,), self.compared),
            ((ast.UnaryOp,), self.reversed),
            ((ast.BinOp,), self.calculated),
            ((ast.Call,), self.called),
        ):
            if isinstance(node, kinds):
                found: Part = made(node, depth + 1)  # type: ignore[operator]
                return found
        return literal(node)

    def column(self, node: ast.Identifier, depth: int) -> Part:
        column = None if node.namespace else self.table.by_name.get(node.name)
        if column is None:
            raise Unusable(f"{self.table.name} has no property {node.full_name()[:80]}.")
        return Part(column.kind, column.typed)

    def joined(self, node: ast.BoolOp, depth: int) -> Part:
        word = "AND" if isinstance(node.op, ast.And) else "OR"
        left, right = self.part(node.left, depth), self.part(node.right, depth)
        for side in (left, right):
            expect(side, (BOOL, NULL), f"{word.lower()} joins")
        values = left.values + right.values
        bare = f"({left.bare or left.sql} {word} {right.bare or right.sql})"
        return Part(BOOL, f"({left.sql} {word} {right.sql})", values, bare)

    def reversed(self, node: ast.UnaryOp, depth: int) -> Part:
        inner = self.part(node.operand, depth)
        if isinstance(node.op, ast.Not):
            expect(inner, (BOOL, NULL), "not reverses")
            return Part(BOOL, f"(NOT {inner.sql})", inner.values)
        expect(inner, NUMERIC, "a minus stands before")
        return Part(inner.kind, f"(- {wide(inner)})", inner.values)

    def compared(self, node: ast.Compare, depth: int) -> Part:
        if isinstance(node.comparator, ast.In):
            return self.among(node, depth)
        left, right = self.part(node.left, depth), self.part(node.right, depth)
        same_kind(left, right)
        values, sign = left.values + right.values, SIGNS[type(node.comparator)]
        one, other = ordered(left), ordered(right)
        if sign == "=":
            # null equals null and nothing else; never null itself
            bare = f"({one} = {other})" if NULL not in (left.kind, right.kind) and is_value(node) else ""
            return Part(BOOL, f"({one} IS NOT DISTINCT FROM {other})", values, bare)
        if sign == "<>":
            return Part(BOOL, f"({one} IS DISTINCT FROM {other})", values)
        if NULL in (left.kind, right.kind):
            return Part(BOOL, "NULL::boolean")
        return Part(BOOL, f"({one} {sign} {other})", values)

    def among(self, node: ast.Compare, depth: int) -> Part:
        left = self.part(node.left, depth)
        if not isinstance(node.right, ast.List):
            raise Unusable("Behind in stands a list of values in brackets, such as (1,2).")
        items = [self.part(item, depth) for item in node.right.val]
        for item in items:
            same_kind(left, item)
        found = " OR ".join(f"{ordered(left)} = {ordered(item)}" for item in items if item.kind != NULL)
        if left.kind == NULL or not found:
            return Part(BOOL, "NULL::boolean" if left.kind == NULL else "false")
        values = tuple(v for item in items if item.kind != NULL for v in (*left.values, *item.values))
        return Part(BOOL, f"({found})", values)

    def calculated(self, node: ast.BinOp, depth: int) -> Part:
        left, right = self.part(node.left, depth), self.part(node.right, depth)
        for side in (left, right):
            expect(side, (*NUMERIC, NULL), "one calculates with")
        kinds = {left.kind, right.kind}
        kind = NUMBER if NUMBER in kinds else MONEY if MONEY in kinds else INT
        values = left.values + right.values
        if NULL in kinds:
            return Part(kind, "NULL::numeric")
        one, other = (wide(side) if kind != NUMBER else f"{side.sql}::float8" for side in (left, right))
        sign = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}.get(type(node.op))
        if sign:
            return Part(kind, f"({one} {sign} {other})", values)
        if isinstance(node.op, ast.Div):
            whole = "trunc" if kind == INT else ""
            return Part(kind, f"{whole}({one} / NULLIF({other}, 0))", values)
        return Part(kind, f"mod({wide(left)}, NULLIF({wide(right)}, 0))", values)

    def called(self, node: ast.Call, depth: int) -> Part:
        name = node.func.full_name().lower()
        if any(isinstance(argument, ast.NamedParam) for argument in node.args):
            raise Unsupported(f"{name} with named arguments is not supported.")
        function = FUNCTIONS.get(name)
        if function is None:
            raise Unsupported(f"The function {name[:40]} is not supported.")
        kinds, make = function
        if len(node.args) not in {len(kinds), len([k for k in kinds if not isinstance(k, list)])}:
            raise Unusable(f"{name} takes {len(kinds)} arguments.")
        given = [self.part(argument, depth) for argument in node.args]
        for argument, kind in zip(given, kinds, strict=False):
            allowed = kind[0] if isinstance(kind, list) else kind
            expect(argument, (*allowed, NULL), f"{name} takes")
        result, _sql = make(given)
        if any(argument.kind == NULL for argument in given):
            return Part(result, f"NULL::{SQL_TYPE[result]}" if result != NULL else "NULL")
        return Part(result, _sql, tuple(v for argument in given for v in argument.values))


def is_value(node: ast.Compare) -> bool:
    """Whether one side is a plain value: then a row without a value is equal to nothing."""
    return any(isinstance(side, ast._Literal) for side in (node.left, node.right))


def expect(part: Part, kinds: Sequence[str], before: str) -> None:
    if part.kind not in kinds:
        wanted = " or ".join(dict.fromkeys(WORDS[k] for k in kinds if k != NULL))
        raise Unusable(f"{before} {wanted}, this is {WORDS[part.kind]}.")


def same_kind(left: Part, right: Part) -> None:
    alike = left.kind == right.kind or NULL in (left.kind, right.kind)
    if not alike and not (left.kind in NUMERIC and right.kind in NUMERIC):
        raise Unusable(f"{WORDS[left.kind].capitalize()} cannot be compared with {WORDS[right.kind]}.")


def wide(part: Part) -> str:
    """A number that no sum or product overflows."""
    return f"{part.sql}::numeric"


def ordered(part: Part) -> str:
    """Texts compare by their characters, whatever the language of the database."""
    return f'{part.sql} COLLATE "C"' if part.kind == TEXT else part.sql


def literal(node: Any) -> Part:
    try:
        return value_of(node)
    except Unusable:
        raise
    except (ValueError, OverflowError) as error:
        raise Unusable(f"{str(getattr(node, 'val', ''))[:40]} is no value: {error}") from error


def value_of(node: Any) -> Part:
    if isinstance(node, ast.Null):
        return Part(NULL, "NULL")
    if isinstance(node, ast.Boolean):
        return Part(BOOL, "%s", (node.py_val,))
    if isinstance(node, ast.Integer):
        if len(node.val) > 40:
            raise Unusable("A whole number has at most 40 digits.")
        number = int(node.val)
        return Part(INT, "%s::bigint" if -BIG <= number < BIG else "%s::numeric", (number,))
    if isinstance(node, ast.Float):
        number = float(node.val)
        if number in (float("inf"), float("-inf")) or len(node.val) > 40:
            raise Unusable("This number is too large.")
        return Part(NUMBER, "%s::float8", (number,))
    if isinstance(node, ast.String):
        return Part(TEXT, "%s::text", (node.val,))
    if isinstance(node, ast.Date):
        return Part(DATE, "%s::date", (date.fromisoformat(node.val),))
    if isinstance(node, ast.DateTime):
        return Part(TIME, "%s::timestamptz", (moment(node.val),))
    if isinstance(node, ast.List):
        raise Unusable("A list stands behind in only.")
    if isinstance(node, ast.CollectionLambda):
        raise Unsupported("any and all are not supported: no property is a collection.")
    if isinstance(node, ast.Attribute):
        raise Unsupported("Properties of other tables cannot be filtered by: take the columns of the table itself.")
    raise Unsupported(f"{type(node).__name__} is not supported.")


def moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("it has no zone; write 2026-11-30T08:00:00Z")
    return found.astimezone(UTC) if 1 < found.year < 9999 else found


Made = tuple[str, str]
Function = tuple[tuple[Any, ...], Callable[[list[Part]], Made]]
TEXTS, WHOLE, MOMENT = (TEXT,), (INT,), (TIME, DATE)


def clock(field: str, part: Part) -> str:
    of = f"({part.sql} AT TIME ZONE 'UTC')" if part.kind == TIME else part.sql
    return f"floor(EXTRACT({field} FROM {of}))::bigint"


def bounded(part: Part) -> str:
    """A place in a text: not below its begin, nor beyond what PostgreSQL counts."""
    return f"LEAST(GREATEST({part.sql}::numeric, 0), 1000000000)::int"


FUNCTIONS: dict[str, Function] = {
    "contains": ((TEXTS, TEXTS), lambda p: (BOOL, f"(strpos({p[0].sql}, {p[1].sql}) > 0)")),
    "startswith": ((TEXTS, TEXTS), lambda p: (BOOL, f"starts_with({p[0].sql}, {p[1].sql})")),
    "endswith": ((TEXTS, TEXTS), lambda p: (BOOL, f"starts_with(reverse({p[0].sql}), reverse({p[1].sql}))")),
    "length": ((TEXTS,), lambda p: (INT, f"length({p[0].sql})")),
    "indexof": ((TEXTS, TEXTS), lambda p: (INT, f"(strpos({p[0].sql}, {p[1].sql}) - 1)")),
    "substring": (
        (TEXTS, WHOLE, [WHOLE]),
        lambda p: (
            TEXT,
            f"substr({p[0].sql}, {bounded(p[1])} + 1" + (f", {bounded(p[2])})" if len(p) > 2 else ")"),
        ),
    ),
    "tolower": ((TEXTS,), lambda p: (TEXT, f"lower({p[0].sql})")),
    "toupper": ((TEXTS,), lambda p: (TEXT, f"upper({p[0].sql})")),
    "trim": ((TEXTS,), lambda p: (TEXT, f"btrim({p[0].sql}, E' \\t\\n\\r\\f\\v')")),
    "concat": ((TEXTS, TEXTS), lambda p: (TEXT, f"({p[0].sql} || {p[1].sql})")),
    "year": ((MOMENT,), lambda p: (INT, clock("YEAR", p[0]))),
    "month": ((MOMENT,), lambda p: (INT, clock("MONTH", p[0]))),
    "day": ((MOMENT,), lambda p: (INT, clock("DAY", p[0]))),
    "hour": (((TIME,),), lambda p: (INT, clock("HOUR", p[0]))),
    "minute": (((TIME,),), lambda p: (INT, clock("MINUTE", p[0]))),
    "second": (((TIME,),), lambda p: (INT, clock("SECOND", p[0]))),
    "date": (((TIME,),), lambda p: (DATE, f"({p[0].sql} AT TIME ZONE 'UTC')::date")),
    "now": ((), lambda p: (TIME, "now()")),
    "mindatetime": ((), lambda p: (TIME, "'0001-01-01T00:00:00Z'::timestamptz")),
    "maxdatetime": ((), lambda p: (TIME, "'9999-12-31T23:59:59.999999Z'::timestamptz")),
    "round": ((NUMERIC,), lambda p: (p[0].kind if p[0].kind != MONEY else MONEY, f"round({p[0].sql}::numeric)")),
    "floor": ((NUMERIC,), lambda p: (p[0].kind, f"floor({p[0].sql})")),
    "ceiling": ((NUMERIC,), lambda p: (p[0].kind, f"ceil({p[0].sql})")),
}
