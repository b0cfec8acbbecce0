"""The attack suite of METHOD 6, rule 8: an attacker who knows all memberships against what is really published."""

import json
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import yaml

from benchmarks.cells import SEPARATOR, prefixes
from benchmarks.disclosure import EARLIER, Auditor, Group, Refused, Why
from benchmarks.rules import rules_from_mapping
from tests.benchmarks.attacker import Shown, bounds_after_rounding, determined, isolated, null_space, sums
from tests.benchmarks.simulated import COMPONENTS, DIMENSIONS, Market

ROOT = Path(__file__).resolve().parents[2]
METHOD = yaml.safe_load((ROOT / "fixtures/method.yaml").read_text())
RULES = rules_from_mapping(METHOD["benchmark"], METHOD["disclosure"])
VECTORS = json.loads((ROOT / "tests/data/vectors.json").read_text())
TABLES = [v for v in VECTORS["disclosure"] if v.get("cut")]


def cells_of(paths: dict[str, tuple[str, str]], at_least: int, dropped=()) -> dict[tuple[str, str], list[str]]:
    """Everything a plain threshold would publish."""
    found = defaultdict(list)
    for name, own in paths.items():
        for tree, path in zip("AB", own, strict=True):
            for cell in prefixes(path.split(SEPARATOR)):
                found[tree, cell].append(name)
    return {c: m for c, m in found.items() if len(m) >= at_least and c not in dropped}


@pytest.fixture(scope="module")
def market() -> Market:
    """Sixty companies over four yearly releases; a quarter leaves each year, some answer anew."""
    made = Market(seed=7, size=60)
    for year in range(4):
        if year:
            made.pass_a_year()
        made.release(RULES, measures=("OVERALL", "CAP", "CAP1"))
    return made


@pytest.mark.parametrize("vector", TABLES, ids=[v["name"] for v in TABLES])
def test_total_minus_visible_overlap_sums_and_rare_segments(vector):
    """The attacker finds each planted group below a plain threshold of ten, and none after the audit."""
    paths = {
        f"{i} {j}": tuple(SEPARATOR.join(["all", *p.split("/")]) for p in (a, b))
        for i, (n, a, b) in enumerate(vector["groups"])
        for j in range(n)
    }
    names = list(paths)
    plain = isolated(sums([Shown(cells_of(paths, 10))], names), 4)
    assert plain is not None
    assert len(plain) == vector["cut"]
    auditor = Auditor([Group(1, p) for p in paths.values()], n_min=10, k=5)
    decision = auditor.repair()
    audited = {c: m for c, m in cells_of(paths, 10).items() if c in decision.cells}
    assert isolated(sums([Shown(audited)], names), 4) is None


def test_outsiders_insiders_and_two_colluders_over_four_releases(market):
    """A target with two others who tell their scores is a group of three; all groups of one to three are tried."""
    assert len(market.shown) == 4
    names = sorted({n for s in market.shown for members in s.members.values() for n in members})
    assert isolated(sums(market.shown, names), 3) is None


def test_joiners_leavers_and_corrected_values_are_found_without_the_audit():
    """The control: the same four years under a plain threshold of ten give somebody away."""
    again = Market(seed=7, size=60)
    plain = []
    for year in range(4):
        if year:
            again.pass_a_year()
        plain.append(Shown(cells_of({n: c.paths for n, c in again.companies.items()}, 10)))
    names = sorted({n for s in plain for members in s.members.values() for n in members})
    assert isolated(sums(plain, names), 3) is not None


def linked_rows(shown: Shown, market: Market, names: list[str]) -> np.ndarray:
    """The sums of all 32 measures as rows over (company, dimension)."""
    weights = {name: measures_of(market, name) for name in names}
    rows = []
    for members in shown.members.values():
        for measure in [*DIMENSIONS, *COMPONENTS, "OVERALL"]:
            row = np.zeros(len(names) * len(DIMENSIONS))
            for i, name in enumerate(names):
                if name in members and measure in weights[name]:
                    row[i * len(DIMENSIONS) : (i + 1) * len(DIMENSIONS)] = weights[name][measure]
            rows.append(row)
    return np.array(rows)


