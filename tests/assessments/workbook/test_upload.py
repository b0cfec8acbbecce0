"""A workbook that comes back: refused in words, looked at, decided, applied whole or not at all."""

import html
import io
import re
from datetime import date, timedelta

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments import workflow
from assessments.models import Answer, AssignmentQuestion, Cycle, StandIn, Submission
from opmodel.files.models import StoredFile
from opmodel.organisations.models import User
from tests import samples
from tests.assessments.test_workflow import post
from tests.assessments.workbook.filling import Filled, download, upload, url_of
from tests.assessments.workbook.test_writing import assign, save

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(stored_files):
    return stored_files


def kept_files(folder):
    return [f for f in folder.rglob("*") if f.is_file()]


def text_of(reply):
    """What a person reads on a page."""
    body = reply.content.decode().partition("<main")[2]
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", body).split()))


def stored(world, submission=None):
    with world.inside():
        rows = Answer.objects.filter(submission=submission or world.enterprise).select_related("question")
        return {r.question.code: (r.status, r.level, r.data, r.reason, r.comment, r.version) for r in rows}


def preview(client, submission, filled):
    """Upload, and the preview: (its address, the page)."""
    reply = upload(client, submission, filled.bytes() if isinstance(filled, Filled) else filled)
    assert reply.status_code == 302, text_of(reply)
    return reply.url, client.get(reply.url)


def choices_on(page):
    """What the form of the preview sends if nobody touches it."""
    body = page.content.decode()
    marked = re.findall(r'<input type="(?:radio|checkbox)" name="([^"]+)" value="([^"]+)" checked', body)
    return {html.unescape(name): value for name, value in marked}


def apply(client, url, choices=None):
    return client.post(url + "apply/", choices or {})


# ---- the whole way


def test_download_fill_in_upload_look_apply(nordwerk, folder):
    client = nordwerk.client()
    post(client, nordwerk.enterprise, "E-CAP1-1", level=2, comment="before")
    filled = download(client, nordwerk.enterprise)
    filled.answer("E-CAP1-1", 4, comment="after")
    filled.answer("E-CAP1-2", "N/A", reason="no plants of our own")
    filled.answer("E-CAP1-3", "Don't know")
    filled.fact("E-N1", "industry", "28 Machinery and equipment")
    filled.fact("E-N1", "sites_count", 12, estimate="Yes")
    filled.fact("E-N2", "cost", 60)
    filled.fact("E-N2", "growth", 40)
    filled.fact("E-N4", "choice", "business unit head")
    filled.cell("E-N6", "CAP1", "target").value = 3.5
    filled.cell("E-N6", "CAP1", "by").value = date.today() + timedelta(days=200)
    filled.cell("E-N7", 3, "item_family").value = "Gearboxes"
    filled.cell("E-N7", 3, "supply_risk").value = "4 · change takes over 12 months"
    filled.cell("E-N9", "DR01", "current_level").value = "plant"
    url, page = preview(client, nordwerk.enterprise, filled)
    assert "9 changes to look at Nothing is saved yet. 76 answers are the same as stored." in text_of(page)
    assert "8 new 1 changed 0 emptied 0 to decide 0 to mend" in text_of(page)
    assert "Answer 2 4 Comment or evidence before after" in text_of(page)
    assert "saved " in text_of(page)
    assert "by csco Nordwerk" in text_of(page)
    assert len(stored(nordwerk)) == 1
    assert len(kept_files(folder)) == 1
    reply = apply(client, url)
    assert (reply.status_code, reply.url) == (302, url)
    found = stored(nordwerk)
    assert found["E-CAP1-1"] == ("level", 4, None, "", "after", 2)
    assert found["E-CAP1-2"] == ("na", None, None, "no plants of our own", "", 1)
    assert found["E-CAP1-3"] == ("dk", None, None, "", "", 1)
    by = (date.today() + timedelta(days=200)).isoformat()
    assert {code: row[2] for code, row in found.items() if row[0] == "data"} == {
        "E-N1": {"industry": "28", "sites_count": 12, "estimated": ["sites_count"]},
        "E-N2": {"cost": 60, "agility": 0, "resilience": 0, "service": 0, "growth": 40, "sustainability": 0},
        "E-N4": {"choice": "business unit head"},
        "E-N6": {"CAP1": {"target": 3.5, "by": by}},
        "E-N7": {"rows": [{"item_family": "Gearboxes", "supply_risk": 4}]},
        "E-N9": {"DR01": {"current_level": "plant"}},
    }
    with nordwerk.inside():
        assert {(a.origin, a.on_behalf) for a in Answer.objects.all()} == {("workbook", False)}
        nordwerk.organisation.refresh_from_db()
        assert StoredFile.objects.count() == 0
    assert nordwerk.organisation.industry == "28"  # as if it was answered on the page
    done = client.get(url)
    assert "9 answers were saved from the workbook" in text_of(done)
    links = re.findall(r'<li><span class="tag">([^<]+)</span> <a href="([^"]+)"', done.content.decode())
    assert links[0] == ("E-CAP1-1", f"/submissions/{nordwerk.enterprise.public_id}/dimensions/CAP1/#E-CAP1-1")
    assert [client.get(link.partition("#")[0]).status_code for _code, link in links] == [200] * 9


