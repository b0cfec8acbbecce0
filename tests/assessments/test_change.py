"""What a change is made of: the parts add up to it exactly, whatever came, went, moved or weighs more."""

import random
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from assessments import change
from assessments.catalogue import Component, Dimension, Question, Questionnaire
from assessments.change import Part, Plants, Scored, Term
from assessments.method import read_method
from assessments.scoring import plan_for, scores_of

METHOD = read_method(Path(__file__).resolve().parents[2] / "fixtures/method.yaml")


def some_terms(rng: random.Random) -> dict[str, Term]:
    keys = rng.sample("abcdefghij", rng.randint(1, 10))
    weights = [rng.randint(1, 9) for _ in keys]
    return {k: Term(Fraction(w, sum(weights)), rng.uniform(1, 5)) for k, w in zip(keys, weights, strict=True)}


def mean(terms: dict[str, Term]) -> float:
    return sum(float(t.weight) * t.value for t in terms.values())


@pytest.mark.parametrize("seed", range(200))
def test_parts_add_up_to_the_change_and_turn_round_with_time(seed):
    rng = random.Random(seed)
    before, after = some_terms(rng), some_terms(rng)
    forth, back = change.parts_of_change(before, after), change.parts_of_change(after, before)
    assert sum(p.by for p in forth) == pytest.approx(mean(after) - mean(before), abs=1e-12)
    turned = {change.CAME: change.WENT, change.WENT: change.CAME}
    mirrored = {(p.key, turned.get(p.kind, p.kind)): -p.by for p in back}
    assert mirrored == pytest.approx({(p.key, p.kind): p.by for p in forth}, abs=1e-12)


def test_a_change_worked_by_hand():
    """Weights 1/2, 1/2 become 1/4, 1/2, 1/4: a rises by one, b leaves, c and d come in; 3.0 becomes 3.25, c̄ = 3.125."""
    before = {"a": Term(0.5, 2.0), "b": Term(0.5, 4.0)}
    after = {"a": Term(0.25, 3.0), "c": Term(0.5, 4.0), "d": Term(0.25, 2.0)}
    assert change.parts_of_change(before, after) == (
        Part("a", "moved", 0.375, before["a"], after["a"]),  # (1/2 + 1/4) / 2 x 1
        Part("a", "weight", 0.15625, before["a"], after["a"]),  # -1/4 x (2.5 - 3.125)
        Part("b", "went", -0.4375, before["b"], None),  # -1/2 x (4 - 3.125)
        Part("c", "came", 0.4375, None, after["c"]),  # 1/2 x (4 - 3.125)
        Part("d", "came", -0.28125, None, after["d"]),  # 1/4 x (2 - 3.125)
    )


def questionnaire(*weights: tuple[int, ...]) -> Questionnaire:
    """One dimension in each of four components; `weights` of its questions."""
    components, questions = [], []
    for i, own in enumerate(weights, 1):
        dimension = Dimension(f"C{i}1", f"C{i}", *[""] * 6, 1, {}, {})
        components.append(Component(f"C{i}", "", "", "", (dimension,)))
        questions += [
            Question(f"E-C{i}1-{n}", "enterprise", dimension.code, *[""] * 4, ("",) * 5, w)
            for n, w in enumerate(own, 1)
        ]
    return Questionnaire("1", tuple(components), tuple(questions), (), (), {}, {}, ("",) * 5)


def scored(content: Questionnaire, levels: list[int], stored_more: float = 0.0) -> Scored:
    plan = plan_for(content, METHOD)
    today = scores_of(plan, np.array(levels, dtype=np.int8))
    stored = {m: None if s.point is None else s.point + stored_more for m, s in today.items()}
    return Scored(stored, today, frozenset(plan.questions))


TWO_EACH = questionnaire((1, 1), (1, 1), (1, 1), (1, 1))


