"""PURE: batches of cells -> a typed frame -> judged by a pandera schema -> lines for COPY, or errors with their place.

A cell that cannot be read gets a value outside of what the schema allows (UNREADABLE), so that the schema alone judges.
Scores and completion are numbers here and become whole thousandths only when they are right: 0.9996 is no score.
"""

import hashlib
import re
from collections import Counter
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.intake.layout import (
    DAY,
    EARLIEST,
    FIXED,
    KEPT_ERRORS,
    NAME,
    NAME_LENGTH,
    SEGMENTS,
    SHARE,
    SHOWN_VALUE,
    Fault,
    Order,
)
from benchmarks.intake.reading import Batch, cell_text

UNREADABLE = np.inf
NO_DAY = np.datetime64("1700-01-01", "s")
AGAIN = "stood before"  # helper column: the line on which the same name stood already, else 0
SAMPLE = 10  # rows shown before anybody confirms
NAME_SHAPE = rf"^[^\x00-\x1f]{{1,{NAME_LENGTH}}}$"
NUMBER = r"^[+-]?[0-9]+(\.[0-9]*)?$"
COMMA = re.compile(r"^[0-9]+,[0-9]+$")
JOIN = {"null_handling": "replace", "null_replacement": "NULL"}


def schema_of(order: Order) -> pandera.DataFrameSchema:
    """One row a legal group: known segments, a day in the past, a share, and scores from 1 to 5 or none."""

    def check(made: Any) -> Any:
        made.n_failure_cases = 1  # places are read from the mask of the check; a frame of a million cases takes minutes
        return made

    columns = {
        NAME: pandera.Column(object, check(pandera.Check.str_matches(NAME_SHAPE))),
        AGAIN: pandera.Column("int64", check(pandera.Check.equal_to(0))),
        DAY: pandera.Column(
            "datetime64[s]", check(pandera.Check.in_range(pd.Timestamp(EARLIEST), pd.Timestamp(order.today)))
        ),
        SHARE: pandera.Column(float, check(pandera.Check.in_range(0, 1))),
    }
    columns |= {s: pandera.Column("category", check(pandera.Check.isin(order.segments[s]))) for s in SEGMENTS}
    columns |= {m: pandera.Column(float, check(pandera.Check.in_range(1, 5)), nullable=True) for m in order.measures}
    return pandera.DataFrameSchema(columns, strict=True)


