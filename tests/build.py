"""Build worlds for tests through the same functions the product uses."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from django.contrib.auth.hashers import make_password
from django.test import Client

from assessments import selectors, workflow
from assessments.models import Cycle, Submission
from opmodel.organisations.models import Member, MemberSite, Organisation, Site, User
from opmodel.organisations.permissions import Role
from opmodel.organisations.tenancy import installation, tenant

PASSWORD = "correct-horse-battery"


@cache
def password_hash() -> str:
    """argon2 is slow on purpose: hash once for everybody in the tests."""
    return make_password(PASSWORD)


@dataclass
class World:
    """One organisation with people of every role, sites, and an open cycle."""

    organisation: Organisation
    sites: list[Site]
    members: dict[str, Member]
    cycle: Cycle
    submissions: list[Submission] = field(default_factory=list)

    @property
    def enterprise(self) -> Submission:
        return self.submissions[0]

    def inside(self, role: str = "csco"):
        """The tenant context of a member."""
        return tenant(self.organisation.pk, user_id=self.members[role].user_id)

    def client(self, role: str = "csco") -> Client:
        """A browser in which this member is signed in."""
        client = Client()
        client.force_login(self.members[role].user)
        session = client.session
        session["organisation"] = self.organisation.pk
        session.save()
        return client


def organisation(name: str, **fields: object) -> Organisation:
    with installation():
        return Organisation.objects.create(name=name, **fields)


def member(org: Organisation, role: Role, sites: list[Site] = (), email: str = "") -> Member:
    slug = "".join(c for c in org.name.lower() if c.isalnum() and c.isascii())
    user = User.objects.create(
        email=email or f"{role.value}@{slug}.example", password=password_hash(), name=f"{role.value} {org.name}"
    )
    with tenant(org.pk):
        row = Member.objects.create(organisation=org, user=user, role=role.value)
        MemberSite.objects.bulk_create(MemberSite(organisation=org, member=row, site=site) for site in sites)
    return row


def world(name: str, sites: int = 3, closes_in: int = 30) -> World:
    org = organisation(name)
    with tenant(org.pk):
        rows = [Site.objects.create(organisation=org, name=f"{name} {i}", region="North") for i in range(1, sites + 1)]
    members = {r.value: member(org, r, rows[:1] if r is Role.PLANT_MANAGER else []) for r in Role}
    today = date.today()
    with tenant(org.pk, user_id=members["csco"].user_id):
        cycle = workflow.open_cycle(
            by=members["csco"],
            name="Cycle 1",
            opens_on=today - timedelta(days=60),
            closes_on=today + timedelta(days=closes_in),
            sites=rows,
            dataset=None,
        )
        submissions = selectors.board(cycle)
    return World(org, rows, members, cycle, submissions)
