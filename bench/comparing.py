"""One enterprise compared with its peers in all 32 measures, out of releases made of few and of many records.

Timed is all that a comparison does: the one statement that reads the release, the table of each measure, the position of
each score with its interval. The viewer is the one whose groups are the most and largest in the larger release: it reads
the most rows and finds the finest quantiles. Floor: a bare statement that fetches the same rows, without Django. All
are timed in turns in one run; what counts are the ratios.
"""

import os
import statistics
import sys
import time
from datetime import date, timedelta

import ground

FEW, MANY = 400, int(sys.argv[1]) if len(sys.argv) > 1 else 40_000
RUNS = 300


def release(n: int):
    """A published release of n made-up records (docs/illustrative-peers.md)."""
    import numpy as np

    from benchmarks import illustrative, measures, releases
    from benchmarks.models import Dataset, Record
    from benchmarks.settings import method_section, method_version, segments

    known = measures.current()
    dimensions = [m for m in known.codes if m not in known.families]
    head, *lines = illustrative.generate(dimensions, segments(), n=n).splitlines()
    at = {name: i for i, name in enumerate(head.split(","))}
    dataset = Dataset.objects.create(
        name=f"{n} records", measures=list(known.codes), families=dict(known.families), source="bench", period="2025"
    )
    recent = date(2026, 6, 1)
    Record.objects.bulk_create(
        (
            Record(
                dataset=dataset, record_key=row[0], submitted_on=recent - timedelta(days=i % 300), completion=1000,
                **{s: row[at[s]] for s in ("industry", "region", "size_band", "process_type")},
                scores=[round(1000 * float(row[at[m]])) if row[at[m]] else None for m in known.codes],
            )
            for i, row in enumerate(np.char.split(lines, ",").tolist())
        ),
        batch_size=2000,
    )  # fmt: skip
    made = releases.make_release(
        dataset=dataset, as_of=date(2026, 6, 30), rules=method_section(), segments=segments(),
        method_version=method_version(),
    )  # fmt: skip
    return releases.publish(release=made)


def widest(release) -> dict[str, str]:
    """The segments of a viewer who finds the most published groups, and among these the finest quantiles."""
    from itertools import product

    from benchmarks.cells import paths, prefixes
    from benchmarks.settings import segments

    known = segments()
    size = {(c.tree, c.path): len(c.quantiles) for c in release.cells.filter(measure="OVERALL")}
    viewers = [
        {"industry": i, "region": r, "size_band": s}
        for i, r, s in product(known.sector_of, known.regions, known.size_bands)
    ]

    def weight(viewer):
        own = [size.get((t, p), 0) for t, path in paths(viewer, known.sector_of).items() for p in prefixes(path)]
        return sum(n > 0 for n in own), sum(own)

    return max(viewers, key=weight)


def compare(release, viewer, scores, rules, known):
    from benchmarks import selectors
    from benchmarks.statistics import position

    tables = selectors.peer_tables(selectors.own_cells(release, viewer, known))
    return {m: position(scores[m], t.quantiles, t.n_band, rules) for m, t in tables.items()}


def floor(release, viewer, known) -> int:
    """The same rows by a bare statement; returns how many."""
    from django.db import connection

    from benchmarks.cells import paths, prefixes

    own = {tree: list(prefixes(path)) for tree, path in paths(viewer, known.sector_of).items()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT measure, tree, path, depth, n_band, mean, quantiles::text FROM benchmarks_cellstatistic"
            " WHERE release_id = %s AND (tree = 'A' AND path = ANY(%s) OR tree = 'B' AND path = ANY(%s))",
            [release.pk, own["A"], own["B"]],
        )
        return len(cursor.fetchall())


def main() -> None:
    with ground.ready():
        from benchmarks.settings import method_section, segments

        started = time.perf_counter()
        made = {n: release(n) for n in (FEW, MANY)}
        ground.run(os.environ["DATABASE_OWNER_URL"], "ANALYZE")  # as autovacuum does within a minute
        viewer, rules, known = widest(made[MANY]), method_section(), segments()
        scores = {m: 1 + 4 * i / 31 for i, m in enumerate(made[MANY].dataset.measures)}
        print(f"both releases made in {time.perf_counter() - started:.0f} s; viewer {', '.join(viewer.values())}")
        times, bare, rows = {n: [] for n in made}, {n: [] for n in made}, {}
        for _ in range(RUNS):
            for n, found in made.items():
                began = time.perf_counter()
                places = compare(found, viewer, scores, rules, known)
                ended = time.perf_counter()
                rows[n] = floor(found, viewer, known)
                times[n].append(1000 * (ended - began))
                bare[n].append(1000 * (time.perf_counter() - ended))
                assert len(places) == 32
        for n, found in made.items():
            ours, least = statistics.median(times[n]), statistics.median(bare[n])
            print(
                f"{n:7} records, {found.cells.count():6} statistics, {rows[n]:4} on the own paths: {ours:.2f} ms,"
                f" worst of twenty {sorted(times[n])[int(0.95 * RUNS)]:.2f} ms, {ours / least:.1f} times a bare statement"
            )
        print(f"many / few: {statistics.median(times[MANY]) / statistics.median(times[FEW]):.2f}")


if __name__ == "__main__":
    main()
