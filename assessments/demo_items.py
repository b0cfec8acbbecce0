"""The made-up lists and facts of a demo company: registers, decision rights, pilots, barriers. PURE: no Django."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from assessments.catalogue import ENTERPRISE

FAMILIES = (
    # family, today, importance, capability, supply risk, sensitivity, who decides, months since the review
    ("Machined housings", "both", 3, 3, 2, 2, "network", 8),
    ("Drive electronics", "buy", 5, 2, 4, 4, "enterprise", 31),
    ("Gear sets", "make", 4, 4, 2, 4, "network", 14),
    ("Sheet metal parts", "buy", 2, 2, 1, 1, "plant", 27),
    ("Control software", "make", 5, 3, 3, 5, "enterprise", None),
)
LIMITS = (
    # supplier, category, limit, cause, severity, value streams, alternative, decision, days until to decide
    ("Castings Ltd (made up)", "castings", "capacity", "inability", 5, 3, "none", "", 40),
    ("Chipworks (made up)", "electronics", "technology", "both", 4, 4, "identified", "", 75),
    ("Coating GmbH (made up)", "surface", "quality", "reluctance", 3, 1, "qualified", "develop", None),
    ("Rapid Logistics (made up)", "freight", "commercial", "unknown", 2, 2, "identified", "keep", None),
)
PILOTS = (
    # use case, step, problem described, helps, origin, sites, stage, months in it, objective, expected, realised, reinvested
    ("Camera check of welds", "make", True, "both", "plant", 4, "scaled", 10, "cost", 420_000, 310_000, 25.0),
    ("Predicted spindle failures", "make", True, "machine", "centre", 2, "pilot", 19, "service", 280_000, None, None),
    ("Shift planning assistant", "plan", False, "human", "joint", 1, "pilot", 5, "agility", 90_000, None, None),
    ("Driverless tugger trains", "deliver", True, "machine", "vendor", 0, "stopped", 6, "cost", 150_000, None, None),
    ("Supplier risk radar", "source", True, "human", "centre", 12, "scaled", 15, "resilience", 200_000, 60_000, 50.0),
    ("Digital work instructions", "make", True, "human", "plant", 3, "pilot", 15, "growth", 110_000, None, None),
)
BARRIERS = (
    "lack of engineering time",
    "too many initiatives",
    "old equipment or missing connectivity",
    "skills",
    "systems and data quality",
    "funding rules",
    "conflicting targets",
)
WISHES = (
    "Let the plant approve spending up to 50,000 without a second signature.",
    "Stop one of the three reporting projects so that our engineers can finish the line change.",
    "Decide by March whether the old press line stays with us.",
    "Give us one system for maintenance and quality instead of two.",
    "Tell us early which volume moves to which plant next year.",
)
LEVELS = ("team", "plant", "network/region", "enterprise")


def month_before(today: date, months: int) -> str:
    return (today - timedelta(days=round(30.4375 * months))).isoformat()


def limits(today: date, first: int = 0, rows: int = len(LIMITS)) -> dict[str, Any]:
    keys = ("supplier", "category", "constraint", "cause", "severity", "value_streams_affected", "alternative")
    found = []
    for i in range(rows):
        *values, decision, days = LIMITS[(first + i) % len(LIMITS)]
        row: dict[str, Any] = dict(zip(keys, values, strict=True))
        row |= {"decision": decision} if decision else {}
        row |= {"decide_by": (today + timedelta(days=days)).isoformat()} if days else {}
        found.append(row)
    return {"rows": found}


def pilots(today: date, first: int = 0, rows: int = len(PILOTS)) -> dict[str, Any]:
    keys = ("use_case", "value_stream_step", "problem_statement", "augmentation", "origin", "sites", "stage")
    found = []
    for i in range(rows):
        *values, months, objective, expected, realised, reinvested = PILOTS[(first + i) % len(PILOTS)]
        row: dict[str, Any] = dict(zip(keys, values, strict=True))
        row |= {"stage_since": month_before(today, months), "objective": objective, "expected_benefit": str(expected)}
        row |= {"realised_benefit": str(realised), "reinvested_pct": reinvested} if realised else {}
        found.append(row)
    return {"rows": found}


def families(today: date) -> dict[str, Any]:
    keys = (
        "item_family", "current", "strategic_importance", "internal_capability_vs_market", "supply_risk",
        "knowhow_sensitivity", "decision_level",
    )  # fmt: skip
    found = []
    for *values, months in FAMILIES:
        row: dict[str, Any] = dict(zip(keys, values, strict=True))
        row |= {"last_reviewed": month_before(today, months)} if months else {}
        found.append(row | {"direction": "keep"})
    return {"rows": found}


def rights(row_ids: tuple[str, ...], number: int) -> dict[str, Any]:
    """Who decides: the enterprise (number 0) believes that more is decided at the plant than the plants do."""
    found = {}
    for i, row in enumerate(row_ids):
        believed = (i * 5) % 4
        shift = 0 if number == 0 else ((i + number) % 3 == 0) + ((i * number) % 7 == 1)
        now = "unclear" if number and (i + 2 * number) % 11 == 0 else LEVELS[min(believed + shift, 3)]
        found[row] = {"current_level": now, "target_level": LEVELS[max(believed - 1, 0)]}
        if i % 2 == 0:
            found[row] |= {"ai_role_current": "none", "ai_role_target": "informs" if i % 4 else "recommends"}
    return found


def capacity(number: int) -> dict[str, Any]:
    nominal = 40_000 + 5_500 * number
    return {
        "capacity_unit": "pieces",
        "nominal_capacity_units": nominal,
        "demonstrated_capacity_units": round(nominal * (0.72 + 0.02 * (number % 7))),
        "utilisation_pct": 71.0 + number % 13,
        "bottleneck": "final assembly" if number % 2 else "heat treatment",
        "oee_pct": 58.0 + number % 17,
        "automation_maturity": 1 + number % 5,
        "connected_critical_assets_pct": float((number * 13) % 80),
        "electricity_mwh_year": 8_000 + 350 * number,
        "other_energy_mwh_year": 3_000 + 120 * number,
        "water_m3_year": 12_000 + 900 * number,
        "utility_outage_hours_year": (number * 5) % 40,
        "renewable_share_pct": float((number * 17) % 90),
    }


def facts(view: str, number: int, row_ids: tuple[str, ...], today: date) -> Mapping[str, dict[str, Any]]:
    """Item code -> data of one demo submission; `number` is the place of the site, 0 for the enterprise."""
    if view == ENTERPRISE:
        return {
            "E-N3a": {"choice": "selective redesign of parts"},
            "E-N3b": {"choice": "low"},
            "E-N4": {"choice": "COO"},
            "E-N5": {"choice": "value streams"},
            "E-N7": families(today),
            "E-N8": limits(today),
            "E-N9": rights(row_ids, 0),
            "E-N10": {"currency": "EUR", **pilots(today)},
        }
    named = [BARRIERS[(number * step + offset) % len(BARRIERS)] for step, offset in ((1, 0), (1, 1), (1, 3))]
    return {
        "S-N3": capacity(number),
        "S-N4": rights(row_ids, number),
        "S-N5": {"currency": "EUR", **pilots(today, number, 2)},
        "S-N6": {barrier: rank for rank, barrier in enumerate(named, 1)},
        "S-N7": limits(today, number, 2),
        "S-N8": {"text": WISHES[number % len(WISHES)]},
    }
