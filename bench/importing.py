"""1,000,000 peer records of 32 measures: from a file into the table of a new dataset, against the floor of read and COPY.

Ours: `cards.bring_in`, as `manage.py import_benchmark` does it: a process of its own reads, checks and hashes, its lines
wait in a temporary table, are compared with the dataset and written in one transaction. Floor: pyarrow reads the same
file in one thread with the types it is told, its columns become text by pyarrow's functions, and one COPY writes them
into a twin of the table; once with the keys, indexes and checks of the real one, once into a bare table. The floor checks
nothing, hashes nothing and compares nothing.
"""

import io
import multiprocessing
import os
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

import ground
import numpy as np
import psutil
import psycopg2

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
FIELDS = "record_key, industry, region, size_band, process_type, submitted_on, completion, scores"


def write_files(folder: Path, order) -> None:
    """The same records as CSV and as Parquet: names, known segments, two years of days, scores to three places, 2 % gaps."""
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet

    rng = np.random.default_rng(1)
    columns = {"record_id": pa.array([f"company number {i}" for i in range(ROWS)])}
    for name, values in order.segments.items():
        columns[name] = pa.array(np.array(values)[rng.integers(0, len(values), ROWS)])
    days = np.datetime64("2024-12-01") + rng.integers(0, 600, ROWS)
    columns["submitted_on"] = pa.array(days.astype("datetime64[D]"))
    columns["completion"] = pa.array(np.round(rng.uniform(0.8, 1, ROWS), 3))
    for measure in order.measures:
        columns[measure] = pa.array(np.round(rng.uniform(1, 5, ROWS), 3), mask=rng.random(ROWS) < 0.02)
    table = pa.table(columns)
    pyarrow.csv.write_csv(table, folder / "peers.csv", pyarrow.csv.WriteOptions(quoting_style="none"))
    pyarrow.parquet.write_table(table, folder / "peers.parquet")


