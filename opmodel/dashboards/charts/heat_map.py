"""Plants x measures, grouped, each group with its mean. PURE: no Django."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assessments.site_profiles import similar_order
from opmodel.dashboards.charts.figure import Column, Figure

SIMILAR, NAME = "similar", "name"  # orders beside the measures, "CAP1" highest first, "-CAP1" lowest first


@dataclass(frozen=True)
class Plant:
    """One row: `group` is the key of the group it stands in."""

    key: str
    name: str
    region: str
    segment: str
    group: str
    scores: Mapping[str, float]  # only the measures with a score


@dataclass(frozen=True)
class Group:
    """Plants that stand together, in order; `means` over those with a score, each with the same weight."""

    key: str
    plants: tuple[Plant, ...]
    means: Mapping[str, float]


def grouped(
    plants: Sequence[Plant], groups: Sequence[str], alike: Sequence[str], order: str, measures: Sequence[str]
) -> list[Group]:
    """The groups with plants, in the order of `groups`, with the means of `measures`.

    Plants without a score in the ordering measure come last; similar ones are found by the measures `alike`.

    >>> rows = [Plant("a", "A", "", "", "x", {"CAP1": 2.0}), Plant("b", "B", "", "", "x", {"CAP1": 4.0})]
    >>> [(g.key, [p.name for p in g.plants], g.means) for g in grouped(rows, ["y", "x"], [], "CAP1", ["CAP1"])]
    [('x', ['B', 'A'], {'CAP1': 3.0})]
    """
    found = []
    for key in groups:
        own = [p for p in plants if p.group == key]
        if own:
            found.append(Group(key, tuple(ordered(own, alike, order)), means(own, measures)))
    return found


def means(plants: Sequence[Plant], measures: Sequence[str]) -> dict[str, float]:
    """The mean of each measure over the plants that have a score in it."""
    known = {m: [p.scores[m] for p in plants if m in p.scores] for m in measures}
    return {m: math.fsum(values) / len(values) for m, values in known.items() if values}


def ordered(plants: Sequence[Plant], measures: Sequence[str], order: str) -> list[Plant]:
    if order == NAME:
        return sorted(plants, key=lambda p: p.name)
    if order == SIMILAR:
        matrix = np.array([[p.scores.get(m, np.nan) for m in measures] for p in plants], dtype=np.float64)
        return [plants[i] for i in similar_order(matrix)]
    measure, sign = order.removeprefix("-"), 1 if order.startswith("-") else -1
    return sorted(plants, key=lambda p: (measure not in p.scores, sign * p.scores.get(measure, 0.0), p.name))


@dataclass(frozen=True)
class Words:
    title: str
    note: str
    site: str
    region: str
    segment: str
    level: str


def heat_map(groups: Sequence[Group], measures: Mapping[str, str], words: Words) -> Figure:
    """All plants in the order of the page, with every measure (code -> name); drawn by the page itself."""
    columns = [Column("site", words.site), Column("segment", words.segment), Column("region", words.region)]
    columns += [Column(code, name, words.level, 2) for code, name in measures.items()]
    rows = [
        (p.name, p.segment or None, p.region or None, *(p.scores.get(code) for code in measures))
        for group in groups
        for p in group.plants
    ]
    return Figure("site-heat-map", words.title, words.note, tuple(columns), tuple(rows))
