"""Other items: what each type accepts, and that junk never raises."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments import item_words, items
from assessments.content import read_content
from assessments.items import Fault

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
    assert clean("E-N2", {**good, "growth": 21})[1] == [Fault("", "points", {"total": 101, "expected": 100})]
    assert clean("E-N2", {**good, "growth": 20.5})[1] == [Fault("growth", "whole_range", {"low": 0, "high": 100})]
    assert clean("E-N2", {**good, "speed": 1})[1] == [Fault("speed", "no_such_field")]


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
    assert [e.field for e in errors] == ([] if field is None else [field])


@pytest.mark.parametrize(
    ("today", "last"),
    [
        ("2026-06-01", "2031-06-01"),
        ("2026-10-31", "2031-10-31"),
        ("2026-10-29", "2031-10-29"),
        ("2028-02-29", "2033-02-28"),
        ("2027-02-28", "2032-02-28"),
    ],
)
def test_the_last_day_of_a_target_is_the_same_day_five_years_later(today, last):
    item, context = CONTENT.item_by_code["E-N6"], items.Context(CONTEXT.dimensions, date.fromisoformat(today))
    for day, fine in ((today, True), (last, True), (str(date.fromisoformat(last) + timedelta(days=1)), False)):
        _value, errors = items.clean(item.type, item.spec, {"CAP1": {"target": 3, "by": day}}, context)
        assert (errors == []) is fine, day


def test_range_and_date_rule_steer_what_a_target_may_be():
    spec = {"range": {"min": 2.0, "max": 3.0, "step": 0.1}, "date_rule": {"years": 1}}
    good = {"CAP1": {"target": "2.3", "by": "2027-06-01"}}
    assert items.clean("matrix_target", spec, good, CONTEXT) == ({"CAP1": {"target": 2.3, "by": "2027-06-01"}}, [])
    for target in ("1.9", "2.35", "3.1"):
        _value, errors = items.clean("matrix_target", spec, {"CAP1": {"target": target}}, CONTEXT)
        assert errors == [Fault("CAP1", "target_level", spec["range"])]
    _value, errors = items.clean("matrix_target", spec, {"CAP1": {"target": 2, "by": "2027-06-02"}}, CONTEXT)
    assert errors == [Fault("CAP1", "target_day", {"first": date(2026, 6, 1), "last": date(2027, 6, 1)})]


def test_the_country_is_one_of_iso_3166():
    fields = {f["key"]: f for f in CONTENT.item_by_code["S-N1"].spec["fields"]}
    codes = [o["code"] for o in fields["country"]["options"]]
    assert len(codes) == len(set(codes)) == 249
    assert all(len(c) == 2 and c.isalpha() and c.isupper() for c in codes)
    assert clean("S-N1", {"country": "NO"}) == ({"country": "NO"}, [])
    for wrong in ("ZZ", "de", "DEU"):
        _value, errors = clean("S-N1", {"country": wrong})
        assert item_words.sentence(errors[0], CONTENT) == f"“Country” does not offer “{wrong}”; choose from its list."


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("industry", "28", None),
        ("industry", "99", "“Industry” does not offer “99”"),
        ("sites_count", "12", None),
        ("sites_count", "0", "“Number of own plants” needs a whole number from 1 to 2000."),
        ("sites_count", "1.5", "needs a whole number"),
        ("contract_manufacturing_share_pct", "12,5", None),
        (
            "contract_manufacturing_share_pct",
            "101",
            "“Share made by contract manufacturers” needs a number from 0 to 100.",
        ),
        ("contract_manufacturing_share_pct", "nan", "needs a number"),
    ],
)
def test_profile_fields(key, value, expected):
    _value, errors = clean("E-N1", {key: value})
    if expected is None:
        assert errors == []
    else:
        assert errors[0].field == key
        assert expected in item_words.sentence(errors[0], CONTENT)


def test_every_fault_has_a_sentence_and_every_field_a_label():
    source = Path(items.__file__).read_text()
    keys = set(re.findall(r'[Ff]ault\(.*?"(\w+)"', source)) - {"key"} | {"number"}
    keys |= {f"{kind}{bounds}" for kind in ("whole", "number") for bounds in ("_from", "_range")}
    assert keys == set(item_words.SENTENCES)
    for item in CONTENT.items:
        for field in item.spec.get("fields", []):
            label = item_words.label_of(field["key"], CONTENT)
            assert label != field["key"], f"{item.code} / {field['key']} has no label"


def test_a_type_of_a_later_issue_is_refused_in_words():
    assert not items.is_supported("register")
    assert items.clean("register", {}, {}, CONTEXT)[1] == [Fault("", "unsupported")]


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
    assert all(item_words.sentence(e, CONTENT) for e in errors)  # and what is refused can be said