def test_changed_answers_alone():
    """One question of eight from 2 to 4: 1/4 x 1/2 x 2 = 0.25 of the whole, 1 of its dimension."""
    found = change.enterprise_change(
        scored(TWO_EACH, [2, 3, 3, 3, 3, 3, 3, 3]), scored(TWO_EACH, [4, 3, 3, 3, 3, 3, 3, 3]), "OVERALL"
    )
    assert found.kinds == {"answers": 0.25, "counted": 0.0, "content": 0.0, "method": 0.0}
    assert [(p.key, p.kind, p.by) for p in found.parts[change.ANSWERS]] == [("E-C11-1", "moved", 0.25)]
    assert found.by == 0.25


def test_a_question_that_counts_now_only_shifts_the_weight_of_its_neighbour():
    """[4, not applicable] becomes [4, 2]: the dimension falls from 4 to 3, and no answer changed."""
    found = change.enterprise_change(
        scored(TWO_EACH, [4, -1, 3, 3, 3, 3, 3, 3]), scored(TWO_EACH, [4, 2, 3, 3, 3, 3, 3, 3]), "C11"
    )
    assert found.by == -1
    assert found.kinds == {"answers": 0.0, "counted": -1.0, "content": 0.0, "method": 0.0}


def test_another_content_and_another_method_are_told_apart():
    """A question of double weight instead of two: [2, 4] -> [2] is the content's doing; 0.125 the method's."""
    other = questionnaire((2,), (1, 1), (1, 1), (1, 1))
    before, after = scored(TWO_EACH, [2, 4, *[3] * 6], stored_more=0.125), scored(other, [2, *[3] * 6])
    found = change.enterprise_change(before, after, "C1")
    assert (found.before, found.after) == (3.125, 2.0)
    assert found.kinds == {"answers": 0.0, "counted": 0.0, "content": -1.0, "method": -0.125}


@pytest.mark.parametrize("seed", range(60))
def test_kinds_add_up_for_random_answers(seed):
    rng = random.Random(seed)
    before, after = (
        scored(content, [rng.choice([-1, 0, 1, 2, 3, 4, 5]) for _ in content.questions], rng.choice([0.0, 0.25]))
        for content in (TWO_EACH, rng.choice([TWO_EACH, questionnaire((1, 2, 1), (1, 1), (3, 1), (1,))]))
    )
    for measure in ("OVERALL", "C1", "C21"):
        found = change.enterprise_change(before, after, measure)
        if found.kinds:
            assert sum(found.kinds.values()) == pytest.approx(found.by, abs=1e-8)
        else:
            assert found.by is None


def test_without_a_score_or_without_the_earlier_answers_nothing_is_taken_apart():
    nothing, full = scored(TWO_EACH, [0] * 8), scored(TWO_EACH, [3] * 8)
    assert change.enterprise_change(nothing, full, "OVERALL").by is None
    gone = Scored(full.stored, None, full.asked)
    found = change.enterprise_change(gone, full, "OVERALL")
    assert (found.by, found.kinds, found.parts) == (0.0, {}, {})


def test_the_plants_view_by_hand():
    """A at weight 1/2 rises by one, B leaves, C joins at 5; B's weight of 1/2 is C's now: 3.0 becomes 4.0."""
    before = Plants(3.0, {"A": 0.5, "B": 0.5}, {"A": 2.0, "B": 4.0})
    after = Plants(4.0, {"A": 0.5, "C": 0.5}, {"A": 3.0, "C": 5.0})
    found = change.network_change(before, after)
    assert found.by == 1.0
    assert found.kinds == {"improved": 0.5, "joined": 0.75, "left": -0.25, "weights": 0.0, "recalculated": 0.0}
    unknown = change.network_change(Plants(None, {}, {}), after)
    assert (unknown.by, unknown.kinds) == (None, {})
    both = change.mean_change([found, unknown, change.network_change(after, after)])
    assert (both.before, both.after, both.kinds["joined"]) == (3.5, 4.0, 0.375)
