"""Peer files: what is kept of them, and that a wrong one leaves nothing behind and names the place."""

import datetime
import hashlib
import io
import json
import time
import zipfile

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.parquet
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from benchmarks.intake import cards, checking, process, reading, running, wording
from benchmarks.intake.layout import Order, Unreadable
from benchmarks.models import Dataset, Import, Record
from opmodel.files.incoming import FileRefused
from tests.benchmarks.conftest import HEADER, MEASURES, SEGMENTS, bring, load, record, text_of

pytestmark = pytest.mark.django_db
TWELVE = text_of([record(i) for i in range(12)])


def order(kind: str = "csv", **more: object) -> Order:
    allowed = {
        "industry": list(SEGMENTS.sector_of),
        "region": list(SEGMENTS.regions),
        "size_band": list(SEGMENTS.size_bands),
        "process_type": list(SEGMENTS.process_types),
    }
    return Order(kind, list(MEASURES), allowed, datetime.date.today().isoformat(), **more)  # type: ignore[arg-type]


def errors_of(content: bytes, kind: str = "csv", **more: object) -> list[str]:
    """What is wrong with a file, in words; the lines for COPY of a right one must not be there."""
    replies = list(process.messages(io.BytesIO(content), order(kind, **more)))
    report = replies[-1][0]["report"]
    assert not report["error_count"] or b"".join(body for _head, body in replies) == b""
    assert len(report["errors"]) == min(report["error_count"], 1000)
    return [str(line) for line in wording.shown(report["errors"])]


