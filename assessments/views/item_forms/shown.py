"""What the template of an item shows: one partial per kind of form, with values, errors and what others saved."""

from collections.abc import Callable, Mapping
from typing import Any

from assessments import item_words
from assessments.views.item_forms import choices, fields, tables
from assessments.views.item_forms.page import Page

FORMS: Mapping[str, tuple[str, Callable[[Page], dict[str, Any]]]] = {
    "profile": ("fields", fields.profile),
    "allocation_100": ("fields", fields.allocation),
    "single_choice": ("choice", choices.single),
    "ranking": ("ranking", choices.ranking),
    "open": ("open", choices.open_text),
    "matrix_target": ("targets", tables.targets),
    "decision_matrix": ("decisions", tables.decisions),
    "register": ("register", tables.register),
    "funnel": ("register", tables.register),
}
BESIDE_EACH_FIELD = ("profile", "allocation_100", "matrix_target")  # here their values stand beside mine


def context(page: Page) -> dict[str, Any]:
    """The partial and its values under `form`, the errors as a list, and the other person's data in lines."""
    name, make = FORMS[page.item.type]
    in_lines = page.theirs and page.item.type not in BESIDE_EACH_FIELD
    return {
        "partial": f"assessments/_item_{name}.html",
        "form": make(page),
        "registers": name == "register",
        "theirs": page.theirs is not None,
        "their_lines": item_words.summary(page.item, page.theirs, page.catalogue) if in_lines else [],
        "errors": [{"field": place, "message": message} for place, message in page.errors.items()],
    }
