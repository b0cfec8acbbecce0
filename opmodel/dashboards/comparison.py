"""Among peers: which group and why, the distribution of each measure, and the move from one release to the next."""

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from assessments import insight, selectors
from assessments.decimals import two
from assessments.insight import Insight, MeasureView
from assessments.reaching import Answered, Reach, reach
from benchmarks.cells import ROOT, SEPARATOR
from benchmarks.selectors import DROPPED, ELSEWHERE, PUBLISHED, Group
from benchmarks.statistics import half_up
from benchmarks.wording import spoken_period
from opmodel.dashboards import headlines, standing
from opmodel.dashboards.opening import of_enterprise
from opmodel.dashboards.presenting import number, row, signed
from opmodel.dashboards.strip import bands, strip, x
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission

FIRST_PLANTS = 12  # shown on the distribution; more of them open on demand
FIRST_RISES = 5  # the same of the questions that would lift a score


def address(name: str, seen: Insight, request: HttpRequest, *args: str, **change: str) -> str:
    """The address of a comparison page that keeps what the reader chose: cycle, peer group, order."""
    kept = {"cycle": request.GET.get("cycle", ""), "peers": seen.chosen, "sort": request.GET.get("sort", "")}
    query = urlencode({key: value for key, value in (kept | change).items() if value})
    return reverse(name, args=args) + (f"?{query}" if query else "")


@require_GET
@member_required(Permission.VIEW_PEERS)
@of_enterprise
def peers(request: HttpRequest, seen: Insight, sources: dict[str, Any]) -> HttpResponse:
    """Which peer group is used and why, what else could be chosen, and all measures as small strips."""
    sort = request.GET.get("sort", "order")
    if sort not in ("order", "gap"):
        raise Http404
    shown = [seen.overall, *seen.components, *seen.dimensions]
    if sort == "gap":
        shown.sort(key=lambda m: (apart(m) is None, apart(m) or 0.0))
    context = {
        "source": sources,
        "taken_back": taken_back(seen),
        "why": why_this_group(seen),
        "trees": trees(seen, request),
        "made_of": composition(seen),
        "rows": [measure_row(seen, request, m) for m in shown],
        "sort": sort,
        "by_order": address("dashboard-peers", seen, request, sort=""),
        "by_gap": address("dashboard-peers", seen, request, sort="gap"),
        "releases_url": address("dashboard-peers-releases", seen, request, sort=""),
        "targets_url": reverse("submission-targets-peers", args=[seen.submission.public_id])
        + (f"?{urlencode({'peers': seen.chosen})}" if seen.chosen else ""),
        "profile_url": "" if seen.result.segments.get("industry") else profile_url(seen),
    }
    return render(request, "dashboards/peers.html", context)


def apart(m: MeasureView) -> float | None:
    """Own score minus peer median, both as they are shown."""
    return None if m.score is None or m.median is None else half_up(m.score) - m.median


def taken_back(seen: Insight) -> str:
    """The name of a release that was withdrawn after the comparison was made."""
    release = seen.result.release
    return release.name if release is not None and not seen.cells else ""


def profile_url(seen: Insight) -> str:
    return reverse("submission-item", args=[seen.submission.public_id, "E-N1"])


def measure_row(seen: Insight, request: HttpRequest, m: MeasureView) -> dict[str, Any]:
    return row(seen, m, tails=True) | {
        "url": address("dashboard-peers-measure", seen, request, m.code, sort=""),
        "sentence": standing.sentence(m.score, m.place, m.peer.quantiles) if m.peer else "",
        "standing": standing.words(m.score, m.peer.quantiles) if m.peer and m.score is not None else "",
    }


def why_this_group(seen: Insight) -> str:
    """Why the comparison uses this group, in one sentence; "" without peers."""
    if seen.group is None:
        return ""
    if seen.chosen:
        values = {"group": seen.groups[0].label}
        if seen.chosen == seen.group.key:
            return _("You chose this group; without a choice it would be %(group)s.") % values
        return (
            _(
                "The group you chose is not published; this is the next larger one around it. Without a choice it would be"
                " %(group)s."
            )
            % values
        )
    path = seen.own_groups()[seen.group.tree]
    if seen.group.path == path[-1].path:
        if all(seen.result.segments.get(key) for key in ("industry", "region", "size_band")):
            return _("It is the closest group there is: the same industry, region and size as yours.")
        return _("It is the closest group your profile allows: industry, region or size is not stated there.")
    return _("It is the closest group on your industry's side that is large enough to be published.")