def key(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def workbook(rows: list[dict[str, object]], header: list[str] = HEADER) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(header)
    for row in rows:
        book.active.append([row[name] for name in header])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parquet(rows: list[dict[str, object]], **arrays: pa.Array) -> bytes:
    columns = {name: pa.array([row[name] for row in rows]) for name in HEADER} | arrays
    out = io.BytesIO()
    pyarrow.parquet.write_table(pa.table(columns), out)
    return out.getvalue()


def typed(number: int, **changes: object) -> dict[str, object]:
    """A record as a workbook or a Parquet file holds it."""
    row: dict[str, object] = dict(record(number))
    score = round(1 + number / 10, 1)
    return (
        row
        | {"CAP1": score, "OVERALL": score, "completion": 0.95, "submitted_on": datetime.date(2026, 3, 31)}
        | changes
    )


def test_a_file_becomes_a_dataset(peers):
    rows = [record(i) for i in range(12)]
    rows[3]["CAP1"] = ""
    rows[5]["submitted_on"] = "2025-01-15"
    dataset = peers(rows)
    assert (dataset.period, dataset.illustrative, dataset.measures) == (
        "2025-01 to 2026-03",
        False,
        ["CAP1", "OVERALL"],
    )
    card = dataset.imports.get()
    assert card.file_hash == hashlib.sha256(text_of(rows)).hexdigest()
    assert (card.rows, card.rows_new, card.rows_corrected, card.state) == (12, 12, 0, "applied")
    kept = {r.record_key: r for r in dataset.records.all()}
    assert kept[key("acme-3")].scores == [None, 1300]
    assert kept[key("acme-7")].scores == [1700, 1700]
    first = kept[key("acme-5")]
    assert (first.industry, first.region, first.size_band, first.process_type) == ("28", "Europe", "<250", "discrete")
    assert (first.submitted_on, first.completion, first.revision) == (datetime.date(2025, 1, 15), 950, 1)
    assert first.brought_by == card


@pytest.mark.parametrize(
    "kind", ["xlsx", "parquet", "semicolons", "windows", "marked", "texts in parquet", "blank lines"]
)
def test_all_kinds_of_files_say_the_same(kind):
    rows = [record(i) for i in range(12)]
    cells = [typed(i) for i in range(12)]
    rows[3]["CAP1"], cells[3]["CAP1"] = "", None
    content = {
        "xlsx": lambda: workbook(cells),
        "parquet": lambda: parquet(cells),
        "semicolons": lambda: text_of(rows).replace(b",", b";"),
        "windows": lambda: text_of(rows).replace(b"\n", b"\r\n"),
        "marked": lambda: b"\xef\xbb\xbf" + text_of(rows),
        "texts in parquet": lambda: parquet(rows),
        "blank lines": lambda: text_of(rows).replace(b"acme-4", b"\n\nacme-4") + b"\n\n",
    }[kind]()
    ending = "xlsx" if kind == "xlsx" else "parquet" if "parquet" in kind else "csv"
    found = load(content, file_name=f"peers.{ending}").records
    assert {r.record_key: r.scores for r in found.all()} == {
        key(f"acme-{i}"): [None if i == 3 else 1000 + 100 * i, 1000 + 100 * i] for i in range(12)
    }
    assert set(found.values_list("submitted_on", "completion")) == {(datetime.date(2026, 3, 31), 950)}


def test_the_name_of_a_company_never_enters_the_database(peers):
    peers()
    assert Record.objects.count() == 12
    for row in Record.objects.values_list():
        assert "acme" not in str(row)
    assert "acme" not in str(list(Dataset.objects.values_list()))
    assert "acme" not in str(list(Import.objects.values_list()))


def test_no_report_holds_the_name_of_a_company():
    rows = [record(0), record(0), record(1, record_id="acme" * 60), record(2, CAP1="9")]
    content = text_of(rows).replace(b"0.95,1.0,1.0\n", b"0.95,1.0\n", 1)
    report = list(process.messages(io.BytesIO(content), order()))[-1][0]["report"]
    assert report["error_count"] == 3
    assert "acme" not in json.dumps(report)


WRONG = [
    ({"CAP1": "0"}, "CAP1", "“0”, expected a score from 1 to 5, or empty"),
    ({"CAP1": "7"}, "CAP1", "“7”, expected a score from 1 to 5, or empty"),
    ({"CAP1": "0.999"}, "CAP1", "“0.999”, expected a score from 1 to 5, or empty"),
    ({"CAP1": "0.9996"}, "CAP1", "“0.9996”, expected a score from 1 to 5, or empty"),
    ({"CAP1": "5.0004"}, "CAP1", "“5.0004”, expected a score from 1 to 5, or empty"),
    ({"CAP1": "-3"}, "CAP1", "“-3”, expected a score from 1 to 5, or empty"),
    ({"CAP1": "NaN"}, "CAP1", "“NaN”, expected a score from 1 to 5, or empty"),
    ({"CAP1": "inf"}, "CAP1", "“inf”, expected a score from 1 to 5, or empty"),
    ({"CAP1": "three"}, "CAP1", "“three”, expected a score from 1 to 5, or empty"),
    ({"CAP1": "=3"}, "CAP1", "“=3”, expected a score from 1 to 5, or empty"),
    ({"CAP1": "60%"}, "CAP1", "“60%”, expected a score from 1 to 5, not a percentage"),
    ({"CAP1": '"3,5"'}, "CAP1", "“3,5”, expected a score from 1 to 5 with a decimal point, not a comma"),
    ({"CAP1": "1e999990"}, "CAP1", "“1e999990”, expected a score from 1 to 5, or empty"),
    ({"CAP1": "٣"}, "CAP1", "“٣”, expected a score from 1 to 5, or empty"),
    ({"completion": "95 %"}, "completion", "“95 %”, expected a share from 0 to 1, not a percentage"),
    ({"completion": '"0,95"'}, "completion", "“0,95”, expected a share from 0 to 1 with a decimal point, not a comma"),
    ({"completion": "1.2"}, "completion", "“1.2”, expected a share from 0 to 1"),
    ({"completion": ""}, "completion", "“”, expected a share from 0 to 1"),
    ({"submitted_on": "31.03.2026"}, "submitted_on", "“31.03.2026”, expected a date like 2026-03-31, not in the future"),
    ({"submitted_on": "2026-02-30"}, "submitted_on", "“2026-02-30”, expected a date like 2026-03-31, not in the future"),
    ({"submitted_on": "20260331"}, "submitted_on", "“20260331”, expected a date like 2026-03-31, not in the future"),
    ({"submitted_on": "9999-12-31"}, "submitted_on", "“9999-12-31”, expected a date like 2026-03-31, not in the future"),
    ({"submitted_on": "0001-01-01"}, "submitted_on", "“0001-01-01”, expected a date like 2026-03-31, not in the future"),
    ({"submitted_on": ""}, "submitted_on", "“”, expected a date like 2026-03-31, not in the future"),
    ({"industry": "99"}, "industry", "“99”, expected one of: 28, 29"),
    ({"region": "europe"}, "region", "“europe”, expected one of: Europe, North America"),
    ({"size_band": ""}, "size_band", "“”, expected one of: <250, 250-999"),
    ({"record_id": " "}, "record_id", "“”, expected a name of 1 to 200 characters in one line"),
    ({"record_id": "a" * 201}, "record_id", "“”, expected a name of 1 to 200 characters in one line"),
    ({"record_id": "acme-0"}, "record_id", "“”, expected each company once; it stands on line 2 already"),
    ({"record_id": " ACME-0 "}, "record_id", "“”, expected each company once; it stands on line 2 already"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "column", "message"), WRONG)
def test_a_wrong_value_is_named_with_its_place(changes, column, message):
    rows = [record(i) for i in range(12)]
    rows[4] |= changes
    assert errors_of(text_of(rows)) == [f"line 6, column {column}: {message}"]


def test_of_a_wrong_file_nothing_is_stored(peers):
    with pytest.raises(cards.Faulty, match="Errors: 1. Nothing was imported.\nline 6, column CAP1: “9”"):
        peers([record(i, **({"CAP1": "9"} if i == 4 else {})) for i in range(12)])
    assert (Dataset.objects.count(), Record.objects.count(), Import.objects.count()) == (0, 0, 0)


def test_every_error_is_counted_and_the_first_ones_are_kept():
    rows = [record(i, CAP1="9", OVERALL="9") for i in range(1200)]
    report = list(process.messages(io.BytesIO(text_of(rows)), order()))[-1][0]["report"]
    assert (report["error_count"], len(report["errors"])) == (2400, 1000)
    assert report["errors"][999]["line"] == 501  # two a line, from line 2 on


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (text_of([record(0)], [n for n in HEADER if n != "region"]), "line 1, column region: “”, expected this column; it is missing"),
        (text_of([record(0)]).replace(b"CAP1,", b"CAP1,CAP1,", 1), "line 1, column CAP1: “CAP1”, expected each column once"),
        (text_of([record(0) | {"note": "x"}], [*HEADER, "note"]), "line 1, column note: “note”, expected only known columns"),
        (text_of([]), "line 2: expected at least one record"),
        (b"\n", "line 1: expected the names of the columns in the first line"),
        (text_of([record(0), record(1, CAP1="3,5")]), "line 3: expected 9 fields, as in the first line; there are 10"),
        (TWELVE.replace(b",0.95,1.0,1.0", b",0.95"), "line 2: expected 9 fields, as in the first line; there are 7"),
        (TWELVE.replace(b"acme-7", "äcme".encode("latin-1")), "line 9: expected UTF-8 text; save the file as CSV in UTF-8"),
        (TWELVE.decode().encode("utf-16"), "line 1: expected UTF-8 text; save the file as CSV in UTF-8"),
        (TWELVE.replace(b"acme-7", b"ac\x00me"), "line 9: expected text without NUL characters"),
        (text_of([record(0, record_id='"open'), record(1)]), "line 2: expected 9 fields, as in the first line; there are 1"),
        (b'"', "line 1: expected valid CSV; a quotation mark is opened and not closed, or text follows one"),
        (text_of([record(0)]).replace(b"\n", b"\r"), "line 1: expected lines that end as in Windows or Unix"),
        (("a," * 600).encode() + b"\n", "line 1: expected at most 500 columns"),
    ],
)  # fmt: skip
def test_a_file_of_another_shape_is_refused(content, message):
    assert message in errors_of(content)


