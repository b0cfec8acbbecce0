"""Options to choose, share points among or rank, and the free text. PURE: no Django."""

from collections.abc import Iterable, Mapping
from typing import Any

from assessments.items.fields import (
    Context,
    Fault,
    Faults,
    check_options,
    clean_field,
    clean_text,
    codes_of,
    empty,
    number,
    unknown_fields,
)

POINTS = 100
RANKS = (1, 2, 3)


def single_choice(spec: Mapping[str, Any], raw: Mapping[str, Any], context: Context) -> tuple[dict[str, Any], Faults]:
    """One of the options: {"choice": option}.

    >>> single_choice({"options": ["low", "high"]}, {"choice": "low"}, None)
    ({'choice': 'low'}, [])
    """
    faults = unknown_fields(raw, {"choice"})
    if empty(raw.get("choice")):
        return {}, [*faults, Fault("choice", "no_choice")]
    value, fault = clean_field({"key": "choice", "type": "choice", "options": spec["options"]}, raw["choice"], context)
    return {"choice": value}, [*faults, *([fault] if fault else [])]


def allocation(spec: Mapping[str, Any], raw: Mapping[str, Any], context: Context) -> tuple[dict[str, Any], Faults]:
    """100 points over the options, whole numbers; an empty option has 0."""
    faults = unknown_fields(raw, spec["options"])
    value: dict[str, Any] = {}
    for option in spec["options"]:
        field = {"key": option, "type": "integer", "min": 0, "max": POINTS}
        value[option], fault = (0, None) if empty(raw.get(option)) else clean_field(field, raw[option], context)
        faults += [fault] if fault else []
    if not faults and (total := sum(value.values())) != POINTS:
        faults.append(Fault("", "points", {"total": total, "expected": POINTS}))
    return value, faults


def ranking(spec: Mapping[str, Any], raw: Mapping[str, Any], context: Context) -> tuple[dict[str, Any], Faults]:
    """Three different options with the ranks 1, 2 and 3: {option: rank}.

    >>> ranking({"options": ["skills", "funding", "data", "law"]}, {"data": "1", "skills": 2, "law": 3}, None)
    ({'data': 1, 'skills': 2, 'law': 3}, [])
    """
    faults = unknown_fields(raw, spec["options"])
    value: dict[str, int] = {}
    for option in spec["options"]:
        if not empty(raw.get(option)):
            rank = number(raw[option])
            if rank in RANKS:
                value[option] = int(rank)
            else:
                faults.append(Fault(option, "rank"))
    if not faults and sorted(value.values()) != [*RANKS]:
        faults.append(Fault("", "ranks"))
    return dict(sorted(value.items(), key=lambda pair: pair[1])), faults


def open_text(spec: Mapping[str, Any], raw: Mapping[str, Any], context: Context) -> tuple[dict[str, Any], Faults]:
    """A free text of at most `max_length` characters: {"text": ...}."""
    faults = unknown_fields(raw, {"text"})
    text = raw.get("text")
    if empty(text):
        return {}, [*faults, Fault("text", "no_text")]
    if not isinstance(text, str):
        return {}, [*faults, Fault("text", "text")]
    value, fault = clean_text({"key": "text", "max_length": spec["max_length"]}, text)
    return {"text": value}, [*faults, *([fault] if fault else [])]


def check(spec: Mapping[str, Any]) -> Iterable[str]:
    yield from check_options("options", spec.get("options"))
    if not spec.get("external_comparator_fact") and spec.get("external_comparator"):
        yield "external_comparator_fact: a comparator needs the fact it is taken from"


def check_ranking(spec: Mapping[str, Any]) -> Iterable[str]:
    yield from check_options("options", spec.get("options"), least=len(RANKS))
    options, labels = spec.get("options"), spec.get("option_labels")
    if labels is not None and isinstance(options, list):
        yield from check_options("option_labels", labels)
        if isinstance(labels, list) and len(labels) != len(options):
            yield f"option_labels: expected {len(options)}, found {len(labels)}"


def check_text(spec: Mapping[str, Any]) -> Iterable[str]:
    longest = spec.get("max_length")
    if type(longest) is not int or not 1 <= longest <= 5000:
        yield f"max_length: expected a whole number from 1 to 5000, found {longest!r}"


def labels_of(spec: Mapping[str, Any]) -> dict[str, str]:
    """What is stored for each option -> its English label; they differ where the content says so.

    >>> labels_of({"options": ["skills"], "option_labels": ["missing skills"]})
    {'skills': 'missing skills'}
    """
    return dict(zip(codes_of(spec["options"]), spec.get("option_labels") or codes_of(spec["options"]), strict=True))
