"""What a report says: one plain structure of figures and sentences, in the language it is made in. Reads only.

The same structure is stored, hashed and drawn: deck, PDF and workbook see nothing else. Levels are numbers, everything else
is text as people read it. Keys that begin a sentence of their own are listed in `of_organisation` and `of_site`.
"""

from datetime import date
from typing import Any

from django.utils.formats import date_format, get_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from assessments import facts, insight, pipeline, publishing, selectors, site_views
from assessments.catalogue import ENTERPRISE
from assessments.insight import Insight, MeasureView
from assessments.models import Submission
from assessments.ranking import PRESETS, REFERENCES, Ranking
from assessments.workbook.cells import visible
from benchmarks.statistics import half_up
from opmodel.dashboards import headlines, presenting, standing
from opmodel.dashboards.facts import KINDS, waiting_row
from opmodel.dashboards.reports import messages, plan
from opmodel.dashboards.reports.wording import notes, sections, words
from opmodel.organisations.models import Branding, MemberSite, Organisation, Site

LAYOUT = 1  # of this structure; another one makes other hashes
PLANNED = 3  # planned actions that the page of a plant has room for (typst/site.typ)
Row = dict[str, Any]


def of_organisation(seen: Insight, ranked: Ranking, kind: str, today: date) -> Row:
    """A report about one scored enterprise view, ranked as the reader chose."""
    measures = [measure(m, seen) for m in (seen.overall, *seen.components, *seen.dimensions)]
    components = len(seen.components)
    found = facts.facts_of(seen)
    content = frame(seen.submission, kind, today) | {
        "source": source(seen),
        "overall": measures[0],
        "components": measures[1 : 1 + components],
        "dimensions": measures[1 + components :],
        "levels": list(seen.catalogue.level_names),
        "sites": sites(seen),
        "perception": [perception(m) for m in presenting.perception_views(seen)],
        "waiting": [{k: str(v) for k, v in waiting_row(w).items() if k != "url"} for w in found.waiting],
        "barriers": [{"name": b.name, "points": b.points, "plants": b.plants} for b in found.barriers],
        "priorities": priorities(seen, ranked),
        "plan": plan.planned(seen.submission.cycle),
        "answers": answers(seen),
    }
    content["headlines"] = {
        "page": headlines.page_headline(*presenting.components_told(seen)),
        "overall": overall_message(seen.overall),
        "dimensions": headlines.dimension_headline([(m.score, m.lower_quartile) for m in seen.dimensions]),
        "ends": messages.ends_message([(m.name, m.score) for m in seen.dimensions]),
        "spread": headlines.spread_headline(
            [(m.name, min(m.sites.scores), max(m.sites.scores)) for m in seen.dimensions if len(m.sites) > 1]
        ),
        "plants": messages.plants_message([(s["name"], s["scores"].get("OVERALL")) for s in content["sites"]]),
        "perception": presenting.perception_title(seen),
        "waiting": headlines.facts_headline({kind: sum(w.kind == kind for w in found.waiting) for kind in KINDS}),
        "priorities": priorities_message(seen, ranked),
        "steps": messages.steps_message(len(ranked.top)),
        "plan": messages.plan_message(len(content["plan"]), len(ranked.top)),
        "projection": messages.projection_message(
            seen.overall.score,
            ranked.projected.get("OVERALL"),
            len(ranked.top),
            sum(c.code in ranked.projected for c in seen.components),
        ),
        "method": _("What these figures rest on"),
        "title": _("Manufacturing operating model: where we stand and what comes next"),
    }
    content["stamp"] = stamp(seen)
    content["notes"] = notes(content)
    return printable(content)


