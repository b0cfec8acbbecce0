"""Submit, review, return, accept: what a reviewer says reaches the respondent, and returned figures count no more."""

import re
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from assessments import pipeline, selectors, workflow
from assessments.models import Answer, Cycle, CycleStep, NetworkResult, Remark, Result, Submission
from assessments.reading import Reading
from opmodel.api import rows
from opmodel.api.parameters import Query
from opmodel.jobs import queue
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import Role
from tests import build
from tests.assessments.test_workflow import post
from tests.mailbox import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def scored(nordwerk) -> build.World:
    """Enterprise and three plants submitted and scored; the plants are at 2, 3 and 4."""
    return build.score_all(nordwerk)


def own(submission, tail="") -> str:
    return f"/submissions/{submission.public_id}/{tail}"


def send_back(world, submission, role="analyst", **remarks):
    form = {f"remark-{code.replace('_', '-')}": text for code, text in remarks.items()}
    return world.client(role).post(own(submission, "return/"), form)


def now(world, submission) -> Submission:
    with world.inside():
        return selectors.submissions(world.members["csco"]).get(pk=submission.pk)


def manager_of(world, number: int):
    """The plant manager who answered for site `number` in build.score_all, as a signed-in browser."""
    email = f"plant{number}@{world.organisation.pk}.example"
    with world.inside():
        member = Member.objects.select_related("user").get(user__email=email)
    world.members[email] = member
    return world.client(email)


# Returning


def test_a_return_opens_the_survey_again_with_a_remark_at_each_question(scored):
    plant = scored.submissions[1]
    reply = send_back(scored, plant, S_CAP1_1="Which line is meant?", S_VST1_1="  ")
    assert reply.status_code == 302
    found = now(scored, plant)
    assert (found.state, found.revision, found.extended_to) == ("returned", 1, None)
    with scored.inside():
        remark = Remark.objects.get()
    assert (remark.question.code, remark.text, remark.revision) == ("S-CAP1-1", "Which line is meant?", 1)
    manager = manager_of(scored, 1)
    home = manager.get("/").content.decode()
    assert "returned with remarks" in home
    page = manager.get(own(plant, "dimensions/CAP1/")).content.decode()
    before_the_question = page.split('id="S-CAP1-1"')[0]
    assert "Which line is meant?" in before_the_question
    assert "Remark of analyst Nordwerk" in before_the_question
    assert "Which line is meant?" in manager.get(own(plant, "review/")).content.decode()
    assert "Which line is meant?" not in manager.get(own(plant, "dimensions/CAP2/")).content.decode()
    assert post(manager, plant, "S-CAP1-1", level=5, base_version=1).status_code == 200


@pytest.mark.parametrize(
    ("remarks", "message"),
    [
        ({}, "Write at least one remark: what should be looked at again?"),
        ({"": "   "}, "Write at least one remark: what should be looked at again?"),
        ({"E-CAP1-1": "x"}, "There is no question “E-CAP1-1” in this survey."),
        ({"S-CAP1-1": "x" * 1001}, "At most 1000 characters."),
        ({"S-CAP1-1": "a\x00b"}, "The text holds a character that cannot be stored."),
    ],
)
def test_a_return_without_a_usable_remark_changes_nothing(scored, remarks, message):
    plant = scored.submissions[1]
    with scored.inside(), pytest.raises(workflow.Refused) as refused:
        workflow.return_submission(by=scored.members["analyst"], submission=plant, remarks=remarks)
    assert refused.value.message == message
    form = {f"remark-{code}": text for code, text in remarks.items()}
    reply = scored.client("analyst").post(own(plant, "return/"), form | {"remark-S-CAP2-1": "kept" * (message[:2] == "At")})  # fmt: skip
    assert reply.status_code == 400
    assert message in reply.content.decode()
    if message.startswith("At most"):
        assert ">kept</textarea>" in reply.content.decode()
    assert now(scored, plant).state == "submitted"
    with scored.inside():
        assert Remark.objects.count() == 0


@pytest.mark.parametrize(
    ("role", "status"), [("csco", 302), ("analyst", 302), ("plant_manager", 403), ("administrator", 403), ("contributor", 403)]
)  # fmt: skip
def test_only_reviewers_return(scored, role, status):
    assert send_back(scored, scored.submissions[1], role, S_CAP1_1="Why?").status_code == status
    assert scored.client(role).get(own(scored.submissions[2], "inspect/")).status_code == (
        200 if status == 302 else 403
    )
    if status == 403:
        with scored.inside(role), pytest.raises(workflow.Refused):
            workflow.return_submission(by=scored.members[role], submission=scored.submissions[1], remarks={"": "x"})


