"""What the pages about the plants open with, by rule from the numbers. PURE but for gettext: whole sentences."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.decimals import one
from assessments.figure_words import plain
from benchmarks.statistics import half_up

Middle = tuple[str, float]  # dimension, median of the plants


def heat_headline(medians: Sequence[Middle], plants: int) -> str:
    """Where the plants are weakest and strongest; medians of the dimensions that a plant has a score in."""
    if not medians:
        return _("No plant has answered enough for the score of a dimension.")
    low, high = min(medians, key=lambda m: half_up(m[1])), max(medians, key=lambda m: half_up(m[1]))
    values = {"low": low[0], "low_at": one(low[1]), "high": high[0], "high_at": one(high[1])}
    if half_up(low[1]) == half_up(high[1]):
        return (
            ngettext(
                "The one plant that answered scores the same in every dimension: %(low_at)s.",
                "The plants score the same in every dimension: %(low_at)s.",
                plants,
            )
            % values
        )
    if plants == 1:
        text = _(
            "The one plant that answered is weakest in %(low)s (%(low_at)s) and strongest in %(high)s (%(high_at)s)."
        )
        return text % values
    return (
        _("The plants are weakest in %(low)s (median %(low_at)s) and strongest in %(high)s (median %(high_at)s).")
        % values
    )


def map_headline(counts: Mapping[str, int], plants: int, first_share: float | None) -> str:
    """How many plants come first for capital; counts by segment, `first_share` their percent of production value."""
    placed, first = sum(counts.values()), counts.get("Modernise", 0)
    if not placed:
        return _("No plant can be placed yet: their profiles are incomplete.")
    if not first:
        return ngettext(
            "The one plant that can be placed has no first claim on capital.",
            "None of the %(n)d plants that can be placed has first claim on capital.",
            placed,
        ) % {"n": placed}
    if plants == 1:
        return _("The one plant that answered has first claim on capital: critical, and little automated.")
    values = {"first": first, "n": plants, "share": plain(first_share or 0.0)}
    if first_share is None:
        return (
            ngettext(
                "%(first)d of %(n)d plants has first claim on capital: critical, and little automated.",
                "%(first)d of %(n)d plants have first claim on capital: critical, and little automated.",
                first,
            )
            % values
        )
    return (
        ngettext(
            "%(first)d of %(n)d plants, with %(share)s %% of production value, has first claim on capital.",
            "%(first)d of %(n)d plants, with %(share)s %% of production value, have first claim on capital.",
            first,
        )
        % values
    )


def best_headline(leads: Mapping[str, int], dimensions: int) -> str:
    """Who is best most often; plant -> dimensions in which no other plant is better, of `dimensions` with a score."""
    most = max(leads.values(), default=0)
    if len(leads) < 2 or not most:
        return _("It takes two plants with a score to tell who is best.")
    top = sorted(name for name, n in leads.items() if n == most)
    values = {"name": top[0], "n": most, "all": dimensions, "plants": len(top)}
    if len(top) == len(leads) and most == dimensions:
        return _("All plants score the same in every dimension.")
    if len(top) > 1:
        return _("%(plants)d plants are best most often, each in %(n)d of %(all)d dimensions.") % values
    return _("%(name)s is best most often: in %(n)d of %(all)d dimensions no plant is better.") % values


def beside_headline(name: str | None, low: tuple[str, float] | None, high: tuple[str, float] | None) -> str:
    """Where the chosen plants differ most: the dimension, and the lowest and the highest plant in it."""
    if name is None or low is None or high is None:
        return _("The chosen plants have no dimension with a score in common.")
    if half_up(low[1]) == half_up(high[1]):
        return _("The chosen plants score the same in every dimension.")
    return _("Most apart in %(name)s: %(low)s at %(low_at)s, %(high)s at %(high_at)s.") % {
        "name": name,
        "low": low[0],
        "low_at": one(low[1]),
        "high": high[0],
        "high_at": one(high[1]),
    }


def site_headline(site: str, overall: float | None, place: int, plants: int, furthest: tuple[str, float] | None) -> str:
    """How a plant stands among all; `furthest`: the dimension furthest below the median of the plants, in levels below."""
    if overall is None:
        return _("%(site)s has no overall score: too little of its survey is answered.") % {"site": site}
    values = {"site": site, "score": one(overall), "place": place, "n": plants}
    if plants < 2:
        return _("%(site)s stands at %(score)s of 5; no other plant has a score yet.") % values
    if furthest is None or half_up(furthest[1]) <= 0:
        text = _("%(site)s stands at %(score)s, number %(place)d of %(n)d plants, and below their median nowhere.")
        return text % values
    text = _(
        "%(site)s stands at %(score)s, number %(place)d of %(n)d plants, furthest below their median in %(name)s"
        " (%(gap)s)."
    )
    return text % {**values, "name": furthest[0], "gap": one(furthest[1])}


def plant_headline(site: str, own: Sequence[tuple[str, float]], apart: Sequence[tuple[str, float]]) -> str:
    """How the own plant stands: against the network's mean where that may be seen (`apart`, own minus mean), else within itself."""
    if not own:
        return _("%(site)s has no scores yet: too little of its survey is answered.") % {"site": site}
    if apart:
        low, high = min(apart, key=lambda a: half_up(a[1])), max(apart, key=lambda a: half_up(a[1]))
        if half_up(low[1]) < 0 < half_up(high[1]):
            text = _(
                "%(site)s is furthest above the network in %(high)s (%(more)s) and furthest below it in %(low)s (%(less)s)."
            )
            return text % {
                "site": site, "high": high[0], "more": one(high[1]), "low": low[0], "less": one(-low[1]),
            }  # fmt: skip
        if half_up(low[1]) < 0:
            text = _("%(site)s is above the network nowhere, and furthest below it in %(low)s (%(less)s).")
            return text % {"site": site, "low": low[0], "less": one(-low[1])}
        if half_up(high[1]) <= 0:
            return _("%(site)s is level with the network in every dimension.") % {"site": site}
        text = _("%(site)s is below the network nowhere, and furthest above it in %(high)s (%(more)s).")
        return text % {"site": site, "high": high[0], "more": one(high[1])}
    low, high = min(own, key=lambda a: half_up(a[1])), max(own, key=lambda a: half_up(a[1]))
    if half_up(low[1]) == half_up(high[1]):
        return _("%(site)s scores the same in every dimension: %(score)s.") % {"site": site, "score": one(low[1])}
    text = _("%(site)s is strongest in %(high)s (%(high_at)s) and weakest in %(low)s (%(low_at)s).")
    return text % {
        "site": site, "high": high[0], "high_at": one(high[1]), "low": low[0], "low_at": one(low[1]),
    }  # fmt: skip
