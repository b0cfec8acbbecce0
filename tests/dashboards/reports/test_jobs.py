"""From asking for a report to taking it away: rights, one report for one question, attempts, traces, and letting go."""

import hashlib
import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError
from PIL import Image

from assessments import publishing, reports, workflow
from assessments.models import Answer, Plan, PlannedAction, Report, Result, Score, Submission
from assessments.stamping import hash_of, spaced
from assessments.workflow import reports as writes
from opmodel.dashboards.reports import jobs
from opmodel.files import storage
from opmodel.files.models import StoredFile
from opmodel.jobs import queue
from opmodel.jobs.models import Job
from opmodel.organisations import branding, clock
from opmodel.organisations.models import MemberSite, Organisation, Site
from opmodel.organisations.permissions import Role
from opmodel.organisations.tenancy import checking, tenant
from tests import build
from tests.dashboards.reports import reading

pytestmark = pytest.mark.django_db
HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://127.0.0.1:9/")']


@pytest.fixture
def scored(nordwerk, stored_files):
    return build.score_all(nordwerk)


def ask(world, role="csco", kind="deck", **more):
    """Ask by the page, as a browser does; the reply."""
    wanted = {"kind": kind, "language": "en", "preset": "strategic", "reference": "target"}
    wanted |= {"cycle": world.cycle.public_id} if kind != "site" else {}
    return world.client(role).post("/reports/", wanted | more)


def asked(world, **more):
    reply = ask(world, **more)
    assert reply.status_code == 302, reply.content.decode()
    return reply.url


def report_at(world, url):
    with world.inside():
        return Report.objects.get(public_id=url.split("/")[2])


def fetched(client, url):
    reply = client.get(url + "file/")
    assert reply.status_code == 200
    return b"".join(reply.streaming_content), reply


def content_of(world):
    """The content of the deck a page asks for."""
    report = report_at(world, asked(world))
    return report, {k: v for k, v in report.content.items() if k != "report"}


@pytest.mark.parametrize(
    ("kind", "magic", "ending"), [("deck", b"PK", "pptx"), ("report", b"%PDF", "pdf"), ("workbook", b"PK", "xlsx")]
)
def test_a_report_is_asked_for_waited_for_and_taken_away(scored, kind, magic, ending):
    url, client = asked(scored, kind=kind), scored.client()
    waiting = client.get(url).content.decode()
    assert "is being made" in waiting
    assert "<progress" in waiting
    assert client.get(url + "file/").status_code == 404
    assert queue.drain() == 1
    assert "ready" in client.get(url).content.decode()
    data, reply = fetched(client, url)
    assert data.startswith(magic)
    assert reply.headers["Content-Disposition"].endswith(f'.{ending}"')
    report = report_at(scored, url)
    assert report.file_sha256 == hashlib.sha256(data).hexdigest()
    assert client.get("/reports/").content.decode().count("Download") == 2  # the link and its name


def test_the_hash_is_that_of_the_stored_content_and_stands_in_the_file(scored):
    url = asked(scored, kind="report")
    queue.drain()
    report = report_at(scored, url)
    assert hash_of(report.content) == report.content_hash
    assert report.content["report"] == report.public_id
    data, _reply = fetched(scored.client(), url)
    assert report.content_hash in "".join(reading.pages(data)).replace(" ", "").replace("\n", "")
    changed = report.content | {"overall": report.content["overall"] | {"score": 4.9}}
    assert hash_of(changed) != report.content_hash


def test_the_same_figures_give_the_report_that_is_there(scored):
    first = asked(scored)
    assert asked(scored) == first
    assert asked(scored, role="analyst") == first
    queue.drain()
    assert asked(scored) == first
    wanted = {
        "kind": "deck",
        "language": "en",
        "preset": "strategic",
        "reference": "target",
        "cycle": scored.cycle.public_id,
    }
    again = scored.client().post("/reports/", wanted, follow=True)
    assert "Nothing has changed" in again.content.decode()
    others = {asked(scored, language="de"), asked(scored, preset="operational"), asked(scored, kind="report")}
    assert len(others | {first}) == 4
    with scored.inside():  # a figure behind it changes
        sub = Submission.objects.get(pk=scored.enterprise.pk)
        sub.cycle.name = "Renamed"
        sub.cycle.save()
    assert asked(scored) != first