def test_lines_are_those_of_the_file_whatever_stands_between():
    """Empty lines, rows of another width and cells over two lines do not move the place of an error."""
    rows = text_of([record(0), record(1), record(2, CAP1="9")]).splitlines()
    assert errors_of(b"\n".join([*rows[:2], b"", *rows[2:]])) == [
        "line 5, column CAP1: “9”, expected a score from 1 to 5, or empty"
    ]
    header, *others = text_of([record(0), record(1, CAP1="9")]).splitlines()
    noted = [header + b",note", others[0] + b',"two\nlines"', others[1] + b",x"]
    columns = {name: name for name in HEADER}
    assert errors_of(b"\n".join(noted), columns=columns) == [
        "line 4, column CAP1: “9”, expected a score from 1 to 5, or empty"
    ]
    assert errors_of(b"\n".join([rows[0], b"a,b", *rows[1:]])) == [
        "line 2: expected 9 fields, as in the first line; there are 2",
        "line 5, column CAP1: “9”, expected a score from 1 to 5, or empty",
    ]


def test_a_cell_with_a_formula_is_refused_whatever_it_shows():
    content = workbook([typed(0), typed(1, CAP1="=1+2"), typed(2)])
    assert "line 3, column H: “”, expected a value instead of a formula" in errors_of(content, "xlsx")


