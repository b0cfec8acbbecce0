"""Ranking by own weights, projection, cheapest set and alignment map as pages: on five companies, and with wrong input."""

import html
import re
from dataclasses import replace

import pytest
from django.test import RequestFactory

from assessments import insight, outlook, publishing, ranking, selectors, weighing
from assessments.reading import Marks
from opmodel.dashboards import choosing, headlines
from opmodel.organisations.models import Member, Organisation
from opmodel.organisations.tenancy import installation, tenant
from tests.dashboards.conftest import STORIES

PAGES = (
    "/dashboard/priorities/?preset=own&cost=50&objectives=30&gap=40",
    "/dashboard/projection/",
    "/dashboard/projection/?chosen=1",
    "/dashboard/projection/?chosen=1&a=A18&a=A99",
    "/dashboard/projection/cheapest/",
    "/dashboard/projection/cheapest/?of=OVERALL&aim=target",
    "/dashboard/projection/cheapest/?of=OVERALL&aim=quartile&budget=300",
    "/dashboard/projection/cheapest/?of=CAP&aim=level&level=1",
    "/dashboard/projection/cheapest/?of=each&aim=level&level=4,5&d=CAP1&d=GOV7",
    "/dashboard/alignment/",
    "/alignment/CAP/",
)


def text_of(reply) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", reply.content.decode())))


def lead(reply) -> str:
    return html.unescape(re.search(r'<h1 class="lead"[^>]*>(.*?)</h1>', reply.content.decode(), re.S)[1])


def seen_of(key):
    with installation():
        org = Organisation.objects.get(name=STORIES[key].name)
    with tenant(org.pk):
        member = Member.objects.get(role="csco")
        submission = selectors.scored_enterprise(member).select_related("cycle", "organisation").first()
        return org, insight.build(submission, selectors.latest_result(submission))


@pytest.mark.parametrize("key", STORIES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_for_every_company(browser, key, page):
    reply = browser(key).get(page)
    assert reply.status_code == 200
    text = text_of(reply)
    assert not re.search(r"\bNone\b(?! ·)", text)  # but for the link that puts no action in
    assert "nan" not in text.lower().split()
    if "projection/" in page and ("What they could bring" in text or "What it reaches" in text):
        assert "Projection, not a score" in text


@pytest.mark.parametrize("page", ["/dashboard/projection/", "/dashboard/alignment/", "/dashboard/projection/cheapest/?of=OVERALL&aim=quartile"])  # fmt: skip
def test_illustrative_peers_are_marked(browser, page):
    assert "Illustrative peers" in text_of(browser("nordwerk").get(page))
    assert "Illustrative peers" not in text_of(browser("alone").get(page))


# Own weights


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("cost=50&objectives=30&gap=40", "Your weights count as 42 %, 25 % and 33 % of the whole."),
        ("cost=2&objectives=1&gap=1", "Your weights count as 50 %, 25 % and 25 % of the whole."),
        ("cost=33,3&objectives=33.3&gap=33,4", "Your weights count as 33 %, 33 % and 33 % of the whole."),
        ("cost=0&objectives=0&gap=7", "Your weights count as 0 %, 0 % and 100 % of the whole."),
    ],
)
def test_own_weights_are_normalised_and_said(browser, query, said):
    reply = browser("nordwerk").get(f"/dashboard/priorities/?preset=own&{query}")
    assert reply.status_code == 200
    assert said in text_of(reply)
    assert "seed 20260104" in text_of(reply)


@pytest.mark.parametrize(
    "query",
    ["", "cost=50&objectives=30", "cost=101&objectives=1&gap=1", "cost=-1&objectives=1&gap=1", "cost=1e1&objectives=1&gap=1",
     "cost=nan&objectives=1&gap=1", "cost=١&objectives=1&gap=1", "cost=" + "9" * 5000 + "&objectives=1&gap=1"],
)  # fmt: skip
def test_a_weight_out_of_bounds_is_named_and_the_page_stays_useful(browser, query):
    reply = browser("nordwerk").get(f"/dashboard/priorities/?preset=own&{query}")
    assert reply.status_code == 400
    assert "Each weight must be a number from 0 to 100. The list below is weighed strategically." in text_of(reply)
    assert "The first 5 actions" in text_of(reply)