def test_a_foreign_survey_is_as_unknown_as_a_made_up_one(scored, sudwerk):
    build.score_all(sudwerk)
    for tail in ("inspect/", "return/", "accept/"):
        call = (lambda url: scored.client().get(url)) if tail == "inspect/" else (lambda url: scored.client().post(url, {"remark-": "x"}))  # fmt: skip
        foreign, made_up = call(own(sudwerk.enterprise, tail)), call(f"/submissions/2222222222222222/{tail}")
        assert (foreign.status_code, foreign.content) == (404, made_up.content)
    assert now(sudwerk, sudwerk.enterprise).state == "submitted"


def test_a_second_return_is_refused_politely(scored):
    plant = scored.submissions[1]
    send_back(scored, plant, S_CAP1_1="Why?")
    again = send_back(scored, plant, "csco", S_CAP1_1="And I?")
    assert again.status_code == 409
    assert "returned already" in again.content.decode()
    with scored.inside():
        assert Remark.objects.count() == 1


def test_what_is_not_submitted_is_neither_returned_nor_accepted(nordwerk):
    for tail in ("return/", "accept/"):
        form = {"remark-": "x"} if tail == "return/" else {}
        reply = nordwerk.client("analyst").post(own(nordwerk.submissions[1], tail), form)
        assert reply.status_code == 409
        assert "not submitted yet" in reply.content.decode()


def test_a_csco_reopens_the_own_enterprise_view_and_nobody_accepts_the_own_work(scored):
    assert scored.client().post(own(scored.enterprise, "accept/")).status_code == 403
    page = scored.client().get(own(scored.enterprise, "inspect/")).content.decode()
    assert "You submitted this yourself; somebody else accepts it." in page
    assert "formaction" not in page
    assert send_back(scored, scored.enterprise, "csco", E_CAP1_1="I was wrong.").status_code == 302
    assert post(scored.client(), scored.enterprise, "E-CAP1-1", level=1, base_version=1).status_code == 200
    assert scored.client("analyst").post(own(scored.submissions[1], "accept/")).status_code == 302


def test_a_return_after_the_last_day_gives_a_week_and_says_so(scored):
    plant, today = scored.submissions[1], date.today()
    with scored.inside():
        Cycle.objects.update(closes_on=today - timedelta(days=2))
    reply = scored.client("analyst").post(own(plant, "return/"), {"remark-S-CAP1-1": "Why?"}, follow=True)
    found = now(scored, plant)
    until = found.extended_to
    assert until in (today + timedelta(days=7), today + timedelta(days=6), today + timedelta(days=8))  # time zones
    assert f"this survey takes answers until {until.day} {until:%B %Y}." in reply.content.decode()
    assert post(manager_of(scored, 1), plant, "S-CAP1-1", level=5, base_version=1).status_code == 200
    with scored.inside():
        step = CycleStep.objects.get(kind="extended")
        assert (step.submission_id, step.closes_on, step.by_id) == (plant.pk, until, scored.members["analyst"].user_id)
        assert step.reason
        assert Submission.objects.exclude(pk=plant.pk).filter(extended_to__isnull=False).count() == 0


def test_nothing_is_returned_in_a_closed_cycle(scored):
    with scored.inside():
        workflow.close_cycle(by=scored.members["csco"], cycle=scored.cycle)
    reply = send_back(scored, scored.submissions[1], S_CAP1_1="Why?")
    assert reply.status_code == 409
    assert "Reopen the cycle first" in reply.content.decode()
    assert now(scored, scored.submissions[1]).state == "submitted"


# What returned figures are worth


def test_the_plants_view_is_calculated_again_without_the_returned_one(scored):
    """Plants at 2, 3 and 4 with equal weights: 3.0; without the first there are only two, so no common score."""
    with scored.inside():
        assert NetworkResult.objects.order_by("-id")[0].sites_submitted == 3
    send_back(scored, scored.submissions[1], S_CAP1_1="Why?")
    queue.drain()
    with scored.inside():
        newest = NetworkResult.objects.order_by("-id")[0]
        assert newest.sites_submitted == 2
        assert newest.scores.get(dimension="CAP1").score is None


def marks(world) -> list[float]:
    with world.inside():
        return Reading([world.enterprise]).marks(world.cycle.pk, "CAP1").scores


def api(world, role="csco") -> set:
    with world.inside(role):
        member = world.members[role]
        return {(r["view"], r["site"]) for r in rows.scores(member, Query(limit=1000), None).rows}


