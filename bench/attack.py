"""What an attacker gets out of four yearly releases, and what the protection costs the viewers.

For pools of several sizes: the share of companies whose finest peer group is their industry or finer / sector / all, under
our audit and under plain thresholds of 5 and 10; how many companies a combination of sums gives away (alone, with one who
tells, with two who tell); and how far rounded figures narrow a company's overall score, by integer programming on a sample.

    .venv/bin/python bench/attack.py [--sizes 60,120,300] [--targets 10] [--seconds 20]
"""

import argparse
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.cells import SEPARATOR, prefixes  # noqa: E402 - after the path is set
from benchmarks.disclosure import Refused  # noqa: E402
from benchmarks.rules import BenchmarkRules, rules_from_mapping  # noqa: E402
from tests.benchmarks.attacker import Shown, bounds_after_rounding, null_space, sums  # noqa: E402
from tests.benchmarks.simulated import Market  # noqa: E402

LARGEST = 700  # unknowns up to which every pair and triple is tried; above, only single companies
TINY = 1e-7


def rules() -> BenchmarkRules:
    method = yaml.safe_load((ROOT / "fixtures" / "method.yaml").read_text())
    return rules_from_mapping(method["benchmark"], method["disclosure"])


def plain(market: Market, threshold: int) -> Shown:
    """What a plain threshold would publish of the present companies."""
    found = defaultdict(list)
    for name, company in market.companies.items():
        for tree, path in zip("AB", company.paths, strict=True):
            for cell in prefixes(path.split(SEPARATOR)):
                found[tree, cell].append(name)
    return Shown({cell: members for cell, members in found.items() if len(members) >= threshold})


def given_away(shown: list[Shown]) -> tuple[int, int, int]:
    """Companies whose score is determined for an outsider, for some insider, for some two colluders (-1: not tried)."""
    names = sorted({n for s in shown for members in s.members.values() for n in members})
    free = null_space(sums(shown, names))
    alone = int((np.linalg.norm(free, axis=1) < TINY).sum())
    if len(names) > LARGEST:
        return alone, -1, -1
    return alone, len(dependent(free, 2)), len(dependent(free, 3))


def dependent(free: np.ndarray, size: int) -> set[int]:
    """Vectors that lie in the span of `size` - 1 others or fewer: whose score the others' scores reveal."""
    found = set(np.flatnonzero(np.linalg.norm(free, axis=1) < TINY).tolist())
    found |= parallel(free, set())
    if size == 3:
        for c in range(len(free)):
            length = np.linalg.norm(free[c])
            if length > TINY:
                unit = free[c] / length
                found |= parallel(free - np.outer(free @ unit, unit), {c})
    return found


def parallel(vectors: np.ndarray, skip: set[int]) -> set[int]:
    """All vectors that are zero or parallel to another one."""
    lengths = np.linalg.norm(vectors, axis=1)
    zero = lengths < TINY
    units = vectors / np.where(zero, 1, lengths)[:, None]
    lead = np.argmax(np.abs(units) > 1e-4, axis=1)
    units = units * np.sign(units[np.arange(len(units)), lead])[:, None]
    keys = [row.tobytes() for row in np.round(units, 4) + 0.0]
    many = {key for key, n in Counter(k for k, z in zip(keys, zero, strict=True) if not z).items() if n > 1}
    return {i for i, key in enumerate(keys) if i not in skip and (zero[i] or key in many)}


def finest(shown: Shown, market: Market) -> str:
    best: Counter[int] = Counter()
    depth = dict.fromkeys(market.companies, 0)
    for (tree, cell), members in shown.members.items():
        for name in members if tree == "A" else ():
            if name in depth:
                depth[name] = max(depth[name], cell.count(SEPARATOR))
    best.update(min(2, d) for d in depth.values())
    return " / ".join(f"{best[d] / len(depth):.2f}" for d in (2, 1, 0))


def narrowed(market: Market, targets: int, seconds: float) -> str:
    """How many of a sample are known to better than 0.4 either way, from all four releases and one who tells."""
    scores = {n: c.scores["OVERALL"] for n, c in market.companies.items()}
    inside = [n for n in market.blocks[-1] if n in scores]
    rng = np.random.default_rng(1)
    sample = rng.choice(inside, min(targets, len(inside)), replace=False)
    close, widths = 0, []
    for target in sample:
        insider = str(rng.choice([n for n in inside if n != target]))
        low, high = bounds_after_rounding(market.shown, scores, "OVERALL", str(target), [insider], seconds=seconds)
        assert low - 1e-6 <= scores[target] <= high + 1e-6
        widths.append(high - low)
        close += high - low < 0.8
    return f"{close} of {len(sample)} known to better than 0.4 either way, narrowest {min(widths):.2f} wide"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default="60,120,300,1000")
    parser.add_argument("--targets", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--gap", type=float, default=0.02, help="chance that a dimension of a company has no score")
    asked = parser.parse_args()
    for size in map(int, asked.sizes.split(",")):
        market = Market(seed=size, size=size, gap=asked.gap)
        plains: dict[int, list[Shown]] = {5: [], 10: []}
        took, refused = 0.0, 0
        for year in range(4):
            if year:
                market.pass_a_year()
            started = time.perf_counter()
            try:
                market.release(rules())
            except Refused:
                refused += 1
            took = max(took, time.perf_counter() - started)
            for threshold, shown in plains.items():
                shown.append(plain(market, threshold))
            if year == 0:
                print(f"{size} companies, first release: finest peer group industry or finer / sector / all")
                print(f"  audited {finest(market.shown[0], market)}, waiting {market.waiting[0]}")
                for threshold, shown in plains.items():
                    print(f"  plain threshold of {threshold}: {finest(shown[0], market)}")
                    print(f"    given away to an outsider, an insider, two colluders: {given_away(shown)}")
        print(f"  four releases, {refused} refused, the slowest audited in {took:.1f} s, waiting {market.waiting}")
        print(f"  audited, last release: {finest(market.shown[-1], market)}")
        print(f"  given away by all: {given_away(market.shown)}; by a plain threshold of 10: {given_away(plains[10])}")
        print(f"  rounded figures: {narrowed(market, asked.targets, asked.seconds)}", flush=True)


if __name__ == "__main__":
    main()
