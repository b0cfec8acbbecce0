"""What a list of sites and people leads to, given what is there already: row by row, and in sum. PURE: no Django.

Nothing is written here; `listing.apply_list` does what a plan without faults says.
"""

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opmodel.organisations.people_list import Entry, Fault


def key_of(name: str) -> str:
    """Two spellings of a site's name are one site.

    >>> key_of("Werk  Nord") == key_of("werk nord")
    True
    """
    return " ".join(name.split()).casefold()


@dataclass(frozen=True)
class KnownSite:
    name: str
    region: str = ""
    country: str = ""
    is_active: bool = True


@dataclass(frozen=True)
class KnownPerson:
    """A member, or the open invitation of an address; `sites` are keys."""

    role: str
    sites: frozenset[str] = frozenset()
    name: str = ""
    language: str = ""
    expired: bool = False


@dataclass(frozen=True)
class Known:
    """What is there: sites by key, members and open invitations by address, addresses nobody may invite."""

    sites: Mapping[str, KnownSite] = dataclasses.field(default_factory=dict)
    members: Mapping[str, KnownPerson] = dataclasses.field(default_factory=dict)
    invitations: Mapping[str, KnownPerson] = dataclasses.field(default_factory=dict)
    refused: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Note:
    """One sentence about what will happen in a row."""

    key: str  # names its sentence
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class PlannedRow:
    entry: Entry
    notes: tuple[Note, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class Invite:
    """An invitation to send; `again` replaces the open one of the address."""

    email: str
    name: str
    role: str
    language: str  # empty: whoever applies the list decides
    sites: tuple[str, ...]  # keys
    again: bool


@dataclass(frozen=True)
class Plan:
    """What applying a list does; only one without faults may be applied."""

    rows: tuple[PlannedRow, ...]
    faults: tuple[Fault, ...]  # of the whole list
    new_sites: tuple[KnownSite, ...]
    filled_sites: tuple[KnownSite, ...]  # known ones that get their region or country
    invites: tuple[Invite, ...]
    further_sites: tuple[tuple[str, tuple[str, ...]], ...]  # address of a member, keys of sites

    @property
    def wrong(self) -> tuple[Fault, ...]:
        return (*self.faults, *(fault for row in self.rows for fault in row.faults))

    @property
    def does_something(self) -> bool:
        return bool(self.new_sites or self.filled_sites or self.invites or self.further_sites)

    @property
    def digest(self) -> str:
        """What a person has seen: applying happens only while it is still the same."""
        return hashlib.sha256(repr(self).encode(errors="replace")).hexdigest()


@dataclass
class Person:
    """What all rows of one address say together."""

    email: str
    name: str
    role: str
    language: str
    row: int  # the first of them
    sites: list[str]  # keys


@dataclass(frozen=True)
class Picture:
    """The sound rows put together: what each site, address and invitation will be."""

    known: Known
    sites: Mapping[str, tuple[KnownSite, int]]  # by key; with the first row that names it
    people: Mapping[str, Person]
    invites: Mapping[str, Invite]

    def name_of(self, key: str) -> str:
        return self.sites[key][0].name if key in self.sites else self.known.sites[key].name


def plan(entries: Sequence[Entry], faults: Sequence[Fault], known: Known) -> Plan:
    """Entries and the faults of their cells against what is known; a row with a fault leads to nothing.

    >>> made = plan([Entry(1, site="Celje", email="a@b.example")], [], Known())
    >>> [note.key for note in made.rows[0].notes], made.invites[0].sites
    (['site_new', 'invite'], ('celje',))
    """
    wrong = [*faults, *_twice(entries), *_contradictions(entries)]
    wrong += [fault for entry in entries for fault in _against(entry, known)]
    by_row: dict[int, list[Fault]] = {}
    for fault in wrong:
        by_row.setdefault(fault.row, []).append(fault)
    picture = _picture([e for e in entries if e.row not in by_row], known)
    rows = [PlannedRow(e, () if e.row in by_row else _notes(e, picture), tuple(by_row.get(e.row, ()))) for e in entries]
    planned = {e.row for e in entries}
    before = known.sites
    return Plan(
        rows=tuple(rows),
        faults=tuple(f for f in wrong if f.row not in planned),
        new_sites=tuple(site for key, (site, _row) in picture.sites.items() if key not in before),
        filled_sites=tuple(s for key, (s, _row) in picture.sites.items() if key in before and s != before[key]),
        invites=tuple(picture.invites.values()),
        further_sites=tuple((p.email, new) for p in picture.people.values() if (new := _new_to_member(p, known))),
    )


def _picture(good: Sequence[Entry], known: Known) -> Picture:
    people = _people(good)
    invites = {email: made for email, person in people.items() if (made := _invite(person, known))}
    return Picture(known, _sites(good, known), people, invites)


def _twice(entries: Iterable[Entry]) -> list[Fault]:
    """The same site and address, or the same person without a site, in two rows."""
    first: dict[tuple[str, str], int] = {}
    faults = []
    for e in entries:
        pair = (key_of(e.site), e.email)
        if not any(pair):
            continue
        if pair in first:
            key = "twice" if all(pair) else "site_twice" if e.site else "person_twice"
            faults.append(Fault(e.row, "email" if e.email else "site", e.email or e.site, key, {"row": first[pair]}))
        first.setdefault(pair, e.row)
    return faults


def _contradictions(entries: Iterable[Entry]) -> list[Fault]:
    """Rows that say different things about one site or one address; what is left out contradicts nothing."""
    said: dict[tuple[str, str], tuple[str, int]] = {}
    faults = []
    for e in entries:
        about_site = [("region", e.region), ("country", e.country)] if e.site else []
        about_person = [("name", e.name), ("role", e.wanted_role), ("language", e.language)] if e.email else []
        for column, value in (*about_site, *about_person):
            subject = key_of(e.site) if column in ("region", "country") else e.email
            if not value:
                continue
            before, row = said.setdefault((column, subject), (value, e.row))
            if before.casefold() != value.casefold():
                key = "site_contradicts" if column in ("region", "country") else "person_contradicts"
                faults.append(Fault(e.row, column, value, key, {"row": row, "before": before}))
    return faults


def _against(e: Entry, known: Known) -> list[Fault]:
    """What does not go together with the sites, members and invitations that exist."""
    faults = []
    site = known.sites.get(key_of(e.site))
    if site and not site.is_active:
        faults.append(Fault(e.row, "site", e.site, "site_inactive"))
    for column in ("region", "country") if site else ():
        mine, theirs = getattr(e, column), getattr(site, column)
        if mine and theirs and mine.casefold() != theirs.casefold():
            faults.append(Fault(e.row, column, mine, "site_differs", {"before": theirs}))
    if e.email in known.refused:
        faults.append(Fault(e.row, "email", e.email, "refused"))
    for people, key in ((known.members, "member_other_role"), (known.invitations, "invited_other_role")):
        person = people.get(e.email) if e.email else None
        if person and person.role != e.wanted_role:
            faults.append(Fault(e.row, "role", e.wanted_role, key, {"role": person.role}))
    return faults


def _sites(good: Iterable[Entry], known: Known) -> dict[str, tuple[KnownSite, int]]:
    """Every site of the list as it will be, and the first row that names it."""
    found: dict[str, tuple[KnownSite, int]] = {}
    for e in good:
        if not e.site:
            continue
        key = key_of(e.site)
        site, row = found.get(key) or (known.sites.get(key) or KnownSite(e.site), e.row)
        filled = dataclasses.replace(site, region=site.region or e.region, country=site.country or e.country)
        found[key] = (filled, row)
    return found


def _people(good: Iterable[Entry]) -> dict[str, Person]:
    people: dict[str, Person] = {}
    for e in good:
        if not e.email:
            continue
        person = people.setdefault(e.email, Person(e.email, "", e.wanted_role, "", e.row, []))
        person.name, person.language = person.name or e.name, person.language or e.language
        if e.site:
            person.sites.append(key_of(e.site))
    return people


def _invite(person: Person, known: Known) -> Invite | None:
    """The invitation a person gets; None for members, and for those whose open one says all of it already."""
    if person.email in known.members:
        return None
    before = known.invitations.get(person.email)
    if before is None:
        return Invite(person.email, person.name, person.role, person.language, tuple(person.sites), False)
    further = [key for key in person.sites if key not in before.sites]
    if not further and not before.expired:
        return None
    name, language = person.name or before.name, person.language or before.language
    return Invite(person.email, name, person.role, language, (*sorted(before.sites), *further), True)


def _new_to_member(person: Person, known: Known) -> tuple[str, ...]:
    member = known.members.get(person.email)
    return tuple(key for key in person.sites if key not in member.sites) if member else ()


def _notes(e: Entry, picture: Picture) -> tuple[Note, ...]:
    about_site = (_about_site(e, picture),) if e.site else ()
    return (*about_site, _about_person(e, picture) if e.email else Note("nobody"))


def _about_site(e: Entry, picture: Picture) -> Note:
    site, row = picture.sites[key_of(e.site)]
    before = picture.known.sites.get(key_of(e.site))
    values = {"site": site.name, "region": site.region, "country": site.country, "row": row}
    if row != e.row:
        return Note("site_above", values)
    return Note("site_new" if before is None else "site_known" if site == before else "site_filled", values)


def _about_person(e: Entry, picture: Picture) -> Note:
    person, key = picture.people[e.email], key_of(e.site)
    values = {"email": e.email, "role": person.role, "row": person.row, "site": picture.name_of(key) if e.site else ""}
    if member := picture.known.members.get(e.email):
        return Note("member_gets" if e.site and key not in member.sites else "member_has", values)
    made = picture.invites.get(e.email)
    if made is None:
        return Note("invited_has", values)
    if person.row != e.row:
        return Note("same_invitation", values)
    values["sites"] = [picture.name_of(key) for key in made.sites]
    if not made.again:
        return Note("invite_several" if len(made.sites) > 1 else "invite", values)
    further = set(made.sites) - picture.known.invitations[e.email].sites
    return Note("again_further" if further else "again_expired", values)
