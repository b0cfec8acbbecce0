"""The page "Value streams and resources": make or buy, supplier limits, pilots, capacity and utilities of a cycle."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from assessments import facts, figures, streams
from assessments.catalogue import Item
from assessments.insight import Insight
from assessments.streams import Respondent
from opmodel.dashboards import gallery, headlines
from opmodel.dashboards.charts import streams as charts
from opmodel.dashboards.charts.figure import Figure
from opmodel.dashboards.facts import day, who
from opmodel.dashboards.opening import of_enterprise
from opmodel.dashboards.presenting import percent
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission

READ = ("E-N7", "E-N8", "S-N7", "E-N10", "S-N5", "S-N3")  # make or buy, limits, pilots, capacity
SHOWN = 8  # suppliers on the page; the file has all of them
STAGES = {
    "idea": gettext_lazy("Idea"),
    "defined": gettext_lazy("Defined"),
    "funded": gettext_lazy("Funded"),
    "pilot": gettext_lazy("Pilot"),
    "scaled": gettext_lazy("Scaled"),
    "stopped": gettext_lazy("Stopped"),
}


@require_GET
@member_required(Permission.VIEW_RESULTS)
@of_enterprise
def page(request: HttpRequest, seen: Insight, sources: dict[str, Any]) -> HttpResponse:
    everybody = respondents(seen)
    found = {
        "make_buy": make_buy(seen, everybody),
        "limits": limits(seen, everybody),
        "pilots": pilots(seen, everybody),
        "capacity": capacity(seen, everybody),
    }
    shown = {name: gallery.shown(figure, request) for name, figure in found.items()}
    context = {
        "source": sources,
        "headline": next((f.title for name in ("limits", "pilots", "make_buy", "capacity") if (f := found[name])), ""),
        **shown,
        "limit_rows": limit_rows(seen, everybody)[:SHOWN],
        "stages": stage_rows(funnels(everybody)),
        "pilot_facts": [pilot_facts(name, one) for name, one in funnels(everybody)],
        "facts_url": reverse("dashboard-facts"),
    }
    return gallery.page(request, "dashboards/streams.html", context)


def respondents(seen: Insight) -> list[Respondent]:
    """Whoever submitted, with the data of the other items. Two queries."""
    return [(r.site, r.data, r.day) for r in facts.respondents_of(seen.submission.cycle, READ)]


@gallery.of_enterprise("make-or-buy")
def make_or_buy(seen: Insight) -> Figure | None:
    return make_buy(seen, respondents(seen))


@gallery.of_enterprise("supplier-limits")
def supplier_limits(seen: Insight) -> Figure | None:
    return limits(seen, respondents(seen))


@gallery.of_enterprise("pilots")
def pilot_funnel(seen: Insight) -> Figure | None:
    return pilots(seen, respondents(seen))


@gallery.of_enterprise("capacity")
def capacity_picture(seen: Insight) -> Figure | None:
    return capacity(seen, respondents(seen))


def make_buy(seen: Insight, everybody: list[Respondent]) -> Figure | None:
    """Every item family of the make-vs-buy register."""
    item = seen.catalogue.item_by_code["E-N7"]
    own = next(((data["E-N7"], on) for site, data, on in everybody if not site and "E-N7" in data), None)
    if own is None or not own[0]["rows"]:
        return None
    found = streams.families(own[0]["rows"], own[1])
    important = [f for f in found if (f.importance or 0) >= figures.IMPORTANT]
    unplaced = sum(not f.placed for f in found)
    words = {
        "title": headlines.make_buy_headline(
            len(important), sum(f.review for f in found), sum(f.overdue for f in found)
        ),
        "note": _(
            "Each mark is an item family, as the enterprise rates it. Amber marks ask for a review: important, and own"
            " capability behind the market or supply at risk."
        ),
        "x": _("Own capability against the market"),
        "y": _("Importance for the strategy"),
        "behind": _("far behind"),
        "equal": _("equal"),
        "ahead": _("far ahead"),
        "corner": _("important, and the market is ahead"),
        "unplaced": ngettext(
            "%(n)d family is not rated yet and stands in the table only.",
            "%(n)d families are not rated yet and stand in the table only.",
            unplaced,
        ) % {"n": unplaced}
        if unplaced
        else "",
        "family": _("Item family"),
        "current": _("Today"),
        "importance": _("Importance"),
        "capability": _("Own capability"),
        "cost_delta": _("Own cost above the market"),
        "supply_risk": _("Supply risk"),
        "direction": _("Direction"),
        "review": _("Asks for a review"),
        "overdue": _("Not reviewed for two years"),
        "yes": _("yes"),
        "no": _("no"),
        "current_": "–",
        "direction_": "–",
        **options(item, "current"),
        **options(item, "direction"),
    }  # fmt: skip
    return charts.make_buy(found, words)


def options(item: Item, column: str) -> dict[str, str]:
    """The options of a column of a register as people read them, by "column_option"."""
    spec = next(c for c in item.spec["columns"] if c["key"] == column)
    return {f"{column}_{option}": item.word(option) for option in spec["options"]}


def limits(seen: Insight, everybody: list[Respondent]) -> Figure | None:
    """Suppliers with limits nobody has decided on; None where no list names a supplier."""
    if not any(data.get(code, {}).get("rows") for _site, data, _day in everybody for code in ("E-N8", "S-N7")):
        return None
    found = streams.exposures(everybody)
    words = {
        "title": headlines.limits_headline([(e.supplier, e.points) for e in found]),
        "note": _(
            "Points: severity from 1 to 5 times the value streams concerned, over the limits without a decision on the"
            " lists of the enterprise and its plants. A supplier on several lists counts each of them."
        ),
        "supplier": _("Supplier"),
        "points": _("Open exposure"),
        "unit": _("points"),
        "severity": _("Worst severity"),
        "lists": _("On the list of"),
        "constraints": _("What limits"),
        "alternative": _("Alternative for severe limits"),
        "decide_by": _("To be decided by"),
        "enterprise": _("Enterprise"),
        "none": _("none"),
        "some": _("known or not needed"),
        **options(seen.catalogue.item_by_code["E-N8"], "constraint"),
    }
    return charts.supplier_limits([replace(e, decide_by=day(e.decide_by)) for e in found], words)


def funnels(everybody: list[Respondent]) -> list[tuple[str, streams.Funnel]]:
    """The enterprise's list and those of its plants, as far as they have use cases."""
    named = [(_("Enterprise"), streams.funnel(everybody, "E-N10")), (_("Plants"), streams.funnel(everybody, "S-N5"))]
    return [(name, one) for name, one in named if one]


