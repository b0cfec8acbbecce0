"""Where a score stands among its peers, in plain words with its interval. PURE but for gettext: whole sentences."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from benchmarks.statistics import Position, half_up

MARKS = (10, 25, 50, 75, 90)  # what words are made from; a finer release adds nothing to them
BELOW = {
    10: gettext_lazy("In the lowest tenth of the peers"),
    25: gettext_lazy("Below the lower quartile"),
}
ABOVE = {
    75: gettext_lazy("Above the upper quartile"),
    90: gettext_lazy("In the highest tenth of the peers"),
}
BETWEEN = {
    (10, 25): gettext_lazy("Between the lowest tenth and the lower quartile"),
    (25, 50): gettext_lazy("Between the lower quartile and the median"),
    (50, 75): gettext_lazy("Between the median and the upper quartile"),
    (75, 90): gettext_lazy("Between the upper quartile and the highest tenth"),
}
LEVEL = {
    (10, 10): gettext_lazy("At the edge of the lowest tenth"),
    (25, 25): gettext_lazy("Level with the lower quartile"),
    (50, 50): gettext_lazy("Level with the median"),
    (75, 75): gettext_lazy("Level with the upper quartile"),
    (90, 90): gettext_lazy("At the edge of the highest tenth"),
    (10, 25): gettext_lazy("Level with the peers from the lowest tenth to the lower quartile, who all score the same"),
    (25, 50): gettext_lazy("Level with the peers from the lower quartile to the median, who all score the same"),
    (50, 75): gettext_lazy("Level with the peers from the median to the upper quartile, who all score the same"),
    (75, 90): gettext_lazy("Level with the peers from the upper quartile to the highest tenth, who all score the same"),
    (10, 50): gettext_lazy("Level with the peers from the lowest tenth to the median, who all score the same"),
    (25, 75): gettext_lazy("Level with the middle half of the peers, who all score the same"),
    (50, 90): gettext_lazy("Level with the peers from the median to the highest tenth, who all score the same"),
    (10, 75): gettext_lazy("Level with the peers from the lowest tenth to the upper quartile, who all score the same"),
    (25, 90): gettext_lazy("Level with the peers from the lower quartile to the highest tenth, who all score the same"),
    (10, 90): gettext_lazy("Level with nearly all peers, who all score the same"),
}


def words(score: float, quantiles: Mapping[int, float]) -> str:
    """Which published quantiles a score lies between; the score is rounded as it is shown (METHOD 5).

    >>> words(2.6, {25: 2.5, 50: 3.0, 75: 3.6})
    'Between the lower quartile and the median'
    """
    marks = {p: round(10 * quantiles[p]) for p in MARKS if p in quantiles}
    mine, first, last = round(10 * half_up(score)), min(marks), max(marks)
    equal = [p for p, q in marks.items() if q == mine]
    if equal:
        return str(LEVEL[equal[0], equal[-1]])
    if mine < marks[first]:
        return str(BELOW[first])
    if mine > marks[last]:
        return str(ABOVE[last])
    below = max(p for p, q in marks.items() if q < mine)
    return str(BETWEEN[below, min(p for p in marks if p > below)])


def ends(place: Position | None) -> tuple[str, str] | None:
    """The 90 % interval of a position in whole percentiles; None outside of what is published (METHOD 5).

    >>> ends(Position(47.5, "P48", 22.5, 72.4)), ends(Position(None, "below P25", None, None))
    (('P23', 'P72'), None)
    """
    if place is None or place.low is None or place.high is None:
        return None
    return f"P{half_up(place.low, 1):.0f}", f"P{half_up(place.high, 1):.0f}"


def interval(place: Position | None) -> str:
    """The same in words; "" where there is none."""
    found = ends(place)
    return _("90 %% interval %(low)s–%(high)s") % {"low": found[0], "high": found[1]} if found else ""


def sentence(score: float | None, place: Position | None, quantiles: Mapping[int, float]) -> str:
    """The position as one sentence, never as a bare percentile; "" without a score or without peers."""
    if score is None or place is None:
        return ""
    said = words(score, quantiles)
    within = interval(place)
    return _("%(where)s; %(interval)s.") % {"where": said, "interval": within} if within else f"{said}."
