"""Figures: what is drawn, the table below it and the CSV file are the same numbers."""

import csv
import io
import json
import re

import pytest

from opmodel.dashboards import gallery
from opmodel.dashboards.charts import perception as chart
from opmodel.dashboards.charts.figure import Column, Figure

WORDS = chart.Words("Title", "Note", "Dimension", "Head office", "Plants", "Difference", "Sites", "levels")
VIEWS = [
    chart.Views("Wide", 4.0, 3.125, 0.875, True, 12),
    chart.Views("Close", 3.0, 3.25, -0.25, False, 11),
]


def test_the_chart_and_its_table_show_the_same_numbers():
    figure = chart.two_views(VIEWS, WORDS)
    assert figure.rows == (("Wide", 4.0, 3.125, 0.875, 12), ("Close", 3.0, 3.25, -0.25, 11))
    thin, thick, office, plants = figure.plot["data"]
    assert (thin["x"], thick["x"]) == ([3.0, 3.25, None], [4.0, 3.125, None])
    assert thick["line"]["width"] > thin["line"]["width"]  # the flag is not told by colour alone
    assert (office["y"], office["x"], plants["x"]) == (["Close", "Wide"], [3.0, 4.0], [3.25, 3.125])
    assert figure.said() == [["Wide", "4.00", "3.13", "0.88", "12"], ["Close", "3.00", "3.25", "-0.25", "11"]]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_no_cell_of_a_file_is_run_as_a_formula(text):
    figure = Figure("x", "", "", (Column("site", "Site"), Column("n", "n", digits=0)), ((text, -3),))
    (_head, row) = csv.reader(io.StringIO(figure.csv(text), newline=""))
    assert row == [f"'{text}", "-3", f"'{text}"]  # a negative number stays one


def rows_of(response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_a_figure_is_downloaded_with_its_sources(browser):
    client = browser("nordwerk")
    page = client.get("/dashboard/perception/").content.decode()
    (drawn,) = re.findall(r'<script id="figure-perception" type="application/json">(.*?)</script>', page)
    found = client.get("/dashboard/figures/perception.csv")
    assert found["Content-Type"] == "text/csv; charset=utf-8"
    assert found["Content-Disposition"] == 'attachment; filename="perception.csv"'
    head, *rows = rows_of(found)
    assert head == [
        "Dimension", "Head office (levels)", "Plants, weighted mean (levels)", "Difference (levels)", "Plants (n)", "Source",
    ]  # fmt: skip
    office = json.loads(drawn)["data"][2]
    assert [(r[0], float(r[1])) for r in reversed(rows)] == list(zip(office["y"], office["x"], strict=True))
    for told in ("Cycle: ", "plants submitted: 12 of 12", "illustrative peers, made up", "release illustrative-2026"):
        assert told in rows[0][-1]


def test_a_figure_that_is_not_there_or_not_for_this_role_is_not_found(browser):
    assert browser("nordwerk").get("/dashboard/figures/nothing.csv").status_code == 404
    assert (
        browser("laggard").get("/dashboard/figures/perception.csv").status_code == 404
    )  # one plant: nothing to compare
    assert browser("nordwerk", "plant1").get("/dashboard/figures/perception.csv").status_code == 404
    assert browser("nordwerk", "admin").get("/dashboard/figures/perception.csv").status_code == 403
    assert browser("nordwerk").get("/dashboard/figures/perception.csv?cycle=zzz").status_code == 404


def test_without_peers_no_source_is_named(browser):
    (_head, row, *_rest) = rows_of(browser("alone").get("/dashboard/figures/perception.csv"))
    assert "peers" not in row[-1]


def test_every_figure_of_a_full_company_has_rows(browser):
    client = browser("nordwerk")
    assert client.get("/dashboard/perception/").status_code == 200  # the addresses are read: every figure is registered
    assert gallery.GALLERY
    beside = re.findall(r'name="site" value="(\w+)"', client.get("/dashboard/sites/beside/").content.decode())[:2]
    for code in gallery.GALLERY:
        asked = {"site": beside} if code == "site-beside" else {}  # two plants at least are chosen
        found = client.get(f"/dashboard/figures/{code}.csv", asked)
        assert found.status_code == 200, code
        assert len(rows_of(found)) > 1, code
