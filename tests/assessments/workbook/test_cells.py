"""One cell: what people and spreadsheet programs make of a value, read back as what it means."""

from datetime import date, datetime

import pytest

from assessments.workbook.cells import canonical, digest, normal, read_field, read_level, shown, text_of, visible

ANSWERS = {
    normal(w): s for w, s in {"n/a": "na", "nicht zutreffend": "na", "don't know": "dk", "weiß nicht": "dk"}.items()
}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (3, ("level", 3)),
        (3.0, ("level", 3)),
        ("3", ("level", 3)),
        (" 3 ", ("level", 3)),
        ("3.0", ("level", 3)),
        ("3,0", ("level", 3)),
        ("N/A", ("na", None)),
        (" n / a ", ("na", None)),
        ("NICHT ZUTREFFEND.", ("na", None)),
        ("Don’t know", ("dk", None)),
        ("don't  KNOW", ("dk", None)),
        ("WEISS NICHT", ("dk", None)),
        (None, ("open", None)),
        ("  ", ("open", None)),
        (0, None),
        (6, None),
        (7.0, None),
        (2.5, None),
        ("2-3", None),
        ("three", None),
        (True, None),
        (date(2026, 3, 2), None),  # "2/3" typed into a spreadsheet
    ],
)
def test_an_answer(cell, expected):
    assert read_level(cell, ANSWERS) == expected


LIST = {"type": "choice", "options": [{"code": "28", "name": "Machinery"}, {"code": "29", "name": "Cars"}]}


@pytest.mark.parametrize(
    ("spec", "cell", "expected"),
    [
        (LIST, "28 Maschinen", "28"),
        (LIST, " 28  MASCHINEN ", "28"),
        (LIST, 28, "28"),  # the code alone, which a spreadsheet makes a number
        (LIST, "Ships", "Ships"),  # judged by the item
        ({"type": "integer"}, 250.0, 250),
        ({"type": "integer"}, "250", 250),
        ({"type": "integer"}, 2.5, 2.5),
        ({"type": "integer"}, "many", "many"),
        ({"type": "percent"}, "12,5", 12.5),
        ({"type": "number"}, datetime(2026, 1, 2, 3, 4), "2026-01-02 03:04"),
        ({"type": "scale5"}, "4 · ahead", 4),
        ({"type": "scale5"}, 4.0, 4),
        ({"type": "scale5"}, "best", "best"),
        ({"type": "boolean"}, "ja", True),
        ({"type": "boolean"}, True, True),
        ({"type": "boolean"}, "perhaps", "perhaps"),
        ({"type": "date"}, date(2026, 3, 1), "2026-03-01"),
        ({"type": "date"}, datetime(2026, 3, 1, 14, 2), "2026-03-01"),
        ({"type": "date"}, "2026-03-01", "2026-03-01"),
        ({"type": "date"}, "1 March", "1 March"),
        ({"type": "money"}, 1200, "1200"),
        ({"type": "money"}, 1200.5, "1200.50"),
        ({"type": "money"}, 0.1 + 0.2, "0.30"),
        ({"type": "money"}, "1.200,50", "1200.50"),
        ({"type": "money"}, 12.345, "12.345"),
        ({"type": "money"}, "a lot", "a lot"),
        ({"type": "text"}, 2024.0, "2024"),
        ({"type": "text"}, "=1+1", "=1+1"),
        ({"type": "text"}, " \t", None),
        ({"type": "level", "options": [1.0, 1.5]}, "1.5", 1.5),
        ({"type": "level", "options": [1.0, 1.5]}, 1.0, 1),
    ],
)
def test_a_field(spec, cell, expected):
    words = {"28 maschinen": "28", "4 · ahead": 4, "ja": True, "true": True}
    found = read_field(spec, cell, words)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("spec", "value", "labels", "cell"),
    [
        (LIST, "28", {"28": "28 Maschinen"}, "28 Maschinen"),
        ({"type": "boolean"}, False, {True: "ja", False: "nein"}, "nein"),
        ({"type": "scale5"}, 4, {4: "4 · ahead"}, "4 · ahead"),
        ({"type": "date"}, "2026-03-01", {}, date(2026, 3, 1)),
        ({"type": "money"}, "1200.50", {}, 1200.5),
        ({"type": "money"}, "999999999999.99", {}, 999999999999.99),
        ({"type": "money"}, "99999999999999.99", {}, "99999999999999.99"),  # 16 digits: a spreadsheet drops the last
        ({"type": "text"}, "a\x00b\r\nc", {}, "a\ufffdb\nc"),
        ({"type": "integer"}, 0, {}, 0),
        ({"type": "text"}, "", {}, None),
    ],
)
def test_how_a_value_stands_in_its_cell(spec, value, labels, cell):
    assert shown(spec, value, labels) == cell


def test_text_loses_nothing_but_what_no_file_can_hold():
    assert visible("ü 😀 \t\n=+-@") == "ü 😀 \t\n=+-@"
    assert visible("a\x01\x7f\x85\ud800\uffffb") == "a" + "\ufffd" * 5 + "b"
    assert text_of(" x\ry ") == "x\ny"


def test_two_versions_that_mean_the_same_have_one_form():
    assert canonical({"a": 1.0, "b": None, "c": " x ", "rows": [{"d": ""}, {"e": False}], "currency": "EUR"}) == {
        "a": 1,
        "c": "x",
        "rows": [{"e": False}],
    }
    assert canonical({"a": 0, "b": 0.0, "c": 5}) == {"a": 0, "b": 0, "c": 5}
    assert canonical({"a": 0, "b": 0.0, "c": 5}, zero=True) == {"c": 5}


def test_the_mark_of_an_answer():
    assert digest({}) == digest(None) == ""
    assert digest({"a": 1, "b": "ü"}) == digest({"b": "ü", "a": 1})
    assert len({digest({"a": v}) for v in (1, "1", 2, False, "")}) == 5
    assert normal("N/A") == normal(" n / a. ")
