"""Evidence: who adds, sees and takes what; never under a submitted answer; nothing stored that is not owned."""

import html
import json
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, OperationalError, transaction

from assessments import selectors, workflow
from assessments.models import AnswerEvidence, Assignment, AssignmentQuestion, Evidence, Question, Submission
from opmodel.files.models import StoredFile
from opmodel.organisations.permissions import Role
from tests import build, samples
from tests.assessments.test_workflow import post as save

pytestmark = pytest.mark.django_db
CANARY = "<script>alert(1)</script>{{7*7}}'\""


def pdf(name="plan.pdf", data=samples.PDF):
    return SimpleUploadedFile(name, data, "application/pdf")


def send(client, submission, what="add", as_json=True, **fields):
    fields = {"code": "E-CAP1-1", "grade": "B", **fields} if what == "add" else {"code": "E-CAP1-1", **fields}
    headers = {"Accept": "application/json"} if as_json else {}
    return client.post(f"/submissions/{submission.public_id}/evidence/{what}/", fields, headers=headers)


def taken(reply) -> bytes:
    """The file of a download, read to its end."""
    return b"".join(reply.streaming_content if reply.streaming else [])


def pieces(world):
    with world.inside():
        return list(Evidence.objects.select_related("file").order_by("pk"))


def used(world):
    """(question, title) of every use."""
    with world.inside():
        return sorted(AnswerEvidence.objects.values_list("question__code", "evidence__title"))


def files_in(folder):
    return [f for f in folder.rglob("*") if f.is_file()]


def assign(world, codes, state="open", member=None):
    own = {"organisation": world.organisation, "submission": world.enterprise}
    with world.inside():
        given = Assignment.objects.create(
            **own,
            member=member or world.members["contributor"],
            due_on=date.today(),
            state=state,
            handed_in_at=None if state == "open" else "2026-01-01T00:00Z",
        )
        for code in codes:
            question = Question.objects.get(questionnaire=world.cycle.questionnaire, code=code)
            AssignmentQuestion.objects.create(**own, assignment=given, question=question)
    return given


# --- adding --------------------------------------------------------------------------------------------------------


def test_a_file_is_added_listed_and_handed_out(nordwerk, stored_files):
    client = nordwerk.client()
    reply = send(client, nordwerk.enterprise, file=pdf("S&OP minutes.pdf"), grade="A")
    assert reply.status_code == 200
    assert (reply.json()["code"], reply.json()["message"]) == ("E-CAP1-1", "Added.")
    (piece,) = pieces(nordwerk)
    assert (piece.title, piece.grade, piece.url, piece.site_id) == ("S&OP minutes.pdf", "A", "", None)
    assert piece.added_by_id == nordwerk.members["csco"].user_id
    assert "S&amp;OP minutes.pdf" in reply.json()["html"]
    page = client.get(f"/submissions/{nordwerk.enterprise.public_id}/dimensions/CAP1/").content.decode()
    assert "Evidence: 1 piece" in page
    listed = client.get(f"/submissions/{nordwerk.enterprise.public_id}/evidence/").content.decode()
    assert "1 answer is supported by evidence." in listed
    assert f"/evidence/{piece.public_id}/file/" in listed

    download = client.get(f"/evidence/{piece.public_id}/file/", headers={"Accept-Encoding": "gzip"})
    assert b"".join(download.streaming_content) == samples.PDF
    expected = {
        "Content-Type": "application/pdf",
        "Content-Disposition": 'attachment; filename="S&OP minutes.pdf"',
        "Content-Length": str(len(samples.PDF)),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    }
    assert {name: download.headers[name] for name in expected} == expected
    assert "Content-Encoding" not in download.headers
    assert set(download.headers["Cache-Control"].split(", ")) == {"private", "no-store"}


