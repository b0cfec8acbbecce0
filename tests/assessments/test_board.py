"""The pages of a cycle: who may do what, where a refusal is said, and what the board tells."""

import html
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from assessments import workflow
from assessments.models import Answer, Cycle, CycleStep, Question, Submission
from opmodel.jobs import queue
from opmodel.jobs.models import Job
from opmodel.organisations import clock
from opmodel.organisations.models import Site
from opmodel.organisations.permissions import Role
from tests import build
from tests.assessments.test_reminders import part
from tests.assessments.test_workflow import post
from tests.mailbox import text_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def today(nordwerk):
    return clock.today(nordwerk.organisation)


def page(client, url, **query):
    reply = client.get(url, query)
    assert reply.status_code == 200
    return html.unescape(reply.content.decode())


def board(world, role="csco", **query):
    return page(world.client(role), f"/cycles/{world.cycle.public_id}/", **query)


def row(body, submission):
    """The text of one row of the board."""
    text = body.split(f'id="{submission.public_id}"')[1].split("</tr>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def names(body):
    return re.findall(r'scope="row">(?:<a [^>]*>)?([^<]+)', body)


def step(world, name, cycle=None, client=None, **form):
    url = f"/cycles/{(cycle or world.cycle).public_id}/steps/{name}/"
    return (client or world.client()).post(url, form)


def form_of(world, **other):
    today = clock.today(world.organisation)
    given = {
        "name": "Next",
        "opens_on": today.isoformat(),
        "closes_on": (today + 20 * DAY).isoformat(),
        "sites": [s.public_id for s in world.sites],
    }
    return given | other


def find(world, name):
    with world.inside():
        return Cycle.objects.filter(name=name).first()


# ---- create, change, open


def test_a_cycle_is_drafted_changed_and_opened(nordwerk, today):
    client = nordwerk.client()
    assert client.post("/cycles/new/", form_of(nordwerk, draft="1", sites=[])).status_code == 302
    draft = find(nordwerk, "Next")
    assert draft.state == "draft"
    seen = page(client, f"/cycles/{draft.public_id}/")
    assert "Nobody is asked yet." in seen
    refused = step(nordwerk, "open", draft)
    assert refused.status_code == 400
    assert "Choose at least one site before you open the cycle." in refused.content.decode()
    edit = f"/cycles/{draft.public_id}/edit/"
    assert f'value="{(today + 20 * DAY).isoformat()}"' in page(client, edit)
    changed = form_of(nordwerk, name="Better", target_level="3.5", response_target_pct="80", reminders="on")
    changed["prefill_from"] = nordwerk.cycle.public_id
    assert client.post(edit, changed).status_code == 302
    draft = find(nordwerk, "Better")
    assert (str(draft.target_level), draft.response_target_pct, draft.reminders) == ("3.5", 80, True)
    assert draft.prefill_from_id == nordwerk.cycle.pk
    again = page(client, edit)
    assert 'value="3.5" selected' in again
    assert f'value="{nordwerk.cycle.public_id}" selected' in again
    assert again.count("checked") == 4  # three sites and the reminders
    assert step(nordwerk, "open", draft).status_code == 302
    assert find(nordwerk, "Better").state == "open"
    assert client.get(edit).status_code == 302
    assert "0 of 3 plants have submitted. The aim is 80 %: 3 more are needed." in page(
        client, f"/cycles/{draft.public_id}/"
    )


@pytest.mark.parametrize(
    ("wrong", "field", "message"),
    [
        ({"name": ""}, "name", "This field is required."),
        ({"name": "Cycle 1"}, "name", "A cycle with this name exists already; choose another name."),
        ({"name": "a\x00b"}, "name", "Null characters are not allowed."),
        ({"opens_on": "2026-02-30"}, "opens_on", "Enter a valid date."),
        ({"closes_on": "2020-01-01", "opens_on": "2019-01-01"}, "closes_on", "The last day lies in the past: nobody could answer."),
        ({"opens_on": "2030-01-02", "closes_on": "2030-01-01"}, "closes_on", "The last day must not lie before the first day."),
        ({"closes_on": "2090-01-01"}, "closes_on", "Choose a day within ten years from now."),
        ({"sites": []}, "sites", "Choose at least one site."),
        ({"sites": ["2222222222222222"]}, "sites", "One of these sites is not known here; choose from the list."),
        ({"sites": ["\x00"]}, "sites", "Null characters are not allowed."),
        ({"target_level": "9"}, "target_level", "Select a valid choice. 9 is not one of the available choices."),
        ({"response_target_pct": "0"}, "response_target_pct", "Ensure this value is greater than or equal to 1."),
        ({"prefill_from": "2222222222222222"}, "prefill_from", "Select a valid choice. That choice is not one of the available choices."),
    ],
)  # fmt: skip
def test_a_wrong_form_says_so_at_the_field_and_keeps_the_rest(nordwerk, wrong, field, message):
    reply = nordwerk.client().post("/cycles/new/", form_of(nordwerk, **wrong))
    body = html.unescape(reply.content.decode())
    assert reply.status_code == 400
    assert re.search(f'<p class="error" id="id_{field}_error">{re.escape(message)}</p>', body), body
    assert f'href="#id_{field}"' in body
    if "name" not in wrong:
        assert 'value="Next"' in body
    with nordwerk.inside():
        assert Cycle.objects.count() == 1


def test_a_foreign_site_and_a_foreign_past_do_not_exist(nordwerk, sudwerk):
    for wrong in ({"sites": [sudwerk.sites[0].public_id]}, {"prefill_from": sudwerk.cycle.public_id}):
        assert nordwerk.client().post("/cycles/new/", form_of(nordwerk, **wrong)).status_code == 400
    assert find(nordwerk, "Next") is None


def test_a_draft_is_thrown_away(nordwerk):
    nordwerk.client().post("/cycles/new/", form_of(nordwerk, draft="1"))
    reply = step(nordwerk, "discard", find(nordwerk, "Next"))
    assert (reply.status_code, reply.url) == (302, "/cycles/")
    assert find(nordwerk, "Next") is None


# ---- the steps


def test_close_reopen_with_a_reason_archive(nordwerk, today):
    client, cycle = nordwerk.client(), nordwerk.cycle
    assert step(nordwerk, "close").status_code == 302
    assert "Open it again" in page(client, f"/cycles/{cycle.public_id}/manage/")
    silent = step(nordwerk, "reopen", closes_on=(today + DAY).isoformat(), reason="")
    assert silent.status_code == 400
    assert 'id="reopenform-reason_error"' in silent.content.decode()
    late = step(nordwerk, "reopen", closes_on=(today - DAY).isoformat(), reason="why")
    assert late.status_code == 400
    assert 'id="reopenform-closes_on_error">The last day lies in the past' in late.content.decode()
    assert 'value="why"' in late.content.decode()
    assert step(nordwerk, "reopen", closes_on=(today + DAY).isoformat(), reason="Two plants <b>").status_code == 302
    seen = board(nordwerk)
    assert f"csco Nordwerk reopened the cycle until {(today + DAY).day} {today + DAY:%B %Y}" in seen
    assert "because: “Two plants <b>”" in seen  # unescaped by `page`
    assert step(nordwerk, "archive").status_code == 409
    step(nordwerk, "close")
    assert step(nordwerk, "archive").status_code == 302
    assert "Cycle 1" not in page(client, "/cycles/").split("<main")[1].split("<tbody")[-1]
    assert "One archived cycle" in page(client, "/cycles/")
    assert "Cycle 1" in page(client, "/cycles/", archived="1")
    assert "csco Nordwerk archived the cycle." in board(nordwerk)
    assert "This cycle is archived" in page(client, f"/cycles/{cycle.public_id}/manage/")


def test_a_step_that_is_too_late_says_what_is(nordwerk):
    step(nordwerk, "close")
    reply = step(nordwerk, "close")
    assert reply.status_code == 409
    assert "The state of “Cycle 1” is “Closed” by now" in html.unescape(reply.content.decode())
    assert step(nordwerk, "explode").status_code == 404


def test_the_whole_cycle_is_extended(nordwerk, today):
    early = step(nordwerk, "extend", closes_on=today.isoformat())
    assert early.status_code == 400
    assert 'id="extendform-closes_on_error">Choose a day later than today' in early.content.decode()
    day = today + 45 * DAY
    assert step(nordwerk, "extend", closes_on=day.isoformat(), reason="Holidays").status_code == 302
    assert f"csco Nordwerk moved the last day to {day.day} {day:%B %Y}, because: “Holidays”" in board(nordwerk)
    assert "45 days left" in board(nordwerk)


def test_more_sites_are_asked(nordwerk):
    with nordwerk.inside():
        fourth = Site.objects.create(organisation=nordwerk.organisation, name="Nordwerk 4", region="South")
    manage = page(nordwerk.client(), f"/cycles/{nordwerk.cycle.public_id}/manage/")
    assert "Nordwerk 4, South" in manage
    assert "Nordwerk 1," not in manage
    again = step(nordwerk, "sites", sites=[nordwerk.sites[0].public_id])
    assert again.status_code == 400
    assert "One of these sites is not known here" in again.content.decode()
    assert step(nordwerk, "sites", sites=[fourth.public_id]).status_code == 302
    assert "Nordwerk 4" in names(board(nordwerk))
    assert "csco Nordwerk added Nordwerk 4." in board(nordwerk)
    assert "Ask more sites" not in page(nordwerk.client(), f"/cycles/{nordwerk.cycle.public_id}/manage/")


def test_reminders_are_turned_off_and_on(nordwerk):
    for form, on in (({"on": ""}, False), ({"on": "on"}, True)):
        assert step(nordwerk, "reminders", **form).status_code == 302
        with nordwerk.inside():
            assert Cycle.objects.get().reminders is on


@pytest.mark.parametrize("role", ["analyst", "administrator"])
def test_others_look_and_touch_nothing(nordwerk, role):
    client, cycle = nordwerk.client(role), nordwerk.cycle.public_id
    seen = board(nordwerk, role)
    assert names(seen)[1:] == ["Nordwerk 1", "Nordwerk 2", "Nordwerk 3"]
    for word in ("Remind", "More time", "Days and sites", "stand-in", 'type="checkbox"'):
        assert word not in seen.split("<main")[1]
    assert client.get(f"/cycles/{cycle}/manage/").status_code == 403
    for url in (f"/cycles/{cycle}/remind/", f"/cycles/{cycle}/steps/close/", f"/submissions/{nordwerk.enterprise.public_id}/extend/"):  # fmt: skip
        assert client.post(url, {"everybody": "1", "days": "7"}).status_code == 403
    with nordwerk.inside():
        assert Cycle.objects.get().state == "open"
        assert not Job.objects.filter(kind="mail").exists()


def test_a_foreign_cycle_does_not_exist(nordwerk, sudwerk):
    client, cycle = nordwerk.client(), sudwerk.cycle.public_id
    for url in (f"/cycles/{cycle}/remind/", f"/cycles/{cycle}/steps/close/", f"/submissions/{sudwerk.enterprise.public_id}/extend/"):  # fmt: skip
        assert client.post(url, {"everybody": "1", "days": "7"}).status_code == 404
    own = f"/cycles/{nordwerk.cycle.public_id}/remind/"
    assert client.post(own, {"submission": sudwerk.submissions[1].public_id}).status_code == 404
    assert find(sudwerk, "Cycle 1").state == "open"


# ---- the board


def test_every_row_says_who_how_far_and_until_when(nordwerk, today):
    """By hand: 2 of 44 answered at the first site, by its manager; nobody at the second; the enterprise is untouched."""
    manager = nordwerk.client("plant_manager")
    post(manager, nordwerk.submissions[1], "S-CAP1-1")
    post(manager, nordwerk.submissions[1], "S-CAP2-1", status="dk", level=None)
    post(manager, nordwerk.submissions[1], "S-CAP3-1", status="open", level=None)
    seen = board(nordwerk)
    first, second = (row(seen, s) for s in nordwerk.submissions[1:3])
    assert "plant_manager Nordwerk 2 / 44 In progress" in first
    assert "30 days left" in first
    assert timezone.localtime().strftime("%H:") in first
    assert "nobody yet Invite 0 / 44 Not started" in second
    assert "none yet" in second
    assert "csco Nordwerk 0 / 74 Not started" in row(seen, nordwerk.enterprise)
    assert "scale questions with a level, “not applicable” or “do not know”, of all that are asked" in seen


def test_states_go_their_way(nordwerk):
    site, manager = nordwerk.submissions[1], nordwerk.client("plant_manager")
    post(manager, site, "S-CAP1-1")
    manager.post(f"/submissions/{site.public_id}/submit/")
    assert "Handed in" in row(board(nordwerk), site)
    assert "1 of 3 plants have submitted. The aim is 100 %: 2 more are needed." in board(nordwerk)
    with nordwerk.inside():
        Submission.objects.filter(pk=site.pk).update(accepted_at=clock.now())
    assert "Accepted" in row(board(nordwerk), site)
    assert "days left" not in row(board(nordwerk), site)
    with nordwerk.inside():
        Submission.objects.filter(pk=site.pk).update(state="returned", accepted_at=None)
        Cycle.objects.update(response_target_pct=1)
    assert "Returned" in row(board(nordwerk), site)
    assert "0 of 3 plants have submitted. The aim is 1 %: one more is needed." in board(nordwerk)


def test_an_aim_that_is_reached_is_said(nordwerk):
    site, manager = nordwerk.submissions[1], nordwerk.client("plant_manager")
    post(manager, site, "S-CAP1-1")
    manager.post(f"/submissions/{site.public_id}/submit/")
    with nordwerk.inside():
        Cycle.objects.update(response_target_pct=33)  # of three plants: one
    assert "The aim of 33 % is reached." in board(nordwerk)


@pytest.mark.parametrize(
    ("days", "words"),
    [(2, "2 days left"), (1, "One day left"), (0, "Today is the last day"), (-1, "Over since yesterday"), (-5, "Over for 5 days")],
)  # fmt: skip
def test_the_days_left_in_words(nordwerk, today, days, words):
    with nordwerk.inside():
        Cycle.objects.update(closes_on=today + days * DAY)
    assert words in row(board(nordwerk), nordwerk.submissions[1])


def test_parts_with_colleagues_are_counted(nordwerk, today):
    part(nordwerk, nordwerk.submissions[1], ["S-CAP1-1"], today)
    done = part(nordwerk, nordwerk.submissions[1], ["S-CAP2-1"], today)
    assert "2 parts are with colleagues" in row(board(nordwerk), nordwerk.submissions[1])
    with nordwerk.inside():
        type(done).objects.filter(pk=done.pk).update(state="accepted")
    assert "One part is with a colleague" in row(board(nordwerk), nordwerk.submissions[1])


def test_the_board_is_filtered_and_sorted(nordwerk):
    post(nordwerk.client("plant_manager"), nordwerk.submissions[1], "S-CAP1-1")
    with nordwerk.inside():
        Site.objects.filter(pk=nordwerk.sites[1].pk).update(region="South")
        workflow.extend_submission(by=nordwerk.members["csco"], submission=nordwerk.submissions[2])
    one, two, three = (s.name for s in nordwerk.sites)
    cases = {
        (): [one, three, two],
        (("region", "South"),): [two],
        (("state", "in_progress"),): [one],
        (("state", "accepted"),): [],
        (("state", "nonsense"), ("region", "nowhere"), ("sort", "x")): [one, three, two],
        (("sort", "progress"),): [two, three, one],
        (("sort", "days"),): [one, three, two],
        (("sort", "activity"),): [two, three, one],
    }
    for query, expected in cases.items():
        assert names(board(nordwerk, **dict(query)))[1:] == expected, query
    assert "2 sites are not shown by this choice." in board(nordwerk, state="in_progress")


def test_one_survey_gets_more_time_by_one_click_or_to_a_day(nordwerk, today):
    client, site = nordwerk.client(), nordwerk.submissions[1]
    url = f"/submissions/{site.public_id}/extend/?region=North&sort=x&evil=1"
    reply = client.post(url, {"days": "7", "closes_on": ""})
    assert (reply.status_code, reply.url) == (302, f"/cycles/{nordwerk.cycle.public_id}/?region=North")
    day = today + 37 * DAY
    seen = board(nordwerk)
    assert "extended 37 days left" in row(seen, site)
    assert "30 days left" in row(seen, nordwerk.submissions[2])
    assert f"csco Nordwerk gave Nordwerk 1 time until {day.day} {day:%B %Y}." in seen
    assert client.post(url, {"closes_on": (today + 40 * DAY).isoformat()}).status_code == 302
    assert "40 days left" in row(board(nordwerk), site)
    enterprise = f"/submissions/{nordwerk.enterprise.public_id}/extend/"
    assert client.post(enterprise, {"days": "7"}).status_code == 302
    assert "gave the enterprise self-assessment time until" in board(nordwerk)


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({}, "Choose a day."),
        ({"closes_on": "tomorrow"}, "Enter a valid date."),
        ({"closes_on": "2020-01-01"}, "Choose a day later than today and than the last day so far."),
        ({"closes_on": "9999-12-31"}, "Choose a day within ten years from now."),
    ],
)
def test_a_wrong_day_is_said_in_its_row(nordwerk, form, message):
    site = nordwerk.submissions[1]
    reply = nordwerk.client().post(f"/submissions/{site.public_id}/extend/", form)
    assert reply.status_code == 400
    body = html.unescape(reply.content.decode())
    assert message in row(body, site)
    assert body.count('role="alert"') == 1
    with nordwerk.inside():
        assert Submission.objects.get(pk=site.pk).extended_to is None
        assert CycleStep.objects.filter(kind="extended").count() == 0


