"""Who answers what, and what each person still has to do: for the board of a cycle and for reminders."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q
from django.urls import reverse

from assessments.access import is_respondent
from assessments.catalogue import ENTERPRISE
from assessments.models import Assignment, Cycle, Submission
from opmodel.organisations.models import Member, MemberSite
from opmodel.organisations.permissions import Permission, can


@dataclass(frozen=True)
class Thing:
    """One open thing of a person: a survey of their own, or a part of one that a colleague gave them."""

    kind: str  # "survey", "returned" (a survey that came back), "part"
    submission_id: int
    site: str  # "" stands for the enterprise
    cycle: str
    last_day: date
    path: str
    questions: int  # of a part, else 0
    reminders: bool  # whether the cycle reminds by schedule

    def days_left(self, today: date) -> int:
        return (self.last_day - today).days


class People:
    """The active members of an organisation, found by what they answer for; one statement."""

    def __init__(self, organisation_id: int) -> None:
        own_sites = MemberSite.objects.filter(member=OuterRef("pk")).values("site_id")
        rows = Member.objects.filter(organisation_id=organisation_id, user__is_active=True)
        self.members: dict[int, Member] = {}
        self._by_site: dict[int, list[Member]] = {}
        self._enterprise: list[Member] = []
        for member in rows.select_related("user").annotate(own_sites=ArraySubquery(own_sites)).order_by("pk"):
            member.site_ids = frozenset(member.own_sites)
            self.members[member.pk] = member
            for site in member.site_ids:
                self._by_site.setdefault(site, []).append(member)
            if can(member, Permission.ANSWER_ENTERPRISE):
                self._enterprise.append(member)

    def respondents(self, submission: Submission) -> list[Member]:
        """Who answers a survey by role: the CSCO for the enterprise, the plant managers of the site."""
        if submission.view == ENTERPRISE:
            return self._enterprise
        return [m for m in self._by_site.get(submission.site_id, ()) if is_respondent(m, submission)]


def open_things(people: People, submissions: Iterable[Any], today: date) -> dict[Member, list[Thing]]:
    """What each active member still has to do, soonest first; one statement.

    `submissions` are those of the open cycles with cycle and site; whose last day is over is nobody's any more.
    """
    open_ones = {
        s.pk: s
        for s in submissions
        if s.cycle.state == Cycle.State.OPEN and s.state in Submission.EDITABLE and s.closes_on >= today
    }
    found: dict[Member, list[Thing]] = {}
    for member, thing in (*_surveys(people, open_ones), *_parts(people, open_ones)):
        found.setdefault(member, []).append(thing)
    return {member: sorted(things, key=lambda t: (t.last_day, t.submission_id)) for member, things in found.items()}


def open_submissions(organisation_id: int) -> list[Submission]:
    """The surveys of an organisation's open cycles that are not handed in; one statement."""
    rows = Submission.objects.filter(
        organisation_id=organisation_id, cycle__state=Cycle.State.OPEN, state__in=Submission.EDITABLE
    )
    return list(rows.select_related("cycle", "site").order_by("pk"))


def _surveys(people: People, submissions: dict[int, Any]) -> Iterator[tuple[Member, Thing]]:
    for s in submissions.values():
        kind = "returned" if s.state == Submission.State.RETURNED else "survey"
        for member in people.respondents(s):
            yield member, _thing(kind, s, s.closes_on, reverse("submission", args=[s.public_id]))


def _parts(people: People, submissions: dict[int, Any]) -> Iterator[tuple[Member, Thing]]:
    rows = Assignment.objects.filter(submission__in=submissions, state=Assignment.State.OPEN)
    for part in rows.annotate(n=Count("questions", filter=Q(questions__active=True))).order_by("pk"):
        if member := people.members.get(part.member_id):
            path = reverse("assignment", args=[part.public_id])
            yield member, _thing("part", submissions[part.submission_id], part.due_on, path, part.n)


def _thing(kind: str, submission: Any, last_day: date, path: str, questions: int = 0) -> Thing:
    return Thing(
        kind=kind,
        submission_id=submission.pk,
        site=submission.site.name if submission.site else "",
        cycle=submission.cycle.name,
        last_day=last_day,
        path=path,
        questions=questions,
        reminders=submission.cycle.reminders,
    )
