"""Companies as they should not be: each page opens, says what is the case, and shows no figure that nobody has."""

import html
import re

import pytest

from assessments import publishing, workflow
from assessments.models import Result
from opmodel.jobs import queue
from opmodel.organisations.permissions import Role
from tests import build
from tests.dashboards.test_site_pages import text_of

pytestmark = pytest.mark.django_db
PAGES = (
    "/dashboard/", "/dashboard/?sort=priority", "/dashboard/trend/", "/dashboard/published/", "/dashboard/perception/",
    "/dashboard/streams/", "/dashboard/facts/", "/dashboard/peers/", "/dashboard/peers/CAP1/", "/dashboard/priorities/",
    "/dashboard/projection/", "/dashboard/projection/cheapest/?aim=target&of=OVERALL", "/dashboard/alignment/",
    "/dashboard/method/", "/dashboard/sites/", "/dashboard/sites/map/", "/dashboard/sites/best/",
    "/dashboard/sites/beside/", "/dashboard/sites/compare/",
)  # fmt: skip


def answered(world: build.World, level: int | None, sites: bool, target: float | None = None) -> build.World:
    """Head office, and the plants if `sites`, answer everything with one level (None: not applicable) and submit."""
    content = publishing.catalogue(world.cycle.questionnaire_id)
    build.dataset(content.measures)
    for n, submission in enumerate(world.submissions if sites else world.submissions[:1]):
        by = world.members["csco"]
        if submission.site:
            by = build.member(world.organisation, Role.PLANT_MANAGER, [submission.site], f"odd{n}@example.org")
        said = {"status": "level", "level": level} if level else {"status": "na", "reason": "We only trade."}
        entries = [{"code": q.code, **said} for q in content.questions_of(submission.view)]
        if level is None:  # one answer is what a survey is handed in with at least
            entries[0] = {"code": entries[0]["code"], "status": "level", "level": 3}
        if target and not submission.site:
            wanted = {d.code: {"target": target, "by": "2030-01-01"} for d in content.dimensions}
            entries.append({"code": "E-N6", "status": "data", "data": wanted})
        with world.inside():
            workflow.save_many(by=by, submission=submission, entries=entries)
            workflow.submit(by=by, submission=submission)
    queue.drain()
    return world


def told(world: build.World, page: str, role: str = "csco") -> str:
    reply = world.client(role).get(page)
    assert reply.status_code == 200, page
    body = html.unescape(reply.content.decode())
    text = text_of(body)
    assert not re.search(
        r"\bNone\b|\bnan\b|%\(|\binf\b", text.replace(" None ", " ") if "projection" in page else text
    ), page
    assert re.search(r"<h1[^>]*>\s*\S", body), page
    return text


def test_before_anything_is_scored_every_page_says_what_it_waits_for(nordwerk):
    for page in PAGES:
        assert re.search(r"Nothing is scored yet|No site survey is scored yet", told(nordwerk, page)), page


def test_without_a_plant_the_pages_of_the_plants_wait_and_the_others_stand(nordwerk):
    answered(nordwerk, 3, sites=False)
    for page in PAGES:
        told(nordwerk, page)
    text = told(nordwerk, "/dashboard/")
    assert "0 of 3 plants answered" in text
    assert "All components stand at 3.0 of 5. No peers to compare with." in text
    assert "No peers to compare with" in told(nordwerk, "/dashboard/peers/")
    assert "As soon as head office and three plants have submitted" in told(nordwerk, "/dashboard/perception/")


def test_with_one_plant_nothing_is_claimed_of_a_network(db):
    world = answered(build.world("One", sites=1), 3, sites=True)
    for page in PAGES:
        told(world, page)
    text = told(world, "/dashboard/sites/")
    assert "The one plant that answered scores the same in every dimension: 3.0." in text
    assert "It takes two plants with a score to tell who is best." in told(world, "/dashboard/sites/best/")
    assert "As soon as head office and three plants have submitted" in told(world, "/dashboard/perception/")


def test_where_nothing_applies_there_are_no_scores_and_no_actions(nordwerk):
    answered(nordwerk, None, sites=True, target=4.0)
    for page in PAGES:
        told(nordwerk, page)
    text = told(nordwerk, "/dashboard/")
    assert "3 components do not apply to you, so there is no overall score." in text
    assert text.count("Not scored: nothing of it applies.") == 3
    assert "Not ranked, because score or reference is missing" in told(nordwerk, "/dashboard/priorities/")
    assert "It takes" not in told(nordwerk, "/dashboard/sites/best/")


def test_targets_below_todays_scores_release_effort_and_ask_for_nothing(nordwerk):
    answered(nordwerk, 4, sites=True, target=2.0)
    for page in PAGES:
        told(nordwerk, page)
    text = told(nordwerk, "/dashboard/priorities/?reference=target")
    assert text.count("effort released on purpose") == 27
    assert "No open gap calls for an action." in text
    assert "You are there already" in told(nordwerk, "/dashboard/projection/cheapest/?aim=target&of=OVERALL")
    assert "All plants score the same in every dimension." in told(nordwerk, "/dashboard/sites/best/")


def test_scores_of_an_older_method_are_marked_on_every_page(nordwerk):
    build.score_all(nordwerk)
    with nordwerk.inside():
        Result.objects.update(method_version="2025.1")
    marked = "Scored by method 2025.1; today's is 2026.1"
    for page in set(PAGES) - {"/dashboard/method/"}:  # which works out its figures today
        assert marked in told(nordwerk, page), page
    for survey in nordwerk.submissions[1:]:
        assert marked in told(nordwerk, f"/dashboard/sites/{survey.public_id}/")
    assert marked in told(nordwerk, "/dashboard/sites/", "plant_manager")
    assert "Method 2025.1," in told(nordwerk, "/dashboard/sites/")


def test_a_score_that_todays_method_would_not_give_is_not_taken_apart(nordwerk):
    """The enterprise answered 2 in all of CAP; somebody else's arithmetic made 2.5 of it."""
    build.score_all(nordwerk)
    with nordwerk.inside():
        result = Result.objects.get(submission=nordwerk.enterprise)
        Result.objects.filter(pk=result.pk).update(method_version="2025.1")
        result.scores.filter(measure="CAP2").update(point=2.5)
    text = told(nordwerk, f"/dashboard/explain/{nordwerk.enterprise.public_id}/CAP2/")
    assert "It was calculated by method 2025.1. Today's method, 2026.1, makes 2.00 of the same answers" in text
    assert "weighted mean of the parts below" not in text
    assert "weighted mean of the parts below" in told(
        nordwerk, f"/dashboard/explain/{nordwerk.enterprise.public_id}/CAP3/"
    )
