"""The page "Plants and head office": the same questions asked of both, and who decides as both see it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from assessments import facts, perception, pipeline, publishing, selectors
from assessments.catalogue import SITE, Item
from assessments.decimals import two
from assessments.figures import LEVEL
from assessments.insight import Insight
from assessments.perception import Together
from opmodel.dashboards import gallery
from opmodel.dashboards.charts import perception as perception_chart
from opmodel.dashboards.charts.figure import Column, Figure
from opmodel.dashboards.facts import decisions_title
from opmodel.dashboards.opening import of_enterprise
from opmodel.dashboards.presenting import perception_row, perception_title, perception_views, signed
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission

WORST = 5  # pairs shown with their wording
DECISIONS = ("E-N9", "S-N4")  # the items the matrix is read from
LEVELS = ("enterprise", "network/region", "plant", "team")


@require_GET
@member_required(Permission.VIEW_RESULTS)
@of_enterprise
def page(request: HttpRequest, seen: Insight, sources: dict[str, Any]) -> HttpResponse:
    """Head office beside the plants, question pair by question pair, and who decides what."""
    views = perception_views(seen)
    texts = {q.code: q.text for q in seen.catalogue.questions}
    found = facts.facts_of(seen, DECISIONS)
    alike = answers_of(seen, found) if views else {}
    rows = [perception_row(m) for m in views]
    for entry in rows:
        entry["pairs"] = [
            {**p, "text": texts.get(p["enterprise"], ""), "alike": said(alike.get(p["site"]))} for p in entry["pairs"]
        ]
    context = {
        "source": sources,
        "title": perception_title(seen),
        "rows": rows,
        "worst": worst(seen, alike),
        "census": bool(seen.network and seen.network.sites_submitted >= seen.network.sites_invited),
        "weight_basis": seen.network.weight_basis if seen.network else "",
        "least": pipeline.current_method().perception.agreement_min_sites,
        "perception": gallery.shown(chart(seen), request),
        "decisions": [decision_row(d) for d in found.decisions],
        "decisions_title": decisions_title(found),
        "decisions_csv": gallery.csv_url("decisions", request),
        "levels": level_names(seen.catalogue.item_by_code["S-N4"]),
    }
    return gallery.page(request, "dashboards/perception.html", context)


def answers_of(seen: Insight, found: facts.Facts) -> dict[str, Together]:
    """How alike the plants answer each mirrored question. One query."""
    asked = [q for q in seen.catalogue.questions if q.view == SITE and q.mirrors]
    codes = tuple(q.code for q in asked)
    keys = publishing.question_keys(seen.submission.cycle.questionnaire_id)
    levels = selectors.level_matrix([r.submission for r in found.plants], codes, keys)
    rules = pipeline.current_method().perception
    return {
        q.code: perception.together([int(x) for x in levels[:, j] if x >= 1], q.referent, rules)
        for j, q in enumerate(asked)
    }


def said(found: Together | None) -> str:
    """Agreement or spread in a few words; "" where the method claims neither."""
    if found is None:
        return ""
    if found.agreement is not None:
        return _("agreement %(value)s") % {"value": two(found.agreement)}
    levels = [n for n, plants in enumerate(found.counts, 1) if plants]
    if found.spread is None or not levels:
        return ""
    if levels[0] == levels[-1]:
        return _("all at %(level)s") % {"level": levels[0]}
    return _("from %(low)s to %(high)s") % {"low": levels[0], "high": levels[-1]}


def worst(seen: Insight, alike: dict[str, Together]) -> list[dict[str, Any]]:
    """The pairs furthest apart, with both wordings and what head office and most plants chose."""
    questions = {q.code: q for q in seen.catalogue.questions}
    pairs = [
        (m, p)
        for m in perception_views(seen)
        for p in (m.perception.pairs if m.perception else ())
        if p["enterprise"] in questions and p["site"] in questions
    ]
    found = []
    for m, p in sorted(pairs, key=lambda pair: -abs(pair[1]["enterprise_level"] - pair[1]["plants"]))[:WORST]:
        ours, theirs, counted = questions[p["enterprise"]], questions[p["site"]], alike.get(p["site"])
        counts = counted.counts if counted else ()
        most = max(counts, default=0)
        common = counts.index(most) + 1 if most else 0
        found.append(
            {
                "dimension": m.name,
                "component": m.component,
                "gap": signed(p["enterprise_level"] - p["plants"], 2),
                "who": _("Head office sees more") if p["enterprise_level"] > p["plants"] else _("The plants see more"),
                "enterprise": ours,
                "enterprise_level": p["enterprise_level"],
                "enterprise_anchor": ours.anchors[p["enterprise_level"] - 1],
                "site": theirs,
                "plants": two(p["plants"]),
                "sites": p["sites"],
                "counts": [
                    {"level": n, "plants": k, "height": round(100 * k / most) if most else 0}
                    for n, k in enumerate(counts, 1)
                ],
                "common": common,
                "common_anchor": theirs.anchors[common - 1] if common else "",
                "alike": said(counted) if counted and counted.agreement is not None else "",
            }
        )
    return found


def level_names(item: Item) -> list[str]:
    return [item.word(level) for level in LEVELS]


def decision_row(d: facts.Decision) -> dict[str, Any]:
    """One decision on its four levels: who decides today and who should, for head office and for the plants."""
    most = max(d.plants.values(), default=0)
    return {
        "name": d.name,
        "cells": [
            {
                "today": d.enterprise == level,
                "should": d.target == level,
                "plants": d.plants.get(level, 0),
                "want": d.plants_want.get(level, 0),
                "strong": bool(most) and 2 * d.plants.get(level, 0) >= sum(d.plants.values()),
            }
            for level in LEVELS
        ],
        "unclear": d.plants.get("unclear", 0),
        "differ": d.differ,
        "compared": d.compared,
        "many": d.compared > 0 and 2 * d.differ >= d.compared,
        "moves": moves(d),
    }


MOVES = {
    -1: gettext_lazy("towards the enterprise"),
    0: gettext_lazy("stays"),
    1: gettext_lazy("towards the work"),
}


def moves(d: facts.Decision) -> str:
    """Where head office wants to move a decision; "" where it does not say."""
    if d.enterprise not in LEVEL or d.target not in LEVEL:
        return ""
    step = LEVEL[d.target] - LEVEL[d.enterprise]
    return str(MOVES[(step > 0) - (step < 0)])


@gallery.of_enterprise("decisions")
def decisions(seen: Insight) -> Figure | None:
    """Who decides each of the sixteen decisions, as head office and the plants see it."""
    found = facts.facts_of(seen, DECISIONS)
    if not found.decisions:
        return None
    item = seen.catalogue.item_by_code["S-N4"]
    unit = _("plants")
    return Figure(
        "decisions", decisions_title(found), _("Plants by the level that decides today, and that should decide."),
        (
            Column("decision", _("Decision")), Column("today", _("Head office: today")),
            Column("should", _("Head office: should")),
            *(Column(f"today_{n}", _("Today: %(level)s") % {"level": item.word(n)}, unit, 0) for n in (*LEVELS, "unclear")),
            *(Column(f"should_{n}", _("Should: %(level)s") % {"level": item.word(n)}, unit, 0) for n in LEVELS),
            Column("differ", _("Seen differently"), unit, 0), Column("compared", _("Compared"), unit, 0),
        ),
        tuple(
            (
                d.name, item.word(d.enterprise) if d.enterprise else None, item.word(d.target) if d.target else None,
                *(d.plants.get(n, 0) for n in (*LEVELS, "unclear")), *(d.plants_want.get(n, 0) for n in LEVELS),
                d.differ, d.compared,
            )
            for d in found.decisions
        ),
    )  # fmt: skip


@gallery.of_enterprise("perception")
def chart(seen: Insight) -> Figure | None:
    """Head office beside the plants in each dimension both were asked about, largest difference on top."""
    views = [
        perception_chart.Views(
            m.name, m.perception.enterprise, m.perception.plants, m.perception.gap,
            m.perception.flag in ("flagged", "severe"), m.perception.sites,
        )
        for m in perception_views(seen)
        if m.perception
    ]  # fmt: skip
    words = perception_chart.Words(
        title=_("The same questions, two answers"),
        note=_("Levels 1 to 5; only questions that both were asked. Thick lines: half a level apart or more."),
        dimension=_("Dimension"),
        enterprise=_("Head office"),
        plants=_("Plants, weighted mean"),
        gap=_("Difference"),
        sites=_("Plants"),
        level=_("levels"),
    )
    return perception_chart.two_views(views, words) if views else None
