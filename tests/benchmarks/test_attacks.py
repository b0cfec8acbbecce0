"""The attack suite of METHOD 6, rule 8: an attacker who knows all memberships against what is really published.

Each attack has a control in which it succeeds. What rounded figures leave open is in test_narrowing.py; docs/disclosure.md
says which test covers which attack.
"""

import json
from collections import defaultdict
from datetime import date
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import yaml

from benchmarks import contributions
from benchmarks.cells import SEPARATOR, prefixes
from benchmarks.disclosure import EARLIER, Auditor, Former, Group, Refused, Why
from benchmarks.models import Dataset
from benchmarks.releases import ReleaseRefused, make_release
from benchmarks.rules import rules_from_mapping
from benchmarks.statistics import midrank, position, published_statistics
from tests.benchmarks.attacker import (
    Shown,
    determined,
    given_away,
    isolated,
    names_in,
    null_space,
    sums,
    told,
)
from tests.benchmarks.conftest import SEGMENTS
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
    assert isolated(sums(market.shown, names_in(market.shown)), 3) is None
    assert given_away(market.shown) == (0, 0, 0)


def test_four_years_under_a_plain_threshold_give_companies_away():
    """The control: the same four years, with every cell of ten or more published."""
    again = Market(seed=7, size=60)
    plain = []
    for year in range(4):
        if year:
            again.pass_a_year()
        plain.append(Shown(cells_of({n: c.paths for n, c in again.companies.items()}, 10)))
    assert isolated(sums(plain, names_in(plain)), 3) is not None
    outsider, insider, colluders = given_away(plain)
    assert outsider <= insider < colluders


@pytest.mark.parametrize(("left_over", "found"), [(1, (1, 1, 1)), (2, (0, 2, 2)), (3, (0, 0, 3)), (4, (0, 0, 0))])
def test_who_knows_more_finds_more(left_over, found):
    """A total of twelve and a part of it: what is left over falls to an outsider, an insider, two colluders, or nobody."""
    names = [str(i) for i in range(12)]
    assert given_away([Shown({("A", "all"): names, ("B", "part"): names[left_over:]})]) == found


@pytest.mark.parametrize("seed", range(40))
def test_the_attacker_finds_what_brute_force_finds(seed):
    """The rank of all sums with and without every group of one to four."""
    rng = np.random.default_rng(seed)
    names = [str(i) for i in range(9)]
    shown = Shown(
        {("A", str(c)): [n for n in names if rng.random() < 0.5] or names for c in range(int(rng.integers(2, 7)))}
    )
    rows = sums([shown], names)
    matrix = rows.toarray()
    whole = np.linalg.matrix_rank(matrix)
    groups = [g for size in range(1, 5) for g in combinations(range(9), size)]
    open_ = {g: np.linalg.matrix_rank(np.delete(matrix, g, axis=1)) == whole for g in groups}
    smallest = next((len(g) for g in groups if not open_[g]), None)
    found = isolated(rows, 4)
    assert (len(found) if found else None) == smallest
    assert found is None or not open_[tuple(sorted(found))]
    assert all(told(rows, g) is not open_[g] for g in groups)


# -- a second year -----------------------------------------------------------------------------------------------------
FIRST = {f"{i} of {s}": (f"all > S{s} > {s}", "all > R1") for s in ("10", "11") for i in range(20)}


def second_year(joins: int, leaves: int, corrects: int) -> tuple[dict[str, tuple[str, str]], list[Group]]:
    """Where everybody is a year later, and the same as the audit is told."""
    home = FIRST["0 of 10"]
    gone, changed = [f"{i} of 10" for i in range(leaves)], [f"{19 - i} of 10" for i in range(corrects)]
    new = [f"{20 + i} of 10" for i in range(joins)]
    now = {n: p for n, p in FIRST.items() if n not in gone + changed} | dict.fromkeys(
        [*new, *(f"{n}'" for n in changed)], home
    )
    groups = [
        Group(
            1,
            None if n in gone else p,
            before=(p,),
            may_wait=n in changed,
            former=Former(p) if n in changed else None,
            name=n,
        )
        for n, p in FIRST.items()
    ]
    return now, groups + [Group(1, home, before=(None,), may_wait=True, name=n) for n in new]


def published(auditor: Auditor) -> Shown:
    """The cells of an audited release; a corrected record is a new one, unless its former version stands."""
    members = defaultdict(list)
    for group, given, blocks in zip(auditor.groups, auditor.given, auditor.blocks, strict=True):
        for tree, block in zip("AB", blocks or (), strict=False):
            for cell in prefixes(block.split(SEPARATOR)):
                if (tree, cell) in auditor.cells:
                    members[tree, cell].append(group.name + ("'" if group.former else ""))
        assert group.name == given.name
    return Shown(dict(members))


@pytest.mark.parametrize(
    ("joins", "leaves", "corrects", "group"),
    [(1, 0, 0, 1), (4, 0, 0, 4), (0, 1, 0, 1), (0, 4, 0, 4), (0, 0, 1, 2), (0, 0, 2, 4)],
    ids=["a joiner", "four joiners", "a leaver", "four leavers", "a corrected value", "two corrected values"],
)
def test_a_joiner_a_leaver_and_a_corrected_value(joins, leaves, corrects, group):
    """This year's total minus last year's: who came waits, corrected answers too, and for who left there is no release."""
    now, groups = second_year(joins, leaves, corrects)
    plain = [Shown(cells_of(FIRST, 10)), Shown(cells_of(now, 10))]
    found = isolated(sums(plain, names_in(plain)), 4)
    assert found is not None
    assert len(found) == group
    auditor = Auditor(groups, n_min=10, k=5)
    if leaves:
        with pytest.raises(Refused):
            auditor.repair()
        return
    decision = auditor.repair()
    assert sum(g.n for g in decision.waiting) == joins + corrects
    both = [plain[0], published(auditor)]
    assert isolated(sums(both, names_in(both)), 4) is None


