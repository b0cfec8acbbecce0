"""In which measures a record counts, where measures are made of one another (docs/decisions/0005). PURE: no Django."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from benchmarks.cells import MISSING
from benchmarks.disclosure import GAPS

Scores = npt.NDArray[np.int16]


def counted(
    scores: Scores, measures: Sequence[str], families: Mapping[str, Sequence[str]]
) -> tuple[Scores, npt.NDArray[np.int64], list[frozenset[str]]]:
    """Blank what does not count, and name the graphs of the audit each record is an edge of.

    A record counts in a family (a component and its dimensions) only with all of them; in what is made of families (the
    overall score) also with gaps, and then belongs to GAPS. A record without the overall score counts in nothing. What no
    record has is not asked for. Without families each measure stands for itself.

    Returns the (n, m) scores; for each record a place in the list of kinds; the list, each a set of names of graphs.

    >>> made = {"X": ["X1", "X2"], "ALL": ["X"]}
    >>> whole, gap = [20, 30, 25, 25], [20, MISSING, 20, 20]
    >>> rows, kind, kinds = counted(np.array([whole, gap], dtype=np.int16), ["X1", "X2", "X", "ALL"], made)
    >>> rows.tolist(), [sorted(kinds[k]) for k in kind]
    ([[20, 30, 25, 25], [-1, -1, -1, 20]], [['X'], ['gaps']])
    """
    scores = scores.copy()
    has = scores != MISSING
    place = {m: i for i, m in enumerate(measures) if has[:, i].any()}
    if not families:
        return scores, *named({m: has[:, i] for m, i in place.items()}, len(scores))
    tops = [m for m, parts in families.items() if any(part in families for part in parts)]
    complete: dict[str, npt.NDArray[np.bool_]] = {}
    for family, parts in families.items():
        columns = np.array([place[m] for m in (family, *parts) if m in place], dtype=int)
        if family not in tops and columns.size:
            complete[family] = has[:, columns].all(axis=1)
            scores[np.ix_(~complete[family], columns)] = MISSING
    above = [place[top] for top in tops if top in place]
    counts = has[:, above].all(axis=1)
    scores[~counts] = MISSING
    gaps = np.full(len(scores), bool(above)) & ~np.all([*complete.values()], axis=0)
    return scores, *named({k: edge & counts for k, edge in {**complete, GAPS: gaps}.items()}, len(scores))


def named(graphs: Mapping[str, npt.NDArray[np.bool_]], n: int) -> tuple[npt.NDArray[np.int64], list[frozenset[str]]]:
    """The distinct sets of graphs that n records are edges of, and which of them each record has."""
    edges = np.column_stack([np.zeros(n, dtype=bool), *graphs.values()])
    distinct, kind = np.unique(np.packbits(edges, axis=1), axis=0, return_inverse=True)
    whole = np.unpackbits(distinct, axis=1)[:, 1 : len(graphs) + 1]
    return kind, [frozenset(g for g, edge in zip(graphs, row, strict=True) if edge) for row in whole]
