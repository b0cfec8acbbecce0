"""Peer files: what is kept of them, and that a wrong one leaves nothing behind and names the place."""

import hashlib

import pytest
from django.core.management import CommandError, call_command

from benchmarks.importing import ImportRefused, SameFile, thousandths
from benchmarks.models import Dataset, Record
from tests.benchmarks.conftest import HEADER, load, record, text_of

pytestmark = pytest.mark.django_db


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
    assert dataset.imports.get().file_hash == hashlib.sha256(text_of(rows)).hexdigest()
    kept = {r.record_key: r.scores for r in dataset.records.all()}
    assert kept[hashlib.sha256(b"acme-3").hexdigest()] == [None, 1300]
    assert kept[hashlib.sha256(b"acme-7").hexdigest()] == [1700, 1700]


def test_the_name_of_a_company_never_enters_the_database(peers):
    peers()
    assert Record.objects.count() == 12
    for row in Record.objects.values_list():
        assert "acme" not in str(row)
    assert "acme" not in str(list(Dataset.objects.values_list()))


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(peers):
    content = text_of([record(i) for i in range(3)])
    assert load(b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n")).records.count() == 3


WRONG = [
    ({"CAP1": "0"}, "CAP1", "'0', expected a score from 1 to 5, or empty"),
    ({"CAP1": "7"}, "CAP1", "'7', expected a score from 1 to 5, or empty"),
    ({"CAP1": "0.999"}, "CAP1", "'0.999', expected a score from 1 to 5, or empty"),
    ({"CAP1": "5.0004"}, "CAP1", "'5.0004', expected a score from 1 to 5, or empty"),
    ({"CAP1": "NaN"}, "CAP1", "'NaN', expected a score from 1 to 5, or empty"),
    ({"CAP1": "three"}, "CAP1", "'three', expected a score from 1 to 5, or empty"),
    ({"completion": "95 %"}, "completion", "'95 %', expected a share from 0 to 1"),
    ({"completion": "1.2"}, "completion", "'1.2', expected a share from 0 to 1"),
    (
        {"submitted_on": "31.03.2026"},
        "submitted_on",
        "'31.03.2026', expected a date like 2026-03-31, not in the future",
    ),
    (
        {"submitted_on": "9999-12-31"},
        "submitted_on",
        "'9999-12-31', expected a date like 2026-03-31, not in the future",
    ),
    (
        {"submitted_on": "0001-01-01"},
        "submitted_on",
        "'0001-01-01', expected a date like 2026-03-31, not in the future",
    ),
    ({"CAP1": "1e999990"}, "CAP1", "'1e999990', expected a score from 1 to 5, or empty"),
    ({"completion": "1e999999"}, "completion", "'1e999999', expected a share from 0 to 1"),
    ({"CAP1": "٣"}, "CAP1", "'٣', expected a score from 1 to 5, or empty"),
    ({"industry": "99"}, "industry", "'99', expected one of: 28, 29"),
    ({"region": "europe"}, "region", "'europe', expected one of: Europe, North America"),
    ({"size_band": ""}, "size_band", "'', expected one of: <250, 250-999"),
    ({"record_id": " "}, "record_id", "' ', expected 1 to 200 characters"),
    ({"record_id": "acme-0"}, "record_id", "'acme-0', expected each record once; it stands on line 2 already"),
]


@pytest.mark.parametrize(("changes", "column", "message"), WRONG)
def test_a_wrong_value_is_named_with_its_place_and_nothing_is_stored(peers, changes, column, message):
    rows = [record(i) for i in range(12)]
    rows[4] |= changes
    with pytest.raises(ImportRefused) as caught:
        peers(rows)
    assert str(caught.value) == f"1 error, nothing was imported:\nline 6, column {column}: {message}"
    assert (Dataset.objects.count(), Record.objects.count()) == (0, 0)


def test_every_error_is_counted_and_the_first_ones_are_shown(peers):
    with pytest.raises(ImportRefused) as caught:
        peers([record(i, CAP1="9") for i in range(250)])
    assert (caught.value.total, len(caught.value.errors)) == (
        250 + 209,
        200,
    )  # OVERALL leaves the scale from company 41 on
    assert "and 259 more" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (text_of([record(0)], [n for n in HEADER if n != "region"]), "line 1, column region: '', expected this column; it is missing"),
        (text_of([record(0)]).replace(b"CAP1,", b"CAP1,CAP1,", 1), "line 1, column CAP1: 'CAP1', expected each column once"),
        (text_of([record(0) | {"note": "x"}], [*HEADER, "note"]), "line 1, column note: 'note', expected only known columns"),
        (text_of([]), "line 2, column : '', expected at least one record"),
        (b"", "line 1, column record_id: '', expected this column; it is missing"),
        (text_of([record(0, CAP1="3,5")]), "line 2, column : '', expected 9 fields, as in the header"),
        (text_of([record(0)]).replace(b",0.95,1.0,1.0", b",0.95"), "line 2, column : '', expected 9 fields, as in the header"),
        (text_of([record(0)]).decode().replace("acme", "ä").encode("latin-1"), "expected UTF-8 text"),
        (text_of([record(0, record_id='"open')]), "expected valid CSV"),
        (b'"', "line 1, column : 'unexpected end of data', expected valid CSV"),
        (b"a" * 200_000, "expected valid CSV"),
        (text_of([record(0)]).replace(b"\n", b"\r"), "expected valid CSV"),
    ],
)  # fmt: skip
def test_a_file_of_another_shape_is_refused(db, content, message):
    with pytest.raises(ImportRefused, match="nothing was imported") as caught:
        load(content)
    assert message in str(caught.value)
    assert Dataset.objects.count() == 0


def test_the_same_file_and_the_same_name_are_recognised(peers):
    peers()
    with pytest.raises(SameFile, match="was imported on .* as “peers”"):
        peers(name="other")
    with pytest.raises(SameFile, match="a dataset “peers” exists already"):
        peers([record(i) for i in range(11)])
    assert Dataset.objects.count() == 1


@pytest.mark.parametrize(("text", "expected"), [("1", 1000), ("4.9996", 5000), ("5.0", 5000), ("5.0004", None), ("0.9996", None), ("2.0485", 2049), ("Infinity", None), ("", None), ("1e3", None)])  # fmt: skip
def test_scores_are_scaled_without_floats(text, expected):
    assert thousandths(text, 1000, 5000) == expected


def test_the_command_says_what_is_wrong(tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("import_benchmark", str(tmp_path / "none.csv"), dataset="x")
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("record_id,industry\n1,28\n")
    with pytest.raises(CommandError, match="column region: '', expected this column; it is missing"):
        call_command("import_benchmark", str(wrong), dataset="x")
    assert Dataset.objects.count() == 0
