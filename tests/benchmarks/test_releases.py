"""Releases: who is in them, the two trees of cells against a slow recount, what a viewer sees, and that they are frozen."""

import csv
import hashlib
import math
from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db import InternalError, transaction
from django.utils import translation
from scipy.stats.mstats import mquantiles

from benchmarks import illustrative, releases, reporting, selectors
from benchmarks.cells import prefixes, read_segments
from benchmarks.disclosure import BETWEEN_TREES, EARLIER, TOGETHER, TOO_FEW, UNCHECKED, Why
from benchmarks.models import CellStatistic, Dataset, Record, Release, ReleaseMember
from benchmarks.releases import ReleaseRefused, make_release, publish
from benchmarks.rules import rules_from_mapping
from tests.benchmarks.conftest import SEGMENTS, record

ROOT = Path(__file__).resolve().parents[2]
METHOD = yaml.safe_load((ROOT / "fixtures/method.yaml").read_text())
RULES = rules_from_mapping(METHOD["benchmark"], METHOD["disclosure"])
FILE = ROOT / "fixtures" / "benchmarks" / "illustrative.csv"
DAY = date(2026, 6, 30)


def release_of(dataset: Dataset, as_of: date = DAY, segments=SEGMENTS) -> Release:
    return publish(release=make(dataset, as_of, segments))


def make(dataset: Dataset, as_of: date, segments=SEGMENTS) -> Release:
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
    with pytest.raises(ReleaseRefused, match="Only 9 records are valid on 2026-06-30; at least 10 are needed"):
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


def counted(row: dict[str, str]) -> set[str]:
    """The measures a record counts in: those of its complete components, and overall (docs/decisions/0005)."""
    components = {c: [m for m in row if m[:3] == c and len(m) == 4] for c in ("CAP", "VST", "RES", "GOV")}
    complete = [c for c, dimensions in components.items() if all(row[d] for d in dimensions)]
    return {"OVERALL", *complete, *(d for c in complete for d in components[c])}


def test_the_cells_are_those_of_a_slow_recount(illustrated):
    """Every published number of three measures, against scipy on the file; who waits or counts in larger groups only is
    taken from the release."""
    segments = read_segments(ROOT / "fixtures/benchmarks/sectors.yaml")
    dataset = illustrated.dataset
    members = {m.record_ref: m for m in illustrated.members.all()}
    published = set(illustrated.cells.filter(measure="OVERALL").values_list("tree", "path"))
    complete: Counter[tuple[str, str]] = Counter()
    retreated = 0
    groups: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    valid = 0
    with FILE.open() as lines:
        for row in csv.DictReader(lines):
            if not "2024-06-30" <= row["submitted_on"] <= "2026-06-30" or float(row["completion"]) < 0.8:
                continue
            valid += 1
            key = hashlib.sha256(row["record_id"].encode()).hexdigest()
            member = members.get(releases.reference(dataset, key, 1))
            if member is None:
                continue
            a = ("all", segments.sector_of[row["industry"]], row["industry"], row["region"], row["size_band"])
            for tree, path, block in (
                ("A", a, member.block_a),
                ("B", ("all", row["region"], row["size_band"]), member.block_b),
            ):
                own = [name for name in prefixes(path) if (tree, name) in published]
                assert block in own
                if block != own[-1]:
                    assert "gaps" in member.kinds
                    retreated += 1
                for name in prefixes(path):
                    if (block + " > ").startswith(name + " > ") or block == own[-1]:
                        for measure in {"CAP1", "GOV", "OVERALL"} & counted(row):
                            groups[tree, name, measure].append(float(row[measure]))
                    complete[tree, name] += "gaps" not in member.kinds
    report = illustrated.report
    dropped = {(d["tree"], d["path"]) for d in report["dropped"]}
    assert (report["valid"], report["counted"]) == (valid, len(members))
    assert report["waiting"] == valid - len(members) < 0.06 * valid
    assert retreated >= report["in_larger_groups"] > 0
    expected = {k: v for k, v in groups.items() if len(v) >= 10 and k[:2] in published}
    for cell, n in complete.items():  # what is missing was dropped, or is too small without the records that retreated
        assert cell in published or cell in dropped or n < 10
    found = {(c.tree, c.path, c.measure): c for c in illustrated.cells.filter(measure__in=("CAP1", "GOV", "OVERALL"))}
    assert set(found) == set(expected)
    assert len(found) > 80
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


def test_a_release_is_audited_then_published_then_superseded(peers):
    dataset = peers([record(i) for i in range(20)] + [record(i, submitted_on="2026-10-31") for i in range(20, 40)])
    first = make(dataset, DAY)
    assert (first.state, first.published_at) == ("audited", None)
    assert selectors.latest_published(dataset) is None  # nobody sees it yet
    assert publish(release=first, by=7).published_by == 7
    with pytest.raises(ReleaseRefused, match="The release “peers 2026-06-30” exists already"):
        make(dataset, DAY)
    with pytest.raises(
        ReleaseRefused, match="The last release is of 2026-06-30; the next one may be made 12 months later"
    ):
        make(dataset, date(2027, 6, 29))
    second = make(dataset, date(2027, 6, 30))
    assert selectors.latest_published(dataset) == first
    publish(release=second)
    assert selectors.latest_published(dataset) == second
    assert dict(Release.objects.values_list("name", "state")) == {
        "peers 2026-06-30": "superseded",
        "peers 2027-06-30": "published",
    }
    assert second.report["against"] == ["peers 2026-06-30"]
    with pytest.raises(ReleaseRefused, match="cannot be published: only an audited release can"):
        publish(release=second)
    with pytest.raises(ReleaseRefused, match="what was published stays on record"):
        releases.discard(release=second)