def test_a_reminder_says_to_whom_and_comes_once_a_day(nordwerk, mailbox):
    client, site = nordwerk.client(), nordwerk.submissions[1]
    url = f"/cycles/{nordwerk.cycle.public_id}/remind/"
    assert 'aria-label="Remind plant_manager Nordwerk"' in board(nordwerk)
    reply = client.post(url, {"submission": site.public_id}, follow=True)
    assert "A reminder goes to plant_manager Nordwerk." in reply.content.decode()
    (sent,) = mailbox.deliver()
    assert "The survey of Nordwerk 1 in Cycle 1" in text_of(sent)
    seen = board(nordwerk)
    assert "Reminded today: plant_manager Nordwerk" in row(seen, site)
    assert 'aria-label="Remind' not in seen
    again = client.post(url, {"submission": site.public_id}, follow=True)
    assert "Reminded today already: plant_manager Nordwerk." in again.content.decode()
    assert mailbox.deliver() == []


def test_several_are_chosen_or_everybody(nordwerk, mailbox):
    client, url = nordwerk.client(), f"/cycles/{nordwerk.cycle.public_id}/remind/"
    build.member(nordwerk.organisation, Role.PLANT_MANAGER, nordwerk.sites[1:2], "two@nordwerk.example")
    build.member(nordwerk.organisation, Role.PLANT_MANAGER, nordwerk.sites[2:3], "three@nordwerk.example")
    nothing = client.post(url)
    assert nothing.status_code == 400
    assert "Choose at least one survey to remind of." in nothing.content.decode()
    chosen = [s.public_id for s in nordwerk.submissions[1:3]]
    assert client.post(url + "?state=not_started", {"submission": chosen}).url.endswith("/?state=not_started")
    assert {m["To"] for m in mailbox.deliver()} == {"plant_manager@nordwerk.example", "two@nordwerk.example"}
    client.post(url, {"everybody": "1"})
    assert [m["To"] for m in mailbox.deliver()] == ["three@nordwerk.example"]
    done = client.post(url, {"submission": nordwerk.enterprise.public_id})
    assert done.status_code == 409
    assert "Nobody has anything open there" in done.content.decode()


