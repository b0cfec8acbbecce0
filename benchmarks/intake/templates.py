"""An empty file of peer records to fill in, and the report of errors as a file."""

import csv
import io
from collections.abc import Sequence

import xlsxwriter
from django.utils.translation import gettext as _

from benchmarks.cells import Segments
from benchmarks.intake.layout import DAY, EARLIEST, FIXED, SEGMENTS, SHARE, Limits
from benchmarks.intake.wording import Shown

ACTIVE = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the start of a formula


def as_csv(columns: Sequence[str]) -> bytes:
    return f"{','.join(columns)}\r\n".encode()


def as_workbook(columns: Sequence[str], segments: Segments) -> bytes:
    """The columns on one sheet, with lists of the allowed values, which stand on the other one."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page, values = book.add_worksheet(_("Records")), book.add_worksheet(_("Allowed values"))
    head = book.add_format({"bold": True, "bottom": 1})
    page.freeze_panes(1, 1)
    page.write_row(0, 0, columns, head)
    page.set_column(0, 0, 24)
    page.set_column(1, len(columns) - 1, 13)
    allowed = {
        "industry": list(segments.sector_of),
        "region": list(segments.regions),
        "size_band": list(segments.size_bands),
        "process_type": list(segments.process_types),
    }
    last = Limits().sheet_rows
    for place, name in enumerate(SEGMENTS):
        values.write(0, place, name, head)
        values.write_column(1, place, allowed[name])
        letter = chr(ord("A") + place)
        source = f"='{values.get_name()}'!${letter}$2:${letter}${len(allowed[name]) + 1}"
        _rule(page, columns, name, last, {"validate": "list", "source": source})
    values.write(0, len(SEGMENTS), _("Name of the industry"), head)
    values.write_column(1, len(SEGMENTS), [segments.industry_names.get(i, "") for i in allowed["industry"]])
    values.set_column(0, len(SEGMENTS), 22)
    _rule(page, columns, DAY, last, {"validate": "date", "criteria": ">=", "value": EARLIEST})
    _rule(page, columns, SHARE, last, {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1})
    for name in columns[len(FIXED) :]:
        _rule(page, columns, name, last, {"validate": "decimal", "criteria": "between", "minimum": 1, "maximum": 5})
    day = columns.index(DAY)
    page.set_column(day, day, 13, book.add_format({"num_format": "yyyy-mm-dd"}))
    book.close()
    return out.getvalue()


def _rule(page: xlsxwriter.worksheet.Worksheet, columns: Sequence[str], name: str, last: int, rule: dict) -> None:
    place = columns.index(name)
    page.data_validation(1, place, last, place, rule)


def errors_as_csv(errors: Sequence[Shown]) -> bytes:
    """Line, column, value, expected; text that a spreadsheet would take for a formula stays text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_("Line"), _("Column"), _("Value"), _("Expected")])
    for error in errors:
        writer.writerow([error.line or "", *map(inert, (error.column, error.value, error.expected))])
    return out.getvalue().encode("utf-8-sig")


def inert(text: str) -> str:
    """
    >>> inert("=1+2"), inert("3,5")
    ("'=1+2", '3,5')
    """
    return f"'{text}" if text.startswith(ACTIVE) else text
