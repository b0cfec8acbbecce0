"""Value streams and resources: families, suppliers, pilots, capacity; expected numbers by hand."""

import csv
import io
from datetime import date
from fractions import Fraction

import pytest

from assessments import perception, streams
from assessments.method import Perception
from opmodel.dashboards import headlines as h
from opmodel.dashboards.charts import streams as charts
from tests.dashboards.test_facts import world  # noqa: F401 - a fixture

DAY = date(2026, 6, 1)


def test_families_stand_by_importance_and_the_unrated_last():
    rows = [
        {"item_family": "Bolts"},
        {"item_family": "Seals", "strategic_importance": 4, "internal_capability_vs_market": 2, "last_reviewed": "2026-05-01"},
        {"item_family": "Gears", "strategic_importance": 5, "internal_capability_vs_market": 4, "supply_risk": 3, "last_reviewed": "2024-05-31"},
    ]  # fmt: skip
    found = streams.families(rows, DAY)
    assert [(f.name, f.placed, f.review, f.overdue) for f in found] == [
        ("Gears", True, False, True),  # a day more than 24 months
        ("Seals", True, True, False),
        ("Bolts", False, False, True),
    ]


def test_exposure_adds_up_what_several_lists_say_of_one_supplier():
    enterprise = {"E-N8": {"rows": [
        {"supplier": "Castings", "severity": 5, "value_streams_affected": 3, "constraint": "capacity", "alternative": "none", "decide_by": "2026-09-01"},
        {"supplier": "Chips", "severity": 4, "decision": "develop"},
    ]}}  # fmt: skip
    plant = {"S-N7": {"rows": [
        {"supplier": " castings", "severity": 2, "constraint": "quality", "decide_by": "2026-08-01"},
        {"supplier": "Paint", "severity": 3, "value_streams_affected": 0},
    ]}}  # fmt: skip
    found = streams.exposures([("", enterprise, DAY), ("Altmark", plant, DAY)])
    assert [(e.supplier, e.points, e.severity, e.no_alternative) for e in found] == [
        ("Castings", 17, 5, True),  # 5 x 3 and 2 x 1
        ("Paint", 3, 3, False),  # 3 x 1: no value stream named counts as one
    ]
    assert (found[0].sites, found[0].constraints, found[0].decide_by) == (
        ("", "Altmark"), ("capacity", "quality"), "2026-08-01",
    )  # fmt: skip


def test_the_funnel_counts_each_list_to_its_own_day():
    rows = [
        {"stage": "pilot", "stage_since": "2025-05-01"},
        {"stage": "pilot"},
        {"stage": "scaled", "expected_benefit": "200.00", "realised_benefit": "50.00"},
        {"stage": "scaled", "expected_benefit": "100.00"},
        {"stage": "stopped"},
    ]
    lists = [
        ("A", {"S-N5": {"currency": "EUR", "rows": rows}}, DAY),
        ("B", {"S-N5": {"currency": "EUR", "rows": rows[:1]}}, date(2026, 1, 1)),
    ]
    found = streams.funnel(lists, "S-N5")
    assert found.counts == {"idea": 0, "defined": 0, "funded": 0, "pilot": 3, "scaled": 2, "stopped": 1}
    assert (found.running, found.stuck) == (2, 1)  # 13 months in A, 8 in B
    assert (found.conversion, found.stuck_share) == (0.5, 0.5)  # 2 of 2 + 1 + 1
    assert (found.realised, found.expected, found.realisation) == (Fraction(50), Fraction(200), 0.25)
    lists.append(("C", {"S-N5": {"currency": "USD", "rows": rows[2:3]}}, DAY))
    mixed = streams.funnel(lists, "S-N5")
    assert (mixed.currency, mixed.realisation) == ("", None)  # money of two currencies does not add up
    assert streams.funnel([("A", {}, DAY)], "S-N5") is None


def test_capacity_stands_with_the_fullest_first_and_without_a_figure_last():
    data = [
        (
            "A",
            {"S-N3": {"utilisation_pct": 60.0, "demonstrated_capacity_units": 80, "nominal_capacity_units": 100}},
            DAY,
        ),
        ("B", {"S-N3": {}}, DAY),
        ("C", {"S-N3": {"utilisation_pct": 95.0, "capacity_unit": "pieces"}}, DAY),
        ("D", {"S-N3": {"capacity_unit": "t"}}, DAY),
    ]
    found = streams.capacities(data)
    assert [(c.site, c.utilisation, c.realism) for c in found] == [
        ("C", 95.0, None),
        ("A", 60.0, 80.0),
        ("D", None, None),
    ]


RULES = Perception(Fraction(1, 2), Fraction(4, 5), 3, 5, Fraction(9, 10))


