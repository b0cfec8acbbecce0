"""The ranking against METHOD 7: the worked vectors, a literal and slow list maker, and the rules one by one."""

import hashlib
import json
from fractions import Fraction as F
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments import priorities
from assessments.catalogue import Action, Component, Dimension, Questionnaire, Rule
from assessments.method import read_method
from assessments.projection import project, roll_up
from assessments.stability import DrawsError, make_draws, read_draws, stability

ROOT = Path(__file__).resolve().parents[2]
VECTORS = json.loads((ROOT / "tests/data/vectors.json").read_text())
METHOD = read_method(ROOT / "fixtures/method.yaml").priorities
CODES = ["A", "B", "C", "D"]


def worked() -> priorities.Weighing:
    given_values, inputs = VECTORS["priority"], VECTORS["priority"]["inputs"]
    return priorities.weigh(
        CODES,
        inputs["objective_relevance"],
        inputs["cost_relevance"],
        priorities.Inputs(
            given_values["score"], given_values["reference"], inputs["objective_importance"], inputs["cost_share"]
        ),
    )


def test_the_columns_of_the_worked_example():
    shares = worked().shares
    for i, name in enumerate(("cost_n", "obj_n", "prox_n")):
        assert shares[:, i] == pytest.approx([VECTORS["priority"][name][d] for d in CODES], abs=1e-12)


@pytest.mark.parametrize("preset", ["strategic", "tactical", "operational"])
def test_the_values_of_the_worked_example(preset):
    found = priorities.values(worked(), np.array([float(w) for w in METHOD.presets[preset]]))
    expected = VECTORS["priority"]["iv"][preset]
    assert found[0] == pytest.approx([expected[d] for d in CODES], abs=5e-7)


def test_the_stability_of_the_worked_example():
    """Drawn without the eligibility filter, top 2 (vectors.json)."""
    draws = np.loadtxt(ROOT / "tests/data/stability_draws.csv", delimiter=",", skiprows=1)
    place = priorities.ranks(priorities.values(worked(), draws))
    base = priorities.ranks(priorities.values(worked(), np.array([0.30, 0.40, 0.30])))[0]
    firm = stability(place, place <= 2, METHOD.robust, METHOD.sensitive)
    for j, code in enumerate(CODES):
        expected = VECTORS["stability_strategic_top2"][code]
        found = (base[j], firm[j].in_top, firm[j].median_rank, firm[j].low_rank, firm[j].high_rank)
        assert found == tuple(expected[k] for k in ("base_rank", "p_top", "median_rank", "r05", "r95"))
    assert [f.label for f in firm] == ["robust", "fragile", "fragile", "robust"]


def test_only_gaps_of_a_quarter_level_are_ranked():
    assert list(priorities.eligible(worked(), METHOD.protect_below)) == [True, True, False, True]
    edge = priorities.Weighing(("X",), np.zeros((1, 3)), np.array([3.15 - 2.9]))
    assert priorities.eligible(edge, F("0.25")).all()


def test_a_column_with_total_zero_contributes_nothing():
    none = priorities.weigh(
        ["A"], {"A": {"cost": 1}}, {"A": {"materials": 3}}, priorities.Inputs({"A": 2}, {"A": 3}, {}, {})
    )
    assert none.shares.tolist() == [[0.0, 1.0, 1.0]]


def test_without_importance_all_objectives_weigh_the_same():
    relevance = {"A": {"cost": 2}, "B": {"cost": 1, "growth": 3}}
    found = priorities.weigh(
        ["A", "B"], relevance, {"A": {}, "B": {}}, priorities.Inputs({"A": 1, "B": 1}, {"A": 2, "B": 2}, {}, {})
    )
    assert found.shares[:, 1] == pytest.approx([2 / 6, 4 / 6])


def test_a_dimension_without_reference_is_left_out():
    found = priorities.weigh(
        ["A", "B"], {"A": {}, "B": {}}, {"A": {}, "B": {}}, priorities.Inputs({"A": 1, "B": 1}, {"B": 2}, {}, {})
    )
    assert found.dimensions == ("B",)


def action(code, dimension="CAP1", low=1.0, high=4.5, impact=3, effort=3, needs=(), rule=None, lifts=True):
    return Action(
        code, code, "", "", (dimension,), low, high, rule, "", impact, effort, "", "", "", (), tuple(needs), "", lifts
    )


