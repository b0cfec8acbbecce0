"""The modernisation map: how critical a plant is, and how automated. PURE: no Django.

Both are whole levels 1 to 5, so the map is a grid of 25 fields with the plants' names in them: a scatter of the same points
would draw most of them on top of each other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from assessments.catalogue import LEVELS
from assessments.segments import segment_of
from opmodel.dashboards.charts.figure import Column, Figure


@dataclass(frozen=True)
class Placed:
    """One plant on the map; `segment` as stored, "" without one."""

    key: str
    name: str
    critical: int | None
    automation: int | None
    segment: str


@dataclass(frozen=True)
class Field:
    """One field of the grid: the segment its figures give, and the plants in it by name; `first` begins its segment's area."""

    critical: int
    automation: int
    segment: str
    first: bool
    plants: tuple[Placed, ...]


@cache
def segment_at(critical: int, automation: int) -> str:
    """The segment of a plant with these figures and no special role.

    >>> segment_at(5, 2), segment_at(1, 5)
    ('Modernise', 'Review')
    """
    return segment_of({"margin_criticality": critical}, {"automation_maturity": automation}, {}).segment or ""


def area_of(segment: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """The levels of criticality and of automation that a segment covers, lowest and highest.

    >>> area_of("Modernise"), area_of("Sustain")
    (((4, 5), (1, 3)), ((2, 3), (1, 2)))
    """
    own = [(c, a) for c in LEVELS for a in LEVELS if segment_at(c, a) == segment]
    critical, automation = [c for c, _a in own], [a for _c, a in own]
    return (min(critical), max(critical)), (min(automation), max(automation))


def grid(plants: Iterable[Placed]) -> list[list[Field]]:
    """The rows of the map, most critical on top, least automated on the left.

    >>> top = grid([Placed("a", "A", 5, 1, "Modernise")])[0]
    >>> [len(f.plants) for f in top], [f.segment for f in top if f.first]
    ([1, 0, 0, 0, 0], ['Modernise', 'Lead'])
    """
    at: dict[tuple[int | None, int | None], list[Placed]] = {}
    for plant in sorted(plants, key=lambda p: p.name):
        at.setdefault((plant.critical, plant.automation), []).append(plant)
    seen: set[str] = set()
    rows = []
    for critical in reversed(LEVELS):
        row = []
        for automation in LEVELS:
            segment = segment_at(critical, automation)
            found = tuple(at.get((critical, automation), ()))
            row.append(Field(critical, automation, segment, segment not in seen, found))
            seen.add(segment)
        rows.append(row)
    return rows


@dataclass(frozen=True)
class Row:
    """What the table behind the map says of one plant."""

    site: str
    segment: str | None
    margin: int | None
    growth: int | None
    automation: int | None
    role: str | None
    value_share: float | None
    largest_cost: str | None
    missing: str


@dataclass(frozen=True)
class Words:
    title: str
    note: str
    site: str
    segment: str
    margin: str
    growth: str
    automation: str
    role: str
    value_share: str
    largest_cost: str
    missing: str
    level: str


def modernisation(rows: Sequence[Row], words: Words) -> Figure:
    """The table behind the map; the page draws the grid itself."""
    return Figure(
        "site-modernisation", words.title, words.note,
        (
            Column("site", words.site),
            Column("segment", words.segment),
            Column("margin", words.margin, words.level, 0),
            Column("growth", words.growth, words.level, 0),
            Column("automation", words.automation, words.level, 0),
            Column("role", words.role),
            Column("value_share", words.value_share, "%", 1),
            Column("largest_cost", words.largest_cost),
            Column("missing", words.missing),
        ),
        tuple(
            (r.site, r.segment, r.margin, r.growth, r.automation, r.role, r.value_share, r.largest_cost, r.missing)
            for r in rows
        ),
    )  # fmt: skip
