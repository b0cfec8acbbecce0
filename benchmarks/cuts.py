"""The smallest positive cut of a graph whose edges count records (METHOD 6, rule 4). PURE: no Django.

Vertices are blocks of two partitions, an edge holds the records that lie in both of its blocks. The records that cross a
cut are the smallest group that sums over the blocks can isolate.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

Vertex = Hashable
Edges = Mapping[tuple[Vertex, Vertex], int]


@dataclass(frozen=True)
class Cut:
    """Records that cross between `side` and `other`; both lie in one connected component."""

    size: int
    side: frozenset[Vertex]
    other: frozenset[Vertex]

    def crosses(self, edge: tuple[Vertex, Vertex]) -> bool:
        return (edge[0] in self.side) != (edge[1] in self.side)


class Union:
    """Disjoint sets of vertices."""

    def __init__(self) -> None:
        self.above: dict[Vertex, Vertex] = {}

    def find(self, vertex: Vertex) -> Vertex:
        root = vertex
        while self.above.setdefault(root, root) != root:
            root = self.above[root]
        while self.above[vertex] != root:
            self.above[vertex], vertex = root, self.above[vertex]
        return root

    def join(self, one: Vertex, other: Vertex) -> None:
        self.above[self.find(other)] = self.find(one)


def components(edges: Edges) -> Union:
    """The connected components as disjoint sets."""
    union = Union()
    for (u, v), n in edges.items():
        union.find(u), union.find(v)
        if n > 0:
            union.join(u, v)
    return union


def smallest_cut(edges: Edges, limit: int) -> Cut | None:
    """The smallest positive cut below `limit`; None when there is none.

    Vertices that share at least `limit` records can never be parted by such a cut: they are merged first, then
    Stoer and Wagner's minimum cut (J. ACM 44, 1997) runs on what is left of each component.

    >>> smallest_cut({("a", "x"): 3, ("a", "y"): 12}, 5).size
    3
    >>> smallest_cut({("a", "x"): 12, ("b", "y"): 12}, 5) is None  # two components: nothing crosses between them
    True
    """
    merged, weights = _merge(edges, limit)
    whole = components(edges)
    parts: dict[Vertex, dict[Vertex, None]] = defaultdict(
        dict
    )  # not sets: the same pool gives the same cut in every run
    for edge in edges:
        for vertex in edge:
            parts[whole.find(vertex)][vertex] = None
    best: Cut | None = None
    for part in parts.values():
        roots = dict.fromkeys(merged.find(vertex) for vertex in part)
        if len(roots) < 2:
            continue
        size, apart = _stoer_wagner({root: weights[root] for root in roots})
        if size < (best.size if best else limit):
            side = frozenset(vertex for vertex in part if merged.find(vertex) in apart)
            best = Cut(size, side, frozenset(part) - side)
    return best


def _merge(edges: Edges, limit: int) -> tuple[Union, dict[Vertex, dict[Vertex, int]]]:
    """Merge vertices that share `limit` or more records until there are none; returns the sets and their weights."""
    merged = Union()
    while True:
        weights: dict[Vertex, dict[Vertex, int]] = defaultdict(lambda: defaultdict(int))
        for (u, v), n in edges.items():
            one, other = merged.find(u), merged.find(v)
            if one != other and n > 0:
                weights[one][other] += n
                weights[other][one] += n
        heavy = [(u, v) for u, row in weights.items() for v, n in row.items() if n >= limit]
        if not heavy:
            return merged, weights
        for u, v in heavy:
            merged.join(u, v)


def _stoer_wagner(weights: Mapping[Vertex, Mapping[Vertex, int]]) -> tuple[int, set[Vertex]]:
    """Minimum cut of a connected graph of two or more vertices: its weight and one side."""
    graph = {u: dict(row) for u, row in weights.items()}
    inside: dict[Vertex, set[Vertex]] = {u: {u} for u in graph}
    best, apart = None, set[Vertex]()
    while len(graph) > 1:
        order = _by_adjacency(graph)
        last, before = order[-1], order[-2]
        size = sum(graph[last].values())
        if best is None or size < best:
            best, apart = size, set(inside[last])
        for v, n in graph.pop(last).items():
            del graph[v][last]
            if v != before:
                graph[before][v] = graph[before].get(v, 0) + n
                graph[v][before] = graph[v].get(before, 0) + n
        inside[before] |= inside.pop(last)
    assert best is not None
    return best, apart


def _by_adjacency(graph: Mapping[Vertex, Mapping[Vertex, int]]) -> list[Vertex]:
    """Vertices in the order of the most tightly connected next one."""
    start = next(iter(graph))
    order, done, tight = [start], {start}, dict(graph[start])
    while tight:
        u = max(tight, key=tight.__getitem__)
        order.append(u)
        del tight[u]
        done.add(u)
        for v, n in graph[u].items():
            if v not in done:
                tight[v] = tight.get(v, 0) + n
    return order
