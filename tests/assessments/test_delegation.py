"""Parts of a survey in the hands of colleagues: given once, seen alone, handed in, accepted, given back, taken back."""

import re
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from assessments import colleagues, selectors, workflow
from assessments.models import Answer, Assignment, AssignmentQuestion, Cycle, Submission
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import Role
from tests import build
from tests.assessments.test_workflow import post
from tests.mailbox import html_of, text_of

pytestmark = pytest.mark.django_db
SOON = date.today() + timedelta(days=10)
CAP1 = ["E-CAP1-1", "E-CAP1-2", "E-CAP1-3"]


def give(world, codes=CAP1, to="contributor", submission=None, by="csco", due_on=SOON, note="") -> Assignment:
    submission = submission or world.enterprise
    with world.inside(by):
        return workflow.assign(by=world.members[by], submission=submission, codes=codes, to=world.members[to],
                               due_on=due_on, note=note)  # fmt: skip


def state(world, assignment) -> str:
    with world.inside():
        return Assignment.objects.get(pk=assignment.pk).state


def own(submission, tail="") -> str:
    return f"/submissions/{submission.public_id}/{tail}"


def at(assignment, tail="") -> str:
    return f"/assignments/{assignment.public_id}/{tail}"


# Giving


def test_a_dimension_is_given_by_its_box_and_single_questions_by_theirs(nordwerk):
    client = nordwerk.client()
    page = client.get(own(nordwerk.enterprise, "delegate/")).content.decode()
    assert 'value="E-CAP1-1 E-CAP1-2 E-CAP1-3"' in page
    form = {
        "codes": ["E-CAP1-1 E-CAP1-2 E-CAP1-3", "E-CAP1-2", "E-GOV1-1", "E-N2"],
        "member": nordwerk.members["contributor"].public_id,
        "due_on": SOON.isoformat(),
        "note": "You know this best.",
    }
    reply = client.post(own(nordwerk.enterprise, "delegate/"), form)
    assert reply.status_code == 302
    with nordwerk.inside():
        made = Assignment.objects.get()
        held = list(made.questions.order_by("question__order").values_list("question__code", flat=True))
    assert held == [*CAP1, "E-GOV1-1", "E-N2"]
    assert (made.due_on, made.note, made.state) == (SOON, "You know this best.", "open")
    page = client.get(own(nordwerk.enterprise, "delegate/")).content.decode()
    assert "5 questions are with contributor Nordwerk now." in page
    assert page.count("with contributor Nordwerk</span>") == 5
    assert 'value="E-CAP1-1 E-CAP1-2 E-CAP1-3"' not in page


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"codes": []}, "codes", "Choose at least one dimension or question."),
        ({"codes": ["S-CAP1-1"]}, "codes", "There is no question “S-CAP1-1” in this survey."),
        ({"codes": ["nonsense"]}, "codes", "There is no question “nonsense” in this survey."),
        ({"to": None}, "member", "Choose a colleague of your organisation."),
        ({"to": "csco"}, "member", "Choose a colleague of your organisation."),
        ({"due_on": date.today() - timedelta(days=2)}, "due_on", "Choose a day from "),
        ({"due_on": date.today() + timedelta(days=31)}, "due_on", "Choose a day from "),
        ({"due_on": None}, "due_on", "Choose a day from "),
        ({"note": "x" * 501}, "note", "At most 500 characters."),
        ({"note": "a\x00b"}, "note", "The text holds a character that cannot be stored."),
    ],
)
def test_bad_input_is_named_at_its_place_and_nothing_is_given(nordwerk, change, field, message):
    given = {"codes": CAP1, "to": "contributor", "due_on": SOON, "note": ""} | change
    to = nordwerk.members[given["to"]] if given["to"] else None
    with nordwerk.inside(), pytest.raises(workflow.Refused) as refused:
        workflow.assign(by=nordwerk.members["csco"], submission=nordwerk.enterprise, **given | {"to": to})
    assert (refused.value.field, refused.value.message[: len(message)]) == (field, message)
    with nordwerk.inside():
        assert Assignment.objects.count() == 0


