"""The operator has checked that an organisation is the company it says it is: it may contribute to the peers."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models.functions import Now

from opmodel.organisations.models import Organisation
from opmodel.organisations.tenancy import installation, tenant


class Command(BaseCommand):
    help = "Mark an organisation as verified, with the name of its legal group; --undo takes it back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organisation", help="its public id")
        parser.add_argument("--legal-group", default="", help="organisations of one legal group share one row of peers")
        parser.add_argument("--undo", action="store_true")

    def handle(self, *args: object, **options: str) -> None:
        with installation():
            organisation = Organisation.objects.filter(public_id=options["organisation"]).first()
        if organisation is None:
            raise CommandError(f"there is no organisation “{options['organisation']}”; give its public id")
        group = options["legal_group"].strip() or organisation.legal_group
        if not group and not options["undo"]:
            raise CommandError("name its legal group: --legal-group “Example AG”")
        with tenant(organisation.pk):
            Organisation.objects.filter(pk=organisation.pk).update(
                verified_at=None if options["undo"] else Now(), legal_group=group
            )
        if options["verbosity"]:
            said = "no longer verified" if options["undo"] else f"verified as part of “{group}”"
            self.stdout.write(f"{organisation.name} is {said}")
