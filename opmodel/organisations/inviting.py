"""Every write around invitations: invite, send again, withdraw, join.

All of them hold the organisation's lock, so that two people who do this at once do it one after the other.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext as _

from opmodel.organisations import mail
from opmodel.organisations.invitations import (
    OPEN,
    VALID_DAYS,
    hash_of,
    mail_key,
    organisation_of,
    state_of,
    token_of,
    with_state,
)
from opmodel.organisations.models import Invitation, InvitationSite, Member, MemberSite, Organisation, Site, User
from opmodel.organisations.permissions import MAY_INVITE, Permission, Role, can, role_name
from opmodel.organisations.tenancy import tenant


class Refused(Exception):
    """A write that cannot be done; says which field and why. Nothing was changed."""

    def __init__(self, message: str, *, field: str = "", status: int = 400) -> None:
        super().__init__(message)
        self.message, self.field, self.status = message, field, status


class Ended(Exception):
    """The link opens nothing any more; `state` says why (None: there never was such an invitation)."""

    def __init__(self, state: str | None) -> None:
        super().__init__(state)
        self.state = state


@dataclass(frozen=True)
class Wanted:
    """An invitation to send."""

    email: str
    name: str
    role: str
    language: str
    sites: Sequence[Site]


@transaction.atomic
def invite(
    *, by: Member, email: str, name: str, role: str, sites: Iterable[Site], language: str
) -> tuple[Invitation, bool]:
    """Send one invitation; an open one of the same address is replaced, its sites kept. Raises Refused.

    Returns the invitation and whether it replaced another.
    """
    organisation = lock(by)
    email, sites = email.strip().lower(), list(sites)
    check_role(by, role)
    if role == Role.PLANT_MANAGER and not sites:
        raise Refused(_("Choose at least one site: a plant manager answers for it."), field="sites")
    if role != Role.PLANT_MANAGER and sites:
        raise Refused(_("Only plant managers answer for sites: choose none for this role."), field="sites")
    if addresses_refused([email]):
        raise Refused(_("This address cannot be invited. Use another address of this person."), field="email")
    member = by_address(Member.objects.filter(organisation=organisation), "user__email", [email]).first()
    if member:
        text = _(
            "This person is a member already, with the role %(role)s. Further sites are given by a list of people."
        )
        raise Refused(text % {"role": member.role_label}, field="email")
    before = by_address(open_invitations(organisation), "email", [email]).first()
    if before:
        if before.role != role:
            text = _("This person is invited already, with the role %(role)s. Withdraw that invitation first.")
            raise Refused(text % {"role": role_name(before.role)}, field="role")
        name = name or before.name
        sites = list({site.pk: site for site in (*before.sites.all(), *sites)}.values())
        end(organisation, [before])
    (made,) = send(by=by, organisation=organisation, wanted=[Wanted(email, name, role, language, sites)])
    return made, before is not None


@transaction.atomic
def invite_again(*, by: Member, invitation: Invitation) -> Invitation:
    """A new link by a new mail; the old link is dead. Raises Refused."""
    organisation = lock(by)
    before = _still_open(by, organisation, invitation)
    end(organisation, [before])
    wanted = Wanted(before.email, before.name, before.role, before.language, list(before.sites.all()))
    (made,) = send(by=by, organisation=organisation, wanted=[wanted])
    return made


@transaction.atomic
def revoke(*, by: Member, invitation: Invitation) -> None:
    """Take an invitation back: its link is dead. Raises Refused."""
    organisation = lock(by)
    end(organisation, [_still_open(by, organisation, invitation)])


def join(*, by: User, token: str) -> Member:
    """Take a person with an account into the organisation of a link. Raises Ended or Refused."""

    def person(invitation: Any) -> User:
        if by.email.lower() != invitation.email.lower():
            raise Refused(_("This invitation is for another address."), status=403)
        return by

    return _join(token, person)


def join_as_new_person(*, token: str, name: str, password: str) -> Member:
    """Make the account of an invited address and take it in. Raises Ended or Refused."""
    hashed = make_password(password)  # slow on purpose, so not while others wait for the lock

    def person(invitation: Any) -> User:
        if by_address(User.objects, "email", [invitation.email]).exists():
            raise Refused(_("There is an account with this address already. Sign in to join."), status=409)
        account = User(email=invitation.email, name=name, language=invitation.language, password=hashed)
        try:
            with transaction.atomic():
                account.save()
        except IntegrityError as error:  # another organisation's invitation was accepted in this moment
            raise Refused(_("There is an account with this address already. Sign in to join."), status=409) from error
        return account

    return _join(token, person)


def _join(token: str, person: Callable[[Any], User]) -> Member:
    place = organisation_of(token)
    if place is None:
        raise Ended(None)
    with tenant(place):
        organisation = _locked(place)
        invitation = with_state(Invitation.objects.select_related("organisation")).get(token_hash=hash_of(token))
        if (state := state_of(invitation)) != OPEN:
            raise Ended(state)
        user = person(invitation)
        if user.installation_role or not user.is_active:
            raise Refused(_("This account cannot join an organisation."), status=403)
        with tenant(place, user_id=user.pk):
            member, _made = Member.objects.get_or_create(
                organisation=organisation, user=user, defaults={"role": invitation.role}
            )
            if member.role == invitation.role == Role.PLANT_MANAGER:
                give_sites(organisation, [(member, site) for site in invitation.sites.all()])
            Invitation.objects.filter(pk=invitation.pk).update(accepted_at=Now(), accepted_by=user)
    member.organisation = organisation  # whoever greets by its name stands outside of it by then
    return member


def lock(by: Member) -> Any:
    """The organisation of somebody who may invite, locked, with the database's clock as `db_now`. Raises Refused."""
    if not can(by, Permission.INVITE):
        raise Refused(_("Your role does not invite people."), status=403)
    return _locked(by.organisation_id)


