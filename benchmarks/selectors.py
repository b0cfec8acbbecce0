"""The one gate to peer figures: what a viewer with given segments may see of a release. Reads the release only."""

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from benchmarks.cells import ROOT, SEPARATOR, Segments, paths, prefixes
from benchmarks.models import CellStatistic, Dataset, Release
from benchmarks.settings import segments

Say = Callable[[str], str]  # the name of a segment -> the same in the reader's language
SECTORS = {  # of fixtures/benchmarks/sectors.yaml; an installation with sectors of its own names them as it likes
    "Consumer goods": gettext_lazy("Consumer goods"),
    "Process industries": gettext_lazy("Process industries"),
    "Metals and wood": gettext_lazy("Metals and wood"),
    "Machinery and electronics": gettext_lazy("Machinery and electronics"),
    "Vehicles": gettext_lazy("Vehicles"),
}


class Cell(NamedTuple):
    """What a release holds of one cell and measure. Few of the cells that are read are used: quantiles are parsed late."""

    measure: str
    tree: str
    path: str
    depth: int
    n_band: str
    mean: float
    stored: str

    @property
    def quantiles(self) -> dict[int, float]:
        return {int(p[1:]): q for p, q in json.loads(self.stored).items()}


@dataclass(frozen=True)
class PeerTable:
    """The published statistics of one measure in the cell a comparison uses."""

    measure: str
    tree: str
    path: str
    n_band: str
    mean: float
    quantiles: Mapping[int, float]
    say: Say = field(default=str, compare=False)

    @property
    def label(self) -> str:
        return label_of(self.path, self.say)


@dataclass(frozen=True)
class PeerGroup:
    """A published cell on a viewer's own path."""

    tree: str
    path: str
    label: str
    n_band: str

    @property
    def key(self) -> str:
        """The group as a choice."""
        return f"{self.tree}:{self.path}"


PUBLISHED, ELSEWHERE, TOO_SMALL, DROPPED = "published", "elsewhere", "too small", "dropped"


@dataclass(frozen=True)
class Group:
    """A group on a viewer's own path, published or not; a cell of a tree.

    `state`: PUBLISHED of the measure; ELSEWHERE, of other measures only; TOO_SMALL; DROPPED, large enough but left out by
    the audit. `name` is what makes it smaller than the group around it, `n_band` is "" where nothing is published.
    """

    tree: str
    path: str
    name: str
    state: str
    n_band: str


def label_of(path: str, say: Say = str) -> str:
    """A cell in words: the industry stands for its sector, the size has its unit.

    >>> label_of("all"), label_of("all > Vehicles"), label_of("all > Vehicles > 29 > Europe > 1000-4999")
    ('all peers', 'Vehicles', 'Motor vehicles and parts, Europe, 1,000-4,999 employees')
    """
    words: list[str] = []
    for part in path.split(SEPARATOR)[1:]:
        if part in segments().industry_names:
            words = []
        words.append(part_of(part, say))
    return ", ".join(words) or _("all peers")


def part_of(part: str, say: Say = str) -> str:
    """One segment of a cell in words.

    >>> part_of("29"), part_of("20000+")
    ('Motor vehicles and parts', '20,000 and more employees')
    """
    known = segments()
    if part in known.industry_names:
        return say(known.industry_names[part])
    if part in known.size_bands:
        return _("%(band)s employees") % {"band": size_of(part, say)}
    return str(SECTORS.get(part) or say(part))


def size_of(band: str, say: Say = str) -> str:
    """A band of sizes in words; where the content of the reader's language has none, with digits in its groups.

    >>> [size_of(band) for band in ("<250", "250-999", "5000-19999", "20000+", "unknown")]
    ['under 250', '250-999', '5,000-19,999', '20,000 and more', 'unknown']
    """
    if say(band) != band or not (found := re.fullmatch(r"(<?)(\d+)(?:-(\d+))?(\+?)", band)):
        return say(band)
    below, low, high, above = found.groups()
    values = {key: number_format(int(n), force_grouping=True) for key, n in (("low", low), ("high", high)) if n}
    if below:
        return _("under %(low)s") % values
    return _("%(low)s and more") % values if above else "-".join(values.values())


def latest_published(dataset: Dataset | int | None) -> Release | None:
    """The release a dataset (or its id) is compared by at present."""
    if dataset is None:
        return None
    return Release.objects.filter(dataset=dataset, state=Release.State.PUBLISHED).select_related("dataset").first()


def is_shown(release: Release) -> bool:
    """Whether comparisons may read a release: it was published, and not taken back."""
    return release.state in (Release.State.PUBLISHED, Release.State.SUPERSEDED)


def own_cells(release: Release, viewer: Mapping[str, str], known: Segments) -> dict[str, list[Cell]]:
    """All published cells on the viewer's paths, by measure, finest of tree A first. One query."""
    if not is_shown(release):
        return {}
    own = Q()
    for tree, path in paths(viewer, known.sector_of).items():
        own |= Q(tree=tree, path__in=list(prefixes(path)))
    columns = [Cast("quantiles", TextField()) if name == "stored" else name for name in Cell._fields]
    rows = map(Cell._make, CellStatistic.objects.filter(own, release=release).values_list(*columns))
    found: dict[str, list[Cell]] = {}
    for row in sorted(rows, key=lambda c: (c.tree, -c.depth)):
        found.setdefault(row.measure, []).append(row)
    return found