def test_an_audited_release_is_frozen_may_be_discarded_and_is_not_published_out_of_order(peers):
    dataset = peers([record(i) for i in range(20)])
    one, two = make(dataset, DAY), make(dataset, date(2026, 7, 31))
    for change in (
        lambda: one.cells.all().update(mean=2),
        lambda: Release.objects.filter(pk=one.pk).update(report={}),
        lambda: ReleaseMember.objects.create(release=one, record_ref="x", kinds=[], block_a="all", block_b="all"),
    ):
        with pytest.raises(InternalError, match="frozen|is audited and cannot change"), transaction.atomic():
            change()
    publish(release=two)
    with pytest.raises(ReleaseRefused, match="was audited before the last release came out"):
        publish(release=one)
    releases.discard(release=one)
    assert list(Release.objects.values_list("name", flat=True)) == ["peers 2026-07-31"]


def test_a_withdrawn_release_is_shown_to_nobody_and_still_counts_in_the_next_audit(peers):
    dataset = peers([record(i) for i in range(20)])
    first = release_of(dataset)
    with pytest.raises(ReleaseRefused, match="Say why"):
        releases.withdraw(release=first, because=" ")
    releases.withdraw(release=first, because="wrong file")
    assert selectors.latest_published(dataset) is None
    Record.objects.filter(record_key=key_of(3)).delete()
    with pytest.raises(
        ReleaseRefused, match="A single record could be told apart by comparing with “peers 2026-06-30”"
    ):
        make(dataset, date(2027, 6, 30))


def test_a_release_from_before_the_audit_cannot_be_judged_against(peers):
    dataset = peers([record(i) for i in range(20)])
    old = Release.objects.create(dataset=dataset, name="old", as_of=date(2025, 1, 1), method_version="1")
    Release.objects.filter(pk=old.pk).update(state="published", published_at=datetime(2025, 1, 1, tzinfo=UTC))
    with pytest.raises(ReleaseRefused, match="Nobody knows who was in “old”"):
        make(dataset, DAY)


def key_of(number: int) -> str:
    return hashlib.sha256(f"acme-{number}".encode()).hexdigest()


def corrected(dataset: Dataset, number: int, score: int) -> None:
    """The company has sent its answers again."""
    old = dataset.records.get(record_key=key_of(number), is_current=True)
    Record.objects.filter(pk=old.pk).update(is_current=False)
    old.pk, old.revision, old.scores, old.is_current = None, old.revision + 1, [score, score], True
    old.save()


def test_a_lone_corrected_record_waits_and_its_former_answers_stand(peers):
    dataset = peers([record(i) for i in range(20)])
    before = cells(release_of(dataset))["A", "all"]
    corrected(dataset, 0, 5000)
    after = release_of(dataset, date(2027, 6, 30))
    assert (after.report["waiting"], after.report["waiting_corrected"], after.report["counted"]) == (1, 1, 20)
    against = {"what": "earlier release", "size": 2, "release": "peers 2026-06-30"}  # both versions of it
    path = "all > Machinery > 28 > Europe > <250"
    assert after.report["held"] == [{"path": path, "what": "corrected", "n": 1, "why": against}]
    assert (cells(after)["A", "all"].mean, cells(after)["A", "all"].quantiles) == (before.mean, before.quantiles)


def test_five_corrected_records_hide_each_other(peers):
    dataset = peers([record(i) for i in range(20)])
    release_of(dataset)
    for number in range(5):
        corrected(dataset, number, 5000)
    after = release_of(dataset, date(2027, 6, 30))
    assert after.report["waiting"] == 0
    # 1.5 to 2.9 sum to 33 over fifteen companies, five of 5.0 make 58: 2.9
    assert cells(after)["A", "all"].mean == 2.9


def test_a_correction_after_the_day_does_not_count_yet(peers):
    """Twenty companies with 1.0 to 2.9, mean 1.95; the one with 1.0 corrects to 5.0 in July, so from August on 2.15."""
    dataset = peers([record(i) for i in range(20)])
    corrected(dataset, 0, 5000)
    dataset.records.filter(revision=2).update(submitted_on=date(2026, 7, 15))
    before, after = make(dataset, DAY), make(dataset, date(2026, 8, 1))
    assert [r.report["counted"] for r in (before, after)] == [20, 20]
    assert [cells(r)["A", "all"].mean for r in (before, after)] == [2.0, 2.2]