def of_site(seen: Insight, today: date) -> Row:
    """One page about a plant: its own scores beside the mean of the plants, never another plant's, never a percentile.

    It goes to plant managers, too: it says of the other plants what the page of a plant manager says.
    """
    site, cycle = seen.submission.site, seen.submission.cycle
    assert site is not None
    network = site_views.shared_for(readers_sites(site), cycle)
    means = {code: shared.mean for code, shared in network.measures.items()} if network else {}
    rows = [own_measure(m, seen, means.get(m.code)) for m in (seen.overall, *seen.components, *seen.dimensions)]
    components = len(seen.components)
    found = plan.at_plant(cycle, site.pk)
    content = frame(seen.submission, "site", today) | {
        "site": {"name": site.name, "region": site.region},
        "source": source(seen) | {"peers": "", "illustrative": False},
        "beside": messages.beside_message(
            network.sites if means and network else 0,
            "" if network is None or network.cycle.pk == cycle.pk else network.cycle.name,
        ),
        "overall": rows[0],
        "components": rows[1 : 1 + components],
        "dimensions": rows[1 + components :],
        "levels": list(seen.catalogue.level_names),
        "plan": found,
        "plan_more": messages.more_planned(len(found) - PLANNED),
    }
    content["headlines"] = {
        "page": messages.site_message([(r["name"], r["score"], r["network"]) for r in content["components"]]),
        "ends": messages.ends_message([(r["name"], r["score"]) for r in content["dimensions"]]),
        "title": _("%(site)s on one page") % {"site": site.name},
    }
    content["stamp"] = stamp(seen, network=False)
    return printable(content)


def readers_sites(site: Site) -> frozenset[int]:
    """The sites whose scores somebody who may have the page of this one knows already: together, as if one person did."""
    holders = MemberSite.objects.filter(site=site).values("member_id")
    return frozenset(MemberSite.objects.filter(member_id__in=holders).values_list("site_id", flat=True)) | {site.pk}


def frame(submission: Submission, kind: str, today: date) -> Row:
    """What every report begins with."""
    organisation = submission.organisation
    return {
        "layout": LAYOUT,
        "kind": kind,
        "language": get_language(),
        "mark": str(get_format("DECIMAL_SEPARATOR")),
        "organisation": {"name": organisation.name, "id": organisation.public_id, "demo": organisation.is_demo},
        "cycle": {"name": submission.cycle.name, "id": submission.cycle.public_id},
        "look": look_of(organisation),
        "made": {"iso": today.isoformat(), "text": str(date_format(today, "DATE_FORMAT"))},
        "words": words(),
        "sections": sections(pipeline.current_method()),
    }