def _locked(organisation_id: int) -> Any:
    # NO KEY: whoever saves an answer meanwhile refers to the organisation and must not wait.
    return Organisation.objects.select_for_update(no_key=True).annotate(db_now=Now()).get(pk=organisation_id)


def check_role(by: Member, role: str) -> None:
    if role not in MAY_INVITE.get(Role(by.role), ()):
        raise Refused(_("Your role does not invite people with this role."), field="role", status=403)


def send(*, by: Member, organisation: Any, wanted: Sequence[Wanted]) -> list[Invitation]:
    """Insert invitations and ask for their mails; `organisation` comes from `lock`. The caller has checked everything."""
    expires_at = last_moment(organisation)
    rows = []
    for one in wanted:
        row = Invitation(
            organisation=organisation,
            email=one.email,
            name=one.name,
            role=one.role,
            language=one.language,
            expires_at=expires_at,
            invited_by_id=by.user_id,
        )
        row.token_hash = hash_of(token_of(row.public_id))
        rows.append(row)
    Invitation.objects.bulk_create(rows)
    pairs = [(row, site) for row, one in zip(rows, wanted, strict=True) for site in one.sites]
    InvitationSite.objects.bulk_create(
        InvitationSite(organisation=organisation, invitation=row, site=site) for row, site in pairs
    )
    letters = [_letter(by, organisation, row, one) for row, one in zip(rows, wanted, strict=True)]
    mail.enqueue_many(organisation_id=organisation.pk, template="invitation", letters=letters, by=by.user_id)
    return rows


def last_moment(organisation: Any) -> datetime:
    """The end of the last day of a new invitation, where the organisation is: the mail can name a day and be right."""
    zone = ZoneInfo(organisation.time_zone)
    day = organisation.db_now.astimezone(zone).date() + timedelta(days=VALID_DAYS + 1)
    return datetime.combine(day, time(), zone)


def _letter(by: Member, organisation: Any, row: Invitation, one: Wanted) -> mail.Letter:
    """The mail of an invitation; it carries the id, from which the link is made when the mail is drawn."""
    context = {
        "invitation": row.public_id,
        "name": row.name,
        "inviter": by.user.get_full_name(),
        "organisation": organisation.name,
        "role": row.role,
        "sites": sorted(site.name for site in one.sites),
        "last_day": (row.expires_at - timedelta(seconds=1)).date().isoformat(),
    }
    return mail.Letter(mail_key(row.public_id), row.email, row.language, context)


def give_sites(organisation: Organisation, pairs: Iterable[tuple[Member, Site]]) -> None:
    """Members answer for further sites; what they have already stays."""
    rows = [MemberSite(organisation=organisation, member=member, site=site) for member, site in pairs]
    MemberSite.objects.bulk_create(rows, ignore_conflicts=True)


def open_invitations(organisation: Any) -> Any:
    """Neither accepted nor withdrawn; the expired ones too, for they still hold their address."""
    return Invitation.objects.filter(organisation=organisation, accepted_at=None, revoked_at=None)


def by_address(rows: Any, field: str, addresses: Iterable[str]) -> Any:
    """The rows whose address is one of these (lower case), however it is written there."""
    return rows.annotate(address=Lower(field)).filter(address__in=list(addresses))


def addresses_refused(addresses: Iterable[str]) -> frozenset[str]:
    """Those of people who run the installation: no organisation takes them in."""
    rows = by_address(User.objects.exclude(installation_role=""), "email", addresses)
    return frozenset(rows.values_list("address", flat=True))


def _still_open(by: Member, organisation: Any, invitation: Invitation) -> Invitation:
    found = open_invitations(organisation).filter(pk=invitation.pk).first()
    if found is None:
        raise Refused(_("This invitation was accepted or withdrawn in the meantime."), status=409)
    check_role(by, found.role)
    return found


def end(organisation: Any, invitations: Iterable[Invitation]) -> None:
    """Withdraw open invitations, and their mails as far as they were not sent yet."""
    invitations = list(invitations)
    Invitation.objects.filter(pk__in=[i.pk for i in invitations]).update(revoked_at=Now())
    mail.withdraw(organisation_id=organisation.pk, keys=[mail_key(i.public_id) for i in invitations])
