"""The pages of the comparison: why a group, what would lift a score, two releases side by side, plants, reliability."""

import html
import re
from datetime import UTC, date, datetime

import pytest

from assessments import bulk, pipeline, publishing, workflow
from assessments.models import Answer, Cycle
from benchmarks import selectors
from benchmarks.models import CellStatistic, Dataset, Release
from opmodel.organisations.models import Organisation
from opmodel.organisations.permissions import Role
from opmodel.organisations.tenancy import installation
from tests import build

pytestmark = pytest.mark.django_db
VEHICLES = {"industry": "29", "region": "Europe", "size_band": "1000-4999"}
QUARTILES = {"P25": 2.5, "P50": 3.0, "P75": 3.6}


def said(client, path: str) -> str:
    reply = client.get(path)
    assert reply.status_code == 200, path
    return html.unescape(re.sub(r"\s+", " ", reply.content.decode()))


def publish(known: Dataset, day: date, cells: dict, dropped: tuple = ()) -> Release:
    """A published release; `cells`: (tree, path) -> {measure: median}."""
    Release.objects.filter(dataset=known, state="published").update(state="superseded")
    report = {"dropped": [{"tree": t, "path": p, "why": "a cut"} for t, p in dropped]}
    made = Release.objects.create(dataset=known, name=f"R {day.year}", as_of=day, method_version="1", report=report)
    CellStatistic.objects.bulk_create(
        CellStatistic(
            release=made, tree=tree, path=path, depth=path.count(">"), measure=m, n_band="10-19", mean=median,
            quantiles={"P25": round(median - 0.5, 1), "P50": median, "P75": round(median + 0.6, 1)},
        )
        for (tree, path), medians in cells.items()
        for m, median in medians.items()
    )  # fmt: skip
    made.state, made.published_at = Release.State.PUBLISHED, datetime(day.year, 1, 1, tzinfo=UTC)
    made.save()
    return made


def everywhere(codes, median: float) -> dict[str, float]:
    return dict.fromkeys(codes, median)


@pytest.fixture
def known(nordwerk):
    """A maker of vehicles: industry dropped by the audit, its European part too small, Europe without CAP1."""
    with installation():
        Organisation.objects.filter(pk=nordwerk.organisation.pk).update(**VEHICLES)
    codes = list(publishing.catalogue(nordwerk.cycle.questionnaire_id).measures)
    made = Dataset.objects.create(name="p", measures=codes, source="a test", period="2025")
    europe = everywhere((c for c in codes if c != "CAP1"), 2.8)
    cells = {("A", "all"): everywhere(codes, 3.0), ("A", "all > Vehicles"): everywhere(codes, 3.2),
             ("B", "all"): everywhere(codes, 3.0), ("B", "all > Europe"): europe}  # fmt: skip
    publish(made, date(2026, 1, 1), cells, dropped=(("A", "all > Vehicles > 29"), ("A", "all > Consumer goods")))
    with nordwerk.inside():
        Cycle.objects.filter(pk=nordwerk.cycle.pk).update(dataset=made)
    build.score_all(nordwerk, peers=False)
    return made


def rescore(world) -> None:
    bulk.rescore(world.organisation.pk, method=pipeline.current_method(), segments=pipeline.segments())


def test_both_trees_say_of_every_group_what_a_release_says(known, nordwerk):
    page = said(nordwerk.client("analyst"), "/dashboard/peers/")
    assert "closest group on your industry's side that is large enough" in page
    trees = page.split('class="trees"')[1].split("</section>")[0]
    sides = [re.sub(r"<[^>]+>", " ", side) for side in trees.split("<h3>")[1:]]
    told = [re.sub(r"\s+", " ", side).strip() for side in sides]
    assert told[0].startswith(
        "Your industry's side all peers n 10-19 Vehicles n 10-19 Motor vehicles and parts"
        " not published, to protect single companies; the next larger group is used"
        " Europe too small; the next larger group is used 1,000-4,999 employees too small"
    )
    assert told[1].startswith("Your region's side all peers n 10-19 Europe n 10-19 1,000-4,999 employees too small")
    assert "Consumer goods" not in page  # dropped, but not on the own path


