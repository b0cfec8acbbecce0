"""A figure: one message, its numbers, its drawing. PURE: no Django."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.statistics import half_up

Cell = str | float | int | None
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes a cell for that begins with it


@dataclass(frozen=True)
class Column:
    """A column of the table behind a figure; `digits` is None for text, else the decimals people read."""

    key: str
    name: str
    unit: str = ""
    digits: int | None = None

    def said(self, value: Cell) -> str:
        """A cell as people read it, with a point: pages localise it.

        >>> Column("score", "Score", digits=1).said(2.25), Column("n", "Plants", digits=0).said(None)
        ('2.3', '–')
        """
        if value is None:
            return "–"
        if isinstance(value, str) or self.digits is None:
            return str(value)
        return f"{half_up(value, 10**self.digits):.{self.digits}f}"


@dataclass(frozen=True)
class Figure:
    """What is drawn and what stands in the table behind it: the same numbers.

    `title` is the message, a whole sentence or the name of what is seen where there is none to state. `note` says what
    the marks mean and the unit. `rows` have a cell for each column. `plot` is Plotly's {"data", "layout"}; empty where
    the page draws the figure itself. `missing` says what cannot be shown and why, "" when all is there.
    """

    code: str
    title: str
    note: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    plot: Mapping[str, Any] = field(default_factory=dict)
    missing: str = ""

    def csv(self, source: str, heading: str = "Source") -> str:
        """The table as CSV (RFC 4180, points as decimal marks), each row with its source.

        Text that a spreadsheet would run as a formula begins with '.

        >>> Figure("x", "", "", (Column("a", "Site"), Column("b", "Score", "level", 1)), (("=A1", 2.5),)).csv("n 12")
        "Site,Score (level),Source\\r\\n'=A1,2.5,n 12\\r\\n"
        """
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow([*(f"{c.name} ({c.unit})" if c.unit else c.name for c in self.columns), heading])
        writer.writerows([*map(inert, row), inert(source)] for row in self.rows)
        return out.getvalue()

    def said(self, most: int | None = None) -> list[list[str]]:
        """The table as people read it, all of it or the first rows."""
        return [[c.said(cell) for c, cell in zip(self.columns, row, strict=True)] for row in self.rows[:most]]


def inert(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else "" if cell is None else cell


def plain(text: str) -> str:
    """What people typed, for a drawing: Plotly takes tags in labels for formatting and links.

    >>> plain("<a href='x'>R&D</a>")
    "&lt;a href='x'&gt;R&amp;D&lt;/a&gt;"
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def levels(**more: Any) -> dict[str, Any]:
    """The axis of levels 1 to 5."""
    axis: dict[str, Any] = {
        "range": [0.9, 5.1], "tickvals": [1, 2, 3, 4, 5], "gridcolor": "--line", "zeroline": False, "fixedrange": True,
    }  # fmt: skip
    return axis | more


def names_down(names: Sequence[str]) -> dict[str, Any]:
    """An axis of names from top to bottom: Plotly draws the first category at the bottom, so `names` come reversed."""
    return {
        "automargin": True, "gridcolor": "--sunk", "ticks": "", "fixedrange": True, "type": "category",
        "range": [-0.7, len(names) - 0.3], "categoryarray": list(names),
    }  # fmt: skip