def test_three_weights_of_nothing_are_refused(browser):
    reply = browser("nordwerk").get("/dashboard/priorities/?preset=own&cost=0&objectives=0&gap=0")
    assert reply.status_code == 400
    assert "One weight at least must be more than 0." in text_of(reply)


def test_own_weights_rank_as_the_same_preset_does(world, db):
    """The weights of a preset give its ranks; its stability differs by the chance of other draws only."""
    org, seen = seen_of("nordwerk")
    with tenant(org.pk):
        preset, own = ranking.ranking_of(seen, "tactical"), ranking.ranking_of(seen, own=(0.45, 0.30, 0.25))
    assert [(a.code, a.rank, a.in_top_list) for a in preset.actions] == [(a.code, a.rank, a.in_top_list) for a in own.actions]  # fmt: skip
    assert own.preset == "own"
    for one, other in zip(preset.actions, own.actions, strict=True):
        assert one.in_top_share == pytest.approx(other.in_top_share, abs=0.04)


# Each action says everything


def test_each_action_says_why_what_it_lifts_its_effort_owner_and_end(browser):
    reply = text_of(browser("nordwerk").get("/dashboard/priorities/"))
    _org, seen = seen_of("nordwerk")
    found = seen.catalogue.action_by_code["A20"]  # VST3 2.3 -> min(2.3 + 1.5, 3.2): effort 1
    assert f"{found.title} Site and market prioritisation: 2.3 today" in reply
    assert "Could lift Site and market prioritisation from 2.3 to 3.2 Effort up to 20 person-days, no capital Who CSCO with CFO Done when All sites are ranked" in reply  # fmt: skip


def test_single_plants_call_for_actions_that_the_network_does_not(browser, world, db):
    org, seen = seen_of("nordwerk")
    with tenant(org.pk):
        found = ranking.ranking_of(seen)
    listed = {a.code for a in found.actions}
    assert found.at_sites
    for row in found.at_sites:
        assert row.action.code not in listed
        assert row.action.rule is None or row.action.rule.mode == "also_when"
        for d, mark in row.sites:
            assert row.action.min_score <= mark.score < row.action.max_score
            assert seen.measures[d].target - mark.score >= 0.25
    assert [len(r.sites) for r in found.at_sites] == sorted((len(r.sites) for r in found.at_sites), reverse=True)
    text = text_of(browser("nordwerk").get("/dashboard/priorities/"))
    assert f"{len(found.at_sites)} actions that only single plants call for" in text
    assert found.at_sites[0].action.title in text


def test_a_company_without_site_scores_has_no_such_list(world, db):
    org, seen = seen_of("nordwerk")
    bare = replace(seen, measures={c: replace(m, sites=Marks(lambda: (), c)) for c, m in seen.measures.items()})
    with tenant(org.pk):
        assert ranking.ranking_of(bare).at_sites == ()


# Projection


def test_the_projection_opens_with_the_first_five_and_the_same_figures(browser, world, db):
    org, seen = seen_of("nordwerk")
    with tenant(org.pk):
        ranked = ranking.ranking_of(seen)
        found = outlook.outlook(seen, [a.code for a in ranked.top])
    assert {m: p.then for m, p in found.measures.items() if m in ranked.projected} == ranked.projected
    page = browser("nordwerk").get("/dashboard/projection/").content.decode()
    ticked = re.findall(r'name="a" value="(A\d+)" id="a-A\d+" checked', page)
    assert sorted(ticked) == sorted(a.code for a in ranked.top)


def test_prerequisites_come_along_and_are_said(browser):
    """A19 needs A18, and that A28 (RES1 at 4.0 is past its range of 3.5: met)."""
    text = text_of(browser("laggard").get("/dashboard/projection/?chosen=1&a=A19"))
    assert "2 actions come along, because others need them first; they are marked below." in text
    assert text.count("needed for: Decide each plan from scenarios") == 2
    assert "These 3 actions could lift the overall score" in text


