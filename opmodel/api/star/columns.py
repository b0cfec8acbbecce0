"""What a table of the star schema and its columns are. PURE: no Django."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

INT, NUMBER, MONEY, TEXT, BOOL, DATE, TIME = "int", "number", "money", "text", "bool", "date", "time"
SQL_TYPE: Mapping[str, str] = MappingProxyType(
    {
        INT: "bigint",
        NUMBER: "double precision",
        MONEY: "numeric(14,2)",
        TEXT: "text",
        BOOL: "boolean",
        DATE: "date",
        TIME: "timestamp with time zone",
    }
)
SLOTS = 1000  # the key of a row below a row is that of the upper one x SLOTS + its place


@dataclass(frozen=True)
class Column:
    """One column: its name, type, meaning, the SQL expression it is, and where it may be empty.

    `refers` names the table whose `id` it holds. `formula` says in words how it follows, where the meaning does not.
    """

    name: str
    kind: str
    meaning: str
    sql: str
    null: bool = False
    refers: str = ""
    formula: str = ""

    @property
    def typed(self) -> str:
        """The expression in the type that is promised."""
        return f"({self.sql})::{SQL_TYPE[self.kind]}"


@dataclass(frozen=True)
class Table:
    """One table of the star schema.

    `source` is the FROM clause; `keys` are the expressions whose order is that of `id`: the id itself, or the id of the row
    above and the place below it. `scope` is the condition every row meets for ever; `living` that of the rows that stand at
    present, the others have gone at `gone_at`. `deleted` is a query of the rows that were deleted altogether: key(s) and when, from
    `organisations_tombstone`. `cycle` is the public id of the cycle a row belongs to, where it belongs to one.
    """

    name: str
    meaning: str
    source: str
    keys: tuple[str, ...]
    columns: tuple[Column, ...]
    scope: str = ""
    living: str = ""
    gone_at: str = ""
    deleted: str = ""
    cycle: str = ""
    version: int = 1  # of its contract

    @property
    def id_sql(self) -> str:
        return self.keys[0] if len(self.keys) == 1 else f"{self.keys[0]} * {SLOTS} + {self.keys[1]}"

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        return MappingProxyType({column.name: column for column in self.columns})

    @property
    def view(self) -> str:
        """The name of the SQL view.

        >>> Table("FactPlanAction", "", "", ("a.id",), ()).view
        'fact_plan_action'
        """
        return re.sub(r"(?<!^)(?=[A-Z])", "_", self.name).lower()


def key(sql: str) -> Column:
    return Column("id", INT, "Key of the row; it stays the same whatever else changes. Rows are in its order.", sql)


def changed(*moments: str) -> Column:
    """The latest of the moments at which something a row shows was changed."""
    return Column(
        "updated_at", TIME, "When anything the row shows was last changed.", f"GREATEST({', '.join(moments)})"
    )


def some(sql: str) -> str:
    """Text that is empty where nothing was said.

    >>> some("p.region")
    "NULLIF(p.region, '')"
    """
    return f"NULLIF({sql}, '')"


def deleted_from(table: str) -> str:
    """The rows that were deleted from a table whose id is the row's."""
    return f"SELECT row_id, deleted_at FROM organisations_tombstone WHERE table_name = '{table}'"