def test_a_returned_survey_counts_nowhere_as_current_and_stays_readable_with_a_mark(scored):
    plant, csco = scored.submissions[1], scored.client()
    assert marks(scored) == [2.0, 3.0, 4.0]
    assert api(scored) == {("enterprise", None), *(("site", f"Nordwerk {i}") for i in (1, 2, 3))}
    send_back(scored, plant, S_CAP1_1="Why?")
    queue.drain()
    assert marks(scored) == [3.0, 4.0]
    assert api(scored) == {("enterprise", None), ("site", "Nordwerk 2"), ("site", "Nordwerk 3")}
    page = csco.get("/dashboard/sites/").content.decode()
    assert "2 plants in all measures" in page
    assert "2 of 3 plants answered" in page
    assert ">Nordwerk 1<" not in page.split('class="heat"')[1].split("</table>")[0]
    assert "revision 1, not current" in page.split(">Nordwerk 1<")[1]
    assert page.count("not current") == 1
    told = csco.get(f"/dashboard/explain/{plant.public_id}/CAP1/").content.decode()
    assert "Scores of revision 1, which was returned and is being reworked" in told
    assert "The score 2.0000 is the weighted mean" in told  # the answers are still those it was calculated from
    post(manager_of(scored, 1), plant, "S-CAP1-1", level=5, base_version=1)
    told = csco.get(f"/dashboard/explain/{plant.public_id}/CAP1/").content.decode()
    assert "The answers have changed since it was calculated" in told
    assert "weighted mean" not in told
    own_page = manager_of(scored, 1).get("/dashboard/sites/").content.decode()
    assert "Scores of revision 1, which was returned and is being reworked" in own_page
    assert "Your plant in all dimensions" in own_page


def test_a_new_revision_brings_a_new_score_and_keeps_the_old_result(scored):
    plant, manager = scored.submissions[1], manager_of(scored, 1)
    send_back(scored, plant, S_CAP1_1="Why?")
    queue.drain()
    post(manager, plant, "S-CAP1-1", level=5, base_version=1)
    assert manager.post(own(plant, "submit/")).status_code == 302
    # in between: the old figures are nobody's any more
    assert marks(scored) == [3.0, 4.0]
    between = scored.client().get(f"/dashboard/explain/{plant.public_id}/CAP1/").content.decode()
    assert "Scores of revision 1; the newer one is being scored" in between
    queue.drain()
    assert marks(scored) == [5.0, 3.0, 4.0]
    assert ("site", "Nordwerk 1") in api(scored)
    with scored.inside():
        kept = Result.objects.filter(submission=plant).order_by("revision").values_list("revision", flat=True)
        assert list(kept) == [1, 2]
        assert NetworkResult.objects.order_by("-id")[0].sites_submitted == 3
    page = scored.client().get("/dashboard/sites/").content.decode()
    assert "not current" not in page
    assert manager.post(own(plant, "submit/")).status_code == 409


def test_a_returned_enterprise_view_is_marked_on_every_page_and_leaves_the_api(scored):
    csco = scored.client()
    pages = ("/dashboard/", "/dashboard/priorities/", "/dashboard/perception/", "/dashboard/peers/")
    assert not [p for p in pages if "being reworked" in csco.get(p).content.decode()]
    send_back(scored, scored.enterprise, E_CAP1_1="Why?")
    queue.drain()
    assert [p for p in pages if "which was returned and is being reworked" in csco.get(p).content.decode()] == list(
        pages
    )
    with scored.inside():
        member, query = scored.members["csco"], Query(limit=1000)
        assert rows.by_cycle(member, query, None, rows.gaps).rows == []
        assert {r["view"] for r in rows.scores(member, query, None).rows} == {"site"}
        assert [r["enterprise_state"] for r in rows.cycles(member, query).rows] == ["returned"]
    assert "The scores are ready" not in csco.get("/").content.decode()


def test_a_job_that_comes_too_late_scores_no_returned_answers(nordwerk):
    """Submitted, returned and changed before the worker came: there is no result of what nobody submitted."""
    csco = nordwerk.client()
    post(csco, nordwerk.enterprise, "E-CAP1-1", level=4)
    csco.post(own(nordwerk.enterprise, "submit/"))
    send_back(nordwerk, nordwerk.enterprise, E_CAP1_1="Why?")
    post(csco, nordwerk.enterprise, "E-CAP1-1", level=1, base_version=1, client_key="2")
    queue.drain()
    with nordwerk.inside():
        assert Result.objects.count() == 0
        assert pipeline.evaluate(now(nordwerk, nordwerk.enterprise)) is None
    csco.post(own(nordwerk.enterprise, "submit/"))
    queue.drain()
    with nordwerk.inside():
        assert [r.revision for r in Result.objects.all()] == [2]


