"""The sentences of the pages about the plants, each rule once."""

import pytest

from opmodel.dashboards.sites import headlines as say


@pytest.mark.parametrize(
    ("medians", "plants", "expected"),
    [
        ([("A", 2.0), ("B", 3.5), ("C", 3.0)], 12, "The plants are weakest in A (median 2.0) and strongest in B (median 3.5)."),
        ([("A", 2.0), ("B", 3.5)], 1, "The one plant that answered is weakest in A (2.0) and strongest in B (3.5)."),
        ([("A", 2.04), ("B", 1.96)], 3, "The plants score the same in every dimension: 2.0."),
        ([("A", 2.04), ("B", 1.96)], 1, "The one plant that answered scores the same in every dimension: 2.0."),
        ([], 3, "No plant has answered enough for the score of a dimension."),
    ],
)  # fmt: skip
def test_heat_map(medians, plants, expected):
    assert say.heat_headline(medians, plants) == expected


@pytest.mark.parametrize(
    ("counts", "plants", "share", "expected"),
    [
        ({"Modernise": 1}, 4, None, "1 of 4 plants has first claim on capital: critical, and little automated."),
        ({"Modernise": 3, "Lead": 1}, 5, 41.25, "3 of 5 plants, with 41.3\u00a0% of production value, have first claim on capital."),
        ({"Lead": 2}, 5, None, "None of the 2 plants that can be placed has first claim on capital."),
        ({"Modernise": 1}, 1, 100.0, "The one plant that answered has first claim on capital: critical, and little automated."),
        ({"Lead": 1}, 1, None, "The one plant that can be placed has no first claim on capital."),
        ({}, 4, None, "No plant can be placed yet: their profiles are incomplete."),
    ],
)  # fmt: skip
def test_map(counts, plants, share, expected):
    assert say.map_headline(counts, plants, share) == expected


@pytest.mark.parametrize(
    ("leads", "expected"),
    [
        ({"A": 12, "B": 3, "C": 0}, "A is best most often: in 12 of 27 dimensions no plant is better."),
        ({"A": 12, "B": 12, "C": 0}, "2 plants are best most often, each in 12 of 27 dimensions."),
        ({"A": 27, "B": 27}, "All plants score the same in every dimension."),
        ({"A": 27, "B": 3}, "A is best most often: in 27 of 27 dimensions no plant is better."),
        ({"A": 27}, "It takes two plants with a score to tell who is best."),
        ({"A": 0, "B": 0}, "It takes two plants with a score to tell who is best."),
    ],
)
def test_best(leads, expected):
    assert say.best_headline(leads, 27) == expected


def test_side_by_side():
    assert say.beside_headline("X", ("A", 1.0), ("B", 4.04)) == "Most apart in X: A at 1.0, B at 4.0."
    assert say.beside_headline("X", ("A", 2.0), ("B", 2.04)) == "The chosen plants score the same in every dimension."
    assert say.beside_headline(None, None, None) == "The chosen plants have no dimension with a score in common."


@pytest.mark.parametrize(
    ("overall", "place", "plants", "furthest", "expected"),
    [
        (2.94, 3, 12, ("X", 0.6), "Celje stands at 2.9, number 3 of 12 plants, furthest below their median in X (0.6)."),
        (2.94, 1, 12, ("X", 0.0), "Celje stands at 2.9, number 1 of 12 plants, and below their median nowhere."),
        (2.94, 1, 1, ("X", 0.0), "Celje stands at 2.9 of 5; no other plant has a score yet."),
        (None, 0, 12, None, "Celje has no overall score: too little of its survey is answered."),
    ],
)  # fmt: skip
def test_one_plant(overall, place, plants, furthest, expected):
    assert say.site_headline("Celje", overall, place, plants, furthest) == expected


@pytest.mark.parametrize(
    ("apart", "expected"),
    [
        ([("A", 0.8), ("B", -1.2), ("C", 0.0)], "Celje is furthest above the network in A (0.8) and furthest below it in B (1.2)."),
        ([("A", 0.0), ("B", -1.2)], "Celje is above the network nowhere, and furthest below it in B (1.2)."),
        ([("A", 0.8), ("B", 0.0)], "Celje is below the network nowhere, and furthest above it in A (0.8)."),
        ([("A", 0.0)], "Celje is level with the network in every dimension."),
        ([], "Celje is strongest in A (4.0) and weakest in B (2.0)."),
    ],
)  # fmt: skip
def test_the_own_plant(apart, expected):
    assert say.plant_headline("Celje", [("A", 4.0), ("B", 2.0)], apart) == expected


def test_the_own_plant_without_scores_or_with_level_ones():
    assert say.plant_headline("Celje", [], []) == "Celje has no scores yet: too little of its survey is answered."
    assert say.plant_headline("Celje", [("A", 3.0), ("B", 3.0)], []) == "Celje scores the same in every dimension: 3.0."
