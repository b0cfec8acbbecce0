"""Three versions meet: the workbook, what it was made from, and what is stored. Expected values by hand."""

from dataclasses import dataclass, field
from datetime import date

import pytest

from assessments.catalogue import Component, Dimension, Item, Question, Questionnaire
from assessments.items import Context
from assessments.workbook import finding
from assessments.workbook.changes import Answer, Survey, compare, marks_of
from assessments.workbook.finding import Downloaded, Manifest, Vocabulary
from assessments.workbook.layout import layout_of

FIELDS = [
    {"key": "country", "type": "choice", "options": ["DE", "US"]},
    {"key": "headcount", "type": "integer", "min": 0, "max": 1000},
    {"key": "since", "type": "date"},
]
COLUMNS = [
    {"key": "supplier", "type": "text"},
    {"key": "cost", "type": "money"},
]
DECISIONS = {
    "row_ids": ["DR01", "DR02"],
    "rows": ["shifts", "hiring"],
    "columns": [
        {"key": "now", "options": ["team", "plant"], "required": True},
        {"key": "then", "options": ["team", "plant"], "required": False},
    ],
}
ITEMS = (
    Item("E-N1", "enterprise", "profile", "Profile", "", {"fields": FIELDS}),
    Item("E-N2", "enterprise", "allocation_100", "Points", "", {"options": ["cost", "growth"]}),
    Item("E-N7", "enterprise", "register", "Suppliers", "", {"columns": COLUMNS}),
    Item("E-N9", "enterprise", "decision_matrix", "Decisions", "", DECISIONS),
)


def question(code, na_allowed=True):
    anchors = tuple(f"{code} {n}" for n in range(1, 6))
    return Question(code, "enterprise", "CAP1", f"Question {code}?", "", "", "", anchors, na_allowed=na_allowed)


DIMENSION = Dimension("CAP1", "CAP", "Strategy", "", "", "", "", "", 1, {}, {})
CONTENT = Questionnaire(
    version="1",
    components=(Component("CAP", "C", "Capabilities", "", (DIMENSION,)),),
    questions=(question("E-1"), question("E-2"), question("E-3", na_allowed=False)),
    items=ITEMS,
    actions=(),
    objectives={},
    cost_categories={},
    level_names=("a", "b", "c", "d", "e"),
)
LAYOUT = layout_of(CONTENT, "enterprise")
WORDS = Vocabulary(
    {
        ("", "answer"): {"n/a": "na", "don't know": "dk"},
        ("", "estimate"): {"yes": True, "no": False},
        ("E-N1", "country"): {"germany": "DE", "deutschland": "DE"},
    },
    {
        "questions": {(f"E-{n}",): frozenset({f"question e-{n}?", f"frage e-{n}?"}) for n in (1, 2, 3)},
        "E-N9": {("DR01",): frozenset({"shifts"}), ("DR02",): frozenset({"hiring"})},
    },
)


@dataclass
class Table:
    name: str
    rows: list
    merged: list = field(default_factory=list)


