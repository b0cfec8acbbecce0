"""One cell: how a stored value stands in it, how what people typed is read. PURE: no Django.

Reading normalises (3.0, "3" and " 3 " are 3; a word of any language is the option it stands for) and judges nothing:
what it does not understand stays as it is, and the check of the item says what was expected.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from assessments.items.fields import NUMBERS, amount, empty, money_text, number

Cell = str | int | float | bool | date | None
Words = Mapping[str, Any]  # normal form of a word -> the stored value it stands for
SIGNIFICANT = 15  # digits a spreadsheet keeps of a number


def normal(text: str) -> str:
    """The form in which words are compared: case, spaces, apostrophes and a full stop at the end do not count.

    >>> normal("  Don’t  KNOW. "), normal("n / A")
    ("don't know", 'n/a')
    """
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("`", "'")
    return re.sub(r"\s*/\s*", "/", " ".join(plain.split())).rstrip(" .")


def text_of(cell: Cell) -> str:
    """What a cell says as text, as it is stored: no control characters but line breaks and tabs, no blanks around.

    >>> text_of(3.0), text_of("a\\r\\nb\\x00 "), text_of(None), text_of(date(2027, 6, 30)), text_of(True)
    ('3', 'a\\nb\\ufffd', '', '2027-06-30', 'TRUE')
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes")
    return visible(str(cell)).strip()


def visible(text: str) -> str:
    """A text as a spreadsheet can hold it: what XML or PostgreSQL refuse becomes U+FFFD."""
    return "".join(
        c if c in "\n\t" or (unicodedata.category(c) not in ("Cc", "Cs") and ord(c) & 0xFFFE != 0xFFFE) else "\ufffd"
        for c in text.replace("\r\n", "\n").replace("\r", "\n")
    )


def read_level(cell: Cell, words: Words) -> tuple[str, int | None] | None:
    """Status and level of a scale question; None for what is no answer.

    >>> words = {"n/a": "na", "weiß nicht": "dk"}
    >>> [read_level(c, words) for c in (3.0, " 3 ", "N/A", None, 7, "7", 2.5, True)]
    [('level', 3), ('level', 3), ('na', None), ('open', None), None, None, None, None]
    """
    if empty(cell):
        return "open", None
    found = number(cell)
    if found is not None:
        return ("level", int(found)) if found in (1, 2, 3, 4, 5) else None
    status = words.get(normal(cell)) if isinstance(cell, str) else None
    return (status, None) if status else None


def read_field(spec: Mapping[str, Any], cell: Cell, words: Words) -> Any:
    """The raw value of a field for the check of its item; None for an empty cell.

    >>> read_field({"type": "choice", "options": ["other"]}, " Andere", {"andere": "other"})
    'other'
    >>> read_field({"type": "money"}, 1200.5, {}), read_field({"type": "integer"}, "3 plants", {})
    ('1200.50', '3 plants')
    """
    if empty(cell):
        return None
    kind = spec["type"]
    if kind in ("choice", "boolean", "scale5"):
        text = text_of(cell)
        value = words.get(normal(text), text)
        return value if kind != "scale5" else _whole(number(value), value)
    if kind in (*NUMBERS, "level"):
        found = number(cell)
        return text_of(cell) if found is None else _whole(found, cell)
    if kind == "date":
        if isinstance(cell, datetime):
            return cell.date().isoformat()
        return cell.isoformat() if isinstance(cell, date) else text_of(cell)
    if kind == "money":
        # A spreadsheet calculates in binary: 0.1 + 0.2 is meant as 0.3.
        kept = round(cell, 6) if isinstance(cell, float) else cell
        found_amount = amount(kept) if isinstance(kept, int | float | str) else None
        return text_of(cell) if found_amount is None else money_text(found_amount)
    return text_of(cell)


def _whole(found: float | None, otherwise: Any) -> Any:
    if found is None:
        return otherwise
    return int(found) if found == int(found) else found


def shown(spec: Mapping[str, Any], value: Any, labels: Mapping[Any, Any]) -> Cell:
    """How a stored value stands in its cell; `labels` are the words of its options.

    >>> shown({"type": "money"}, "1200.50", {}), shown({"type": "boolean"}, True, {True: "ja"})
    (1200.5, 'ja')
    """
    if value is None or value == "":
        return None
    if spec["type"] in ("choice", "boolean", "scale5", "level"):
        known: Cell = labels.get(value, value)
        return known
    if spec["type"] == "date":
        return date.fromisoformat(value)
    if spec["type"] == "money":
        exact = Decimal(value)
        return float(exact) if len(exact.as_tuple().digits) <= SIGNIFICANT else str(value)
    return visible(value) if isinstance(value, str) else value


def canonical(data: Any, *, zero: bool = False) -> Any:
    """Data in the form in which two versions are compared: without what is empty, texts as a spreadsheet holds them.

    >>> canonical({"a": 3.0, "b": None, "c": {}, "d": " x\\r\\n"}), canonical({"a": 0, "b": 1}, zero=True)
    ({'a': 3, 'd': 'x'}, {'b': 1})
    """
    if isinstance(data, Mapping):
        kept = {key: canonical(value, zero=zero) for key, value in data.items() if key != "currency"}
        return {key: value for key, value in kept.items() if value not in (None, "", {}, [])}
    if isinstance(data, list | tuple):
        return [value for value in (canonical(v, zero=zero) for v in data) if value not in ({}, None)]
    if isinstance(data, str):
        return text_of(data)
    if isinstance(data, float) and data.is_integer():
        data = int(data)
    return None if zero and data == 0 and not isinstance(data, bool) else data


def digest(data: Any) -> str:
    """A short mark of canonical data: the same mark, the same answer. Empty data have the mark ""."""
    if not data:
        return ""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
