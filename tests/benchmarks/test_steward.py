"""The benchmark steward's pages: a file by its steps, releases by theirs, and nobody else gets in."""

import csv
import io
from datetime import date, timedelta
from unittest import mock

import openpyxl
import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from assessments import publishing
from benchmarks.intake import cards, jobs, process
from benchmarks.intake.layout import FIXED
from benchmarks.models import Dataset, Import, Mapping, Release
from opmodel.jobs import queue
from opmodel.jobs.models import Job
from opmodel.organisations.models import User
from opmodel.organisations.permissions import InstallationRole

pytestmark = pytest.mark.django_db


@pytest.fixture
def steward(db) -> Client:
    user = User.objects.create_user("steward@installation.example", "correct-horse-battery")
    User.objects.filter(pk=user.pk).update(installation_role=InstallationRole.BENCHMARK_STEWARD)
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    client.user_id = user.pk  # type: ignore[attr-defined]
    return client


@pytest.fixture(autouse=True)
def own_files(stored_files):
    return stored_files


def measures() -> tuple[str, ...]:
    return publishing.catalogue(publishing.latest_questionnaire().pk).measures


def peer_rows(n: int = 40, **changes: str) -> list[dict[str, str]]:
    """n companies of two industries and two regions, ten of each pair, with all scores."""
    rows = []
    for i in range(n):
        row = {
            "record_id": f"acme {i}", "industry": ("28", "29")[i % 2], "region": ("Europe", "North America")[i // 2 % 2],
            "size_band": "250-999", "process_type": "discrete", "submitted_on": "2026-03-31", "completion": "0.95",
        }  # fmt: skip
        rows.append(row | dict.fromkeys(measures(), f"{1 + i % 40 / 10:.1f}") | changes)
    return rows


def text(rows: list[dict[str, str]], names: dict[str, str] | None = None) -> bytes:
    out = io.StringIO()
    header = [*FIXED, *measures()]
    writer = csv.writer(out)
    writer.writerow([(names or {}).get(name, name) for name in header])
    writer.writerows([[row[name] for name in header] for row in rows])
    return out.getvalue().encode()


FORM = {"dataset_name": "Europe 2026", "kind": "real", "source": "An institute", "licence": "by agreement"}


def upload(client: Client, content: bytes, name: str = "peers.csv", **changes: str):
    return client.post("/benchmarks/imports/new/", FORM | changes | {"file": SimpleUploadedFile(name, content)})


def work() -> None:
    """Let a worker do what is due, reading in this process."""
    with mock.patch.object(cards.running, "messages", process.messages):
        queue.drain()


def checked(client: Client, content: bytes, **changes: str) -> Import:
    reply = upload(client, content, **changes)
    assert reply.status_code == 302, reply.content.decode()[:3000]
    work()
    return Import.objects.get(public_id=reply.url.split("/")[-2])


def page(client: Client, card: Import) -> str:
    return client.get(f"/benchmarks/imports/{card.public_id}/").content.decode()


def test_home_of_the_steward_are_the_benchmarks(steward):
    assert steward.get("/").url == "/benchmarks/"
    content = steward.get("/benchmarks/").content.decode()
    assert "No peer data yet" in content
    assert "Benchmark steward" in content


def test_nobody_else_opens_any_page(steward, nordwerk):
    card = checked(steward, text(peer_rows()))
    operator = User.objects.create_user("operator@installation.example", "x")
    User.objects.filter(pk=operator.pk).update(installation_role=InstallationRole.OPERATOR)
    other = Client()
    other.force_login(User.objects.get(pk=operator.pk))
    for path in (
        "/benchmarks/",
        f"/benchmarks/imports/{card.public_id}/",
        f"/benchmarks/imports/{card.public_id}/errors.csv",
    ):
        for client in (other, nordwerk.client("analyst"), nordwerk.client("administrator")):
            assert client.get(path).status_code == 403
        assert steward.get(path).status_code == 200
    assert other.post(f"/benchmarks/imports/{card.public_id}/confirm/").status_code == 403
    assert steward.get("/benchmarks/imports/2222222222222222/").status_code == 404
    assert steward.post("/benchmarks/imports/2222222222222222/confirm/").status_code == 404


def test_a_file_with_errors_is_refused_with_a_report(steward, own_files):
    rows = peer_rows()
    rows[3]["CAP1"], rows[4]["region"], rows[5]["CAP2"] = "3,5", "=Atlantis", "0"
    card = checked(steward, text(rows))
    assert (card.state, card.error_count, card.storage_key) == ("refused", 3, "")
    content = page(steward, card)
    assert "3 errors; nothing was imported." in content
    assert "a score from 1 to 5 with a decimal point, not a comma" in content
    reply = steward.get(f"/benchmarks/imports/{card.public_id}/errors.csv")
    found = list(csv.reader(io.StringIO(reply.content.decode("utf-8-sig"))))
    assert found[0] == ["Line", "Column", "Value", "Expected"]
    assert found[1][:3] == ["5", "CAP1", "3,5"]
    assert found[2][:3] == ["6", "region", "'=Atlantis"]
    assert len(found) == 4
    assert "acme" not in content + reply.content.decode()
    assert (Dataset.objects.count(), Import.objects.count()) == (0, 1)


def test_bytes_go_once_a_file_is_refused_cancelled_or_applied(steward, own_files, django_capture_on_commit_callbacks):
    def stored() -> int:
        return sum(f.is_file() for f in own_files.rglob("*"))

    with django_capture_on_commit_callbacks(execute=True):
        first = upload(steward, text(peer_rows(CAP1="7"))).url
    assert stored() == 1
    with django_capture_on_commit_callbacks(execute=True):
        work()
    assert stored() == 0
    with django_capture_on_commit_callbacks(execute=True):
        card = checked(steward, text(peer_rows()))
        steward.post(f"/benchmarks/imports/{card.public_id}/cancel/")
    assert stored() == 0
    with django_capture_on_commit_callbacks(execute=True):
        card = checked(steward, text(peer_rows()))
        steward.post(f"/benchmarks/imports/{card.public_id}/confirm/")
        work()
    assert stored() == 0
    assert first


def test_a_good_file_is_shown_then_imported(steward):
    card = checked(steward, text(peer_rows()), collected="interviews")
    content = page(steward, card)
    assert card.state == "ready"
    assert Dataset.objects.count() == 0
    assert "<b>40</b> new" in content
    assert "acme" not in content
    assert steward.post(f"/benchmarks/imports/{card.public_id}/confirm/").status_code == 302
    again = steward.post(f"/benchmarks/imports/{card.public_id}/confirm/")
    assert (again.status_code, "Somebody was faster" in again.content.decode()) == (409, True)
    queue.drain()
    card.refresh_from_db()
    assert (card.state, card.rows_new, card.imported_by) == ("applied", 40, steward.user_id)
    assert card.dataset.records.count() == 40
    content = page(steward, card)
    for what in ("An institute", "interviews", "by agreement", "<dd>2026-03</dd>", card.file_hash, "Real companies"):
        assert what in content
    assert "Europe 2026" in steward.get("/benchmarks/").content.decode()


def test_a_preview_names_industries_months_and_thousands(steward):
    rows = peer_rows(1200)
    for row in rows[:40]:
        row["submitted_on"] = "2025-11-30"
    card = checked(steward, text(rows))
    content = page(steward, card)
    for what in ("<b>1,200</b> new", "28 · Machinery and equipment", "<dd>2025-11 to 2026-03</dd>", "<dd>1,200</dd>"):
        assert what in content
    german = steward.get(f"/benchmarks/imports/{card.public_id}/", headers={"accept-language": "de"}).content.decode()
    for what in ("<b>1.200</b> neu", "<dd>2025-11 bis 2026-03</dd>"):
        assert what in german


def test_a_further_file_is_compared_before_anybody_confirms(steward):
    card = checked(steward, text(peer_rows()))
    steward.post(f"/benchmarks/imports/{card.public_id}/confirm/")
    work()
    rows = peer_rows(42)
    rows[0]["CAP1"] = "5"
    card = checked(steward, text(rows))
    assert (card.rows, card.rows_new, card.rows_corrected) == (42, 2, 1)
    assert "<b>39</b> unchanged" in page(steward, card)


def killed(card: Import | Dataset) -> None:
    """As if its worker had been killed three times: what the sweeper leaves behind."""
    with queue.every_job():
        job = Job.objects.filter(key__startswith=f"{card.public_id}:").order_by("pk").last()
        lapsed = timezone.now() - timedelta(minutes=1)
        Job.objects.filter(pk=job.pk).update(state="running", attempts=3, lease_until=lapsed)
    queue.due()


def test_a_file_whose_worker_was_killed_says_so_and_is_tried_again(steward):
    card = Import.objects.get(public_id=upload(steward, text(peer_rows())).url.split("/")[-2])
    again = f"/benchmarks/imports/{card.public_id}/again/"
    assert steward.post(again).status_code == 409  # it waits for its worker
    killed(card)
    content = page(steward, card)
    assert "The worker stopped three times while doing this." in content
    assert ("is being read" in content, ">stopped<" in content) == (False, True)
    assert ">stopped<" in steward.get("/benchmarks/").content.decode()
    german = steward.get(f"/benchmarks/imports/{card.public_id}/", headers={"accept-language": "de"}).content.decode()
    assert "Der Prozess im Hintergrund wurde dabei dreimal beendet." in german
    assert steward.post(again).status_code == 302
    assert steward.post(again).status_code == 409  # a second click
    work()
    card.refresh_from_db()
    assert card.state == "ready"
    steward.post(f"/benchmarks/imports/{card.public_id}/confirm/")
    killed(card)
    assert "Try again" in page(steward, card)
    steward.post(again)
    work()
    assert Dataset.objects.get().records.count() == 40


def test_a_release_whose_worker_was_killed_says_so_and_is_made_again(steward):
    dataset = with_report(steward).dataset
    url = f"/benchmarks/datasets/{dataset.public_id}/"
    steward.post(url + "releases/", {"as_of": "2026-06-30"})
    killed(dataset)
    content = steward.get(url).content.decode()
    assert "The worker stopped three times while doing this." in content
    assert "Make a release" in content
    steward.post(url + "releases/", {"as_of": "2026-06-30"})
    work()
    assert Release.objects.filter(name="Europe 2026 2026-06-30", state="audited").exists()


def test_a_job_works_once_only(steward):
    card = checked(steward, text(peer_rows()))
    steward.post(f"/benchmarks/imports/{card.public_id}/confirm/")
    work()
    cards.apply(card=Import.objects.get(pk=card.pk), read=process.messages)
    card.state = "applying"  # a second worker saw it before the first one was done
    cards.apply(card=card, read=process.messages)
    assert Dataset.objects.get().records.count() == 40


def test_the_progress_is_a_fragment_that_ends_with_a_new_page(steward):
    url = upload(steward, text(peer_rows())).url
    assert 'hx-trigger="every 1s"' in steward.get(url).content.decode()
    fragment = steward.get(url, headers={"HX-Request": "true"})
    assert "<html" not in fragment.content.decode()
    assert "HX-Refresh" not in fragment.headers
    work()
    assert steward.get(url, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def test_a_progress_that_is_signed_out_leads_to_the_sign_in_page(steward):
    url = upload(steward, text(peer_rows())).url
    steward.logout()
    fragment = steward.get(url, headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment.headers["HX-Refresh"]) == (401, "true")
    assert steward.get(url).url == f"/accounts/login/?next={url}"
    assert steward.post(f"{url}confirm/").url.startswith("/accounts/login/")


def test_columns_are_named_once_for_a_source(steward):
    theirs = {name: f"Their {name}" for name in (*FIXED, *measures())}
    card = checked(steward, text(peer_rows(), theirs))
    assert card.state == "naming"
    content = page(steward, card)
    assert '<option value="Their region">' in content
    columns = {f"column-{ours}": name for ours, name in theirs.items()}
    short = steward.post(f"/benchmarks/imports/{card.public_id}/columns/", columns | {"column-region": ""})
    assert (short.status_code, "Choose a column for: region." in short.content.decode()) == (400, True)
    twice = steward.post(f"/benchmarks/imports/{card.public_id}/columns/", columns | {"column-CAP1": "Their CAP2"})
    assert "is chosen twice" in twice.content.decode()
    strange = steward.post(f"/benchmarks/imports/{card.public_id}/columns/", columns | {"column-CAP1": "made up"})
    assert strange.status_code == 400
    assert steward.post(f"/benchmarks/imports/{card.public_id}/columns/", columns).status_code == 302
    queue.drain()
    card.refresh_from_db()
    assert (card.state, card.rows_new) == ("ready", 40)
    assert Mapping.objects.get().columns["CAP1"] == "Their CAP1"
    next_one = checked(steward, text(peer_rows(41), theirs))
    assert next_one.state == "ready"


def test_like_names_are_proposed(steward):
    card = checked(steward, text(peer_rows(), {"region": "REGION", "size_band": "Size band"}))
    content = page(steward, card)
    assert '<option value="REGION" selected>' in content
    assert '<option value="Size band" selected>' in content


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"dataset_name": ""}, "This field is required."),
        ({"kind": ""}, "This field is required."),
        ({"source": "x" * 201}, "at most 200 characters"),
    ],
)
def test_a_form_without_what_is_needed_is_refused(steward, changes, message):
    reply = upload(steward, text(peer_rows()), **changes)
    assert (reply.status_code, message in reply.content.decode()) == (400, True)
    assert Import.objects.count() == 0


