"""Write the contract files of the star schema as it is defined now, or say where they differ."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from opmodel.api.star import TABLES, promises


class Command(BaseCommand):
    help = "Write docs/contracts/*.json from the definitions of the tables; --check only says what differs."
    requires_system_checks: list[Any] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: object, check: bool, **_: object) -> None:
        folder = settings.BASE_DIR / promises.FOLDER
        if check:
            if said := promises.differences(TABLES, folder):
                raise CommandError("; ".join(said))
            return
        folder.mkdir(exist_ok=True)
        for name, text in promises.files(TABLES).items():
            file = folder / name
            if file.exists() and (said := promises.broken(json.loads(file.read_text()), json.loads(text))):
                raise CommandError(f"{'; '.join(said)}: raise the version of the table, tools rely on it")
            file.write_text(text)
