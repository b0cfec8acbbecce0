"""Reminders: one mail a person and day at most, listing all that is open; by schedule, or because somebody asked."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from assessments.models import Submission
from assessments.people import People, Thing, open_submissions, open_things
from assessments.workflow.plan_reminders import remind_owners
from assessments.workflow.refusals import Refused
from opmodel.jobs import queue
from opmodel.jobs.models import Job
from opmodel.organisations import clock, mail
from opmodel.organisations.models import Member, Organisation
from opmodel.organisations.permissions import Permission, can
from opmodel.organisations.tenancy import installation, tenant

log = logging.getLogger(__name__)
DAYS_BEFORE = (7, 3, 1, 0)
MORNING, EVENING = 7, 18  # hours of the organisation; a server that was down at seven still reminds before the evening


@dataclass(frozen=True)
class Reminded:
    """Names of those who get a mail now, and of those who were reminded today already."""

    sent: list[str]
    already: list[str]


def key_of(member: Member, today: date) -> str:
    """What the reminder of a person and day is known by, whoever asked for it."""
    return f"reminder:{member.pk}:{today.isoformat()}"


@transaction.atomic
def remind(*, by: Member, submissions: Sequence[Submission]) -> Reminded:
    """Remind everybody else who has something open in these surveys; raises Refused when there is nobody."""
    if not can(by, Permission.OPEN_CYCLE):
        raise Refused(_("Only the CSCO reminds people."), status=403)
    today, wanted = clock.today(by.organisation), {s.pk for s in submissions}
    open_of = open_things(People(by.organisation_id), open_submissions(by.organisation_id), today)
    asked = [m for m, things in open_of.items() if m.pk != by.pk and any(t.submission_id in wanted for t in things)]
    if not asked:
        raise Refused(_("Nobody has anything open there, so no reminder was sent."), status=409)
    known = mail.found(by.organisation_id, [key_of(m, today) for m in asked])
    fresh = [m for m in asked if key_of(m, today) not in known]
    letters = [_letter(by.organisation, m, open_of[m], today, by.user.get_full_name()) for m in fresh]
    mail.enqueue_many(organisation_id=by.organisation_id, template="reminder", letters=letters, by=by.user_id)
    old = [m.user.get_full_name() for m in asked if m not in fresh]
    return Reminded([m.user.get_full_name() for m in fresh], old)


@queue.duty("reminders", every=3600)
def remind_everybody(job: Job) -> None:
    """Once an hour: every organisation in which it is morning. One that fails does not keep the others waiting."""
    moment, failed = clock.now(), []
    with installation():
        organisations = list(Organisation.objects.filter(is_active=True).order_by("pk"))
    for place, organisation in enumerate(organisations):
        try:
            with tenant(organisation.pk):
                remind_organisation(organisation=organisation, now=moment)
        except Exception:
            log.exception("reminders of organisation %s failed", organisation.pk)
            failed.append(organisation.pk)
        queue.report(job, 5 + 90 * (place + 1) // len(organisations))
    if failed:
        raise RuntimeError(f"reminders failed for organisations {failed}")


def remind_organisation(*, organisation: Organisation, now: datetime) -> int:
    """Mail the members for whom today is a day to remind; inside its tenant, as often as you like. Gives how many."""
    local = clock.local(now, organisation)
    if not MORNING <= local.hour < EVENING:
        return 0
    today = local.date()
    remind_owners(organisation=organisation, now=now)
    open_of = open_things(People(organisation.pk), open_submissions(organisation.pk), today)
    due = {m: things for m, things in open_of.items() if any(_is_due(t, today) for t in things)}
    letters = [_letter(organisation, member, things, today) for member, things in due.items()]
    if letters:
        mail.enqueue_many(organisation_id=organisation.pk, template="reminder", letters=letters, by=None)
    return len(due)


def _is_due(thing: Thing, today: date) -> bool:
    return thing.reminders and thing.days_left(today) in DAYS_BEFORE


def _letter(
    organisation: Organisation, member: Member, things: list[Thing], today: date, asked_by: str = ""
) -> mail.Letter:
    context = {
        "name": member.user.get_full_name(),
        "organisation": organisation.name,
        "asked_by": asked_by,
        "things": [
            {
                "kind": t.kind,
                "site": t.site,
                "cycle": t.cycle,
                "questions": t.questions,
                "last_day": t.last_day.isoformat(),
                "days_left": t.days_left(today),
                "path": t.path,
            }
            for t in things
        ],
    }
    return mail.Letter(key_of(member, today), member.user.email, member.user.language, context, member.pk)