def test_an_untouched_workbook_changes_nothing(nordwerk):
    client = nordwerk.client()
    save(nordwerk, nordwerk.enterprise, "E-CAP1-1", status="level", level=4, comment="=1+1")
    url, page = preview(client, nordwerk.enterprise, download(client, nordwerk.enterprise))
    assert "Nothing in this workbook differs from what is stored" in text_of(page)
    assert "Apply" not in text_of(page)
    reply = apply(client, url)
    assert reply.url == url_of(nordwerk.enterprise)
    assert "Nothing was changed: everything stays as it was stored." in text_of(client.get(reply.url))


def test_by_the_site_on_its_own_survey(nordwerk):
    client, own = nordwerk.client("plant_manager"), nordwerk.submissions[1]
    filled = download(client, own)
    filled.answer("S-CAP1-1", 3)
    filled.fact("S-N6", "skills", 1)
    filled.fact("S-N6", "funding rules", 2)
    filled.fact("S-N6", "labour relations", 3)
    filled.fact("S-N8", "text", "Decide on the second shift.")
    filled.fact("S-N1", "union_or_works_council", "Yes")
    filled.fact("S-N1", "country", "Germany")
    url, page = preview(client, own, filled)
    assert "missing skills – 1" in text_of(page)
    apply(client, url)
    found = {code: row[1] or row[2] for code, row in stored(nordwerk, own).items()}
    assert found == {
        "S-CAP1-1": 3,
        "S-N1": {"country": "DE", "union_or_works_council": True},
        "S-N6": {"skills": 1, "funding rules": 2, "labour relations": 3},
        "S-N8": {"text": "Decide on the second shift."},
    }


# ---- what was changed by others, emptied, or is wrong


def two_changes_one_conflict(nordwerk):
    """A workbook with a new answer and one that was changed on the page since."""
    client = nordwerk.client()
    post(client, nordwerk.enterprise, "E-CAP1-1", level=2, comment="mine")
    filled = download(client, nordwerk.enterprise)
    filled.answer("E-CAP1-1", 5, comment="from the workbook")
    filled.answer("E-CAP1-2", 3)
    post(client, nordwerk.enterprise, "E-CAP1-1", level=4, comment="audit", base_version=1, client_key="b")
    return client, filled


def test_a_conflict_keeps_what_is_stored_unless_chosen(nordwerk):
    client, filled = two_changes_one_conflict(nordwerk)
    url, page = preview(client, nordwerk.enterprise, filled)
    assert "1 new 0 changed 0 emptied 1 to decide 0 to mend" in text_of(page)
    assert "Answer 4 Comment or evidence audit" in text_of(page)
    assert "Answer 5 Comment or evidence from the workbook" in text_of(page)
    assert choices_on(page) == {"choice-E-CAP1-1": "theirs:2"}
    apply(client, url, choices_on(page))
    assert stored(nordwerk)["E-CAP1-1"] == ("level", 4, None, "", "audit", 2)
    assert stored(nordwerk)["E-CAP1-2"][1] == 3


def test_a_conflict_takes_the_workbook_where_it_is_chosen(nordwerk):
    client, filled = two_changes_one_conflict(nordwerk)
    url, _page = preview(client, nordwerk.enterprise, filled)
    apply(client, url, {"choice-E-CAP1-1": "mine:2"})
    assert stored(nordwerk)["E-CAP1-1"] == ("level", 5, None, "", "from the workbook", 3)


