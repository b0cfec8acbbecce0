"""Targets taken over from peers: what stands stays unless somebody says so, and the audit says where they came from."""

import html
from datetime import UTC, date, datetime

import pytest

from assessments import workflow
from assessments.models import Answer, Cycle
from benchmarks.models import CellStatistic, Dataset, Release
from opmodel.organisations.models import Organisation
from opmodel.organisations.tenancy import installation
from tests import build
from tests.assessments.test_carrying import next_cycle

pytestmark = pytest.mark.django_db
PEERS = {"P25": 2.0, "P50": 2.7, "P75": 3.5}  # targets have steps of a half: 3.0 and 3.5
CODES = ["CAP1", "CAP2", "VST1"]


EUROPE = {"P25": 3.0, "P50": 3.5, "P75": 4.1}  # on the region's side; targets of 3.5 and 4.5


def release(name: str = "peers", quantiles: dict[str, float] = PEERS, codes: list[str] = CODES) -> Release:
    """All peers in every measure, Europe in CAP2 and VST1 only."""
    known = Dataset.objects.create(name=name, measures=codes, source="a test", period="2025")
    made = Release.objects.create(dataset=known, name=f"{name} 1", as_of=date(2026, 1, 1), method_version="1")
    cell = {"release": made, "n_band": "10-19", "mean": 2.7}
    CellStatistic.objects.bulk_create(
        CellStatistic(**cell, tree=tree, path=path, depth=path.count(">"), measure=m, quantiles=points)
        for tree, path, points, measures in (
            ("A", "all", quantiles, codes),
            ("B", "all", quantiles, codes),
            ("B", "all > Europe", EUROPE, codes[1:]),
        )
        for m in measures
    )
    made.state, made.published_at = Release.State.PUBLISHED, datetime(2026, 1, 1, tzinfo=UTC)
    made.save()
    return made


@pytest.fixture
def peers(nordwerk) -> Release:
    made = release()
    with nordwerk.inside():
        Cycle.objects.filter(pk=nordwerk.cycle.pk).update(dataset=made.dataset)
    return made


def address(world: build.World) -> str:
    return f"/submissions/{world.enterprise.public_id}/targets/peers/"


def post(world: build.World, shown: Release, role: str = "csco", **change):
    values = {"mark": "75", "replace": "", "release": shown.public_id, "base_version": "0"} | change
    return world.client(role).post(address(world), values)


def stored(world: build.World) -> Answer | None:
    with world.inside():
        return Answer.objects.filter(submission=world.enterprise, question__code="E-N6").first()


def type_targets(world: build.World, **targets: float) -> None:
    data = {code: {"target": level, "by": "2030-06-01"} for code, level in targets.items()}
    with world.inside():
        workflow.save_answer(
            by=world.members["csco"], submission=world.enterprise, code="E-N6", status="data", base_version=0, data=data
        )


def said(reply) -> str:
    return html.unescape(reply.content.decode())


@pytest.mark.parametrize(("mark", "level"), [("50", 3.0), ("75", 3.5)])
def test_missing_targets_are_set_to_the_next_level_at_or_above_the_peers(nordwerk, peers, mark, level):
    reply = post(nordwerk, peers, mark=mark)
    assert reply.status_code == 302
    assert stored(nordwerk).data == {code: {"target": level} for code in CODES}


def test_what_somebody_typed_stays_and_the_preview_says_so(nordwerk, peers):
    type_targets(nordwerk, CAP1=5.0, GOV1=2.0)
    page = said(nordwerk.client().get(address(nordwerk)))
    assert "2 targets would be set; what stands stays." in page
    assert page.count("stays as it was set") == 1
    assert post(nordwerk, peers, base_version="1").status_code == 302
    assert stored(nordwerk).data == {
        "CAP1": {"target": 5.0, "by": "2030-06-01"},
        "CAP2": {"target": 3.5},
        "VST1": {"target": 3.5},
        "GOV1": {"target": 2.0, "by": "2030-06-01"},
    }


def test_it_is_replaced_only_after_somebody_says_so_and_keeps_its_day(nordwerk, peers):
    type_targets(nordwerk, CAP1=5.0, GOV1=2.0)
    page = said(nordwerk.client().get(address(nordwerk) + "?replace=1"))
    assert "2 targets would be set, and one that stands would be replaced." in page
    assert post(nordwerk, peers, base_version="1", replace="1").status_code == 302
    data = stored(nordwerk).data
    assert data["CAP1"] == {"target": 3.5, "by": "2030-06-01"}
    assert data["GOV1"] == {"target": 2.0, "by": "2030-06-01"}  # nothing is published there


def test_the_audit_says_who_took_what_from_where(nordwerk, peers):
    type_targets(nordwerk, CAP1=5.0)
    post(nordwerk, peers, base_version="1", replace="1")
    sentence = "Targets taken over: the peers' upper quartile, release peers 1. 2 set, 1 replaced."
    with nordwerk.inside():
        event = Answer.pgh_event_model.objects.order_by("-pgh_id").first()
    assert (event.origin, event.comment, event.version) == ("peers", sentence, 2)
    assert event.pgh_context["user"] == nordwerk.members["csco"].user_id
    page = said(nordwerk.client().get(f"/submissions/{nordwerk.enterprise.public_id}/history/E-N6/"))
    assert sentence in page
    assert "from peers" in page


def test_somebody_elses_newer_targets_are_not_overwritten(nordwerk, peers):
    type_targets(nordwerk, CAP1=5.0)
    reply = post(nordwerk, peers, base_version="0", replace="1")
    assert reply.status_code == 409
    assert "Somebody changed the targets in the meantime." in said(reply)
    assert stored(nordwerk).data["CAP1"]["target"] == 5.0


