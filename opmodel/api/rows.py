"""The rows of the four tables, read inside the organisation of a token. Peers' figures come through the gate only.

Statements per page: cycles 2; scores 3 and one for each release and profile on the page; gaps and actions 2 and a constant number
for each cycle on the page. Sites and rows never change the number.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery

from assessments import insight, pipeline, plans, publishing, selectors
from assessments.catalogue import ENTERPRISE, Questionnaire
from assessments.insight import Insight
from assessments.models import Cycle, Result, Score, Submission
from assessments.ranking import ranking_of, usable_references
from benchmarks import selectors as peers
from benchmarks.selectors import PeerTable
from benchmarks.settings import method_section
from benchmarks.statistics import Position, position
from opmodel.api.parameters import Query
from opmodel.organisations.models import Member

Row = dict[str, Any]
SLOTS = 1000  # id = submission x SLOTS + place of the measure, or of the action, in the content
FEWEST = 10  # measures of a result, at the least; fewer would only make a page shorter


@dataclass(frozen=True)
class Page:
    """Rows in the order of their ids, and whether there are more."""

    rows: list[Row]
    more: bool


def stamp(*moments: datetime | None) -> str:
    """The latest of some moments as ISO text in UTC.

    >>> stamp(datetime(2026, 1, 2, tzinfo=UTC), None)
    '2026-01-02T00:00:00Z'
    """
    return max(m for m in moments if m is not None).astimezone(UTC).isoformat().replace("+00:00", "Z")


def page(rows: Iterable[Row], query: Query, cut: bool = False) -> Page:
    """The page of a query out of rows in order; `cut` says that the rows stop early, whatever their number."""
    found: list[Row] = []
    for row in rows:
        if row["id"] <= query.after:
            continue
        if len(found) == query.limit:
            return Page(found, True)
        found.append(row)
    return Page(found, cut)


def cycle_of(member: Member, query: Query) -> Cycle | None:
    """The cycle a query names, None when it names none; raises Cycle.DoesNotExist."""
    return within(selectors.cycles(member), query, "public_id").get(public_id=query.cycle) if query.cycle else None


def within(rows: QuerySet[Any], query: Query, path: str) -> QuerySet[Any]:
    """Rows of the cycles that a token is limited to; `path` leads to the public id of the cycle."""
    return rows.filter(**{f"{path}__in": query.only}) if query.only else rows


def cycles(member: Member, query: Query) -> Page:
    submissions = Submission.objects.filter(cycle=OuterRef("pk"))
    enterprise = submissions.filter(view=ENTERPRISE).values("state")[:1]
    touched = submissions.order_by("-updated_at").values("updated_at")[:1]
    known = within(selectors.cycles(member), query, "public_id").filter(pk__gt=query.after).order_by("pk")
    found = list(
        known.annotate(
            content_version=F("questionnaire__version"),
            enterprise_state=Subquery(enterprise),
            touched_at=Subquery(touched),
        )[: query.limit + 1]
    )
    counts = selectors.cycle_counts(found[: query.limit])
    rows = [
        {
            "id": c.pk,
            "cycle_id": c.public_id,
            "name": c.name,
            "organisation": member.organisation.name,
            "state": c.state,
            "opens_on": c.opens_on.isoformat(),
            "closes_on": c.closes_on.isoformat(),
            "sites_invited": counts[c.pk]["invited"],
            "sites_submitted": counts[c.pk]["submitted"],
            "enterprise_state": c.enterprise_state or Submission.State.DRAFT.value,  # a draft asks nobody yet
            "content_version": c.content_version,
            "updated_at": stamp(c.updated_at, c.touched_at, member.organisation.updated_at),
        }
        for c in found[: query.limit]
    ]
    return Page(rows, len(found) > query.limit)


def latest_results(member: Member, query: Query, cycle: Cycle | None) -> QuerySet[Result]:
    """The newest result of every submission that stands as submitted, in the order of submissions (one statement).

    What was returned has no rows until it is submitted and scored again.
    """
    rows = Result.objects.filter(
        selectors.CURRENT,
        submission__in=selectors.with_readable_results(member).values("pk"),
        submission_id__gte=query.after // SLOTS,
    )
    if cycle is not None:
        rows = rows.filter(submission__cycle=cycle)
    rows = within(rows, query, "submission__cycle__public_id")
    return (
        rows.select_related("submission__cycle", "submission__site", "release__dataset")
        .order_by("submission_id", "-revision", "-id")
        .distinct("submission_id")
    )


def scores(member: Member, query: Query, cycle: Cycle | None) -> Page:
    most = query.limit // FEWEST + 2
    results = list(latest_results(member, query, cycle)[:most])
    stored: dict[int, dict[str, Score]] = {}
    for score in Score.objects.filter(result__in=results):
        stored.setdefault(score.result_id, {})[score.measure] = score
    tables: dict[Any, dict[str, PeerTable]] = {}

    def tables_of(result: Result) -> dict[str, PeerTable]:
        if result.release is None:
            return {}
        key = (result.release_id, *sorted(result.segments.items()))
        if key not in tables:
            tables[key] = peers.peer_tables(peers.own_cells(result.release, result.segments, pipeline.segments()))
        return tables[key]

    def rows() -> Iterable[Row]:
        for result in results:
            compared = tables_of(result)
            for measure, (place, name, component, kind) in measures(result.submission.cycle.questionnaire_id).items():
                score = stored[result.pk].get(measure)
                if score is not None:
                    row = (
                        head(member, result, place)
                        | facts_of(result.submission)
                        | {
                            "submission_id": result.submission.public_id,
                            "measure": measure,
                            "measure_name": name,
                            "component": component or None,
                            "kind": kind,
                        }
                    )
                    yield (
                        row
                        | score_of(score, compared.get(measure))
                        | peers_of(result, compared.get(measure))
                        | tail(member, result)
                    )

    return page(rows(), query, cut=len(results) == most)


@lru_cache(maxsize=8)
def measures(questionnaire_id: int) -> dict[str, tuple[int, str, str, str]]:
    """Measure -> place in the content, name, component, kind."""
    content: Questionnaire = publishing.catalogue(questionnaire_id, publishing.ENGLISH)
    named = {d.code: (d.name, d.component, "dimension") for d in content.dimensions}
    named |= {c.code: (c.name, c.code, "component") for c in content.components}
    named["OVERALL"] = ("Overall", "", "overall")
    return {code: (place, *named[code]) for place, code in enumerate(content.measures, 1)}


def head(member: Member, result: Result, place: int) -> Row:
    cycle = result.submission.cycle
    return {
        "id": result.submission_id * SLOTS + place,
        "cycle": cycle.name,
        "cycle_id": cycle.public_id,
        "organisation": member.organisation.name,
    }


def tail(member: Member, result: Result, *more: datetime | None) -> Row:
    submission = result.submission
    site = submission.site.updated_at if submission.site else None
    changed = (result.updated_at, submission.updated_at, submission.cycle.updated_at, member.organisation.updated_at)
    return {
        "method_version": result.method_version,
        "content_version": result.content_version,
        "updated_at": stamp(*changed, site, *more),
    }


def facts_of(submission: Submission) -> Row:
    site = submission.site
    return {
        "view": submission.view,
        "site": site.name if site else None,
        "site_id": site.public_id if site else None,
    }


def score_of(score: Score, table: PeerTable | None) -> Row:
    place = Position(None, "", None, None)
    if table is not None and score.point is not None:
        place = position(score.point, table.quantiles, table.n_band, method_section())
    quantiles = table.quantiles if table else {}
    return {
        "score": score.point,
        "coverage": score.coverage,
        "low": score.low,
        "high": score.high,
        "bottleneck": score.bottleneck or None,
        "peer_p25": quantiles.get(25),
        "peer_median": quantiles.get(50),
        "peer_p75": quantiles.get(75),
        "position_text": place.text or None,
        "position_low": place.low,
        "position_high": place.high,
    }


def peers_of(result: Result, table: PeerTable | None) -> Row:
    """Which peers a row is compared with, and whether they are made up."""
    release = result.release if table else None
    return {
        "peer_group": table.label if table else None,
        "peer_n_band": table.n_band if table else None,
        "peer_period": release.dataset.period if release else None,
        "release": release.name if release else None,
        "illustrative": bool(release and release.dataset.illustrative),
    }


def by_cycle(
    member: Member, query: Query, cycle: Cycle | None, rows_of: Callable[[Member, Insight], list[Row]]
) -> Page:
    """A page of rows of enterprise views, cycle by cycle: the insight of a cycle is built when its turn comes."""

    def rows() -> Iterable[Row]:
        found = latest_results(member, query, cycle).filter(submission__view=ENTERPRISE)
        for result in list(found.annotate(done_packed=plans.done_packed())[: query.limit + 1]):
            # The organisation is known; asking each submission for it would be one more statement per cycle.
            result.submission.organisation = member.organisation
            yield from sorted(rows_of(member, insight.build(result.submission, result)), key=lambda r: r["id"])

    return page(rows(), query)


def gaps(member: Member, seen: Insight) -> list[Row]:
    places = measures(seen.submission.cycle.questionnaire_id)
    network = seen.network.updated_at if seen.network else None
    return [
        head(member, seen.result, places[m.code][0])
        | {
            "dimension": m.code,
            "dimension_name": m.name,
            "component": m.component,
            "score": m.score,
            "target": m.target,
            "peer_median": m.median,
            "peer_p75": m.upper_quartile,
            "network_score": m.network.score if m.network else None,
            "gap_to_target": difference(m.gap_to(m.target)),
            "gap_to_median": difference(m.gap_to(m.median)),
            "gap_to_p75": difference(m.gap_to(m.upper_quartile)),
            "perception_gap": m.perception.gap if m.perception else None,
            "perception_flag": m.perception.flag if m.perception else None,
            "perception_sites": m.perception.sites if m.perception else None,
        }
        | peers_of(seen.result, m.peer)
        | tail(member, seen.result, network)
        for m in seen.dimensions
    ]


def difference(value: float | None) -> float | None:
    """2.9 - 3.15 is -0.25, not -0.2500000000000004."""
    return None if value is None else round(value, 9)


def actions(member: Member, seen: Insight, preset: str, reference: str) -> list[Row]:
    """The ranked actions of a cycle; without `reference` the one the dashboard takes: own targets where there are any."""
    reference = reference or next(iter(usable_references(seen)), "target")
    ranking = ranking_of(seen, preset, reference)
    place = {a.code: i for i, a in enumerate(seen.catalogue.actions, 1)}
    network = seen.network.updated_at if seen.network else None
    release = seen.result.release
    return [
        head(member, seen.result, place[a.code])
        | {
            "code": a.code,
            "title": a.title,
            "component": a.component,
            "dimensions": " ".join(a.dimensions),
            "rank": a.rank,
            "in_top_list": a.in_top_list,
            "value": a.value,
            "impact": a.impact,
            "effort": a.effort,
            "stability": a.stability,
            "reason": a.because,
            "preset": ranking.preset,
            "reference": ranking.reference,
            "own_relevance": ranking.own_relevance > 0,
            "illustrative": reference == "peers" and bool(release and release.dataset.illustrative),
        }
        | tail(member, seen.result, network)
        for a in ranking.actions
    ]
