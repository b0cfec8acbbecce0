"""The two nested trees of peer groups and their statistics (METHOD 5). PURE: no Django.

A cell is a prefix of a path: A is all > sector > industry > region > size band, B is all > region > size band.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import yaml

from benchmarks.rules import BenchmarkRules
from benchmarks.statistics import Published, published_statistics

MISSING = -1  # in an array of scores in thousandths
ROOT = "all"
SEPARATOR = " > "


@dataclass(frozen=True)
class Segments:
    """The closed lists of segment values, and the fixed table industry -> sector."""

    sector_of: Mapping[str, str]
    regions: tuple[str, ...]
    size_bands: tuple[str, ...]
    process_types: tuple[str, ...]
    industry_names: Mapping[str, str] = field(default_factory=dict)


@lru_cache(maxsize=4)
def read_segments(path: Path) -> Segments:
    """The segments of `fixtures/benchmarks/sectors.yaml`."""
    data = yaml.safe_load(path.read_text())
    sector_of = {industry: sector for sector, industries in data["sectors"].items() for industry in industries}
    return Segments(
        sector_of, tuple(data["regions"]), tuple(data["size_bands"]), tuple(data["process_types"]), data["industries"]
    )


def paths(record: Mapping[str, str], sector_of: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The full path of one record in each tree.

    >>> paths({"industry": "28", "region": "Europe", "size_band": "<250"}, {"28": "Machinery"})["B"]
    ('all', 'Europe', '<250')
    """
    # A result from before segments were kept has none: it is compared with all peers.
    industry, region, size = (record.get(key, "") for key in ("industry", "region", "size_band"))
    return {
        "A": (ROOT, sector_of.get(industry, ""), industry, region, size),
        "B": (ROOT, region, size),
    }


def prefixes(path: Sequence[str]) -> Iterator[str]:
    """The names of the cells on a path, root first; stops at an unknown segment.

    >>> list(prefixes(("all", "Europe", "")))
    ['all', 'all > Europe']
    """
    for depth in range(1, len(path) + 1):
        if not path[depth - 1]:
            return
        yield SEPARATOR.join(path[:depth])


@dataclass(frozen=True)
class CellTable:
    """One published cell and measure of a tree."""

    tree: str
    path: str
    measure: str
    published: Published


def build_cells(
    paths: Mapping[str, Sequence[str]],
    scores: npt.NDArray[np.int16],
    measures: Sequence[str],
    rules: BenchmarkRules,
    allowed: Collection[tuple[str, str]],
) -> list[CellTable]:
    """Statistics of the `allowed` cells (tree, name), for each measure with records enough.

    `paths` maps a tree to the path of each of the n records, written as the name of its deepest cell; `scores` is (n, m)
    in thousandths with MISSING. In the order of their paths the records of a cell are neighbours: each cell is a slice.
    """
    found: list[CellTable] = []
    by_measure = np.ascontiguousarray(scores.T)
    for tree, own in paths.items():
        order, span = slices(own)
        cells = [(name, *span[name]) for t, name in allowed if t == tree and name in span]
        for own_scores, measure in zip(by_measure, measures, strict=True):
            column = own_scores[order]
            for name, first, end in cells:
                values = np.sort(column[first:end])
                published = published_statistics(values[np.searchsorted(values, 0) :], rules)  # MISSING comes first
                if published is not None:
                    found.append(CellTable(tree, name, measure, published))
    return found


def slices(own: Sequence[str]) -> tuple[npt.NDArray[np.int64], dict[str, tuple[int, int]]]:
    """The order of the records by their paths, and for each cell its first record in it and the one after its last.

    >>> order, span = slices(["all > B", "all > A > x", "all > B", "all > A"])
    >>> order.tolist(), span["all"], span["all > A"], span["all > B"]
    ([3, 1, 0, 2], (0, 4), (0, 2), (2, 4))
    """
    leaves = sorted(set(own), key=lambda path: path.split(SEPARATOR))
    rank = {path: i for i, path in enumerate(leaves)}
    place = np.array([rank[path] for path in own])
    ends = np.cumsum(np.bincount(place)).tolist()
    span: dict[str, tuple[int, int]] = {}
    for first, end, path in zip([0, *ends], ends, leaves, strict=False):
        for cell in prefixes(path.split(SEPARATOR)):
            span[cell] = (span[cell][0] if cell in span else first, end)
    return np.argsort(place, kind="stable"), span
