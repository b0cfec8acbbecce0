"""Files people send: known by their content, refused in words, stored whole or not at all."""

import errno
import hashlib
import os
import struct

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from django.db import connection, transaction

from opmodel.files import archives, storage
from opmodel.files.incoming import EVIDENCE, SPREADSHEETS, FileRefused, clean_name, inspect, receive
from opmodel.files.models import StoredFile
from opmodel.organisations.tenancy import tenant
from tests import samples
from tests.samples import upload

GOOD = {
    "plan.pdf": samples.PDF,
    "plan.PDF": b"\n" + samples.PDF,
    "photo.png": samples.png(),
    "photo.jpg": samples.JPEG,
    "photo.JPEG": samples.JPEG,
    "photo.webp": samples.WEBP,
    "photo.heic": samples.HEIC,
    "report.docx": samples.docx(),
    "board.pptx": samples.ooxml("ppt/presentation.xml", samples.PPTX_MAIN),
    "report.odt": samples.odf(
        "text", {"Basic/Standard/script-lb.xml": b"<x/>"}
    ),  # an empty library, as LibreOffice writes
    "plants.ods": samples.ods([["x"]]),
    "board.odp": samples.odf("presentation"),
}
KINDS = ".pdf, .png, .jpg, .webp, .heic, .docx, .xlsx, .pptx, .odt, .ods, .odp"


def refusal(name, data, allow=EVIDENCE, most_mb=25) -> str:
    with pytest.raises(FileRefused) as caught:
        inspect(upload(name, data, "application/pdf"), allow=allow, most_mb=most_mb)
    return caught.value.message


@pytest.mark.parametrize("name", GOOD)
def test_what_is_accepted(name):
    checked = inspect(upload(name, GOOD[name], "text/html"), allow=EVIDENCE, most_mb=25)
    assert checked.name == name
    assert name.lower().endswith(checked.type.endings)
    assert checked.sha256 == hashlib.sha256(GOOD[name]).hexdigest()


def test_a_real_workbook_is_accepted():
    assert inspect(upload("a.xlsx", samples.table([["x"]])), allow=EVIDENCE, most_mb=25).type.code == "xlsx"


@pytest.mark.parametrize("data", [b"name;mail\n", "Ort;Fläche".encode("cp1252"), "Ort".encode("utf-16")])
def test_a_table_of_text_is_accepted_where_tables_are(data):
    assert inspect(upload("a.csv", data), allow=SPREADSHEETS, most_mb=1).type.code == "csv"
    assert refusal("a.csv", data).endswith(f"Accepted are: {KINDS}.")


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("budget.pdf", samples.WINDOWS, "a Windows program"),
        ("budget.pdf", samples.ELF, "a program"),
        ("budget.pdf", b"#!/bin/sh\nrm -rf /\n", "a program"),
        ("budget.pdf", samples.HTML, "a web page"),
        ("budget.pdf", b"\xef\xbb\xbf  <HTML>", "a web page"),
        ("logo.png", samples.SVG, "an SVG graphic"),
        ("logo.svg", samples.SVG, "an SVG graphic"),
        ("page.html", samples.HTML, "a web page"),
        ("budget.pdf", samples.WINDOWS + samples.PDF, "a Windows program"),  # both at once, for different readers
        ("budget.pdf", samples.HTML + samples.PDF, "a web page"),
        ("report.docx", samples.WINDOWS + samples.docx(), "a Windows program"),  # an archive that unpacks itself
        ("report.docx", samples.archive({"evil.exe": samples.WINDOWS}), "an archive"),
        ("report.docx", samples.ooxml("word/document.xml", "text/plain"), "an archive"),
        ("report.docx", samples.ooxml("elsewhere.xml", samples.DOCX_MAIN), "an archive"),
        ("report.odt", samples.odf("graphics"), "an archive"),
        ("budget.xls", samples.OLE, "an Office file of the old format, or one with a password"),
        ("movie.pdf", b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 50, "a recording"),
        ("x.gif", b"GIF89a" + b"\x00" * 50, "a picture of another kind"),
        ("notes.pdf", b"hello", "a text file"),
        ("x.pdf", b"\x01\x02\x00\x03" * 50, "a file of an unknown kind"),
    ],
)
def test_what_is_refused_is_named(name, data, what):
    assert refusal(name, data) == f"“{name}” is {what}. Accepted are: {KINDS}."


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("photo.jpg", samples.png(), "“photo.jpg” is a PNG picture; its name must end in .png."),
        ("plan.exe", samples.PDF, "“plan.exe” is a PDF; its name must end in .pdf."),
        ("plan.pdf.html", samples.PDF, "“plan.pdf.html” is a PDF; its name must end in .pdf."),
        ("plan", samples.PDF, "“plan” is a PDF; its name must end in .pdf."),
        ("plan.pdf", b"", "“plan.pdf” is empty."),
        ("plan.pdf", samples.PDF[:-8], "“plan.pdf” is a PDF whose end is missing. Save or download it again."),
        ("a.docx", samples.docx({"word/vbaProject.bin": b"x"}), "“a.docx” holds macros. Save it without them."),
        (
            "a.docx",
            samples.ooxml("word/document.xml", samples.DOCM_MAIN),
            "“a.docx” holds macros. Save it without them.",
        ),
        ("a.odt", samples.odf("text", {"Basic/Standard/M.xml": b"x"}), "“a.odt” holds macros. Save it without them."),
        ("a.odt", samples.odf("text", {"Scripts/python/m.py": b"x"}), "“a.odt” holds macros. Save it without them."),
        ("a.docx", samples.docx()[:-30], "“a.docx” is damaged and cannot be opened. Save it again."),
        (
            "a.xlsx",
            samples.bomb(400),
            "“a.xlsx” would unpack to far more than a document holds; it was not opened.",
        ),
    ],
)
def test_a_refusal_says_what_to_do(name, data, message):
    assert refusal(name, data) == message


