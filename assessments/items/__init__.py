"""Item types other than scale questions: what each accepts. No Django in this package.

A type says how data are cleaned (`spec, raw, context -> (value, faults)`), what is allowed but wants a look, and what its
spec must hold. `raw` holds text from a form or values from JSON; `value` is JSON-safe; `item_words` turns a fault into
a sentence.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from assessments.items import choices, matrices, profile, registers
from assessments.items.fields import Context, Fault, Faults

__all__ = ["TYPES", "Context", "Fault", "Faults", "as_json", "check", "clean", "resolved", "warnings"]

Spec = Mapping[str, Any]


def no_warnings(spec: Spec, value: Mapping[str, Any], context: Context) -> Faults:
    return []


@dataclass(frozen=True)
class Type:
    clean: Callable[[Spec, Mapping[str, Any], Context], tuple[dict[str, Any], Faults]]
    check: Callable[[Spec], Iterable[str]]
    warn: Callable[[Spec, Mapping[str, Any], Context], Faults] = no_warnings


TYPES: Mapping[str, Type] = {
    "profile": Type(profile.profile, profile.check, profile.warn),
    "allocation_100": Type(choices.allocation, choices.check),
    "single_choice": Type(choices.single_choice, choices.check),
    "ranking": Type(choices.ranking, choices.check_ranking),
    "open": Type(choices.open_text, choices.check_text),
    "matrix_target": Type(matrices.targets, matrices.check_targets),
    "decision_matrix": Type(matrices.decisions, matrices.check_decisions),
    "register": Type(registers.register, registers.check, registers.warn),
    "funnel": Type(registers.register, registers.check, registers.warn),
}
# What a spec takes over from another item of its type, named by the key.
SHARED = {"same_columns_as": ("columns",), "same_rows_as": ("rows", "row_ids", "columns")}


def clean(name: str, spec: Spec, raw: Mapping[str, Any], context: Context) -> tuple[dict[str, Any], Faults]:
    """The clean value of an item and what is wrong with it; the value counts only without faults.

    >>> from datetime import date
    >>> context = Context((), date.min, "EUR")
    >>> clean("allocation_100", {"options": ["cost", "growth"]}, {"cost": "70", "growth": 30}, context)
    ({'cost': 70, 'growth': 30}, [])
    """
    return TYPES[name].clean(spec, raw, context)


def warnings(name: str, spec: Spec, value: Mapping[str, Any], context: Context) -> Faults:
    """What a clean value holds that is allowed but wants a look; it is saved all the same.

    >>> from datetime import date
    >>> value = {"nominal_capacity_units": 100.0, "demonstrated_capacity_units": 120.0}
    >>> [w.key for w in warnings("profile", {"fields": []}, value, Context((), date.min, "EUR"))]
    ['above_nominal']
    """
    return TYPES[name].warn(spec, value, context)


def check(name: str, spec: Spec) -> Iterable[str]:
    """What is wrong with the spec of an item, each as "place below the spec: what was expected"."""
    if name not in TYPES:
        return [f"type: expected one of {', '.join(TYPES)}, found {name!r}"]
    return TYPES[name].check(spec)


def resolved(spec: Spec, other: Spec) -> dict[str, Any]:
    """A spec with the columns or rows it takes over from another item.

    >>> resolved({"same_columns_as": "E-N8", "max_rows": 3}, {"columns": [{"key": "supplier"}]})
    {'same_columns_as': 'E-N8', 'max_rows': 3, 'columns': [{'key': 'supplier'}]}
    """
    taken = {key: other[key] for name, keys in SHARED.items() if name in spec for key in keys if key in other}
    return {**spec, **taken}


def as_json(value: Mapping[str, Any]) -> str:
    """Strict JSON: NaN and infinity, which PostgreSQL refuses, raise ValueError here."""
    return json.dumps(value, allow_nan=False)
