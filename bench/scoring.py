"""10,000 submissions of 74 answers: from stored answers to stored scores, against the floor of what must be done.

Ours: `bulk.rescore` as the web role under row-level security. Floor: COPY out of the answers, the same kernel, binary
COPY in of the same score rows, as the owner, into a twin of the table; once with the constraints and indexes of the
real one, once into a bare table. The floor stores no results, takes no locks and asks for no rights.
"""

import dataclasses
import io
import os
import statistics
import sys
import time

import ground
import numpy as np
import psycopg2

SUBMISSIONS = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
RUNS = 3
FILL = """
INSERT INTO assessments_cycle (organisation_id, public_id, name, questionnaire_id, state, opens_on, closes_on)
SELECT %(org)s, 'bc' || n, 'Cycle ' || n, %(content)s, 'closed', '2026-01-01', '2026-03-31' FROM generate_series(1, %(n)s) n;
INSERT INTO assessments_submission (organisation_id, public_id, cycle_id, view, state, revision, submitted_at)
SELECT %(org)s, 'bs' || id, id, 'enterprise', 'submitted', 1, now() FROM assessments_cycle;
SELECT setseed(0.5);
INSERT INTO assessments_answer (organisation_id, public_id, submission_id, question_id, status, level, reason, comment,
       version, client_key, saved_at)
SELECT %(org)s, 'b' || s || '-' || q, s, q, status, CASE status WHEN 'level' THEN 1 + floor(5 * random()) END,
       CASE status WHEN 'na' THEN 'none here' ELSE '' END, '', 1, '', now()
  FROM (SELECT s.id AS s, q.id AS q,
               (ARRAY['na', 'dk', 'level'])[least(3, 1 + floor(random() * 40))::int] AS status
          FROM assessments_submission s, assessments_question q
         WHERE q.questionnaire_id = %(content)s AND q.view = 'enterprise' AND q.type = 'scale5') grid;
"""
AUDITED = ("cycle", "submission", "answer")


