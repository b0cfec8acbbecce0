"""What stands in a downloaded workbook, opened by readers that are not the writer."""

import io
import re
import time
import zipfile
from datetime import date, timedelta

import openpyxl
import pytest
import python_calamine
from django.utils import translation

from assessments import items, publishing, selectors, workflow
from assessments.models import Assignment, AssignmentQuestion, Cycle, Question, Submission
from assessments.workbook import material, pages, writing
from assessments.workbook.layout import block_of, layout_of
from opmodel.organisations.models import Organisation, User
from tests.assessments.workbook.filling import Filled, download, url_of

pytestmark = pytest.mark.django_db
BEGIN = "=+-@\t\r"
LEVELS = [1, 2, 3, 4, 5, "N/A", "Don't know"]


def save(world, submission, code, by="csco", **body):
    with world.inside(by):
        version = body.pop("base_version", 0)
        return workflow.save_answer(
            by=world.members[by], submission=submission, code=code, base_version=version, **body
        )


def choices(book, sheet, cell):
    """The list a cell offers; None without one."""
    for rule in book[sheet].data_validations.dataValidation:
        if rule.type == "list" and cell.coordinate in rule.cells:
            name, first, last = re.fullmatch(r"=?(\w+)!(\$\w+\$\d+):(\$\w+\$\d+)", rule.formula1).groups()
            return [row[0].value for row in book[name][f"{first}:{last}".replace("$", "")]]
    return None


def rule_of(book, sheet, cell):
    return next(r for r in book[sheet].data_validations.dataValidation if cell.coordinate in r.cells)


def test_every_type_of_item_has_a_place(nordwerk):
    content = publishing.catalogue(nordwerk.cycle.questionnaire_id)
    assert {i.type for i in content.items} == set(items.TYPES)
    assert [i.code for i in content.items if block_of(i, []) is None] == []
    for view, questions, blocks in (("enterprise", 74, 11), ("site", 44, 8)):
        layout = layout_of(content, view)
        assert (len(layout.questions), len(layout.blocks)) == (questions, blocks)


def test_only_the_answers_can_be_changed(nordwerk):
    filled = download(nordwerk.client(), nordwerk.enterprise)
    visible = [s for s in filled.book if s.sheet_state == "visible"]
    assert [s.title for s in visible][:3] == ["Read me", "Questions", "Facts and aims"]
    assert [s.title for s in filled.book if s.sheet_state == "hidden"] == ["download", "lists"]
    for sheet in filled.book:
        assert sheet.protection.sheet, sheet.title
        assert sheet.protection.password is None
    free = {s.title: {c.column_letter for row in s for c in row if not c.protection.locked} for s in visible}
    assert free["Read me"] == set()
    assert free["Questions"] == set("JKL")  # answer, reason, comment
    assert free["Facts and aims"] == set("CD")
    assert free["E-N6 Which level do you want to"] == set("CD")
    assert free["E-N9 Decision-rights matrix (en"] == set("CDEF")
    assert free["E-N7 Make-vs-buy register"] == set("BCDEFGHIJK")
    # ... and all of them: 74 questions, 27 targets, 50 empty rows
    unlocked = [
        sum(not c.protection.locked for row in filled.sheets[k] for c in row) for k in ("questions", "E-N6", "E-N7")
    ]
    assert unlocked == [74 * 3, 27 * 2, 50 * 10]


