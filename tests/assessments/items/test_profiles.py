"""Profiles: what each field accepts, sums that bind them, estimates, and what is allowed but looks like a slip."""

import pytest

from assessments.items import Fault
from tests.assessments.items import clean, said, warned

COSTS = {"materials": 50, "direct_labour": 20, "overhead": 10, "maintenance": 5, "energy_utilities": 5, "quality": 3, "logistics": 3, "inventory": 2}  # fmt: skip


@pytest.mark.parametrize(("last", "fine"), [(2.0, True), (2.5, True), (1.5, True), (2.6, False), (1.4, False)])
def test_cost_structure_sums_to_100_within_half_a_point(last, fine):
    _value, errors = clean("S-N2", {**COSTS, "depreciation": last})
    assert (errors == []) is fine


def test_a_cost_structure_of_101_says_so():
    assert said("S-N2", clean("S-N2", {**COSTS, "depreciation": 3})[1]) == [
        "The shares add up to 101, expected 100 with a tolerance of 0.5."
    ]


def test_the_country_is_one_of_iso_3166():
    from tests.assessments.items import CONTENT

    fields = {f["key"]: f for f in CONTENT.item_by_code["S-N1"].spec["fields"]}
    codes = [o["code"] for o in fields["country"]["options"]]
    assert len(codes) == len(set(codes)) == 249
    assert all(len(c) == 2 and c.isalpha() and c.isupper() for c in codes)
    assert clean("S-N1", {"country": "NO"}) == ({"country": "NO"}, [])
    for wrong in ("ZZ", "de", "DEU"):
        _value, errors = clean("S-N1", {"country": wrong})
        assert said("S-N1", errors) == [f"“Country” does not offer “{wrong}”; choose from its list."]


@pytest.mark.parametrize(
    ("code", "key", "value", "expected"),
    [
        ("E-N1", "industry", "28", None),
        ("E-N1", "industry", "99", "“Industry” does not offer “99”"),
        ("E-N1", "sites_count", "12", None),
        ("E-N1", "sites_count", "0", "“Number of own plants” needs a whole number from 1 to 2000."),
        ("E-N1", "sites_count", "1.5", "needs a whole number"),
        ("E-N1", "contract_manufacturing_share_pct", "12,5", None),
        ("E-N1", "contract_manufacturing_share_pct", "101", "“Share made by contract manufacturers” needs a number from 0 to 100."),
        ("E-N1", "contract_manufacturing_share_pct", "nan", "needs a number"),
        ("S-N1", "opened_year", "2026", None),
        ("S-N1", "opened_year", "2027", "“Year of opening” needs a whole number from 1800 to 2026."),
        ("S-N3", "utilisation_pct", "120", None),
        ("S-N3", "utilisation_pct", "120.1", "“Utilisation” needs a number from 0 to 120."),
        ("S-N3", "utility_outage_hours_year", "8785", "from 0 to 8,784"),
        ("S-N3", "electricity_mwh_year", "1e15", None),
        ("S-N3", "electricity_mwh_year", "1e308", "needs a number from 0 to 1,000,000,000,000,000."),
        ("S-N3", "electricity_mwh_year", "-1e308", "needs a number from 0 to 1,000,000,000,000,000."),
        ("S-N3", "capacity_unit", "t" * 201, "“Unit of output” holds at most 200 characters."),
        ("S-N3", "capacity_unit", "a\x00b", "a character that cannot be stored"),
        ("S-N3", "capacity_unit", "\ud800", "a character that cannot be stored"),
        ("S-N3", "automation_maturity", "6", "“Automation of the site” needs a whole number from 1 to 5."),
    ],
)  # fmt: skip
def test_profile_fields(code, key, value, expected):
    _value, errors = clean(code, {key: value})
    if expected is None:
        assert errors == []
    else:
        assert errors[0].field == key
        assert expected.replace(",", "") in said(code, errors)[0].replace(",", "")


def test_estimates_are_marked():
    raw = {"electricity_mwh_year": "1200", "capacity_unit": "t", "estimated": ["electricity_mwh_year", "oee_pct"]}
    # oee_pct is empty: there is nothing to be an estimate
    assert clean("S-N3", raw) == (
        {"electricity_mwh_year": 1200.0, "capacity_unit": "t", "estimated": ["electricity_mwh_year"]},
        [],
    )
    for wrong in (["capacity_unit"], "electricity_mwh_year", [1], {"electricity_mwh_year": True}):
        assert clean("S-N3", {**raw, "estimated": wrong})[1] == [Fault("", "estimates")]
    assert clean("S-N2", {**COSTS, "depreciation": 2, "estimated": []})[1] == [Fault("estimated", "no_such_field")]


def test_more_shown_than_possible_is_a_warning_not_an_error():
    value, errors = clean("S-N3", {"nominal_capacity_units": "100", "demonstrated_capacity_units": "120"})
    assert errors == []
    assert said("S-N3", warned("S-N3", value)) == [
        "The demonstrated capacity (120) is above the nominal one (100). Are both per year and in the same unit?"
    ]
    assert warned("S-N3", {"nominal_capacity_units": 120.0, "demonstrated_capacity_units": 120.0}) == []
    assert warned("S-N3", {"demonstrated_capacity_units": 120.0}) == []


def test_half_a_headcount_is_flagged():
    value, _errors = clean("S-N1", {"headcount_direct": "120"})
    assert said("S-N1", warned("S-N1", value)) == [
        "“People outside production” is empty and counts as 0 in the headcount."
    ]
    assert warned("S-N1", {"headcount_direct": 1, "headcount_indirect": 0}) == []
    assert warned("S-N1", {"role": "contributor"}) == []
