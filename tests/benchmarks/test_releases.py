"""Releases: who is in them, the two trees of cells against a slow recount, what a viewer sees, and that they are frozen."""

import csv
import math
from collections import defaultdict
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db import InternalError, transaction
from scipy.stats.mstats import mquantiles

from benchmarks import illustrative, selectors
from benchmarks.cells import prefixes, read_segments
from benchmarks.models import CellStatistic, Dataset, Record, Release
from benchmarks.releases import ReleaseRefused, make_release
from benchmarks.rules import rules_from_mapping
from tests.benchmarks.conftest import SEGMENTS, record

ROOT = Path(__file__).resolve().parents[2]
RULES = rules_from_mapping(yaml.safe_load((ROOT / "fixtures/method.yaml").read_text())["benchmark"])
FILE = ROOT / "fixtures" / "benchmarks" / "illustrative.csv"
DAY = date(2026, 6, 30)


def release_of(dataset: Dataset, as_of: date = DAY, segments=SEGMENTS) -> Release:
    return make_release(dataset=dataset, as_of=as_of, rules=RULES, segments=segments, method_version="2026.1")


def cells(release: Release, measure: str = "OVERALL") -> dict[tuple[str, str], CellStatistic]:
    return {(c.tree, c.path): c for c in CellStatistic.objects.filter(release=release, measure=measure)}


def test_only_records_valid_on_the_day_are_in(peers):
    """Ten valid ones with 1.0 to 1.9, one of them 24 months old to the day; each other one would move the mean of 1.45."""
    rows = [record(i) for i in range(9)] + [record(9, submitted_on="2024-06-30")]
    rows += [
        record(30, submitted_on="2024-06-29", OVERALL="5"),  # older than 24 months on the day
        record(31, submitted_on="2026-07-01", OVERALL="5"),  # after the day
        record(32, completion="0.7999", OVERALL="5"),
    ]
    root = cells(release_of(peers([{**r, "CAP1": "1"} for r in rows])))["A", "all"]
    assert (root.mean, root.n_band) == (1.5, "10-19")  # 1.45 half up


def test_a_record_without_a_score_is_missing_in_that_measure_only(peers):
    rows = [record(i) for i in range(12)]
    for row in rows[:3]:
        row["CAP1"] = ""
    release = release_of(peers(rows))
    assert ("A", "all") in cells(release)
    assert cells(release, "CAP1") == {}  # nine are left


def test_below_ten_there_is_no_release(peers):
    with pytest.raises(ReleaseRefused, match="only 9 records are valid on 2026-06-30; at least 10 are needed"):
        release_of(peers([record(i) for i in range(9)]))
    assert Release.objects.count() == 0


def test_a_group_of_nine_stays_inside_its_parent(peers):
    rows = [record(i) for i in range(12)] + [record(i, industry="29", region="North America") for i in range(20, 29)]
    found = cells(release_of(peers(rows)))
    assert {(t, p) for t, p in found if "29" in p or "Vehicles" in p or "North America" in p} == set()
    assert {("A", "all > Machinery > 28"), ("B", "all > Europe"), ("A", "all"), ("B", "all")} <= set(found)


@pytest.fixture
def illustrated(db) -> Release:
    call_command("import_benchmark", str(FILE), dataset="illustrated", illustrative=True, verbosity=0)
    call_command("release_benchmark", "illustrated", as_of="2026-06-30", verbosity=0)
    return Release.objects.get(dataset__name="illustrated")


def half_up(value: float) -> float:
    return math.floor(round(value * 10, 7) + 0.5) / 10


