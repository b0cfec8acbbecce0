"""What a closed cycle refuses besides answers, and which day it names."""

from datetime import timedelta

import pytest
from django.db import connection

from assessments import workflow
from assessments.models import Assignment, Cycle, CycleStep, Remark, StandIn, Submission
from opmodel.organisations import clock
from tests import build
from tests.assessments.test_delegation import at, give
from tests.assessments.test_reviewing import manager_of, send_back
from tests.assessments.test_workflow import post

pytestmark = pytest.mark.django_db


@pytest.fixture
def today(nordwerk):
    return clock.today(nordwerk.organisation)


def close(world, archive=False):
    with world.inside():
        workflow.close_cycle(by=world.members["csco"], cycle=world.cycle)
        if archive:
            workflow.archive_cycle(by=world.members["csco"], cycle=world.cycle)


def end(world):
    """The last day is over, the cycle still open."""
    with world.inside():
        Cycle.objects.filter(pk=world.cycle.pk).update(closes_on=clock.today(world.organisation) - timedelta(days=1))


ENDS = pytest.mark.parametrize("finish", [close, lambda world: close(world, archive=True), end])


@ENDS
def test_nothing_is_handed_in(nordwerk, finish):
    made = give(nordwerk)
    post(nordwerk.client("contributor"), nordwerk.enterprise, "E-CAP1-1")
    finish(nordwerk)
    reply = nordwerk.client("contributor").post(at(made, "hand-in/"))
    assert reply.status_code == 409
    assert "answers are no longer accepted" in reply.content.decode()
    with nordwerk.inside():
        assert Assignment.objects.get().state == "open"


@ENDS
def test_nobody_begins_to_stand_in(nordwerk, finish):
    finish(nordwerk)
    reply = nordwerk.client().post(f"/submissions/{nordwerk.submissions[1].public_id}/stand-in/", {"reason": "Ill."})
    assert reply.status_code == 409
    assert "answers are no longer accepted" in reply.content.decode()
    with nordwerk.inside():
        assert not StandIn.objects.exists()


@ENDS
def test_no_remark_is_settled(nordwerk, finish):
    world = build.score_all(nordwerk, peers=False)
    send_back(world, world.submissions[1], S_CAP1_1="Why?")
    finish(world)
    with world.inside():
        remark = Remark.objects.get()
    page = manager_of(world, 1).post(f"/remarks/{remark.public_id}/settle/", {"settled": "1"}, follow=True)
    assert "answers are no longer accepted" in page.content.decode()
    with world.inside():
        assert Remark.objects.get().resolved_at is None


def told(world):
    return post(world.client(), world.enterprise, "E-CAP1-1").json()["message"]


def test_the_day_named_is_the_one_on_which_somebody_closed_it(nordwerk, today):
    """Planned for in 30 days, closed today; after a new opening the plan counts again."""
    close(nordwerk)
    assert told(nordwerk) == f"The cycle “Cycle 1” closed on {today}; answers are no longer accepted."
    with nordwerk.inside():
        last = today + timedelta(days=5)
        workflow.reopen_cycle(by=nordwerk.members["csco"], cycle=nordwerk.cycle, closes_on=last, reason="More time")
        Cycle.objects.filter(pk=nordwerk.cycle.pk).update(closes_on=today - timedelta(days=2))
    assert f"closed on {today - timedelta(days=2)};" in told(nordwerk)


def test_the_planned_day_stands_where_somebody_closed_it_after_that(nordwerk, today):
    end(nordwerk)
    close(nordwerk, archive=True)
    assert f"closed on {today - timedelta(days=1)};" in told(nordwerk)


def test_the_day_is_that_of_the_organisation(nordwerk):
    """22:30 UTC on 31 October 2025 is 12:30 on 1 November in Kiritimati (UTC+14)."""
    nordwerk.organisation.time_zone = "Pacific/Kiritimati"
    with nordwerk.inside():
        nordwerk.organisation.save(update_fields=["time_zone"])
        Cycle.objects.filter(pk=nordwerk.cycle.pk).update(state="closed")
        step = CycleStep.objects.create(
            organisation=nordwerk.organisation, cycle=nordwerk.cycle, kind="closed", by=nordwerk.members["csco"].user
        )
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE assessments_cyclestep SET created_at = '2025-10-31 22:30+00' WHERE id = %s", [step.pk]
            )
        submission = Submission.objects.select_related("cycle").get(pk=nordwerk.enterprise.pk)
        assert "closed on 2025-11-01;" in workflow.refusals.closed(submission).message
