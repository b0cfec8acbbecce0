"""Import peer records; the measures come from the published questionnaire."""

import io
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from benchmarks.intake import cards
from benchmarks.models import Dataset, Import, Mapping
from opmodel.files.incoming import FileRefused


class Command(BaseCommand):
    help = "Import a CSV, Excel or Parquet file of peer records into a dataset: all or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--dataset", required=True, help="its name; one that exists takes the further records")
        parser.add_argument("--illustrative", action="store_true", help="made-up data, marked so everywhere")
        parser.add_argument("--source", default="", help="where the records come from")
        parser.add_argument("--licence", default="")
        parser.add_argument("--period", default="", help="when they were collected; found from the dates when left out")
        parser.add_argument("--collected", default="", help="how they were collected")
        parser.add_argument(
            "--mapping", nargs="+", default=[], metavar="OURS=THEIRS",
            help="columns that are called otherwise; kept for the next file of this source; OURS= for a missing measure",
        )  # fmt: skip

    def handle(self, *args: object, **options: Any) -> None:
        path, source = Path(options["file"]), options["source"] or Path(options["file"]).name
        saved = Mapping.objects.filter(source=source).first()
        try:
            with path.open("rb") as file:
                # A pipe has no size and no second reading.
                upload = File(file if file.seekable() else io.BytesIO(file.read()), name=_name(path))
                card = self.bring_in(upload, source, saved.columns if saved else {}, options)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}") from error
        except FileRefused as refused:
            raise CommandError(refused.message) from refused
        except ValueError as error:
            raise CommandError(str(error)) from error
        if options["verbosity"]:
            for line in said(card):
                self.stdout.write(line)

    @transaction.atomic
    def bring_in(self, upload: File, source: str, saved: dict[str, str], options: Any) -> Import:
        named = dict(pair.split("=", 1) for pair in options["mapping"] if "=" in pair)
        if len(named) < len(options["mapping"]):
            raise CommandError("--mapping takes OURS=THEIRS, such as CAP1=capability_1")
        dataset = Dataset.objects.filter(name=options["dataset"]).first()
        ours = cards.order_of(Import(dataset=dataset, file_name=upload.name)).ours
        if unknown := next((name for name in named if name not in ours), ""):
            raise CommandError(f"--mapping: there is no column “{unknown}”; known: {', '.join(ours)}")
        columns = {name: name for name in ours} | named if named else saved
        if named:
            Mapping.objects.update_or_create(source=source, defaults={"columns": columns})
        return cards.bring_in(
            upload=upload, dataset_name=options["dataset"], illustrative=options["illustrative"], source=source,
            licence=options["licence"], period=options["period"], collected=options["collected"], columns=columns,
        )  # fmt: skip


def _name(path: Path) -> str:
    """Standard input has no ending: what comes in there is CSV."""
    return path.name if path.suffix else f"{path.name}.csv"


def said(card: Import) -> list[str]:
    """What an import did, in words."""
    unchanged = card.rows - card.rows_new - card.rows_corrected
    return [
        ngettext("%(n)s record read into “%(name)s”.", "%(n)s records read into “%(name)s”.", card.rows)
        % {"n": card.rows, "name": card.dataset_name},
        _("New: %(new)s. Corrected: %(corrected)s. Unchanged: %(unchanged)s.")
        % {"new": card.rows_new, "corrected": card.rows_corrected, "unchanged": unchanged},
    ]
