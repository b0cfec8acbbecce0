"""Writers that overlap: each writes, waits and commits later, so that what is written first is often seen last."""

import random
import threading
import time

from django.db import connection
from django.db.models import F

from assessments import workflow
from assessments.models import PlannedAction, Submission
from opmodel.organisations.models import Member, Site
from opmodel.organisations.tenancy import tenant
from tests import build


class Churn:
    """Runs while the block runs; counts what it committed and deleted."""

    def __init__(self, world: build.World, writers: int = 3) -> None:
        self.world, self.ended = world, threading.Event()
        self.commits = self.deleted = 0
        self.faults: list[Exception] = []
        self.threads = [threading.Thread(target=self.run, args=(n,), daemon=True) for n in range(writers)]

    def __enter__(self) -> "Churn":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        for thread in self.threads:
            thread.join(30)
        assert not self.faults, self.faults

    def run(self, number: int) -> None:
        chance = random.Random(number)
        turn = 0
        try:
            while not self.ended.is_set():
                turn += 1
                with tenant(self.world.organisation.pk, user_id=self.world.members["csco"].user_id):
                    self.write(number, turn, chance)
                    time.sleep(chance.random() * 0.6)
                self.commits += 1
        except Exception as error:
            self.faults.append(error)
        finally:
            connection.close()

    def write(self, number: int, turn: int, chance: random.Random) -> None:
        """Each writer has rows of its own: they overlap in time, and none waits for another."""
        csco = self.world.members["csco"]
        Site.objects.filter(pk=self.world.sites[number].pk).update(name=f"Site {number} {turn}")
        if number == 0 and turn == 3:
            self.deleted += PlannedAction.objects.filter(code="A03").delete()[0]
        if number == 1:
            PlannedAction.objects.filter(code="A01").update(effort_days=F("effort_days") + 1)
        if number == 2 and turn % 4 == 0:
            submission = Submission.objects.get(pk=self.world.submissions[1].pk)
            if submission.state == Submission.State.SUBMITTED:
                workflow.return_submission(by=csco, submission=submission, remarks={"": "Again."})
            else:
                by = Member.objects.get(user_id=submission.submitted_by_id)
                workflow.submit(by=by, submission=submission)