@pytest.mark.parametrize("choice", [{}, {"choice-E-CAP1-1": "mine:1"}, {"choice-E-CAP1-1": "both:2"}])
def test_without_a_choice_about_the_newest_nothing_is_saved(nordwerk, choice):
    client, filled = two_changes_one_conflict(nordwerk)
    url, _page = preview(client, nordwerk.enterprise, filled)
    reply = apply(client, url, choice)
    assert reply.status_code == 409
    assert "1 answer was changed by somebody else in the meantime. Nothing was saved; choose again below." in text_of(
        reply
    )
    assert "E-CAP1-2" not in stored(nordwerk)


def test_an_answer_changed_between_preview_and_apply_is_a_conflict_again(nordwerk):
    client = nordwerk.client()
    filled = download(client, nordwerk.enterprise)
    filled.answer("E-CAP1-1", 5)
    filled.answer("E-CAP1-2", 5)
    url, page = preview(client, nordwerk.enterprise, filled)
    assert choices_on(page) == {}
    post(client, nordwerk.enterprise, "E-CAP1-2", level=1, comment="meanwhile")
    reply = apply(client, url)
    assert reply.status_code == 409
    assert choices_on(reply) == {"choice-E-CAP1-2": "theirs:1"}
    assert list(stored(nordwerk)) == ["E-CAP1-2"]
    # ... and once more, after the choice was made
    post(client, nordwerk.enterprise, "E-CAP1-2", level=2, base_version=1, client_key="c")
    again = apply(client, url, {"choice-E-CAP1-2": "mine:1"})
    assert again.status_code == 409
    assert stored(nordwerk)["E-CAP1-2"][1] == 2
    apply(client, url, {"choice-E-CAP1-2": "mine:2"})
    assert {code: row[1] for code, row in stored(nordwerk).items()} == {"E-CAP1-1": 5, "E-CAP1-2": 5}


def test_emptied_cells_delete_nothing_unless_it_is_said(nordwerk):
    client = nordwerk.client()
    post(client, nordwerk.enterprise, "E-CAP1-1", level=2, comment="kept")
    post(client, nordwerk.enterprise, "E-CAP1-2", level=2, comment="goes")
    filled = download(client, nordwerk.enterprise)
    filled.answer("E-CAP1-1", None)
    filled.answer("E-CAP1-2", 3)
    url, page = preview(client, nordwerk.enterprise, filled)
    assert "0 new 1 changed 1 emptied" in text_of(page)
    assert "Delete what is stored: Answer, Comment or evidence" in text_of(page)
    assert "Also delete what is stored and empty in the workbook: Comment or evidence" in text_of(page)
    assert choices_on(page) == {}
    apply(client, url)
    assert stored(nordwerk)["E-CAP1-1"] == ("level", 2, None, "", "kept", 1)
    assert stored(nordwerk)["E-CAP1-2"] == ("level", 3, None, "", "goes", 2)


def test_emptied_cells_are_deleted_where_it_is_said(nordwerk):
    client = nordwerk.client()
    post(client, nordwerk.enterprise, "E-CAP1-1", level=2, comment="goes")
    save(nordwerk, nordwerk.enterprise, "E-N1", status="data", data={"industry": "28", "sites_count": 3})
    filled = download(client, nordwerk.enterprise)
    filled.answer("E-CAP1-1", None)
    filled.fact("E-N1", "sites_count", None)
    url, page = preview(client, nordwerk.enterprise, filled)
    assert "Delete what is stored: Number of own plants" in text_of(page)
    apply(client, url, {"empty-E-CAP1-1": "1", "empty-E-N1": "1"})
    assert stored(nordwerk)["E-CAP1-1"] == ("open", None, None, "", "", 2)
    assert stored(nordwerk)["E-N1"][2] == {"industry": "28"}