def test_the_cells_are_those_of_a_slow_recount(illustrated):
    """Every published number of three measures, against scipy on the file itself."""
    segments = read_segments(ROOT / "fixtures/benchmarks/sectors.yaml")
    groups: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    with FILE.open() as lines:
        for row in csv.DictReader(lines):
            if not "2024-06-30" <= row["submitted_on"] <= "2026-06-30" or float(row["completion"]) < 0.8:
                continue
            a = ("all", segments.sector_of[row["industry"]], row["industry"], row["region"], row["size_band"])
            for tree, path in (("A", a), ("B", ("all", row["region"], row["size_band"]))):
                for depth in range(1, len(path) + 1):
                    for measure in ("CAP1", "GOV", "OVERALL"):
                        if row[measure]:
                            groups[tree, " > ".join(path[:depth]), measure].append(float(row[measure]))
    expected = {key: values for key, values in groups.items() if len(values) >= 10}
    found = {(c.tree, c.path, c.measure): c for c in illustrated.cells.filter(measure__in=("CAP1", "GOV", "OVERALL"))}
    assert set(found) == set(expected)
    assert len(found) > 100
    for key, cell in found.items():
        values = expected[key]
        n = len(values)
        percents = [25, 50, 75] if n < 20 else [10, 25, 50, 75, 90] if n < 100 else list(range(5, 100, 5))
        quantiles = mquantiles(values, [p / 100 for p in percents], alphap=1 / 3, betap=1 / 3)
        assert cell.quantiles == {f"P{p}": half_up(q) for p, q in zip(percents, quantiles, strict=True)}, key
        assert cell.mean == half_up(float(sum(Fraction(str(v)) for v in values) / n)), key
        low, _, high = cell.n_band.partition("-")
        assert int(low) <= n <= int(high), key


def test_nothing_but_the_permitted_statistics_is_kept(illustrated):
    names = {f.name for f in CellStatistic._meta.fields}
    assert names == {"id", "release", "tree", "path", "depth", "measure", "n_band", "mean", "quantiles"}
    keys = {p for c in illustrated.cells.all() for p in c.quantiles}
    assert keys <= {f"P{p}" for p in range(5, 100, 5)}  # no minimum, no maximum
    assert {c.n_band for c in illustrated.cells.all()} <= {"10-19", "20-49", "50-99", "100-199", "200-499"}


def test_a_viewer_sees_the_own_paths_only_and_the_finest_first(illustrated):
    segments = read_segments(ROOT / "fixtures/benchmarks/sectors.yaml")
    viewer = {"industry": "28", "region": "Europe", "size_band": "5000-19999", "process_type": "discrete"}
    own = selectors.own_cells(illustrated, viewer, segments)
    sector = segments.sector_of["28"]
    allowed = {("A", p) for p in prefixes(("all", sector, "28", "Europe", "5000-19999"))}
    allowed |= {("B", p) for p in prefixes(("all", "Europe", "5000-19999"))}
    seen = {(c.tree, c.path) for rows in own.values() for c in rows}
    assert seen <= allowed
    assert {("A", "all"), ("B", "all > Europe")} <= seen
    groups = selectors.peer_groups(own)
    depths = [g.path.count(">") for g in groups if g.tree == "A"]
    assert depths == sorted(depths, reverse=True)
    assert [g.tree for g in groups] == sorted(g.tree for g in groups)  # A before B
    tables = selectors.peer_tables(own)
    assert all(
        t.tree == "A" and t.path == max((c.path for c in own[m] if c.tree == "A"), key=len) for m, t in tables.items()
    )
    chosen = selectors.peer_tables(own, "B:all > Europe")
    assert {(t.tree, t.path) for t in chosen.values()} == {("B", "all > Europe")}
    foreign = selectors.peer_tables(own, "A:all > Vehicles")
    assert foreign == tables  # what is not on the own paths cannot be chosen
    unknown = selectors.own_cells(illustrated, dict.fromkeys(viewer, ""), segments)
    assert {c.path for rows in unknown.values() for c in rows} == {"all"}