def test_values_of_a_workbook_are_named_with_their_place():
    rows = [typed(0), typed(1, CAP1=7, completion="95 %"), typed(2, submitted_on=datetime.datetime(2026, 3, 31, 12))]
    assert errors_of(workbook(rows), "xlsx") == [
        "line 3, column completion: “95 %”, expected a share from 0 to 1, not a percentage",
        "line 3, column CAP1: “7”, expected a score from 1 to 5, or empty",
        "line 4, column submitted_on: “2026-03-31T12:00:00”, expected a date like 2026-03-31, not in the future",
    ]


def test_values_of_a_parquet_file_are_named_with_their_place():
    rows = [typed(0), typed(1, CAP1=0.5), typed(2, CAP1=float("nan"))]
    wanted = [
        "line 3, column CAP1: “0.5”, expected a score from 1 to 5, or empty",
        "line 4, column CAP1: “nan”, expected a score from 1 to 5, or empty",
    ]
    assert errors_of(parquet(rows), "parquet") == wanted
    assert errors_of(parquet(rows, CAP1=pa.array([True, False, True])), "parquet")[0] == (
        "line 2, column CAP1: “True”, expected a score from 1 to 5, or empty"
    )
    assert errors_of(b"PAR1" + bytes(100) + b"PAR1", "parquet") == [
        "expected a file that can be opened; this one is damaged"
    ]


def test_the_same_file_is_recognised_and_kinds_do_not_mix(peers):
    peers()
    with pytest.raises(cards.Refused, match="This file was imported on .* into “peers”"):
        peers(name="other")
    with pytest.raises(cards.Refused, match="“peers” holds real companies; made-up ones go into another dataset"):
        peers([record(i) for i in range(11)], illustrative=True)
    assert (Dataset.objects.count(), Record.objects.count()) == (1, 12)


def test_a_further_file_adds_corrects_and_leaves_alone(peers):
    dataset = peers([record(i) for i in range(12)])
    rows = [record(0), record(1, CAP1="4.5"), record(2, region="North America"), record(20)]
    card = bring(text_of(rows))
    assert (card.rows, card.rows_new, card.rows_corrected) == (4, 1, 2)
    assert dataset.records.count() == 12 + 3
    now = {r.record_key: r for r in dataset.records.filter(is_current=True)}
    assert len(now) == 13
    assert (now[key("acme-0")].revision, now[key("acme-0")].brought_by_id == card.pk) == (1, False)
    assert (now[key("acme-1")].revision, now[key("acme-1")].scores) == (2, [4500, 1100])
    assert (now[key("acme-2")].revision, now[key("acme-2")].region) == (2, "North America")
    old = dataset.records.get(record_key=key("acme-1"), revision=1)
    assert (old.is_current, old.scores) == (False, [1100, 1100])


