"""Tables people send: read as they are, refused in words that name the place, and never at the cost of the server."""

import json
import subprocess
import sys
import time
import zipfile
from datetime import date, datetime
from datetime import time as clock

import pytest

from opmodel.files import confined, sheets
from opmodel.files.sheets import Limits, SheetRefused, read_rows, read_sheets
from tests import samples


def refusal(data, kind="csv", **more) -> SheetRefused:
    with pytest.raises(SheetRefused) as caught:
        read_rows(data, kind=kind, name=f"plants.{kind}", **more)
    return caught.value


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (b"name;mail\nHamburg;a@x\n", [["name", "mail"], ["Hamburg", "a@x"]]),
        (b"name,mail\r\nHamburg,a@x\r\n", [["name", "mail"], ["Hamburg", "a@x"]]),
        (b"name\tmail\nHamburg\ta@x", [["name", "mail"], ["Hamburg", "a@x"]]),
        (b"\xef\xbb\xbfname,mail\n", [["name", "mail"]]),
        ("Ort;Fläche\nMünchen;„1“".encode("cp1252"), [["Ort", "Fläche"], ["München", "„1“"]]),
        ("Ort;Fläche\n".encode(), [["Ort", "Fläche"]]),
        ("Ort\tFläche\n".encode("utf-16"), [["Ort", "Fläche"]]),
        (b'a,b\n"two\nlines, and ""more""",2\n', [["a", "b"], ['two\nlines, and "more"', "2"]]),
        (b"a;b\n1,5;2,5\n", [["a", "b"], ["1,5", "2,5"]]),  # a decimal comma is no delimiter
        (b"a,b\n1;2,3\n", [["a", "b"], ["1;2", "3"]]),
        (b"only\none\n", [["only"], ["one"]]),
        (b"a,b,c\n1\n,,\n\n", [["a", "b", "c"], ["1", None, None]]),
        (b"a\n\nb\n", [["a"], [None], ["b"]]),  # a row number is the one people see
        (b"=1+1,-2\n", [["=1+1", "-2"]]),
        (b"", []),
    ],
)
def test_csv(data, rows):
    assert read_rows(data, kind="csv", name="a.csv").rows == rows


def test_a_workbook():
    def fill(book):
        page = book.add_worksheet("Plants")
        day, moment = (book.add_format({"num_format": f}) for f in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm"))
        hour = book.add_format({"num_format": "hh:mm"})
        page.write_row(1, 1, [" Hamburg ", 3, 2.5, True])
        page.write_datetime(2, 1, datetime(2026, 3, 1), day)
        page.write_datetime(2, 2, datetime(2026, 3, 1, 14, 2), moment)
        page.write_datetime(2, 3, clock(14, 2), hour)
        page.write_formula(3, 1, "=6*7", value=42)
        page.write_formula(3, 2, "=1/0", value="#DIV/0!")
        page.write_string(3, 3, "=6*7")
        page.write_blank(9000, 3, None, day)  # only coloured in: not a row
        book.add_worksheet("Lists").hide()

    data = samples.xlsx(fill)
    expected = [
        [None] * 5,
        [None, "Hamburg", 3, 2.5, True],
        [None, date(2026, 3, 1), datetime(2026, 3, 1, 14, 2), "14:02:00", None],
        [None, 42, None, "=6*7", None],
    ]
    found = read_rows(data, kind="xlsx", name="a.xlsx")
    assert (found.name, found.rows) == ("Plants", expected)
    assert [s.name for s in read_sheets(data, kind="xlsx", name="a.xlsx")] == ["Plants", "Lists"]
    assert [s.name for s in read_sheets(data, kind="xlsx", name="a.xlsx", sheets=["Lists"])] == ["Lists"]
    assert read_rows(data, kind="xlsx", name="a.xlsx", sheet="Plants").rows == expected


def test_merged_cells_are_told():
    def fill(book):
        page = book.add_worksheet("Plants")
        page.write_row(0, 0, ["name", "mail"])
        page.merge_range(1, 0, 3, 1, "Hamburg")
        book.add_worksheet("Lists")

    first, second = read_sheets(samples.xlsx(fill), kind="xlsx", name="a.xlsx")
    assert (first.merged, second.merged) == ([(1, 0, 3, 1)], [])
    assert first.rows == [["name", "mail"], ["Hamburg", None]]  # the cells below are empty


def test_text_counts_over_all_sheets():
    def fill(book):
        for name in "abc":
            book.add_worksheet(name).write_string(0, 0, "x" * 40)

    data = samples.xlsx(fill)
    assert len(read_sheets(data, kind="xlsx", name="a", limits=Limits(characters=120))) == 3
    with pytest.raises(SheetRefused) as caught:
        read_sheets(data, kind="xlsx", name="a", limits=Limits(characters=119))
    assert str(caught.value) == "“a” holds more text than the 119 characters that are read."


def test_an_opendocument_spreadsheet(tmp_path):
    file = tmp_path / "a.ods"
    file.write_bytes(samples.ods([["Hamburg", 3], ["München", 2.5]]))
    assert read_rows(file, kind="ods", name="a.ods").rows == [["Hamburg", 3], ["München", 2.5]]
    with file.open("rb") as stream:
        assert read_rows(stream, kind="ods", name="a.ods").name == "Plants"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a\n" * 5001, "“plants.csv” has more than 5000 rows, which is the most that is read."),
        (b"a\n" + b"x," * 200 + b"x", "“plants.csv”, row 2 has 201 columns; at most 200 are read."),
        (
            b"a,b\n1,2\n1," + b"x" * 5001,
            "“plants.csv”, row 3, column B: the text has 5001 characters; at most 5000 are read.",
        ),
        (
            b"x" * 100_000,
            "“plants.csv”, row 1 holds a text of more than 5000 characters, the most that is read.",
        ),
        (
            b'a,b\n1,"open\n',
            "“plants.csv”, row 2: a quotation mark is opened and not closed, or text follows one.",
        ),
        (b"a\x00b", "“plants.csv” is no text. Save it as CSV in UTF-8."),
        (b"caf\x81", "“plants.csv” is in an unknown encoding. Save it as CSV in UTF-8."),
    ],
)
def test_a_csv_that_cannot_be_read_says_where(data, message):
    assert str(refusal(data)) == message


