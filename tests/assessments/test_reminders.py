"""Reminders: on the right mornings, to those who have something open, one mail each, never twice."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import translation

from assessments import workflow
from assessments.models import Assignment, AssignmentQuestion, Cycle, Submission
from assessments.workflow import reminders
from opmodel.jobs import queue
from opmodel.jobs.models import Job
from opmodel.organisations import clock, mail
from opmodel.organisations.models import Member, Organisation, User
from opmodel.organisations.permissions import Role
from opmodel.organisations.tenancy import installation
from tests import build
from tests.assessments.test_workflow import post
from tests.dashboards.test_words import left_over
from tests.dashboards.test_words import made_up_language as made_up_language
from tests.mailbox import html_of, text_of

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
CSCO, MANAGER = "csco@nordwerk.example", "plant_manager@nordwerk.example"


def at(day, hour=7, minute=0):
    """A moment of an organisation in UTC."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def run(world, moment):
    with world.inside():
        return reminders.remind_organisation(organisation=world.organisation, now=moment)


def last_day(world):
    return world.cycle.closes_on


def mails(world):
    with world.inside():
        return sorted(j.payload["to"] for j in Job.objects.filter(kind="mail"))


@pytest.mark.parametrize("before", [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, -1])
def test_seven_three_and_one_days_before_and_on_the_day(nordwerk, before):
    expected = [CSCO, MANAGER] if before in (7, 3, 1, 0) else []
    assert run(nordwerk, at(last_day(nordwerk) - before * DAY)) == len(expected)
    assert mails(nordwerk) == expected


@pytest.mark.parametrize(("hour", "count"), [(0, 0), (6, 0), (7, 2), (11, 2), (17, 2), (18, 0), (23, 0)])
def test_in_the_morning_and_later_only_when_the_morning_was_missed(nordwerk, hour, count):
    assert run(nordwerk, at(last_day(nordwerk), hour)) == count


@pytest.mark.parametrize(("zone", "hour"), [("Asia/Tokyo", 22), ("America/Chicago", 13), ("Asia/Kolkata", 2)])
def test_the_morning_is_that_of_the_organisation(nordwerk, zone, hour):
    """Seven in Tokyo is 22:00 UTC of the day before; in Chicago 13:00 UTC; in Kolkata 01:30 UTC, so 02:00 is the first."""
    with installation():
        Organisation.objects.filter(pk=nordwerk.organisation.pk).update(time_zone=zone)
        nordwerk.organisation = Organisation.objects.get(pk=nordwerk.organisation.pk)
    day = last_day(nordwerk) - (DAY if zone == "Asia/Tokyo" else 0 * DAY)
    assert run(nordwerk, at(day, hour) - HOUR) == 0
    assert run(nordwerk, at(day, hour)) == 2


def test_one_mail_a_day_whatever_runs_how_often(nordwerk, mailbox):
    for hour in (7, 8, 8, 9):
        run(nordwerk, at(last_day(nordwerk), hour))
    assert sorted(m["To"] for m in mailbox.deliver()) == [CSCO, MANAGER]
    run(nordwerk, at(last_day(nordwerk), 10))
    assert mailbox.deliver() == []


@pytest.mark.parametrize("left", ["switched off", "removed", "all of it"])
def test_who_has_left_by_the_time_of_sending_gets_none(nordwerk, mailbox, left):
    run(nordwerk, at(last_day(nordwerk)))
    member = nordwerk.members["plant_manager"]
    with nordwerk.inside():
        if left == "switched off":
            User.objects.filter(pk=member.user_id).update(is_active=False)
        elif left == "removed":
            Member.objects.filter(pk=member.pk).delete()
    if left == "all of it":
        with installation():
            Organisation.objects.filter(pk=nordwerk.organisation.pk).update(is_active=False)
    assert [m["To"] for m in mailbox.deliver()] == ([] if left == "all of it" else [CSCO])
    with nordwerk.inside():
        job = Job.objects.get(kind="mail", payload__to=MANAGER)
    assert (job.state, job.attempts) == ("failed", 1)
    assert job.error == "Not sent: this person is no longer an active member of the organisation."


