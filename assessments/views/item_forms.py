"""The forms of the other items: spec and data -> fields for the template; posted form -> data for `items.clean`."""

from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import workflow
from assessments.catalogue import Item, Questionnaire
from assessments.item_words import label_of
from assessments.items import matrices

DRAWN = ("profile", "allocation_100", "matrix_target")  # the types that have a form


def options_of(field: dict[str, Any], catalogue: Questionnaire) -> list[tuple[str, str]]:
    """(value, label) of a choice field; levels of a scale5 field show their number and anchor."""
    if field.get("type") == "scale5":
        return [(str(n), f"{n} · {text}") for n, text in enumerate(field.get("anchors", []), 1)]
    if field.get("type") == "boolean":
        return [("true", _("Yes")), ("false", _("No"))]
    pairs = []
    for option in field.get("options", []):
        if isinstance(option, dict):
            pairs.append(
                (
                    str(option["code"]),
                    f"{option['code']} {option['name']}" if field.get("codes") else str(option["name"]),
                )
            )
        else:
            pairs.append((str(option), str(option)))
    return pairs


def _fields(
    item: Item, catalogue: Questionnaire, data: dict[str, Any], errors: dict[str, str], theirs: dict[str, Any]
) -> list[dict[str, Any]]:
    if item.type == "allocation_100":
        specs = [
            {
                "key": o,
                "type": "integer",
                "min": 0,
                "max": 100,
                "unit": _("points"),
            }
            for o in item.spec["options"]
        ]
    else:
        specs = [dict(f) for f in item.spec.get("fields", [])]
    fields = []
    for spec in specs:
        key, kind = spec["key"], spec["type"]
        value = data.get(key)
        shown = (
            {True: "true", False: "false", None: ""}[value] if value is None or isinstance(value, bool) else str(value)
        )
        choice = kind in ("choice", "scale5", "boolean")
        fields.append(
            {
                "name": key,
                "label": spec.get("label") or label_of(key, catalogue),
                "kind": "select" if choice else "text" if kind == "text" else "number",
                "value": shown,
                "options": [
                    {"value": v, "label": text, "selected": v == shown} for v, text in options_of(spec, catalogue)
                ]
                if choice
                else [],
                "min": spec.get("min", ""),
                "max": spec.get("max", "") if isinstance(spec.get("max", ""), int | float) else "",
                "step": "1" if kind == "integer" else "any",
                "unit": spec.get("unit", ""),
                "note": spec.get("definition") or spec.get("note") or "",
                "error": errors.get(key, ""),
                "described_by": " ".join(
                    [f"e-{key}"] * (key in errors) + [f"n-{key}"] * bool(spec.get("definition") or spec.get("note"))
                ),
                "theirs": "" if theirs.get(key) is None else theirs[key],
            }
        )
    return fields


def _target_rows(
    item: Item, catalogue: Questionnaire, data: dict[str, Any], errors: dict[str, str], theirs: dict[str, Any]
) -> list[dict[str, Any]]:
    steps = [f"{level:.1f}" for level in matrices.target_levels(item.spec)]
    rows = []
    for d in catalogue.dimensions:
        entry = data.get(d.code) or {}
        target = (
            ""
            if entry.get("target") in (None, "")
            else f"{float(entry['target']):.1f}"
            if _number(entry["target"])
            else ""
        )
        rows.append(
            {
                "code": d.code,
                "name": d.name,
                "component_code": d.component,
                "target": target,
                "by": entry.get("by") or "",
                "options": [{"value": s, "label": s, "selected": s == target} for s in steps],
                "error": errors.get(d.code, ""),
                "theirs": " · ".join(str(v) for v in (theirs.get(d.code) or {}).values() if v),
            }
        )
    return rows


def _number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def context(
    item: Item,
    catalogue: Questionnaire,
    data: dict[str, Any],
    refused: workflow.Refused | None,
    theirs: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Fields or target rows with values and errors, and the number a live sum must reach (0: no sum).

    `theirs` is what somebody else saved in the meantime: it stands beside each value.
    """
    errors = dict(refused.errors) if refused else {}
    if refused and not refused.errors:
        errors[""] = refused.message
    targets = item.type == "matrix_target"
    first, last = matrices.target_days(item.spec, timezone.localdate()) if targets else ("", "")
    total = 100 if item.type == "allocation_100" or item.spec.get("sum_to") else 0
    return {
        "fields": [] if targets else _fields(item, catalogue, data, errors, theirs or {}),
        "rows": _target_rows(item, catalogue, data, errors, theirs or {}) if targets else [],
        "theirs": theirs is not None,
        "sum_to": total,
        "errors": [{"field": field, "message": message} for field, message in errors.items()],
        "first_day": str(first),
        "last_day": str(last),
    }


def data_from_post(item: Item, post: QueryDict) -> dict[str, Any]:
    """The raw data of a posted item form; empty fields stay away, `items.clean` judges the rest."""
    if item.type == "matrix_target":
        data: dict[str, Any] = {}
        for name in post:
            code = name.removeprefix("target-")
            if name.startswith("target-") and (post[name] or post.get(f"by-{code}")):
                data[code] = {"target": post[name] or None, "by": post.get(f"by-{code}") or None}
        return data
    skipped = {"csrfmiddlewaretoken", "base_version"}
    return {name: post[name] for name in post if name not in skipped and post[name] != ""}