def test_htmx_gets_the_outlook_alone_with_the_headline(browser):
    client = browser("nordwerk")
    part = client.get("/dashboard/projection/?chosen=1&a=A20", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert '<h1 class="lead" id="headline" hx-swap-oob="true">This action could lift' in part
    assert 'id="then"' in part


def test_an_unknown_action_is_named_and_left_out(browser):
    reply = browser("nordwerk").get("/dashboard/projection/?chosen=1&a=A20&a=<b>&a=%00")
    assert reply.status_code == 200
    assert "This questionnaire has no action <b>" in text_of(reply)
    assert "This action could lift" in lead(reply)


def test_nothing_chosen_is_said(browser):
    assert (
        lead(browser("nordwerk").get("/dashboard/projection/?chosen=1"))
        == "Put actions in and see what they could lift."
    )


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ((0, 2.0, 2.0, 0), "Put actions in and see what they could lift."),
        ((2, 2.0, 2.0, 0), "These actions prepare others; by themselves they lift no score."),
        ((1, 2.0, 2.4, 1), "This action could lift the overall score from 2.0 to 2.4."),
        ((3, 2.0, 2.4, 2), "These 3 actions could lift the overall score from 2.0 to 2.4."),
        ((1, 2.01, 2.04, 1), "These actions could lift one dimension; the overall score stays about the same."),
        ((1, None, None, 3), "These actions could lift 3 dimensions; there is no overall score yet."),
    ],
)
def test_the_headline_of_a_projection(args, expected):
    assert headlines.projection_headline(*args) == expected


# Cheapest set


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("of=OVERALL&aim=fame", "This page does not know what was asked. Choose below."),
        ("of=XYZ&aim=target", "This page does not know what was asked. Choose below."),
        ("of=each&aim=target", "Choose one dimension at least."),
        ("of=each&aim=target&d=CAP99", "This questionnaire has no dimension “CAP99”."),
        ("of=CAP&aim=level", "The level must be a number from 1 to 5."),
        ("of=CAP&aim=level&level=5.1", "The level must be a number from 1 to 5."),
        ("of=CAP&aim=level&level=0", "The level must be a number from 1 to 5."),
        ("of=CAP&aim=target&budget=-5", "The budget must be a whole number of person-days, at most 1,000,000."),
        ("of=CAP&aim=target&budget=1000001", "The budget must be a whole number of person-days, at most 1,000,000."),
        ("of=CAP&aim=target&budget=1e3", "The budget must be a whole number of person-days, at most 1,000,000."),
    ],
)
def test_wrong_wishes_are_named(browser, query, said):
    reply = browser("nordwerk").get(f"/dashboard/projection/cheapest/?{query}")
    assert reply.status_code == 400
    assert said in text_of(reply)


def test_a_wish_without_peers_or_score_says_so(browser):
    alone = browser("alone").get("/dashboard/projection/cheapest/?of=OVERALL&aim=quartile")
    assert alone.status_code == 200
    assert "There are no peers' figures for this. Choose targets or a level instead." in text_of(alone)
    half = browser("half").get("/dashboard/projection/cheapest/?of=OVERALL&aim=level&level=3")
    assert half.status_code == 200
    assert "“Overall” has no score yet: too little is answered." in text_of(half)


def test_a_target_below_today_needs_nothing(browser):
    reply = browser("leader").get("/dashboard/projection/cheapest/?of=OVERALL&aim=level&level=2")
    assert lead(reply) == "You are there already: nothing needs to be done for this."


def test_what_cannot_be_reached_says_how_far_it_gets(browser):
    reply = browser("laggard").get("/dashboard/projection/cheapest/?of=OVERALL&aim=level&level=5")
    assert re.fullmatch(r"This cannot be reached: \d\.\d of 5\.0 is the most that is possible\.", lead(reply))
    small = browser("laggard").get("/dashboard/projection/cheapest/?of=OVERALL&aim=level&level=2.5&budget=100")
    assert re.fullmatch(r"Within 100 person-days it gets to \d\.\d of 2\.5\.", lead(small))
    assert re.search(r"Without the budget, about [\d,]+ person-days would be enough\.", text_of(small))


def test_the_answer_leads_into_the_projection_with_the_same_actions(browser):
    client = browser("laggard")
    reply = client.get("/dashboard/projection/cheapest/?of=VST&aim=median")
    url = html.unescape(re.search(r'class="button" href="([^"]*chosen=1)"', reply.content.decode())[1])
    chosen = re.findall(r"a=(A\d+)", url)
    said = re.search(r"(\d+) actions could be enough", lead(reply))
    assert len(chosen) == int(said[1])
    page = client.get(url).content.decode()
    assert sorted(re.findall(r'value="(A\d+)" id="a-A\d+" checked', page)) == sorted(chosen)
    assert "come along" not in text_of(client.get(url)).split("Each action lifts")[0].replace("what must be done", "")


