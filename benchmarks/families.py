"""In which measures a record counts, where measures are made of one another (docs/decisions/0005). PURE: no Django."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from benchmarks.cells import MISSING
from benchmarks.disclosure import GAPS

Scores = npt.NDArray[np.int16]


def counted(
    scores: Scores, measures: Sequence[str], families: Mapping[str, Sequence[str]]
) -> tuple[Scores, list[frozenset[str]]]:
    """Blank what does not count, and name the graphs of the audit each record is an edge of: (n, m) scores, n sets.

    A record counts in a family (a component and its dimensions) only with all of them; in what is made of families (the
    overall score) also with gaps, and then belongs to GAPS. A record without the overall score counts in nothing. What no
    record has is not asked for. Without families each measure stands for itself.

    >>> made = {"X": ["X1", "X2"], "ALL": ["X"]}
    >>> whole, gap = [20, 30, 25, 25], [20, MISSING, 20, 20]
    >>> rows, kinds = counted(np.array([whole, gap], dtype=np.int16), ["X1", "X2", "X", "ALL"], made)
    >>> rows.tolist(), [sorted(k) for k in kinds]
    ([[20, 30, 25, 25], [-1, -1, -1, 20]], [['X'], ['gaps']])
    """
    scores = scores.copy()
    has = scores != MISSING
    place = {m: i for i, m in enumerate(measures) if has[:, i].any()}
    if not families:
        return scores, [frozenset(m for m, i in place.items() if row[i]) for row in has]
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
    graphs = {**complete, GAPS: gaps}
    return scores, [frozenset(k for k, edge in graphs.items() if counts[i] and edge[i]) for i in range(len(scores))]