def test_two_runs_on_two_days_are_two_mails(nordwerk, mailbox):
    for before in (3, 1):
        run(nordwerk, at(last_day(nordwerk) - before * DAY))
    assert [m["To"] for m in mailbox.deliver()].count(MANAGER) == 2


def test_whoever_has_handed_in_hears_nothing(nordwerk):
    site, manager = nordwerk.submissions[1], nordwerk.client("plant_manager")
    post(manager, site, "S-CAP1-1")
    manager.post(f"/submissions/{site.public_id}/submit/")
    assert run(nordwerk, at(last_day(nordwerk))) == 1
    assert mails(nordwerk) == [CSCO]


def test_what_came_back_is_open_again_and_says_so(nordwerk, mailbox):
    site, manager = nordwerk.submissions[1], nordwerk.client("plant_manager")
    post(manager, site, "S-CAP1-1")
    manager.post(f"/submissions/{site.public_id}/submit/")
    with nordwerk.inside():
        Submission.objects.filter(pk=site.pk).update(state="returned")
    run(nordwerk, at(last_day(nordwerk)))
    mailbox.deliver()
    (sent,) = mailbox.to(MANAGER)
    assert "The survey of Nordwerk 1 in Cycle 1 came back to you with remarks" in text_of(sent)


@pytest.mark.parametrize("how", ["inactive", "removed", "cycle closed", "no reminders", "draft"])
def test_who_hears_nothing(nordwerk, how):
    with nordwerk.inside():
        if how == "inactive":
            User.objects.filter(email__in=[MANAGER, CSCO]).update(is_active=False)
        elif how == "removed":
            nordwerk.members["plant_manager"].delete()
            nordwerk.members["csco"].delete()
        elif how == "cycle closed":
            workflow.close_cycle(by=nordwerk.members["csco"], cycle=nordwerk.cycle)
        elif how == "no reminders":
            workflow.switch_reminders(by=nordwerk.members["csco"], cycle=nordwerk.cycle, on=False)
        else:
            Cycle.objects.filter(pk=nordwerk.cycle.pk).update(state="draft")
    assert run(nordwerk, at(last_day(nordwerk))) == 0
    assert mails(nordwerk) == []


def test_an_extension_moves_the_days(nordwerk):
    with nordwerk.inside():
        workflow.extend_submission(by=nordwerk.members["csco"], submission=nordwerk.submissions[1], days=5)
    first = last_day(nordwerk)
    assert run(nordwerk, at(first)) == 1
    assert mails(nordwerk) == [CSCO]
    assert run(nordwerk, at(first + 4 * DAY)) == 1  # one day before the new last day; the enterprise's is over
    assert mails(nordwerk) == [CSCO, MANAGER]


def part(world, submission, codes, due_on, member=None):
    """A part of a survey in the hands of a colleague."""
    with world.inside():
        made = Assignment.objects.create(
            organisation=world.organisation,
            submission=submission,
            member=member or world.members["contributor"],
            due_on=due_on,
        )
        keys = dict(submission.cycle.questionnaire.question_set.values_list("code", "pk"))
        for code in codes:
            AssignmentQuestion.objects.create(
                organisation=world.organisation, assignment=made, submission=submission, question_id=keys[code]
            )
    return made


def test_a_part_reminds_by_its_own_day(nordwerk, mailbox):
    due = last_day(nordwerk) - 10 * DAY
    made = part(nordwerk, nordwerk.enterprise, ["E-CAP1-1", "E-CAP1-2"], due)
    assert run(nordwerk, at(due - 3 * DAY)) == 1
    (sent,) = mailbox.deliver()
    assert sent["To"] == "contributor@nordwerk.example"
    assert "2 questions of the enterprise self-assessment in Cycle 1: a colleague asked you" in text_of(sent)
    assert "3 days are left." in text_of(sent)
    assert run(nordwerk, at(due + DAY)) == 0
    with nordwerk.inside():
        Assignment.objects.filter(pk=made.pk).update(state="handed_in", handed_in_at=clock.now())
    assert run(nordwerk, at(due - DAY)) == 0