def test_no_formula_no_link_no_macro(nordwerk):
    with nordwerk.inside():
        Organisation.objects.filter(pk=nordwerk.organisation.pk).update(name="=HYPERLINK(A1)")
        Cycle.objects.filter(pk=nordwerk.cycle.pk).update(name="=cmd|' /C calc'!A0")
        User.objects.filter(pk=nordwerk.members["csco"].user_id).update(name="@SUM(1)")
    for n, sign in enumerate(BEGIN):
        code = ("E-CAP1-1", "E-CAP1-2", "E-CAP1-3", "E-CAP2-1", "E-CAP2-2", "E-CAP2-3")[n]
        save(nordwerk, nordwerk.enterprise, code, status="level", level=3, comment=f"{sign}1+1\n{sign}2")
    save(nordwerk, nordwerk.enterprise, "E-CAP3-1", status="na", reason="=1+1", comment="https://evil.example/")
    rows = [{"item_family": f"{sign}cmd|' /C calc'!A0"} for sign in "=+-@"]
    save(nordwerk, nordwerk.enterprise, "E-N7", status="data", data={"rows": rows})
    data = download(nordwerk.client(), nordwerk.enterprise).data
    book = openpyxl.load_workbook(io.BytesIO(data))
    cells = [c for sheet in book for row in sheet for c in row if c.value is not None]
    assert len(cells) > 1500
    assert [c.coordinate for c in cells if c.data_type == "f"] == []
    assert [c for c in cells if c.hyperlink] == []
    texts = {c.value for c in cells}
    assert {"=1+1", "https://evil.example/", "=cmd|' /C calc'!A0", "@cmd|' /C calc'!A0", "=HYPERLINK(A1)"} <= texts
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        parts = b"".join(archive.read(n) for n in names)
    assert not [n for n in names if "vba" in n.lower() or "externalLink" in n or "embeddings" in n]
    for part in (b"<f>", b"<f ", b"<hyperlink", b'TargetMode="External"', b"DDE"):
        assert part not in parts
    # the only formulas are the places of the lists
    found = set(re.findall(rb"<formula1>([^<]*)</formula1>", parts))
    assert {f.split(b"!")[0] for f in found if b"!" in f} == {b"lists"}
    assert all(re.fullmatch(rb"lists!\$[A-Z]+\$1:\$[A-Z]+\$\d+|-?[\d.E+]+", f) for f in found)


def test_another_reader_sees_the_same_values(nordwerk):
    save(nordwerk, nordwerk.enterprise, "E-CAP1-2", status="level", level=4, comment="=1+1\nsecond line")
    save(nordwerk, nordwerk.enterprise, "E-CAP1-3", status="na", reason="no plant")
    data = download(nordwerk.client(), nordwerk.enterprise).data
    rows = (
        python_calamine.load_workbook(io.BytesIO(data)).get_sheet_by_name("Questions").to_python(skip_empty_area=False)
    )
    by_code = {row[0]: row for row in rows}
    assert by_code["E-CAP1-2"][9:12] == [4.0, "", "=1+1\nsecond line"]
    assert by_code["E-CAP1-3"][9:12] == ["N/A", "no plant", ""]
    assert by_code["E-CAP1-1"][3] == "How are manufacturing capabilities linked to supply chain objectives?"
    assert len([row for row in rows if str(row[0]).startswith("E-")]) == 74


def test_lists_and_limits(nordwerk):
    filled = download(nordwerk.client(), nordwerk.enterprise)
    book = filled.book
    assert choices(book, "Questions", filled.cell("questions", "E-CAP1-1", "answer")) == LEVELS
    assert choices(book, "Questions", filled.cell("questions", "E-GOV7-3", "answer")) == LEVELS
    industries = choices(book, "Facts and aims", filled.cell("facts", ("E-N1", "industry"), "value"))
    assert (len(industries), industries[0], industries[-1]) == (
        24, "10 Food products", "33 Repair and installation of machinery",
    )  # fmt: skip
    bands = choices(book, "Facts and aims", filled.cell("facts", ("E-N1", "employees_band"), "value"))
    assert bands == ["under 250", "250-999", "1,000-4,999", "5,000-19,999", "20,000 and more"]
    sites = rule_of(book, "Facts and aims", filled.cell("facts", ("E-N1", "sites_count"), "value"))
    assert (sites.type, sites.formula1, sites.formula2) == ("whole", "1", "2000")
    assert sites.error == "A whole number from 1 to 2000 is expected."
    targets = filled.sheets["E-N6"].title
    assert choices(book, targets, filled.cell("E-N6", "CAP1", "target")) == [1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5]
    assert rule_of(book, targets, filled.cell("E-N6", "GOV7", "by")).type == "date"
    register = filled.sheets["E-N7"].title
    assert choices(book, register, filled.cell("E-N7", 50, "supply_risk"))[1] == "2 · change within 3 months"
    assert choices(book, register, filled.cell("E-N7", 1, "item_family")) is None
    comment = rule_of(book, "Questions", filled.cell("questions", "E-CAP1-1", "comment"))
    assert (comment.type, comment.formula1, comment.error) == (
        "textLength",
        "2000",
        "At most 2000 characters are possible.",
    )
    for sheet in book:
        for rule in sheet.data_validations.dataValidation:
            assert rule.showErrorMessage
            assert len(rule.error) <= 255
            assert len(rule.errorTitle) <= 32


