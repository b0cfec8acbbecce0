"""The smallest group that sums over any number of partitions isolate, found in their row space. PURE: no Django.

Two partitions are a graph, and benchmarks.cuts is exact for them. Three and more (two trees in each of several yearly
releases) are not: a group may stay hidden from every pair and still be isolated by all together (docs/decisions/0005).
Records that lie in the same blocks everywhere are an atom; every combination of sums has one value on an atom, so only
atoms smaller than K can be part of such a group.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

Atom = tuple[Hashable | None, ...]  # the block in each partition; None where the records are not in it
Matrix = npt.NDArray[np.int64]
P = 2_147_483_647  # arithmetic modulo a prime: exact, and products of two residues fit into 64 bits
STEPS = 2_000_000


class TooHard(ValueError):
    """The search was given up; what it should have cleared counts as unsafe."""


def smallest_group(atoms: Mapping[Atom, int], k: int) -> tuple[int, frozenset[Atom]] | None:
    """The smallest group of fewer than `k` records that a combination of sums isolates, as (size, atoms); raises TooHard.

    >>> smallest_group({("a", "x"): 9, ("a", "y"): 2, ("b", "y"): 9}, 5)[0]
    2
    >>> smallest_group({("a", "x"): 9, ("b", "y"): 9}, 5) is None
    True
    """
    large = [atom for atom, n in atoms.items() if n >= k]
    small = [atom for atom, n in atoms.items() if 0 < n < k]
    if not small:
        return None
    rows = row_numbers(atoms)
    free = left_null(incidence(large, rows))
    space = reduce_rows(multiply(free, incidence(small, rows)))
    return lightest(space, [atoms[a] for a in small], small, k) if len(space) else None


def row_numbers(atoms: Mapping[Atom, int]) -> dict[tuple[int, Hashable], int]:
    """A row for every block of every partition."""
    rows: dict[tuple[int, Hashable], int] = {}
    for atom in atoms:
        for partition, block in enumerate(atom):
            if block is not None:
                rows.setdefault((partition, block), len(rows))
    return rows


def incidence(atoms: Sequence[Atom], rows: Mapping[tuple[int, Hashable], int]) -> Matrix:
    """1 where an atom lies in a block: (blocks, atoms)."""
    matrix = np.zeros((len(rows), len(atoms)), dtype=np.int64)
    for column, atom in enumerate(atoms):
        for partition, block in enumerate(atom):
            if block is not None:
                matrix[rows[partition, block], column] = 1
    return matrix


def multiply(left: Matrix, right: Matrix) -> Matrix:
    """left @ right modulo P for a `right` of zeros and ones, each column with few ones."""
    return (left @ right) % P


def reduce_rows(matrix: Matrix, columns: int | None = None) -> Matrix:
    """The reduced row echelon form modulo P, without its zero rows; pivots only among the first `columns`."""
    work = matrix.copy() % P
    top = 0
    for column in range(work.shape[1] if columns is None else columns):
        if top == len(work):
            break
        candidates = np.flatnonzero(work[top:, column])
        if not candidates.size:
            continue
        pivot = top + int(candidates[0])
        if pivot != top:
            work[[top, pivot]] = work[[pivot, top]]
        work[top] = work[top] * pow(int(work[top, column]), -1, P) % P
        others = np.flatnonzero(work[:, column])
        others = others[others != top]
        live = np.flatnonzero(work[top])
        if others.size:
            factors = work[others, column][:, None]
            work[np.ix_(others, live)] = (work[np.ix_(others, live)] - factors * work[top, live][None, :]) % P
        top += 1
    return work[:top] if columns is None else work


def left_null(matrix: Matrix) -> Matrix:
    """A basis of all y with y @ matrix = 0, as rows."""
    height, width = matrix.shape
    work = reduce_rows(np.hstack([matrix, np.eye(height, dtype=np.int64)]), columns=width)
    return work[~work[:, :width].any(axis=1), width:]


def lightest(
    space: Matrix, weights: Sequence[int], names: Sequence[Atom], k: int
) -> tuple[int, frozenset[Atom]] | None:
    """The lightest nonzero vector below `k` of the row space; `space` is in reduced row echelon form.

    A vector has the coefficient of each used row at that row's pivot, so fewer than k rows take part. From every row on:
    a column that is not zero either belongs to the group or is cancelled by a row that is not zero there.
    """
    pivots = [int(np.flatnonzero(row)[0]) for row in space]
    weight = np.array(weights, dtype=np.int64)
    filled = np.count_nonzero(space, axis=0)
    best: tuple[int, frozenset[Atom]] | None = None
    steps = 0

    def search(vector: Matrix, used: frozenset[int], kept: frozenset[int]) -> None:
        nonlocal best, steps
        steps += 1
        if steps > STEPS:
            raise TooHard(f"more than {STEPS} steps")
        limit = best[0] if best else k
        support = np.flatnonzero(vector)
        total = int(weight[support].sum())
        if total < limit:
            best = (total, frozenset(names[int(i)] for i in support))
            limit = total
        fixed = sum(weights[c] for c in kept)
        open_columns = [int(c) for c in support if int(c) not in kept]
        if not open_columns:
            return
        column = min(open_columns, key=lambda c: int(filled[c]))
        if fixed + weights[column] < limit:
            search(vector, used, kept | {column})
        for row in np.flatnonzero(space[:, column]):
            pivot = pivots[row]
            if row in used or pivot in kept or fixed + weights[pivot] >= limit:
                continue
            factor = int(vector[column]) * pow(int(space[row, column]), -1, P) % P
            search((vector - factor * space[row]) % P, used | {int(row)}, kept | {pivot})

    for row, vector in enumerate(space):
        if weights[pivots[row]] < (best[0] if best else k):
            search(vector, frozenset({row}), frozenset({pivots[row]}))
    return best


def atoms_of(records: Sequence[tuple[int, Atom]]) -> dict[Atom, int]:
    """Records that are alike together: atom -> n."""
    found: Counter[Atom] = Counter()
    for n, atom in records:
        found[atom] += n
    return dict(found)
