"""Saving and submitting: versions, conflicts, bad input, and nothing half saved."""

import html
import json
import re
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from assessments import workflow
from assessments.models import Answer, Cycle, Questionnaire, Submission
from opmodel.jobs import queue
from opmodel.jobs.models import Job

pytestmark = pytest.mark.django_db


def post(client, submission, code, **body):
    payload = {"status": "level", "level": 3, "base_version": 0, "client_key": "k", "reason": "", "comment": ""} | body
    return client.post(
        f"/submissions/{submission.public_id}/answers/{code}/", json.dumps(payload), content_type="application/json"
    )


def stored(world):
    with world.inside():
        return list(Answer.objects.values_list("question__code", "status", "level", "version"))


def test_a_save_returns_version_time_and_progress(nordwerk):
    reply = post(nordwerk.client(), nordwerk.enterprise, "E-CAP1-1", level=4)
    body = reply.json()
    assert (reply.status_code, body["version"], body["level"]) == (200, 1, 4)
    assert body["saved_at"].endswith("Z")
    assert body["progress"] == {"answered": 1, "total": 74, "dimension_answered": 1, "dimension_total": 3}
    assert stored(nordwerk) == [("E-CAP1-1", "level", 4, 1)]


def test_a_stale_save_is_refused_with_both_values(nordwerk):
    client = nordwerk.client()
    post(client, nordwerk.enterprise, "E-CAP1-1", level=4, comment="first", client_key="a")
    reply = post(client, nordwerk.enterprise, "E-CAP1-1", level=2, client_key="b")
    body = reply.json()
    assert reply.status_code == 409
    assert (body["mine"]["level"], body["theirs"]["level"], body["theirs"]["comment"]) == (2, 4, "first")
    assert stored(nordwerk) == [("E-CAP1-1", "level", 4, 1)]
    again = post(
        client, nordwerk.enterprise, "E-CAP1-1", level=2, base_version=body["theirs"]["version"], client_key="b"
    )
    assert again.json()["version"] == 2
    assert stored(nordwerk) == [("E-CAP1-1", "level", 2, 2)]


def test_the_same_save_twice_is_one_save(nordwerk):
    client = nordwerk.client()
    first = post(client, nordwerk.enterprise, "E-CAP1-1", client_key="same").json()
    second = post(client, nordwerk.enterprise, "E-CAP1-1", client_key="same").json()
    assert (second["version"], second["saved_at"]) == (first["version"], first["saved_at"])


@pytest.mark.parametrize(
    ("code", "body", "status", "message"),
    [
        ("E-XXX-1", {}, 400, "There is no question “E-XXX-1” in this survey."),
        ("S-CAP1-1", {}, 400, "There is no question “S-CAP1-1” in this survey."),
        ("E-CAP1-1", {"level": 6}, 400, "A level is a whole number from 1 to 5."),
        ("E-CAP1-1", {"level": 0}, 400, "A level is a whole number from 1 to 5."),
        ("E-CAP1-1", {"level": "three"}, 400, "A level is a whole number from 1 to 5."),
        ("E-CAP1-1", {"level": True}, 400, "A level is a whole number from 1 to 5."),
        ("E-CAP1-1", {"level": 2.5}, 400, "A level is a whole number from 1 to 5."),
        ("E-CAP1-1", {"status": "na", "level": None}, 400, "Say in a few words why this does not apply to you."),
        ("E-CAP1-1", {"status": "maybe"}, 400, "An answer is a level, not applicable, do not know, or open."),
        ("E-CAP1-1", {"base_version": "x"}, 400, "base_version must be a whole number, 0 for a first save."),
        ("E-CAP1-1", {"base_version": 7}, 400, "This answer was never saved; base_version must be 0."),
        ("E-CAP1-1", {"comment": "a\u0000b"}, 400, "The text holds a character that cannot be stored."),
        ("E-CAP1-1", {"comment": "\ud800"}, 400, "The text holds a character that cannot be stored."),
        (
            "E-CAP1-1",
            {"status": "na", "level": None, "reason": "\ud800"},
            400,
            "The text holds a character that cannot be stored.",
        ),
        ("E-CAP1-1", {"client_key": "a\u0000b"}, 400, "client_key has at most 64 characters."),
        ("E-CAP1-1", {"client_key": "\ud800"}, 400, "client_key has at most 64 characters."),
        ("E-CAP1-1", {"client_key": "k" * 65}, 400, "client_key has at most 64 characters."),
        ("E-CAP1-1", {"comment": ["x"]}, 400, "“comment” must be text."),
        ("E-N2", {"status": "data", "data": {"cost": 99}}, 400, "The points add up to 99, expected 100."),
        (
            "E-N7",
            {"status": "data", "data": {"rows": [{}, {"current": "make"}]}},
            400,
            "Row 2: “Item family” is empty; every row needs it.",
        ),
        (
            "E-N7",
            {"status": "data", "data": {"rows": [{"item_family": "\ud800"}]}},
            400,
            "Row 1: “Item family” holds a character that cannot be stored.",
        ),
    ],
)
def test_bad_input_is_named_and_nothing_is_saved(nordwerk, code, body, status, message):
    reply = post(nordwerk.client(), nordwerk.enterprise, code, **body)
    assert (reply.status_code, reply.json()["message"]) == (status, message)
    assert stored(nordwerk) == []


