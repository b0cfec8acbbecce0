"""One plant: its scores among all plants, its segment and why, what its lists say, and what reviewers said."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from assessments import figure_words, pipeline, selectors, site_profiles, site_views
from assessments.catalogue import SITE
from assessments.items.choices import labels_of
from assessments.models import Result, Submission
from assessments.packing import read_points
from assessments.site_views import Network, SiteView
from benchmarks.statistics import half_up
from opmodel.dashboards.presenting import earlier_revision, number, older_method, signed
from opmodel.dashboards.sites import plant
from opmodel.dashboards.sites.decided import decided
from opmodel.dashboards.sites.frame import address
from opmodel.dashboards.sites.headlines import site_headline
from opmodel.dashboards.sites.modernisation import words_of
from opmodel.dashboards.sites.survey import before, cycle_links, remarks_told, survey_of
from opmodel.dashboards.strip import network_strip
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission, can

READERS = (Permission.VIEW_RESULTS, Permission.VIEW_SITE_RESULTS)


@require_GET
@member_required(*READERS)
def page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Any plant for head office, the own one for its manager."""
    submission = survey_of(request, public_id)
    if not can(request.member, Permission.VIEW_RESULTS):
        return plant.shown(request, submission)
    results = site_views.own_results(request.member, [submission.site_id or 0])
    network = site_views.network_of(request.member, submission.cycle)
    site = next((s for s in (*network.sites, *network.earlier) if s.submission == public_id), None)
    context: dict[str, Any] = {"cycle": submission.cycle, "site": submission.site, "scored": site is not None}
    context["older_method"] = ""
    context |= {"all_url": address("dashboard-sites", network.cycle), "other_cycles": cycle_links(results, submission)}
    if site is not None:
        earlier = before(results, submission)
        context |= told(request, network, site, submission) | scores_told(network, site, earlier)
        context["outdated"] = "" if site.current else earlier_revision(submission, site.revision)
    return render(request, "dashboards/site.html", context)


def told(request: HttpRequest, network: Network, site: SiteView, submission: Submission) -> dict[str, Any]:
    """What the survey of a plant says besides its scores."""
    data = selectors.all_item_data([submission])[submission.pk]
    reviewing = can(request.member, Permission.REVIEW)
    answering = reviewing and submission.state == Submission.State.SUBMITTED
    return remarks_told(submission) | {
        "reply_url": reverse("submission-answer-wish", args=[submission.public_id]) if answering else "",
        "place": words_of(network, site_views.place_of(network.catalogue, site, data)),
        "profile_url": reverse("submission-item", args=[submission.public_id, "S-N1"]),
        "map_url": address("dashboard-sites-map", network.cycle),
        "lists": list(lists_of(network, submission, data)),
        "voice": data.get("S-N8", {}).get("text", ""),
        "actions": decided(request.member, site.site_id, submission.cycle)[1],
        "answers_url": reverse("submission-inspect", args=[submission.public_id]) if reviewing else "",
        "beside_url": address("dashboard-sites-beside", network.cycle, site=site.submission) if site.current else "",
        "method": site.method,
        "older_method": older_method(*network.methods, site.method),
        "content": network.catalogue.version,
    }


def scores_told(network: Network, site: SiteView, earlier: Result | None) -> dict[str, Any]:
    """The scores of a plant among all plants, and how they changed since the cycle before."""
    old = read_points(earlier.points) if earlier else {}
    catalogue = network.catalogue
    return {
        "headline": headline_of(network, site),
        "before": earlier.submission.cycle.name if earlier else "",
        "plants": len(network.sites),
        "cards": [
            measure_row(network, site, code, old) for code in ("OVERALL", *(c.code for c in catalogue.components))
        ],
        "components": [
            {"name": c.name, "code": c.code, "rows": [measure_row(network, site, d.code, old) for d in c.dimensions]}
            for c in catalogue.components
        ],
    }


def headline_of(network: Network, site: SiteView) -> str:
    below = []
    for d in network.catalogue.dimensions:
        spread = site_profiles.spread(list(network.scores(d.code).values()))
        if spread is not None and d.code in site.scores:
            below.append((d.name, half_up(spread.median) - half_up(site.scores[d.code])))
    overall = site.scores.get("OVERALL")
    others = [v for key, v in network.scores("OVERALL").items() if key != site.submission]
    every = [*others, *([overall] if overall is not None else [])]
    place = site_profiles.rank(overall, every) if overall is not None else 0
    return site_headline(site.name, overall, place, len(every), max(below, key=lambda b: b[1], default=None))


def measure_row(network: Network, site: SiteView, code: str, old: Mapping[str, float]) -> dict[str, Any]:
    """One measure of a plant: among all plants, against the cycle before, and the best plant to learn from."""
    scores, own = network.scores(code), site.scores.get(code)
    spread = site_profiles.spread(list(scores.values()))
    apart = None if own is None or spread is None else half_up(own) - half_up(spread.median)
    change = None if own is None or code not in old else half_up(own) - half_up(old[code])
    name, component = network.names[code]
    return {
        "code": code,
        "name": name,
        "component": component,
        "letter": component[:1],
        "score": number(own),
        "explain": reverse("explain", args=[site.submission, code]),
        "median": number(spread.median if spread else None),
        "n": len(scores),
        "place": site_profiles.rank(own, list(scores.values())) if own is not None and site.current else 0,
        "apart": signed(apart),
        "change": signed(change) if change is not None else "",
        "strip": network_strip(own, list(scores.values())) if scores else None,
        "stands_apart": any(o.site == site.submission for o in site_profiles.outliers(scores, rules())),
        "learn": learn_from(network, site, code) if code in network.catalogue.dimension_by_code else None,
    }


def rules() -> Any:
    return pipeline.current_method().sites


def learn_from(network: Network, site: SiteView, code: str) -> dict[str, str] | None:
    """The best plant of a dimension, where it is enough better to learn from; the first by name where several share it."""
    scores, own = network.scores(code), site.scores.get(code)
    best = [network.by_id[key] for key in site_profiles.best(scores)]
    if own is None or not best or half_up(scores[best[0].submission]) - half_up(own) < rules().learn_from:
        return None
    first = min(best, key=lambda s: s.name)
    url = reverse("dashboard-site-dimension", args=[first.submission, code])
    return {"name": first.name, "score": number(scores[first.submission]), "url": f"{url}?beside={site.submission}"}


def lists_of(
    network: Network, submission: Submission, data: Mapping[str, Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """What follows from the other items of the survey, in sentences; items that say nothing are left out."""
    day = selectors.reference_day(submission)
    for item in network.catalogue.items_of(SITE):
        lines = figure_words.lines(item, network.catalogue, data, day, placed=item.code == figure_words.COSTS)
        if item.type == "ranking" and item.code in data:
            ranked = sorted(data[item.code].items(), key=lambda pair: pair[1])
            named = labels_of(item.spec)
            lines = [", ".join(item.word(named[option]) for option, _rank in ranked)]
        if lines:
            url = reverse("submission-item", args=[submission.public_id, item.code])
            yield {"title": item.title, "lines": lines, "url": url}
