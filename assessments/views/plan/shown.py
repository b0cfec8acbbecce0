"""Planned actions as templates show them: rows, filters, what stands around every page of the plan."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from assessments import plan_words, plans
from assessments.catalogue import Questionnaire
from assessments.models import Plan, PlannedAction
from assessments.ranking import PRESETS, REFERENCES
from opmodel.organisations import clock
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import Permission, can

Status = PlannedAction.Status
MOST = 300  # rows of a page; more of them are found by the filters
PLACES = (("plan", lambda: _("List")), ("plan-board", lambda: _("Board")), ("plan-roadmap", lambda: _("Roadmap")), ("plan-progress", lambda: _("What came of it")))  # fmt: skip


@dataclass(frozen=True)
class Opened:
    """A plan as a member sees it, with the local day and who needs whom."""

    member: Member
    plan: Plan
    others: list[Plan]
    rows: list[PlannedAction]
    catalogue: Questionnaire
    today: date
    early: dict[int, list[PlannedAction]]


def opened(request: HttpRequest) -> Opened | None:
    """The plan of ?cycle=…, else the newest; None while there is none. Four statements."""
    every = list(plans.plans(request.member).select_related("cycle", "result__release__dataset"))
    wanted = request.GET.get("cycle")
    plan = next((p for p in every if not wanted or p.cycle.public_id == wanted), None)
    if plan is None:
        if wanted and every:
            raise Http404
        return None
    rows = list(plans.actions(request.member).filter(plan=plan))
    catalogue = plans.catalogue_of(plan)
    return Opened(
        request.member,
        plan,
        [p for p in every if p.pk != plan.pk],
        rows,
        catalogue,
        clock.today(request.member.organisation),
        plans.too_early(catalogue, rows),
    )


def frame(seen: Opened, place: str) -> dict[str, Any]:
    """What stands around every page of a plan."""
    plan, query = seen.plan, f"?cycle={seen.plan.cycle.public_id}"
    release = plan.result.release
    return {
        "cycle": plan.cycle.name,
        "query": query,
        "others": [{"name": p.cycle.name, "url": f"{reverse(place)}?cycle={p.cycle.public_id}"} for p in seen.others],
        "tabs": [{"label": label(), "url": reverse(name) + query, "current": name == place} for name, label in PLACES],
        "headline": plan_words.headline(seen.rows, seen.today),
        "may_plan": can(seen.member, Permission.PLAN),
        "sees_all": can(seen.member, Permission.VIEW_RESULTS),
        "priorities_url": reverse("dashboard-priorities") + query,
        "preset": PRESETS.get(plan.preset) or _("Own weights"),
        "reference": REFERENCES.get(plan.reference, plan.reference),
        "illustrative": plan.reference == "peers" and bool(release and release.dataset.illustrative),
    }


def row(seen: Opened, planned: PlannedAction) -> dict[str, Any]:
    """One planned action in a list, on the board and on the roadmap."""
    action = plans.content(seen.catalogue, planned)
    first = seen.catalogue.dimension_by_code[action.dimensions[0]] if action else None
    may = plans.may_carry_out(seen.member, planned)
    return {
        "code": planned.code,
        "public_id": planned.public_id,
        "title": action.title if action else planned.code,
        "component": first.component if first else "",
        "letter": first.component[:1] if first else "",
        "url": reverse("plan-action", args=[planned.public_id]),
        "owner": planned.owner.user.get_full_name() if planned.owner else "",
        "mine": planned.owner_id == seen.member.pk,
        "site": planned.site.name if planned.site else "",
        "wave": planned.wave,
        "starts_on": planned.starts_on,
        "due_on": planned.due_on,
        "done_on": planned.done_on,
        "status": planned.status,
        "status_label": planned.get_status_display(),
        "late": plans.is_late(planned, seen.today),
        "words": plan_words.lateness(planned, seen.early.get(planned.pk, ()), seen.catalogue, seen.today),
        "version": planned.version,
        "may_report": may,
        "may_drop": can(seen.member, Permission.PLAN),
        "start_url": reverse("plan-action-step", args=[planned.public_id, "start"]),
        "resume_url": reverse("plan-action-step", args=[planned.public_id, "resume"]),
    }


@dataclass(frozen=True)
class Filter:
    """One list of choices above a page: its name in the address, its label, (value, label) of what there is."""

    name: str
    label: str
    choices: list[tuple[str, str]]
    chosen: str


def filters(request: HttpRequest, seen: Opened) -> list[Filter]:
    """The filters with the values that occur in this plan."""
    waves = plans.wave_names(seen.catalogue)
    people = {r.owner.public_id: r.owner.user.get_full_name() for r in seen.rows if r.owner}
    places = {r.site.public_id: r.site.name for r in seen.rows if r.site}
    owners = [("none", _("Nobody yet"))] if any(r.owner is None for r in seen.rows) else []
    owners += sorted(people.items(), key=lambda pair: pair[1])
    sites = [("network", _("Whole network"))] if any(r.site is None for r in seen.rows) else []
    sites += sorted(places.items(), key=lambda pair: pair[1])
    late = [("late", _("Late"))] if any(plans.is_late(r, seen.today) for r in seen.rows) else []
    offered = (
        ("owner", _("Owner"), owners),
        ("site", _("Where"), sites),
        ("wave", _("Wave"), [(str(n), f"{n} · {name}") for n, name in waves.items()]),
        ("status", _("Status"), late + [(s.value, str(s.label)) for s in Status]),
        ("component", _("Component"), [(c.code, c.name) for c in seen.catalogue.components]),
    )
    return [Filter(name, label, choices, request.GET.get(name, "")) for name, label, choices in offered]


def matching(seen: Opened, chosen: Iterable[Filter]) -> list[PlannedAction]:
    """The rows that fit all filters; a value that is not offered fits none."""
    wanted = {f.name: f.chosen for f in chosen if f.chosen}

    def fits(planned: PlannedAction) -> bool:
        action = plans.content(seen.catalogue, planned)
        components = {seen.catalogue.dimension_by_code[d].component for d in action.dimensions} if action else set()
        is_what: dict[str, set[str]] = {
            "owner": {planned.owner.public_id if planned.owner else "none"},
            "site": {planned.site.public_id if planned.site else "network"},
            "wave": {str(planned.wave)},
            "status": {planned.status, "late" if plans.is_late(planned, seen.today) else planned.status},
            "component": components,
        }
        return all(value in is_what[name] for name, value in wanted.items())

    return [r for r in seen.rows if fits(r)]
