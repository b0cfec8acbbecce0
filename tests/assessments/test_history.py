"""Who changed what, when: readable, newest first, for those who see the question, two statements whatever the length."""

import html
import re

import pytest
from django.db import connection

from assessments import history, publishing, workflow
from opmodel.organisations.models import User
from opmodel.organisations.permissions import Role
from tests import build
from tests.assessments.test_delegation import give
from tests.assessments.test_workflow import post

pytestmark = pytest.mark.django_db


def page(client, submission, code) -> str:
    reply = client.get(f"/submissions/{submission.public_id}/history/{code}/")
    assert reply.status_code == 200
    return html.unescape(reply.content.decode())


def entries(text: str) -> list[str]:
    """The entries of the list as plain text, in their order on the page."""
    items = re.findall(r"<li>(.*?)</li>", text.split('class="history')[1], re.S)
    return [" ".join(re.sub(r"<[^>]+>", " ", item).split()) for item in items]


def test_every_change_is_a_sentence_newest_first(nordwerk):
    client, survey = nordwerk.client(), nordwerk.enterprise
    for version, body in enumerate(
        [
            {"level": 2},
            {"level": 3, "comment": "audit of March"},
            {"level": 3, "comment": "audit of May"},
            {"level": 3},
            {"status": "na", "level": None, "reason": "none here"},
            {"status": "na", "level": None, "reason": "none at all"},
            {"status": "dk", "level": None},
            {"level": 5},
            {"level": 5},
        ]
    ):
        reply = post(client, survey, "E-CAP1-1", base_version=version, client_key=str(version), **body)
        assert reply.status_code == 200
    found = entries(page(client, survey, "E-CAP1-1"))
    told = [re.sub(r"^.*? · csco Nordwerk ?", "", entry) for entry in found]
    assert told == [
        "Saved again with the same value.",
        "“Do not know” → “Level 5”.",
        "“Not applicable” → “Do not know”.",
        "The reason was changed. none at all",
        "“Level 3” → “Not applicable”. none here",
        "The comment was removed.",
        "The comment was changed. audit of May",
        "Level 2 → 3. A comment was added. audit of March",
        "Answered: Level 2.",
    ]
    assert all(re.match(r"\d+ \w+ \d{4}, \d\d:\d\d · ", entry) for entry in found)


def test_it_says_on_whose_behalf_and_from_where(nordwerk):
    plant, csco = nordwerk.submissions[1], nordwerk.members["csco"]
    with nordwerk.inside():
        workflow.stand_in(by=csco, submission=plant, reason="The manager left.")
        workflow.save_answer(by=csco, submission=plant, code="S-CAP1-1", status="level", level=2, base_version=0)
    with nordwerk.inside("plant_manager"):
        manager = nordwerk.members["plant_manager"]
        for version, origin in ((1, "carried"), (2, "workbook")):
            workflow.save_answer(by=manager, submission=plant, code="S-CAP1-1", status="level", level=3, base_version=version, origin=origin)  # fmt: skip
    found = entries(page(nordwerk.client("plant_manager"), plant, "S-CAP1-1"))
    assert "from a workbook" in found[0]
    assert "from the last cycle" in found[1]
    assert "on behalf of the site" not in found[1]
    assert "csco Nordwerk on behalf of the site" in found[2]


def test_an_item_tells_that_its_entries_changed(nordwerk):
    client, points = nordwerk.client(), {"cost": 30, "agility": 20, "resilience": 20, "service": 15, "growth": 10, "sustainability": 5}  # fmt: skip
    for version, cost in enumerate((30, 20)):
        data = points | {"cost": cost, "growth": 40 - cost}
        post(client, nordwerk.enterprise, "E-N2", status="data", level=None, data=data, base_version=version, client_key=str(version))  # fmt: skip
    found = entries(page(client, nordwerk.enterprise, "E-N2"))
    assert "The entries were changed." in found[0]
    assert "Answered: Answered." not in found[1]
    assert "Filled in." in found[1]


def test_names_are_read_now_and_a_person_who_was_erased_stays_erased(nordwerk):
    leaver = build.member(nordwerk.organisation, Role.CSCO, [], "leaver@nordwerk.example")
    nordwerk.members["leaver"] = leaver
    post(nordwerk.client("leaver"), nordwerk.enterprise, "E-CAP1-1")
    key = publishing.question_keys(nordwerk.cycle.questionnaire_id)["E-CAP1-1"]
    with nordwerk.inside():
        User.objects.filter(pk=leaver.user_id).update(name="New Name")
        assert history.changes(nordwerk.enterprise, key)[0].who == "New Name"
        User.objects.get(pk=leaver.user_id).delete()
        (change,) = history.changes(nordwerk.enterprise, key)
    assert (change.who, change.sentences) == ("Somebody who is no longer here", ("Answered: Level 3.",))


def test_only_those_who_see_the_question_see_its_history(nordwerk, sudwerk):
    give(nordwerk, ["E-CAP1-1"])
    post(nordwerk.client(), nordwerk.enterprise, "E-CAP1-1")
    post(nordwerk.client(), nordwerk.enterprise, "E-CAP1-2")
    own = f"/submissions/{nordwerk.enterprise.public_id}/history/"
    expected = {"csco": (200, 200), "analyst": (200, 200), "contributor": (200, 404), "plant_manager": (404, 404), "administrator": (404, 404)}  # fmt: skip
    for role, statuses in expected.items():
        client = nordwerk.client(role)
        assert tuple(client.get(own + code + "/").status_code for code in ("E-CAP1-1", "E-CAP1-2")) == statuses, role
    made_up = nordwerk.client().get(own + "E-XXX-1/")
    assert made_up.status_code == 404
    assert nordwerk.client().get(own + "S-CAP1-1/").content == made_up.content
    assert sudwerk.client().get(own + "E-CAP1-1/").content == made_up.content


def test_an_answer_nobody_gave_has_no_history_and_no_link(nordwerk):
    text = page(nordwerk.client(), nordwerk.enterprise, "E-CAP1-1")
    assert "Nobody has answered this yet." in text
    link = f"/submissions/{nordwerk.enterprise.public_id}/history/E-CAP1-1/"
    dimension = f"/submissions/{nordwerk.enterprise.public_id}/dimensions/CAP1/"
    assert link not in nordwerk.client().get(dimension).content.decode()
    post(nordwerk.client(), nordwerk.enterprise, "E-CAP1-1")
    assert link in nordwerk.client().get(dimension).content.decode()


def test_two_statements_whatever_the_length_and_the_number_of_people(nordwerk, django_assert_num_queries):
    give(nordwerk, ["E-CAP1-1"])
    key = publishing.question_keys(nordwerk.cycle.questionnaire_id)["E-CAP1-1"]
    clients = [nordwerk.client(), nordwerk.client("contributor")]
    for version in range(20):
        post(clients[version % 2], nordwerk.enterprise, "E-CAP1-1", level=version % 5 + 1, base_version=version, client_key=str(version))  # fmt: skip
    with nordwerk.inside(), django_assert_num_queries(2):
        found = history.changes(nordwerk.enterprise, key)
    assert len(found) == 20
    assert {change.who for change in found} == {"csco Nordwerk", "contributor Nordwerk"}


def test_the_events_are_found_by_an_index(nordwerk):
    post(nordwerk.client(), nordwerk.enterprise, "E-CAP1-1")
    with nordwerk.inside(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT * FROM assessments_answerevent WHERE submission_id = 1 AND question_id = 1")
        plan = " ".join(row[0] for row in cursor.fetchall())
    assert "Index" in plan