def test_a_company_is_recognised_whatever_its_capitals_and_spaces(peers):
    peers()
    card = bring(text_of([record(3, record_id=" Acme-3  "), record(4, record_id="ACME-4", CAP1="5")]))
    assert (card.rows, card.rows_new, card.rows_corrected) == (2, 0, 1)


def test_files_do_not_mix_with_what_organisations_give(peers):
    with pytest.raises(cards.Refused, match="holds what organisations of this installation give"):
        peers(name="contributions")


def test_what_was_withdrawn_comes_back_as_a_new_revision(peers):
    dataset = peers()
    dataset.records.filter(record_key=key("acme-3")).update(is_current=False)
    card = bring(text_of([record(3)]))
    assert (card.rows_new, card.rows_corrected) == (0, 1)
    assert dataset.records.get(record_key=key("acme-3"), is_current=True).revision == 2


def test_columns_may_be_called_otherwise_and_measures_be_missing():
    theirs = {name: f"x {name}" for name in HEADER}
    content = text_of([record(i) for i in range(3)]).replace(
        ",".join(HEADER).encode(), ",".join(theirs.values()).encode()
    )
    card = bring(content, columns=theirs | {"CAP1": ""})
    assert list(card.dataset.records.order_by("id").values_list("scores", flat=True)) == [
        [None, 1000],
        [None, 1100],
        [None, 1200],
    ]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("peers.csv", b"", "“peers.csv” is empty."),
        ("peers.pdf", TWELVE, "Accepted are: .csv, .xlsx, .parquet."),
        ("peers.xlsx", TWELVE, "Accepted are: .csv, .xlsx, .parquet."),
        ("peers.csv", b"PK\x03\x04" + bytes(1000), "is damaged and cannot be opened"),
    ],
)
def test_files_of_other_kinds_are_refused_before_they_are_read(name, content, message):
    with pytest.raises(FileRefused) as caught:
        bring(content, file_name=name)
    assert message in caught.value.message


def test_a_workbook_that_unpacks_to_gigabytes_is_not_opened():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "spreadsheetml.sheet.main+xml")
        archive.writestr("xl/worksheets/sheet1.xml", bytes(400_000_000))
    with pytest.raises(FileRefused, match="would unpack to far more"):
        bring(out.getvalue(), file_name="bomb.xlsx")


def through_a_process(content: bytes, kind: str, tmp_path, **limits: int) -> dict:
    file = tmp_path / f"peers.{kind}"
    file.write_bytes(content)
    given = order(kind)
    given.limits.update(limits)
    with file.open("rb") as stream:
        return list(running.messages(stream, given))[-1][0]["report"]