def test_a_measure_that_is_not_published_in_the_chosen_group_takes_the_next_larger_one_around_it(known, nordwerk):
    """Europe without CAP1: all peers of the same tree, never the finer one of the other tree."""
    page = said(nordwerk.client(), "/dashboard/peers/CAP1/?peers=B:all+%3E+Europe")
    assert "The distribution among all peers, n 10-19" in page
    assert "published for other measures only" in page
    assert "P50</tspan> 3.0" in page
    assert "P50</tspan> 2.8" in said(nordwerk.client(), "/dashboard/peers/CAP2/?peers=B:all+%3E+Europe")


def test_the_choice_goes_along(known, nordwerk):
    page = said(nordwerk.client(), "/dashboard/peers/?peers=B:all+%3E+Europe")
    assert "You chose this group; without a choice it would be Vehicles." in page
    links = re.findall(r'href="(/dashboard/peers/[A-Z]+\d?/[^"]*)"', page)
    assert len(links) == 32
    assert all("peers=B%3Aall+%3E+Europe" in link for link in links)


@pytest.mark.parametrize(("sort", "first"), [("order", "Overall"), ("gap", "Capabilities")])
def test_measures_stand_in_the_order_asked_for(known, nordwerk, sort, first):
    """CAP is 2 against 3.2: furthest below, with its dimensions behind it in the order of the questionnaire."""
    page = said(nordwerk.client(), f"/dashboard/peers/?sort={sort}")
    table = page.split('class="dims standing"')[1]
    assert re.search(r'class="name"><a [^>]+>([^<]+)</a>', table)[1] == first


def test_an_unknown_order_or_measure_is_not_found(known, nordwerk):
    assert nordwerk.client().get("/dashboard/peers/?sort=best").status_code == 404
    assert nordwerk.client().get("/dashboard/peers/XYZ/").status_code == 404


def test_what_would_reach_the_median_stands_with_its_questions(known, nordwerk):
    """Every answer of CAP2 is 2 and the median 3.2: one level more in every question gives 3.00, which is not enough.

    VST1 is 3: to 3.2 it is one question of three (3.33), to the upper quartile of 3.8 all three (4.0).
    """
    page = said(nordwerk.client(), "/dashboard/peers/CAP2/")
    assert "1.2 levels are missing." in page
    assert "One level more in every question would give 3.00: it takes more than one step." in page
    asked = len(publishing.catalogue(nordwerk.cycle.questionnaire_id).questions_of("enterprise", "VST1"))
    page = said(nordwerk.client(), "/dashboard/peers/VST1/")
    assert asked == 3
    assert "One level more in one question would do; the score would be 3.33:" in page
    assert "One level more in 3 questions would do; the score would be 4.00:" in page
    assert "Reached already." in said(nordwerk.client(), "/dashboard/peers/GOV1/")


def test_a_component_is_lifted_by_the_questions_of_its_dimensions(known, nordwerk):
    """VST, 3 everywhere, has 6 dimensions: two of three questions (1/18 of the component each), four of two (1/12 each).

    The median of 3.2 is read from 3.15 on: two heavy ones give 3 + 2/12 = 3.17. The upper quartile of 3.8 from 3.75 on:
    all eight heavy ones give 3.67, and with two light ones it is 3.78.
    """
    page = said(nordwerk.client(), "/dashboard/peers/VST/")
    assert "0.2 levels are missing. One level more in 2 questions would do; the score would be 3.17:" in page
    assert "0.8 levels are missing. One level more in 10 questions would do; the score would be 3.78:" in page
    median, upper = page.split("The upper quartile, 3.8")
    assert re.findall(r"/dimensions/VST(\d)/#E-VST\d-(\d)", median) == [("2", "1"), ("2", "2")]
    assert re.findall(r"/dimensions/VST(\d)/#E", upper) == ["2", "2", "4", "4", "5", "5", "6", "6", "1", "1"]
    assert "<summary>5 more questions</summary>" in upper
    page = said(nordwerk.client(), "/dashboard/peers/CAP/")
    assert "One level more in every question would give 3.00: it takes more than one step." in page
    assert "Reached already." in said(nordwerk.client(), "/dashboard/peers/OVERALL/")