def test_it_is_made_to_be_read_and_printed(nordwerk):
    filled = download(nordwerk.client(), nordwerk.enterprise)
    for sheet in filled.book:
        if sheet.sheet_state == "visible":
            setup = sheet.page_setup
            assert (setup.orientation, sheet.sheet_properties.pageSetUpPr.fitToPage) == ("landscape", True)
            assert (setup.fitToWidth or 1, setup.fitToHeight) == (1, None if sheet.title == "Read me" else 0)
    questions = filled.sheets["questions"]
    assert questions.freeze_panes == "B5"
    assert questions.row_dimensions[3].hidden
    assert questions["D5"].alignment.wrap_text
    assert questions.row_dimensions[5].height > 30  # anchors of several lines are seen whole
    assert questions["A4"].fill.fgColor.rgb == "FF" + pages.TOKENS["accent"][1:].upper()
    assert questions.print_title_rows == "$1:$4"


def test_the_colours_are_those_of_the_pages(root):
    css = (root / "static" / "css" / "tokens.css").read_text()
    for name, colour in pages.TOKENS.items():
        assert f"--{name}: light-dark({colour}" in css, name


def test_the_first_sheet_says_what_to_do(nordwerk):
    sheet = download(nordwerk.client(), nordwerk.enterprise).book["Read me"]
    said = {str(a.value): str(b.value) for a, b in sheet.iter_rows(max_col=2) if b.value}
    assert sheet["A1"].value == "Enterprise self-assessment"
    assert said["Organisation"] == "Nordwerk"
    assert said["Cycle"] == "Cycle 1"
    last = date.today() + timedelta(days=30)
    assert said["Answers until"] == f"{last.day} {last:%B %Y}"
    assert said["Downloaded"].endswith(" by csco Nordwerk")
    assert said["Version of the questions"] == publishing.catalogue(nordwerk.cycle.questionnaire_id).version
    assert said["most"] == "more than half"
    assert said["1"] == "Fill in the coloured cells. Everything else is locked."


def test_the_hidden_sheet_names_versions_and_no_answer(nordwerk):
    save(nordwerk, nordwerk.enterprise, "E-CAP1-1", status="level", level=4, comment="secret canary")
    rows = {
        tuple(c.value for c in row)[:2]: row
        for row in download(nordwerk.client(), nordwerk.enterprise).book["download"]
    }
    assert rows["survey", nordwerk.enterprise.public_id]
    assert [c.value for c in rows["answer", "E-CAP1-1"]][2] == "1"
    assert [c.value for c in rows["answer", "E-CAP1-2"]][2:] == ["0", ""]
    assert len([r for r in rows if r[0] == "answer"]) == 74 + 11
    assert "canary" not in str([[c.value for c in row] for row in rows.values()])


def test_the_level_of_the_last_cycle_stands_beside_the_answer(nordwerk):
    save(nordwerk, nordwerk.enterprise, "E-CAP1-1", status="level", level=4)
    save(nordwerk, nordwerk.enterprise, "E-CAP1-2", status="dk")
    with nordwerk.inside():
        workflow.submit(by=nordwerk.members["csco"], submission=nordwerk.enterprise)
        cycle = workflow.open_cycle(
            by=nordwerk.members["csco"],
            name="Next",
            opens_on=date.today(),
            closes_on=date.today(),
            sites=[],
            dataset=None,
        )
        again = Submission.objects.get(cycle=cycle)
    filled = download(nordwerk.client(), again)
    assert [filled.cell("questions", f"E-CAP1-{n}", "last").value for n in (1, 2, 3)] == [4, None, None]
    assert filled.cell("questions", "E-CAP1-1", "last").protection.locked
    assert "last" not in download(nordwerk.client(), nordwerk.enterprise).columns["questions"]


def test_in_the_reader_s_language_with_codes_that_stay(nordwerk):
    save(nordwerk, nordwerk.enterprise, "E-CAP1-1", status="na", reason="weil")
    save(nordwerk, nordwerk.enterprise, "E-N1", status="data", data={"industry": "28", "sites_count": 3})
    with nordwerk.inside():
        User.objects.filter(pk=nordwerk.members["csco"].user_id).update(language="de")
    german = download(nordwerk.client(), nordwerk.enterprise)
    english_columns = ["opmodel:questions", "component", "dimension", "caption", "answer", "reason", "comment"]
    assert [c for c in german.columns["questions"] if not c.startswith("level")] == english_columns
    assert german.cell("questions", "E-CAP1-1", "caption").value.startswith("Wie")
    assert german.cell("facts", ("E-N1", "industry"), "value").value == "28 Maschinenbau"
    sheet = german.sheets["questions"]
    listed = choices(german.book, sheet.title, german.cell("questions", "E-CAP1-1", "answer"))
    assert listed[:5] == [1, 2, 3, 4, 5]
    assert german.cell("questions", "E-CAP1-1", "answer").value == listed[5]


