"""Reminders of planned actions: a week before they are due and once they are late, each matter once, one mail for all."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse

from assessments import plans
from assessments.models import ActionReminder, PlannedAction
from opmodel.organisations import clock, mail
from opmodel.organisations.models import Member, Organisation

SOON = timedelta(days=7)
Kind: Any = ActionReminder.Kind


@transaction.atomic
def remind_owners(*, organisation: Organisation, now: datetime) -> int:
    """Mail the owners of what is due within a week or late, and was not told yet; inside its tenant. Gives how many.

    A server that was down on the day tells it the next morning: what counts is whether it was told, not the date.
    """
    today = clock.local(now, organisation).date()
    matters = [(row, _kind(row, today)) for row in _due(organisation, today)]
    told = set(
        ActionReminder.objects.filter(planned_action__in=[row.pk for row, _kind in matters]).values_list(
            "planned_action_id", "member_id", "kind", "due_on"
        )
    )
    fresh = [(row, kind) for row, kind in matters if (row.pk, row.owner_id, kind, row.due_on) not in told]
    ActionReminder.objects.bulk_create(
        ActionReminder(
            organisation_id=organisation.pk,
            planned_action=row,
            member_id=row.owner_id,
            kind=kind,
            due_on=row.due_on,
        )
        for row, kind in fresh
    )
    of_owner: dict[Member, list[tuple[PlannedAction, str]]] = {}
    for row, kind in fresh:
        of_owner.setdefault(row.owner, []).append((row, kind))
    letters = [_letter(organisation, owner, own, today) for owner, own in of_owner.items()]
    if letters:
        mail.enqueue_many(organisation_id=organisation.pk, template="plan_reminder", letters=letters, by=None)
    return len(letters)


def _due(organisation: Organisation, today: date) -> Iterable[PlannedAction]:
    """Open actions due by next week whose owner can carry them out, soonest first."""
    rows = PlannedAction.objects.filter(
        organisation_id=organisation.pk,
        status__in=PlannedAction.OPEN,
        due_on__lte=today + SOON,
        owner__in=plans.owners(organisation.pk),
    )
    return rows.select_related("owner__user", "site", "plan__cycle").order_by("due_on", "pk")


def _kind(row: PlannedAction, today: date) -> str:
    return str(Kind.OVERDUE if row.due_on < today else Kind.SOON)


def _letter(
    organisation: Organisation, owner: Member, own: list[tuple[PlannedAction, str]], today: date
) -> mail.Letter:
    matters: list[dict[str, Any]] = [
        {
            "title": plans.title_for(row, owner),
            "site": row.site.name if row.site else "",
            "due": row.due_on.isoformat(),
            "late": kind == Kind.OVERDUE,
            "path": reverse("plan-action", args=[row.public_id]),
        }
        for row, kind in own
    ]
    context = {"name": owner.user.get_full_name(), "organisation": organisation.name, "actions": matters}
    # Named by its first matter: each is told once, so no other mail begins with it.
    first, kind = own[0]
    key = f"plan_reminder:{owner.pk}:{first.pk}:{kind}:{first.due_on.isoformat()}"
    return mail.Letter(key, owner.user.email, owner.user.language, context, owner.pk)