def test_faults_are_named_with_their_place_and_left_out_when_it_is_said(nordwerk):
    client = nordwerk.client()
    filled = download(client, nordwerk.enterprise)
    filled.answer("E-CAP1-1", 7)
    filled.answer("E-CAP1-2", "N/A")
    filled.answer("E-CAP1-3", 3)
    filled.fact("E-N2", "cost", 99)
    filled.fact("E-N1", "sites_count", "many")
    filled.cell("E-N8", 2, "severity").value = 5
    url, page = preview(client, nordwerk.enterprise, filled)
    said = text_of(page)
    assert "1 new 0 changed 0 emptied 0 to decide 6 to mend" in said
    for place in (
        "“Questions”, cell J5: “7” E-CAP1-1 An answer is a whole number from 1 to 5, “N/A” or “Don't know”.",
        "“Questions”, cell K6 E-CAP1-2 “N/A” needs a few words that say why.",
        "E-N2 The points add up to 99, expected 100.",
        "“Facts and aims”, cell C11: “many” E-N1 “Number of own plants” needs a whole number from 1 to 2000.",
        "“E-N8 Supplier constraint list”, cell B6 E-N8 Row 1: “Supplier” is empty; every row needs it.",
        "“E-N8 Supplier constraint list”, cell J6 E-N8 Row 1: “Decide by” is empty;",
    ):
        assert place in said, place
    reply = apply(client, url)
    assert reply.status_code == 400
    assert "6 places in the workbook are wrong." in text_of(reply)
    assert stored(nordwerk) == {}
    assert "Leave out the places above and apply the 1 other change." in said
    apply(client, url, {"leave_out": "6"})
    assert {code: row[1] for code, row in stored(nordwerk).items()} == {"E-CAP1-3": 3}


def test_more_faults_than_were_seen_are_not_left_out(nordwerk):
    client = nordwerk.client()
    filled = download(client, nordwerk.enterprise)
    filled.answer("E-CAP1-1", 7)
    filled.answer("E-CAP1-2", 8)
    filled.answer("E-CAP1-3", 3)
    url, _page = preview(client, nordwerk.enterprise, filled)
    assert apply(client, url, {"leave_out": "1"}).status_code == 400
    assert stored(nordwerk) == {}


def test_a_workbook_with_nothing_but_faults_offers_nothing_to_apply(nordwerk):
    client = nordwerk.client()
    filled = download(client, nordwerk.enterprise)
    filled.answer("E-CAP1-1", 7)
    _url, page = preview(client, nordwerk.enterprise, filled)
    assert "1 place to mend, no change" in text_of(page)
    assert "Apply" not in text_of(page)


def test_a_choice_survives_a_refusal(nordwerk):
    client, filled = two_changes_one_conflict(nordwerk)
    filled.answer("E-CAP1-3", 7)
    url, _page = preview(client, nordwerk.enterprise, filled)
    reply = apply(client, url, {"choice-E-CAP1-1": "mine:2"})
    assert reply.status_code == 400
    assert choices_on(reply) == {"choice-E-CAP1-1": "mine:2"}


# ---- as other programs save it


def test_values_as_spreadsheet_programs_save_them(nordwerk):
    client = nordwerk.client()
    filled = download(client, nordwerk.enterprise)
    for code, value in zip(
        ("E-CAP1-1", "E-CAP1-2", "E-CAP1-3", "E-CAP2-1", "E-CAP2-2", "E-CAP2-3"),
        (3.0, "3", " 3 ", "weiß nicht", "DON’T KNOW", "?"),
        strict=True,
    ):
        filled.answer(code, value)
    filled.answer("E-CAP3-1", "n/a", reason=2024)
    filled.answer("E-CAP3-2", "Nicht zutreffend", reason="kein Werk", comment=date(2026, 3, 1))
    filled.fact("E-N1", "industry", "28 maschinenbau")
    filled.fact("E-N1", "sites_count", "12")
    filled.fact("E-N3a", "choice", "kein Umbau")
    filled.fact("E-N2", "cost", "100,0")
    filled.cell("E-N10", 1, "use_case").value = "Scheduling"
    filled.cell("E-N10", 1, "problem_statement").value = "ja"
    filled.cell("E-N10", 1, "expected_benefit").value = 1200.5
    filled.cell("E-N10", 1, "stage_since").value = "2025-04-01"
    url, page = preview(client, nordwerk.enterprise, filled)
    assert "0 to mend" in text_of(page)
    apply(client, url)
    found = stored(nordwerk)
    assert [found[c][1] for c in ("E-CAP1-1", "E-CAP1-2", "E-CAP1-3")] == [3, 3, 3]
    assert [found[c][0] for c in ("E-CAP2-1", "E-CAP2-2", "E-CAP2-3")] == ["dk", "dk", "dk"]
    assert found["E-CAP3-1"][0::3] == ("na", "2024")
    assert found["E-CAP3-2"][3:5] == ("kein Werk", "2026-03-01")
    assert found["E-N1"][2] == {"industry": "28", "sites_count": 12}
    assert found["E-N3a"][2] == {"choice": "no redesign"}
    assert found["E-N2"][2]["cost"] == 100
    assert found["E-N10"][2] == {
        "rows": [
            {
                "use_case": "Scheduling",
                "problem_statement": True,
                "expected_benefit": "1200.50",
                "stage_since": "2025-04-01",
            }
        ],
        "currency": "EUR",
    }


