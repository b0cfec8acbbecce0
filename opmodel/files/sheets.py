"""Reading a table somebody sent: CSV, Excel or OpenDocument, in a process of its own with limits on memory and time.

    sheet = read_rows(upload_or_bytes, kind="xlsx", name="plants.xlsx")
    sheet.rows[4][2]     # row 5, column C: str, int, float, bool, date, datetime or None

Rows are as in the file from its first row on, all of one length, without empty ones at the end. Texts are stripped, an
empty cell is None, a formula counts as the value that was saved with it, an error such as #N/A as empty. CSV holds texts
only, and a row of it may span lines.
"""

import io
import json
import logging
import subprocess
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from opmodel.files import archives, confined

Cell = str | int | float | bool | date | None
KINDS = ("csv", "xlsx", "ods")
READER = "opmodel.files.sheet_process"
UNPACKED = archives.Limits(unpacked=150 * archives.MEGABYTE, entries=1_000)
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """The most a table may hold; bytes of memory and seconds of processor time its reading may take."""

    rows: int = 5_000
    columns: int = 200
    cell: int = 5_000  # characters
    characters: int = 5_000_000  # of all cells
    memory: int = 600 * archives.MEGABYTE
    seconds: int = 10


LIMITS = Limits()


@dataclass(frozen=True)
class Sheet:
    """One table; `name` is empty for CSV. `merged` are ranges of cells: first row, first column, last row, last column, from 0."""

    name: str
    rows: list[list[Cell]]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