class Checker:
    """Judges batch after batch: counts all errors, keeps the first ones, and knows every name that was there."""

    def __init__(self, order: Order) -> None:
        self.order, self.schema = order, schema_of(order)
        self.theirs = order.theirs()
        self.first_line: dict[str, int] = {}
        self.errors: list[Fault] = []
        self.error_count = 0
        self.rows = 0
        self.sample: list[dict[str, Any]] = []
        self.counts: dict[str, Counter[str]] = {s: Counter() for s in SEGMENTS}
        self.days: list[str] = []  # the first and the last one

    def take(self, batch: Batch) -> bytes:
        """The lines for COPY of a batch; none from the first error of the file on."""
        names = [text.strip() for text in texts(batch.columns[NAME])]
        known_as = [plain(name) for name in names]
        frame = self._frame(batch, names, known_as)
        self.rows += len(frame)
        try:
            self.schema.validate(frame, lazy=True)
        except pandera.errors.SchemaErrors as found:
            self._note(batch, found.schema_errors)
        self._look(batch, frame)
        if self.error_count or not len(frame):
            return b""
        return copy_lines(frame, known_as, self.order.measures)

    def note(self, fault: Fault) -> None:
        self.error_count += 1
        if len(self.errors) < KEPT_ERRORS:
            self.errors.append(fault)

    def _frame(self, batch: Batch, names: list[str], known_as: list[str]) -> pd.DataFrame:
        columns: dict[str, Any] = {NAME: pd.Series(names, dtype=object), AGAIN: self._repeated(known_as, batch.lines)}
        for segment in SEGMENTS:
            coded = pc.dictionary_encode(pa.array(texts(batch.columns[segment]), type=pa.string()))
            columns[segment] = coded.to_pandas()
        columns[DAY] = days(batch.columns[DAY])
        columns[SHARE] = np.nan_to_num(numbers(batch.columns[SHARE]), nan=UNREADABLE, posinf=UNREADABLE)
        nothing = np.full(len(names), np.nan)
        for measure in self.order.measures:
            columns[measure] = numbers(batch.columns[measure]) if measure in batch.columns else nothing
        return pd.DataFrame(columns, copy=False)

    def _repeated(self, known_as: list[str], lines: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """For each name, made plain, the line it stood on before, else 0."""
        again = np.zeros(len(known_as), dtype=np.int64)
        known = self.first_line
        for i, (name, line) in enumerate(zip(known_as, lines.tolist(), strict=True)):
            first = known.setdefault(name, line)
            if first != line and name:
                again[i] = first
        return again

    def _note(self, batch: Batch, found: list[Any]) -> None:
        """The errors of a batch, by line and then in the order of the columns."""
        places: list[tuple[int, int, str]] = []
        order = {name: i for i, name in enumerate([NAME, AGAIN, *FIXED[1:], *self.order.measures])}
        for error in found:
            column, mask = error.schema.name, error.check_output
            rows = mask.index[~mask.to_numpy()].to_numpy()
            self.error_count += len(rows)
            places += [(int(row), order[column], column) for row in rows[:KEPT_ERRORS]]
        for row, _order, column in sorted(places)[: KEPT_ERRORS - len(self.errors)]:
            self.errors.append(self._fault(batch, row, column))

    def _fault(self, batch: Batch, row: int, column: str) -> Fault:
        line = int(batch.lines[row])
        if column == AGAIN:
            name = texts(batch.columns[NAME])[row]
            return Fault(line, self.theirs[NAME], "", "repeated", [self.first_line[plain(name)]])
        theirs = self.theirs[column]
        if column == NAME:  # names of companies are kept nowhere, in no report either
            return Fault(line, theirs, "", "name", [NAME_LENGTH])
        value = cell_text(batch.columns[column][row].as_py())[:SHOWN_VALUE]
        if column in SEGMENTS:
            return Fault(line, theirs, value, "segment", self.order.segments[column])
        if column == DAY:
            return Fault(line, theirs, value, "day")
        kind = "share" if column == SHARE else "score"
        if COMMA.match(value):
            return Fault(line, theirs, value, f"{kind}_comma")
        if value.endswith("%"):
            return Fault(line, theirs, value, f"{kind}_percent")
        return Fault(line, theirs, value, kind)

    def _look(self, batch: Batch, frame: pd.DataFrame) -> None:
        """What a person sees before confirming: the first rows without names, how many of each segment, the days."""
        for segment in SEGMENTS:
            if not self.error_count:
                self.counts[segment].update({str(name): n for name, n in frame[segment].value_counts().items()})
        for row in range(min(SAMPLE - len(self.sample), len(frame))):
            given = [cell_text(batch.columns[name][row].as_py())[:SHOWN_VALUE] for name in FIXED[1:]]
            scores = sum(bool(found) for found in frame.loc[row, self.order.measures].notna())
            self.sample.append(
                {"line": int(batch.lines[row]), **dict(zip(FIXED[1:], given, strict=True)), "scores": scores}
            )
        if len(frame):
            found = frame[DAY].agg(["min", "max"]).dt.strftime("%Y-%m-%d").tolist()
            self.days = [min([*self.days[:1], found[0]]), max([*self.days[1:], found[1]])]


def plain(name: str) -> str:
    """A company's name as it is recognised by, here and in what organisations contribute: capitals and spaces are one.

    >>> plain(" Nordwerk  AG ")
    'nordwerk ag'
    """
    return " ".join(name.casefold().split())


def texts(column: pa.Array) -> list[str]:
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return [value or "" for value in column.to_pylist()]
    return [cell_text(value) for value in column.to_pylist()]


def numbers(column: pa.Array) -> npt.NDArray[np.float64]:
    """Numbers with a decimal point; NaN where the cell is empty, UNREADABLE where it holds anything else.

    >>> numbers(pa.array(["2.5", "", "2,5", "nan"]))
    array([2.5, nan, inf, inf])
    """
    kind = column.type
    if pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind):
        values = pc.cast(column, pa.float64(), safe=False)
        return _with_nan(values, pc.is_null(column))
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        column = pa.array(texts(column), type=pa.string())
    empty = pc.fill_null(pc.equal(column, ""), True)
    try:
        values = pc.cast(pc.if_else(empty, pa.scalar(None, column.type), column), pa.float64())
    except pa.ArrowInvalid:
        trimmed = pc.utf8_trim_whitespace(column)
        empty = pc.fill_null(pc.equal(trimmed, ""), True)
        right = pc.fill_null(pc.match_substring_regex(trimmed, NUMBER), False)
        values = pc.cast(pc.if_else(right, trimmed, pa.scalar(None, column.type)), pa.float64())
    return _with_nan(values, empty)


