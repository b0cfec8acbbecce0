"""The page of the other items: what waits for a decision, who decides, what slows the plants, where money goes first."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from assessments import facts
from assessments.catalogue import Questionnaire
from assessments.decimals import one
from assessments.facts import Barrier, Facts, Pilots, SitePlace, Waiting
from assessments.figure_words import too_much_value
from assessments.insight import Insight
from assessments.item_words import label_of
from opmodel.dashboards.headlines import facts_headline
from opmodel.dashboards.opening import of_enterprise
from opmodel.dashboards.presenting import percent
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission

SHOWN = 12  # rows of what waits; the rest folds away
LISTED = 60  # plants in one table; the others have it on their own pages
NAMED = 4  # lists that are named one by one
KINDS = {
    "limit": gettext_lazy("Supplier limit"),
    "make_buy": gettext_lazy("Make or buy"),
    "pilot": gettext_lazy("Pilot"),
}


@require_GET
@member_required(Permission.VIEW_RESULTS)
@of_enterprise
def page(request: HttpRequest, seen: Insight, sources: dict[str, Any]) -> HttpResponse:
    found = facts.facts_of(seen)
    waiting = [waiting_row(w) for w in found.waiting]
    counted = {kind: sum(w.kind == kind for w in found.waiting) for kind in KINDS}
    context = {
        "source": sources,
        "headline": facts_headline(counted),
        "waiting": waiting[:SHOWN],
        "more_waiting": waiting[SHOWN:],
        "decisions": bool(found.decisions),
        "decisions_title": decisions_title(found),
        "barriers": barrier_rows(found.barriers),
        "barrier_sites": found.barrier_sites,
        "segments": [segment_row(s, seen.catalogue) for s in found.segments[:LISTED]],
        "more_segments": max(0, len(found.segments) - LISTED),
        "too_much_value": too_much_value(found.value_shares),
        "pilots": [pilot_row(p) for p in found.pilots[:LISTED]],
        "more_pilots": max(0, len(found.pilots) - LISTED),
        "choices": [
            {
                "title": c.item.title,
                "answer": c.item.word(c.answer),
                "fact": c.fact,
                "source": c.source,
            }
            for c in found.choices
        ],
        "voices": [{"site": site, "text": text} for site, text in found.voices[:LISTED]],
        "more_voices": max(0, len(found.voices) - LISTED),
        "known": found.known,
    }
    return render(request, "dashboards/facts.html", context)


def waiting_row(w: Waiting) -> dict[str, Any]:
    """One thing to decide, with the reason in a sentence."""
    return {
        "kind": KINDS[w.kind],
        "what": w.what,
        "who": who(w.sites),
        "why": reason(w),
        "url": reverse("submission-item", args=[w.submission, w.item]),
    }


def who(sites: tuple[str, ...]) -> str:
    """Whose lists name a thing: by name as long as that reads, then how many more."""
    names = [site or _("Enterprise") for site in sites]
    if len(names) <= NAMED:
        return ", ".join(names)
    more = len(names) - NAMED + 1
    values = {"names": ", ".join(names[: NAMED - 1]), "n": more}
    return ngettext("%(names)s and %(n)d more", "%(names)s and %(n)d more", more) % values


def reason(w: Waiting) -> str:
    if w.kind == "limit":
        values = {"severity": w.severity, "day": day(w.due)}
        if w.due:
            return _("Severity %(severity)s of 5, no decision yet; to be decided by %(day)s.") % values
        return _("Severity %(severity)s of 5, no decision yet.") % values
    if w.kind == "pilot":
        return ngettext(
            "A pilot for %(n)d month, neither scaled nor stopped.",
            "A pilot for %(n)d months, neither scaled nor stopped.",
            int(w.months or 0),
        ) % {"n": int(w.months or 0)}
    if not w.since:
        return _("Never reviewed.") if not w.proposed else _("Never reviewed; its ratings ask for a review.")
    values = {"day": day(w.since)}
    if w.proposed:
        return _("Last reviewed on %(day)s; its ratings ask for a review.") % values
    return _("Last reviewed on %(day)s, more than two years ago.") % values


def day(iso: str) -> str:
    return str(date_format(date.fromisoformat(iso), "DATE_FORMAT")) if iso else ""


def decisions_title(found: Facts) -> str:
    if found.mismatch is None:
        return _("Who decides what, as head office and the plants see it")
    values = {"share": percent(found.mismatch), "n": found.mismatch_sites}
    return (
        ngettext(
            "Head office and %(n)d plant see %(share)s of the decisions on different levels",
            "Head office and %(n)d plants see %(share)s of the decisions on different levels",
            found.mismatch_sites,
        )
        % values
    )


def barrier_rows(barriers: tuple[Barrier, ...]) -> list[dict[str, Any]]:
    """Bars as percent of the longest one."""
    most = max((b.points for b in barriers), default=1)
    return [
        {"name": b.name, "points": b.points, "plants": b.plants, "width": round(100 * b.points / most, 1)}
        for b in barriers
    ]


def segment_row(s: SitePlace, catalogue: Questionnaire) -> dict[str, Any]:
    words = catalogue.segmentation
    missing = ", ".join(label_of(key, catalogue) for key in s.placed.missing)
    return {
        "site": s.site,
        "segment": words.word(s.placed.segment) if words and s.placed.segment else "",
        "logic": s.rule.funding_logic if s.rule else "",
        "missing": missing,
        "cost": label_of(s.placed.largest_cost, catalogue) if s.placed.largest_cost else "–",
        "url": reverse("submission-item", args=[s.submission, "S-N1"]),
    }


def pilot_row(p: Pilots) -> dict[str, Any]:
    months = p.figures["pilot_age_median"]

    def share(key: str) -> str:
        value = p.figures[key]
        return "–" if value is None else percent(value)

    return {
        "who": p.site or _("Enterprise"),
        "rows": p.rows,
        "running": p.running,
        "stuck": p.stuck,
        "conversion": share("conversion"),
        "stopped": share("stop_share"),
        "realised": share("realisation"),
        "reinvested": share("reinvested_share"),
        "age": "–" if months is None else one(months),
    }