def trees(seen: Insight, request: HttpRequest, measure: str = "OVERALL") -> list[dict[str, Any]]:
    """The own paths in both trees, largest group first."""
    names = {"A": _("Your industry's side"), "B": _("Your region's side")}
    view = ("dashboard-peers",) if measure == "OVERALL" else ("dashboard-peers-measure", measure)
    used = seen.measures[measure].peer
    return [
        {
            "name": names[tree],
            "groups": [
                {
                    "name": g.name,
                    "n_band": g.n_band,
                    "said": state_words(g),
                    # Both trees have the same root: one of them is enough to choose from.
                    "url": address(
                        view[0], seen, request, *view[1:], peers=f"{'A' if g.path == ROOT else g.tree}:{g.path}"
                    )
                    if g.state == PUBLISHED
                    else "",
                    "current": used is not None and g.path == used.path and (g.tree == used.tree or g.path == ROOT),
                }
                for g in groups
            ],
        }
        for tree, groups in seen.own_groups(measure).items()
    ]


def state_words(group: Group) -> str:
    """What a release says of a group, in words; "" for one that is published."""
    if group.state == PUBLISHED:
        return ""
    if group.state == DROPPED:
        return _("not published, to protect single companies; the next larger group is used")
    if group.state == ELSEWHERE:
        return _("published for other measures only; the next larger group is used")
    return _("too small; the next larger group is used")


def composition(seen: Insight) -> list[dict[str, str]]:
    """Which segments the group in use is made of."""
    if seen.group is None:
        return []
    depth = seen.group.path.count(SEPARATOR)
    named = [g.name for g in seen.own_groups()[seen.group.tree][1 : depth + 1]]
    levels = {
        "A": (_("Sector"), _("Industry"), _("Region"), _("Size")),
        "B": (_("Region"), _("Size")),
    }[seen.group.tree]
    parts = [{"level": level, "value": value} for level, value in zip(levels, named, strict=False)]
    return parts + [{"level": level, "value": _("all")} for level in levels[len(parts) :]]


@require_GET
@member_required(Permission.VIEW_PEERS)
@of_enterprise
def measure(request: HttpRequest, seen: Insight, sources: dict[str, Any], measure: str) -> HttpResponse:
    """The distribution of one measure: peers as bands, the own score and the plants on it, and what would lift it."""
    if measure not in seen.measures:
        raise Http404
    m = seen.measures[measure]
    plants = [plant_row(m, s) for s in sorted(m.sites, key=lambda s: (s.score, s.name))]
    aims = goals(seen, m)
    context = {
        "source": sources,
        "taken_back": taken_back(seen),
        "measure": measure_row(seen, request, m),
        "bands": bands(m.peer.quantiles) if m.peer else None,
        "scale": [(n, x(n)) for n in range(1, 6)],
        "own_x": None if m.score is None else x(m.score),
        "target_x": None if m.target is None else x(m.target),
        "quantiles": [(f"P{p}", number(q)) for p, q in sorted(m.peer.quantiles.items())] if m.peer else [],
        "mean": number(m.peer.mean) if m.peer else "",
        "plants": plants[:FIRST_PLANTS],
        "more_plants": plants[FIRST_PLANTS:],
        "trees": trees(seen, request, measure) if seen.cells else [],
        "goals": aims,
        "any_rise": any(g["steps"] and g["steps"]["n"] for g in aims),
        "back": address("dashboard-peers", seen, request),
    }
    return render(request, "dashboards/distribution.html", context)


def plant_row(m: MeasureView, site: Any) -> dict[str, Any]:
    """One plant on the enterprise peers: its mark and its score, never a percentile."""
    quartiles = (m.lower_quartile, m.median, m.upper_quartile) if m.peer else None
    return {
        "name": site.name,
        "score": number(site.score),
        "strip": strip(site.score, None, quartiles),
        "url": reverse("explain", args=[site.submission, m.code]),
    }


