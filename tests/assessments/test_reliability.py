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
