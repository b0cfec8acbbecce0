"""Bulk: a list of sites and people against the organisation as it is, shown first, then applied, all or nothing."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import yaml
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import translation

from opmodel.organisations import inviting
from opmodel.organisations.invitations import with_state
from opmodel.organisations.models import Member, Organisation, Site
from opmodel.organisations.people_list import Entry, Vocabulary, read
from opmodel.organisations.people_plan import Known, KnownPerson, KnownSite, Plan, key_of, plan
from opmodel.organisations.people_words import COLUMNS
from opmodel.organisations.permissions import MAY_INVITE, ROLE_NAMES, Role

# Names people use beside those in fixtures/countries.yaml.
MORE_COUNTRIES = {
    "usa": "US",
    "u.s.a.": "US",
    "united states of america": "US",
    "uk": "GB",
    "great britain": "GB",
    "czech republic": "CZ",
    "tschechische republik": "CZ",
    "holland": "NL",
    "republic of korea": "KR",
    "turkey": "TR",
}


class Changed(Exception):
    """What a list leads to is no longer what was shown; `plan` is what it leads to now. Nothing was changed."""

    def __init__(self, plan: Plan) -> None:
        super().__init__("changed")
        self.plan = plan


@transaction.atomic
def apply_list(*, by: Member, text: str, seen: str) -> Plan:
    """Do what the plan of a list says, if it still has the digest that was seen. Raises Changed, inviting.Refused."""
    organisation = inviting.lock(by)
    made = preview(by, text)
    if made.wrong or made.digest != seen:
        raise Changed(made)
    try:
        with transaction.atomic():
            _apply(by, organisation, made)
    except IntegrityError as error:  # a site was added meanwhile, by a page that does not take the lock
        raise Changed(preview(by, text)) from error
    return made


def _apply(by: Member, organisation: Organisation, made: Plan) -> None:
    Site.objects.bulk_create(
        Site(organisation=organisation, name=s.name, region=s.region, country=s.country) for s in made.new_sites
    )
    sites = {key_of(site.name): site for site in Site.objects.filter(organisation=organisation)}
    for filled in made.filled_sites:
        site = sites[key_of(filled.name)]
        site.region, site.country = filled.region, filled.country
    Site.objects.bulk_update([sites[key_of(s.name)] for s in made.filled_sites], ["region", "country"])
    again = [i.email for i in made.invites if i.again]
    inviting.end(organisation, inviting.by_address(inviting.open_invitations(organisation), "email", again))
    language = translation.get_language() or ""
    inviting.send(
        by=by,
        organisation=organisation,
        wanted=[
            inviting.Wanted(i.email, i.name, i.role, i.language or language, [sites[key] for key in i.sites])
            for i in made.invites
        ],
    )
    members = _members(organisation, [email for email, _sites in made.further_sites])
    inviting.give_sites(
        organisation, [(members[email], sites[key]) for email, keys in made.further_sites for key in keys]
    )


def preview(by: Member, text: str) -> Plan:
    """What a list leads to for this member's organisation; as many statements for a long one as for a short one."""
    entries, faults = read(text, vocabulary(Role(by.role)))
    return plan(entries, faults, known(by.organisation, entries))


def known(organisation: Organisation, entries: Sequence[Entry]) -> Known:
    """What is there already of the sites and addresses of a list."""
    addresses = {e.email for e in entries if e.email}
    sites = Site.objects.filter(organisation=organisation)
    invitations = inviting.by_address(inviting.open_invitations(organisation), "email", addresses)
    return Known(
        sites={key_of(s.name): KnownSite(s.name, s.region, s.country, s.is_active) for s in sites},
        members={
            email: KnownPerson(m.role, frozenset(key_of(s.name) for s in m.sites.all()), m.user.name)
            for email, m in _members(organisation, addresses).items()
        },
        invitations={
            i.address: KnownPerson(
                i.role, frozenset(key_of(s.name) for s in i.sites.all()), i.name, i.language, i.is_expired
            )
            for i in with_state(invitations).prefetch_related("sites")
        },
        refused=inviting.addresses_refused(addresses),
    )


def _members(organisation: Organisation, addresses: Iterable[str]) -> dict[str, Any]:
    rows = inviting.by_address(Member.objects.filter(organisation=organisation), "user__email", addresses)
    return {member.address: member for member in rows.select_related("user").prefetch_related("sites")}


def vocabulary(role: Role) -> Vocabulary:
    """The words a list may hold in the language now spoken, for somebody of this role."""
    return Vocabulary(
        countries=countries(),
        languages=languages(),
        may_invite=frozenset(role.value for role in MAY_INVITE.get(role, ())),
        is_address=is_address,
        columns={str(label).casefold(): column for column, label in COLUMNS.items()},
        roles={str(label).casefold(): role.value for role, label in ROLE_NAMES.items()},
    )


@cache
def countries() -> dict[str, str]:
    """Codes, and English and German names in lower case -> ISO code."""
    found = dict(MORE_COUNTRIES)
    for file in (settings.FIXTURES / "countries.yaml", settings.FIXTURES / "questionnaires" / "de" / "countries.yaml"):
        for code, name in yaml.safe_load(file.read_text()).items():
            found |= {code.casefold(): code, name.casefold(): code}
    return found


def languages() -> dict[str, str]:
    """Codes and names of the languages spoken here, in every one of them, in lower case -> code."""
    codes = [code for code, _name in settings.LANGUAGES]
    found = {code: code for code in codes}
    for reader in {*codes, "en", "de"}:
        with translation.override(reader):
            for code in codes:
                info = translation.get_language_info(code)
                found |= {info[key].casefold(): code for key in ("name", "name_local", "name_translated")}
    return found


def is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
