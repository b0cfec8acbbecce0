"""How a write says no: refused with the reason and the place, or a conflict with both values. Nothing was changed."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from assessments.models import Answer, CycleStep, PlannedAction, Submission
from opmodel.organisations import clock


class Refused(Exception):
    """A write that cannot be done; says which field, and what was expected. Nothing was changed."""

    def __init__(self, message: str, *, field: str = "", status: int = 400, errors: Any = None) -> None:
        super().__init__(message)
        self.message, self.field, self.status, self.errors = message, field, status, errors or []


class Conflict(Exception):
    """Somebody saved this answer, or this planned action, in the meantime; both values are here, nothing was overwritten."""

    def __init__(self, mine: dict[str, Any], theirs: Answer | PlannedAction) -> None:
        super().__init__("conflict")
        self.mine = mine
        self.theirs: Any = theirs


def closed(submission: Submission) -> Refused:
    text = _("The cycle “%(name)s” closed on %(day)s; answers are no longer accepted.")
    day = _last_day(submission).isoformat()
    return Refused(text % {"name": submission.cycle.name, "day": day}, status=409)


def _last_day(submission: Submission) -> date:
    """The planned last day, or the local day on which somebody closed the cycle before it."""
    kinds = (CycleStep.Kind.CLOSED, CycleStep.Kind.REOPENED)
    step = CycleStep.objects.filter(cycle=submission.cycle_id, kind__in=kinds).order_by("-pk").first()
    if step is None or step.kind != CycleStep.Kind.CLOSED:
        return submission.closes_on
    return min(submission.closes_on, clock.local(step.created_at, submission.organisation).date())
