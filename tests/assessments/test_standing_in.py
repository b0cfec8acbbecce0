"""Answering on behalf of a site: said first, with the reason, seen by the site, ended by either side."""

import html

import pytest
from django.db import IntegrityError, transaction

from assessments import workflow
from assessments.models import Answer, StandIn, Submission
from opmodel.organisations.permissions import Role
from tests import build
from tests.assessments.test_delegation import give, own
from tests.assessments.test_workflow import post

pytestmark = pytest.mark.django_db
WHY = "The plant manager left in May."


def say(world, reason=WHY, role="csco", number=1):
    return world.client(role).post(own(world.submissions[number], "stand-in/"), {"reason": reason})


def read(client, path) -> str:
    return html.unescape(client.get(path).content.decode())


def rows(world) -> list:
    with world.inside():
        return list(StandIn.objects.select_related("submission"))


def test_nothing_is_answered_on_behalf_before_it_is_said(nordwerk):
    plant, csco = nordwerk.submissions[1], nordwerk.client()
    assert post(csco, plant, "S-CAP1-1").status_code == 403
    page = read(csco, own(plant, "dimensions/CAP1/"))
    assert own(plant, "stand-in/") in page  # the way to it
    assert 'data-code="S-CAP1-1" data-save' not in page
    told = read(csco, own(plant, "stand-in/"))
    assert "plant_manager Nordwerk sees that you do it, since when and why, and can end it at any time." in told
    assert say(nordwerk).status_code == 302
    assert post(csco, plant, "S-CAP1-1").status_code == 200
    with nordwerk.inside():
        saved = Answer.objects.get()
    assert (saved.on_behalf, saved.saved_by_id) == (True, nordwerk.members["csco"].user_id)
    assert post(csco, nordwerk.submissions[2], "S-CAP1-1").status_code == 403  # this site alone
    assert csco.post(own(plant, "submit/")).status_code == 302
    with nordwerk.inside():
        assert Submission.objects.get(pk=plant.pk).submitted_by_id == nordwerk.members["csco"].user_id


def test_the_answers_of_the_manager_are_the_own_ones_all_the_while(nordwerk):
    say(nordwerk)
    post(nordwerk.client("plant_manager"), nordwerk.submissions[1], "S-CAP1-1")
    with nordwerk.inside():
        assert Answer.objects.get().on_behalf is False


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501, "a\x00b"])
def test_it_needs_a_reason(nordwerk, reason):
    reply = say(nordwerk, reason)
    assert reply.status_code == 400
    assert 'id="e-reason"' in reply.content.decode()
    assert rows(nordwerk) == []


def test_the_database_refuses_one_without_reason_and_a_second_one(nordwerk):
    own_row = {"organisation": nordwerk.organisation, "submission": nordwerk.submissions[1], "member": nordwerk.members["csco"]}  # fmt: skip
    with nordwerk.inside():
        with pytest.raises(IntegrityError, match="stand_in_has_reason"), transaction.atomic():
            StandIn.objects.create(**own_row, reason="")
        StandIn.objects.create(**own_row, reason="x")
        with pytest.raises(IntegrityError, match="stand_in_once"), transaction.atomic():
            StandIn.objects.create(**own_row, reason="y")


def test_only_a_csco_stands_in_and_only_for_a_site(nordwerk, sudwerk):
    plant = nordwerk.submissions[1]
    for role in ("analyst", "plant_manager", "administrator", "contributor"):
        assert nordwerk.client(role).get(own(plant, "stand-in/")).status_code == 403
        assert say(nordwerk, role=role).status_code == 403
        with nordwerk.inside(role), pytest.raises(workflow.Refused):
            workflow.stand_in(by=nordwerk.members[role], submission=plant, reason="x")
    made_up = nordwerk.client().get("/submissions/2222222222222222/stand-in/")
    assert made_up.status_code == 404
    for survey in (nordwerk.enterprise, sudwerk.submissions[1]):
        assert nordwerk.client().get(own(survey, "stand-in/")).content == made_up.content
        assert nordwerk.client().post(own(survey, "stand-in/"), {"reason": "x"}).status_code == 404
    assert say(nordwerk).status_code == 302
    second = say(nordwerk)
    assert second.status_code == 409
    assert "already" in second.content.decode()