def test_a_body_that_is_no_json_is_refused(nordwerk):
    url = f"/submissions/{nordwerk.enterprise.public_id}/answers/E-CAP1-1/"
    for body in (b"{", b"[]", b"\xff\xfe", b"[" * 400_000, b'{"a":' * 100_000):
        assert nordwerk.client().post(url, body, content_type="application/json").status_code == 400


def test_saving_takes_at_most_ten_statements(nordwerk):
    for role, submission, code in (
        ("csco", nordwerk.enterprise, "E-CAP1-1"),
        ("plant_manager", nordwerk.submissions[1], "S-CAP1-1"),
    ):
        client = nordwerk.client(role)
        post(client, submission, code)  # fills the caches of the content
        with CaptureQueriesContext(connection) as seen:
            assert post(client, submission, code, level=2, base_version=1, client_key="x").status_code == 200
        # In a test the request's transaction is a savepoint: SAVEPOINT and RELEASE stand for BEGIN and COMMIT.
        # Only a savepoint hands its settings back by a statement; a commit drops them by itself.
        hand_back = [q for q in seen if q["sql"].startswith("SELECT set_config(")]
        assert len(seen) - len(hand_back) <= 10, "\n".join(q["sql"][:150] for q in seen)


def test_the_audit_trail_holds_every_value_and_who(nordwerk):
    client = nordwerk.client()
    post(client, nordwerk.enterprise, "E-CAP1-1", level=4)
    post(client, nordwerk.enterprise, "E-CAP1-1", level=5, base_version=1, client_key="2")
    with nordwerk.inside():
        events = Answer.pgh_event_model.objects.order_by("pgh_id").values_list("level", "pgh_context__user")
        assert list(events) == [(4, nordwerk.members["csco"].user_id), (5, nordwerk.members["csco"].user_id)]


def test_no_answer_after_the_cycle_closed(nordwerk):
    with nordwerk.inside():
        Cycle.objects.update(opens_on=date.today() - timedelta(days=60), closes_on=date.today() - timedelta(days=2))
    reply = post(nordwerk.client(), nordwerk.enterprise, "E-CAP1-1")
    assert reply.status_code == 409
    assert "closed on" in reply.json()["message"]
    assert stored(nordwerk) == []


def test_submit_once_and_no_answer_after_it(nordwerk, django_capture_on_commit_callbacks):
    client, url = nordwerk.client(), f"/submissions/{nordwerk.enterprise.public_id}/submit/"
    empty = client.post(url)
    assert empty.status_code == 400
    assert "Nothing is answered yet" in empty.content.decode()
    post(client, nordwerk.enterprise, "E-CAP1-1")
    assert client.post(url).status_code == 302
    second = client.post(url)
    assert second.status_code == 409
    assert "submitted already" in second.content.decode()
    assert post(client, nordwerk.enterprise, "E-CAP1-2").status_code == 409
    with nordwerk.inside():
        assert Submission.objects.get(pk=nordwerk.enterprise.pk).revision == 1
        assert Job.objects.filter(kind="score").count() == 1


def test_the_form_without_javascript_calls_the_same_function(nordwerk):
    client, url = nordwerk.client(), f"/submissions/{nordwerk.enterprise.public_id}/answers/E-CAP1-1/"
    saved = client.post(url, {"level": "4", "base_version": "0", "comment": "seen"})
    assert saved.status_code == 302
    assert stored(nordwerk) == [("E-CAP1-1", "level", 4, 1)]
    conflict = client.post(url, {"level": "2", "base_version": "0"})
    assert conflict.status_code == 409
    assert "Two answers to one question" in conflict.content.decode()
    wrong = client.post(url, {"status": "na", "base_version": "1", "comment": "kept text"})
    assert wrong.status_code == 400
    assert "kept text" in wrong.content.decode()
    assert 'value="na" checked' in wrong.content.decode()
    assert stored(nordwerk) == [("E-CAP1-1", "level", 4, 1)]