def test_a_german_workbook_comes_back_to_an_english_reader(nordwerk):
    client = nordwerk.client()
    save(nordwerk, nordwerk.enterprise, "E-CAP1-1", status="na", reason="weil")
    save(nordwerk, nordwerk.enterprise, "E-N9", status="data", data={"DR01": {"current_level": "plant"}})
    with nordwerk.inside():
        User.objects.filter(pk=nordwerk.members["csco"].user_id).update(language="de")
    german = download(client, nordwerk.enterprise)
    german.cell("E-N9", "DR01", "current_level").value = "Team"
    with nordwerk.inside():
        User.objects.filter(pk=nordwerk.members["csco"].user_id).update(language="en")
    _url, page = preview(client, nordwerk.enterprise, german)
    assert "1 change to look at" in text_of(page)
    assert "daily sequence and line assignment: Decided today by plant team" in text_of(page)


def test_rows_and_sheets_may_be_moved_and_renamed(nordwerk):
    client = nordwerk.client()
    filled = download(client, nordwerk.enterprise)
    filled.answer("E-CAP1-1", 4)
    sheet = filled.sheets["questions"]
    rows = [[c.value for c in row] for row in sheet.iter_rows(min_row=5)]
    for number, row in enumerate(reversed(rows), 5):
        for column, value in enumerate(row, 1):
            sheet.cell(number, column).value = value
    sheet.title = "mine"
    filled.book.move_sheet(sheet, 5)
    url, page = preview(client, nordwerk.enterprise, filled)
    assert "1 change to look at" in text_of(page)
    assert "“mine”, row 78" in text_of(page)
    apply(client, url)
    assert list(stored(nordwerk)) == ["E-CAP1-1"]


def test_merged_cells_are_a_fault_of_every_row_they_cover(nordwerk):
    client = nordwerk.client()
    filled = download(client, nordwerk.enterprise)
    filled.answer("E-CAP1-1", 4)
    filled.sheets["questions"].merge_cells("J5:J6")
    _url, page = preview(client, nordwerk.enterprise, filled)
    assert "“Questions”, row 5 E-CAP1-1 Cells are merged here" in text_of(page)
    assert "“Questions”, row 6 E-CAP1-2 Cells are merged here" in text_of(page)


# ---- files that are not taken


def refused(client, submission, data, name="survey.xlsx"):
    reply = upload(client, submission, data, name)
    assert reply.status_code in (400, 409, 413), reply.status_code
    return text_of(reply)


def test_no_file(nordwerk):
    reply = nordwerk.client().post(url_of(nordwerk.enterprise, "upload/"))
    assert reply.status_code == 400
    assert "Choose a file." in text_of(reply)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("survey.xlsx", samples.WINDOWS, "“survey.xlsx” is a Windows program. Accepted are: .xlsx."),
        ("survey.xlsx.exe", samples.WINDOWS, "“survey.xlsx.exe” is a Windows program."),
        ("survey.xlsx", samples.PDF, "“survey.xlsx” is a PDF. Accepted are: .xlsx."),
        ("survey.xlsx", samples.OLE, "an Office file of the old format, or one with a password"),
        ("survey.csv", b"code;answer\nE-CAP1-1;3\n", "Accepted are: .xlsx."),
        ("survey.xlsx", b"", "“survey.xlsx” is empty."),
    ],
)
def test_a_file_of_another_kind(nordwerk, folder, name, data, message):
    assert message in refused(nordwerk.client(), nordwerk.enterprise, data, name)
    assert kept_files(folder) == []


def test_a_bomb_is_not_opened(nordwerk, folder):
    said = refused(nordwerk.client(), nordwerk.enterprise, samples.bomb(500))
    assert "would unpack to far more than" in said
    assert kept_files(folder) == []


def test_a_file_of_200_mb_is_refused_by_its_announced_length(nordwerk):
    class Endless(io.BytesIO):
        def read(self, size=-1):
            return b"x" * min(size, 1 << 16) if size > 0 else b""

    reply = nordwerk.client().generic(
        "POST", url_of(nordwerk.enterprise, "upload/"), b"", content_type="multipart/form-data; boundary=b",
        CONTENT_LENGTH="200000000", **{"wsgi.input": Endless()},
    )  # fmt: skip
    assert reply.status_code == 413
    assert "larger than 10 MB" in text_of(reply)