def test_no_file_the_same_file_and_another_kind_are_refused(steward):
    assert "Choose a file." in steward.post("/benchmarks/imports/new/", FORM).content.decode()
    card = checked(steward, text(peer_rows()))
    assert upload(steward, text(peer_rows())).url.endswith(f"/{card.public_id}/")  # on its way: the same page
    steward.post(f"/benchmarks/imports/{card.public_id}/confirm/")
    work()
    again = upload(steward, text(peer_rows()), dataset_name="other")
    assert (again.status_code, "This file was imported on" in again.content.decode()) == (409, True)
    mixed = upload(steward, text(peer_rows(41)), kind="illustrative")
    assert "holds real companies; made-up ones go into another dataset" in mixed.content.decode()


def test_kinds_do_not_mix_when_two_files_wait(steward):
    real = checked(steward, text(peer_rows()))
    made_up = checked(steward, text(peer_rows(41)), kind="illustrative")
    for card in (real, made_up):
        steward.post(f"/benchmarks/imports/{card.public_id}/confirm/")
        work()
    made_up.refresh_from_db()
    assert made_up.state == "refused"
    assert "real and made-up companies in datasets of their own" in page(steward, made_up)
    assert Dataset.objects.get().records.count() == 40


def test_a_file_that_nobody_decides_on_goes_after_a_day(steward):
    old, young = checked(steward, text(peer_rows())), checked(steward, text(peer_rows(41)))
    Import.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(hours=25))
    jobs.forget(Job())
    assert [c.state for c in Import.objects.order_by("pk")] == ["cancelled", "ready"]
    assert young.pk