def test_what_is_not_scored_lifts_nothing(known, nordwerk):
    """VST2 loses an answer, which is below 0.66 of it: VST is the mean of the other five, three of them heavy (1/10 each)."""
    with nordwerk.inside():
        Answer.objects.filter(submission=nordwerk.enterprise, question__code="E-VST2-1").update(status="dk", level=None)
        nordwerk.enterprise.results.all().delete()
    rescore(nordwerk)
    page = said(nordwerk.client(), "/dashboard/peers/VST/")
    assert "One level more in 2 questions would do; the score would be 3.20:" in page
    assert "/dimensions/VST2/#" not in page


def test_questions_are_not_named_when_the_answers_changed_since(known, nordwerk):
    with nordwerk.inside():
        row = Answer.objects.get(submission=nordwerk.enterprise, question__code="E-VST1-1")
        row.level = 5
        row.save(update_fields=["level"])
    page = said(nordwerk.client(), "/dashboard/peers/VST1/")
    assert "The answers have changed since they were scored" in page
    assert "would do; the score" not in page


def test_old_and_new_release_stand_side_by_side(known, nordwerk):
    """GOV is 5, CAP 2, VST 3 both times; the median falls from 3.2 to 2.9."""
    assert "There is no earlier release yet" in said(nordwerk.client(), "/dashboard/peers/releases/")
    codes = list(publishing.catalogue(nordwerk.cycle.questionnaire_id).measures)
    publish(known, date(2027, 1, 1), {("A", "all"): everywhere(codes, 2.9)})
    rescore(nordwerk)
    page = said(nordwerk.client(), "/dashboard/peers/releases/")
    assert "Of 32 measures in both releases, the peers' median rose in 0 and fell in 32." in page
    assert "The same answers against both: what moves is the peers." in page
    assert "another one than before" in page  # Vehicles before, all peers now
    assert page.index("R 2026") < page.index("R 2027")
    row = re.search(r"<tr><th[^>]+><a [^>]+>Value streams</a>.*?</tr>", page)[0]
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row))
    assert "3.0 Between the lower quartile and the median 90 % interval" in text  # 2.7 and 3.2: P40
    assert "3.0 Between the median and the upper quartile 90 % interval" in text  # 2.9 and 3.5
    assert "3.2 → 2.9" in text
    assert "−0.3" in text


def test_an_old_release_that_was_taken_back_is_named_without_figures(known, nordwerk):
    codes = list(publishing.catalogue(nordwerk.cycle.questionnaire_id).measures)
    publish(known, date(2027, 1, 1), {("A", "all"): everywhere(codes, 2.9)})
    rescore(nordwerk)
    Release.objects.filter(name="R 2026").update(state=Release.State.WITHDRAWN)
    page = said(nordwerk.client(), "/dashboard/peers/releases/")
    assert "withdrawn; its figures are no longer shown" in page
    assert "3.2" not in page.split("Measure by measure")[1]


@pytest.mark.parametrize("state", ["draft", "audited", "withdrawn"])
def test_the_gate_is_shut_for_what_is_not_published(known, state):
    release = Release.objects.get(name="R 2026")
    assert selectors.own_cells(release, VEHICLES, pipeline.segments())
    release.state = state
    assert selectors.own_cells(release, VEHICLES, pipeline.segments()) == {}


