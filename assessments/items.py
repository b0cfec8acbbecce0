"""Item types other than scale questions: what each accepts. PURE: no Django.

A type is one function `spec, raw, context -> (value, faults)`; registering one here opens it for answering. `raw` holds
text from a form or values from JSON; `value` is JSON-safe; `item_words` turns a fault into a sentence.
"""

import dataclasses
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field, or with the whole item when `field` is empty."""

    field: str
    key: str  # "whole_range": names its sentence
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)  # what the sentence mentions


Faults = list[Fault]


@dataclass(frozen=True)
class Context:
    """What some types need to know: the dimensions of the questionnaire, and today."""

    dimensions: tuple[str, ...]
    today: date


Type = Callable[[Mapping[str, Any], Mapping[str, Any], Context], tuple[dict[str, Any], Faults]]
TYPES: dict[str, Type] = {}


def item_type(name: str) -> Callable[[Type], Type]:
    def register(function: Type) -> Type:
        TYPES[name] = function
        return function

    return register


def is_supported(name: str) -> bool:
    return name in TYPES


def clean(
    name: str, spec: Mapping[str, Any], raw: Mapping[str, Any], context: Context
) -> tuple[dict[str, Any], Faults]:
    """The clean value of an item and what is wrong with it; the value counts only without errors.

    >>> clean("allocation_100", {"options": ["cost", "growth"]}, {"cost": "70", "growth": 30}, Context((), date.min))
    ({'cost': 70, 'growth': 30}, [])
    """
    if name not in TYPES:
        return {}, [Fault("", "unsupported")]
    return TYPES[name](spec, raw, context)


def as_json(value: Mapping[str, Any]) -> str:
    """Strict JSON: NaN and infinity, which PostgreSQL refuses, raise ValueError here."""
    return json.dumps(value, allow_nan=False)


def empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


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


def years_later(day: date, years: int) -> date:
    """The same day `years` later; 29 February becomes the last of the month.

    >>> years_later(date(2028, 2, 29), 5).isoformat(), years_later(date(2026, 10, 31), 5).isoformat()
    ('2033-02-28', '2031-10-31')
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def target_levels(spec: Mapping[str, Any]) -> list[float]:
    """The levels a target may have, from `range`.

    >>> target_levels({"range": {"min": 1.0, "max": 2.0, "step": 0.5}})
    [1.0, 1.5, 2.0]
    """
    low, high, step = (spec["range"][key] for key in ("min", "max", "step"))
    return [round(low + i * step, 6) for i in range(round((high - low) / step) + 1)]


def target_days(spec: Mapping[str, Any], today: date) -> tuple[date, date]:
    """The first and the last day a target may have, from `date_rule`; both are allowed."""
    return today, years_later(today, spec["date_rule"]["years"])


def unknown_fields(raw: Mapping[str, Any], known: set[str]) -> Faults:
    return [Fault(str(key)[:40], "no_such_field") for key in raw if key not in known]


def clean_field(field: Mapping[str, Any], value: Any, context: Context) -> tuple[Any, Fault | None]:
    """One field of a profile: (value, None) or (None, what was expected)."""
    kind = field["type"]

    def fault(key: str, **values: Any) -> tuple[None, Fault]:
        return None, Fault(field["key"], key, values)

    if kind in ("integer", "percent", "number", "scale5"):
        found = number(value)
        low, high = (1, 5) if kind == "scale5" else (field.get("min"), field.get("max"))
        high = context.today.year if high == "this_year" else high if isinstance(high, int | float) else None
        whole = kind in ("integer", "scale5")
        fits = found is not None and (low is None or found >= low) and (high is None or found <= high)
        if found is None or not fits or (whole and found != int(found)):
            bounds = "" if low is None else "_from" if high is None else "_range"
            return fault(("whole" if whole else "number") + bounds, low=low, high=high)
        return (int(found) if whole else round(found, int(field.get("decimals", 6)))), None
    if kind == "boolean":
        known = {"true": True, "false": False, True: True, False: False}
        if not isinstance(value, str | bool) or value not in known:
            return fault("yes_or_no")
        return known[value], None
    if not isinstance(value, str):
        return fault("text")
    text = value.strip()
    if kind == "choice":
        options = [o["code"] if isinstance(o, Mapping) else o for o in field["options"]]
        return (text, None) if text in options else fault("choice", value=text[:40])
    if "\x00" in text:
        return fault("nul")
    longest = int(field.get("max_length", 200))
    return (text, None) if len(text) <= longest else fault("too_long", longest=longest)


@item_type("profile")
def profile(spec: Mapping[str, Any], raw: Mapping[str, Any], context: Context) -> tuple[dict[str, Any], Faults]:
    """Named fields, each optional; `sum_to` with `tolerance` binds all of them together (cost structure)."""
    fields = {f["key"]: f for f in spec["fields"]}
    faults = unknown_fields(raw, set(fields))
    value: dict[str, Any] = {}
    for key, field in fields.items():
        if not empty(raw.get(key)):
            value[key], fault = clean_field(field, raw[key], context)
            faults += [fault] if fault else []
    target = spec.get("sum_to")
    if target is not None and not faults:
        # Shares have one decimal: rounding first keeps 33.3 + 33.3 + 33.4 from missing 100 by 1e-14.
        total = round(sum(value.values()), 6)
        if abs(round(total - target, 6)) > spec["tolerance"]:
            faults.append(Fault("", "shares", {"total": total, "expected": target, "tolerance": spec["tolerance"]}))
        value = {key: value.get(key, 0.0) for key in fields}
    if not value and not faults:
        faults.append(Fault("", "empty"))
    return value, faults


@item_type("allocation_100")
def allocation(spec: Mapping[str, Any], raw: Mapping[str, Any], context: Context) -> tuple[dict[str, Any], Faults]:
    """100 points over the options, whole numbers; an empty option has 0."""
    faults = unknown_fields(raw, set(spec["options"]))
    value: dict[str, Any] = {}
    for option in spec["options"]:
        field = {"key": option, "type": "integer", "min": 0, "max": 100}
        value[option], fault = (0, None) if empty(raw.get(option)) else clean_field(field, raw[option], context)
        faults += [fault] if fault else []
    if not faults and (total := sum(value.values())) != 100:
        faults.append(Fault("", "points", {"total": total, "expected": 100}))
    return value, faults


@item_type("matrix_target")
def targets(spec: Mapping[str, Any], raw: Mapping[str, Any], context: Context) -> tuple[dict[str, Any], Faults]:
    """A target level, and if wanted a day, for each dimension that has one; `range` and `date_rule` say which."""
    faults = unknown_fields(raw, set(context.dimensions))
    value: dict[str, Any] = {}
    first, last = target_days(spec, context.today)
    for code in context.dimensions:
        entry = raw.get(code)
        if entry is None:
            continue
        if not isinstance(entry, Mapping) or set(entry) - {"target", "by"}:
            faults.append(Fault(code, "target_shape"))
            continue
        if empty(entry.get("target")):
            if not empty(entry.get("by")):
                faults.append(Fault(code, "day_without_target"))
            continue
        level = number(entry["target"])
        if level not in target_levels(spec):
            faults.append(Fault(code, "target_level", spec["range"]))
            continue
        value[code] = {"target": level}
        if not empty(entry.get("by")):
            try:
                day = date.fromisoformat(str(entry["by"]))
            except ValueError:
                day = None
            if day is None or not first <= day <= last:
                faults.append(Fault(code, "target_day", {"first": first, "last": last}))
            else:
                value[code]["by"] = day.isoformat()
    if not value and not faults:
        faults.append(Fault("", "no_target"))
    return value, faults