@pytest.mark.parametrize(
    ("rows", "message", "place"),
    [
        ([["x"]] * 5001, "“plants.xlsx”, sheet “Plants” has 5001 rows; at most 5000 are read.", (None, None)),
        ([["x"] * 201], "“plants.xlsx”, sheet “Plants” has 201 columns; at most 200 are read.", (None, None)),
        (
            [["x"], ["x", "x", "y" * 6000]],
            "“plants.xlsx”, sheet “Plants”, row 2, column C: the text has 6000 characters; at most 5000 are read.",
            (2, 3),
        ),
    ],
)
def test_a_workbook_that_is_too_large_says_where(rows, message, place):
    error = refusal(samples.table(rows), "xlsx")
    assert (str(error), error.sheet, (error.row, error.column)) == (message, "Plants", place)


def test_as_many_rows_as_allowed_are_read():
    assert len(read_rows(samples.table([["x"]] * 5000), kind="xlsx", name="a").rows) == 5000
    assert len(read_rows(b"a\n" * 5000, kind="csv", name="a").rows) == 5000


def test_too_much_text_in_all():
    error = refusal(b"x" * 60 + b"\n" + b"y" * 60, limits=Limits(characters=100))
    assert str(error) == "“plants.csv” holds more text than the 100 characters that are read."


def test_a_sheet_that_is_not_there():
    assert str(refusal(samples.table([["x"]]), "xlsx", sheet="Answers")) == "“plants.xlsx” has no sheet “Answers”."


