"""Own weights, triggers of single sites, outlook and the alignment map: by hand, on small worlds."""

from fractions import Fraction as F
from types import SimpleNamespace

import numpy as np
import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from assessments import alignment, insight, outlook, priorities, ranking, selectors, serving, workflow
from assessments.catalogue import Action, Component, Dimension, Questionnaire, Rule
from assessments.models import OwnRelevance
from assessments.projection import in_doing_order, project
from assessments.stability import own_draws
from tests import build


def action(code, dimension="D1", low=1.0, end=4.5, impact=3, effort=2, needs=(), rule=None, objectives=()):
    return Action(
        code, code, "", "", (dimension,), low, end, rule, "", impact, effort, "", "", "", tuple(objectives), tuple(needs),
        "", True,
    )  # fmt: skip


# Own weights


def test_draws_around_own_weights_have_the_mean_and_spread_of_their_dirichlet():
    """Dirichlet(40 w): mean w, variance w (1 - w) / 41. The first draw is pinned: the same on every machine."""
    weights = (0.5, 0.3, 0.2)
    rows = own_draws(weights, 2000, 40, 20260104)
    assert rows.shape == (2000, 3)
    assert rows.sum(axis=1) == pytest.approx(np.ones(2000), abs=2e-9)
    assert rows.mean(axis=0) == pytest.approx(weights, abs=0.006)
    expected = [(w * (1 - w) / 41) ** 0.5 for w in weights]
    assert rows.std(axis=0) == pytest.approx(expected, rel=0.05)
    assert (rows == own_draws(weights, 2000, 40, 20260104)).all()
    assert rows[0].tolist() == PINNED


PINNED = [0.324917362, 0.368009917, 0.307072721]


def test_a_weight_of_zero_stays_zero_and_a_small_change_moves_draws_little():
    assert own_draws((0.5, 0.0, 0.5), 500, 40, 1)[:, 1].max() == 0
    apart = np.abs(own_draws((0.5, 0.3, 0.2), 500, 40, 1) - own_draws((0.501, 0.3, 0.199), 500, 40, 1))
    assert apart.max() < 0.01


# Triggers of single sites


def test_a_site_triggers_with_an_open_gap_and_a_score_in_the_range():
    """Range 1.5 to 3.0, reference 2.8: 2.55 is exactly a quarter short, 2.56 is not; 1.4 is below the range."""
    found = priorities.site_triggers(
        [action("A1", low=1.5, end=3.0)], {"D1": [1.4, 1.5, 2.55, 2.56, 3.0]}, {"D1": 2.8}, F("0.25")
    )
    assert found == {"A1": [("D1", 1), ("D1", 2)]}


def test_a_rule_over_figures_is_false_for_a_single_site():
    also = action("A1", end=2.0, rule=Rule("also_when", "any", (("x", ">", 0),)))
    only = action("A2", end=4.0, rule=Rule("only_when", "any", (("x", ">", 0),)))
    assert priorities.site_triggers([also, only], {"D1": [1.9, 2.1]}, {"D1": 4.0}, F("0.25")) == {"A1": [("D1", 0)]}
    assert priorities.site_triggers([also], {"D1": [1.9]}, {}, F("0.25")) == {}  # no reference, no gap


# Outlook


def small_world(actions, scores):
    """An insight in small: two dimensions of one component, peers for the first."""
    dimensions = tuple(Dimension(d, "K", d, "", "", "", "", "", 1, {}, {}) for d in ("D1", "D2"))
    catalogue = Questionnaire(
        "t", (Component("K", "K", "K", "", dimensions),), (), (), tuple(actions), {}, {}, ("1", "2", "3", "4", "5")
    )
    peer = SimpleNamespace(quantiles={25: 2.0, 50: 3.0, 75: 3.6}, n_band="50-99")

    def view(code, score):
        return insight.MeasureView(
            code, code, "K", score, 1.0, None, None, "", False, 4.0, False, peer if code == "D1" else None, None, (),
            None, None,
        )  # fmt: skip

    measures = {d: view(d, scores.get(d)) for d in ("D1", "D2")}
    measures["K"] = view("K", sum(scores.values()) / 2 if len(scores) == 2 else None)
    measures["OVERALL"] = view("OVERALL", measures["K"].score)
    return SimpleNamespace(
        catalogue=catalogue, measures=measures, dimensions=[measures["D1"], measures["D2"]], overall=measures["OVERALL"],
        done_network=frozenset(), done_since={None: frozenset()},
    )  # fmt: skip


