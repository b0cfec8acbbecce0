"""Rows below a row in the same statement: what a result or a plants' view consists of, packed into it by the database."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Model, OuterRef
from django.db.models.functions import JSONObject

from assessments.models import Result, Score

SCORE = ("measure", "point", "coverage", "low", "high", "bottleneck", "many_not_applicable", "peer_tree", "peer_path")
VIEW = ("dimension", "score", "equal_mean", "minimum", "maximum", "standard_deviation", "weight_coverage", "sites")
GAP = ("dimension", "gap", "low", "high", "enterprise", "plants", "flag", "sites", "pairs")
WHOLE = {"sites"}  # numbers that count


def packed(model: type[Model], parent: str, fields: Sequence[str]) -> ArraySubquery:
    """The rows of a table below one of another as an array of objects: no statement of their own."""
    rows = model._default_manager.filter(**{parent: OuterRef("pk")}).order_by("pk")
    return ArraySubquery(rows.values(packed_row=JSONObject(**{name: name for name in fields})))


def unpacked(row: Mapping[str, Any]) -> dict[str, Any]:
    """JSON writes 2.0 as 2: what is a fraction in the table is one again.

    >>> unpacked({"point": 2, "sites": 3, "flag": "none", "many": True})
    {'point': 2.0, 'sites': 3, 'flag': 'none', 'many': True}
    """
    return {key: float(value) if type(value) is int and key not in WHOLE else value for key, value in row.items()}


def scores_of(result: Result) -> dict[str, Score]:
    """The scores of a result by measure; no statement where it was read with them packed in."""
    if not hasattr(result, "packed"):
        return {s.measure: s for s in Score.objects.filter(result=result)}
    return {row["measure"]: Score(result_id=result.pk, **unpacked(row)) for row in result.packed}
