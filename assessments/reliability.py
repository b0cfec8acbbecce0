"""Whether the questions of a dimension belong together (METHOD 9). PURE: no Django. A wording check, not a pass mark."""

import numpy as np
import numpy.typing as npt


def reliability(levels: npt.NDArray[np.int8], min_records: int) -> tuple[float | None, str, int]:
    """Cronbach's alpha over the complete rows of (records, questions); Spearman-Brown for two questions.

    Values outside 1-5 (unanswered, not applicable) drop their row. Returns (coefficient, its name, complete rows); the
    coefficient is None with fewer than `min_records` rows, fewer than two questions, or without any variance.

    >>> rows = np.array([[3, 3, 4], [2, 2, 3], [4, 5, 4], [1, 2, 2], [3, 4, 3], [5, 4, 5], [2, 3, 2], [3, 3, 3]])
    >>> round(reliability(rows, 8)[0], 6)
    0.910816
    """
    complete = levels[((levels >= 1) & (levels <= 5)).all(axis=1)].astype(np.float64)
    n, k = complete.shape
    name = "Spearman-Brown" if k == 2 else "Cronbach's alpha"
    if n < min_records or k < 2:
        return None, name, n
    variances = complete.var(axis=0, ddof=1)
    if k == 2:
        if not variances.all():
            return None, name, n
        first, second = complete.T - complete.mean(axis=0)[:, None]
        r = float((first * second).sum() / np.sqrt((first**2).sum() * (second**2).sum()))
        return (2 * r / (1 + r) if r > -1 else None), name, n
    total = float(complete.sum(axis=1).var(ddof=1))
    if total == 0:
        return None, name, n
    return k / (k - 1) * (1 - float(variances.sum()) / total), name, n
