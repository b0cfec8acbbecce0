"""Figures that follow from the other items: one function each, with its rows and its empty rule. PURE: no Django.

`data` is what `items.clean` returned for the item. A figure without a value is None, never 0 in its place. `reference` is
the day of submission; for an unsubmitted draft, today. Sources: `derived_figures` of each item of the content.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from statistics import median
from typing import Any

from assessments.catalogue import SITE, Item, Questionnaire
from assessments.items.fields import years_later
from assessments.items.registers import SEVERE
from assessments.segments import segment_of

Data = Mapping[str, Any]
Figure = float | str | None

REVIEW_YEARS = 2  # a make-or-buy choice older than 24 calendar months describes another market
DAYS_A_MONTH = 30.4375  # 365.25 / 12
IMPORTANT = 4  # of 5: needed for the main margin, or more
STUCK_MONTHS = 12  # a pilot that runs longer waits for a decision
LEAST_DECISIONS = 8  # half of the sixteen: a mean of fewer says little about the site
LEVEL = {"team": 4, "plant": 3, "network/region": 2, "enterprise": 1}  # "unclear" has no value
AI_ROLE = {"none": 0, "informs": 1, "recommends": 2, "decides within limits": 3}
ENOUGH_DECIDED = 5  # decided use cases, none stopped: worth a hint


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


# --- make or buy -------------------------------------------------------------------------------------------------


def review_overdue(row: Data, reference: date) -> bool:
    """No review, or the last one more than 24 calendar months ago.

    >>> review_overdue({"last_reviewed": "2024-06-01"}, date(2026, 6, 1))
    False
    >>> review_overdue({"last_reviewed": "2024-05-31"}, date(2026, 6, 1)), review_overdue({}, date(2026, 6, 1))
    (True, True)
    """
    reviewed = row.get("last_reviewed")
    return not reviewed or date.fromisoformat(reviewed) < years_later(reference, -REVIEW_YEARS)


def proposed_direction(row: Data) -> str:
    """ "review" where an important item meets weak own capability or a high supply risk, else empty.

    >>> proposed_direction({"strategic_importance": 4, "supply_risk": 4}), proposed_direction({"supply_risk": 5})
    ('review', '')
    """
    important = (row.get("strategic_importance") or 0) >= IMPORTANT
    weak, risky = (row.get("internal_capability_vs_market") or 9) <= 2, (row.get("supply_risk") or 0) >= 4
    return "review" if important and (weak or risky) else ""


def make_buy_overdue_rows(data: Data, reference: date) -> float | None:
    return sum(review_overdue(row, reference) for row in data["rows"]) if data["rows"] else None


# --- limits of suppliers -----------------------------------------------------------------------------------------


def constraint_exposure(data: Data, reference: date) -> float | None:
    """Severity times value streams, over the limits without a decision.

    >>> rows = [{"severity": 4, "value_streams_affected": 3}, {"severity": 2}, {"severity": 5, "decision": "keep"}]
    >>> constraint_exposure({"rows": rows}, date.min)
    14
    """
    undecided = [r for r in data["rows"] if not r.get("decision") and r.get("severity")]
    total = sum(r["severity"] * max(1, r.get("value_streams_affected") or 0) for r in undecided)
    return total if data["rows"] else None


def _severe(data: Data, also: Callable[[Data], bool]) -> float | None:
    severe = [r for r in data["rows"] if (r.get("severity") or 0) >= SEVERE and also(r)]
    return len(severe) if data["rows"] else None


def unresolved_severe_constraints(data: Data, reference: date) -> float | None:
    return _severe(data, lambda row: not row.get("decision"))


def without_alternative(row: Data) -> bool:
    return row.get("alternative") in (None, "none")


def severe_without_alternative(data: Data, reference: date) -> float | None:
    return _severe(data, without_alternative)


# --- who decides -------------------------------------------------------------------------------------------------


def current_levels(data: Data) -> dict[str, str]:
    """The rows with a clear current level."""
    return {code: row["current_level"] for code, row in data.items() if row.get("current_level") in LEVEL}


def _mean(values: Sequence[int], least: int = LEAST_DECISIONS) -> float | None:
    return sum(values) / len(values) if len(values) >= least else None


def decentralisation(data: Data, reference: date) -> float | None:
    """Mean current level: 1 enterprise to 4 team; needs 8 clear rows."""
    return _mean([LEVEL[level] for level in current_levels(data).values()])


def clarity(data: Data, reference: date) -> float | None:
    """Share of decisions with a clear level.

    >>> round(clarity({"DR01": {"current_level": "plant"}, "DR02": {"current_level": "unclear"}}, date.min), 2)
    0.5
    """
    return _share(len(current_levels(data)), sum(bool(row.get("current_level")) for row in data.values()))


def decision_shift(data: Data, reference: date) -> float | None:
    """Mean of target minus current level: positive moves decisions towards the work; needs 8 rows with both."""
    now = current_levels(data)
    return _mean([LEVEL[data[c]["target_level"]] - LEVEL[now[c]] for c in now if data[c].get("target_level")])


def ai_shift(data: Data, reference: date) -> float | None:
    """Mean of target minus current role of AI; needs 8 rows with both."""
    both = [r for r in data.values() if r.get("ai_role_current") and r.get("ai_role_target")]
    return _mean([AI_ROLE[r["ai_role_target"]] - AI_ROLE[r["ai_role_current"]] for r in both])


def mismatch_share(site: Data, enterprise: Data) -> float | None:
    """Share of decisions a site and the enterprise place on different levels; needs 8 rows that are clear in both."""
    ours, theirs = current_levels(site), current_levels(enterprise)
    return _mean([ours[code] != theirs[code] for code in ours if code in theirs])


# --- pilots ------------------------------------------------------------------------------------------------------


def age_months(row: Data, reference: date) -> float | None:
    """Months since the stage was reached.

    >>> age_months({"stage_since": "2025-06-01"}, date(2026, 6, 1)), age_months({}, date.min)
    (11.991786447638603, None)
    """
    since = row.get("stage_since")
    return (reference - date.fromisoformat(since)).days / DAYS_A_MONTH if since else None


def _count(data: Data, stage: str) -> int:
    return sum(row.get("stage") == stage for row in data["rows"])


def _pilot_ages(data: Data, reference: date) -> list[float]:
    ages = [age_months(row, reference) for row in data["rows"] if row.get("stage") == "pilot"]
    return [age for age in ages if age is not None]


def stuck(row: Data, reference: date) -> bool:
    """A pilot that runs longer than twelve months.

    >>> stuck({"stage": "pilot", "stage_since": "2025-05-01"}, date(2026, 6, 1))
    True
    """
    age = age_months(row, reference)
    return row.get("stage") == "pilot" and age is not None and age > STUCK_MONTHS


def _stuck(data: Data, reference: date) -> int:
    return sum(stuck(row, reference) for row in data["rows"])


def conversion(data: Data, reference: date) -> float | None:
    """Scaled, of all that scaled, stopped or got stuck."""
    scaled = _count(data, "scaled")
    return _share(scaled, scaled + _count(data, "stopped") + _stuck(data, reference))


def stuck_share(data: Data, reference: date) -> float | None:
    return _share(_stuck(data, reference), len(_pilot_ages(data, reference)))


def pilot_age_median(data: Data, reference: date) -> float | None:
    ages = _pilot_ages(data, reference)
    return median(ages) if ages else None


def realisation(data: Data, reference: date) -> float | None:
    """Realised of expected benefit, over scaled use cases that have both."""
    rows = [r for r in data["rows"] if r.get("stage") == "scaled" and r.get("realised_benefit") is not None]
    pairs = [(Fraction(r["realised_benefit"]), Fraction(r.get("expected_benefit") or 0)) for r in rows]
    counted = [(got, hoped) for got, hoped in pairs if hoped > 0]
    return _share(float(sum(got for got, _ in counted)), float(sum(hoped for _, hoped in counted)))


def reinvested_share(data: Data, reference: date) -> float | None:
    rows = [r for r in data["rows"] if r.get("reinvested_pct") is not None and r.get("realised_benefit") is not None]
    gains = [(Fraction(r["realised_benefit"]), Fraction(str(r["reinvested_pct"])) / 100) for r in rows]
    return _share(float(sum(gain * part for gain, part in gains)), float(sum(gain for gain, _ in gains)))


def stop_share(data: Data, reference: date) -> float | None:
    stopped = _count(data, "stopped")
    return _share(stopped, stopped + _count(data, "scaled"))


def nothing_stops(data: Data) -> bool:
    """Five or more use cases were decided and none was ever stopped."""
    return _count(data, "stopped") == 0 and _count(data, "scaled") >= ENOUGH_DECIDED


# --- profiles, weights, targets ----------------------------------------------------------------------------------


def headcount(data: Data, reference: date) -> float | None:
    """Everybody at the site; one of the two numbers empty counts as 0 and is flagged by `items.warnings`.

    >>> headcount({"headcount_direct": 120}, date.min), headcount({}, date.min)
    (120, None)
    """
    known = [n for key in ("headcount_direct", "headcount_indirect") if (n := data.get(key)) is not None]
    return sum(known) if known else None


def too_much_value(shares: Mapping[str, float]) -> float | None:
    """What the sites' shares of production value add up to, in percent, where that is more than 100; else None.

    >>> too_much_value({"A": 33.3, "B": 33.3, "C": 33.4}), too_much_value({"A": 60.0, "B": 40.1})
    (None, 100.1)
    """
    total = sum(Fraction(str(share)) for share in shares.values())
    return float(total) if total > 100 else None


def capacity_realism(data: Data, reference: date) -> float | None:
    shown, nominal = data.get("demonstrated_capacity_units"), data.get("nominal_capacity_units")
    return None if shown is None or not nominal else shown / nominal


def energy_per_unit(data: Data, reference: date) -> float | None:
    """MWh per unit of output; never compared between sites with different units."""
    keys = ("electricity_mwh_year", "other_energy_mwh_year", "demonstrated_capacity_units", "utilisation_pct")
    power, other, capacity, used = (data.get(key) for key in keys)
    if power is None or other is None or capacity is None or used is None:
        return None
    return _share(power + other, capacity * used / 100)


def objective_importance(data: Data) -> dict[str, float]:
    """The weight of each objective, as a share.

    >>> objective_importance({"cost": 60, "growth": 40})
    {'cost': 0.6, 'growth': 0.4}
    """
    return {objective: points / 100 for objective, points in data.items()}


def target_gap(targets: Data, scores: Mapping[str, float]) -> dict[str, float]:
    """How far each dimension with a target and a score is below its target, in levels.

    >>> target_gap({"CAP1": {"target": 3.5}, "CAP2": {"target": 2.0}, "CAP3": {"target": 5.0}}, {"CAP1": 3.0, "CAP2": 4.0})
    {'CAP1': 0.5, 'CAP2': 0}
    """
    return {code: max(0, entry["target"] - scores[code]) for code, entry in targets.items() if code in scores}


# --- what pages, results and exports ask for ---------------------------------------------------------------------

PILOTS = {f.__name__: f for f in (conversion, stuck_share, pilot_age_median, realisation, reinvested_share, stop_share)}
LIMITS = {f.__name__: f for f in (constraint_exposure, unresolved_severe_constraints, severe_without_alternative)}
DECISIONS = {f.__name__: f for f in (decentralisation, clarity, decision_shift, ai_shift)}
SCALARS: Mapping[str, Callable[[Data, date], float | None]] = {
    **{f.__name__: f for f in (make_buy_overdue_rows, headcount, capacity_realism, energy_per_unit)},
    **PILOTS,
    **LIMITS,
    **DECISIONS,
    **{f"site_{key}": f for key, f in {**PILOTS, **LIMITS}.items()},
    **{f"enterprise_{key}": f for key, f in DECISIONS.items()},
}


def of_item(item: Item, data: Data | None, reference: date) -> dict[str, float | None]:
    """The scalar figures of one item by key, in content order."""
    keys = [entry["key"] for entry in item.spec.get("derived_figures", ())]
    return {key: None if data is None else SCALARS[key](data, reference) for key in keys if key in SCALARS}


def of_submission(
    catalogue: Questionnaire, view: str, data_by_item: Mapping[str, Mapping[str, Any]], reference: date
) -> dict[str, Figure]:
    """Every figure of one submission by key, None without a value; single choices stand under their item's code.

    A site also has its `segment` and `largest_cost_category`.
    """
    found: dict[str, Figure] = {}
    for item in catalogue.items_of(view):
        data = data_by_item.get(item.code)
        found |= of_item(item, data, reference)
        if item.type == "single_choice":
            found[item.code] = data["choice"] if data else None
    if view == SITE:
        placed = segment_of(*(data_by_item.get(code) or {} for code in ("S-N1", "S-N3", "S-N2")))
        found |= {"segment": placed.segment, "largest_cost_category": placed.largest_cost}
    return found


def of_rows(item: Item, data: Mapping[str, Any], reference: date) -> list[dict[str, Any]]:
    """What follows for each row of a register, in its order; empty mappings where nothing does.

    >>> item = Item("E-N10", "enterprise", "funnel", "", "", {"columns": [{"key": "stage_since"}]})
    >>> of_rows(item, {"rows": [{"stage_since": "2026-05-02"}]}, date(2026, 6, 1))
    [{'age_months': 0.9856262833675564, 'stuck': False}]
    """
    columns = {c["key"] for c in item.spec["columns"]}
    figures: dict[str, Callable[[Data], Any]] = {}
    if "last_reviewed" in columns:
        figures["review_overdue"] = lambda row: review_overdue(row, reference)
    if "strategic_importance" in columns:
        figures["proposed_direction"] = proposed_direction
    if {"severity", "alternative"} <= columns:
        figures["severe_without_alternative"] = lambda row: bool(_severe({"rows": [row]}, without_alternative))
    if "stage_since" in columns:
        figures["age_months"] = lambda row: age_months(row, reference)
        figures["stuck"] = lambda row: stuck(row, reference)
    return [{key: figure(row) for key, figure in figures.items()} for row in data["rows"]]


def of_network(
    site_data: Mapping[Any, Mapping[str, Mapping[str, Any]]],
    enterprise_data: Mapping[str, Mapping[str, Any]],
    barriers: Iterable[str] = (),
) -> dict[str, Any]:
    """What sites say together: site id -> item code -> data, beside the enterprise's data by item code.

    `decision_mismatch_share` is the mean over sites with equal weight, `decision_mismatch_by_site` its parts;
    `barrier_points` gives 3, 2 and 1 points for the ranks 1 to 3, most points first, and lists all `barriers`, also those
    nobody named. `left_out` names the sites that do not count in each of the two figures.

    >>> ranks = {"A": {"S-N6": {"skills": 1, "law": 2, "data": 3}}, "B": {}}
    >>> found = of_network(ranks, {}, ["law", "skills", "data", "funding"])
    >>> found["barrier_points"], found["left_out"]["barrier_points"], found["decision_mismatch_share"]
    ({'skills': 3, 'law': 2, 'data': 1, 'funding': 0}, ['B'], None)
    """
    enterprise = enterprise_data.get("E-N9") or {}
    shares = {site: mismatch_share(data.get("S-N4") or {}, enterprise) for site, data in site_data.items()}
    known = {site: share for site, share in shares.items() if share is not None}
    ranked = {site: data["S-N6"] for site, data in site_data.items() if len(data.get("S-N6") or {}) == 3}
    points = dict.fromkeys(barriers, 0)
    for ranks in ranked.values():
        for barrier, rank in ranks.items():
            points[barrier] = points.get(barrier, 0) + 4 - rank
    return {
        "decision_mismatch_share": sum(known.values()) / len(known) if known else None,
        "decision_mismatch_by_site": known,
        "barrier_points": dict(sorted(points.items(), key=lambda pair: -pair[1])),
        "left_out": {
            "decision_mismatch_share": [site for site in site_data if site not in known],
            "barrier_points": [site for site in site_data if site not in ranked],
        },
    }
