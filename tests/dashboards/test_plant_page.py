"""The page of a plant manager: the own plant, and of the others only what no single one of them can be read off."""

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments import demo, publishing, workflow
from assessments.models import Answer, Cycle, Plan, PlannedAction, Question, Remark, Result, Score
from opmodel.jobs import queue
from opmodel.organisations.models import MemberSite, User
from opmodel.organisations.permissions import Role
from tests import build
from tests.dashboards.test_site_pages import said, text_of

pytestmark = pytest.mark.django_db
HOME = "/dashboard/sites/"
NOT_YET = "The other plants stand beside yours once a cycle is finished"


def manager_of(world, number: int):
    client = world.client("plant_manager")
    client.force_login(User.objects.get(email=f"plant{number}@{world.organisation.pk}.example"))
    session = client.session
    session["organisation"] = world.organisation.pk
    session.save()
    return client


def points(world, number: int, point: float) -> None:
    """Let a plant have this score in every measure."""
    with world.inside():
        Score.objects.filter(result__submission=world.submissions[number]).update(point=point)


def own_page(client, path: str = HOME) -> str:
    """The page without what is new in every reply."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", said(client, path))


@pytest.fixture
def five(db):
    """Plants 2, 3, 4, 2, 3; all of them have answered, so the cycle is finished as far as they go."""
    return build.score_all(build.world("Five", sites=5), peers=False)


def test_the_own_plant_stands_beside_the_mean_of_all_and_no_other_is_named(five):
    body = own_page(manager_of(five, 1))
    told = text_of(body)
    assert "Five 1 is above the network nowhere, and furthest below it in Strategic alignment (0.8)." in told
    assert told.count("Mean of the plants 2.8.") == 5  # (2 + 3 + 4 + 2 + 3) / 5
    assert "Beside it 5 plants of this cycle, each with the same weight. No single plant is shown." in told
    assert "score 2.0, mean of the plants 2.8" in body
    assert not re.findall(r"Five [2-5]", body)
    assert "percentile" not in body
    assert "P50" not in body
    assert "middle half" not in body  # four others are too few for quartiles


def test_which_plant_has_which_score_changes_nothing_and_the_extremes_show_nowhere(five):
    client = manager_of(five, 1)
    before = own_page(client)
    points(five, 2, 4.0)
    points(five, 3, 3.0)  # swapped
    assert own_page(client) == before
    points(five, 2, 5.0)
    points(five, 4, 1.0)  # further apart, the same mean
    assert own_page(client) == before
    points(five, 4, 2.0)
    assert own_page(client) != before  # the mean is seen


def test_with_two_others_nothing_of_them_is_shown(db):
    world = build.score_all(build.world("Small", sites=3), peers=False)
    client = manager_of(world, 1)
    before = own_page(client)
    assert NOT_YET in before
    assert "Small 1 scores the same in every dimension: 2.0." in before
    points(world, 2, 5.0)
    points(world, 3, 5.0)
    assert own_page(client) == before


def test_a_plant_that_comes_in_later_cannot_be_told_from_two_visits(db):
    """While a cycle runs nothing is shown: yesterday's mean and today's would give the new plant's score away."""
    world = build.world("Late", sites=6)
    last = world.submissions.pop()
    build.score_all(world, peers=False)
    client = manager_of(world, 1)
    before = own_page(client)
    assert NOT_YET in before
    points(world, 2, 5.0)
    assert own_page(client) == before
    with world.inside():
        cycle = Cycle.objects.get(pk=world.cycle.pk)
        workflow.close_cycle(by=world.members["csco"], cycle=cycle)
    assert "Beside it 5 plants of this cycle" in own_page(client)  # the sixth will never count
    assert last.revision == 0


def test_nine_others_bring_the_middle_half(browser):
    """Twelve plants of the demo in the last finished cycle, while the new one runs."""
    client = browser("nordwerk", "plant1")
    body = said(client, HOME)
    assert "Beside it the 12 plants of Assessment 2025, each with the same weight; those of this cycle follow" in body
    assert "middle half of the plants" in body
    assert not any(town in body for town in demo.TOWNS[1:])
    assert "since Assessment 2025." in body
    older = re.search(r'<a href="(/dashboard/sites/\w+/)">Assessment 2024</a>', body)[1]
    told = said(client, older)
    assert "Beside it 12 plants of this cycle" in told
    assert "since Assessment" not in told  # the first one


@pytest.mark.parametrize("key", ["leader", "laggard", "half", "alone"])
def test_the_page_is_useful_for_every_company(browser, key):
    told = text_of(said(browser(key, "plant1"), HOME))
    assert not re.search(r"\bNone\b|\bnan\b|%\(", told)
    assert (NOT_YET in told) is (key == "laggard")  # one plant; the others have three or more beside it
    for heading in (
        "Your actions",
        "What the network decided",
        "What you asked of the centre",
        "Remarks on your survey",
    ):
        assert heading in told