def test_enough_changes_hide_each_other():
    """Five joiners and three corrected values are all in the second release, and no group below five is isolated."""
    _now, groups = second_year(5, 0, 3)
    auditor = Auditor(groups, n_min=10, k=5)
    assert auditor.repair().waiting == []
    both = [Shown(cells_of(FIRST, 10)), published(auditor)]
    assert len(names_in(both)) == 40 + 5 + 3
    assert isolated(sums(both, names_in(both)), 4) is None


# -- measures made of one another --------------------------------------------------------------------------------------
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
    names = names_in([shown])
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


# -- planted groups ----------------------------------------------------------------------------------------------------
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


@pytest.mark.parametrize("group", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [60, 120, 300, 1000])
def test_a_planted_group_falls_to_a_plain_threshold_and_not_to_ours(size, group):
    """An industry of its own: twelve companies in one region are published, and a few in another one are what is left over."""
    market = Market(seed=size, size=size, gap=0)
    planted = []
    for i in range(12 + group):
        region = "Europe" if i < 12 else "Asia-Pacific"
        paths = (f"all > S0 > planted > {region} > <250", f"all > {region} > <250")
        market.companies[f"p{i}"] = market.answer(f"p{i}", paths)
        planted += [f"p{i}"] * (i >= 12)
    for shown, falls in (
        (Shown(cells_of({n: c.paths for n, c in market.companies.items()}, 10)), True),
        (market.release(RULES), False),
    ):
        names = names_in([shown])
        assert told(sums([shown], names), [names.index(n) for n in planted]) is falls


def test_a_pool_that_nothing_can_make_safe_is_refused():
    old = ("all > S > 10", "all > R1")
    pool = [Group(30, old, before=(old,)), Group(2, None, before=(old,))]
    with pytest.raises(Refused) as refused:
        Auditor(pool, n_min=10, k=5).repair()
    assert refused.value.why == Why(EARLIER, 2, 0)


# -- who answers -------------------------------------------------------------------------------------------------------
def given_by(legal_groups: list[str]) -> Dataset:
    """One organisation after the other contributes, each with another row."""
    for i, group in enumerate(legal_groups):
        row = contributions.Row("28", "Europe", "<250", "discrete", "2026-03-31", 1000, (2000 + i, 2000 + i))
        key = contributions.key_of(group)
        contributions.take(key=key, row=row, measures=["CAP1", "OVERALL"], families={})
    return Dataset.objects.get(name=contributions.NAME)


@pytest.mark.django_db
def test_a_group_with_several_organisations_is_one_company():
    """Else its members would be insiders to most of a group of five. Ten organisations of nine legal groups: nine rows."""
    groups = [f"Group {i} AG" for i in range(9)]
    asked = {"as_of": date(2026, 6, 30), "rules": RULES, "segments": SEGMENTS, "method_version": "2026.1"}
    dataset = given_by([*groups, " group  3 ag"])
    assert dataset.records.filter(is_current=True).count() == 9
    with pytest.raises(ReleaseRefused, match="Only 9 records are valid"):
        make_release(dataset=dataset, **asked)
    dataset = given_by(["Another SE"])  # the control: a tenth legal group
    assert make_release(dataset=dataset, **asked).cells.get(tree="A", path="all", measure="CAP1").n_band == "10-19"


ALIKE = [  # two pools whose published table is the same: mean 2.7, quartiles 2.3, 2.7, 3.1
    [2013, 2150, 2204, 2391, 2502, 2617, 2748, 2850, 3009, 3122, 3347, 3555],
    [1200, 1900, 2280, 2290, 2400, 2690, 2700, 2990, 3080, 3090, 3900, 4100],
]


def test_trying_profiles_and_reading_the_position_back_tells_the_published_quantiles_only():
    """The position oracle: an insider tries every score there is. The answers are those that the table gives by hand."""
    tables = [published_statistics(pool, RULES) for pool in ALIKE]
    assert [(t.mean, t.quantiles) for t in tables if t] == [(2.7, {25: 2.3, 50: 2.7, 75: 3.1})] * 2
    for score in range(1000, 5001):
        tenth = (score + 50) // 100 / 10
        expected = float(np.interp(tenth, [2.3, 2.7, 3.1], [25, 50, 75])) if 2.3 <= tenth <= 3.1 else None
        for table in tables:
            assert table is not None
            answer = position(score / 1000, table.quantiles, table.n_band, RULES).percentile
            assert answer == (expected if expected is None else pytest.approx(expected, abs=1e-9)), score


def test_an_exact_rank_would_be_an_oracle():
    """The control: where the answer jumps, a peer stands."""
    for pool in ALIKE:
        answers = {score: midrank(pool, score) for score in range(999, 5002)}
        jumps = [s for s in range(1000, 5001) if answers[s - 1] < answers[s] < answers[s + 1]]
        assert jumps == pool