def test_who_took_a_file_is_in_the_audit_trail(nordwerk, stored_files):
    send(nordwerk.client(), nordwerk.enterprise, file=pdf())
    (piece,) = pieces(nordwerk)
    taken(nordwerk.client("analyst").get(f"/evidence/{piece.public_id}/file/"))
    with nordwerk.inside():
        events = Evidence.pgh_event_model.objects.order_by("pk").values_list("pgh_label", "pgh_obj_id", "pgh_context")
        people = [(label, key, context["user"]) for label, key, context in events]
    csco, analyst = (nordwerk.members[r].user_id for r in ("csco", "analyst"))
    assert people == [("insert", piece.pk, csco), ("download", piece.pk, analyst)]


def test_no_file_leaves_without_its_line_in_the_audit_trail(nordwerk, stored_files, monkeypatch):
    send(nordwerk.client(), nordwerk.enterprise, file=pdf())
    (piece,) = pieces(nordwerk)

    def broken(**_):
        raise OperationalError

    monkeypatch.setattr(workflow, "note_download", broken)
    reply = nordwerk.client().get(f"/evidence/{piece.public_id}/file/")
    assert reply.status_code == 503
    assert samples.PDF not in reply.content


def test_a_name_in_any_script_reaches_the_browser_whole(nordwerk, stored_files):
    name = "Fläche\r\nX-Evil: 1.pdf"
    by, own = nordwerk.members["csco"], nordwerk.enterprise
    with nordwerk.inside():
        piece = workflow.add_file(by=by, submission=own, code="E-CAP1-1", title="", grade="A", upload=pdf(name))
    reply = nordwerk.client().get(f"/evidence/{piece.public_id}/file/")
    assert reply.headers["Content-Disposition"] == "attachment; filename*=utf-8''Fl%C3%A4che%20X-Evil%3A%201.pdf"
    assert "X-Evil" not in reply.headers
    taken(reply)


def test_a_link_is_added_by_form_and_by_json(nordwerk):
    client, own = nordwerk.client(), nordwerk.enterprise
    reply = send(client, own, as_json=False, url="https://wiki.example/sop?x=1&y=2", title="Our S&OP")
    assert (reply.status_code, reply.url) == (
        302,
        f"/submissions/{own.public_id}/dimensions/CAP1/#evidence-E-CAP1-1",
    )
    body = {"code": "E-CAP1-2", "grade": "C", "url": "http://intranet/page", "title": ""}
    reply = client.post(
        f"/submissions/{own.public_id}/evidence/add/", json.dumps(body), content_type="application/json"
    )
    assert reply.status_code == 200
    assert used(nordwerk) == [("E-CAP1-1", "Our S&OP"), ("E-CAP1-2", "intranet/page")]
    page = client.get(f"/submissions/{own.public_id}/dimensions/CAP1/").content.decode()
    link = '<a href="https://wiki.example/sop?x=1&amp;y=2" target="_blank" rel="noopener noreferrer nofollow">'
    assert link in page


@pytest.mark.parametrize(
    ("fields", "message", "field"),
    [
        ({}, "Choose a file or enter an address.", "file"),
        ({"url": "https://a.example", "grade": ""}, "Choose a grade: A, B or C.", "grade"),
        ({"url": "https://a.example", "grade": "D"}, "Choose a grade: A, B or C.", "grade"),
        (
            {"url": "https://a.example", "title": "x" * 201},
            "A title has at most 200 characters of plain text.",
            "title",
        ),
        ({"url": "https://a.example/" + "x" * 500}, "An address has at most 500 characters.", "url"),
        ({"url": "https://a.example", "code": "E-XXX-1"}, "There is no question “E-XXX-1” in this survey.", "code"),
        ({"url": "https://a.example", "code": "S-CAP1-1"}, "There is no question “S-CAP1-1” in this survey.", "code"),
        ({"url": "https://a.example", "code": "E-N1"}, "There is no question “E-N1” in this survey.", "code"),
        (
            {"url": "https://me:secret@a.example"},
            "Leave name and password out: everybody who sees the address could use them.",
            "url",
        ),
        *(
            (
                {"url": url},
                "The address must begin with http:// or https://, as the browser shows it.",
                "url",
            )
            for url in (
                "javascript:alert(1)",
                "JavaScript://x.example/%0aalert(1)",
                "data:text/html,<script>",
                "file:///etc/passwd",
                "ftp://a.example",
                "//a.example/x",
                "a.example",
                "https://",
                "https:///x",
                'https://a.example/"onclick=',
                "https://a.example/<script>",
                "https://a.example/a b",
                "https://a.example:99999/",
                "https://[broken",
                "https://a.example/\x00",
            )
        ),
    ],
)
def test_what_is_refused_says_why_and_where(nordwerk, fields, message, field):
    reply = send(nordwerk.client(), nordwerk.enterprise, **fields)
    assert (reply.status_code, reply.json()) == (400, {"error": "refused", "message": message, "field": field})
    assert pieces(nordwerk) == []