class Workbook:
    """The sheets as they come back, made from what was stored then; `cells` are changed by the tests."""

    def __init__(self, then):
        said = {"na": "N/A", "dk": "Don't know"}
        self.made_from = Manifest("s", "1", "en", "EUR", marks_of(LAYOUT, then))
        rows = [["opmodel:questions", "caption", "answer", "reason", "comment"], ["Code", "Question", "Answer", "", ""]]
        for q in CONTENT.questions:
            a = then.get(q.code, Answer("open"))
            rows.append([q.code, q.text, a.level or said.get(a.status), a.reason or None, a.comment or None])
        data = {code: then[code].data or {} if code in then else {} for code in ("E-N1", "E-N2", "E-N7", "E-N9")}
        facts = [["opmodel:facts", "caption", "value", "estimate", "field"], ["Code", "Question", "", "", ""]]
        for code, keys in (("E-N1", ("country", "headcount", "since")), ("E-N2", ("cost", "growth"))):
            facts.append([None, code, None, None, None])
            for key in keys:
                mark = "Yes" if key in data[code].get("estimated", []) else None
                facts.append([code, key, data[code].get(key), mark, key])
        grid = [["opmodel:E-N9", "caption", "now", "then"], ["Code", "Decision", "", ""]]
        for row, name in (("DR01", "shifts"), ("DR02", "hiring")):
            entry = data["E-N9"].get(row, {})
            grid.append([row, name, entry.get("now"), entry.get("then")])
        register = [["opmodel:E-N7", "supplier", "cost"], ["No.", "Supplier", "Cost"]]
        stored = data["E-N7"].get("rows", [])
        for n in range(5):
            entry = stored[n] if n < len(stored) else {}
            register.append([n + 1, entry.get("supplier"), entry.get("cost")])
        self.questions, self.facts = Table("Questions", rows), Table("Facts", facts)
        self.grid, self.register = Table("Decisions", grid), Table("Suppliers", register)

    def row(self, code, key=None):
        """The row of a question, a decision, a fact, or the n-th of the register."""
        if code.startswith("DR"):
            return next(r for r in self.grid.rows if r[0] == code)
        if key:
            return next(r for r in self.facts.rows if (r[0], r[-1]) == (code, key))
        return next(r for r in self.questions.rows if r[0] == code)

    def answer(self, code, answer, reason=None, comment=None):
        self.row(code)[2:] = [answer, reason, comment]

    def against(self, now, writes=lambda code: True, currency="EUR"):
        """What it would change of what is stored now."""
        tables = [self.questions, self.facts, self.grid, self.register]
        survey = Survey(CONTENT, LAYOUT, WORDS, now, Context(("CAP1",), date(2026, 6, 1), currency), writes)
        return compare(finding.read(tables, LAYOUT, WORDS, self.made_from.answers), self.made_from, survey)


def told(preview):
    return [(c.code, c.kind) for c in preview.changes]


def faults(preview):
    return [(f.key, f.code, f.place.sheet, f.place.row, f.place.column) for f in preview.faults]


THEN = {
    "E-1": Answer("level", 3, comment="seen", version=2),
    "E-2": Answer("na", reason="no such plant", version=1),
    "E-N1": Answer("data", data={"country": "DE", "headcount": 250, "estimated": ["headcount"]}, version=4),
    "E-N2": Answer("data", data={"cost": 70, "growth": 30}, version=1),
    "E-N7": Answer("data", data={"rows": [{"supplier": "Acme", "cost": "1200.50"}], "currency": "EUR"}, version=1),
    "E-N9": Answer("data", data={"DR01": {"now": "team", "then": "plant"}}, version=1),
}


def test_a_workbook_that_nobody_touched_changes_nothing():
    preview = Workbook(THEN).against(THEN)
    assert (preview.changes, preview.faults, preview.unchanged) == ([], [], 7)
    assert Workbook({}).against({}).unchanged == 7


def test_a_workbook_that_nobody_touched_contradicts_nobody():
    """Whatever others saved since the download: an untouched cell wants nothing."""
    now = {
        "E-1": Answer("level", 5, comment="newer", version=3),
        "E-3": Answer("dk", version=1),
        "E-N1": Answer("data", data={"country": "US"}, version=5),
        "E-N2": Answer("open", version=2),
        "E-N7": Answer("data", data={"rows": []}, version=2),
    }
    preview = Workbook(THEN).against(now)
    assert (preview.changes, preview.faults, preview.unchanged) == ([], [], 7)


def test_new_and_changed_answers():
    book = Workbook(THEN)
    book.answer("E-1", 4, comment="seen")
    book.answer("E-2", "Don't know")
    book.answer("E-3", " 2 ", comment="first")
    preview = book.against(THEN)
    assert told(preview) == [("E-1", "changed"), ("E-2", "changed"), ("E-3", "new")]
    assert [c.answer for c in preview.changes] == [
        Answer("level", 4, comment="seen"),
        Answer("dk"),
        Answer("level", 2, comment="first"),
    ]
    assert [c.version for c in preview.changes] == [2, 1, 0]
    assert [c.emptied for c in preview.changes] == [None, None, None]


def test_a_comment_alone_is_an_answer_that_is_open():
    book = Workbook({})
    book.answer("E-3", None, comment="ask the shift")
    (change,) = book.against({}).changes
    assert (change.kind, change.answer) == ("new", Answer("open", comment="ask the shift"))


