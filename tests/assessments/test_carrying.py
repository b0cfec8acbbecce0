"""What was answered last time is shown, offered, and becomes an answer only when a person confirms it."""

import copy
from datetime import timedelta

import pytest

from assessments import carrying, content, publishing, selectors, workflow
from assessments.models import Answer, Cycle, Questionnaire, Submission
from opmodel.organisations import clock
from tests.assessments.test_workflow import post

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
POINTS = {"cost": 30, "agility": 20, "resilience": 20, "service": 15, "growth": 10, "sustainability": 5}
LAST = [
    {"code": "E-CAP1-1", "status": "level", "level": 4, "comment": "audit of March"},
    {"code": "E-CAP1-2", "status": "na", "reason": "We have no such process."},
    {"code": "E-CAP1-3", "status": "dk"},
    {"code": "E-CAP2-1", "status": "level", "level": 2},
    {"code": "E-N2", "status": "data", "data": POINTS},
]


@pytest.fixture
def last(nordwerk):
    """The cycle of the world, in which the enterprise answered; closed."""
    with nordwerk.inside():
        who = nordwerk.members["csco"]
        workflow.save_many(by=who, submission=nordwerk.enterprise, entries=LAST)
        workflow.submit(by=who, submission=nordwerk.enterprise)
        workflow.close_cycle(by=who, cycle=nordwerk.cycle)
    return nordwerk.cycle


def next_cycle(world, **other):
    """A new open cycle; gives its enterprise submission."""
    today = clock.today(world.organisation)
    given = {"name": "Next", "opens_on": today, "closes_on": today + 9 * DAY, "sites": world.sites, "dataset": None}
    with world.inside():
        cycle = workflow.open_cycle(by=world.members["csco"], **given | other)
        return selectors.board(cycle)[0]


def changed(world, *changes):
    """A published version in which some things are asked differently: (kind, code, field, value)."""
    document = copy.deepcopy(world.cycle.questionnaire.document)
    for kind, code, field, value in changes:
        next(row for row in document[kind] if row["code"] == code)[field] = value
    row = Questionnaire.objects.create(version="9", content_hash="9", document=document)
    publishing._store(row, content.from_document(document))
    Questionnaire.objects.filter(pk=row.pk).update(published_at=clock.now())
    return Questionnaire.objects.get(pk=row.pk)


def levels(found):
    return {code: (p.status, p.level) for code, p in found.items()}


def test_the_answers_of_the_last_cycle_are_offered_and_count_as_nothing(nordwerk, last):
    new = next_cycle(nordwerk, prefill_from=last)
    with nordwerk.inside():
        offered = carrying.carried(new)
        assert levels(offered) == {
            "E-CAP1-1": ("level", 4),
            "E-CAP1-2": ("na", None),
            "E-CAP1-3": ("dk", None),
            "E-CAP2-1": ("level", 2),
            "E-N2": ("data", None),
        }
        assert (offered["E-CAP1-1"].comment, offered["E-CAP1-1"].cycle) == ("audit of March", "Cycle 1")
        assert offered["E-CAP1-2"].reason == "We have no such process."
        assert offered["E-N2"].data == POINTS
        assert not Answer.objects.filter(submission=new).exists()
        assert selectors.progress(new, selectors.catalogue_of(new).questions_of("enterprise")).answered == 0
        with pytest.raises(workflow.Refused, match="Nothing is answered yet"):
            workflow.submit(by=nordwerk.members["csco"], submission=new)


def test_what_is_confirmed_is_an_answer_and_says_where_it_came_from(nordwerk, last):
    new, who = next_cycle(nordwerk, prefill_from=last), nordwerk.members["csco"]
    with nordwerk.inside():
        saved = workflow.confirm_carried(by=who, submission=new, codes=["E-CAP1-1", "E-N2", "E-CAP1-1"])
        assert [(s.code, s.version, s.level) for s in saved] == [("E-CAP1-1", 1, 4), ("E-N2", 1, None)]
        rows = Answer.objects.filter(submission=new).order_by("question__code")
        assert [(a.question.code, a.origin, a.comment, a.data, a.saved_by_id) for a in rows] == [
            ("E-CAP1-1", "carried", "audit of March", None, who.user_id),
            ("E-N2", "carried", "", POINTS, who.user_id),
        ]
        assert set(carrying.carried(new)) == {"E-CAP1-2", "E-CAP1-3", "E-CAP2-1"}
        assert set(carrying.carried(new, saved={"E-CAP1-2"})) == {"E-CAP1-1", "E-CAP1-3", "E-CAP2-1", "E-N2"}
    assert post(nordwerk.client(), new, "E-CAP1-1", level=5, base_version=1).status_code == 200
    with nordwerk.inside():
        assert Answer.objects.get(submission=new, question__code="E-CAP1-1").origin == "page"


