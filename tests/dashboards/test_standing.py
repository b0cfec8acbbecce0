"""Positions in plain words: every place a score can have among published quantiles, by hand."""

import pytest

from benchmarks.settings import method_section
from benchmarks.statistics import position
from opmodel.dashboards import standing

QUARTILES = {25: 2.5, 50: 3.0, 75: 3.6}
TAILS = {10: 2.0, **QUARTILES, 90: 4.1}


@pytest.mark.parametrize(
    ("score", "quantiles", "said"),
    [
        (1.9, TAILS, "In the lowest tenth of the peers"),
        (2.0, TAILS, "At the edge of the lowest tenth"),
        (2.4, TAILS, "Between the lowest tenth and the lower quartile"),
        (2.45, TAILS, "Level with the lower quartile"),  # 2.5 as it is shown
        (2.96, TAILS, "Level with the median"),
        (2.94, TAILS, "Between the lower quartile and the median"),
        (3.3, TAILS, "Between the median and the upper quartile"),
        (3.6, TAILS, "Level with the upper quartile"),
        (4.0, TAILS, "Between the upper quartile and the highest tenth"),
        (4.1, TAILS, "At the edge of the highest tenth"),
        (4.2, TAILS, "In the highest tenth of the peers"),
        (2.4, QUARTILES, "Below the lower quartile"),  # 10 to 19 peers: nothing finer is published
        (4.9, QUARTILES, "Above the upper quartile"),
        (3.0, {25: 3.0, 50: 3.0, 75: 3.0}, "Level with the middle half of the peers, who all score the same"),
        (3.0, {10: 3.0, **dict.fromkeys((25, 50, 75, 90), 3.0)}, "Level with nearly all peers, who all score the same"),
        (2.0, {25: 2.5, 50: 2.5, 75: 2.6}, "Below the lower quartile"),
    ],
)
def test_words(score, quantiles, said):
    assert standing.words(score, quantiles) == said


def test_words_know_every_set_of_marks_that_can_be_equal():
    """Scores rise with the percentile, so that equal ones are neighbours: 15 runs in five marks."""
    assert len(standing.LEVEL) == 15
    assert set(standing.LEVEL) == {(a, b) for a in standing.MARKS for b in standing.MARKS if a <= b}


def test_a_finer_release_is_said_in_the_same_words():
    fine = {p: 1.0 + p / 25 for p in range(5, 100, 5)}  # P10 1.4, P25 2.0, P50 3.0
    assert standing.words(2.5, fine) == "Between the lower quartile and the median"
    assert standing.words(1.0, fine) == "In the lowest tenth of the peers"


def test_the_interval_is_always_said():
    """2.7 between P25 = 2.5 and P50 = 3.0 is P35; Wilson with k = 17.5 of m = 50 (by hand): 0.2503 to 0.4655."""
    place = position(2.7, QUARTILES, "50-99", method_section())
    said = standing.sentence(2.7, place, QUARTILES)
    assert said == "Between the lower quartile and the median; 90 % interval P25–P47."


def test_outside_of_what_is_published_there_is_no_interval():
    place = position(1.2, QUARTILES, "50-99", method_section())
    assert standing.sentence(1.2, place, QUARTILES) == "Below the lower quartile."
    assert standing.sentence(None, None, QUARTILES) == ""
