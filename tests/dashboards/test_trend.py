"""What changed since the last cycle, and the trend: the pages say what the numbers are."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments import derivations, insight, selectors, since, trend
from assessments.change import Change
from assessments.reading import Reading
from opmodel.dashboards import change_words
from opmodel.dashboards.charts import trend as chart
from opmodel.organisations.models import Member, Organisation
from opmodel.organisations.tenancy import installation, tenant
from tests.dashboards.conftest import STORIES


def org_of(key: str) -> Organisation:
    with installation():
        return Organisation.objects.get(name=STORIES[key].name)


def looking_back(key: str):
    return tenant(org_of(key).pk)


def seen_back() -> insight.Insight:
    member = Member.objects.get(role="csco")
    rows = list(selectors.scored_enterprise(member).select_related("cycle", "organisation"))
    reading = Reading(rows, rows[:2])
    return insight.build(rows[0], reading.results[rows[0].pk], "", reading)


def test_the_parts_of_the_demo_add_up_for_every_measure(world, db):
    with looking_back("nordwerk"):
        found = since.since(seen_back())
        assert found.earlier.cycle.name == "Assessment 2024"
        known = [c for c in (*found.enterprise.values(), *map(found.network, found.dimensions)) if c.by is not None]
        assert len(known) > 50
        for c in known:
            assert sum(c.kinds.values()) == pytest.approx(c.by, abs=1e-7)
            parts = sum(p.by for own in c.parts.values() for p in own)
            assert parts + c.kinds.get("method", 0) + c.kinds.get("recalculated", 0) == pytest.approx(c.by, abs=1e-7)
        assert found.compared == 27
        for d, quick in found.kinds.items():
            assert quick.kinds == pytest.approx(sums(found.network(d)), abs=1e-9)
        assert sum(found.plants.kinds.values()) == pytest.approx(found.plants.by, abs=1e-7)


@pytest.mark.parametrize(
    "page",
    ["/dashboard/", "/dashboard/?sort=priority", "/dashboard/trend/", "/dashboard/published/",
     "/dashboard/peers/", "/dashboard/peers/CAP1/",
     *(f"{{explain}}CAP2/?what={what}" for what in derivations.MAKERS if what != "action")],
)  # fmt: skip
def test_a_page_takes_fewer_than_15_statements(browser, page):
    """As the pins count: sign-in and tenant included, the organisation known from the session. Two cycles are scored."""
    client = browser("nordwerk")
    session = client.session
    session["organisation"] = org_of("nordwerk").pk
    session.save()
    link = re.findall(r'href="(/dashboard/explain/[^"?]+/)CAP2/"', client.get("/dashboard/").content.decode())[0]
    path = page.format(explain=link)
    client.get(path)  # fills the caches of the content
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path).status_code == 200
    assert sum(not q["sql"].startswith("SELECT set_config(") for q in seen) < 15


def sums(change: Change) -> dict[str, float]:
    """The kinds of a change added up from its parts."""
    told = {kind: sum(p.by for p in change.parts.get(kind, ())) for kind in change.kinds}
    return told | {"recalculated": change.kinds["recalculated"]}


def test_one_cycle_has_no_change_and_says_so(browser):
    body = browser("leader").get("/dashboard/").content.decode()
    assert "This is the first scored cycle: what changed stands here after the next one." in body
    page = browser("leader").get("/dashboard/trend/").content.decode()
    assert "One cycle is scored so far: the trend begins with the next one." in page
    assert browser("leader").get("/dashboard/figures/change.csv").status_code == 404
    assert browser("leader").get("/dashboard/figures/trend.csv").status_code == 200


def test_the_earlier_cycle_has_none_before_it(browser):
    client = browser("nordwerk")
    older = re.search(r'href="\?cycle=(\w+)">Assessment 2024', client.get("/dashboard/").content.decode())[1]
    body = client.get(f"/dashboard/?cycle={older}").content.decode()
    assert "This is the first scored cycle" in body
    assert f'href="/dashboard/trend/?cycle={older}"' in body


@pytest.mark.parametrize("sort", ["order", "gap", "peers", "priority"])
def test_dimensions_are_sorted_as_asked(browser, sort):
    body = browser("nordwerk").get(f"/dashboard/?sort={sort}").content.decode()
    table = body.split('<table class="dims">')[1].split("</table>")[0]
    last = [re.sub(r"<[^>]+>", "", row.split("<td")[-1].partition(">")[2]).strip()
            for row in re.findall(r'<tr class="component \w+">(.*?)</tr>', table, re.S)]  # fmt: skip
    assert len(last) == 27
    numbers = [float(t.replace("−", "-")) for t in last if t != "–"]
    if sort != "order":
        assert numbers == sorted(numbers)
        assert last[: len(numbers)] == [t for t in last if t != "–"]  # what cannot be sorted stands last
    assert browser("nordwerk").get("/dashboard/?sort=nonsense").status_code == 404


def test_without_peers_that_order_is_not_offered(browser):
    assert "Furthest behind peers first" in browser("nordwerk").get("/dashboard/").content.decode()
    assert "Furthest behind peers first" not in browser("alone").get("/dashboard/").content.decode()


def test_trend_holds_every_cycle_with_its_own_peers(world, db):
    with looking_back("nordwerk"):
        points = trend.trend(seen_back())
    assert [p.cycle for p in points] == ["Assessment 2024", "Assessment 2025"]
    for p in points:
        assert set(p.medians) == set(p.scores) | (set(p.medians) - set(p.scores))
        assert len(p.medians) >= 31
        assert len(p.targets) == 27
        assert p.illustrative
    with looking_back("alone"):
        (only,) = trend.trend(seen_back())
    assert only.medians == {}
    assert only.release == ""


def test_a_break_is_marked_where_method_or_content_changed():
    drawn = chart.spark([chart.Moment("a", 2.0, 2.5, 3.0, False), chart.Moment("b", None, 2.5, 3.0, True),
                         chart.Moment("c", 4.0, 3.0, None, False)])  # fmt: skip
    assert drawn.breaks == (29.0,)  # half way between 8 and 50 percent
    assert drawn.lines == ()  # no line over a cycle without a score
    assert len(drawn.peers) == 2
    assert [d[0] for d in drawn.dots] == [8.0, 92.0]
    cycles = [chart.Cycle("a", date(2025, 1, 1), {"X": 2.0}, {}, {"X": 3.0}, {}, "1", "2", "")]
    words = chart.Words(*["w"] * 13)
    assert chart.over_cycles(cycles, {"X": "Name"}, words).rows == (
        ("Name", "a", "2025-01-01", 2.0, None, 3.0, None, "1", "2", ""),
    )


@pytest.mark.parametrize(
    ("before", "after", "kinds", "said"),
    [
        (2.0, 2.5, {"answers": 0.4, "counted": 0.1},
         "The overall score rose from 2.0 to 2.5 since 2025. Most of it comes from changed answers, above all in Utilities."),
        (2.5, 2.0, {"answers": 0.1, "content": -0.6},
         "The overall score fell from 2.5 to 2.0 since 2025. Most of it comes from the changed content of the questionnaire."),
        (2.0, 2.5, {"method": 0.5},
         "The overall score rose from 2.0 to 2.5 since 2025. Most of it comes from the changed method."),
        (2.0, 2.5, {}, "The overall score rose from 2.0 to 2.5 since 2025. The answers of one cycle have changed since they "
                       "were scored, so the change is not taken apart."),
        (2.46, 2.54, {"answers": 0.08}, "The overall score is where it was in 2025: 2.5."),
        (None, 2.5, {}, "The overall score cannot be compared with 2025: one of the two cycles has none."),
    ],
)  # fmt: skip
def test_the_sentence_says_what_moved_most(before, after, kinds, said):
    assert change_words.change_headline("2025", before, after, kinds, "Utilities") == said


def test_the_sentence_of_the_plants():
    told = change_words.plants_headline("2025", 2.0, 2.5, {"improved": 0.1, "joined": 0.4}, 27)
    assert told == "The plants' view rose from 2.0 to 2.5 since 2025. Most of it comes from plants that came in."
    assert "cannot be compared" in change_words.plants_headline("2025", None, None, {}, 0)
    assert Change(None, 2.0, {}, {}).by is None


def test_published_figures_stand_with_size_and_date(browser):
    body = browser("nordwerk").get("/dashboard/published/").content.decode()
    assert body.count('<tr id="BF') == 10
    assert "May 2025" in body
    assert '<td class="num" data-label="n">128</td>' in body
    assert '<td class="num" data-label="n">70</td>' in body
    assert "not stated" in body
    assert "Other surveys asked other people in other words: background, not a benchmark." in body
    assert browser("nordwerk", "plant1").get("/dashboard/published/").status_code == 403