def test_a_file_and_an_address_at_once_are_asked_about(nordwerk, stored_files):
    reply = send(nordwerk.client(), nordwerk.enterprise, file=pdf(), url="https://a.example")
    assert reply.json()["message"] == "Choose a file or enter an address, one at a time."
    assert files_in(stored_files) == []


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("budget.pdf", samples.WINDOWS, "“budget.pdf” is a Windows program."),
        ("budget.pdf", samples.HTML, "“budget.pdf” is a web page."),
        ("logo.svg", samples.SVG, "“logo.svg” is an SVG graphic."),
        ("bomb.xlsx", samples.bomb(400), "would unpack to far more than a document holds"),
        ("table.csv", b"a;b\n", "“table.csv” is a CSV table."),
        ("empty.pdf", b"", "“empty.pdf” is empty."),
    ],
)
def test_a_refused_file_is_said_at_its_question_and_what_was_typed_stays(nordwerk, stored_files, name, data, words):
    reply = send(nordwerk.client(), nordwerk.enterprise, as_json=False, file=pdf(name, data), title="Typed before")
    page = html.unescape(reply.content.decode())
    assert reply.status_code == 400
    block = page.split('id="evidence-E-CAP1-1"')[1].split("</section>")[0]
    assert words in block
    assert 'value="Typed before"' in block
    assert '<option value="B" selected>' in block
    assert words not in page.split('id="evidence-E-CAP1-2"')[1]
    assert (pieces(nordwerk), files_in(stored_files)) == ([], [])


def test_names_cannot_climb(nordwerk, stored_files):
    for name in ("../../../etc/cron.d/x.pdf", "..\\..\\x.pdf"):
        assert send(nordwerk.client(), nordwerk.enterprise, file=pdf(name)).status_code == 200
    assert [p.file.name for p in pieces(nordwerk)] == ["x.pdf", "x.pdf"]
    home = stored_files / nordwerk.organisation.public_id / "evidence"
    assert {f.parent for f in files_in(stored_files)} == {home}


def test_script_in_titles_and_names_stays_text(nordwerk, stored_files):
    client, own = nordwerk.client(), nordwerk.enterprise
    send(client, own, url="https://a.example", title=CANARY)
    send(client, own, code="E-CAP1-2", file=pdf("<img src=x onerror=alert(1)>.pdf"))
    shown = 0
    for tail in ("dimensions/CAP1/", "evidence/", "review/"):
        page = client.get(f"/submissions/{own.public_id}/{tail}").content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        shown += html.escape(CANARY) in page and html.escape("<img src=x onerror=alert(1)>.pdf") in page
    assert shown == 2


# --- using again ---------------------------------------------------------------------------------------------------


