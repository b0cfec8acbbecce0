"""The CSCO's view against the plants' view (METHOD 4). PURE: no Django."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scipy.stats import t as student

from assessments.method import Perception


@dataclass(frozen=True)
class Pair:
    """One mirrored pair: enterprise answer minus weighted mean of the site answers."""

    site_question: str
    enterprise_question: str
    enterprise: int
    plants: float
    sites: int

    @property
    def difference(self) -> float:
        return self.enterprise - self.plants


@dataclass(frozen=True)
class Gap:
    """The perception gap of one dimension; `low`, `high` are None for a census or without enough sites."""

    gap: float | None
    low: float | None
    high: float | None
    enterprise: float | None
    plants: float | None
    flag: str  # "none", "flagged", "severe", "unknown"
    sites: int
    pairs: tuple[Pair, ...]


def perception_gap(
    pairs: Sequence[tuple[str, str]],
    enterprise: Mapping[str, int],
    sites: Mapping[int, Mapping[str, int]],
    weights: Mapping[int, Fraction],
    rules: Perception,
) -> Gap:
    """Compare the views over the mirrored pairs (site question, enterprise question) of one dimension.

    `enterprise` holds its answered levels, `sites` the answered levels of each submitted site, `weights` those of all
    invited sites; they are renormalised over the sites that answered a pair.
    """
    counted: list[Pair] = []
    for asked, mirrored in pairs:
        answers = {s: levels[asked] for s, levels in sites.items() if asked in levels and s in weights}
        total = sum((weights[s] for s in answers), Fraction(0))
        if mirrored in enterprise and len(answers) >= rules.min_sites and total > 0:
            mean = sum((weights[s] * level for s, level in answers.items()), Fraction(0)) / total
            counted.append(Pair(asked, mirrored, enterprise[mirrored], float(mean), len(answers)))
    if not counted:
        return Gap(None, None, None, None, None, "unknown", 0, ())
    gap = math.fsum(p.difference for p in counted) / len(counted)
    # 0.5 made of thirds must not miss its threshold by 1e-16.
    size = Fraction(round(abs(gap) * 10**9), 10**9)
    flag = "severe" if size >= rules.severe else "flagged" if size >= rules.flag else "none"
    by_site = _site_gaps(counted, enterprise, sites, weights)
    half = _half_width(by_site, weights, rules)
    return Gap(
        gap,
        None if half is None else gap - half,
        None if half is None else gap + half,
        math.fsum(p.enterprise for p in counted) / len(counted),
        math.fsum(p.plants for p in counted) / len(counted),
        flag,
        len(by_site),
        tuple(counted),
    )


def _site_gaps(
    counted: Sequence[Pair],
    enterprise: Mapping[str, int],
    sites: Mapping[int, Mapping[str, int]],
    weights: Mapping[int, Fraction],
) -> dict[int, float]:
    found: dict[int, float] = {}
    for site, levels in sites.items():
        own = [
            enterprise[p.enterprise_question] - levels[p.site_question] for p in counted if p.site_question in levels
        ]
        if own and site in weights:
            found[site] = math.fsum(own) / len(own)
    return found


def _half_width(by_site: Mapping[int, float], weights: Mapping[int, Fraction], rules: Perception) -> float | None:
    """Half of the interval: t with n-1 degrees of freedom and finite population correction; None for a census."""
    n, invited = len(by_site), len(weights)
    total = sum((weights[s] for s in by_site), Fraction(0))
    if n >= invited or n < rules.min_sites or total == 0:
        return None
    share = {s: float(weights[s] / total) for s in by_site}
    mean = math.fsum(share[s] * g for s, g in by_site.items())
    squares = math.fsum(share[s] ** 2 * (g - mean) ** 2 for s, g in by_site.items())
    error = math.sqrt((1 - n / invited) * n / (n - 1) * squares)
    return float(student.ppf((1 + float(rules.confidence)) / 2, n - 1)) * error


@dataclass(frozen=True)
class Together:
    """How alike the plants answer one question; `counts` are plants at the levels 1 to 5.

    `agreement` is r_wg, where all rate the same process and enough answered; `spread` the standard deviation (n-1) where
    each rates the own site: there the difference is real.
    """

    counts: tuple[int, int, int, int, int]
    agreement: float | None
    spread: float | None

    @property
    def sites(self) -> int:
        return sum(self.counts)


def together(levels: Sequence[int], referent: str, rules: Perception) -> Together:
    """The plants' answers to one question, levels 1 to 5 (METHOD 4).

    >>> from fractions import Fraction as F
    >>> rules = Perception(flag=F("0.5"), severe=F("0.8"), min_sites=3, agreement_min_sites=5, confidence=F("0.9"))
    >>> found = together([3, 3, 4, 4, 3], "network_process", rules)
    >>> found.counts, round(found.agreement, 9), found.spread
    ((0, 0, 3, 2, 0), 0.85, None)
    >>> together([1, 3], "own_site", rules).spread == 2**0.5
    True
    """
    counts = [sum(level == n for level in levels) for n in range(1, 6)]
    shared, enough = referent == "network_process", len(levels) >= rules.agreement_min_sites
    return Together(
        (counts[0], counts[1], counts[2], counts[3], counts[4]),
        rwg(levels) if shared and enough else None,
        math.sqrt(_variance(levels)) if not shared and len(levels) > 1 else None,
    )


def rwg(levels: Sequence[int]) -> float:
    """Agreement on one five-level item: max(0, 1 - s²/2), s² with n-1.

    >>> round(rwg([3, 3, 4, 4, 3]), 9)
    0.85
    """
    return max(0.0, 1 - _variance(levels) / 2)


def rwg_star(items: Sequence[Sequence[int]]) -> float:
    """Agreement on several items: 1 - mean(s²)/2, not truncated."""
    return 1 - math.fsum(_variance(levels) for levels in items) / len(items) / 2


def _variance(levels: Sequence[int]) -> float:
    mean = math.fsum(levels) / len(levels)
    return math.fsum((x - mean) ** 2 for x in levels) / (len(levels) - 1)