def test_the_last_day_of_an_extended_survey_counts(nordwerk):
    later = date.today() + timedelta(days=35)
    with nordwerk.inside():
        Submission.objects.filter(pk=nordwerk.enterprise.pk).update(extended_to=later)
    assert give(nordwerk, due_on=later).due_on == later


def test_the_page_shows_what_was_typed_again_with_the_fault_at_its_place(nordwerk):
    form = {
        "codes": ["E-CAP1-2"],
        "member": nordwerk.members["analyst"].public_id,
        "due_on": "2020-01-01",
        "note": "hm",
    }
    reply = nordwerk.client().post(own(nordwerk.enterprise, "delegate/"), form)
    page = reply.content.decode()
    assert reply.status_code == 400
    assert re.search(r'id="e-due_on">Choose a day from \d+ \w+ \d{4} to \d+ \w+ \d{4}\.<', page)
    assert 'value="E-CAP1-2" checked' in page
    assert f'value="{nordwerk.members["analyst"].public_id}" selected' in page
    assert ">hm</textarea>" in page


def test_a_foreign_member_is_as_unknown_as_none(nordwerk, sudwerk):
    form = {"codes": CAP1, "due_on": SOON.isoformat()}
    foreign = nordwerk.client().post(own(nordwerk.enterprise, "delegate/"), form | {"member": sudwerk.members["analyst"].public_id})  # fmt: skip
    nobody = nordwerk.client().post(own(nordwerk.enterprise, "delegate/"), form | {"member": "2222222222222222"})
    assert foreign.status_code == nobody.status_code == 400

    broken = nordwerk.client().post(own(nordwerk.enterprise, "delegate/"), form | {"member": "a\x00b"})
    assert broken.status_code == 400

    def strip(reply):
        return re.sub(r'csrfmiddlewaretoken" value="\w+"', "", reply.content.decode())

    assert strip(foreign) == strip(nobody)
    with sudwerk.inside():
        assert Member.objects.filter(pk=sudwerk.members["analyst"].pk).exists()  # it does exist
    with nordwerk.inside(), pytest.raises(workflow.Refused, match="Choose a colleague"):
        workflow.assign(by=nordwerk.members["csco"], submission=nordwerk.enterprise, codes=CAP1,
                        to=sudwerk.members["analyst"], due_on=SOON)  # fmt: skip


def test_a_question_is_given_once_and_the_second_is_told_who_holds_it(nordwerk):
    give(nordwerk, ["E-CAP1-2"])
    form = {"codes": CAP1, "member": nordwerk.members["analyst"].public_id, "due_on": SOON.isoformat()}
    reply = nordwerk.client().post(own(nordwerk.enterprise, "delegate/"), form)
    page = reply.content.decode()
    assert reply.status_code == 409
    assert "Nothing was given: some of these questions are held by a colleague already." in page
    row = page.split('id="c-E-CAP1-2"')[1].split("</li>")[0]
    assert "contributor Nordwerk holds this already." in row
    assert "holds this already" not in page.split('id="c-E-CAP1-1"')[1].split("</li>")[0]
    with nordwerk.inside():
        assert Assignment.objects.count() == 1


def test_the_database_refuses_a_second_holder(nordwerk):
    made = give(nordwerk, ["E-CAP1-2"])
    with nordwerk.inside():
        key = made.questions.get().question_id
        other = Assignment.objects.create(organisation=nordwerk.organisation, submission=nordwerk.enterprise,
                                          member=nordwerk.members["analyst"], due_on=SOON)  # fmt: skip
        row = {"organisation": nordwerk.organisation, "submission": nordwerk.enterprise, "question_id": key}
        with pytest.raises(IntegrityError, match="question_assigned_once"), transaction.atomic():
            AssignmentQuestion.objects.create(**row, assignment=other)