def test_a_reason_that_is_left_over_from_the_stored_answer_goes():
    book = Workbook(THEN)
    book.answer("E-2", 3, reason="no such plant")
    (change,) = book.against(THEN).changes
    assert change.answer == Answer("level", 3)


def test_what_was_emptied_is_kept_unless_wanted():
    book = Workbook(THEN)
    book.answer("E-1", None)
    book.answer("E-2", None, reason="no such plant")
    preview = book.against(THEN)
    assert told(preview) == [("E-1", "cleared"), ("E-2", "cleared")]
    assert [c.answer for c in preview.changes] == [None, None]
    assert [c.emptied for c in preview.changes] == [Answer("open"), Answer("open")]
    assert [c.gone for c in preview.changes] == [("answer", "comment"), ("answer",)]


def test_an_emptied_comment_stays_beside_a_changed_level():
    book = Workbook(THEN)
    book.answer("E-1", 5)
    (change,) = book.against(THEN).changes
    assert (change.kind, change.gone) == ("changed", ("comment",))
    assert change.answer == Answer("level", 5, comment="seen")
    assert change.emptied == Answer("level", 5)


def test_an_emptied_answer_keeps_its_level_and_takes_the_new_comment():
    book = Workbook(THEN)
    book.answer("E-1", None, comment="seen again")
    (change,) = book.against(THEN).changes
    assert (change.kind, change.gone) == ("changed", ("answer",))
    assert change.answer == Answer("level", 3, comment="seen again")
    assert change.emptied == Answer("open", comment="seen again")


def test_two_people_on_one_answer():
    now = THEN | {"E-1": Answer("level", 5, comment="audit", version=3), "E-3": Answer("level", 1, version=1)}
    book = Workbook(THEN)
    book.answer("E-1", 2, comment="seen")
    book.answer("E-3", 4)
    preview = book.against(now)
    assert told(preview) == [("E-1", "conflict"), ("E-3", "conflict")]
    first, second = preview.changes
    assert (first.answer, first.stored, first.version) == (Answer("level", 2, comment="seen"), now["E-1"], 3)
    assert (second.answer, second.version) == (Answer("level", 4), 1)


def test_the_comment_of_the_other_is_not_lost_in_a_conflict():
    now = {"E-3": Answer("level", 1, comment="from the audit", version=1)}
    book = Workbook({})
    book.answer("E-3", 4)
    (change,) = book.against(now).changes
    assert change.answer == Answer("level", 4, comment="from the audit")


def test_two_people_with_the_same_answer_do_not_contradict_each_other():
    book = Workbook({})
    book.answer("E-3", 4, comment="  seen \r\n twice ")
    now = {"E-3": Answer("level", 4, comment="seen \n twice", version=7)}
    assert (book.against(now).changes, book.against(now).unchanged) == ([], 7)


def test_an_answer_emptied_here_and_changed_there():
    book = Workbook(THEN)
    book.answer("E-1", None)
    now = THEN | {"E-1": Answer("level", 5, version=3)}
    (change,) = book.against(now).changes
    assert (change.kind, change.answer, change.emptied) == ("conflict", Answer("open"), None)


@pytest.mark.parametrize(
    ("code", "cells", "fault"),
    [
        ("E-1", (7,), ("level", 3, 3)),
        ("E-1", ("good",), ("level", 3, 3)),
        ("E-1", ("N/A",), ("na_without_reason", 3, 4)),
        ("E-3", ("N/A", "no plant"), ("na_not_possible", 5, 3)),
        ("E-3", (4, "no plant"), ("reason_without_na", 5, 4)),
        ("E-3", (None, "no plant"), ("reason_without_na", 5, 4)),
        ("E-1", ("N/A", "x" * 501), ("too_long", 3, 4)),
        ("E-1", (4, None, "x" * 2001), ("too_long", 3, 5)),
    ],
)
def test_an_impossible_answer_has_its_place_and_changes_nothing(code, cells, fault):
    book = Workbook({})
    book.answer(code, *cells)
    preview = book.against({})
    key, row, column = fault
    assert faults(preview) == [(key, code, "Questions", row, column)]
    assert preview.changes == []