def test_the_reading_process_says_what_the_function_says(tmp_path):
    for kind, content in (("csv", TWELVE), ("xlsx", workbook([typed(0)])), ("parquet", parquet([typed(0)]))):
        expected = list(process.messages(io.BytesIO(content), order(kind)))[-1][0]["report"]
        assert through_a_process(content, kind, tmp_path) == expected
        assert expected["error_count"] == 0


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_share_that_is_read_grows_with_the_rows(kind, monkeypatch):
    """Four batches of a file that lies in memory whole: a quarter, a half, three quarters, all."""
    rows = [record(i % 12, record_id=f"company {i:04}") for i in range(4000)]
    content = text_of(rows) if kind == "csv" else parquet([typed(i % 12, record_id=str(i)) for i in range(4000)])
    monkeypatch.setattr(reading, "BLOCK", -(-len(content) // 4))
    monkeypatch.setattr(reading, "BATCH", 1000)
    heads = [head for head, _lines in process.messages(io.BytesIO(content), order(kind))]
    assert [head["share"] for head in heads[:-1]] == pytest.approx([0.25, 0.5, 0.75, 1], abs=0.001)


def test_a_parquet_file_that_asks_for_gigabytes_ends_its_reader_only(tmp_path):
    """60,000 rows point at one text of 20 MB: a small file, and more than a terabyte once it is spread out."""
    n = 60_000
    codes = pa.DictionaryArray.from_arrays(pa.array(np.zeros(n, dtype=np.int32)), pa.array(["x" * 20_000_000]))
    small = {name: pa.array([record(0)[name]] * n) for name in HEADER} | {"region": codes}
    out = io.BytesIO()
    pyarrow.parquet.write_table(pa.table(small), out, compression="zstd")
    assert len(out.getvalue()) < 2_000_000
    with pytest.raises(Unreadable) as caught:
        through_a_process(out.getvalue(), "parquet", tmp_path)
    assert caught.value.fault.code == "too_large"


def test_a_reader_has_no_more_time_than_it_is_given(tmp_path):
    header, _newline, body = text_of([record(i) for i in range(100_000)]).partition(b"\n")
    rows = header + b"\n" + 9 * body  # several seconds of work on any machine
    started = time.perf_counter()
    with pytest.raises(Unreadable) as caught:
        through_a_process(rows, "csv", tmp_path, seconds=1)
    assert caught.value.fault.code == "too_large"
    assert time.perf_counter() - started < 60


def test_too_many_rows_are_refused(tmp_path):
    for kind, content in (("csv", TWELVE), ("xlsx", workbook([typed(i) for i in range(12)])), ("parquet", parquet([typed(i) for i in range(12)]))):  # fmt: skip
        given = order(kind)
        given.limits.update({"rows": 10, "sheet_rows": 10})
        report = list(process.messages(io.BytesIO(content), given))[-1][0]["report"]
        assert [e["code"] for e in report["errors"]] == ["sheet_too_long" if kind == "xlsx" else "too_many_rows"]


@pytest.mark.parametrize(
    ("value", "expected"), [(1.0, 1000), (4.9996, 5000), (5.0, 5000), (2.0485, 2049), (2.0484, 2048), (1.0005, 1001)]
)
def test_scores_are_rounded_half_up(value, expected):
    assert checking.thousandths(np.array([value])).tolist() == [expected]


def test_a_share_is_rounded_down():
    """79.96 % are not 80."""
    dataset = load(text_of([record(0, completion="0.7996"), record(1, completion="0.8")]))
    assert sorted(dataset.records.values_list("completion", flat=True)) == [799, 800]


def test_the_command_says_what_is_wrong(tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("import_benchmark", str(tmp_path / "none.csv"), dataset="x")
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("record_id,industry\n1,28\n")
    with pytest.raises(CommandError, match="column region: “”, expected this column; it is missing"):
        call_command("import_benchmark", str(wrong), dataset="x")
    with pytest.raises(CommandError, match="there is no column “CAPP1”"):
        call_command("import_benchmark", str(wrong), dataset="x", mapping=["CAPP1=x"])
    assert Dataset.objects.count() == 0


def test_records_belong_to_what_exists(peers):
    """What foreign keys promised, checked by statement: there is a dataset and an import, neither goes, no record moves."""
    dataset, other = peers(), load(text_of([record(40)]), "other")
    card = dataset.imports.get()
    one = dataset.records.first()

    def insert(*keys: str, **changes: object) -> None:
        values = {f.attname: getattr(one, f.attname) for f in Record._meta.concrete_fields if f.attname != "id"}
        Record.objects.bulk_create([Record(**values | {"record_key": key} | changes) for key in keys])

    insert("new", "newer", brought_by_id=None)
    for wrong in (
        lambda: insert("a", "b", dataset_id=10**9),
        lambda: insert("a", "b", brought_by_id=10**9),
        lambda: Record.objects.filter(pk=one.pk).update(dataset=other),
        lambda: Record.objects.filter(pk=one.pk).update(brought_by=other.imports.get()),
        lambda: Dataset.objects.filter(pk=dataset.pk)._raw_delete("default"),
        lambda: Import.objects.filter(pk=card.pk)._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError, match="belong|stays with"), transaction.atomic():
            wrong()
    one.save()  # names all its columns and changes none
    other.records.all().delete()
    assert Record.objects.filter(dataset=dataset).count() == 14
