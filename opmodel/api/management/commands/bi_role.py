"""Make and take away the database role with which SQL tools read one organisation."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from opmodel.api.star import roles


class Command(BaseCommand):
    help = "A read-only PostgreSQL role for one organisation: create it (prints name and password, once), revoke it, list all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["create", "revoke", "list"])
        parser.add_argument("organisation", nargs="?", default="", help="its public id")

    def handle(self, *args: object, what: str, organisation: str, **_: object) -> None:
        if what == "list":
            self.stdout.write("\n".join(roles.known()))
            return
        try:
            if what == "create":
                name, password = roles.create(organisation)
                self.stdout.write(f"user {name}\npassword {password}")
            else:
                self.stdout.write(f"{roles.revoke(organisation)} is gone")
        except roles.Refused as error:
            raise CommandError(str(error)) from error