def test_facts():
    book = Workbook(THEN)
    book.row("E-N1", "country")[2] = "Deutschland"  # the same in another language
    book.row("E-N1", "headcount")[2:4] = [260.0, "no"]
    book.row("E-N1", "since")[2] = date(2001, 5, 4)
    book.row("E-N2", "cost")[2], book.row("E-N2", "growth")[2] = "100", None
    preview = book.against(THEN)
    assert told(preview) == [("E-N1", "changed"), ("E-N2", "changed")]
    assert preview.changes[0].answer.data == {"country": "DE", "headcount": 260, "since": "2001-05-04"}
    assert preview.changes[1].answer.data == {"cost": 100, "growth": 0}
    assert preview.changes[1].emptied is None  # an empty cell is 0 there


def test_an_emptied_fact_is_kept_with_its_mark_unless_wanted():
    book = Workbook(THEN)
    book.row("E-N1", "country")[2] = "US"
    book.row("E-N1", "headcount")[2:4] = [None, None]
    (change,) = book.against(THEN).changes
    assert (change.kind, change.gone) == ("changed", ("headcount",))
    assert change.answer.data == {"country": "US", "headcount": 250, "estimated": ["headcount"]}
    assert change.emptied.data == {"country": "US"}


def test_an_item_that_was_emptied_altogether():
    book = Workbook(THEN)
    for key in ("country", "headcount"):
        book.row("E-N1", key)[2:4] = [None, None]
    for key in ("cost", "growth"):
        book.row("E-N2", key)[2] = None
    book.register.rows[2][1:] = [None, None]
    book.row("DR01")[2:] = [None, None]
    preview = book.against(THEN)
    assert told(preview) == [("E-N1", "cleared"), ("E-N2", "cleared"), ("E-N7", "cleared"), ("E-N9", "cleared")]
    assert [c.answer for c in preview.changes] == [None] * 4
    assert [c.emptied for c in preview.changes] == [Answer("open")] * 4


def test_a_fact_with_a_fault_has_its_place():
    book = Workbook(THEN)
    book.row("E-N1", "headcount")[2] = 2000
    book.row("E-N1", "country")[2] = "Atlantis"
    book.row("E-N2", "cost")[2] = 69
    preview = book.against(THEN)
    assert faults(preview) == [
        ("item", "E-N1", "Facts", 4, 3),
        ("item", "E-N1", "Facts", 5, 3),
        ("item", "E-N2", "Facts", 8, 0),
    ]
    assert [f.values["fault"].key for f in preview.faults] == ["choice", "whole_range", "points"]
    assert [f.found for f in preview.faults] == ["Atlantis", "2000", ""]


def test_a_mark_of_an_estimate_that_says_nothing():
    book = Workbook(THEN)
    book.row("E-N1", "headcount")[3] = "roughly"
    preview = book.against(THEN)
    assert faults(preview) == [("estimate", "E-N1", "Facts", 5, 4)]
    assert preview.changes == []


def test_a_matrix():
    book = Workbook(THEN)
    book.row("DR01")[2:] = ["plant", None]
    book.row("DR02")[2:] = ["team", None]
    (change,) = book.against(THEN).changes
    assert change.answer.data == {"DR01": {"now": "plant", "then": "plant"}, "DR02": {"now": "team"}}
    assert change.emptied.data == {"DR01": {"now": "plant"}, "DR02": {"now": "team"}}
    assert change.gone == ("DR01.then",)
    book.row("DR02")[2:] = [None, "team"]
    assert faults(book.against(THEN)) == [("item", "E-N9", "Decisions", 4, 3)]


def test_a_register():
    book = Workbook(THEN)
    book.register.rows[2][2] = 1300  # the stored row
    book.register.rows[5][1:] = ["Zeta", "2.000,00"]  # with empty rows before it
    (change,) = book.against(THEN).changes
    assert change.answer.data == {
        "rows": [{"supplier": "Acme", "cost": "1300"}, {"supplier": "Zeta", "cost": "2000"}],
        "currency": "EUR",
    }
    book.register.rows[5][1:] = [None, 5]
    assert faults(book.against(THEN)) == [("item", "E-N7", "Suppliers", 6, 2)]


