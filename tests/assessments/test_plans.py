"""Choosing actions, carrying them out, who may do what, and what the database itself refuses."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError

from assessments import plans, publishing, workflow
from assessments.models import Cycle, Evidence, Plan, PlannedAction, Submission
from assessments.planning import add_months
from opmodel.jobs.models import Job
from opmodel.organisations.models import Member, MemberSite
from opmodel.organisations.permissions import Role
from tests import build, samples
from tests.assessments.plan_world import choose, score

pytestmark = pytest.mark.django_db
TODAY = date.today()
DAY = timedelta(days=1)


@pytest.fixture
def scored(nordwerk):
    score(nordwerk, nordwerk.enterprise)
    return nordwerk


def row(world, code, site=None) -> PlannedAction:
    with world.inside():
        return PlannedAction.objects.select_related("plan__cycle", "owner__user", "site").get(code=code, site=site)


def write(world, name, planned, role="csco", version=None, **values):
    """One write of the workflow on top of the version that is there, unless another one is named."""
    with world.inside(role):
        base = PlannedAction.objects.get(pk=planned.pk).version if version is None else version
        getattr(workflow, name)(by=world.members[role], planned=planned, base_version=base, **values)
    return row(world, planned.code, planned.site)


def own(world, code="A01", role="plant_manager", **choice):
    """An action in the plan, owned by a role."""
    choose(world, code, **choice)
    return write(world, "change_action", row(world, code, choice.get("site")), values={"owner": world.members[role]})


def test_unmet_prerequisites_come_along_first_and_are_said(scored):
    """A03 builds on A01 (CAP1 is at 2.0, A01 leads to 3.0): both are planned, A01 in the first quarter."""
    done = choose(scored, "A03")
    assert [r.code for r in done.made] == ["A01", "A03"]
    assert done.along == [("A01", "A03")]
    first, then = done.made
    assert (first.wave, first.starts_on, first.due_on) == (1, TODAY, add_months(TODAY, 3) - DAY)
    assert (then.wave, then.starts_on, then.due_on) == (3, add_months(TODAY, 6), add_months(TODAY, 12) - DAY)
    assert (first.effort_days, then.effort_days) == (20, 1000)  # effort 1 and 4 of 5: method.yaml


def test_what_the_ranking_said_is_frozen(scored):
    """A01 lifts CAP1 by one level (impact 3) up to its end at 3.0; A03 by two (impact 5), not above 4.5."""
    first, then = choose(scored, "A03").made
    assert (first.scores, first.lift) == ({"CAP1": 2.0}, {"CAP1": 1.0})
    assert (then.scores, then.lift) == ({"CAP1": 2.0}, {"CAP1": 1.5})
    assert first.rank < then.rank
    assert set(first.reasons) == {"en", "de"}
    assert "2.0 today, your target is 3.5" in first.reasons["en"]
    assert "2,0" in first.reasons["de"]
    with scored.inside():
        plan = Plan.objects.get()
        assert (plan.preset, plan.reference, plan.weights) == ("strategic", "target", [0.3, 0.4, 0.3])
        assert plan.result.submission_id == scored.enterprise.pk


def test_a_later_choice_adds_to_the_projection_that_is_there(scored):
    choose(scored, "A01")
    (then,) = choose(scored, "A03").made  # A01 is in the plan: it does not come twice
    assert then.lift == {"CAP1": 1.5}
    with pytest.raises(workflow.Refused, match="in the plan already"):
        choose(scored, "A01", "A03")
    done = choose(scored, "A01", "A04")
    assert (done.known, [r.code for r in done.made]) == (["A01"], ["A04"])


def test_a_prerequisite_that_is_late_moves_what_builds_on_it(scored):
    choose(scored, "A01")
    write(scored, "change_action", row(scored, "A01"), values={"due_on": add_months(TODAY, 8)})
    (then,) = choose(scored, "A03").made
    assert then.starts_on == add_months(TODAY, 8) + DAY


def test_a_prerequisite_done_in_an_earlier_plan_is_met(scored):
    choose(scored, "A01")
    write(scored, "finish_action", row(scored, "A01"), done_on=TODAY, shown_by="Signed.")
    with scored.inside():
        assert plans.done_codes(scored.organisation.pk, None) == {"A01"}


def test_for_one_site_its_own_scores_count_and_its_plant_manager_owns_it(scored):
    """The plant is at 4.0: A01 is met there (it leads to 3.0), A03 lifts it by 0.5 to the end of its range."""
    site = scored.sites[0]
    score(scored, scored.submissions[1], 4, "plant_manager")
    (made,) = choose(scored, "A03", site=site).made
    assert (made.scores, made.lift) == ({"CAP1": 4.0}, {"CAP1": 0.5})
    assert made.owner_id == scored.members["plant_manager"].pk
    assert choose(scored, "A03").made[-1].site is None  # the same action for the network as well


@pytest.mark.parametrize(
    ("codes", "more", "said"),
    [
        ([], {}, "at least one action"),
        (["A99"], {}, "not among the ranked actions"),
        (["A01"], {"preset": "greedy"}, "from the lists"),
        (["A01"], {"reference": "stars"}, "from the lists"),
    ],
)
def test_a_choice_that_cannot_be_made_leaves_no_plan(scored, codes, more, said):
    with pytest.raises(workflow.Refused, match=said):
        choose(scored, *codes, **more)
    with scored.inside():
        assert not Plan.objects.exists()


def test_a_foreign_site_is_not_in_the_list(scored, sudwerk):
    with pytest.raises(workflow.Refused, match="Choose a site from the list"):
        choose(scored, "A01", site=sudwerk.sites[0])


def test_nothing_scored_nothing_to_choose(nordwerk):
    with pytest.raises(workflow.Refused, match="Only a scored enterprise"):
        choose(nordwerk, "A01")


@pytest.mark.parametrize("role", ["plant_manager", "analyst", "administrator", "contributor"])
def test_only_the_csco_chooses(scored, role):
    with pytest.raises(workflow.Refused, match="Only the CSCO"), scored.inside(role):
        workflow.choose_actions(
            by=scored.members[role], submission=scored.enterprise, codes=["A01"], preset="strategic", reference="target"
        )


# --- carrying out ---


def test_the_life_of_an_action(scored):
    choose(scored, "A01")
    planned = row(scored, "A01")
    planned = write(scored, "start_action", planned)
    assert planned.status == "started"
    planned = write(
        scored, "finish_action", planned, done_on=TODAY - DAY, shown_by=" Minutes ", benefit_realised=Decimal(9)
    )
    assert (planned.status, planned.done_on, planned.shown_by, planned.benefit_realised) == (
        "done",
        TODAY - DAY,
        "Minutes",
        Decimal(9),
    )
    planned = write(scored, "resume_action", planned)
    assert (planned.status, planned.done_on) == ("started", None)
    planned = write(scored, "drop_action", planned, reason="No money.")
    assert (planned.status, planned.dropped_because) == ("dropped", "No money.")
    planned = write(scored, "resume_action", planned)
    assert (planned.status, planned.dropped_because, planned.version) == ("planned", "", 6)
    with scored.inside():
        workflow.remove_action(by=scored.members["csco"], planned=planned, base_version=6)
        assert not PlannedAction.objects.exists()


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("finish_action", {"done_on": None, "shown_by": "x"}, "today or before"),
        ("finish_action", {"done_on": TODAY + 2 * DAY, "shown_by": "x"}, "today or before"),
        ("finish_action", {"done_on": TODAY, "shown_by": "  "}, "what shows that it is done"),
        ("drop_action", {"reason": " "}, "why it is dropped"),
        ("drop_action", {"reason": "x" * 501}, "500 characters"),
        ("change_action", {"values": {"due_on": date(2020, 1, 1)}}, "must not lie before"),
        ("change_action", {"values": {"due_on": date(3000, 1, 1)}}, "within ten years"),
        ("change_action", {"values": {"wave": 5}}, "a wave from the list"),
        ("change_action", {"values": {"effort_days": -1}}, "whole number of person-days"),
        ("change_action", {"values": {"benefit_expected": Decimal(-1)}}, "not below 0"),
        ("change_action", {"values": {"notes": "a\x00b"}}, "cannot be stored"),
        ("change_action", {"values": {"code": "A02"}}, "set by whoever plans"),
        ("resume_action", {}, "was not begun yet"),
    ],
)
def test_what_is_refused_changes_nothing(scored, name, values, said):
    choose(scored, "A01")
    before = row(scored, "A01")
    with pytest.raises(workflow.Refused, match=said):
        write(scored, name, before, **values)
    after = row(scored, "A01")
    assert (after.version, after.status, after.due_on) == (1, "planned", before.due_on)


def test_a_begun_action_is_dropped_and_not_removed(scored):
    choose(scored, "A01")
    planned = write(scored, "start_action", row(scored, "A01"))
    with pytest.raises(workflow.Refused, match="begun already"):
        write(scored, "remove_action", planned)
    with pytest.raises(workflow.Refused, match="started already"):
        write(scored, "start_action", planned)


def test_a_newer_version_is_a_conflict_and_nothing_is_overwritten(scored):
    choose(scored, "A01")
    planned = write(scored, "change_action", row(scored, "A01"), values={"notes": "theirs"})
    with pytest.raises(workflow.Conflict) as conflict:
        write(scored, "change_action", planned, version=1, values={"notes": "mine"})
    assert (conflict.value.mine, conflict.value.theirs.notes) == ({"notes": "mine"}, "theirs")
    assert row(scored, "A01").notes == "theirs"


def test_an_owner_reports_and_does_not_plan(scored):
    planned = own(scored)
    planned = write(
        scored, "change_action", planned, "plant_manager", values={"notes": "half way", "benefit_realised": Decimal(5)}
    )
    assert planned.notes == "half way"
    planned = write(scored, "start_action", planned, "plant_manager")
    with pytest.raises(workflow.Refused, match="set by whoever plans"):
        write(scored, "change_action", planned, "plant_manager", values={"due_on": planned.due_on + DAY})
    for name, values in (("drop_action", {"reason": "x"}), ("remove_action", {})):
        with pytest.raises(workflow.Refused, match="Only the CSCO"):
            write(scored, name, planned, "plant_manager", **values)
    write(scored, "finish_action", planned, "plant_manager", done_on=TODAY, shown_by="Seen on the line.")


def test_nobody_reports_on_what_is_not_theirs(scored):
    choose(scored, "A01")
    for role, said in (
        ("plant_manager", "Only its owner"),
        ("analyst", "Only its owner"),
        ("contributor", "no longer"),
    ):
        with pytest.raises(workflow.Refused, match=said):
            write(scored, "start_action", row(scored, "A01"), role)


@pytest.mark.parametrize("role", ["administrator", "contributor"])
def test_an_owner_is_somebody_who_can_carry_it_out(scored, role):
    choose(scored, "A01")
    with pytest.raises(workflow.Refused, match="an owner from the list"):
        write(scored, "change_action", row(scored, "A01"), values={"owner": scored.members[role]})


def test_a_new_owner_gets_a_mail_once_and_whoever_takes_it_none(scored):
    planned = own(scored)
    write(scored, "change_action", planned, values={"owner": scored.members["plant_manager"], "notes": "again"})
    write(scored, "change_action", row(scored, "A01"), values={"owner": scored.members["csco"]})
    with scored.inside():
        sent = [(j.payload["template"], j.payload["to"]) for j in Job.objects.filter(kind="mail")]
    assert sent == [("action_given", "plant_manager@nordwerk.example")]


def test_an_owner_who_leaves_leaves_the_action_behind(scored):
    planned = own(scored)
    with scored.inside():
        scored.members["plant_manager"].delete()
    assert row(scored, planned.code).owner is None


# --- what the database refuses ---


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"due_on": date(2020, 1, 1)}, "planned_action_due_after_start"),
        ({"starts_on": date(1900, 1, 1)}, "planned_action_dates_plausible"),
        ({"wave": 0}, "planned_action_wave"),
        ({"status": "done"}, "planned_action_done_is_shown"),
        ({"status": "done", "done_on": TODAY}, "planned_action_done_is_shown"),
        ({"done_on": TODAY}, "planned_action_done_is_shown"),
        ({"status": "dropped"}, "planned_action_dropped_has_reason"),
        ({"status": "lost"}, "planned_action_status"),
        ({"effort_days": -1}, "planned_action_effort"),
        ({"benefit_expected": -1}, "planned_action_expects_no_loss"),
        ({"version": 0}, "planned_action_version_positive"),
        ({"code": "A03"}, "planned_action_once"),
    ],
)
def test_illegal_states_fail_in_the_database(scored, values, name):
    choose(scored, "A03")
    with pytest.raises(IntegrityError, match=name), transaction.atomic(), scored.inside():
        PlannedAction.objects.filter(code="A01").update(**values)


def test_a_plan_is_invisible_to_others_and_cannot_point_to_them(scored, sudwerk):
    choose(scored, "A01")
    with scored.inside():
        assert PlannedAction.objects.count() == 1  # it exists
    with sudwerk.inside():
        assert not PlannedAction.objects.exists()
        assert not Plan.objects.exists()
        assert not plans.actions(sudwerk.members["csco"]).exists()
    foreign = {"owner_id": sudwerk.members["csco"].pk, "site_id": sudwerk.sites[0].pk}
    for column, key in foreign.items():
        with pytest.raises(IntegrityError, match=f"assessments_plannedaction_{column}_tenant"), transaction.atomic():
            with scored.inside():
                PlannedAction.objects.update(**{column: key})
                connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_who_changed_what_is_recorded_and_cannot_be_changed(scored):
    planned = own(scored)
    write(scored, "start_action", planned, "plant_manager")
    with scored.inside():
        events = PlannedAction.pgh_event_model.objects.order_by("pgh_id")
        assert [(e.pgh_label, e.status, e.pgh_context["user"]) for e in events] == [
            ("insert", "planned", scored.members["csco"].user_id),
            ("update", "planned", scored.members["csco"].user_id),
            ("update", "started", scored.members["plant_manager"].user_id),
        ]
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), scored.inside():
        PlannedAction.pgh_event_model.objects.update(status="done")


# --- pages ---


def follow(client, path, **values):
    return client.post(path, values, follow=True)


def page(world, role="csco", path="/plan/", status=200):
    reply = world.client(role).get(path)
    assert reply.status_code == status
    return reply.content.decode()


def test_from_the_priorities_into_the_plan(scored):
    csco = scored.client()
    body = csco.get("/dashboard/priorities/").content.decode()
    assert 'name="codes" value="A03" form="choose-actions"' in body
    reply = follow(
        csco,
        "/plan/choose/",
        cycle=scored.cycle.public_id,
        preset="strategic",
        reference="target",
        peers="",
        site="",
        codes=["A03"],
    )
    said = reply.content.decode()
    assert "2 actions are in the plan now. “Publish one map" in said
    assert "came along" in said
    assert "in the plan</a>" in csco.get("/dashboard/priorities/").content.decode()


def test_nothing_chosen_is_said_on_the_priorities(scored):
    reply = follow(
        scored.client(), "/plan/choose/", cycle=scored.cycle.public_id, preset="tactical", reference="target"
    )
    assert "Choose at least one action." in reply.content.decode()
    assert reply.redirect_chain[-1][0].endswith("&preset=tactical&reference=target")
    assert scored.client().post("/plan/choose/", {"cycle": "2222222222222222"}).status_code == 404


def test_a_plan_that_is_not_there_says_what_to_do(scored, sudwerk):
    assert "Open the priorities" in page(scored)
    assert "need a scored enterprise self-assessment" in page(sudwerk)
    assert "As soon as your CSCO chooses actions" in page(scored, "plant_manager")
    for path in ("/plan/board/", "/plan/roadmap/", "/plan/progress/"):
        assert "There is no plan yet" in page(scored, path=path)


def test_a_plant_manager_sees_the_network_and_the_own_site_without_scores(scored):
    choose(scored, "A04", site=scored.sites[1])
    choose(scored, "A01")
    choose(scored, "A04", site=scored.sites[0])
    manager = scored.client("plant_manager")
    body = manager.get("/plan/").content.decode()
    assert "Publish one map" in body
    assert "Nordwerk 1" in body
    assert "Nordwerk 2" not in body
    foreign = row(scored, "A04", scored.sites[1])
    assert manager.get(f"/plan/actions/{foreign.public_id}/").status_code == 404
    assert manager.post(f"/plan/actions/{foreign.public_id}/start/").status_code == 404
    network = manager.get(f"/plan/actions/{row(scored, 'A01').public_id}/").content.decode()
    assert "2.0 today" not in network
    assert "First step" in network
    assert "2.0 today" in page(scored, path=f"/plan/actions/{row(scored, 'A01').public_id}/")
    # The reason names scores of the enterprise, or of the peers: of the own site's action it is head office's as well.
    own_site = manager.get(f"/plan/actions/{row(scored, 'A04', scored.sites[0]).public_id}/").content.decode()
    assert "Why it is here" not in own_site
    assert "Who changed what" in own_site
    assert "Who changed what" not in network


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"A01", "A03", "A04"}),
        ("owner=none", {"A03", "A04"}),
        ("site=network", {"A01", "A03", "A04"}),
        ("wave=1", {"A01"}),
        ("status=started", {"A01"}),
        ("status=late", set()),
        ("component=VST", set()),
        ("component=CAP&wave=3", {"A03"}),
        ("wave=banana", set()),
    ],
)
def test_filters(scored, query, found):
    choose(scored, "A03", "A04")
    planned = write(scored, "change_action", row(scored, "A01"), values={"owner": scored.members["analyst"]})
    write(scored, "start_action", planned)
    body = page(scored, path=f"/plan/?{query}")
    shown = {code for code in ("A01", "A03", "A04") if row(scored, code).public_id in body}
    assert shown == found
    assert ("fits these filters" in body) == (not found)


def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(scored):
    choose(scored, "A01")
    planned = row(scored, "A01")
    values = {
        "base_version": "1",
        "owner": "",
        "wave": "1",
        "starts_on": "2027-05-01",
        "due_on": "2027-04-01",
        "effort_days": "7",
        "notes": "kept",
    }
    url = f"/plan/actions/{planned.public_id}/"
    reply = scored.client().post(url, values)
    assert reply.status_code == 400
    assert "The last day must not lie before the first day." in reply.content.decode()
    assert "kept" in reply.content.decode()
    assert row(scored, "A01").version == 1
    for broken in ({"due_on": "soon"}, {"effort_days": "1e9"}, {"owner": "2222222222222222"}, {"wave": ""}):
        assert scored.client().post(url, values | {"due_on": "2027-06-01"} | broken).status_code == 400
    assert scored.client().post(url, values | {"due_on": "2027-06-01", "base_version": "x"}).status_code == 400
    assert scored.client().post(url, values | {"due_on": "2027-06-01"}).status_code == 302
    assert (row(scored, "A01").effort_days, row(scored, "A01").due_on) == (7, date(2027, 6, 1))


def test_a_conflict_says_who_and_what_and_the_second_try_stands(scored):
    planned = own(scored)
    write(scored, "change_action", planned, values={"effort_days": 33})
    url = f"/plan/actions/{planned.public_id}/"
    values = {"base_version": str(planned.version), "notes": "from the plant"}
    manager = scored.client("plant_manager")
    reply = manager.post(url, values)
    body = reply.content.decode()
    assert reply.status_code == 409
    assert "csco Nordwerk changed this action in the meantime" in body
    assert "Effort: 20 → 33 person-days." in body
    assert "from the plant" in body
    newest = row(scored, "A01").version
    assert f'name="base_version" value="{newest}"' in body
    assert manager.post(url, values | {"base_version": str(newest)}).status_code == 302
    assert row(scored, "A01").notes == "from the plant"


def test_steps_from_the_page(scored):
    choose(scored, "A01")
    base = f"/plan/actions/{row(scored, 'A01').public_id}/"
    csco = scored.client()
    assert csco.post(base + "start/", {"base_version": "1", "then": "board"}).url.startswith("/plan/board/")
    again = csco.post(base + "start/", {"base_version": "2"})
    assert (again.status_code, "started already" in again.content.decode()) == (409, True)
    stale = csco.post(base + "finish/", {"base_version": "1", "done_on": TODAY.isoformat(), "shown_by": "typed"})
    assert (stale.status_code, "typed" in stale.content.decode()) == (409, True)
    missing = csco.post(base + "finish/", {"base_version": "2", "done_on": TODAY.isoformat(), "shown_by": ""})
    assert missing.status_code == 400
    assert (
        csco.post(base + "finish/", {"base_version": "2", "done_on": TODAY.isoformat(), "shown_by": "Audit"}).url
        == base
    )
    body = csco.get(base).content.decode()
    assert "Audit" in body
    assert "csco Nordwerk: Done." in body
    assert csco.post(base + "explode/", {"base_version": "3"}).status_code == 404


def test_days_that_do_not_hold_are_said_in_words(scored):
    choose(scored, "A03")
    write(scored, "change_action", row(scored, "A03"), values={"starts_on": TODAY, "due_on": TODAY + 30 * DAY})
    body = page(scored, path="/plan/roadmap/")
    assert "before “Publish one map that ties each capability to an objective” is due on" in body
    assert "need early" in body
    write(scored, "finish_action", row(scored, "A01"), done_on=TODAY, shown_by="x")
    assert "need early" not in page(scored, path="/plan/roadmap/")
    with scored.inside():
        PlannedAction.objects.filter(code="A03").update(starts_on=TODAY - 30 * DAY, due_on=TODAY - 2 * DAY)
    assert "2 days late." in page(scored)
    assert "1 of 2 actions are done, and one is late." in page(scored)


def test_what_owners_can_give(scored):
    """1000 days in half a year are some 166 a month: more than 50, less than 200."""
    choose(scored, "A03")
    analyst = scored.members["analyst"]
    write(scored, "change_action", row(scored, "A03"), values={"owner": analyst})
    csco, url = scored.client(), f"/plan/capacity/?cycle={scored.cycle.public_id}"
    for given, said in (
        ("50", "Too much in 7 months" if TODAY.day > 1 else "Too much"),
        ("200", "Within what can be given"),
    ):
        assert csco.post(url, {analyst.public_id: given}).status_code == 302
        body = page(scored, path="/plan/roadmap/")
        assert said.split(" in ")[0] in body
        assert f'value="{given}"' in body
    for wrong in ("many", "1001", "-1"):
        reply = csco.post(url, {analyst.public_id: wrong})
        assert reply.status_code == 400
        assert "whole number from 0 to 1000" in reply.content.decode()
    assert csco.post(url, {analyst.public_id: ""}).status_code == 302
    assert "Within what can be given" not in page(scored, path="/plan/roadmap/")
    assert scored.client("analyst").post(url, {analyst.public_id: "5"}).status_code == 403


def test_a_file_or_a_link_shows_how_far_it_is(scored, stored_files):
    planned = own(scored)
    base = f"/plan/actions/{planned.public_id}/evidence/"
    manager = scored.client("plant_manager")
    reply = manager.post(base, {"title": "", "grade": "A", "url": "https://audit.example/7"}, follow=True)
    assert "audit.example/7" in reply.content.decode()
    upload = samples.upload("audit.pdf", samples.PDF, "application/pdf")
    assert manager.post(base, {"title": "", "grade": "B", "file": upload}).status_code == 302
    with scored.inside():
        pieces = {e.title: e for e in Evidence.objects.all()}
    assert set(pieces) == {"audit.example/7", "audit.pdf"}
    # It is the enterprise's, and its owner still reads it; a plant manager of elsewhere does not.
    file = manager.get(f"/evidence/{pieces['audit.pdf'].public_id}/file/")
    assert b"".join(file.streaming_content) == samples.PDF
    other = build.member(scored.organisation, Role.PLANT_MANAGER, scored.sites[1:2], "other@nordwerk.example")
    scored.members["other"] = other
    assert scored.client("other").get(f"/evidence/{pieces['audit.pdf'].public_id}/file/").status_code == 404
    assert scored.client("other").post(base, {"grade": "A", "url": "https://x.example"}).status_code == 403
    for wrong in ({"grade": "A"}, {"grade": "Z", "url": "https://x.example"}, {"grade": "A", "url": "ftp://x"}):
        assert manager.post(base, wrong).status_code == 400
    assert manager.post(base + "remove/", {"evidence": pieces["audit.pdf"].public_id}).status_code == 302
    assert manager.post(base + "remove/", {"evidence": pieces["audit.pdf"].public_id}).status_code == 404
    with scored.inside():
        assert Evidence.objects.count() == 2  # the piece itself stays


def test_evidence_of_an_action_is_not_deleted_under_it(nordwerk):
    """By whoever could delete it on the page of the survey, which is open here."""
    score(nordwerk, nordwerk.enterprise)
    choose(nordwerk, "A01")
    with nordwerk.inside():
        Submission.objects.filter(pk=nordwerk.enterprise.pk).update(state="returned")
        piece = workflow.show_action(
            by=nordwerk.members["csco"],
            planned=PlannedAction.objects.get(),
            title="",
            grade="A",
            url="https://a.example",
        )
        with pytest.raises(workflow.Refused, match="An action of the plan rests on this"):
            workflow.delete_evidence(by=nordwerk.members["csco"], submission=nordwerk.enterprise, evidence=piece)


def test_own_actions_wait_on_the_home_page(scored):
    planned = own(scored)
    body = page(scored, "plant_manager", "/")
    assert "One action is yours; it is due on" in body
    assert f"owner={scored.members['plant_manager'].public_id}" in body
    write(scored, "finish_action", planned, "plant_manager", done_on=TODAY, shown_by="x")
    assert "One action is yours" not in page(scored, "plant_manager", "/")


# --- the next cycle ---


@pytest.fixture
def following(scored):
    """A cycle after that of the plan, whose enterprise answers are still open."""
    choose(scored, "A03", "A04")
    write(scored, "finish_action", row(scored, "A01"), done_on=TODAY, shown_by="x")
    with scored.inside():
        made = workflow.open_cycle(
            by=scored.members["csco"],
            name="Cycle 2",
            opens_on=TODAY - DAY,
            closes_on=TODAY + 30 * DAY,
            sites=scored.sites,
            dataset=None,
        )
        return Submission.objects.select_related("cycle", "site").get(cycle=made, view="enterprise")


def test_without_a_newer_cycle_only_the_projection_stands_there(scored):
    choose(scored, "A03")
    body = page(scored, path="/plan/progress/")
    assert "There is no newer cycle yet" in body
    assert "<em>+2.5</em>" in body  # 2.0 to the end of A03's range at 4.5
    assert "Realised lift" not in body


def test_a_newer_cycle_that_is_not_scored_is_named(scored, following):
    assert "Cycle 2 is not scored yet" in page(scored, path="/plan/progress/")


def test_realised_lift_stands_beside_the_projected_one(scored, following):
    """All answers at 3 now: CAP1 rose by 1.0 of projected 2.5 (1.0 of it by A01, which is done)."""
    score(scored, following, 3)
    body = page(scored, path="/plan/progress/?cycle=" + scored.cycle.public_id)
    assert "Cycle 1 beside Cycle 2." in body
    with scored.inside():
        plan = Plan.objects.get()
        found = plans.next_cycle(plan)
        rows = list(PlannedAction.objects.filter(plan=plan))
        outcomes = {o.dimension: o for o in plans.outcomes(rows, plans.scores_in(found.cycle, ["CAP1", "CAP2"]))}
    one = outcomes["CAP1"]
    assert (one.before, one.now, one.realised, one.hoped, one.hoped_done) == (2.0, 3.0, 1.0, 2.5, 1.0)
    assert "Rose by less than projected." in body


def test_a_dropped_action_promises_nothing_any_more(scored, following):
    write(scored, "drop_action", row(scored, "A03"), reason="x")
    with scored.inside():
        rows = list(PlannedAction.objects.all())
    one = next(o for o in plans.outcomes(rows, {}) if o.dimension == "CAP1")
    assert (one.hoped, one.now, one.realised) == (1.0, None, None)


def test_new_answers_stand_beside_what_the_last_plan_was_to_do(scored, following):
    body = page(scored, path=f"/submissions/{following.public_id}/dimensions/CAP1/")
    assert "The plan of Cycle 1 had 2 actions for this" in body
    assert "had " not in page(scored, path=f"/submissions/{following.public_id}/dimensions/GOV1/").split("<main")[1]


def test_a_draft_cycle_is_no_next_one(scored):
    choose(scored, "A01")
    with scored.inside():
        workflow.draft_cycle(
            by=scored.members["csco"],
            name="Draft",
            opens_on=TODAY,
            closes_on=TODAY + DAY,
            sites=[],
            dataset=None,
        )
        assert plans.next_cycle(Plan.objects.select_related("cycle").get()) is None


def test_titles_of_mails_are_in_the_readers_language(scored):
    with scored.inside():
        manager = scored.members["plant_manager"]
        manager.user.language = "de"
        manager.user.save(update_fields=["language"])
    own(scored)
    with scored.inside():
        (job,) = Job.objects.filter(kind="mail")
        title = publishing.catalogue(scored.cycle.questionnaire_id, "de").action_by_code["A01"].title
        assert (
            job.payload["context"]["title"] == str(title) != "Publish one map that ties each capability to an objective"
        )


def test_two_plant_managers_of_a_site_leave_the_owner_open(scored):
    build.member(scored.organisation, Role.PLANT_MANAGER, scored.sites[:1], "second@nordwerk.example")
    assert choose(scored, "A04", site=scored.sites[0]).made[0].owner is None
    with scored.inside():
        assert Member.objects.filter(membersite__in=MemberSite.objects.filter(site=scored.sites[0])).count() == 2
        assert Cycle.objects.count() == 1