def test_numbers_are_read_as_people_type_them():
    assert [weighing.read_number(t) for t in ("3.5", "3,5", " 4 ", "3.123", "1,000", "½", "")] == [3.5, 3.5, 4.0, None, None, None, None]  # fmt: skip
    request = RequestFactory().get("/", {"cycle": "x", "peers": "", "a": "b"})
    assert choosing.kept(request) == {"cycle": "x"}


# Alignment map


@pytest.mark.parametrize(
    ("rows", "known", "expected"),
    [
        ([("Cost", 30, 0), ("Growth", 70, 0)], True, "No action is proposed, so no effort goes anywhere yet."),
        ([("Cost", 0, 40), ("Growth", 0, 60)], False, "Your objectives are not weighed yet: give them 100 points to compare the effort with."),
        ([("Cost", 30, 21), ("Growth", 70, 79)], True, "The effort of the proposed actions goes about where your 100 points are."),
        ([("Cost", 30, 20), ("Growth", 70, 80)], True, "Cost has 30 of your 100 points and gets 20 % of the proposed effort."),
    ],
)  # fmt: skip
def test_the_headline_of_the_alignment_map(rows, known, expected):
    assert headlines.alignment_headline(rows, known, planned=False) == expected
    said = expected.replace("proposed effort", "plan's effort").replace("the proposed actions", "the plan")
    assert headlines.alignment_headline(rows, known, planned=True) == said


def test_points_stand_beside_the_effort_of_the_first_five(browser):
    """Demo points 30, 20, 20, 15, 10, 5 for cost, agility, resilience, service, growth, sustainability."""
    text = text_of(browser("nordwerk").get("/dashboard/alignment/"))
    for name, points in {"Cost and margin": 30, "Growth": 10, "Sustainability": 5}.items():
        assert re.search(rf"{name} {points} \d+ ", text)
    assert "All cells come from the content" in text
    assert re.search(r"The effort is that of the \d+ actions in the plan", text)
    without = text_of(browser("leader").get("/dashboard/alignment/"))
    assert "There is no plan yet. The effort is that of the first 5 actions of the ranking" in without


def test_own_judgement_is_marked_wherever_it_is_used_and_can_be_taken_back(browser):
    client = browser("nordwerk")
    catalogue = publishing.catalogue(publishing.latest_questionnaire().pk)
    content = catalogue.dimension_by_code["CAP1"].objective_relevance["cost"]
    page = client.get("/alignment/CAP/").content.decode()
    form = dict(re.findall(r'<input type="hidden" name="(seen)" value="(\w+)">', page))
    for name, options in re.findall(r'<select name="(CAP\d\.\w+)"[^>]*>(.*?)</select>', page):
        form[name] = re.search(r'value="(\d)" selected', options)[1]
    assert len(form) == 1 + 6 * 6
    other = (content + 1) % 4
    saved = client.post("/alignment/CAP/", form | {"CAP1.cost": str(other)}, follow=True)
    assert "Saved. 1 cell of this component is your own judgement." in text_of(saved)
    assert f"{other} * own judgement; the content says {content}" in text_of(saved)
    assert "in one cell of the alignment map" in text_of(client.get("/dashboard/priorities/"))
    assert client.post("/alignment/CAP/", form | {"CAP1.cost": "2"}).status_code == 409  # an older form
    assert client.post("/alignment/CAP/", form | {"CAP1.cost": "x"}).status_code == 400
    assert client.post("/alignment/NIX/", form).status_code == 404
    back = client.post("/alignment/reset/", follow=True)
    assert "1 cell is the content's again." in text_of(back)
    assert "in one cell" not in text_of(client.get("/dashboard/priorities/"))


def test_an_analyst_reads_the_map_and_changes_nothing(browser):
    client = browser("nordwerk", "analyst")
    assert "yourself" not in text_of(client.get("/dashboard/alignment/"))
    assert client.get("/alignment/CAP/").status_code == 403
    assert client.post("/alignment/reset/").status_code == 403
