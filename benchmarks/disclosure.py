"""Which cells of a release may be published so that no group below K can be isolated (METHOD 6). PURE: no Django.

A block is the set of records whose deepest published cell in a tree is that cell; all published sums of one tree are
spanned by its blocks. For two partitions into blocks, the smallest group that sums can isolate is the smallest positive
cut of the graph with blocks as vertices and records as edges; a record that lies in only one of them runs to GROUND.

Measures that are made of one another (overall of components, components of dimensions) tell more together than each
alone: the sum of a component minus the sums of its dimensions leaves the records that lack a dimension. Therefore, with
`linked`, the records that lack a part of a family are judged as a graph of their own. docs/decisions/0005.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from benchmarks import rowspace
from benchmarks.cuts import Cut, components, smallest_cut

TREES = ("A", "B")
SEPARATOR = " > "
GROUND = "GROUND"
Cell = tuple[str, str]  # tree, name
Blocks = tuple[str, ...]  # one per tree, in the order of TREES


class Refused(ValueError):
    """No set of cells is safe; the text says what stands in the way."""


@dataclass(frozen=True)
class Former:
    """What a corrected record said before; it stands instead while the new one waits."""

    paths: Blocks
    lacks: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Group:
    """`n` records that are alike to the audit.

    `paths`: the deepest cell of each tree, None for records that have left. `lacks`: families they have no complete
    score in. `before`: for each earlier release their blocks in it, or None. `may_wait`: new or corrected records, which
    need not be in this release.
    """

    n: int
    paths: Blocks | None
    lacks: frozenset[str] = frozenset()
    before: tuple[Blocks | None, ...] = ()
    may_wait: bool = False
    former: Former | None = None
    name: str = ""


@dataclass(frozen=True)
class Pair:
    """Two partitions: a tree of this release, and the other tree of it or (with `release`) a tree of an earlier one."""

    tree: int
    other: int
    release: int | None = None


@dataclass(frozen=True)
class Breach:
    """A group that could be isolated, and where."""

    cut: Cut
    pair: Pair
    family: str
    lacking: bool


@dataclass(frozen=True)
class Hidden:
    """A group that no single pair shows and all releases together isolate: the places of its groups in the pool."""

    size: int
    at: frozenset[int]


@dataclass
class Decision:
    """What may be published: cells with their n, what was dropped and why, who waits, the smallest cut left."""

    cells: dict[Cell, int]
    dropped: list[tuple[Cell, str]] = field(default_factory=list)
    waiting: list[Group] = field(default_factory=list)
    first_cut: int | None = None


def names_on(path: str) -> Iterator[str]:
    """The cells on a path, root first.

    >>> list(names_on("all > S1"))
    ['all', 'all > S1']
    """
    at = path.find(SEPARATOR)
    while at >= 0:
        yield path[:at]
        at = path.find(SEPARATOR, at + 1)
    yield path


def deepest(path: str, published: Mapping[str, int] | set[str]) -> str:
    """The deepest published cell on a path.

    >>> deepest("all > S1 > I1", {"all", "all > S1"})
    'all > S1'
    """
    while path not in published:
        path = path.rpartition(SEPARATOR)[0]
    return path


def count(groups: Sequence[Group]) -> dict[Cell, int]:
    """n of every cell."""
    cells: Counter[Cell] = Counter()
    for group in groups:
        for tree, path in zip(TREES, group.paths or (), strict=False):
            for name in names_on(path):
                cells[tree, name] += group.n
    return dict(cells)


class Auditor:
    """Cells, groups and what waits, on the way from everything large enough to what is safe."""

    def __init__(
        self, groups: Sequence[Group], *, n_min: int, k: int, families: Sequence[str] = ("",), linked: bool = False
    ) -> None:
        self.groups, self.n_min, self.k = list(groups), n_min, k
        self.families, self.linked = families, linked
        self.waiting: list[Group] = []
        self.dropped: list[tuple[Cell, str]] = []
        self.gone: set[Cell] = set()
        self.releases = max((len(group.before) for group in self.groups), default=0)
        self.recount()

    def recount(self) -> None:
        counts = count(self.groups)
        self.cells = {c: n for c, n in counts.items() if n >= self.n_min and c not in self.gone}
        for tree in TREES:
            if (tree, "all") not in self.cells:
                raise Refused(f"fewer than {self.n_min} records")
        self.locate()

    def locate(self) -> None:
        """Find the blocks anew."""
        self.published: list[set[str]] = [{name for t, name in self.cells if t == tree} for tree in TREES]
        found: list[dict[str, str]] = [{}, {}]
        self.blocks: list[Blocks | None] = []
        for group in self.groups:
            if group.paths is None:
                self.blocks.append(None)
                continue
            for tree, path in enumerate(group.paths):
                if path not in found[tree]:
                    found[tree][path] = deepest(path, self.published[tree])
            self.blocks.append(tuple(found[t][p] for t, p in enumerate(group.paths)))
        self.sizes: Counter[Cell] = Counter()
        for group, blocks in zip(self.groups, self.blocks, strict=True):
            for tree, block in zip(TREES, blocks or (), strict=False):
                self.sizes[tree, block] += group.n

    # -- the graphs of rule 4 ----------------------------------------------------------------------------------------
    def pairs(self) -> Iterator[Pair]:
        yield Pair(0, 1)
        for release in range(self.releases):
            for tree in range(len(TREES)):
                for other in range(len(TREES)):
                    yield Pair(tree, other, release)

    def edges_of(self, at: int, pair: Pair) -> Iterator[tuple[tuple[Cell | str, Cell | str], frozenset[str]]]:
        """The edges of one group between two partitions, with the families its records lack there."""
        group, blocks = self.groups[at], self.blocks[at]
        if pair.release is None:
            if blocks is not None:
                yield (("new", blocks[0]), ("other", blocks[1])), group.lacks
            return
        old = group.before[pair.release] if group.before else None
        here = ("new", blocks[pair.tree]) if blocks is not None else GROUND
        there = ("other", old[pair.other]) if old is not None else GROUND
        if group.former is not None and old is not None and blocks is not None:  # the old one out, the new one in
            yield (here, GROUND), group.lacks
            yield (GROUND, there), group.former.lacks
        elif here != GROUND or there != GROUND:
            yield (here, there), group.lacks

    def graph(self, pair: Pair, family: str, lacking: bool) -> dict[tuple[Cell | str, Cell | str], int]:
        edges: dict[tuple[Cell | str, Cell | str], int] = defaultdict(int)
        for at, group in enumerate(self.groups):
            for edge, lacks in self.edges_of(at, pair):
                if (family in lacks) == lacking:
                    edges[edge] += group.n
        return edges

    def worst(self) -> Breach | None:
        """The smallest positive cut below K over all pairs, families and kinds of records."""
        worst: Breach | None = None
        for pair in self.pairs():
            for family in self.families:
                complete = self.graph(pair, family, False)
                found = [(smallest_cut(complete, self.k), False)]
                if self.linked:
                    partial = self.graph(pair, family, True)
                    found += [(bridge(complete, partial), True), (smallest_cut(partial, self.k), True)]
                for cut, lacking in found:
                    if cut is not None and (worst is None or cut.size < worst.cut.size):
                        worst = Breach(cut, pair, family, lacking)
        return worst

    # -- all releases together ---------------------------------------------------------------------------------------
    def atoms(self, family: str, lacking: bool) -> dict[rowspace.Atom, list[int]]:
        """Where the records of one kind lie in all partitions: atom -> places in the pool."""
        found: dict[rowspace.Atom, list[int]] = defaultdict(list)
        for at, (group, blocks) in enumerate(zip(self.groups, self.blocks, strict=True)):
            before: list[str | None] = []
            for old in group.before or (None,) * self.releases:
                before += old if old is not None else [None] * len(TREES)
            nowhere = [None] * len(TREES)
            if group.former is not None and any(before):
                versions = [
                    ([*(blocks or nowhere), *([None] * len(before))], group.lacks),
                    ([*nowhere, *before], group.former.lacks),
                ]
            else:
                versions = [([*(blocks or nowhere), *before], group.lacks)]
            for atom, lacks in versions:
                if (family in lacks) == lacking and any(atom):
                    found[tuple(atom)].append(at)
        return found

    def hidden(self) -> Hidden | None:
        """A group below K in the row space of all releases, or None. Two partitions need no such search: they are a graph."""
        for family in self.families if self.releases else ():
            complete = self.atoms(family, False)
            kinds = [complete]
            if self.linked and (partial := self.atoms(family, True)):
                loose = rowspace.outside(self.sizes_of(complete), self.sizes_of(partial))
                if loose:
                    at = frozenset(i for atom in loose for i in partial[atom])
                    return Hidden(sum(self.groups[i].n for i in at), at)
                kinds.append(partial)
            for atoms in kinds:
                found = rowspace.smallest_group(self.sizes_of(atoms), self.k)
                if found is not None:
                    return Hidden(found[0], frozenset(i for atom in found[1] for i in atoms[atom]))
        return None

    def sizes_of(self, atoms: Mapping[rowspace.Atom, list[int]]) -> dict[rowspace.Atom, int]:
        return {atom: sum(self.groups[i].n for i in at) for atom, at in atoms.items()}

    # -- repair ------------------------------------------------------------------------------------------------------
    def repair(self) -> Decision:
        """Wait or drop until no cut below K is left; raises Refused."""
        first: int | None = None
        while True:
            breach = self.worst()
            if breach is None:
                hidden = self.hidden()
                if hidden is None:
                    break
                first = hidden.size if first is None else first
                if not self.wait({i for i in hidden.at if self.groups[i].may_wait}):
                    self.drop_cells(
                        self.choices_for(hidden), f"a group of {hidden.size} could be isolated by all releases together"
                    )
                continue
            first = breach.cut.size if first is None else first
            may_wait = breach.pair.release is not None or breach.lacking
            if not (may_wait and self.wait(self.crossing(breach))):
                where = "between the trees" if breach.pair.release is None else "against an earlier release"
                self.drop_cells(self.choices(breach), f"a group of {breach.cut.size} could be isolated {where}")
        return Decision(dict(self.cells), self.dropped, self.waiting, first)

    def crossing(self, breach: Breach) -> set[int]:
        """New and corrected records that cross a cut."""
        return {
            at
            for at, group in enumerate(self.groups)
            if group.may_wait
            and any(
                breach.cut.crosses(edge) and (breach.family in lacks) == breach.lacking
                for edge, lacks in self.edges_of(at, breach.pair)
            )
        }

    def wait(self, chosen: set[int]) -> bool:
        """These wait for the next release, and what they were before stands instead; says whether there were any."""
        kept: list[Group] = []
        for at, group in enumerate(self.groups):
            if at not in chosen:
                kept.append(group)
                continue
            self.waiting.append(group)
            if group.former is not None:
                kept.append(
                    replace(group, paths=group.former.paths, lacks=group.former.lacks, former=None, may_wait=False)
                )
            elif any(group.before):
                kept.append(replace(group, paths=None, may_wait=False))
        if chosen:
            self.groups = kept
            self.recount()
        return bool(chosen)

    def drop_cells(self, choices: list[tuple[int, int, tuple[Cell, ...]]], why: str) -> None:
        """Drop the cheapest choice; raises Refused when there is none."""
        if not choices:
            raise Refused(f"{why}, and no cell is left to drop")
        for cell in min(choices)[2]:
            del self.cells[cell]
            self.gone.add(cell)
            self.dropped.append((cell, why))
        self.locate()

    def choices_for(self, hidden: Hidden) -> list[tuple[int, int, tuple[Cell, ...]]]:
        """The cells that hold a hidden group; any cell when it is in none of this release."""
        own = {(t, b) for at in hidden.at for t, b in zip(TREES, self.blocks[at] or (), strict=False)}
        usable = [cell for cell in self.cells if cell[1] != "all"]
        holding = [cell for cell in usable if cell in own] or usable
        return [(self.sizes[cell], self.cells[cell], (cell,)) for cell in holding]

    def choices(self, breach: Breach) -> list[tuple[int, int, tuple[Cell, ...]]]:
        """(cost, total n, cells) of everything whose dropping moves records across the cut."""
        trees = {breach.pair.tree} | ({breach.pair.other} if breach.pair.release is None else set())
        found: list[tuple[int, int, tuple[Cell, ...]]] = []
        children: dict[Cell, list[Cell]] = defaultdict(list)
        empty: list[Cell] = []
        for tree, name in self.cells:
            if TREES.index(tree) not in trees or name == "all":
                continue
            parent = (tree, deepest(name.rpartition(SEPARATOR)[0], self.published[TREES.index(tree)]))
            if not self.sizes[tree, name]:
                empty.append((tree, name))
            elif self.sizes[parent]:
                if any(self._in(side, breach, (tree, name)) != self._in(side, breach, parent) for side in SIDES):
                    found.append((self.sizes[tree, name], self.cells[tree, name], ((tree, name),)))
            else:
                children[parent].append((tree, name))
        for siblings in children.values():
            pair = [
                min(
                    ((self.sizes[c], self.cells[c], c) for c in siblings if self._in(side, breach, c)),
                    default=None,
                )
                for side in SIDES
            ]
            if pair[0] and pair[1]:
                cells = tuple(sorted((pair[0][2], pair[1][2])))
                found.append((pair[0][0] + pair[1][0], pair[0][1] + pair[1][1], cells))
        return found or [(0, self.cells[cell], (cell,)) for cell in empty]

    def _in(self, side: str, breach: Breach, cell: Cell) -> bool:
        tree = TREES.index(cell[0])
        vertex = ("new" if breach.pair.release is not None or tree == 0 else "other", cell[1])
        return vertex in getattr(breach.cut, side)


SIDES = ("side", "other")


def bridge(
    complete: Mapping[tuple[Cell | str, Cell | str], int], partial: Mapping[tuple[Cell | str, Cell | str], int]
) -> Cut | None:
    """Incomplete records that join blocks which no complete record joins: nothing hides what they add there."""
    whole = components(complete)
    for (u, v), n in partial.items():
        if n > 0 and whole.find(u) != whole.find(v):
            side = frozenset(x for edge in complete for x in edge if whole.find(x) == whole.find(u)) | {u}
            other = frozenset(x for edge in complete for x in edge if whole.find(x) == whole.find(v)) | {v}
            return Cut(n, side, other)
    return None


def decide(
    groups: Sequence[Group], *, n_min: int, k: int, families: Sequence[str] = ("",), linked: bool = False
) -> Decision:
    """The cells that may be published; raises Refused when no repair helps."""
    return Auditor(groups, n_min=n_min, k=k, families=families, linked=linked).repair()