def test_plants_are_compared_by_those_who_see_all_of_them(nordwerk):
    """Three plants with 2, 3 and 4 everywhere."""
    build.score_all(nordwerk, peers=False)
    page = said(nordwerk.client("analyst"), "/dashboard/sites/compare/")
    assert "The plants differ most in Strategic alignment: from 2.0 to 4.0." in page
    plant = nordwerk.submissions[1].public_id
    page = said(nordwerk.client(), f"/dashboard/sites/compare/?plant={plant}")
    row = re.sub(r"<[^>]+>", " ", re.search(r"<tr[^>]*><th[^>]+><a [^>]+>Overall</a>.*?</tr>", page)[0]).split()
    assert row == ["Overall", "2.0", "3.0", "4.0", "2.0", "−1.0"]
    page = said(nordwerk.client(), "/dashboard/sites/compare/CAP1/")
    assert "plants from 2.0 to 4.0, median 3.0" in page
    assert page.index("Nordwerk 3") < page.index("Nordwerk 2") < page.index("Nordwerk 1")
    for path in ("/dashboard/sites/compare/", "/dashboard/sites/compare/CAP1/"):
        assert nordwerk.client("plant_manager").get(path).status_code == 403
    assert "/dashboard/sites/compare/" in said(nordwerk.client(), "/dashboard/sites/")
    assert "/dashboard/sites/compare/" not in said(nordwerk.client("plant_manager"), "/dashboard/sites/")
    assert nordwerk.client().get("/dashboard/sites/compare/?plant=2222222222222222").status_code == 404


def test_a_returned_survey_is_compared_with_nobody(nordwerk):
    build.score_all(nordwerk, peers=False)
    with nordwerk.inside("analyst"):
        workflow.return_submission(
            by=nordwerk.members["analyst"], submission=nordwerk.submissions[3], remarks={"": "Please look again."}
        )
    assert "plants from 2.0 to 3.0" in said(nordwerk.client(), "/dashboard/sites/compare/CAP1/")


@pytest.mark.slow
def test_reliability_over_thirty_surveys(db):
    """30 plants answer 2, 3, 4 in turn, the same in every question: they agree fully."""
    world = build.score_all(build.world("Large", sites=30), peers=False)
    page = said(world.client("analyst"), "/dashboard/method/")
    content = publishing.catalogue(world.cycle.questionnaire_id)
    several = [d for d in content.dimensions if len(content.questions_of("site", d.code)) > 1]
    assert f"How well the questions of {len(several)} dimensions belong together" in page
    assert page.count("<strong>1.00</strong>") == len(several)
    assert page.count("one question only") == 27 - len(several)
    assert "A wording check, not a pass mark" in page
    assert world.client(Role.PLANT_MANAGER.value).get("/dashboard/method/").status_code == 403


def test_below_thirty_surveys_nothing_is_claimed(nordwerk):
    build.score_all(nordwerk, peers=False)
    page = said(nordwerk.client("analyst"), "/dashboard/method/")
    assert "Too few complete surveys to say how well the questions belong together." in page
    assert "too few complete surveys" in page


def current_of(page: str) -> list[str]:
    """The groups that are marked as the one in use, each with its n."""
    marked = re.findall(r'aria-current="true">([^<]+)</a> <span class="small muted nowrap">(n [^<]+)</span>', page)
    return [" ".join(found) for found in marked]


def test_a_chosen_group_that_a_release_has_nothing_of_gives_way_to_the_one_around_it(known, nordwerk):
    """Europe's own size is too small: Europe, and of CAP1 all peers; never the industry's side."""
    choice = "?peers=B:all+%3E+Europe+%3E+1000-4999"
    page = said(nordwerk.client(), f"/dashboard/peers/{choice}")
    assert "Compared with Europe: 10-19 enterprises." in page
    assert "The group you chose is not published; this is the next larger one around it." in page
    assert "Without a choice it would be Vehicles." in page
    assert "peers=B%3Aall+%3E+Europe+%3E+1000-4999" in page  # links keep what was chosen: another release may have it
    assert "P50</tspan> 2.8" in said(nordwerk.client(), f"/dashboard/peers/CAP2/{choice}")
    assert "The distribution among all peers" in said(nordwerk.client(), f"/dashboard/peers/CAP1/{choice}")


