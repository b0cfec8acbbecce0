"""How a write says no: refused with the reason and the place, or a conflict with both values. Nothing was changed."""

from typing import Any

from django.utils.translation import gettext as _

from assessments.models import Answer, Submission


class Refused(Exception):
    """A write that cannot be done; says which field, and what was expected. Nothing was changed."""

    def __init__(self, message: str, *, field: str = "", status: int = 400, errors: Any = None) -> None:
        super().__init__(message)
        self.message, self.field, self.status, self.errors = message, field, status, errors or []


class Conflict(Exception):
    """Somebody saved this answer in the meantime; both values are here, nothing was overwritten."""

    def __init__(self, mine: dict[str, Any], theirs: Answer) -> None:
        super().__init__("conflict")
        self.mine, self.theirs = mine, theirs


def closed(submission: Submission) -> Refused:
    text = _("The cycle “%(name)s” closed on %(day)s; answers are no longer accepted.")
    day = submission.closes_on.isoformat()
    return Refused(text % {"name": submission.cycle.name, "day": day}, status=409)
