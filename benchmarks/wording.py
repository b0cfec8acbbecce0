"""Numbers and months of peer data as people read them."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from benchmarks.statistics import Position


def number(n: int) -> str:
    """With its thousands apart."""
    return str(number_format(n, use_l10n=True, force_grouping=True))


def spoken_period(stored: str) -> str:
    """The months that data come from ("2024-09 to 2026-04"), in the reader's language; what somebody wrote stays."""
    first, apart, last = stored.partition(" to ")
    if not apart:
        return stored
    return first if first == last else _("%(first)s to %(last)s") % {"first": first, "last": last}


def place_text(place: Position | None) -> str:
    """The position among the peers: a percentile, or outside of what is published."""
    if place is None:
        return ""
    if place.percentile is not None:
        return place.text
    side, _space, mark = place.text.partition(" ")
    return (_("below %(mark)s") if side == "below" else _("above %(mark)s")) % {"mark": mark}