@pytest.mark.parametrize("bad", ["E-CAP3-1", "S-CAP1-1", "E-NONE", "E-CAP1-2"])
def test_confirming_is_all_or_nothing(nordwerk, last, bad):
    """One was never answered, one is another view's, one does not exist, one is answered here by now."""
    new = next_cycle(nordwerk, prefill_from=last)
    post(nordwerk.client(), new, "E-CAP1-2")
    with nordwerk.inside():
        with pytest.raises(workflow.Refused, match=f"“{bad}”") as seen:
            workflow.confirm_carried(by=nordwerk.members["csco"], submission=new, codes=["E-CAP1-1", bad])
        assert (seen.value.field, seen.value.status) == ("codes", 409)
        assert list(Answer.objects.filter(submission=new).values_list("question__code", flat=True)) == ["E-CAP1-2"]


def test_only_who_may_answer_confirms(nordwerk, last):
    new = next_cycle(nordwerk, prefill_from=last)
    with nordwerk.inside("analyst"), pytest.raises(workflow.Refused, match="somebody else") as seen:
        workflow.confirm_carried(by=nordwerk.members["analyst"], submission=new, codes=["E-CAP1-1"])
    assert seen.value.status == 403


def test_an_answer_that_no_longer_fits_is_refused_by_name(nordwerk, last):
    """Not applicable is no longer possible where text and anchors stayed: said with the question, nothing is saved."""
    row = changed(nordwerk, ("questions", "E-CAP1-2", "na_allowed", False))
    new = next_cycle(nordwerk, prefill_from=last, questionnaire=row)
    with nordwerk.inside():
        with pytest.raises(workflow.Refused, match="“E-CAP1-2” cannot be carried over as it is: “Not applicable”"):
            workflow.confirm_carried(by=nordwerk.members["csco"], submission=new, codes=["E-CAP1-1", "E-CAP1-2"])
        assert not Answer.objects.filter(submission=new).exists()


def test_what_is_asked_differently_is_not_carried_over(nordwerk, last):
    old = next(q for q in nordwerk.cycle.questionnaire.document["questions"] if q["code"] == "E-CAP1-3")
    row = changed(
        nordwerk,
        ("questions", "E-CAP1-1", "text", "Another question?"),
        ("questions", "E-CAP1-3", "anchors", [*old["anchors"][:4], "another fifth level"]),
        ("questions", "E-CAP2-1", "help", "another help text"),  # the question itself is the same
        ("items", "E-N2", "spec", {"another": "spec"}),
    )
    new = next_cycle(nordwerk, prefill_from=last, questionnaire=row)
    assert new.cycle.questionnaire_id != nordwerk.cycle.questionnaire_id
    with nordwerk.inside():
        assert set(carrying.carried(new)) == set(carrying.previous(new)) == {"E-CAP1-2", "E-CAP2-1"}
        saved = workflow.confirm_carried(by=nordwerk.members["csco"], submission=new, codes=["E-CAP2-1"])
        assert saved[0].level == 2
        question = Answer.objects.get(submission=new).question
        assert (question.code, question.questionnaire_id) == ("E-CAP2-1", row.pk)


def test_without_a_prefill_nothing_is_offered_but_the_last_level_is_shown(nordwerk, last):
    new = next_cycle(nordwerk)
    with nordwerk.inside():
        assert carrying.carried(new) == {}
        assert levels(carrying.previous(new))["E-CAP1-1"] == ("level", 4)
        with pytest.raises(workflow.Refused, match="Nothing waits to be confirmed"):
            workflow.confirm_carried(by=nordwerk.members["csco"], submission=new, codes=["E-CAP1-1"])


