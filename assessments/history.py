"""Who changed an answer, what, and when: the audit events of one question in sentences. Reads only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from assessments.models import Answer, Submission
from opmodel.organisations.models import User


@dataclass(frozen=True)
class Change:
    """One event: who and when, whole sentences on what changed, and the words that were added, if any."""

    at: datetime
    who: str
    sentences: tuple[str, ...]
    quote: str  # the comment or the reason that was written
    origin: str
    on_behalf: bool


def changes(submission: Submission, question_id: int) -> list[Change]:
    """The history of one answer, newest first; two statements whatever its length.

    Events name people by number; the names are read now, so a person who was erased stays erased.
    """
    rows = Answer.pgh_event_model.objects.filter(submission_id=submission.pk, question_id=question_id)
    saves: dict[int, Any] = {}  # each save is a version; a person who is erased touches the row without one
    for event in rows.order_by("pgh_id"):
        saves.setdefault(event.version, event)
    events = list(saves.values())
    people = {user_of(event) for event in events} - {None}
    names = {user.pk: user.get_full_name() for user in User.objects.filter(pk__in=people)}
    found = [
        Change(
            at=event.pgh_created_at,
            who=names.get(user_of(event), _("Somebody who is no longer here")),
            sentences=tuple(sentences(before, event)),
            quote=quote(before, event),
            origin=event.origin,
            on_behalf=event.on_behalf,
        )
        for before, event in zip([None, *events], events, strict=False)
    ]
    return found[::-1]


def user_of(event: Any) -> Any:
    return (event.pgh_context or {}).get("user")


def label(event: Any) -> str:
    """The value of an answer as a name."""
    if event.status == Answer.Status.LEVEL:
        return _("Level %(n)d") % {"n": event.level}
    return str(Answer.Status(event.status).label)


def sentences(before: Any, event: Any) -> list[str]:
    """What one event changed against the one before it (None: the first), a sentence for each part."""
    if before is None:
        filled = event.status == Answer.Status.DATA
        said = [_("Filled in.") if filled else _("Answered: %(value)s.") % {"value": label(event)}]
        return said + [_("With a comment.")] * bool(event.comment)
    said = []
    levels = (before.level, event.level)
    if None not in levels and levels[0] != levels[1]:
        said.append(_("Level %(old)d → %(new)d.") % {"old": levels[0], "new": levels[1]})
    elif (before.status, before.level) != (event.status, event.level):
        said.append(_("“%(old)s” → “%(new)s”.") % {"old": label(before), "new": label(event)})
    elif before.data != event.data:
        said.append(_("The entries were changed."))
    if before.reason != event.reason and event.reason and before.reason:
        said.append(_("The reason was changed."))
    if before.comment != event.comment:
        if not before.comment:
            said.append(_("A comment was added."))
        else:
            said.append(_("The comment was changed.") if event.comment else _("The comment was removed."))
    return said or [_("Saved again with the same value.")]


def quote(before: Any, event: Any) -> str:
    """The words an event brought: a new reason, or a new comment."""
    for name in ("comment", "reason"):
        text = getattr(event, name)
        if text and (before is None or text != getattr(before, name)):
            return str(text)
    return ""
