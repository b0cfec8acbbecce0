"""Evidence and what really commits: several people at the same moment, and bytes that follow their transaction."""

import threading

import pytest
from django.db import connection

from assessments import workflow
from tests.assessments.test_evidence import files_in, pdf, used


def test_two_people_at_once_attach_once(committed):
    """Both are told that it worked, and it is there once; neither waits for ever."""
    world = committed
    with world.inside():
        evidence = workflow.add_link(
            by=world.members["csco"],
            submission=world.enterprise,
            code="E-CAP1-1",
            title="",
            grade="A",
            url="https://a.example",
        )
    outcomes, ready = [], threading.Barrier(4)

    def attach():
        try:
            ready.wait(10)
            with world.inside():
                workflow.attach_evidence(
                    by=world.members["csco"], submission=world.enterprise, code="E-CAP1-2", evidence=evidence
                )
            outcomes.append("done")
        except Exception as error:
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=attach) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert outcomes == ["done"] * 4
    assert used(world) == [("E-CAP1-1", "a.example"), ("E-CAP1-2", "a.example")]


def test_attaching_what_is_deleted_at_this_moment_says_so(committed):
    """Who attaches waits for who deletes, and is told; no error of the database reaches anybody."""
    world = committed
    by, own = world.members["csco"], world.enterprise
    with world.inside():
        evidence = workflow.add_link(
            by=by, submission=own, code="E-CAP1-1", title="", grade="A", url="https://a.example"
        )
    outcomes, deleting, started = [], threading.Event(), threading.Event()

    def attach():
        try:
            deleting.wait(10)
            started.set()
            with world.inside():
                workflow.attach_evidence(by=by, submission=own, code="E-CAP1-2", evidence=evidence)
            outcomes.append("done")
        except workflow.Refused as refused:
            outcomes.append(refused.message)
        finally:
            connection.close()

    thread = threading.Thread(target=attach)
    thread.start()
    with world.inside():
        workflow.delete_evidence(by=by, submission=own, evidence=evidence)
        deleting.set()
        started.wait(10)
    thread.join(30)
    assert outcomes == ["This evidence is no longer there."]


def test_a_write_that_fails_leaves_no_bytes(committed, stored_files):
    world = committed
    by, own = world.members["csco"], world.enterprise
    values = {"by": by, "submission": own, "code": "E-CAP1-1", "title": "", "grade": "A"}
    with world.inside():
        evidence = workflow.add_file(**values, upload=pdf())
    assert len(files_in(stored_files)) == 1
    with pytest.raises(RuntimeError), world.inside():
        workflow.add_file(**values, upload=pdf())
        workflow.delete_evidence(by=by, submission=own, evidence=evidence)
        raise RuntimeError
    assert len(files_in(stored_files)) == 1
    with world.inside():
        workflow.delete_evidence(by=by, submission=own, evidence=evidence)
    assert files_in(stored_files) == []
