"""Which cells of a release may be published so that no group below K can be isolated (METHOD 6). PURE: no Django.

A block is the set of records whose deepest published cell in a tree is that cell; all published sums of one tree are
spanned by its blocks. For two partitions into blocks, the smallest group that sums can isolate is the smallest positive
cut of the graph with blocks as vertices and records as edges; a record that lies in only one of them runs to GROUND.

Measures that are made of one another tell more together than each alone: seven times the sum of a component minus the
sums of its seven dimensions leaves the records that lack a dimension. Therefore a record with a gap in a component is left
out of that component and of its dimensions, still counts in the others and in the overall score, and belongs to one more
graph, GAPS: the overall score minus its components leaves just these records. Each graph is judged like a measure; then no
combination of all sums of all measures isolates fewer than K (docs/decisions/0005, with the proof).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from benchmarks import rowspace
from benchmarks.cells import ROOT, SEPARATOR, prefixes
from benchmarks.cuts import Cut, Vertex, smallest_cut

TREES = ("A", "B")
GROUND = "GROUND"
GAPS = "gaps"
ONE = frozenset({""})
BETWEEN_TREES, EARLIER, TOGETHER = "between trees", "earlier release", "all releases"  # where a group could be isolated
TOO_FEW, UNCHECKED = "too few", "unchecked"  # what else stands against a release
Cell = tuple[str, str]  # tree, name
Blocks = tuple[str, ...]  # one per tree, in the order of TREES


@dataclass(frozen=True)
class Why:
    """What stands against a record, a cell or a release: a group of `size` could be isolated, and where.

    `release`: its place among the earlier ones, with EARLIER. Of TOO_FEW, `size` is what is needed.
    """

    what: str
    size: int = 0
    release: int | None = None


class Refused(ValueError):
    """No set of cells is safe; `why` says what stands in the way."""

    def __init__(self, why: Why) -> None:
        super().__init__(f"{why.what}: {why.size}")
        self.why = why


@dataclass(frozen=True)
class Former:
    """What a corrected record said before; it stands instead while the new one waits."""

    paths: Blocks
    kinds: frozenset[str] = ONE


@dataclass(frozen=True)
class Group:
    """`n` records that are alike to the audit.

    `paths`: the deepest cell of each tree, None for records that have left. `kinds`: the graphs they are an edge of, one
    for each family of measures they count in, and GAPS; the same in all releases. `before`: for each earlier release
    their blocks in it, or None. `may_wait`: new or corrected records, which need not be in this release. `name` only
    keeps like groups apart.
    """

    n: int
    paths: Blocks | None
    kinds: frozenset[str] = ONE
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
    kind: str

    @property
    def size(self) -> int:
        return self.cut.size


@dataclass(frozen=True)
class Hidden:
    """A group that no single pair shows and all releases together isolate: the places of its groups in the pool."""

    size: int
    at: frozenset[int]
    kind: str


@dataclass
class Decision:
    """What may be published: cells with their n, what was dropped and why, who waits, the smallest cut left.

    `reasons`: for each group that waits or retreated, what stood against it last.
    """

    cells: dict[Cell, int]
    dropped: list[tuple[Cell, Why]] = field(default_factory=list)
    waiting: list[Group] = field(default_factory=list)
    retreated: dict[Group, Blocks] = field(default_factory=dict)
    reasons: dict[Group, Why] = field(default_factory=dict)
    first_cut: int | None = None


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
            for name in prefixes(path.split(SEPARATOR)):
                cells[tree, name] += group.n
    return dict(cells)


class Auditor:
    """Cells, groups and what waits, on the way from everything large enough to what is safe."""

    def __init__(self, groups: Sequence[Group], *, n_min: int, k: int) -> None:
        self.groups, self.n_min, self.k = list(groups), n_min, k
        former = [g.former.kinds for g in self.groups if g.former]
        self.kinds = sorted(frozenset().union(*former, *(g.kinds for g in self.groups)))
        self.given = list(groups)  # as they came, in the order of self.groups
        self.waiting: list[Group] = []
        self.retreated: dict[Group, Blocks] = {}
        self.reasons: dict[Group, Why] = {}
        self.dropped: list[tuple[Cell, Why]] = []
        self.gone: set[Cell] = set()
        self.suspect = ""
        self.releases = max((len(group.before) for group in self.groups), default=0)
        self.recount()

    def recount(self) -> None:
        counts = count(self.groups)
        self.cells = {c: n for c, n in counts.items() if n >= self.n_min and c not in self.gone}
        for tree in TREES:
            if (tree, ROOT) not in self.cells:
                raise Refused(Why(TOO_FEW, self.n_min))
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
            for name, block in zip(TREES, blocks or (), strict=False):
                self.sizes[name, block] += group.n

    def blocks_of(self, path: Blocks) -> Blocks:
        """The blocks of a record with this path."""
        return tuple(deepest(p, self.published[tree]) for tree, p in enumerate(path))

    def too_small(self) -> int:
        """How many cells hold records, but fewer than n_min."""
        return sum(0 < n < self.n_min for n in count(self.groups).values())

    # -- the graphs of rule 4 ----------------------------------------------------------------------------------------
    def pairs(self) -> Iterator[Pair]:
        yield Pair(0, 1)
        for release in range(self.releases):
            for tree in range(len(TREES)):
                for other in range(len(TREES)):
                    yield Pair(tree, other, release)

    def edges_of(self, at: int, pair: Pair) -> Iterator[tuple[tuple[Vertex, Vertex], frozenset[str]]]:
        """The edges of one group between two partitions, with the kinds of its records there."""
        group, blocks = self.groups[at], self.blocks[at]
        if pair.release is None:
            if blocks is not None:
                yield (("new", blocks[0]), ("other", blocks[1])), group.kinds
            return
        old = group.before[pair.release] if group.before else None
        here = ("new", blocks[pair.tree]) if blocks is not None else GROUND
        there = ("other", old[pair.other]) if old is not None else GROUND
        if group.former is not None and old is not None and blocks is not None:  # the old one out, the new one in
            yield (here, GROUND), group.kinds
            yield (GROUND, there), group.former.kinds
        elif here != GROUND or there != GROUND:
            yield (here, there), group.kinds

    def graphs(self, pair: Pair) -> dict[str, dict[tuple[Vertex, Vertex], int]]:
        """The graph of each kind of records."""
        found: dict[str, dict[tuple[Vertex, Vertex], int]] = {kind: defaultdict(int) for kind in self.kinds}
        for at, group in enumerate(self.groups):
            for edge, kinds in self.edges_of(at, pair):
                for kind in kinds:
                    found[kind][edge] += group.n
        return found

    def worst(self) -> Breach | None:
        """The smallest positive cut below K over all pairs and kinds of records."""
        worst: Breach | None = None
        for pair in self.pairs():
            for kind, edges in self.graphs(pair).items():
                cut = smallest_cut(edges, worst.cut.size if worst else self.k)
                if cut is not None:
                    worst = Breach(cut, pair, kind)
                    if cut.size == 1:  # there is no smaller one
                        return worst
        return worst

    # -- all releases together ---------------------------------------------------------------------------------------
    def atoms(self, kind: str) -> dict[rowspace.Atom, list[int]]:
        """Where the records of one kind lie in all partitions: atom -> places in the pool."""
        found: dict[rowspace.Atom, list[int]] = defaultdict(list)
        nowhere: Blocks | tuple[None, ...] = (None,) * len(TREES)
        for at, (group, blocks) in enumerate(zip(self.groups, self.blocks, strict=True)):
            before = tuple(b for old in group.before or (None,) * self.releases for b in old or nowhere)
            now = blocks or nowhere
            versions = [(now + before, group.kinds)]
            if group.former is not None and any(before):
                versions = [(now + (None,) * len(before), group.kinds), (nowhere + before, group.former.kinds)]
            for atom, kinds in versions:
                if kind in kinds and any(atom):
                    found[atom].append(at)
        return found

    def hidden(self) -> Hidden | None:
        """A group below K in the row space of all releases, or None. Two partitions need no such search: they are a graph."""
        # Where one was found last, another one is likely: the others are searched once, at the end.
        for kind in sorted(self.kinds, key=lambda kind: kind != self.suspect) if self.releases else ():
            atoms = self.atoms(kind)
            sizes = {atom: sum(self.groups[i].n for i in at) for atom, at in atoms.items()}
            try:
                found = rowspace.smallest_group(sizes, self.k)
            except rowspace.TooHard as error:  # what cannot be cleared is not published
                raise Refused(Why(UNCHECKED)) from error
            if found is not None:
                self.suspect = kind
                return Hidden(found[0], frozenset(i for atom in found[1] for i in atoms[atom]), kind)
        return None

    def margin(self, limit: int) -> int:
        """The smallest group that this release alone isolates, or `limit` when there is none below."""
        found = limit
        for edges in self.graphs(Pair(0, 1)).values():
            cut = smallest_cut(edges, found)
            found = cut.size if cut else found
        return found

    # -- repair ------------------------------------------------------------------------------------------------------
    def repair(self) -> Decision:
        """Wait or drop until no cut below K is left; raises Refused."""
        first: int | None = None
        while (danger := self.worst() or self.hidden()) is not None:
            first = danger.size if first is None else first
            if isinstance(danger, Hidden):
                places, trees = set(danger.at), range(len(TREES))
                wait, why = True, Why(TOGETHER, danger.size)
            else:
                places = self.crossing(danger)
                inside = danger.pair.release is None
                trees = range(len(TREES)) if inside else range(danger.pair.tree, danger.pair.tree + 1)
                wait = danger.kind == GAPS or not inside
                why = Why(BETWEEN_TREES if inside else EARLIER, danger.size, danger.pair.release)
            if danger.kind == GAPS and self.retreat(places, trees, why):
                continue
            if wait and self.wait({at for at in places if self.groups[at].may_wait}, why):
                continue
            choices = self.choices_for(danger) if isinstance(danger, Hidden) else self.choices(danger)
            self.drop_cells(choices, why)
        return Decision(dict(self.cells), self.dropped, self.waiting, self.retreated, self.reasons, first)

    def retreat(self, places: set[int], trees: range, why: Why) -> bool:
        """Records with a gap count from the next larger peer group on; says whether any could."""
        for tree in trees:
            movable = [at for at in places if (self.blocks[at] or (ROOT,) * len(TREES))[tree] != ROOT]
            for at in movable:
                block = (self.blocks[at] or ())[tree]
                above = deepest(block.rpartition(SEPARATOR)[0], self.published[tree])
                new = tuple(above if t == tree else path for t, path in enumerate(self.groups[at].paths or ()))
                self.groups[at] = replace(self.groups[at], paths=new)
                self.retreated[self.given[at]] = new
                self.reasons[self.given[at]] = why
            if movable:
                self.recount()
                return True
        return False

    def crossing(self, breach: Breach) -> set[int]:
        """The places of the groups that cross a cut."""
        return {
            at
            for at in range(len(self.groups))
            if any(breach.kind in kinds and breach.cut.crosses(edge) for edge, kinds in self.edges_of(at, breach.pair))
        }

    def wait(self, chosen: set[int], why: Why) -> bool:
        """These wait for the next release, and what they were before stands instead; says whether there were any."""
        kept: list[Group] = []
        given: list[Group] = []
        for at, group in enumerate(self.groups):
            if at in chosen:
                self.waiting.append(self.given[at])
                self.reasons[self.given[at]] = why
                self.retreated.pop(self.given[at], None)
                if group.former is None:
                    continue
                former = group.former
                group = replace(group, paths=former.paths, kinds=former.kinds, former=None, may_wait=False)
            kept.append(group)
            given.append(self.given[at])
        if chosen:
            self.groups, self.given = kept, given
            self.recount()
        return bool(chosen)

    def drop_cells(self, choices: list[tuple[int, int, tuple[Cell, ...]]], why: Why) -> None:
        """Drop the cheapest choice; raises Refused when there is none."""
        if not choices:
            raise Refused(why)
        for cell in min(choices)[2]:
            del self.cells[cell]
            self.gone.add(cell)
            self.dropped.append((cell, why))
        self.locate()

    def choices_for(self, hidden: Hidden) -> list[tuple[int, int, tuple[Cell, ...]]]:
        """The cells that hold a hidden group; any cell when it is in none of this release."""
        own = {(t, b) for at in hidden.at for t, b in zip(TREES, self.blocks[at] or (), strict=False)}
        usable = [cell for cell in self.cells if cell[1] != ROOT]
        holding = [cell for cell in usable if cell in own] or usable
        return [(self.sizes[cell], self.cells[cell], (cell,)) for cell in holding]

    def choices(self, breach: Breach) -> list[tuple[int, int, tuple[Cell, ...]]]:
        """(cost, total n, cells) of everything whose dropping moves records across the cut."""
        trees = {breach.pair.tree} | ({breach.pair.other} if breach.pair.release is None else set())
        found: list[tuple[int, int, tuple[Cell, ...]]] = []
        children: dict[Cell, list[Cell]] = defaultdict(list)
        empty: list[Cell] = []
        for tree, name in self.cells:
            if TREES.index(tree) not in trees or name == ROOT:
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


def decide(groups: Sequence[Group], *, n_min: int, k: int) -> Decision:
    """The cells that may be published; raises Refused when no repair helps."""
    return Auditor(groups, n_min=n_min, k=k).repair()
