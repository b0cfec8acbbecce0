"""Targets of the dimensions, and who decides what."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from assessments import items
from assessments.items import Fault
from tests.assessments.items import CONTEXT, clean, said


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
        ("3.5", "20270101", "CAP1"),
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
    context = replace(CONTEXT, today=date.fromisoformat(today))
    for day, fine in ((today, True), (last, True), (str(date.fromisoformat(last) + timedelta(days=1)), False)):
        _value, errors = clean("E-N6", {"CAP1": {"target": 3, "by": day}}, context)
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


@pytest.mark.parametrize("code", ["S-N4", "E-N9"])
def test_decisions_may_be_filled_in_part(code):
    raw = {
        "DR01": {"current_level": "team", "target_level": "team", "ai_role_current": "none", "ai_role_target": ""},
        "DR07": {"current_level": "unclear"},
        "DR16": {"current_level": "", "target_level": None},
    }
    assert clean(code, raw) == (
        {
            "DR01": {"current_level": "team", "target_level": "team", "ai_role_current": "none"},
            "DR07": {"current_level": "unclear"},
        },
        [],
    )


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ({"DR07": {"target_level": "team"}}, "“maintenance stop timing”: “Decided today by” is empty; a row that is filled in needs it."),
        ({"DR07": {"current_level": "board"}}, "“maintenance stop timing”: “Decided today by” does not offer “board”; choose from its list."),
        ({"DR07": {"current_level": "team", "target_level": "unclear"}}, "“maintenance stop timing”: “Should be decided by” does not offer “unclear”; choose from its list."),
        ({"DR07": {"current_level": "team", "when": "now"}}, "“maintenance stop timing”: This table has no column “when”."),
        ({"DR07": "team"}, "“maintenance stop timing”: This row must be an object of its columns."),
        ({"DR99": {"current_level": "team"}}, "This item has no field “DR99”."),
        ({}, "Fill in at least one field."),
    ],
)  # fmt: skip
def test_a_wrong_decision_names_its_row(raw, sentence):
    good = {"DR01": {"current_level": "team"}} if raw else {}
    assert said("S-N4", clean("S-N4", {**good, **raw})[1]) == [sentence]


def test_the_place_of_a_fault_in_a_matrix_holds_row_and_column():
    _value, faults = clean("S-N4", {"DR07": {"target_level": "team"}})
    assert [f.place for f in faults] == ["DR07.current_level"]