def test_a_refused_form_stays_on_the_version_it_was_filled_in_on(nordwerk):
    """Mending a mistake must not overwrite what a colleague saved meanwhile without showing it."""
    client = nordwerk.client()
    post(client, nordwerk.enterprise, "E-CAP1-1", level=4, comment="of a colleague")
    url = f"/submissions/{nordwerk.enterprise.public_id}/answers/E-CAP1-1/"
    form = {"status": "na", "shown": "open", "comment": "mine", "base_version": "0"}
    page = client.post(url, {**form, "reason": ""}).content.decode()
    assert "Say in a few words" in page
    base = page.split('id="E-CAP1-1"')[1].split('name="base_version" value="')[1].split('"')[0]
    assert client.post(url, {**form, "reason": "no such line", "base_version": base}).status_code == 409
    with nordwerk.inside():
        assert Answer.objects.values_list("level", "comment").get() == (4, "of a colleague")


def test_the_profile_sets_the_segments_of_the_organisation(nordwerk):
    data = {"industry": "28", "hq_region": "Europe", "employees_band": "1000-4999", "process_type": "discrete"}
    reply = nordwerk.client().post(
        f"/submissions/{nordwerk.enterprise.public_id}/items/E-N1/save/", {**data, "base_version": "0"}
    )
    assert reply.status_code == 302
    nordwerk_now = type(nordwerk.organisation).objects
    with nordwerk.inside():
        found = nordwerk_now.get(pk=nordwerk.organisation.pk)
    assert found.segments == {
        "industry": "28",
        "region": "Europe",
        "size_band": "1000-4999",
        "process_type": "discrete",
    }


def test_a_wrong_item_keeps_what_was_typed(nordwerk):
    url = f"/submissions/{nordwerk.enterprise.public_id}/items/E-N2/save/"
    reply = nordwerk.client().post(url, {"cost": "70", "growth": "40", "base_version": "0"})
    assert reply.status_code == 400
    page = reply.content.decode()
    assert "The points add up to 110, expected 100." in page
    assert 'value="70"' in page
    assert stored(nordwerk) == []


def test_save_many_is_all_or_nothing(nordwerk):
    with nordwerk.inside(), pytest.raises(workflow.Refused, match="whole number from 1 to 5"):
        workflow.save_many(
            by=nordwerk.members["csco"],
            submission=nordwerk.enterprise,
            entries=[
                {"code": "E-CAP1-1", "status": "level", "level": 3},
                {"code": "E-CAP1-2", "status": "level", "level": 9},
            ],
        )
    assert stored(nordwerk) == []


def test_only_the_csco_opens_a_cycle(nordwerk):
    form = {"name": "C2", "opens_on": "2026-11-01", "closes_on": "2036-10-31", "sites": [nordwerk.sites[0].public_id]}
    assert nordwerk.client("analyst").post("/cycles/new/", form).status_code == 403
    backwards = nordwerk.client().post("/cycles/new/", {**form, "opens_on": "2036-11-01"})
    assert backwards.status_code == 400
    assert "must not lie before" in backwards.content.decode()
    assert nordwerk.client().post("/cycles/new/", form).status_code == 302
    with nordwerk.inside():
        cycle = Cycle.objects.get(name="C2")
        assert cycle.submission_set.count() == 2


def test_only_the_csco_closes_a_cycle(nordwerk):
    for role in ("analyst", "plant_manager", "administrator"):
        with nordwerk.inside(role), pytest.raises(workflow.Refused, match="Only the CSCO decides"):
            workflow.close_cycle(by=nordwerk.members[role], cycle=nordwerk.cycle)
    with nordwerk.inside():
        assert Cycle.objects.get().state == "open"
        workflow.close_cycle(by=nordwerk.members["csco"], cycle=nordwerk.cycle)
        assert Cycle.objects.get().state == "closed"


def test_the_review_lists_what_is_open_unknown_and_worth_a_second_look(nordwerk):
    client, own = nordwerk.client(), f"/submissions/{nordwerk.enterprise.public_id}/"
    post(client, nordwerk.enterprise, "E-CAP1-1", level=5)
    post(client, nordwerk.enterprise, "E-CAP1-2", level=5, comment="audit of March")
    post(client, nordwerk.enterprise, "E-CAP1-3", status="dk", level=None)
    page = client.get(own + "review/").content.decode()
    row = next(r for r in page.split("<tr>") if r.startswith("<th") and "dimensions/CAP1/" in r)
    cells = [cell.split("</td>")[0] for cell in row.split("<td")[1:3]]
    assert ["E-CAP1-" in c for c in cells] == [False, True]
    assert "E-CAP1-3" in cells[1]
    second_look = page.split("Worth a second look")[1].split("</section>")[0]
    assert "Level 5 without evidence: can you add a document, a link or a short comment?" in second_look
    assert re.findall(r">(E-[A-Z0-9]+-\d)</a>", second_look) == ["E-CAP1-1"]


