"""What one field or one cell may hold. PURE: no Django.

A field is a mapping of the content: key, type, and what its type needs (options, anchors, min, max ...). Values come as
text from a form or a spreadsheet, or as JSON; the clean value is JSON-safe: money and days are text.
"""

import dataclasses
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)  # a day outside is a slip of the finger
LARGEST_AMOUNT = Decimal(10) ** 15  # larger than any company: the digits of something else
LARGEST = int(LARGEST_AMOUNT)  # figures are made of numbers: what no plant can be must not make them infinite
NUMBERS = ("integer", "number", "percent")


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field, or with the whole item when `field` is empty.

    `row` is the number of a row of a register, counted from 1 as people see it, or the id of a row of a matrix.
    """

    field: str
    key: str  # "whole_range": names its sentence
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)  # what the sentence mentions
    row: int | str | None = None

    @property
    def place(self) -> str:
        """Where it sits, for forms and API.

        >>> Fault("severity", "whole", row=3).place, Fault("cost", "whole").place
        ('3.severity', 'cost')
        """
        return self.field if self.row is None else f"{self.row}.{self.field}"


Faults = list[Fault]


@dataclass(frozen=True)
class Context:
    """What some types need to know: the dimensions of the questionnaire, today, and the organisation's currency."""

    dimensions: tuple[str, ...]
    today: date
    currency: str  # "EUR"


def empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def storable(text: str) -> bool:
    """Whether PostgreSQL takes a text: it refuses NUL and halves of characters.

    >>> storable("ü 😀"), storable("a\\x00b"), storable("\\ud800")
    (True, False, False)
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in text


def number(value: Any) -> float | None:
    """A finite number from text or JSON, with comma or point; None when it is none.

    >>> number("12,5"), number(True), number("1e999")
    (12.5, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value.strip().replace(",", ".")) if isinstance(value, str) else float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


DECIMALS = r"[.,]\d{1,2}"
AMOUNT = re.compile(
    rf"-?(\d+({DECIMALS})?"  # 1200.50
    rf"|\d{{1,3}}([.,])\d{{3}}(\3\d{{3}})+({DECIMALS})?"  # 1,200,000
    r"|\d{1,3}(,\d{3})+\.\d{1,2}|\d{1,3}(\.\d{3})+,\d{1,2})",  # 1,200.50 or 1.200,50
    re.ASCII,
)