def test_templates_can_be_filled_in_and_imported(steward):
    assert steward.get("/benchmarks/template.csv").content.decode().strip().split(",") == [*FIXED, *measures()]
    book = openpyxl.load_workbook(io.BytesIO(steward.get("/benchmarks/template.xlsx").content))
    page_ = book.worksheets[0]
    assert [cell.value for cell in page_[1]] == [*FIXED, *measures()]
    for row in peer_rows(12):
        page_.append(
            [
                float(row[name]) if name in measures() or name == "completion" else row[name]
                for name in (*FIXED, *measures())
            ]
        )
    out = io.BytesIO()
    book.save(out)
    reply = upload(steward, out.getvalue(), "peers.xlsx")
    queue.drain()
    card = Import.objects.get(public_id=reply.url.split("/")[-2])
    assert (card.state, card.rows_new) == ("ready", 12), card.errors


def test_release_publish_withdraw(steward):
    card = checked(steward, text(peer_rows(60)))
    steward.post(f"/benchmarks/imports/{card.public_id}/confirm/")
    work()
    dataset = Dataset.objects.get()
    url = f"/benchmarks/datasets/{dataset.public_id}/"
    assert steward.post(url + "releases/", {"as_of": "soon"}).status_code == 400
    assert steward.post(url + "releases/", {"as_of": "2026-06-30"}).status_code == 302
    again = steward.post(url + "releases/", {"as_of": "2026-06-30"})
    assert (again.status_code, "is being made already" in again.content.decode()) == (400, True)
    work()
    release = Release.objects.get()
    assert (release.state, release.made_by) == ("audited", steward.user_id)
    page_ = f"/benchmarks/releases/{release.public_id}/"
    content = steward.get(page_).content.decode()
    assert "60 of 60 valid records are in the release." in content
    assert steward.post(page_ + "withdraw/", {"because": "x"}).status_code == 409  # nobody has seen it
    assert steward.post(page_ + "publish/").status_code == 302
    assert steward.post(page_ + "publish/").status_code == 409
    assert steward.post(page_ + "discard/").status_code == 409
    assert steward.post(page_ + "withdraw/", {"because": " "}).status_code == 400
    assert steward.post(page_ + "withdraw/", {"because": "a company took its record back"}).status_code == 302
    release.refresh_from_db()
    assert (release.state, release.published_by) == ("withdrawn", steward.user_id)
    assert "a company took its record back" in steward.get(page_).content.decode()


