"""Quantiles, bands and positions against the worked numbers, scipy and hand calculations."""

import json
from fractions import Fraction
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats.mstats import mquantiles

from benchmarks import statistics as s
from benchmarks.rules import rules_from_mapping

ROOT = Path(__file__).resolve().parents[2]
VECTORS = json.loads((ROOT / "tests/data/vectors.json").read_text())
METHOD = yaml.safe_load((ROOT / "fixtures/method.yaml").read_text())
RULES = rules_from_mapping(METHOD["benchmark"], METHOD["disclosure"])
PEERS = [round(x * 1000) for x in VECTORS["peers"]]


@pytest.mark.parametrize(("p", "expected"), VECTORS["q8"].items())
def test_type_8_quantiles_of_the_vector(p, expected):
    assert float(s.quantile_type8(PEERS, Fraction(p))) / 1000 == pytest.approx(expected, abs=1e-6)


@given(st.lists(st.integers(1000, 5000), min_size=2, max_size=60), st.integers(1, 99))
def test_type_8_agrees_with_scipy(values, percent):
    expected = mquantiles(values, [percent / 100], alphap=1 / 3, betap=1 / 3)[0]
    assert float(s.quantile_type8(sorted(values), Fraction(percent, 100))) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("case", "expected"), VECTORS["order_ci_90"].items())
def test_order_statistic_intervals(case, expected):
    n, p = (part.split("=")[1] for part in case.split(","))
    found = s.order_interval(int(n), float(p))
    assert found is None if expected is None else found == pytest.approx(expected)


@pytest.mark.parametrize(("own", "expected"), VECTORS["midrank"].items())
def test_midranks(own, expected):
    assert s.midrank(VECTORS["peers"], float(own)) == pytest.approx(expected)


def test_wilson_interval():
    low, high = s.wilson(0.70 * 10, 10, RULES.z)
    assert [100 * low, 100 * high] == pytest.approx(VECTORS["wilson90_for_score_3.2"], abs=1e-3)


TABLE = next(v for v in VECTORS["disclosure"] if v["name"] == "table")


def test_published_table_is_rounded_half_up():
    published = s.published_statistics(PEERS, RULES)
    assert {f"P{p}": q for p, q in published.quantiles.items()} == TABLE["table"]


@pytest.mark.parametrize(("own", "expected"), TABLE["positions"].items())
def test_positions_of_the_vector(own, expected):
    published = s.published_statistics(PEERS, RULES)
    place = s.position(float(own), published.quantiles, published.n_band, RULES)
    if isinstance(expected, str):
        assert (place.text, place.low, place.high) == (expected, None, None)
    else:
        assert place.percentile == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(
    ("n", "band", "shown"),
    [
        (9, None, None),
        (10, "10-19", [25, 50, 75]),
        (19, "10-19", [25, 50, 75]),
        (20, "20-49", [10, 25, 50, 75, 90]),
        (99, "50-99", [10, 25, 50, 75, 90]),
        (100, "100-199", list(range(5, 100, 5))),
        (1000, "1000+", list(range(5, 100, 5))),
    ],
)
def test_thresholds(n, band, shown):
    published = s.published_statistics([3000] * n, RULES)
    if band is None:
        assert published is None
    else:
        assert (published.n_band, list(published.quantiles)) == (band, shown)


@pytest.mark.parametrize(("value", "expected"), [(2.25, 2.3), (2.35, 2.4), (0.05, 0.1), (2.2499999, 2.2), (3, 3.0)])
def test_half_up_is_not_pythons_round(value, expected):
    assert s.half_up(value) == expected


def test_wilson_uses_the_lower_end_of_the_band():
    quantiles = {25: 2.0, 50: 3.0, 75: 4.0}
    narrow, wide = (s.position(3.0, quantiles, band, RULES) for band in ("1000+", "10-19"))
    assert (narrow.high - narrow.low) < (wide.high - wide.low)
    assert 100 * s.wilson(5.0, 10, RULES.z)[0] == pytest.approx(wide.low)
