"""All dimensions as dots and bands: the table behind the drawing of the dashboard. PURE: no Django."""

from collections.abc import Sequence
from dataclasses import dataclass

from opmodel.dashboards.charts.figure import Cell, Column, Figure


@dataclass(frozen=True)
class Standing:
    """One dimension, levels; `quartiles` are the peers' P25, P50, P75, `plants` lowest and highest score."""

    name: str
    component: str
    score: float | None
    target: float | None
    quartiles: tuple[float, float, float] | None
    plants: tuple[float, float] | None
    sites: int
    rank: int | None

    def to(self, other: float | None) -> float | None:
        """Score minus the other value; behind is negative."""
        return None if self.score is None or other is None else round(self.score - other, 9)


@dataclass(frozen=True)
class Words:
    title: str
    note: str
    dimension: str
    component: str
    score: str
    target: str
    low: str
    median: str
    high: str
    plants_low: str
    plants_high: str
    sites: str
    to_target: str
    to_median: str
    rank: str
    level: str


def standings(rows: Sequence[Standing], words: Words) -> Figure:
    """The rows in the order they are drawn in; the page draws them itself (docs/decisions/0001)."""
    level = words.level

    def cells(s: Standing) -> tuple[Cell, ...]:
        low, middle, high = s.quartiles or (None, None, None)
        worst, best = s.plants or (None, None)
        return (
            s.name, s.component, s.score, s.target, low, middle, high, worst, best, s.sites, s.to(s.target), s.to(middle),
            s.rank,
        )  # fmt: skip

    return Figure(
        "dimensions", words.title, words.note,
        (
            Column("dimension", words.dimension), Column("component", words.component),
            Column("score", words.score, level, 2), Column("target", words.target, level, 1),
            Column("p25", words.low, level, 1), Column("median", words.median, level, 1),
            Column("p75", words.high, level, 1), Column("plants_low", words.plants_low, level, 2),
            Column("plants_high", words.plants_high, level, 2), Column("sites", words.sites, "n", 0),
            Column("to_target", words.to_target, level, 2), Column("to_median", words.to_median, level, 2),
            Column("rank", words.rank, "", 0),
        ),
        tuple(cells(s) for s in rows),
    )  # fmt: skip
