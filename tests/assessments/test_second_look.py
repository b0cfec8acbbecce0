"""What is asked again before the submit: from stored answers, the reader's own, in four statements."""

from datetime import date, timedelta

import pytest

from assessments import access, second_look, selectors, workflow
from assessments.models import AnswerEvidence, Evidence
from opmodel.organisations.permissions import Role
from tests import build
from tests.assessments.test_delegation import give, own
from tests.assessments.test_workflow import post

pytestmark = pytest.mark.django_db
ASKED = "Worth a second look"


def found(world, submission, role="csco", reader=None, granted=access.ALL):
    with world.inside(role):
        survey = selectors.submissions(world.members["csco"]).get(pk=submission.pk)
        hints = second_look.hints(survey, selectors.answers(survey), granted, reader)
        return {hint.sentence: hint.codes for hint in hints}


def test_evidence_or_a_comment_answers_the_question(nordwerk):
    client, survey = nordwerk.client(), nordwerk.enterprise
    for code in ("E-CAP1-1", "E-CAP1-2", "E-CAP1-3", "E-GOV1-1"):
        post(client, survey, code, level=4)
    post(client, survey, "E-CAP1-2", level=4, comment="audit", base_version=1, client_key="2")
    with nordwerk.inside():
        piece = Evidence.objects.create(organisation=nordwerk.organisation, title="Audit", grade="A", url="https://x.example/")  # fmt: skip
        key = nordwerk.cycle.questionnaire.question_set.get(code="E-CAP1-3")
        AnswerEvidence.objects.create(organisation=nordwerk.organisation, submission=survey, question=key, evidence=piece)  # fmt: skip
    sentence = "Level 4 without evidence: can you add a document, a link or a short comment?"
    assert found(nordwerk, survey) == {sentence: ("E-CAP1-1", "E-GOV1-1")}


def test_jumps_since_the_last_cycle(nordwerk):
    first = date.today() - timedelta(days=60)
    post(nordwerk.client(), nordwerk.enterprise, "E-CAP1-1", level=1)
    post(nordwerk.client(), nordwerk.enterprise, "E-CAP1-2", level=2)
    nordwerk.client().post(own(nordwerk.enterprise, "submit/"))
    with nordwerk.inside():
        cycle = workflow.open_cycle(by=nordwerk.members["csco"], name="Cycle 2", opens_on=first + timedelta(days=30),
                                    closes_on=first + timedelta(days=99), sites=[], dataset=None)  # fmt: skip
        (survey,) = selectors.board(cycle)
    post(nordwerk.client(), survey, "E-CAP1-1", level=3)
    post(nordwerk.client(), survey, "E-CAP1-2", level=3)
    sentence = "Level 1 in the last cycle, level 3 today: what has changed? A short comment helps readers."
    assert found(nordwerk, survey) == {sentence: ("E-CAP1-1",)}


def test_a_contradiction_is_asked_of_the_person_who_gave_both_answers_and_of_nobody_else(nordwerk):
    """S-CAP1-1 mirrors E-CAP1-1. The CSCO says 1 for the enterprise and 3 on behalf of the site; the manager says 5."""
    plant, csco = nordwerk.submissions[1], nordwerk.members["csco"]
    post(nordwerk.client(), nordwerk.enterprise, "E-CAP1-1", level=1)
    with nordwerk.inside():
        workflow.stand_in(by=csco, submission=plant, reason="The manager left.")
    post(nordwerk.client(), plant, "S-CAP1-1", level=3)
    sentence = "Level 3 here, but you chose level 1 for the same matter in E-CAP1-1. Do both describe today?"
    assert found(nordwerk, plant, reader=csco.user_id) == {sentence: ("S-CAP1-1",)}
    assert found(nordwerk, plant) == {sentence: ("S-CAP1-1",)}  # a reviewer
    # the plant manager does not learn what was answered for the enterprise
    manager = nordwerk.members["plant_manager"]
    assert found(nordwerk, plant, "plant_manager", reader=manager.user_id) == {}
    assert "E-CAP1-1" not in nordwerk.client("plant_manager").get(own(plant, "review/")).content.decode()
    assert sentence in nordwerk.client().get(own(plant, "review/")).content.decode()
    post(nordwerk.client("plant_manager"), plant, "S-CAP1-1", level=3, base_version=1, client_key="m")
    assert found(nordwerk, plant) == {}  # two people may differ


def test_a_colleague_is_asked_about_the_own_questions_only(nordwerk):
    give(nordwerk, ["E-CAP1-1"])
    for code in ("E-CAP1-1", "E-CAP1-2"):
        post(nordwerk.client(), nordwerk.enterprise, code, level=5)
    page = nordwerk.client("contributor").get(own(nordwerk.enterprise, "review/")).content.decode()
    assert "E-CAP1-1" in page.split(ASKED)[1]
    assert "E-CAP1-2" not in page


def test_it_never_blocks_and_the_analyst_reads_the_same(nordwerk):
    post(nordwerk.client(), nordwerk.enterprise, "E-CAP1-1", level=5)
    page = nordwerk.client().get(own(nordwerk.enterprise, "review/")).content.decode()
    assert ASKED in page
    assert "disabled" not in page.split("submit/")[1]
    assert nordwerk.client().post(own(nordwerk.enterprise, "submit/")).status_code == 302
    page = nordwerk.client("analyst").get(own(nordwerk.enterprise, "inspect/")).content.decode()
    assert "Level 5 without evidence" in page.split(ASKED)[1].split("</section>")[0]
    assert "Level 5 without evidence" in page.split('id="E-CAP1-1"')[1].split("</article>")[0]


def test_four_statements_whatever_was_answered(nordwerk, django_assert_num_queries):
    build.member(nordwerk.organisation, Role.CSCO, [], "second@nordwerk.example")
    build.score_all(nordwerk, peers=False)
    with nordwerk.inside():
        survey = selectors.submissions(nordwerk.members["csco"]).get(pk=nordwerk.enterprise.pk)
        saved = selectors.answers(survey)
        with django_assert_num_queries(3):  # no earlier cycle: its answers are not asked for
            second_look.hints(survey, saved, access.ALL, None)
