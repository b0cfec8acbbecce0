"""The forms of the other items: spec and data -> fields for the template; posted form -> data for `items.clean`."""

from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments import workflow
from assessments.catalogue import Item, Questionnaire

STEPS = [f"{n / 2:.1f}" for n in range(2, 11)]  # 1.0 to 5.0 by 0.5 (item E-N6)
LABELS = {
    "industry": gettext_lazy("Industry"),
    "process_type": gettext_lazy("Type of process"),
    "revenue_band": gettext_lazy("Revenue"),
    "employees_band": gettext_lazy("Employees"),
    "hq_region": gettext_lazy("Region of the legal seat"),
    "sites_count": gettext_lazy("Number of own plants"),
    "contract_manufacturing_share_pct": gettext_lazy("Share made by contract manufacturers"),
    "respondent_role": gettext_lazy("Your role"),
    "country": gettext_lazy("Country"),
    "opened_year": gettext_lazy("Year of opening"),
    "role": gettext_lazy("Main role of the site"),
    "headcount_direct": gettext_lazy("People in production"),
    "headcount_indirect": gettext_lazy("People outside production"),
    "production_value_share_pct": gettext_lazy("Share of the enterprise's production value"),
    "margin_criticality": gettext_lazy("How much does the margin depend on this site?"),
    "growth_criticality": gettext_lazy("How much does growth depend on this site?"),
    "single_source_products_pct": gettext_lazy("Share of products only this site can make"),
    "union_or_works_council": gettext_lazy("Is there a union or works council?"),
    "direct_labour": gettext_lazy("Direct labour"),
    "energy_utilities": gettext_lazy("Energy and utilities"),
}


def label_of(key: str) -> str:
    return str(LABELS.get(key) or key.replace("_", " ").capitalize())


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


def _fields(item: Item, catalogue: Questionnaire, data: dict[str, Any], errors: dict[str, str]) -> list[dict[str, Any]]:
    if item.type == "allocation_100":
        specs = [
            {
                "key": o,
                "type": "integer",
                "min": 0,
                "max": 100,
                "unit": _("points"),
                "label": catalogue.objectives[o],
            }
            for o in item.spec["options"]
        ]
    elif item.type == "single_choice":
        specs = [{"key": "choice", "type": "choice", "options": item.spec["options"], "label": item.title}]
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
                "label": spec.get("label") or catalogue.cost_categories.get(key) or label_of(key),
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
                "required": False,
            }
        )
    return fields


def _target_rows(catalogue: Questionnaire, data: dict[str, Any], errors: dict[str, str]) -> list[dict[str, Any]]:
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
                "options": [{"value": s, "label": s, "selected": s == target} for s in STEPS],
                "error": errors.get(d.code, ""),
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
    item: Item, catalogue: Questionnaire, data: dict[str, Any], refused: workflow.Refused | None
) -> dict[str, Any]:
    """Fields or target rows with values and errors, and the number a live sum must reach (0: no sum)."""
    errors = {field.split(".")[0]: message for field, message in (refused.errors if refused else [])}
    if refused and not refused.errors:
        errors[""] = refused.message
    targets = item.type == "matrix_target"
    total = 100 if item.type == "allocation_100" or item.spec.get("sum_to") else 0
    return {
        "fields": [] if targets else _fields(item, catalogue, data, errors),
        "rows": _target_rows(catalogue, data, errors) if targets else [],
        "sum_to": total,
        "errors": [{"field": field, "message": message} for field, message in errors.items()],
        "today": date.today().isoformat(),
    }


def data_from_post(item: Item, post: QueryDict) -> dict[str, Any]:
    """The raw data of a posted item form; empty fields stay away, `items.clean` judges the rest."""
    if item.type == "matrix_target":
        data: dict[str, Any] = {}
        for name in post:
            if name.startswith("target-") and post[name]:
                code = name.removeprefix("target-")
                data[code] = {"target": post[name], "by": post.get(f"by-{code}") or None}
        return data
    skipped = {"csrfmiddlewaretoken", "base_version"}
    return {name: post[name] for name in post if name not in skipped and post[name] != ""}