@pytest.mark.parametrize(
    ("mode", "score", "figure", "expected"),
    [
        ("also_when", 2.0, None, "range"),
        ("also_when", 4.0, 1.0, "rule"),
        ("also_when", 4.0, None, ""),
        ("only_when", 2.0, 1.0, "rule"),
        ("only_when", 2.0, 0.5, ""),
        ("only_when", 2.0, None, ""),
        ("only_when", 4.0, 1.0, ""),
    ],
)
def test_rules_widen_or_narrow_the_range(mode, score, figure, expected):
    a = action("A1", high=3.0, rule=Rule(mode, "any", (("overdue", ">=", 1.0),)))
    assert priorities.holds(a, "CAP1", score, {"overdue": figure}) == expected


@pytest.mark.parametrize(
    ("op", "value", "figure", "expected"),
    [
        ("<", 0.2, 0.1, True),
        ("<", 0.2, 0.2, False),
        ("<=", 2.0, 2.0, True),
        (">", 0.3, 0.3, False),
        (">=", 0.8, 0.8, True),
        ("in", ("low", "very low"), "low", True),
        ("in", ("low", "very low"), "high", False),
        ("!=", "aggressive", "cautious", True),
        ("!=", "aggressive", None, False),
        ("==", 3, 3.0, True),
        ("==", "low", "low", True),
        ("==", "low", None, False),
        ("<", 0.2, "text", False),
    ],
)
def test_every_operator_and_a_missing_figure(op, value, figure, expected):
    a = action("A1", low=4.9, high=5.0, rule=Rule("also_when", "any", (("x", op, value),)))
    assert (priorities.holds(a, "CAP1", 2.0, {"x": figure}) == "rule") is expected


def test_the_range_includes_its_lower_and_excludes_its_upper_end():
    a = action("A1", low=2.0, high=3.0)
    assert [priorities.holds(a, "CAP1", s, {}) for s in (1.999, 2.0, 2.999, 3.0)] == ["", "range", "range", ""]


def test_a_figure_of_one_dimension_goes_before_the_general_one():
    a = action("A1", rule=Rule("only_when", "all", (("gap", ">=", 0.8),)))
    assert priorities.holds(a, "CAP1", 2.0, {"gap": 0.9, "gap@CAP1": 0.1}) == ""


LETTERS = ("CAP", "VST", "RES", "GOV")


def catalogue(actions) -> Questionnaire:
    components = tuple(
        Component(k, k[0], k, "", tuple(Dimension(f"{k}{i}", k, k, "", "", "", "", "", 1, {}, {}) for i in (1, 2)))
        for k in LETTERS
    )
    return Questionnaire("t", components, (), (), tuple(actions), {}, {}, ("1", "2", "3", "4", "5"))


def literal(actions, value, unmet, size, component, open_components):
    """METHOD 7's list, word by word: highest remaining value, first its unmet prerequisites, recursively; then the top."""
    listed: list[str] = []
    by_code = {a.code: a for a in actions}

    def place(code):
        for p in by_code[code].prerequisites:
            if p in unmet and p not in listed:
                place(p)
        if code not in listed:
            listed.append(code)

    while remaining := [a.code for a in actions if a.code in value and a.code not in listed]:
        place(max(remaining, key=lambda c: (value[c], -[a.code for a in actions].index(c))))
    top = listed[:size]
    for k in open_components:
        if k in [component[c] for c in top] or k not in [component[c] for c in listed]:
            continue
        for i in range(len(top) - 1, -1, -1):
            if [component[c] for c in top].count(component[top[i]]) > 1:
                top[i] = next(c for c in listed if component[c] == k)
                break
    return listed, top


@st.composite
def worlds(draw):
    """Up to 12 actions over 8 dimensions, needing earlier ones; scores and references on a coarse grid, so ties occur."""
    n = draw(st.integers(1, 12))
    actions = []
    for i in range(n):
        needs = draw(st.sets(st.integers(0, i - 1), max_size=2)) if i else set()
        dimension = f"{draw(st.sampled_from(LETTERS))}{draw(st.integers(1, 2))}"
        low, high = draw(st.sampled_from([(1.0, 2.5), (1.0, 4.5), (2.0, 3.5)]))
        actions.append(
            action(
                f"A{i:02d}",
                dimension,
                low,
                high,
                draw(st.integers(1, 5)),
                draw(st.integers(1, 5)),
                [f"A{j:02d}" for j in sorted(needs)],
            )
        )
    codes = [f"{k}{i}" for k in LETTERS for i in (1, 2)]
    grid = st.sampled_from([1.0, 2.0, 3.0, 4.0])
    return actions, {c: draw(grid) for c in codes}, {c: draw(grid) for c in codes}