def test_a_workbook_of_somebody_else_s_making(nordwerk, folder):
    said = refused(nordwerk.client(), nordwerk.enterprise, samples.table([["code", "answer"], ["E-CAP1-1", 3]]))
    assert "“survey.xlsx” is not a workbook that was downloaded here." in said
    assert kept_files(folder) == []


def test_the_workbook_of_another_survey_or_organisation_reveals_nothing(nordwerk, sudwerk):
    """The same words for another site, another company and an id that never was."""
    foreign = download(sudwerk.client(), sudwerk.enterprise)
    foreign.answer("E-CAP1-1", 3, comment="canary of the others")
    own_site = download(nordwerk.client(), nordwerk.submissions[1])
    made_up = download(nordwerk.client(), nordwerk.enterprise)
    made_up.book["download"]["B3"].value = "2222222222222222"
    said = {refused(nordwerk.client(), nordwerk.enterprise, f.bytes()) for f in (foreign, own_site, made_up)}
    assert len(said) == 1
    assert "“survey.xlsx” was made for another survey." in next(iter(said))
    assert "canary" not in next(iter(said))


def test_a_workbook_of_older_questions(nordwerk):
    filled = download(nordwerk.client(), nordwerk.enterprise)
    filled.book["download"]["B4"].value = "2025.4"
    said = refused(nordwerk.client(), nordwerk.enterprise, filled.bytes())
    assert "“survey.xlsx” holds version 2025.4 of the questions; this survey asks version" in said


def test_what_people_break(nordwerk):
    """A row of another survey, one twice, one gone, a sheet gone, a part of a sheet sorted: all named, all at once."""
    client = nordwerk.client()
    filled = download(client, nordwerk.enterprise)
    sheet = filled.sheets["questions"]
    sheet["A80"], sheet["J80"] = "S-CAP1-1", 3
    sheet["A81"], sheet["J81"] = "E-CAP1-1", 3
    sheet["D7"], sheet["D8"] = sheet["D8"].value, sheet["D7"].value
    sheet.delete_rows(78)
    del filled.book[filled.sheets["E-N9"].title]
    _url, page = preview(client, nordwerk.enterprise, filled)
    said = text_of(page)
    for sentence in (
        "“Questions”, cell J79: “3” There is no question “S-CAP1-1” on this sheet.",
        "“Questions”, row 80 E-CAP1-1 This row is there twice, first in row 5.",
        "“Questions”, row 7 E-CAP1-3 The text in this row belongs to another code than “E-CAP1-3”",
        "“Questions”, row 8 E-CAP2-1 The text in this row belongs to another code than “E-CAP2-1”",
        "“Questions” E-GOV7-3 The row of “E-GOV7-3” is missing. What is stored stays.",
        "The workbook The sheet “E-N9 Decision-rights matrix (en” is missing.",
    ):
        assert sentence in said, sentence


def test_hostile_text_stays_text(nordwerk):
    client = nordwerk.client()
    canary = "<script>alert(1)</script>{{7*7}}'\"=cmd|' /C calc'!A0"
    filled = download(client, nordwerk.enterprise)
    filled.answer("E-CAP1-1", canary, comment=canary)
    filled.answer("E-CAP1-2", 3, comment=canary)
    filled.sheets["questions"]["A80"], filled.sheets["questions"]["J80"] = canary, canary
    filled.sheets["facts"].title = "<img src=x>"
    filled.fact("E-N1", "sites_count", canary)
    filled.cell("E-N7", 1, "item_family").value = canary
    reply = upload(client, nordwerk.enterprise, filled.bytes(), name="<script>alert(1)</script>.xlsx")
    page = client.get(reply.url)
    body = page.content.decode()
    assert "<script>alert" not in body
    assert "<img src=x" not in body
    assert body.count(html.escape("<script>alert(1)</script>{{7*7}}")) >= 5
    apply(client, reply.url, {"leave_out": "3"})
    assert stored(nordwerk)["E-CAP1-2"][4] == canary
    again = download(client, nordwerk.enterprise)
    assert again.cell("questions", "E-CAP1-2", "comment").value == canary
    assert again.cell("questions", "E-CAP1-2", "comment").data_type == "s"
    assert again.cell("E-N7", 1, "item_family").value == canary


# ---- who may