def medians(cells: Collection[tuple[Release, str, str]]) -> dict[tuple[int, str, str, str], float]:
    """The published medians of cells that stored comparisons used: (release, tree, path, measure) -> level. One query.

    A release that was taken back has none any more.
    """
    wanted = {(release.pk, tree, path) for release, tree, path in cells if is_shown(release)}
    if not wanted:
        return {}
    rows = CellStatistic.objects.filter(
        release__in={release for release, _tree, _path in wanted}, path__in={path for _release, _tree, path in wanted}
    )
    found = rows.values_list("release_id", "tree", "path", "measure", "quantiles")
    return {
        (release, tree, path, measure): level
        for release, tree, path, measure, quantiles in found
        if (release, tree, path) in wanted
        for mark, level in quantiles.items()
        if int(mark[1:]) == 50
    }


def own_choice(chosen: str, viewer: Mapping[str, str], known: Segments) -> str:
    """A choice "A:path" where it is a group on the viewer's own paths, published or not, else "".

    Both trees have the same root: it counts as tree A's.
    """
    tree, _colon, path = chosen.partition(":")
    own = paths(viewer, known.sector_of)
    if tree not in own or path not in prefixes(own[tree]):
        return ""
    return f"A:{ROOT}" if path == ROOT else chosen


def published_around(cells: Mapping[str, list[Cell]], choice: str) -> str:
    """The group of a choice, or where a release has nothing of it the next larger one around it; "" without a choice."""
    tree, _colon, path = choice.partition(":")
    around = {(r.depth, r.path) for rows in cells.values() for r in rows if r.tree == tree and _holds(r.path, path)}
    return f"{tree}:{max(around)[1]}" if around else ""


def _holds(group: str, path: str) -> bool:
    return (path + SEPARATOR).startswith(group + SEPARATOR)


def peer_tables(cells: Mapping[str, list[Cell]], chosen: str = "", say: Say = str) -> dict[str, PeerTable]:
    """For each measure the table to compare with: the chosen cell "A:path", or where it is not published of a measure
    the next larger one around it; the finest of tree A without a choice, or with one that is not the viewer's."""
    tree, _colon, path = chosen.partition(":")
    if not any((r.tree, r.path) == (tree, path) for rows in cells.values() for r in rows):
        tree = ""
    tables = {}
    for measure, rows in cells.items():
        around = [r for r in rows if r.tree == tree and _holds(r.path, path)]
        row = max(around, key=lambda r: r.depth, default=rows[0])
        tables[measure] = PeerTable(measure, row.tree, row.path, row.n_band, row.mean, row.quantiles, say)
    return tables


def peer_groups(cells: Mapping[str, list[Cell]], measure: str = "OVERALL", say: Say = str) -> list[PeerGroup]:
    """The published cells a viewer may switch to, finest of tree A first."""
    rows = cells.get(measure, [])
    # Both trees have the same root: one of them is enough to choose from.
    return [PeerGroup(r.tree, r.path, label_of(r.path, say), r.n_band) for r in rows if (r.tree, r.path) != ("B", ROOT)]


def shown_groups(cells: Mapping[str, list[Cell]]) -> list[tuple[str, str, int]]:
    """The cells of which anything is published: (tree, path, depth). Both trees have the same root: it counts as A's."""
    found = {(r.tree, r.path, r.depth) for rows in cells.values() for r in rows}
    return sorted(cell for cell in found if cell[:2] != ("B", ROOT))


def own_groups(
    release: Release,
    viewer: Mapping[str, str],
    known: Segments,
    cells: Mapping[str, list[Cell]],
    measure: str = "OVERALL",
    say: Say = str,
) -> dict[str, list[Group]]:
    """The groups on a viewer's own paths in both trees, largest first, with what a release says of each. No query.

    That a group was dropped tells that it has ten records at least: nothing to whoever knows the memberships, and the
    audit assumes that everybody does (METHOD 6, rule 1).
    """
    of_measure = {(r.tree, r.path): r.n_band for r in cells.get(measure, [])}
    anywhere = {(r.tree, r.path) for rows in cells.values() for r in rows}
    dropped = {(d["tree"], d["path"]) for d in release.report.get("dropped", [])}

    def state(cell: tuple[str, str]) -> str:
        if cell in of_measure:
            return PUBLISHED
        return ELSEWHERE if cell in anywhere else DROPPED if cell in dropped else TOO_SMALL

    return {
        tree: [
            Group(
                tree,
                name,
                part_of(name.rsplit(SEPARATOR, 1)[-1], say) if name != ROOT else _("all peers"),
                state((tree, name)),
                of_measure.get((tree, name), ""),
            )
            for name in prefixes(path)
        ]
        for tree, path in paths(viewer, known.sector_of).items()
    }
