"""Build worlds for tests through the same functions the product uses."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client

from assessments import publishing, selectors, workflow
from assessments.catalogue import ENTERPRISE
from assessments.models import Cycle, Submission
from benchmarks.models import CellStatistic, Dataset, Release
from opmodel.jobs import queue
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


LEVELS = {"CAP": 2, "VST": 3, "RES": 4, "GOV": 5}  # every enterprise answer of a component
PEERS = {"P25": 2.5, "P50": 3.0, "P75": 3.6}
TARGET = 3.5


def dataset(codes) -> Dataset:
    """A published release in which every measure has the same quartiles."""
    known = Dataset.objects.filter(name="test peers").first()
    if known:
        return known
    made = Dataset.objects.create(
        name="test peers", illustrative=True, measures=list(codes), source="a test", period="2025"
    )
    release = Release.objects.create(dataset=made, name="R1", as_of=date(2026, 1, 1), method_version="1")
    cell = {"release": release, "tree": "A", "path": "all", "depth": 0, "n_band": "50-99", "mean": 3.1}
    CellStatistic.objects.bulk_create(CellStatistic(**cell, measure=m, quantiles=PEERS) for m in codes)
    release.state, release.published_at = Release.State.PUBLISHED, datetime(2026, 1, 1, tzinfo=UTC)
    release.save()
    return made


def take_stock() -> None:
    """Let the database count its rows, as a server does by itself a minute after many were committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT take_stock()")


def score_all(world: World, peers: bool = True) -> World:
    """Everybody answers and submits: plants 2, 3, 4, 2, …, the enterprise by component; then the workers work."""
    content = publishing.catalogue(world.cycle.questionnaire_id)
    if peers:
        with world.inside():
            Cycle.objects.filter(pk=world.cycle.pk).update(dataset=dataset(content.measures))
    component = {d.code: d.component for d in content.dimensions}
    for i, submission in enumerate(world.submissions):
        enterprise = submission.view == ENTERPRISE
        by = world.members["csco"]
        if not enterprise:
            email = f"plant{i}@{world.organisation.pk}.example"
            by = member(world.organisation, Role.PLANT_MANAGER, [submission.site], email)
        entries = [
            {
                "code": q.code,
                "status": "level",
                "level": LEVELS[component[q.dimension]] if enterprise else 2 + (i - 1) % 3,
            }
            for q in content.questions_of(submission.view)
        ]
        if enterprise:
            targets = {d.code: {"target": TARGET, "by": "2030-01-01"} for d in content.dimensions}
            entries.append({"code": "E-N6", "status": "data", "data": targets})
        with world.inside():
            workflow.save_many(by=by, submission=submission, entries=entries)
            workflow.submit(by=by, submission=submission)
    queue.drain()
    return world
