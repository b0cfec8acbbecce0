"""What lifts a dimension to a published value: hand-calculated, and against trying every set of questions."""

import random
from fractions import Fraction
from itertools import combinations

import pytest

from assessments.reaching import Answered, reach
from benchmarks.statistics import half_up


def asked(*levels: int, weights: tuple[int, ...] = ()) -> list[Answered]:
    weights = weights or (1,) * len(levels)
    return [Answered(f"Q{i}", level, w) for i, (level, w) in enumerate(zip(levels, weights, strict=True), 1)]


def codes(found) -> list[str] | None:
    return None if found.rises is None else [q.code for q in found.rises]


@pytest.mark.parametrize(
    ("questions", "value", "rises", "mean"),
    [
        # (2 + 2 + 3) / 3 = 2.33; one level more 2.67, two 3.0
        (asked(2, 2, 3), 3.0, ["Q1", "Q2"], 3.0),
        (asked(2, 2, 3), 2.7, ["Q1"], 8 / 3),  # 2.67 reads 2.7
        (asked(2, 2, 3), 2.3, [], 7 / 3),  # already there: 2.33 reads 2.3
        (asked(3, 3, 3), 2.5, [], 3.0),
        (asked(2, 2, 3), 3.4, None, 10 / 3),  # all three: 3.33
        (asked(2, 2, 3), 3.3, ["Q1", "Q2", "Q3"], 10 / 3),
        # weight 2 of 4: one step there is worth two elsewhere. (2*2 + 1 + 1) / 4 = 1.5; + 2/4 = 2.0
        (asked(1, 2, 1, weights=(1, 2, 1)), 2.0, ["Q2"], 2.0),
        (asked(1, 2, 1, weights=(1, 2, 1)), 2.2, ["Q2", "Q1"], 2.25),
        # what stands at 5 cannot rise: (5 + 1) / 2 = 3; + 1/2 = 3.5 and no more
        (asked(5, 1), 3.5, ["Q2"], 3.5),
        (asked(5, 1), 3.6, None, 3.5),
        (asked(5, 5), 5.0, [], 5.0),
        (asked(4), 5.0, ["Q1"], 5.0),
        (asked(3), 5.0, None, 4.0),
    ],
)
def test_by_hand(questions, value, rises, mean):
    found = reach(questions, value)
    assert codes(found) == rises
    assert found.mean == pytest.approx(mean)


def test_of_equal_questions_the_lowest_rises_first():
    assert codes(reach(asked(4, 3, 1, 2), 3.0)) == ["Q3", "Q4"]  # 2.5, 2.75, 3.0


def test_without_an_answered_question_there_is_nothing_to_say():
    with pytest.raises(ValueError, match="without an answered question"):
        reach([], 3.0)


def test_no_smaller_set_of_questions_would_do():
    draw = random.Random(4)
    for _round in range(400):
        n = draw.randint(1, 5)
        questions = asked(*(draw.randint(1, 5) for _ in range(n)), weights=tuple(draw.randint(1, 3) for _ in range(n)))
        value = draw.randint(10, 50) / 10
        weight = sum(q.weight for q in questions)
        total = sum(q.level * q.weight for q in questions)
        sizes = [
            len(chosen)
            for k in range(n + 1)
            for chosen in combinations([q for q in questions if q.level < 5], k)
            if half_up(Fraction(total + sum(q.weight for q in chosen), weight)) >= value
        ]
        found = reach(questions, value)
        assert (None if found.rises is None else len(found.rises)) == (min(sizes) if sizes else None)