def test_a_group_can_be_chosen_that_is_published_of_other_measures_than_the_overall_score(known, nordwerk):
    codes = list(publishing.catalogue(nordwerk.cycle.questionnaire_id).measures)
    asia = everywhere((c for c in codes if c != "OVERALL"), 2.8)
    publish(known, date(2027, 1, 1), {("A", "all"): everywhere(codes, 3.0), ("B", "all"): everywhere(codes, 3.0),
                                      ("B", "all > Europe"): asia})  # fmt: skip
    rescore(nordwerk)
    page = said(nordwerk.client(), "/dashboard/peers/CAP2/")
    assert "P50</tspan> 3.0" in page
    url = html.unescape(re.search(r'href="([^"]+)">Europe</a>', page)[1])
    assert "P50</tspan> 2.8" in said(nordwerk.client(), url)
    page = said(nordwerk.client(), url.replace("/CAP2/", "/"))
    assert "Compared with all peers: 10-19 enterprises." in page
    assert page.count("Compared with Europe, n 10-19.") == 31


def test_the_largest_group_is_the_same_from_both_sides(known, nordwerk):
    pages = [said(nordwerk.client(), f"/dashboard/peers/?peers={tree}:all") for tree in "AB"]
    assert current_of(pages[0]) == current_of(pages[1]) == ["all peers n 10-19"] * 2
    assert all("peers=A%3Aall" in page for page in pages)


@pytest.mark.parametrize(
    "made_up", ["B:all > Asia-Pacific", "A:all > Consumer goods", "C:all", "A", ":", "\x00", "A:" * 99]
)
def test_a_group_that_is_not_the_own_is_no_choice(known, nordwerk, made_up):
    reply = nordwerk.client().get("/dashboard/peers/", {"peers": made_up})
    page = html.unescape(reply.content.decode())
    assert "Compared with Vehicles: 10-19 enterprises." in page
    assert "closest group on your industry's side that is large enough" in page
    assert 'href="/dashboard/peers/CAP1/"' in page


def test_cycle_and_peers_go_along_on_every_link_between_the_pages_of_peers(known, nordwerk):
    """All links of the three pages that lead to one of them, and to the targets, hold both."""
    with nordwerk.inside():
        cycle = nordwerk.cycle.public_id
    codes = list(publishing.catalogue(nordwerk.cycle.questionnaire_id).measures)
    europe = {("B", "all"): everywhere(codes, 2.9), ("B", "all > Europe"): everywhere(codes, 2.7)}
    publish(known, date(2027, 1, 1), {("A", "all"): everywhere(codes, 2.9)} | europe)
    rescore(nordwerk)
    query = f"?cycle={cycle}&peers=B%3Aall+%3E+Europe"
    for path in ("/dashboard/peers/", "/dashboard/peers/CAP2/", "/dashboard/peers/releases/"):
        content = said(nordwerk.client(), path + query).split("<main")[1]
        trees = set(re.findall(r'href="([^"]+)"[^>]*>(?:all peers|Europe)</a>', content))  # these choose another one
        links = set(re.findall(r'href="(/dashboard/peers/[^"]*|\?[^"]*)"', content)) - trees
        assert links, path
        assert all(f"cycle={cycle}" in link and "peers=B%3Aall+%3E+Europe" in link for link in links), links
        assert all(f"cycle={cycle}" in link for link in trees)
        own = nordwerk.enterprise.public_id
        others = re.findall(rf'href="(/dashboard/explain/{own}/[^"]*|[^"]*/targets/peers/[^"]*)"', content)
        assert all("peers=B%3Aall+%3E+Europe" in link for link in others)
