"""The smallest positive cut of a graph whose edges count records (METHOD 6, rule 4). PURE: no Django.

Vertices are blocks of two partitions, an edge holds the records that lie in both of its blocks. The records that cross a
cut are the smallest group that sums over the blocks can isolate.
"""

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
        above = self.above
        root = vertex
        while (higher := above.get(root, root)) != root:
            root = higher
        while (higher := above.get(vertex, vertex)) != root:
            above[vertex], vertex = root, higher
        return root

    def join(self, one: Vertex, other: Vertex) -> None:
        root, below = self.find(one), self.find(other)
        if below != root:
            self.above[below] = root


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
    best: tuple[int, set[Vertex], list[Vertex]] | None = None
    for part in _components(weights):
        size, apart = _stoer_wagner({root: weights[root] for root in part})
        if size < (best[0] if best else limit):
            best = (size, apart, part)
    if best is None:
        return None
    size, apart, part = best
    roots = {vertex: merged.find(vertex) for edge in edges for vertex in edge}
    side = frozenset(vertex for vertex, root in roots.items() if root in apart)
    other = frozenset(vertex for vertex, root in roots.items() if root in set(part) - apart)
    return Cut(size, side, other)


def _components(weights: Mapping[Vertex, Mapping[Vertex, int]]) -> list[list[Vertex]]:
    """The connected components, in the order of their first vertex: the same pool gives the same cut in every run."""
    found: list[list[Vertex]] = []
    seen: set[Vertex] = set()
    for start in weights:
        if start in seen:
            continue
        seen.add(start)
        part = [start]
        for vertex in part:  # grows while it is walked
            for near in weights[vertex]:
                if near not in seen:
                    seen.add(near)
                    part.append(near)
        found.append(part)
    return found


def _merge(edges: Edges, limit: int) -> tuple[Union, dict[Vertex, dict[Vertex, int]]]:
    """Merge vertices that share `limit` or more records until there are none; returns the sets and what lies between them."""
    merged = Union()
    left = [(u, v, n) for (u, v), n in edges.items() if n > 0]
    while True:
        weights: dict[Vertex, dict[Vertex, int]] = {}
        pairs: list[tuple[Vertex, Vertex]] = []
        for u, v, n in left:
            one, other = merged.find(u), merged.find(v)
            if one != other:
                row, column = weights.setdefault(one, {}), weights.setdefault(other, {})
                if other not in row:
                    pairs.append((one, other))
                row[other] = column[one] = row.get(other, 0) + n
        heavy = [(u, v) for u, v in pairs if weights[u][v] >= limit]
        if not heavy:
            return merged, weights
        for u, v in heavy:
            merged.join(u, v)
        left = [(u, v, weights[u][v]) for u, v in pairs]


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
