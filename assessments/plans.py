"""Reads of plans: which actions a member sees and may carry out, and what a plan says together with what came after it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from assessments import planning, publishing, selectors
from assessments.catalogue import ENTERPRISE, Action
from assessments.catalogue import Questionnaire as Catalogue
from assessments.models import Cycle, Evidence, OwnerCapacity, Plan, PlannedAction, Result, Score, Submission
from benchmarks.statistics import half_up
from opmodel.organisations.models import Member, Site
from opmodel.organisations.permissions import Permission, can, roles_with

Status = PlannedAction.Status


def plans(member: Member) -> QuerySet[Plan]:
    """The plans of the organisation, newest cycle first."""
    rows = Plan.objects.filter(organisation_id=member.organisation_id)
    return rows.select_related("cycle", "result").order_by("-cycle__opens_on", "-cycle_id")


def actions(member: Member) -> QuerySet[PlannedAction]:
    """The planned actions a member may see.

    All for those who see the results; else the network's, those of the own sites, and the own.
    """
    rows = PlannedAction.objects.filter(organisation_id=member.organisation_id)
    rows = rows.select_related("site", "owner__user", "plan__cycle")
    if can(member, Permission.VIEW_RESULTS):
        return rows
    if not can(member, Permission.VIEW_PLAN):
        return rows.none()
    return rows.filter(Q(site__isnull=True) | Q(site_id__in=member.site_ids) | Q(owner=member))


def sees_scores(member: Member, planned: PlannedAction) -> bool:
    """Whether the scores an action is to lift are this member's to read: of the enterprise, or of the own site."""
    return can(member, Permission.VIEW_RESULTS) or planned.site_id in member.site_ids


def sees_report(member: Member, planned: PlannedAction) -> bool:
    """Whether notes, money and history of an action are this member's to read."""
    return sees_scores(member, planned) or planned.owner_id == member.pk


def may_carry_out(member: Member, planned: PlannedAction) -> bool:
    """Whether this member may report on an action: whoever plans, and its owner."""
    if can(member, Permission.PLAN):
        return True
    return can(member, Permission.OWN_ACTIONS) and planned.owner_id == member.pk


def own_open(member: Member) -> list[PlannedAction]:
    """What this member has to carry out, soonest first; one query, none for roles that own nothing."""
    if not can(member, Permission.OWN_ACTIONS):
        return []
    rows = actions(member).filter(owner=member, status__in=PlannedAction.OPEN)
    return list(rows.order_by("due_on", "pk"))


def owners(organisation_id: int) -> QuerySet[Member]:
    """Who can own an action: active members whose role carries actions out, by name."""
    rows = Member.objects.filter(
        organisation_id=organisation_id, user__is_active=True, role__in=roles_with(Permission.OWN_ACTIONS)
    )
    return rows.select_related("user").order_by("user__name", "user__email")


def catalogue_of(plan: Plan) -> Catalogue:
    """The content of a plan in the reader's language."""
    return publishing.catalogue(plan.cycle.questionnaire_id)


def title_for(planned: PlannedAction, reader: Member) -> str:
    """What an action is called, for a mail that is drawn later in its reader's language."""
    language = reader.user.language or settings.LANGUAGE_CODE
    action = publishing.catalogue(planned.plan.cycle.questionnaire_id, language).action_by_code.get(planned.code)
    return str(action.title) if action else planned.code


def wave_by_action(catalogue: Catalogue) -> dict[str, int]:
    """The wave of each action of the content: the place of its horizon among the horizons, from 1."""
    horizons = list(catalogue.action_rules.horizons) if catalogue.action_rules else []
    return {a.code: horizons.index(a.horizon) + 1 for a in catalogue.actions}


def wave_names(catalogue: Catalogue) -> dict[int, str]:
    """What the waves are called: the horizons of the content, 1 to 4."""
    return dict(enumerate(catalogue.action_rules.horizons if catalogue.action_rules else (), 1))


NETWORK = None  # in place of the id of a site


class Done(NamedTuple):
    """An action that is done: its code, the id of the site or NETWORK, the id of the cycle whose plan it stands in."""

    code: str
    site: int | None
    cycle: int