def test_a_reader_cannot_upload(nordwerk):
    filled = download(nordwerk.client("analyst"), nordwerk.enterprise)
    reply = upload(nordwerk.client("analyst"), nordwerk.enterprise, filled.bytes())
    assert reply.status_code == 403
    page = nordwerk.client("analyst").get(url_of(nordwerk.enterprise))
    assert 'type="file"' not in page.content.decode()


def test_a_closed_cycle_takes_no_workbook(nordwerk):
    client = nordwerk.client()
    filled = download(client, nordwerk.enterprise)
    filled.answer("E-CAP1-1", 3)
    url, _page = preview(client, nordwerk.enterprise, filled)
    with nordwerk.inside():
        Cycle.objects.update(closes_on=date.today() - timedelta(days=2), opens_on=date.today() - timedelta(days=9))
    reply = apply(client, url)
    assert reply.status_code == 409
    assert "closed on" in text_of(reply)
    late = upload(client, nordwerk.enterprise, filled.bytes())
    assert late.status_code == 409
    assert "closed on" in text_of(late)
    assert stored(nordwerk) == {}


def test_a_submitted_survey_takes_no_workbook(nordwerk):
    client = nordwerk.client()
    post(client, nordwerk.enterprise, "E-CAP1-1")
    filled = download(client, nordwerk.enterprise)
    with nordwerk.inside():
        workflow.submit(by=nordwerk.members["csco"], submission=nordwerk.enterprise)
    reply = upload(client, nordwerk.enterprise, filled.bytes())
    assert reply.status_code == 409
    assert "submitted already" in text_of(reply)


def test_a_contributor_saves_the_assigned_answers_only(nordwerk):
    """... even from the workbook of the CSCO; and learns nothing about the others."""
    save(nordwerk, nordwerk.enterprise, "E-CAP1-1", status="level", level=2, comment="canary")
    whole = download(nordwerk.client(), nordwerk.enterprise)
    assign(nordwerk, nordwerk.members["contributor"], ["E-CAP1-2"])
    client = nordwerk.client("contributor")
    whole.answer("E-CAP1-2", 4)
    url, page = preview(client, nordwerk.enterprise, whole)
    assert "1 new 0 changed 0 emptied 0 to decide 0 to mend" in text_of(page)
    apply(client, url)
    assert stored(nordwerk)["E-CAP1-2"][1] == 4
    whole.answer("E-CAP1-1", 5)
    url, page = preview(client, nordwerk.enterprise, whole)
    assert "E-CAP1-1 This answer is given by somebody else" in text_of(page)
    assert "canary" not in page.content.decode()
    apply(client, url, {"leave_out": "1"})
    assert stored(nordwerk)["E-CAP1-1"][1] == 2


def test_an_assignment_taken_back_before_apply(nordwerk):
    assign(nordwerk, nordwerk.members["contributor"], ["E-CAP1-2", "E-CAP1-3"])
    client = nordwerk.client("contributor")
    filled = download(client, nordwerk.enterprise)
    filled.answer("E-CAP1-2", 4)
    filled.answer("E-CAP1-3", 4)
    url, _page = preview(client, nordwerk.enterprise, filled)
    with nordwerk.inside():
        AssignmentQuestion.objects.filter(question__code="E-CAP1-2").update(active=False)
    reply = apply(client, url)
    assert reply.status_code == 400
    assert "E-CAP1-2 This answer is given by somebody else" in text_of(reply)
    assert stored(nordwerk) == {}


def test_answers_of_a_stand_in_count_as_given_on_behalf(nordwerk):
    site = nordwerk.submissions[1]
    with nordwerk.inside():
        StandIn.objects.create(
            organisation=nordwerk.organisation, submission=site, member=nordwerk.members["csco"], reason="ill"
        )
    filled = download(nordwerk.client(), site)
    filled.answer("S-CAP1-1", 4)
    url, _page = preview(nordwerk.client(), site, filled)
    apply(nordwerk.client(), url)
    with nordwerk.inside():
        assert [(a.on_behalf, a.origin) for a in Answer.objects.all()] == [(True, "workbook")]


