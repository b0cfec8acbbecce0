"""Made-up pools over several years, released by the real audit and the real statistics, without a database."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from benchmarks.cells import MISSING, SEPARATOR, build_cells, prefixes
from benchmarks.disclosure import GAPS, TREES, Auditor, Blocks, Group
from benchmarks.rules import BenchmarkRules
from tests.benchmarks.attacker import Company, Shown

COMPONENTS = {"CAP": 7, "VST": 6, "RES": 8, "GOV": 6}
DIMENSIONS = [f"{c}{i}" for c, n in COMPONENTS.items() for i in range(1, n + 1)]
INDUSTRIES = [(f"S{i % 5}", f"{10 + i}") for i in range(24)]
REGIONS = ["Europe", "North America", "Asia-Pacific", "Latin America", "Middle East & Africa"]
SIZES = ["<250", "250-999", "1000-4999", "5000-19999", "20000+"]


@dataclass
class Market:
    """Companies that come, go and answer anew; `gap` is the chance that a dimension has no score."""

    seed: int
    size: int
    gap: float = 0.02
    segments: Sequence[tuple[str, str]] = ()  # paths to draw from, one a real company; none: the made-up market
    companies: dict[str, Company] = field(default_factory=dict)
    everyone: dict[str, Company] = field(default_factory=dict)  # those who left, and former answers, too
    made: int = 0

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        weights = 1 / np.arange(1, len(INDUSTRIES) + 1) ** 0.7
        self.weights = weights / weights.sum()
        self.blocks: list[dict[str, Blocks]] = []
        self.shown: list[Shown] = []
        self.waiting: list[int] = []
        self.add(self.size)

    def add(self, n: int) -> None:
        for _ in range(n):
            self.made += 1
            self.companies[f"c{self.made}"] = self.answer(f"c{self.made}", self.place())

    def place(self) -> tuple[str, str]:
        """Where a new company lies in the two trees."""
        if self.segments:
            return self.segments[self.rng.integers(len(self.segments))]
        sector, industry = INDUSTRIES[self.rng.choice(len(INDUSTRIES), p=self.weights)]
        region = REGIONS[self.rng.choice(5, p=[0.42, 0.26, 0.21, 0.06, 0.05])]
        band = SIZES[self.rng.choice(5, p=[0.08, 0.27, 0.35, 0.22, 0.08])]
        return SEPARATOR.join(("all", sector, industry, region, band)), SEPARATOR.join(("all", region, band))

    def answer(self, name: str, paths: tuple[str, str]) -> Company:
        common = self.rng.normal(2.75, 0.5)
        scores = {}
        for d in DIMENSIONS:
            if self.rng.random() >= self.gap:
                levels = np.clip(np.rint(common + self.rng.normal(0, 0.6, 3)), 1, 5)
                scores[d] = round(float(levels.mean()), 3)
        complete = []
        for c, n in COMPONENTS.items():
            own = [scores[f"{c}{i}"] for i in range(1, n + 1) if f"{c}{i}" in scores]
            scores[c] = round(float(np.mean(own)), 3)
            if len(own) == n:
                complete.append(c)
        scores["OVERALL"] = round(float(np.mean([scores[c] for c in COMPONENTS])), 3)
        self.everyone[name] = Company(name, paths, scores, frozenset(complete))
        return self.everyone[name]

    def pass_a_year(self, leave: float = 0.25, correct: float = 0.05) -> None:
        """Some leave, as many come, and some answer anew: a new record under a new name."""
        names = list(self.companies)
        gone = self.rng.choice(names, int(leave * len(names)), replace=False)
        for name in gone:
            del self.companies[name]
        for name in self.rng.choice(list(self.companies), int(correct * len(names)), replace=False):
            old = self.companies.pop(name)
            self.companies[f"{name}'"] = self.answer(f"{name}'", old.paths)
        self.add(len(gone))

    def release(self, rules: BenchmarkRules, *, measures: Sequence[str] = ("OVERALL",)) -> Shown:
        """Audit and publish; raises Refused. Remembers blocks for the releases to come."""
        place: dict[Group, list[str]] = defaultdict(list)
        for name in {**self.companies, **{n: None for b in self.blocks for n in b}}:
            company = self.companies.get(name)
            before = tuple(blocks.get(name) for blocks in self.blocks)
            kinds = self.kinds(self.everyone[name])
            group = Group(0, company.paths if company else None, kinds, before, bool(company) and not any(before))
            place[group].append(name)
        pool = {Group(len(names), g.paths, g.kinds, g.before, g.may_wait): names for g, names in place.items()}
        auditor = Auditor(list(pool), n_min=rules.n_min, k=rules.k)
        auditor.repair()
        own: dict[str, Blocks] = {}
        members: dict[tuple[str, str], list[str]] = defaultdict(list)
        for group, given, blocks in zip(auditor.groups, auditor.given, auditor.blocks, strict=True):
            for name in pool[given] if blocks is not None else ():
                own[name] = blocks
                for tree, block in zip(TREES, blocks, strict=True):
                    for cell in prefixes(block.split(SEPARATOR)):
                        if (tree, cell) in auditor.cells:
                            members[tree, cell].append(name)
            assert group.paths is None or blocks is not None
        shown = Shown(dict(members), self.figures(own, auditor.cells, rules, measures))
        self.blocks.append(own)
        self.shown.append(shown)
        self.waiting.append(len(self.companies) - len(own))
        return shown

    def figures(self, own: dict[str, Blocks], cells, rules: BenchmarkRules, measures: Sequence[str]):
        """What is published: rounded mean and quantiles of every cell and measure."""
        names = list(own)
        paths = dict(zip(TREES, zip(*own.values(), strict=True), strict=True))
        scores = np.array(
            [
                [round(1000 * self.companies[n].scores[m]) if self.counts(n, m) else MISSING for m in measures]
                for n in names
            ],
            dtype=np.int16,
        )
        found = build_cells(paths, scores, measures, rules, cells)
        return {(c.tree, c.path, c.measure): (c.published.mean, c.published.quantiles) for c in found}

    def counts(self, name: str, measure: str) -> bool:
        return measure == "OVERALL" or measure[:3] in self.everyone[name].complete

    @staticmethod
    def kinds(company: Company) -> frozenset[str]:
        return company.complete | (frozenset({GAPS}) if len(company.complete) < len(COMPONENTS) else frozenset())

    def finest(self) -> tuple[float, float, float]:
        """Share of companies whose finest cell of tree A is industry or finer, sector, all."""
        depths = Counter(min(2, blocks[0].count(SEPARATOR)) for blocks in self.blocks[-1].values())
        total = len(self.companies)
        return depths[2] / total, depths[1] / total, 1 - (depths[2] + depths[1]) / total
