"""How figures are written on pages: rounded once, with sign, unit and source. From insight and ranking to template values."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from assessments import pipeline
from assessments.catalogue import ENTERPRISE
from assessments.decimals import one, two, written
from assessments.insight import Insight, MeasureView
from assessments.models import Submission
from assessments.ranking import PRESETS, REFERENCES, RankedAction, RankedDimension, Ranking, usable_references
from benchmarks.statistics import half_up
from benchmarks.wording import place_text, spoken_period
from opmodel.dashboards import headlines, standing
from opmodel.dashboards.strip import strip

STABILITY = {"robust": "good-ink", "sensitive": "warn-ink", "fragile": "bad-ink"}  # word -> class of its colour


def number(value: float | None) -> str:
    return "–" if value is None else one(value)


def signed(value: float | None, digits: int = 1) -> str:
    """A difference with its sign.

    >>> signed(-0.25), signed(0.466, 2), signed(None)
    ('−0.3', '+0.47', '–')
    """
    if value is None:
        return "–"
    text = one(abs(value)) if digits == 1 else two(abs(value))
    return text if not half_up(abs(value), 10**digits) else f"{'+' if value > 0 else '−'}{text}"


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def explain_url(seen: Insight, code: str, what: str = "score", **more: str) -> str:
    """How a number of a measure came about (`assessments.derivations`), compared with the group the reader chose."""
    url = reverse("explain", args=[seen.submission.public_id, code])
    asked = {"what": "" if what == "score" else what, "peers": seen.chosen, **more}
    query = urlencode({key: value for key, value in asked.items() if value})
    return f"{url}?{query}" if query else url


def row(seen: Insight, m: MeasureView, tails: bool = False) -> dict[str, Any]:
    """One measure as the templates show it; `tails` draws the peers' outer tenths as well, where they are published."""
    quartiles = (m.lower_quartile, m.median, m.upper_quartile) if m.peer else None
    ends = (m.peer.quantiles[10], m.peer.quantiles[90]) if tails and m.peer and 10 in m.peer.quantiles else None
    bottleneck = seen.measures.get(m.bottleneck)
    # Both sides rounded as they are shown: 2.3 against 2.6 must read -0.3.
    apart = None if m.score is None or m.median is None else half_up(m.score) - m.median
    low, high = standing.ends(m.place) or ("", "")
    return {
        "code": m.code,
        "name": m.name,
        "component": m.component,
        "letter": m.component[:1],
        "score": number(m.score),
        "scored": m.score is not None,
        "range": f"{number(m.low)}–{number(m.high)}",
        "partial": m.coverage is not None and m.coverage < 1,
        "coverage": None if m.coverage is None else round(100 * m.coverage),
        "target": number(m.target),
        "median": number(m.median),
        "p25": number(m.lower_quartile),
        "p75": number(m.upper_quartile),
        "vs_median": signed(apart),
        "place": place_text(m.place),
        "interval": standing.interval(m.place),
        "short_interval": _("90 %% %(low)s–%(high)s") % {"low": low, "high": high} if low else "",
        "low_place": low,
        "high_place": high,
        "peer_label": m.peer.label if m.peer else "",
        "n_band": m.peer.n_band if m.peer else "",
        "bottleneck": {
            "name": bottleneck.name,
            "score": number(bottleneck.score),
            "explain": explain_url(seen, m.bottleneck),
        }
        if bottleneck
        else None,
        "network": number(m.network.score if m.network else None),
        "sites": len(m.sites),
        "strip": strip(m.score, m.target, quartiles, m.sites.scores, ends),
        "explain": explain_url(seen, m.code),
        "many_not_applicable": m.many_not_applicable,
    }


def earlier_revision(submission: Submission, revision: int) -> str:
    """What marks figures that are no longer what the survey says."""
    if submission.state == Submission.State.RETURNED:
        return _("Scores of revision %(n)d, which was returned and is being reworked") % {"n": revision}
    return _("Scores of revision %(n)d; the newer one is being scored") % {"n": revision}


def older_method(*versions: str) -> str:
    """Says that scores come from another method than today's: figures of both are not to be compared; "" where they do not."""
    now = pipeline.current_method().version
    older = sorted(set(versions) - {now})
    return _("Scored by method %(then)s; today's is %(now)s") % {"then": ", ".join(older), "now": now} if older else ""


def source(seen: Insight, scored: Sequence[Submission] = (), chosen: bool = False) -> dict[str, Any]:
    """What every page with figures says about where they come from.

    `scored` are the cycles a reader may switch to; `chosen` says that this one was, so links keep it. They keep the peer
    group as well; where another cycle has no such group, its finest one is used.
    """
    peers = {"peers": seen.chosen} if seen.chosen else {}
    own = ({"cycle": str(seen.submission.cycle.public_id)} if chosen else {}) | peers
    release = seen.result.release if seen.cells else None  # what was taken back is no source any more
    return {
        "cycle": seen.submission.cycle.name,
        "earlier": "" if seen.is_current else earlier_revision(seen.submission, seen.result.revision),
        "older_method": older_method(seen.result.method_version),
        "query": f"?{urlencode(own)}" if own else "",
        "compared": seen.submission.view == ENTERPRISE,  # sites never are
        "other_cycles": [
            {"name": s.cycle.name, "url": "?" + urlencode({"cycle": s.cycle.public_id} | peers)}
            for s in scored
            if s.pk != seen.submission.pk
        ],
        "sites_submitted": seen.network.sites_submitted if seen.network else 0,
        "sites_invited": seen.network.sites_invited if seen.network else 0,
        "method": seen.result.method_version,
        "content": seen.result.content_version,
        "release": release.name if release else "",
        "period": spoken_period(release.dataset.period) if release else "",
        "peer_source": release.dataset.source if release else "",
        "illustrative": bool(release and release.dataset.illustrative),
        "group": seen.group.label if seen.group else "",
        "n_band": seen.group.n_band if seen.group else "",
    }


