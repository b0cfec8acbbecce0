"""Registers: rows and their cells, the rules between cells, money, and limits on their number."""

from dataclasses import replace
from datetime import date

import pytest

from assessments.items import Fault
from tests.assessments.items import CONTEXT, clean, said, warned


def test_rows_are_cleaned_and_empty_ones_left_out():
    raw = {"rows": [
        {"item_family": " Gearboxes ", "current": "make", "strategic_importance": "4", "supply_risk": 5,
         "total_landed_cost_delta_pct": "-12,5", "last_reviewed": "2024-01-31", "direction": ""},
        {"item_family": "", "current": None},
        {"item_family": "Castings"},
    ]}  # fmt: skip
    assert clean("E-N7", raw) == (
        {"rows": [
            {"item_family": "Gearboxes", "current": "make", "strategic_importance": 4, "supply_risk": 5,
             "total_landed_cost_delta_pct": -12.5, "last_reviewed": "2024-01-31"},
            {"item_family": "Castings"},
        ]},
        [],
    )  # fmt: skip


def test_nothing_to_list_is_an_answer():
    assert clean("E-N7", {}) == ({"rows": []}, [])
    assert clean("E-N7", {"rows": [{}]}) == ({"rows": []}, [])
    assert clean("E-N10", {"rows": []}) == ({"rows": [], "currency": "EUR"}, [])


@pytest.mark.parametrize(
    ("code", "cells", "sentence"),
    [
        ("E-N7", {"current": "make"}, "Row 2: “Item family” is empty; every row needs it."),
        ("E-N7", {"item_family": "x", "current": "rent"}, "Row 2: “Today” does not offer “rent”; choose from its list."),
        ("E-N7", {"item_family": "x", "supply_risk": "0"}, "Row 2: “Supply risk” needs a whole number from 1 to 5."),
        ("E-N7", {"item_family": "x", "total_landed_cost_delta_pct": "501"}, "Row 2: “Own cost against the market” needs a number from -100 to 500."),
        ("E-N7", {"item_family": "x", "last_reviewed": "2026-06-02"}, "Row 2: “Last reviewed” lies ahead; the last possible day is 2026-06-01."),
        ("E-N7", {"item_family": "x", "last_reviewed": "01.06.2026"}, "Row 2: “Last reviewed” needs a date, written like 2027-06-30."),
        ("E-N7", {"item_family": "x", "last_reviewed": "1899-12-31"}, "Row 2: “Last reviewed” needs a date from 1900-01-01 to 2199-12-31."),
        ("E-N7", {"item_family": "x", "colour": "red"}, "Row 2: This table has no column “colour”."),
        ("E-N7", {"item_family": 5}, "Row 2: “Item family” needs a text."),
        ("E-N8", {"supplier": "Acme", "severity": "4"}, "Row 2: “Decide by” is empty; severity 4 or 5 without a decision needs a day to decide."),
        ("E-N8", {"supplier": "Acme", "value_streams_affected": "51"}, "Row 2: “Value streams affected” needs a whole number from 0 to 50."),
        ("S-N7", {"supplier": "Acme", "severity": 5}, "Row 2: “Decide by” is empty; severity 4 or 5 without a decision needs a day to decide."),
        ("E-N10", {"use_case": "x", "problem_statement": "maybe"}, "Row 2: “Is the problem described?” is answered with yes or no."),
        ("E-N10", {"use_case": "x", "expected_benefit": "-1"}, "Row 2: “Expected benefit” needs an amount from 0 to 1,000,000,000,000,000."),
        ("E-N10", {"use_case": "x", "expected_benefit": "1,200"}, "Row 2: “Expected benefit” needs an amount such as 1200000 or 1200.50, with at most two decimals."),
        ("E-N10", {"use_case": "x", "reinvested_pct": "100.1"}, "Row 2: “Share reinvested” needs a number from 0 to 100."),
        ("S-N5", {"use_case": "x", "stage": "dreamt"}, "Row 2: “Stage” does not offer “dreamt”; choose from its list."),
    ],
)  # fmt: skip
def test_a_fault_names_row_and_column(code, cells, sentence):
    key = {"E-N7": "item_family", "E-N8": "supplier", "S-N7": "supplier"}.get(code, "use_case")
    _value, faults = clean(code, {"rows": [{key: "fine"}, cells]})
    assert [s.replace(",", "") for s in said(code, faults)] == [sentence.replace(",", "")]
    assert faults[0].place.startswith("2.")


