"""What changed since the last cycle, as the templates show it: a sentence, two small tables, and what moved most."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from assessments.change import ANSWERS, ENTERPRISE_KINDS, NETWORK_KINDS, Change
from assessments.derivations.changes import KINDS
from assessments.insight import Insight
from assessments.since import Since
from benchmarks.statistics import half_up
from opmodel.dashboards import change_words
from opmodel.dashboards.charts import change as chart
from opmodel.dashboards.charts.figure import Figure
from opmodel.dashboards.presenting import explain_url, number, signed

MOST = 5  # questions, dimensions and plants that are named


def step(change: Change | None) -> str:
    """A change as it is shown beside a score: between the rounded scores, so that 2.3 after 2.6 reads -0.3."""
    if change is None or change.before is None or change.after is None:
        return ""
    return signed(half_up(change.after) - half_up(change.before))


def moved_in(seen: Insight, change: Change) -> dict[str, float]:
    """What changed answers did to a measure, by dimension, largest first."""
    dimension = {q.code: q.dimension for q in seen.catalogue.questions}
    found: dict[str, float] = {}
    for part in change.parts.get(ANSWERS, ()):
        code = dimension[part.key]
        found[code] = found.get(code, 0.0) + part.by
    return dict(sorted(found.items(), key=lambda entry: -abs(entry[1])))


def headline(seen: Insight, found: Since) -> str:
    """How the overall score moved, and what moved it."""
    whole = found.enterprise["OVERALL"]
    moved = moved_in(seen, whole)
    same_way = [code for code, by in moved.items() if by * (whole.by or 0.0) > 0]
    where = seen.measures[same_way[0]].name if same_way else ""
    return change_words.change_headline(found.earlier.cycle.name, whole.before, whole.after, whole.kinds, where)


def summary(seen: Insight, found: Since | None) -> dict[str, Any] | None:
    """The change on the dashboard; None while there is no earlier cycle."""
    if found is None:
        return None
    whole, plants = found.enterprise["OVERALL"], found.plants
    return {
        "cycle": found.earlier.cycle.name,
        "headline": headline(seen, found),
        "enterprise": kinds_of(whole, ENTERPRISE_KINDS),
        "total": signed(whole.by, 2),
        "url": explain_url(seen, "OVERALL", "change") if whole.by is not None else "",
        "plants": kinds_of(plants, NETWORK_KINDS),
        "plants_total": signed(plants.by, 2),
        "plants_url": explain_url(seen, "OVERALL", "plants_change"),
        "plants_headline": change_words.plants_headline(
            found.earlier.cycle.name, plants.before, plants.after, plants.kinds, found.compared
        ),
        "dimensions": found.compared,
    }


def kinds_of(change: Change, order: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"name": str(KINDS[kind]), "by": signed(change.of(kind), 2), "nothing": not half_up(abs(change.of(kind)), 100)}
        for kind in order
        if change.kinds
    ]


def details(seen: Insight, found: Since) -> dict[str, Any]:
    """What moved most: dimensions, questions, plants."""
    whole = found.enterprise["OVERALL"]
    questions = seen.catalogue.question_by_code
    return {
        "dimensions": [
            {
                "name": seen.measures[code].name,
                "by": signed(by, 2),
                "before": number(found.enterprise[code].before),
                "after": number(found.enterprise[code].after),
                "url": explain_url(seen, code, "change"),
            }
            for code, by in list(moved_in(seen, whole).items())[:MOST]
        ],
        "questions": [
            {
                "text": questions[p.key].text,
                "before": f"{p.before.value:.0f}" if p.before else "–",
                "after": f"{p.after.value:.0f}" if p.after else "–",
                "by": signed(p.by, 2),
                "url": reverse("submission-dimension", args=[seen.submission.public_id, questions[p.key].dimension])
                + f"#{p.key}",
            }
            for p in whole.parts.get(ANSWERS, ())[:MOST]
        ],
        "plants": [
            {"name": found.names.get(key, key), "by": signed(by, 2)} for key, by in list(found.by_plant.items())[:MOST]
        ],
        "network": network_rows(seen, found.kinds),
        "method": "" if found.same_method else f"{found.before.method_version} → {found.after.method_version}",
        "content": "" if found.same_content else f"{found.before.content_version} → {found.after.content_version}",
    }


def network_rows(seen: Insight, changes: Mapping[str, Change]) -> list[dict[str, Any]]:
    """The plants' views that moved most."""
    known = [(code, c) for code, c in changes.items() if c.kinds and c.by is not None]
    known.sort(key=lambda entry: -abs(entry[1].by or 0.0))
    return [
        {
            "name": seen.measures[code].name,
            "before": number(c.before),
            "after": number(c.after),
            "by": signed(c.by, 2),
            "url": explain_url(seen, code, "plants_change"),
        }
        for code, c in known[:MOST]
    ]


def figure(seen: Insight, found: Since | None) -> Figure | None:
    """Every measure's change by kind, head office and plants."""
    if found is None:
        return None
    words = chart.Words(
        title=headline(seen, found),
        note=_("Levels; the parts of a row add up to its change."),
        whose=_("Whose view"),
        measure=_("Measure"),
        before=found.earlier.cycle.name,
        after=seen.submission.cycle.name,
        change=_("Change"),
        level=_("levels"),
    )
    kinds = {kind: str(KINDS[kind]) for kind in (*ENTERPRISE_KINDS, *NETWORK_KINDS)}
    rows = [(_("Head office"), m.name, found.enterprise[m.code]) for m in seen.measures.values()]
    rows += [(_("Plants"), m.name, found.kinds[m.code]) for m in seen.dimensions]
    return chart.by_kind([(whose, name, c.before, c.after, c.kinds) for whose, name, c in rows], kinds, words)
