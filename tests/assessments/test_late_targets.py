"""The date of a target lies from the day of submission on: one that passed in the draft is asked for again."""

from datetime import timedelta

import pytest

from assessments import workflow
from assessments.models import Answer, Submission
from opmodel.organisations import clock
from tests.assessments.test_workflow import post

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(nordwerk):
    """Targets of CAP1 for yesterday, of CAP2 for today, of CAP3 without a day; one level."""
    today = clock.today(nordwerk.organisation)
    post(nordwerk.client(), nordwerk.enterprise, "E-CAP1-1")
    data = {
        "CAP1": {"target": 4.0, "by": str(today)},
        "CAP2": {"target": 4.0, "by": str(today)},
        "CAP3": {"target": 4.0},
    }
    with nordwerk.inside():
        entries = [{"code": "E-N6", "status": "data", "data": data}]
        workflow.save_many(by=nordwerk.members["csco"], submission=nordwerk.enterprise, entries=entries)
        answer = Answer.objects.get(question__code="E-N6")
        answer.data["CAP1"]["by"] = str(today - timedelta(days=1))
        answer.save(update_fields=["data"])
    return nordwerk


def test_a_target_for_yesterday_is_not_submitted(draft):
    day = clock.today(draft.organisation) - timedelta(days=1)
    sentence = f"The date of “Strategic alignment”, {day}, has passed; choose a later one before you submit."
    review = f"/submissions/{draft.enterprise.public_id}/review/"
    page = draft.client().get(review).content.decode()
    assert page.count(sentence) == 1
    assert page.count("has passed; choose a later one") == 1
    reply = draft.client().post(f"/submissions/{draft.enterprise.public_id}/submit/")
    assert reply.status_code == 400
    assert reply.content.decode().count(sentence) == 1
    with draft.inside():
        assert Submission.objects.get(pk=draft.enterprise.pk).state == "draft"


def test_targets_for_today_and_without_a_day_are(draft):
    with draft.inside():
        answer = Answer.objects.get(question__code="E-N6")
        del answer.data["CAP1"]
        answer.save(update_fields=["data"])
    assert draft.client().post(f"/submissions/{draft.enterprise.public_id}/submit/").status_code == 302
    with draft.inside():  # days that pass after the submit are nobody's fault
        answer.data["CAP2"]["by"] = str(clock.today(draft.organisation) - timedelta(days=1))
        answer.save(update_fields=["data"])
    page = draft.client().get(f"/submissions/{draft.enterprise.public_id}/review/").content.decode()
    assert "has passed" not in page