def test_whoever_holds_some_questions_reads_no_score(scored):
    """Neither while it is returned, nor when it is scored anew."""
    survey, colleague = scored.enterprise, scored.client("contributor")
    send_back(scored, survey, E_CAP1_1="Why?")
    with scored.inside():
        workflow.assign(by=scored.members["csco"], submission=survey, codes=["E-CAP1-1"], to=scored.members["contributor"], due_on=date.today() + timedelta(days=3))  # fmt: skip
    explain = f"/dashboard/explain/{survey.public_id}/CAP1/"
    made_up = colleague.get("/dashboard/explain/2222222222222222/CAP1/")
    for _state in ("returned", "scored anew"):
        assert scored.client().get(explain).status_code == 200  # there is one
        assert colleague.get(own(survey, "dimensions/CAP1/")).status_code == 200
        for path in (explain, own(survey, "status/")):
            reply = colleague.get(path)
            assert (reply.status_code, reply.content) == (404, made_up.content), path
        scored.client().post(own(survey, "submit/"))
        queue.drain()


# Accepting


def test_acceptance_is_recorded_once_and_ends_with_a_return(scored):
    plant, analyst = scored.submissions[1], scored.client("analyst")
    typed = analyst.post(own(plant, "accept/"), {"remark-S-CAP1-1": "Wait"})
    assert typed.status_code == 400
    assert "You wrote remarks" in typed.content.decode()
    assert ">Wait</textarea>" in typed.content.decode()
    assert analyst.post(own(plant, "accept/"), {"remark-S-CAP1-1": ""}).status_code == 302
    found = now(scored, plant)
    assert found.accepted_by_id == scored.members["analyst"].user_id
    assert found.accepted_at is not None
    again = analyst.post(own(plant, "accept/"))
    assert again.status_code == 409
    assert "accepted already" in again.content.decode()
    assert "Accepted by analyst Nordwerk" in analyst.get(own(plant, "inspect/")).content.decode()
    with (
        scored.inside(),
        pytest.raises(IntegrityError, match="submission_accepted_was_submitted"),
        transaction.atomic(),
    ):
        Submission.objects.filter(pk=plant.pk).update(state="returned")
    send_back(scored, plant, S_CAP1_1="Something came up.")
    assert now(scored, plant).accepted_at is None


# The page of the reviewer


def test_the_reviewer_reads_every_answer_with_its_level_text_and_comment(scored):
    plant = scored.submissions[1]
    with scored.inside():
        key = Answer.objects.get(submission=plant, question__code="S-CAP1-1").pk
        Answer.objects.filter(pk=key).update(comment="seen on the line")
        Answer.objects.filter(submission=plant, question__code="S-CAP2-1").update(
            status="na", level=None, reason="none here"
        )
        Answer.objects.filter(submission=plant, question__code="S-CAP2-2").update(status="dk", level=None)
    page = scored.client("analyst").get(own(plant, "inspect/")).content.decode()
    question = selectors.catalogue_of(plant).question_by_code["S-CAP1-1"]
    block = page.split('id="S-CAP1-1"')[1].split("</article>")[0]
    assert "<b>2</b>" in block
    assert question.anchors[1][:40] in block.replace("&#x27;", "'")
    assert "seen on the line" in block
    assert own(plant, "history/S-CAP1-1/") in block
    assert "none here" in page.split('id="S-CAP2-1"')[1].split("</article>")[0]
    assert "Do not know" in page.split('id="S-CAP2-2"')[1].split("</article>")[0]
    assert len(re.findall(r'name="remark-S-[A-Z]{3}\d-\d"', page)) == 44
    assert 'name="remark-S-N1"' in page  # the other items too
    assert 'name="remark-"' in page


def test_a_reviewer_is_led_to_the_inspection(scored):
    assert scored.client("analyst").get(own(scored.submissions[1])).url == own(scored.submissions[1], "inspect/")
    assert scored.client().get(own(scored.submissions[1])).url == own(scored.submissions[1], "inspect/")
    assert scored.client().get(own(scored.enterprise)).url == own(scored.enterprise, "status/")


# Working through the remarks


def settle(client, remark, settled="1", **more):
    return client.post(f"/remarks/{remark.public_id}/settle/", {"settled": settled, **more})