def test_a_release_that_is_refused_says_why_and_one_is_discarded(steward):
    card = checked(steward, text(peer_rows(9)))
    steward.post(f"/benchmarks/imports/{card.public_id}/confirm/")
    work()
    dataset = Dataset.objects.get()
    url = f"/benchmarks/datasets/{dataset.public_id}/"
    steward.post(url + "releases/", {"as_of": "2026-06-30"})
    work()
    assert "Only 9 records are valid" in steward.get(url).content.decode()
    card = checked(steward, text(peer_rows(40)))
    steward.post(f"/benchmarks/imports/{card.public_id}/confirm/")
    steward.post(url + "releases/", {"as_of": "2026-06-30"})
    work()
    release = Release.objects.get()
    assert steward.post(f"/benchmarks/releases/{release.public_id}/discard/").status_code == 302
    assert Release.objects.count() == 0


def with_report(steward: Client, **report: object) -> Release:
    """An audited release that says this of its audit."""
    card = checked(steward, text(peer_rows(12)))
    steward.post(f"/benchmarks/imports/{card.public_id}/confirm/")
    work()
    said = {
        "counted": 12_000, "valid": 12_345, "with_a_gap": 0, "in_larger_groups": 0, "without_overall": 0, "waiting": 0,
        "waiting_corrected": 0, "left": 0, "cells": {"A": 1, "B": 1}, "too_small": 0, "dropped": [],
        "smallest_cut_left": 7, "never_below": 5, "against": [],
    }  # fmt: skip
    return Release.objects.create(
        dataset=Dataset.objects.get(), name="made", as_of=date(2026, 6, 30), method_version="1", report=said | report
    )


