"""Quantiles, bands and positions (METHOD 5). PURE: no Django. Scores are whole thousandths: 2.4 is 2400."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from benchmarks.rules import BenchmarkRules

SCALE = 1000
QUARTILES = (25, 50, 75)
TAILS = (10, 25, 50, 75, 90)
FINE = tuple(range(5, 100, 5))

Ordered = Sequence[int] | npt.NDArray[np.int16]


def quantile_type8(ordered: Ordered, p: Fraction) -> Fraction:
    """Hyndman-Fan type 8 quantile of ascending values, exact.

    >>> float(quantile_type8([2000, 2400, 2400, 2700, 3000, 3000, 3000, 3300, 3600, 4100], Fraction(3, 4)))
    3325.0
    """
    return Fraction(*_type8(ordered, p.numerator, p.denominator))


def _type8(ordered: Ordered, p: int, q: int) -> tuple[int, int]:
    """The quantile of p / q as numerator and denominator, not reduced: thousands of them are rounded for a release."""
    n = len(ordered)
    if n == 0:
        raise ValueError("a quantile needs at least one value")
    k, part = divmod((3 * n + 1) * p + q, 3 * q)  # h = (n + 1/3) p + 1/3, whole and rest
    if k < 1 or k >= n:
        return int(ordered[0 if k < 1 else -1]), 1
    low = int(ordered[k - 1])
    return 3 * q * low + part * (int(ordered[k]) - low), 3 * q


def half_up(value: Fraction | float | int, step: int = 10) -> float:
    """Round half up to 1/step; exact on fractions, floats are first taken to 1e-9 (2.25 is 2.3, never 2.2).

    >>> half_up(2.25), half_up(Fraction(3325, 1000))
    (2.3, 3.3)
    """
    if isinstance(value, Fraction):
        return ratio_half_up(value.numerator, value.denominator, step)
    return ratio_half_up(round(value * 10**9), 10**9, step)


def ratio_half_up(numerator: int, denominator: int, step: int = 10) -> float:
    """Round a ratio of whole numbers half up to 1/step, exactly.

    >>> ratio_half_up(3325, 1000), ratio_half_up(-25, 100)
    (3.3, -0.2)
    """
    return (2 * numerator * step + denominator) // (2 * denominator) / step


def one(value: float) -> str:
    """A level as people read it: one decimal, half up.

    >>> one(2.25)
    '2.3'
    """
    return f"{half_up(value):.1f}"


def two(value: float) -> str:
    """A mean of levels with two decimals, half up.

    >>> two(2.125)
    '2.13'
    """
    return f"{half_up(value, 100):.2f}"


def n_band(n: int, rules: BenchmarkRules) -> str:
    """The published band of n: "10-19" ... "1000+"; raises ValueError below the smallest.

    >>> from benchmarks.rules import rules_from_mapping
    """
    if n < rules.bands[0]:
        raise ValueError(f"n = {n} is below {rules.bands[0]}: nothing is published")
    i = max(i for i, low in enumerate(rules.bands) if n >= low)
    last = i + 1 == len(rules.bands)
    return f"{rules.bands[i]}+" if last else f"{rules.bands[i]}-{rules.bands[i + 1] - 1}"


def band_floor(band: str) -> int:
    """The lower end of a band.

    >>> band_floor("50-99"), band_floor("1000+")
    (50, 1000)
    """
    return int(band.rstrip("+").split("-")[0])


@dataclass(frozen=True)
class Published:
    """What a release shows of one cell and measure: band, mean, quantiles by percentile; levels, one decimal."""

    n_band: str
    mean: float
    quantiles: Mapping[int, float]


def published_statistics(ordered: Ordered, rules: BenchmarkRules) -> Published | None:
    """The publishable statistics of ascending scores in thousandths; None below n_min (METHOD 5)."""
    n = len(ordered)
    if n < rules.n_min:
        return None
    percentiles = FINE if n >= rules.n_fine else TAILS if n >= rules.n_tails else QUARTILES
    quantiles = {}
    for p in percentiles:
        value, parts = _type8(ordered, p, 100)
        quantiles[p] = ratio_half_up(value, parts * SCALE)
    return Published(n_band(n, rules), ratio_half_up(int(np.sum(ordered, dtype=np.int64)), n * SCALE), quantiles)


def wilson(k: float, m: float, z: float) -> tuple[float, float]:
    """Wilson interval of k successes in m, as shares 0-1."""
    share, zz = k / m, z * z
    centre = (share + zz / (2 * m)) / (1 + zz / m)
    half = z * math.sqrt(share * (1 - share) / m + zz / (4 * m * m)) / (1 + zz / m)
    return max(0.0, centre - half), min(1.0, centre + half)


@dataclass(frozen=True)
class Position:
    """Where a score stands: percentile (None outside the published range), text, 90 % interval in percent."""

    percentile: float | None
    text: str
    low: float | None
    high: float | None


def position(own: float, quantiles: Mapping[int, float], band: str, rules: BenchmarkRules) -> Position:
    """The position of an own score among published quantiles (METHOD 5)."""
    score, points = half_up(own), sorted(quantiles.items())
    tenth = {p: round(q * 10) for p, q in points}  # whole tenths compare exactly
    mine = round(score * 10)
    equal = [p for p, q in tenth.items() if q == mine]
    if equal:
        percentile = (equal[0] + equal[-1]) / 2
    elif mine < tenth[points[0][0]]:
        return Position(None, f"below P{points[0][0]}", None, None)
    elif mine > tenth[points[-1][0]]:
        return Position(None, f"above P{points[-1][0]}", None, None)
    else:
        below = max(p for p, q in tenth.items() if q < mine)
        above = min(p for p, q in tenth.items() if q > mine)
        percentile = below + (above - below) * (mine - tenth[below]) / (tenth[above] - tenth[below])
    m = band_floor(band)
    low, high = wilson(percentile / 100 * m, m, rules.z)
    return Position(percentile, f"P{int(half_up(percentile, 1))}", 100 * low, 100 * high)


def positions(
    rows: Sequence[Sequence[float]],
    published: Sequence[tuple[Mapping[int, float], str] | None],
    rules: BenchmarkRules,
) -> list[Position | None]:
    """The positions of many scores, row by row; `published` has quantiles and n band of each column, None without peers.

    A score that is NaN has none. A position depends on the tenth only, so few are calculated.
    """
    known: list[dict[float, Position]] = [{} for _ in published]
    places: list[Position | None] = []
    for row in rows:
        for score, table, seen in zip(row, published, known, strict=True):
            if table is None or math.isnan(score):
                places.append(None)
                continue
            tenth = half_up(score)
            if tenth not in seen:
                seen[tenth] = position(tenth, *table, rules)
            places.append(seen[tenth])
    return places


def midrank(values: Sequence[float], own: float) -> float:
    """Share of values below plus half the share of equal ones, in percent (an oracle, never shown)."""
    below, equal = sum(v < own for v in values), sum(v == own for v in values)
    return 100 * (below + equal / 2) / len(values)


def order_interval(n: int, p: float, confidence: float = 0.90) -> tuple[int, int, float] | None:
    """Ranks (l, u) of the shortest distribution-free interval of a quantile, and its coverage (an oracle, never shown).

    Among intervals [X(l), X(u)] with coverage of at least `confidence` the narrowest; ties go to the higher coverage.
    None when even [X(1), X(n)] does not reach it.
    """
    probability = [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
    best: tuple[int, float, int, int] | None = None
    for low in range(1, n + 1):
        for high in range(low + 1, n + 1):
            coverage = sum(probability[low:high])
            if coverage >= confidence:
                found = (high - low, -coverage, low, high)
                best = found if best is None or found < best else best
    return None if best is None else (best[2], best[3], -best[1])
