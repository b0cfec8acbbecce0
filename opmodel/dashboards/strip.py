"""The score strip: a line from 1 to 5 with peer band, own dot, target diamond and plant ticks. PURE: numbers to positions."""

from collections.abc import Sequence
from dataclasses import dataclass

from opmodel.dashboards.headlines import one

WIDTH, LEFT = 208.0, 6.0


def x(value: float) -> float:
    """Horizontal place of a level on the 220 wide strip.

    >>> x(1), x(5)
    (6.0, 214.0)
    """
    return round(LEFT + WIDTH * (value - 1) / 4, 1)


@dataclass(frozen=True)
class Strip:
    """Positions of the marks; None where there is nothing to draw. `text` says the same in words."""

    own: float | None
    target: float | None
    band_x: float | None
    band_width: float | None
    median: float | None
    sites: tuple[float, ...]
    text: str


def strip(
    own: float | None,
    target: float | None,
    quartiles: tuple[float, float, float] | None,
    sites: Sequence[float] = (),
) -> Strip:
    """The strip of one measure; `quartiles` are the peers' P25, P50, P75."""
    words = [f"score {one(own)}" if own is not None else "not scored"]
    if quartiles:
        words.append(f"peers {one(quartiles[0])} to {one(quartiles[2])}, median {one(quartiles[1])}")
    if target is not None:
        words.append(f"target {one(target)}")
    if sites:
        words.append(f"plants {one(min(sites))} to {one(max(sites))}")
    return Strip(
        own=None if own is None else x(own),
        target=None if target is None else x(target),
        band_x=x(quartiles[0]) if quartiles else None,
        band_width=max(2.0, round(x(quartiles[2]) - x(quartiles[0]), 1)) if quartiles else None,
        median=x(quartiles[1]) if quartiles else None,
        sites=tuple(x(s) for s in sites),
        text=", ".join(words),
    )
