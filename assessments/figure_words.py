"""The figures of an item in whole sentences, for the one who just filled it in."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessments import figures
from assessments.catalogue import Item, Questionnaire
from assessments.item_words import label_of
from assessments.segments import segment_of
from benchmarks.statistics import half_up

PLACED_BY = ("S-N1", "S-N3")  # the profiles that place a site in a segment
COSTS = "S-N2"
LARGEST_SHARES = 5  # shares that are named: the slip is hardly among the small ones


def plain(value: float, decimals: int = 1) -> str:
    """A number as people read it, rounded half up, without zeros at its end."""
    rounded = half_up(value, 10**decimals)
    return str(number_format(rounded, None if rounded != int(rounded) else 0, use_l10n=True, force_grouping=True))


def percent(value: float) -> str:
    return plain(value * 100, 0)


def _overdue(n: float) -> str:
    if not n:
        return _("No row is overdue.")
    text = ngettext(
        "%(n)d row is overdue: it has no review, or none in the last 24 months.",
        "%(n)d rows are overdue: they have no review, or none in the last 24 months.",
        int(n),
    )
    return text % {"n": n}


def _exposure(n: float) -> str:
    return _("Open supplier exposure: %(n)s points (severity times value streams, over limits without a decision).") % {
        "n": plain(n)
    }


def _unresolved(n: float) -> str:
    text = ngettext("%(n)d severe limit waits for a decision.", "%(n)d severe limits wait for a decision.", int(n))
    return text % {"n": n}


def _without_alternative(n: float) -> str:
    return ngettext("%(n)d severe limit has no alternative.", "%(n)d severe limits have no alternative.", int(n)) % {
        "n": n
    }


def _decentralisation(value: float) -> str:
    return _("Decisions lie at %(n)s on average, from 1 (enterprise) to 4 (team).") % {"n": plain(value, 2)}


def _clarity(value: float) -> str:
    return _("%(n)s %% of the decisions have a clear level.") % {"n": percent(value)}


def _shift(value: float) -> str:
    if half_up(abs(value), 100) == 0:
        return _("On average decisions stay where they are.")
    text = (
        _("On average decisions should move %(n)s levels towards the work.")
        if value > 0
        else _("On average decisions should move %(n)s levels towards the centre.")
    )
    return text % {"n": plain(abs(value), 2)}


def _ai(value: float) -> str:
    if half_up(abs(value), 100) == 0:
        return _("On average the role of AI stays as it is.")
    text = (
        _("On average the role of AI should grow by %(n)s steps.")
        if value > 0
        else _("On average the role of AI should shrink by %(n)s steps.")
    )
    return text % {"n": plain(abs(value), 2)}


def _share_in(text: Any) -> Callable[[float], str]:
    return lambda value: str(text % {"n": percent(value)})


def _number_in(text: Any, decimals: int = 1) -> Callable[[float], str]:
    return lambda value: str(text % {"n": plain(value, decimals)})


SENTENCES: Mapping[str, Callable[[float], str]] = {
    "make_buy_overdue_rows": _overdue,
    "constraint_exposure": _exposure,
    "unresolved_severe_constraints": _unresolved,
    "severe_without_alternative": _without_alternative,
    "decentralisation": _decentralisation,
    "clarity": _clarity,
    "decision_shift": _shift,
    "ai_shift": _ai,
    "conversion": _share_in(
        gettext_lazy(
            "%(n)s %% of the decided pilots were scaled; stopped ones and pilots older than 12 months count too."
        )
    ),
    "stuck_share": _share_in(gettext_lazy("%(n)s %% of the running pilots are older than 12 months.")),
    "pilot_age_median": _number_in(gettext_lazy("Half of the running pilots are at least %(n)s months old.")),
    "realisation": _share_in(gettext_lazy("%(n)s %% of the benefit expected of scaled use cases is confirmed.")),
    "reinvested_share": _share_in(gettext_lazy("%(n)s %% of the realised benefit is reinvested.")),
    "stop_share": _share_in(gettext_lazy("%(n)s %% of the decided use cases were stopped.")),
    "headcount": _number_in(gettext_lazy("Headcount of the site: %(n)s."), 0),
    "capacity_realism": _share_in(gettext_lazy("The demonstrated capacity is %(n)s %% of the nominal one.")),
    "energy_per_unit": _number_in(gettext_lazy("One unit of output takes %(n)s MWh."), 4),
}


def lines(
    item: Item,
    catalogue: Questionnaire,
    data_by_item: Mapping[str, Mapping[str, Any]],
    reference: date,
    placed: bool = True,
) -> list[str]:
    """What follows from the saved data of an item; a figure without a value says nothing.

    `placed`: also the segment of the site, which rests on several items.
    """
    data = data_by_item.get(item.code)
    if data is None:
        return []
    found = figures.of_item(item, data, reference)
    said = []
    for key, value in found.items():
        if value is not None:
            said.append(SENTENCES[key.removeprefix("site_").removeprefix("enterprise_")](value))
    if item.type == "decision_matrix" and len(figures.current_levels(data)) < figures.LEAST_DECISIONS:
        said.append(
            _("Means are calculated from %(n)d decisions with a clear level on.") % {"n": figures.LEAST_DECISIONS}
        )
    if item.type == "funnel" and figures.nothing_stops(data):
        said.append(_("Nothing is ever stopped: is every use case really worth going on with?"))
    return said + (_placed(item, catalogue, data_by_item) if placed else [])


def _placed(item: Item, catalogue: Questionnaire, data_by_item: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The segment beside the profiles that decide it, the largest cost beside the cost structure."""
    if item.code not in (*PLACED_BY, COSTS):
        return []
    placed = segment_of(*(data_by_item.get(code) or {} for code in (*PLACED_BY, COSTS)))
    if item.code == COSTS:
        largest = placed.largest_cost
        return [_("Largest cost: %(name)s.") % {"name": label_of(largest, catalogue)}] if largest else []
    if placed.segment is None:
        missing = ", ".join(f"“{label_of(key, catalogue)}”" for key in placed.missing)
        return [_("No funding segment yet: the profile is incomplete. Still open: %(fields)s.") % {"fields": missing}]
    content = catalogue.segmentation
    meaning = next((r.funding_logic for r in content.rules if r.segment == placed.segment), "") if content else ""
    name = content.word(placed.segment) if content else placed.segment
    return [_("Funding segment of the site: %(segment)s (%(meaning)s).") % {"segment": name, "meaning": meaning}]


