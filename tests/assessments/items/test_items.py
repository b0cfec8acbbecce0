"""All item types: every spec is checked, every fault has a sentence, and junk never raises."""

import ast
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments import item_words, items
from tests.assessments.items import CONTENT, clean, said, warned


def test_every_item_of_the_instrument_has_a_type():
    assert len(CONTENT.items) == 19
    assert {i.type for i in CONTENT.items} == set(items.TYPES)


def fault_keys() -> set[str]:
    """The keys that the code of the types names, and those it puts together."""
    calls = [
        node
        for file in Path(items.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Fault"
    ]
    named = {c.args[1].value for c in calls if isinstance(c.args[1], ast.Constant)}
    made = {f"{kind}{bounds}" for kind in ("whole", "number") for bounds in ("", "_from", "_range")}
    return named | made | {"no_such_field", "no_such_column"}


def test_every_fault_has_a_sentence_and_every_field_a_label():
    assert fault_keys() == {*item_words.SENTENCES, *item_words.WARNINGS}
    for item in CONTENT.items:
        for field in (*item.spec.get("fields", []), *item.spec.get("columns", [])):
            label = item_words.label_of(field["key"], CONTENT)
            assert label != field["key"], f"{item.code} / {field['key']} has no label"


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.just("\ud800\x00")
junk = scalars | st.lists(scalars, max_size=2) | st.dictionaries(st.text(max_size=6), scalars, max_size=2)


def raw_data(item):
    """Data that get past the first checks: known keys, options, numbers, days, rows of them; and junk among them."""
    spec = item.spec
    fields = (*spec.get("fields", []), *spec.get("columns", []))
    words = [o for f in fields for o in f.get("options", []) if isinstance(o, str)] + list(spec.get("options", []))
    keys = [f["key"] for f in fields] + list(spec.get("options", [])) + list(spec.get("row_ids", []))
    names = st.sampled_from([*keys, "rows", "currency", "choice", "text", "estimated", "CAP1", "target", "by"])
    cells = st.sampled_from([*words, "3", 3, "2026-05-01", "12.5", "true", "x"]) | junk
    row = st.dictionaries(names, cells, max_size=4)
    return st.dictionaries(names | st.text(max_size=4), cells | row | st.lists(row, max_size=3), max_size=4)


RAW = {item.code: raw_data(item) for item in CONTENT.items}


@pytest.mark.parametrize("code", RAW)
@given(data=st.data())
@settings(max_examples=40)
def test_junk_is_refused_and_never_raises(code, data):
    value, faults = clean(code, data.draw(RAW[code]))
    if not faults:
        items.as_json(value).encode()  # what is accepted can be stored
        assert clean(code, value) == (value, [])  # and comes back as it is
        assert all(said(code, warned(code, value)))
    assert all(said(code, faults))  # and what is refused can be said


BROKEN = {
    "profile": ({}, "fields: expected a list of fields"),
    "allocation_100": ({"options": ["cost", "cost"]}, "options: cost stands there twice"),
    "single_choice": ({"options": ["yes"]}, "options: expected a list of 2 or more options"),
    "ranking": ({"options": ["a", "b", "c"], "option_labels": ["a", "b"]}, "option_labels: expected 3, found 2"),
    "open": ({"max_length": "500"}, "max_length: expected a whole number from 1 to 5000, found '500'"),
    "matrix_target": ({}, "range: expected min, max and step as numbers"),
    "decision_matrix": (
        {"rows": ["a", "b"], "row_ids": ["1"], "columns": [{"key": "k", "options": ["x", "y"], "required": True}]},
        "row_ids: expected a list of 2 or more options",
    ),
    "register": ({"columns": [{"key": "stage", "type": "date"}]}, "columns: expected a text column that names the row"),
    "funnel": ({"columns": [], "max_rows": 0}, "max_rows: expected a whole number from 1 to 200, found 0"),
    "poem": ({}, "type: expected one of profile, allocation_100"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_spec_that_cannot_be_calculated_with_is_named(name):
    spec, problem = BROKEN[name]
    found = list(items.check(name, spec))
    assert any(p.startswith(problem) for p in found), found


FIELDS = [
    ({"key": "A b", "type": "text"}, "fields / A b / key: expected a name in small letters"),
    ({"key": "a", "type": "colour"}, "fields / a / type: expected one of"),
    ({"key": "a", "type": "text", "units": "m"}, "fields / a / units: a field of type text has no such setting"),
    ({"key": "a", "type": "choice"}, "fields / a / options: expected a list of 2 or more options"),
    ({"key": "a", "type": "choice", "options": ["x", " y"]}, "fields / a / options: expected texts, or code and name"),
    ({"key": "a", "type": "choice", "options": [{"code": "1"}, "y"]}, "fields / a / options: expected texts, or code"),
    ({"key": "a", "type": "scale5", "anchors": ["1", "2", "3", "4"]}, "fields / a / anchors: expected five texts"),
    ({"key": "a", "type": "integer", "min": "0"}, "fields / a / min: expected a number, found '0'"),
    ({"key": "a", "type": "integer", "min": 5, "max": 5}, "fields / a: min 5 must lie below max 5"),
    ({"key": "a", "type": "date", "max": "tomorrow"}, "fields / a / max: expected day of submission, found 'tomorrow'"),
    ({"key": "a", "type": "percent", "decimals": 0.5}, "fields / a / decimals: expected a whole number of 0 or more"),
]


@pytest.mark.parametrize(("field", "problem"), FIELDS)
def test_a_faulty_field_is_named(field, problem):
    found = list(items.check("profile", {"fields": [field]}))
    assert len(found) == 1
    assert found[0].startswith(problem)
    twice = {"key": "a", "type": "text"}
    assert list(items.check("profile", {"fields": [twice, twice]})) == ["fields / a: the key is used twice"]


@given(st.sampled_from([*items.TYPES]), st.dictionaries(st.sampled_from(["fields", "columns", "options", "rows", "row_ids", "range", "date_rule", "max_rows", "option_labels", "sum_to"]), junk))  # fmt: skip
def test_a_check_of_junk_never_raises(name, spec):
    assert all(isinstance(problem, str) for problem in items.check(name, spec))
