"""A CSV of peer records -> a dataset: all or nothing, every error with its line, column, value and what was expected."""

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils import timezone

from benchmarks.cells import Segments
from benchmarks.models import Dataset, Import, Record

FIXED = ("record_id", "industry", "region", "size_band", "process_type", "submitted_on", "completion")
EARLIEST = date(2000, 1, 1)
MAX_BYTES, MAX_ROWS, SHOWN_ERRORS = 64_000_000, 200_000, 200


@dataclass(frozen=True)
class RowError:
    line: int
    column: str
    value: str
    expected: str

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.value!r}, expected {self.expected}"


class ImportRefused(ValueError):
    """The file was not imported; `errors` holds the first ones, `total` counts all."""

    def __init__(self, errors: Sequence[RowError], total: int) -> None:
        more = f"\n... and {total - len(errors)} more" if total > len(errors) else ""
        count = "1 error" if total == 1 else f"{total} errors"
        super().__init__(f"{count}, nothing was imported:\n" + "\n".join(map(str, errors)) + more)
        self.errors, self.total = list(errors), total


class SameFile(ValueError):
    """This very file was imported before."""


def thousandths(text: str, low: int, high: int, rounding: str = ROUND_HALF_UP) -> int | None:
    """A decimal as whole thousandths within [low, high] thousandths; None when it is no such number."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    # Before any arithmetic: 1e999990 would take a minute.
    if not text.isascii() or not value.is_finite() or value.adjusted() > 3:
        return None
    scaled = value * 1000  # judged before it is rounded: 0.9996 is no score, 79.96 % are not 80
    return int(scaled.to_integral_value(rounding)) if low <= scaled <= high else None


def read_rows(content: bytes, measures: Sequence[str], segments: Segments) -> list[Record]:
    """Unsaved records of a CSV; raises ImportRefused."""
    if len(content) > MAX_BYTES:
        raise ImportRefused([RowError(0, "", f"{len(content)} bytes", f"at most {MAX_BYTES}")], 1)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportRefused([RowError(0, "", str(error), "UTF-8 text")], 1) from error
    reader = csv.DictReader(io.StringIO(text), strict=True)
    try:
        header = reader.fieldnames or []
    except csv.Error as error:
        raise ImportRefused([RowError(1, "", str(error), "valid CSV")], 1) from error
    wanted = [*FIXED, *measures]
    errors = [RowError(1, name, "", "this column; it is missing") for name in wanted if name not in header]
    errors += [RowError(1, name, name, "only known columns") for name in header if name not in wanted]
    errors += [RowError(1, name, name, "each column once") for name in {n for n in header if header.count(n) > 1}]
    if errors:
        raise ImportRefused(errors[:SHOWN_ERRORS], len(errors))
    allowed: dict[str, Mapping[str, Any] | Sequence[str]] = {
        "industry": segments.sector_of,
        "region": segments.regions,
        "size_band": segments.size_bands,
        "process_type": segments.process_types,
    }
    records: list[Record] = []
    first_line: dict[str, int] = {}
    try:
        for row in reader:
            line = reader.line_num
            if line > MAX_ROWS + 1:
                errors.append(RowError(line, "", "", f"at most {MAX_ROWS} rows"))
                break
            records.append(_record(row, line, measures, allowed, first_line, errors))
    except csv.Error as error:
        errors.append(RowError(reader.line_num, "", str(error), "valid CSV"))
    if not records and not errors:
        errors.append(RowError(2, "", "", "at least one record"))
    if errors:
        raise ImportRefused(errors[:SHOWN_ERRORS], len(errors))
    return records


def _record(
    row: Mapping[str, Any], line: int, measures: Sequence[str], allowed: Mapping[str, Any],
    first_line: dict[str, int], errors: list[RowError],
) -> Record:  # fmt: skip
    def wrong(column: str, expected: str) -> None:
        errors.append(RowError(line, column, str(row.get(column) or "")[:80], expected))

    if None in row or None in row.values():
        errors.append(RowError(line, "", "", f"{len(FIXED) + len(measures)} fields, as in the header"))
        return Record()
    key = row["record_id"].strip()
    if not key or len(key) > 200:
        wrong("record_id", "1 to 200 characters")
    elif key in first_line:
        wrong("record_id", f"each record once; it stands on line {first_line[key]} already")
    first_line.setdefault(key, line)
    for column, known in allowed.items():
        if row[column] not in known:
            wrong(column, f"one of: {', '.join(known)}")
    try:
        day = date.fromisoformat(row["submitted_on"])
    except ValueError:
        day = date.min
    if not EARLIEST <= day <= timezone.localdate():
        wrong("submitted_on", "a date like 2026-03-31, not in the future")
    completion = thousandths(row["completion"], 0, 1000, ROUND_FLOOR)
    if completion is None:
        wrong("completion", "a share from 0 to 1")
    scores = []
    for measure in measures:
        score = thousandths(row[measure], 1000, 5000) if row[measure] else None
        if score is None and row[measure]:
            wrong(measure, "a score from 1 to 5, or empty")
        scores.append(score)
    return Record(
        # The name of a record never enters the database, only its hash.
        record_key=hashlib.sha256(key.encode()).hexdigest(),
        industry=row["industry"], region=row["region"], size_band=row["size_band"], process_type=row["process_type"],
        submitted_on=day, completion=completion or 0, scores=scores,
    )  # fmt: skip


@transaction.atomic
def import_csv(
    *, content: bytes, name: str, measures: Sequence[str], segments: Segments, illustrative: bool, source: str,
    families: Mapping[str, Sequence[str]], by: int | None = None,
) -> Dataset:  # fmt: skip
    """Make a dataset of a CSV; raises ImportRefused or SameFile, and then nothing is stored."""
    digest = hashlib.sha256(content).hexdigest()
    known = Import.objects.filter(file_hash=digest, state=Import.State.APPLIED).first()
    if known is not None:
        raise SameFile(f"this file was imported on {known.created_at:%Y-%m-%d} as “{known.dataset_name}”")
    if Dataset.objects.filter(name=name).exists():
        raise SameFile(f"a dataset “{name}” exists already; choose another name")
    records = read_rows(content, measures, segments)
    first, last = min(r.submitted_on for r in records), max(r.submitted_on for r in records)
    dataset = Dataset.objects.create(
        name=name,
        illustrative=illustrative,
        measures=list(measures),
        source=source,
        period=f"{first:%Y-%m} to {last:%Y-%m}",
        families=dict(families),
    )
    card = Import.objects.create(
        dataset=dataset, dataset_name=name, state=Import.State.APPLIED, illustrative=illustrative, file_name=name,
        file_hash=digest, source=source, period=dataset.period, rows=len(records), rows_new=len(records),
        imported_by=by, applied_at=timezone.now(),
    )  # fmt: skip
    for record in records:
        record.dataset, record.brought_by = dataset, card
    Record.objects.bulk_create(records, batch_size=2000)
    return dataset
