"""Other items: what each type accepts, and that junk never raises."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments import items
from assessments.content import read_content

CONTENT = read_content(Path(__file__).resolve().parents[2] / "fixtures")
CONTEXT = items.Context(tuple(d.code for d in CONTENT.dimensions), date(2026, 6, 1))


def clean(code, raw):
    item = CONTENT.item_by_code[code]
    return items.clean(item.type, item.spec, raw, CONTEXT)


def test_allocation_must_sum_to_100():
    good = {"cost": "50", "agility": 30, "growth": "20"}
    value, errors = clean("E-N2", good)
    assert errors == []
    assert value == {"cost": 50, "agility": 30, "resilience": 0, "service": 0, "growth": 20, "sustainability": 0}
    assert clean("E-N2", {**good, "growth": 21})[1] == [("", "the points add up to 101, expected 100")]
    assert clean("E-N2", {**good, "growth": 20.5})[1][0][0] == "growth"
    assert clean("E-N2", {**good, "speed": 1})[1] == [("speed", "there is no such field")]


COSTS = {"materials": 50, "direct_labour": 20, "overhead": 10, "maintenance": 5, "energy_utilities": 5, "quality": 3, "logistics": 3, "inventory": 2}  # fmt: skip


@pytest.mark.parametrize(("last", "fine"), [(2.0, True), (2.5, True), (1.5, True), (2.6, False), (1.4, False)])
def test_cost_structure_sums_to_100_within_half_a_point(last, fine):
    _value, errors = clean("S-N2", {**COSTS, "depreciation": last})
    assert (errors == []) is fine


@pytest.mark.parametrize(
    ("target", "by", "field"),
    [
        ("3.5", "2027-01-01", None),
        ("3.5", "", None),
        ("3.4", "", "CAP1"),
        ("5.5", "", "CAP1"),
        ("0.5", "", "CAP1"),
        ("3.5", "2026-05-31", "CAP1"),
        ("3.5", "2031-06-02", "CAP1"),
        ("3.5", "soon", "CAP1"),
    ],
)
def test_targets(target, by, field):
    _value, errors = clean("E-N6", {"CAP1": {"target": target, "by": by}})
    assert [f for f, _m in errors] == ([] if field is None else [field])


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("industry", "28", None),
        ("industry", "99", "expected one of"),
        ("sites_count", "12", None),
        ("sites_count", "0", "from 1 to 2000"),
        ("sites_count", "1.5", "whole number"),
        ("contract_manufacturing_share_pct", "12,5", None),
        ("contract_manufacturing_share_pct", "101", "from 0 to 100"),
        ("contract_manufacturing_share_pct", "nan", "expected a number"),
    ],
)
def test_profile_fields(key, value, expected):
    _value, errors = clean("E-N1", {key: value})
    if expected is None:
        assert errors == []
    else:
        assert errors[0][0] == key
        assert expected in errors[0][1]


def test_a_type_of_a_later_issue_is_refused_in_words():
    assert not items.is_supported("register")
    assert items.clean("register", {}, {}, CONTEXT)[1] == [("", "items of type register cannot be answered yet")]


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from([i.code for i in CONTENT.items]), st.data())
def test_junk_is_refused_and_never_raises(code, data):
    item = CONTENT.item_by_code[code]
    keys = [f["key"] for f in item.spec.get("fields", [])] + list(CONTEXT.dimensions[:2]) + ["cost"]
    raw = data.draw(st.dictionaries(st.sampled_from(keys) | st.text(max_size=8), junk, max_size=5))
    value, errors = items.clean(item.type, item.spec, raw, CONTEXT)
    if not errors:
        items.as_json(value)  # what is accepted can be stored
