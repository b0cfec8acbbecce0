"""How firmly a rank stands when the weights move (METHOD 7). PURE: numpy only, no Django."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincinv

from assessments.priorities import Floats, Ints

COLUMNS = "cost,objectives,proximity"


class DrawsError(ValueError):
    """The file of weight draws is not the one the method names."""


@dataclass(frozen=True)
class Stability:
    """Share of draws in the top list, median rank, 5 and 95 % ranks, and the word for it."""

    in_top: float
    median_rank: float
    low_rank: float
    high_rank: float
    label: str  # "robust", "sensitive", "fragile"


def make_draws(preset: Sequence[Fraction], draws: int, concentration: int, seed: int) -> str:
    """The CSV text of `draws` weight triples from Dirichlet(concentration x preset); the same seed, the same text."""
    alpha = np.array([float(concentration * w) for w in preset])
    rows = np.random.default_rng(seed).dirichlet(alpha, size=draws)
    return "\n".join([COLUMNS, *(",".join(f"{x:.9f}" for x in row) for row in rows)]) + "\n"


def own_draws(weights: Sequence[float], draws: int, concentration: int, seed: int) -> Floats:
    """Draws (n, 3) from Dirichlet(concentration x weights) for weights that have no committed file; they sum to 1.

    The seed gives raw bits, which numpy keeps the same in all versions; the inverse of the gamma distribution makes them
    a Dirichlet. So the same weights have the same draws everywhere, and a small change of a weight moves every draw a
    little. A weight of 0 stays 0 in every draw. Rounded to nine digits, as the files are.

    >>> own_draws((1.0, 0.0, 0.0), 2, 40, 1).tolist()
    [[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]
    """
    bits = np.random.PCG64(seed).random_raw(3 * draws).reshape(draws, 3)
    uniform = ((bits >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
    gamma = np.zeros((draws, 3))
    for i, weight in enumerate(weights):
        if weight > 0:
            gamma[:, i] = gammaincinv(concentration * weight, uniform[:, i])
    return np.asarray(np.round(gamma / gamma.sum(axis=1, keepdims=True), 9), dtype=np.float64)


def read_draws(path: Path, sha256: str) -> Floats:
    """The draws of a file (n, 3); raises DrawsError when its hash is not the method's."""
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise DrawsError(f"{path.name}: expected the SHA-256 {sha256}, found {found}")
    return np.loadtxt(content.decode().splitlines()[1:], delimiter=",", dtype=np.float64)


def stability(ranks: Ints, in_top: npt.NDArray[np.bool_], robust: Fraction, sensitive: Fraction) -> list[Stability]:
    """One Stability per column of `ranks` (draws, k); `in_top` says which draws have it in the top list."""
    share = in_top.mean(axis=0) if len(in_top) else np.zeros(ranks.shape[1])
    low, median, high = np.percentile(ranks, [5, 50, 95], axis=0)  # linear interpolation
    found = []
    for i in range(ranks.shape[1]):
        counted = Fraction(int(in_top[:, i].sum()), len(in_top))
        label = "robust" if counted >= robust else "sensitive" if counted >= sensitive else "fragile"
        found.append(Stability(float(share[i]), float(median[i]), float(low[i]), float(high[i]), label))
    return found
