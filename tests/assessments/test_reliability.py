"""Cronbach's alpha and Spearman-Brown against the worked vector and hand calculations."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import pearsonr

from assessments.reliability import reliability

VECTORS = json.loads((Path(__file__).resolve().parents[1] / "data/vectors.json").read_text())


def test_alpha_of_the_worked_rows():
    rows = np.array(VECTORS["alpha_rows"], dtype=np.int8)
    assert reliability(rows, 8)[0] == pytest.approx(VECTORS["alpha"], abs=5e-7)
    assert reliability(rows, 30) == (None, "Cronbach's alpha", 8)


def test_incomplete_rows_are_left_out():
    rows = np.array([*VECTORS["alpha_rows"], [5, 0, 1], [1, -1, 5]], dtype=np.int8)
    assert reliability(rows, 8)[0] == pytest.approx(VECTORS["alpha"], abs=5e-7)
    assert reliability(rows, 8)[2] == 8


def test_two_questions_use_spearman_brown():
    rows = np.array([[1, 2], [2, 2], [3, 4], [4, 4], [5, 3]], dtype=np.int8)
    r = pearsonr(rows[:, 0], rows[:, 1]).statistic
    assert reliability(rows, 5)[0] == pytest.approx(2 * r / (1 + r))
    assert reliability(rows, 5)[1] == "Spearman-Brown"


@pytest.mark.parametrize("rows", [[[3], [4], [5]], [[3, 3], [3, 4], [3, 5]], [[3, 3, 3]] * 4])
def test_nothing_is_claimed_without_variance_or_with_one_question(rows):
    assert reliability(np.array(rows, dtype=np.int8), 2)[0] is None


def test_alpha_by_hand():
    """Questions 1,2,3,4 / 1,3,2,4 / 2,2,4,4: variances 5/3, 5/3, 4/3, sums 4,7,9,12 with variance 34/3.

    alpha = 3/2 * (1 - (14/3) / (34/3)) = 3/2 * 20/34 = 15/17.
    """
    rows = np.array([[1, 1, 2], [2, 3, 2], [3, 2, 4], [4, 4, 4]], dtype=np.int8)
    assert reliability(rows, 4)[0] == pytest.approx(15 / 17)


def test_alpha_is_that_of_the_covariance_matrix():
    """k/(k-1) * (1 - trace / sum) of numpy's covariances, on random answers that share something."""
    draw = np.random.default_rng(9)
    for k in (3, 4, 6):
        rows = np.clip(draw.integers(1, 6, (60, 1)) + draw.integers(-1, 2, (60, k)), 1, 5).astype(np.int8)
        c = np.cov(rows.astype(float), rowvar=False)
        assert reliability(rows, 30)[0] == pytest.approx(k / (k - 1) * (1 - np.trace(c) / c.sum()), abs=1e-12)
