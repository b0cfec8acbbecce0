"""The board of a cycle: who is asked, how far they are, what the CSCO can do about it. A constant number of statements."""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments import colleagues, figure_words, selectors
from assessments.models import Cycle, CycleStep, Submission
from assessments.people import People, open_things
from assessments.workflow.reminders import key_of
from opmodel.jobs.models import Job
from opmodel.organisations import clock, mail
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import Permission, can

LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
SORTS = {
    "site": lambda row: (row["region"] or "~", row["name"]),
    "progress": lambda row: (row["share"], row["name"]),
    "days": lambda row: (row["due"], row["name"]),
    "activity": lambda row: (row["last_saved"] or LONG_AGO, row["name"]),
}


def states() -> dict[str, str]:
    return {
        "not_started": _("Not started"),
        "in_progress": _("In progress"),
        "handed_in": _("Handed in"),
        "returned": _("Returned"),
        "accepted": _("Accepted"),
    }


def sorts() -> dict[str, str]:
    return {
        "site": _("Region and site"),
        "progress": _("Least answered first"),
        "days": _("Last day, soonest first"),
        "activity": _("Longest silence first"),
    }


@dataclass(frozen=True)
class Show:
    """What of the board is shown: states and regions that do not exist show everything."""

    state: str
    region: str
    sort: str

    @classmethod
    def of(cls, query: QueryDict) -> "Show":
        state, sort = query.get("state", ""), query.get("sort", "")
        return cls(state if state in states() else "", query.get("region", ""), sort if sort in SORTS else "site")

    @property
    def query(self) -> str:
        """The choice as a query string, for forms that come back here."""
        chosen = {"state": self.state, "region": self.region, "sort": self.sort if self.sort != "site" else ""}
        return urlencode({name: value for name, value in chosen.items() if value})


def board(
    member: Member, cycle: Cycle, show: Show, errors: dict[int, str] | None = None, problem: str = ""
) -> dict[str, Any]:
    """What the template shows; `errors` stand at the rows of their submissions, `problem` above the table."""
    today = clock.today(member.organisation)
    rows = _rows(member, cycle, today, errors or {})
    enterprise, sites = rows[:1], rows[1:]
    regions = sorted({row["region"] for row in sites if row["region"]})
    shown = [
        row
        for row in sites
        if show.state in ("", row["state"]) and (show.region not in regions or show.region == row["region"])
    ]
    acts, sees = can(member, Permission.OPEN_CYCLE), can(member, Permission.VIEW_RESULTS)
    return {
        "cycle": cycle,
        "lasts": days_left(cycle.closes_on, today) if cycle.state == Cycle.State.OPEN else "",
        "enterprise": enterprise,
        "sites": sorted(shown, key=SORTS[show.sort]),
        "hidden": len(sites) - len(shown),
        "counts": _counts(cycle, sites),
        "acts": acts and cycle.state == Cycle.State.OPEN,
        "too_much_value": figure_words.too_much_value(selectors.value_shares(cycle)) if sees else "",
        "anybody": any(row["remind"] for row in rows),
        "filters": [
            _choices("state", _("State"), {"": _("Every state"), **states()}, show.state),
            _choices("region", _("Region"), {"": _("Every region")} | {r: r for r in regions}, show.region),
            _choices("sort", _("Order"), sorts(), show.sort),
        ],
        "query": show.query,
        "problem": problem,
        "history": [sentence(step) for step in selectors.steps(cycle)],
        "board_url": reverse("cycle", args=[cycle.public_id]),
        "remind_url": reverse("cycle-remind", args=[cycle.public_id]),
        "manage_url": reverse("cycle-manage", args=[cycle.public_id]) if acts else "",
    }


def _rows(member: Member, cycle: Cycle, today: date, errors: dict[int, str]) -> list[dict[str, Any]]:
    submissions = selectors.board(cycle)
    people = People(member.organisation_id)
    waiting: dict[int, list[Member]] = {}  # submission id -> who has something open there
    for person, things in open_things(people, submissions, today).items():
        for submission_id in {thing.submission_id for thing in things}:
            waiting.setdefault(submission_id, []).append(person)
    asked = {m for members in waiting.values() for m in members}
    mails = mail.found(member.organisation_id, [key_of(m, today) for m in asked])
    standing_in = colleagues.standing_in(submissions)
    parts, totals = selectors.parts_held(cycle), {s.view: selectors.total_of(s) for s in submissions}
    rows = []
    for s in submissions:
        others = [m for m in waiting.get(s.pk, ()) if m.pk != member.pk]
        row = _row(member, s, people.respondents(s), totals[s.view], parts.get(s.pk, 0), today)
        behalf = ", ".join(r.member.user.get_full_name() for r in standing_in.get(s.pk, ()))
        told = {"error": errors.get(s.pk, ""), "behalf": behalf}
        rows.append(row | _reminding(member, others, mails, today) | told)
    return rows