def amount(value: Any, currency: str = "") -> Decimal | None:
    """An amount of money with at most two decimals, as people and spreadsheets write it; None when it is none.

    "1,200" could mean 1.2 or 1200: it is refused rather than guessed.

    >>> [str(amount(text)) for text in ("1200.5", "1 200,50", "1,200,000", "1.200,50", "1,200", "1e3", True)]
    ['1200.5', '1200.50', '1200000', '1200.50', 'None', 'None', 'None']
    >>> amount("€ 300", "EUR"), amount("300 EUR", "EUR"), amount("300 USD", "EUR")
    (Decimal('300'), Decimal('300'), None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = str(value)
    if len(text) > 60:
        return None
    text = re.sub(r"[\s'’_]", "", text)
    for sign in (currency, {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CNY": "¥"}.get(currency, "")):
        text = text.removeprefix(sign).removesuffix(sign)
    if not AMOUNT.fullmatch(text):
        return None
    *groups, last = re.split(r"[.,]", text)
    # What follows the last separator are decimals, unless it closes groups of three digits.
    whole, decimals = ("".join(groups), last) if groups and len(last) < 3 else ("".join(groups) + last, "")
    return Decimal(f"{whole}.{decimals}" if decimals else whole)


def money_text(value: Decimal) -> str:
    """How an amount is stored.

    >>> money_text(Decimal("1200.5")), money_text(Decimal("1200.00")), money_text(Decimal("-0"))
    ('1200.50', '1200', '0')
    """
    return str(int(value)) if value == int(value) else f"{value:.2f}"


def years_later(day: date, years: int) -> date:
    """The same day `years` later, or earlier below 0; 29 February becomes the last of the month.

    >>> years_later(date(2028, 2, 29), 5).isoformat(), years_later(date(2026, 10, 31), -2).isoformat()
    ('2033-02-28', '2024-10-31')
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def a_day(value: Any) -> date | None:
    """A day written like 2027-06-30; None when it is none."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip(), re.ASCII):
        return None
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        return None


def codes_of(options: Sequence[Any]) -> list[str]:
    """What is stored for each option: its code, or the text itself."""
    return [o["code"] if isinstance(o, Mapping) else o for o in options]


def unknown_fields(raw: Mapping[str, Any], known: Iterable[str], key: str = "no_such_field") -> Faults:
    kept = set(known)
    return [Fault(str(name)[:40], key) for name in raw if name not in kept]


def clean_field(field: Mapping[str, Any], value: Any, context: Context) -> tuple[Any, Fault | None]:
    """One field: (value, None) or (None, what was expected)."""
    kind = field["type"]
    if kind in (*NUMBERS, "scale5"):
        return _number(field, value, context)
    if kind == "money":
        return _money(field, value, context)
    if kind == "date":
        return _date(field, value, context)
    if kind == "boolean":
        known = {"true": True, "false": False, True: True, False: False}
        fits = isinstance(value, str | bool) and value in known
        return (known[value], None) if fits else (None, Fault(field["key"], "yes_or_no"))
    if not isinstance(value, str):
        return None, Fault(field["key"], "text")
    if kind == "choice":
        text = value.strip()
        fits = text in codes_of(field["options"])
        return (text, None) if fits else (None, Fault(field["key"], "choice", {"value": text[:40]}))
    return clean_text(field, value)


def clean_text(field: Mapping[str, Any], value: str) -> tuple[str | None, Fault | None]:
    # A form sends a line break as two characters; it counts as one.
    text = value.strip().replace("\r\n", "\n")
    longest = int(field.get("max_length", 200))
    if not storable(text):
        return None, Fault(field["key"], "nul")
    return (text, None) if len(text) <= longest else (None, Fault(field["key"], "too_long", {"longest": longest}))


def _number(field: Mapping[str, Any], value: Any, context: Context) -> tuple[Any, Fault | None]:
    found, whole = number(value), field["type"] in ("integer", "scale5")
    low, high = (1, 5) if field["type"] == "scale5" else (field.get("min"), field.get("max"))
    high = context.today.year if high == "this_year" else high
    if found is not None and abs(found) > LARGEST:
        low, high = -LARGEST if low is None else low, LARGEST if high is None else high
    fits = found is not None and (low is None or found >= low) and (high is None or found <= high)
    if found is None or not fits or (whole and found != int(found)):
        bounds = "" if low is None else "_from" if high is None else "_range"
        return None, Fault(field["key"], ("whole" if whole else "number") + bounds, {"low": low, "high": high})
    return (int(found) if whole else round(found, int(field.get("decimals", 6)))), None


def _money(field: Mapping[str, Any], value: Any, context: Context) -> tuple[str | None, Fault | None]:
    found, low = amount(value, context.currency), field.get("min")
    if found is None:
        return None, Fault(field["key"], "money")
    if abs(found) >= LARGEST_AMOUNT or (low is not None and found < low):
        low = -LARGEST if low is None else low
        return None, Fault(field["key"], "money_range", {"low": low, "high": LARGEST})
    return money_text(found), None


def _date(field: Mapping[str, Any], value: Any, context: Context) -> tuple[str | None, Fault | None]:
    found = a_day(value)
    if found is None:
        return None, Fault(field["key"], "day")
    if field.get("max") == "day of submission" and found > context.today:
        return None, Fault(field["key"], "day_ahead", {"last": context.today})
    if not EARLIEST <= found <= LATEST:
        return None, Fault(field["key"], "day_range", {"first": EARLIEST, "last": LATEST})
    return found.isoformat(), None


KINDS = {
    "integer": {"min", "max"},
    "number": {"min", "max", "decimals"},
    "percent": {"min", "max", "decimals"},
    "scale5": {"anchors"},
    "choice": {"options", "codes"},
    "boolean": set(),
    "text": {"max_length"},
    "date": {"max"},
    "money": {"min"},
}
COMMON = {"key", "type", "label", "unit", "note", "definition", "optional"}


def check_fields(name: str, fields: Any) -> Iterable[str]:
    """What is wrong with the `fields` or `columns` of a spec, each with its place below the spec."""
    if not isinstance(fields, list) or not fields or not all(isinstance(f, Mapping) for f in fields):
        yield f"{name}: expected a list of fields"
        return
    keys = [f.get("key") for f in fields]
    for i, field in enumerate(fields):
        key = field.get("key")
        place = f"{name} / {key if isinstance(key, str) else i}"
        if not isinstance(key, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", key):
            yield f"{place} / key: expected a name in small letters, found {key!r}"
        elif keys.index(key) < i:
            yield f"{place}: the key is used twice"
        kind = field.get("type")
        if not isinstance(kind, str) or kind not in KINDS:
            yield f"{place} / type: expected one of {', '.join(KINDS)}, found {kind!r}"
            continue
        for unknown in sorted(str(k) for k in set(field) - COMMON - KINDS[kind]):
            yield f"{place} / {unknown}: a field of type {kind} has no such setting"
        yield from _check_kind(place, kind, field)


def _check_kind(place: str, kind: str, field: Mapping[str, Any]) -> Iterable[str]:
    if kind == "choice":
        yield from check_options(f"{place} / options", field.get("options"))
    if kind == "scale5":
        anchors = field.get("anchors")
        if not isinstance(anchors, list) or len(anchors) != 5 or not all(_is_text(a) for a in anchors):
            yield f"{place} / anchors: expected five texts"
    if kind == "date" and field.get("max", "day of submission") != "day of submission":
        yield f"{place} / max: expected day of submission, found {field['max']!r}"
    if kind in NUMBERS or kind == "money":
        low, high = field.get("min"), field.get("max")
        high = None if kind == "integer" and high == "this_year" else high
        for name, bound in (("min", low), ("max", high)):
            if bound is not None and (isinstance(bound, bool) or not isinstance(bound, int | float)):
                yield f"{place} / {name}: expected a number, found {bound!r}"
                return
        if low is not None and high is not None and low >= high:
            yield f"{place}: min {low} must lie below max {high}"
    for name in ("decimals", "max_length"):
        if name in field and (type(field[name]) is not int or field[name] < 0):
            yield f"{place} / {name}: expected a whole number of 0 or more, found {field[name]!r}"


def check_options(place: str, options: Any, least: int = 2) -> Iterable[str]:
    """Options are texts, or mappings with code and name; their codes are unique."""
    if not isinstance(options, list) or len(options) < least:
        yield f"{place}: expected a list of {least} or more options"
        return
    for option in options:
        parts = (option.get("code"), option.get("name")) if isinstance(option, Mapping) else (option,)
        if not all(_is_text(part) for part in parts):
            yield f"{place}: expected texts, or code and name, found {option!r}"
            return
    codes = codes_of(options)
    for code in sorted({c for c in codes if codes.count(c) > 1}):
        yield f"{place}: {code} stands there twice"


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and value == value.strip()
