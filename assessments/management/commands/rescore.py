"""Score again what lacks a result of the current method or of the latest release of its peers."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assessments import bulk, pipeline
from assessments.models import Cycle, Submission
from opmodel.organisations.models import Organisation
from opmodel.organisations.tenancy import installation, tenant


class Command(BaseCommand):
    help = (
        "Score every submitted survey that has no result of the current method and the latest peer release yet, "
        "and bring the plants' view of its cycles up to date. Old results stay."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisation", help="public id of one organisation; all when left out")

    def handle(self, *args: object, organisation: str | None, verbosity: int, **options: object) -> None:
        with installation():
            known = Organisation.objects.order_by("pk")
            if organisation is not None:
                known = known.filter(public_id=organisation)
            ids = dict(known.values_list("pk", "name"))
        if organisation is not None and not ids:
            raise CommandError(f"There is no organisation with the public id {organisation}.")
        for pk, name in ids.items():
            done = bulk.rescore(pk, method=pipeline.current_method(), segments=pipeline.segments())
            with tenant(pk):
                submitted = Submission.objects.filter(state=Submission.State.SUBMITTED).values("cycle_id")
                for cycle in Cycle.objects.filter(pk__in=submitted).order_by("pk"):
                    pipeline.network(cycle)
            if verbosity:
                self.stdout.write(f"{name}: {done} scored")
