"""The illustrative peer set: made-up enterprises with plausible structure. PURE: no Django. docs/illustrative-peers.md.

A company's dimension score = 2.75 + segment effects + common factor + component factor + own noise, on the scale 1-5,
averaged over about three whole-level questions, so that values look like means of answers.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from benchmarks.cells import Segments

SEED, COMPANIES = 20260101, 400
COMMON, COMPONENT, OWN, QUESTION = 0.42, 0.25, 0.35, 0.45  # standard deviations in levels
SIZE_EFFECT = {"<250": -0.30, "250-999": -0.15, "1000-4999": 0.0, "5000-19999": 0.15, "20000+": 0.25}
REGION_EFFECT = {"Europe": 0.05, "North America": 0.05, "Latin America": -0.10, "Asia-Pacific": 0.0}
COMPONENT_MEAN = {"CAP": 0.0, "VST": -0.10, "RES": 0.05, "GOV": -0.05}
FIRST_DAY, DAYS = date(2024, 9, 1), 600
REGION_SHARE = {"Europe": 0.42, "North America": 0.26, "Latin America": 0.06, "Asia-Pacific": 0.21, "Middle East & Africa": 0.05}  # fmt: skip
SIZE_SHARE = {"<250": 0.08, "250-999": 0.27, "1000-4999": 0.35, "5000-19999": 0.22, "20000+": 0.08}
INDUSTRY_WEIGHT = {"28": 5, "29": 4, "10": 4, "25": 3, "20": 3, "26": 3, "27": 3, "22": 2, "21": 2, "24": 2}


def component_of(dimension: str) -> str:
    return dimension[:3]


def generate(dimensions: Sequence[str], segments: Segments, seed: int = SEED, n: int = COMPANIES) -> str:
    """The CSV text of n made-up enterprises; the same arguments give the same text."""
    rng = np.random.default_rng(seed)
    components = list(dict.fromkeys(component_of(d) for d in dimensions))
    industries = sorted(segments.sector_of)
    weights = np.array([INDUSTRY_WEIGHT.get(i, 1) for i in industries], dtype=float)
    industry = rng.choice(industries, size=n, p=weights / weights.sum())
    region = rng.choice(list(REGION_SHARE), size=n, p=list(REGION_SHARE.values()))
    size = rng.choice(list(SIZE_SHARE), size=n, p=list(SIZE_SHARE.values()))
    process = rng.choice(list(segments.process_types), size=n, p=[0.5, 0.25, 0.1, 0.15])
    industry_effect = dict(zip(industries, rng.normal(0, 0.15, len(industries)), strict=True))
    segment = np.array(
        [
            industry_effect[i] + REGION_EFFECT.get(r, -0.05) + SIZE_EFFECT[s]
            for i, r, s in zip(industry, region, size, strict=True)
        ]
    )
    common = rng.normal(0, COMMON, n)
    factor = {c: rng.normal(0, COMPONENT, n) for c in components}
    lines = [",".join(["record_id", "industry", "region", "size_band", "process_type", "submitted_on", "completion", *dimensions, *components, "OVERALL"])]  # fmt: skip
    columns = []
    for d in dimensions:
        c = component_of(d)
        true = 2.75 + COMPONENT_MEAN.get(c, 0.0) + segment + common + factor[c] + rng.normal(0, OWN, n)
        levels = np.clip(np.rint(true[:, None] + rng.normal(0, QUESTION, (n, 3))), 1, 5)
        columns.append(np.round(levels.mean(axis=1), 3))
    scores = np.column_stack(columns)
    missing = rng.random(scores.shape) < 0.02
    days = rng.integers(0, DAYS, n)
    completion = np.round(rng.uniform(0.82, 1.0, n), 3)
    for i in range(n):
        cells = ["" if missing[i, j] else f"{scores[i, j]:g}" for j in range(len(dimensions))]
        means = []
        for c in components:
            own = [scores[i, j] for j, d in enumerate(dimensions) if component_of(d) == c and not missing[i, j]]
            means.append(float(np.mean(own)))
        day = FIRST_DAY + timedelta(days=int(days[i]))
        row = [
            f"illustrative-{i + 1:04d}",
            industry[i],
            region[i],
            size[i],
            process[i],
            day.isoformat(),
            f"{completion[i]:g}",
        ]
        lines.append(",".join([*row, *cells, *(f"{m:.3f}" for m in means), f"{np.mean(means):.3f}"]))
    return "\n".join(lines) + "\n"
