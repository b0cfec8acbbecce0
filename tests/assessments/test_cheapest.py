"""The cheapest set against brute force, the projection's order, its ceilings, and the whole content within a second."""

import ctypes
import time
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments import cheapest as solving
from assessments import priorities
from assessments.catalogue import Action, Component, Dimension
from assessments.cheapest import Aim, cheapest
from assessments.content import read_content
from assessments.method import read_method
from assessments.projection import in_doing_order, project, roll_up

ROOT = Path(__file__).resolve().parents[2]
RULES = read_method(ROOT / "fixtures/method.yaml").priorities
LIFTS = RULES.lift_by_impact
LETTERS = ("CAP", "VST")


def action(code, dimensions=("CAP1",), end=4.5, impact=3, effort=2, needs=(), lifts=True):
    return Action(
        code,
        code,
        "",
        "",
        tuple(dimensions),
        1.0,
        end,
        None,
        "",
        impact,
        effort,
        "",
        "",
        "",
        (),
        tuple(needs),
        "",
        lifts,
    )


def components(weights=((1, 1), (1, 1))):
    return tuple(
        Component(
            k, k[0], k, "",
            tuple(Dimension(f"{k}{i}", k, "", "", "", "", "", "", w, {}, {}) for i, w in enumerate(ws, 1)),
        )
        for k, ws in zip(LETTERS, weights, strict=True)
    )  # fmt: skip


def scored_of(parts, scores):
    found = set(scores) | {c.code for c in parts if any(d.code in scores for d in c.dimensions)}
    return frozenset(found | ({"OVERALL"} if set(LETTERS) <= found else set()))


def needs_of(actions, scores):
    by_code = {a.code: a for a in actions}
    return {a.code: [p for p in a.prerequisites if not priorities.met(by_code[p], scores)] for a in actions}


def solve(actions, scores, aims, budget=None, parts=None):
    parts = parts or components()
    ordered = in_doing_order(actions)
    return cheapest(parts, ordered, scores, scored_of(parts, scores), aims, LIFTS, RULES.effort_days,
                    needs_of(actions, scores), budget)  # fmt: skip


def brute(actions, scores, aims, budget, parts):
    """Every subset: (levels missing over all aims, effort) of the best one."""
    ordered, needs = in_doing_order(actions), needs_of(actions, scores)
    scored, best = scored_of(parts, scores), None
    for n in range(len(actions) + 1):
        for chosen in combinations(ordered, n):
            codes = {a.code for a in chosen}
            effort = sum(RULES.effort_days[a.effort - 1] for a in chosen)
            if any(p not in codes for c in codes for p in needs[c]) or (budget is not None and effort > budget):
                continue
            after = roll_up(parts, project(scores, chosen, LIFTS), scored)
            missing = round(sum(max(0.0, a.level - after[a.measure]) for a in aims), 7)
            best = min(best or (9e9, 0), (missing, effort))
    return best


LEVELS = st.sampled_from([1.0, 1.5, 2.0, 2.3, 2.8, 3.0, 3.4, 4.0, 4.6])


@st.composite
def worlds(draw):
    """Up to 7 actions over 4 dimensions, some of two dimensions, needing earlier or later ones; often too ambitious."""
    n = draw(st.integers(1, 7))
    rank = draw(st.permutations(range(n)))  # prerequisites run along it, not along the content
    codes = [f"{k}{i}" for k in LETTERS for i in (1, 2)]
    actions = []
    for i in range(n):
        before = [f"A{j}" for j in range(n) if rank[j] < rank[i]]
        needs = draw(st.sets(st.sampled_from(before), max_size=2)) if before else set()
        on = draw(st.sets(st.sampled_from(codes), min_size=1, max_size=2))
        actions.append(
            action(
                f"A{i}", sorted(on), draw(st.sampled_from([2.5, 3.0, 3.5, 4.5])), draw(st.integers(1, 5)),
                draw(st.integers(1, 5)), sorted(needs), draw(st.sampled_from([True, True, True, False])),
            )
        )  # fmt: skip
    scores = {c: draw(LEVELS) for c in codes if c in ("CAP1", "VST1") or draw(st.booleans())}
    parts = components(draw(st.sampled_from([((1, 1), (1, 1)), ((1, 3), (2, 1))])))
    measures = sorted(scored_of(parts, scores))
    aims = [Aim(m, draw(LEVELS)) for m in draw(st.sets(st.sampled_from(measures), min_size=1, max_size=3))]
    return actions, scores, aims, draw(st.sampled_from([None, 0, 120, 450, 1500])), parts