@pytest.mark.parametrize(
    ("role", "enterprise", "site", "other"),
    [
        ("csco", 200, 404, 404),
        ("plant_manager", 404, 200, 404),
        ("analyst", 404, 404, 404),
        ("administrator", 404, 404, 404),
        ("contributor", 404, 404, 404),
    ],
)
def test_only_those_who_answer_the_whole_give_parts_of_it(nordwerk, role, enterprise, site, other):
    give(nordwerk)  # the contributor sees the survey, and still gives nothing away
    client, surveys = nordwerk.client(role), nordwerk.submissions[:3]
    assert [client.get(own(s, "delegate/")).status_code for s in surveys] == [enterprise, site, other]
    assert [client.get(own(s, "assignments/")).status_code for s in surveys] == [enterprise, site, other]
    for survey, status in zip(surveys, (enterprise, site, other), strict=True):
        expected = 400 if status == 200 else 404
        assert client.post(own(survey, "delegate/"), {}).status_code == expected
    if role != "csco":
        with nordwerk.inside(role), pytest.raises(workflow.Refused):
            workflow.assign(by=nordwerk.members[role], submission=nordwerk.enterprise, codes=["E-GOV1-1"],
                            to=nordwerk.members["administrator"], due_on=SOON)  # fmt: skip


def test_everybody_but_the_respondents_can_be_asked(nordwerk):
    own_site = nordwerk.submissions[1]
    second = build.member(nordwerk.organisation, Role.PLANT_MANAGER, [nordwerk.sites[1]], "p2@nordwerk.example")
    with nordwerk.inside():
        of_enterprise = {m.role for m in colleagues.people(nordwerk.enterprise)}
        of_site = {m.pk for m in colleagues.people(own_site)}
    assert of_enterprise == {"plant_manager", "analyst", "administrator", "contributor"}
    members = nordwerk.members
    assert of_site == {second.pk, *(members[r].pk for r in ("csco", "analyst", "administrator", "contributor"))}


def test_nothing_is_given_after_the_last_day_or_after_the_submit(nordwerk):
    post(nordwerk.client(), nordwerk.enterprise, "E-CAP1-1")
    nordwerk.client().post(own(nordwerk.enterprise, "submit/"))
    with pytest.raises(workflow.Refused, match="submitted already"):
        give(nordwerk)
    page = nordwerk.client().get(own(nordwerk.enterprise, "delegate/")).content.decode()
    assert "takes no answers at present" in page
    with nordwerk.inside():
        Cycle.objects.update(opens_on=date.today() - timedelta(days=60), closes_on=date.today() - timedelta(days=2))
    with pytest.raises(workflow.Refused, match="closed on"):
        give(nordwerk, ["S-CAP1-1"], submission=nordwerk.submissions[1], by="plant_manager")


# What the colleague sees and does


def test_a_colleague_sees_the_own_questions_and_nothing_else(nordwerk):
    give(nordwerk, ["E-CAP1-2", "E-GOV1-1", "E-N2"])
    client, survey = nordwerk.client("contributor"), nordwerk.enterprise
    page = client.get(own(survey, "dimensions/CAP1/")).content.decode()
    assert re.findall(r'data-code="([^"]+)"', page) == ["E-CAP1-2"]
    links = set(re.findall(r'href="(/[^"#]*)"', page))
    tails = ("dimensions/CAP1/", "dimensions/GOV1/", "items/E-N2/", "evidence/", "workbook/", "review/")
    allowed = {own(survey, tail) for tail in tails}
    assert {link for link in links if not link.startswith(("/static/", "/accounts/"))} == allowed | {"/", "/glossary/"}
    assert "0 of 2 answered" in page
    # other screens and codes are as unknown as made-up ones
    made_up = client.get(own(survey, "dimensions/XXX9/"))
    for tail in (
        "dimensions/CAP2/",
        "items/E-N1/",
        "items/E-N6/",
        "history/E-CAP1-1/",
        "status/",
        "inspect/",
        "delegate/",
    ):
        reply = client.get(own(survey, tail))
        if tail == "inspect/":
            assert reply.status_code == 403  # for reviewers, whatever the id
        else:
            assert (reply.status_code, reply.content) == (404, made_up.content), tail
    assert client.get(own(nordwerk.submissions[1], "review/")).status_code == 404


