"""Plants to network, and head office against plants: vectors and hand calculations."""

import json
from fractions import Fraction as F
from pathlib import Path

import pytest
from scipy import stats

from assessments.method import read_method
from assessments.network import SiteFacts, network_view, site_weights
from assessments.perception import perception_gap, rwg, rwg_star

ROOT = Path(__file__).resolve().parents[2]
METHOD = read_method(ROOT / "fixtures/method.yaml")
VECTORS = json.loads((ROOT / "tests/data/vectors.json").read_text())


def test_site_rollup_vector():
    given = VECTORS["site_rollup"]["input"]
    view = network_view(
        {s: score for s, (score, _w) in given.items()}, {s: F(str(w)) for s, (_s, w) in given.items()}, METHOD.network
    )
    assert view.score == pytest.approx(VECTORS["site_rollup"]["score"])
    assert view.weight_coverage == pytest.approx(VECTORS["site_rollup"]["coverage"])
    assert (view.minimum, view.maximum, view.sites, view.equal_mean) == (2, 4, 3, 3)
    assert view.standard_deviation == pytest.approx(1.0)  # of 4, 3, 2 with n - 1


def test_no_network_score_below_three_sites_or_sixty_percent():
    equal = {i: F(1, 5) for i in range(5)}
    assert network_view({0: 3.0, 1: 3.0, 2: 3.0}, equal, METHOD.network).score == 3.0  # exactly 0.60
    assert network_view({0: 3.0, 1: 3.0}, {0: F(1, 2), 1: F(1, 2)}, METHOD.network).score is None
    light = {0: F(1, 10), 1: F(1, 10), 2: F(1, 10), 3: F(7, 10)}
    view = network_view({0: 3.0, 1: 2.0, 2: 4.0}, light, METHOD.network)
    assert (view.score, view.sites, view.equal_mean) == (None, 3, 3.0)


def test_weights_use_the_first_basis_known_for_all():
    assert site_weights([SiteFacts(1, 60, 10), SiteFacts(2, 20, 30)]) == ({1: F(3, 4), 2: F(1, 4)}, "production_value")
    assert site_weights([SiteFacts(1, None, 10), SiteFacts(2, 20, 30)]) == ({1: F(1, 4), 2: F(3, 4)}, "headcount")
    assert site_weights([SiteFacts(1, None, None), SiteFacts(2, 20, 30)]) == ({1: F(1, 2), 2: F(1, 2)}, "equal")


@pytest.mark.parametrize(("levels", "expected"), VECTORS["rwg"].items())
def test_rwg_vectors(levels, expected):
    assert rwg([int(x) for x in levels.split(",")]) == pytest.approx(expected)


def test_rwg_star_is_not_truncated():
    assert rwg_star([[3, 3, 4, 4, 3], [1, 5, 1, 5, 3]]) == pytest.approx(1 - (0.3 + 4) / 2 / 2)
    assert rwg_star([[3, 3, 4, 4, 3], [1, 5, 1, 5, 3]]) == pytest.approx(VECTORS["rwg_star_j_two_items"])


PAIR = [("S-1", "E-1")]


def test_a_census_has_no_interval_and_half_a_level_is_flagged():
    sites = {1: {"S-1": 3}, 2: {"S-1": 3}, 3: {"S-1": 4}, 4: {"S-1": 4}}
    found = perception_gap(PAIR, {"E-1": 4}, sites, {i: F(1, 4) for i in sites}, METHOD.perception)
    assert (found.gap, found.low, found.high, found.flag, found.sites) == (0.5, None, None, "flagged", 4)


def test_interval_of_a_sample_by_hand():
    sites = {1: {"S-1": 2}, 2: {"S-1": 3}, 3: {"S-1": 4}}
    weights = {i: F(1, 6) for i in range(1, 7)}
    found = perception_gap(PAIR, {"E-1": 4}, sites, weights, METHOD.perception)
    # gaps 2, 1, 0, weights 1/3: SE² = (1 - 3/6) * 3/2 * (1 + 0 + 1) / 9 = 1/6
    half = stats.t(2).ppf(0.95) * (1 / 6) ** 0.5
    assert found.gap == pytest.approx(1.0)
    assert (found.low, found.high) == pytest.approx((1 - half, 1 + half))
    assert found.flag == "severe"


def test_a_pair_needs_the_enterprise_and_three_sites():
    sites = {1: {"S-1": 2, "S-2": 5}, 2: {"S-1": 2, "S-2": 5}, 3: {"S-1": 2}}
    weights = {i: F(1, 3) for i in sites}
    pairs = [("S-1", "E-1"), ("S-2", "E-2")]
    found = perception_gap(pairs, {"E-1": 2, "E-2": 1}, sites, weights, METHOD.perception)
    assert (found.gap, len(found.pairs), found.flag) == (0.0, 1, "none")
    assert perception_gap(pairs, {}, sites, weights, METHOD.perception).gap is None


def test_weights_are_renormalised_over_those_who_answered():
    sites = {1: {"S-1": 1}, 2: {"S-1": 2}, 3: {"S-1": 4}}
    weights = {1: F(1, 2), 2: F(1, 8), 3: F(1, 8), 4: F(1, 4)}
    found = perception_gap(PAIR, {"E-1": 3}, sites, weights, METHOD.perception)
    assert found.plants == pytest.approx((1 * 4 + 2 + 4) / 6)
