"""The pages about the plants, on the contrasting companies and on small ones counted by hand."""

import csv
import html
import io
import re

import pytest

from assessments import publishing, workflow
from assessments.models import Answer, Question
from opmodel.jobs import queue
from opmodel.organisations.models import Site
from tests import build
from tests.dashboards.conftest import STORIES

pytestmark = pytest.mark.django_db
SITES, MAP, BEST, BESIDE = (f"/dashboard/sites/{tail}" for tail in ("", "map/", "best/", "beside/"))


def said(client, path: str) -> str:
    reply = client.get(path)
    assert reply.status_code == 200, (path, reply.status_code)
    return html.unescape(reply.content.decode())


def text_of(body: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", body.split("<main")[1]).split())


def plants_in(body: str) -> list[str]:
    """The names of the rows of the heat map, in their order."""
    return re.findall(
        r'<a href="/dashboard/sites/\w+/">([^<]+)</a>', body.split('class="heat"')[1].split("</table>")[0]
    )


def rows_of(reply) -> list[list[str]]:
    assert reply.status_code == 200
    return list(csv.reader(io.StringIO(reply.content.decode("utf-8-sig"))))


def shape(world, profiles) -> None:
    """Give each plant its margin, growth, automation and role, before it is scored."""
    for submission, (margin, growth, automation, role) in zip(world.submissions[1:], profiles, strict=True):
        found = {"margin_criticality": margin, "growth_criticality": growth, "role": role}
        with world.inside():
            for code, data in (("S-N1", found), ("S-N3", {"automation_maturity": automation})):
                question = Question.objects.get(code=code, questionnaire=world.cycle.questionnaire)
                Answer.objects.create(
                    organisation=world.organisation, submission=submission, question=question, status="data",
                    data={k: v for k, v in data.items() if v is not None}, saved_at="2026-01-01T00:00Z",
                )  # fmt: skip


@pytest.fixture
def four(db):
    """Plants 2, 3, 4, 2 in every question; Lead, Modernise, Review by its role, and one without automation."""
    world = build.world("Work", sites=4)
    with world.inside():
        Site.objects.filter(pk=world.sites[3].pk).update(region="South")
    shape(
        world, [(5, 1, 4, "contributor"), (2, 4, 3, None), (5, 5, 5, "transition/exit candidate"), (5, 5, None, None)]
    )
    return build.score_all(world, peers=False)


# --- every page on every company ---------------------------------------------------------------------------------


@pytest.mark.parametrize("key", STORIES)
@pytest.mark.parametrize("page", [SITES, SITES + "?group=region&sort=-CAP1&columns=components", MAP, BEST, BEST + "?sort=spread", BESIDE])  # fmt: skip
def test_every_page_opens_for_every_company(browser, key, page):
    body = said(browser(key), page)
    told = text_of(body)
    assert "made up" in told
    assert not re.search(r"\bNone\b(?! of the)|\bnan\b|%\(", told)
    assert body.count("<h1") == 1


@pytest.mark.parametrize("key", STORIES)
def test_every_plant_has_a_page_and_every_link_of_the_pages_leads_somewhere(browser, key):
    client = browser(key)
    pages = [said(client, path) for path in (SITES, MAP, BEST)]
    links = {link for page in pages for link in re.findall(r'href="(/dashboard/sites/\w{12,}/[^"#]*)', page)}
    assert links
    for link in sorted(links)[:: max(1, len(links) // 12)]:
        told = text_of(said(client, link))
        assert not re.search(r"\bNone\b(?! of the)|\bnan\b|%\(", told)


def test_one_plant_alone_is_told_so(browser):
    client = browser("laggard")
    assert "The one plant that answered is weakest in" in said(client, SITES)
    assert "It takes two plants with a score to tell who is best." in said(client, BEST)
    assert "It takes two plants with a score to put them side by side." in said(client, BESIDE)


# --- heat map ----------------------------------------------------------------------------------------------------


def test_the_heat_map_groups_by_segment_and_shows_each_groups_mean(four):
    body = said(four.client(), SITES)
    heads = re.findall(r'<tr class="mean"><th scope="row">(.*?)</th>(.*?)</tr>', body)
    told = [
        (text_of(f"<main>{name}").replace("main> ", "").strip(" >"), re.findall(r">([\d.–]+)<", cells)[0])
        for name, cells in heads
    ]
    assert [(t.split(" 1 ")[0], v) for t, v in told] == [
        ("All shown, mean", "2.8"),  # (2 + 3 + 4 + 2) / 4 = 2.75, half up
        ("Lead", "2.0"),
        ("Modernise", "3.0"),
        ("Review", "4.0"),  # by its role, whatever its figures say
        ("Profile incomplete", "2.0"),
    ]
    assert "The plants score the same in every dimension: 2.5." in body  # the median of 2, 2, 3, 4


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("group=none&sort=OVERALL", ["Work 3", "Work 2", "Work 1", "Work 4"]),
        ("group=none&sort=-CAP1", ["Work 1", "Work 4", "Work 2", "Work 3"]),
        ("group=none&sort=name", ["Work 1", "Work 2", "Work 3", "Work 4"]),
        ("group=none", ["Work 3", "Work 2", "Work 1", "Work 4"]),  # alike ones together, the stronger first
        ("group=region&sort=name", ["Work 1", "Work 2", "Work 3", "Work 4"]),
        ("group=none&sort=name&region=South", ["Work 4"]),
        ("group=none&segment=Lead", ["Work 1"]),
        ("group=none&segment=-", ["Work 4"]),  # without a segment
        ("group=none&sort=name&q=K 2", ["Work 2"]),
    ],
)
def test_the_reader_groups_sorts_and_sifts(four, query, expected):
    client = four.client()
    assert plants_in(said(client, f"{SITES}?{query}")) == expected
    rows = rows_of(client.get(f"/dashboard/figures/site-heat-map.csv?{query}"))
    assert [r[0] for r in rows[1:]] == expected  # the file follows the page


def test_nothing_that_fits_is_said_and_nonsense_is_not_found(four):
    client = four.client()
    assert "No plant fits this choice." in said(client, SITES + "?q=zzz")
    for query in (
        "group=colour",
        "sort=CAP99",
        "columns=x",
        "page=0",
        "page=2",
        "page=%C2%B2",
        "page=9999999999",
        "cycle=x",
    ):
        assert client.get(f"{SITES}?{query}").status_code == 404, query
    assert client.get("/dashboard/figures/site-heat-map.csv?sort=x").status_code == 404


def test_a_long_table_comes_in_pages(monkeypatch, four):
    monkeypatch.setattr("opmodel.dashboards.sites.heat_map.ROWS", 3)
    client = four.client()
    first, second = (said(client, f"{SITES}?group=none&sort=name&page={n}") for n in (1, 2))
    assert plants_in(first) == ["Work 1", "Work 2", "Work 3"]
    assert plants_in(second) == ["Work 4"]
    assert "continued" in second
    assert "continued" not in first
    assert second.count("2.8") >= 2  # the mean of all four, on both pages


def test_the_numbers_stand_in_the_file(four):
    head, *rows = rows_of(four.client().get("/dashboard/figures/site-heat-map.csv?group=none&sort=name"))
    assert head[:5] == ["Site", "Segment", "Region", "Overall (level)", "Capabilities (level)"]
    assert len(head) == 3 + 32 + 1
    assert rows[0][:4] == ["Work 1", "Lead", "North", "2.0"]
    assert rows[3][:4] == ["Work 4", "", "South", "2.0"]
    assert "surveys of 4 plants" in rows[0][-1]


# --- modernisation map -------------------------------------------------------------------------------------------


def test_the_map_places_names_and_explains(four):
    body = said(four.client(), MAP)
    assert "1 of 4 plants has first claim on capital: critical, and little automated." in body
    grid = [
        re.findall(r"<td class=\"seg (\w+).*?\">(.*?)</td>", row)
        for row in re.findall(r"<tr><th scope=\"row\">.*?</tr>", body)
    ]
    assert [[segment for segment, _cell in row] for row in grid] == [
        ["Modernise"] * 3 + ["Lead"] * 2,
        ["Modernise"] * 3 + ["Lead"] * 2,
        ["Sustain"] * 2 + ["Optimise"] * 3,
        ["Sustain"] * 2 + ["Optimise"] * 3,
        ["Review"] * 5,
    ]
    assert "Work 1" in grid[0][3][1]  # margin 5 counts, not growth 1; automation 4
    assert "Work 2" in grid[1][2][1]
    assert "Work 3" in grid[0][4][1]
    assert "(Review)" in grid[0][4][1]  # its field says Lead
    told = text_of(body)
    assert "It is a candidate for transition or exit: reviewed whatever its figures say." in told
    assert "Margin 5 and growth 1 of 5, the higher counts; automation 4 of 5." in told
    assert "One plant cannot be placed" in told
    assert "Work 4 : Automation of the site" in told
    assert "first claim on capital; close asset readiness and application gaps" in told
    assert "Margin or growth 4 to 5, automation 1 to 3." in told
    rows = rows_of(four.client().get("/dashboard/figures/site-modernisation.csv"))
    assert rows[1][:6] == ["Work 1", "Lead", "5", "1", "4", "contributor"]
    assert rows[4][-2] == "Automation of the site"


# --- who is best -------------------------------------------------------------------------------------------------


def test_the_best_plant_is_named_with_the_way_to_what_it_answered(four):
    body = said(four.client(), BEST)
    assert "Work 3 is best most often: in 27 of 27 dimensions no plant is better." in body
    link = re.search(r'data-label="Learn from"><a href="([^"]+)">Work 3</a>', body)[1]
    assert link.endswith("/CAP1/")
    told = text_of(said(four.client(), link))
    catalogue = publishing.catalogue(four.cycle.questionnaire_id)
    question = catalogue.questions_of("site", "CAP1")[0]
    assert question.text in told
    assert f"4 {question.anchors[3]}" in told
    assert "With 5 plants or more the page also says who stands apart." in body


def test_beside_another_plant_both_answers_stand_with_their_words(four):
    first, third = (four.submissions[i].public_id for i in (1, 3))
    told = text_of(said(four.client(), f"/dashboard/sites/{third}/CAP1/?beside={first}"))
    anchors = publishing.catalogue(four.cycle.questionnaire_id).questions_of("site", "CAP1")[0].anchors
    assert "Strategic alignment: what Work 3 (4.0) does that Work 1 (2.0) does not yet" in told
    assert f"4 {anchors[3]}" in told
    assert f"2 {anchors[1]}" in told
    for path in (f"{third}/CAP/", f"{third}/CAP1/?beside={third}", f"{third}/CAP1/?beside=2222222222222222", f"{four.enterprise.public_id}/CAP1/"):  # fmt: skip
        assert four.client().get(f"/dashboard/sites/{path}").status_code == 404, path


# --- side by side ------------------------------------------------------------------------------------------------


def test_two_to_six_plants_stand_side_by_side(four):
    client, ids = four.client(), [s.public_id for s in four.submissions[1:]]
    body = said(client, BESIDE + "?" + "&".join(f"site={i}" for i in ids[:3]))
    assert "Most apart in Strategic alignment: Work 1 at 2.0, Work 3 at 4.0." in body  # all alike: content order
    row = re.search(r'<tr class="component CAP"><th scope="row">Strategic alignment</th>.*?</tr>', body, re.S)[0]
    assert re.findall(r">([\d.]+)</a>", row) == ["2.0", "3.0", "4.0"]
    assert 'aria-label="Work 1 2.0, Work 2 3.0, Work 3 4.0"' in row
    rows = rows_of(client.get("/dashboard/figures/site-beside.csv?" + "&".join(f"site={i}" for i in ids[:3])))
    assert rows[0][:5] == ["Measure", "Work 1 (level)", "Work 2 (level)", "Work 3 (level)", "Apart (level)"]
    assert rows[1][:5] == ["Overall", "2.0", "3.0", "4.0", "2.0"]
    assert "Choose two to six plants" in said(client, BESIDE)
    assert "One plant is chosen" in said(client, f"{BESIDE}?site={ids[0]}")
    assert client.get(f"{BESIDE}?site={ids[0]}&site=2222222222222222").status_code == 404
    assert client.get(f"/dashboard/figures/site-beside.csv?site={ids[0]}").status_code == 404


# --- one plant ---------------------------------------------------------------------------------------------------


def test_the_page_of_a_plant_says_where_it_stands_and_from_whom_to_learn(four):
    first, third = four.submissions[1], four.submissions[3]
    told = text_of(body := said(four.client(), f"/dashboard/sites/{first.public_id}/"))
    assert (
        "Work 1 stands at 2.0, number 3 of 4 plants, furthest below their median in Strategic alignment (0.5)." in told
    )
    assert "number 3 of 4" in told
    assert "Segment: Lead" in told
    assert f'href="/dashboard/sites/{third.public_id}/CAP2/?beside={first.public_id}">Work 3</a>' in body
    best = said(four.client(), f"/dashboard/sites/{third.public_id}/")
    assert "number 1 of 4 plants, and below their median nowhere." in best
    assert "?beside=" not in best.split('id="dims"')[1].split("</section>")[0]  # nobody is better
    incomplete = said(four.client(), f"/dashboard/sites/{four.submissions[4].public_id}/")
    assert "Its profile is incomplete. Missing: Automation of the site." in incomplete


def test_remarks_and_a_returned_survey_are_told_and_counted_nowhere_else(four):
    plant = four.submissions[1]
    with four.inside():
        workflow.return_submission(
            by=four.members["csco"], submission=plant, remarks={"S-CAP1-1": "Who <b>audited</b> this?"}
        )
    queue.drain()
    page = said(four.client(), f"/dashboard/sites/{plant.public_id}/")
    assert "Scores of revision 1, which was returned and is being reworked" in page
    assert "Who <b>audited</b> this?" in page  # unescaped here, escaped on the page
    assert "Who &lt;b&gt;audited" in four.client().get(f"/dashboard/sites/{plant.public_id}/").content.decode()
    assert "Still open." in page
    heat = said(four.client(), SITES + "?group=none")
    assert sorted(plants_in(heat)) == ["Work 2", "Work 3", "Work 4"]
    assert "revision 1, not current" in heat
    assert four.client().get(f"/dashboard/sites/{plant.public_id}/CAP1/").status_code == 404


def test_a_plant_that_is_not_scored_yet_says_so(db):
    fresh = build.world("Fresh")
    page = said(fresh.client(), f"/dashboard/sites/{fresh.submissions[1].public_id}/")
    assert "Fresh 1 is not scored yet" in page
    for path in (SITES, MAP, BEST, BESIDE):
        assert "No site survey is scored yet" in said(fresh.client(), path)
    assert "No site survey is scored yet" in said(fresh.client("plant_manager"), SITES)
