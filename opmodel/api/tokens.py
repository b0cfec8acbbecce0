"""Make and end tokens."""

from datetime import timedelta

from django.db import transaction

from opmodel.api.models import ApiToken
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import Permission, can


@transaction.atomic
def create_token(*, by: Member, name: str, days: int = 90) -> tuple[ApiToken, str]:
    """A new token of the member and its text, which is shown once and never stored.

    Raises PermissionError when the role may not use the API.
    """
    if not can(by, Permission.USE_API):
        raise PermissionError("this role may not use the API")
    token, text = ApiToken.objects.create(
        by.user, expiry=timedelta(days=days), organisation_id=by.organisation_id, name=name
    )
    return token, text
