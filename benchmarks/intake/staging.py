"""Checked lines -> a table of this session -> compared with what a dataset holds, and written in one transaction."""

import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from django.db import DatabaseError, connection

from benchmarks.models import Dataset, Import

COLUMNS = "record_key, industry, region, size_band, process_type, submitted_on, completion, scores"
TABLE = """
CREATE TEMPORARY TABLE benchmarks_incoming (
  record_key varchar(64), industry varchar(8), region varchar(40), size_band varchar(20), process_type varchar(40),
  submitted_on date, completion smallint, scores smallint[])
"""
CONTENT = "{0}.industry, {0}.region, {0}.size_band, {0}.process_type, {0}.submitted_on, {0}.completion, {0}.scores"
SAME = f"(({CONTENT.format('r')}) = ({CONTENT.format('s')}))"
KNOWN = """
(SELECT record_key, max(revision) AS revision, bool_or(is_current) AS present
   FROM benchmarks_record WHERE dataset_id = %(dataset)s GROUP BY record_key)
"""
COUNT = f"""
SELECT count(*), count(*) FILTER (WHERE k.record_key IS NULL), count(*) FILTER (WHERE {SAME})
  FROM benchmarks_incoming s
  LEFT JOIN {KNOWN} k USING (record_key)
  LEFT JOIN benchmarks_record r ON r.dataset_id = %(dataset)s AND r.record_key = s.record_key AND r.is_current
"""  # noqa: S608
RETIRE = f"""
UPDATE benchmarks_record r SET is_current = false FROM benchmarks_incoming s
 WHERE r.dataset_id = %(dataset)s AND r.is_current AND r.record_key = s.record_key AND NOT {SAME}
"""  # noqa: S608
ADD = f"""
INSERT INTO benchmarks_record (dataset_id, brought_by_id, revision, is_current, {COLUMNS})
SELECT %(dataset)s, %(card)s, COALESCE(k.revision, 0) + 1, true, {COLUMNS}
  FROM benchmarks_incoming s LEFT JOIN {KNOWN} k USING (record_key)
 WHERE k.present IS NOT TRUE
 ORDER BY s.record_key COLLATE "C" -- keys are hashes: in their order the indexes grow at one end, which is twice as fast
"""  # noqa: S608


@dataclass(frozen=True)
class Change:
    """What a file does to a dataset."""

    rows: int
    new: int
    corrected: int

    @property
    def unchanged(self) -> int:
        return self.rows - self.new - self.corrected


class Stage:
    """The table the lines of one file wait in; of this session only, outside of any transaction of its own."""

    def take(self, lines: bytes) -> None:
        with connection.cursor() as cursor:
            cursor.copy_expert(f"COPY benchmarks_incoming ({COLUMNS}) FROM STDIN", io.BytesIO(lines))

    def compare(self, dataset: Dataset | None) -> Change:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE benchmarks_incoming")
            cursor.execute(COUNT, {"dataset": dataset.pk if dataset else None})
            rows, new, same = cursor.fetchone()
        return Change(rows, new, rows - new - same)

    def write(self, dataset: Dataset, card: Import) -> Change:
        """Inside a transaction that holds the dataset locked: known records that differ get a new revision."""
        change = self.compare(dataset)
        values = {"dataset": dataset.pk, "card": card.pk}
        with connection.cursor() as cursor:
            cursor.execute(RETIRE, values)
            cursor.execute(ADD, values)
        return change


@contextmanager
def stage() -> Iterator[Stage]:
    _drop()
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
    try:
        yield Stage()
    except BaseException:
        with suppress(
            DatabaseError
        ):  # inside a transaction that failed nothing can be executed; it takes the table away
            _drop()
        raise
    _drop()


def _drop() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.benchmarks_incoming")
