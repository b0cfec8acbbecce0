"""The constants of METHOD 5 as one frozen object. PURE: no Django."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any


@dataclass(frozen=True)
class BenchmarkRules:
    """Thresholds of publication, n bands, age and completion limits."""

    n_min: int
    n_tails: int
    n_fine: int
    bands: tuple[int, ...]
    max_age_months: int
    min_completion: Fraction
    z: float
    months_between_releases: int
    k: int


def rules_from_mapping(section: Mapping[str, Any], disclosure: Mapping[str, Any]) -> BenchmarkRules:
    """The rules of the sections `benchmark` and `disclosure` of the method file; raises KeyError or ValueError for a faulty one."""
    bands = tuple(int(b) for b in section["bands"])
    if list(bands) != sorted(set(bands)) or bands[0] != section["n_min"]:
        raise ValueError(f"benchmark / bands: expected rising lower ends from n_min, found {bands}")
    return BenchmarkRules(
        n_min=int(section["n_min"]),
        n_tails=int(section["n_tails"]),
        n_fine=int(section["n_fine"]),
        bands=bands,
        max_age_months=int(section["max_age_months"]),
        min_completion=Fraction(section["min_completion"]),
        z=float(section["z"]),
        months_between_releases=int(section["months_between_releases"]),
        k=int(disclosure["k"]),
    )
