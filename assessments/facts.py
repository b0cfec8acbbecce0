"""What the other items of a cycle say together: what waits for a decision, who decides, barriers, segments, pilots. Reads only.

Ages count to the day of each submission, as in its result: page, API and the rules of actions name the same figures.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from assessments import figures, selectors
from assessments.catalogue import ENTERPRISE, SITE, Item, Questionnaire, Segment
from assessments.insight import Insight
from assessments.items.choices import labels_of
from assessments.items.matrices import row_names
from assessments.items.registers import SEVERE
from assessments.models import Cycle, Submission
from assessments.segments import Placed, segment_of

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Respondent:
    """One submitted view with the data of its other items; `site` is "" for the enterprise."""

    site: str
    submission: Submission
    data: Mapping[str, Data]
    day: date  # of the submission: what figures about time count to


@dataclass(frozen=True)
class Waiting:
    """One row of a register that waits for somebody: an old choice, a severe limit, a pilot without an end."""

    kind: str  # "make_buy", "limit", "pilot"
    what: str
    sites: tuple[str, ...]  # whose lists name it, "" for the enterprise
    item: str  # code of the register it stands on first
    submission: str  # public id
    proposed: str = ""  # make or buy: "review" where the figures ask for it
    since: str = ""  # ISO day of the last review, or of the stage
    due: str = ""  # ISO day by which to decide
    severity: int | None = None
    months: float | None = None


@dataclass(frozen=True)
class Decision:
    """One decision: where head office puts it, and how many plants put it where."""

    code: str
    name: str
    enterprise: str  # level, "" when not answered
    target: str  # the level head office wants to decide, "" when not said
    plants: Mapping[str, int]  # level -> plants, most first
    plants_want: Mapping[str, int]
    compared: int  # plants that are clear about it, where head office is
    differ: int


@dataclass(frozen=True)
class Barrier:
    name: str
    points: int
    plants: int  # that named it among their three


@dataclass(frozen=True)
class SitePlace:
    """The funding segment of a site."""

    site: str
    submission: str
    placed: Placed
    rule: Segment | None


@dataclass(frozen=True)
class Pilots:
    """How the pilots of one respondent fare, or of all of them together."""

    site: str
    rows: int
    running: int
    stuck: int
    data: Data
    day: date

    @cached_property
    def figures(self) -> dict[str, float | None]:
        """Keys of `figures.PILOTS`; of hundreds of lists a page shows a few."""
        return {key: figure(self.data, self.day) for key, figure in figures.PILOTS.items()}


@dataclass(frozen=True)
class Choice:
    """A single choice with the published figure it may be read beside."""

    item: Item
    answer: str  # stored, English
    fact: str
    source: str


@dataclass(frozen=True)
class Facts:
    """Everything the page and the tables show of one cycle."""

    respondents: tuple[Respondent, ...]
    waiting: tuple[Waiting, ...]
    decisions: tuple[Decision, ...]
    mismatch: float | None
    mismatch_sites: int
    barriers: tuple[Barrier, ...]
    barrier_sites: int
    segments: tuple[SitePlace, ...]
    value_shares: Mapping[str, float]  # site -> percent of production value, as its profile says
    pilots: tuple[Pilots, ...]
    choices: tuple[Choice, ...]
    voices: tuple[tuple[str, str], ...]  # (site, its text to the centre)

    @property
    def plants(self) -> tuple[Respondent, ...]:
        return tuple(r for r in self.respondents if r.submission.view == SITE)

    @property
    def known(self) -> bool:
        return any(r.data for r in self.respondents)


def facts_of(seen: Insight, codes: Sequence[str] = ()) -> Facts:
    """The facts of the cycle of a scored enterprise view, of submitted views only: of all items, or of those a page needs.
    Two queries."""
    catalogue = seen.catalogue
    everybody = respondents_of(seen.submission.cycle, codes)
    own = next((r for r in everybody if r.submission.view == ENTERPRISE), None)
    plants = sorted((r for r in everybody if r.submission.view == SITE), key=lambda r: r.site)
    enterprise = own.data if own else {}
    barriers = catalogue.item_by_code["S-N6"].spec["options"]
    together = figures.of_network({r.site: r.data for r in plants}, enterprise, barriers)
    ordered = (*([own] if own else []), *plants)
    return Facts(
        respondents=ordered,
        waiting=tuple(_together(_waiting(ordered))),
        decisions=tuple(_decisions(catalogue.item_by_code["E-N9"], enterprise, plants)),
        mismatch=together["decision_mismatch_share"],
        mismatch_sites=len(together["decision_mismatch_by_site"]),
        barriers=tuple(_barriers(catalogue.item_by_code["S-N6"], together["barrier_points"], plants)),
        barrier_sites=len(plants) - len(together["left_out"]["barrier_points"]),
        segments=tuple(_segments(catalogue, plants)),
        value_shares=_value_shares(plants),
        pilots=tuple(_pilots(ordered)),
        choices=tuple(_choices(catalogue, enterprise)),
        voices=tuple((r.site, r.data["S-N8"]["text"]) for r in plants if "S-N8" in r.data),
    )


def respondents_of(cycle: Cycle, codes: Sequence[str] = ()) -> tuple[Respondent, ...]:
    """Whoever submitted in a cycle, with the data of the other items, or of some of them. Two queries."""
    rows = selectors.submitted(cycle.pk)
    data = selectors.all_item_data(rows, codes)
    return tuple(Respondent(s.site.name if s.site else "", s, data[s.pk], selectors.reference_day(s)) for s in rows)


def _registers(ordered: Iterable[Respondent], *codes: str) -> Iterator[tuple[Respondent, str, Data]]:
    for respondent in ordered:
        for code in codes:
            for row in respondent.data.get(code, {}).get("rows", ()):
                yield respondent, code, row


def _waiting(ordered: Iterable[Respondent]) -> Iterator[Waiting]:
    ordered = tuple(ordered)
    for who, code, row in _registers(ordered, "E-N7"):
        if figures.review_overdue(row, who.day):
            place = {"sites": (who.site,), "item": code, "submission": who.submission.public_id}
            proposed, since = figures.proposed_direction(row), row.get("last_reviewed") or ""
            yield Waiting("make_buy", row["item_family"], **place, proposed=proposed, since=since)
    for who, code, row in _registers(ordered, "E-N8", "S-N7"):
        if (row.get("severity") or 0) >= SEVERE and not row.get("decision"):
            place = {"sites": (who.site,), "item": code, "submission": who.submission.public_id}
            yield Waiting("limit", row["supplier"], **place, due=row.get("decide_by") or "", severity=row["severity"])
    for who, code, row in _registers(ordered, "E-N10", "S-N5"):
        months = figures.age_months(row, who.day)
        if row.get("stage") == "pilot" and months is not None and months > figures.STUCK_MONTHS:
            place = {"sites": (who.site,), "item": code, "submission": who.submission.public_id}
            yield Waiting("pilot", row["use_case"], **place, since=row["stage_since"], months=months)


def _together(found: Iterable[Waiting]) -> Iterator[Waiting]:
    """The same supplier, family or use case on several lists is one thing to decide: the most urgent entry stands for all."""
    groups: dict[tuple[str, str], list[Waiting]] = {}
    for entry in sorted(found, key=_urgency):
        groups.setdefault((entry.kind, entry.what.casefold()), []).append(entry)
    for entries in groups.values():
        sites = tuple(dict.fromkeys(site for entry in entries for site in entry.sites))
        yield replace(entries[0], sites=sites)


def _urgency(entry: Waiting) -> tuple[Any, ...]:
    """Severe limits first, the worst and the soonest due; then the oldest choices; then the oldest pilots."""
    kinds = {"limit": 0, "make_buy": 1, "pilot": 2}
    return kinds[entry.kind], -(entry.severity or 0), entry.due or "9999", entry.since, entry.what


def _decisions(item: Item, enterprise: Mapping[str, Data], plants: list[Respondent]) -> Iterator[Decision]:
    above = enterprise.get("E-N9") or {}
    for code, name in row_names(item.spec).items():
        own, target = ((above.get(code) or {}).get(key) or "" for key in ("current_level", "target_level"))
        rows = [r.data.get("S-N4", {}).get(code) or {} for r in plants]
        said, want = ([level for row in rows if (level := row.get(key))] for key in ("current_level", "target_level"))
        clear = [level for level in said if level in figures.LEVEL] if own in figures.LEVEL else []
        if own or said:
            counted, wanted = (dict(Counter(levels).most_common()) for levels in (said, want))
            differ = sum(level != own for level in clear)
            yield Decision(code, item.word(name), own, target, counted, wanted, len(clear), differ)


def _barriers(item: Item, points: Mapping[str, int], plants: list[Respondent]) -> Iterator[Barrier]:
    named = Counter(option for r in plants for option in r.data.get("S-N6", {}))
    labels = labels_of(item.spec)
    for option, found in points.items():
        if found:
            yield Barrier(item.word(labels[option]), found, named[option])


def _segments(catalogue: Questionnaire, plants: list[Respondent]) -> Iterator[SitePlace]:
    rules = {r.segment: r for r in catalogue.segmentation.rules} if catalogue.segmentation else {}
    for r in plants:
        placed = segment_of(r.data.get("S-N1", {}), r.data.get("S-N3", {}), r.data.get("S-N2", {}))
        yield SitePlace(r.site, r.submission.public_id, placed, rules.get(placed.segment or ""))


def _value_shares(plants: list[Respondent]) -> dict[str, float]:
    shares = {r.site: r.data.get("S-N1", {}).get("production_value_share_pct") for r in plants}
    return {site: share for site, share in shares.items() if share is not None}


def _pilots(ordered: Iterable[Respondent]) -> Iterator[Pilots]:
    for r in ordered:
        data = r.data.get("E-N10") or r.data.get("S-N5")
        if data and data["rows"]:
            running = [row for row in data["rows"] if row.get("stage") == "pilot"]
            ages = [age for row in running if (age := figures.age_months(row, r.day)) is not None]
            stuck = sum(age > figures.STUCK_MONTHS for age in ages)
            yield Pilots(r.site, len(data["rows"]), len(running), stuck, data, r.day)


def _choices(catalogue: Questionnaire, enterprise: Mapping[str, Data]) -> Iterator[Choice]:
    facts = {f.code: f for f in catalogue.facts}
    for item in catalogue.items_of(ENTERPRISE):
        if item.type == "single_choice" and item.code in enterprise:
            fact = facts.get(item.spec.get("external_comparator_fact", ""))
            said = item.word(item.spec.get("external_comparator", ""))
            yield Choice(item, enterprise[item.code]["choice"], said, fact.source if fact else "")
