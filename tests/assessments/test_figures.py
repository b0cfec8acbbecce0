"""Figures of the other items: small tables, each value by hand."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments import figure_words, figures
from assessments.content import read_content

CONTENT = read_content(Path(__file__).resolve().parents[2] / "fixtures")
DAY = date(2026, 6, 1)
ELSEWHERE = {"review_overdue", "proposed_direction", "objective_importance", "target_gap", "decision_mismatch_share", "barrier_points"}  # fmt: skip


def of(code, data, reference=DAY):
    return figures.of_item(CONTENT.item_by_code[code], data, reference)


def test_every_figure_of_the_content_is_calculated():
    promised = {entry["key"] for i in CONTENT.items for entry in i.spec.get("derived_figures", ())}
    assert promised == {*figures.SCALARS} | ELSEWHERE
    assert len(promised) == 36


def test_without_data_no_figure_has_a_value():
    for item in CONTENT.items:
        assert set(figures.of_item(item, None, DAY).values()) <= {None}


# make or buy: 24 calendar months before 1 June 2026 is 1 June 2024; 29 February has its last day of the month


@pytest.mark.parametrize(
    ("reviewed", "reference", "overdue"),
    [
        (None, "2026-06-01", True),
        ("2024-06-01", "2026-06-01", False),
        ("2024-05-31", "2026-06-01", True),
        ("2026-02-28", "2028-02-29", False),
        ("2026-02-27", "2028-02-29", True),
        ("2024-02-29", "2026-02-28", False),
        ("2024-02-28", "2026-02-28", False),
    ],
)
def test_review_overdue(reviewed, reference, overdue):
    row = {"item_family": "x"} | ({"last_reviewed": reviewed} if reviewed else {})
    assert figures.review_overdue(row, date.fromisoformat(reference)) is overdue


@pytest.mark.parametrize(
    ("importance", "capability", "risk", "proposed"),
    [
        (4, 2, None, "review"),
        (5, None, 4, "review"),
        (4, 3, 3, ""),
        (3, 1, 5, ""),
        (None, 1, 5, ""),
        (5, None, None, ""),
        (4, 3, 5, "review"),
        (4, 1, 1, "review"),
    ],
)
def test_proposed_direction(importance, capability, risk, proposed):
    named = {"strategic_importance": importance, "internal_capability_vs_market": capability, "supply_risk": risk}
    assert figures.proposed_direction({k: v for k, v in named.items() if v is not None}) == proposed


def test_rows_of_the_make_or_buy_register():
    rows = [
        {"item_family": "gears", "strategic_importance": 5, "supply_risk": 4, "last_reviewed": "2024-05-31"},
        {"item_family": "castings", "last_reviewed": "2025-06-01", "direction": "keep"},
        {"item_family": "seals"},
    ]
    item = CONTENT.item_by_code["E-N7"]
    assert figures.of_rows(item, {"rows": rows}, DAY) == [
        {"review_overdue": True, "proposed_direction": "review"},
        {"review_overdue": False, "proposed_direction": ""},
        {"review_overdue": True, "proposed_direction": ""},
    ]
    assert of("E-N7", {"rows": rows}) == {"make_buy_overdue_rows": 2}
    assert of("E-N7", {"rows": []}) == {"make_buy_overdue_rows": None}


LIMITS = [
    {"supplier": "a", "severity": 5, "value_streams_affected": 3, "alternative": "none"},  # 15, severe, no alternative
    {"supplier": "b", "severity": 4, "value_streams_affected": 0, "alternative": "identified"},  # 4, severe
    {"supplier": "c", "severity": 4, "decision": "keep"},  # decided; severe, no alternative named
    {"supplier": "d", "severity": 2},  # 2
    {"supplier": "e", "value_streams_affected": 9},  # no severity: not counted
]


@pytest.mark.parametrize(
    ("rows", "exposure", "unresolved", "without"),
    [
        (LIMITS, 21, 2, 2),
        (LIMITS[2:3], 0, 0, 1),
        (LIMITS[4:], 0, 0, 0),
        ([], None, None, None),
    ],
)
def test_limits_of_suppliers(rows, exposure, unresolved, without):
    keys = ("constraint_exposure", "unresolved_severe_constraints", "severe_without_alternative")
    values = (exposure, unresolved, without)
    assert of("E-N8", {"rows": rows}) == dict(zip(keys, values, strict=True))
    assert of("S-N7", {"rows": rows}) == {f"site_{k}": v for k, v in zip(keys, values, strict=True)}


def test_severe_limits_without_an_alternative_are_flagged_row_by_row():
    for code in ("E-N8", "S-N7"):
        found = figures.of_rows(CONTENT.item_by_code[code], {"rows": LIMITS}, DAY)
        assert [row["severe_without_alternative"] for row in found] == [True, False, True, False, False]
    assert figure_words.of_row(found[0]) == [("No alternative", True)]
    assert figure_words.of_row(found[1]) == []


def matrix(levels, **more):
    """{"DR01": {"current_level": first}, ...}; `more` adds columns of the same length, None leaves a cell empty."""
    cells = {"current_level": levels, **more}
    rows = [{k: column[i] for k, column in cells.items() if column[i]} for i in range(len(levels))]
    return {f"DR{i:02}": row for i, row in enumerate(rows, 1) if row}


# 4 team (4), 2 plant (3), 2 network (2), 2 unclear: mean of 8 = (16 + 6 + 4) / 8 = 3.25; clear 8 of 10
TEN = ["team"] * 4 + ["plant"] * 2 + ["network/region"] * 2 + ["unclear"] * 2


def test_who_decides():
    targets = ["team"] * 4 + ["team", "plant"] + ["enterprise", None] + ["team"] * 2
    # with both levels and a clear current one: 4 x 0, +1, 0, -1 = 7 rows: too few
    found = of("S-N4", matrix(TEN, target_level=targets))
    assert found == {"decentralisation": 3.25, "clarity": 0.8, "decision_shift": None, "ai_shift": None}
    targets[7] = "plant"  # +1: 8 rows, sum 1
    assert of("S-N4", matrix(TEN, target_level=targets))["decision_shift"] == 1 / 8
    assert of("E-N9", matrix(TEN, target_level=targets)) == {
        "enterprise_decentralisation": 3.25,
        "enterprise_clarity": 0.8,
        "enterprise_decision_shift": 0.125,
        "enterprise_ai_shift": None,
    }


def test_the_role_of_ai():
    now = ["none", "informs", "recommends", "decides within limits"] * 2 + ["none", None]
    then = ["informs", "informs", "decides within limits", "none"] * 2 + [None, "informs"]
    # 8 rows: (+1, 0, +1, -3) twice = -2 / 8; unclear rows count here
    found = of("S-N4", matrix(["unclear"] * 10, ai_role_current=now, ai_role_target=then))
    assert found == {"decentralisation": None, "clarity": 0.0, "decision_shift": None, "ai_shift": -0.25}
    assert of("S-N4", {})["clarity"] is None


def test_seven_clear_rows_are_too_few():
    assert of("S-N4", matrix(["team"] * 7))["decentralisation"] is None
    assert of("S-N4", matrix(["team"] * 8))["decentralisation"] == 4.0


def test_mismatch_and_the_mean_over_sites():
    enterprise = matrix(["enterprise"] * 8 + ["unclear", "plant"])
    same, half = matrix(["enterprise"] * 10), matrix(["enterprise"] * 4 + ["team"] * 4)
    # same: DR01-08 agree, DR09 unclear at the centre, DR10 differs: 1 of 9; half: 4 of 8; few: 7 rows
    few = matrix(["team"] * 7 + ["unclear"])
    sites = {1: {"S-N4": same}, 2: {"S-N4": half}, 3: {"S-N4": few}, 4: {}}
    found = figures.of_network(sites, {"E-N9": enterprise})
    assert found["decision_mismatch_by_site"] == {1: 1 / 9, 2: 0.5}
    assert found["decision_mismatch_share"] == pytest.approx((1 / 9 + 1 / 2) / 2)
    assert found["left_out"]["decision_mismatch_share"] == [3, 4]
    nothing = figures.of_network(sites, {})
    assert (nothing["decision_mismatch_share"], nothing["decision_mismatch_by_site"]) == (None, {})


def test_points_of_barriers():
    options = CONTENT.item_by_code["S-N6"].spec["options"]
    sites = {
        "a": {"S-N6": {"skills": 1, "funding rules": 2, "labour relations": 3}},
        "b": {"S-N6": {"funding rules": 1, "skills": 3, "conflicting targets": 2}},
        "c": {"S-N6": {"skills": 1}},
        "d": {},
    }
    found = figures.of_network(sites, {}, options)
    assert {k: v for k, v in found["barrier_points"].items() if v} == {
        "funding rules": 5, "skills": 4, "conflicting targets": 2, "labour relations": 1,
    }  # fmt: skip
    assert list(found["barrier_points"])[:2] == ["funding rules", "skills"]
    assert len(found["barrier_points"]) == 10
    assert found["left_out"]["barrier_points"] == ["c", "d"]


def pilot(days, stage="pilot", **more):
    return {"use_case": "x", "stage": stage, "stage_since": str(DAY - timedelta(days=days)), **more}


def test_pilots():
    # 12 months are 365.25 days: 365 is not older, 366 is
    rows = [
        pilot(365), pilot(366), pilot(800), {"use_case": "no day", "stage": "pilot"},
        *[pilot(900, "scaled")] * 3, pilot(10, "stopped"), {"use_case": "no stage"}, pilot(900, "idea"),
    ]  # fmt: skip
    found = of("E-N10", {"rows": rows, "currency": "EUR"})
    assert found["conversion"] == 3 / 6  # 3 scaled, 1 stopped, 2 stuck
    assert found["stuck_share"] == 2 / 3
    assert found["pilot_age_median"] == pytest.approx(366 / 30.4375)
    assert found["stop_share"] == 1 / 4
    assert (found["realisation"], found["reinvested_share"]) == (None, None)
    assert of("S-N5", {"rows": rows, "currency": "EUR"})["site_conversion"] == 0.5
    assert set(of("E-N10", {"rows": [], "currency": "EUR"}).values()) == {None}


def test_the_age_of_a_row():
    given = [pilot(487), {"use_case": "y"}, pilot(487, "scaled"), pilot(365)]
    rows = figures.of_rows(CONTENT.item_by_code["S-N5"], {"rows": given}, DAY)
    assert rows[:2] == [{"age_months": 16.0, "stuck": True}, {"age_months": None, "stuck": False}]  # 487 / 30.4375
    assert [row["stuck"] for row in rows[2:]] == [
        False,
        False,
    ]  # what is scaled waits for nothing; 12 months are no more


def test_benefits():
    rows = [
        pilot(1, "scaled", expected_benefit="1000.50", realised_benefit="500.25", reinvested_pct=20.0),
        pilot(1, "scaled", expected_benefit="1000.50", realised_benefit="0", reinvested_pct=100.0),
        pilot(1, "scaled", expected_benefit="0", realised_benefit="300"),  # nothing expected: not in the share
        pilot(1, "scaled", expected_benefit="9000"),  # not confirmed yet
        pilot(
            1, "pilot", expected_benefit="1", realised_benefit="499.75", reinvested_pct=0.0
        ),  # reinvested counts any stage
    ]
    found = of("E-N10", {"rows": rows, "currency": "EUR"})
    assert found["realisation"] == 0.25  # 500.25 / 2001
    assert found["reinvested_share"] == pytest.approx(100.05 / 1000)  # 20 % of 500.25, 0 % of 499.75


def test_nothing_is_ever_stopped():
    five = {"rows": [{"use_case": "x", "stage": "scaled"}] * 5}
    assert figures.stop_share(five, DAY) == 0
    assert figures.nothing_stops(five)
    assert not figures.nothing_stops({"rows": five["rows"][1:]})
    assert not figures.nothing_stops({"rows": [*five["rows"], {"use_case": "x", "stage": "stopped"}]})


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ({"headcount_direct": 100, "headcount_indirect": 20}, 120),
        ({"headcount_indirect": 20}, 20),
        ({"headcount_direct": 0}, 0),
        ({}, None),
    ],
)
def test_headcount(profile, expected):
    assert of("S-N1", profile) == {"headcount": expected}


CAPACITY = {"nominal_capacity_units": 200.0, "demonstrated_capacity_units": 150.0, "utilisation_pct": 80.0, "electricity_mwh_year": 50.0, "other_energy_mwh_year": 10.0}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "realism", "energy"),
    [
        ({}, 0.75, 0.5),  # 60 MWh / 120 units
        ({"nominal_capacity_units": 0.0}, None, 0.5),
        ({"nominal_capacity_units": None}, None, 0.5),
        ({"demonstrated_capacity_units": 0.0}, 0.0, None),
        ({"utilisation_pct": 0.0}, 0.75, None),
        ({"other_energy_mwh_year": None}, 0.75, None),
        ({"other_energy_mwh_year": 0.0}, 0.75, 50 / 120),
        ({"demonstrated_capacity_units": 250.0}, 1.25, 0.3),
    ],
)
def test_capacity_and_energy(change, realism, energy):
    found = of("S-N3", {**CAPACITY, **change})
    assert found == {"capacity_realism": realism, "energy_per_unit": pytest.approx(energy) if energy else None}


def test_gaps_to_targets():
    targets = {"CAP1": {"target": 4.0, "by": "2027-01-01"}, "CAP2": {"target": 2.0}, "CAP3": {"target": 3.0}}
    assert figures.target_gap(targets, {"CAP1": 2.5, "CAP2": 3.0, "VST1": 1.0}) == {"CAP1": 1.5, "CAP2": 0}


def test_all_figures_of_a_submission():
    enterprise = figures.of_submission(
        CONTENT, "enterprise", {"E-N3b": {"choice": "low"}, "E-N8": {"rows": LIMITS}}, DAY
    )
    assert enterprise["E-N3b"] == "low"
    assert enterprise["E-N3a"] is None
    assert enterprise["constraint_exposure"] == 21
    assert enterprise["conversion"] is None
    assert not any(key.startswith("site_") for key in enterprise)
    profile = {"margin_criticality": 4, "headcount_direct": 5}
    data = {"S-N1": profile, "S-N3": {"automation_maturity": 2}, "S-N2": {"materials": 60.0, "quality": 40.0}}
    site = figures.of_submission(CONTENT, "site", data, DAY)
    assert (site["segment"], site["largest_cost_category"], site["headcount"]) == ("Modernise", "materials", 5)
    assert site["site_conversion"] is None
    assert figures.of_submission(CONTENT, "site", {}, DAY)["segment"] is None


stages = st.sampled_from(["idea", "defined", "funded", "pilot", "scaled", "stopped"])
amounts = st.one_of(st.none(), st.decimals(0, 10**9, places=2).map(str))
rows_of_pilots = st.lists(
    st.fixed_dictionaries(
        {"use_case": st.just("x")},
        optional={
            "stage": stages,
            "stage_since": st.dates(date(1990, 1, 1), DAY).map(str),
            "expected_benefit": amounts.filter(bool),
            "realised_benefit": amounts.filter(bool),
            "reinvested_pct": st.floats(0, 100).map(lambda x: round(x, 1)),
        },
    ),
    max_size=12,
)


@given(rows_of_pilots)
def test_shares_of_pilots_stay_between_0_and_1_and_do_not_hang_on_the_order(rows):
    found = of("E-N10", {"rows": rows, "currency": "EUR"})
    for key in ("conversion", "stuck_share", "reinvested_share", "stop_share"):
        assert found[key] is None or 0 <= found[key] <= 1
    assert found == pytest.approx(of("E-N10", {"rows": rows[::-1], "currency": "EUR"}))


@given(st.lists(st.sampled_from(["team", "plant", "network/region", "enterprise", "unclear", None]), min_size=16, max_size=16))  # fmt: skip
def test_decisions_stay_in_their_range(levels):
    data = matrix(levels)
    found = of("S-N4", data)
    assert found["decentralisation"] is None or 1 <= found["decentralisation"] <= 4
    assert found["clarity"] is None or 0 <= found["clarity"] <= 1
    assert figures.mismatch_share(data, data) in (None, 0)  # nobody disagrees with the own answer
