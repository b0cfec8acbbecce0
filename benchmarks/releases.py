"""Records -> a frozen, published table (METHOD 5). Comparisons read the table, never the records."""

from datetime import date

import numpy as np
from django.db import transaction
from django.db.models.functions import Now

from benchmarks.cells import MISSING, ROOT, Segments, build_cells
from benchmarks.models import CellStatistic, Dataset, Release
from benchmarks.rules import BenchmarkRules


class ReleaseRefused(ValueError):
    """No release was made; the text says why. The old one stays."""


def months_before(day: date, months: int) -> date:
    """The same day of the month, months earlier (the last day of a shorter month).

    >>> months_before(date(2026, 2, 28), 24)
    datetime.date(2024, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = [
        31,
        29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28,
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ]
    return date(year, month + 1, min(day.day, last[month]))


@transaction.atomic
def make_release(
    *, dataset: Dataset, as_of: date, rules: BenchmarkRules, segments: Segments, method_version: str
) -> Release:
    """Build and publish a release of the records valid on a day; the former one is superseded. Raises ReleaseRefused."""
    Dataset.objects.select_for_update().get(pk=dataset.pk)
    name = f"{dataset.name} {as_of.isoformat()}"
    if Release.objects.filter(name=name).exists():
        raise ReleaseRefused(f"the release “{name}” exists already")
    rows = list(
        dataset.records.filter(
            submitted_on__gte=months_before(as_of, rules.max_age_months),
            submitted_on__lte=as_of,
            completion__gte=int(rules.min_completion * 1000),
        ).values_list("industry", "region", "size_band", "scores")
    )
    if len(rows) < rules.n_min:
        raise ReleaseRefused(f"only {len(rows)} records are valid on {as_of}; at least {rules.n_min} are needed")
    industry, region, size, scores = zip(*rows, strict=True)
    root = [ROOT] * len(rows)
    columns = {
        "A": [root, [segments.sector_of[i] for i in industry], industry, region, size],
        "B": [root, region, size],
    }
    array = np.array([[MISSING if s is None else s for s in row] for row in scores], dtype=np.int16)
    cells = build_cells(columns, array, dataset.measures, rules)
    release = Release.objects.create(dataset=dataset, name=name, as_of=as_of, method_version=method_version)
    CellStatistic.objects.bulk_create(
        (
            CellStatistic(
                release=release,
                tree=c.tree,
                path=c.path,
                depth=c.path.count(" > "),
                measure=c.measure,
                n_band=c.published.n_band,
                mean=c.published.mean,
                quantiles={f"P{p}": q for p, q in c.published.quantiles.items()},
            )
            for c in cells
        ),
        batch_size=2000,
    )
    Release.objects.filter(dataset=dataset, state=Release.State.PUBLISHED).update(state=Release.State.SUPERSEDED)
    Release.objects.filter(pk=release.pk).update(state=Release.State.PUBLISHED, published_at=Now())
    release.refresh_from_db()
    return release
