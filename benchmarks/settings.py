"""The benchmark section of the method file, read once in a process."""

from functools import cache
from typing import Any

import yaml
from django.conf import settings

from benchmarks.cells import Segments, read_segments
from benchmarks.rules import BenchmarkRules, rules_from_mapping


@cache
def _method() -> dict[str, Any]:
    return dict(yaml.safe_load((settings.FIXTURES / "method.yaml").read_text()))


def method_section() -> BenchmarkRules:
    return rules_from_mapping(_method()["benchmark"], _method()["disclosure"])


def method_version() -> str:
    return str(_method()["version"])


def segments() -> Segments:
    """The closed lists of segment values of this installation."""
    return read_segments(settings.FIXTURES / "benchmarks" / "sectors.yaml")