def test_a_save_of_another_question_is_refused_like_one_that_does_not_exist(nordwerk):
    give(nordwerk, ["E-CAP1-2"])
    client = nordwerk.client("contributor")
    assert post(client, nordwerk.enterprise, "E-CAP1-1").json() == {
        "error": "refused", "message": "There is no question “E-CAP1-1” in this survey.", "field": "code",
    }  # fmt: skip
    assert post(client, nordwerk.enterprise, "E-CAP1-9").json()["message"] == "There is no question “E-CAP1-9” in this survey."  # fmt: skip
    for code in ("E-CAP1-1", "E-CAP1-9"):
        url = own(nordwerk.enterprise, f"answers/{code}/")
        assert client.post(url, {"level": "3", "base_version": "0"}).status_code == 404
    assert client.post(own(nordwerk.enterprise, "items/E-N2/save/"), {"base_version": "0"}).status_code == 404
    body = {"status": "data", "level": None, "data": {}}
    assert "no question" in post(client, nordwerk.enterprise, "E-N2", **body).json()["message"]
    for code in ("E-CAP1-1", "E-CAP1-9"):  # nor is anything told of what the last cycle offers for it
        assert client.post(own(nordwerk.enterprise, "confirm/"), {"confirm": code}).status_code == 404
    with nordwerk.inside():
        assert Answer.objects.count() == 0


def test_a_colleague_answers_and_the_progress_counts_the_own_questions_only(nordwerk):
    give(nordwerk, ["E-CAP1-1", "E-CAP1-2"])
    post(nordwerk.client(), nordwerk.enterprise, "E-CAP1-3")
    reply = post(nordwerk.client("contributor"), nordwerk.enterprise, "E-CAP1-2", level=4)
    assert reply.json()["progress"] == {"answered": 1, "total": 2, "dimension_answered": 1, "dimension_total": 2}
    page = nordwerk.client("contributor").get(own(nordwerk.enterprise, "review/")).content.decode()
    assert "E-CAP1-1" in page
    assert "E-CAP1-3" not in page
    assert "GOV" not in page.split("<main")[1]
    assert "submit/" not in page
    with nordwerk.inside():
        saved = Answer.objects.get(question__code="E-CAP1-2")
    assert (saved.level, saved.saved_by_id, saved.on_behalf) == (4, nordwerk.members["contributor"].user_id, False)
    assert nordwerk.client("contributor").post(own(nordwerk.enterprise, "submit/")).status_code == 403


def test_the_first_link_leads_to_the_first_open_question(nordwerk):
    give(nordwerk, ["E-VST1-1", "E-GOV1-1"])
    client = nordwerk.client("contributor")
    assert client.get(own(nordwerk.enterprise)).url == own(nordwerk.enterprise, "dimensions/VST1/")
    post(client, nordwerk.enterprise, "E-VST1-1")
    assert client.get(own(nordwerk.enterprise)).url == own(nordwerk.enterprise, "dimensions/GOV1/")


def test_home_shows_my_items_and_nothing_else(nordwerk):
    client = nordwerk.client("contributor")
    empty = client.get("/").content.decode()
    assert "<h1>My items</h1>" in empty
    assert "Nothing waits for you" in empty
    made = give(nordwerk)
    page = client.get("/").content.decode()
    main = page.split("<main")[1].split("</main")[0]
    assert re.findall(r"<h2>(.*?)</h2>", main) == ["My items: Enterprise self-assessment"]
    assert re.findall(r'href="([^"]+)"', main) == [at(made)]
    nav = page.split("<nav")[1].split("</nav")[0]
    assert re.findall(r'href="([^"]+)"', nav) == ["/"]


def test_somebody_with_another_role_gets_items_besides_the_own_work(nordwerk):
    survey = nordwerk.submissions[1]
    second = build.member(nordwerk.organisation, Role.PLANT_MANAGER, [nordwerk.sites[1]], "p2@nordwerk.example")
    nordwerk.members["second"] = second
    give(nordwerk, ["S-CAP2-1"], to="second", submission=survey, by="plant_manager")
    give(nordwerk, ["S-CAP2-2"], to="analyst", submission=survey, by="plant_manager")
    page = nordwerk.client("second").get("/").content.decode()
    assert "My items: Nordwerk 1" in page
    assert "<h2>Nordwerk 2</h2>" in page
    analyst = nordwerk.client("analyst")
    assert "My items: Nordwerk 1" in analyst.get("/").content.decode()
    # the analyst reads everything and writes what was given
    screen = analyst.get(own(survey, "dimensions/CAP2/")).content.decode()
    assert re.findall(r'data-code="([^"]+)" data-save', screen) == ["S-CAP2-2"]
    assert re.findall(r'data-code="([^"]+)"', screen) == ["S-CAP2-1", "S-CAP2-2"]
    assert post(analyst, survey, "S-CAP2-2").status_code == 200
    assert post(analyst, survey, "S-CAP2-1").status_code == 403
    # the manager of another site sees the one question of this one
    screen = nordwerk.client("second").get(own(survey, "dimensions/CAP2/")).content.decode()
    assert re.findall(r'data-code="([^"]+)"', screen) == ["S-CAP2-1"]


