"""One answer saved, one submission evaluated: statements and time, against the floor of the same row by bare psycopg2.

Save: the whole request through all middleware, as the page sends it. Floor: one transaction of a bare connection that
updates the same row, with the audit trigger of the table. Evaluate: `pipeline.evaluate`, from locking the submission to
the commit, with peers; a new revision each time.
"""

import json
import os
import statistics
import time

import ground
import psycopg2

RUNS = 60


def main() -> None:
    with ground.ready():
        ground.peers()
        from django.db import connection
        from django.db.models import F
        from django.test.utils import CaptureQueriesContext

        from assessments import pipeline, publishing, workflow
        from assessments.models import Cycle, Result, Submission
        from benchmarks.models import Dataset
        from tests import build

        world = build.world("Bench", sites=12)
        client = world.client("csco")
        url = f"/submissions/{world.enterprise.public_id}/answers/E-CAP1-1/"

        def save(version: int) -> float:
            body = {"status": "level", "level": 1 + version % 5, "base_version": version, "client_key": str(version)}
            started = time.perf_counter()
            reply = client.post(url, json.dumps(body), content_type="application/json")
            took = time.perf_counter() - started
            assert reply.json()["version"] == version + 1, reply.content
            return took

        save(0)
        with CaptureQueriesContext(connection) as seen:
            save(1)
        statements = len(seen)
        saves = [save(version) for version in range(2, 2 + RUNS)]

        owner = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
        floors = []
        for i in range(RUNS):
            started = time.perf_counter()
            with owner, owner.cursor() as cursor:
                cursor.execute("SELECT set_config('app.organisation', %s, true)", [str(world.organisation.pk)])
                cursor.execute("UPDATE assessments_answer SET level = %s, version = version + 1", [1 + i % 5])
                assert cursor.rowcount == 1
            floors.append(time.perf_counter() - started)
        owner.close()

        content = publishing.catalogue(world.cycle.questionnaire_id)
        entries = [
            {"code": q.code, "status": "level", "level": 1 + i % 5}
            for i, q in enumerate(content.questions_of("enterprise"))
            if q.code != "E-CAP1-1"
        ]
        with world.inside():
            Cycle.objects.filter(pk=world.cycle.pk).update(dataset=Dataset.objects.get())
            workflow.save_many(by=world.members["csco"], submission=world.enterprise, entries=entries)
            workflow.submit(by=world.members["csco"], submission=world.enterprise)
        times = []
        for _ in range(RUNS):
            with world.inside():
                Submission.objects.filter(pk=world.enterprise.pk).update(revision=F("revision") + 1)
            started = time.perf_counter()
            with world.inside():
                pipeline.evaluate(
                    Submission.objects.select_related("cycle__dataset", "organisation").get(pk=world.enterprise.pk)
                )
            times.append(time.perf_counter() - started)
        with world.inside():
            stored = Result.objects.filter(submission=world.enterprise).count()
        assert stored == RUNS, stored

    print(f"statements of one save, BEGIN and COMMIT counted: {statements}")
    save_ms, floor_ms = (1000 * statistics.median(x) for x in (saves, floors))
    print(f"save {save_ms:.1f} ms, floor {floor_ms:.2f} ms, ratio {save_ms / floor_ms:.1f} (median of {RUNS})")
    print(f"evaluate one submission: median {1000 * statistics.median(times):.1f} ms, worst {1000 * max(times):.1f} ms")


if __name__ == "__main__":
    main()
