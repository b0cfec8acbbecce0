"""Forms of named fields: profiles and the allocation of points."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from assessments.item_words import cell, label_of, options_of, unit_of
from assessments.items.fields import a_day
from assessments.items.profile import ESTIMATED, may_be_estimated
from assessments.views.item_forms.page import Page

CHOSEN = ("choice", "scale5", "boolean")


def as_text(value: Any) -> str:
    """A stored or typed value as a form holds it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def offered(page: Page, field: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(value, label) of the options of a field; none where people type."""
    return options_of(page.item, field, page.catalogue) if field["type"] in CHOSEN else []


def widget(page: Page, field: Mapping[str, Any], value: Any, options: list[tuple[str, str]]) -> dict[str, Any]:
    """One field or cell: what to draw, its value, what it offers (see `offered`) and its last day.

    What was typed and is not offered, or is no day, stays in sight: it is refused in words, never dropped.
    """
    kind, shown = field["type"], as_text(value)
    drawn = "select" if kind in CHOSEN else kind if kind in ("text", "date") else "number"
    if drawn == "date" and shown and a_day(shown) is None:
        drawn = "text"
    if drawn == "select" and shown and shown not in dict(options):
        options = [*options, (shown, shown)]
    return {
        "kind": drawn,
        "value": shown,
        "options": [{"value": v, "label": text, "selected": v == shown} for v, text in options],
        "max": page.today.isoformat() if drawn == "date" and field.get("max") == "day of submission" else "",
    }


def profile(page: Page) -> dict[str, Any]:
    estimable = may_be_estimated(page.item.spec)
    marked = page.data.get(ESTIMATED)
    marked = marked if isinstance(marked, list | tuple) else ()
    specs = page.item.spec["fields"]
    return {
        "fields": [_field(page, spec) for spec in specs],
        "estimable": estimable,
        "estimated": marked,
        "sum_to": page.item.spec.get("sum_to", 0),
        "tolerance": page.item.spec.get("tolerance", 0),
    }


def allocation(page: Page) -> dict[str, Any]:
    specs = [{"key": o, "type": "integer", "unit": _("points")} for o in page.item.spec["options"]]
    return {
        "fields": [_field(page, spec) for spec in specs],
        "estimable": [],
        "estimated": [],
        "sum_to": 100,
        "tolerance": 0,
    }


def _field(page: Page, spec: dict[str, Any]) -> dict[str, Any]:
    key = spec["key"]
    note = page.item.word(spec.get("definition") or spec.get("note") or "")
    error = page.error(key)
    theirs = None if page.theirs is None else page.theirs.get(key)
    return {
        "name": key,
        "label": label_of(key, page.catalogue),
        "unit": unit_of(page.item, spec, page.currency).replace("capacity_unit", _own_unit(page)),
        "note": note,
        "error": error,
        "described_by": " ".join([f"e-{key}"] * bool(error) + [f"n-{key}"] * bool(note)),
        "theirs": cell(page.item, spec, theirs, page.catalogue),
        **widget(page, spec, page.data.get(key), offered(page, spec)),
    }


def _own_unit(page: Page) -> str:
    """What the site calls its unit of output; the content speaks of it by its key."""
    return as_text(page.data.get("capacity_unit")) or _("units")
