"""Scores against METHOD 2, a slow exact oracle, and properties that must hold for any answers."""

from dataclasses import replace
from fractions import Fraction as F
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.catalogue import ENTERPRISE, Component, Dimension, Question, Questionnaire
from assessments.method import read_method
from assessments.scoring import plan_for, score_matrix, scores_of

METHOD = read_method(Path(__file__).resolve().parents[2] / "fixtures/method.yaml")


def small(shape: dict[str, list[int]]) -> Questionnaire:
    """A questionnaire: component -> number of questions in each of its dimensions."""
    components, questions = [], []
    for code, sizes in shape.items():
        dimensions = []
        for i, size in enumerate(sizes, 1):
            name = f"{code}{i}"
            dimensions.append(Dimension(name, code, name, name, "", "", "", "", 1, {}, {}))
            for n in range(1, size + 1):
                questions.append(Question(f"E-{name}-{n}", ENTERPRISE, name, "", "", "", "", ("a", "b", "c", "d", "e")))
        components.append(Component(code, code[0], code, "", tuple(dimensions)))
    return Questionnaire("t", tuple(components), tuple(questions), (), (), {}, {}, ("1", "2", "3", "4", "5"))


def oracle(q: Questionnaire, levels: list[int]) -> dict[str, tuple]:
    """METHOD 2 once more, in slow exact fractions: (point, coverage, low, high) of every measure."""
    given_levels = {question.code: level for question, level in zip(q.questions, levels, strict=True)}
    found: dict[str, tuple] = {}
    for c in q.components:
        parts = []
        for d in c.dimensions:
            own = [given_levels[x.code] for x in q.questions_of(ENTERPRISE, d.code)]
            own = [x for x in own if x != -1]
            if not own:
                found[d.code] = (None, None, None, None)
                continue
            done = [x for x in own if x]
            coverage = F(len(done), len(own))
            point = F(sum(done), len(done)) if done and coverage >= F(66, 100) else None
            missing = len(own) - len(done)
            found[d.code] = (point, coverage, F(sum(done) + missing, len(own)), F(sum(done) + 5 * missing, len(own)))
            parts.append(found[d.code])
        scored = [p for p in parts if p[0] is not None]
        enough = parts and F(len(scored), len(parts)) >= F(60, 100)
        mean = lambda i, rows: sum((r[i] for r in rows), F(0)) / len(rows)  # noqa: E731
        found[c.code] = (
            mean(0, scored) if scored and enough else None,
            *((mean(i, parts) for i in (1, 2, 3)) if parts else (None, None, None)),
        )
    tops = [found[c.code] for c in q.components]
    overall = sum((t[0] for t in tops), F(0)) / len(tops) if all(t[0] is not None for t in tops) else None
    found["OVERALL"] = (overall,)
    return found


SHAPE = {"CAP": [3, 2, 1], "VST": [2, 2], "RES": [3], "GOV": [2, 4, 1, 1, 2]}
SMALL = small(SHAPE)
PLAN = plan_for(SMALL, METHOD)
LEVELS = st.lists(st.integers(-1, 5), min_size=len(SMALL.questions), max_size=len(SMALL.questions))


@settings(max_examples=300)
@given(LEVELS)
def test_kernel_agrees_with_exact_fractions(levels):
    expected = oracle(SMALL, levels)
    for measure, score in scores_of(PLAN, np.array(levels, dtype=np.int8)).items():
        point, *rest = expected[measure]
        assert score.point == (None if point is None else pytest.approx(float(point), abs=1e-12)), measure
        for found, exact in zip((score.coverage, score.low, score.high), rest, strict=False):
            assert found == (None if exact is None else pytest.approx(float(exact), abs=1e-12)), measure


def test_example_of_the_method():
    q = small({"CAP": [2, 2, 2], "VST": [1], "RES": [1], "GOV": [1]})
    score = scores_of(plan_for(q, METHOD), np.array([2, 2, 2, 2, 5, 0, 3, 3, 3], dtype=np.int8))["CAP"]
    assert score.point == 2.0
    assert score.low == pytest.approx(7 / 3)  # (2 + 2 + 3) / 3: METHOD says 2.33
    assert [p.status for p in score.parts] == ["counts", "counts", "not scored"]


@pytest.mark.parametrize(("answered", "scored"), [(33, True), (32, False)])
def test_the_coverage_threshold_is_exact(answered, scored):
    q = small({"CAP": [50], "VST": [1], "RES": [1], "GOV": [1]})
    levels = [3] * answered + [0] * (50 - answered) + [3, 3, 3]
    # 33 of 50 is 0.66 exactly; as floats 0.66 * 50 is 33.0 only by luck
    assert (scores_of(plan_for(q, METHOD), np.array(levels, dtype=np.int8))["CAP1"].point is not None) is scored


@given(LEVELS, st.integers(0, len(SMALL.questions) - 1))
def test_a_higher_level_never_lowers_a_score(levels, at):
    levels[at] = max(1, levels[at])
    higher = [*levels]
    higher[at] = min(5, levels[at] + 1)
    a, b = (score_matrix(PLAN, np.array([x], dtype=np.int8)) for x in (levels, higher))
    for name in ("point", "low", "high"):
        before, after = getattr(a, name), getattr(b, name)
        assert np.array_equal(np.isnan(before), np.isnan(after))
        assert np.all((after >= before - 1e-12) | np.isnan(before))