def test_a_published_release_never_changes(illustrated):
    cell = illustrated.cells.first()
    for change in (
        lambda: CellStatistic.objects.filter(pk=cell.pk).update(mean=2.0),
        lambda: CellStatistic.objects.filter(pk=cell.pk).delete(),
        lambda: CellStatistic.objects.create(release=illustrated, tree="A", path="x", depth=1, measure="CAP1", n_band="10-19", mean=2, quantiles={}),
        lambda: Release.objects.filter(pk=illustrated.pk).update(as_of=date(2020, 1, 1)),
        lambda: Release.objects.filter(pk=illustrated.pk).update(state="draft"),
        lambda: Release.objects.filter(pk=illustrated.pk).delete(),
        lambda: Dataset.objects.filter(pk=illustrated.dataset_id).update(illustrative=False),
        lambda: Dataset.objects.filter(pk=illustrated.dataset_id).update(measures=["CAP1"]),
    ):  # fmt: skip
        with (
            pytest.raises(InternalError, match="frozen|is published and cannot|has a published release"),
            transaction.atomic(),
        ):
            change()


def test_a_new_release_supersedes_the_old_one_and_its_name_is_taken_once(illustrated):
    call_command("release_benchmark", "illustrated", as_of="2026-07-31", verbosity=0)
    states = dict(Release.objects.values_list("name", "state"))
    assert states == {"illustrated 2026-06-30": "superseded", "illustrated 2026-07-31": "published"}
    assert selectors.latest_published(illustrated.dataset).name == "illustrated 2026-07-31"
    with pytest.raises(CommandError, match="the release “illustrated 2026-07-31” exists already"):
        call_command("release_benchmark", "illustrated", as_of="2026-07-31", verbosity=0)


def test_the_release_command_says_what_is_wrong(illustrated):
    with pytest.raises(CommandError, match="there is no dataset “none”; known: illustrated"):
        call_command("release_benchmark", "none")
    with pytest.raises(CommandError, match="Invalid isoformat string: '30.06.2026'"):
        call_command("release_benchmark", "illustrated", as_of="30.06.2026")


def test_the_release_stands_without_its_records(illustrated):
    before = list(illustrated.cells.order_by("pk").values())
    assert Record.objects.all().delete()[0] == 400
    assert list(illustrated.cells.order_by("pk").values()) == before


# The illustrative set


def scores_of_file() -> tuple[list[dict[str, str]], list[str]]:
    with FILE.open() as lines:
        rows = list(csv.DictReader(lines))
    return rows, [c for c in rows[0] if c[:3] in ("CAP", "VST", "RES", "GOV") and len(c) == 4]


def test_the_committed_file_is_what_the_generator_makes():
    rows, dimensions = scores_of_file()
    segments = read_segments(ROOT / "fixtures/benchmarks/sectors.yaml")
    assert illustrative.generate(dimensions, segments) == FILE.read_text()
    assert (len(rows), len(dimensions)) == (400, 27)


def test_the_made_up_companies_are_plausible():
    """As docs/illustrative-peers.md states: dimensions go together, most within a component; large companies score higher."""
    import numpy as np

    rows, dimensions = scores_of_file()
    table = np.array([[float(r[d]) if r[d] else np.nan for d in dimensions] for r in rows])
    complete = table[~np.isnan(table).any(axis=1)]
    together = np.corrcoef(complete.T)
    same = np.array([[a[:3] == b[:3] and a != b for b in dimensions] for a in dimensions])
    other = np.array([[a[:3] != b[:3] for b in dimensions] for a in dimensions])
    assert 0.35 < together[other].mean() < together[same].mean() < 0.75
    assert together[same].mean() - together[other].mean() > 0.05
    by_size = [
        np.mean([float(r["OVERALL"]) for r in rows if r["size_band"] in band])
        for band in (("<250", "250-999"), ("1000-4999",), ("5000-19999", "20000+"))
    ]
    assert by_size == sorted(by_size)
    assert by_size[-1] - by_size[0] > 0.2