def test_prerequisites_come_along_and_are_done_first():
    """A1 (D2, +1 up to 3.0) before A2 (D1, +1.5 up to 4.5): D1 2.0 -> 3.5, D2 2.5 -> 3.0; K (3.5 + 3.0) / 2."""
    seen = small_world(
        [action("A2", "D1", impact=4, effort=3, needs=["A1"]), action("A1", "D2", end=3.0)], {"D1": 2.0, "D2": 2.5}
    )
    found = outlook.outlook(seen, ["A2"])
    assert [(s.action.code, s.chosen, s.needed_for) for s in found.steps] == [("A1", False, ("A2",)), ("A2", True, ())]
    assert [(x.name, x.today, x.then) for s in found.steps for x in s.lifts] == [("D2", 2.5, 3.0), ("D1", 2.0, 3.5)]
    assert {m: found.measures[m].then for m in ("D1", "D2", "K", "OVERALL")} == {
        "D1": 3.5, "D2": 3.0, "K": 3.25, "OVERALL": 3.25,
    }  # fmt: skip
    assert found.days == 100 + 400
    assert found.along == found.steps[:1]
    place = found.measures["D1"].place  # 3.5 lies 5/6 of the way from P50 at 3.0 to P75 at 3.6
    assert place.percentile == pytest.approx(50 + 25 * 5 / 6)
    assert [outlook.quarter(s, seen.measures["D1"]) for s in (1.94, 1.95, 2.9, 3.0, 3.55)] == [1, 2, 2, 3, 4]
    assert outlook.quarter(3.0, seen.measures["D2"]) is None


def test_an_outlook_is_the_projection_of_the_method():
    actions = [action("A1", end=3.0, impact=4), action("A2", end=4.0), action("A3", "D2", end=4.5, impact=5)]
    seen = small_world(actions, {"D1": 1.8, "D2": 2.2})
    found = outlook.outlook(seen, ["A3", "A2", "A1"])
    lifts = ranking.pipeline.current_method().priorities.lift_by_impact
    expected = project({"D1": 1.8, "D2": 2.2}, in_doing_order(actions), lifts)
    assert {d: found.measures[d].then for d in expected} == expected == {"D1": 4.0, "D2": 4.2}


def test_without_actions_and_without_scores_nothing_is_claimed():
    seen = small_world([action("A1")], {"D1": 2.0})
    found = outlook.outlook(seen, [])
    assert (found.steps, found.days, found.measures["D1"].then, found.measures["K"].then) == ((), 0, 2.0, None)
    assert not found.measures["D1"].moves


def test_offers_are_what_lifts_and_what_comes_first():
    """A3 stands at the end of its range; A4 lifts nothing, but A1 needs it."""
    actions = [
        action("A1", "D1", needs=["A4"]), action("A2", "D2", end=3.0), action("A3", "D1", end=2.0),
        action("A4", "D2", impact=1, end=4.0),
    ]  # fmt: skip
    found = outlook.offers(small_world(actions, {"D1": 2.0, "D2": 2.5}))
    assert [(o.action.code, o.first, bool(o.lifts)) for o in found] == [
        ("A1", 1, True),
        ("A2", 0, True),
        ("A4", 0, False),
    ]


def test_what_shall_be_reached():
    seen = small_world([action("A1")], {"D1": 2.0, "D2": 2.5})

    def aims(*args):
        return [(a.measure, a.level) for a in outlook.aims_of(seen, *args)]

    assert aims("target", "OVERALL", (), None) == [("D1", 4.0), ("D2", 4.0)]
    assert aims("target", "K", (), None) == [("D1", 4.0), ("D2", 4.0)]
    assert aims("level", "K", (), 3.5) == [("K", 3.5)]
    assert aims("level", "each", ("D2",), 3.5) == [("D2", 3.5)]
    assert aims("quartile", "each", ("D1", "D2"), None) == [("D1", 3.6)]  # D2 has no peers
    assert aims("median", "OVERALL", (), None) == []


