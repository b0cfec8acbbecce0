"""From plants to the network view (METHOD 3). PURE: no Django. Never blended into the enterprise view."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from assessments.method import Network


@dataclass(frozen=True)
class SiteFacts:
    """What may weigh a site: share of production value in percent, headcount; None when unknown."""

    site: int
    value_share: float | None
    headcount: float | None


@lru_cache(maxsize=4096)
def exact(value: float) -> Fraction:
    """A number as it was typed: 0.1 is a tenth."""
    return Fraction(str(value))


def site_weights(invited: Sequence[SiteFacts]) -> tuple[dict[int, Fraction], str]:
    """Normalised weights of all invited sites, by the first basis known for all of them, and its name.

    >>> site_weights([SiteFacts(1, 30, None), SiteFacts(2, 10, None)])
    ({1: Fraction(3, 4), 2: Fraction(1, 4)}, 'production_value')
    """
    bases = [
        ("production_value", [s.value_share for s in invited]),
        ("headcount", [s.headcount for s in invited]),
    ]
    for name, values in bases:
        known = [exact(v) for v in values if v is not None]
        if invited and len(known) == len(invited) and sum(known) > 0:
            total = sum(known)
            return {s.site: v / total for s, v in zip(invited, known, strict=True)}, name
    return {s.site: Fraction(1, len(invited)) for s in invited}, "equal"


def weighted_shares(rows: Mapping[int, Mapping[str, float]], weights: Mapping[int, Fraction]) -> dict[str, float]:
    """The weighted mean of the sites' shares, key by key: rows in percent, result from 0 to 1 (METHOD 7, cost share).

    >>> weighted_shares({1: {"energy": 10}, 2: {"energy": 30}}, {1: Fraction(3, 4), 2: Fraction(1, 4)})
    {'energy': 0.15}
    """
    whole = math.lcm(*(weight.denominator for weight in weights.values()))
    total: dict[
        str, dict[int, int]
    ] = {}  # key -> denominator -> sum of numerators: integers add up a hundred times faster
    for site, weight in weights.items():
        share = weight.numerator * (whole // weight.denominator)
        for key, percent in rows[site].items():
            value, sums = exact(percent), total.setdefault(key, {})
            sums[value.denominator] = sums.get(value.denominator, 0) + share * value.numerator
    return {key: float(sum(Fraction(n, d) for d, n in sums.items()) / whole / 100) for key, sums in total.items()}


@dataclass(frozen=True)
class NetworkView:
    """The plants' view of one dimension; `score` is None while too few plants or too little weight answered."""

    score: float | None
    equal_mean: float | None
    minimum: float | None
    maximum: float | None
    standard_deviation: float | None
    weight_coverage: float
    sites: int


def network_view(scores: Mapping[int, float | None], weights: Mapping[int, Fraction], rules: Network) -> NetworkView:
    """Weighted mean over the sites that have a score; `weights` are those of all invited sites (METHOD 3).

    >>> from fractions import Fraction as F
    >>> rules = Network(min_sites=3, min_weight=F("0.60"))
    >>> network_view({1: 4, 2: 3, 3: None, 4: 2}, {1: F(4, 10), 2: F(3, 10), 3: F(2, 10), 4: F(1, 10)}, rules).score
    3.375
    """
    known = {site: value for site, value in scores.items() if value is not None and site in weights}
    n, covered = len(known), sum((weights[site] for site in known), Fraction(0))
    if n == 0:
        return NetworkView(None, None, None, None, None, 0.0, 0)
    mean = math.fsum(known.values()) / n
    spread = math.sqrt(math.fsum((v - mean) ** 2 for v in known.values()) / (n - 1)) if n > 1 else None
    claimed = n >= rules.min_sites and covered >= rules.min_weight and covered > 0
    weighted = math.fsum(float(weights[s] / covered) * v for s, v in known.items()) if claimed else None
    return NetworkView(weighted, mean, min(known.values()), max(known.values()), spread, float(covered), n)