def measures_of(market: Market, name: str, *, everything: bool = False) -> dict[str, np.ndarray]:
    """What each dimension adds to each measure in which a company counts."""
    company = market.companies[name]
    found: dict[str, np.ndarray] = {}
    for component, n in COMPONENTS.items():
        own = [DIMENSIONS.index(f"{component}{i}") for i in range(1, n + 1) if f"{component}{i}" in company.scores]
        share = np.zeros(len(DIMENSIONS))
        share[own] = 1 / len(own)
        found["OVERALL"] = found.get("OVERALL", 0) + share / len(COMPONENTS)
        if everything or component in company.complete:
            found[component] = share
            found |= {DIMENSIONS[j]: np.eye(len(DIMENSIONS))[j] for j in own}
    return found


@pytest.mark.parametrize("seed", range(3))
def test_a_missing_dimension_tells_nothing_of_a_company(seed):
    """All 32 measures together: no combination of one company's scores is determined, for outsiders and one insider."""
    market = Market(seed=seed, size=40, gap=0.03)
    shown = market.release(RULES)
    names = sorted({n for members in shown.members.values() for n in members})
    rows = linked_rows(shown, market, names)
    free = null_space(rows)
    d = len(DIMENSIONS)
    used = [[i * d + j for j in range(d) if rows[:, i * d + j].any()] for i in range(len(names))]
    blocks = [free[columns] for columns in used]
    ranks = [int(np.linalg.matrix_rank(block, tol=1e-8)) for block in blocks]
    assert ranks == [len(columns) for columns in used]
    for i, k in combinations(range(0, len(names), 5), 2):
        together = int(np.linalg.matrix_rank(np.vstack([blocks[i], blocks[k]]), tol=1e-8))
        assert together == ranks[i] + ranks[k], (names[i], names[k])


def test_without_the_rule_of_gaps_a_missing_dimension_gives_its_company_away():
    market = Market(seed=0, size=40, gap=0)
    gone = next(iter(market.companies.values()))
    del gone.scores["CAP1"]
    names = list(market.companies)
    weights = {n: measures_of(market, n, everything=True) for n in names}
    rows = np.array(
        [np.concatenate([weights[n].get(m, np.zeros(len(DIMENSIONS))) for n in names]) for m in [*DIMENSIONS, "CAP"]]
    )
    columns = [j for j in range(len(DIMENSIONS)) if rows[:, j].any()]
    assert determined(rows, columns, [])


@pytest.mark.parametrize("group", [1, 2, 3, 4])
@pytest.mark.parametrize("seed", range(5))
def test_planted_groups_are_caught(group, seed):
    """A safe pool, and then a few companies of a lone industry in a region where theirs is published."""
    rng = np.random.default_rng(seed)
    paths = {}
    for industry, region, n in (("10", "R1", 30), ("11", "R2", 30), ("10", "R2", group)):
        for i in range(n + int(rng.integers(0, 20)) * (n > 4)):
            paths[f"{industry} {region} {i}"] = (f"all > S > {industry}", f"all > {region}")
    auditor = Auditor([Group(1, p) for p in paths.values()], n_min=10, k=5)
    breach = auditor.worst()
    assert breach is not None
    assert breach.size == group
    decision = auditor.repair()
    audited = {c: m for c, m in cells_of(paths, 10).items() if c in decision.cells}
    assert isolated(sums([Shown(audited)], list(paths)), 3) is None


def test_a_pool_that_nothing_can_make_safe_is_refused():
    old = ("all > S > 10", "all > R1")
    pool = [Group(30, old, before=(old,)), Group(2, None, before=(old,))]
    with pytest.raises(Refused) as refused:
        Auditor(pool, n_min=10, k=5).repair()
    assert refused.value.why == Why(EARLIER, 2, 0)


def test_rounded_figures_leave_every_company_open(market):
    """Integer programming over all rounded means and quantiles of four releases, one insider telling: nobody is pinned."""
    scores = {n: c.scores["OVERALL"] for n, c in market.companies.items()}
    inside = [n for n in market.blocks[-1] if n in scores]
    for target, insider in zip(inside[:3], inside[3:6], strict=True):
        low, high = bounds_after_rounding(market.shown[-1:], scores, "OVERALL", target, [insider], seconds=3)
        assert low <= scores[target] <= high
        assert high - low > 0.8


def test_the_programme_finds_what_is_there():
    """The control of the one above: ten equal companies are known to their rounding."""
    names = [str(i) for i in range(10)]
    shown = Shown({("A", "all"): names}, {("A", "all", "OVERALL"): (3.0, {25: 3.0, 50: 3.0, 75: 3.0})})
    low, high = bounds_after_rounding([shown], dict.fromkeys(names, 3.0), "OVERALL", "0", names[1:], seconds=5)
    assert low >= 2.499
    assert high <= 3.501
    assert low <= 3.0 <= high