def test_the_cheapest_set_brings_nothing_along_that_is_done():
    """A2 (D1, +2 levels) reaches 4.0 and needs A1 (D2 at 2.5, leads to 3.0): not met by the score, but done."""
    seen = small_world([action("A1", "D2", end=3.0), action("A2", impact=5, needs=["A1"])], {"D1": 2.0, "D2": 2.5})
    aims = outlook.aims_of(seen, "target", outlook.EACH, ("D1",), None)
    assert outlook.cheapest_of(seen, aims).actions == ("A1", "A2")
    seen.done_network = frozenset(["A1"])
    assert outlook.cheapest_of(seen, aims).actions == ("A2",)


def test_the_cheapest_of_an_insight():
    """D1 2.0 to its target 4.0: A1 (+1, 100 days) and A2 (+1, 20 days) together; D2 stands at its target."""
    seen = small_world([action("A1"), action("A2", effort=1)], {"D1": 2.0, "D2": 4.0})
    found = outlook.cheapest_of(seen, outlook.aims_of(seen, "target", "OVERALL", (), None))
    assert (found.actions, found.effort, found.reached) == (("A1", "A2"), 120, True)


def test_effort_goes_in_equal_parts_to_the_objectives_an_action_serves():
    """400 days to one, 100 days to two: 450 and 50, that is 90 and 10 percent."""
    days = serving.effort_by_objective([(action("A1", objectives=["cost"]), 400), (action("A2", objectives=["cost", "growth"]), 100)])  # fmt: skip
    assert days == {"cost": 450.0, "growth": 50.0}
    assert serving.Effort(True, (), days).shares == {"cost": 0.9, "growth": 0.1}
    assert serving.Effort(False, (), {}).shares == {}


# The alignment map

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return build.world("Nordwerk", sites=1)


def levels_of(world, component="GOV"):
    catalogue = selectors.catalogue_of(world.enterprise)
    found = alignment.relevance_of(world.organisation.pk, catalogue)
    dimensions = tuple(d.code for d in catalogue.component_by_code[component].dimensions)
    return catalogue, {(d, o): found.levels[d][o] for d in dimensions for o in catalogue.objectives}, alignment.fingerprint(found, dimensions)  # fmt: skip


def judge(world, changes, who="csco", component="GOV", seen=None):
    catalogue, levels, shown = levels_of(world, component)
    return workflow.judge_relevance(
        by=world.members[who], catalogue=catalogue, component=component, levels=levels | changes, seen=seen or shown
    )


def test_only_what_differs_from_the_content_is_kept(world):
    with world.inside():
        catalogue, levels, _shown = levels_of(world)
        content = levels["GOV1", "growth"]
        other = (content + 1) % 4
        assert judge(world, {("GOV1", "growth"): other}) == 1
        assert judge(world, {("GOV2", "growth"): levels["GOV2", "growth"]}) == 1
        found = alignment.relevance_of(world.organisation.pk, catalogue)
        assert found.own == {("GOV1", "growth"): content}
        assert found.levels["GOV1"]["growth"] == other
        assert OwnRelevance.objects.get().judged_by == world.members["csco"].user
        assert judge(world, {("GOV1", "growth"): content}) == 0
        assert not OwnRelevance.objects.exists()


def test_a_form_that_is_older_than_somebody_elses_change_is_refused(world):
    with world.inside():
        _catalogue, levels, shown = levels_of(world)
        judge(world, {("GOV1", "growth"): (levels["GOV1", "growth"] + 1) % 4})
        with pytest.raises(workflow.Refused, match="Somebody changed") as refused:
            judge(world, {("GOV1", "cost"): 3}, seen=shown)
        assert refused.value.status == 409
        assert OwnRelevance.objects.count() == 1


@pytest.mark.parametrize("bad", [{("GOV1", "growth"): 4}, {("GOV1", "growth"): -1}, {("GOV9", "growth"): 1}, {("GOV1", "fame"): 1}])  # fmt: skip
def test_a_cell_off_the_scale_or_unknown_is_refused(world, bad):
    with world.inside(), pytest.raises(workflow.Refused, match="whole number from 0 to 3"):
        judge(world, bad)


@pytest.mark.parametrize("who", ["analyst", "plant_manager", "administrator", "contributor"])
def test_only_the_csco_judges(world, who):
    with world.inside(who):
        with pytest.raises(workflow.Refused, match="alignment map"):
            judge(world, {("GOV1", "growth"): 3}, who)
        with pytest.raises(workflow.Refused, match="alignment map"):
            workflow.reset_relevance(by=world.members[who])


