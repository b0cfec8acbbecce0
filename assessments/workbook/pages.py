"""How a sheet of the workbook looks and what its cells take: locks, colours, lists, limits, heights. No formula, no link."""

import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from assessments.catalogue import Item
from assessments.items.fields import EARLIEST, LATEST, NUMBERS
from assessments.workbook import layout as at
from assessments.workbook import words
from assessments.workbook.cells import shown, visible
from assessments.workbook.layout import Spec

# The light values of static/css/tokens.css, by their names there.
TOKENS = {
    "accent": "#0b5d57",
    "accent-ink": "#ffffff",
    "accent-soft": "#e2efed",
    "ink": "#17212b",
    "ink-2": "#4d5965",
    "line": "#dcd8cc",
    "sunk": "#efede6",
    "cap": "#2f5fa8",
    "vst": "#0f7b6c",
    "res": "#9a6000",
    "gov": "#7a3f8f",
}
LISTS = "lists"  # the hidden sheet with the options of the lists
TITLE, HELP, MARKS, HEADER, FIRST = range(5)  # rows of every sheet with cells to fill
LINE, HIGHEST = 15, 409  # points; spreadsheets draw no higher row
A4 = 9
UNBOUNDED = 1e15
Range = tuple[int, int, int, int]  # first row, first column, last row, last column
Column = tuple[str, str, float]  # key, header, width in characters


class Book:
    """An Excel file in memory with its formats and its lists."""

    def __init__(self, footer: str, locked: bool) -> None:
        self.stream = io.BytesIO()
        as_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.file = xlsxwriter.Workbook(self.stream, {"in_memory": True, **as_text})
        self.footer, self.locked = footer, locked
        self.formats: dict[tuple[tuple[str, Any], ...], Format] = {}
        self.lists: dict[tuple[Any, ...], int] = {}
        self.pages: list[Page] = []

    def style(self, **properties: Any) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            base = {"text_wrap": True, "valign": "top", "font_color": TOKENS["ink"]}
            self.formats[key] = self.file.add_format(base | properties)
        return self.formats[key]

    def page(self, name: str) -> "Page":
        sheet = self.file.add_worksheet(name)
        # Without a password: against slips, not against people.
        sheet.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True})
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(0.4, 0.4, 0.5, 0.6)
        sheet.set_footer(f"&L{self.footer}&R{_('Page %(n)s of %(all)s') % {'n': '&P', 'all': '&N'}}")
        sheet.hide_gridlines(2)
        sheet.set_zoom(85)
        self.pages.append(Page(self, sheet))
        return self.pages[-1]

    def hidden(self, name: str) -> Worksheet:
        sheet = self.file.add_worksheet(name)
        sheet.hide()
        sheet.protect()
        return sheet

    def bytes(self) -> bytes:
        """The finished file; nothing can be added afterwards."""
        for page in self.pages:
            page.set_heights()
        if self.lists:
            sheet = self.hidden(LISTS)
            for labels, column in self.lists.items():
                for row, label in enumerate(labels):
                    if isinstance(label, str):
                        sheet.write_string(row, column, visible(label))
                    else:
                        sheet.write_number(row, column, label)
        self.file.close()
        return self.stream.getvalue()


