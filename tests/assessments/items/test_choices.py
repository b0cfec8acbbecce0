"""Options to choose, points to share, ranks to give, and the free text."""

import pytest

from assessments.items import Fault
from tests.assessments.items import clean, said


def test_allocation_must_sum_to_100():
    good = {"cost": "50", "agility": 30, "growth": "20"}
    value, errors = clean("E-N2", good)
    assert errors == []
    assert value == {"cost": 50, "agility": 30, "resilience": 0, "service": 0, "growth": 20, "sustainability": 0}
    assert clean("E-N2", {**good, "growth": 19})[1] == [Fault("", "points", {"total": 99, "expected": 100})]
    assert clean("E-N2", {**good, "growth": 20.5})[1] == [Fault("growth", "whole_range", {"low": 0, "high": 100})]
    assert clean("E-N2", {**good, "speed": 1})[1] == [Fault("speed", "no_such_field")]


def test_a_single_choice_is_one_of_the_options():
    assert clean("E-N4", {"choice": "CSCO"}) == ({"choice": "CSCO"}, [])
    assert said("E-N4", clean("E-N4", {"choice": "board"})[1]) == [
        "“Your answer” does not offer “board”; choose from its list."
    ]
    assert said("E-N4", clean("E-N4", {})[1]) == ["Choose one of the options."]
    assert clean("E-N4", {"choice": ["CSCO"]})[1] == [Fault("choice", "text")]


THREE = {"skills": 1, "funding rules": "2", "labour relations": 3}


def test_a_ranking_has_three_options():
    assert clean("S-N6", THREE) == ({"skills": 1, "funding rules": 2, "labour relations": 3}, [])


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"labour relations": None}, Fault("", "ranks")),
        ({"labour relations": 2}, Fault("", "ranks")),
        ({"conflicting targets": 3}, Fault("", "ranks")),
        ({"conflicting targets": 4}, Fault("conflicting targets", "rank")),
        ({"skills": 1.5}, Fault("skills", "rank")),
        ({"skills": True}, Fault("skills", "rank")),
        ({"weather": 1}, Fault("weather", "no_such_field")),
        (dict.fromkeys(THREE), Fault("", "ranks")),
    ],
)
def test_a_ranking_without_exactly_three_ranks_is_refused(change, fault):
    assert clean("S-N6", {**THREE, **change})[1] == [fault]


def test_a_rank_is_named_by_the_label_people_see():
    assert said("S-N6", [Fault("lack of engineering time", "rank")]) == [
        "“too little engineering time” can have rank 1, 2 or 3."
    ]


def test_a_free_text_holds_500_characters():
    assert clean("S-N8", {"text": " One line \r\nand one more "}) == ({"text": "One line \nand one more"}, [])
    assert clean("S-N8", {"text": "x" * 499 + "\r\n" + "y"})[1] == [Fault("text", "too_long", {"longest": 500})]
    assert clean("S-N8", {"text": "x" * 498 + "\r\n" + "y"})[1] == []  # a line break counts as one
    assert said("S-N8", clean("S-N8", {"text": "  "})[1]) == ["Write a few words, or go on without this item."]
    assert clean("S-N8", {"text": 5})[1] == [Fault("text", "text")]
    assert clean("S-N8", {"text": "\ud800"})[1] == [Fault("text", "nul")]