def test_one_piece_supports_several_answers(nordwerk):
    client, own = nordwerk.client(), nordwerk.enterprise
    send(client, own, url="https://a.example", title="Minutes")
    (piece,) = pieces(nordwerk)
    page = client.get(f"/submissions/{own.public_id}/dimensions/CAP1/").content.decode()
    first, second = (page.split(f'id="evidence-E-CAP1-{n}"')[1].split("</section>")[0] for n in (1, 2))
    option = f'<option value="{piece.public_id}">B: Minutes</option>'
    assert option not in first  # it is used there
    assert option in second
    for _again in range(2):
        reply = send(client, own, "attach", code="E-CAP1-2", evidence=piece.public_id)
        assert "Evidence: 1 piece" in reply.json()["html"]
    assert used(nordwerk) == [("E-CAP1-1", "Minutes"), ("E-CAP1-2", "Minutes")]
    assert send(client, own, "attach", as_json=False, code="E-CAP2-1", evidence=piece.public_id).status_code == 302
    send(client, own, "detach", evidence=piece.public_id)
    assert used(nordwerk) == [("E-CAP1-2", "Minutes"), ("E-CAP2-1", "Minutes")]
    assert len(pieces(nordwerk)) == 1
    assert send(client, own, "attach", code="E-CAP1-3", evidence="").json()["field"] == "evidence"


def another_cycle(world):
    today = date.today()
    with world.inside():
        cycle = workflow.open_cycle(
            by=world.members["csco"],
            name="Cycle 2",
            opens_on=today,
            closes_on=today + timedelta(days=9),
            sites=world.sites,
            dataset=None,
        )
        return selectors.board(cycle)


def test_a_later_cycle_of_the_same_site_uses_it_and_other_sites_do_not(nordwerk):
    manager = nordwerk.client("plant_manager")
    own, other = nordwerk.submissions[1:3]
    send(manager, own, code="S-CAP1-1", url="https://a.example", title="Minutes")
    (piece,) = pieces(nordwerk)
    later = another_cycle(nordwerk)
    assert send(manager, later[1], "attach", code="S-CAP1-1", evidence=piece.public_id).status_code == 200
    listed = manager.get(f"/submissions/{own.public_id}/evidence/").content.decode()
    assert "used 2 times in all cycles" in listed
    # The enterprise and other sites have evidence of their own, whoever sees them.
    assert send(nordwerk.client(), later[0], "attach", evidence=piece.public_id).status_code == 404
    build.member(nordwerk.organisation, Role.PLANT_MANAGER, [other.site], "second@nordwerk.example")
    with nordwerk.inside(), pytest.raises(workflow.Refused, match="no longer there"):
        workflow.attach_evidence(
            by=nordwerk.members["csco"], submission=nordwerk.enterprise, code="E-CAP1-1", evidence=piece
        )


def test_no_more_than_twenty_for_one_answer(nordwerk):
    client, own = nordwerk.client(), nordwerk.enterprise
    for n in range(20):
        assert send(client, own, url=f"https://a.example/{n}").status_code == 200
    reply = send(client, own, url="https://a.example/20")
    assert (reply.status_code, reply.json()["message"]) == (
        409,
        "An answer is supported by at most 20 pieces of evidence.",
    )
    assert len(pieces(nordwerk)) == 20
    assert send(client, own, code="E-CAP1-2", url="https://a.example/20").status_code == 200


# --- changing and deleting -----------------------------------------------------------------------------------------


def submit(world):
    save(world.client(), world.enterprise, "E-CAP1-1")
    with world.inside():
        workflow.submit(by=world.members["csco"], submission=world.enterprise)


