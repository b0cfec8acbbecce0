"""An organisation gives one row to the peers: seen before it leaves, one a legal group, taken back at any time."""

import html
import re

import pytest
from django.core.management import CommandError, call_command

from assessments import publishing, workflow
from assessments.models import Contribution, Submission
from benchmarks import contributions
from benchmarks.models import Dataset, Record
from opmodel.organisations.models import Organisation
from tests import build

pytestmark = pytest.mark.django_db
SEGMENTS = {"industry": "28", "region": "Europe", "size_band": "1000-4999", "process_type": "discrete"}


def change(world, **values) -> None:
    with world.inside():
        assert Organisation.objects.filter(pk=world.organisation.pk).update(**values) == 1


def verified_at(world):
    with world.inside():
        return Organisation.objects.get(pk=world.organisation.pk).verified_at


@pytest.fixture
def world(nordwerk):
    """Everybody has answered: the enterprise CAP 2, VST 3, RES 4, GOV 5; the operator has verified the company."""
    change(nordwerk, **SEGMENTS, is_demo=False)
    build.score_all(nordwerk, peers=False)
    call_command("verify_organisation", nordwerk.organisation.public_id, legal_group="Nordwerk AG", verbosity=0)
    return nordwerk


def url(world) -> str:
    return f"/cycles/{world.cycle.public_id}/contribute/"


def page(world) -> str:
    return html.unescape(world.client().get(url(world)).content.decode())


def send(world, seen: str | None = None):
    found = re.search(r'name="seen" value="(\w+)"', page(world))
    return world.client().post(url(world), {"seen": seen or (found[1] if found else "")})


def records() -> list[Record]:
    return list(Record.objects.filter(dataset__name=contributions.NAME).order_by("pk"))


def test_the_page_shows_the_row_and_exactly_that_row_leaves(world):
    shown = page(world)
    cells = dict(re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td>', shown))
    catalogue = publishing.catalogue(world.cycle.questionnaire_id)
    assert cells["Region"] == "Europe"
    assert cells["Overall"] == "3.500"  # (2 + 3 + 4 + 5) / 4
    assert cells[catalogue.components[0].name] == "2.000"
    assert len(cells) == 6 + 32
    assert world.organisation.name not in shown.split("<table>")[1].split("</table>")[0]
    assert records() == []
    assert send(world).status_code == 302
    (record,) = records()
    assert record.record_key == contributions.key_of("Nordwerk AG")
    assert {name: getattr(record, name) for name in SEGMENTS} == SEGMENTS
    assert (record.completion, record.revision, record.is_current) == (1000, 1, True)
    scores = dict(zip(record.dataset.measures, record.scores, strict=True))
    assert (scores["CAP"], scores["VST"], scores["RES"], scores["GOV"], scores["OVERALL"]) == (
        2000,
        3000,
        4000,
        5000,
        3500,
    )
    assert not record.dataset.illustrative
    assert record.dataset.families["OVERALL"] == ["CAP", "VST", "RES", "GOV"]
    assert "Contributed on" in page(world)
    assert 'name="seen"' not in page(world)  # it is there already


def test_nothing_leaves_that_was_not_seen(world):
    assert send(world, "0" * 64).status_code == 409
    assert records() == []


def test_taken_back_it_is_gone(world):
    send(world)
    client = world.client()
    assert client.post(url(world) + "withdraw/").status_code == 302
    assert records() == []
    assert "Withdrawn on" in page(world)
    client.post(url(world) + "withdraw/", follow=True)
    with world.inside():
        given = Contribution.objects.get()
        assert (given.state, given.withdrawn_by_id) == ("withdrawn", world.members["csco"].user_id)
    send(world)
    assert len(records()) == 1


def test_changed_scores_replace_the_row_as_a_correction(world):
    send(world)
    with world.inside():
        submission = Submission.objects.get(cycle=world.cycle, view="enterprise")
        result = submission.results.latest("pk")
        result.scores.filter(measure="CAP1").update(point=4.0)
    assert "Your scores have changed since then" in page(world)
    assert send(world).status_code == 302
    old, new = records()
    assert [(r.revision, r.is_current) for r in (old, new)] == [(1, False), (2, True)]
    assert new.scores[new.dataset.measures.index("CAP1")] == 4000


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"verified_at": None}, "has not verified your organisation yet"),
        ({"is_demo": True}, "This is a demo organisation"),
    ],
)
def test_who_may_not_contribute_is_told_why(world, changes, said):
    change(world, **changes)
    assert said in page(world)
    assert 'name="seen"' not in page(world)
    with world.inside():
        organisation = Organisation.objects.get(pk=world.organisation.pk)
        world.cycle.organisation = organisation
        digest = workflow.offer(world.cycle).row.digest
    assert said in html.unescape(send(world, digest).content.decode())
    assert records() == []


def test_before_the_survey_is_scored_there_is_nothing_to_give(nordwerk):
    shown = page(nordwerk)
    assert "is not submitted and scored yet" in shown
    assert "exactly as it would leave" not in shown


def test_one_row_a_legal_group(world, sudwerk):
    send(world)
    change(sudwerk, **SEGMENTS, is_demo=False)
    build.score_all(sudwerk, peers=False)
    call_command("verify_organisation", sudwerk.organisation.public_id, legal_group=" nordwerk  ag", verbosity=0)
    send(sudwerk)
    assert len([r for r in records() if r.is_current]) == 1


def test_the_operator_names_the_legal_group(nordwerk):
    change(nordwerk, legal_group="")
    with pytest.raises(CommandError, match="name its legal group"):
        call_command("verify_organisation", nordwerk.organisation.public_id)
    with pytest.raises(CommandError, match="there is no organisation “nobody”"):
        call_command("verify_organisation", "nobody")
    call_command("verify_organisation", nordwerk.organisation.public_id, legal_group="X", verbosity=0)
    assert verified_at(nordwerk) is not None
    call_command("verify_organisation", nordwerk.organisation.public_id, undo=True, verbosity=0)
    assert verified_at(nordwerk) is None
    assert Dataset.objects.filter(name=contributions.NAME).count() == 0
