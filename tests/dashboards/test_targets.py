"""A target below today's score is allowed and said to be on purpose (content, E-N6)."""

import html
from decimal import Decimal

import pytest

from assessments.models import Answer, Cycle
from tests import build

pytestmark = pytest.mark.django_db
ON_PURPOSE = "The target lies below today's score: effort is released here on purpose."


@pytest.fixture
def scored(nordwerk):
    """Every score of CAP is 2, VST 3, RES 4, GOV 5; every target 3.5, but 4.0 for RES1 and none for GOV1."""
    build.score_all(nordwerk)
    with nordwerk.inside():
        answer = Answer.objects.get(question__code="E-N6")
        answer.data["RES1"]["target"] = 4.0
        del answer.data["GOV1"]
        answer.save(update_fields=["data"])
        Cycle.objects.filter(pk=nordwerk.cycle.pk).update(target_level=Decimal("3.0"))  # nobody's own target
    return nordwerk


def explained(world, code):
    return html.unescape(
        world.client().get(f"/dashboard/explain/{world.enterprise.public_id}/{code}/").content.decode()
    )


@pytest.mark.parametrize(
    ("code", "on_purpose"), [("CAP1", False), ("VST1", False), ("RES1", False), ("RES2", True), ("GOV1", False), ("GOV2", True)]
)  # fmt: skip
def test_the_explanation_of_a_score_says_that_less_is_wanted(scored, code, on_purpose):
    assert (ON_PURPOSE in explained(scored, code)) is on_purpose


def test_what_is_to_be_protected_is_told_from_what_is_released(scored):
    """8 dimensions of RES and 7 of GOV have reached what is wanted; all but RES1 and GOV1 more than that."""
    page = scored.client().get("/dashboard/priorities/?reference=target").content.decode()
    protect = page.split("<h2>Protect</h2>")[1].split("</ul>")[0]
    assert protect.count("<li>") == 15
    assert protect.count("effort released on purpose") == 13
    assert "effort released on purpose" not in protect.split("/RES1/")[1].split("</li>")[0]
