"""Invitations and their links: which link leads to which invitation, and whether it still opens a door."""

import hashlib
from dataclasses import dataclass

from django.core.signing import Signer
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.db.models.functions import Now
from django.urls import reverse

from opmodel.organisations.models import Invitation, InvitationSite, User
from opmodel.organisations.permissions import Role, role_name
from opmodel.organisations.tenancy import holding, tenant

VALID_DAYS = 14  # long enough for a holiday, short enough that a forgotten mail is no key for ever

OPEN, USED, WITHDRAWN, EXPIRED, SHUT = "open", "used", "withdrawn", "expired", "shut"


def token_of(public_id: str) -> str:
    """The secret in an invitation's link, made from its id when the mail is drawn: it lies in no row and in no job."""
    return Signer(salt="opmodel.invitation").signature(public_id)


def hash_of(token: str) -> str:
    """What the database knows of a token: SHA-256, in hexadecimal digits."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def path_of(public_id: str) -> str:
    """The path of an invitation's link."""
    return reverse("join", args=[token_of(public_id)])


def mail_key(public_id: str) -> str:
    """What the mail of an invitation is known by in the mail room."""
    return f"invitation:{public_id}"


@dataclass(frozen=True)
class Held:
    """An invitation as whoever holds its link sees it."""

    invitation: Invitation
    state: str
    sites: list[str]
    has_account: bool

    @property
    def role(self) -> str:
        return role_name(self.invitation.role)

    @property
    def for_sites(self) -> bool:
        return self.invitation.role == Role.PLANT_MANAGER


def with_state(rows):
    """Invitations with `is_expired` by the database's clock."""
    return rows.annotate(is_expired=ExpressionWrapper(Q(expires_at__lte=Now()), output_field=BooleanField()))


def state_of(invitation) -> str:
    """Whether an invitation from `with_state` can be accepted, and if not, why."""
    if invitation.accepted_at:
        return USED
    if invitation.revoked_at:
        return WITHDRAWN
    if invitation.is_expired:
        return EXPIRED
    return OPEN if invitation.organisation.is_active else SHUT


def organisation_of(token: str) -> int | None:
    """The organisation whose invitation a link belongs to; None for a made-up one."""
    hashed = hash_of(token)
    with holding(hashed):
        return Invitation.objects.filter(token_hash=hashed).values_list("organisation_id", flat=True).first()


def held(token: str) -> Held | None:
    """The invitation of a link; None when there is none."""
    place = organisation_of(token)
    if place is None:
        return None
    with tenant(place, read_only=True):
        rows = with_state(Invitation.objects.select_related("organisation", "invited_by"))
        invitation = rows.get(token_hash=hash_of(token))
        sites = InvitationSite.objects.filter(invitation=invitation).order_by("site__name")
        names = list(sites.values_list("site__name", flat=True))
    has_account = User.objects.filter(email__iexact=invitation.email).exists()
    return Held(invitation, state_of(invitation), names, has_account)
