"""People who press the same button at the same moment: one wins, the others are told, nothing is done twice."""

import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest

from tests.faults.servers import Server
from tests.faults.stage import Stage, World, set_stage

pytestmark = pytest.mark.faults
PEOPLE = 12


@pytest.fixture(scope="module")
def stage(installation: Server) -> Iterator[Stage]:
    with set_stage(installation, 3) as made:
        yield made


def together(press: Callable[[int], tuple[int, str, float]]) -> list[tuple[int, str]]:
    """What PEOPLE threads get that start as one."""
    barrier, replies = threading.Barrier(PEOPLE), []

    def work(number: int) -> None:
        barrier.wait()
        status, body, _seconds = press(number)
        replies.append((status, body))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(PEOPLE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return replies


def member(stage: Stage, world: World, role: str) -> str:
    query = "SELECT public_id FROM organisations_member WHERE organisation_id = %s AND role = %s"
    return str(stage.rows(query, world.organisation, role)[0][0])


def test_the_same_questions_are_given_once_and_the_others_are_told_who_holds_them(stage: Stage):
    world = stage.worlds.pop()
    holders = [member(stage, world, role) for role in ("contributor", "analyst")]
    day = (date.today() + timedelta(days=5)).isoformat()
    overlapping = ["E-CAP1-1 E-CAP1-2", "E-CAP1-2 E-CAP1-3"]  # both want the second question

    def give(number: int) -> tuple[int, str, float]:
        form = {"codes": overlapping[number % 2], "member": holders[number % 2], "due_on": day}
        return stage.request(world, "POST", f"/submissions/{world.public_id}/delegate/", form=form)

    replies = together(give)
    assert sorted(status for status, _body in replies) == [302] + [409] * (PEOPLE - 1)
    assert all("holds this already." in body for status, body in replies if status == 409)
    held = stage.rows("SELECT count(*), count(DISTINCT question_id) FROM assessments_assignmentquestion WHERE submission_id = %s AND active", world.submission)  # fmt: skip
    assert held == [(2, 2)]
    assert stage.rows("SELECT count(*) FROM assessments_assignment WHERE submission_id = %s", world.submission) == [(1,)]  # fmt: skip
    mails = stage.rows("SELECT count(*) FROM jobs_job WHERE kind = 'mail' AND organisation_id = %s", world.organisation)
    assert mails == [(1,)]


def test_a_survey_is_returned_once(stage: Stage):
    world = stage.worlds.pop()
    stage.submit(world)
    path = f"/submissions/{world.public_id}/return/"
    replies = together(lambda number: stage.request(world, "POST", path, form={"remark-E-CAP1-1": f"Why? {number}"}))
    assert sorted(status for status, _body in replies) == [302] + [409] * (PEOPLE - 1)
    assert all("returned already" in body for status, body in replies if status == 409)
    assert stage.rows("SELECT count(*) FROM assessments_remark WHERE submission_id = %s", world.submission) == [(1,)]
    assert stage.revision(world) == ("returned", 1)
    stage.submit(world)
    assert stage.revision(world) == ("submitted", 2)
