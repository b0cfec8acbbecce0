"""The score strip: a line from 1 to 5 with peer band, own dot, target diamond and plant ticks. PURE: numbers to places."""

from collections.abc import Sequence
from dataclasses import dataclass

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


def strip(
    own: float | None,
    target: float | None,
    quartiles: tuple[float, float, float] | None,
    sites: Sequence[float] = (),
) -> Strip:
    """The strip of one measure; `quartiles` are the peers' P25, P50, P75."""
    words = [_("score %(s)s") % {"s": one(own)} if own is not None else _("not scored")]
    if quartiles:
        values = {"low": one(quartiles[0]), "high": one(quartiles[2]), "median": one(quartiles[1])}
        words.append(_("middle half of the peers %(low)s to %(high)s, median %(median)s") % values)
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
        sites=tuple(dict.fromkeys(x(s) for s in sites)),  # equal scores are one tick
        text=", ".join(words),
    )
