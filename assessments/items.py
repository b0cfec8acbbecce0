"""Item types other than scale questions: what each accepts. PURE: no Django.

A type is one function `spec, raw, context -> (value, errors)`; registering one here opens it for answering. `raw` holds
text from a form or values from JSON; `value` is JSON-safe; an error is (field, what was expected).
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

Errors = list[tuple[str, str]]


@dataclass(frozen=True)
class Context:
    """What some types need to know: the dimensions of the questionnaire, and today."""

    dimensions: tuple[str, ...]
    today: date


Type = Callable[[Mapping[str, Any], Mapping[str, Any], Context], tuple[dict[str, Any], Errors]]
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
) -> tuple[dict[str, Any], Errors]:
    """The clean value of an item and what is wrong with it; the value counts only without errors.

    >>> clean("allocation_100", {"options": ["cost", "growth"]}, {"cost": "70", "growth": 30}, Context((), date.min))
    ({'cost': 70, 'growth': 30}, [])
    """
    if name not in TYPES:
        return {}, [("", f"items of type {name} cannot be answered yet")]
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


def unknown_fields(raw: Mapping[str, Any], known: set[str]) -> Errors:
    return [(str(key)[:40], "there is no such field") for key in raw if key not in known]


def clean_field(field: Mapping[str, Any], value: Any, context: Context) -> tuple[Any, str]:
    """One field of a profile: (value, "") or (None, what was expected)."""
    kind = field["type"]
    if kind in ("integer", "percent", "number", "scale5"):
        found = number(value)
        low, high = (1, 5) if kind == "scale5" else (field.get("min"), field.get("max"))
        high = context.today.year if high == "this_year" else high if isinstance(high, int | float) else None
        whole = kind in ("integer", "scale5")
        expected = "expected a whole number" if whole else "expected a number"
        if low is not None and high is not None:
            expected += f" from {low} to {high}"
        elif low is not None:
            expected += f" of {low} or more"
        fits = found is not None and (low is None or found >= low) and (high is None or found <= high)
        if found is None or not fits or (whole and found != int(found)):
            return None, expected
        return (int(found) if whole else round(found, int(field.get("decimals", 6)))), ""
    if kind == "boolean":
        known = {"true": True, "false": False, True: True, False: False}
        if not isinstance(value, str | bool) or value not in known:
            return None, "expected yes or no"
        return known[value], ""
    if not isinstance(value, str):
        return None, "expected text"
    text = value.strip()
    if kind == "choice":
        options = [o["code"] if isinstance(o, Mapping) else o for o in field["options"]]
        return (text, "") if text in options else (None, f"expected one of: {', '.join(options)}")
    if len(text) > int(field.get("max_length", 200)) or "\x00" in text:
        return None, f"expected at most {field.get('max_length', 200)} characters"
    if "pattern" in field and not re.fullmatch(field["pattern"], text):
        return None, str(field.get("note", "expected another form"))
    return text, ""


@item_type("profile")
def profile(spec: Mapping[str, Any], raw: Mapping[str, Any], context: Context) -> tuple[dict[str, Any], Errors]:
    """Named fields, each optional; `sum_to` with `tolerance` binds all of them together (cost structure)."""
    fields = {f["key"]: f for f in spec["fields"]}
    errors = unknown_fields(raw, set(fields))
    value: dict[str, Any] = {}
    for key, field in fields.items():
        if not empty(raw.get(key)):
            found, error = clean_field(field, raw[key], context)
            value[key] = found
            errors += [(key, error)] * bool(error)
    target = spec.get("sum_to")
    if target is not None and not errors:
        total = sum(value.values())
        # Shares have one decimal: rounding first keeps 33.3 + 33.3 + 33.4 from missing 100 by 1e-14.
        if abs(round(total - target, 6)) > spec["tolerance"]:
            errors.append(("", f"the shares add up to {total:g}, expected {target} (tolerance {spec['tolerance']})"))
        value = {key: value.get(key, 0.0) for key in fields}
    if not value and not errors:
        errors.append(("", "fill in at least one field"))
    return value, errors


@item_type("allocation_100")
def allocation(spec: Mapping[str, Any], raw: Mapping[str, Any], context: Context) -> tuple[dict[str, Any], Errors]:
    """100 points over the options, whole numbers; an empty option has 0."""
    options = list(spec["options"])
    errors = unknown_fields(raw, set(options))
    field = {"type": "integer", "min": 0, "max": 100}
    value: dict[str, Any] = {}
    for option in options:
        found, error = (0, "") if empty(raw.get(option)) else clean_field(field, raw[option], context)
        value[option] = found
        errors += [(option, error)] * bool(error)
    if not errors and (total := sum(value.values())) != 100:
        errors.append(("", f"the points add up to {total}, expected 100"))
    return value, errors


@item_type("matrix_target")
def targets(spec: Mapping[str, Any], raw: Mapping[str, Any], context: Context) -> tuple[dict[str, Any], Errors]:
    """A target level and date for each dimension that has one: 1.0 to 5.0 by 0.5, from today to five years later."""
    errors = unknown_fields(raw, set(context.dimensions))
    value: dict[str, Any] = {}
    last = date(context.today.year + 5, context.today.month, min(context.today.day, 28))
    for code in context.dimensions:
        entry = raw.get(code)
        if entry is None:
            continue
        if not isinstance(entry, Mapping) or set(entry) - {"target", "by"}:
            errors.append((code, "expected a target and a date"))
            continue
        if empty(entry.get("target")):
            continue
        level = number(entry["target"])
        if level is None or not 1 <= level <= 5 or level * 2 != int(level * 2):
            errors.append((code, "expected a target from 1.0 to 5.0 in steps of 0.5"))
            continue
        value[code] = {"target": level}
        if not empty(entry.get("by")):
            try:
                day = date.fromisoformat(str(entry["by"]))
            except ValueError:
                day = None
            if day is None or not context.today <= day <= last:
                errors.append((code, f"expected a date from {context.today} to {last}, written like 2027-06-30"))
            else:
                value[code]["by"] = day.isoformat()
    if not value and not errors:
        errors.append(("", "set a target for at least one dimension"))
    return value, errors