def test_title_and_grade_change_and_the_file_goes_with_its_evidence(nordwerk, stored_files):
    client, own = nordwerk.client(), nordwerk.enterprise
    send(client, own, file=pdf())
    (piece,) = pieces(nordwerk)
    reply = send(client, own, "change", evidence=piece.public_id, title=" New  title ", grade="A")
    assert (reply.status_code, reply.url) == (302, f"/submissions/{own.public_id}/evidence/")
    (changed,) = pieces(nordwerk)
    assert (changed.title, changed.grade) == ("New title", "A")
    reply = send(client, own, "change", evidence=piece.public_id, title=" ", grade="A")
    assert (reply.status_code, "Give the evidence a title." in reply.content.decode()) == (400, True)
    assert send(client, own, "delete", evidence=piece.public_id).status_code == 302
    assert (pieces(nordwerk), used(nordwerk)) == ([], [])
    with nordwerk.inside():
        assert StoredFile.objects.count() == 0
        labels = Evidence.pgh_event_model.objects.order_by("pk").values_list("pgh_label", "title")
        assert list(labels) == [("insert", "plan.pdf"), ("update", "New title"), ("delete", "New title")]


def test_submitted_answers_keep_their_evidence(nordwerk):
    client, own = nordwerk.client(), nordwerk.enterprise
    send(client, own, url="https://a.example", title="Minutes")
    (piece,) = pieces(nordwerk)
    submit(nordwerk)
    for what, more in (("add", {"url": "https://b.example"}), ("detach", {"evidence": piece.public_id})):
        reply = send(client, own, what, **more)
        assert reply.status_code == 409
        assert reply.json()["message"] == "This was submitted already; answers can no longer be changed."
    later = another_cycle(nordwerk)
    assert send(client, later[0], "attach", evidence=piece.public_id).status_code == 200
    for what in ("change", "delete"):
        reply = send(client, later[0], what, evidence=piece.public_id, title="Other", grade="C")
        assert reply.status_code == 409
        assert "Submitted answers rest on this evidence" in reply.content.decode()
    assert used(nordwerk) == [("E-CAP1-1", "Minutes")] * 2
    assert send(client, later[0], "detach", evidence=piece.public_id).status_code == 200
    with nordwerk.inside():  # given back, they are open again
        Submission.objects.filter(pk=own.pk).update(state="returned")
    assert send(client, own, "delete", evidence=piece.public_id).status_code == 302
    assert pieces(nordwerk) == []


def test_a_closed_cycle_takes_no_evidence(nordwerk, stored_files):
    client, own = nordwerk.client(), nordwerk.enterprise
    assert send(client, own, file=pdf()).status_code == 200
    with nordwerk.inside():
        workflow.close_cycle(by=nordwerk.members["csco"], cycle=nordwerk.cycle)
    reply = send(client, own, file=pdf())
    assert (reply.status_code, "closed" in reply.json()["message"]) == (409, True)
    page = client.get(f"/submissions/{own.public_id}/dimensions/CAP1/").content.decode()
    assert "plan.pdf" in page
    assert "/evidence/add/" not in page


# --- who sees and does what ----------------------------------------------------------------------------------------


def test_a_foreign_or_made_up_piece_does_not_exist(nordwerk, sudwerk, stored_files):
    send(sudwerk.client(), sudwerk.enterprise, file=pdf("canary-sudwerk.pdf"))
    (theirs,) = pieces(sudwerk)
    own = sudwerk.client().get(f"/evidence/{theirs.public_id}/file/")
    assert own.status_code == 200
    taken(own)
    foreign, made_up = (nordwerk.client().get(f"/evidence/{i}/file/") for i in (theirs.public_id, "2222222222222222"))
    assert (foreign.status_code, foreign.content) == (404, made_up.content)
    for what in ("attach", "detach", "change", "delete"):
        foreign, made_up = (
            send(nordwerk.client(), nordwerk.enterprise, what, evidence=i, title="x", grade="A")
            for i in (theirs.public_id, "2222222222222222")
        )
        broken = send(nordwerk.client(), nordwerk.enterprise, what, evidence="a\x00b", title="x", grade="A")
        assert broken.status_code == 404
        assert (foreign.status_code, foreign.content) == (404, made_up.content), what
    for tail in ("dimensions/CAP1/", "evidence/"):
        page = nordwerk.client().get(f"/submissions/{nordwerk.enterprise.public_id}/{tail}").content.decode()
        assert "canary-sudwerk" not in page
    assert used(sudwerk) == [("E-CAP1-1", "canary-sudwerk.pdf")]