def test_a_contributor_gets_the_assigned_questions_only(nordwerk):
    save(nordwerk, nordwerk.enterprise, "E-CAP1-1", status="level", level=4, comment="canary of the CSCO")
    assign(nordwerk, nordwerk.members["contributor"], ["E-CAP1-2", "E-N4"])
    filled = download(nordwerk.client("contributor"), nordwerk.enterprise)
    assert [r for r in filled.rows["questions"] if r] == ["E-CAP1-2"]
    assert [r for r in filled.rows["facts"] if r[0]] == [("E-N4", "choice")]
    assert set(filled.sheets) == {"questions", "facts", "download"}
    with zipfile.ZipFile(io.BytesIO(filled.data)) as archive:
        parts = b"".join(archive.read(n) for n in archive.namelist())
    assert b"canary" not in parts
    assert b"E-CAP1-1" not in parts


def assign(world, member, codes):
    with world.inside():
        row = Assignment.objects.create(
            organisation=world.organisation, submission=world.enterprise, member=member, due_on=date.today()
        )
        for question in Question.objects.filter(questionnaire=world.cycle.questionnaire, code__in=codes):
            AssignmentQuestion.objects.create(
                organisation=world.organisation, assignment=row, submission=world.enterprise, question=question
            )
    return row


def test_where_nothing_can_be_saved_everything_is_locked(nordwerk):
    save(nordwerk, nordwerk.enterprise, "E-CAP1-1", status="level", level=4)
    with nordwerk.inside():
        workflow.close_cycle(by=nordwerk.members["csco"], cycle=nordwerk.cycle)
    for who in ("csco", "analyst"):
        filled = download(nordwerk.client(who), nordwerk.enterprise)
        assert [c for s in filled.book for row in s for c in row if not c.protection.locked] == []
        assert [r for s in filled.book for r in s.data_validations.dataValidation] == []
        assert filled.cell("questions", "E-CAP1-1", "answer").value == 4
        said = [c.value for row in filled.book["Read me"] for c in row]
        assert "Answers cannot be changed at present. This workbook is for reading; it cannot be uploaded." in said


def test_whoever_only_reads_gets_a_workbook_for_reading(nordwerk):
    filled = download(nordwerk.client("analyst"), nordwerk.enterprise)
    assert len([r for r in filled.rows["questions"] if r]) == 74
    assert [c for s in filled.book for row in s for c in row if not c.protection.locked] == []


def test_another_organisation_gets_nothing(nordwerk, sudwerk):
    made_up = nordwerk.client().get("/submissions/2222222222222222/workbook/download/")
    reply = nordwerk.client().get(url_of(sudwerk.enterprise, "download/"))
    assert sudwerk.client().get(url_of(sudwerk.enterprise, "download/")).status_code == 200
    assert (reply.status_code, reply.content) == (404, made_up.content)
    assert nordwerk.client("plant_manager").get(url_of(nordwerk.submissions[2], "download/")).status_code == 404


def test_it_is_made_in_well_under_a_second(nordwerk):
    with nordwerk.inside():
        found = selectors.submissions(nordwerk.members["csco"]).get(pk=nordwerk.enterprise.pk)
        content = material.gather(nordwerk.members["csco"], found)
        start = time.process_time()
        data = writing.build(content)
        assert time.process_time() - start < 1
    assert len(data) < 100_000


def test_names_of_sheets_are_possible_in_every_language(nordwerk):
    for language in ("en", "de"):
        with translation.override(language), nordwerk.inside():
            for submission in nordwerk.submissions[:2]:
                found = selectors.submissions(nordwerk.members["csco"]).get(pk=submission.pk)
                names = [s.title for s in Filled(writing.build(material.gather(nordwerk.members["csco"], found))).book]
                assert len({n.casefold() for n in names}) == len(names)
                assert all(0 < len(n) <= 31 and not set("[]:*?/\\'") & set(n) for n in names)