@settings(max_examples=400, deadline=None)
@given(worlds())
def test_the_sorted_list_is_the_literal_one(world):
    actions, score, reference = world
    q = catalogue(actions)
    codes = [d.code for d in q.dimensions]
    weighing = priorities.weigh(
        codes, {c: {"o": 1} for c in codes}, {c: {} for c in codes}, priorities.Inputs(score, reference, {}, {})
    )
    gap = priorities.eligible(weighing, METHOD.protect_below)
    found = priorities.candidates(q, weighing, gap, score, {})
    weights = np.array([[0.3, 0.4, 0.3], [0.6, 0.2, 0.2]])
    iv = priorities.values(weighing, weights)
    worth = priorities.action_values(found, iv)
    order = priorities.listing(found, worth)
    top = priorities.top_list(found, order, priorities.action_components(found, iv), 5)
    by_hand = {c for c in codes if reference[c] - score[c] >= 0.25}
    triggered = [
        a for a in actions if a.dimensions[0] in by_hand and a.min_score <= score[a.dimensions[0]] < a.max_score
    ]
    unmet = {a.code for a in actions if score[a.dimensions[0]] < a.max_score}
    component = {a.code: a.dimensions[0][:3] for a in actions}
    open_components = [k for k in LETTERS if any(c.startswith(k) for c in by_hand)]
    assert {found.actions[i].code for i, t in enumerate(found.triggered) if t} == {a.code for a in triggered}
    for row in range(2):
        value = {found.actions[i].code: worth[row, i] for i, t in enumerate(found.triggered) if t}
        expected, first = literal(actions, value, unmet, 5, component, open_components)
        assert [found.actions[i].code for i in order[row]] == expected
        assert [found.actions[i].code for i in top[row]] == first


def test_a_done_action_is_gone_and_meets_what_builds_on_it():
    q = catalogue([action("A1", impact=1), action("A2", needs=["A1"], impact=5)])
    weighing = priorities.weigh(
        ["CAP1"], {"CAP1": {"o": 1}}, {"CAP1": {}}, priorities.Inputs({"CAP1": 2}, {"CAP1": 4}, {}, {})
    )
    gap = np.array([True])
    before = priorities.candidates(q, weighing, gap, {"CAP1": 2}, {})
    after = priorities.candidates(q, weighing, gap, {"CAP1": 2}, {}, frozenset({"A1"}))
    assert [a.code for a in before.actions] == ["A1", "A2"]
    assert [a.code for a in after.actions] == ["A2"]


def test_a_projection_respects_lift_and_ceiling_and_order():
    lift = METHOD.lift_by_impact
    small, big = action("A1", high=3.0, impact=4), action("A2", high=4.0, impact=3)
    assert project({"CAP1": 2.0}, [small, big], lift) == {"CAP1": 4.0}  # min(2 + 1.5, 3) = 3, then min(3 + 1, 4)
    assert project({"CAP1": 2.0}, [big, small], lift) == {"CAP1": 3.0}  # 3, then its ceiling 3 is reached
    assert project({"CAP1": 3.5}, [small], lift) == {"CAP1": 3.5}  # never lowered
    assert project({"CAP1": 2.0}, [action("A3", impact=5, lifts=False)], lift) == {"CAP1": 2.0}
    assert project({"CAP1": 2.0}, [action("A4", impact=1)], lift) == {"CAP1": 2.0}


