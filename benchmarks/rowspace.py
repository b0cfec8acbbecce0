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

    A vector has the coefficient of each row at that row's pivot, so the columns that it is not zero at, the group, contain the
    pivots of its rows, fewer than k. From every row on the group grows, see `witness`, until its rows can be combined.

    >>> rows = np.array([[1, 0, 0, 1, 1], [0, 1, 0, 1, 2], [0, 0, 1, 1, 3]])
    >>> lightest(rows, [1, 1, 1, 4, 4], [("a",), ("b",), ("c",), ("d",), ("e",)], 5)[0]  # a - 2 b + c
    3
    """
    pivots = [int(np.flatnonzero(row)[0]) for row in space]
    row_at = {pivot: row for row, pivot in enumerate(pivots)}
    weight = np.array(weights, dtype=np.int64)
    filled = np.count_nonzero(space, axis=0)
    best: tuple[int, frozenset[Atom]] | None = None
    steps = 0

    def search(rows: tuple[int, ...], group: frozenset[int], without: frozenset[int]) -> None:
        """All groups that contain this one and none of `without`: those have been looked at."""
        nonlocal best, steps
        steps += 1
        if steps > STEPS:
            raise TooHard(f"more than {STEPS} steps")
        columns, vector = witness(space[list(rows)], group, filled)
        if vector is not None:
            support = np.flatnonzero(vector)
            total = int(weight[support].sum())
            if total < (best[0] if best else k):
                best = (total, frozenset(names[int(i)] for i in support))
            return  # whatever contains this group weighs as much
        fixed = sum(weights[c] for c in group)
        for column in columns:
            for other in (column, *(pivots[row] for row in np.flatnonzero(space[:, column]))):
                if other in group or other in without or fixed + weights[other] >= (best[0] if best else k):
                    continue
                more = (row_at[other],) if other in row_at else ()
                search((*rows, *more), group | {other}, without)
                without |= {other}

    for row, pivot in enumerate(pivots):
        if weights[pivot] < (best[0] if best else k):
            search((row,), frozenset({pivot}), frozenset(pivots[:row]))
    return best


def witness(rows: Matrix, group: frozenset[int], filled: npt.NDArray[np.intp]) -> tuple[list[int], Matrix | None]:
    """A combination of the rows that is zero outside of the group; or else columns that rule it out.

    As many columns as rows, on which the rows are independent: a larger group whose combination has all these rows contains
    one of these columns, or the pivot of another row that is not zero at one of them. Columns where few rows are not zero
    come first, so that there is little to try.
    """
    outside = np.ones(rows.shape[1], dtype=bool)
    outside[list(group)] = False
    left = rows.copy()
    columns: list[int] = []
    for number, row in enumerate(left):
        found = np.flatnonzero((row != 0) & outside)
        if not found.size:
            return columns, row
        column = int(found[filled[found].argmin()])
        columns.append(column)
        inverse = pow(int(row[column]), -1, P)
        for other in left[number + 1 :]:
            if other[column]:
                other -= int(other[column]) * inverse % P * row % P
                other %= P
    return columns, None


def atoms_of(records: Sequence[tuple[int, Atom]]) -> dict[Atom, int]:
    """Records that are alike together: atom -> n."""
    found: Counter[Atom] = Counter()
    for n, atom in records:
        found[atom] += n
    return dict(found)