def fill(owner, organisation: int, content: int) -> None:
    """Submitted enterprise views, written by the owner without the audit triggers: their rows are not read here."""
    with owner, owner.cursor() as cursor:
        cursor.execute("SELECT set_config('app.organisation', %s, false)", [str(organisation)])
        for table in AUDITED:
            cursor.execute(f"ALTER TABLE assessments_{table} DISABLE TRIGGER USER")
        cursor.execute(FILL, {"org": organisation, "content": content, "n": SUBMISSIONS})
    with owner, owner.cursor() as cursor:  # a table with foreign keys still to be checked cannot be altered
        for table in AUDITED:
            cursor.execute(f"ALTER TABLE assessments_{table} ENABLE TRIGGER USER")
    owner.autocommit = True
    with owner.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE assessments_answer")
        cursor.execute("VACUUM ANALYZE assessments_submission")
        cursor.execute("CREATE TABLE bench_bare (LIKE assessments_score INCLUDING IDENTITY)")
        cursor.execute("CREATE TABLE bench_full (LIKE assessments_score INCLUDING ALL)")
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = 'assessments_score'::regclass AND contype = 'f'"
        )
        for (definition,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE bench_full ADD {definition}")
    owner.autocommit = False


# Binary COPY: a header, then for each row the number of fields and for each field its length (-1: NULL) and its bytes.
HEAD = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
ANSWER = np.dtype([("fields", ">i2"), ("a", ">i4"), ("submission", ">i8"), ("b", ">i4"), ("question", ">i8"),
                   ("c", ">i4"), ("level", ">i2")])  # fmt: skip
OUT = """
COPY (SELECT submission_id, question_id, COALESCE(level, CASE status WHEN 'na' THEN -1 ELSE 0 END)::smallint
        FROM assessments_answer) TO STDOUT (FORMAT binary)
"""
COLUMNS = ("organisation_id", "result_id", "measure", "point", "coverage", "low", "high", "bottleneck",
           "many_not_applicable", "peer_tree", "peer_path", "position_text")  # fmt: skip


def floor(owner, plan, keys, results, organisation: int, table: str) -> float:
    """Seconds of one run into a table; `results` maps a submission to the id of its result."""
    from assessments.bulk import component_marks
    from assessments.scoring import score_matrix

    started = time.perf_counter()
    with owner, owner.cursor() as cursor:
        cursor.execute("SELECT set_config('app.organisation', %s, false)", [str(organisation)])
        raw = io.BytesIO()
        cursor.copy_expert(OUT, raw)
        answers = np.frombuffer(raw.getbuffer()[len(HEAD) : -2], dtype=ANSWER)
        submissions, line = np.unique(answers["submission"].astype(np.int64), return_inverse=True)
        questions = np.array([keys[q] for q in plan.questions])
        order = np.argsort(questions)
        column = order[np.searchsorted(questions, answers["question"].astype(np.int64), sorter=order)]
        levels = np.zeros((len(submissions), len(questions)), dtype=np.int8)
        levels[line, column] = answers["level"]
        matrix = score_matrix(plan, levels)
        bottleneck, many = component_marks(plan, matrix)
        ids = np.array([results[s] for s in submissions.tolist()])
        body = io.BytesIO(HEAD + b"".join(rows(plan, matrix, bottleneck, many, ids, organisation)) + b"\xff\xff")
        cursor.copy_expert(f"COPY {table} ({', '.join(COLUMNS)}) FROM STDIN (FORMAT binary)", body)
    return time.perf_counter() - started


def rows(plan, matrix, bottleneck, many, ids, organisation):
    """The score rows as binary COPY; rows of one measure with the same NULLs have one layout and are packed at once."""
    numbers = (matrix.point, matrix.coverage, matrix.low, matrix.high)
    for j, measure in enumerate(matrix.measures):
        missing = np.stack([np.isnan(x[:, j]) for x in numbers])
        for lowest in np.unique(bottleneck[:, j]).tolist():
            for pattern in np.unique(missing[:, bottleneck[:, j] == lowest], axis=1).T:
                own = np.flatnonzero((missing == pattern[:, None]).all(axis=0) & (bottleneck[:, j] == lowest))
                yield packed(plan, measure, lowest, [None if gone else x[own, j] for x, gone in zip(numbers, pattern, strict=True)],
                             many[own, j], ids[own], organisation)  # fmt: skip


def packed(plan, measure, lowest, numbers, many, ids, organisation) -> bytes:
    worst = plan.dimensions[lowest - 1] if lowest else ""
    fields = [(organisation, ">i8"), (ids, ">i8"), (measure.encode(), f"S{len(measure)}")]
    fields += [(x, ">f8") if x is not None else (None, "") for x in numbers]
    fields += [(worst.encode(), f"S{len(worst)}"), (many, "?"), (b"", ""), (b"", ""), (b"", "")]
    layout = [("fields", ">i2")]
    for i, (_value, kind) in enumerate(fields):
        layout += [(f"l{i}", ">i4"), *([(f"v{i}", kind)] if kind and kind != "S0" else [])]
    out = np.empty(len(ids), dtype=layout)
    out["fields"] = len(fields)
    for i, (value, _kind) in enumerate(fields):
        out[f"l{i}"] = -1 if value is None else out.dtype[f"v{i}"].itemsize if f"v{i}" in out.dtype.names else 0
        if f"v{i}" in out.dtype.names:
            out[f"v{i}"] = value
    return out.tobytes()


def main() -> None:
    with ground.ready():
        from assessments import bulk, pipeline, publishing
        from assessments.models import Questionnaire, Result
        from assessments.scoring import plan_for
        from opmodel.organisations.tenancy import tenant
        from tests import build

        organisation = build.organisation("Bench").pk
        content = Questionnaire.objects.get().pk
        owner = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
        fill(owner, organisation, content)
        method = pipeline.current_method()
        plan, keys = plan_for(publishing.catalogue(content), method), publishing.question_keys(content)

        ours = []
        for turn in range(RUNS):
            again = dataclasses.replace(method, version=f"bench-{turn}")  # a new version asks for new results
            started = time.perf_counter()
            done = bulk.rescore(organisation, method=again, segments=pipeline.segments())
            ours.append(time.perf_counter() - started)
            assert done == SUBMISSIONS
        peak = ground.peak_mib()
        with tenant(organisation):
            found = Result.objects.filter(method_version=again.version).values_list("submission_id", "pk")
            results = dict(found)
        floors = {}
        for table in ("bench_full", "bench_bare"):
            times = []
            for _ in range(RUNS):
                ground.run(os.environ["DATABASE_OWNER_URL"], f"TRUNCATE {table}")
                times.append(floor(owner, plan, keys, results, organisation, table))
            floors[table] = statistics.median(times)
        with owner, owner.cursor() as cursor:
            cursor.execute("SELECT set_config('app.organisation', %s, false)", [str(organisation)])
            fields = ", ".join(COLUMNS)
            cursor.execute(
                f"SELECT count(*) FROM (SELECT {fields} FROM bench_bare EXCEPT"
                f" SELECT {fields} FROM assessments_score) different"
            )
            different = cursor.fetchone()[0]
        owner.close()

    seconds = statistics.median(ours)
    print(f"submissions {SUBMISSIONS}, scores {SUBMISSIONS * len(plan.measures)}, median of {RUNS} runs")
    print(f"ours                      {seconds:6.2f} s   {SUBMISSIONS / seconds:8.0f} submissions a second")
    print(f"floor, same constraints   {floors['bench_full']:6.2f} s   ratio {seconds / floors['bench_full']:.2f}")
    print(f"floor, bare table         {floors['bench_bare']:6.2f} s   ratio {seconds / floors['bench_bare']:.2f}")
    print(f"rows of the floor that differ from ours: {different}")
    print(f"peak memory of ours {peak:.0f} MiB")


if __name__ == "__main__":
    main()