def test_a_projection_is_rolled_up_by_weights_and_only_where_a_score_stands():
    codes = {"CAP": (1, 3), "VST": (1, 1), "RES": (1, 1), "GOV": (1, 1)}
    components = [
        Component(
            k,
            k[0],
            k,
            "",
            tuple(Dimension(f"{k}{i}", k, k, "", "", "", "", "", w, {}, {}) for i, w in enumerate(ws, 1)),
        )
        for k, ws in codes.items()
    ]
    after = {"CAP1": 1.0, "CAP2": 3.0, "VST1": 2.0, "VST2": 3.0, "RES1": 4.0, "GOV1": 5.0, "GOV2": 5.0}
    every = frozenset([*codes, "OVERALL"])
    found = roll_up(components, after, every)
    # (1 + 3 * 3) / 4, (2 + 3) / 2, 4 alone, 5; their mean
    assert {k: found[k] for k in codes} == {"CAP": 2.5, "VST": 2.5, "RES": 4.0, "GOV": 5.0}
    assert found["OVERALL"] == 3.5
    assert "OVERALL" not in roll_up(components, after, every - {"OVERALL"})
    assert "RES" not in roll_up(components, after, every - {"RES", "OVERALL"})


def everywhere() -> Action:
    """An action of all dimensions that asks for a large perception gap, like the dialogue with the plants."""
    rule = Rule("only_when", "all", (("gap", ">=", 0.8),))
    codes = tuple(f"{k}{i}" for k in LETTERS for i in (1, 2))
    return Action("A9", "A9", "", "", codes, 1.0, 5.0, rule, "far apart", 2, 1, "", "", "", (), (), "", False)


def test_an_action_stands_for_the_dimension_that_calls_for_it():
    """Not for the first one of the questionnaire: only GOV2 has the gap in perception."""
    q = catalogue([everywhere(), action("A1", "CAP1")])
    codes = [d.code for d in q.dimensions]
    scores, references = dict.fromkeys(codes, 2.0), dict.fromkeys(codes, 4.0)
    weighing = priorities.weigh(
        codes, {c: {"o": 1} for c in codes}, {c: {} for c in codes}, priorities.Inputs(scores, references, {}, {})
    )
    found = priorities.candidates(q, weighing, np.ones(8, dtype=bool), scores, {"gap@GOV2": 0.9})
    at = {a.code: i for i, a in enumerate(found.actions)}
    assert [codes[j] for j in found.triggered[at["A9"]]] == ["GOV2"]
    assert found.why[at["A9"]] == "rule"
    iv = priorities.values(weighing, np.array([[0.3, 0.4, 0.3]]))
    assert priorities.action_components(found, iv)[0].tolist() == [LETTERS.index("GOV"), 0]


def test_with_two_dimensions_the_higher_value_decides_draw_by_draw():
    q = catalogue([everywhere()])
    codes = [d.code for d in q.dimensions]
    scores, references = dict.fromkeys(codes, 2.0), dict.fromkeys(codes, 3.0)
    weighing = priorities.weigh(
        codes,
        {c: {"o": 3 if c == "VST1" else 1} for c in codes},
        {c: {"k": 3 if c == "RES1" else 1} for c in codes},
        priorities.Inputs(scores, references, {}, {"k": 1.0}),
    )
    found = priorities.candidates(q, weighing, np.ones(8, dtype=bool), scores, {"gap@VST1": 0.9, "gap@RES1": 0.9})
    iv = priorities.values(weighing, np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]))
    assert priorities.action_components(found, iv)[:, 0].tolist() == [LETTERS.index("VST"), LETTERS.index("RES")]


@pytest.mark.parametrize("preset", ["strategic", "tactical", "operational"])
def test_the_committed_draws_are_those_of_the_seed(preset):
    text = make_draws(METHOD.presets[preset], METHOD.draws, METHOD.concentration, METHOD.seeds[preset])
    assert hashlib.sha256(text.encode()).hexdigest() == METHOD.draws_sha256[preset]
    rows = read_draws(ROOT / f"fixtures/stability/{preset}.csv", METHOD.draws_sha256[preset])
    assert rows.shape == (2000, 3)
    assert rows.sum(axis=1) == pytest.approx(np.ones(2000), abs=1e-8)
    assert rows.mean(axis=0) == pytest.approx([float(w) for w in METHOD.presets[preset]], abs=0.01)


def test_changed_draws_are_refused(tmp_path):
    file = tmp_path / "strategic.csv"
    file.write_text("cost,objectives,proximity\n0.3,0.4,0.3\n")
    with pytest.raises(DrawsError, match="strategic.csv: expected the SHA-256 277d"):
        read_draws(file, METHOD.draws_sha256["strategic"])