def test_one_mail_lists_everything_that_is_open_soonest_first(nordwerk, mailbox):
    """Two cycles and a part; that of the second cycle is not due yet but is named all the same."""
    today = clock.today(nordwerk.organisation)
    csco, manager = nordwerk.members["csco"], nordwerk.members["plant_manager"]
    with nordwerk.inside():
        workflow.open_cycle(
            by=csco,
            name="Later",
            opens_on=today,
            closes_on=last_day(nordwerk) + 30 * DAY,
            sites=nordwerk.sites,
            dataset=None,
        )
    part(nordwerk, nordwerk.enterprise, ["E-CAP1-1"], last_day(nordwerk) - 2 * DAY, manager)
    run(nordwerk, at(last_day(nordwerk)))
    mailbox.deliver()
    (sent,) = mailbox.to(MANAGER)
    lines = [line for line in text_of(sent).splitlines() if line.startswith("- ")]
    day = lambda d: f"{d.day} {d:%B %Y}"  # noqa: E731
    assert lines == [
        f"- One question of the enterprise self-assessment in Cycle 1: a colleague asked you, until {day(last_day(nordwerk) - 2 * DAY)}. That day is over.",
        f"- The survey of Nordwerk 1 in Cycle 1; the last day is {day(last_day(nordwerk))}. That is today.",
        f"- The survey of Nordwerk 1 in Later; the last day is {day(last_day(nordwerk) + 30 * DAY)}. 30 days are left.",
    ]  # fmt: skip
    assert sent["Subject"] == f"3 things are open, the first until {day(last_day(nordwerk) - 2 * DAY)}"
    path = f"/submissions/{nordwerk.submissions[1].public_id}/"
    assert f"{lines[1]}\n  http://127.0.0.1:8000{path}\n" in text_of(sent).replace("\r\n", "\n")
    assert f'href="http://127.0.0.1:8000{path}"' in html_of(sent)
    for other in nordwerk.sites[1:]:  # a plant manager hears of the own site only
        assert other.name not in text_of(sent) + html_of(sent)


def test_each_in_the_own_language(nordwerk, mailbox):
    User.objects.filter(email=MANAGER).update(language="de")
    run(nordwerk, at(last_day(nordwerk)))
    mailbox.deliver()
    assert '<html lang="de">' in html_of(mailbox.to(MANAGER)[0])
    assert '<html lang="en">' in html_of(mailbox.to(CSCO)[0])


def test_every_word_of_a_reminder_comes_through_gettext(nordwerk, made_up_language):
    today = last_day(nordwerk).isoformat()
    thing = {"site": "", "cycle": "", "questions": 1, "last_day": today, "days_left": 3, "path": "/"}
    things = [thing | {"kind": kind, "site": site} for kind in ("survey", "returned", "part") for site in ("", "x")]
    things += [thing | {"kind": "survey", "days_left": left} for left in (0, -1)]
    for asked_by in ("", "x"):
        context = {"name": "x", "organisation": "x", "asked_by": asked_by, "things": things}
        subject, text, html = mail.draw("reminder", "en", context)
        assert [t for t in left_over(re.sub("http://127.0.0.1:8000/", "", subject + "\n" + text)) if t] == []
        assert left_over(html) == []


def test_hostile_names_stay_names(nordwerk, mailbox):
    canary = "<b>x</b>{{7*7}}\r\nBcc: all@evil.example"
    with nordwerk.inside():
        Cycle.objects.filter(pk=nordwerk.cycle.pk).update(name=canary)
        User.objects.filter(email=MANAGER).update(name=canary)
    run(nordwerk, at(last_day(nordwerk)))
    mailbox.deliver()
    (sent,) = mailbox.to(MANAGER)
    assert sent["Bcc"] is None
    assert "Hello <b>x</b>{{7*7}} Bcc: all@evil.example," in text_of(sent)
    assert "&lt;b&gt;x&lt;/b&gt;{{7*7}}" in html_of(sent)
    assert "<b>x" not in html_of(sent)


