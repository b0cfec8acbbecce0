"""Build and publish a release of a dataset."""

from datetime import date

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from benchmarks import releases, reporting
from benchmarks.models import Dataset
from benchmarks.settings import method_section, method_version, segments


class Command(BaseCommand):
    help = "Publish the statistics of a dataset as they stand on a day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the dataset")
        parser.add_argument("--as-of", help="a date like 2026-06-30; today when left out")
        parser.add_argument(
            "--draft", action="store_true", help="audit only; publish it on the page of the benchmark steward"
        )

    def handle(self, *args: object, **options: str) -> None:
        dataset = Dataset.objects.filter(name=options["name"]).first()
        if dataset is None:
            known = ", ".join(Dataset.objects.values_list("name", flat=True)) or "none"
            raise CommandError(f"there is no dataset “{options['name']}”; known: {known}")
        try:
            day = date.fromisoformat(options["as_of"]) if options["as_of"] else timezone.localdate()
            release = releases.make_release(
                dataset=dataset,
                as_of=day,
                rules=method_section(),
                segments=segments(),
                method_version=method_version(),
            )
            if not options["draft"]:
                release = releases.publish(release=release)
        except ValueError as error:
            raise CommandError(str(error)) from error
        if options["verbosity"]:
            self.stdout.write(f"{release.state} “{release.name}” with {release.cells.count()} cell statistics")
            for line in reporting.lines(release.report):
                self.stdout.write(f"  {line}")
