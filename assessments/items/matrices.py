"""Tables with given rows: target levels of the dimensions, and who decides what. PURE: no Django."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from assessments.items.fields import (
    Context,
    Fault,
    Faults,
    a_day,
    check_options,
    clean_field,
    empty,
    number,
    unknown_fields,
    years_later,
)


def target_levels(spec: Mapping[str, Any]) -> list[float]:
    """The levels a target may have, from `range`.

    >>> target_levels({"range": {"min": 1.0, "max": 2.0, "step": 0.5}})
    [1.0, 1.5, 2.0]
    """
    low, high, step = (spec["range"][key] for key in ("min", "max", "step"))
    return [round(low + i * step, 6) for i in range(round((high - low) / step) + 1)]


def target_days(spec: Mapping[str, Any], today: Any) -> tuple[Any, Any]:
    """The first and the last day a target may have, from `date_rule`; both are allowed."""
    return today, years_later(today, spec["date_rule"]["years"])


def targets(spec: Mapping[str, Any], raw: Mapping[str, Any], context: Context) -> tuple[dict[str, Any], Faults]:
    """A target level, and if wanted a day, for each dimension that has one; `range` and `date_rule` say which."""
    faults = unknown_fields(raw, context.dimensions)
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
            day = a_day(entry["by"])
            if day is None or not first <= day <= last:
                faults.append(Fault(code, "target_day", {"first": first, "last": last}))
            else:
                value[code]["by"] = day.isoformat()
    if not value and not faults:
        faults.append(Fault("", "no_target"))
    return value, faults


def passed(value: Mapping[str, Any], today: date) -> Faults:
    """The targets whose day has passed since they were set; they are valid no longer, but nothing that was typed wrong.

    >>> value = {"CAP1": {"target": 3.0, "by": "2026-06-01"}, "CAP2": {"target": 3.0, "by": "2026-06-02"}}
    >>> [fault.field for fault in passed(value, date(2026, 6, 2))]
    ['CAP1']
    """
    days = {code: date.fromisoformat(entry["by"]) for code, entry in value.items() if entry.get("by")}
    return [Fault(code, "target_passed", {"day": day}) for code, day in days.items() if day < today]


def row_names(spec: Mapping[str, Any]) -> dict[str, str]:
    """The id of each row of a decision matrix -> its English text."""
    return dict(zip(spec["row_ids"], spec["rows"], strict=True))


def decisions(spec: Mapping[str, Any], raw: Mapping[str, Any], context: Context) -> tuple[dict[str, Any], Faults]:
    """Who decides, today and as wanted: {row id: {column: option}}. Rows may stay empty; a row that is filled at all
    needs its `required` columns.

    >>> columns = [{"key": "now", "options": ["plant", "team"], "required": True}, {"key": "then", "options": ["team"]}]
    >>> spec = {"row_ids": ["DR01", "DR02"], "rows": ["shifts", "hiring"], "columns": columns}
    >>> decisions(spec, {"DR01": {"now": "plant", "then": "team"}, "DR02": {}}, None)
    ({'DR01': {'now': 'plant', 'then': 'team'}}, [])
    >>> decisions(spec, {"DR02": {"then": "team"}}, None)[1]
    [Fault(field='now', key='required', values={}, row='DR02')]
    """
    faults, columns = unknown_fields(raw, spec["row_ids"]), {c["key"]: c for c in spec["columns"]}
    value: dict[str, Any] = {}
    for code in spec["row_ids"]:
        entry = raw.get(code)
        if entry is None:
            continue
        if not isinstance(entry, Mapping):
            faults.append(Fault("", "row_shape", row=code))
            continue
        faults += [Fault(f.field, f.key, row=code) for f in unknown_fields(entry, columns, "no_such_column")]
        if all(empty(cell) for cell in entry.values()):
            continue
        value[code] = {}
        for key, column in columns.items():
            if not empty(entry.get(key)):
                value[code][key], fault = clean_field({**column, "type": "choice"}, entry[key], context)
                faults += [Fault(fault.field, fault.key, fault.values, code)] if fault else []
            elif column.get("required"):
                faults.append(Fault(key, "required", row=code))
    if not value and not faults:
        faults.append(Fault("", "empty"))
    return value, faults


def check_targets(spec: Mapping[str, Any]) -> Iterable[str]:
    span = spec.get("range")
    numbers: list[Any] = [span.get(k) for k in ("min", "max", "step")] if isinstance(span, Mapping) else []
    if not numbers or not all(isinstance(n, int | float) for n in numbers):
        yield "range: expected min, max and step as numbers"
    elif not (1 <= numbers[0] < numbers[1] <= 5 and 0 < numbers[2] <= numbers[1] - numbers[0]):
        yield "range: expected steps above 0 that rise within 1 to 5"
    rule = spec.get("date_rule")
    years = rule.get("years") if isinstance(rule, Mapping) else None
    if type(years) is not int or years not in range(1, 51):
        yield f"date_rule / years: expected a whole number from 1 to 50, found {years!r}"


def check_decisions(spec: Mapping[str, Any]) -> Iterable[str]:
    yield from check_options("rows", spec.get("rows"))
    yield from check_options("row_ids", spec.get("row_ids"))
    rows, ids, columns = spec.get("rows"), spec.get("row_ids"), spec.get("columns")
    if isinstance(rows, list) and isinstance(ids, list) and len(rows) != len(ids):
        yield f"row_ids: expected {len(rows)}, one for each row, found {len(ids)}"
    if not isinstance(columns, list) or not columns or not all(isinstance(c, Mapping) for c in columns):
        yield "columns: expected a list of columns"
        return
    yield from check_options("columns / key", [c.get("key") for c in columns], least=1)
    for column in columns:
        place = f"columns / {column.get('key')}"
        yield from check_options(f"{place} / options", column.get("options"))
        if not isinstance(column.get("required"), bool):
            yield f"{place} / required: expected true or false, found {column.get('required')!r}"
        for unknown in sorted(str(k) for k in set(column) - {"key", "options", "required"}):
            yield f"{place} / {unknown}: a column of a decision matrix has no such setting"
