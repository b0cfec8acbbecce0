"""The score strip: a line from 1 to 5 with peer band, own dot, target diamond and plant ticks. PURE: numbers to places."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from django.utils.translation import gettext as _

from assessments.decimals import one

EDGE = 4.0  # percent of the width left free at both ends, so that marks at 1 and 5 are whole


def x(value: float) -> float:
    """Horizontal place of a level in percent of the strip's width: it scales without distortion.

    >>> x(1), x(3), x(5)
    (4.0, 50.0, 96.0)
    """
    return round(EDGE + (100 - 2 * EDGE) * (value - 1) / 4, 2)


@dataclass(frozen=True)
class Strip:
    """Places of the marks in percent; None where there is nothing to draw. `text` says the same in words."""

    own: float | None
    target: float | None
    band_x: float | None
    band_width: float | None
    median: float | None
    sites: tuple[float, ...]
    text: str
    tail_x: float | None = None
    tail_width: float | None = None
    then: float | None = None  # projected score


def strip(
    own: float | None,
    target: float | None,
    quartiles: tuple[float, float, float] | None,
    sites: Sequence[float] = (),
    tails: tuple[float, float] | None = None,
) -> Strip:
    """The strip of one measure; `quartiles` are the peers' P25, P50, P75, `tails` their P10 and P90."""
    words = [_("score %(s)s") % {"s": one(own)} if own is not None else _("not scored")]
    if quartiles:
        values = {"low": one(quartiles[0]), "high": one(quartiles[2]), "median": one(quartiles[1])}
        words.append(_("middle half of the peers %(low)s to %(high)s, median %(median)s") % values)
    if tails:
        ends = {"low": one(tails[0]), "high": one(tails[1])}
        words.append(_("four of five peers %(low)s to %(high)s") % ends)
    if target is not None:
        words.append(_("target %(t)s") % {"t": one(target)})
    if sites:
        words.append(_("plants %(low)s to %(high)s") % {"low": one(min(sites)), "high": one(max(sites))})
    return Strip(
        own=None if own is None else x(own),
        target=None if target is None else x(target),
        band_x=x(quartiles[0]) if quartiles else None,
        band_width=max(1.0, round(x(quartiles[2]) - x(quartiles[0]), 2)) if quartiles else None,
        median=x(quartiles[1]) if quartiles else None,
        sites=tuple(dict.fromkeys(x(s) for s in dict.fromkeys(sites))),  # equal scores are one tick
        text=", ".join(words),
        tail_x=x(tails[0]) if tails else None,
        tail_width=max(1.0, round(x(tails[1]) - x(tails[0]), 2)) if tails else None,
    )


def network_strip(own: float | None, values: Sequence[float]) -> Strip:
    """One plant (`own`, if any) on the range of all plants; `values` are their scores."""
    return placed(own, network_range(values))


def network_range(values: Sequence[float]) -> Strip:
    """The range of all plants alone: `placed` puts hundreds of them on it, one after the other."""
    ordered = sorted(values)
    low, middle, high = ordered[0], median(ordered), ordered[-1]
    said = _("plants %(low)s to %(high)s, median %(median)s")
    return Strip(
        own=None,
        target=None,
        band_x=None,
        band_width=None,
        median=x(middle),
        sites=tuple(dict.fromkeys(x(v) for v in dict.fromkeys(ordered))),
        text=said % {"low": one(low), "high": one(high), "median": one(middle)},
        tail_x=x(low),
        tail_width=max(0.6, round(x(high) - x(low), 2)),
    )


def placed(own: float | None, on: Strip) -> Strip:
    """A strip with the own score on it, as far as there is one."""
    if own is None:
        return on
    return replace(on, own=x(own), text=", ".join([_("score %(s)s") % {"s": one(own)}, on.text]))


@dataclass(frozen=True)
class Mark:
    """One published quantile on the big strip; its label stands in a row that keeps it clear of its neighbours'."""

    percentile: int
    value: str
    x: float
    row: int  # on a phone, from 0, upwards
    wide: int  # on a wide screen


@dataclass(frozen=True)
class Bands:
    """The peers of one measure as bands between published quantiles, each (x, width, whether in the middle half)."""

    bands: tuple[tuple[float, float, bool], ...]
    marks: tuple[Mark, ...]
    text: str

    @property
    def rows(self) -> int:
        """How many rows of labels there are on a phone."""
        return 1 + max(m.row for m in self.marks)


LABEL, WIDE = 17.0, 8.0  # percent of the width that a label like "P25 2.5" takes on a phone, and on a wide screen
DRAWN = (10, 25, 50, 75, 90)  # of a finer release too: 19 bands would say no more


def rows_of(places: Sequence[float], label: float) -> list[int]:
    """The lowest row for each label, left to right, so that no two of a row overlap.

    >>> rows_of([30.0, 32.0, 50.0], 17.0), rows_of([30.0] * 3, 17.0)
    ([0, 1, 0], [0, 1, 2])
    """
    free: list[float] = []  # where the last label of each row ends
    rows = []
    for place in places:
        row = next((i for i, end in enumerate(free) if place >= end), len(free))
        free[row : row + 1] = [place + label]
        rows.append(row)
    return rows


def bands(quantiles: Mapping[int, float]) -> Bands:
    """The bands of a peer group from its published quantiles, with labels in rows that keep apart.

    >>> [(m.percentile, m.row, m.wide) for m in bands({25: 2.5, 50: 2.6, 75: 3.1}).marks]
    [(25, 0, 0), (50, 1, 1), (75, 2, 0)]
    """
    points = [(p, quantiles[p]) for p in DRAWN if p in quantiles]
    places = [x(value) for _p, value in points]
    rows = zip(rows_of(places, LABEL), rows_of(places, WIDE), strict=True)
    marks = tuple(
        Mark(p, one(value), place, row, wide)
        for (p, value), place, (row, wide) in zip(points, places, rows, strict=True)
    )
    pieces = [
        (a.x, round(max(0.4, b.x - a.x), 2), a.percentile >= 25 and b.percentile <= 75) for a, b in pairwise(marks)
    ]
    return Bands(tuple(pieces), marks, ", ".join(f"P{m.percentile} {m.value}" for m in marks))
