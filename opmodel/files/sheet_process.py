"""PURE: reads one spreadsheet from standard input and writes its cells as JSON. Run as a program of its own.

`opmodel.files.sheets` starts it, confined (`opmodel.files.confined`); it may crash. Its argument is a JSON object: kind,
limits, and which sheets (null: all; "": the first; or names).
"""

import csv
import io
import json
import math
import sys
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from opmodel.files.confined import confine

DELIMITERS = "\t;,"  # commas stand in numbers and texts, tabs nowhere: at a tie the first one counts


class Fault(Exception):
    """Why a file cannot be read: a code and where."""

    def __init__(self, code: str, **where: Any) -> None:
        super().__init__(code)
        self.where = {"code": code, **where}


def workbook(data: bytes, wanted: Any, limits: dict[str, int]) -> list[dict[str, Any]]:
    import python_calamine as calamine

    try:
        book = calamine.load_workbook(io.BytesIO(data))
    except calamine.PasswordError as error:
        raise Fault("password") from error
    sheets = [m.name for m in book.sheets_metadata if m.typ == calamine.SheetTypeEnum.WorkSheet]
    if not sheets:
        raise Fault("no_sheet")
    names = sheets if wanted is None else sheets[:1] if wanted == "" else wanted
    found: list[dict[str, Any]] = []
    characters = 0
    for name in names:
        if name not in sheets:
            raise Fault("no_such_sheet", sheet=name)
        sheet = book.get_sheet_by_name(name)
        last = sheet.end or (-1, -1)
        check_shape(name, last[0] + 1, last[1] + 1, limits)
        rows = table(name, sheet.to_python(skip_empty_area=False), limits)
        characters += sum(len(c) for row in rows for c in row if isinstance(c, str))
        if characters > limits["characters"]:
            raise Fault("too_much_text", most=limits["characters"])
        merged = [[*first, *last] for first, last in sheet.merged_cell_ranges or ()]
        if len(merged) > limits["rows"]:
            raise Fault("too_many_merged", sheet=name, found=len(merged), most=limits["rows"])
        found.append({"name": name, "rows": rows, "merged": merged})
    return found


def check_shape(sheet: str, rows: int, columns: int, limits: dict[str, int]) -> None:
    if rows > limits["rows"]:
        raise Fault("too_many_rows", sheet=sheet, found=rows, most=limits["rows"])
    if columns > limits["columns"]:
        raise Fault("too_many_columns", sheet=sheet, found=columns, most=limits["columns"])


def table(sheet: str, rows: Any, limits: dict[str, int]) -> list[list[Any]]:
    """Rows of one length without empty ones at the end; each cell as JSON can carry it."""
    clean: list[list[Any]] = []
    total = 0
    for number, row in enumerate(rows, 1):
        cells = []
        for column, value in enumerate(row, 1):
            kept = cell(value)
            if isinstance(kept, str):
                total += len(kept)
                if len(kept) > limits["cell"]:
                    where = {"sheet": sheet, "row": number, "column": column}
                    raise Fault("long_cell", **where, found=len(kept), most=limits["cell"])
                if total > limits["characters"]:
                    raise Fault("too_much_text", sheet=sheet, row=number, most=limits["characters"])
            cells.append(kept)
        clean.append(cells)
    while clean and not any(c is not None for c in clean[-1]):
        clean.pop()
    width = max((i for row in clean for i, c in enumerate(row, 1) if c is not None), default=0)
    return [row[:width] + [None] * (width - len(row)) for row in clean]


def cell(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            return str(value)
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, int):
        return value
    if isinstance(value, datetime):
        midnight = value.time() == time(0)
        return {"date": value.date().isoformat()} if midnight else {"datetime": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    text = str(value).strip()
    return text or None


def delimited(data: bytes, limits: dict[str, int]) -> list[dict[str, Any]]:
    text = decode(data)
    if "\x00" in text:
        raise Fault("nul")
    csv.field_size_limit(limits["cell"] * 4)  # longer ones are named by `table`; this stops a file of one endless cell
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text, limits), strict=True)
    return [{"name": "", "rows": table("", capped(reader, limits), limits)}]


def capped(reader: Any, limits: dict[str, int]) -> Iterator[list[str]]:
    number = 0
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            code = "long_cell" if "field larger" in str(error) else "quotes"
            raise Fault(code, row=number + 1, most=limits["cell"]) from error
        if row is None:
            return
        number += 1
        filled = max((i for i, value in enumerate(row, 1) if value.strip()), default=0)
        if filled and number > limits["rows"]:
            raise Fault("too_many_rows", found=number, most=limits["rows"])
        if filled > limits["columns"]:
            raise Fault("too_many_columns", row=number, found=filled, most=limits["columns"])
        yield row[:filled]


def decode(data: bytes) -> str:
    """UTF-8 with or without mark, UTF-16 with mark, else Windows-1252."""
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Fault("encoding")


def delimiter(text: str, limits: dict[str, int]) -> str:
    """The one that cuts the first rows into the most columns, as long as it cuts them alike."""
    best, columns = ",", 1.0
    for candidate in DELIMITERS:
        widths = []
        try:
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=candidate):
                if row:
                    widths.append(len(row))
                if len(widths) == 20:
                    break
        except csv.Error:
            continue
        alike = sum(w == widths[0] for w in widths) / len(widths) if widths else 0
        if widths and widths[0] > 1 and widths[0] * alike > columns:
            best, columns = candidate, widths[0] * alike
    return best


def main() -> None:
    order = json.loads(sys.argv[1])
    limits = order["limits"]
    confine(memory=limits["memory"], seconds=limits["seconds"])
    try:
        data = sys.stdin.buffer.read()
        tables = delimited(data, limits) if order["kind"] == "csv" else workbook(data, order["sheets"], limits)
        reply: dict[str, Any] = {"sheets": tables}
    except Fault as fault:
        reply = {"fault": fault.where}
    except MemoryError:
        reply = {"fault": {"code": "too_large"}}
    except BaseException as error:  # a panic of the reader is no Exception
        reply = {"fault": {"code": "damaged", "detail": f"{type(error).__name__}: {error}"[:200]}}
    sys.stdout.write(json.dumps(reply))