def test_peers_stand_beside_the_plant_where_head_office_allows_it_and_never_place_it(db):
    """Published quartiles of the fixture: 2.5, 3.0, 3.6. A plant is no company: it has no position among them."""
    world = build.score_all(build.world("Open", sites=5))
    client = manager_of(world, 1)
    assert "Peers" not in text_of(own_page(client))
    step = f"/cycles/{world.cycle.public_id}/steps/peers/"
    assert client.post(step, {"on": "on"}).status_code == 403
    assert world.client().post(step, {"on": "on"}).status_code == 302
    client.get(HOME)
    with CaptureQueriesContext(connection) as seen:
        told = text_of(own_page(client))
    assert sum(not q["sql"].startswith("SELECT set_config(") for q in seen) < 15  # as test_queries counts
    assert "Peers: all peers, n 50-99, 2025: their median and middle half." in told
    assert "Illustrative peers" in told
    assert told.count("Median of the peers 3.0.") == 5
    assert told.count("3.0 2.5–3.6") == 27
    assert "peer release R1, source: a test." in told
    assert not re.search(r"percentile|\bP\d", told)
    assert not re.findall(r"Open [2-5]", told)
    world.client().post(step, {"on": ""})
    assert "Peers" not in text_of(own_page(client))


def test_allowed_peers_show_only_once_head_office_was_compared(db):
    world = build.world("Early", sites=5)
    enterprise = world.submissions.pop(0)
    for n, submission in enumerate(world.submissions, 1):
        by = build.member(world.organisation, Role.PLANT_MANAGER, [submission.site], f"early{n}@example.org")
        answers = [
            {"code": q.code, "status": "level", "level": 3}
            for q in publishing.catalogue(world.cycle.questionnaire_id).questions_of("site")
        ]
        with world.inside():
            workflow.save_many(by=by, submission=submission, entries=answers)
            workflow.submit(by=by, submission=submission)
    queue.drain()
    with world.inside():
        workflow.show_peers_to_plants(by=world.members["csco"], cycle=world.cycle, on=True)
    assert "Peers" not in text_of(own_page(world.client("plant_manager")))
    assert enterprise.revision == 0  # only head office is compared with peers


def test_other_plants_stay_closed(five):
    client = manager_of(five, 1)
    own, other = five.submissions[1].public_id, five.submissions[2].public_id
    assert client.get(f"/dashboard/sites/{own}/").status_code == 200
    assert client.get(f"/dashboard/sites/{other}/").status_code == 404
    assert client.get(f"/dashboard/sites/{own}/CAP1/").status_code == 403  # answers of others would stand beside
    for page in ("map/", "best/", "beside/", "compare/"):
        assert client.get(HOME + page).status_code == 403
    for code in ("site-heat-map", "site-modernisation", "site-spread", "site-beside"):
        assert client.get(f"/dashboard/figures/{code}.csv").status_code == 404
    assert client.get(HOME + "?cycle=2222222222222222").status_code == 404


def test_whoever_has_two_plants_goes_from_one_to_the_other_and_they_count_as_own(five):
    with five.inside():
        member = five.members["plant_manager"]
        MemberSite.objects.create(organisation=five.organisation, member=member, site=five.sites[1])
    body = said(five.client("plant_manager"), f"/dashboard/sites/{five.submissions[1].public_id}/")
    assert f'href="/dashboard/sites/{five.submissions[2].public_id}/">Five 2</a>' in body
    assert "Mean of the plants 2.8." in body  # three others
    with five.inside():
        MemberSite.objects.create(organisation=five.organisation, member=member, site=five.sites[2])
    body = said(five.client("plant_manager"), f"/dashboard/sites/{five.submissions[1].public_id}/")
    assert NOT_YET in body  # two others: their mean would be known


def test_remarks_come_with_what_became_of_them_and_the_wish_stands_unchanged(five):
    plant, client = five.submissions[1], manager_of(five, 1)
    with five.inside():
        question = Question.objects.get(code="S-N8", questionnaire=five.cycle.questionnaire)
        Answer.objects.create(organisation=five.organisation, submission=plant, question=question, status="data",
                              data={"text": "Decide <b>soon</b>"}, saved_at="2026-01-01T00:00Z")  # fmt: skip
        workflow.return_submission(
            by=five.members["csco"], submission=plant, remarks={"": "Look again", "S-CAP1-1": "Why?"}
        )
    queue.drain()
    raw = client.get(HOME).content.decode()
    assert "Decide &lt;b&gt;soon&lt;/b&gt;" in raw
    told = text_of(html.unescape(raw))
    assert told.count("Still open.") == 2
    assert "being reworked" in told
    with five.inside():
        remark = Remark.objects.get(text="Why?")
    assert client.post(f"/remarks/{remark.public_id}/settle/", {"settled": "1"}).status_code in (200, 302)
    told = text_of(said(client, HOME))
    assert told.count("Still open.") == 1
    assert "Dealt with by" in told


