"""The constants of the method, read once from `fixtures/method.yaml`. PURE: no Django.

Thresholds are exact fractions: 0.66 of 50 questions must not depend on how a float prints.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml


class MethodError(ValueError):
    """The method file is faulty; the text names section and key."""


@dataclass(frozen=True)
class Scoring:
    dimension_coverage: Fraction
    component_coverage: Fraction
    reference_weight: Fraction
    weight_min: Fraction
    weight_max: Fraction
    not_applicable_flag: Fraction


@dataclass(frozen=True)
class Network:
    min_sites: int
    min_weight: Fraction


@dataclass(frozen=True)
class Perception:
    flag: Fraction
    severe: Fraction
    min_sites: int
    agreement_min_sites: int
    confidence: Fraction


@dataclass(frozen=True)
class Priorities:
    presets: Mapping[str, tuple[Fraction, ...]]
    protect_below: Fraction
    top: int
    draws: int
    concentration: int
    seeds: Mapping[str, int]
    draws_sha256: Mapping[str, str]
    robust: Fraction
    sensitive: Fraction
    lift_by_impact: tuple[Fraction, ...]
    own_seed: int
    effort_days: tuple[int, ...]


@dataclass(frozen=True)
class Quality:
    straight_line_share: Fraction
    straight_line_min_questions: int
    jump: int


@dataclass(frozen=True)
class Reliability:
    min_records: int


@dataclass(frozen=True)
class Sites:
    """How the plants are read beside each other; no score depends on it."""

    outlier_min_sites: int
    outlier_fence: Fraction
    outlier_min_distance: Fraction
    learn_from: Fraction
    mean_min_others: int
    quartiles_min_others: int


@dataclass(frozen=True)
class Method:
    """All sections of METHOD 2026.1; benchmark and disclosure go down to `benchmarks.rules` as plain values."""

    version: str
    scoring: Scoring
    network: Network
    perception: Perception
    priorities: Priorities
    quality: Quality
    reliability: Reliability
    sites: Sites
    benchmark: Mapping[str, Any]
    disclosure: Mapping[str, Any]


SECTIONS: dict[str, type] = {
    "scoring": Scoring,
    "network": Network,
    "perception": Perception,
    "priorities": Priorities,
    "quality": Quality,
    "reliability": Reliability,
    "sites": Sites,
}


def method_from_mapping(data: Mapping[str, Any]) -> Method:
    """The method of a mapping as the file holds it; raises MethodError for missing, unknown or wrong values."""
    expected = {"version", "benchmark", "disclosure", *SECTIONS}
    if set(data) != expected:
        raise MethodError(f"method.yaml: expected the sections {sorted(expected)}, found {sorted(map(str, data))}")
    if not isinstance(data["version"], str) or not data["version"]:
        raise MethodError("method.yaml: version must be text")
    sections = {name: _section(name, kind, data[name]) for name, kind in SECTIONS.items()}
    return Method(version=data["version"], benchmark=data["benchmark"], disclosure=data["disclosure"], **sections)


def _section(name: str, kind: type, values: Any) -> Any:
    known = {f.name: f.type for f in fields(kind)}
    if not isinstance(values, Mapping) or set(values) != set(known):
        raise MethodError(f"method.yaml / {name}: expected the keys {sorted(known)}, found {values!r}")
    return kind(**{key: _value(f"{name} / {key}", values[key]) for key in known})


def _value(place: str, value: Any) -> Any:
    if isinstance(value, (bool, float)):
        raise MethodError(f'method.yaml / {place}: write fractions as text, for example "0.66", found {value!r}')
    if isinstance(value, int):
        return value
    if isinstance(value, list):
        return tuple(_value(place, v) for v in value)
    if isinstance(value, Mapping):
        return {key: _value(place, v) for key, v in value.items()}
    if isinstance(value, str) and value.startswith("sha256:"):
        return value.removeprefix("sha256:")
    try:
        return Fraction(value)
    except (TypeError, ValueError) as error:
        raise MethodError(f"method.yaml / {place}: expected a number, found {value!r}") from error


def read_method(path: Path) -> Method:
    """The method of a YAML file; raises MethodError."""
    return method_from_mapping(yaml.safe_load(path.read_text()))
