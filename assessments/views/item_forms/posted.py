"""A posted item form as the raw data of its type; empty fields stay away, `items.clean` judges the rest."""

import re
from collections.abc import Callable
from typing import Any

from django.http import QueryDict

from assessments.catalogue import Item
from assessments.items.profile import ESTIMATED

CONTROLS = {"csrfmiddlewaretoken", "base_version", "then", "more", "clear"}  # what steers the form, no data of the item
CELL = re.compile(r"row-(\d{1,6})-(\w+)", re.ASCII)
DECISION = re.compile(r"cell-(\w+)-(\w+)", re.ASCII)
ADDED = 3  # rows that a click without JavaScript adds


def data_from_post(item: Item, post: QueryDict) -> dict[str, Any]:
    return READERS.get(item.type, _fields)(post)


def more_rows(post: QueryDict) -> int:
    """How many empty rows the form shows after this post."""
    asked = post.get("more", "")
    return min(int(asked), 200) + ADDED if asked.isdecimal() and len(asked) < 4 else ADDED


def _fields(post: QueryDict) -> dict[str, Any]:
    data: dict[str, Any] = {name: post[name] for name in post if name not in CONTROLS and post[name] != ""}
    return data | ({ESTIMATED: post.getlist(ESTIMATED)} if ESTIMATED in post else {})


def _targets(post: QueryDict) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for name in post:
        code = name.removeprefix("target-")
        if name.startswith("target-") and (post[name] or post.get(f"by-{code}")):
            data[code] = {"target": post[name] or None, "by": post.get(f"by-{code}") or None}
    return data


def _rows(post: QueryDict) -> dict[str, Any]:
    """Rows in the order of the page: sorting moves them there, the numbers in their names only group the cells."""
    rows: dict[str, dict[str, str]] = {}
    for name in post:
        if found := CELL.fullmatch(name):
            rows.setdefault(found[1], {})[found[2]] = post[name]
    return {"rows": list(rows.values())}


def _decisions(post: QueryDict) -> dict[str, Any]:
    rows: dict[str, dict[str, str]] = {}
    for name in post:
        if (found := DECISION.fullmatch(name)) and post[name]:
            rows.setdefault(found[1], {})[found[2]] = post[name]
    return rows


def _ranks(post: QueryDict) -> dict[str, Any]:
    return {post[name]: name.removeprefix("rank-") for name in post if name.startswith("rank-") and post[name]}


READERS: dict[str, Callable[[QueryDict], dict[str, Any]]] = {
    "matrix_target": _targets,
    "register": _rows,
    "funnel": _rows,
    "decision_matrix": _decisions,
    "ranking": _ranks,
}