def test_amounts_are_never_given_another_currency():
    """The organisation changed its currency after the download, or before it with amounts in the old one."""
    book = Workbook(THEN)
    book.register.rows[2][2] = 1300
    (fault,) = book.against(THEN, currency="USD").faults
    assert fault.values["fault"].key == "currency"
    stored = THEN | {"E-N7": Answer("data", data={"rows": [{"supplier": "Acme", "cost": "9"}], "currency": "USD"})}
    late = Workbook(stored)
    late.register.rows[2][2] = 1300
    (fault,) = late.against(stored).faults
    assert (fault.values["fault"].key, fault.values["fault"].values["found"]) == ("currency", "USD")


def test_whoever_may_not_write_an_answer_is_told_the_same_whatever_is_stored():
    """The reply must not tell what somebody else answered."""
    book = Workbook({})
    book.answer("E-3", 4)
    replies = []
    for now in ({}, {"E-3": Answer("level", 4, version=1)}, {"E-3": Answer("level", 2, version=1)}):
        preview = book.against(now, writes=lambda code: code != "E-3")
        replies.append((told(preview), faults(preview), preview.unchanged))
    assert replies == [([], [("not_yours", "E-3", "Questions", 5, 0)], 6)] * 3


def test_untouched_answers_of_others_are_no_fault():
    preview = Workbook(THEN).against(THEN, writes=lambda code: code == "E-1")
    assert (preview.changes, preview.faults) == ([], [])


def test_a_row_that_was_moved_is_found_by_its_code():
    book = Workbook(THEN)
    book.answer("E-3", 5)
    book.questions.rows[2:] = reversed(book.questions.rows[2:])
    preview = book.against(THEN)
    assert (told(preview), preview.faults) == ([("E-3", "new")], [])
    assert preview.changes[0].place.row == 3


def test_columns_are_found_by_their_marks():
    book = Workbook({})
    book.answer("E-3", 5, comment="c")
    book.questions.rows = [["x", *reversed(row)] for row in book.questions.rows]
    (change,) = book.against({}).changes
    assert change.answer == Answer("level", 5, comment="c")


def test_a_row_that_is_gone():
    book = Workbook(THEN)
    del book.questions.rows[2]
    del book.facts.rows[4]
    preview = book.against(THEN)
    assert faults(preview) == [("row_gone", "E-1", "Questions", 0, 0), ("row_gone", "E-N1", "Facts", 0, 0)]
    assert preview.changes == []


def test_a_row_that_is_there_twice_changes_nothing():
    book = Workbook(THEN)
    book.answer("E-1", 5)
    book.questions.rows.append(["E-1", "Question E-1?", 4, None, None])
    preview = book.against(THEN)
    assert faults(preview) == [("row_twice", "E-1", "Questions", 6, 0)]
    assert preview.changes == []


def test_a_sheet_of_which_only_a_part_was_sorted():
    """Codes stayed, texts and answers moved: the answers would land on other questions."""
    book = Workbook({})
    book.answer("E-1", 5)
    first, second = book.row("E-1"), book.row("E-2")
    first[1:], second[1:] = second[1:], first[1:]
    preview = book.against({})
    assert faults(preview) == [("mixed_up", "E-1", "Questions", 3, 0), ("mixed_up", "E-2", "Questions", 4, 0)]
    assert preview.changes == []


def test_a_text_somebody_wrote_over_or_reads_in_another_language_is_no_fault():
    book = Workbook({})
    book.answer("E-1", 5)
    book.row("E-1")[1] = "Frage E-1?"
    book.row("E-2")[1] = "???"
    assert told(book.against({})) == [("E-1", "new")]


def test_merged_cells_change_nothing():
    book = Workbook({})
    book.answer("E-1", 5)
    book.questions.merged = [
        (2, 2, 3, 2),
        (0, 0, 1, 4),
        (4, 0, 4, 1),
    ]  # answers of two rows; the header; a code and text
    preview = book.against({})
    assert faults(preview) == [("merged", "E-1", "Questions", 3, 0), ("merged", "E-2", "Questions", 4, 0)]
    book.register.merged = [(2, 1, 2, 2)]
    book.register.rows[2][1] = "Acme"
    assert ("merged", "E-N7", "Suppliers", 3, 0) in faults(book.against({}))


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (["S-1", "a plant's question", 3, None, None], ("unknown_code", "", "Questions", 6, 3)),
        ([None, "", 3, None, None], ("no_code", "", "Questions", 6, 3)),
        ([None, "", None, None, "a note"], ("no_code", "", "Questions", 6, 5)),
    ],
)
def test_an_answer_to_no_question(row, fault):
    book = Workbook({})
    book.questions.rows.append(row)
    assert faults(book.against({})) == [fault]


