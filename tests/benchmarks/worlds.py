"""Worlds that agree with all rounded figures of several releases, found by walking from the truth.

A world gives every company a score from 1 to 5, in whole thousandths. All worlds that agree with what was published, and with
what colluders know of themselves, are possible to an attacker: what a company's score can be in them is still open.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tests.benchmarks.attacker import Shown, names_in

Ints = npt.NDArray[np.int64]
LEAST, MOST = 1000, 5000
PARTS = 300  # a type 8 quantile lies between two order statistics at a multiple of 1/300
WIDE = 800  # 0.4 either way
FAR = 25  # how many far worlds to set out from, before a company counts as undecided


@dataclass(frozen=True)
class Cell:
    """What is published of one cell and measure: limits of the sum of its members, and of each quantile.

    least_sum <= sum <= most_sum; least <= (PARTS - part) X(rank) + part X(rank + 1) <= most, for arrays of quantiles.
    """

    members: Ints
    least_sum: int
    most_sum: int
    rank: Ints
    part: Ints
    least: Ints
    most: Ints

    def agrees(self, world: Ints) -> bool:
        own = np.sort(world[self.members])
        quantiles = (PARTS - self.part) * own[self.rank - 1] + self.part * own[self.rank]
        fits = ((self.least <= quantiles) & (quantiles <= self.most)).all()
        return bool(fits) and self.least_sum <= own.sum() <= self.most_sum


def cell(members: Sequence[int], mean: float, quantiles: Mapping[int, float]) -> Cell:
    """The limits that figures rounded half up to 0.1 set: q - 0.05 <= q < q + 0.05."""
    n, middle = len(members), 100 * round(10 * mean)
    percents = np.array(sorted(quantiles), dtype=int)
    rank, part = np.divmod((3 * n + 1) * percents + 100, PARTS)
    assert ((rank >= 2) & (rank < n - 1)).all()
    tenths = np.array([100 * round(10 * quantiles[p]) for p in percents.tolist()], dtype=int)
    least, most = PARTS * (tenths - 50), PARTS * (tenths + 50) - 1
    return Cell(np.array(members), n * (middle - 50), n * (middle + 50) - 1, rank, part, least, most)


@dataclass(frozen=True)
class Stop:
    """Where a score can go no further, and why: a cell (None: the scale ends), and one of its quantiles (None: its sum)."""

    at: int
    cell: int | None = None
    rank: int | None = None


@dataclass(frozen=True)
class Place:
    """The cells of one company: limits of their sums, and, one after the other, of all their quantiles.

    `of`: for each quantile the place of its cell in `cells`; `start`: where the scores of that cell begin in a World.
    """

    cells: Ints
    least_sum: Ints
    most_sum: Ints
    of: Ints
    start: Ints
    rank: Ints
    part: Ints
    least: Ints
    most: Ints

    def stop(self, limits: Ints, at: int) -> Stop:
        """The limit at a place of (the scale, the sum of each cell, each quantile)."""
        limit, sums = int(limits[at]), len(self.cells)
        if at == 0:
            return Stop(limit)
        if at <= sums:
            return Stop(limit, int(self.cells[at - 1]))
        return Stop(limit, int(self.cells[self.of[at - 1 - sums]]), int(self.rank[at - 1 - sums]))


class View:
    """All that several releases show of one measure: `cells`, over companies as numbers (the places in `names`)."""

    def __init__(
        self,
        releases: Sequence[Shown],
        scores: Mapping[str, float],
        measure: str = "OVERALL",
        counts: Callable[[str], bool] = lambda name: True,
    ) -> None:
        self.names = names_in(releases)
        self.truth: Ints = np.array([round(1000 * scores.get(n, 0)) for n in self.names])
        place = {name: i for i, name in enumerate(self.names)}
        found: dict[tuple[int, ...], Cell] = {}
        for release in releases:
            for (tree, path, its), (mean, quantiles) in release.figures.items():
                if its == measure:
                    members = tuple(sorted(place[n] for n in release.members[tree, path] if counts(n)))
                    found[members] = cell(members, mean, quantiles)
        self.cells = list(found.values())
        self.within: list[list[int]] = [[] for _ in self.names]
        for number, own in enumerate(self.cells):
            for i in own.members:
                self.within[i].append(number)
        self.start = np.cumsum([0, *(len(own.members) for own in self.cells)])
        self.places: dict[int, Place] = {}
        assert self.agrees(self.truth)

    def place(self, i: int) -> Place:
        if i not in self.places:
            own = [self.cells[c] for c in self.within[i]]
            of = np.repeat(np.arange(len(own)), [len(c.rank) for c in own])
            cells = np.array(self.within[i])
            self.places[i] = Place(
                cells,
                np.array([c.least_sum for c in own]),
                np.array([c.most_sum for c in own]),
                of,
                self.start[cells[of]],
                *(np.concatenate([getattr(c, name) for c in own]) for name in ("rank", "part", "least", "most")),
            )
        return self.places[i]

    def agrees(self, world: Ints) -> bool:
        seen = [i for i, its in enumerate(self.within) if its]
        inside = ((world[seen] >= LEAST) & (world[seen] <= MOST)).all()
        return bool(inside) and all(own.agrees(world) for own in self.cells)

    def smallest(self, target: int) -> Cell:
        return min((self.cells[c] for c in self.within[target]), key=lambda own: len(own.members))

    def nearest(self, target: int, skip: Iterable[int] = ()) -> list[int]:
        """The others by how much of their cells they share, small cells first; at last those who share none."""
        close = {i: 0.0 for i, its in enumerate(self.within) if its}
        for c in self.within[target]:
            for i in self.cells[c].members.tolist():
                close[i] += 1 / len(self.cells[c].members)
        for i in (target, *skip):
            close.pop(i, None)
        return sorted(close, key=lambda i: (-close[i], i))


class World:
    """Scores that agree with all that is published, and moves that keep it so."""

    def __init__(self, view: View, scores: Ints) -> None:
        self.view, self.scores = view, scores.copy()
        self.ordered = np.concatenate([np.sort(scores[own.members]) for own in view.cells])  # cell after cell
        self.sums = np.array([int(scores[own.members].sum()) for own in view.cells])

    def of(self, c: int) -> Ints:
        """The scores of a cell in ascending order."""
        return self.ordered[self.view.start[c] : self.view.start[c + 1]]

    def limits(self, i: int, skip: Iterable[int] = ()) -> tuple[Stop, Stop]:
        """How low and how high one score may be while all others stay; an order statistic never falls as it rises.

        `skip`: cells to leave out of account. With the others in order, a quantile is at least that of X(rank - 1) and
        X(rank) without the one, at most that of X(rank) and X(rank + 1), and in between the one itself is one of the two.
        """
        own, score = self.view.place(i), int(self.scores[i])
        below = np.array([np.searchsorted(self.of(c), score) for c in own.cells.tolist()])[own.of]
        x, y, z = (self.ordered[own.start + k + (k >= below)] for k in (own.rank - 2, own.rank - 1, own.rank))
        part, rest, some = own.part, PARTS - own.part, np.maximum(own.part, 1)
        lowest = np.where(PARTS * y >= own.least, -((part * y - own.least) // rest), -((rest * y - own.least) // some))
        lowest = np.where(rest * x + part * y >= own.least, LEAST, lowest)
        highest = np.where(PARTS * y <= own.most, (own.most - rest * y) // some, (own.most - part * y) // rest)
        highest = np.where(rest * y + part * z <= own.most, MOST, highest)
        lowest = np.concatenate([[LEAST], score - self.sums[own.cells] + own.least_sum, lowest])
        highest = np.concatenate([[MOST], score - self.sums[own.cells] + own.most_sum, highest])
        if skip:
            out = np.isin(np.concatenate([[-1], own.cells, own.cells[own.of]]), list(skip))
            lowest[out], highest[out] = LEAST, MOST
        return own.stop(lowest, int(lowest.argmax())), own.stop(highest, int(highest.argmin()))

    def put(self, i: int, score: int) -> None:
        for c in self.view.within[i]:
            ordered = self.of(c)
            one, two = np.searchsorted(ordered, [self.scores[i], score])
            if score > self.scores[i]:
                ordered[one : two - 1] = ordered[one + 1 : two].copy()
                ordered[two - 1] = score
            else:
                ordered[two + 1 : one + 1] = ordered[two:one].copy()
                ordered[two] = score
            self.sums[c] += score - self.scores[i]
        self.scores[i] = score

    def swap(self, i: int, j: int) -> None:
        """Let two change their scores, if all agrees afterwards; in the cells of both nothing changes."""
        one, two = int(self.scores[i]), int(self.scores[j])
        for who, score, skip in ((i, two, self.view.within[j]), (j, one, self.view.within[i])):
            low, high = self.limits(who, skip)
            if not low.at <= score <= high.at:
                return
        self.put(i, two)
        self.put(j, one)


def walk(world: World, target: int, sign: int, until: int, free: Ints, rng: np.random.Generator, moves: int) -> None:
    """Move the target up (sign 1) or down (-1) until it is there, and others out of its way, at random."""
    may = np.zeros(len(world.scores), dtype=bool)
    may[free] = True
    near = free[:60]
    for _ in range(moves):
        stop = world.limits(target)[sign > 0]
        world.put(target, stop.at)
        if sign * (stop.at - until) >= 0 or stop.cell is None or not len(near):
            return
        members = world.view.cells[stop.cell].members
        members = members[may[members]]
        beyond = members[sign * (world.scores[members] - stop.at) > 0]
        draw = rng.random()
        if draw < 0.3 and len(beyond):
            close = near[sign * (world.scores[near] - stop.at) > 0]
            world.swap(target, int(rng.choice(close if len(close) and rng.random() < 0.5 else beyond)))
        elif draw < 0.5 and len(beyond):  # another of the cell takes the target's place, for one who is not in the cell
            outside = np.setdiff1d(free[sign * (world.scores[free] - stop.at) <= 0], members)
            if len(outside):
                world.swap(int(rng.choice(beyond)), int(rng.choice(outside)))
        elif draw < 0.8:
            someone = at_the_stop(world, stop, members, rng) if rng.random() < 0.6 else beyond
            if len(someone):
                aside(world, int(rng.choice(someone)), -sign, rng)
        elif draw < 0.88:
            world.swap(int(rng.choice(near)), int(rng.choice(near)))
        else:
            anywhere(world, int(rng.choice(near)), rng)


def mix(world: World, free: Ints, rng: np.random.Generator, moves: int) -> None:
    """Lead a world far away from the truth, so that a walk sets out from somewhere else."""
    for _ in range(moves):
        if rng.random() < 0.5:
            world.swap(int(rng.choice(free)), int(rng.choice(free)))
        else:
            anywhere(world, int(rng.choice(free)), rng)


def anywhere(world: World, i: int, rng: np.random.Generator) -> None:
    low, high = world.limits(i)
    world.put(i, int(rng.integers(low.at, high.at + 1)))


def at_the_stop(world: World, stop: Stop, members: Ints, rng: np.random.Generator) -> Ints:
    """Somebody at one of the places in the order that the quantile in the way is made of, or next to them."""
    if stop.cell is None or stop.rank is None:
        return members
    ordered = world.of(stop.cell)
    place = stop.rank + int(rng.integers(-3, 2))
    return members[world.scores[members] == ordered[min(max(place, 0), len(ordered) - 1)]]


def aside(world: World, i: int, sign: int, rng: np.random.Generator) -> None:
    """Move a company up or down, all the way or some of it."""
    end, now = world.limits(i)[sign > 0].at, int(world.scores[i])
    world.put(i, end if rng.random() < 0.5 else int(rng.integers(min(end, now), max(end, now) + 1)))


def reached(view: View, target: int, known: Sequence[int], seed: int = 1) -> tuple[int, int]:
    """The lowest and highest score of the target in worlds that were found; stops once they are WIDE apart.

    It walks up and down from the truth, and then from worlds far away from it.
    """
    rng = np.random.default_rng(seed)
    free = np.array(view.nearest(target, known), dtype=int)
    ends = {1: view.truth, -1: view.truth}
    starts = {1: World(view, view.truth), -1: World(view, view.truth)}
    for moves in (250, 500, 1000, *[2000] * FAR):
        if moves == 2000:
            mix(starts[1], np.array([target, *free[:300]]), rng, 2 * moves)
            starts[-1] = World(view, starts[1].scores)
        for sign in (1, -1):
            walk(starts[sign], target, sign, int(ends[-sign][target]) + sign * WIDE, free, rng, moves)
            if sign * (starts[sign].scores[target] - ends[sign][target]) > 0:
                ends[sign] = starts[sign].scores.copy()
            if ends[1][target] - ends[-1][target] >= WIDE:
                break
        else:
            continue
        break
    for found in ends.values():
        assert view.agrees(found)
        assert (found[list(known)] == view.truth[list(known)]).all()
    return int(ends[-1][target]), int(ends[1][target])
