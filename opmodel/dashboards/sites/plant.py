"""The page of a plant manager: the own plant on what may be seen of the network, what was decided, remarks and answers.

No other plant is named and no score of one can be read off: `assessments.site_profiles.shared_with` has the rule.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from assessments import publishing, selectors, site_views
from assessments.catalogue import Questionnaire
from assessments.models import Result, Submission
from assessments.packing import read_points
from assessments.site_views import PeersBeside, SharedNetwork, SiteView
from benchmarks.statistics import half_up
from benchmarks.wording import spoken_period
from opmodel.dashboards.presenting import earlier_revision, number, older_method, signed
from opmodel.dashboards.sites.decided import decided
from opmodel.dashboards.sites.headlines import plant_headline
from opmodel.dashboards.sites.marks import on_network
from opmodel.dashboards.sites.survey import before, cycle_links, remarks_told


def newest(request: HttpRequest) -> HttpResponse:
    """The newest survey of an own plant, or the one of ?cycle=…; raises Http404 for a cycle without one."""
    results = site_views.own_results(request.member, request.member.site_ids)
    cycle = request.GET.get("cycle", "")
    found = next((r for r in results if not cycle or r.submission.cycle.public_id == cycle), None)
    if found is None:
        if cycle:
            raise Http404
        return render(request, "dashboards/site_waiting.html", {})
    return page(request, found.submission, results)


def shown(request: HttpRequest, submission: Submission) -> HttpResponse:
    """The page of one own survey."""
    return page(request, submission, site_views.own_results(request.member, request.member.site_ids))


def page(request: HttpRequest, submission: Submission, results: list[Result]) -> HttpResponse:
    result = next((r for r in results if r.submission_id == submission.pk), None)
    if result is None:
        return render(request, "dashboards/site_waiting.html", {})
    earlier = before(results, submission)
    site = site_views.view_of(result)
    old = read_points(earlier.points) if earlier else {}
    network = site_views.shared_network(request.member, submission.cycle)
    catalogue = publishing.catalogue(submission.cycle.questionnaire_id)
    peers = site_views.peers_beside(submission.cycle)
    rows = {
        code: measure_row(site, network, peers, code, name, old)
        for code, name in site_views.names_of(catalogue).items()
    }
    network_actions, own_actions = decided(request.member, site.site_id, submission.cycle)
    context = remarks_told(submission) | {
        "cycle": submission.cycle,
        "site": {"name": site.name, "region": site.region},
        "headline": headline_of(site, network, catalogue),
        "outdated": "" if site.current else earlier_revision(submission, site.revision),
        "other_cycles": cycle_links(results, submission),
        "other_sites": other_sites(results, site),
        "before": earlier.submission.cycle.name if earlier else "",
        "network": network_told(network, submission),
        "peers": peers_told(peers),
        "cards": [rows[code] for code in ("OVERALL", *(c.code for c in catalogue.components))],
        "components": [
            {"name": c.name, "code": c.code, "rows": [rows[d.code] for d in c.dimensions]} for c in catalogue.components
        ],
        "network_actions": network_actions,
        "own_actions": own_actions,
        "voice": selectors.item_data([submission], "S-N8").get(submission.pk, {}).get("text", ""),
        "answers_url": reverse("submission-review", args=[submission.public_id]),
        "method": site.method,
        "older_method": older_method(site.method),
        "content": catalogue.version,
    }
    return render(request, "dashboards/plant.html", context)


def other_sites(results: Sequence[Result], site: SiteView) -> list[dict[str, str]]:
    """The newest survey of each other plant that this manager answers for."""
    found: dict[int, Result] = {}
    for r in results:
        if r.submission.site_id != site.site_id:
            found.setdefault(r.submission.site_id or 0, r)
    return [
        {"name": r.submission.site.name, "url": reverse("dashboard-site", args=[r.submission.public_id])}
        for r in sorted(found.values(), key=lambda r: str(r.submission.site.name))
        if r.submission.site
    ]


def network_told(network: SharedNetwork | None, submission: Submission) -> dict[str, Any] | None:
    """Which plants the comparison is with; None where there is nothing to compare with yet."""
    if network is None or not network.measures:
        return None
    this = network.cycle.pk == submission.cycle_id
    return {
        "cycle": network.cycle.name,
        "n": network.sites,
        "this": this,
        "quartiles": any(s.lower_quartile is not None for s in network.measures.values()),
    }


def peers_told(found: PeersBeside | None) -> dict[str, Any] | None:
    """Which peers stand beside the plant; None where they may not be seen."""
    if found is None:
        return None
    table, dataset = found.tables.get("OVERALL") or next(iter(found.tables.values())), found.release.dataset
    return {
        "group": table.label,
        "n": table.n_band,
        "release": found.release.name,
        "period": spoken_period(dataset.period),
        "source": dataset.source,
        "illustrative": dataset.illustrative,
    }


def measure_row(
    site: SiteView, network: SharedNetwork | None, peers: PeersBeside | None, code: str, name: tuple[str, str],
    old: Mapping[str, float],
) -> dict[str, Any]:  # fmt: skip
    """One measure of the own plant; differences are those of the rounded figures beside them."""
    own, seen = site.scores.get(code), network.measures.get(code) if network else None
    apart = None if own is None or seen is None else half_up(own) - half_up(seen.mean)
    table = peers.tables.get(code) if peers else None
    return {
        "code": code,
        "name": name[0],
        "component": name[1],
        "letter": name[1][:1],
        "score": number(own),
        "explain": reverse("explain", args=[site.submission, code]),
        "mean": number(seen.mean) if seen else "",
        "n": seen.n if seen else 0,
        "apart": signed(apart),
        "peers": number(table.quantiles[50]) if table else "",
        "peers_low": number(table.quantiles[25]) if table else "",
        "peers_high": number(table.quantiles[75]) if table else "",
        "change": "" if own is None or code not in old else signed(half_up(own) - half_up(old[code])),
        "strip": on_network(own, seen),
    }


def headline_of(site: SiteView, network: SharedNetwork | None, catalogue: Questionnaire) -> str:
    own = [(d.name, site.scores[d.code]) for d in catalogue.dimensions if d.code in site.scores]
    seen = network.measures if network else {}
    apart = [
        (d.name, half_up(site.scores[d.code]) - half_up(seen[d.code].mean))
        for d in catalogue.dimensions
        if d.code in site.scores and d.code in seen
    ]
    return plant_headline(site.name, own, apart)
