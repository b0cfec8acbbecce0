"""Owners are reminded a week before and once an action is late: each matter once, one mail for all of a morning."""

from datetime import UTC, date, datetime, timedelta

import pytest

from assessments.models import ActionReminder, PlannedAction
from assessments.workflow import reminders
from opmodel.jobs.models import Job
from opmodel.organisations.models import Member, User
from tests.assessments.plan_world import choose, score
from tests.mailbox import html_of, text_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
DUE = date(2030, 6, 14)
ANALYST = "analyst@nordwerk.example"


@pytest.fixture
def planned(nordwerk):
    """Two actions of the analyst, due on 14 June 2030; the cycle itself closed long before."""
    score(nordwerk, nordwerk.enterprise)
    choose(nordwerk, "A01", "A04")
    change(nordwerk, owner=nordwerk.members["analyst"], due_on=DUE)
    return nordwerk


def change(world, code=None, **values):
    with world.inside():
        rows = PlannedAction.objects.all()
        (rows.filter(code=code) if code else rows).update(**values)


def run(world, day, hour=7):
    with world.inside():
        moment = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
        reminders.remind_organisation(organisation=world.organisation, now=moment)
        return [
            j.payload["to"] for j in Job.objects.filter(kind="mail", payload__template="plan_reminder").order_by("pk")
        ]


@pytest.mark.parametrize(("before", "mails"), [(8, 0), (7, 1), (3, 1), (0, 1), (-1, 1), (-30, 1)])
def test_from_a_week_before_on_and_when_it_is_late(planned, before, mails):
    assert run(planned, DUE - before * DAY) == [ANALYST] * mails


@pytest.mark.parametrize(("hour", "mails"), [(6, 0), (7, 1), (17, 1), (18, 0)])
def test_in_the_morning(planned, hour, mails):
    assert len(run(planned, DUE, hour)) == mails


def test_each_matter_once_and_one_mail_for_all_of_a_day(planned):
    for before in (9, 7, 6, 3, 0):
        assert len(run(planned, DUE - before * DAY)) == (1 if before <= 7 else 0)
    assert len(run(planned, DUE + DAY)) == 2  # late now: another matter
    assert len(run(planned, DUE + 40 * DAY)) == 2
    with planned.inside():
        told = sorted(ActionReminder.objects.values_list("planned_action__code", "kind"))
    assert told == [("A01", "overdue"), ("A01", "soon"), ("A04", "overdue"), ("A04", "soon")]


def test_a_new_date_and_a_new_owner_are_new_matters(planned):
    run(planned, DUE - 7 * DAY)
    change(planned, "A01", due_on=DUE + 20 * DAY)
    assert len(run(planned, DUE)) == 1
    assert len(run(planned, DUE + 13 * DAY)) == 2  # A04 is late, A01 due in a week again: one mail
    change(planned, "A04", owner=planned.members["csco"])
    assert run(planned, DUE + 14 * DAY)[2:] == ["csco@nordwerk.example"]


@pytest.mark.parametrize("how", ["done", "dropped", "nobody's", "inactive", "another role"])
def test_who_hears_nothing(planned, how):
    if how == "done":
        change(planned, status="done", done_on=DUE, shown_by="x")
    elif how == "dropped":
        change(planned, status="dropped", dropped_because="x")
    elif how == "nobody's":
        change(planned, owner=None)
    elif how == "inactive":
        with planned.inside():
            User.objects.filter(email=ANALYST).update(is_active=False)
    else:
        with planned.inside():
            Member.objects.filter(user__email=ANALYST).update(role="contributor")
    assert run(planned, DUE) == []


def test_the_mail_names_the_actions_with_their_days_and_links(planned, mailbox):
    change(planned, "A04", due_on=DUE - 20 * DAY, site=planned.sites[0])
    run(planned, DUE - 7 * DAY)
    mailbox.deliver()
    (sent,) = mailbox.to(ANALYST)
    assert sent["Subject"] == "2 actions of yours are due or late"
    text = text_of(sent)
    with planned.inside():
        paths = [f"/plan/actions/{row.public_id}/" for row in PlannedAction.objects.all()]
    assert "(Nordwerk 1). It was due on 25 May 2030 and is late." in text
    assert "It is due on 14 June 2030." in text
    assert all(path in text and path in html_of(sent) for path in paths)


def test_a_mail_in_german(planned, mailbox):
    with planned.inside():
        User.objects.filter(email=ANALYST).update(language="de")
    run(planned, DUE)
    mailbox.deliver()
    (sent,) = mailbox.to(ANALYST)
    assert "14. Juni 2030" in text_of(sent)
    assert "fällig oder verspätet" in sent["Subject"]