def test_organisations_do_not_hear_of_each_other(nordwerk, sudwerk, mailbox):
    for world in (nordwerk, sudwerk):
        run(world, at(last_day(world)))
    sent = {m["To"]: text_of(m) + html_of(m) for m in mailbox.deliver()}
    assert len(sent) == 4
    for address, body in sent.items():
        assert ("Nordwerk" in body, "Südwerk" in body) == ("nordwerk" in address, "nordwerk" not in address)


# ---- the duty


def duty_jobs():
    with queue.every_job():
        return list(Job.objects.filter(kind="reminders"))


def test_two_sweepers_make_one_duty_of_a_period():
    queue.call_duties()
    queue.call_duties()
    (job,) = duty_jobs()
    every, period = job.key.split(":")
    assert (every, job.organisation_id, job.state) == ("3600", None, "queued")
    assert int(period) == int(clock.now().timestamp() // 3600)
    with queue.every_job():  # an hour later
        Job.objects.filter(pk=job.pk).update(key=f"3600:{int(period) - 1}")
    queue.call_duties()
    assert len(duty_jobs()) == 2


def travel(monkeypatch, moment):
    """The duty asks the database what time it is; here is another answer, for this handler only."""
    monkeypatch.setattr(reminders.clock, "now", lambda: moment)


def test_the_duty_reminds_every_organisation_and_no_inactive_one(nordwerk, sudwerk, mailbox, monkeypatch):
    with installation():
        Organisation.objects.filter(pk=sudwerk.organisation.pk).update(is_active=False)
    travel(monkeypatch, at(last_day(nordwerk)))
    queue.call_duties()
    assert sorted(m["To"] for m in mailbox.deliver()) == [CSCO, MANAGER]
    assert [j.state for j in duty_jobs()] == ["done"]


def test_an_organisation_that_fails_does_not_keep_the_others_waiting(nordwerk, sudwerk, mailbox, monkeypatch):
    travel(monkeypatch, at(last_day(nordwerk)))
    whole = reminders.remind_organisation

    def breaks(*, organisation, now):
        if organisation.pk == nordwerk.organisation.pk:
            raise ZeroDivisionError
        return whole(organisation=organisation, now=now)

    monkeypatch.setattr(reminders, "remind_organisation", breaks)
    queue.call_duties()
    assert len(mailbox.deliver()) == 2
    (job,) = duty_jobs()
    assert (job.state, job.attempts) == ("queued", 1)
    assert str(nordwerk.organisation.pk) in job.error


@pytest.mark.parametrize("killed", ["in the middle of the duty", "after the duty", "before the mail was sent"])
def test_a_kill_between_asking_and_sending_doubles_nothing(nordwerk, sudwerk, mailbox, monkeypatch, killed):
    travel(monkeypatch, at(last_day(nordwerk)))
    queue.call_duties()
    (duty,) = duty_jobs()
    if killed == "in the middle of the duty":  # one organisation is done and committed, the other is not
        run(nordwerk, at(last_day(nordwerk)))
    elif killed == "after the duty":  # all is enqueued, but the duty's row still says running
        reminders.remind_everybody(duty)
        with queue.every_job(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE jobs_job SET state = 'running', attempts = 1, lease_until = clock_timestamp() - interval '1 s'"
                " WHERE id = %s",
                [duty.pk],
            )
    else:  # a worker took the mails and died before it reached the mail server
        reminders.remind_everybody(duty)
        with queue.every_job(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE jobs_job SET state = 'running', attempts = 1, lease_until = clock_timestamp() - interval '1 s'"
                " WHERE kind = 'mail'"
            )
    assert mailbox.messages == []
    mailbox.deliver()
    assert sorted(m["To"] for m in mailbox.messages) == sorted(
        f"{role}@{name}.example" for role in ("csco", "plant_manager") for name in ("nordwerk", "sdwerk")
    )
    assert {j.state for j in duty_jobs()} == {"done"}


def test_a_reminder_that_is_rolled_back_was_never_asked_for(nordwerk, mailbox):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        run(nordwerk, at(last_day(nordwerk)))
        raise ZeroDivisionError
    assert mails(nordwerk) == []


# ---- by hand


def by_hand(world, *submissions, role="csco"):
    with world.inside(role):
        return workflow.remind(by=world.members[role], submissions=submissions)


def test_the_csco_reminds_and_is_told_whom(nordwerk, mailbox):
    done = by_hand(nordwerk, nordwerk.submissions[1])
    assert (done.sent, done.already) == (["plant_manager Nordwerk"], [])
    (sent,) = mailbox.deliver()
    assert sent["To"] == MANAGER
    assert "csco Nordwerk asks you to go on with what is open:" in text_of(sent)


def test_once_a_day_for_a_person_by_hand_or_by_schedule(nordwerk, mailbox):
    run(nordwerk, at(clock.today(nordwerk.organisation)))  # no day to remind
    by_hand(nordwerk, nordwerk.submissions[1])
    again = by_hand(nordwerk, *nordwerk.submissions)
    assert (again.sent, again.already) == ([], ["plant_manager Nordwerk"])
    with nordwerk.inside():
        Cycle.objects.filter(pk=nordwerk.cycle.pk).update(closes_on=clock.today(nordwerk.organisation))
    assert run(nordwerk, at(clock.today(nordwerk.organisation))) == 2
    assert sorted(m["To"] for m in mailbox.deliver()) == [CSCO, MANAGER]


def test_several_sites_and_parts_at_once(nordwerk, mailbox):
    other = build.member(nordwerk.organisation, Role.PLANT_MANAGER, nordwerk.sites[1:2], "two@nordwerk.example")
    part(nordwerk, nordwerk.submissions[2], ["S-CAP1-1"], last_day(nordwerk))
    done = by_hand(nordwerk, *nordwerk.submissions[1:3])
    assert len(done.sent) == 3
    assert {m["To"] for m in mailbox.deliver()} == {MANAGER, other.user.email, "contributor@nordwerk.example"}


def test_nobody_to_remind_is_said_and_nothing_is_sent(nordwerk):
    for submission in (nordwerk.submissions[2], nordwerk.enterprise):  # nobody answers there; the CSCO alone
        with pytest.raises(workflow.Refused, match="Nobody has anything open there") as seen:
            by_hand(nordwerk, submission)
        assert seen.value.status == 409
    assert mails(nordwerk) == []


@pytest.mark.parametrize("role", ["analyst", "administrator", "plant_manager"])
def test_only_the_csco_reminds(nordwerk, role):
    with pytest.raises(workflow.Refused, match="Only the CSCO reminds") as seen:
        by_hand(nordwerk, nordwerk.submissions[1], role=role)
    assert seen.value.status == 403


def test_a_closed_cycle_reminds_nobody(nordwerk):
    with nordwerk.inside():
        workflow.close_cycle(by=nordwerk.members["csco"], cycle=nordwerk.cycle)
    with pytest.raises(workflow.Refused, match="Nobody has anything open"):
        by_hand(nordwerk, nordwerk.submissions[1])


def test_the_number_of_statements_does_not_grow_with_the_sites(nordwerk, django_assert_num_queries):
    """People, surveys, parts, the plan's people, actions and letters; then one look and one row for each mail."""
    big = build.world("Big", sites=30)
    moment = at(last_day(big) - 2 * DAY)  # nobody is due
    with translation.override("en"):
        for world in (nordwerk, big):
            with world.inside(), django_assert_num_queries(6):
                reminders.remind_organisation(organisation=world.organisation, now=moment)
