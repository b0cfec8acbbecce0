"""Stored files: private, outside the web root, by whatever storage the settings name."""

import stat
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile

from opmodel.files.storage import private, tenant_path


def test_a_file_is_for_this_process_only_and_has_no_address(stored_files):
    name = private().save(tenant_path("abc", "evidence", "plan.pdf"), ContentFile(b"%PDF-"))
    kept = stored_files / name
    assert kept.read_bytes() == b"%PDF-"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    with pytest.raises(ValueError, match="not accessible via a URL"):
        private().url(name)


def test_a_second_file_of_the_same_name_replaces_nothing(stored_files):
    first, second = (private().save(tenant_path("abc", "evidence", "a.pdf"), ContentFile(b)) for b in (b"1", b"2"))
    assert first != second
    assert (stored_files / first).read_bytes() == b"1"


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\..\\x", "/etc/passwd", "...", "", "a\x00b", ".env"])
def test_a_name_never_leaves_its_folder(stored_files, name):
    kept = private().save(tenant_path("abc", "evidence", name), ContentFile(b"x"))
    assert (stored_files / kept).resolve().parent == stored_files / "abc" / "evidence"
    assert "\x00" not in kept
    assert not Path(kept).name.startswith(".")


def test_the_storage_itself_refuses_to_climb(stored_files):
    with pytest.raises(SuspiciousFileOperation):
        private().save("../outside", ContentFile(b"x"))


def test_files_do_not_lie_where_the_web_server_looks():
    for served in (settings.STATIC_ROOT, *settings.STATICFILES_DIRS):
        assert not settings.FILES_ROOT.is_relative_to(served)


def test_another_storage_takes_its_place_by_settings(settings):
    settings.STORAGES = {**settings.STORAGES, "private": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    name = private().save(tenant_path("abc", "export", "x.csv"), ContentFile(b"a,b"))
    assert private().open(name).read() == b"a,b"
    assert type(private()).__name__ == "InMemoryStorage"