@given(LEVELS)
def test_bounds_stay_on_the_scale_and_in_order(levels):
    m = score_matrix(PLAN, np.array([levels], dtype=np.int8))
    for values in (m.point, m.low, m.high):
        assert np.all(np.isnan(values) | ((values >= 1) & (values <= 5)))
    assert np.all(np.isnan(m.low) | (m.low <= m.high + 1e-12))
    # A dimension's own point always lies within its bounds; a component's need not: an unscored dimension
    # counts in the bounds with what was answered in it, and in the point not at all (METHOD's example).
    d = len(PLAN.dimensions)
    inside = (m.low[:, :d] <= m.point[:, :d] + 1e-12) & (m.point[:, :d] <= m.high[:, :d] + 1e-12)
    assert np.all(inside | np.isnan(m.point[:, :d]))


@given(LEVELS, st.permutations([0, 1, 2]))
def test_the_order_inside_a_dimension_does_not_matter(levels, order):
    moved = [*(levels[i] for i in order), *levels[3:]]
    a, b = (score_matrix(PLAN, np.array([x], dtype=np.int8)).point for x in (levels, moved))
    assert np.allclose(a, b, equal_nan=True)


@given(LEVELS)
def test_a_wholly_not_applicable_dimension_changes_nothing_else(levels):
    bigger = small({**SHAPE, "RES": [3, 2]})
    at = next(i for i, x in enumerate(bigger.questions) if x.dimension == "RES2")
    more = [*levels[:at], -1, -1, *levels[at:]]
    a = scores_of(PLAN, np.array(levels, dtype=np.int8))
    b = scores_of(plan_for(bigger, METHOD), np.array(more, dtype=np.int8))
    for measure in a:
        for name in ("point", "coverage", "low", "high"):
            before, after = getattr(a[measure], name), getattr(b[measure], name)
            assert after == (None if before is None else pytest.approx(before, abs=1e-12)), (measure, name)
    assert b["RES2"].point is None


@given(st.lists(LEVELS, min_size=1, max_size=4))
def test_a_batch_scores_each_row_as_if_alone(rows):
    together = score_matrix(PLAN, np.array(rows, dtype=np.int8))
    for i, row in enumerate(rows):
        alone = score_matrix(PLAN, np.array([row], dtype=np.int8))
        assert np.array_equal(together.point[i], alone.point[0], equal_nan=True)


def test_a_wrong_level_is_named():
    levels = np.zeros((2, len(SMALL.questions)), dtype=np.int8)
    levels[1, 2] = 6
    with pytest.raises(ValueError, match="row 1, E-CAP1-3: 6 is not a level"):
        score_matrix(PLAN, levels)


def test_bottleneck_is_the_lowest_scored_dimension():
    scores = scores_of(PLAN, np.array([3, 3, 3, 2, 2, 4] + [3] * 17, dtype=np.int8))
    assert scores["CAP"].bottleneck == "CAP2"


def test_more_than_a_quarter_not_applicable_is_flagged():
    base = [3] * len(SMALL.questions)
    two_of_six = scores_of(PLAN, np.array([-1, -1, *base[2:]], dtype=np.int8))["CAP"]
    one_of_four = scores_of(PLAN, np.array([*base[:6], -1, *base[7:]], dtype=np.int8))["VST"]
    assert two_of_six.many_not_applicable
    assert not one_of_four.many_not_applicable  # exactly 25 % is not more than 25 %


def test_the_not_applicable_share_does_not_depend_on_the_unit_of_the_weights():
    """Twice the weight everywhere is the same questionnaire."""
    heavier = replace(
        SMALL,
        components=tuple(
            replace(c, dimensions=tuple(replace(d, weight=2) for d in c.dimensions)) for c in SMALL.components
        ),
    )
    levels = np.array([[-1, -1, -1] + [3] * (len(SMALL.questions) - 3)], dtype=np.int8)
    shares = [score_matrix(plan_for(q, METHOD), levels).not_applicable[0, 0] for q in (SMALL, heavier)]
    assert shares == pytest.approx([3 / 6, 3 / 6])


def test_own_component_weights_are_checked():
    led = plan_for(
        SMALL, METHOD, component_weights={"CAP": F("0.2"), "VST": F("0.4"), "RES": F("0.2"), "GOV": F("0.2")}
    )
    levels = np.array([2] * 6 + [4] * 4 + [2] * 13, dtype=np.int8)
    assert scores_of(led, levels)["OVERALL"].point == pytest.approx(0.2 * 2 * 3 + 0.4 * 4)
    with pytest.raises(ValueError, match="between 0.1 and 0.4 and sum to 1"):
        plan_for(SMALL, METHOD, component_weights={"CAP": F("0.5"), "VST": F("0.2"), "RES": F("0.2"), "GOV": F("0.1")})