def test_the_report_lists_who_waits_by_segment_and_says_why(steward):
    against, inside = {"what": "earlier release", "size": 3, "release": "2025"}, {"what": "between trees", "size": 1}
    held = [
        {"path": "all > Vehicles > 29 > Europe > 250-999", "what": "new", "n": 3, "why": against},
        {"path": "all > Vehicles > 29 > Europe > <250", "what": "gap", "n": 1, "why": inside},
        *({"path": "all > Vehicles", "what": "corrected", "n": n, "why": against} for n in range(100, 130)),
    ]
    url = f"/benchmarks/releases/{with_report(steward, held=held).public_id}/"
    content = steward.get(url).content.decode()
    assert "12,000 of 12,345 valid records are in the release." in content
    for what in (
        "Motor vehicles and parts, Europe, 250-999 employees", "New records that wait for the next release",
        "A group of 3 records could be told apart by comparing with “2025”.",
        "Page 1 of 2", 'href="?held=2#held"',
    ):  # fmt: skip
        assert what in content
    assert (">123<" in content, ">124<" in content) == (True, False)  # 25 rows: one, and 100 to 123
    second = steward.get(url + "?held=2&dropped=9").content.decode()
    assert (">123<" in second, ">124<" in second, ">129<" in second) == (False, True, True)
    assert "A single record could be told apart by comparing the groups by industry with those by region." in second
    assert 'href="?held=1&amp;dropped=9#held"' in second
    assert "Page 1 of 2" in steward.get(url + "?held=x").content.decode()
    german = steward.get(url, headers={"accept-language": "de"}).content.decode()
    assert "12.000 von 12.345" in german
    assert "Kraftfahrzeuge und Teile, Europa" in german
    assert "Neue Datensätze, die auf die nächste Ausgabe warten" in german


