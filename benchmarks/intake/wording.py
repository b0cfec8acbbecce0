"""What is wrong with a file of peer records, in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

EXPECTED = {
    "missing_column": gettext_lazy("this column; it is missing"),
    "unknown_column": gettext_lazy("only known columns"),
    "column_twice": gettext_lazy("each column once"),
    "too_many_columns": gettext_lazy("at most %(first)s columns"),
    "other_width": gettext_lazy("%(first)s fields, as in the first line; there are %(second)s"),
    "too_many_rows": gettext_lazy("at most %(first)s rows"),
    "sheet_too_long": gettext_lazy("at most %(first)s rows in a workbook; more of them as CSV or Parquet"),
    "no_rows": gettext_lazy("at least one record"),
    "empty_header": gettext_lazy("the names of the columns in the first line"),
    "line_ends": gettext_lazy("lines that end as in Windows or Unix"),
    "encoding": gettext_lazy("UTF-8 text; save the file as CSV in UTF-8"),
    "nul": gettext_lazy("text without NUL characters"),
    "quotes": gettext_lazy("valid CSV; a quotation mark is opened and not closed, or text follows one"),
    "formula": gettext_lazy("a value instead of a formula"),
    "password": gettext_lazy("a file without a password"),
    "no_sheet": gettext_lazy("a sheet with cells"),
    "damaged": gettext_lazy("a file that can be opened; this one is damaged"),
    "too_large": gettext_lazy("a file that takes less memory and time to read"),
    "gone": gettext_lazy("the file; it is kept for a day only, so upload it again"),
    "known_file": gettext_lazy("a file that is new; the same one was imported in the meantime"),
    "other_kind": gettext_lazy("real and made-up companies in datasets of their own; this one holds the other kind"),
    "name": gettext_lazy("a name of 1 to %(first)s characters in one line"),
    "repeated": gettext_lazy("each company once; it stands on line %(first)s already"),
    "segment": gettext_lazy("one of: %(all)s"),
    "day": gettext_lazy("a date like 2026-03-31, not in the future"),
    "share": gettext_lazy("a share from 0 to 1"),
    "share_comma": gettext_lazy("a share from 0 to 1 with a decimal point, not a comma"),
    "share_percent": gettext_lazy("a share from 0 to 1, not a percentage"),
    "score": gettext_lazy("a score from 1 to 5, or empty"),
    "score_comma": gettext_lazy("a score from 1 to 5 with a decimal point, not a comma"),
    "score_percent": gettext_lazy("a score from 1 to 5, not a percentage"),
}


@dataclass(frozen=True)
class Shown:
    """An error as a line of a table."""

    line: int
    column: str
    value: str
    expected: str

    def __str__(self) -> str:
        words = {"line": self.line, "column": self.column, "value": self.value, "expected": self.expected}
        if not self.line:
            return _("expected %(expected)s") % words
        if not self.column:
            return _("line %(line)s: expected %(expected)s") % words
        return _("line %(line)s, column %(column)s: “%(value)s”, expected %(expected)s") % words


def shown(errors: Sequence[Mapping[str, Any]]) -> list[Shown]:
    """Errors as they are kept on an import -> as people read them."""
    return [Shown(e["line"], e["column"], e["value"], expected(e["code"], e["known"])) for e in errors]


def expected(code: str, known: Sequence[Any]) -> str:
    """What should have stood there.

    >>> expected("segment", ["Europe", "Asia"])
    'one of: Europe, Asia'
    """
    first, second = [*map(str, known), "", ""][:2]
    return str(EXPECTED[code]) % {"first": first, "second": second, "all": ", ".join(map(str, known))}