def too_much_value(shares: Mapping[str, float]) -> str:
    """Says that the shares of production value, site name -> percent, cannot all be true; "" when they can."""
    total = figures.too_much_value(shares)
    if total is None:
        return ""
    largest = sorted(shares.items(), key=lambda pair: (-pair[1], pair[0]))[:LARGEST_SHARES]
    named = ", ".join(_("%(site)s %(n)s %%") % {"site": site, "n": plain(share)} for site, share in largest)
    text = _(
        "The plants' shares of production value add up to %(total)s %%; together they are at most 100 %%. Check them in"
        " the site profiles, the largest first: %(named)s."
    )
    return text % {"total": plain(total), "named": named}


class Flag(NamedTuple):
    text: str
    warns: bool


def of_row(found: Mapping[str, Any]) -> list[Flag]:
    """What a page says beside one row of a register, see `figures.of_rows`."""
    said = []
    if found.get("review_overdue"):
        said.append(Flag(_("Overdue"), warns=True))
    if found.get("proposed_direction"):
        said.append(Flag(_("Proposed: review"), warns=True))
    if found.get("severe_without_alternative"):
        said.append(Flag(_("No alternative"), warns=True))
    if (age := found.get("age_months")) is not None:
        months = int(age)
        said.append(Flag(ngettext("%(n)d month", "%(n)d months", months) % {"n": months}, warns=found["stuck"]))
    return said