def test_the_result_is_offered_only_when_it_is_there(nordwerk):
    client, own = nordwerk.client(), f"/submissions/{nordwerk.enterprise.public_id}/"
    post(client, nordwerk.enterprise, "E-CAP1-1", level=5)
    client.post(own + "submit/")
    waiting = client.get(own + "status/").content.decode()
    assert "See the result" not in waiting
    assert 'hx-trigger="every 1s"' in waiting
    queue.drain()
    done = client.get(own + "status/").content.decode()
    assert "See the result" in done
    assert "hx-trigger" not in done


def test_a_cycle_takes_the_version_published_last(nordwerk):
    """Not the one whose name sorts last: 2026.10 comes after 2026.9."""
    old = nordwerk.cycle.questionnaire
    newer = [
        Questionnaire.objects.create(version=v, content_hash=v, document=old.document, published_at=old.published_at + timedelta(days=d))
        for v, d in (("2026.9", 1), ("2026.10", 2))
    ]  # fmt: skip
    with nordwerk.inside():
        today = date.today()
        cycle = workflow.open_cycle(by=nordwerk.members["csco"], name="New", opens_on=today, closes_on=today, sites=[], dataset=None)  # fmt: skip
    assert cycle.questionnaire == newer[1]


def test_the_same_key_with_another_value_is_a_conflict_not_a_lie(nordwerk):
    client = nordwerk.client()
    post(client, nordwerk.enterprise, "E-CAP1-1", level=1, client_key="k1")
    reply = post(client, nordwerk.enterprise, "E-CAP1-1", level=5, client_key="k1")
    assert reply.status_code == 409
    assert stored(nordwerk) == [("E-CAP1-1", "level", 1, 1)]


def test_a_body_larger_than_an_answer_is_refused_in_json(nordwerk):
    reply = post(nordwerk.client(), nordwerk.enterprise, "E-CAP1-1", comment="x" * 1_100_000)
    assert (reply.status_code, reply.json()["field"]) == (413, "body")


def test_items_have_a_form_of_their_own(nordwerk):
    url = f"/submissions/{nordwerk.enterprise.public_id}/answers/E-N2/"
    assert nordwerk.client().post(url, {"level": "", "status": "open", "base_version": "0"}).status_code == 404


def test_a_stale_item_shows_what_the_other_person_saved(nordwerk):
    points = {"cost": 30, "agility": 20, "resilience": 20, "service": 15, "growth": 10, "sustainability": 5}
    client = nordwerk.client()
    body = {"status": "data", "level": None, "data": points, "client_key": "a"}
    assert post(client, nordwerk.enterprise, "E-N2", **body).status_code == 200
    mine = points | {"cost": 20, "growth": 20}
    reply = post(client, nordwerk.enterprise, "E-N2", **body | {"data": mine, "client_key": "b"})
    assert reply.status_code == 409
    assert (reply.json()["mine"]["data"], reply.json()["theirs"]["data"]) == (mine, points)


def test_the_page_of_a_stale_item_shows_both_and_lets_people_choose(nordwerk):
    """Keep mine sends it again on top of theirs, take theirs goes back to what is stored; nothing vanishes unseen."""
    client, url = nordwerk.client(), f"/submissions/{nordwerk.enterprise.public_id}/items/E-N2/save/"
    theirs = {"cost": "31", "agility": "19", "resilience": "20", "service": "15", "growth": "10", "sustainability": "5"}
    mine = theirs | {"cost": "22", "agility": "28"}
    assert client.post(url, theirs | {"base_version": "0"}).status_code == 302
    reply = client.post(url, mine | {"base_version": "0"})
    page = reply.content.decode()
    assert reply.status_code == 409
    assert 'value="22"' in page
    assert "Saved by the other: 31" in page
    assert "csco Nordwerk saved this page in the meantime." in page  # a name, not an address
    assert nordwerk.members["csco"].user.email not in page.split("<main")[1]
    assert 'name="base_version" value="1"' in page
    assert f'href="{url.removesuffix("save/")}"' in page
    assert client.post(url, mine | {"base_version": "1"}).status_code == 302
    with nordwerk.inside():
        assert Answer.objects.get().data["cost"] == 22


