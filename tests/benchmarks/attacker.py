"""Somebody who knows who is in which cell of every release, and takes all published figures together.

Nothing here knows blocks, graphs or cuts: it is linear algebra over the published sums, and integer programming over what is
published after rounding. Shared by the tests and bench/attack.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

Floats = npt.NDArray[np.float64]
TINY = 1e-7


@dataclass
class Company:
    """A made-up company: where it counts in the trees, and its scores by measure."""

    name: str
    paths: tuple[str, str]
    scores: dict[str, float]
    complete: frozenset[str] = frozenset()  # components without a gap


@dataclass
class Shown:
    """One release as an attacker sees it: members by cell, and what is published of each cell and measure."""

    members: Mapping[tuple[str, str], Sequence[str]]
    figures: Mapping[tuple[str, str, str], tuple[float, Mapping[int, float]]] = field(default_factory=dict)


def null_space(rows: Floats) -> Floats:
    """An orthonormal basis of everything that all sums leave open: (unknowns, free dimensions)."""
    if not len(rows):
        return np.eye(rows.shape[1])
    # Equal columns first: what lies in the same cells everywhere is told apart by no sum, whatever its number.
    _u, s, vt = np.linalg.svd(rows, full_matrices=True)
    rank = int((s > TINY * max(1.0, s[0])).sum())
    return np.asarray(vt[rank:].T)


def sums(releases: Sequence[Shown], names: Sequence[str]) -> Floats:
    """One row for every published sum of one measure in which all count: (cells of all releases, companies)."""
    place = {name: i for i, name in enumerate(names)}
    rows = []
    for release in releases:
        for members in release.members.values():
            row = np.zeros(len(names))
            row[[place[name] for name in members]] = 1
            rows.append(row)
    return np.array(rows)


def isolated(rows: Floats, largest: int) -> frozenset[int] | None:
    """The smallest group of at most `largest` (1 to 4) unknowns whose weighted sum is determined; None if there is none.

    A group is isolated when the vectors of its unknowns in the null space are linearly dependent. One: a zero vector. Two:
    parallel vectors. Three and four: the same after taking out the direction of one or two others.
    """
    free = null_space(rows)
    zero = np.flatnonzero(np.linalg.norm(free, axis=1) < TINY)
    if zero.size:
        return frozenset({int(zero[0])})
    for known in range(largest - 1):
        for chosen in combinations(range(len(free)), known):
            rest = _without(free, chosen)
            pair = _parallel(rest, set(chosen))
            if pair is not None:
                return frozenset({*chosen, *pair})
    return None


def _without(vectors: Floats, chosen: Sequence[int]) -> Floats:
    """The vectors after the directions of the chosen ones are taken out."""
    for i in chosen:
        length = np.linalg.norm(vectors[i])
        if length > TINY:
            unit = vectors[i] / length
            vectors = vectors - np.outer(vectors @ unit, unit)
    return vectors


def _parallel(vectors: Floats, skip: set[int]) -> tuple[int, ...] | None:
    """Two parallel vectors, or one that is zero, by sorting normalised and rounded ones."""
    lengths = np.linalg.norm(vectors, axis=1)
    seen: dict[bytes, int] = {}
    for i, length in enumerate(lengths):
        if i in skip:
            continue
        if length < TINY:
            return (i,)
        unit = vectors[i] / length
        first = int(np.argmax(np.abs(unit) > 1e-4))
        # Adding zero turns -0.0 into 0.0, which has other bytes.
        key = (np.round(unit * np.sign(unit[first]), 4) + 0.0).tobytes()
        if key in seen:
            return (seen[key], i)
        seen[key] = i
    return None


def determined(rows: Floats, target: Sequence[int], known: Sequence[int]) -> bool:
    """Whether sums over unknowns (columns) tell anything of `target`'s columns to somebody who knows those of `known`."""
    free = null_space(np.delete(rows, list(known), axis=1))
    left = [i for i in range(rows.shape[1]) if i not in set(known)]
    block = free[[left.index(i) for i in target]]
    return int(np.linalg.matrix_rank(block, tol=TINY)) < len(target)


