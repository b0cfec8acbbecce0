"""Scores over the cycles: the places of a small drawing, and the table behind it. PURE: no Django."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from opmodel.dashboards.charts.figure import Column, Figure

LEFT, RIGHT = 8.0, 92.0  # percent of the width
TALL, FLAT = 64, 38  # heights of a drawing in pixels: on a card, in a row
EDGE = 7  # pixels above level 5 and below level 1
Line = tuple[float, float, float, float]  # x1, y1, x2, y2


@dataclass(frozen=True)
class Moment:
    """One cycle of one measure, in levels; `break_before` says that method or content changed since the cycle before."""

    cycle: str
    score: float | None
    median: float | None
    target: float | None
    break_before: bool


@dataclass(frozen=True)
class Spark:
    """Where the marks of a measure stand: x in percent, y in pixels."""

    dots: tuple[tuple[float, float], ...]
    lines: tuple[Line, ...]
    peers: tuple[Line, ...]
    peer_dots: tuple[tuple[float, float], ...]
    targets: tuple[tuple[float, float], ...]
    breaks: tuple[float, ...]
    height: int
    floor: float  # where level 1 is
    ceiling: float  # where level 5 is


def y(level: float, height: int) -> float:
    """Place of a level in pixels from above.

    >>> y(1, TALL), y(3, TALL), y(5, TALL)
    (57.0, 32.0, 7.0)
    """
    return round(height - EDGE - (height - 2 * EDGE) * (level - 1) / 4, 2)


def spark(moments: Sequence[Moment], height: int = TALL) -> Spark:
    """The marks of the cycles in order; a line joins neighbours that both have a value.

    >>> drawn = spark([Moment("1", 1.0, None, None, False), Moment("2", 3.0, 3.0, None, True)])
    >>> drawn.lines, drawn.peer_dots, drawn.breaks
    (((8.0, 57.0, 92.0, 32.0),), ((92.0, 32.0),), (50.0,))
    """
    n = len(moments)
    x = [round(LEFT + (RIGHT - LEFT) * (i / (n - 1) if n > 1 else 0.5), 2) for i in range(n)]

    def places(values: Sequence[float | None]) -> list[tuple[float, float] | None]:
        return [None if v is None else (x[i], y(v, height)) for i, v in enumerate(values)]

    def joined(points: Sequence[tuple[float, float] | None]) -> tuple[Line, ...]:
        return tuple((*a, *b) for a, b in pairwise(points) if a and b)

    own, median = places([m.score for m in moments]), places([m.median for m in moments])
    return Spark(
        dots=tuple(p for p in own if p),
        lines=joined(own),
        peers=joined(median),
        peer_dots=tuple(p for p in median if p),
        targets=tuple(p for p in places([m.target for m in moments]) if p),
        breaks=tuple(round((x[i - 1] + x[i]) / 2, 2) for i in range(1, n) if moments[i].break_before),
        height=height,
        floor=y(1, height),
        ceiling=y(5, height),
    )


@dataclass(frozen=True)
class Cycle:
    """One cycle with all its measures, in levels, and what it was calculated by."""

    name: str
    day: date
    scores: Mapping[str, float]
    medians: Mapping[str, float]
    targets: Mapping[str, float]
    plants: Mapping[str, float]
    method: str
    content: str
    release: str


@dataclass(frozen=True)
class Words:
    title: str
    note: str
    measure: str
    cycle: str
    opened: str
    score: str
    median: str
    target: str
    plants: str
    method: str
    content: str
    release: str
    level: str


def over_cycles(cycles: Sequence[Cycle], names: Mapping[str, str], words: Words) -> Figure:
    """Every measure in every cycle, one row each; the page draws it itself."""
    return Figure(
        "trend", words.title, words.note,
        (
            Column("measure", words.measure), Column("cycle", words.cycle), Column("opened", words.opened),
            Column("score", words.score, words.level, 2), Column("median", words.median, words.level, 1),
            Column("target", words.target, words.level, 1), Column("plants", words.plants, words.level, 2),
            Column("method", words.method), Column("content", words.content), Column("release", words.release),
        ),
        tuple(
            (
                name, c.name, c.day.isoformat(), c.scores.get(code), c.medians.get(code), c.targets.get(code),
                c.plants.get(code), c.method, c.content, c.release,
            )
            for code, name in names.items()
            for c in cycles
        ),
    )  # fmt: skip