def test_the_database_itself_keeps_one_of_the_same(scored):
    report = report_at(scored, asked(scored))
    twin = {f.attname: getattr(report, f.attname) for f in Report._meta.fields if f.attname != "id"}
    twin |= {"public_id": "2222222222222223", "content_hash": "0" * 64}
    with pytest.raises(IntegrityError, match="report_once"), transaction.atomic(), scored.inside():
        Report.objects.create(**twin)
    with pytest.raises(IntegrityError, match="report_made_has_hash"), transaction.atomic(), scored.inside():
        Report.objects.filter(pk=report.pk).update(made_at=clock.now())


def test_a_job_done_twice_changes_nothing(scored):
    url = asked(scored)
    queue.drain()
    before = report_at(scored, url)
    with queue.every_job():
        job = Job.objects.get(kind="report")
    jobs.make(job)
    with scored.inside():
        workflow.keep_report(by=None, report=before, data=b"other", name="x.pptx", kind=jobs.PPTX)
    after = report_at(scored, url)
    assert (after.file_id, after.file_sha256) == (before.file_id, before.file_sha256)
    with scored.inside():
        assert StoredFile.objects.filter(kind="export").count() == 1


def test_three_attempts_then_a_failure_that_people_see_and_can_repeat(scored, monkeypatch):
    def fails(*_args):
        raise RuntimeError("secret of the machine")

    kept = jobs.BUILDERS["deck"]
    monkeypatch.setitem(jobs.BUILDERS, "deck", (fails, jobs.PPTX))
    url, client = asked(scored), scored.client()
    for _attempt in range(3):
        with queue.every_job() as cursor:
            cursor.execute("UPDATE jobs_job SET due_at = clock_timestamp() WHERE state = 'queued'")
        assert queue.drain() == 1
    assert queue.drain() == 0
    page = client.get(url).content.decode()
    assert "could not be made, in three attempts" in page
    assert "secret of the machine" not in page
    assert "failed" in client.get("/reports/").content.decode()
    assert asked(scored) == url  # offered again with its failure, not made twice
    monkeypatch.setitem(jobs.BUILDERS, "deck", kept)
    assert client.post(url + "again/").status_code == 302
    assert queue.drain() == 1
    assert "ready" in client.get(url).content.decode()
    assert client.post(url + "again/").status_code == 302  # a second click repeats nothing
    assert queue.drain() == 0


def test_whoever_lost_the_right_meanwhile_gets_no_report(scored):
    url = asked(scored, role="analyst")
    with scored.inside():
        scored.members["analyst"].delete()
    assert queue.drain() == 1
    assert report_at(scored, url).file_id is None
    with queue.every_job():
        assert Job.objects.get(kind="report").state == Job.State.FAILED


def test_downloads_are_in_the_audit_trail_and_the_content_is_not(scored):
    url, client = asked(scored), scored.client("analyst")
    queue.drain()
    for path in (url, "/reports/"):
        client.get(path)
    with scored.inside():
        events = Report.pgh_event_model.objects
        assert not events.filter(pgh_label="download").exists()
    fetched(client, url)
    with scored.inside():
        (event,) = events.filter(pgh_label="download")
        assert event.pgh_context["user"] == scored.members["analyst"].user_id
        assert not any(f.name == "content" for f in Report.pgh_event_model._meta.fields)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            events.filter(pgh_label="download").delete()


def test_old_files_go_and_their_hashes_stay(scored, stored_files):
    url = asked(scored)
    queue.drain()
    report = report_at(scored, url)
    with scored.inside():
        kept = StoredFile.objects.get(pk=report.file_id).storage_key
    assert storage.private().exists(kept)
    with scored.inside():
        assert (
            workflow.expire_reports_of(organisation_id=scored.organisation.pk, before=clock.now() - reports.KEPT) == 0
        )
    with scored.inside():
        later = clock.now() + timedelta(seconds=1)
        assert workflow.expire_reports_of(organisation_id=scored.organisation.pk, before=later) == 1
    after = report_at(scored, url)
    assert (after.file_id, after.content, after.content_hash) == (None, {}, report.content_hash)
    client = scored.client()
    assert "no longer kept" in client.get(url).content.decode()
    assert client.get(url + "file/").status_code == 404
    assert asked(scored) != url  # a new one can be asked for
    found = client.post("/reports/verify/", {"code": report.content_hash}).content.decode()
    assert "was made here" in found