def test_a_note_outside_of_the_answers_is_none_of_our_business():
    book = Workbook({})
    book.questions.rows += [[None, "my own notes", None, None, None], ["S-1", "x", None, None, None]]
    book.questions.rows[3].append("beside")
    assert book.against({}).faults == []


def test_a_sheet_or_a_column_that_is_missing():
    book = Workbook(THEN)
    book.questions.rows[0][0] = "Questions"
    book.facts.rows[0][2] = "Answer"
    preview = book.against(THEN)
    assert faults(preview) == [("no_sheet", "", "", 0, 0), ("no_column", "", "Facts", 1, 0)]
    assert [f.values for f in preview.faults] == [{"sheet": "questions"}, {"column": "value"}]


def test_a_sheet_that_was_copied():
    book = Workbook(THEN)
    tables = [book.questions, Table("Questions (2)", book.questions.rows)]
    reading = finding.read(tables, layout_of(CONTENT, "enterprise", frozenset({"E-1"})), WORDS, ["E-1"])
    assert [(f.key, f.place.sheet) for f in reading.faults] == [("sheet_twice", "Questions (2)")]


def test_the_workbook_of_a_part_misses_nothing_of_the_rest():
    """A colleague's workbook holds the assigned questions alone."""
    part = layout_of(CONTENT, "enterprise", frozenset({"E-1"}))
    rows = [
        ["opmodel:questions", "caption", "answer", "reason", "comment"],
        [],
        ["E-1", "Question E-1?", 4, None, None],
    ]
    made_from = Manifest("s", "1", "en", "EUR", marks_of(part, {}))
    reading = finding.read([Table("Questions", rows)], LAYOUT, WORDS, made_from.answers)
    survey = Survey(CONTENT, LAYOUT, WORDS, {}, Context((), date(2026, 6, 1), "EUR"), lambda code: code == "E-1")
    preview = compare(reading, made_from, survey)
    assert (told(preview), preview.faults) == ([("E-1", "new")], [])


def test_a_question_the_workbook_was_not_made_with_contradicts_what_is_stored():
    book = Workbook({})
    book.made_from = Manifest("s", "1", "en", "EUR", {})
    book.answer("E-1", 4)
    assert told(book.against({})) == [("E-1", "new")]
    assert told(book.against({"E-1": Answer("level", 2, version=1)})) == [("E-1", "conflict")]


def test_the_manifest():
    rows = [
        ["opmodel:download", None, None, None],
        ["format", 1],
        ["survey", "abc"],
        ["content", 2026.1],  # a spreadsheet program made a number of it
        ["language", "de"],
        ["currency", "EUR"],
        ["answer", "E-1", "2", "f00d"],
        ["answer", "E-2", 0, None],
        ["answer", "E-3", "-1", ""],
        ["answer", "E-4", "9" * 12, ""],
    ]
    found = finding.manifest([Table("x", [["a"]]), Table("download", rows)])
    assert found == Manifest("abc", "2026.1", "de", "EUR", {"E-1": Downloaded(2, "f00d"), "E-2": Downloaded(0, "")})
    assert finding.manifest([Table("x", [["a"]])]) is None
    assert finding.manifest([Table("download", [*rows[:1], ["format", "2"]])]) is None


def test_where_something_stands():
    book = Workbook(THEN)
    reading = finding.read([book.grid], LAYOUT, WORDS, ())
    found = reading.found["E-N9"]
    assert [found.place(p).column for p in ("DR01.then", "DR01", "DR01.other", "nowhere")] == [4, 0, 0, 0]
    assert [found.place(p).row for p in ("DR01.then", "DR01", "DR01.other", "nowhere")] == [3, 3, 3, 0]