def spoilt() -> dict[str, bytes]:
    whole = samples.table([["x", 1, date(2026, 1, 1)]] * 50)
    parts = {e.filename: zipfile.ZipFile(samples.io.BytesIO(whole)).read(e) for e in zipfile.ZipFile(samples.io.BytesIO(whole)).infolist()}  # fmt: skip
    sheet = "xl/worksheets/sheet1.xml"
    return {
        "nothing": b"",
        "a frame": b"PK\x03\x04",
        "half of it": whole[: len(whole) // 2],
        "no beginning": whole[100:],
        "noise in the middle": whole[:900] + bytes(range(256)) + whole[1156:],
        "no sheet": samples.archive({k: v for k, v in parts.items() if k != sheet}),
        "no workbook": samples.archive({k: v for k, v in parts.items() if k != "xl/workbook.xml"}),
        "torn XML": samples.archive({**parts, sheet: parts[sheet][:300]}),
        "an impossible cell": samples.archive({**parts, sheet: parts[sheet].replace(b'r="A1"', b'r="ZZZZZZZZ99999999999"')}),
        "a text number that is none": samples.archive({**parts, sheet: parts[sheet].replace(b"<v>0</v>", b"<v>99999999</v>")}),
        "text": b"name;mail\n",
        "an old workbook": samples.OLE,
        "an empty archive": samples.archive({}),
    }  # fmt: skip


@pytest.mark.parametrize("name", spoilt())
def test_a_malformed_workbook_is_refused_in_words(name):
    expected = "holds no sheet with cells." if name == "no workbook" else "is damaged or no spreadsheet."
    assert str(refusal(spoilt()[name], "xlsx")).startswith(f"“plants.xlsx” {expected}")


def test_the_control_for_the_malformed_ones():
    assert len(read_rows(samples.table([["x", 1]] * 50), kind="xlsx", name="a").rows) == 50


def test_a_bomb_is_refused_before_it_is_opened(monkeypatch):
    data = samples.bomb(500)
    assert len(data) < 700_000  # half a MB on disk, 500 in memory
    started = []
    monkeypatch.setattr(sheets, "_run", lambda *a: started.append(a))
    assert "would unpack to far more than a table holds; it was not opened." in str(refusal(data, "xlsx"))
    assert started == []


def test_a_bomb_that_hides_its_size_ends_with_the_reader_only():
    """Its directory lies, so it is opened: the limits of the process hold, and say no in words."""
    data = samples.lying(samples.bomb(500))
    started = time.monotonic()
    error = refusal(data, "xlsx", limits=Limits(memory=200_000_000, seconds=5))
    assert "takes more memory or time" in str(error) or "is damaged" in str(error)
    assert time.monotonic() - started < 15


def test_two_cells_far_apart_cost_nothing():
    """A reader lays the cells between them out as well: 17 billion."""

    def fill(book):
        page = book.add_worksheet()
        page.write(0, 0, 1)
        page.write(1_048_575, 16_383, 1)

    assert "takes more memory or time" in str(refusal(samples.xlsx(fill), "xlsx"))


def test_many_entries_are_refused_before_the_directory_is_read():
    data = samples.archive({f"{i}.xml": b"" for i in range(1001)}, zipfile.ZIP_STORED)
    assert "would unpack to far more" in str(refusal(data, "xlsx"))


def child(data: bytes, **more) -> subprocess.CompletedProcess:
    limits = {**sheets.asdict(sheets.LIMITS), **more}
    command = confined.command(sheets.READER, {"kind": "csv", "limits": limits, "sheets": None})
    return subprocess.run(command, input=data, capture_output=True, env={}, timeout=60)


def test_the_reader_starts_fast_and_lives_within_its_limits():
    started = time.monotonic()
    assert json.loads(child(b"a,b\n").stdout)["sheets"][0]["rows"] == [["a", "b"]]
    assert time.monotonic() - started < 0.3 * 3  # 0.3 s on a quiet machine
    huge = b"x,y\n" * 2_000_000  # 8 MB of text, hundreds as rows
    assert (
        json.loads(child(huge, rows=10**9, characters=10**9, memory=150_000_000).stdout)["fault"]["code"] == "too_large"
    )
    assert child(huge, rows=10**9, characters=10**9, seconds=1, memory=10**10).returncode < 0
    assert json.loads(child(huge).stdout)["fault"]["code"] == "too_many_rows"


def test_the_reader_knows_no_secret_and_no_django(monkeypatch):
    seen = {}
    real = subprocess.run
    monkeypatch.setattr(sheets.subprocess, "run", lambda *a, **k: seen.update(k) or real(*a, **k))
    read_rows(b"a", kind="csv", name="a")
    assert seen["env"] == {}
    loaded = f"import sys; sys.path.insert(0, {str(confined.ROOT)!r}); import {sheets.READER}; print(*sys.modules)"
    modules = real([sys.executable, "-I", "-c", loaded], capture_output=True, env={}, text=True, check=True).stdout
    assert sheets.READER in modules.split()
    assert "django" not in modules