def test_a_plant_manager_gets_the_page_of_the_own_plant_and_nothing_else(scored):
    own, other = scored.submissions[1:3]
    url = asked(scored, role="plant_manager", kind="site", survey=own.public_id)
    queue.drain()
    client = scored.client("plant_manager")
    data, _reply = fetched(client, url)
    assert len(reading.pages(data)) == 1
    for refused in (
        ask(scored, role="plant_manager", kind="site", survey=other.public_id),
        ask(scored, role="plant_manager", kind="deck"),
        ask(scored, role="plant_manager", kind="report"),
    ):
        assert refused.status_code == 400
    whole = asked(scored)
    foreign = asked(scored, kind="site", survey=other.public_id)
    queue.drain()
    for hidden in (whole, foreign):
        assert client.get(hidden).status_code == 404
        assert client.get(hidden + "file/").status_code == 404
        assert client.post(hidden + "again/").status_code == 404
    listed = client.get("/reports/").content.decode()
    assert url in listed
    assert not any(hidden in listed for hidden in (whole, foreign))
    assert scored.client("csco").get(url).status_code == 200


def test_with_too_few_other_plants_nothing_of_them_is_on_the_page(scored):
    """Two others: their mean and the own score would give one of them away to the other."""
    own = scored.submissions[1]
    first = report_at(scored, asked(scored, kind="site", survey=own.public_id)).content
    with scored.inside():
        others = Score.objects.filter(result__submission__in=scored.submissions[2:4])
        assert others.count() > 60
        others.update(point=5.0)
    assert asked(scored, kind="site", survey=own.public_id).split("/")[2] == first["report"]  # the same figures
    assert {m["network"] for m in first["dimensions"]} == {None}


def test_a_manager_of_two_plants_makes_one_other_less(stored_files, db):
    """Four plants, three others; whoever holds two of them knows all but two, so the mean is not on their pages."""
    world = build.score_all(build.world("Four", sites=4), peers=False)
    own = world.submissions[1]
    before = report_at(world, asked(world, kind="site", survey=own.public_id)).content
    assert before["overall"]["network"] == 2.75  # 2, 3, 4, 2
    with world.inside():
        MemberSite.objects.create(
            organisation=world.organisation, member=world.members["plant_manager"], site=world.sites[1]
        )
    after = report_at(world, asked(world, kind="site", survey=own.public_id)).content
    assert after["overall"]["network"] is None


def test_the_plan_stands_on_the_page_of_the_plant_and_in_the_report(scored):
    with scored.inside():
        result = Result.objects.get(submission=scored.enterprise)
        plan = Plan.objects.create(organisation=scored.organisation, cycle=scored.cycle, result=result, preset="strategic",
                                   weights=[0.3, 0.4, 0.3], reference="target", starts_on="2026-01-01")  # fmt: skip
        common = {"organisation": scored.organisation, "plan": plan, "wave": 1, "starts_on": "2026-01-05", "effort_days": 5,
                  "due_on": "2026-03-31", "rank": 1, "value": 0.1, "reasons": {}, "scores": {}, "lift": {}}  # fmt: skip
        owner = scored.members["plant_manager"]
        PlannedAction.objects.create(code="A24", owner=owner, site=scored.sites[0], **common)
        PlannedAction.objects.create(code="A01", site=scored.sites[1], **common)
        PlannedAction.objects.create(code="A02", status="dropped", dropped_because="no", **common)
        titles = {code: publishing.catalogue(scored.cycle.questionnaire_id).action_by_code[code].title
                  for code in ("A24", "A01", "A02")}  # fmt: skip
    whole = report_at(scored, asked(scored)).content["plan"]
    assert [p["title"] for p in whole] == [titles["A24"], titles["A01"]]
    assert (whole[0]["owner"], whole[0]["where"], whole[0]["due"]) == (
        "plant_manager Nordwerk",
        "Nordwerk 1",
        "2026-03-31",
    )
    page = report_at(scored, asked(scored, kind="site", survey=scored.submissions[1].public_id)).content
    assert [p["title"] for p in page["plan"]] == [titles["A24"]]
    with scored.inside():
        later = common | {"due_on": "2026-06-30"}
        PlannedAction.objects.create(code="A03", **later)
        PlannedAction.objects.create(code="A04", **common)
        PlannedAction.objects.create(code="A05", status="done", done_on="2026-02-01", shown_by="yes", **common)
        titles |= {code: publishing.catalogue(scored.cycle.questionnaire_id).action_by_code[code].title
                   for code in ("A03", "A04", "A05")}  # fmt: skip
    page = report_at(scored, asked(scored, kind="site", survey=scored.submissions[1].public_id)).content
    # What is open first, then the plant's own, then the soonest; three find room.
    assert [p["title"] for p in page["plan"]] == [titles[code] for code in ("A24", "A04", "A03", "A05")]
    assert page["plan_more"] == "One more action is in the plan."
    asked_anew = asked(scored)
    queue.drain()
    deck, _reply = fetched(scored.client(), asked_anew)
    assert "5 actions are planned" in [s.title for s in reading.slides(deck)]


