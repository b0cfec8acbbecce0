"""Give a person a role of the installation, or take it back."""

import sys
from getpass import getpass

from django.core.management.base import BaseCommand, CommandError, CommandParser

from opmodel.organisations import installation_roles
from opmodel.organisations.permissions import InstallationRole


class Command(BaseCommand):
    help = (
        "Give a person a role of the installation; an address without an account gets one. --undo takes the role back."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("role", choices=[role.value for role in InstallationRole])
        parser.add_argument("--name", default="", help="of a new account")
        parser.add_argument("--undo", action="store_true")

    def handle(self, *args: object, email: str, role: str, name: str, undo: bool, **_: object) -> None:
        wanted = InstallationRole(role)
        try:
            if undo:
                user = installation_roles.take(email=email, role=wanted)
            else:
                password = "" if installation_roles.person(email) else self.password()
                user = installation_roles.give(email=email, role=wanted, password=password, name=name)
        except installation_roles.NotGiven as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"{user.email} is {'no longer ' if undo else ''}{wanted.replace('_', ' ')}")

    def password(self) -> str:
        """Asked for twice, or the first line of what is piped in; never an argument, which everybody on the machine sees."""
        if not sys.stdin.isatty():
            return sys.stdin.readline().rstrip("\r\n")
        first = getpass("Password of the new account: ")
        if getpass("Password again: ") != first:
            raise CommandError("The passwords differ; nothing was changed.")
        return first
