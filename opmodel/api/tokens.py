"""Make, list and end tokens."""

import uuid
from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet

from assessments import selectors
from opmodel.api.models import ApiToken
from opmodel.api.star import TABLES
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import Permission, can

MAX_DAYS = 365
NAME_LENGTH = 80
SCOPES = (*TABLES, "cycles", "scores", "gaps", "actions", "figures", "facts", "explain", "charts")


@transaction.atomic
def create_token(
    *, by: Member, name: str, days: int = 90, tables: Collection[str] = (), cycles: Collection[str] = ()
) -> tuple[ApiToken, str]:
    """A new token of the member and its text, which is shown once and never stored.

    It reads `tables` (of SCOPES) of `cycles` (public ids) only; all where none is named. Raises PermissionError when the
    role may not use the API, ValueError for an empty or long name, a lifetime outside 1-365 days, unknown tables or cycles.
    """
    if not can(by, Permission.USE_API):
        raise PermissionError("this role may not use the API")
    name = name.strip()
    if not 0 < len(name) <= NAME_LENGTH:
        raise ValueError(f"the name of a token has 1 to {NAME_LENGTH} characters")
    if not 1 <= days <= MAX_DAYS:
        raise ValueError(f"a token lives 1 to {MAX_DAYS} days")
    if unknown := set(tables) - set(SCOPES):
        raise ValueError(f"there are no tables {', '.join(sorted(unknown))}")
    known = (
        set(selectors.cycles(by).filter(public_id__in=cycles).values_list("public_id", flat=True)) if cycles else set()
    )
    if unknown := set(cycles) - known:
        raise ValueError(f"there are no cycles {', '.join(sorted(unknown))}")
    token, text = ApiToken.objects.create(
        by.user,
        expiry=timedelta(days=days),
        organisation_id=by.organisation_id,
        name=name,
        tables=[scope for scope in SCOPES if scope in tables],
        cycles=sorted(known),
    )
    return token, text


def own_tokens(by: Member) -> list[ApiToken]:
    """The member's tokens as `_own` gives them, each with the names of the cycles it is limited to."""
    found = list(_own(by))
    limited = {public_id for token in found for public_id in token.cycles}
    rows = selectors.cycles(by).filter(public_id__in=limited) if limited else selectors.cycles(by).none()
    names = dict(rows.values_list("public_id", "name"))
    for token in found:
        token.cycle_names = [names.get(public_id, "–") for public_id in token.cycles]
    return found


def _own(by: Member) -> QuerySet[ApiToken]:
    """The member's tokens of this organisation, newest first; expired ones too, until they are ended."""
    return ApiToken.objects.filter(user_id=by.user_id, organisation_id=by.organisation_id).order_by("-created", "name")


@transaction.atomic
def end_token(*, by: Member, public_id: str) -> str | None:
    """End a token of the member at once; gives its name, None when the member has no such token."""
    try:
        found = _own(by).filter(public_id=uuid.UUID(public_id)).first()
    except ValueError:
        return None
    if found is None:
        return None
    name = found.name
    found.delete()
    return name
