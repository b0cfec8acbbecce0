"""PURE: a file of peer records -> batches of its columns, each an array of texts or, from Parquet, of whatever it holds.

Nothing is held in memory but the batch at hand, except of a workbook, which is read whole and may be shorter.
"""

import codecs
import csv
import re
import zipfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from benchmarks.intake.layout import Fault, Order, Unreadable, header_faults

BLOCK = 8_000_000  # bytes of a CSV that are looked at together
BATCH = 32_768  # rows of a workbook or a Parquet file
DELIMITERS = ",;\t"
FORMULA = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br=\"([A-Z]{1,3})(\d{1,7})\"[^>]*>\s*<(?:\w+:)?f[\s/>]")
OVERLAP = 1_000  # bytes, longer than what FORMULA matches


@dataclass
class Batch:
    """Rows of the file: their lines, and our column -> its cells."""

    lines: npt.NDArray[np.int64]
    columns: dict[str, pa.Array]


class Source(ABC):
    """An open file: `header`, what is wrong with it, and then its batches."""

    def __init__(self, stream: BinaryIO, order: Order) -> None:
        self.stream, self.order = stream, order
        self.most = order.limits["rows"]
        self.faults: list[Fault] = []  # found on the way, beside the values
        self.fault_count = 0
        self.header: list[str] = []
        self.share = 0.0  # of the file that is read

    def open(self) -> list[Fault]:
        """Read the header; gives what is wrong with it. Raises Unreadable."""
        self.header = self._header()
        if len(self.header) > self.order.limits["columns"]:
            raise Unreadable("too_many_columns", 1, known=[self.order.limits["columns"]])
        return header_faults(self.header, self.order)

    @abstractmethod
    def batches(self) -> Iterator[Batch]:
        """The rows after the header. Raises Unreadable."""

    @abstractmethod
    def _header(self) -> list[str]:
        """The names in the first line. Raises Unreadable."""

    def note(self, fault: Fault) -> None:
        self.fault_count += 1
        if len(self.faults) < 1_000:
            self.faults.append(fault)


class Csv(Source):
    """UTF-8 text with commas, semicolons or tabs; lines that are empty are passed over."""

    def _header(self) -> list[str]:
        self.quoted = check_text(self.stream)
        self.stream.seek(0)
        raw = self.stream.readline(1_000_000)
        text = raw.decode("utf-8-sig").rstrip("\r\n")
        if not text.strip():
            raise Unreadable("empty_header", 1)
        if "\r" in text:
            raise Unreadable("line_ends", 1)
        self.delimiter = max(DELIMITERS, key=text.count)
        try:
            return [name.strip() for name in next(csv.reader([text], delimiter=self.delimiter, strict=True))]
        except csv.Error as error:
            raise Unreadable("quotes", 1) from error

    def batches(self) -> Iterator[Batch]:
        size = max(self.stream.seek(0, 2), 1)
        self.stream.seek(0)
        self.skipped: list[int] = []  # rows with another number of fields
        names = [f"c{i}" for i in range(len(self.header))]
        theirs = {ours: f"c{self.header.index(name)}" for ours, name in self.order.theirs().items()}
        # Where a cell may span lines, all columns are read to count them.
        read = names if self.quoted else list(dict.fromkeys(theirs.values()))
        seen = further = 0
        try:
            for number, batch in enumerate(self._reader(names, read), 1):
                lines = self._lines(seen, batch.num_rows) + further
                seen += batch.num_rows
                # Not where the stream stands: it is read far ahead, a small file to its end at once.
                self.share = min(number * BLOCK / size, 1)
                if seen > self.most:
                    raise Unreadable("too_many_rows", int(lines[-1]), known=[self.most])
                if self.quoted:
                    spans = np.sum([newlines(column) for column in batch.columns], axis=0, dtype=np.int64)
                    further += int(spans.sum())
                    lines += np.cumsum(spans) - spans
                yield without_blanks(Batch(lines, {ours: batch.column(theirs[ours]) for ours in theirs}))
        except pa.ArrowInvalid as error:
            if "Empty CSV" not in str(error):
                raise Unreadable("quotes") from error

    def _reader(self, names: list[str], read: list[str]) -> Any:
        return pyarrow.csv.open_csv(
            pa.PythonFile(self.stream, mode="r"),
            read_options=pyarrow.csv.ReadOptions(
                use_threads=False, block_size=BLOCK, skip_rows=1, column_names=names
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=self.delimiter, ignore_empty_lines=False, newlines_in_values=self.quoted,
                invalid_row_handler=self._odd_row,
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types={name: pa.string() for name in read}, include_columns=read,
                strings_can_be_null=False, check_utf8=False,
            ),
        )  # fmt: skip

    def _odd_row(self, row: Any) -> str:
        """A row with too few or too many fields; its text holds a name, so it is not kept."""
        self.skipped.append(row.number)
        if row.text.strip():
            self.note(Fault(row.number, "", "", "other_width", [row.expected_columns, row.actual_columns]))
        return "skip"

    def _lines(self, seen: int, rows: int) -> npt.NDArray[np.int64]:
        """The lines of the rows after the first `seen`, counted from 2 with those in `skipped` left out.

        The i-th skipped line s_i (i from 0) pushes all rows down that would else stand on line s_i - i or later.
        """
        plain = np.arange(seen + 2, seen + rows + 2, dtype=np.int64)
        if not self.skipped:
            return plain
        moved = np.array(self.skipped, dtype=np.int64) - np.arange(len(self.skipped))
        return plain + np.searchsorted(moved, plain, side="right")