def test_the_workflow_refuses_what_a_form_would_not_offer(scored):
    report, content = content_of(scored)
    common = {"language": "en", "content": content | {"cycle": {"name": "x"}}}
    with scored.inside("plant_manager"):
        member = scored.members["plant_manager"]
        with pytest.raises(workflow.Refused, match="role does not include"):
            workflow.request_report(by=member, kind="deck", submission=scored.enterprise, **common)
        with pytest.raises(workflow.Refused, match="role does not include"):
            workflow.request_report(by=member, kind="site", submission=scored.submissions[2], **common)
    with scored.inside():
        member = scored.members["csco"]
        with pytest.raises(workflow.Refused, match="kind is not made"):
            workflow.request_report(by=member, kind="site", submission=scored.enterprise, **common)
        with pytest.raises(workflow.Refused, match="kind is not made"):
            workflow.request_report(by=member, kind="deck", submission=scored.submissions[1], **common)


@pytest.mark.parametrize("role", ["administrator", "contributor"])
def test_others_get_no_reports_at_all(scored, role):
    url = asked(scored)
    queue.drain()
    client = scored.client(role)
    assert client.get("/reports/").status_code == 403
    for path in (url, url + "file/"):
        assert client.get(path).status_code == 404


def test_a_report_of_another_organisation_looks_like_one_that_does_not_exist(scored, sudwerk):
    url = asked(scored)
    queue.drain()
    foreign = sudwerk.client()
    assert scored.client().get(url).status_code == 200  # it is there
    for tail in ("", "file/"):
        made_up = foreign.get(f"/reports/2222222222222222/{tail}")
        assert (foreign.get(url + tail).status_code, made_up.status_code) == (404, 404)
        assert foreign.get(url + tail).content == made_up.content
    with sudwerk.inside():
        assert Report.objects.count() == 0
    reply = foreign.post("/reports/", {"kind": "deck", "cycle": scored.cycle.public_id, "language": "en",
                                       "preset": "strategic", "reference": "target"})  # fmt: skip
    assert reply.status_code == 400


def test_a_row_cannot_point_to_a_foreign_file_or_survey(scored, sudwerk):
    report = report_at(scored, asked(scored))
    with pytest.raises(IntegrityError, match="submission_id_tenant"), transaction.atomic(), scored.inside():
        Report.objects.filter(pk=report.pk).update(submission_id=sudwerk.enterprise.pk)
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_only_so_many_wait_at_once(scored, monkeypatch):
    monkeypatch.setattr(writes, "MOST_WAITING", 1)
    asked(scored)
    reply = ask(scored, kind="report")
    assert reply.status_code == 429
    assert "being made already" in reply.content.decode()


@pytest.mark.parametrize(
    "change", [{"preset": "greedy"}, {"language": "xx"}, {"cycle": "2222222222222222"}, {"kind": "x"}]
)
def test_bad_choices_are_refused_in_words(scored, change):
    reply = ask(scored, **change)
    assert reply.status_code == 400
    with scored.inside():
        assert Report.objects.count() == 0