# Handing in, accepting, giving back, taking back


def test_from_handing_in_to_acceptance_and_back(nordwerk):
    made, client, csco = give(nordwerk), nordwerk.client("contributor"), nordwerk.client()
    nothing = client.post(at(made, "hand-in/"))
    assert nothing.status_code == 400
    assert "Nothing is answered yet." in nothing.content.decode()
    post(client, nordwerk.enterprise, "E-CAP1-1")
    assert client.post(at(made, "hand-in/")).status_code == 302
    assert state(nordwerk, made) == "handed_in"
    # locked for the colleague, not for the one who gave it
    assert post(client, nordwerk.enterprise, "E-CAP1-2").status_code == 403
    page = client.get(own(nordwerk.enterprise, "dimensions/CAP1/")).content.decode()
    assert re.findall(r'data-code="([^"]+)"', page) == CAP1
    assert not re.search(r'data-code="[^"]+" data-save', page)
    assert post(csco, nordwerk.enterprise, "E-CAP1-2").status_code == 200
    # home of the one who gave it
    assert "Work comes back for acceptance" in csco.get("/").content.decode()
    silent = csco.post(at(made, "give-back/"), {"remark": "  "})
    assert silent.status_code == 400
    assert "Say in a few words what is missing." in silent.content.decode()
    assert csco.post(at(made, "give-back/"), {"remark": "The third is open."}).status_code == 302
    assert state(nordwerk, made) == "open"
    assert "The third is open." in client.get(at(made)).content.decode()
    assert "given back with a remark" in client.get("/").content.decode()
    assert post(client, nordwerk.enterprise, "E-CAP1-3").status_code == 200
    client.post(at(made, "hand-in/"))
    assert csco.post(at(made, "accept/")).status_code == 302
    assert state(nordwerk, made) == "accepted"
    assert "Work comes back" not in csco.get("/").content.decode()
    assert post(client, nordwerk.enterprise, "E-CAP1-3", base_version=1, client_key="z").status_code == 403
    # accepted work can be opened again
    assert csco.post(at(made, "give-back/"), {"remark": "The reviewer asks."}).status_code == 302
    assert state(nordwerk, made) == "open"


@pytest.mark.parametrize(
    ("before", "action", "message"),
    [
        ("handed_in", "hand-in/", "This was handed in already."),
        ("open", "accept/", "This is in work; nothing was handed in yet."),
        ("accepted", "accept/", "This was accepted already."),
        ("withdrawn", "accept/", "This was withdrawn in the meantime."),
        ("open", "give-back/", "This is in work; nothing was handed in yet."),
        ("withdrawn", "withdraw/", "This was withdrawn in the meantime."),
    ],
)
def test_a_second_click_is_refused_politely(nordwerk, before, action, message):
    made = give(nordwerk)
    with nordwerk.inside():
        if before == "withdrawn":
            workflow.withdraw_assignment(by=nordwerk.members["csco"], assignment=made)
        else:
            Assignment.objects.filter(pk=made.pk).update(state=before, handed_in_at=made.created_at)
    client = nordwerk.client("contributor" if action == "hand-in/" else "csco")
    reply = client.post(at(made, action), {"remark": "x"})
    assert reply.status_code == 409
    assert message in reply.content.decode()
    assert state(nordwerk, made) == before