@pytest.mark.parametrize("data", [samples.HTML, samples.SVG, b"#!/bin/sh\n", samples.WINDOWS, b"a\x00b", samples.OLE])
def test_a_table_of_text_is_no_hiding_place(data):
    assert "Accepted are: .xlsx, .ods, .csv." in refusal("plants.csv", data, SPREADSHEETS)


def test_too_large_by_one_byte():
    exact = samples.PDF[:-6] + b" " * (1_000_000 - len(samples.PDF)) + b"%%EOF\n"
    assert inspect(upload("a.pdf", exact), allow=EVIDENCE, most_mb=1).size == 1_000_000
    assert refusal("a.pdf", exact + b"\n", most_mb=1) == "“a.pdf” is larger than 1 MB, which is the most."


def test_nothing_chosen():
    with pytest.raises(FileRefused, match=r"Choose a file\."):
        inspect(None, allow=EVIDENCE, most_mb=1)


def test_an_archive_with_a_password_is_refused():
    data = bytearray(samples.docx())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        data[at + offset] |= 1
    assert refusal("a.docx", bytes(data)) == "“a.docx” is protected by a password. Save it without one."


def test_a_huge_directory_is_refused_by_its_size(monkeypatch):
    """Two million names would be a GB of objects before anybody could count them."""
    opened = []
    monkeypatch.setattr(archives, "ZipFile", lambda *a: opened.append(a))
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65535, 65535, 20_000_000, 4, 0)
    data = b"PK\x03\x04" + b"\x00" * 20_000_000 + end
    assert "would unpack to far more" in refusal("a.docx", data)
    assert opened == []


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\plan.pdf", "plan.pdf"),
        ("/etc/cron.d/x", "x"),
        ("plan\x00.pdf", "plan.pdf"),
        ("a\r\nContent-Type: text/html\r\n.pdf", "html .pdf"),
        ("annual\u202efdp.exe", "annualfdp.exe"),  # shown as annualexe.pdf
        ("zero\u200bwidth\ufeff.pdf", "zerowidth.pdf"),
        ("half\ud800.pdf", "half.pdf"),
        ("  .hidden  ", "hidden"),
        ("...", "file"),
        ("", "file"),
        ("Fläche 日本.pdf", "Fläche 日本.pdf"),
        ("Fla\u0308che.pdf", "Fläche.pdf"),
        ("<script>alert(1)</script>.pdf", "script>.pdf"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_names(name, clean):
    assert clean_name(name) == clean


# --- stored or not at all ----------------------------------------------------------------------------------------


def files_in(stored_files):
    return sorted(str(f.relative_to(stored_files)) for f in stored_files.rglob("*") if f.is_file())


def take_in(org, name="plan.pdf", data=samples.PDF, **more):
    own = {"organisation_id": org.pk, "organisation_public_id": org.public_id, "by": None}
    return receive(upload=upload(name, data), kind="evidence", allow=EVIDENCE, **own, **more)


def test_what_commits_stays_and_what_does_not_goes(stored_files, committed):
    org = committed.organisation
    with tenant(org.pk):
        kept = take_in(org, "../../plan <b>.pdf")
    row = {"kind": "evidence", "name": "plan <b>.pdf", "content_type": "application/pdf", "size": len(samples.PDF)}
    assert {name: getattr(kept, name) for name in row} == row
    assert kept.sha256 == hashlib.sha256(samples.PDF).hexdigest()
    assert files_in(stored_files) == [kept.storage_key]
    assert (stored_files / kept.storage_key).read_bytes() == samples.PDF
    assert kept.storage_key.startswith(f"{org.public_id}/evidence/")
    assert "plan" not in kept.storage_key

    with pytest.raises(RuntimeError), tenant(org.pk):
        gone = take_in(org)
        assert len(files_in(stored_files)) == 2  # it was there
        raise RuntimeError
    assert files_in(stored_files) == [kept.storage_key]

    with tenant(org.pk):  # a savepoint that fails inside a transaction that does not
        with pytest.raises(RuntimeError), transaction.atomic():
            take_in(org)
            raise RuntimeError
        second = take_in(org)
    assert files_in(stored_files) == sorted([kept.storage_key, second.storage_key])

    with tenant(org.pk):
        take_in(org)
        transaction.set_rollback(True)  # without any error
    assert files_in(stored_files) == sorted([kept.storage_key, second.storage_key])
    with tenant(org.pk):
        assert StoredFile.objects.count() == 2
        assert not StoredFile.objects.filter(pk=gone.pk).exists()


def test_bytes_go_only_once_their_row_is_gone_for_good(stored_files, committed):
    org = committed.organisation
    with tenant(org.pk):
        kept = take_in(org)
    with pytest.raises(RuntimeError), tenant(org.pk):
        kept.delete()
        storage.remove(kept.storage_key)
        raise RuntimeError
    assert files_in(stored_files) == [kept.storage_key]
    with tenant(org.pk):
        StoredFile.objects.get().delete()
        storage.remove(kept.storage_key)
        assert files_in(stored_files) == [kept.storage_key]
    assert files_in(stored_files) == []


@pytest.mark.django_db
def test_a_full_disk_is_said_in_words_and_leaves_nothing(stored_files, nordwerk, monkeypatch):
    org = nordwerk.organisation
    real = FileSystemStorage._save

    def full(self, name, content):
        real(self, name, ContentFile(b"half"))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", full)
    with tenant(org.pk), pytest.raises(FileRefused) as caught:
        take_in(org)
    assert caught.value.message == "The server has no room left for files. Nothing was stored; try again later."
    assert (caught.value.status, files_in(stored_files)) == (507, [])
    with tenant(org.pk):
        assert StoredFile.objects.count() == 0
    monkeypatch.undo()


@pytest.mark.django_db
def test_the_space_of_an_organisation_is_limited(stored_files, nordwerk, sudwerk, settings):
    settings.FILES_QUOTA_MB = 1
    most = 1_000_000 - len(samples.PDF)
    with sudwerk.inside():
        take_in(sudwerk.organisation)
    with nordwerk.inside():
        take_in(nordwerk.organisation, data=samples.PDF[:-6] + b" " * (most - len(samples.PDF)) + b"%%EOF\n")
        take_in(nordwerk.organisation)  # exactly full now; what others store does not count
        with pytest.raises(FileRefused, match="The space for files of your organisation is used up"):
            take_in(nordwerk.organisation)


@pytest.mark.django_db
def test_files_of_others_do_not_exist(stored_files, nordwerk, sudwerk):
    with sudwerk.inside():
        take_in(sudwerk.organisation)
        assert StoredFile.objects.count() == 1
    with nordwerk.inside():
        assert StoredFile.objects.count() == 0
    assert connection.in_atomic_block


@pytest.mark.django_db
def test_bytes_without_a_row_are_pruned_and_rows_without_bytes_named(stored_files, nordwerk, capsys):
    call_command("prune_files")  # nothing was ever stored here
    assert "bytes without a row: 0 deleted\n" in capsys.readouterr().out
    with nordwerk.inside():
        kept, lost = take_in(nordwerk.organisation), take_in(nordwerk.organisation)
    (stored_files / lost.storage_key).unlink()
    home = (stored_files / kept.storage_key).parent
    gone = stored_files / "aaaa" / "export"
    gone.mkdir(parents=True)
    old, young = [home / "old", gone / "old"], home / "young"
    for file in (*old, young):
        file.write_bytes(b"x")
    for file in (*old, stored_files / kept.storage_key):
        os.utime(file, (1, 1))
    call_command("prune_files", "--dry-run")
    assert "bytes without a row: 2 (kept)" in capsys.readouterr().out
    assert all(f.exists() for f in old)
    call_command("prune_files")
    said = capsys.readouterr()
    assert "bytes without a row: 2 deleted\n" in said.out
    assert f"missing: {lost.storage_key}\n" in said.err  # organisations of tests that commit stored theirs elsewhere
    assert kept.storage_key not in said.err
    assert files_in(stored_files) == sorted([kept.storage_key, str(young.relative_to(stored_files))])
