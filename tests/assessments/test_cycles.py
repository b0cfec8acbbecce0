"""The life of a cycle: who decides what when, what is written down about it, and what can no longer be done."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from assessments import insight, publishing, selectors, workflow
from assessments.models import Cycle, CycleSite, CycleStep, NetworkResult, Questionnaire, Submission
from opmodel.jobs import queue
from opmodel.organisations import clock
from opmodel.organisations.models import Organisation, Site
from opmodel.organisations.tenancy import installation
from tests import build
from tests.assessments.test_workflow import post

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def today(nordwerk):
    return clock.today(nordwerk.organisation)


def terms(world, **other):
    today = clock.today(world.organisation)
    given = {"name": "Next", "opens_on": today, "closes_on": today + 20 * DAY, "sites": world.sites, "dataset": None}
    return given | other


def csco(world):
    return world.members["csco"]


def steps(world, cycle=None):
    with world.inside():
        rows = CycleStep.objects.filter(cycle=cycle or world.cycle).order_by("pk")
        return [(s.kind, s.closes_on, s.reason, s.by_id) for s in rows]


def now(world, cycle=None):
    with world.inside():
        return Cycle.objects.get(pk=(cycle or world.cycle).pk)


def refused(world, match, call, **given):
    with world.inside(), pytest.raises(workflow.Refused, match=match) as seen, transaction.atomic():
        call(by=csco(world), **given)
    return seen.value.field, seen.value.status


def test_a_draft_asks_nobody_until_it_is_opened(nordwerk, today):
    with nordwerk.inside():
        draft = workflow.draft_cycle(by=csco(nordwerk), **terms(nordwerk))
        assert (draft.state, Submission.objects.filter(cycle=draft).count()) == ("draft", 0)
        assert CycleSite.objects.filter(cycle=draft).count() == 3
    assert steps(nordwerk, draft) == []
    with nordwerk.inside():
        workflow.open_draft(by=csco(nordwerk), cycle=draft)
        views = list(Submission.objects.filter(cycle=draft).order_by("pk").values_list("view", "site_id"))
    assert views == [("enterprise", None), *(("site", s.pk) for s in nordwerk.sites)]
    assert now(nordwerk, draft).state == "open"
    assert steps(nordwerk, draft) == [("opened", today + 20 * DAY, "", csco(nordwerk).user_id)]


def test_every_term_of_a_draft_can_be_changed_until_it_is_opened(nordwerk, today):
    old = nordwerk.cycle.questionnaire
    newer = Questionnaire.objects.create(
        version="9", content_hash="9", document=old.document, published_at=old.published_at + DAY
    )
    peers = build.dataset(["CAP"])
    with nordwerk.inside():
        draft = workflow.draft_cycle(by=csco(nordwerk), **terms(nordwerk))
        assert draft.questionnaire == newer  # the newest, unless another is chosen
        changed = {
            "name": "Better",
            "opens_on": today + DAY,
            "closes_on": today + 9 * DAY,
            "dataset": peers,
            "questionnaire": old,
            "target_level": Decimal("3.5"),
            "response_target_pct": 80,
            "prefill_from": nordwerk.cycle,
            "reminders": False,
        }
        workflow.edit_draft(by=csco(nordwerk), cycle=draft, sites=nordwerk.sites[1:], **changed)
        found = Cycle.objects.get(pk=draft.pk)
        assert {name: getattr(found, name) for name in changed} == changed
        assert {s.pk for s in selectors.invited_sites(found)} == {s.pk for s in nordwerk.sites[1:]}
        workflow.open_draft(by=csco(nordwerk), cycle=draft)
    assert refused(nordwerk, "is “Open” by now", workflow.edit_draft, cycle=draft, **terms(nordwerk)) == ("", 409)


@pytest.mark.parametrize(
    ("wrong", "field", "message"),
    [
        ({"name": "Cycle 1"}, "name", "exists already"),
        ({"opens_on": date(2030, 1, 2), "closes_on": date(2030, 1, 1)}, "closes_on", "must not lie before the first day"),
        ({"opens_on": date(1990, 1, 1)}, "closes_on", "between 2000 and 2199"),
    ],
)  # fmt: skip
def test_wrong_terms_name_their_field_and_leave_nothing(nordwerk, wrong, field, message):
    assert refused(nordwerk, message, workflow.draft_cycle, **terms(nordwerk, **wrong)) == (field, 400)
    with nordwerk.inside():
        draft = workflow.draft_cycle(by=csco(nordwerk), **terms(nordwerk))
    assert refused(nordwerk, message, workflow.edit_draft, cycle=draft, **terms(nordwerk, **wrong)) == (field, 400)
    assert now(nordwerk, draft).name == "Next"
    with nordwerk.inside():
        assert Cycle.objects.count() == 2


def test_a_content_version_that_is_not_published_is_refused(nordwerk):
    raw = Questionnaire.objects.create(version="raw", content_hash="raw", document={})
    field, _status = refused(nordwerk, "not published", workflow.draft_cycle, **terms(nordwerk, questionnaire=raw))
    assert field == "questionnaire"


def test_answers_are_carried_over_from_an_own_cycle_that_was_opened(nordwerk, sudwerk):
    with nordwerk.inside():
        draft = workflow.draft_cycle(by=csco(nordwerk), **terms(nordwerk, name="Only a draft"))
    for past in (draft, sudwerk.cycle):
        wrong = terms(nordwerk, prefill_from=past)
        assert refused(nordwerk, "an earlier cycle of your own", workflow.draft_cycle, **wrong)[0] == "prefill_from"
    itself = terms(nordwerk, name="x", prefill_from=draft)
    assert refused(nordwerk, "an earlier cycle", workflow.edit_draft, cycle=draft, **itself)[0] == "prefill_from"
    with nordwerk.inside(), pytest.raises(IntegrityError, match="cycle_not_its_own_past"), transaction.atomic():
        Cycle.objects.filter(pk=draft.pk).update(prefill_from_id=draft.pk)


def test_a_draft_without_sites_or_with_a_day_gone_by_is_not_opened(nordwerk, today):
    with nordwerk.inside():
        empty = workflow.draft_cycle(by=csco(nordwerk), **terms(nordwerk, sites=[]))
        late = workflow.draft_cycle(
            by=csco(nordwerk), **terms(nordwerk, name="Late", opens_on=today - 9 * DAY, closes_on=today - DAY)
        )
    assert refused(nordwerk, "at least one site", workflow.open_draft, cycle=empty) == ("sites", 400)
    assert refused(nordwerk, "lies in the past", workflow.open_draft, cycle=late) == ("closes_on", 400)
    assert {now(nordwerk, c).state for c in (empty, late)} == {"draft"}


def test_a_draft_can_be_thrown_away_and_nothing_else(nordwerk):
    with nordwerk.inside():
        draft = workflow.draft_cycle(by=csco(nordwerk), **terms(nordwerk))
        workflow.discard_draft(by=csco(nordwerk), cycle=draft)
        assert not Cycle.objects.filter(pk=draft.pk).exists()
    assert refused(nordwerk, "is “Open” by now", workflow.discard_draft, cycle=nordwerk.cycle) == ("", 409)
    assert now(nordwerk).state == "open"


def test_the_whole_life_is_written_down(nordwerk, today):
    who, cycle = csco(nordwerk), nordwerk.cycle
    with nordwerk.inside():
        workflow.extend_cycle(by=who, cycle=cycle, closes_on=today + 40 * DAY)
        workflow.close_cycle(by=who, cycle=cycle)
        workflow.reopen_cycle(by=who, cycle=cycle, closes_on=today, reason=" Two plants were on strike. ")
        workflow.close_cycle(by=who, cycle=cycle)
        workflow.archive_cycle(by=who, cycle=cycle)
    assert steps(nordwerk) == [
        ("opened", today + 30 * DAY, "", who.user_id),
        ("extended", today + 40 * DAY, "", who.user_id),
        ("closed", None, "", who.user_id),
        ("reopened", today, "Two plants were on strike.", who.user_id),
        ("closed", None, "", who.user_id),
        ("archived", None, "", who.user_id),
    ]
    assert (now(nordwerk).state, now(nordwerk).closes_on) == ("archived", today)


LIVES = {
    "draft": {"edit_draft", "open_draft", "discard_draft"},
    "open": {
        "add_sites",
        "extend_cycle",
        "extend_submission",
        "close_cycle",
        "switch_reminders",
        "show_peers_to_plants",
    },
    "closed": {"reopen_cycle", "archive_cycle", "show_peers_to_plants"},
    "archived": set(),
}


@pytest.mark.parametrize("state", LIVES)
@pytest.mark.parametrize("step", sorted(set().union(*LIVES.values())))
def test_each_step_starts_from_its_own_states_only(nordwerk, today, state, step):
    cycle = nordwerk.cycle
    with nordwerk.inside():
        Cycle.objects.filter(pk=cycle.pk).update(state=state)
        CycleSite.objects.filter(cycle=cycle, site=nordwerk.sites[2]).delete()
        Submission.objects.filter(cycle=cycle, site=nordwerk.sites[2]).delete()
        if state == "draft":
            Submission.objects.filter(cycle=cycle).exclude(pk=nordwerk.enterprise.pk).delete()
    later = today + 60 * DAY
    given = {
        "edit_draft": {"cycle": cycle, **terms(nordwerk)},
        "add_sites": {"cycle": cycle, "sites": nordwerk.sites[2:]},
        "extend_cycle": {"cycle": cycle, "closes_on": later},
        "extend_submission": {"submission": nordwerk.enterprise},
        "reopen_cycle": {"cycle": cycle, "closes_on": later, "reason": "why"},
        "switch_reminders": {"cycle": cycle, "on": False},
        "show_peers_to_plants": {"cycle": cycle, "on": True},
    }.get(step, {"cycle": cycle})
    if step in LIVES[state]:
        with nordwerk.inside(), transaction.atomic():
            if step == "open_draft":
                Submission.objects.filter(cycle=cycle).delete()
            getattr(workflow, step)(by=csco(nordwerk), **given)
        return
    before = steps(nordwerk)
    assert refused(nordwerk, "so this cannot be done", getattr(workflow, step), **given) == ("", 409)
    assert (now(nordwerk).state, steps(nordwerk)) == (state, before)


@pytest.mark.parametrize("role", ["analyst", "administrator", "plant_manager"])
def test_only_the_csco_decides(nordwerk, today, role):
    calls = [
        (workflow.draft_cycle, terms(nordwerk)),
        (workflow.extend_cycle, {"cycle": nordwerk.cycle, "closes_on": today + 60 * DAY}),
        (workflow.extend_submission, {"submission": nordwerk.submissions[1]}),
        (workflow.close_cycle, {"cycle": nordwerk.cycle}),
        (workflow.switch_reminders, {"cycle": nordwerk.cycle, "on": False}),
        (workflow.show_peers_to_plants, {"cycle": nordwerk.cycle, "on": True}),
    ]
    for call, given in calls:
        with nordwerk.inside(role), pytest.raises(workflow.Refused, match="Only the CSCO") as seen:
            call(by=nordwerk.members[role], **given)
        assert seen.value.status == 403
    assert len(steps(nordwerk)) == 1


def test_a_step_locks_the_cycle_and_reads_it_again(nordwerk):
    """Whoever comes second sees what the first one did, although the page showed the cycle open."""
    shown = nordwerk.cycle
    with nordwerk.inside(), CaptureQueriesContext(connection) as seen:
        workflow.close_cycle(by=csco(nordwerk), cycle=shown)
    assert any('FROM "assessments_cycle"' in q["sql"] and "FOR NO KEY UPDATE" in q["sql"] for q in seen)
    assert refused(nordwerk, "is “Closed” by now", workflow.close_cycle, cycle=shown) == ("", 409)


def test_an_extension_locks_the_survey_before_its_cycle(nordwerk):
    """The order of whoever saves an answer; the other way round the two would wait for each other."""
    with nordwerk.inside(), CaptureQueriesContext(connection) as seen:
        workflow.extend_submission(by=csco(nordwerk), submission=nordwerk.submissions[1])
    locks = [q["sql"] for q in seen if "FOR NO KEY UPDATE" in q["sql"]]
    assert ['OF "assessments_submission"' in sql for sql in locks] == [True, False]


@pytest.mark.parametrize("days", [-1, 0, 30])
def test_a_cycle_is_extended_beyond_today_and_its_old_last_day(nordwerk, today, days):
    wrong = {"cycle": nordwerk.cycle, "closes_on": today + days * DAY}
    assert refused(nordwerk, "later than today", workflow.extend_cycle, **wrong) == ("closes_on", 400)
    far = {"cycle": nordwerk.cycle, "closes_on": date.max}
    assert refused(nordwerk, "between 2000 and 2199", workflow.extend_cycle, **far) == ("closes_on", 400)
    assert now(nordwerk).closes_on == today + 30 * DAY


def test_a_cycle_whose_last_day_is_over_takes_answers_again_after_an_extension(nordwerk, today):
    with nordwerk.inside():
        Cycle.objects.filter(pk=nordwerk.cycle.pk).update(closes_on=today - 2 * DAY)
    assert post(nordwerk.client(), nordwerk.enterprise, "E-CAP1-1").status_code == 409
    with nordwerk.inside():
        workflow.extend_cycle(by=csco(nordwerk), cycle=nordwerk.cycle, closes_on=today + DAY)
    assert post(nordwerk.client(), nordwerk.enterprise, "E-CAP1-1").status_code == 200


def test_one_survey_gets_more_time_and_the_others_do_not(nordwerk, today):
    one, other = nordwerk.submissions[1], nordwerk.submissions[2]
    with nordwerk.inside():
        Cycle.objects.filter(pk=nordwerk.cycle.pk).update(closes_on=today - 2 * DAY)
        found = workflow.extend_submission(by=csco(nordwerk), submission=one)
        assert found.closes_on == today + 7 * DAY  # from today, for its last day is over
        assert workflow.extend_submission(by=csco(nordwerk), submission=one).closes_on == today + 14 * DAY
        until = workflow.extend_submission(
            by=csco(nordwerk), submission=one, closes_on=today + 16 * DAY, reason="Move of the plant"
        )
        assert until.closes_on == today + 16 * DAY
        assert Submission.objects.get(pk=other.pk).extended_to is None
    manager = nordwerk.client("plant_manager")
    assert post(manager, one, "S-CAP1-1").status_code == 200
    assert post(nordwerk.client(), nordwerk.enterprise, "E-CAP1-1").status_code == 409
    assert steps(nordwerk)[1:] == [
        ("extended", today + 7 * DAY, "", csco(nordwerk).user_id),
        ("extended", today + 14 * DAY, "", csco(nordwerk).user_id),
        ("extended", today + 16 * DAY, "Move of the plant", csco(nordwerk).user_id),
    ]
    back = {"submission": one, "closes_on": today + 15 * DAY}
    assert refused(nordwerk, "later than today", workflow.extend_submission, **back) == ("closes_on", 400)


def test_a_survey_in_time_is_extended_from_its_own_last_day(nordwerk, today):
    with nordwerk.inside():
        found = workflow.extend_submission(by=csco(nordwerk), submission=nordwerk.enterprise)
    assert found.closes_on == today + 37 * DAY


def test_what_is_submitted_needs_no_more_time(nordwerk):
    post(nordwerk.client(), nordwerk.enterprise, "E-CAP1-1")
    nordwerk.client().post(f"/submissions/{nordwerk.enterprise.public_id}/submit/")
    given = {"submission": nordwerk.enterprise}
    assert refused(nordwerk, "submitted already", workflow.extend_submission, **given) == ("", 409)


def test_a_site_that_is_added_gets_a_survey_and_a_line(nordwerk, today):
    with nordwerk.inside():
        cycle = workflow.open_cycle(by=csco(nordwerk), **terms(nordwerk, sites=nordwerk.sites[:1]))
        (made,) = workflow.add_sites(by=csco(nordwerk), cycle=cycle, sites=nordwerk.sites[1:2])
        assert (made.site_id, made.view, made.cycle_id) == (nordwerk.sites[1].pk, "site", cycle.pk)
        assert {s.pk for s in selectors.invited_sites(cycle)} == {s.pk for s in nordwerk.sites[:2]}
        step = CycleStep.objects.filter(cycle=cycle).last()
        assert (step.kind, step.submission_id) == ("site_added", made.pk)
    twice = {"cycle": cycle, "sites": nordwerk.sites[1:3]}
    assert refused(nordwerk, "“Nordwerk 2” is asked in this cycle already", workflow.add_sites, **twice)[0] == "sites"
    with nordwerk.inside():
        assert Submission.objects.filter(cycle=cycle).count() == 3


def test_reopening_needs_a_reason_and_a_day_to_come(nordwerk, today):
    with nordwerk.inside():
        workflow.close_cycle(by=csco(nordwerk), cycle=nordwerk.cycle)
    wrong = {"cycle": nordwerk.cycle, "closes_on": today + DAY, "reason": "  "}
    assert refused(nordwerk, "why the cycle is opened again", workflow.reopen_cycle, **wrong) == ("reason", 400)
    late = wrong | {"reason": "why", "closes_on": today - DAY}
    assert refused(nordwerk, "in the past", workflow.reopen_cycle, **late) == ("closes_on", 400)
    long = wrong | {"reason": "x" * 501}
    assert refused(nordwerk, "at most 500", workflow.reopen_cycle, **long) == ("reason", 400)
    assert now(nordwerk).state == "closed"
    with nordwerk.inside(), pytest.raises(IntegrityError, match="cycle_step_reopened_has_reason"), transaction.atomic():
        CycleStep.objects.create(organisation=nordwerk.organisation, cycle=nordwerk.cycle, kind="reopened")


def test_a_reopened_cycle_takes_answers_and_keeps_what_was_submitted(nordwerk, today):
    client, site = nordwerk.client(), nordwerk.submissions[1]
    manager = nordwerk.client("plant_manager")
    post(manager, site, "S-CAP1-1")
    manager.post(f"/submissions/{site.public_id}/submit/")
    with nordwerk.inside():
        workflow.close_cycle(by=csco(nordwerk), cycle=nordwerk.cycle)
    assert post(client, nordwerk.enterprise, "E-CAP1-1").status_code == 409
    with nordwerk.inside():
        workflow.reopen_cycle(by=csco(nordwerk), cycle=nordwerk.cycle, closes_on=today, reason="why")
    assert post(client, nordwerk.enterprise, "E-CAP1-1").status_code == 200
    assert post(manager, site, "S-CAP2-1").status_code == 409


def test_days_are_those_of_the_organisation(nordwerk):
    """UTC+14: its day begins while it is still yesterday nearly everywhere."""
    with installation():
        Organisation.objects.filter(pk=nordwerk.organisation.pk).update(time_zone="Pacific/Kiritimati")
    with nordwerk.inside():
        organisation = Organisation.objects.get(pk=nordwerk.organisation.pk)
        with connection.cursor() as cursor:
            cursor.execute("SELECT (clock_timestamp() AT TIME ZONE 'Pacific/Kiritimati')::date")
            assert clock.today(organisation) == cursor.fetchone()[0]


def test_cycles_live_side_by_side(nordwerk, today):
    """Two open cycles ask the same plant twice; an answer in one is none in the other."""
    with nordwerk.inside():
        second = workflow.open_cycle(by=csco(nordwerk), **terms(nordwerk))
        survey = Submission.objects.get(cycle=second, site=nordwerk.sites[0])
    manager = nordwerk.client("plant_manager")
    assert post(manager, nordwerk.submissions[1], "S-CAP1-1").status_code == 200
    page = manager.get("/").content.decode()
    assert "Cycle 1: 43 questions are open." in page
    assert "Next: 44 questions are open." in page
    assert post(manager, survey, "S-CAP1-1", level=5).status_code == 200
    with nordwerk.inside():
        workflow.close_cycle(by=csco(nordwerk), cycle=nordwerk.cycle)
    assert post(manager, nordwerk.submissions[1], "S-CAP2-1").status_code == 409
    assert post(manager, survey, "S-CAP2-1").status_code == 200


def test_the_level_a_cycle_aims_at_stands_in_where_a_dimension_has_no_target(nordwerk):
    """E-N6 wants 4.5 in CAP1; the cycle wants 3.5 everywhere else, also for the ranking."""
    content = publishing.catalogue(nordwerk.cycle.questionnaire_id)
    with nordwerk.inside():
        entries = [{"code": "E-N6", "status": "data", "data": {"CAP1": {"target": 4.5, "by": None}}}]
        workflow.save_many(by=csco(nordwerk), submission=nordwerk.enterprise, entries=entries)
        submission = Submission.objects.select_related("cycle").get(pk=nordwerk.enterprise.pk)
        own = insight.own_targets(submission)
        assert own == insight.wanted_levels(own, submission, content) == {"CAP1": 4.5}
        submission.cycle.target_level = Decimal("3.5")
        found = insight.wanted_levels(own, submission, content)
    assert (found["CAP1"], found["GOV1"], len(found)) == (4.5, 3.5, 27)
    assert not {"CAP", "OVERALL"} & set(found)


def test_the_dashboard_measures_against_the_level_of_the_cycle(nordwerk):
    with nordwerk.inside():
        Cycle.objects.filter(pk=nordwerk.cycle.pk).update(target_level=Decimal("4.8"))
    post(nordwerk.client(), nordwerk.enterprise, "E-CAP1-1", level=2)
    nordwerk.client().post(f"/submissions/{nordwerk.enterprise.public_id}/submit/")
    queue.drain()
    page = nordwerk.client().get(f"/dashboard/explain/{nordwerk.enterprise.public_id}/CAP1/").content.decode()
    assert "Target: 4.8" in page


def test_a_draft_that_was_discarded_meanwhile_is_a_page_not_a_fault(nordwerk):
    """The second of two clicks finds the draft, waits for the first, and finds it gone."""
    with nordwerk.inside():
        draft = workflow.draft_cycle(by=csco(nordwerk), **terms(nordwerk))
        workflow.discard_draft(by=csco(nordwerk), cycle=draft)
        draft.pk = 2**40  # as it was seen before
    assert refused(nordwerk, "The draft is gone.", workflow.discard_draft, cycle=draft) == ("", 404)


def test_a_further_site_changes_the_weights_of_those_that_submitted(nordwerk):
    build.score_all(nordwerk)
    with nordwerk.inside():
        further = Site.objects.create(organisation=nordwerk.organisation, name="Further")
        workflow.add_sites(by=csco(nordwerk), cycle=nordwerk.cycle, sites=[further])
    queue.drain()
    with nordwerk.inside():
        newest = NetworkResult.objects.order_by("-id")[0]
        assert (newest.sites_invited, newest.sites_submitted) == (4, 3)