def test_a_reference_nobody_gave_is_named(scored):
    with scored.inside():
        Answer.objects.filter(question__code="E-N6").delete()
    reply = ask(scored)
    assert reply.status_code == 400
    assert "there is no “own target” to measure against" in reply.content.decode()


def test_without_scores_the_page_says_what_is_missing(nordwerk):
    for role in ("csco", "analyst", "plant_manager"):
        body = nordwerk.client(role).get("/reports/").content.decode()
        assert "There is nothing to report yet" in body
        assert '<form method="post" action="">' not in body


def test_names_that_look_like_formulas_stay_text_everywhere(nordwerk, stored_files):
    with nordwerk.inside():
        for site, name in zip(nordwerk.sites, HOSTILE, strict=False):
            Site.objects.filter(pk=site.pk).update(name=name)
    with nordwerk.inside():
        Organisation.objects.filter(pk=nordwerk.organisation.pk).update(name=HOSTILE[3])
        type(nordwerk.cycle).objects.filter(pk=nordwerk.cycle.pk).update(name=HOSTILE[4])
    scored = build.score_all(nordwerk)
    urls = {kind: asked(scored, kind=kind) for kind in ("workbook", "deck", "report")}
    queue.drain()
    book, _reply = fetched(scored.client(), urls["workbook"])
    plants = [row[0] for row in reading.sheets(book)["Plants"][1:]]
    assert sorted(plants) == sorted(HOSTILE[:3])
    assert reading.formulas(book) == []
    deck, _reply = fetched(scored.client(), urls["deck"])
    charts = [c for s in reading.slides(deck) for c in s.charts]
    assert any(set(HOSTILE[:3]) == set(c.plots[0].categories) for c in charts)
    assert reading.formulas(deck) == []
    pages = " ".join(reading.pages(fetched(scored.client(), urls["report"])[0]))
    assert "=1+1" in pages


def test_signs_no_font_or_file_holds_break_nothing(nordwerk, stored_files):
    odd = '日本語 🎉 \x0b \ufffe#image("/etc/passwd") *b*'
    with nordwerk.inside():
        Site.objects.filter(pk=nordwerk.sites[0].pk).update(name=odd)
    scored = build.score_all(nordwerk)
    urls = {kind: asked(scored, kind=kind) for kind in ("workbook", "deck", "report")}
    urls["site"] = asked(scored, kind="site", survey=scored.submissions[1].public_id)
    assert queue.drain() == 4
    found = {kind: fetched(scored.client(), url)[0] for kind, url in urls.items()}
    assert "\ufffd" in str(reading.sheets(found["workbook"])["Plants"])
    assert "#image(" in " ".join(reading.pages(found["report"]))
    assert len(reading.pages(found["site"])) == 1
    assert "日本語" in "\n".join(
        str(list(c.plots[0].categories)) for s in reading.slides(found["deck"]) for c in s.charts
    )