def test_what_is_taken_back_is_free_again_and_unseen_by_the_colleague(nordwerk):
    made, client = give(nordwerk), nordwerk.client("contributor")
    post(client, nordwerk.enterprise, "E-CAP1-1", level=4)
    assert nordwerk.client().post(at(made, "withdraw/")).status_code == 302
    assert client.get(own(nordwerk.enterprise, "dimensions/CAP1/")).status_code == 404
    assert post(client, nordwerk.enterprise, "E-CAP1-1", base_version=1).status_code == 404
    # no dead end for whoever follows the link in the mail
    page = client.get(at(made))
    assert page.status_code == 200
    assert "This was taken back." in page.content.decode()
    assert "E-CAP1" not in page.content.decode()
    assert "Nothing waits for you" in client.get("/").content.decode()
    give(nordwerk, to="analyst")
    with nordwerk.inside():
        assert Answer.objects.get().level == 4  # the answer stays


def test_only_the_holder_hands_in_and_only_those_who_gave_it_decide(nordwerk, sudwerk):
    made = give(nordwerk)
    post(nordwerk.client("contributor"), nordwerk.enterprise, "E-CAP1-1")
    assert nordwerk.client().post(at(made, "hand-in/")).status_code == 403
    for action in ("accept/", "give-back/", "withdraw/"):
        assert nordwerk.client("contributor").post(at(made, action), {"remark": "x"}).status_code == 403
    for role in ("plant_manager", "analyst", "administrator"):
        for action in ("", "hand-in/", "accept/", "give-back/", "withdraw/"):
            client = nordwerk.client(role)
            reply = client.post(at(made, action)) if action else client.get(at(made))
            assert reply.status_code == 404, (role, action)
    foreign = sudwerk.client().get(at(made))
    made_up = sudwerk.client().get("/assignments/2222222222222222/")
    assert (foreign.status_code, foreign.content) == (404, made_up.content)
    assert state(nordwerk, made) == "open"


def test_nothing_is_handed_in_after_the_submit(nordwerk):
    made = give(nordwerk)
    post(nordwerk.client("contributor"), nordwerk.enterprise, "E-CAP1-1")
    nordwerk.client().post(own(nordwerk.enterprise, "submit/"))
    reply = nordwerk.client("contributor").post(at(made, "hand-in/"))
    assert reply.status_code == 409
    assert "submitted already" in reply.content.decode()
    assert "My items" in nordwerk.client("contributor").get("/").content.decode()
    assert at(made) not in nordwerk.client("contributor").get("/").content.decode()


def test_the_one_who_gave_it_sees_the_progress_and_the_fragment_asks_again(nordwerk):
    made = give(nordwerk, [*CAP1, "E-N2"])
    panel = own(nordwerk.enterprise, "assignments/")
    for path in (panel, own(nordwerk.enterprise, "review/"), own(nordwerk.enterprise, "delegate/")):
        page = nordwerk.client().get(path).content.decode()
        assert f'hx-get="{panel}" hx-trigger="every 4s"' in page, path
        assert "0 / 4" in page, path
        assert f'id="assignment-{made.public_id}"' in page  # htmx gives the focus back to what has an id
    post(nordwerk.client("contributor"), nordwerk.enterprise, "E-CAP1-1")
    post(nordwerk.client("contributor"), nordwerk.enterprise, "E-CAP1-2", status="dk", level=None)
    points = {"cost": 30, "agility": 20, "resilience": 20, "service": 15, "growth": 10, "sustainability": 5}
    post(nordwerk.client("contributor"), nordwerk.enterprise, "E-N2", status="data", level=None, data=points)
    post(nordwerk.client(), nordwerk.enterprise, "E-GOV1-1")  # not theirs
    assert "3 / 4" in nordwerk.client().get(panel).content.decode()
    with nordwerk.inside():
        Assignment.objects.update(due_on=date.today() - timedelta(days=2))
    assert "overdue" in nordwerk.client().get(panel).content.decode()
    nordwerk.client("contributor").post(at(made, "hand-in/"))
    assert "Handed in, waits for you" in nordwerk.client().get(panel).content.decode()
    nordwerk.client().post(at(made, "accept/"))
    done = nordwerk.client().get(panel).content.decode()
    assert "Accepted" in done
    assert "hx-trigger" not in done  # nothing to wait for


