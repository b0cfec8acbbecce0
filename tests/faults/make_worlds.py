"""`python -m tests.faults.make_worlds COUNT`: organisations with equal answers and a signed-in CSCO each, as JSON."""

import json
import secrets
import sys

import django

django.setup()

from assessments import selectors, workflow  # noqa: E402
from assessments.models import Cycle  # noqa: E402
from benchmarks.models import Dataset  # noqa: E402
from tests import build  # noqa: E402


def make(number: int) -> dict[str, object]:
    world = build.world(f"Fault {secrets.token_hex(4)} {number}", sites=1)  # some tests share one database
    with world.inside("csco"):
        # With peers, so that the compared positions are part of what must be equal to the last bit.
        Cycle.objects.filter(pk=world.cycle.pk).update(dataset=Dataset.objects.get(name="illustrative-2026"))
        questions = selectors.catalogue_of(world.enterprise).questions_of("enterprise")
        entries = [
            {"code": q.code, "status": "dk"}
            if i % 11 == 3
            else {"code": q.code, "status": "level", "level": i * 7 % 5 + 1}
            for i, q in enumerate(questions)
        ]
        workflow.save_many(by=world.members["csco"], submission=world.enterprise, entries=entries)
    return {
        "organisation": world.organisation.pk,
        "submission": world.enterprise.pk,
        "public_id": world.enterprise.public_id,
        "session": world.client("csco").cookies["sessionid"].value,
    }


if __name__ == "__main__":
    print(json.dumps([make(number) for number in range(int(sys.argv[1]))]))  # noqa: T201
