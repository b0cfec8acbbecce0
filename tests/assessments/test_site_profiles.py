"""Plants beside each other: expected values by hand, or from numpy and scipy."""

import math
from dataclasses import replace
from fractions import Fraction as F

import numpy as np
import pytest
from scipy.stats.mstats import mquantiles

from assessments import site_profiles as profiles
from assessments.method import Sites

RULES = Sites(5, F("1.5"), F("1.5"), F("0.5"), 3, 9)


def test_the_method_file_has_these_rules():
    from assessments.pipeline import current_method

    assert current_method().sites == RULES


@pytest.mark.parametrize("n", [1, 2, 3, 7, 12, 500])
def test_the_spread_is_that_of_other_programs(n):
    values = [round(float(v), 2) for v in np.random.default_rng(n).uniform(1, 5, n)]
    found = profiles.spread(values)
    quartiles = mquantiles(values, [0.25, 0.5, 0.75], alphap=1 / 3, betap=1 / 3)  # type 8
    assert [found.lower_quartile, found.median, found.upper_quartile] == pytest.approx(list(quartiles), abs=1e-3)
    assert (found.n, found.low, found.high) == (n, min(values), max(values))
    assert found.mean == pytest.approx(np.mean(values))
    assert found.deviation == (pytest.approx(np.std(values, ddof=1)) if n > 1 else None)


def test_without_plants_there_is_no_spread_and_nobody_is_best():
    assert profiles.spread([]) is None
    assert profiles.best({}) == []
    assert profiles.outliers({}, RULES) == []


def test_the_range_is_that_of_the_figures_beside_it():
    assert profiles.spread([1.94, 3.16]).range == pytest.approx(1.3)  # 3.2 - 1.9, not 1.22


SIX = {"A": 3.0, "B": 3.0, "C": 3.0, "D": 3.5, "E": 3.5, "F": 4.0}


@pytest.mark.parametrize(
    ("more", "named"),
    [
        ({"Z": 1.0}, ["Z"]),  # 2 from the median of 3, far below the fence
        ({"Z": 1.6}, []),  # beyond the fence, but only 1.4 from the median
        ({"Z": 5.0}, []),  # quartiles 3 and 3.9167: the fence stands at 5.29
        ({}, []),
    ],
)
def test_who_stands_apart(more, named):
    assert [o.site for o in profiles.outliers(SIX | more, RULES)] == named


def test_a_wide_field_has_no_outliers_and_four_plants_never_do():
    wide = dict(zip("ABCDEF", (1.0, 2.0, 3.0, 3.0, 4.0, 5.0), strict=True))  # 2 from the median, inside the fences
    assert profiles.outliers(wide, RULES) == []
    four = {"A": 3.0, "B": 3.0, "C": 3.0, "D": 1.0}
    assert profiles.outliers(four, RULES) == []
    assert [o.site for o in profiles.outliers(four, replace(RULES, outlier_min_sites=4))] == []  # the quartile is 1.8
    assert [o.site for o in profiles.outliers(four | {"E": 3.0, "F": 3.0, "G": 3.0}, RULES)] == ["D"]


def test_the_best_is_the_best_as_it_is_shown():
    assert profiles.best({"B": 3.96, "A": 4.04, "C": 3.94}) == ["A", "B"]


def test_places_are_shared_by_equal_scores():
    scores = [4.04, 3.96, 3.0, 2.0]
    assert [profiles.rank(s, scores) for s in scores] == [1, 1, 3, 4]


def test_differences_come_largest_first_and_leave_out_what_one_plant_answered():
    scores = {
        "CAP1": {"A": 2.0, "B": 2.04},  # both shown as 2.0
        "CAP2": {"A": 4.0},
        "CAP3": {"A": 1.0, "B": 2.5, "C": 4.0},
        "CAP4": {"A": 4.0, "C": 1.0},
    }
    assert profiles.differences(scores) == [("CAP3", 3.0), ("CAP4", 3.0), ("CAP1", 0.0)]


