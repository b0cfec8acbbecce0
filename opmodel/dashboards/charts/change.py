"""What changed since the last cycle, by kind. PURE: no Django."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from opmodel.dashboards.charts.figure import Column, Figure

Row = tuple[str, str, float | None, float | None, Mapping[str, float]]  # whose view, measure, before, after, kinds


@dataclass(frozen=True)
class Words:
    title: str
    note: str
    whose: str
    measure: str
    before: str
    after: str
    change: str
    level: str


def by_kind(rows: Sequence[Row], kinds: Mapping[str, str], words: Words) -> Figure:
    """One row a measure and view with its change and the parts of it; the page draws it itself.

    >>> words = Words("", "", "Whose", "Measure", "2025", "2026", "Change", "levels")
    >>> by_kind([("Head office", "Overall", 2.0, 2.5, {"answers": 0.5})], {"answers": "Answers"}, words).rows
    (('Head office', 'Overall', 2.0, 2.5, 0.5, 0.5),)
    """
    columns = (
        Column("whose", words.whose), Column("measure", words.measure), Column("before", words.before, words.level, 2),
        Column("after", words.after, words.level, 2), Column("change", words.change, words.level, 2),
        *(Column(kind, name, words.level, 2) for kind, name in kinds.items()),
    )  # fmt: skip
    table = tuple(
        (
            whose, measure, before, after, None if before is None or after is None else after - before,
            *(parts.get(kind) for kind in kinds),
        )
        for whose, measure, before, after, parts in rows
    )  # fmt: skip
    return Figure("change", words.title, words.note, columns, table)
