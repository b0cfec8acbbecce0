"""Import peer records; the measures come from the published questionnaire."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments import publishing
from benchmarks import importing
from benchmarks.settings import segments


class Command(BaseCommand):
    help = "Import a CSV of peer records as a dataset: all or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--dataset", required=True, help="name of the new dataset")
        parser.add_argument("--illustrative", action="store_true", help="made-up data, marked so everywhere")
        parser.add_argument("--source", default="", help="where the records come from")

    def handle(self, *args: object, **options: str) -> None:
        questionnaire = publishing.latest_questionnaire()
        if questionnaire is None:
            raise CommandError("no questionnaire is published yet; run load_content first")
        try:
            content = Path(options["file"]).read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}") from error
        catalogue = publishing.catalogue(questionnaire.pk)
        try:
            dataset = importing.import_csv(
                content=content,
                name=options["dataset"],
                measures=catalogue.measures,
                families=catalogue.families,
                segments=segments(),
                illustrative=bool(options["illustrative"]),
                source=options["source"] or Path(options["file"]).name,
            )
        except ValueError as error:
            raise CommandError(str(error)) from error
        if options["verbosity"]:
            self.stdout.write(f"imported {dataset.records.count()} records into “{dataset.name}”")