def newlines(column: pa.Array) -> npt.NDArray[np.int64]:
    counts = pc.fill_null(pc.count_substring(column, "\n"), 0)
    return np.asarray(counts.to_numpy(zero_copy_only=False), dtype=np.int64)


def without_blanks(batch: Batch) -> Batch:
    """The batch without rows that are empty altogether."""
    first, *others = batch.columns.values()
    blank = pc.fill_null(pc.equal(first, ""), True)
    if not pc.any(blank).as_py():
        return batch
    for column in others:
        blank = pc.and_(blank, pc.fill_null(pc.equal(column, ""), True))
    keep = pc.invert(blank)
    return Batch(
        batch.lines[keep.to_numpy(zero_copy_only=False)], {name: c.filter(keep) for name, c in batch.columns.items()}
    )


class Parquet(Source):
    def _header(self) -> list[str]:
        try:
            self.file = pyarrow.parquet.ParquetFile(pa.PythonFile(self.stream, mode="r"))
        except (pa.ArrowException, OSError) as error:
            raise Unreadable("damaged") from error
        if self.file.metadata.num_rows > self.most:
            raise Unreadable("too_many_rows", known=[self.most])
        return list(self.file.schema_arrow.names)

    def batches(self) -> Iterator[Batch]:
        theirs = self.order.theirs()
        seen = 0
        try:
            found = self.file.iter_batches(BATCH, columns=list(dict.fromkeys(theirs.values())), use_threads=False)
            for batch in found:
                lines = np.arange(seen + 2, seen + batch.num_rows + 2, dtype=np.int64)
                seen += batch.num_rows
                self.share = seen / self.file.metadata.num_rows
                yield Batch(lines, {ours: batch.column(name) for ours, name in theirs.items()})
        except (pa.ArrowException, OSError) as error:
            raise Unreadable("damaged") from error


