"""What an attacker gets out of four yearly releases, and what the protection costs the viewers.

For pools of several sizes, under our audit and under plain thresholds of 5 and 10: the share of companies whose finest peer
group is their industry or finer / sector / all; how many companies a combination of exact sums gives away to an outsider, to
an insider, to two colluders; and how many overall scores the rounded figures narrow to less than 0.4 either way (1 to 5 was
known before), for every company that was ever published up to 300, for a sample above.

    .venv/bin/python bench/attack.py [--sizes 60,120,300,1000,5000] [--sample 100] [--seconds 10] [--gap 0.02]
    .venv/bin/python bench/attack.py --segments FILE

The second one asks for the first figure only, for pools drawn from real companies: a CSV with sic2, region and size_band.
"""

import argparse
import csv
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.cells import SEPARATOR, prefixes, read_segments  # noqa: E402 - after the path is set
from benchmarks.cells import paths as paths_of  # noqa: E402
from benchmarks.disclosure import Refused  # noqa: E402
from benchmarks.rules import BenchmarkRules, rules_from_mapping  # noqa: E402
from tests.benchmarks.attacker import Company, Shown, given_away  # noqa: E402
from tests.benchmarks.narrowing import NARROWED, UNDECIDED, attack, exchange  # noqa: E402
from tests.benchmarks.simulated import Market  # noqa: E402
from tests.benchmarks.worlds import WIDE, View  # noqa: E402

EVERYBODY = 300  # pools up to this size are attacked company by company
# Major groups of SIC 1987 and the divisions of ISIC Rev. 4 they went into for the most part.
ISIC = {
    "20": "10", "21": "12", "22": "13", "23": "14", "24": "16", "25": "31", "26": "17", "27": "18", "28": "20", "29": "19",
    "30": "22", "31": "15", "32": "23", "33": "24", "34": "25", "35": "28", "36": "27", "37": "29", "38": "26", "39": "32",
}  # fmt: skip
KNOW = ("outsider", "insider", "two colluders")


def rules() -> BenchmarkRules:
    method = yaml.safe_load((ROOT / "fixtures" / "method.yaml").read_text())
    return rules_from_mapping(method["benchmark"], method["disclosure"])


def plain(companies: Iterable[Company], threshold: int) -> Shown:
    """What a plain threshold would publish."""
    found = defaultdict(list)
    for company in companies:
        for tree, path in zip("AB", company.paths, strict=True):
            for cell in prefixes(path.split(SEPARATOR)):
                found[tree, cell].append(company.name)
    return Shown({cell: members for cell, members in found.items() if len(members) >= threshold})


def finest(shown: Shown, market: Market) -> tuple[float, ...]:
    """The share of companies whose finest peer group is their industry or finer, their sector, all."""
    depth = dict.fromkeys(market.companies, 0)
    for (tree, cell), members in shown.members.items():
        for name in members if tree == "A" else ():
            if name in depth:
                depth[name] = max(depth[name], cell.count(SEPARATOR))
    counts = Counter(min(2, d) for d in depth.values())
    return tuple(counts[d] / len(depth) for d in (2, 1, 0))


def shares(values: Sequence[float]) -> str:
    return " / ".join(f"{value:.2f}" for value in values)


def numbers(values: Sequence[int]) -> str:
    return " / ".join(map(str, values))


def narrowed(market: Market, sample: int, seconds: float) -> None:
    """Print how many overall scores are known to better than 0.4 either way."""
    started = time.perf_counter()
    view = View(market.shown, {name: company.scores["OVERALL"] for name, company in market.everyone.items()})
    targets = np.arange(len(view.names))
    if market.size > EVERYBODY:
        targets = np.sort(np.random.default_rng(1).choice(targets, sample, replace=False))
    found = [attack(view, int(target), seconds) for target in targets]
    for who, verdicts in zip(
        KNOW, zip(*((f.outsider, f.insider, f.colluders) for f in found), strict=True), strict=True
    ):
        close = [v for v in verdicts if v.how == NARROWED]
        alone, open_ = sum(v.alone for v in close), sum(v.how == UNDECIDED for v in verdicts)
        print(
            f"  narrowed, {who}: {len(close)} of {len(found)}, by a homogeneous cell alone {alone}, undecided {open_}"
        )
        for verdict in close:
            if not verdict.alone:
                print(f"    NOT EXPLAINED by a cell of its own: {verdict}")
    print(f"  open by exchange alone, all 32 measures together: {exchanged(market, view, targets)} of {len(targets)}")
    print(f"  attacked in {time.perf_counter() - started:.0f} s", flush=True)