def test_a_poll_after_the_session_ended_brings_no_sign_in_page_into_the_fragment(nordwerk, client):
    reply = client.get(own(nordwerk.enterprise, "assignments/"), headers={"HX-Request": "true"})
    assert reply.status_code == 401


def test_the_panel_asks_as_much_for_twenty_colleagues_as_for_one(nordwerk, django_assert_num_queries):
    codes = [q.code for q in selectors.catalogue_of(nordwerk.enterprise).questions_of("enterprise")]
    give(nordwerk, codes[:1])
    with nordwerk.inside(), django_assert_num_queries(1):
        assert len(colleagues.held_in(nordwerk.enterprise)) == 1
    for i, code in enumerate(codes[1:20]):
        name = f"c{i}"
        nordwerk.members[name] = build.member(nordwerk.organisation, Role.CONTRIBUTOR, [], f"{name}@nordwerk.example")
        give(nordwerk, [code], to=name)
    with nordwerk.inside(), django_assert_num_queries(1):
        assert len({h.assignment.member.user.email for h in colleagues.held_in(nordwerk.enterprise)}) == 20


def test_the_audit_trail_tells_who_gave_accepted_and_withdrew(nordwerk):
    made = give(nordwerk)
    nordwerk.client().post(at(made, "withdraw/"))
    with nordwerk.inside():
        events = Assignment.pgh_event_model.objects.order_by("pgh_id").values_list("state", "pgh_context__user")
        assert list(events) == [
            ("open", nordwerk.members["csco"].user_id),
            ("withdrawn", nordwerk.members["csco"].user_id),
        ]


# Mails


def test_the_mails_of_a_delegation(nordwerk, mailbox, settings):
    settings.PUBLIC_URL = "https://opmodel.example"
    made = give(nordwerk, note="You know <b>this</b> best.\nSecond line")
    colleague, csco = nordwerk.members["contributor"].user.email, nordwerk.members["csco"].user.email
    (sent,) = mailbox.deliver()
    assert (sent["To"], sent["Subject"]) == (colleague, "csco Nordwerk asks you for answers")
    text = text_of(sent)
    assert "csco Nordwerk gives you 3 questions of the enterprise self-assessment (Cycle 1)." in text
    assert f"They are wanted by {SOON.day} {SOON:%B %Y}." in text
    assert "> You know <b>this</b> best.\r\n> Second line" in text
    assert f"https://opmodel.example{at(made)}" in text
    assert "&lt;b&gt;this&lt;/b&gt;" in html_of(sent)
    post(nordwerk.client("contributor"), nordwerk.enterprise, "E-CAP1-1")
    nordwerk.client("contributor").post(at(made, "hand-in/"))
    (sent,) = mailbox.deliver()
    assert (sent["To"], sent["Subject"]) == (csco, "contributor Nordwerk handed in answers")
    nordwerk.client().post(at(made, "give-back/"), {"remark": "Look again"})
    (sent,) = mailbox.deliver()
    assert (sent["To"], sent["Subject"]) == (colleague, "csco Nordwerk gives answers back to you")
    assert "> Look again" in text_of(sent)
    nordwerk.client("contributor").post(at(made, "hand-in/"))
    assert len(mailbox.deliver()) == 1  # the second handing in is a mail of its own
    nordwerk.client().post(at(made, "accept/"))
    assert mailbox.deliver() == []


def test_a_refused_assignment_sends_no_mail(nordwerk, mailbox):
    give(nordwerk)
    mailbox.deliver()
    with pytest.raises(workflow.Refused):
        give(nordwerk, to="analyst")
    assert mailbox.deliver() == []


def test_the_save_of_a_colleague_takes_at_most_twelve_statements(nordwerk):
    """Two more than a respondent's: which questions are theirs, under the lock and for the progress."""
    give(nordwerk)
    client = nordwerk.client("contributor")
    post(client, nordwerk.enterprise, "E-CAP1-1")
    with CaptureQueriesContext(connection) as seen:
        assert post(client, nordwerk.enterprise, "E-CAP1-1", level=2, base_version=1, client_key="x").status_code == 200
    assert len([q for q in seen if not q["sql"].startswith("SELECT set_config(")]) <= 12
