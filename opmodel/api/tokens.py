"""Make, list and end tokens."""

import uuid
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet

from opmodel.api.models import ApiToken
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import Permission, can

MAX_DAYS = 365
NAME_LENGTH = 80


@transaction.atomic
def create_token(*, by: Member, name: str, days: int = 90) -> tuple[ApiToken, str]:
    """A new token of the member and its text, which is shown once and never stored.

    Raises PermissionError when the role may not use the API, ValueError for an empty or long name and for a lifetime
    outside 1-365 days.
    """
    if not can(by, Permission.USE_API):
        raise PermissionError("this role may not use the API")
    name = name.strip()
    if not 0 < len(name) <= NAME_LENGTH:
        raise ValueError(f"the name of a token has 1 to {NAME_LENGTH} characters")
    if not 1 <= days <= MAX_DAYS:
        raise ValueError(f"a token lives 1 to {MAX_DAYS} days")
    token, text = ApiToken.objects.create(
        by.user, expiry=timedelta(days=days), organisation_id=by.organisation_id, name=name
    )
    return token, text


def own_tokens(by: Member) -> QuerySet[ApiToken]:
    """The member's tokens of this organisation, newest first; expired ones too, until they are ended."""
    return ApiToken.objects.filter(user_id=by.user_id, organisation_id=by.organisation_id).order_by("-created", "name")


@transaction.atomic
def end_token(*, by: Member, public_id: str) -> str | None:
    """End a token of the member at once; gives its name, None when the member has no such token."""
    try:
        found = own_tokens(by).filter(public_id=uuid.UUID(public_id)).first()
    except ValueError:
        return None
    if found is None:
        return None
    name = found.name
    found.delete()
    return name