def printable(value: Any) -> Any:
    """The same without signs that no office file can hold; they become U+FFFD."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {key: printable(entry) for key, entry in value.items()}
    return [printable(entry) for entry in value] if isinstance(value, list | tuple) else value


def look_of(organisation: Organisation) -> Row:
    """Colour and logo as they are now; the logo by the hash of its picture."""
    chosen = Branding.objects.select_related("logo").filter(organisation=organisation).first()
    if chosen is None:
        return {"accent": "", "logo": ""}
    return {"accent": chosen.accent, "logo": chosen.logo.sha256 if chosen.logo else ""}


def level(value: float | None) -> float | None:
    """A level as it is stored: JSON knows no -0.0, and nobody reads the seventh digit."""
    return None if value is None else round(value, 6) + 0.0


def measure(m: MeasureView, seen: Insight) -> Row:
    """One measure with everything it is compared with; `apart` as the figures beside it are rounded."""
    quantiles = m.peer.quantiles if m.peer else {}
    row = presenting.row(seen, m, tails=True)
    bottleneck = seen.measures.get(m.bottleneck)
    apart = None if m.score is None or m.median is None else half_up(m.score) - m.median
    return {
        "code": m.code,
        "name": m.name,
        "component": m.component,
        "letter": m.component[:1],
        "score": level(m.score),
        "low": level(m.low),
        "high": level(m.high),
        "coverage": level(m.coverage),
        "target": level(m.target),
        **{f"p{p}": level(quantiles.get(p)) for p in (10, 25, 50, 75, 90)},
        "apart": level(apart),
        "place": row["place"],
        "interval": standing.interval(m.place),
        "standing": standing.words(m.score, quantiles) if m.score is not None and quantiles else "",
        "group": row["peer_label"],
        "n": row["n_band"],
        "network": level(m.network.score if m.network else None),
        "network_sites": m.network.sites if m.network else 0,
        "deviation": level(m.network.standard_deviation if m.network else None),
        "sites": sorted(s for s in map(level, m.sites.scores) if s is not None),
        "bottleneck": bottleneck.name if bottleneck else "",
        "bottleneck_score": level(bottleneck.score) if bottleneck else None,
        "said": row["strip"].text,
    }


def own_measure(m: MeasureView, seen: Insight, mean: float | None) -> Row:
    """One measure of a plant: its own score and the mean of all plants."""
    apart = None if m.score is None or mean is None else half_up(m.score) - half_up(mean)
    said = [_("score %(s)s") % {"s": presenting.number(m.score)} if m.score is not None else _("not scored")]
    if mean is not None:
        said.append(_("mean of the plants %(m)s") % {"m": presenting.number(mean)})
    return {
        "code": m.code,
        "name": m.name,
        "component": m.component,
        "letter": m.component[:1],
        "score": level(m.score),
        "low": level(m.low),
        "high": level(m.high),
        "coverage": level(m.coverage),
        "network": level(mean),
        "apart": level(apart),
        "bottleneck": seen.measures[m.bottleneck].name if m.bottleneck in seen.measures else "",
        "said": ", ".join(said),
    }


def source(seen: Insight) -> Row:
    """Where the figures come from, as the pages say it, and the lines a slide or page carries."""
    found = presenting.source(seen)
    answered = ngettext(
        "%(n)d of %(all)d plant answered", "%(n)d of %(all)d plants answered", found["sites_invited"]
    ) % {"n": found["sites_submitted"], "all": found["sites_invited"]}
    release, peers = seen.result.release if seen.cells else None, ""
    if release:
        peers = _("Peers: %(group)s, n %(n)s, %(period)s") % {
            "group": found["group"],
            "n": found["n_band"],
            "period": found["period"],
        }
    return {
        "answered": answered if found["sites_invited"] else "",
        "peers": peers,
        "no_peers": "" if release else _("No peer comparison"),
        "group": found["group"],
        "n": found["n_band"],
        "period": found["period"],
        "release": found["release"],
        "peer_source": found["peer_source"],
        "illustrative": found["illustrative"],
        "earlier": found["earlier"],
        "sites_invited": found["sites_invited"],
        "sites_submitted": found["sites_submitted"],
    }


def overall_message(m: MeasureView) -> str:
    said = standing.words(m.score, m.peer.quantiles) if m.peer and m.score is not None else ""
    return messages.overall_message(m.score, m.low, m.high, said)


def sites(seen: Insight) -> list[Row]:
    """The plants that have a score, by region and name, with every score they have."""
    found: dict[int, Row] = {}
    regions = {s.pk: s.region for s in selectors.invited_sites(seen.submission.cycle)}
    for code, m in seen.measures.items():
        for mark in m.sites:
            row = found.setdefault(
                mark.site_id, {"name": mark.name, "region": regions.get(mark.site_id, ""), "scores": {}}
            )
            row["scores"][code] = level(mark.score)
    return sorted(found.values(), key=lambda r: (r["region"], r["name"]))


def perception(m: MeasureView) -> Row:
    """Head office beside the plants in one dimension."""
    row, gap = presenting.perception_row(m), m.perception
    assert gap is not None
    return {
        "name": m.name,
        "component": m.component,
        "enterprise": level(gap.enterprise),
        "plants": level(gap.plants),
        "gap": level(gap.gap),
        "gap_text": row["gap"],
        "interval": row["interval"],
        "flag": row["flag"],
        "flagged": row["flagged"],
        "sites": gap.sites,
        "pairs": len(gap.pairs),
    }


def priorities(seen: Insight, ranked: Ranking) -> Row:
    """The ranked actions with their reasons, the dimensions behind them, and what the first ones could bring."""
    kept = ("code", "title", "rank", "because", "stability", "in_top_share", "impact", "effort", "horizon", "owner")
    kept += ("first_step", "done_when", "risk", "needed_for", "component", "letter")
    actions = [presenting.action_row(a) for a in ranked.actions]
    for row in actions:
        row["needed_for"] = str(row["needed_for"])
    return {
        "preset": str(PRESETS[ranked.preset]),
        "reference": str(REFERENCES[ranked.reference]),
        "chosen": [ranked.preset, ranked.reference],
        "weights": [presenting.percent(w) for w in ranked.weights],
        "top": [{k: row[k] for k in kept} for row in actions if row["top"]],
        "more": [{k: row[k] for k in kept} for row in actions if not row["top"]],
        "dimensions": [
            {
                "name": d.view.name,
                "component": d.view.component,
                "rank": d.rank,
                "protect": d.protect,
                "score": level(d.view.score),
                "reference": level(d.reference),
                "gap": level(d.gap),
                "value": level(d.value),
                "cost": level(d.parts[0]) if d.parts else None,
                "objectives": level(d.parts[1]) if d.parts else None,
                "proximity": level(d.parts[2]) if d.parts else None,
                "stability": d.stability.label if d.stability else "",
            }
            for d in ranked.dimensions
        ],
        "projected": [
            {
                "code": m.code,
                "name": m.name,
                "now": level(m.score),
                "then": level(ranked.projected.get(m.code)),
            }
            for m in (seen.overall, *seen.components)
        ],
    }


def priorities_message(seen: Insight, ranked: Ranking) -> str:
    first = seen.measures[ranked.top[0].component].name if ranked.top else ""
    unranked = sum(d.rank is None and not d.protect for d in ranked.dimensions)
    then = ranked.projected.get("OVERALL")
    return headlines.priorities_headline(first, len(ranked.top), seen.overall.score, then, unranked)


def answers(seen: Insight) -> list[Row]:
    """The enterprise's own answers to the scale questions, as they stand. One query."""
    plan_ = pipeline.plan_for(seen.catalogue, pipeline.current_method(), ENTERPRISE)
    keys = publishing.question_keys(seen.submission.cycle.questionnaire_id)
    levels = selectors.level_matrix([seen.submission], plan_.questions, keys)[0]
    level_of = dict(zip(plan_.questions, levels.tolist(), strict=True))
    said = {0: _("not answered"), -1: _("not applicable")}
    return [
        {
            "code": q.code,
            "dimension": q.dimension,
            "question": q.text,
            "level": found if (found := level_of[q.code]) >= 1 else None,
            "status": said.get(found, ""),
            "weight": q.weight,
        }
        for q in seen.catalogue.questions_of(ENTERPRISE)
    ]


def stamp(seen: Insight, network: bool = True) -> list[list[str]]:
    """Which result, method, content and release the figures are of, as label and value; a plant's page has no peers."""
    result, release = seen.result, seen.result.release if seen.cells else None
    calculated = date_format(localtime(result.calculated_at), "SHORT_DATETIME_FORMAT")
    rows = [
        (_("Result"), _("%(id)s, revision %(n)d, calculated %(when)s")
            % {"id": result.public_id, "n": result.revision, "when": calculated}),
        (_("Method"), result.method_version),
        (_("Content"), result.content_version),
    ]  # fmt: skip
    if seen.network and network:
        rows.append((_("Plants' view"), seen.network.public_id))
    if release:
        day = date_format(release.as_of, "DATE_FORMAT")
        rows.append((_("Peer release"), _("%(name)s, as of %(day)s") % {"name": release.name, "day": day}))
        rows.append((_("Source of the peers"), release.dataset.source))
    return [[label, str(value)] for label, value in rows]


def chosen_insight(submission: Submission) -> Insight | None:
    """The insight of a submission as its newest result has it; None before it is scored."""
    result = selectors.latest_result(submission)
    return insight.build(submission, result) if result else None