def pilots(seen: Insight, everybody: list[Respondent]) -> Figure | None:
    lists = funnels(everybody)
    if not lists:
        return None
    each = [one for _name, one in lists]
    scaled, stopped = (sum(one.counts[stage] for one in each) for stage in ("scaled", "stopped"))
    stuck, running = sum(one.stuck for one in each), sum(one.running for one in each)
    words = {
        "title": headlines.pilots_headline(scaled, scaled + stopped + stuck, stuck, running),
        "note": _(
            "Use cases by stage on the lists of the enterprise and of the plants. A plant's test is its own use case."
        ),
        "stage": _("Stage"),
        "unit": _("use cases"),
        **{f"stage_{stage}": str(word) for stage, word in STAGES.items()},
    }
    return charts.pilots(lists, words)


def pilot_facts(name: str, one: streams.Funnel) -> dict[str, Any]:
    """How the use cases of one kind of list fare, with what each figure counts."""
    money = {"got": amount(one.realised, one.currency), "hoped": amount(one.expected, one.currency)}
    return {
        "name": name,
        "conversion": "–" if one.conversion is None else percent(one.conversion),
        "stuck": "–" if one.stuck_share is None else percent(one.stuck_share),
        "running": one.running,
        "realised": "–" if one.realisation is None else percent(one.realisation),
        "money": _("%(got)s of %(hoped)s a year") % money if one.expected else "",
        "several": not one.currency,
    }


def amount(value: Any, currency: str) -> str:
    return f"{float(value):,.0f}".replace(",", "\u202f") + f" {currency}".rstrip()


def capacity(seen: Insight, everybody: list[Respondent]) -> Figure | None:
    plants = streams.capacities(everybody)
    if not plants:
        return None
    beyond = max(0, len(plants) - charts.SHOWN)
    words = {
        "title": headlines.capacity_headline([(p.site, p.utilisation) for p in plants if p.utilisation is not None]),
        "note": _(
            "Used: good output of twelve months against the capacity a plant has shown. Shown: that capacity against the"
            " nominal one. As the plants state them; energy per unit is compared between equal units only."
        ),
        "more": ngettext(
            "%(n)d further plant stands in the numbers below.",
            "%(n)d further plants stand in the numbers below.",
            beyond,
        ) % {"n": beyond}
        if beyond
        else "",
        "site": _("Plant"),
        "utilisation": _("Used, of shown capacity"),
        "realism": _("Shown, of nominal capacity"),
        "oee": _("Overall equipment effectiveness"),
        "connected": _("Critical assets connected"),
        "outage": _("Utility outages a year"),
        "renewable": _("Renewable electricity"),
        "energy": _("Energy per unit"),
        "unit": _("Unit of output"),
        "bottleneck": _("Bottleneck"),
    }  # fmt: skip
    return charts.capacity(plants, words)


def limit_rows(seen: Insight, everybody: list[Respondent]) -> list[dict[str, Any]]:
    """Suppliers with open limits, with bars in percent of the largest exposure."""
    found = streams.exposures(everybody)
    item = seen.catalogue.item_by_code["E-N8"]
    most = max((e.points for e in found), default=1)
    return [
        {
            "supplier": e.supplier,
            "points": e.points,
            "severity": e.severity,
            "what": ", ".join(item.word(c) for c in e.constraints),
            "who": who(e.sites),
            "due": day(e.decide_by),
            "no_alternative": e.no_alternative,
            "width": round(100 * e.points / most, 1),
        }
        for e in found
    ]


def stage_rows(lists: list[tuple[str, streams.Funnel]]) -> list[dict[str, Any]]:
    """Use cases by stage, with bars in percent of the longest one."""
    most = max((n for _name, one in lists for n in one.counts.values()), default=0) or 1
    return [
        {
            "stage": word,
            "lists": [
                {"n": one.counts[stage], "width": round(100 * one.counts[stage] / most, 1)} for _name, one in lists
            ],
        }
        for stage, word in STAGES.items()
    ]