def test_a_company_whose_newest_answers_are_incomplete_is_out(peers):
    """An older version would describe another company than the one of today."""
    dataset = peers([record(i) for i in range(21)])
    corrected(dataset, 20, 5000)
    dataset.records.filter(revision=2).update(completion=799)
    report = make(dataset, DAY).report
    assert (report["valid"], report["counted"]) == (20, 20)


def linked(name: str, measures: list[str], scores: list[list[int | None]]) -> Dataset:
    """A dataset of companies that are alike but for their scores; X of X1 and X2, Y of Y1 and Y2, overall of both."""
    families = {"X": ["X1", "X2"], "Y": ["Y1", "Y2"], "OVERALL": ["X", "Y"]}
    dataset = Dataset.objects.create(name=name, measures=measures, families=families, source="a test", period="2026")
    Record.objects.bulk_create(
        Record(
            dataset=dataset, record_key=str(i), industry="28", region="Europe", size_band="<250", process_type="discrete",
            submitted_on=date(2026, 3, 31), completion=900, scores=row,
        )
        for i, row in enumerate(scores)
    )  # fmt: skip
    return dataset


MEASURES = ["X1", "X2", "Y1", "Y2", "X", "Y", "OVERALL"]


@pytest.mark.parametrize("absent", [["X2"], ["OVERALL"], ["X2", "X", "OVERALL"], ["Y1", "Y2", "Y"]])
def test_what_the_whole_file_lacks_is_not_asked_for(db, absent):
    row = [None if m in absent else 3000 for m in MEASURES]
    release = release_of(linked("thin", MEASURES, [row] * 12))
    assert set(release.cells.values_list("measure", flat=True)) == set(MEASURES) - set(absent)
    assert release.report["counted"] == 12
    assert release.report["with_a_gap"] == 0


def test_records_that_count_elsewhere_than_before_are_refused(db):
    """The proof that no combination of two releases isolates anybody asks for it (docs/decisions/0005)."""
    dataset = linked("moved", MEASURES, [[3000] * 7] * 20)
    release_of(dataset)
    dataset.records.filter(record_key="0").update(scores=[3000, None, 3000, 3000, 3000, 3000, 3000])
    with pytest.raises(ReleaseRefused, match="hold other measures than in an earlier release"):
        make(dataset, date(2027, 6, 30))


def test_a_gap_in_a_component_leaves_that_component_out_and_keeps_the_rest(db):
    """Twenty complete companies, six without X2: X and its dimensions count twenty, Y and overall twenty-six."""
    own = [2000, 2000, 3000, 3000, 2000, 3000, 2500]
    dataset = linked("gaps", MEASURES, [[2000, None if i < 6 else 2000, *own[2:]] for i in range(26)])
    release = release_of(dataset)
    bands = {m: cells(release, m)["A", "all"].n_band for m in MEASURES}
    assert bands == dict.fromkeys(MEASURES, "20-49")
    assert release.report["with_a_gap"] == 6
    kinds = Counter(tuple(k) for k in release.members.values_list("kinds", flat=True))
    assert kinds == {("X", "Y"): 20, ("Y", "gaps"): 6}
    lone = linked("lone", MEASURES, [[2000, None if i < 3 else 2000, *own[2:]] for i in range(23)])
    report = release_of(lone).report
    assert (report["waiting"], report["with_a_gap"]) == (3, 0)  # three with a gap would be the group of three left over
    assert sum(held["n"] for held in report["held"] if held["what"] == "new") == 3


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


def test_reports_from_before_the_reasons_were_data_are_rewritten_there_and_back():
    step = import_module("benchmarks.migrations.0009_reasons_as_data")
    old = {
        "against": ["first", "second"],
        "dropped": [
            {"tree": "A", "path": "x", "why": "a group of 3 could be isolated between the trees"},
            {"tree": "B", "path": "y", "why": "a group of 1 could be isolated against an earlier release"},
        ],
    }
    new = step.as_data(old)
    assert [(d["path"], d["why"]["what"], d["why"]["size"]) for d in new["dropped"]] == [
        ("x", "between trees", 3),
        ("y", "earlier release", 1),
    ]
    assert reporting.reason(new["dropped"][1]["why"]) == (
        "A single record could be told apart by comparing with “first, second”."
    )
    assert step.as_sentence(new) == old


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (
            Why(BETWEEN_TREES, 1),
            "A single record could be told apart by comparing the groups by industry with those by",
        ),
        (Why(EARLIER, 3, 0), "A group of 3 records could be told apart by comparing with “2025”."),
        (Why(TOGETHER, 2), "A group of 2 records could be told apart by comparing all releases together."),
    ],
)
def test_every_reason_is_said_in_both_languages(why, said):
    pool = SimpleNamespace(earlier=[SimpleNamespace(name="2025")])
    noted = releases.noted(why, pool)
    assert reporting.reason(noted).startswith(said)
    assert reporting.refusal(noted).endswith(reporting.reason(noted))
    with translation.override("de"):
        assert "ließe sich" in reporting.reason(noted)


def test_what_stands_against_a_whole_release_is_said():
    assert "fewer than 10 records" in reporting.refusal({"what": TOO_FEW, "size": 10})
    assert "could not be checked to the end" in reporting.refusal({"what": UNCHECKED, "size": 0})