def done_packed() -> ArraySubquery:
    """What `done_of` reads, as a column of a query of one organisation's rows: no statement of its own."""
    rows = PlannedAction.objects.filter(organisation_id=OuterRef("organisation_id"), status=Status.DONE).order_by("pk")
    return ArraySubquery(rows.values(done_row=JSONObject(code="code", site="site_id", cycle="plan__cycle_id")))


def done_of(result: Result) -> tuple[Done, ...]:
    """What the organisation of a result has done, in whichever plan.

    No statement where the result was read with it packed in, else one.
    """
    if hasattr(result, "done_packed"):
        return tuple(Done(**row) for row in result.done_packed)
    rows = PlannedAction.objects.filter(organisation_id=result.organisation_id, status=Status.DONE).order_by("pk")
    return tuple(Done(*row) for row in rows.values_list("code", "site_id", "plan__cycle_id"))


def done_codes(organisation_id: int, site: Site | None) -> set[str]:
    """The actions that are done, in whichever plan: those of the network, and those of this site. One query."""
    rows = PlannedAction.objects.filter(organisation_id=organisation_id, status=Status.DONE)
    mine = Q(site__isnull=True) | Q(site=site) if site else Q(site__isnull=True)
    return set(rows.filter(mine).values_list("code", flat=True))


def chosen_codes(cycle_id: int) -> set[str]:
    """The actions that a cycle's plan holds for the network. One query."""
    rows = PlannedAction.objects.filter(plan__cycle_id=cycle_id, site__isnull=True)
    return set(rows.values_list("code", flat=True))


def needs(catalogue: Catalogue, rows: Iterable[PlannedAction]) -> dict[int, list[PlannedAction]]:
    """By planned action: the planned ones it builds on, for the same site or for the network."""
    every = list(rows)
    at = {(row.plan_id, row.code, row.site_id): row for row in every}
    found: dict[int, list[PlannedAction]] = {}
    for row in every:
        action = catalogue.action_by_code.get(row.code)
        wanted = action.prerequisites if action else ()
        pairs = (at.get((row.plan_id, code, row.site_id)) or at.get((row.plan_id, code, None)) for code in wanted)
        found[row.pk] = [needed for needed in pairs if needed is not None]
    return found


def too_early(catalogue: Catalogue, rows: Iterable[PlannedAction]) -> dict[int, list[PlannedAction]]:
    """By planned action: those it builds on that are due only after it starts. Dropped actions wait for nobody."""
    live = {str(row.pk): row for row in rows if row.status != Status.DROPPED}
    built_on = needs(catalogue, live.values())
    steps = {
        key: planning.Step(
            row.starts_on, row.due_on, row.status == Status.DONE, tuple(str(n.pk) for n in built_on[row.pk])
        )
        for key, row in live.items()
    }
    found: dict[int, list[PlannedAction]] = {}
    for key, needed in planning.clashes(steps):
        found.setdefault(live[key].pk, []).append(live[needed])
    return found


def is_late(row: PlannedAction, today: date) -> bool:
    return row.status in PlannedAction.OPEN and row.due_on < today


def capacities(plan: Plan) -> dict[int, int]:
    """Days a month by member; one query."""
    return dict(OwnerCapacity.objects.filter(plan=plan).values_list("member_id", "days_per_month"))


def loads(rows: Iterable[PlannedAction]) -> dict[Member, dict[date, float]]:
    """Person-days of each owner by month, from what is still open, by name."""
    of_owner: dict[Member, list[tuple[date, date, int]]] = {}
    for row in rows:
        if row.owner is not None and row.status in PlannedAction.OPEN:
            of_owner.setdefault(row.owner, []).append((row.starts_on, row.due_on, row.effort_days))
    return {
        member: planning.load(of_owner[member]) for member in sorted(of_owner, key=lambda m: m.user.get_full_name())
    }


@dataclass(frozen=True)
class Outcome:
    """One measure the plan was to lift: before, projected and now, in levels; `now` None while nothing newer is scored."""

    dimension: str
    site: Site | None  # None: the enterprise
    before: float
    projected: float  # lift, when all planned actions are done
    projected_done: float  # the part of it from the actions that are done
    now: float | None
    actions: tuple[PlannedAction, ...]

    # As people see it: both sides rounded as they are shown, so that 1.7 and 2.3 are +0.6 apart.
    @property
    def realised(self) -> float | None:
        return None if self.now is None else shown_lift(self.before, self.now)

    @property
    def hoped(self) -> float:
        return shown_lift(self.before, self.before + self.projected)

    @property
    def hoped_done(self) -> float:
        return shown_lift(self.before, self.before + self.projected_done)