def test_a_date_without_a_target_is_not_dropped(nordwerk):
    url = f"/submissions/{nordwerk.enterprise.public_id}/items/E-N6/save/"
    day = (date.today() + timedelta(days=300)).isoformat()
    reply = nordwerk.client().post(url, {"target-CAP1": "4.0", "target-CAP2": "", "by-CAP2": day, "base_version": "0"})
    page = reply.content.decode()
    assert reply.status_code == 400
    assert "Choose a target level for “End-to-end visibility”, or clear its date." in page
    assert f'name="by-CAP2" value="{day}"' in page


@pytest.mark.parametrize(
    ("opens", "closes", "message"),
    [
        ("2026-01-01", "9999-12-31", "Choose a day within ten years from now."),
        ("0001-01-01", "2027-12-31", "Choose a day within ten years from now."),
        ("2020-01-01", "2020-02-01", "The last day lies in the past: nobody could answer."),
    ],
)
def test_days_that_lock_everybody_out_are_refused(nordwerk, opens, closes, message):
    form = {"name": "C2", "opens_on": opens, "closes_on": closes, "sites": [nordwerk.sites[0].public_id]}
    reply = nordwerk.client().post("/cycles/new/", form)
    assert reply.status_code == 400
    assert message in reply.content.decode()
    assert nordwerk.client().get("/").status_code == 200
    with nordwerk.inside(), pytest.raises(IntegrityError, match="cycle_dates_plausible"), transaction.atomic():
        Cycle.objects.update(closes_on=date.max)
    with nordwerk.inside(), pytest.raises(workflow.Refused, match="between 2000 and 2199"):
        workflow.open_cycle(by=nordwerk.members["csco"], name="X", opens_on=date(2026, 1, 1), closes_on=date.max, sites=[], dataset=None)  # fmt: skip


def test_the_answering_page_says_how_to_read_the_levels_but_not_what_they_are_called(nordwerk):
    page = nordwerk.client().get(f"/submissions/{nordwerk.enterprise.public_id}/dimensions/CAP1/").content.decode()
    content = html.unescape(page)
    assert "if in doubt choose the lower one. Levels 4 and 5 ask for evidence." in content
    assert "Capabilities are mapped to supply chain objectives" in content.split("<h1>")[1].split("<form")[0]
    details = content.split("How to read the levels")[1].split("</details>")[0]
    assert "level 4 counts only when level 3 is also true" in details
    terms = re.findall(r"<dt>(.*?)</dt>", details)
    assert terms[:3] == ["some", "most", "all"]  # in the order of the content, although JSONB sorts keys
    assert terms[-2:] == ["Not applicable", "Do not know"]
    assert not [name for name in ("Ad hoc", "Integrated", "Adaptive") if name in content]


@pytest.mark.parametrize(
    ("shown", "form", "status"),
    [
        ("na", {"level": "4", "status": "na"}, "level"),  # the page showed not applicable; a level was chosen on top
        ("dk", {"level": "4", "status": "dk"}, "level"),
        ("level", {"level": "4", "status": "dk"}, "dk"),  # the page showed the level; do not know is new
        ("level", {"level": "4", "status": "na", "reason": "none here"}, "na"),
        ("open", {"level": "4", "status": "na", "reason": "none here"}, "na"),
        ("open", {"level": "4", "status": "na"}, "level"),
        ("open", {"level": "", "status": "dk"}, "dk"),
    ],
)
def test_without_scripts_the_newer_of_two_marks_counts(nordwerk, shown, form, status):
    url = f"/submissions/{nordwerk.enterprise.public_id}/answers/E-CAP1-1/"
    assert nordwerk.client().post(url, form | {"shown": shown, "base_version": "0"}).status_code == 302
    assert stored(nordwerk) == [("E-CAP1-1", status, 4 if status == "level" else None, 1)]


def test_what_is_only_read_has_no_buttons_to_save(nordwerk):
    page = f"/submissions/{nordwerk.enterprise.public_id}/dimensions/CAP1/"
    buttons = ('name="clear"', ">Save</button>")
    assert [b in nordwerk.client().get(page).content.decode() for b in buttons] == [True, True]
    post(nordwerk.client(), nordwerk.enterprise, "E-CAP1-1", level=4)
    with nordwerk.inside():
        workflow.submit(by=nordwerk.members["csco"], submission=nordwerk.enterprise)
    assert [b in nordwerk.client().get(page).content.decode() for b in buttons] == [False, False]
