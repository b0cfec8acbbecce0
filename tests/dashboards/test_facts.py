"""The other items after the submit: figures of the results, the page of decisions, the API; expected numbers by hand."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from assessments import publishing, workflow
from assessments.models import Answer, NetworkResult, Question, Result, Submission
from assessments.ranking import figures_of
from opmodel.api.tokens import create_token
from opmodel.jobs import queue
from opmodel.organisations.permissions import Role
from tests import build

pytestmark = pytest.mark.django_db
TODAY = date.today()


def ago(days):
    return (TODAY - timedelta(days=days)).isoformat()


MAKE_BUY = {"rows": [
    {"item_family": "Housings <b>", "strategic_importance": 5, "supply_risk": 4, "last_reviewed": ago(900)},
    {"item_family": "Gears", "last_reviewed": ago(30)},
    {"item_family": "Bolts"},
    {"item_family": "Seals", "strategic_importance": 4, "internal_capability_vs_market": 2, "supply_risk": 1},
]}  # fmt: skip
LIMITS = {"rows": [
    {"supplier": "Castings", "severity": 5, "value_streams_affected": 3, "decide_by": ago(-40)},
    {"supplier": "Chips", "severity": 4, "decision": "develop", "alternative": "qualified"},
]}  # fmt: skip
PILOTS = {"currency": "EUR", "rows": [
    {"use_case": "Camera", "stage": "pilot", "stage_since": ago(500)},
    {"use_case": "Planner", "stage": "pilot", "stage_since": ago(100)},
    {"use_case": "Radar", "stage": "scaled", "expected_benefit": "200.00", "realised_benefit": "50.00", "reinvested_pct": 40.0},
]}  # fmt: skip
ROWS = [f"DR{i:02}" for i in range(1, 17)]


def rights(level, count=16):
    return {row: {"current_level": level} for row in ROWS[:count]}


@pytest.fixture
def world():
    """Head office puts 16 decisions at the enterprise; two plants put 4 and 8 of them at the plant, one knows too few."""
    made = build.world("Factory")
    catalogue = publishing.catalogue(made.cycle.questionnaire_id)
    own = {
        "E-N3a": {"choice": "no redesign"},
        "E-N7": MAKE_BUY,
        "E-N8": LIMITS,
        "E-N9": rights("enterprise"),
        "E-N10": PILOTS,
    }
    sites = [
        {"S-N4": rights("enterprise") | rights("plant", 4), "S-N6": {"skills": 1, "funding rules": 2, "labour relations": 3},
         "S-N1": {"margin_criticality": 5}, "S-N3": {"automation_maturity": 2},
         "S-N7": {"rows": [{"supplier": "castings", "severity": 4, "decide_by": ago(-60)}]},
         "S-N8": {"text": "Decide on <i>press</i> line 4"}},
        {"S-N4": rights("enterprise") | rights("plant", 8), "S-N6": {"skills": 2, "funding rules": 1, "too many initiatives": 3}},
        {"S-N4": rights("plant", 5)},
    ]  # fmt: skip
    for submission, facts in zip(made.submissions, [own, *sites], strict=True):
        by = made.members["csco"]
        if submission.site:
            by = build.member(
                made.organisation, Role.PLANT_MANAGER, [submission.site], f"m{submission.pk}@factory.example"
            )
        entries = [{"code": code, "status": "data", "data": data} for code, data in facts.items()]
        entries += [{"code": q.code, "status": "level", "level": 3} for q in catalogue.questions_of(submission.view)]
        with made.inside():
            workflow.save_many(by=by, submission=submission, entries=entries)
            workflow.submit(by=by, submission=submission)
    queue.drain()
    return made


def test_results_keep_the_figures_of_the_day_of_the_submission(world):
    with world.inside():
        own = Result.objects.get(submission=world.enterprise).figures
        site = Result.objects.get(submission=world.submissions[1]).figures
        network = NetworkResult.objects.order_by("-id").first().figures
    assert own["make_buy_overdue_rows"] == 3  # 900 days old, and twice never
    assert (own["constraint_exposure"], own["unresolved_severe_constraints"]) == (15, 1)  # 5 x 3
    assert (own["stuck_share"], own["conversion"], own["realisation"]) == (0.5, 0.5, 0.25)
    assert own["reinvested_share"] == pytest.approx(0.4)
    assert (own["enterprise_decentralisation"], own["E-N3a"], own["E-N3b"]) == (1, "no redesign", None)
    assert (site["segment"], site["site_unresolved_severe_constraints"]) == ("Modernise", 1)
    assert site["decentralisation"] == (4 * 3 + 12 * 1) / 16
    assert network["decision_mismatch_share"] == (4 / 16 + 8 / 16) / 2
    named = {barrier: points for barrier, points in network["barrier_points"].items() if points}
    assert named == {"funding rules": 5, "skills": 5, "labour relations": 1, "too many initiatives": 1}


def test_the_rules_of_actions_read_them(world):
    from assessments import insight, selectors

    with world.inside():
        seen = insight.build(world.enterprise, selectors.latest_result(world.enterprise))
        found = figures_of(seen)
    assert found["make_buy_overdue_rows"] == 3
    assert found["decision_mismatch_share"] == 0.375
    assert "E-N3b" not in found  # not answered: a rule over it is false


def test_the_page_says_what_waits_and_who_decides(world):
    page = world.client().get("/dashboard/facts/").content.decode()
    assert "5 things wait for a decision, one of them a severe supplier limit." in page
    assert page.count("Castings") == 1  # two lists name it: one thing to decide
    assert "Enterprise, Factory 1" in page
    assert "Never reviewed." in page
    assert "Never reviewed; its ratings ask for a review." in page  # weak own capability, no supply risk
    assert "A pilot for 16 months, neither scaled nor stopped." in page  # 500 / 30.4375
    assert "Head office and 2 plants see 38 % of the decisions on different levels" in page
    assert "first claim on capital" in page
    assert "Missing: How much does the margin depend on this site?" in page
    assert "Decide on &lt;i&gt;press&lt;/i&gt; line 4" in page
    assert "Housings &lt;b&gt;" in page
    assert "background, not a benchmark" in page


def test_ages_count_to_the_day_of_the_submission_as_in_the_results(world):
    """Submitted 90 days ago: a pilot of 400 days was 310 days old, a review of 750 days ago was 660 days ago: in time."""
    pilots = {"currency": "EUR", "rows": [{"use_case": "Camera", "stage": "pilot", "stage_since": ago(400)}]}
    reviewed = {"rows": [{"item_family": "Gears", "last_reviewed": ago(750)}]}
    with world.inside():
        for code, data in (("E-N10", pilots), ("E-N7", reviewed)):
            Answer.objects.filter(submission=world.enterprise, question__code=code).update(data=data)
        Submission.objects.filter(pk=world.enterprise.pk).update(submitted_at=timezone.now() - timedelta(days=90))
    page = world.client().get("/dashboard/facts/").content.decode()
    assert "One severe supplier limit waits for a decision." in page
    assert "A pilot for" not in page
    assert (
        '<td class="num">1</td><td class="num">0</td><td class="num">10.2</td>' in page
    )  # running, old, 310 / 30.4375


def test_shares_of_production_value_that_cannot_all_be_true_are_said(world):
    """70 + 30.1 = 100.1, of the submitted plants."""
    sentence = "shares of production value add up to 100.1 %; together they are at most 100 %."
    for second, said in ((30.0, False), (30.1, True)):
        with world.inside():
            for submission, share in zip(world.submissions[1:3], (70.0, second), strict=True):
                profile, _made = Answer.objects.get_or_create(
                    submission=submission,
                    question=Question.objects.get(code="S-N1", questionnaire=world.cycle.questionnaire),
                    defaults={
                        "organisation": world.organisation,
                        "status": "data",
                        "data": {},
                        "saved_at": timezone.now(),
                    },
                )
                profile.data |= {"production_value_share_pct": share}
                profile.save(update_fields=["data"])
        assert (sentence in world.client().get("/dashboard/facts/").content.decode().replace("&#x27;", "'")) is said


def test_before_anybody_answered_an_item_the_page_says_so(nordwerk):
    waiting = nordwerk.client().get("/dashboard/").content
    assert nordwerk.client().get("/dashboard/facts/").content.count(b"<h1") == waiting.count(b"<h1") == 1
    page = build.score_all(nordwerk, peers=False).client().get("/dashboard/facts/").content.decode()
    assert "No lists and facts are answered yet" not in page  # targets are answered
    assert "Nothing on the lists waits for a decision." in page


def rows_of(client, world, table):
    with world.inside():
        _row, token = create_token(by=world.members["analyst"], name="test", days=30)
    reply = client.get(f"/api/v1/{table}/?limit=1000", headers={"Authorization": f"Bearer {token}"})
    assert reply.status_code == 200, reply.content
    return reply.json()["results"]


def test_the_api_gives_every_figure_and_every_field_once(world, client):
    figures = rows_of(client, world, "figures")
    own = {r["figure"]: r for r in figures if r["view"] == "enterprise"}
    assert (own["constraint_exposure"]["value"], own["constraint_exposure"]["unit"]) == (15, "points, 0 or more")
    assert (own["E-N3a"]["value"], own["E-N3a"]["value_text"]) == (None, "no redesign")
    differ = {r["site"]: (r["value"], r["item"]) for r in figures if r["figure"] == "decision_mismatch_share"}
    assert differ == {"Factory 1": (4 / 16, "S-N4"), "Factory 2": (8 / 16, "S-N4"), "Factory 3": (None, "S-N4")}
    facts = rows_of(client, world, "facts")
    money = next(r for r in facts if r["field"] == "realised_benefit")
    assert (money["row"], money["value"], money["value_text"], money["unit"]) == ("3", 50, "50", "EUR")
    assert [r["value_text"] for r in facts if r["item"] == "S-N4" and r["row"] == "DR04"] == ["plant"] * 3
    for table in (figures, facts):
        ids = [r["id"] for r in table]
        assert ids == sorted(set(ids))