def test_each_site_sees_its_own_past_only(nordwerk, last):
    sites = nordwerk.submissions[1:3]
    with nordwerk.inside():
        Cycle.objects.filter(pk=last.pk).update(state="open")
    manager = nordwerk.client("plant_manager")
    post(manager, sites[0], "S-CAP1-1", level=2)
    manager.post(f"/submissions/{sites[0].public_id}/submit/")
    new = next_cycle(nordwerk, prefill_from=last)
    with nordwerk.inside():
        own, other = (Submission.objects.get(cycle=new.cycle, site=s.site) for s in sites)
        assert levels(carrying.carried(own)) == {"S-CAP1-1": ("level", 2)}
        assert carrying.previous(other) == carrying.carried(other) == {}


def test_the_chosen_cycle_counts_even_when_nothing_was_submitted_there(nordwerk):
    """And an answer that was taken back there is none."""
    client = nordwerk.client()
    post(client, nordwerk.enterprise, "E-CAP1-1", level=3)
    post(client, nordwerk.enterprise, "E-CAP1-2", level=3)
    post(client, nordwerk.enterprise, "E-CAP1-2", status="open", level=None, base_version=1, client_key="x")
    new = next_cycle(nordwerk, prefill_from=nordwerk.cycle)
    with nordwerk.inside():
        assert levels(carrying.carried(new)) == {"E-CAP1-1": ("level", 3)}
        later = Submission.objects.select_related("cycle").get(pk=new.pk)
        later.cycle.prefill_from = None
        assert carrying.previous(later) == {}  # on demand only what was submitted counts


def test_the_latest_earlier_cycle_is_shown_not_a_later_one_and_no_draft(nordwerk, last):
    who, today = nordwerk.members["csco"], clock.today(nordwerk.organisation)
    later = next_cycle(nordwerk, name="Later", opens_on=today + DAY, prefill_from=last)
    new = next_cycle(nordwerk, name="Now")
    with nordwerk.inside():
        workflow.confirm_carried(by=who, submission=later, codes=["E-CAP1-1"])
        workflow.submit(by=who, submission=later)
        assert carrying.previous(new)["E-CAP1-1"].cycle == "Cycle 1"
        middle = next_cycle(nordwerk, name="Middle", opens_on=today - 3 * DAY, prefill_from=last)
        workflow.confirm_carried(by=who, submission=middle, codes=["E-CAP2-1"])
        workflow.submit(by=who, submission=middle)
        assert {p.cycle for p in carrying.previous(new).values()} == {"Middle"}
        assert set(carrying.previous(new)) == {"E-CAP2-1"}
        Cycle.objects.filter(name="Middle").update(state="archived")
        assert {p.cycle for p in carrying.previous(new).values()} == {"Middle"}


def test_looking_back_takes_two_statements(nordwerk, last, django_assert_num_queries):
    new = next_cycle(nordwerk, prefill_from=last)
    with nordwerk.inside():
        carrying.previous(new)
        with django_assert_num_queries(2):
            carrying.previous(new)
        with django_assert_num_queries(2):
            carrying.carried(new, saved=())


def test_another_organisation_is_never_looked_at(nordwerk, sudwerk, last):
    with sudwerk.inside():
        assert carrying.previous(sudwerk.enterprise) == {}


def test_a_site_that_was_not_asked_in_the_chosen_cycle_sees_its_past_and_is_offered_nothing(nordwerk):
    """It was asked in an earlier one: shown on demand, but nobody chose to carry that over."""
    manager, site = nordwerk.client("plant_manager"), nordwerk.submissions[1]
    post(manager, site, "S-CAP1-1", level=2)
    manager.post(f"/submissions/{site.public_id}/submit/")
    chosen = next_cycle(nordwerk, name="Chosen", sites=nordwerk.sites[1:])
    new = next_cycle(nordwerk, prefill_from=chosen.cycle)
    with nordwerk.inside():
        own = Submission.objects.get(cycle=new.cycle, site=nordwerk.sites[0])
        assert levels(carrying.previous(own)) == {"S-CAP1-1": ("level", 2)}
        assert carrying.carried(own) == {}