def test_back_to_the_contents_values_and_every_change_is_on_record(world):
    with world.inside():
        _catalogue, levels, _shown = levels_of(world)
        judge(world, {k: (v + 1) % 4 for k, v in levels.items()})
        assert OwnRelevance.objects.count() == len(levels)
        assert workflow.reset_relevance(by=world.members["csco"]) == len(levels)
        assert workflow.reset_relevance(by=world.members["csco"]) == 0
        events = apps.get_model("assessments", "OwnRelevanceEvent").objects
        assert events.filter(pgh_label="insert").count() == events.filter(pgh_label="delete").count() == len(levels)


def test_the_database_refuses_a_second_row_and_a_level_off_the_scale(world):
    with world.inside():
        own = {"organisation": world.organisation, "dimension": "GOV1", "objective": "cost"}
        OwnRelevance.objects.create(**own, level=3)
        for wrong in ({"level": 2}, {"level": 4, "objective": "growth"}, {"level": -1, "objective": "growth"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                OwnRelevance.objects.create(**(own | wrong))


def test_nobody_sees_the_judgement_of_another_organisation(world):
    other = build.world("Südwerk", sites=1)
    with world.inside():
        judge(world, {("GOV1", "growth"): (levels_of(world)[1]["GOV1", "growth"] + 1) % 4})
    with other.inside():
        assert not OwnRelevance.objects.exists()
        assert not alignment.relevance_of(world.organisation.pk, selectors.catalogue_of(other.enterprise)).own


def test_the_effort_is_the_plans_once_there_is_one():
    """Chosen by own weights; dropped actions take no effort any more."""
    world = build.score_all(build.world("Nordwerk"))
    with world.inside():
        seen = insight.build(world.enterprise, selectors.latest_result(world.enterprise))
        before = serving.effort_of(seen)
        assert not before.planned
        assert before.actions == tuple(a.action for a in ranking.ranking_of(seen).top)
        first = before.actions[0]
        done = workflow.choose_actions(
            by=world.members["csco"], submission=world.enterprise, codes=[first.code], preset="own", reference="target",
            own=(0.5, 0.25, 0.25),
        )  # fmt: skip
        assert (done.plan.preset, done.plan.weights) == ("own", [0.5, 0.25, 0.25])
        after = serving.effort_of(seen)
        assert after.planned
        held = {row.code: row.effort_days for row in done.made}
        assert {a.code for a in after.actions} == set(held)
        assert sum(after.days.values()) == pytest.approx(sum(held.values()))
    page = world.client().get("/plan/").content.decode()
    assert "Own weights" in page


def test_choosing_by_weights_that_are_none_is_refused():
    world = build.score_all(build.world("Nordwerk"))
    with world.inside():
        seen = insight.build(world.enterprise, selectors.latest_result(world.enterprise))
        code = ranking.ranking_of(seen).top[0].code
    form = {"cycle": world.cycle.public_id, "codes": code, "preset": "own", "reference": "target"}
    client = world.client()
    refused = client.post("/plan/choose/", form | {"cost": "500", "objectives": "1", "gap": "1"}, follow=True)
    assert "Choose a weighting and a reference from the lists." in refused.content.decode()
    taken = client.post("/plan/choose/", form | {"cost": "2", "objectives": "1", "gap": "1"}, follow=True)
    assert "in the plan now" in taken.content.decode()


def test_the_ranking_follows_the_own_judgement_and_counts_it():
    """Only CAP1 serves growth any more, and growth has all points: its objectives share is 1, all others have 0."""
    world = build.score_all(build.world("Nordwerk"))
    with world.inside():
        seen = insight.build(world.enterprise, selectors.latest_result(world.enterprise))
        for component in seen.catalogue.component_by_code:
            catalogue, levels, shown = levels_of(world, component)
            wanted = {(d, o): 3 if d == "CAP1" and o == "growth" else 0 for d, o in levels}
            workflow.judge_relevance(
                by=world.members["csco"], catalogue=catalogue, component=component, levels=wanted, seen=shown
            )
        found = ranking.ranking_of(seen, own=(0.0, 1.0, 0.0))
        stored = OwnRelevance.objects.count()
        assert found.own_relevance == stored > 100
        assert found.preset == "own"
        values = {d.view.code: d.value for d in found.dimensions if d.value is not None}
        assert values == {c: 1.0 if c == "CAP1" else 0.0 for c in values}
        assert found.dimensions[0].view.code == "CAP1"
        assert found.dimensions[0].stability.label == "robust"  # a weight of 1 has no other draws