def goals(seen: Insight, m: MeasureView) -> list[dict[str, Any]]:
    """What would reach the peers' median and upper quartile: in levels, and in which questions."""
    if m.score is None or m.peer is None:
        return []
    asked = insight.answered(seen, m.code)
    found = []
    for name, value in ((_("The median"), m.median), (_("The upper quartile"), m.upper_quartile)):
        assert value is not None
        lacking = value - half_up(m.score)
        found.append(
            {
                "name": name,
                "value": number(value),
                "already": lacking <= 0,
                "levels": number(lacking) if lacking > 0 else "",
                "changed": asked is None,
                "steps": steps(seen, reach(asked, value)) if asked and lacking > 0 else None,
            }
        )
    return found


def steps(seen: Insight, found: Reach) -> dict[str, Any]:
    """The questions to raise by one level, and what the score would then be."""
    rises = [rise(seen, q) for q in found.rises or ()]
    return {
        "enough": found.rises is not None,
        "then": two(found.mean),
        "n": len(rises),
        "first": rises[:FIRST_RISES],
        "more": rises[FIRST_RISES:],
    }


def rise(seen: Insight, question: Answered) -> dict[str, Any]:
    """One question with the anchor of its next level."""
    asked = seen.catalogue.question_by_code[question.code]
    page = reverse("submission-dimension", args=[seen.submission.public_id, asked.dimension])
    return {
        "text": asked.text,
        "now": question.level,
        "then": question.level + 1,
        "anchor": asked.anchors[question.level],
        "url": f"{page}#{question.code}",
    }


@require_GET
@member_required(Permission.VIEW_PEERS)
@of_enterprise
def releases(request: HttpRequest, seen: Insight, sources: dict[str, Any]) -> HttpResponse:
    """The same answers against the release before and the release now, measure by measure."""
    former = selectors.former_release(seen.submission, seen.result)
    before = insight.build(seen.submission, former, request.GET.get("peers", ""), seen.reading) if former else None
    shown = [seen.overall, *seen.components, *seen.dimensions]
    moves = [d for m in shown if before and (d := median_moved(m, before.measures[m.code])) is not None]
    context = {
        "source": sources,
        "headline": headlines.releases_headline(moves),
        "other_group": bool(before and before.group and seen.group and before.group.path != seen.group.path),
        "now": cited(seen),
        "before": cited(before) if before else None,
        "both": [cited(before), cited(seen)] if before else [],
        "same_answers": bool(former and former.revision == seen.result.revision),
        "rows": [moved(seen, before, request, m) for m in shown] if before else [],
        "back": address("dashboard-peers", seen, request),
    }
    return render(request, "dashboards/releases.html", context)


def cited(seen: Insight) -> dict[str, Any]:
    """A release as it is cited: name, day, period, group; what was taken back shows no figures."""
    release = seen.result.release
    return {
        "name": release.name if release else "",
        "as_of": release.as_of if release else None,
        "period": spoken_period(release.dataset.period) if release else "",
        "illustrative": bool(release and release.dataset.illustrative),
        "group": seen.group.label if seen.group else "",
        "n_band": seen.group.n_band if seen.group else "",
        "taken_back": bool(release and not seen.cells),
        "revision": seen.result.revision,
    }


def moved(seen: Insight, before: Insight, request: HttpRequest, m: MeasureView) -> dict[str, Any]:
    """One measure in both releases."""
    old = before.measures[m.code]
    return {
        "name": m.name,
        "component": m.component,
        "url": address("dashboard-peers-measure", seen, request, m.code, sort=""),
        "old": side(old, before),
        "new": side(m, seen),
        "median_moved": signed(median_moved(m, old)),
    }


def median_moved(new: MeasureView, old: MeasureView) -> float | None:
    """New minus old peer median, in whole tenths as both are published."""
    return None if new.median is None or old.median is None else round(new.median - old.median, 1)


def side(m: MeasureView, seen: Insight) -> dict[str, Any]:
    """One measure in one release; `group` only where it is another one than that of the page."""
    usual = seen.group is not None and m.peer is not None and m.peer.label == seen.group.label
    return {
        "score": number(m.score),
        "median": number(m.median),
        "standing": standing.words(m.score, m.peer.quantiles) if m.peer and m.score is not None else "",
        "interval": standing.interval(m.place),
        "group": "" if m.peer is None or usual else f"{m.peer.label}, n {m.peer.n_band}",
    }
