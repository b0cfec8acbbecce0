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
    industry, region, size = record["industry"], record["region"], record["size_band"]
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
    columns: Mapping[str, Sequence[Sequence[str]]],
    scores: npt.NDArray[np.int16],
    measures: Sequence[str],
    rules: BenchmarkRules,
    allowed: Collection[tuple[str, str]],
) -> list[CellTable]:
    """Statistics of the `allowed` cells (tree, name), for each measure with records enough.

    `columns` maps a tree to its levels, each a list of n segment values, root first; `scores` is (n, m) in thousandths
    with MISSING. Sorting is vectorised per level; Python touches cells, never records.
    """
    found: list[CellTable] = []
    for tree, levels in columns.items():
        names: npt.NDArray[np.object_] = np.asarray(levels[0], dtype=object)
        for depth in range(len(levels)):
            if depth:
                names = names + SEPARATOR + np.asarray(levels[depth], dtype=object)
            cells, member = np.unique(names.astype(str), return_inverse=True)
            open_cells = [c for c, cell in enumerate(cells) if (tree, str(cell)) in allowed]
            for j, measure in enumerate(measures):
                order = np.lexsort((scores[:, j], member))
                order = order[scores[order, j] != MISSING]
                bounds = np.searchsorted(member[order], np.arange(len(cells) + 1))
                values = scores[order, j].tolist()
                for c in open_cells:
                    if bounds[c + 1] - bounds[c] >= rules.n_min:
                        published = published_statistics(values[bounds[c] : bounds[c + 1]], rules)
                        if published is not None:
                            found.append(CellTable(tree, str(cells[c]), measure, published))
    return found
