"""An organisation gives one row to the peers: seen before it leaves, one a legal group, taken back at any time."""

import html
import re

import pytest
from django.core.management import CommandError, call_command

from assessments import contributing, publishing
from assessments.models import Contribution, Submission
from benchmarks import contributions
from benchmarks.models import Dataset, Record, Release, ReleaseMember
from benchmarks.releases import reference
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
    cells = dict(re.findall(r'<th scope="row">(.*?)</th><td class="num">(.*?)</td>', shown))
    catalogue = publishing.catalogue(world.cycle.questionnaire_id)
    assert [cells[name] for name in ("Industry", "Region", "Employees", "Process type", "Share answered")] == [
        "Machinery and equipment", "Europe", "1,000-4,999", "discrete", "100 %",
    ]  # fmt: skip
    assert re.fullmatch(r"[A-Z][a-z]+\.? \d{1,2}, 20\d\d|\d{1,2} [A-Z][a-z]+ 20\d\d", cells["Submitted on"])
    assert cells["Overall"] == "3.500"  # (2 + 3 + 4 + 5) / 4
    assert cells[catalogue.components[0].name] == "2.000"
    assert len(cells) == 6 + 32
    assert world.organisation.name not in shown.split('<table class="given">')[1].split("</table>")[0]
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
    assert "What would leave has changed since then" in page(world)
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
        digest = contributing.offer(world.cycle).row.digest
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


def test_another_organisations_row_of_the_group_is_not_taken_back_with_the_own(world, sudwerk):
    """Sudwerk replaced the row of the group: Nordwerk's page says so, and taking back leaves Sudwerk's row."""
    send(world)
    change(sudwerk, **SEGMENTS, is_demo=False, verified_at=verified_at(world), legal_group="Nordwerk AG")
    build.score_all(sudwerk, peers=False)
    with sudwerk.inside():
        submission = Submission.objects.get(cycle=sudwerk.cycle, view="enterprise")
        submission.results.latest("pk").scores.filter(measure="CAP1").update(point=4.0)
    send(sudwerk)
    assert "It does not count any more" not in page(sudwerk)
    assert "It does not count any more: a newer row of your legal group has replaced it" in page(world)
    world.client().post(url(world) + "withdraw/")
    (record,) = records()
    assert record.is_current
    assert record.scores[record.dataset.measures.index("CAP1")] == 4000
    sudwerk.client().post(url(sudwerk) + "withdraw/")
    assert records() == []


def test_a_new_legal_group_takes_the_row_along(world):
    send(world)
    call_command("verify_organisation", world.organisation.public_id, legal_group="Nordwerk Holding", verbosity=0)
    assert send(world).status_code == 302
    (record,) = records()
    assert record.record_key == contributions.key_of("Nordwerk Holding")


def test_what_comes_back_after_it_was_taken_back_is_a_new_record_to_the_audit(world):
    """Else a release would take changed scores for the ones it has seen (METHOD 6, rule 4)."""
    send(world)
    dataset = Dataset.objects.get(name=contributions.NAME)
    key = contributions.key_of("Nordwerk AG")
    seen = Release.objects.create(dataset=dataset, name="seen", as_of="2026-01-01", method_version="1")
    ReleaseMember.objects.create(
        release=seen, record_ref=reference(dataset, key, 1), kinds=["OVERALL"], block_a="all", block_b="all"
    )
    world.client().post(url(world) + "withdraw/")
    send(world)
    (record,) = records()
    assert record.revision == 2


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
