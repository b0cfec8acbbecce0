"""Two people at one plan at the same moment, on real connections: one wins, the other is told, nothing is there twice."""

import threading

from django.db import connection

from assessments import workflow
from assessments.models import Plan, PlannedAction
from tests.assessments.plan_world import choose, score


def together(world, *works):
    """What each of these calls gives that start as one: "done", or how it was refused."""
    outcomes, ready = [], threading.Barrier(len(works))

    def run(work):
        try:
            ready.wait(10)
            with world.inside():
                work()
            outcomes.append("done")
        except (workflow.Refused, workflow.Conflict) as refused:
            outcomes.append(type(refused).__name__)
        except Exception as error:
            outcomes.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(outcomes)


def test_the_same_choice_at_once_makes_one_plan(committed):
    world = committed
    score(world, world.enterprise)

    def pick():
        workflow.choose_actions(
            by=world.members["csco"],
            submission=world.enterprise,
            codes=["A03"],
            preset="strategic",
            reference="target",
        )

    assert together(world, *[pick] * 3) == ["Refused", "Refused", "done"]
    with world.inside():
        assert Plan.objects.count() == 1
        assert sorted(PlannedAction.objects.values_list("code", flat=True)) == ["A01", "A03"]


def test_two_changes_on_one_version_are_one_change_and_one_conflict(committed):
    world = committed
    score(world, world.enterprise)
    (planned,) = choose(world, "A01").made

    def change(text):
        return lambda: workflow.change_action(
            by=world.members["csco"], planned=planned, base_version=1, values={"notes": text}
        )

    assert together(world, change("one"), change("two"), change("three")) == ["Conflict", "Conflict", "done"]
    with world.inside():
        row = PlannedAction.objects.get()
        assert (row.version, row.notes in ("one", "two", "three")) == (2, True)
