"""Who closes a cycle and who hands in at the same moment, each on a connection that really commits; who waits, who does not."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from assessments import pipeline, workflow
from assessments.models import Submission
from tests.build import World


def beside(world: World, role: str, call: Callable[[], object], outcomes: list[str]) -> threading.Thread:
    """The same moment on another connection; `outcomes` gets "done", or why it was refused."""

    def work() -> None:
        try:
            with world.inside(role):
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '10s'")
                call()
            outcomes.append("done")
        except workflow.Refused as refused:
            outcomes.append(refused.message)
        except Exception as error:
            outcomes.append(repr(error))
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def answer(world: World, level: int, base: int = 0) -> None:
    by = world.members["plant_manager"]
    values = {"code": "S-CAP1-1", "status": "level", "level": level, "base_version": base}
    workflow.save_answer(by=by, submission=world.submissions[1], **values)


def submit(world: World) -> None:
    workflow.submit(by=world.members["plant_manager"], submission=world.submissions[1])


def send_back(world: World) -> None:
    workflow.return_submission(by=world.members["analyst"], submission=world.submissions[1], remarks={"": "Why?"})


@pytest.mark.parametrize(
    ("role", "call", "message", "state"),
    [
        ("plant_manager", submit, "answers are no longer accepted", "draft"),
        ("analyst", send_back, "Reopen the cycle first", "submitted"),  # nobody could answer the remarks
    ],
)
def test_who_comes_while_the_cycle_is_closed_waits_and_is_told(committed, role, call, message, state):
    world, outcomes = committed, []
    with world.inside("plant_manager"):
        answer(world, 3)
        if call is send_back:
            submit(world)
    with world.inside():
        workflow.close_cycle(by=world.members["csco"], cycle=world.cycle)
        thread = beside(world, role, lambda: call(world), outcomes)
        thread.join(2)
        assert outcomes == []
    thread.join(20)
    assert len(outcomes) == 1
    assert message in outcomes[0]
    with world.inside():
        assert Submission.objects.get(pk=world.submissions[1].pk).state == state


def test_nobody_who_saves_waits_for_the_plants_view_to_be_calculated(committed):
    world, outcomes = committed, []
    with world.inside():
        pipeline.network(world.cycle)
        beside(world, "plant_manager", lambda: answer(world, 3), outcomes).join(8)
        assert outcomes == ["done"]