@pytest.mark.parametrize(
    ("role", "reads_enterprise", "reads_site"),
    [
        ("csco", 200, 200),
        ("analyst", 200, 200),
        ("plant_manager", 404, 200),
        ("administrator", 404, 404),
        ("contributor", 404, 404),
    ],
)
def test_who_may_take_a_file(nordwerk, stored_files, role, reads_enterprise, reads_site):
    send(nordwerk.client(), nordwerk.enterprise, file=pdf("one.pdf"))
    send(nordwerk.client("plant_manager"), nordwerk.submissions[1], code="S-CAP1-1", file=pdf("two.pdf"))
    one, two = pieces(nordwerk)
    for piece, expected in ((one, reads_enterprise), (two, reads_site)):
        reply = nordwerk.client(role).get(f"/evidence/{piece.public_id}/file/")
        assert reply.status_code == expected
        taken(reply)


def test_a_plant_manager_sees_nothing_of_another_site(nordwerk, stored_files):
    other = build.member(nordwerk.organisation, Role.PLANT_MANAGER, nordwerk.sites[1:2], "two@nordwerk.example")
    with nordwerk.inside():
        workflow.add_file(
            by=other, submission=nordwerk.submissions[2], code="S-CAP1-1", title="", grade="B", upload=pdf("canary.pdf")
        )
    (piece,) = pieces(nordwerk)
    manager = nordwerk.client("plant_manager")
    assert manager.get(f"/evidence/{piece.public_id}/file/").status_code == 404
    assert "canary" not in manager.get(f"/submissions/{nordwerk.submissions[1].public_id}/evidence/").content.decode()


def test_a_reader_reads(nordwerk):
    send(nordwerk.client(), nordwerk.enterprise, url="https://a.example", title="Minutes")
    (piece,) = pieces(nordwerk)
    analyst = nordwerk.client("analyst")
    page = analyst.get(f"/submissions/{nordwerk.enterprise.public_id}/evidence/").content.decode()
    assert "Minutes" in page
    assert "Change or delete" not in page
    for what, more in (
        ("add", {"url": "https://b.example"}),
        ("attach", {}),
        ("detach", {}),
        ("change", {}),
        ("delete", {}),
    ):
        reply = send(analyst, nordwerk.enterprise, what, evidence=piece.public_id, title="x", **({"grade": "A"} | more))
        assert reply.status_code == 403, what
    assert used(nordwerk) == [("E-CAP1-1", "Minutes")]


def test_a_colleague_sees_and_supports_the_assigned_questions_only(nordwerk, stored_files):
    csco, own = nordwerk.client(), nordwerk.enterprise
    send(csco, own, file=pdf("assigned.pdf"))
    send(csco, own, code="E-CAP1-2", file=pdf("canary.pdf"))
    seen, hidden = pieces(nordwerk)
    given = assign(nordwerk, ["E-CAP1-1"])
    other = build.member(nordwerk.organisation, Role.CONTRIBUTOR, email="other@nordwerk.example")
    assign(nordwerk, ["E-CAP1-2"], member=other)
    client = nordwerk.client("contributor")
    reply = client.get(f"/evidence/{seen.public_id}/file/")
    assert reply.status_code == 200
    taken(reply)
    assert client.get(f"/evidence/{hidden.public_id}/file/").status_code == 404
    for tail in ("dimensions/CAP1/", "evidence/"):
        page = client.get(f"/submissions/{own.public_id}/{tail}").content.decode()
        assert ("assigned.pdf" in page, "canary" in page) == (True, False)
    assert send(client, own, url="https://a.example").status_code == 200
    assert send(client, own, code="E-CAP1-2", url="https://a.example").status_code == 403
    assert send(client, own, "attach", evidence=hidden.public_id).status_code == 404
    assert send(client, own, "detach", code="E-CAP1-2", evidence=seen.public_id).status_code == 403
    # What the CSCO uses elsewhere as well is not the colleague's to change.
    send(csco, own, "attach", code="E-CAP1-3", evidence=seen.public_id)
    reply = send(client, own, "delete", evidence=seen.public_id)
    assert (reply.status_code, "answers of somebody else" in reply.content.decode()) == (403, True)
    with nordwerk.inside():
        given.questions.update(active=False)
    assert client.get(f"/evidence/{seen.public_id}/file/").status_code == 404
    assert client.get(f"/submissions/{own.public_id}/evidence/").status_code == 404


