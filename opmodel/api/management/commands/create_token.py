"""Make an API token from the command line, for scripts."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from opmodel.api.tokens import MAX_DAYS, create_token
from opmodel.organisations.middleware import find_member
from opmodel.organisations.models import Member, User
from opmodel.organisations.tenancy import acting_as, tenant


class Command(BaseCommand):
    help = "Make an API token of a person and print it, once: it cannot be shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="who the token belongs to")
        parser.add_argument("--name", required=True, help="what the token is for")
        parser.add_argument("--days", type=int, default=90, help=f"how long it lives, 1 to {MAX_DAYS} (90)")
        parser.add_argument("--organisation", help="public id, for a person in several organisations")

    def handle(self, *args: object, email: str, name: str, days: int, organisation: str | None, **_: object) -> None:
        user = User.objects.filter(email__iexact=email, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active person with the address {email}.")
        with acting_as(user.pk):
            rows = Member.objects.filter(user_id=user.pk, organisation__is_active=True).order_by("pk")
            known = {m.organisation.public_id: m.organisation_id for m in rows.select_related("organisation")}
        if organisation is None and len(known) > 1:
            raise CommandError(
                f"{email} is in several organisations; add --organisation with one of {', '.join(known)}."
            )
        organisation_id = known.get(organisation) if organisation else next(iter(known.values()), None)
        if organisation_id is None:
            raise CommandError(f"{email} is not a member of {organisation or 'any organisation'}.")
        with tenant(organisation_id, user_id=user.pk):
            member = find_member(user.pk, organisation_id)
            if member is None:
                raise CommandError(f"{email} is not a member of this organisation any more.")
            try:
                _token, text = create_token(by=member, name=name, days=days)
            except (PermissionError, ValueError) as error:
                raise CommandError(f"No token was made: {error}.") from error
        self.stdout.write(text)
