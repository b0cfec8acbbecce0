"""Registers: tables that people fill row by row, the list of pilots among them. PURE: no Django.

Data: {"rows": [{column: value}, ...]}, and "currency" where a column holds money. A row of a register has a name in its
first text column. Rows without any entry are left out; faults count the rows as they were sent, from 1.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from assessments.items.fields import Context, Fault, Faults, check_fields, clean_field, empty, unknown_fields

MOST_ROWS = 200  # a page that people still read
SEVERE = 4  # of 5: late orders every month, or worse


def most_rows(spec: Mapping[str, Any]) -> int:
    return int(spec.get("max_rows", MOST_ROWS))


def key_column(spec: Mapping[str, Any]) -> str:
    """The column that names a row.

    >>> key_column({"columns": [{"key": "stage", "type": "choice"}, {"key": "use_case", "type": "text"}]})
    'use_case'
    """
    return str(next(c["key"] for c in spec["columns"] if c["type"] == "text"))


def has_money(spec: Mapping[str, Any]) -> bool:
    return any(c["type"] == "money" for c in spec["columns"])


def register(spec: Mapping[str, Any], raw: Mapping[str, Any], context: Context) -> tuple[dict[str, Any], Faults]:
    """The filled rows, each cell by its column; none at all is an answer too: there is nothing to list.

    >>> spec = {"columns": [{"key": "supplier", "type": "text"}, {"key": "severity", "type": "scale5"}]}
    >>> register(spec, {"rows": [{"supplier": "Acme", "severity": "4"}, {"supplier": ""}]}, None)
    ({'rows': [{'supplier': 'Acme', 'severity': 4}]}, [])
    >>> register(spec, {"rows": [{}, {"severity": 9}]}, None)[1]
    [Fault(field='supplier', key='row_key', values={}, row=2), Fault(field='severity', key='whole_range', values={'low': 1, 'high': 5}, row=2)]
    """
    money = has_money(spec)
    faults = unknown_fields(raw, {"rows", "currency"} if money else {"rows"})
    if money and not empty(raw.get("currency")) and raw["currency"] != context.currency:
        faults.append(Fault("currency", "currency", {"found": str(raw["currency"])[:40], "currency": context.currency}))
    given = raw.get("rows", [])
    if not isinstance(given, list) or not all(isinstance(row, Mapping) for row in given):
        return {}, [*faults, Fault("rows", "rows_shape")]
    filled = [(n, row) for n, row in enumerate(given, 1) if not all(empty(cell) for cell in row.values())]
    most = most_rows(spec)
    if len(filled) > most:
        return {}, [*faults, Fault("", "too_many_rows", {"found": len(filled), "most": most})]
    rows = []
    for place, row in filled:
        clean, wrong = _row(spec, row, place, context)
        rows.append(clean)
        faults += wrong
    return {"rows": rows} | ({"currency": context.currency} if money else {}), faults


def _row(
    spec: Mapping[str, Any], raw: Mapping[str, Any], place: int, context: Context
) -> tuple[dict[str, Any], Faults]:
    columns, name = {c["key"]: c for c in spec["columns"]}, key_column(spec)
    faults = [Fault(f.field, f.key, row=place) for f in unknown_fields(raw, columns, "no_such_column")]
    row: dict[str, Any] = {}
    for key, column in columns.items():
        if not empty(raw.get(key)):
            row[key], fault = clean_field(column, raw[key], context)
            faults += [Fault(fault.field, fault.key, fault.values, place)] if fault else []
        elif key == name:
            faults.append(Fault(key, "row_key", row=place))
    if decision_is_due(columns, row):
        faults.append(Fault("decide_by", "decide_by", row=place))
    return row, faults


def decision_is_due(columns: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    """A severe limit without a decision needs the day by which one is taken (supplier constraints)."""
    if not {"severity", "decision", "decide_by"} <= set(columns) or row.get("decision"):
        return False
    return (row.get("severity") or 0) >= SEVERE and "decide_by" not in row


def warn(spec: Mapping[str, Any], value: Mapping[str, Any], context: Context) -> Faults:
    """What is allowed but wants a look: pilots without a date, days to decide that passed, another currency."""
    found: Faults = []
    for place, row in enumerate(value["rows"], 1):
        if row.get("stage") == "pilot" and not row.get("stage_since"):
            found.append(Fault("stage_since", "pilot_without_day", row=place))
        by = row.get("decide_by")
        if by and not row.get("decision") and date.fromisoformat(by) < context.today:
            found.append(Fault("decide_by", "decision_overdue", {"day": date.fromisoformat(by)}, place))
    if (stored := value.get("currency", context.currency)) != context.currency:
        found.append(Fault("", "other_currency", {"found": stored, "currency": context.currency}))
    return found


def check(spec: Mapping[str, Any]) -> Iterable[str]:
    columns = spec.get("columns")
    yield from check_fields("columns", columns)
    if isinstance(columns, list) and not any(isinstance(c, Mapping) and c.get("type") == "text" for c in columns):
        yield "columns: expected a text column that names the row"
    most = spec.get("max_rows", MOST_ROWS)
    if type(most) is not int or not 1 <= most <= MOST_ROWS:
        yield f"max_rows: expected a whole number from 1 to {MOST_ROWS}, found {most!r}"
