"""Spread over the plants, the best and those who stand apart, measure by measure. PURE: no Django."""

from collections.abc import Sequence
from dataclasses import dataclass

from assessments.site_profiles import Spread
from opmodel.dashboards.charts.figure import Column, Figure


@dataclass(frozen=True)
class Row:
    measure: str
    spread: Spread
    best: str  # names
    apart: str  # names with their scores


@dataclass(frozen=True)
class Words:
    title: str
    note: str
    measure: str
    plants: str
    low: str
    median: str
    high: str
    deviation: str
    best: str
    apart: str
    level: str


def spreads(rows: Sequence[Row], words: Words) -> Figure:
    return Figure(
        "site-spread", words.title, words.note,
        (
            Column("measure", words.measure),
            Column("plants", words.plants, "n", 0),
            Column("low", words.low, words.level, 2),
            Column("median", words.median, words.level, 2),
            Column("high", words.high, words.level, 2),
            Column("deviation", words.deviation, words.level, 2),
            Column("best", words.best),
            Column("apart", words.apart),
        ),
        tuple(
            (r.measure, s.n, s.low, s.median, s.high, s.deviation, r.best, r.apart)
            for r in rows
            if (s := r.spread)
        ),
    )  # fmt: skip


@dataclass(frozen=True)
class BesideRow:
    """One measure of the chosen plants: their scores in the order of the columns."""

    measure: str
    scores: tuple[float | None, ...]
    apart: float | None


def beside(
    title: str, note: str, measure: str, apart: str, level: str, names: Sequence[str], rows: Sequence[BesideRow]
) -> Figure:
    """The chosen plants side by side: a column each, and how far they lie apart."""
    columns = [Column("measure", measure)]
    columns += [Column(f"plant{i}", name, level, 2) for i, name in enumerate(names, 1)]
    columns.append(Column("apart", apart, level, 1))
    return Figure("site-beside", title, note, tuple(columns), tuple((r.measure, *r.scores, r.apart) for r in rows))
