"""A list of sites and their people, as pasted or uploaded: text -> rows -> entries, with what is wrong. PURE: no Django.

`people_plan` says what an entry leads to, `people_words` turns faults into sentences. A row's number is its line in the
list, so that it is found again in the text and in the spreadsheet.
"""

import csv
import dataclasses
import io
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

COLUMNS = ("site", "region", "country", "name", "email", "role", "language")
MAX_ROWS = 1000  # more people are invited in several lists: one preview must stay readable, and its mails due today
LENGTHS = {"site": 120, "region": 60, "name": 120, "email": 254}  # what the columns of the database hold
PLANT_MANAGER = "plant_manager"

# What people call the columns and roles in their own lists, in English and German.
COLUMN_WORDS = {
    "site": "site plant factory location werk standort betrieb",
    "region": "region",
    "country": "country land staat",
    "name": "name person manager contact werkleitung werkleiter werkleiterin ansprechpartner ansprechperson",
    "email": "email e-mail mail mailadresse emailadresse e-mail-adresse email-adresse",
    "role": "role rolle funktion",
    "language": "language sprache",
}
COLUMN_OF = {word: column for column, words in COLUMN_WORDS.items() for word in words.split()} | {
    "plant manager": "name",
    "full name": "name",
    "email address": "email",
    "e-mail address": "email",
}
ROLE_OF = {
    "plant manager": PLANT_MANAGER,
    "plant_manager": PLANT_MANAGER,
    "werkleitung": PLANT_MANAGER,
    "werkleiter": PLANT_MANAGER,
    "werkleiterin": PLANT_MANAGER,
    "csco": "csco",
    "analyst": "analyst",
    "analystin": "analyst",
    "administrator": "administrator",
    "administratorin": "administrator",
    "admin": "administrator",
    "colleague": "contributor",
    "contributor": "contributor",
    "kollege": "contributor",
    "kollegin": "contributor",
}
# Byte order mark, zero-width space and soft hyphen come along when people copy from web pages; nobody means them.
STRAY = dict.fromkeys(map(ord, "\ufeff\u200b\u00ad"))


@dataclass(frozen=True)
class Fault:
    """What is wrong in one row, or with the whole list when `row` is 0."""

    row: int
    column: str  # of COLUMNS, or empty
    value: str
    key: str  # names its sentence
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)  # what the sentence mentions


@dataclass(frozen=True)
class Row:
    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """One row, understood; what was left out is empty, the role included."""

    row: int
    site: str = ""
    region: str = ""
    country: str = ""  # ISO code
    name: str = ""
    email: str = ""  # lower case
    role: str = ""
    language: str = ""

    @property
    def wanted_role(self) -> str:
        return self.role or PLANT_MANAGER


@dataclass(frozen=True)
class Vocabulary:
    """What cells may say, lower-case word -> code, beside the words of this module; and the roles that may be given."""

    countries: Mapping[str, str]
    languages: Mapping[str, str]
    may_invite: frozenset[str]
    is_address: Callable[[str], bool]
    columns: Mapping[str, str] = dataclasses.field(default_factory=dict)  # in the reader's language
    roles: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def column_of(self, word: str) -> str:
        return COLUMN_OF.get(word.casefold()) or self.columns.get(word.casefold(), "")

    def role_of(self, word: str) -> str:
        return ROLE_OF.get(word.casefold()) or self.roles.get(word.casefold(), "")


class Unreadable(Exception):
    """The text is no table."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.key)
        self.fault = fault


def rows_of(text: str) -> list[Row]:
    """The rows of a text between tabs, semicolons or commas; empty ones are left out. Raises Unreadable.

    >>> [(row.number, row.cells) for row in rows_of('Werk;Mail\\n\\n"Nord; Ost";a@b.example')]
    [(1, ('Werk', 'Mail')), (3, ('Nord; Ost', 'a@b.example'))]
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=True)
    found: list[Row] = []
    line = 1
    try:
        for cells in reader:
            clean = tuple(tidy(cell) for cell in cells)
            if any(clean):
                found.append(Row(line, clean))
            line = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(Fault(line, "", "", "quotes")) from error
    return found


def delimiter_of(text: str) -> str:
    """A tab wherever there is one, as spreadsheets copy; else a semicolon if the first line holds one; else a comma."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return "\t" if "\t" in text else ";" if ";" in first else ","


def tidy(cell: str) -> str:
    """A cell in one line, composed letters, no stray signs."""
    return " ".join(unicodedata.normalize("NFC", cell).translate(STRAY).split())


def as_text(rows: Sequence[Sequence[object]]) -> str:
    """The rows of a spreadsheet as the text that `rows_of` reads, a line for each row, so that numbers stay the same.

    >>> as_text([["Site", None], ["North, East", 7.0]])
    'Site\\t\\nNorth, East\\t7\\n'
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    for row in rows:
        cells = ["" if c is None else str(int(c) if isinstance(c, float) and c.is_integer() else c) for c in row]
        writer.writerow([tidy(c) for c in cells] + [""] * (2 - len(cells)))  # one column still needs its tab
    return out.getvalue()