def test_a_mail_that_could_not_be_sent_is_said_on_the_board(nordwerk, mailbox):
    mailbox.refuse["plant_manager@nordwerk.example"] = "550 no such user"
    url = f"/cycles/{nordwerk.cycle.public_id}/remind/"
    nordwerk.client().post(url, {"submission": nordwerk.submissions[1].public_id})
    queue.drain()
    assert "The mail could not be sent: plant_manager Nordwerk" in row(board(nordwerk), nordwerk.submissions[1])


def test_the_csco_may_answer_on_behalf_of_a_site_that_is_open(nordwerk):
    seen = board(nordwerk)
    assert f'href="/submissions/{nordwerk.submissions[1].public_id}/stand-in/"' in seen
    assert f"/submissions/{nordwerk.enterprise.public_id}/stand-in/" not in seen
    step(nordwerk, "close")
    assert "stand-in" not in board(nordwerk)


def test_a_closed_cycle_offers_nothing_to_do(nordwerk):
    step(nordwerk, "close")
    seen = board(nordwerk).split("<main")[1]
    for word in ("Remind", "More time", 'type="checkbox"'):
        assert word not in seen
    assert "Days and sites" in seen


def test_an_extension_shows_on_the_work_list(nordwerk, today):
    with nordwerk.inside():
        workflow.extend_submission(by=nordwerk.members["csco"], submission=nordwerk.submissions[1])
        Cycle.objects.update(closes_on=today - DAY)
    seen = page(nordwerk.client("plant_manager"), "/")
    day = today + 37 * DAY
    assert f"until {day.day} {day:%B %Y}" in seen
    with nordwerk.inside():
        assert not Answer.objects.exists()