def floor(file: Path, order, table: str) -> float:
    """Seconds to read a file and COPY it into a table."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.csv
    import pyarrow.parquet

    started = time.perf_counter()
    if file.suffix == ".csv":
        types = {m: pa.float64() for m in order.measures} | {"completion": pa.float64(), "industry": pa.string()}
        found = pyarrow.csv.read_csv(
            file,
            pyarrow.csv.ReadOptions(use_threads=False),
            convert_options=pyarrow.csv.ConvertOptions(column_types=types),
        )
    else:
        found = pyarrow.parquet.read_table(file, use_threads=False)
    owner = psycopg2.connect(os.environ["DATABASE_OWNER_URL"])
    with owner, owner.cursor() as cursor:
        parts = (lines(batch, order, pa, pc) for batch in found.to_batches(max_chunksize=32_768))
        fixed = "dataset_id, revision, is_current, " if table != "bench_bare" else ""
        cursor.copy_expert(f"COPY {table} ({fixed}{FIELDS}) FROM STDIN", Stream(parts, fixed != ""))
    owner.close()
    return time.perf_counter() - started


def lines(batch, order, pa, pc) -> bytes:
    join = {"null_handling": "replace", "null_replacement": "NULL"}
    whole = [pc.cast(pc.cast(pc.round(pc.multiply(batch[m], 1000.0)), pa.int16()), pa.string()) for m in order.measures]
    share = pc.cast(pc.cast(pc.floor(pc.multiply(batch["completion"], 1000.0)), pa.int16()), pa.string())
    texts = [batch[n] for n in ("record_id", *order.segments)] + [pc.cast(batch["submitted_on"], pa.string()), share]
    scores = pc.binary_join_element_wise("{", pc.binary_join_element_wise(*whole, ",", **join), "}\n", "")
    made = pc.binary_join_element_wise(*texts, scores, "\t")
    return b"".join(made.buffers()[2:3])


class Stream(io.RawIOBase):
    """What COPY reads from; the full table wants three columns more in front of each line."""

    def __init__(self, parts, full: bool) -> None:
        self.parts, self.full, self.rest = parts, full, b""

    def read(self, size: int = -1) -> bytes:
        if not self.rest:
            part = next(self.parts, b"")
            if part and self.full:
                part = b"1\t1\tt\t" + part[:-1].replace(b"\n", b"\n1\t1\tt\t") + b"\n"
            self.rest = part
        found, self.rest = self.rest[:size], self.rest[size:]
        return found


class Watch:
    """The largest resident size of this process and the one that reads, looked at twenty times a second."""

    def __init__(self) -> None:
        self.peak, self.on = 0, True
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()

    def look(self) -> None:
        me = psutil.Process()
        while self.on:
            total = me.memory_info().rss
            for process in me.children():
                with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
                    if any("benchmarks.intake" in part for part in process.cmdline()):
                        total += process.memory_info().rss
            self.peak = max(self.peak, total)
            time.sleep(0.05)

    def mib(self) -> float:
        self.on = False
        self.thread.join()
        return self.peak / 2**20


def twins() -> None:
    """Tables like the one of the records: with everything that hangs on it, and with nothing."""
    ground.run(
        os.environ["DATABASE_OWNER_URL"],
        "DROP TABLE IF EXISTS bench_full, bench_bare",
        "CREATE TABLE bench_full (LIKE benchmarks_record INCLUDING ALL)",
        "ALTER TABLE bench_full ADD FOREIGN KEY (dataset_id) REFERENCES benchmarks_dataset DEFERRABLE INITIALLY DEFERRED",
        "ALTER TABLE bench_full ADD FOREIGN KEY (brought_by_id) REFERENCES benchmarks_import DEFERRABLE INITIALLY DEFERRED",
        f"CREATE TABLE bench_bare AS SELECT {FIELDS} FROM benchmarks_record LIMIT 0",
    )


def ours(file: Path) -> tuple[float, float]:
    """Seconds, and MiB at the most."""
    from django.core.files.base import File

    from benchmarks.intake import cards

    watch, started = Watch(), time.perf_counter()
    with file.open("rb") as stream:
        card = cards.bring_in(
            upload=File(stream, name=file.name), dataset_name=f"bench {file.suffix}", illustrative=True, source="bench"
        )
    seconds = time.perf_counter() - started
    assert card.rows_new == ROWS
    return seconds, watch.mib()


def garbage(folder: Path, order) -> str:
    """A million rows in which no cell is right: how long until the report is there, and what it takes."""
    from django.core.files.base import File

    from benchmarks.intake import cards

    file = folder / "garbage.csv"
    header = ",".join(order.ours)
    with file.open("w") as out:
        out.write(header + "\n")
        for i in range(ROWS):
            out.write(f"g{i}" + f",x{i % 977}" * (len(order.ours) - 1) + "\n")
    watch, started = Watch(), time.perf_counter()
    try:
        with file.open("rb") as stream:
            cards.bring_in(
                upload=File(stream, name=file.name), dataset_name="garbage", illustrative=True, source="bench"
            )
    except cards.Faulty as refused:
        seconds = time.perf_counter() - started
        return f"garbage  refused with {refused.count} errors after {seconds:.1f} s, {watch.mib():.0f} MiB"
    return "garbage  was not refused"


def main() -> None:
    with ground.ready(), tempfile.TemporaryDirectory() as name:
        from benchmarks.intake import cards
        from benchmarks.models import Import

        order = cards.order_of(Import(file_name="peers.csv"))
        folder = Path(name)
        # In a process of its own: what the arrays took would count as ours.
        maker = multiprocessing.get_context("spawn").Process(target=write_files, args=(folder, order))
        maker.start()
        maker.join()
        print(f"{ROWS} records of {len(order.measures)} measures", flush=True)
        files = (folder / "peers.parquet", folder / "peers.csv")
        found = {file: ours(file) for file in files}
        refused = garbage(folder, order)
        twins()
        for file in files:
            seconds, mib = found[file]
            full, bare = floor(file, order, "bench_full"), floor(file, order, "bench_bare")
            print(
                f"{file.suffix[1:]:8} {file.stat().st_size / 1e6:5.0f} MB  ours {seconds:6.1f} s  {mib:5.0f} MiB at the most"
            )
            print(f"         floor, same constraints {full:6.1f} s  ratio {seconds / full:.2f}")
            print(f"         floor, bare table       {bare:6.1f} s  ratio {seconds / bare:.2f}", flush=True)
            ground.run(os.environ["DATABASE_OWNER_URL"], "TRUNCATE bench_full, bench_bare")
        print(refused)


if __name__ == "__main__":
    main()
