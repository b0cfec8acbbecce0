"""Rows below a row in the same statement: what a result or a plants' view consists of, packed into it by the database."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Aggregate, Model, OuterRef, QuerySet, TextField
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


_POINTS = json.JSONDecoder(parse_int=float)


class Points(Aggregate):
    """The points of results by measure, one text a result: 500 plants are 500 rows, not 16,000."""

    function = "JSON_OBJECT_AGG"
    template = "%(function)s(%(expressions)s)::text"
    output_field = TextField()

    def __init__(self, **extra: Any) -> None:
        super().__init__("measure", "point", **extra)


def points(rows: QuerySet[Score]) -> QuerySet[Score]:
    """`result_id` and the packed points (`read_points`) of the results that these scores are of."""
    return rows.filter(point__isnull=False).order_by().values("result_id").annotate(packed=Points())


def read_points(text: str | None) -> dict[str, float]:
    """Packed points by measure; measures without a score are not in them.

    >>> read_points('{ "CAP1" : 2, "CAP2" : 3.5 }'), read_points(None)
    ({'CAP1': 2.0, 'CAP2': 3.5}, {})
    """
    return _POINTS.decode(text) if text else {}