def test_an_upload_is_its_owner_s_alone(nordwerk, sudwerk):
    """Another member, another survey, another organisation: as unknown as an id that never was."""
    client = nordwerk.client()
    filled = download(client, nordwerk.enterprise)
    filled.answer("E-CAP1-1", 4, comment="canary")
    url, _page = preview(client, nordwerk.enterprise, filled)
    upload_id = url.rstrip("/").rpartition("/")[2]
    never = client.get(url_of(nordwerk.enterprise, "2222222222222222/"))
    with nordwerk.inside():
        StandIn.objects.create(
            organisation=nordwerk.organisation,
            submission=nordwerk.submissions[1],
            member=nordwerk.members["csco"],
            reason="x",
        )
    tries = [
        nordwerk.client("analyst").get(url),
        client.get(url_of(nordwerk.submissions[1], f"{upload_id}/")),
        sudwerk.client().get(url),
        sudwerk.client().get(url_of(sudwerk.enterprise, f"{upload_id}/")),
        sudwerk.client().post(url_of(sudwerk.enterprise, f"{upload_id}/apply/"), follow=True),
        client.post(url_of(nordwerk.submissions[1], f"{upload_id}/apply/"), follow=True),
    ]
    assert [r.status_code for r in tries] == [404] * 6
    assert {r.content for r in tries[:5:2]} == {never.content}
    assert stored(nordwerk) == {}
    assert client.get(url).status_code == 200


def test_an_upload_of_another_kind_is_no_workbook(nordwerk):
    client = nordwerk.client()
    filled = download(client, nordwerk.enterprise)
    filled.answer("E-CAP1-1", 4)
    url, _page = preview(client, nordwerk.enterprise, filled)
    with nordwerk.inside():
        StoredFile.objects.update(kind="export")
    assert client.get(url).status_code == 404


# ---- all or nothing, once, and gone after a day


def test_all_or_nothing(nordwerk, monkeypatch):
    client = nordwerk.client()
    filled = download(client, nordwerk.enterprise)
    for n in (1, 2, 3):
        filled.answer(f"E-CAP1-{n}", 4)
    url, _page = preview(client, nordwerk.enterprise, filled)
    from assessments.workflow import workbooks

    real, calls = workbooks.save_answer, []

    def failing(**kwargs):
        calls.append(kwargs["code"])
        if len(calls) == 3:
            raise workflow.Refused("the third is refused")
        return real(**kwargs)

    monkeypatch.setattr(workbooks, "save_answer", failing)
    reply = apply(client, url)
    assert "the third is refused" in text_of(reply)
    assert (len(calls), stored(nordwerk)) == (3, {})
    monkeypatch.undo()
    apply(client, url)
    assert len(stored(nordwerk)) == 3


def test_the_audit_trail_says_who_and_how(nordwerk):
    client = nordwerk.client()
    filled = download(client, nordwerk.enterprise)
    filled.answer("E-CAP1-1", 4)
    url, _page = preview(client, nordwerk.enterprise, filled)
    apply(client, url)
    with nordwerk.inside():
        (event,) = Answer.pgh_event_model.objects.values("level", "origin", "pgh_context__user")
    assert event == {"level": 4, "origin": "workbook", "pgh_context__user": nordwerk.members["csco"].user_id}


def test_statements_do_not_grow_with_the_changes(nordwerk):
    """Looking costs the same for one change and for all; what applying costs grows with what is saved, and nothing else."""
    client = nordwerk.client()
    counts = []
    for codes in (1, 60):
        filled = download(client, nordwerk.enterprise)
        for code in [c for c in filled.rows["questions"] if c][:codes]:
            filled.answer(code, 4)
        url, _page = preview(client, nordwerk.enterprise, filled)
        with CaptureQueriesContext(connection) as seen:
            client.get(url)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 20


def test_pages_say_what_to_do(nordwerk):
    client = nordwerk.client()
    page = client.get(url_of(nordwerk.enterprise))
    assert "An Excel file (.xlsx) of at most 10 MB. It is kept for a day, then deleted." in text_of(page)
    outline = client.get(f"/submissions/{nordwerk.enterprise.public_id}/dimensions/CAP1/").content.decode()
    assert f'<a href="{url_of(nordwerk.enterprise)}">Answer in Excel</a>' in outline


def test_the_workbook_is_a_download_under_a_plain_name(nordwerk):
    with nordwerk.inside():
        Submission.objects.filter(pk=nordwerk.enterprise.pk).update(state="draft")
        Cycle.objects.filter(pk=nordwerk.cycle.pk).update(name='Runde "2026"\r\n/../x')
    reply = nordwerk.client().get(url_of(nordwerk.enterprise, "download/"))
    assert reply.headers["Content-Disposition"] == 'attachment; filename="enterprise-self-assessment-runde-2026-x.xlsx"'
    assert reply.headers["Cache-Control"] == "private, no-store"
    assert openpyxl.load_workbook(io.BytesIO(reply.content)).sheetnames[0] == "Read me"
