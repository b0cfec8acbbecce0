"""How far rounded figures narrow a company's score: from inside by worlds, from outside by integer programming.

A company is narrowed when its range over all worlds (worlds.py) is less than WIDE: it is known to better than 0.4 either way.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from tests.benchmarks.worlds import LEAST, MOST, PARTS, WIDE, Cell, Ints, View, reached


def exchange(own: int, others: Iterable[int], known: int) -> int:
    """The range that is surely open to a company whose score may be that of each of `others`; any `known` of them tell theirs.

    They take away the lowest and the highest, so that as little as possible is left.
    """
    rest = sorted(others)
    left = [[own, *rest[low : max(low, len(rest) - known + low)]] for low in range(known + 1)]
    return min(max(scores) - min(scores) for scores in left)


class Programme:
    """Bounds on a company over all worlds, by integer programming: never narrower than the truth.

    Companies that lie in the same cells are counted together: how many of them fall between two limits, and the sum of
    their scores. Of a quantile between two of them only this is used: the lower one is not above it, the upper one not
    below it.
    """

    def __init__(self, view: View, target: int, known: Sequence[int], cells: Iterable[int]) -> None:
        self.low: list[float] = []
        self.high: list[float] = []
        self.whole: list[int] = []
        self.rows: list[tuple[dict[int, float], float, float]] = []
        chosen = {c: view.cells[c] for c in cells}
        limits = {c: set((np.concatenate([own.least, own.most + 1]) // PARTS).tolist()) for c, own in chosen.items()}
        alike: dict[tuple[int, ...], int] = defaultdict(int)
        for i in {i for own in chosen.values() for i in own.members.tolist()} - {*known, target}:
            alike[tuple(c for c in view.within[i] if c in chosen)] += 1
        self.inside: dict[int, list[tuple[int, dict[int, int]]]] = defaultdict(list)
        for n, its in [(1, tuple(view.within[target])), *((n, its) for its, n in sorted(alike.items()))]:
            of = [c for c in its if c in chosen]
            group = self.group(n, sorted({x for c in of for x in limits[c] if LEAST < x <= MOST}))
            for c in of:
                self.inside[c].append(group)
        for c, own in chosen.items():
            self.publish(c, own, view.truth[[i for i in own.members.tolist() if i in set(known)]])

    def unknown(self, low: float, high: float, *, whole: bool) -> int:
        self.low.append(low)
        self.high.append(high)
        self.whole.append(int(whole))
        return len(self.low) - 1

    def group(self, n: int, limits: list[int]) -> tuple[int, dict[int, int]]:
        """The unknown sum of n companies, and for each limit the number of them that score below it."""
        total = self.unknown(n * LEAST, n * MOST, whole=False)
        below = {limit: self.unknown(0, n, whole=True) for limit in limits}
        for one, two in pairwise(below.values()):
            self.rows.append(({two: 1, one: -1}, 0, np.inf))
        # Who is not below a limit is lifted to it; who is below comes down from the next one.
        up = {below[limit]: limit - before for before, limit in pairwise([LEAST, *limits])}
        self.rows.append(({total: 1, **up}, n * max([LEAST, *limits]), np.inf))
        down = {below[limit]: after - limit for limit, after in pairwise([*limits, MOST + 1])}
        self.rows.append(({total: 1, **down}, -np.inf, n * MOST))
        return total, below

    def publish(self, c: int, own: Cell, told: Ints) -> None:
        total = int(told.sum())
        totals = dict.fromkeys([group[0] for group in self.inside[c]], 1)
        self.rows.append((totals, own.least_sum - total, own.most_sum - total))
        for rank, part, least, most in zip(
            own.rank, own.part, own.least // PARTS, (own.most + 1) // PARTS, strict=True
        ):
            for limit, low, high in ((most, rank, np.inf), (least, 0, rank - (part == 0))):
                if LEAST < limit <= MOST:
                    settled = int((told < limit).sum())
                    below = dict.fromkeys([group[1][int(limit)] for group in self.inside[c]], 1)
                    self.rows.append((below, low - settled, high - settled))

    def bounds(self, seconds: float) -> tuple[float, float]:
        """The lowest and highest score of the target; where time runs out, an outer bound."""
        at = [row for row, (weights, _l, _h) in enumerate(self.rows) for _ in weights]
        columns = [column for weights, _l, _h in self.rows for column in weights]
        values = [float(value) for weights, _l, _h in self.rows for value in weights.values()]
        matrix = csr_array((values, (at, columns)), shape=(len(self.rows), len(self.low)))
        limits = LinearConstraint(matrix, [r[1] for r in self.rows], [r[2] for r in self.rows])
        found = []
        for sign, end in ((1, LEAST), (-1, MOST)):
            cost = np.zeros(len(self.low))
            cost[0] = sign  # the first unknown is the sum of the first group: the target
            result = milp(
                cost, constraints=limits, bounds=Bounds(self.low, self.high), integrality=self.whole,
                options={"time_limit": seconds},
            )  # fmt: skip
            assert result.status != 2, "the truth is a world, yet the programme says that there is none"
            bound = end if result.mip_dual_bound is None else sign * result.mip_dual_bound - sign * 0.01
            found.append(bound)
        return max(LEAST, found[0]), min(MOST, found[1])


OPEN, UNDECIDED, NARROWED = 0, 1, 2


@dataclass(frozen=True)
class Verdict:
    """What is left open of one company: `inside` is reached by worlds, `outside` bounds all of them.

    `alone`: the figures of one of its own cells, taken alone, narrow it too: a homogeneous cell.
    """

    how: int
    inside: tuple[float, float]
    outside: tuple[float, float] = (LEAST, MOST)
    alone: bool = False


def judge(view: View, target: int, known: Sequence[int] = (), seconds: float = 10) -> Verdict:
    """Whether a company is known to better than 0.4 either way to those who know the scores of `known`."""
    inside = reached(view, target, known)
    if inside[1] - inside[0] >= WIDE:
        return Verdict(OPEN, inside)
    outside = Programme(view, target, known, range(len(view.cells))).bounds(seconds)
    if outside[1] - outside[0] >= WIDE:
        return Verdict(UNDECIDED, inside, outside)
    ranges = [Programme(view, target, known, [c]).bounds(seconds) for c in view.within[target]]
    return Verdict(NARROWED, inside, outside, any(high - low < WIDE for low, high in ranges))


def colluders(view: View, target: int) -> list[tuple[int, int]]:
    """Pairs that know much of a company: those who share most cells with it, and of its smallest cell the lowest and the
    highest (only the ends of a cell are free to go far) and the next ones in score (who could take its place)."""
    others = sorted(set(view.smallest(target).members.tolist()) - {target}, key=lambda i: (view.truth[i], i))
    close = sorted(others, key=lambda i: (abs(view.truth[i] - view.truth[target]), i))
    near = view.nearest(target)
    pairs = [(near[0], near[1]), (others[0], others[-1]), (close[0], close[1])]
    return sorted({(min(pair), max(pair)) for pair in pairs})


@dataclass(frozen=True)
class Findings:
    """The worst verdict on a company for an outsider, an insider and two colluders."""

    outsider: Verdict
    insider: Verdict
    colluders: Verdict


def attack(view: View, target: int, seconds: float = 10) -> Findings:
    """Who knows less learns less: where two colluders leave a company open, one of them and an outsider do too."""
    both = [(pair, judge(view, target, pair, seconds)) for pair in colluders(view, target)]
    worst = max((verdict for _pair, verdict in both), key=lambda v: v.how)
    if worst.how == OPEN:
        return Findings(worst, worst, worst)
    alone = [judge(view, target, [i], seconds) for pair, verdict in both if verdict.how > OPEN for i in pair]
    insider = max(alone, key=lambda v: v.how)
    outsider = insider if insider.how == OPEN else judge(view, target, (), seconds)
    return Findings(outsider, insider, worst)
