"""Headlines, rankings and pages on five contrasting companies: each says what is true of it, and nothing else."""

import csv
import html
import io
import re

import pytest

from assessments import demo, insight, ranking, selectors
from benchmarks.models import Record
from opmodel.dashboards import headlines, presenting
from opmodel.organisations.models import Member, Organisation
from opmodel.organisations.tenancy import installation, tenant
from tests.dashboards.conftest import STORIES

PAGES = ("/dashboard/", "/dashboard/priorities/", "/dashboard/perception/", "/dashboard/sites/", "/dashboard/peers/",
         "/dashboard/peers/CAP/", "/dashboard/peers/CAP1/", "/dashboard/peers/releases/", "/dashboard/sites/compare/",
         "/dashboard/method/", "/plan/", "/plan/board/", "/plan/roadmap/", "/plan/progress/",
         "/dashboard/sites/map/", "/dashboard/sites/best/", "/dashboard/sites/beside/",
         "/dashboard/trend/", "/dashboard/published/", "/dashboard/?sort=priority")  # fmt: skip


def seen_of(key: str):
    with installation():
        org = Organisation.objects.get(name=STORIES[key].name)
    with tenant(org.pk):
        member = Member.objects.get(role="csco")
        submission = selectors.scored_enterprise(member).select_related("cycle", "organisation").first()
        seen = insight.build(submission, selectors.latest_result(submission))
        ranked = ranking.ranking_of(seen, reference=next(iter(ranking.usable_references(seen)), "target"))
    return seen, ranked


def headline(key: str) -> str:
    seen, _ranked = seen_of(key)
    return headlines.page_headline([(m.name, m.score, m.median) for m in seen.components])


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("nordwerk", r"^Value streams: \d\.\d against a peer median of \d\.\d, the widest gap\.$"),
        ("leader", r"^All components lie above the peer median; .+ is closest to it\.$"),
        ("laggard", r"^.+: \d\.\d against a peer median of \d\.\d, the widest gap\.$"),
        ("half", r"components? cannot be scored yet: too little of (it|them) is answered\.$"),
        ("alone", r"^.+ is the weakest component, with \d\.\d of 5\. No peers to compare with\.$"),
    ],
)
def test_the_headline_fits_the_company(browser, key, expected):
    assert re.search(expected, headline(key)), headline(key)
    assert headline(key) in browser(key).get("/dashboard/").content.decode().replace("&#x27;", "'")