@settings(max_examples=300, deadline=None)
@given(worlds())
def test_no_subset_is_nearer_or_cheaper(world):
    actions, scores, aims, budget, parts = world
    found = solve(actions, scores, aims, budget, parts)
    missing, effort = brute(actions, scores, aims, budget, parts)
    assert sum(found.missing.values()) == pytest.approx(missing, abs=1e-6)
    assert found.effort == effort
    assert found.reached is (missing == 0)
    by_code = {a.code: a for a in actions}
    after = roll_up(parts, project(scores, [by_code[c] for c in found.actions], LIFTS), scored_of(parts, scores))
    assert found.after == after


def test_a_target_reached_already_costs_nothing():
    found = solve([action("A1")], {"CAP1": 3.0, "VST1": 2.0}, [Aim("CAP1", 2.0), Aim("OVERALL", 2.5)])
    assert (found.actions, found.effort, found.reached, found.missing) == ((), 0, True, {})


def test_prerequisites_come_along_and_are_paid_for():
    """A2 (100) needs A1 (400): 500 together. A3 alone lifts as much for 1,000."""
    three = [
        action("A1", ["VST1"], effort=3),
        action("A2", impact=4, effort=2, needs=["A1"]),
        action("A3", impact=4, effort=4),
    ]
    found = solve(three, {"CAP1": 2.0, "VST1": 2.0}, [Aim("CAP1", 3.5)])
    assert (found.actions, found.effort) == (("A1", "A2"), 500)
    met = solve(three, {"CAP1": 2.0, "VST1": 4.5}, [Aim("CAP1", 3.5)])  # A1 counts as met
    assert (met.actions, met.effort) == (("A2",), 100)


def test_what_cannot_be_reached_says_how_far_it_gets():
    found = solve([action("A1", end=3.0, effort=1), action("A2", end=3.0, effort=2)], {"CAP1": 2.5, "VST1": 2}, [Aim("CAP1", 4.0)])  # fmt: skip
    assert (found.actions, found.effort, found.reached, found.missing) == (("A1",), 20, False, {"CAP1": 1.0})


def test_a_budget_is_kept_and_may_stop_short():
    two = [action("A1", impact=2, effort=1), action("A2", impact=5, effort=4)]
    assert solve(two, {"CAP1": 2.0, "VST1": 2}, [Aim("CAP1", 4.0)], budget=1000).actions == ("A2",)
    short = solve(two, {"CAP1": 2.0, "VST1": 2}, [Aim("CAP1", 4.0)], budget=999)
    assert (short.actions, short.effort, short.unlimited, short.missing) == (("A1",), 20, 1000, {"CAP1": 1.5})


def test_among_equals_the_answer_is_the_same_every_time():
    """Fewer actions first, then the earlier ones."""
    equals = [action(f"A{i}", impact=3) for i in range(6)]
    assert solve(equals, {"CAP1": 2.0, "VST1": 2}, [Aim("CAP1", 3.0)]).actions == ("A0",)
    five = [action(f"B{i}", impact=2, effort=1) for i in range(5)] + [action("C", impact=4, effort=2)]
    assert solve(five, {"CAP1": 1.0, "VST1": 2}, [Aim("CAP1", 2.5)]).actions == ("B0", "B1", "B2")


def test_an_aim_without_a_score_is_refused():
    with pytest.raises(KeyError, match="OVERALL"):
        solve([action("A1")], {"CAP1": 2.0}, [Aim("OVERALL", 3.0)])