def network_row(seen: Insight, m: MeasureView) -> dict[str, Any] | None:
    """The plants' view of one dimension; None before the first plant has submitted."""
    view, result = m.network, seen.network
    if view is None or result is None:
        return None
    return {
        "score": "" if view.score is None else two(view.score),
        "sites": view.sites,
        "invited": result.sites_invited,
        "covered": percent(view.weight_coverage),
        "equal_mean": two(view.equal_mean) if view.equal_mean is not None else "–",
        "range": f"{number(view.minimum)}–{number(view.maximum)}",
        "deviation": two(view.standard_deviation) if view.standard_deviation is not None else "–",
        "basis": result.weight_basis,
    }


def perception_row(m: MeasureView) -> dict[str, Any]:
    """Head office beside the plants in one dimension; `m.perception` must be there."""
    gap = m.perception
    assert gap is not None
    flags = {"none": _("close"), "flagged": _("differs"), "severe": _("differs strongly"), "unknown": ""}
    return {
        "code": m.code,
        "name": m.name,
        "component": m.component,
        "enterprise": two(gap.enterprise) if gap.enterprise is not None else "–",
        "plants": two(gap.plants) if gap.plants is not None else "–",
        "gap": signed(gap.gap, 2),
        "interval": f"{signed(gap.low, 2)} … {signed(gap.high, 2)}" if gap.low is not None else "",
        "flag": flags[gap.flag],
        "flagged": gap.flag in ("flagged", "severe"),
        "sites": gap.sites,
        "pairs": gap.pairs,
    }


def perception_views(seen: Insight) -> list[MeasureView]:
    """The dimensions whose two views can be compared, largest difference first."""
    known = [m for m in seen.dimensions if m.perception and m.perception.gap is not None]
    return sorted(known, key=lambda m: -abs(m.perception.gap))  # type: ignore[union-attr]


def components_told(seen: Insight) -> tuple[list[tuple[str, float | None, float | None]], int]:
    """What the first sentence is made of: the components, and how many of them do not apply at all."""
    found = [(m.name, m.score, m.median) for m in seen.components]
    return found, sum(m.score is None and m.coverage is None for m in seen.components)


def perception_title(seen: Insight) -> str:
    return headlines.perception_headline(
        [(m.name, m.perception.gap, m.perception.flag) for m in seen.dimensions if m.perception]
    )


def action_row(a: RankedAction) -> dict[str, Any]:
    """One action of the list."""
    words = {"robust": _("robust"), "sensitive": _("sensitive"), "fragile": _("fragile")}
    return {
        "code": a.code,
        "title": a.title,
        "rank": a.rank,
        "top": a.in_top_list,
        "component": a.component,
        "letter": a.component[:1],
        "because": a.because,
        "stability": words[a.stability],
        "stability_class": STABILITY[a.stability],
        "in_top_share": percent(a.in_top_share),
        "impact": a.impact,
        "effort": a.effort,
        "value": written(f"{a.value:.3f}"),
        "horizon": a.action.horizon,
        "owner": a.action.owner_role,
        "first_step": a.action.first_step,
        "done_when": a.action.done_when,
        "risk": a.action.risk,
        "needed_for": "; ".join(a.needed_for),
    }


def dimension_row(seen: Insight, d: RankedDimension) -> dict[str, Any]:
    """One dimension of the ranking with the three parts of its value."""
    cost, objectives, proximity = d.parts or (0.0, 0.0, 0.0)
    return {
        "code": d.view.code,
        "name": d.view.name,
        "component": d.view.component,
        "rank": d.rank,
        "score": number(d.view.score),
        "reference": number(d.reference),
        "gap": number(d.gap),
        "releases": d.view.releases_effort,
        "value": "–" if d.value is None else written(f"{d.value:.3f}"),
        "cost": written(f"{cost:.3f}"),
        "objectives": written(f"{objectives:.3f}"),
        "proximity": written(f"{proximity:.3f}"),
        "stability": d.stability.label if d.stability else "",
        "ranks": f"{d.stability.low_rank:.0f}–{d.stability.high_rank:.0f}" if d.stability else "",
        "explain": explain_url(seen, d.view.code),
    }


def choices(seen: Insight, ranking: Ranking) -> dict[str, Any]:
    """The weights and references a reader may choose from; references nobody gave are not offered."""
    usable = usable_references(seen)
    return {
        "presets": [{"key": k, "label": str(v), "current": k == ranking.preset} for k, v in PRESETS.items()],
        "references": [
            {"key": k, "label": str(REFERENCES[k]), "current": k == ranking.reference}
            for k in dict.fromkeys([*usable, ranking.reference])
        ],
    }
