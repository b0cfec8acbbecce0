"""What a plan says, in whole sentences: its state, what is late, what came of it, who changed what. Reads no rows but its own."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments import plans
from assessments.catalogue import Questionnaire
from assessments.decimals import one
from assessments.history import Change, user_of
from assessments.models import PlannedAction
from assessments.plans import Outcome
from benchmarks.statistics import half_up
from opmodel.organisations.models import Member, User

Status = PlannedAction.Status


def day(value: date) -> str:
    return date_format(value, "DATE_FORMAT")


def money(value: Any, currency: str) -> str:
    """An amount without cents, "" for none.

    >>> money(1250000, "EUR")
    'EUR 1,250,000'
    """
    return "" if value is None else f"{currency} {number_format(value, 0, force_grouping=True)}"


def state(row: PlannedAction) -> str:
    """How far an action is, in a sentence."""
    if row.done_on is not None:
        return _("Done on %(day)s.") % {"day": day(row.done_on)}
    words = {
        Status.STARTED: _("In work, due on %(day)s."),
        Status.DROPPED: _("Dropped."),
    }
    return words.get(Status(row.status), _("Not begun, due on %(day)s.")) % {"day": day(row.due_on)}


def headline(rows: Sequence[PlannedAction], today: date) -> str:
    """What stands out in a plan, in one sentence: late ones first, then how far it is."""
    live = [row for row in rows if row.status != Status.DROPPED]
    done = sum(row.status == Status.DONE for row in live)
    late = sum(plans.is_late(row, today) for row in live)
    if not live:
        return _("Nothing is planned at present.")
    if done == len(live):
        return _("Everything that was planned is done.")
    values = {"done": done, "total": len(live), "late": late}
    if late:
        text = ngettext(
            "%(done)d of %(total)d actions are done, and one is late.",
            "%(done)d of %(total)d actions are done, and %(late)d are late.",
            late,
        )
        return text % values
    if done:
        return _("%(done)d of %(total)d actions are done, and none is late.") % values
    text = ngettext("One action is planned; it is not done yet.", "%(total)d actions are planned; none is done yet.", len(live))  # fmt: skip
    return text % values


def lateness(row: PlannedAction, early: Iterable[PlannedAction], catalogue: Questionnaire, today: date) -> list[str]:
    """What is wrong with the days of an action: overdue, or before what it builds on is due."""
    said = []
    if plans.is_late(row, today):
        late = (today - row.due_on).days
        said.append(ngettext("One day late.", "%(n)d days late.", late) % {"n": late})
    for needed in early:
        action = plans.content(catalogue, needed)
        values = {
            "title": action.title if action else needed.code,
            "start": day(row.starts_on),
            "due": day(needed.due_on),
        }
        said.append(_("Starts on %(start)s, before “%(title)s” is due on %(due)s, which it builds on.") % values)
    return said


def realised(outcome: Outcome) -> str:
    """What became of a projected lift, in a sentence."""
    got = outcome.realised
    if got is None:
        return _("Not scored in the newer cycle.")
    if got >= outcome.hoped:
        return _("Rose as projected, or more.")
    if got > 0:
        return _("Rose by less than projected.")
    return _("Did not move.") if got == 0 else _("Fell, although a rise was projected.")


def progress_headline(found: Sequence[Outcome]) -> str:
    """How many of the dimensions the plan was to lift rose as far as projected."""
    scored = [o for o in found if o.realised is not None]
    if not scored:
        return _("Nothing that the plan was to lift is scored in the newer cycle.")
    rose = sum(o.realised is not None and o.realised >= o.hoped for o in scored)
    values = {"rose": rose, "n": len(scored)}
    text = ngettext(
        "%(rose)d of one dimension that the plan was to lift rose as far as projected.",
        "%(rose)d of %(n)d dimensions that the plan was to lift rose as far as projected.",
        len(scored),
    )
    return text % values


def overload(load: Mapping[date, float], capacity: int | None) -> str:
    """Where an owner's load goes above what was given, in a sentence; "" where it does not, or nothing was given."""
    if capacity is None:
        return ""
    over = {month: days for month, days in load.items() if round(days) > capacity}
    if not over:
        return _("Within what can be given.")
    worst = max(over, key=lambda month: over[month])
    values = {
        "n": len(over),
        "month": date_format(worst, "YEAR_MONTH_FORMAT"),
        "days": round(over[worst]),
        "capacity": capacity,
    }
    text = ngettext(
        "Too much in one month, %(month)s: %(days)d days, %(capacity)d can be given.",
        "Too much in %(n)d months, most in %(month)s: %(days)d days, %(capacity)d can be given.",
        len(over),
    )
    return text % values


