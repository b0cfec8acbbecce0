"""Profiles: named fields, each optional, some of them bound to a sum. PURE: no Django."""

from collections.abc import Iterable, Mapping
from typing import Any

from assessments.items.fields import NUMBERS, Context, Fault, Faults, check_fields, clean_field, empty, unknown_fields

ESTIMATED = "estimated"  # beside the fields: the keys of those that are an estimate


def may_be_estimated(spec: Mapping[str, Any]) -> list[str]:
    """The fields that can be marked as an estimate: what is counted or measured; shares of a sum are all of them.

    >>> may_be_estimated({"fields": [{"key": "sites", "type": "integer"}, {"key": "unit", "type": "text"}]})
    ['sites']
    """
    return [] if "sum_to" in spec else [f["key"] for f in spec["fields"] if f["type"] in NUMBERS]


def profile(spec: Mapping[str, Any], raw: Mapping[str, Any], context: Context) -> tuple[dict[str, Any], Faults]:
    """Named fields, each optional; `sum_to` with `tolerance` binds all of them together (cost structure)."""
    fields, estimates = {f["key"]: f for f in spec["fields"]}, may_be_estimated(spec)
    faults = unknown_fields(raw, {*fields, *([ESTIMATED] if estimates else [])})
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
    if estimates and not empty(raw.get(ESTIMATED)):
        marked = raw[ESTIMATED]
        if not isinstance(marked, list) or not all(isinstance(key, str) and key in estimates for key in marked):
            faults.append(Fault("", "estimates"))
        elif kept := [key for key in estimates if key in marked and key in value]:
            value[ESTIMATED] = kept
    return value, faults


def warn(spec: Mapping[str, Any], value: Mapping[str, Any], context: Context) -> Faults:
    """What is allowed but looks like a slip: more shown than possible, half a headcount."""
    found: Faults = []
    shown, possible = value.get("demonstrated_capacity_units"), value.get("nominal_capacity_units")
    if shown is not None and possible is not None and shown > possible:
        found.append(Fault("demonstrated_capacity_units", "above_nominal", {"shown": shown, "possible": possible}))
    heads = ("headcount_direct", "headcount_indirect")
    known = [key for key in heads if value.get(key) is not None]
    if len(known) == 1:
        missing = next(key for key in heads if key not in known)
        found.append(Fault(missing, "counts_as_none"))
    return found


def check(spec: Mapping[str, Any]) -> Iterable[str]:
    fields = spec.get("fields")
    yield from check_fields("fields", fields)
    if "sum_to" in spec or "tolerance" in spec:
        for name in ("sum_to", "tolerance"):
            if isinstance(spec.get(name), bool) or not isinstance(spec.get(name), int | float):
                yield f"{name}: expected a number, found {spec.get(name)!r}"
        if isinstance(fields, list) and any(isinstance(f, Mapping) and f.get("type") not in NUMBERS for f in fields):
            yield "sum_to: every field of a sum is a number"