def exchanged(market: Market, view: View, targets: Iterable[int]) -> str:
    """How many could change places with companies that lie in the same cells of all measures, and so be WIDE apart."""
    alike = defaultdict(list)
    keys = [
        (tuple(its), market.kinds(market.everyone[name])) for name, its in zip(view.names, view.within, strict=True)
    ]
    for i, key in enumerate(keys):
        alike[key].append(i)
    score = view.truth.tolist()
    found = [
        [exchange(score[t], [score[i] for i in alike[keys[t]] if i != t], known) >= WIDE for known in range(3)]
        for t in targets
    ]
    return numbers(np.array(found).sum(axis=0).tolist())


def whole(size: int, asked: argparse.Namespace) -> None:
    """Four years of one market."""
    market = Market(seed=size, size=size, gap=asked.gap)
    plains: dict[int, list[Shown]] = {5: [], 10: []}
    took, refused = [], 0
    print(f"{size} companies")
    for year in range(4):
        if year:
            market.pass_a_year()
        started = time.perf_counter()
        try:
            market.release(rules())
        except Refused:
            refused += 1
        took.append(time.perf_counter() - started)
        for threshold, shown in plains.items():
            shown.append(plain(market.companies.values(), threshold))
        if year in (0, 3):
            print(
                f"  year {year + 1}, industry or finer / sector / all: audited {shares(finest(market.shown[-1], market))}",
                end="",
            )
            print(*(f", plain {t} {shares(finest(shown[-1], market))}" for t, shown in plains.items()), sep="")
    print(f"  audited in {', '.join(f'{t:.1f}' for t in took)} s, refused {refused}, waiting {market.waiting}")
    print(f"  given away to {numbers(KNOW)}, audited: {numbers(given_away(market.shown))}", flush=True)
    for threshold, shown in plains.items():
        print(
            f"    plain {threshold}, first release: {numbers(given_away(shown[:1]))}; all: {numbers(given_away(shown))}"
        )
    narrowed(market, asked.sample, asked.seconds)


def utility(sizes: Sequence[int], file: Path, draws: int = 20) -> None:
    """The finest peer groups in pools drawn from real companies, complete records, as METHOD 6 reports them."""
    sector_of = read_segments(ROOT / "fixtures/benchmarks/sectors.yaml").sector_of
    with file.open() as lines:
        segments = [
            (SEPARATOR.join(its["A"]), SEPARATOR.join(its["B"]))
            for row in csv.DictReader(lines)
            for its in [paths_of({**row, "industry": ISIC[row["sic2"]]}, sector_of)]
        ]
    print(f"{len(segments)} real companies, mean of {draws} draws, industry or finer / sector / all")
    for size in sizes:
        found = defaultdict(list)
        for seed in range(draws):
            market = Market(seed=seed, size=size, gap=0, segments=segments)
            found["audited"].append(finest(market.release(rules()), market))
            for threshold in (5, 10):
                found[f"plain {threshold}"].append(finest(plain(market.companies.values(), threshold), market))
        print(
            f"  {size}: " + ", ".join(f"{name} {shares(np.mean(its, axis=0))}" for name, its in found.items()),
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default="60,120,300,1000,5000")
    parser.add_argument("--sample", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--gap", type=float, default=0.02, help="chance that a dimension of a company has no score")
    parser.add_argument("--segments", type=Path)
    asked = parser.parse_args()
    sizes = [int(size) for size in asked.sizes.split(",")]
    if asked.segments:
        utility(sizes, asked.segments)
    else:
        for size in sizes:
            whole(size, asked)


if __name__ == "__main__":
    main()