def bounds_after_rounding(
    releases: Sequence[Shown],
    scores: Mapping[str, float],
    measure: str,
    target: str,
    known: Sequence[str] = (),
    seconds: float = 10,
) -> tuple[float, float]:
    """What one measure of one company can be, given all rounded means and quantiles of it in all releases.

    Scores are whole thousandths from 1 to 5. Means bind sums; a published quantile binds the two order statistics that it
    lies between, which needs a yes-or-no unknown for each company and threshold. Where the solver runs out of time its
    outer bound is taken: never narrower than the truth.
    """  # fmt: skip
    names = sorted({n for r in releases for members in r.members.values() for n in members})
    place = {name: i for i, name in enumerate(names)}
    low, high = np.ones(len(names)), np.full(len(names), 5.0)
    for name in known:
        if name in place:
            low[place[name]] = high[place[name]] = scores[name]
    model = _Model(low, high)
    for release in releases:
        for (tree, path, its), (mean, quantiles) in release.figures.items():
            if its == measure:
                own = [place[name] for name in release.members[tree, path]]
                model.mean(own, mean)
                for percent, value in quantiles.items():
                    model.quantile(own, percent, value)
    return model.bounds(place[target], seconds)


class _Model:
    """A mixed integer programme: scores, and for each company and threshold whether its score is at most that."""

    def __init__(self, low: Floats, high: Floats) -> None:
        self.low, self.high = list(low), list(high)
        self.integer = [0] * len(low)
        self.rows: list[tuple[dict[int, float], float, float]] = []
        self.below: dict[tuple[int, float], int] = {}

    def mean(self, own: Sequence[int], mean: float) -> None:
        n = len(own)
        self.rows.append((dict.fromkeys(own, 1.0), n * (mean - 0.05) - 1e-6, n * (mean + 0.05) + 1e-6))

    def quantile(self, own: Sequence[int], percent: int, value: float) -> None:
        """X(j) <= the quantile <= X(j+1), and the quantile is within its rounding."""
        n = len(own)
        position = Fraction(n + Fraction(1, 3)) * Fraction(percent, 100) + Fraction(1, 3)
        j = min(n - 1, max(1, int(position)))
        # At least j are at most value + 0.05; at most j - (0 or 1) are below value - 0.05.
        self.rows.append(({self.at_most(i, value + 0.05): 1.0 for i in own}, j, n))
        self.rows.append(({self.at_most(i, value - 0.051): 1.0 for i in own}, 0, j))

    def at_most(self, i: int, threshold: float) -> int:
        """The unknown that is 1 exactly when score i is at most the threshold."""
        key = (i, round(threshold, 3))
        if key not in self.below:
            self.below[key] = b = len(self.low)
            self.low.append(0)
            self.high.append(1)
            self.integer.append(1)
            self.rows.append(({i: 1.0, b: 5.0 - threshold}, -np.inf, 5.0))  # b = 1: score <= threshold
            self.rows.append(({i: 1.0, b: threshold + 0.001 - 1}, threshold + 0.001, np.inf))  # b = 0: score above it
        return self.below[key]

    def bounds(self, target: int, seconds: float) -> tuple[float, float]:
        size = len(self.low)
        at, columns, values = [], [], []
        for row, (weights, _low, _high) in enumerate(self.rows):
            for column, weight in weights.items():
                at.append(row)
                columns.append(column)
                values.append(weight)
        matrix = csr_array((values, (at, columns)), shape=(len(self.rows), size))
        limits = LinearConstraint(matrix, [r[1] for r in self.rows], [r[2] for r in self.rows])
        found = []
        for sign in (1.0, -1.0):
            cost = np.zeros(size)
            cost[target] = sign
            result = milp(
                cost, constraints=limits, bounds=Bounds(self.low, self.high), integrality=self.integer,
                options={"time_limit": seconds},
            )  # fmt: skip
            bound = result.mip_dual_bound if result.mip_dual_bound is not None else sign * (1 if sign > 0 else 5)
            found.append(sign * bound)
        return max(1.0, found[0]), min(5.0, found[1])