def test_a_remark_is_dealt_with_by_whoever_answers_and_only_while_it_is_open(scored):
    plant, manager = scored.submissions[1], manager_of(scored, 1)
    send_back(scored, plant, S_CAP1_1="Why?", S_CAP2_1="And this?")
    with scored.inside():
        remark, other = Remark.objects.order_by("pk")
    reply = settle(manager, remark)
    assert reply.url == own(plant, "dimensions/CAP1/") + "#S-CAP1-1"
    assert settle(manager, remark, **{"from": "review"}).url == own(plant, "review/")
    page = manager.get(own(plant, "dimensions/CAP1/")).content.decode()
    assert "dealt with" in page.split("Why?")[0]
    with scored.inside():
        remark.refresh_from_db()
        first = remark.resolved_at
        assert remark.resolved_by.email == f"plant1@{scored.organisation.pk}.example"
    settle(manager, remark)
    with scored.inside():
        remark.refresh_from_db()
        assert remark.resolved_at == first  # twice is once
    settle(manager, remark, settled="0")
    with scored.inside():
        remark.refresh_from_db()
        assert remark.resolved_at is None
    # the reviewer sees it, and does not deal with it
    with scored.inside("analyst"), pytest.raises(workflow.Refused):
        workflow.settle_remark(by=scored.members["analyst"], remark=other, settled=True)
    settle(manager, other)
    manager.post(own(plant, "submit/"))
    with scored.inside(), pytest.raises(workflow.Refused, match="submitted already"):
        workflow.settle_remark(
            by=scored.members[f"plant1@{scored.organisation.pk}.example"], remark=other, settled=False
        )
    block = scored.client("analyst").get(own(plant, "inspect/")).content.decode().split('id="S-CAP2-1"')[1]
    assert "Remark on revision 1 by analyst Nordwerk:" in block.split("</article>")[0]
    assert "dealt with" in block.split("</article>")[0]


def test_a_remark_on_an_unseen_question_does_not_exist_for_a_colleague(scored, sudwerk):
    plant = scored.submissions[1]
    send_back(scored, plant, S_CAP1_1="Which line?", S_CAP2_1="Which shift?", **{"": "In general"})
    with scored.inside():
        manager = scored.members["plant_manager"]
        workflow.assign(by=manager, submission=plant, codes=["S-CAP1-1"], to=scored.members["contributor"], due_on=date.today() + timedelta(days=3))  # fmt: skip
        whole, mine, other = (Remark.objects.get(question__code=code) if code else Remark.objects.get(question=None) for code in ("", "S-CAP1-1", "S-CAP2-1"))  # fmt: skip
    client = scored.client("contributor")
    page = client.get(own(plant, "review/")).content.decode()
    assert "Which line?" in page
    assert "Which shift?" not in page
    assert "In general" not in page
    assert settle(client, mine).status_code == 302
    assert settle(client, other).status_code == settle(client, whole).status_code == 404
    assert settle(sudwerk.client(), mine).status_code == 404


# Mails


def test_the_mails_of_a_return_and_of_a_new_revision(scored, mailbox, settings):
    settings.PUBLIC_URL = "https://opmodel.example"
    plant = scored.submissions[1]
    mailbox.deliver()
    send_back(scored, plant, S_CAP1_1="Why?", S_CAP2_1="And this?")
    sent = mailbox.deliver()
    # both managers of the site: the one of the world and the one who answered
    managers = {scored.members["plant_manager"].user.email, f"plant1@{scored.organisation.pk}.example"}
    assert {m["To"] for m in sent} == managers
    assert {m["Subject"] for m in sent} == {"The survey of Nordwerk 1 was returned"}
    assert "analyst Nordwerk returned the survey of Nordwerk 1 (Cycle 1) with 2 remarks." in text_of(sent[0])
    assert f"https://opmodel.example{own(plant, 'review/')}" in text_of(sent[0])
    assert re.search(r"Please look at them and submit again by \d+ \w+ \d{4}\.", text_of(sent[0]))
    manager_of(scored, 1).post(own(plant, "submit/"))
    sent = mailbox.deliver()
    # the CSCO, and the analyst who returned it
    assert {m["To"] for m in sent} == {scored.members[r].user.email for r in ("csco", "analyst")}
    assert {m["Subject"] for m in sent} == {"The survey of Nordwerk 1 was submitted again"}


def test_nobody_is_mailed_about_the_own_return(scored, mailbox):
    mailbox.deliver()
    send_back(scored, scored.enterprise, "csco", E_CAP1_1="I was wrong.")
    assert mailbox.deliver() == []
    second = build.member(scored.organisation, Role.CSCO, [], "second@nordwerk.example")
    scored.client().post(own(scored.enterprise, "submit/"))
    assert [m["To"] for m in mailbox.deliver()] == [second.user.email]