def test_both_sides_are_told_on_the_answering_pages_and_at_home(nordwerk):
    plant = nordwerk.submissions[1]
    say(nordwerk)
    csco, manager = nordwerk.client(), nordwerk.client("plant_manager")
    for tail in ("dimensions/CAP1/", "items/S-N1/", "review/"):
        assert f"You answer on behalf of {plant.site.name} since" in read(csco, own(plant, tail)), tail
        page = read(manager, own(plant, tail))
        assert "csco Nordwerk answers on your behalf since" in page, tail
        assert f"The reason given: {WHY}" in page
    assert "You answer on behalf of this site." in read(csco, "/")
    assert f"<h2>{plant.site.name}</h2>" in read(csco, "/")
    assert "csco Nordwerk answers on your behalf." in read(manager, "/")
    assert "on behalf" not in read(csco, own(nordwerk.enterprise, "dimensions/CAP1/"))
    analyst = read(nordwerk.client("analyst"), own(plant, "review/"))
    assert f"csco Nordwerk answers on behalf of {plant.site.name}" in analyst
    assert "/end/" not in analyst
    board = read(nordwerk.client("administrator"), f"/cycles/{nordwerk.cycle.public_id}/")
    assert board.count("csco Nordwerk answers on behalf of the site") == 1


@pytest.mark.parametrize("role", ["csco", "plant_manager"])
def test_either_side_ends_it_and_the_answers_stay(nordwerk, role):
    plant, csco = nordwerk.submissions[1], nordwerk.client()
    say(nordwerk)
    post(csco, plant, "S-CAP1-1", level=4)
    (row,) = rows(nordwerk)
    end = f"/stand-ins/{row.public_id}/end/"
    assert nordwerk.client(role).post(end).status_code == 302
    assert rows(nordwerk) == []
    assert post(csco, plant, "S-CAP1-1", base_version=1, client_key="2").status_code == 403
    assert plant.site.name not in read(csco, "/").split("<main")[1]
    assert nordwerk.client(role).post(end).status_code == 404
    with nordwerk.inside():
        assert Answer.objects.get().level == 4
        events = StandIn.pgh_event_model.objects.order_by("pgh_id").values_list(
            "pgh_label", "pgh_context__user", "reason"
        )
        who = nordwerk.members
        assert list(events) == [("insert", who["csco"].user_id, WHY), ("delete", who[role].user_id, WHY)]


def test_nobody_else_ends_it(nordwerk, sudwerk):
    other = build.member(nordwerk.organisation, Role.PLANT_MANAGER, [nordwerk.sites[1]], "p2@nordwerk.example")
    second = build.member(nordwerk.organisation, Role.CSCO, [], "csco2@nordwerk.example")
    nordwerk.members |= {"other": other, "second": second}
    say(nordwerk)
    (row,) = rows(nordwerk)
    end = f"/stand-ins/{row.public_id}/end/"
    made_up = "/stand-ins/2222222222222222/end/"
    for role, status in (("analyst", 403), ("administrator", 403), ("contributor", 403), ("other", 404)):
        assert nordwerk.client(role).post(end).status_code == status
    assert sudwerk.client().post(end).content == sudwerk.client().post(made_up).content
    nordwerk.client("second").post(end)
    assert len(rows(nordwerk)) == 1


def test_whoever_stands_in_also_gives_questions_away(nordwerk):
    plant = nordwerk.submissions[1]
    say(nordwerk)
    made = give(nordwerk, ["S-CAP1-1"], submission=plant)
    post(nordwerk.client("contributor"), plant, "S-CAP1-1")
    with nordwerk.inside():
        assert Answer.objects.get().on_behalf is False  # the colleague of the site speaks for it
    nordwerk.client("contributor").post(f"/assignments/{made.public_id}/hand-in/")
    assert "Work comes back for acceptance" in read(nordwerk.client(), "/")
    assert "Work comes back for acceptance" in read(nordwerk.client("plant_manager"), "/")


def test_a_stand_in_who_is_no_csco_any_more_is_none(nordwerk):
    plant = nordwerk.submissions[1]
    say(nordwerk)
    with nordwerk.inside():
        type(nordwerk.members["csco"]).objects.filter(pk=nordwerk.members["csco"].pk).update(role="analyst")
    assert post(nordwerk.client(), plant, "S-CAP1-1").status_code == 403
    assert "answers on your behalf" not in read(nordwerk.client("plant_manager"), own(plant, "review/"))
