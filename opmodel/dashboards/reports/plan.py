"""The planned actions a report shows. Where an organisation has no plan the list is empty, and the report says so."""

from typing import Any

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assessments import plans
from assessments.models import Cycle, PlannedAction


def planned(cycle: Cycle, site_id: int | None = None) -> list[dict[str, Any]]:
    """The planned actions in the order they begin, each {title, where, own, owner, starts, due, starts_text, due_text,
    open, status}.

    Of the newest plan that is not newer than `cycle`, without what was dropped; for one site its own and the network's.
    `starts` and `due` are ISO days, all others are text as people read it. One query.
    """
    rows = PlannedAction.objects.filter(
        plan__cycle__opens_on__lte=cycle.opens_on, organisation_id=cycle.organisation_id
    ).exclude(status=PlannedAction.Status.DROPPED)
    rows = rows.select_related("plan__cycle", "site", "owner__user").order_by(
        "-plan__cycle__opens_on", "starts_on", "pk"
    )
    if site_id is not None:
        rows = rows.filter(Q(site_id=site_id) | Q(site__isnull=True))
    kept = list(rows)
    return [line(row) for row in kept if row.plan_id == kept[0].plan_id]


def at_plant(cycle: Cycle, site_id: int) -> list[dict[str, Any]]:
    """The same for the page of a plant, which has room for few: what is still open first, then its own, then the soonest."""
    return sorted(planned(cycle, site_id), key=lambda p: (not p["open"], not p["own"], p["due"]))


def line(row: PlannedAction) -> dict[str, Any]:
    action = plans.content(plans.catalogue_of(row.plan), row)
    return {
        "title": action.title if action else row.code,
        "where": row.site.name if row.site else _("Whole network"),
        "own": row.site_id is not None,
        "owner": row.owner.user.get_full_name() if row.owner else "",
        "starts": row.starts_on.isoformat(),
        "due": row.due_on.isoformat(),
        "starts_text": str(date_format(row.starts_on, "SHORT_DATE_FORMAT")),
        "due_text": str(date_format(row.due_on, "SHORT_DATE_FORMAT")),
        "open": row.status in PlannedAction.OPEN,
        "status": str(PlannedAction.Status(row.status).label),
    }