def test_home_leads_to_the_page(five):
    assert 'href="/dashboard/sites/">Open your plant' in said(manager_of(five, 1), "/")
    assert "Your plant</a>" in said(manager_of(five, 1), "/")
    fresh = build.world("Fresh")
    assert "Open your plant" not in said(fresh.client("plant_manager"), "/")


def test_what_the_plan_holds_stands_on_the_pages_it_concerns(five):
    """Network actions for everybody, those of a plant on its page alone."""
    for site, code in ((None, "A01"), (five.sites[0], "A02"), (five.sites[1], "A03")):
        planned(five, code, site)
    titles = {a.code: a.title for a in publishing.catalogue(five.cycle.questionnaire_id).actions}
    mine = text_of(own_page(manager_of(five, 1)))
    own, network = mine.split("Your actions")[1].split("What the network decided")
    assert titles["A02"] in own
    assert titles["A01"] in network
    assert titles["A03"] not in mine
    csco = text_of(said(five.client(), f"/dashboard/sites/{five.submissions[2].public_id}/"))
    assert titles["A03"] in csco.split("What is planned for it")[1]
    assert titles["A02"] not in csco
    with five.inside():
        PlannedAction.objects.filter(code="A01").update(status="dropped", dropped_because="no money")
    assert "Nothing is decided for the network yet." in own_page(manager_of(five, 1))


def planned(world, code, site):
    with world.inside():
        result = Result.objects.filter(submission=world.enterprise).first()
        plan, _made = Plan.objects.get_or_create(
            cycle=world.cycle, organisation=world.organisation,
            defaults={"result": result, "preset": "strategic", "weights": [], "reference": "target", "starts_on": "2026-01-01"},
        )  # fmt: skip
        PlannedAction.objects.create(
            organisation=world.organisation, plan=plan, code=code, site=site, wave=1, starts_on="2026-01-01",
            due_on="2026-03-01", effort_days=5, reasons={}, scores={}, lift={},
        )  # fmt: skip


def wishes(world, number: int) -> None:
    with world.inside():
        question = Question.objects.get(code="S-N8", questionnaire=world.cycle.questionnaire)
        Answer.objects.create(organisation=world.organisation, submission=world.submissions[number], question=question,
                              status="data", data={"text": "One system, not two"}, saved_at="2026-01-01T00:00Z")  # fmt: skip


def test_head_office_answers_what_a_plant_asked_and_the_plant_reads_it(five):
    wishes(five, 1)
    page, plant = f"/dashboard/sites/{five.submissions[1].public_id}/", manager_of(five, 1)
    assert "Not answered yet." in said(plant, HOME)
    url = f"/submissions/{five.submissions[1].public_id}/answer-wish/"
    assert f'action="{url}"' in said(five.client("analyst"), page)
    reply = five.client("analyst").post(url, {"reply": " In <b>March</b> "}, follow=True)
    assert "Sent. The plant reads your answer" in reply.content.decode()
    for client, path in ((plant, HOME), (five.client(), page)):
        raw = client.get(path).content.decode()
        assert "In &lt;b&gt;March&lt;/b&gt;" in raw
        assert "analyst Five" in raw
        assert "Still open" not in raw  # nobody has to work on it
    with five.inside():
        assert five.submissions[1].__class__.objects.get(pk=five.submissions[1].pk).state == "submitted"


@pytest.mark.parametrize(
    ("number", "reply", "told"),
    [
        (1, "  ", "Write what becomes of the wish"),
        (1, "x" * 1001, "At most 1000 characters."),
        (2, "Why?", "asks nothing of the centre"),
    ],
)
def test_an_answer_that_cannot_be_sent_says_why(five, number, reply, told):
    wishes(five, 1)
    client = five.client()
    found = client.post(
        f"/submissions/{five.submissions[number].public_id}/answer-wish/", {"reply": reply}, follow=True
    )
    assert told in html.unescape(found.content.decode())
    with five.inside():
        assert not Remark.objects.exists()


def test_a_wish_of_a_returned_survey_waits(five):
    wishes(five, 1)
    with five.inside():
        workflow.return_submission(by=five.members["csco"], submission=five.submissions[1], remarks={"": "Look again"})
    url = f"/submissions/{five.submissions[1].public_id}/answer-wish/"
    assert url not in said(five.client(), f"/dashboard/sites/{five.submissions[1].public_id}/")
    assert "This was returned already" in five.client().post(url, {"reply": "Yes"}, follow=True).content.decode()