@pytest.mark.parametrize(
    ("levels", "referent", "agreement", "spread"),
    [
        ([3, 3, 3, 3, 3], "network_process", 1.0, None),
        ([1, 5, 1, 5, 1], "network_process", 0.0, None),  # s2 = 4.8, cut at 0
        ([3, 3, 3, 3], "network_process", None, None),  # unstable below five plants
        ([2, 4], "own_site", None, 2**0.5),
        ([2], "own_site", None, None),
    ],
)
def test_plants_agree_on_a_shared_process_and_spread_on_their_own(levels, referent, agreement, spread):
    found = perception.together(levels, referent, RULES)
    assert found.agreement == (None if agreement is None else pytest.approx(agreement))
    assert found.spread == (None if spread is None else pytest.approx(spread))
    assert found.sites == len(levels)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (h.make_buy_headline(3, 2, 1), "2 item families ask for a review: important, and the market is ahead or supply at risk."),
        (h.make_buy_headline(3, 0, 1), "No rating asks for a review, but 1 make-or-buy choice is older than two years."),
        (h.make_buy_headline(3, 0, 0), "No make-or-buy choice asks for a review."),
        (h.make_buy_headline(0, 0, 0), "No item family is rated as important."),
        (h.limits_headline([]), "A decision is taken on every supplier limit."),
        (h.limits_headline([("Castings", 4)]), "One supplier has open limits: Castings."),
        (h.limits_headline([("Castings", 10), ("Paint", 3), ("Wax", 2)]), "Castings alone stands for 67 % of the open supplier exposure."),
        (h.limits_headline([("Castings", 5), ("Paint", 4)]), "Nobody has decided on the limits of Castings and Paint."),
        (h.limits_headline([("Castings", 4), ("Paint", 3), ("Wax", 3)]), "Castings and Paint stand for 70 % of the open exposure of 3 suppliers."),
        (h.pilots_headline(0, 0, 0, 3), "No pilot has been decided on yet."),
        (h.pilots_headline(2, 4, 0, 1), "Of 4 decided use cases 2 reached daily use; no pilot runs longer than a year."),
        (h.pilots_headline(2, 5, 1, 3), "2 use cases reached daily use, and 1 of 3 running pilots are older than a year."),
        (h.capacity_headline([("A", 90.6), ("B", 60.0)]), "A uses 91 % of the capacity it has shown, B 60 %."),
        (h.capacity_headline([("A", 90.0)]), "A uses 90 % of the capacity it has shown."),
        (h.capacity_headline([("A", 90.1), ("B", 89.9)]), "All plants use 90 % of the capacity they have shown."),
        (h.capacity_headline([]), "No plant states how much of its capacity it uses."),
    ],
)  # fmt: skip
def test_headlines(said, expected):
    assert said == expected


def test_names_of_one_point_stand_together_and_no_name_is_markup():
    found = streams.families(
        [{"item_family": f"<i>{n}</i>", "strategic_importance": 3, "internal_capability_vs_market": 3} for n in "abc"],
        DAY,
    )
    words = dict.fromkeys(
        [
            "title",
            "note",
            "x",
            "y",
            "corner",
            "unplaced",
            "behind",
            "equal",
            "ahead",
            "family",
            "current",
            "importance",
            "capability",
            "cost_delta",
            "supply_risk",
            "direction",
            "review",
            "overdue",
            "yes",
            "no",
            "current_",
            "direction_",
        ],
        "w",
    )
    figure = charts.make_buy(found, words)
    marks, labels = figure.plot["data"]
    assert marks["customdata"] == ["&lt;i&gt;a&lt;/i&gt;", "&lt;i&gt;b&lt;/i&gt;", "&lt;i&gt;c&lt;/i&gt;"]
    assert [text.strip() for text in labels["text"]] == ["&lt;i&gt;a&lt;/i&gt;, &lt;i&gt;b&lt;/i&gt; +1"]
    assert figure.rows[0][0] == "<i>a</i>"  # the table escapes for itself


@pytest.mark.django_db
def test_the_page_and_its_files_say_what_the_lists_say(world):  # noqa: F811
    client = world.client()
    page = client.get("/dashboard/streams/").content.decode()
    assert "2 item families ask for a review" in page
    assert "One supplier has open limits: Castings." in page
    assert "Housings &lt;b&gt;" in page
    found = client.get("/dashboard/figures/supplier-limits.csv").content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(found))
    assert (row["Supplier"], row["Open exposure (points)"], row["Worst severity (1–5)"]) == (
        "Castings",
        "19",
        "5",
    )  # 5 x 3 and 4 x 1
    assert row["Alternative for severe limits"] == "none"
    rows = list(
        csv.DictReader(io.StringIO(client.get("/dashboard/figures/make-or-buy.csv").content.decode("utf-8-sig")))
    )
    assert [r["Item family"] for r in rows] == ["Housings <b>", "Seals", "Bolts", "Gears"]
    assert [r["Asks for a review"] for r in rows] == ["yes", "yes", "no", "no"]


@pytest.mark.django_db
def test_both_sides_of_who_decides_lie_over_each_other(world):  # noqa: F811
    client = world.client()
    page = client.get("/dashboard/perception/").content.decode()
    assert "Head office and 2 plants see 38 % of the decisions on different levels" in page
    rows = list(csv.DictReader(io.StringIO(client.get("/dashboard/figures/decisions.csv").content.decode("utf-8-sig"))))
    assert len(rows) == 16
    keys = (
        "Head office: today",
        "Today: enterprise (plants)",
        "Today: plant (plants)",
        "Seen differently (plants)",
        "Compared (plants)",
    )
    assert [tuple(rows[i][k] for k in keys) for i in (0, 5, 15)] == [
        ("enterprise", "0", "3", "3", "3"),
        ("enterprise", "1", "1", "1", "2"),  # the third plant knows five only
        ("enterprise", "2", "0", "0", "2"),
    ]


@pytest.mark.django_db
def test_without_lists_the_page_says_what_is_missing(nordwerk):
    from tests import build

    page = build.score_all(nordwerk, peers=False).client().get("/dashboard/streams/").content.decode()
    assert "No lists are filled in yet" in page
