"""People who invite and join at the same moment, in transactions of their own that really commit."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from opmodel.jobs.models import Job
from opmodel.organisations import invitations, inviting, listing
from opmodel.organisations.models import Invitation, Member, Organisation, Site, User
from opmodel.organisations.permissions import Role
from opmodel.organisations.tenancy import installation, tenant
from tests import build

pytestmark = pytest.mark.django_db
NEW = "new@races.example"
FORM = {"name": "Nina", "password1": "lantern-gravel-91", "password2": "lantern-gravel-91"}
Call = Callable[[], Any]


def at_once(*calls: Call) -> list[Any]:
    """What each gave, or raised; all begin at the same moment, each on a connection of its own that commits."""
    start = threading.Barrier(len(calls))
    found: list[Any] = [None] * len(calls)

    def run(place: int) -> None:
        start.wait()
        try:
            found[place] = calls[place]()
        except Exception as error:
            found[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def committed(call: Call) -> Any:
    """Outside of the transaction that the test itself runs in."""
    (found,) = at_once(call)
    if isinstance(found, Exception):
        raise found
    return found


@pytest.fixture
def races(db) -> Iterator[Organisation]:
    """An organisation that is really there, and taken away afterwards."""
    org = committed(set_up)
    yield org
    committed(lambda: tear_down(org))


def set_up() -> Organisation:
    org = build.organisation("Races")
    with tenant(org.pk):
        for i in range(3):
            Site.objects.create(organisation=org, name=f"Site {i}")
    for role in (Role.CSCO, Role.ADMINISTRATOR):
        build.member(org, role)
    return org


def tear_down(org: Organisation) -> None:
    with tenant(org.pk):
        for model in (Invitation, Member, Site, Job):
            model.objects.all().delete()
    with installation():
        Organisation.objects.filter(pk=org.pk).delete()
    User.objects.filter(email__endswith="@races.example").delete()


def inviter(org: Organisation, role: Role = Role.CSCO) -> Member:
    return Member.objects.select_related("organisation", "user").get(organisation=org, role=role)


def invite(org: Organisation, place: int = 0, role: Role = Role.CSCO) -> Invitation:
    with tenant(org.pk):
        site = Site.objects.get(name=f"Site {place}")
        made, _replaced = inviting.invite(
            by=inviter(org, role), email=NEW, name="", role=Role.PLANT_MANAGER, sites=[site], language="en"
        )
    return made


def in_the_organisation(org: Organisation, call: Call) -> Any:
    with tenant(org.pk):
        return call()


def test_one_link_used_four_times_at_once_makes_one_member(races):
    path = invitations.path_of(committed(lambda: invite(races)).public_id)

    def join(number: int) -> Call:
        return lambda: Client().post(path, FORM, REMOTE_ADDR=f"10.2.0.{number}").status_code

    assert sorted(at_once(*(join(n) for n in range(4)))) == [302, 410, 410, 410]
    with tenant(races.pk):
        assert Member.objects.filter(user__email=NEW).count() == 1
    assert User.objects.filter(email=NEW).count() == 1


def test_four_who_invite_one_address_at_once_leave_one_invitation_with_all_sites(races):
    roles = [Role.CSCO, Role.ADMINISTRATOR]
    found = at_once(*(lambda n=n: invite(races, n % 3, roles[n % 2]) for n in range(4)))
    assert [type(made) for made in found] == [Invitation] * 4
    with tenant(races.pk):
        kept = Invitation.objects.get(accepted_at=None, revoked_at=None)
        assert kept.sites.count() == 3


def test_joining_and_sending_again_at_once_end_in_one_of_the_two(races):
    made = committed(lambda: invite(races))
    path = invitations.path_of(made.public_id)
    status, sent = at_once(
        lambda: Client().post(path, FORM).status_code,
        lambda: in_the_organisation(races, lambda: inviting.invite_again(by=inviter(races), invitation=made)),
    )
    with tenant(races.pk):
        members = Member.objects.filter(user__email=NEW).count()
        still_open = Invitation.objects.filter(accepted_at=None, revoked_at=None).count()
    if status == 302:
        assert (members, still_open, type(sent)) == (1, 0, inviting.Refused)
    else:
        assert (status, members, still_open, type(sent)) == (410, 0, 1, Invitation)


def test_the_same_list_applied_twice_at_once_is_applied_once(races):
    text = "Celje;;;;a@races.example\nDover;;;;a@races.example"
    with tenant(races.pk):
        seen = listing.preview(inviter(races), text).digest

    def apply() -> Any:
        return in_the_organisation(races, lambda: listing.apply_list(by=inviter(races), text=text, seen=seen))

    found = at_once(apply, apply)
    assert sorted(type(f).__name__ for f in found) == ["Changed", "Plan"]
    with tenant(races.pk):
        assert Site.objects.filter(name__in=["Celje", "Dover"]).count() == 2
        assert Invitation.objects.filter(email="a@races.example").count() == 1
