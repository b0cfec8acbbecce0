"""What is done leaves the list and holds nothing up: in the ranking, in projections and in the cheapest set alike."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments import insight, outlook, plans, selectors
from assessments.ranking import ranking_of
from assessments.reading import Reading
from opmodel.organisations.permissions import Role
from tests import build
from tests.assessments.plan_world import choose, score
from tests.assessments.test_plans import row, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def scored(nordwerk):
    """CAP at 2.0 with a target of 3.5: A03 (1.0 to 4.5) builds on A01 (leads to 3.0), which is not met by the score."""
    score(nordwerk, nordwerk.enterprise)
    return nordwerk


def seen_of(world) -> insight.Insight:
    return insight.build(world.enterprise, selectors.latest_result(world.enterprise))


def finish(world, code: str, site=None) -> None:
    choose(world, code, site=site)
    write(world, "finish_action", row(world, code, site), done_on=date.today(), shown_by="Signed.")


def test_a_done_action_leaves_the_list_and_nothing_waits_for_it(scored):
    with scored.inside():
        before = {a.code: a for a in ranking_of(seen_of(scored)).actions}
        assert "A03" in before
        assert before["A03"].title in before["A01"].needed_for
        assert not ranking_of(seen_of(scored)).done
    finish(scored, "A01")
    with scored.inside():
        found = ranking_of(seen_of(scored))
        assert "A01" not in {a.code for a in found.actions}
        assert "A03" in {a.code for a in found.actions}
        assert [a.code for a in found.done] == ["A01"]
        assert [a.code for a in found.actions] == [c for c in before if c != "A01"]


def test_what_an_earlier_plan_has_done_may_be_called_for_again_and_still_holds_nothing_up(scored):
    """The scores were measured since, and CAP1 still stands at 2.0, in the range of A01."""
    with scored.inside():
        seen = seen_of(scored)
        vars(seen)["done"] = (plans.Done("A01", plans.NETWORK, scored.cycle.pk - 1),)
        found = {a.code: a for a in ranking_of(seen).actions}
        assert "It was done in an earlier plan; the score still calls for it." in found["A01"].because
        assert "earlier plan" not in found["A03"].because
        assert found["A01"].needed_for == ()  # nothing waits for it
        assert not ranking_of(seen).done
        assert [s.action.code for s in outlook.outlook(seen, ["A03"]).steps] == ["A03"]
        assert [s.action.code for s in outlook.outlook(seen, ["A01", "A03"]).steps] == ["A01", "A03"]
        assert "A01" in {o.action.code for o in outlook.offers(seen)}


def test_the_projection_and_the_cheapest_set_take_what_is_done_as_done(scored):
    """A03 lifts CAP1 by two levels from 2.0, not above 4.5: 4.0, with or without A01 before it."""
    with scored.inside():
        seen = seen_of(scored)
        assert [s.action.code for s in outlook.outlook(seen, ["A03"]).steps] == ["A01", "A03"]
        assert "A01" in {o.action.code for o in outlook.offers(seen)}
        aims = outlook.aims_of(seen, outlook.LEVEL, outlook.EACH, ["CAP1"], 3.0)
        assert "A01" in outlook.cheapest_of(seen, aims).actions  # one level for the least effort
    finish(scored, "A01")
    with scored.inside():
        seen = seen_of(scored)
        found = outlook.outlook(seen, ["A01", "A03"])  # an address that was kept from before
        assert [s.action.code for s in found.steps] == ["A03"]
        assert found.measures["CAP1"].then == 4.0
        assert "A01" not in {o.action.code for o in outlook.offers(seen)}
        assert next(o.first for o in outlook.offers(seen) if o.action.code == "A03") == 0
        assert "A01" not in outlook.cheapest_of(seen, aims).actions


def test_done_at_one_plant_holds_for_that_plant_alone(scored):
    """Both plants stand at 2.0; nothing is in the list of the enterprise where it is at its target."""
    one, other = scored.sites[:2]
    scored.members["both"] = build.member(scored.organisation, Role.PLANT_MANAGER, [one, other], "both@works.example")
    for submission in scored.submissions[1:3]:
        score(scored, submission, 2, "both")
    with scored.inside():
        first = ranking_of(seen_of(scored))
        code, names = next((r.action.code, {m.name for _d, m in r.sites}) for r in first.at_sites)
        assert names == {one.name, other.name}
        choose_for = next(a.code for a in first.actions)
    finish(scored, choose_for, one)
    with scored.inside():
        seen = seen_of(scored)
        assert seen.done == (plans.Done(choose_for, one.pk, scored.cycle.pk),)
        assert seen.done_since == {plans.NETWORK: frozenset(), one.pk: frozenset({choose_for})}
        assert choose_for in {a.code for a in ranking_of(seen).actions}
        # As if the plant had done what only plants call for: it is not asked for that again in this cycle.
        vars(seen)["done"] = (plans.Done(code, one.pk, scored.cycle.pk),)
        rest = next(r for r in ranking_of(seen).at_sites if r.action.code == code)
        assert {m.name for _d, m in rest.sites} == {other.name}


def test_a_page_that_ranks_asks_no_statement_more(scored):
    finish(scored, "A01")
    with scored.inside():
        reading = Reading([scored.enterprise])
        result = reading.results[scored.enterprise.pk]
        with CaptureQueriesContext(connection) as seen:
            assert plans.done_of(result) == (plans.Done("A01", plans.NETWORK, scored.cycle.pk),)
        assert len(seen) == 0
        assert insight.build(scored.enterprise, result, "", reading).done_network == {"A01"}


def test_what_another_organisation_has_done_counts_nothing(scored, sudwerk):
    score(sudwerk, sudwerk.enterprise)
    finish(sudwerk, "A01")
    with scored.inside():
        assert seen_of(scored).done == ()
        assert Reading([scored.enterprise]).results[scored.enterprise.pk].done_packed == []
