"""Query parameters: only known ones, once each, checked by hand so that a bad value names itself."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.http import QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from opmodel.api.problems import BadParameter

MAX_LIMIT = 1000
LIMIT = 500
BIGGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Query:
    """What a list was asked for: rows with an id above `after`, at most `limit`, of one cycle or of all."""

    after: int = 0
    limit: int = LIMIT
    cycle: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    only: tuple[str, ...] = ()  # the cycles a token is limited to; all where none is named


def read(given: QueryDict, known: Collection[str], choices: Mapping[str, Collection[str]] | None = None) -> Query:
    """The parameters of a request; `choices` maps further parameters to the values they take.

    Raises BadParameter for an unknown, repeated or unusable one.
    """
    choices = choices or {}
    refuse_unknown(given, [*known, *choices])
    cycle = given.get("cycle", "")
    if "cycle" in given and not re.fullmatch(r"[0-9a-z]{1,20}", cycle):
        raise BadParameter("cycle", cycle, "the cycle_id of a cycle")
    chosen = {}
    for name, values in choices.items():
        if name in given:
            if given[name] not in values:
                raise BadParameter(name, given[name], "one of " + ", ".join(values))
            chosen[name] = given[name]
    return Query(
        after=whole(given, "after", 0, 0, BIGGEST_ID),
        limit=whole(given, "limit", LIMIT, 1, MAX_LIMIT),
        cycle=cycle,
        choices=chosen,
    )


def refuse_unknown(given: QueryDict, known: Collection[str]) -> None:
    """Every parameter is known and stands once; raises BadParameter."""
    for name, values in given.lists():
        if name not in known:
            names = ", ".join(known)
            raise BadParameter(name, values[0], f"one of these parameters: {names}" if names else "no parameter at all")
        if len(values) > 1:
            raise BadParameter(name, ", ".join(values), "one value")
        if "\x00" in values[0]:
            raise BadParameter(name, values[0], "a value without the character NUL")


def whole(given: QueryDict, name: str, default: int, low: int, high: int) -> int:
    """A whole number of plain digits (int() would take “1_0” and Arabic digits)."""
    text = given.get(name)
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,19}", text) or not low <= int(text) <= high:
        raise BadParameter(name, text, f"a whole number from {low} to {high}")
    return int(text)


PAGING = [
    OpenApiParameter(
        "after", OpenApiTypes.INT64, description="Rows whose id is larger; take it from `next`.", default=0
    ),
    OpenApiParameter(
        "limit", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT}, description="Rows per page.", default=LIMIT
    ),
]
CYCLE = OpenApiParameter("cycle", str, description="Only the cycle with this `cycle_id`; all cycles without it.")
