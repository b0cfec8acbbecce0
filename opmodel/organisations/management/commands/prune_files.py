"""Clear bytes that no row owns: a process that is killed between writing a file and its commit leaves some."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from opmodel.files import storage
from opmodel.files.models import StoredFile
from opmodel.organisations.models import Organisation
from opmodel.organisations.tenancy import installation, tenant

AGE = timedelta(days=1)  # younger ones may belong to a transaction that is still open


class Command(BaseCommand):
    help = "Delete stored bytes without a row that are older than a day, and name rows whose bytes are missing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count")

    def handle(self, *args: Any, **options: Any) -> None:
        with installation():
            keys = dict(Organisation.objects.values_list("public_id", "pk"))
        orphans, there = [], set()
        for folder in _folders(""):
            owned = _owned(keys[folder]) if folder in keys else set()
            for name in _files(folder):
                there.add(name)
                if name not in owned and storage.private().get_modified_time(name) < timezone.now() - AGE:
                    orphans.append(name)
        if not options["dry_run"]:
            for name in orphans:
                storage.delete(name)
        missing = sorted(name for key in keys.values() for name in _owned(key) - there)
        self.stdout.write(f"bytes without a row: {len(orphans)}{' (kept)' if options['dry_run'] else ' deleted'}")
        self.stdout.write(f"rows without bytes: {len(missing)}")
        for name in missing:
            self.stderr.write(f"missing: {name}")


def _owned(organisation_id: int) -> set[str]:
    with tenant(organisation_id, read_only=True):
        return set(StoredFile.objects.values_list("storage_key", flat=True))


def _folders(path: str) -> list[str]:
    try:
        return storage.private().listdir(path)[0]
    except FileNotFoundError:  # nothing was ever stored
        return []


def _files(organisation: str) -> Iterator[str]:
    for kind in _folders(organisation):
        path = f"{organisation}/{kind}"
        yield from (f"{path}/{name}" for name in storage.private().listdir(path)[1])