def _with_nan(values: pa.Array, empty: pa.Array) -> npt.NDArray[np.float64]:
    found = np.array(values.to_numpy(zero_copy_only=False), dtype=np.float64)
    gone = empty.to_numpy(zero_copy_only=False)
    found[np.isnan(found) & ~gone] = UNREADABLE
    return found


def days(column: pa.Array) -> npt.NDArray[np.datetime64]:
    """Days as datetime64[s]; NO_DAY for whatever is no day like 2026-03-31."""
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        column = pc.cast(pc.cast(column, pa.date32(), safe=False), pa.string())
    coded = pc.dictionary_encode(pa.array(texts(column), type=pa.string()))
    known = np.array([_day(text) for text in coded.dictionary.to_pylist()], dtype="datetime64[s]")
    return known[coded.indices.to_numpy(zero_copy_only=False)] if len(known) else known


def _day(text: str) -> np.datetime64:
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        return NO_DAY
    # Written in full only: 20260331 and 2026-W14-2 are days to Python.
    return (
        np.datetime64(found, "s") if len(text.strip()) == 10 and text.strip()[4] == "-" != text.strip()[5] else NO_DAY
    )


def thousandths(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Half up; the inner rounding undoes what a decimal fraction loses as a binary one.

    >>> thousandths(np.array([2.0485, 4.9996, 1.0]))
    array([2049., 5000., 1000.])
    """
    return np.floor(np.round(values * 1000, 6) + 0.5)


def copy_lines(frame: pd.DataFrame, known_as: list[str], measures: list[str]) -> bytes:
    """A right frame as text for COPY, with a hash in place of each name: key, segments, day, completion, scores.

    `known_as` are the names made plain.
    """
    keys = [hashlib.sha256(name.encode()).hexdigest() for name in known_as]
    scores = []
    for measure in measures:
        whole = thousandths(frame[measure].to_numpy())
        missing = np.isnan(whole)
        scores.append(pc.cast(pa.array(np.where(missing, 0, whole).astype(np.int16), mask=missing), pa.string()))
    # Rounded down: 79.96 % are not 80.
    share = np.floor(np.round(frame[SHARE].to_numpy() * 1000, 6)).astype(np.int16)
    fields = [
        pa.array(keys),
        *(pa.array(frame[s].astype(str).to_numpy(dtype=object), type=pa.string()) for s in SEGMENTS),
        pa.array(frame[DAY].dt.strftime("%Y-%m-%d").to_numpy(dtype=object), type=pa.string()),
        pc.cast(pa.array(share), pa.string()),
        pc.binary_join_element_wise("{", pc.binary_join_element_wise(*scores, ",", **JOIN), "}\n", ""),
    ]
    return _text_of(pc.binary_join_element_wise(*fields, "\t"))


def _text_of(lines: pa.Array) -> bytes:
    """The texts of an array, one after the other, as they lie in its memory."""
    ends = np.frombuffer(lines.buffers()[1], dtype=np.int32)
    first, last = ends[lines.offset], ends[lines.offset + len(lines)]
    return bytes(lines.buffers()[2].to_pybytes()[first:last])
