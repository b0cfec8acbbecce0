"""PURE: what a file of peer records must hold, and how an error in it is noted."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

NAME, DAY, SHARE = "record_id", "submitted_on", "completion"
SEGMENTS = ("industry", "region", "size_band", "process_type")
FIXED = (NAME, *SEGMENTS, DAY, SHARE)
EARLIEST = date(2000, 1, 1)
KEPT_ERRORS = 1_000  # the first ones; all are counted
SHOWN_VALUE = 80  # characters
NAME_LENGTH = 200
KINDS = ("csv", "xlsx", "parquet")
HEADER_ONLY = ("missing_column", "unknown_column")  # a person can mend these by naming the columns
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Limits:
    """The most a file may hold; bytes of memory and seconds of processor time its reading may take."""

    rows: int = 1_000_000
    sheet_rows: int = 100_000  # a workbook is read whole
    columns: int = 500
    memory: int = 1_800 * MEGABYTE
    seconds: int = 240


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: line and column of the file (0 and "" where there is none), value, and a code.

    `known` holds what the sentence for the code needs: the allowed values, a limit, another line.
    """

    line: int
    column: str
    value: str
    code: str
    known: list[Any] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class Unreadable(Exception):
    """The file cannot be read on from here."""

    def __init__(self, code: str, line: int = 0, column: str = "", value: str = "", known: Sequence[Any] = ()) -> None:
        super().__init__(code)
        self.fault = Fault(line, column, value[:SHOWN_VALUE], code, list(known))


@dataclass(frozen=True)
class Order:
    """What the reading process is asked to do.

    `columns`: our column -> theirs, "" for a measure that the file does not hold; empty when the file uses our names, and
    then it may hold no others. `segments`: segment -> its allowed values.
    """

    kind: str
    measures: list[str]
    segments: dict[str, list[str]]
    today: str
    columns: dict[str, str] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=lambda: asdict(Limits()))

    @property
    def ours(self) -> list[str]:
        return [*FIXED, *self.measures]

    def theirs(self) -> dict[str, str]:
        """Our column -> theirs, without those that the file does not hold."""
        named = self.columns or {name: name for name in self.ours}
        return {ours: named[ours] for ours in self.ours if named.get(ours)}


def header_faults(header: Sequence[str], order: Order) -> list[Fault]:
    """What is wrong with the first line."""
    wanted = order.theirs()
    twice = sorted(
        {name for name in header if header.count(name) > 1 and (order.columns == {} or name in wanted.values())}
    )
    faults = [Fault(1, name, name, "column_twice") for name in twice]
    faults += [Fault(1, name, "", "missing_column") for name in wanted.values() if name not in header]
    if not order.columns:
        faults += [Fault(1, name, name[:SHOWN_VALUE], "unknown_column") for name in header if name not in wanted]
    return faults


def propose(header: Sequence[str], ours: Sequence[str], saved: Mapping[str, str]) -> dict[str, str]:
    """Our column -> the column of the file it probably is: as saved for this source, else by a like name.

    >>> propose(["Region", "SIZE BAND", "cap 1"], ["region", "size_band", "CAP1", "CAP2"], {})
    {'region': 'Region', 'size_band': 'SIZE BAND', 'CAP1': 'cap 1', 'CAP2': ''}
    """
    alike = {_plain(name): name for name in reversed(header)}
    return {
        name: saved[name] if saved.get(name) in header else alike.get(_plain(name), "")
        for name in ours
    }  # fmt: skip


def _plain(name: str) -> str:
    return "".join(c for c in name.casefold() if c.isalnum())