def test_a_colleague_who_handed_in_reads_and_no_longer_writes(nordwerk):
    send(nordwerk.client(), nordwerk.enterprise, url="https://a.example", title="Minutes")
    assign(nordwerk, ["E-CAP1-1"], state="handed_in")
    client = nordwerk.client("contributor")
    assert "Minutes" in client.get(f"/submissions/{nordwerk.enterprise.public_id}/evidence/").content.decode()
    assert send(client, nordwerk.enterprise, url="https://a.example").status_code == 403


# --- what the database and the storage hold to -----------------------------------------------------------------------


def test_the_database_refuses_what_makes_no_evidence(nordwerk):
    own = {"organisation": nordwerk.organisation, "grade": "A", "title": "x"}
    for bad in ({}, {"url": "https://a.example", "grade": "D"}, {"url": "https://a.example", "title": ""}):
        with pytest.raises(IntegrityError), transaction.atomic(), nordwerk.inside():
            Evidence.objects.create(**{**own, **bad})


def test_a_file_whose_bytes_are_lost_is_a_page_not_a_fault(nordwerk, stored_files, caplog):
    send(nordwerk.client(), nordwerk.enterprise, file=pdf())
    (piece,) = pieces(nordwerk)
    for file in files_in(stored_files):
        file.unlink()
    assert nordwerk.client().get(f"/evidence/{piece.public_id}/file/").status_code == 404
    assert "bytes of stored file" in caplog.text


# --- too large, and no room ------------------------------------------------------------------------------------------


def test_a_file_that_is_too_large_is_refused_before_it_is_kept(nordwerk, stored_files, settings, monkeypatch):
    settings.EVIDENCE_MAX_MB = 1
    client, own = nordwerk.client(), nordwerk.enterprise
    exact = samples.PDF[:-6] + b" " * (1_000_000 - len(samples.PDF)) + b"%%EOF\n"
    assert send(client, own, file=pdf(data=exact)).status_code == 200
    reply = send(client, own, file=pdf(data=exact + b"\n"))
    assert (reply.status_code, reply.json()["message"]) == (413, "“plan.pdf” is larger than 1 MB, which is the most.")

    def kept(*_):
        raise AssertionError("a part of it was kept")

    monkeypatch.setattr("django.core.files.uploadhandler.TemporaryFileUploadHandler.new_file", kept)
    huge = pdf(data=samples.PDF + b" " * 5_000_000)
    reply = send(client, own, file=huge)
    message = "The file is larger than 1 MB, which is the most. Nothing was changed."
    assert (reply.status_code, reply.json()) == (413, {"error": "too_large", "message": message, "field": "file"})
    huge.seek(0)
    reply = send(client, own, as_json=False, file=huge)
    assert (reply.status_code, message in reply.content.decode()) == (413, True)
    assert len(pieces(nordwerk)) == 1


def test_views_that_take_no_file_take_one_megabyte(nordwerk):
    client = nordwerk.client()
    url = f"/submissions/{nordwerk.enterprise.public_id}/answers/E-CAP1-1/"
    reply = client.post(url, {"comment": "x", "file": pdf(data=b"x" * 1_100_000)})
    assert (reply.status_code, "larger than the 1 MB that fit" in reply.content.decode()) == (413, True)
    assert save(client, nordwerk.enterprise, "E-CAP1-1", comment="x" * 1_100_000).status_code == 413
    assert save(client, nordwerk.enterprise, "E-CAP1-1", comment="x" * 1_000).status_code == 200