def test_the_lower_range_is_done_first_unless_a_prerequisite_says_otherwise():
    small, big = action("A1", end=4.0), action("A2", end=3.0, impact=4)
    assert [a.code for a in in_doing_order([small, big])] == ["A2", "A1"]
    # 2.0 -> min(3.5, 3.0) -> min(4.0, 4.0); the other way round it would stay at 3.0
    assert project({"CAP1": 2.0}, in_doing_order([small, big]), LIFTS) == {"CAP1": 4.0}
    bound = [small, action("A2", end=3.0, impact=4, needs=["A1"])]
    assert [a.code for a in in_doing_order(bound)] == ["A1", "A2"]
    with pytest.raises(ValueError, match="circle"):
        in_doing_order([action("A1", needs=["A2"]), action("A2", needs=["A1"])])


@pytest.fixture(scope="module")
def content():
    return read_content(ROOT / "fixtures")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_choice_of_actions_ever_passes_a_ceiling(content, data):
    """Whatever is chosen: never below today, never above the highest range among the chosen, nor by more than their lifts."""
    scores = {d.code: data.draw(st.floats(1, 5)) for d in content.dimensions}
    chosen = data.draw(st.sets(st.sampled_from([a.code for a in content.actions])))
    done = [a for a in in_doing_order(content.actions) if a.code in chosen]
    after = project(scores, done, LIFTS)
    for d, before in scores.items():
        own = [a for a in done if d in a.dimensions and a.lifts_score]
        ceiling = max((a.max_score for a in own), default=0.0)
        lift = float(sum(LIFTS[a.impact - 1] for a in own))
        assert before <= after[d] <= max(before, ceiling)
        assert after[d] <= before + lift + 1e-9
    scored = frozenset(content.measures)
    now, then = roll_up(content.components, scores, scored), roll_up(content.components, after, scored)
    assert all(now[m] <= then[m] + 1e-12 and then[m] <= 5 for m in content.measures)


@pytest.mark.parametrize("level", [1.0, 2.1, 2.9])
@pytest.mark.parametrize("aim", ["overall", "dimensions", "impossible", "budget"])
def test_all_actions_and_dimensions_take_less_than_a_second(content, level, aim):
    scores = {d.code: min(5.0, level + 0.1 * (i % 7)) for i, d in enumerate(content.dimensions)}
    aims = {
        "overall": [Aim("OVERALL", level + 0.8)],
        "dimensions": [Aim(d.code, scores[d.code] + 0.9) for d in content.dimensions],
        "impossible": [Aim(m, 5.0) for m in content.measures],
        "budget": [Aim("OVERALL", level + 0.9)],
    }[aim]
    needs = needs_of(content.actions, scores)
    scored, ordered = frozenset(content.measures), in_doing_order(content.actions)
    start = time.process_time()
    found = cheapest(content.components, ordered, scores, scored, aims, LIFTS, RULES.effort_days, needs,
                     600 if aim == "budget" else None)  # fmt: skip
    took = time.process_time() - start  # not the clock on the wall: other tests run beside it
    assert took < 1.0, took
    assert found.reached is (found.unlimited <= 600 if aim == "budget" else aim != "impossible")
    assert not [p for c in found.actions for p in needs[c] if p not in found.actions]


def test_the_solver_says_nothing_on_standard_output(monkeypatch, capfd):
    """HiGHS 1.12 prints past its options: what C says while it solves is dropped, what is said before and after stays."""
    c = ctypes.CDLL(None)
    solve = solving.milp

    def talking(*args, **more):
        c.puts(b"HighsMipSolverData::transformNewIntegerFeasibleSolution tmpSolver.run();")
        return solve(*args, **more)

    monkeypatch.setattr(solving, "milp", talking)
    c.puts(b"before")
    k = Component("CAP", "CAP", "", "", (Dimension("CAP1", "CAP", "", "", "", "", "", "", 1, {}, {}),))
    found = cheapest(
        [k], [action("A1")], {"CAP1": 2.0}, frozenset(["CAP1"]), [Aim("CAP1", 3.0)], LIFTS, (10, 20, 30, 40, 50), {}
    )
    assert found.actions == ("A1",)
    c.puts(b"after")
    c.fflush(None)
    assert capfd.readouterr().out.split() == ["before", "after"]