@pytest.mark.parametrize("key", STORIES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_for_every_company(browser, key, page):
    reply = browser(key).get(page)
    body = reply.content.decode()
    assert reply.status_code == 200
    assert "made up" in body  # marked as demo
    assert not re.search(r"\bNone\b(?! of the)", re.sub(r"<[^>]+>", "", body))
    assert "nan" not in re.sub(r"<[^>]+>", " ", body).lower().split()


@pytest.mark.parametrize(
    "page",
    ["/dashboard/", "/dashboard/priorities/", "/dashboard/perception/", "/dashboard/peers/", "/dashboard/peers/CAP1/"],
)
def test_illustrative_peers_are_marked_and_their_absence_is_said(browser, page):
    assert "Illustrative peers" in browser("nordwerk").get(page).content.decode()
    alone = browser("alone").get(page).content.decode()
    assert "Illustrative peers" not in alone
    assert "No peer comparison" in alone or "No peers to compare with" in alone


@pytest.mark.parametrize("sites", [*range(1, 41), 300])
def test_shares_of_production_value_in_the_demo_can_all_be_true(sites):
    """Each is rounded down to 0.1, so that at most 0.1 a site is missing."""
    tenths = sum(round(10 * demo.value_share(number, sites)) for number in range(1, sites + 1))
    assert 1000 - sites <= tenths <= 1000


def test_a_half_answered_company_gets_no_invented_scores(world, db):
    seen, _ranked = seen_of("half")
    assert seen.overall.score is None
    assert {c.code for c in seen.components if c.score is None} == {"RES", "GOV"}  # it stopped half way, in order
    assert seen.overall.low < 2 < seen.overall.high


def test_a_company_with_one_site_gets_no_network_view(world, db):
    seen, _ranked = seen_of("laggard")
    assert all(m.network is None or m.network.score is None for m in seen.dimensions)
    assert presenting.perception_views(seen) == []


def test_ranked_actions_are_real_and_complete(world, db):
    seen, ranked = seen_of("nordwerk")
    catalogue = seen.catalogue.action_by_code
    assert len(ranked.top) == 5
    assert {a.component for a in ranked.top} == {"CAP", "VST", "RES", "GOV"}
    assert [a.rank for a in ranked.actions] == list(range(1, len(ranked.actions) + 1))
    place = {a.code: a.rank for a in ranked.actions}
    for a in ranked.actions:
        assert a.because
        for needed in catalogue[a.code].prerequisites:
            assert needed not in place or place[needed] < a.rank
    open_rows = [d for d in ranked.dimensions if d.rank]
    assert all(d.gap >= 0.25 for d in open_rows)
    assert all(sum(d.parts) == pytest.approx(d.value, abs=2e-9) for d in open_rows)
    assert ranked.projected["OVERALL"] >= seen.overall.score


@pytest.mark.parametrize("reference", ["target", "peers", "network"])
@pytest.mark.parametrize("preset", ["strategic", "tactical", "operational"])
def test_the_reader_chooses_weights_and_reference(browser, preset, reference):
    body = browser("nordwerk").get(f"/dashboard/priorities/?preset={preset}&reference={reference}").content.decode()
    assert f'<option value="{preset}" selected>' in body
    assert f'<option value="{reference}" selected>' in body


@pytest.mark.parametrize("query", ["preset=greedy", "reference=neighbour", "cycle=2222222222222222"])
def test_an_unknown_choice_is_not_found(browser, query):
    assert browser("nordwerk").get(f"/dashboard/priorities/?{query}").status_code == 404


def test_each_number_leads_to_how_it_came_about(browser):
    """Follow the links of the dashboard down to the answers."""
    client = browser("nordwerk")
    page = client.get("/dashboard/").content.decode()
    links = set(re.findall(r'href="(/dashboard/explain/[^"?]+)"', page))
    assert len(links) == 32  # overall, 4 components, 27 dimensions
    for link in sorted(links)[:6]:
        body = client.get(link).content.decode()
        assert "how it came about" in body
        for below in re.findall(r'href="(/submissions/[^"#]+)', body)[:1]:
            assert client.get(below).status_code == 200


def test_a_plant_manager_sees_the_own_site_only(browser):
    body = browser("nordwerk", "plant1").get("/dashboard/sites/").content.decode()
    assert demo.TOWNS[0] in body
    assert not any(town in body for town in demo.TOWNS[1:])


def test_the_chart_page_alone_loads_plotly(browser):
    client = browser("nordwerk")
    with_chart, without = client.get("/dashboard/perception/"), client.get("/dashboard/")
    assert "plotly" in with_chart.content.decode()
    assert "plotly" not in without.content.decode()
    assert "'unsafe-inline'" not in without.headers["Content-Security-Policy"]
    assert "script-src 'self';" in with_chart.headers["Content-Security-Policy"]


def settled(body: str) -> str:
    """A page without what is new in every reply, and without the way back to its own address."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|\?next=[^"]+', "", body)


def test_deleting_all_peer_rows_changes_no_page(browser):
    """Position, n band and group come from the release; the records are not needed to show anything."""
    client = browser("nordwerk")
    explain = set(re.findall(r'href="(/dashboard/explain/[^"]+)"', client.get("/dashboard/").content.decode()))
    paths = [*PAGES, "/dashboard/priorities/?reference=peers", "/dashboard/peers/?peers=A:all", *sorted(explain)]
    before = {path: settled(client.get(path).content.decode()) for path in paths}
    assert sum("P25" in body or "quartile" in body for body in before.values()) > 20  # peers really are on them
    assert Record.objects.all().delete()[0] == 400
    assert {path: settled(client.get(path).content.decode()) for path in paths} == before


def test_another_group_of_the_own_path_can_be_chosen_and_no_other(browser):
    client = browser("nordwerk")
    page = client.get("/dashboard/peers/").content.decode()
    groups = page.split('class="trees"')[1].split("</section>")[0]
    links = list(dict.fromkeys(html.unescape(u) for u in re.findall(r'href="([^"]+)"', groups)))
    assert len(links) >= 5
    assert len({re.sub(".*peers=[AB]%3A", "", u) for u in links}) == len(links)  # the root of both trees stands once
    wide = client.get(next(u for u in links if u.endswith("A%3Aall"))).content.decode()
    assert "Compared with all peers: 200-499 enterprises." in wide
    foreign = client.get("/dashboard/peers/?peers=A%3Aall+%3E+Vehicles").content.decode()
    assert settled(foreign) == settled(page)
    older = re.search(r'href="\?cycle=(\w+)"', page)[1]
    assert f"cycle={older}" in client.get(f"/dashboard/peers/?cycle={older}").content.decode()


def test_the_plants_of_a_dimension_stand_with_their_weights(browser, world):
    """Their weighted sum is the plants' value that the dashboard shows."""
    client = browser("nordwerk")
    seen, _ranked = seen_of("nordwerk")
    with tenant(seen.submission.organisation_id):
        parts = insight.plant_parts(seen, "CAP2")
    assert len(parts) == 12
    assert sum(p.weight for p in parts) == pytest.approx(1)
    assert seen.measures["CAP2"].network.score == pytest.approx(sum(p.weight * p.score for p in parts if p.score))
    body = client.get(f"/dashboard/explain/{seen.submission.public_id}/CAP2/").content.decode()
    assert f"The plants: {seen.measures['CAP2'].network.score:.2f}, from" in body
    assert all(p.name in body for p in parts)
    laggard, _ranked = seen_of("laggard")
    alone = browser("laggard").get(f"/dashboard/explain/{laggard.submission.public_id}/CAP2/").content.decode()
    assert "The plants: no common score yet" in alone


def test_what_the_plants_want_lies_over_who_decides(browser):
    """The matrix of the page has the numbers of the file, cell by cell, where they are not 0."""
    page = html.unescape(browser("nordwerk").get("/dashboard/perception/").content.decode())
    matrix = page.split('class="rights"')[1].split("</table>")[0]
    file = browser("nordwerk").get("/dashboard/figures/decisions.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(file)))
    wanted = [int(n) for row in rows for key, n in row.items() if key.startswith("Should:") and n != "0"]
    assert len(wanted) >= 16
    assert [int(n) for n in re.findall(r"(\d+) wants? it", matrix)] == wanted
