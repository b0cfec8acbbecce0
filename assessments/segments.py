"""The funding segment of a site, from its profile (S-N1), capacity (S-N3) and cost structure (S-N2). PURE: no Django.

The rules are those of `Questionnaire.segmentation`, read in its order: the first one that is true counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

REVIEW, LEAD, MODERNISE, OPTIMISE, SUSTAIN = "Review", "Lead", "Modernise", "Optimise", "Sustain"
EXIT = "transition/exit candidate"  # the role that is reviewed whatever the figures say


@dataclass(frozen=True)
class Placed:
    """Where a site belongs; without a segment, `missing` says which fields of the profile are open."""

    segment: str | None
    missing: tuple[str, ...]
    largest_cost: str | None  # cost category, shown beside the segment


def segment_of(profile: Mapping[str, Any], capacity: Mapping[str, Any], cost: Mapping[str, Any]) -> Placed:
    """The segment of a site; margin or growth may be empty, not both, and automation must be known.

    >>> segment_of({"margin_criticality": 5}, {"automation_maturity": 2}, {"materials": 60.0, "quality": 40.0})
    Placed(segment='Modernise', missing=(), largest_cost='materials')
    >>> segment_of({}, {"automation_maturity": 2}, {}).missing
    ('margin_criticality', 'growth_criticality')
    """
    weights = [v for key in ("margin_criticality", "growth_criticality") if (v := profile.get(key)) is not None]
    automation = capacity.get("automation_maturity")
    missing: tuple[str, ...] = () if weights else ("margin_criticality", "growth_criticality")
    if automation is None:
        missing += ("automation_maturity",)
    segment = None if missing else _segment(profile.get("role"), max(weights), automation)
    return Placed(segment, missing, largest_cost(cost))


def _segment(role: str | None, critical: int, automation: Any) -> str:
    if critical <= 1 or role == EXIT:
        return REVIEW
    if critical >= 4:
        return LEAD if automation >= 4 else MODERNISE
    return OPTIMISE if automation >= 3 else SUSTAIN


def largest_cost(cost: Mapping[str, Any]) -> str | None:
    """The cost category with the largest share; of equal ones the first by name, as stored data forget their order.

    >>> largest_cost({"overhead": 40.0, "materials": 40.0}), largest_cost({"materials": 0.0}), largest_cost({})
    ('materials', None, None)
    """
    shares = {key: share for key, share in cost.items() if share}
    return min(shares, key=lambda key: (-shares[key], key), default=None)
