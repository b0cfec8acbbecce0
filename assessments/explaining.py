"""How a number came about: a tree whose every node follows from its parts. PURE: no Django, no queries.

Page and API show the same tree; `recomputed` works each number out again from its parts, so that a tree that does not lead
to its number is found (tests walk all of them).
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import stdev

from benchmarks.statistics import half_up, wilson

# How a value follows from the values of the parts, in order.
GIVEN = "given"  # not at all: it was answered, set, published or drawn
WEIGHTED_MEAN = "weighted mean"  # of the parts that have a weight
MEAN, SUM, PRODUCT, RATIO, DIFFERENCE = "mean", "sum", "product", "ratio", "difference"  # first minus, or by, second
LARGEST, SMALLEST, DEVIATION = "largest", "smallest", "standard deviation"
SHORTFALL = "shortfall"  # first minus second, 0 when negative
ROUNDED = "rounded"  # half up, to the node's digits
LIFTED = "lifted"  # first plus second, at most third, at least first
INTERPOLATED = "interpolated"  # percentile of the first among the others, whose weights are their percentiles
WILSON_LOW, WILSON_HIGH = (
    "Wilson interval, lower end",
    "Wilson interval, upper end",
)  # of first in percent, n second, z third
PLACE = "place"  # which of the parts, in their order, is the one: it has weight 1

Z = 1.6448536269514722  # METHOD 5, 90 %


@dataclass(frozen=True)
class Node:
    """A number, what it is called, and what it follows from. `weight` is its part in the node above, if it has one.

    `value` is None where there is none; `note` then says why. `ref` says where more stands: a kind and a code, which the
    page turns into an address. `digits` are those people read.
    """

    label: str
    value: float | None
    rule: str = GIVEN
    parts: tuple["Node", ...] = ()
    formula: str = ""
    digits: int = 2
    unit: str = ""
    weight: float | None = None
    note: str = ""
    code: str = ""
    ref: tuple[str, str] | None = None
    signed: bool = False  # a difference: people read its sign


def _values(node: Node) -> list[float]:
    return [p.value for p in node.parts if p.value is not None]


def _weighted(node: Node) -> float | None:
    counted = [(p.weight, p.value) for p in node.parts if p.weight and p.value is not None]
    return math.fsum(w * v for w, v in counted) if counted else None


def _interpolated(node: Node) -> float | None:
    own, quantiles = node.parts[0].value, [(p.weight, p.value) for p in node.parts[1:]]
    known = [(w, v) for w, v in quantiles if w is not None and v is not None]
    assert own is not None
    equal = [w for w, v in known if abs(v - own) < 1e-9]
    if equal:
        return (equal[0] + equal[-1]) / 2
    below, above = [k for k in known if k[1] < own], [k for k in known if k[1] > own]
    if not below or not above:
        return None
    (p, low), (q, high) = below[-1], above[0]
    return p + (q - p) * (own - low) / (high - low)


def _wilson(end: int) -> Callable[[Node], float | None]:
    def found(node: Node) -> float | None:
        share, n, z = _values(node)
        return 100 * wilson(share / 100 * n, n, z)[end]

    return found


def _lifted(node: Node) -> float | None:
    start, lift, ceiling = _values(node)
    return max(start, min(start + lift, ceiling))


def _place(node: Node) -> float | None:
    return next((float(i) for i, p in enumerate(node.parts, 1) if p.weight == 1), None)


RULES: Mapping[str, Callable[[Node], float | None]] = {
    WEIGHTED_MEAN: _weighted,
    MEAN: lambda n: math.fsum(_values(n)) / len(_values(n)) if _values(n) else None,
    SUM: lambda n: math.fsum(_values(n)),
    PRODUCT: lambda n: math.prod(_values(n)),
    RATIO: lambda n: _values(n)[0] / _values(n)[1] if _values(n)[1] else 0.0,  # METHOD 7: a column of total 0 counts 0
    DIFFERENCE: lambda n: _values(n)[0] - _values(n)[1],
    LARGEST: lambda n: max(_values(n)),
    SMALLEST: lambda n: min(_values(n)),
    DEVIATION: lambda n: stdev(_values(n)) if len(_values(n)) > 1 else None,
    SHORTFALL: lambda n: max(0.0, _values(n)[0] - _values(n)[1]),
    ROUNDED: lambda n: half_up(_values(n)[0], 10**n.digits),
    LIFTED: _lifted,
    INTERPOLATED: _interpolated,
    WILSON_LOW: _wilson(0),
    WILSON_HIGH: _wilson(1),
    PLACE: _place,
}


def recomputed(node: Node) -> float | None:
    """The value of a node worked out from the values of its parts; what is given is itself.

    >>> two, four = Node("a", 2.0, weight=0.75), Node("b", 4.0, weight=0.25)
    >>> recomputed(Node("mean", None, WEIGHTED_MEAN, (two, four))), recomputed(Node("gap", None, DIFFERENCE, (two, four)))
    (2.5, -2.0)
    """
    return node.value if node.rule == GIVEN else RULES[node.rule](node)


def derived(node: Node) -> Node:
    """The node with the value that follows from its parts.

    >>> derived(Node("sum", None, SUM, (Node("a", 1.5), Node("b", 2.0)))).value
    3.5
    """
    return replace(node, value=recomputed(node))


def walk(
    nodes: Sequence[Node], above: int | None = None, depth: int = 0
) -> Iterator[tuple[int, int | None, int, Node]]:
    """All nodes of trees in reading order, each with its number from 1 on, that of the node above, and its depth.

    >>> [(n, up, deep, node.label) for n, up, deep, node in walk([Node("a", 1.0, SUM, (Node("b", 1.0),)), Node("c", 2.0)])]
    [(1, None, 0, 'a'), (2, 1, 1, 'b'), (3, None, 0, 'c')]
    """
    count = 0

    def below(level: Sequence[Node], up: int | None, deep: int) -> Iterator[tuple[int, int | None, int, Node]]:
        nonlocal count
        for node in level:
            count += 1
            own = count
            yield own, up, deep, node
            yield from below(node.parts, own, deep + 1)

    yield from below(nodes, above, depth)


def faults(nodes: Sequence[Node]) -> list[str]:
    """The nodes whose value does not follow from their parts, as "label: shown, worked out"."""
    found = []
    for _n, _up, _deep, node in walk(nodes):
        again = recomputed(node)
        same = (
            again is None
            if node.value is None
            else again is not None and math.isclose(again, node.value, rel_tol=1e-9, abs_tol=2e-8)
        )
        if not same:
            found.append(f"{node.label} ({node.rule}): {node.value}, {again}")
    return found