# ---- shares of production value


def state_shares(world, *shares):
    """What the site profiles say, in percent; also those that are not submitted yet."""
    with world.inside():
        for submission, share in zip(world.submissions[1:], shares, strict=True):
            key = Question.objects.get(code="S-N1", questionnaire=world.cycle.questionnaire)
            own = {"organisation": world.organisation, "submission": submission, "question": key, "status": "data"}
            data = {"role": "market server"} | ({"production_value_share_pct": share} if share is not None else {})
            Answer.objects.create(**own, data=data, saved_at=timezone.now())


def test_shares_of_production_value_above_100_percent_are_said_to_who_may_read_them(nordwerk):
    """60 + 30 + 10.5 = 100.5."""
    state_shares(nordwerk, 30.0, 60.0, 10.5)
    sentence = "add up to 100.5 %; together they are at most 100 %."
    assert sentence in board(nordwerk)
    assert "the largest first: Nordwerk 2 60 %, Nordwerk 1 30 %, Nordwerk 3 10.5 %." in board(nordwerk, "analyst")
    assert "shares of production value" not in board(nordwerk, "administrator")


@pytest.mark.parametrize("shares", [(33.3, 33.3, 33.4), (100.0, None, 0.0), (None, None, None), (70.1, 29.9, None)])
def test_shares_that_can_be_true_say_nothing(nordwerk, shares):
    state_shares(nordwerk, *shares)
    assert "shares of production value" not in board(nordwerk)