class Workbook(Source):
    """The first sheet of an Excel file; a cell with a formula is an error, whatever it shows."""

    def _header(self) -> list[str]:
        import python_calamine as calamine

        self.stream.seek(0)
        try:
            book = calamine.load_workbook(self.stream)
            names = [m.name for m in book.sheets_metadata if m.typ == calamine.SheetTypeEnum.WorkSheet]
            if not names:
                raise Unreadable("no_sheet")
            sheet = book.get_sheet_by_name(names[0])
        except calamine.PasswordError as error:
            raise Unreadable("password") from error
        except calamine.CalamineError as error:
            raise Unreadable("damaged") from error
        last = sheet.end or (-1, -1)
        most = self.order.limits["sheet_rows"]
        if last[0] > most:
            raise Unreadable("sheet_too_long", known=[most])
        if last[1] >= self.order.limits["columns"]:
            raise Unreadable("too_many_columns", 1, known=[self.order.limits["columns"]])
        self.formulas()
        self.rows = iter(sheet.to_python(skip_empty_area=False))
        header = [cell_text(value) for value in next(self.rows, [])]
        while header and not header[-1]:
            header.pop()
        if not header:
            raise Unreadable("empty_header", 1)
        return header

    def batches(self) -> Iterator[Batch]:
        place = {ours: self.header.index(name) for ours, name in self.order.theirs().items()}
        lines: list[int] = []
        cells: list[list[str]] = []
        for line, row in enumerate(self.rows, 2):
            texts = [cell_text(value) for value in row]
            if not any(texts):
                continue
            lines.append(line)
            cells.append(texts)
            if len(lines) == BATCH:
                yield _transposed(lines, cells, place)
                lines, cells = [], []
        if lines:
            yield _transposed(lines, cells, place)

    def formulas(self) -> None:
        """Note every cell of the sheet that holds a formula."""
        self.stream.seek(0)
        with zipfile.ZipFile(self.stream) as archive:
            part = first_sheet(archive)
            if part is None:
                return
            with archive.open(part) as xml:
                before = b""
                while chunk := xml.read(1 << 20):
                    text = before + chunk
                    end = 0
                    for found in FORMULA.finditer(text):
                        end = found.end()
                        self.note(Fault(int(found[2]), found[1].decode(), "", "formula"))
                    before = text[max(end, len(text) - OVERLAP) :]


def first_sheet(archive: zipfile.ZipFile) -> str | None:
    """The part of an Excel file that holds its first sheet."""
    try:
        book = archive.read("xl/workbook.xml")
        relations = archive.read("xl/_rels/workbook.xml.rels")
    except KeyError:
        return None
    first = re.search(rb"<(?:\w+:)?sheet\b[^>]*?\b\w+:id=\"([^\"]+)\"", book)
    for relation in re.finditer(rb"<(?:\w+:)?Relationship\b[^>]*>", relations):
        target = re.search(rb"Target=\"([^\"]+)\"", relation[0])
        if first and target and b'Id="' + first[1] + b'"' in relation[0]:
            name = target[1].decode().lstrip("/")
            return name if name.startswith("xl/") else f"xl/{name}"
    return None


def _transposed(lines: list[int], cells: list[list[str]], place: dict[str, int]) -> Batch:
    columns = {
        ours: pa.array([row[i] if i < len(row) else "" for row in cells], type=pa.string()) for ours, i in place.items()
    }
    return Batch(np.array(lines, dtype=np.int64), columns)


def cell_text(value: Any) -> str:
    """A cell of a workbook as the same cell of a CSV would say it.

    >>> cell_text(28.0), cell_text(3.5), cell_text(datetime(2026, 3, 31)), cell_text(None)
    ('28', '3.5', '2026-03-31', '')
    """
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, datetime) and value.time() == time(0):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()


def check_text(stream: BinaryIO) -> bool:
    """Whether a quotation mark is in it; raises Unreadable with the line that is no UTF-8, or holds a NUL."""
    stream.seek(0)
    start = stream.read(4)
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise Unreadable("encoding", 1)
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, quoted = 1, False
    while True:
        chunk = stream.read(1 << 22)
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            raise Unreadable("encoding", lines + error.object[: error.start].count(b"\n")) from error
        if b"\x00" in chunk:
            raise Unreadable("nul", lines + chunk[: chunk.index(b"\x00")].count(b"\n"))
        lines += chunk.count(b"\n")
        quoted = quoted or b'"' in chunk
        if not chunk:
            return quoted


SOURCES: dict[str, type[Source]] = {"csv": Csv, "parquet": Parquet, "xlsx": Workbook}


def open_source(stream: BinaryIO, order: Order) -> Source:
    return SOURCES[order.kind](stream, order)
