"""What was decided: the actions of the newest plan, for the network and for one plant, as a plant's page tells them."""

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from assessments import plan_words, plans
from assessments.models import Cycle, PlannedAction
from opmodel.organisations.models import Member

Told = list[dict[str, Any]]


def decided(member: Member, site_id: int, cycle: Cycle) -> tuple[Told, Told]:
    """The network's actions and those for this plant or in the reader's hands, as far as the member sees them. One query.

    Of the newest plan that is not newer than `cycle`; dropped actions are left out.
    """
    concerned = Q(site__isnull=True) | Q(site_id=site_id) | Q(owner=member)
    rows = plans.actions(member).filter(concerned, plan__cycle__opens_on__lte=cycle.opens_on)
    kept = list(rows.exclude(status=PlannedAction.Status.DROPPED).order_by("-plan__cycle__opens_on", "due_on", "pk"))
    kept = [row for row in kept if row.plan_id == kept[0].plan_id]
    own = [row for row in kept if row.site_id == site_id or row.owner_id == member.pk]
    network = [row for row in kept if row.site_id is None and row not in own]
    return [told(row) for row in network], [told(row) for row in own]


def told(row: PlannedAction) -> dict[str, Any]:
    action = plans.content(plans.catalogue_of(row.plan), row)
    return {
        "title": action.title if action else row.code,
        "state": plan_words.state(row),
        "late": plans.is_late(row, timezone.localdate()),
        "owner": row.owner.user.get_full_name() if row.owner else "",
        "url": reverse("plan-action", args=[row.public_id]),
    }