class TestVerifying:
    """Whether a report is genuine, and what that tells to whom."""

    @pytest.fixture
    def made(self, scored):
        url = asked(scored, kind="report")
        queue.drain()
        data, _reply = fetched(scored.client(), url)
        return scored, report_at(scored, url), data, url

    @pytest.mark.parametrize("length", [16, 40, 64])
    def test_by_the_code(self, made, client, length):
        _world, report, _data, _url = made
        body = client.post("/reports/verify/", {"code": spaced(report.content_hash[:length]).upper()}).content.decode()
        assert "A report with this code was made here" in body
        assert spaced(report.content_hash) in body

    def test_by_the_file(self, made, client):
        _world, _report, data, _url = made
        send = {"file": SimpleUploadedFile("r.pdf", data)}
        assert "Genuine, and unchanged" in client.post("/reports/verify/", send).content.decode()
        send = {"file": SimpleUploadedFile("r.pdf", data[:-1] + b"x")}
        assert "was not made here as it is" in client.post("/reports/verify/", send).content.decode()

    def test_a_stranger_learns_no_name(self, made, client, sudwerk):
        world, report, data, url = made
        secrets = (world.organisation.name, world.cycle.name, report.public_id, url)
        for browser in (client, sudwerk.client(), sudwerk.client("administrator")):
            for send in ({"code": report.content_hash}, {"file": SimpleUploadedFile("r.pdf", data)}):
                body = browser.post("/reports/verify/", send).content.decode()
                assert re.search("was made here|Genuine, and unchanged", body)
                assert "told to its members only" in body
                assert not any(word in re.sub(r"Südwerk", "", body) for word in secrets)

    def test_a_member_learns_for_what_it_was_made(self, made):
        world, report, _data, url = made
        for role, linked in (("csco", True), ("administrator", False), ("plant_manager", False)):
            body = world.client(role).post("/reports/verify/", {"code": report.content_hash}).content.decode()
            assert f"<dd>{world.organisation.name}</dd>" in body
            assert f"<dd>{world.cycle.name}</dd>" in body
            assert (url in body) is linked

    def test_the_row_alone_is_seen_and_nothing_beside_it(self, made, sudwerk):
        world, report, _data, _url = made
        other = report_at(world, asked(world))
        with sudwerk.inside(), checking(report.content_hash):
            assert list(Report.objects.values_list("pk", flat=True)) == [report.pk]
            assert not StoredFile.objects.exists()
            assert Report.objects.filter(pk=report.pk).update(language="xx") == 0
        with sudwerk.inside():
            assert not Report.objects.exists()
        for code in ("", report.content_hash[:15], "0" * 64):
            with checking(code):
                assert not Report.objects.exists()
        assert other.pk != report.pk

    @pytest.mark.parametrize("code", ["", "0123", "not a code", "0" * 65, "\x00" * 20, "%" * 16, "é" * 16])
    def test_what_cannot_be_a_code_is_said_to_be_none(self, made, client, code):
        reply = client.post("/reports/verify/", {"code": code})
        assert reply.status_code == 400
        assert "16 to 64 characters" in reply.content.decode()

    def test_an_unknown_code_is_unknown(self, made, client):
        reply = client.post("/reports/verify/", {"code": "0" * 16})
        assert reply.status_code == 200
        assert "No report has this code" in reply.content.decode()

    def test_a_wrong_code_with_the_right_beginning_is_unknown(self, made, client):
        _world, report, _data, _url = made
        wrong = report.content_hash[:16] + ("0" if report.content_hash[16] != "0" else "1")
        assert "No report has this code" in client.post("/reports/verify/", {"code": wrong}).content.decode()

    def test_guessing_is_slowed_down(self, made, client):
        replies = [client.post("/reports/verify/", {"code": f"{n:016x}"}).status_code for n in range(32)]
        assert replies[:30] == 30 * [200]
        assert replies[30:] == [429, 429]


def test_the_logo_and_the_colour_are_in_deck_and_pdf(scored):
    stream = io.BytesIO()
    Image.new("RGB", (300, 100), "#123456").save(stream, "PNG")
    before = asked(scored, kind="report")
    admin = scored.members[Role.ADMINISTRATOR.value]
    with scored.inside("administrator"):
        branding.set_logo(by=admin, upload=SimpleUploadedFile("logo.png", stream.getvalue()))
        branding.set_accent(by=admin, accent="#6b1d5c")
    urls = {kind: asked(scored, kind=kind) for kind in ("report", "deck")}
    assert urls["report"] != before  # another look is another report
    queue.drain()
    deck, _reply = fetched(scored.client(), urls["deck"])
    assert b"6B1D5C" in _part(deck, "ppt/theme/theme1.xml")
    assert any(n.startswith("ppt/media/") for n in _names(deck))
    pdf, _reply = fetched(scored.client(), urls["report"])
    assert "Nordwerk" in reading.marks(pdf)["alternatives"]
    plain, _reply = fetched(scored.client(), before)
    assert "Nordwerk" not in reading.marks(plain)["alternatives"]
    with tenant(scored.organisation.pk):
        assert Report.objects.get(public_id=urls["deck"].split("/")[2]).content["look"]["accent"] == "#6b1d5c"


def _names(data):
    return zipfile.ZipFile(io.BytesIO(data)).namelist()


def _part(data, name):
    return zipfile.ZipFile(io.BytesIO(data)).read(name)