@pytest.mark.parametrize(
    ("cells", "due"),
    [
        ({"severity": 3}, False),
        ({"severity": 4}, True),
        ({"severity": 5, "decision": "keep"}, False),
        ({"severity": 5, "decide_by": "2026-12-31"}, False),
        ({"severity": 5, "decision": " "}, True),
        ({}, False),
    ],
)
def test_a_severe_limit_without_a_decision_needs_a_day(cells, due):
    _value, faults = clean("E-N8", {"rows": [{"supplier": "Acme", **cells}]})
    assert faults == ([Fault("decide_by", "decide_by", row=1)] if due else [])


def test_today_has_come_and_a_day_to_decide_may_lie_ahead():
    assert clean("E-N7", {"rows": [{"item_family": "x", "last_reviewed": "2026-06-01"}]})[1] == []
    assert clean("E-N8", {"rows": [{"supplier": "x", "severity": 5, "decide_by": "2027-06-01"}]})[1] == []


def test_a_day_to_decide_that_is_wrong_is_named_once():
    _value, faults = clean("E-N8", {"rows": [{"supplier": "Acme", "severity": 5, "decide_by": "soon"}]})
    assert faults == [Fault("decide_by", "day", row=1)]


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("1200000", "1200000"),
        (1200000, "1200000"),
        ("1200.5", "1200.50"),
        (1200.5, "1200.50"),
        ("1.200.000,25", "1200000.25"),
        ("1,200,000.25", "1200000.25"),
        ("1 200 000", "1200000"),
        ("1,200,000", "1200000"),
        ("1’200’000", "1200000"),
        ("€ 300", "300"),
        ("300 EUR", "300"),
        ("0", "0"),
        ("0.00", "0"),
        ("1.005", None),
        ("1,200", None),
        ("12,00,000", None),
        ("1e6", None),
        ("300 USD", None),
        ("٣", None),
        (True, None),
        (float("nan"), None),
        ("9" * 16, None),
        ("9" * 100_000, None),
        ([1], None),
    ],
)
def test_amounts_are_stored_as_decimal_text(written, stored):
    value, faults = clean("E-N10", {"rows": [{"use_case": "x", "realised_benefit": written}]})
    assert (value["rows"][0]["realised_benefit"] if not faults else None) == stored
    assert value["currency"] == "EUR"


def test_another_currency_is_refused_and_stored_ones_are_warned_about():
    raw = {"rows": [{"use_case": "x", "expected_benefit": "5"}], "currency": "USD"}
    assert said("E-N10", clean("E-N10", raw)[1]) == ["The amounts are in USD, but your organisation uses EUR."]
    value, faults = clean("E-N10", {**raw, "currency": "EUR"})
    assert (faults, warned("E-N10", value)) == ([], [])
    moved = replace(CONTEXT, currency="CHF")
    assert [w.key for w in warned("E-N10", value, moved)] == ["other_currency"]
    assert clean("E-N8", {"rows": [], "currency": "EUR"})[1] == [Fault("currency", "no_such_field")]


@pytest.mark.parametrize(("code", "key", "most"), [("E-N8", "supplier", 200), ("S-N7", "supplier", 3), ("S-N5", "use_case", 200)])  # fmt: skip
def test_too_many_rows_are_refused(code, key, most):
    rows = [{key: f"n{i}"} for i in range(most)] + [{key: ""}] * 50
    assert clean(code, {"rows": rows})[1] == []
    assert clean(code, {"rows": [*rows, {key: "more"}]})[1] == [
        Fault("", "too_many_rows", {"found": most + 1, "most": most})
    ]


@pytest.mark.parametrize("rows", ["", "x", {"0": {}}, [1], [["a"]], 7])
def test_rows_of_another_shape_are_refused(rows):
    assert clean("E-N7", {"rows": rows})[1] == [Fault("rows", "rows_shape")]


def test_unfinished_rows_are_pointed_out():
    value, faults = clean("E-N10", {"rows": [
        {"use_case": "a", "stage": "pilot", "stage_since": "2026-01-01"},
        {"use_case": "b", "stage": "pilot"},
        {"use_case": "c", "stage": "idea"},
    ]})  # fmt: skip
    assert faults == []
    assert said("E-N10", warned("E-N10", value)) == [
        "Row 2: “In this stage since” is empty: the age of this pilot is not known."
    ]
    late, faults = clean("E-N8", {"rows": [
        {"supplier": "a", "severity": 5, "decide_by": "2026-05-31"},
        {"supplier": "b", "severity": 5, "decide_by": "2026-06-01"},
        {"supplier": "c", "severity": 5, "decide_by": "2026-05-31", "decision": "develop"},
    ]})  # fmt: skip
    assert faults == []
    assert warned("E-N8", late) == [Fault("decide_by", "decision_overdue", {"day": date(2026, 5, 31)}, 1)]