class Page:
    """One visible sheet."""

    def __init__(self, book: Book, sheet: Worksheet) -> None:
        self.book, self.sheet = book, sheet
        self.widths: dict[int, float] = {}
        self.lines: dict[int, int] = defaultdict(lambda: 1)  # row -> lines of its highest cell

    def head(self, key: str, title: str, about: str, columns: Sequence[Column]) -> None:
        """Title and help, the hidden row of marks, and the header above the cells."""
        big = self.book.style(bold=True, font_size=16, text_wrap=False)
        self.sheet.write_string(TITLE, 0, visible(title), big)
        self.sheet.set_row(TITLE, 24)
        self.sheet.write_string(HELP, 0, visible(about), self.book.style(font_color=TOKENS["ink-2"], text_wrap=False))
        self.sheet.set_row(MARKS, None, None, {"hidden": True})
        self.sheet.write_string(MARKS, 0, at.MARK + key)
        header = self.book.style(bold=True, bg_color=TOKENS["accent"], font_color=TOKENS["accent-ink"])
        for number, (name, label, width) in enumerate(columns):
            self.width(number, width)
            if number:
                self.sheet.write_string(MARKS, number, name)
            self.put(HEADER, number, label, header)
        self.sheet.repeat_rows(TITLE, HEADER)

    def width(self, column: int, width: float) -> None:
        self.widths[column] = width
        self.sheet.set_column(column, column, width)

    def set_heights(self) -> None:
        """Room for every line: LibreOffice gives a row that says nothing of its height the height of one line."""
        for row, lines in self.lines.items():
            if lines > 1:
                self.sheet.set_row(row, min(HIGHEST, LINE * lines + 3))

    def put(self, row: int, column: int, value: Any, style: Format) -> None:
        """Text stays text, whatever it begins with."""
        if value is None or value == "":
            self.sheet.write_blank(row, column, None, style)
        elif isinstance(value, date):
            self.sheet.write_datetime(row, column, value, style)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            self.sheet.write_number(row, column, value, style)
        else:
            text = visible(str(value))
            self.sheet.write_string(row, column, text, style)
            a_line = self.widths.get(column, 8.0) * (1.0 if style.bold else 1.1)
            self.lines[row] = max(
                self.lines[row], sum(-(-max(1, len(part)) // int(a_line)) for part in text.split("\n"))
            )

    def plain(self, **more: Any) -> Format:
        return self.book.style(bottom=1, bottom_color=TOKENS["line"], **more)

    def quiet(self) -> Format:
        return self.plain(font_color=TOKENS["ink-2"])

    def to_fill(self, kind: str = "text", align: str = "left") -> Format:
        """An answer cell: open to writing unless the workbook is for reading."""
        form = {"date": "yyyy-mm-dd", "money": "#,##0.00"}.get(kind, "General")
        fill = {} if self.book.locked else {"bg_color": TOKENS["accent-soft"]}
        edge = {"border": 1, "border_color": TOKENS["line"], "num_format": form, "align": align}
        return self.book.style(locked=self.book.locked, **edge, **fill)

    def fill(self, place: Range, item: Item, spec: Spec, values: Sequence[Any]) -> None:
        """The cells of one field below each other, with the list or the limit they have."""
        labels, style = words.options_of(item, spec), self.to_fill(spec["type"])
        for row in range(place[0], place[2] + 1):
            value = values[row - place[0]] if row - place[0] < len(values) else None
            self.put(row, place[1], shown(spec, value, labels), style)
        if labels:
            self.choose(place, [*labels.values()], _("Choose one of the list."))
        else:
            self.limit(place, spec)

    def choose(self, place: Range, labels: Sequence[Any], message: str) -> None:
        """A list to choose from in every cell of a range."""
        column = xl_col_to_name(self.book.lists.setdefault(tuple(labels), len(self.book.lists)), True)
        source = f"={LISTS}!{column}$1:{column}${len(labels)}"
        self._validate(place, {"validate": "list", "source": source}, message)

    def limit(self, place: Range, spec: Spec) -> None:
        """What a cell without a list takes, as far as a spreadsheet can say it; the upload checks again."""
        kind, low, high = spec["type"], spec.get("min"), spec.get("max")
        if kind in NUMBERS or kind == "money":
            high = LATEST.year if high == "this_year" else high
            rule: dict[str, Any] = {"validate": "integer" if kind == "integer" else "decimal", "criteria": "between"}
            rule["minimum"] = -UNBOUNDED if low is None else low
            rule["maximum"] = UNBOUNDED if high is None else high
            message = words.number_wanted(kind, low, high)
        elif kind == "date":
            rule = {"validate": "date", "criteria": "between", "minimum": EARLIEST, "maximum": LATEST}
            message = _("A date is expected, written like 2027-06-30.")
        else:
            most = int(spec.get("max_length", 200))
            rule = {"validate": "length", "criteria": "<=", "value": most}
            message = _("At most %(n)s characters are possible.") % {"n": most}
        self._validate(place, rule, message)

    def _validate(self, place: Range, rule: Mapping[str, Any], message: str) -> None:
        if not self.book.locked:
            # A spreadsheet takes at most 32 and 255 characters.
            told = {"error_title": _("Not possible here")[:32], "error_message": message[:255], "ignore_blank": True}
            self.sheet.data_validation(*place, {**rule, **told})
