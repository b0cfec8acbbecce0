"""From the cells of an uploaded workbook to what it says about each question, with the place of everything. PURE: no Django.

Nothing is compared here, and a cell that says something impossible is kept as it is: `changes` judges it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from assessments.workbook import layout as at
from assessments.workbook.cells import Cell, Words, normal, read_field, text_of
from assessments.workbook.layout import Block, Layout

FORMAT = 1
FIRST_ROWS = 20  # the marks stand in the third row; somebody may have put some rows above


class Table(Protocol):
    """A sheet as it was read: cells by row, and the merged ranges (first row, first column, last row, last column; from 0)."""

    @property
    def name(self) -> str: ...
    @property
    def rows(self) -> Sequence[Sequence[Cell]]: ...
    @property
    def merged(self) -> Sequence[tuple[int, int, int, int]]: ...


@dataclass(frozen=True)
class Place:
    """Where something stands: the sheet by its name, row and column counted from 1 (0: the row or the sheet as a whole)."""

    sheet: str
    row: int = 0
    column: int = 0


@dataclass(frozen=True)
class Fault:
    """What is wrong at a place; `key` names its sentence, `code` the question that stays as it is because of it."""

    place: Place
    key: str
    code: str = ""
    found: str = ""  # what the cell says
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Downloaded:
    """What a question held when the workbook was made: the version of its answer (0: none) and the mark of its content."""

    version: int
    digest: str


@dataclass(frozen=True)
class Manifest:
    """The hidden sheet that says what the workbook was made from."""

    survey: str
    content: str  # version of the questions
    language: str
    currency: str
    answers: Mapping[str, Downloaded]


@dataclass
class Found:
    """What the workbook says about one question: raw values, and the place of each by its path ("" the first one)."""

    raw: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)

    def place(self, path: str) -> Place:
        """The place of a field; of its row, or of the item as a whole, where the field itself has none."""
        row = path.partition(".")[0]
        return self.places.get(path) or self.places.get(row) or self.places[""]


@dataclass
class Reading:
    expected: Collection[str]
    found: dict[str, Found] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class Vocabulary:
    """What people may have written, in every language: words of options by (code, field), captions by (sheet, row)."""

    options: Mapping[tuple[str, str], Words]
    captions: Mapping[str, Mapping[Any, frozenset[str]]]  # sheet -> id of the row -> its captions in normal form


def manifest(tables: Iterable[Table]) -> Manifest | None:
    """What the workbook was made from; None when it is none of ours."""
    for table in tables:
        for _number, row in marked(table, at.MANIFEST):
            return _manifest(table, row)
    return None


def _manifest(table: Table, first: int) -> Manifest | None:
    named: dict[str, str] = {}
    answers: dict[str, Downloaded] = {}
    for row in table.rows[first + 1 :]:
        cells = [text_of(cell) for cell in row[:4]] + ["", "", "", ""]
        if cells[0] == "answer" and cells[2].isascii() and cells[2].isdigit() and len(cells[2]) < 10:
            answers[cells[1]] = Downloaded(int(cells[2]), cells[3])
        elif cells[0]:
            named[cells[0]] = cells[1]
    if named.get("format") != str(FORMAT):
        return None
    return Manifest(
        named.get("survey", ""), named.get("content", ""), named.get("language", ""), named.get("currency", ""), answers
    )


def marked(table: Table, key: str) -> Iterator[tuple[int, int]]:
    """(column, row) of the mark of a sheet, counted from 0."""
    for number, row in enumerate(table.rows[:FIRST_ROWS]):
        for column, cell in enumerate(row):
            if isinstance(cell, str) and cell.strip() == at.MARK + key:
                yield column, number
                return


def read(tables: Sequence[Table], layout: Layout, words: Vocabulary, expected: Collection[str]) -> Reading:
    """What the workbook says about every question of the layout, whoever may write it.

    `expected` are the codes it was made with: what is missing of them has a fault.
    """
    reading = Reading(expected=expected)
    for key in layout.sheets:
        sheets = [Sheet(table, *place) for table in tables for place in marked(table, key)]
        codes = {q.code for q in layout.questions} if key == at.QUESTIONS else {b.code for b in layout.on(key)}
        if not sheets:
            if codes & {*expected}:
                reading.faults.append(Fault(Place(""), "no_sheet", values={"sheet": key}))
        elif len(sheets) > 1:
            reading.faults.append(Fault(Place(sheets[1].table.name), "sheet_twice"))
        else:
            _read_sheet(sheets[0], key, layout, words, reading)
    return reading


class Sheet:
    """One sheet with its marks: where each column is, and which cells are merged."""

    def __init__(self, table: Table, column: int, row: int) -> None:
        self.table, self.first = table, row
        self.columns = {"": column}
        for number, cell in enumerate(table.rows[row]):
            if number != column and isinstance(cell, str):
                self.columns.setdefault(cell.strip(), number)
        self.merged = [m for m in table.merged if m[2] > row + 1 and (m[0], m[1]) != (m[2], m[3])]

    def lines(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        """The rows below the header, each with its number from 0."""
        return enumerate(self.table.rows[self.first + 2 :], self.first + 2)

    def cell(self, row: Sequence[Cell], key: str) -> Cell:
        column = self.columns[key]
        return row[column] if column < len(row) else None

    def place(self, row: int, key: str | None = None) -> Place:
        return Place(self.table.name, row + 1, 0 if key is None else self.columns[key] + 1)

    def is_merged(self, row: int, keys: Iterable[str]) -> bool:
        columns = {self.columns[key] for key in keys}
        return any(
            top <= row <= bottom and columns & {*range(left, right + 1)} for top, left, bottom, right in self.merged
        )


def _read_sheet(sheet: Sheet, key: str, layout: Layout, words: Vocabulary, reading: Reading) -> None:
    if key == at.QUESTIONS:
        needed, read_from = [at.ANSWER, at.REASON, at.COMMENT], [at.CAPTION]
    elif key == at.FACTS:
        needed, read_from = [at.VALUE, at.ESTIMATE], [at.CAPTION, at.FIELD]
    else:
        block = layout.on(key)[0]
        needed, read_from = [f["key"] for f in block.fields], [at.CAPTION] if block.shape == at.GRID else []
    missing = [column for column in (*read_from, *needed) if column not in sheet.columns]
    if missing:
        reading.faults += [Fault(sheet.place(sheet.first), "no_column", values={"column": name}) for name in missing]
        return
    if key not in (at.QUESTIONS, at.FACTS) and layout.on(key)[0].shape == at.TABLE:
        _read_table(sheet, layout.on(key)[0], words, reading)
        return
    ids: dict[Any, str] = {}  # id of a row -> the question it belongs to
    if key == at.QUESTIONS:
        ids = {(q.code,): q.code for q in layout.questions}
    elif key == at.FACTS:
        ids = {(b.code, f["key"]): b.code for b in layout.on(key) for f in b.fields}
    else:
        ids = {(row,): key for row in layout.on(key)[0].rows}
    rows = _fixed_rows(sheet, key, ids, needed, words.captions.get(key, {}), reading)
    if key == at.QUESTIONS:
        _take_questions(sheet, rows, reading)
    else:
        for block in layout.on(key):
            take = _take_fields if block.shape == at.FIELDS else _take_grid
            take(sheet, block, rows, words, reading)


Rows = Mapping[Any, tuple[int, Sequence[Cell]]]


def _fixed_rows(
    sheet: Sheet,
    key: str,
    ids: Mapping[Any, str],
    needed: Sequence[str],
    captions: Mapping[Any, frozenset[str]],
    reading: Reading,
) -> Rows:
    """The rows by their id; a question whose row is missing, doubled, merged or mixed up has a fault."""
    rows: dict[Any, tuple[int, Sequence[Cell]]] = {}
    owners: dict[str, set[Any]] = {}
    for row_id, texts in captions.items():
        for text in texts:
            owners.setdefault(text, set()).add(row_id)
    for number, row in sheet.lines():
        code = text_of(sheet.cell(row, ""))
        row_id = (code, text_of(sheet.cell(row, at.FIELD))) if key == at.FACTS else (code,)
        filled = next((c for c in needed if sheet.cell(row, c) is not None), None)
        known = ids.get(row_id)
        if known is None:
            if filled:
                place = sheet.place(number, filled)
                found = text_of(sheet.cell(row, filled))[:80]
                reading.faults.append(
                    Fault(place, "unknown_code" if code else "no_code", found=found, values={"code": code[:40]})
                )
            continue
        caption = normal(text_of(sheet.cell(row, at.CAPTION)))
        if row_id in rows:
            first = rows[row_id][0] + 1
            reading.faults.append(Fault(sheet.place(number), "row_twice", known, values={"first": first}))
        elif caption in owners and row_id not in owners[caption]:
            reading.faults.append(Fault(sheet.place(number), "mixed_up", known, values={"code": code}))
        elif sheet.is_merged(number, needed):
            reading.faults.append(Fault(sheet.place(number), "merged", known))
        rows.setdefault(row_id, (number, row))
    for row_id, code in ids.items():
        if row_id not in rows and code in reading.expected:
            reading.faults.append(Fault(Place(sheet.table.name), "row_gone", code, values={"row": " ".join(row_id)}))
    return rows


def _take_questions(sheet: Sheet, rows: Rows, reading: Reading) -> None:
    for (code,), (number, row) in rows.items():
        columns = (at.ANSWER, at.REASON, at.COMMENT)
        places = {"": sheet.place(number), **{c: sheet.place(number, c) for c in columns}}
        reading.found[code] = Found({c: sheet.cell(row, c) for c in columns}, places)


def _take_fields(sheet: Sheet, block: Block, rows: Rows, words: Vocabulary, reading: Reading) -> None:
    found, marked_as_estimate = Found(), []
    for spec in block.fields:
        key = spec["key"]
        if (block.code, key) not in rows:
            continue
        number, row = rows[block.code, key]
        found.places.setdefault("", sheet.place(number))
        found.places[key] = sheet.place(number, at.VALUE)
        value = read_field(spec, sheet.cell(row, at.VALUE), words.options.get((block.code, key), {}))
        if value is not None:
            found.raw[key] = value
        mark = sheet.cell(row, at.ESTIMATE)
        if key in block.estimates and value is not None and mark is not None:
            known = words.options.get(("", at.ESTIMATE), {})
            if normal(text_of(mark)) not in known:
                reading.faults.append(
                    Fault(sheet.place(number, at.ESTIMATE), "estimate", block.code, text_of(mark)[:80])
                )
            elif known[normal(text_of(mark))]:
                marked_as_estimate.append(key)
    if marked_as_estimate:
        found.raw["estimated"] = marked_as_estimate
    if found.places:
        reading.found[block.code] = found


def _take_grid(sheet: Sheet, block: Block, rows: Rows, words: Vocabulary, reading: Reading) -> None:
    found = Found(places={"": Place(sheet.table.name)})
    for (row_id,), (number, row) in rows.items():
        entry = _cells(sheet, block, number, row, words, found, row_id)
        if entry:
            found.raw[row_id] = entry
    reading.found[block.code] = found


def _read_table(sheet: Sheet, block: Block, words: Vocabulary, reading: Reading) -> None:
    """The filled rows of a register, each with the place it has in the sheet."""
    found = Found(places={"": Place(sheet.table.name)})
    filled: list[dict[str, Any]] = []
    keys = [spec["key"] for spec in block.fields]
    for number, row in sheet.lines():
        entry = _cells(sheet, block, number, row, words, found, str(len(filled) + 1))
        if entry:
            filled.append(entry)
            if sheet.is_merged(number, keys):
                reading.faults.append(Fault(sheet.place(number), "merged", block.code))
    if filled:
        found.raw["rows"] = filled
    reading.found[block.code] = found


def _cells(
    sheet: Sheet, block: Block, number: int, row: Sequence[Cell], words: Vocabulary, found: Found, row_id: str
) -> dict[str, Any]:
    entry = {}
    found.places[row_id] = sheet.place(number)
    for spec in block.fields:
        key = spec["key"]
        found.places[f"{row_id}.{key}"] = sheet.place(number, key)
        value = read_field(spec, sheet.cell(row, key), words.options.get((block.code, key), {}))
        if value is not None:
            entry[key] = value
    return entry