def test_a_preview_of_an_older_release_takes_nothing_over(nordwerk, peers):
    reply = post(nordwerk, peers, release="2222222222222222")
    assert reply.status_code == 409
    assert "These peers are no longer the newest ones." in said(reply)
    assert stored(nordwerk) is None


@pytest.mark.parametrize("change", [{"mark": "90"}, {"mark": "50", "base_version": "1"}])
def test_what_is_not_published_or_changes_nothing_is_refused(nordwerk, peers, change):
    """Below 20 peers no P90 is published; and targets that are there already are not saved again."""
    if "base_version" in change:
        type_targets(nordwerk, CAP1=3.0, CAP2=3.0, VST1=3.0)
    reply = post(nordwerk, peers, **change)
    assert reply.status_code == 400
    assert "Take these targets over" not in said(reply)
    assert stored(nordwerk) is None or stored(nordwerk).version == 1


@pytest.mark.parametrize("mark", ["", "25", "x", "100"])
def test_a_mark_that_is_none_is_not_found(nordwerk, peers, mark):
    assert post(nordwerk, peers, mark=mark).status_code == 404
    assert nordwerk.client().get(address(nordwerk) + f"?mark={mark}").status_code == 404


def test_only_who_answers_the_enterprise_takes_over(nordwerk, peers):
    page = said(nordwerk.client("analyst").get(address(nordwerk)))
    assert "This is a preview only" in page
    assert post(nordwerk, peers, role="analyst").status_code == 403
    assert post(nordwerk, peers, role="plant_manager").status_code == 403
    site = nordwerk.submissions[1]
    assert nordwerk.client().get(f"/submissions/{site.public_id}/targets/peers/").status_code == 404
    assert stored(nordwerk) is None


def test_without_peers_the_page_says_so_and_nothing_is_offered(nordwerk):
    assert "No peers to take targets over from" in said(nordwerk.client().get(address(nordwerk)))
    item = f"/submissions/{nordwerk.enterprise.public_id}/items/E-N6/"
    assert "Take over from peers" not in said(nordwerk.client().get(item))


def test_the_page_of_the_targets_leads_there(nordwerk, peers):
    item = f"/submissions/{nordwerk.enterprise.public_id}/items/E-N6/"
    assert address(nordwerk) in said(nordwerk.client().get(item))


@pytest.fixture
def european(nordwerk, peers):
    with installation():
        Organisation.objects.filter(pk=nordwerk.organisation.pk).update(region="Europe")
    return peers


def test_the_group_that_was_chosen_among_the_peers_counts_here_too(nordwerk, european):
    """In CAP1, of which Europe has nothing, all peers do."""
    page = said(nordwerk.client().get(address(nordwerk) + "?peers=B:all+%3E+Europe"))
    assert "You chose the group Europe." in page
    assert 'name="peers" value="B:all > Europe"' in page
    assert post(nordwerk, european, peers="B:all > Europe").status_code == 302
    assert stored(nordwerk).data == {"CAP1": {"target": 3.5}, "CAP2": {"target": 4.5}, "VST1": {"target": 4.5}}
    assert stored(nordwerk).comment == (
        "Targets taken over: the peers' upper quartile among Europe, release peers 1. 3 set, 0 replaced."
    )


@pytest.mark.parametrize("made_up", ["B:all > Asia-Pacific", "A:all > Vehicles", "C:all", "Europe", "B:", "\x00", ":"])
def test_a_group_that_is_not_the_own_changes_nothing(nordwerk, european, made_up):
    page = said(nordwerk.client().get(address(nordwerk), {"peers": made_up}))
    assert "You chose the group" not in page
    assert post(nordwerk, european, peers=made_up).status_code == 302
    assert {row["target"] for row in stored(nordwerk).data.values()} == {3.5}


@pytest.fixture
def carried(nordwerk, peers):
    """The next cycle of nordwerk, with targets of the last one that wait to be confirmed: CAP1 5.0, GOV1 2.0."""
    type_targets(nordwerk, CAP1=5.0, GOV1=2.0)
    nordwerk.submissions[0] = next_cycle(nordwerk, prefill_from=nordwerk.cycle, dataset=peers.dataset)
    return nordwerk


def test_targets_that_wait_to_be_confirmed_stand_and_the_page_says_so(carried, peers):
    page = said(carried.client().get(address(carried)))
    assert (
        "are carried over and not confirmed yet. Those that stay here are confirmed when you take these over." in page
    )
    assert "2 targets would be set; what stands stays." in page
    assert page.count("stays as it was carried over") == 1
    assert post(carried, peers).status_code == 302
    answer = stored(carried)
    assert answer.data == {
        "CAP1": {"target": 5.0, "by": "2030-06-01"},
        "CAP2": {"target": 3.5},
        "VST1": {"target": 3.5},
        "GOV1": {"target": 2.0, "by": "2030-06-01"},
    }
    assert answer.comment.endswith("2 set, 0 replaced. Those that stood were carried over from Cycle 1.")


def test_they_are_replaced_only_after_somebody_says_so(carried, peers):
    page = said(carried.client().get(address(carried) + "?replace=1"))
    assert "2 targets would be set, and one that stands would be replaced." in page
    assert post(carried, peers, replace="1").status_code == 302
    assert stored(carried).data["CAP1"] == {"target": 3.5, "by": "2030-06-01"}


def test_whoever_confirmed_them_in_the_meantime_is_not_overwritten(carried, peers):
    with carried.inside():
        workflow.confirm_carried(by=carried.members["csco"], submission=carried.enterprise, codes=["E-N6"])
    assert post(carried, peers).status_code == 409
    assert "CAP2" not in stored(carried).data