def signed(value: float) -> str:
    """A lift in levels with its sign.

    >>> signed(0.5), signed(-0.25), signed(0.01)
    ('+0.5', '−0.3', '0.0')
    """
    return one(abs(value)) if not half_up(abs(value)) else f"{'+' if value > 0 else '−'}{one(abs(value))}"


def changes(row: PlannedAction, currency: str) -> list[Change]:
    """The history of one planned action, newest first; three statements whatever its length."""
    events = list(PlannedAction.pgh_event_model.objects.filter(pgh_obj_id=row.pk).order_by("pgh_id"))
    people = {user_of(event) for event in events} - {None}
    names = {user.pk: user.get_full_name() for user in User.objects.filter(pk__in=people)}
    held = {event.owner_id for event in events} - {None}
    owners = {m.pk: m.user.get_full_name() for m in Member.objects.filter(pk__in=held).select_related("user")}
    found = []
    for before, event in zip([None, *events], events, strict=False):
        said = sentences(before, event, owners, currency)
        if said:
            found.append(
                Change(
                    at=event.pgh_created_at,
                    who=names.get(user_of(event), _("Somebody who is no longer here")),
                    sentences=tuple(said),
                    quote=_quote(before, event),
                    origin="page",
                    on_behalf=False,
                )
            )
    return found[::-1]


def sentences(before: Any, event: Any, owners: Mapping[int, str], currency: str) -> list[str]:
    """What one event changed against the one before it (None: it was chosen), a sentence for each part."""
    if before is None:
        return [_("Chosen into the plan.")]
    said = []
    if before.status != event.status:
        words = {
            Status.PLANNED: _("Planned again."),
            Status.STARTED: _("Started.") if before.status == Status.PLANNED else _("In work again."),
            Status.DONE: _("Done."),
            Status.DROPPED: _("Dropped."),
        }
        said.append(words[Status(event.status)])
    if before.owner_id != event.owner_id:
        who = owners.get(event.owner_id, _("Somebody who is no longer here"))
        said.append(_("Owner: %(who)s.") % {"who": who} if event.owner_id else _("Nobody owns it any more."))
    if before.starts_on != event.starts_on:
        said.append(_("First day moved from %(old)s to %(new)s.") % _pair(before, event, "starts_on", day))
    if before.due_on != event.due_on:
        said.append(_("Due date moved from %(old)s to %(new)s.") % _pair(before, event, "due_on", day))
    if before.wave != event.wave:
        said.append(_("Wave %(old)s → %(new)s.") % _pair(before, event, "wave", str))
    if before.effort_days != event.effort_days:
        said.append(_("Effort: %(old)s → %(new)s person-days.") % _pair(before, event, "effort_days", str))
    if before.benefit_expected != event.benefit_expected:
        said.append(_("Expected benefit: %(new)s.") % {"new": money(event.benefit_expected, currency) or "–"})
    if before.benefit_realised != event.benefit_realised:
        said.append(_("Realised benefit: %(new)s.") % {"new": money(event.benefit_realised, currency) or "–"})
    if before.notes != event.notes:
        said.append(_("The notes were changed.") if event.notes else _("The notes were removed."))
    if before.shown_by != event.shown_by and before.status == event.status:
        said.append(_("What shows that it is done was changed."))
    return said


def _pair(before: Any, event: Any, name: str, write: Any) -> dict[str, str]:
    return {"old": write(getattr(before, name)), "new": write(getattr(event, name))}


def _quote(before: Any, event: Any) -> str:
    """The words an event brought: why it was dropped, what shows it, new notes."""
    for name in ("dropped_because", "shown_by", "notes"):
        text = getattr(event, name)
        if text and (before is None or text != getattr(before, name)):
            return str(text)
    return ""