def shown_lift(before: float, after: float) -> float:
    """The difference of two levels as they are shown.

    >>> shown_lift(1.67, 2.33)
    0.6
    """
    return half_up(half_up(after) - half_up(before)) if after >= before else -shown_lift(after, before)


def outcomes(rows: Iterable[PlannedAction], now: Mapping[tuple[int | None, str], float]) -> list[Outcome]:
    """Projected lifts, frozen when the actions were chosen, beside the scores of the next cycle.

    `now` holds scores by (site id, dimension), None for the enterprise. Dropped actions promise nothing any more.
    """
    of_measure: dict[tuple[int | None, str], list[PlannedAction]] = {}
    for row in sorted(rows, key=lambda r: r.pk):
        if row.status != Status.DROPPED:
            for dimension in row.lift:
                of_measure.setdefault((row.site_id, dimension), []).append(row)
    return [
        Outcome(
            dimension=dimension,
            site=held[0].site,
            before=held[0].scores[dimension],
            projected=sum(r.lift[dimension] for r in held),
            projected_done=sum(r.lift[dimension] for r in held if r.status == Status.DONE),
            now=now.get((site_id, dimension)),
            actions=tuple(held),
        )
        for (site_id, dimension), held in of_measure.items()
    ]


@dataclass(frozen=True)
class Next:
    """The cycle after that of a plan, and its enterprise result once there is one."""

    cycle: Cycle
    submission: Submission | None
    result: Result | None


def next_cycle(plan: Plan) -> Next | None:
    """The first later cycle that is scored, else the next one that was opened; None without any. Three queries at most."""
    after = Q(opens_on__gt=plan.cycle.opens_on) | Q(opens_on=plan.cycle.opens_on, pk__gt=plan.cycle_id)
    later = Cycle.objects.filter(after, organisation_id=plan.organisation_id).exclude(state=Cycle.State.DRAFT)
    cycles = list(later.order_by("opens_on", "pk"))
    results = Result.objects.filter(selectors.CURRENT, submission__cycle__in=cycles, submission__view=ENTERPRISE)
    newest: dict[int, Result] = {}
    for result in results.select_related("submission").order_by("pk"):
        newest[result.submission.cycle_id] = result
    for cycle in cycles:
        if cycle.pk in newest:
            return Next(cycle, newest[cycle.pk].submission, newest[cycle.pk])
    return Next(cycles[0], None, None) if cycles else None


def scores_in(cycle: Cycle, dimensions: Iterable[str]) -> dict[tuple[int | None, str], float]:
    """Current scores of a cycle by (site id, dimension), None for the enterprise. One query."""
    rows = Score.objects.filter(
        result__submission__cycle=cycle,
        result__submission__state=Submission.State.SUBMITTED,
        result__revision=F("result__submission__revision"),
        measure__in=set(dimensions),
        point__isnull=False,
    )
    found = rows.order_by("result_id").values_list("result__submission__site_id", "measure", "point")
    return {(site, measure): point for site, measure, point in found}


def beside(member: Member, submission: Submission, dimension: str) -> list[PlannedAction]:
    """What the plan of an earlier cycle holds for a dimension that is being answered: for this view, as far as seen."""
    if not can(member, Permission.VIEW_PLAN):
        return []
    earlier = actions(member).filter(plan__cycle__opens_on__lt=submission.cycle.opens_on).exclude(status=Status.DROPPED)
    rows = list(earlier.filter(site_id=submission.site_id, lift__has_key=dimension).order_by("-plan__cycle__opens_on"))
    return [row for row in rows if row.plan_id == rows[0].plan_id]


def content(catalogue: Catalogue, row: PlannedAction) -> Action | None:
    """What the content says about a planned action."""
    return catalogue.action_by_code.get(row.code)


def shown_by(row: PlannedAction) -> list[Evidence]:
    """The pieces of evidence that show how far an action is; one query."""
    return list(Evidence.objects.filter(actionevidence__planned_action=row).select_related("file").order_by("id"))


def reason(row: PlannedAction, language: str) -> str:
    """Why it was chosen, in the reader's language or in the one there is."""
    said: dict[str, Any] = row.reasons
    return str(said.get(language) or next(iter(said.values()), ""))