class SheetRefused(Exception):
    """A table that cannot be read: a whole sentence that names file and place, and the place apart (1 is the first)."""

    def __init__(self, message: str, *, sheet: str = "", row: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.message, self.sheet, self.row, self.column = message, sheet, row, column


def read_rows(
    source: bytes | Path | BinaryIO, *, kind: str, name: str, sheet: str = "", limits: Limits = LIMITS
) -> Sheet:
    """The named sheet of a file, or its first; `name` is the file's, for messages. Raises SheetRefused."""
    return _read(source, kind, name, [sheet] if sheet else "", limits)[0]


def read_sheets(
    source: bytes | Path | BinaryIO,
    *,
    kind: str,
    name: str,
    sheets: Collection[str] | None = None,
    limits: Limits = LIMITS,
) -> list[Sheet]:
    """All sheets of a file in their order, hidden ones too, or the named ones. Raises SheetRefused.

    The limits hold for each sheet, the one on characters for all of them together.
    """
    return _read(source, kind, name, None if sheets is None else list(sheets), limits)


def column_letter(column: int) -> str:
    """How a spreadsheet names a column.

    >>> [column_letter(n) for n in (1, 26, 27, 703)]
    ['A', 'Z', 'AA', 'AAA']
    """
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _read(source: bytes | Path | BinaryIO, kind: str, name: str, wanted: Any, limits: Limits) -> list[Sheet]:
    if kind not in KINDS:
        raise ValueError(f"not a kind of table: {kind}")
    data = source.read_bytes() if isinstance(source, Path) else source if isinstance(source, bytes) else _whole(source)
    if kind != "csv":
        _check_archive(data, name)
    reply = _run({"kind": kind, "limits": asdict(limits), "sheets": wanted}, data)
    if "fault" in reply:
        raise _refusal(reply["fault"], name)
    return [
        Sheet(s["name"], [[_cell(c) for c in row] for row in s["rows"]], [tuple(m) for m in s.get("merged", ())])
        for s in reply["sheets"]
    ]


def _whole(source: BinaryIO) -> bytes:
    source.seek(0)
    return source.read()


def _check_archive(data: bytes, name: str) -> None:
    try:
        archives.entries(io.BytesIO(data), UNPACKED)
    except archives.Bomb as error:
        raise _refusal({"code": "bomb"}, name) from error
    except archives.Damaged as error:
        raise _refusal({"code": "damaged", "detail": str(error)}, name) from error


def _run(order: dict[str, Any], data: bytes) -> dict[str, Any]:
    """Start the reader, give it the file, take its answer; a reader that dies means a file that asks for too much."""
    most = confined.PATIENCE * order["limits"]["seconds"]
    try:
        done = subprocess.run(  # noqa: S603
            confined.command(READER, order), input=data, capture_output=True, env={}, timeout=most, check=False
        )
        reply: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return {"fault": {"code": "too_large"}}
    except ValueError:
        log.warning("a reader of spreadsheets ended with %s: %s", done.returncode, done.stderr[-300:])
        return {"fault": {"code": "too_large"}}
    if "detail" in reply.get("fault", {}):
        log.info("a spreadsheet could not be read: %s", reply["fault"]["detail"])
    return reply


def _cell(value: Any) -> Cell:
    if isinstance(value, dict):
        if "date" in value:
            return date.fromisoformat(value["date"])
        return datetime.fromisoformat(value["datetime"])
    return value  # type: ignore[no-any-return]


def _refusal(fault: dict[str, Any], name: str) -> SheetRefused:
    column = fault.get("column")
    words = {
        "file": name,
        "sheet": fault.get("sheet", ""),
        "row": fault.get("row", ""),
        "column": column_letter(column) if column else "",
        "found": fault.get("found", ""),
        "most": fault.get("most", ""),
    }
    message = _sentence(fault["code"], bool(words["sheet"]), bool(column)) % words
    return SheetRefused(message, sheet=words["sheet"], row=fault.get("row"), column=column)


def _sentence(code: str, in_sheet: bool, in_cell: bool) -> str:
    """Whole sentences, each with the place as far as it is known."""
    if code == "too_many_rows":
        if in_sheet:
            return _("“%(file)s”, sheet “%(sheet)s” has %(found)s rows; at most %(most)s are read.")
        return _("“%(file)s” has more than %(most)s rows, which is the most that is read.")
    if code == "too_many_columns":
        if in_sheet:
            return _("“%(file)s”, sheet “%(sheet)s” has %(found)s columns; at most %(most)s are read.")
        return _("“%(file)s”, row %(row)s has %(found)s columns; at most %(most)s are read.")
    if code == "too_many_merged":
        return _("“%(file)s”, sheet “%(sheet)s” has %(found)s merged ranges of cells; at most %(most)s are read.")
    if code == "long_cell":
        if in_sheet:
            return _(
                "“%(file)s”, sheet “%(sheet)s”, row %(row)s, column %(column)s: "
                "the text has %(found)s characters; at most %(most)s are read."
            )
        if in_cell:
            return _(
                "“%(file)s”, row %(row)s, column %(column)s: "
                "the text has %(found)s characters; at most %(most)s are read."
            )
        return _("“%(file)s”, row %(row)s holds a text of more than %(most)s characters, the most that is read.")
    return {
        "too_much_text": _("“%(file)s” holds more text than the %(most)s characters that are read."),
        "quotes": _("“%(file)s”, row %(row)s: a quotation mark is opened and not closed, or text follows one."),
        "encoding": _("“%(file)s” is in an unknown encoding. Save it as CSV in UTF-8."),
        "nul": _("“%(file)s” is no text. Save it as CSV in UTF-8."),
        "password": _("“%(file)s” is protected by a password. Save it without one."),
        "no_sheet": _("“%(file)s” holds no sheet with cells."),
        "no_such_sheet": _("“%(file)s” has no sheet “%(sheet)s”."),
        "bomb": _("“%(file)s” would unpack to far more than a table holds; it was not opened."),
        "too_large": _(
            "“%(file)s” takes more memory or time than a table of people's size needs. Remove what is not asked for."
        ),
        "damaged": _("“%(file)s” is damaged or no spreadsheet. Open it in your spreadsheet program and save it again."),
    }[code]
