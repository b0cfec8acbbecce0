"""Plants beside each other: spread, who stands apart, who is best, which are alike (METHOD 3, 2). PURE: no Django."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import squareform

from assessments.method import Sites
from benchmarks.statistics import half_up, quantile_type8

THOUSANDTHS = 1000
UNLIKE = 4.0  # levels between two plants that have no dimension in common: the whole scale
Scores = Mapping[str, float]  # plant -> score of one measure; plants without a score are not in it


@dataclass(frozen=True)
class Spread:
    """One measure over the plants, in levels; `deviation` is None for a single plant."""

    n: int
    low: float
    lower_quartile: float
    median: float
    upper_quartile: float
    high: float
    mean: float
    deviation: float | None

    @property
    def range(self) -> float:
        """Highest minus lowest, of the rounded figures beside it."""
        return half_up(self.high) - half_up(self.low)


def spread(values: Sequence[float]) -> Spread | None:
    """Range, quartiles (type 8), mean and standard deviation (n - 1), each plant with the same weight; None without any.

    >>> found = spread([1.0, 2.0, 3.0, 4.2])
    >>> found.median, round(found.lower_quartile, 4), found.mean, round(found.deviation, 4)
    (2.5, 1.4167, 2.55, 1.3699)
    """
    n = len(values)
    if not n:
        return None
    mean = math.fsum(values) / n
    deviation = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (n - 1)) if n > 1 else None
    ordered = sorted(round(v * THOUSANDTHS) for v in values)
    low, middle, high = (float(quantile_type8(ordered, Fraction(p, 4))) / THOUSANDTHS for p in (1, 2, 3))
    return Spread(n, min(values), low, middle, high, max(values), mean, deviation)


@dataclass(frozen=True)
class Outlier:
    """A plant that stands apart in a measure; `apart` is its score minus the median, in levels."""

    site: str
    score: float
    apart: float


def outliers(scores: Scores, rules: Sites) -> list[Outlier]:
    """The plants beyond Tukey's fences that are also `outlier_min_distance` levels from the median, the furthest first.

    Needs `outlier_min_sites` plants. The fences are the quartiles, moved outwards by `outlier_fence` times their
    distance; alone they would name a plant for a tenth of a level where all others agree.

    >>> rules = Sites(5, Fraction("1.5"), Fraction("1.5"), Fraction("0.5"), 3, 9)
    >>> outliers({"A": 3.0, "B": 3.0, "C": 3.0, "D": 3.0, "E": 3.0, "F": 3.0, "G": 3.5, "H": 4.5}, rules)
    [Outlier(site='H', score=4.5, apart=1.5)]
    """
    whole = spread(list(scores.values()))
    if whole is None or whole.n < rules.outlier_min_sites:
        return []
    fence = float(rules.outlier_fence) * (whole.upper_quartile - whole.lower_quartile)
    low, high = whole.lower_quartile - fence, whole.upper_quartile + fence
    found = [
        Outlier(site, score, score - whole.median)
        for site, score in scores.items()
        if not low <= score <= high and abs(score - whole.median) >= rules.outlier_min_distance
    ]
    return sorted(found, key=lambda o: (-abs(o.apart), o.site))


def best(scores: Scores) -> list[str]:
    """The plants with the highest score as it is shown, by name; several where they share it, none without a score.

    >>> best({"A": 3.04, "B": 3.0, "C": 2.9}), best({})
    (['A', 'B'], [])
    """
    top = max(scores.values(), default=0.0)
    # Rounding moves a score by less than a tenth: of hundreds of plants few are near enough to be rounded at all.
    return sorted(site for site, score in scores.items() if score > top - 0.1 and half_up(score) == half_up(top))


def rank(score: float, values: Sequence[float]) -> int:
    """The place of a score among all plants, 1 for the highest; equal scores as shown share a place.

    >>> rank(3.0, [3.0, 4.0, 3.04, 2.0])
    2
    """
    shown = half_up(score)
    return 1 + sum(v > score and half_up(v) > shown for v in values)  # who is not higher is not higher when rounded


def differences(scores: Mapping[str, Scores]) -> list[tuple[str, float]]:
    """The measures by how far the plants lie apart in them, furthest first; those two plants at least have a score in.

    `scores`: measure -> plant -> score. The difference is that of the rounded figures; equal ones keep their order.

    >>> differences({"CAP1": {"A": 2.0, "B": 2.5}, "CAP2": {"A": 1.0, "B": 4.0}, "CAP3": {"A": 1.0}})
    [('CAP2', 3.0), ('CAP1', 0.5)]
    """
    apart = [
        (measure, round(max(shown) - min(shown), 1))
        for measure, found in scores.items()
        if len(shown := [half_up(v) for v in found.values()]) > 1
    ]
    return sorted(apart, key=lambda pair: -pair[1])


def likeness(matrix: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """How far plants lie apart: root mean square difference over the dimensions both have a score in, in levels.

    `matrix`: plants x dimensions, NaN without a score. Nothing is imputed; without a common dimension: the whole scale.

    >>> likeness(np.array([[1.0, 2.0], [1.0, 4.0], [3.0, np.nan]])).round(3).tolist()
    [[0.0, 1.414, 2.0], [1.414, 0.0, 2.0], [2.0, 2.0, 0.0]]
    """
    known = ~np.isnan(matrix)
    values, mask = np.where(known, matrix, 0.0), known.astype(np.float64)
    shared = mask @ mask.T
    squares = (values**2) @ mask.T
    total = squares + squares.T - 2 * values @ values.T
    mean = np.divide(total, shared, out=np.full_like(total, UNLIKE**2), where=shared > 0)
    found: npt.NDArray[np.float64] = np.sqrt(np.clip(mean, 0.0, None))
    np.fill_diagonal(found, 0.0)
    return found


def similar_order(matrix: npt.NDArray[np.float64]) -> list[int]:
    """The rows so that plants with alike profiles stand together, the stronger ones first.

    Average linkage on `likeness`; at each fork the branch with the higher mean comes first, so the order is always the
    same. Plants without any score come last, in their order.

    >>> similar_order(np.array([[1.0, 4.0], [4.0, 1.0], [1.0, 4.2], [4.0, 1.4]]))
    [3, 1, 2, 0]
    """
    known = [i for i, row in enumerate(matrix) if not np.isnan(row).all()]
    rest = [i for i in range(len(matrix)) if i not in set(known)]
    if len(known) < 2:
        return known + rest
    rows = matrix[known]
    means = [float(m) for m in np.nanmean(rows, axis=1)]
    # Cluster number -> (sum of its plants' means, its plants in order); linkage numbers new clusters from len(rows) on.
    clusters: list[tuple[float, list[int]]] = [(mean, [i]) for i, mean in zip(known, means, strict=True)]
    for first, second, _distance, _size in linkage(squareform(likeness(rows), checks=False), "average"):
        a, b = clusters[int(first)], clusters[int(second)]
        if (a[0] / len(a[1]), -a[1][0]) < (b[0] / len(b[1]), -b[1][0]):
            a, b = b, a
        clusters.append((a[0] + b[0], a[1] + b[1]))
    return clusters[-1][1] + rest


@dataclass(frozen=True)
class Shared:
    """What a plant may see of one measure over the network, itself included; quartiles None where they would tell too much."""

    n: int
    mean: float
    lower_quartile: float | None
    upper_quartile: float | None


def shared_with(scores: Mapping[int, float], own: frozenset[int], rules: Sites) -> Shared | None:
    """Mean and middle half of the plants (site -> score) for whoever holds the `own` sites; None with too few others.

    Equal weights: a mean weighted by production value is nearly the score of the plant that makes most of it. Never lowest
    or highest: each is the score of one plant.

    >>> rules = Sites(5, Fraction("1.5"), Fraction("1.5"), Fraction("0.5"), 3, 9)
    >>> shared_with({1: 2.0, 2: 3.0, 3: 4.0, 4: 5.0}, frozenset({1}), rules)
    Shared(n=4, mean=3.5, lower_quartile=None, upper_quartile=None)
    >>> shared_with({1: 2.0, 2: 3.0, 3: 4.0, 4: 5.0}, frozenset({1, 2}), rules) is None
    True
    """
    others = sum(site not in own for site in scores)
    whole = spread(list(scores.values()))
    if whole is None or others < rules.mean_min_others:
        return None
    if others < rules.quartiles_min_others:
        return Shared(whole.n, whole.mean, None, None)
    return Shared(whole.n, whole.mean, whole.lower_quartile, whole.upper_quartile)