def test_a_report_from_before_the_waiting_were_listed_is_shown(steward):
    content = steward.get(f"/benchmarks/releases/{with_report(steward).public_id}/").content.decode()
    assert "Records that wait" not in content


def test_no_page_waits_for_a_release_that_is_being_made(steward):
    release = with_report(steward)
    Release.objects.filter(pk=release.pk).update(state="audited")
    url = f"/benchmarks/datasets/{release.dataset.public_id}/"
    steward.post(url + "releases/", {"as_of": "2026-06-30"})
    reply = steward.post(f"/benchmarks/releases/{release.public_id}/publish/")
    assert (reply.status_code, "is being made already" in reply.content.decode()) == (409, True)
    page_ = steward.get(url).content.decode()
    assert '<progress max="100" aria-label' in page_  # nobody knows how far it is
    assert "Make a release" not in page_


def test_a_release_is_not_ordered_while_records_are_written(steward):
    """Another connection holds the dataset, as an import does that writes."""
    dataset = with_report(steward).dataset
    locked = mock.patch.object(Dataset.objects, "select_for_update", side_effect=OperationalError("locked"))
    with locked:
        reply = steward.post(f"/benchmarks/datasets/{dataset.public_id}/releases/", {"as_of": "2026-06-30"})
    assert (reply.status_code, "Records are being written" in reply.content.decode()) == (400, True)


def test_the_audit_knows_who_did_it(steward):
    card = checked(steward, text(peer_rows(40)))
    steward.post(f"/benchmarks/imports/{card.public_id}/confirm/")
    work()
    url = f"/benchmarks/datasets/{Dataset.objects.get().public_id}/releases/"
    steward.post(url, {"as_of": "2026-06-30"})
    work()
    steward.post(f"/benchmarks/releases/{Release.objects.get().public_id}/publish/")
    me = {"user": steward.user_id}
    for model in (Import, Dataset, Release):
        events = apps.get_model("benchmarks", f"{model.__name__}Event").objects.all()
        contexts = [event.pgh_context for event in events]
        assert contexts
        assert all(context == me for context in contexts), (model, contexts)
