"""Somebody who knows who is in which cell of every release, and takes all published sums together.

Nothing here knows blocks, graphs or cuts: it is linear algebra over the published sums. What rounded figures leave open is in
worlds.py and narrowing.py. Shared by the tests and bench/attack.py.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

Floats = npt.NDArray[np.float64]
TINY = 1e-7
SHADOWS = 6


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


def names_in(releases: Sequence[Shown]) -> list[str]:
    return sorted({name for release in releases for members in release.members.values() for name in members})


def sums(releases: Sequence[Shown], names: Sequence[str]) -> csr_array:
    """One row of zeros and ones for every published sum of a measure in which all count: (sums, companies)."""
    place = {name: i for i, name in enumerate(names)}
    cells = {tuple(sorted(place[n] for n in members)) for release in releases for members in release.members.values()}
    at = [row for row, members in enumerate(sorted(cells)) for _ in members]
    columns = [column for members in sorted(cells) for column in members]
    return csr_array((np.ones(len(at)), (at, columns)), shape=(len(cells), len(names)))


def null_space(rows: Floats) -> Floats:
    """An orthonormal basis of everything that all sums leave open: (unknowns, free dimensions)."""
    _u, s, vt = np.linalg.svd(rows, full_matrices=True)
    rank = int((s > TINY * max(1.0, s[0])).sum())
    return np.asarray(vt[rank:].T)


def shadows(rows: csr_array) -> Floats:
    """Random changes of all companies that no sum shows: (unknowns, SHADOWS).

    Each unknown has a vector in the null space; a group is isolated exactly when the vectors of its members are linearly
    dependent. A random map to a few dimensions keeps any small number of vectors independent if they were, and a null space
    of thousands of dimensions need not be built.
    """
    change = np.random.default_rng(1).normal(size=(rows.shape[1], SHADOWS))
    values, vectors = np.linalg.eigh((rows @ rows.T).toarray())
    kept = values > 1e-9 * max(1.0, values[-1])
    inverse = vectors[:, kept] / values[kept] @ vectors[:, kept].T
    for _ in range(2):  # the second time for the rounding errors of the first
        change = change - rows.T @ (inverse @ (rows @ change))
    assert np.abs(rows @ change).max() < 1e-6
    return change


def isolated(rows: csr_array, largest: int) -> frozenset[int] | None:
    """The smallest group of at most `largest` (1 to 4) unknowns whose weighted sum is determined; None if there is none.

    One: a zero vector. Two: parallel vectors. Three and four: the same after taking out the directions of one or two others.
    """
    free = shadows(rows)
    for taken in range(max(1, largest - 1)):
        for chosen in combinations(range(len(free)), taken):
            groups = [g for g in revealing(_without(free, chosen), set(chosen)) if taken + len(g) <= largest]
            if groups:
                return frozenset({*chosen, *min(groups, key=len)})
    return None


def given_away(releases: Sequence[Shown]) -> tuple[int, int, int]:
    """How many companies' scores the sums reveal to an outsider, to some insider, to some two colluders; each includes the last.

    A combination of sums has one value on all companies that lie in the same cells everywhere. Of a group of one to three
    that it isolates each member therefore has at most two others like it, and all other companies need not be tried.
    """
    names = names_in(releases)
    rows = sums(releases, names)
    columns = rows.tocsc()
    cells = [columns.indices[columns.indptr[i] : columns.indptr[i + 1]].tobytes() for i in range(len(names))]
    alike = Counter(cells)
    free = shadows(rows)[[i for i, cell in enumerate(cells) if alike[cell] <= 3]]
    alone = {i for group in revealing(free, set()) if len(group) == 1 for i in group}
    insider = {i for group in revealing(free, set()) for i in group}
    colluders = insider.union(
        *(group for c in range(len(free)) if c not in alone for group in revealing(_without(free, [c]), {c}))
    )
    return len(alone), len(insider), len(colluders)


def told(rows: csr_array, group: Sequence[int]) -> bool:
    """Whether some weighted sum of just these unknowns is determined."""
    return int(np.linalg.matrix_rank(shadows(rows)[list(group)], tol=TINY)) < len(group)


def _without(vectors: Floats, chosen: Sequence[int]) -> Floats:
    """The vectors after the directions of the chosen ones are taken out."""
    for i in chosen:
        length = np.linalg.norm(vectors[i])
        if length > TINY:
            unit = vectors[i] / length
            vectors = vectors - np.outer(vectors @ unit, unit)
    return vectors


def revealing(vectors: Floats, skip: set[int]) -> list[tuple[int, ...]]:
    """Vectors that are zero, alone, and pairs of parallel ones; of many parallel ones each is in a pair."""
    lengths = np.linalg.norm(vectors, axis=1)
    found: list[tuple[int, ...]] = [(int(i),) for i in np.flatnonzero(lengths < TINY) if i not in skip]
    left = np.array([i for i in np.flatnonzero(lengths >= TINY) if i not in skip], dtype=int)
    if len(left) < 2:
        return found
    units = vectors[left] / lengths[left, None]
    angles = np.arctan2(units[:, 1], units[:, 0]) % np.pi  # the same for opposite directions
    order = np.argsort(angles)
    after = np.roll(order, -1)  # the last one's neighbour is the first: 0 and pi are one direction
    same = np.abs((units[order] * units[after]).sum(axis=1)) > 1 - 1e-12
    return found + [(int(left[i]), int(left[j])) for i, j in zip(order[same], after[same], strict=True) if i != j]


def determined(rows: Floats, target: Sequence[int], known: Sequence[int]) -> bool:
    """Whether sums over unknowns (columns) tell anything of `target`'s columns to somebody who knows those of `known`."""
    free = null_space(np.delete(rows, list(known), axis=1))
    left = [i for i in range(rows.shape[1]) if i not in set(known)]
    block = free[[left.index(i) for i in target]]
    return int(np.linalg.matrix_rank(block, tol=TINY)) < len(target)