def test_alike_plants_stand_together_whatever_their_mean():
    """Two shapes with the same means: by mean alone they would mix."""
    up, down = [1.0, 2.0, 4.0, 5.0], [5.0, 4.0, 2.0, 1.0]
    rows = np.array([up, down, [v + 0.1 for v in up], [v - 0.1 for v in down], [1.0, 2.0, 4.0, np.nan]])
    order = profiles.similar_order(rows)
    assert sorted(order) == [0, 1, 2, 3, 4]
    assert {frozenset(order[:3]), frozenset(order[3:])} & {frozenset({0, 2, 4})} or set(order[2:]) == {0, 2, 4}
    alike = [0 if i in (0, 2, 4) else 1 for i in order]
    assert alike in ([0, 0, 0, 1, 1], [1, 1, 0, 0, 0])


def test_the_order_is_the_same_however_the_rows_come():
    rows = np.random.default_rng(7).uniform(1, 5, (40, 27))
    rows[3] = np.nan
    rows[5, ::2] = np.nan
    rows[6, 1::2] = np.nan  # 5 and 6 have no dimension in common
    first = [tuple(np.nan_to_num(rows[i])) for i in profiles.similar_order(rows)]
    shuffled = rows[np.random.default_rng(8).permutation(40)]
    again = [tuple(np.nan_to_num(shuffled[i])) for i in profiles.similar_order(shuffled)]
    assert first == again
    assert first[-1] == tuple(np.zeros(27))  # without any score: last
    for few in (0, 1, 2):
        assert sorted(profiles.similar_order(rows[:few])) == list(range(few))


def test_likeness_is_the_root_mean_square_over_what_both_answered():
    rows = np.array([[1.0, 5.0, np.nan], [2.0, 3.0, 4.0], [np.nan, np.nan, 1.0]])
    found = profiles.likeness(rows)
    assert found[0, 1] == pytest.approx(math.sqrt((1 + 4) / 2))
    assert found[1, 2] == pytest.approx(3.0)
    assert found[0, 2] == 4.0  # nothing in common: the whole scale
    assert (found == found.T).all()


# --- what a plant may see of the network -------------------------------------------------------------------------


def test_three_others_are_needed_for_a_mean_and_nine_for_the_quartiles():
    scores = {site: float(1 + site % 5) for site in range(1, 13)}
    for n in range(13):
        some = dict(list(scores.items())[:n])
        told = profiles.shared_with(some, frozenset({1}), RULES)
        assert (told is None) == (n - 1 < 3)
        assert told is None or (told.lower_quartile is None) == (n - 1 < 9)
        assert told is None or told.n == n


def test_a_mean_of_the_others_too_is_never_told_over_fewer_than_three():
    """Own sites are known to their manager: four plants of which two are the own leave two others."""
    assert profiles.shared_with({1: 2.0, 2: 3.0, 3: 4.0, 4: 5.0}, frozenset({1, 2}), RULES) is None
    assert (
        profiles.shared_with({2: 3.0, 3: 4.0, 4: 5.0}, frozenset({1}), RULES).mean == 4.0
    )  # own plant without a score


def test_no_single_score_of_another_plant_follows_from_what_is_told():
    """Means are linear: the own score and the mean leave a space of at least two dimensions for the others."""
    others = [2.0, 3.5, 4.5]
    told = profiles.shared_with({0: 3.0} | dict(enumerate(others, 1)), frozenset({0}), RULES)
    known = np.array([[1, 0, 0, 0], [1, 1, 1, 1]])  # own score, sum
    rank = np.linalg.matrix_rank(known)
    for j in (1, 2, 3):
        one = np.zeros((1, 4))
        one[0, j] = 1
        assert np.linalg.matrix_rank(np.vstack([known, one])) > rank
    assert told.mean == pytest.approx(13 / 4)
