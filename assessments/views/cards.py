"""Cards of the home page: one thing that waits, goes on or is done, each with one way to it."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments import colleagues, plan_words, plans
from assessments.colleagues import Holding
from assessments.models import Assignment, StandIn, Submission
from assessments.views.screens.frame import title_of
from opmodel.organisations import clock
from opmodel.organisations.models import Member


def card(title: str, text: str, url: str, action: str, state: str, **more: Any) -> dict[str, Any]:
    return {
        "title": title,
        "text": text,
        "url": url,
        "action": action,
        "state": state,
        "progress": None,
        "due": None,
        "more": "",
    } | more


def teamwork(member: Member) -> list[dict[str, Any]]:
    """What colleagues gave this member to answer, and what came back to be accepted."""
    mine = [own(member, h) for h in colleagues.own_items(member) if h.assignment.state != Assignment.State.ACCEPTED]
    return [back(h) for h in colleagues.to_accept(member)] + [c for c in mine if c]


def own(member: Member, holding: Holding) -> dict[str, Any]:
    """My items of one submission; empty once the submission went on without them."""
    assignment, submission = holding.assignment, holding.submission
    if submission.state == Submission.State.SUBMITTED:
        return {}
    title = _("My items: %(survey)s") % {"survey": title_of(submission)}
    url = reverse("assignment", args=[assignment.public_id])
    names = {"cycle": submission.cycle.name}
    if assignment.state == Assignment.State.HANDED_IN:
        return card(title, _("%(cycle)s: handed in. Thank you.") % names, url, _("Look at them"), "done")
    if assignment.remark:
        text = _("%(cycle)s: given back with a remark.") % names
    elif holding.is_overdue(colleagues.local_day(member, submission)):
        text = _("%(cycle)s: the day they were wanted by has passed.") % names
    else:
        left = holding.total - holding.done
        text = ngettext("%(cycle)s: %(n)d question is open.", "%(cycle)s: %(n)d questions are open.", left)
        text = text % {**names, "n": left}
    progress = {"answered": holding.done, "total": holding.total}
    return card(title, text, url, _("Open my items"), "todo", progress=progress, due=assignment.due_on)


def back(holding: Holding) -> dict[str, Any]:
    """Work that comes back for acceptance."""
    text = _("%(who)s handed in items of “%(survey)s”. Accept them, or give them back.")
    names = {"who": holding.assignment.member.user.get_full_name(), "survey": title_of(holding.submission)}
    url = reverse("assignment", args=[holding.assignment.public_id])
    progress = {"answered": holding.done, "total": holding.total}
    return card(_("Work comes back for acceptance"), text % names, url, _("Look at it"), "todo", progress=progress)


def own_actions(member: Member) -> list[dict[str, Any]]:
    """One card for the open actions of the plan this member owns, the first due date with it; nothing without any."""
    rows = plans.own_open(member)
    if not rows:
        return []
    text = ngettext(
        "One action is yours; it is due on %(day)s.", "%(n)d actions are yours; the first is due on %(day)s.", len(rows)
    )
    text = text % {"n": len(rows), "day": plan_words.day(rows[0].due_on)}
    late = any(plans.is_late(row, clock.today(member.organisation)) for row in rows[:1])
    url = f"{reverse('plan')}?cycle={rows[0].plan.cycle.public_id}&owner={member.public_id}"
    more = {"more": _("It is late.") if len(rows) == 1 else _("That one is late.")} if late else {}
    return [card(_("Actions of the plan"), text, url, _("Open my actions"), "todo", **more)]


def on_behalf(member: Member, rows: list[StandIn]) -> str:
    """What a card says about those who stand in, "" when nobody does."""
    if any(row.member_id == member.pk for row in rows):
        return _("You answer on behalf of this site.")
    if rows:
        return _("%(who)s answers on your behalf.") % {"who": rows[0].member.user.get_full_name()}
    return ""
