"""Forms that are tables: registers, decisions, targets."""

from collections.abc import Mapping
from typing import Any

from assessments import figure_words, figures
from assessments.figure_words import Flag
from assessments.item_words import cell, label_of, unit_of
from assessments.items import matrices, registers
from assessments.items.fields import empty, number
from assessments.views.item_forms.fields import offered, widget
from assessments.views.item_forms.page import Page

TEMPLATE_ROW = "0"  # the number of the row that JavaScript copies; no row of the page has it


def register(page: Page) -> dict[str, Any]:
    """Rows with their cells, empty ones after them as far as the list takes more, and one to copy."""
    spec = page.item.spec
    given = page.data.get("rows")
    rows = [row for row in given if isinstance(row, Mapping)] if isinstance(given, list | tuple) else []
    most, blank = registers.most_rows(spec), sum(all(empty(v) for v in row.values()) for row in rows)
    free = max(0, min(page.empty_rows - blank, most - len(rows))) if page.editable else 0
    follows = figures.of_rows(page.item, page.data, page.reference) if page.saved and rows else [{}] * len(rows)
    flags = [figure_words.of_row(found) for found in follows] + [[]] * free
    name = registers.key_column(spec)
    columns = [{**c, "offered": offered(page, c), "names_row": c["key"] == name} for c in spec["columns"]]
    return {
        "columns": [_column(page, column) for column in columns],
        "rows": [_row(page, columns, str(n), row, flags[n - 1]) for n, row in enumerate([*rows, *[{}] * free], 1)],
        "blank": _row(page, columns, TEMPLATE_ROW, {}, []),
        "most": most,
        "more": page.empty_rows,
        "full": len(rows) + free >= most,
    }


def _column(page: Page, column: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "key": column["key"],
        "label": label_of(column["key"], page.catalogue),
        "kind": column["type"],
        "unit": unit_of(page.item, column, page.currency),
        "note": page.item.word(column.get("note", "")),
        "anchors": [text for _value, text in column["offered"]] if column["type"] == "scale5" else [],
        "names_row": column["names_row"],
    }


def _row(
    page: Page, columns: list[dict[str, Any]], n: str, row: Mapping[str, Any], flags: list[Flag]
) -> dict[str, Any]:
    cells = [_cell(page, column, f"row-{n}-{column['key']}", f"{n}.{column['key']}", row) for column in columns]
    return {"n": n, "flags": flags, "cells": cells}


def _cell(page: Page, column: Mapping[str, Any], name: str, place: str, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "key": column["key"],
        "name": name,
        "place": place,
        "label": label_of(column["key"], page.catalogue),
        "type": column["type"],
        "names_row": column.get("names_row", False),
        "error": page.error(place),
        **widget(page, column, row.get(column["key"]), column["offered"]),
    }


def decisions(page: Page) -> dict[str, Any]:
    spec = page.item.spec
    columns: list[dict[str, Any]] = [{**column, "type": "choice"} for column in spec["columns"]]
    for column in columns:
        column["offered"] = offered(page, column)
    rows = []
    for code, text in matrices.row_names(spec).items():
        given = page.data.get(code)
        row = given if isinstance(given, Mapping) else {}
        cells = [_cell(page, c, f"cell-{code}-{c['key']}", f"{code}.{c['key']}", row) for c in columns]
        rows.append({"code": code, "text": page.item.word(text), "cells": cells})
    heads = [{"key": c["key"], "label": label_of(c["key"], page.catalogue), "needed": c["required"]} for c in columns]
    return {"columns": heads, "rows": rows}


def targets(page: Page) -> dict[str, Any]:
    steps = [f"{level:.1f}" for level in matrices.target_levels(page.item.spec)]
    first, last = matrices.target_days(page.item.spec, page.today)
    rows = []
    for d in page.catalogue.dimensions:
        given = page.data.get(d.code)
        entry = given if isinstance(given, Mapping) else {}
        level = number(entry.get("target"))
        target = "" if level is None else f"{level:.1f}"
        theirs = (page.theirs or {}).get(d.code) or {}
        rows.append(
            {
                "code": d.code,
                "name": d.name,
                "target": target,
                "by": entry.get("by") or "",
                "options": [{"value": s, "label": s, "selected": s == target} for s in steps],
                "error": page.error(d.code),
                "theirs": " · ".join(
                    cell(page.item, {"type": "text"}, v, page.catalogue) for v in theirs.values() if v
                ),
            }
        )
    return {"rows": rows, "first_day": str(first), "last_day": str(last)}
