"""A release of 1,000,000 peer records of 32 measures: its statistics against a bare numpy sort of the same groups.

Ours: `releases.make_release`, timed by its parts. Floor of the statistics: the scores of each published group, laid side by
side beforehand, sorted by numpy and nothing else. Floor of the whole: COPY the records out as text, that sort, COPY the
members into a table with the same keys. The audit is told apart. Peak memory is that of this process.
"""

import io
import resource
import tempfile
import time
from datetime import date
from pathlib import Path

import ground
import importing
import numpy as np

DAY = date(2026, 7, 31)


class Clock:
    """Seconds spent in functions of a module, by name."""

    def __init__(self, module, names: list[str]) -> None:
        self.spent, self.given = dict.fromkeys(names, 0.0), {}
        for name in names:
            setattr(module, name, self.timed(name, getattr(module, name)))

    def timed(self, name, function):
        def run(*args, **kwargs):
            started = time.perf_counter()
            found = function(*args, **kwargs)
            self.spent[name] += time.perf_counter() - started
            self.given[name] = args
            return found

        return run


def bare_sort(paths, scores, measures, rules, allowed) -> float:
    """Seconds numpy needs to sort every group of a release in every measure."""
    from benchmarks.cells import MISSING, slices

    spent = 0.0
    for tree, own in paths.items():
        order, span = slices(own)
        for j in range(len(measures)):
            column = scores[order, j]
            for name in (name for t, name in allowed if t == tree):
                values = column[slice(*span[name])]
                values = values[values != MISSING]
                started = time.perf_counter()
                np.sort(values)
                spent += time.perf_counter() - started
    return spent


def copies(release) -> tuple[float, float]:
    """Seconds to COPY the records out, and the members into a twin of their table."""
    import os

    import psycopg2

    owner = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    fields = "record_key, revision, industry, region, size_band, scores"
    with owner, owner.cursor() as cursor:
        started = time.perf_counter()
        out = io.BytesIO()
        cursor.copy_expert(
            f"COPY (SELECT {fields} FROM benchmarks_record WHERE dataset_id = {release.dataset_id}) TO STDOUT", out
        )
        read = time.perf_counter() - started
        cursor.execute("CREATE TABLE bench_members (LIKE benchmarks_releasemember INCLUDING ALL)")
        cursor.execute("ALTER TABLE bench_members ADD FOREIGN KEY (release_id) REFERENCES benchmarks_release")
        member = "release_id, record_ref, kinds, block_a, block_b"
        held = io.BytesIO()
        cursor.copy_expert(f"COPY (SELECT {member} FROM benchmarks_releasemember) TO STDOUT", held)
        held.seek(0)
        started = time.perf_counter()
        cursor.copy_expert(f"COPY bench_members ({member}) FROM STDIN", held)
    written = time.perf_counter() - started
    owner.close()
    return read, written


def main() -> None:
    with ground.ready(), tempfile.TemporaryDirectory() as name:
        from benchmarks import releases
        from benchmarks.intake import cards
        from benchmarks.models import Dataset, Import
        from benchmarks.settings import method_section, segments

        order = cards.order_of(Import(file_name="peers.csv"))
        importing.write_files(Path(name), order)
        importing.ours(Path(name) / "peers.parquet")
        print(f"{importing.ROWS} records of {len(order.measures)} measures", flush=True)
        clock = Clock(releases, ["versions", "build_cells", "store_cells", "store_members"])
        audit = Clock(releases.Auditor, ["__init__", "repair", "margin", "too_small"])
        started = time.perf_counter()
        release = releases.make_release(
            dataset=Dataset.objects.get(),
            as_of=DAY,
            rules=method_section(),
            segments=segments(),
            method_version="bench",
        )
        seconds = time.perf_counter() - started
        judged = sum(audit.spent.values())
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        floor = bare_sort(*clock.given["build_cells"])
        read, written = copies(release)
        ours, whole = clock.spent["build_cells"], seconds - judged
        print(
            f"{release.report['counted']} counted, {len(clock.given['build_cells'][4])} peer groups, peak {peak:.0f} MiB"
        )
        print(f"statistics   ours {ours:6.1f} s  bare sort {floor:6.1f} s  ratio {ours / floor:.2f}")
        print(
            f"whole        ours {whole:6.1f} s  COPY out, sort, COPY in {read + floor + written:6.1f} s  ratio {whole / (read + floor + written):.2f}"
        )
        print(
            "  of it " + ", ".join(f"{k} {v:.1f} s" for k, v in clock.spent.items()) + f"; audit, apart, {judged:.1f} s"
        )


if __name__ == "__main__":
    main()