@pytest.mark.parametrize("moment", ["new_file", "receive_data_chunk", "file_complete"])
def test_no_room_while_a_file_comes_in_is_said_in_words(nordwerk, stored_files, settings, monkeypatch, moment):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10

    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(f"django.core.files.uploadhandler.TemporaryFileUploadHandler.{moment}", full)
    for as_json in (True, False):
        reply = send(nordwerk.client(), nordwerk.enterprise, as_json=as_json, file=pdf(data=samples.PDF))
        assert reply.status_code == 507
        said = reply.json()["message"] if as_json else reply.content.decode()
        assert "The server has no room left for files. Nothing was stored; try again later." in said
    assert (pieces(nordwerk), files_in(stored_files)) == ([], [])


# --- what it counts for ----------------------------------------------------------------------------------------------


def test_a_high_level_with_evidence_is_not_asked_about(nordwerk):
    client, own = nordwerk.client(), nordwerk.enterprise
    for code in ("E-CAP1-1", "E-CAP1-2", "E-CAP1-3"):
        save(client, own, code, level=4)
    send(client, own, url="https://a.example")
    with nordwerk.inside():
        assert selectors.supported_codes(own) == {"E-CAP1-1"}
    page = client.get(f"/submissions/{own.public_id}/review/").content.decode()
    asked = page.split("Level 4 without evidence")[1].split("</li>")[0]
    assert ("#E-CAP1-1" in asked, "#E-CAP1-2" in asked) == (False, True)


def test_statements_do_not_grow_with_evidence(nordwerk):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, own = nordwerk.client(), nordwerk.enterprise
    counts = []
    for n in range(2):
        for code in ("E-CAP1-1", "E-CAP1-2"):
            for i in range(1 + 4 * n):
                send(client, own, code=code, url=f"https://a.example/{n}/{i}")
        for tail in ("dimensions/CAP1/", "evidence/", "review/"):
            with CaptureQueriesContext(connection) as ran:
                client.get(f"/submissions/{own.public_id}/{tail}")
            counts.append(len(ran))
    assert counts[:3] == counts[3:]


@pytest.mark.parametrize("write", ["change", "delete"])
def test_a_piece_attached_elsewhere_at_this_moment_is_left_alone(nordwerk, monkeypatch, write):
    """The other survey is not locked here: it could be handed in before this transaction ends."""
    csco, own = nordwerk.members["csco"], nordwerk.enterprise
    with nordwerk.inside():
        values = {"opens_on": date.today(), "closes_on": date.today() + timedelta(days=9), "dataset": None}
        cycle = workflow.open_cycle(by=csco, name="Cycle 2", sites=nordwerk.sites, **values)
        other = Submission.objects.get(cycle=cycle, view="enterprise")
        piece = workflow.add_link(
            by=csco, submission=own, code="E-CAP1-1", title="", grade="A", url="https://a.example"
        )
    lock_open = workflow.evidence.lock_open

    def after_somebody_attached_it(by, submission):
        monkeypatch.setattr(workflow.evidence, "lock_open", lock_open)
        workflow.attach_evidence(by=csco, submission=other, code="E-CAP1-2", evidence=piece)
        return lock_open(by, submission)

    monkeypatch.setattr(workflow.evidence, "lock_open", after_somebody_attached_it)
    with nordwerk.inside(), pytest.raises(workflow.Refused, match="has just let this evidence support another answer"):
        if write == "change":
            workflow.change_evidence(by=csco, submission=own, evidence=piece, title="New", grade="B")
        else:
            workflow.delete_evidence(by=csco, submission=own, evidence=piece)
    assert [p.grade for p in pieces(nordwerk)] == ["A"]