def read(text: str, words: Vocabulary) -> tuple[list[Entry], list[Fault]]:
    """The entries of a list and what is wrong with its cells; a faulty row is an entry as well."""
    try:
        rows = rows_of(text)
    except Unreadable as unreadable:
        return [], [unreadable.fault]
    header = rows[0] if rows and is_header(rows[0], words) else None
    body = rows[1:] if header else rows
    if not body:
        return [], [Fault(0, "", "", "empty")]
    if len(body) > MAX_ROWS:
        return [], [Fault(0, "", "", "too_many", {"found": len(body), "most": MAX_ROWS})]
    columns, faults = _columns(header, words) if header else (COLUMNS, [])
    if faults:
        return [], faults
    entries = []
    for row in body:
        entry, wrong = _entry(row, columns, words, bool(header))
        entries.append(entry)
        faults += wrong
    return entries, faults


def is_header(row: Row, words: Vocabulary) -> bool:
    """Whether a first row names columns: it holds no address, and all its cells, or two at least, are known names."""
    cells = [c for c in row.cells if c]
    known = sum(bool(words.column_of(c)) for c in cells)
    return not any("@" in c for c in cells) and (known == len(cells) or known >= 2)


def _columns(header: Row, words: Vocabulary) -> tuple[tuple[str, ...], list[Fault]]:
    """Which column stands where; an empty name is a column nobody needs."""
    columns: list[str] = []
    faults = []
    for cell in header.cells:
        column = words.column_of(cell)
        if cell and not column:
            faults.append(Fault(header.number, "", cell, "unknown_column"))
        elif column and column in columns:
            faults.append(Fault(header.number, column, cell, "column_twice"))
        columns.append(column)
    return tuple(columns), faults


def _entry(row: Row, columns: tuple[str, ...], words: Vocabulary, has_header: bool) -> tuple[Entry, list[Fault]]:
    given = dict.fromkeys(COLUMNS, "")
    faults = []
    for i, cell in enumerate(row.cells):
        column = columns[i] if i < len(columns) else ""
        if column:
            given[column] = cell
        elif cell:
            faults.append(Fault(row.number, "", cell, "extra_cell", {"most": len(columns)}))
    values = dict(given)
    for column, cell in given.items():
        if cell and (fault := _fault_in(row.number, column, cell, words, has_header)):
            faults.append(fault)
            values[column] = ""
    found = {
        **values,
        "country": words.countries.get(values["country"].casefold(), ""),
        "role": words.role_of(values["role"]),
        "language": words.languages.get(values["language"].casefold(), ""),
        "email": values["email"].lower(),
    }
    entry = Entry(row.number, **found)
    return entry, faults or list(_missing(entry))


def _fault_in(row: int, column: str, cell: str, words: Vocabulary, has_header: bool) -> Fault | None:
    """What is wrong with one cell that is not empty."""
    low = cell.casefold()
    if not cell.isprintable():
        shown = "".join(c if c.isprintable() else "?" for c in cell)
        return Fault(row, column, shown, "unprintable")
    if column != "email" and "@" in cell:
        return Fault(row, column, cell, "address_in_column" if has_header else "address_without_header")
    if len(cell) > LENGTHS.get(column, len(cell)):
        return Fault(row, column, cell[:60] + "…", "too_long", {"found": len(cell), "most": LENGTHS[column]})
    if column == "email" and not words.is_address(cell):
        return Fault(row, column, cell, "no_address")
    if column == "country" and low not in words.countries:
        return Fault(row, column, cell, "unknown_country")
    if column == "language" and low not in words.languages:
        return Fault(row, column, cell, "unknown_language", {"known": sorted(set(words.languages.values()))})
    if column == "role" and words.role_of(cell) not in words.may_invite:
        key = "role_not_yours" if words.role_of(cell) else "unknown_role"
        return Fault(row, column, cell, key, {"known": sorted(words.may_invite)})
    return None


def _missing(entry: Entry) -> Iterator[Fault]:
    """Cells that do not go together."""
    if not entry.email:
        for column in ("name", "role", "language"):
            if value := getattr(entry, column):
                yield Fault(entry.row, "email", value, "no_email_for", {"what": column})
                return
    if not entry.site:
        for column in ("region", "country"):
            if value := getattr(entry, column):
                yield Fault(entry.row, "site", value, "no_site_for", {"what": column})
                return
        if entry.wanted_role == PLANT_MANAGER:
            yield Fault(entry.row, "site", entry.email, "manager_without_site")
    elif entry.email and entry.wanted_role != PLANT_MANAGER:
        yield Fault(entry.row, "site", entry.site, "site_for_others", {"role": entry.role})