def _row(member: Member, s: Any, respondents: list[Member], total: int, parts: int, today: date) -> dict[str, Any]:
    state = state_of(s)
    acts = can(member, Permission.OPEN_CYCLE) and s.cycle.state == Cycle.State.OPEN and s.state in Submission.EDITABLE
    opens = can(member, Permission.VIEW_RESULTS)
    return {
        "id": s.public_id,
        "name": s.site.name if s.site else _("Enterprise self-assessment"),
        "region": s.site.region if s.site else "",
        "who": [m.user.get_full_name() for m in respondents],
        "answered": s.answered,
        "total": total,
        "share": s.answered / total if total else 0,
        "state": state,
        "state_label": states()[state],
        "due": s.closes_on,
        "days": days_left(s.closes_on, today) if acts or state in ("not_started", "in_progress", "returned") else "",
        "extended": s.closes_on > s.cycle.closes_on,
        "last_saved": s.last_saved,
        "parts": ngettext("One part is with a colleague", "%(n)d parts are with colleagues", parts) % {"n": parts}
        if parts
        else "",
        "url": reverse("submission", args=[s.public_id]) if opens else "",
        "extend_url": reverse("submission-extend", args=[s.public_id]) if acts else "",
        "invite_url": _invite_url(s) if can(member, Permission.INVITE) else "",
        "stand_in_url": reverse("stand-in", args=[s.public_id]) if acts and s.site else "",
    }


def _invite_url(s: Any) -> str:
    """Where somebody is invited for a site, which is chosen there already."""
    site = f"?{urlencode({'site': s.site.public_id})}" if s.site else ""
    return f"{reverse('people')}{site}#invite"


def _reminding(member: Member, others: list[Member], mails: dict[str, Job], today: date) -> dict[str, str]:
    """Whom a reminder would reach, who had one today, and whose mail could not be sent."""
    names = {m: m.user.get_full_name() for m in others}
    known = {m: mails[key] for m in others if (key := key_of(m, today)) in mails}
    failed = [names[m] for m, job in known.items() if job.state == Job.State.FAILED]
    had = [names[m] for m in known if names[m] not in failed]
    return {
        "remind": ", ".join(names[m] for m in others if m not in known) if can(member, Permission.OPEN_CYCLE) else "",
        "reminded": _("Reminded today: %(names)s") % {"names": ", ".join(had)} if had else "",
        "unsent": _("The mail could not be sent: %(names)s") % {"names": ", ".join(failed)} if failed else "",
    }


def state_of(s: Any) -> str:
    """The state of a submission from `selectors.board` as people speak of it, see `states`."""
    if s.state == Submission.State.SUBMITTED:
        return "accepted" if s.accepted_at else "handed_in"
    if s.state == Submission.State.RETURNED:
        return "returned"
    return "in_progress" if s.last_saved else "not_started"


def days_left(last: date, today: date) -> str:
    days = (last - today).days
    if days < 0:
        return ngettext("Over since yesterday", "Over for %(n)d days", -days) % {"n": -days}
    if days == 0:
        return _("Today is the last day")
    return ngettext("One day left", "%(n)d days left", days) % {"n": days}


def _counts(cycle: Cycle, sites: list[dict[str, Any]]) -> dict[str, Any]:
    handed_in = sum(row["state"] in ("handed_in", "accepted") for row in sites)
    wanted = math.ceil(cycle.response_target_pct * len(sites) / 100)
    left = wanted - handed_in
    aim = {"pct": cycle.response_target_pct, "n": left}
    if left > 0:
        text = ngettext(
            "The aim is %(pct)d %%: one more is needed.", "The aim is %(pct)d %%: %(n)d more are needed.", left
        )
    else:
        text = _("The aim of %(pct)d %% is reached.")
    return {"sites": len(sites), "submitted": handed_in, "wanted": wanted, "aim": text % aim if sites else ""}


def _choices(name: str, label: str, options: dict[str, str], chosen: str) -> dict[str, Any]:
    rows = [{"value": value, "label": text, "selected": value == chosen} for value, text in options.items()]
    return {"name": name, "label": label, "options": rows}


def sentence(step: CycleStep) -> dict[str, Any]:
    """One line of the history: when, and what was decided by whom, because of what."""
    kind, about, why = step.kind, step.submission is not None, bool(step.reason)
    texts = {
        ("opened", False, False): _("%(who)s opened the cycle."),
        ("extended", False, False): _("%(who)s moved the last day to %(day)s."),
        ("extended", False, True): _("%(who)s moved the last day to %(day)s, because: “%(reason)s”"),
        ("extended", True, False): _("%(who)s gave %(site)s time until %(day)s."),
        ("extended", True, True): _("%(who)s gave %(site)s time until %(day)s, because: “%(reason)s”"),
        ("closed", False, False): _("%(who)s closed the cycle."),
        ("reopened", False, True): _("%(who)s reopened the cycle until %(day)s, because: “%(reason)s”"),
        ("archived", False, False): _("%(who)s archived the cycle."),
        ("site_added", True, False): _("%(who)s added %(site)s."),
    }
    site = step.submission.site if step.submission else None
    values = {
        "who": step.by.get_full_name() if step.by else _("Somebody"),
        "day": formats.date_format(step.closes_on) if step.closes_on else "",
        "site": site.name if site else _("the enterprise self-assessment"),
        "reason": step.reason,
    }
    return {"at": step.created_at, "text": texts[kind, about, why] % values}
