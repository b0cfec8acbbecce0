"""What rounded means and quantiles leave open of a company's score, and the tools that say so."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
import yaml
from scipy.stats.mstats import mquantiles

from benchmarks.rules import rules_from_mapping
from tests.benchmarks.attacker import Shown
from tests.benchmarks.narrowing import NARROWED, OPEN, Programme, attack, exchange, judge
from tests.benchmarks.simulated import Market
from tests.benchmarks.worlds import LEAST, MOST, WIDE, View, World, mix, reached

ROOT = Path(__file__).resolve().parents[2]
METHOD = yaml.safe_load((ROOT / "fixtures/method.yaml").read_text())
RULES = rules_from_mapping(METHOD["benchmark"], METHOD["disclosure"])


def half_up(value: float) -> float:
    return float(np.floor(round(value * 10, 7) + 0.5) / 10)


def figures(scores: Sequence[float]) -> tuple[float, dict[int, float]]:
    """What is published of a cell, by scipy."""
    n = len(scores)
    percents = [25, 50, 75] if n < 20 else [10, 25, 50, 75, 90] if n < 100 else list(range(5, 100, 5))
    quantiles = mquantiles(scores, [p / 100 for p in percents], alphap=1 / 3, betap=1 / 3)
    return half_up(sum(scores) / n), {p: half_up(q) for p, q in zip(percents, quantiles, strict=True)}


def shown(cells: Mapping[str, Sequence[str]], scores: Mapping[str, float]) -> Shown:
    return Shown(
        {("A", name): members for name, members in cells.items()},
        {("A", name, "OVERALL"): figures([scores[m] for m in members]) for name, members in cells.items()},
    )


def pool(seed: int) -> tuple[View, list[Shown]]:
    """Three cells that overlap, of 11, 24 and 104 companies."""
    rng = np.random.default_rng(seed)
    scores = {f"{i:03}": round(float(rng.uniform(1, 5)), 3) for i in range(104)}
    names = list(scores)
    releases = [shown({"all": names, "some": names[:24], "few": names[18:29]}, scores)]
    return View(releases, scores), releases


@pytest.fixture(scope="module")
def market() -> Market:
    """Sixty companies over four yearly releases."""
    made = Market(seed=60, size=60)
    for year in range(4):
        if year:
            made.pass_a_year()
        made.release(RULES)
    return made


def view_of(market: Market) -> View:
    return View(market.shown, {name: company.scores["OVERALL"] for name, company in market.everyone.items()})


# -- the tools ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", range(3))
def test_a_world_agrees_exactly_when_it_shows_the_same_figures(seed):
    """One score after the other is moved at random; most moves change a figure, some do not."""
    view, (release,) = pool(seed)
    rng = np.random.default_rng(seed)
    same = 0
    for _ in range(300):
        world = view.truth.copy()
        world[rng.integers(len(world))] = rng.integers(1000, 5001)
        scores = dict(zip(view.names, (world / 1000).tolist(), strict=True))
        now = shown({path: members for (_tree, path), members in release.members.items()}, scores)
        assert view.agrees(world) == (now.figures == release.figures)
        same += view.agrees(world)
    assert 10 < same < 290


@pytest.mark.parametrize("seed", range(3))
def test_the_limits_of_one_score_are_exact(seed):
    """All scores there are, tried one by one; after many moves the world still agrees."""
    view, _releases = pool(seed)
    rng = np.random.default_rng(seed)
    world = World(view, view.truth)
    mix(world, np.arange(len(view.names)), rng, 500)
    assert view.agrees(world.scores)
    assert (world.scores != view.truth).sum() > 90
    for i in (0, 18, 20, 24, 29, 100):
        low, high = world.limits(i)
        trial, agree = world.scores.copy(), []
        for score in range(LEAST, MOST + 1):
            trial[i] = score
            if all(view.cells[c].agrees(trial) for c in view.within[i]):
                agree.append(score)
        assert (low.at, high.at, len(agree)) == (agree[0], agree[-1], agree[-1] - agree[0] + 1)


def test_the_bounds_hold_all_worlds_and_close_in_on_them():
    """Ten companies, nine of which tell that they score 3.0: the mean of 3.0 leaves the tenth between 2.5 and 3.499."""
    names = [str(i) for i in range(10)]
    view = View(
        [Shown({("A", "all"): names}, {("A", "all", "OVERALL"): (3.0, {25: 3.0, 50: 3.0, 75: 3.0})})],
        dict.fromkeys(names, 3.0),
    )
    assert reached(view, 0, range(1, 10)) == (2500, 3499)
    assert Programme(view, 0, range(1, 10), [0]).bounds(10) == pytest.approx((2500, 3499), abs=0.1)
    view, _releases = pool(0)
    for target, known in ((20, (18, 28)), (3, ()), (60, (1, 2))):
        low, high = reached(view, target, known)
        least, most = Programme(view, target, known, range(3)).bounds(10)
        assert least <= low < high <= most


def test_companies_in_the_same_cells_may_be_exchanged():
    assert exchange(2000, [1500, 2900, 3000], 0) == 1500
    assert exchange(2000, [1500, 2900, 3000], 1) == 1000  # without the 1.5; without the 3.0 it would be 1.4
    assert exchange(2000, [1500, 2900, 3000], 2) == 500  # left with the 1.5
    assert exchange(2000, [], 2) == 0


# -- controls: where companies are narrowed, it is found -----------------------------------------------------------------
def test_a_homogeneous_cell_informs_by_itself():
    """Ten at the bottom of the scale: their sum is below 10.5, so nobody is at 1.5; and the cell says so alone."""
    names = [str(i) for i in range(30)]
    scores = {n: 1.0 if i < 10 else 2 + i / 15 for i, n in enumerate(names)}
    view = View([shown({"all": names, "ten": names[:10]}, scores)], scores)
    verdict = judge(view, 0)
    assert (verdict.how, verdict.alone) == (NARROWED, True)
    assert verdict.outside == pytest.approx((1000, 1499), abs=0.1)
    assert verdict.inside == (1000, 1499)
    assert judge(view, 20).how == OPEN


def test_what_only_a_combination_narrows_is_told_apart():
    """A planted company: fifteen at 1.0, who with Z make less than 16.8, and with T at least that.

    Who knows Z's 1.79 knows that the fifteen make 15.009 at most, so that T has at least 16.8 - 15.009 = 1.791; with nine of
    them T makes less than 11.5, so that it has at most 2.499. No cell says this alone, and without Z it is open.
    """
    fifteen = [f"p{i}" for i in range(15)]
    scores = dict.fromkeys(fifteen, 1.0) | {"T": 1.85, "Z": 1.79}
    view = View(
        [shown({"with T": [*fifteen, "T"], "with Z": [*fifteen, "Z"], "ten": [*fifteen[:9], "T"]}, scores)], scores
    )
    target, insider = view.names.index("T"), view.names.index("Z")
    verdict = judge(view, target, [insider])
    assert (verdict.how, verdict.alone) == (NARROWED, False)
    assert verdict.outside == pytest.approx((1791, 2499), abs=0.1)
    assert judge(view, target).how == OPEN


# -- the promise -------------------------------------------------------------------------------------------------------
def check(view: View, targets: Sequence[int]) -> None:
    """Nobody is narrowed to less than 0.4 either way, but by a homogeneous cell of its own; nobody is left undecided."""
    for target in targets:
        found = attack(view, target)
        for verdict in (found.outsider, found.insider, found.colluders):
            assert verdict.how == OPEN or verdict.alone, (view.names[target], verdict)
            assert verdict.alone or verdict.inside[1] - verdict.inside[0] >= WIDE


def test_rounded_figures_leave_companies_open(market):
    check(view_of(market), range(0, 112, 9))


@pytest.mark.slow
def test_rounded_figures_leave_every_company_open(market):
    view = view_of(market)
    assert len(view.names) == 112
    check(view, range(112))
