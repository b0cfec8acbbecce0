"""What would lift a score to a published value of its peers: how many levels, in which questions. PURE: no Django."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from benchmarks.statistics import half_up

TOP = 5


@dataclass(frozen=True)
class Answered:
    """One answered question behind a score."""

    code: str
    level: int  # 1 to 5
    weight: Fraction | int  # its part in the score; only the ratios matter


@dataclass(frozen=True)
class Reach:
    """The questions to raise by one level each, in the order to take them, and the mean after that.

    `rises` is empty where the value is reached already, and None where one level more in every question is not enough;
    `mean` is then what that would give.
    """

    rises: tuple[Answered, ...] | None
    mean: float


def reach(questions: Sequence[Answered], value: float) -> Reach:
    """The fewest questions to raise by one level so that the weighted mean, rounded as it is shown, reaches `value`.

    A step in a question of weight w adds w / W, so that heavy questions first need the fewest; among equal ones the lower
    level first, then the order of the questionnaire. Raises ValueError without a question.

    >>> two = [Answered("Q1", 3, 1), Answered("Q2", 2, 1), Answered("Q3", 2, 1)]
    >>> found = reach(two, 3.0)
    >>> [q.code for q in found.rises], found.mean
    (['Q2', 'Q3'], 3.0)
    """
    weight = sum(q.weight for q in questions)
    if not weight:
        raise ValueError("a score without an answered question has no mean")
    total = sum(q.level * q.weight for q in questions)
    rises: list[Answered] = []
    order = sorted((q for q in questions if q.level < TOP), key=lambda q: (-q.weight, q.level))
    for question in order:
        if half_up(Fraction(total, weight)) >= value:
            break
        rises.append(question)
        total += question.weight
    mean = Fraction(total, weight)
    return Reach(tuple(rises) if half_up(mean) >= value else None, float(mean))
