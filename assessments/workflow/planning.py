"""Plans: actions chosen from a ranking with what must come before, given owners and days, carried out or dropped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from assessments import insight, pipeline, planning, plans, priorities, publishing, selectors
from assessments.catalogue import ENTERPRISE
from assessments.catalogue import Questionnaire as Catalogue
from assessments.insight import Insight
from assessments.models import OwnerCapacity, Plan, PlannedAction, Result, Submission
from assessments.models.cycles import FIRST_DAY, LAST_DAY
from assessments.ranking import PRESETS, REFERENCES, RankedAction, Ranking, Weights, ranking_of
from assessments.workflow import letters
from assessments.workflow.delegating import text
from assessments.workflow.refusals import Conflict, Refused
from opmodel.organisations import clock
from opmodel.organisations.models import Member, Site
from opmodel.organisations.permissions import Permission, can

Status = PlannedAction.Status
REPORTED = ("notes", "benefit_realised", "shown_by")  # what an owner writes; the rest is the plan's
PLANNED = ("owner", "wave", "starts_on", "due_on", "effort_days", "benefit_expected", *REPORTED)


@dataclass(frozen=True)
class Chosen:
    """What choosing did: the new actions in their order, who came along for whom, and what was in the plan already."""

    plan: Plan
    made: list[PlannedAction]
    along: list[tuple[str, str]]  # code of a prerequisite, code of the action that needs it
    known: list[str]


@transaction.atomic
def choose_actions(
    *,
    by: Member,
    submission: Submission,
    codes: Sequence[str],
    preset: str,
    reference: str,
    site: Site | None = None,
    peers: str = "",
    own: Weights | None = None,
) -> Chosen:
    """Take ranked actions into the plan of their cycle, for the network or one site, unmet prerequisites first.

    The ranking is that of a preset, or of `own` weights.

    What the ranking says is frozen with them. The lock on the submission lets two people choose one after the other.
    Raises Refused.
    """
    _plans(by)
    locked = selectors.submissions(by).select_for_update(of=("self",), no_key=True).filter(pk=submission.pk).first()
    result = selectors.latest_result(locked) if locked else None
    if locked is None or locked.view != ENTERPRISE or result is None:
        raise Refused(_("Only a scored enterprise self-assessment gives actions to choose from."), status=409)
    if (preset not in PRESETS and own is None) or reference not in REFERENCES:
        raise Refused(_("Choose a weighting and a reference from the lists."), field="preset")
    if not codes:
        raise Refused(_("Choose at least one action."), field="codes")
    if site is not None and not selectors.sites(by).filter(pk=site.pk).exists():
        raise Refused(_("Choose a site from the list."), field="site")
    ranked = _in_every_language(locked, result, preset, reference, peers, own)
    first = ranked[publishing.ENGLISH]
    offered = {a.code: a for a in first[1].actions}
    for code in codes:
        if code not in offered:
            message = _("“%(code)s” is not among the ranked actions any more. Look at the priorities again.")
            raise Refused(message % {"code": code[:20]}, field="codes", status=409)
    plan = _plan_of(by, locked, result, first[1])
    there = set(PlannedAction.objects.filter(plan=plan, site=site).values_list("code", flat=True))
    everywhere = there | plans.chosen_codes(locked.cycle_id)
    scores = _scores(first[0], site)
    wanted, along = _with_what_is_needed(by, first[0].catalogue, codes, offered, scores, everywhere, site)
    fresh = [code for code in wanted if code not in there]
    if not fresh:
        raise Refused(_("All of these are in the plan already."), status=409)
    made = _make(by, plan, site, fresh, ranked, scores)
    return Chosen(
        plan, made, [(p, c) for p, c in along if p in fresh], [code for code in dict.fromkeys(codes) if code in there]
    )


def _in_every_language(
    submission: Submission, result: Result, preset: str, reference: str, peers: str, own: Weights | None
) -> dict[str, tuple[Insight, Ranking]]:
    """The ranking as readers of each language see it: its sentences are frozen."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            seen = insight.build(submission, result, peers)
            found[language] = seen, ranking_of(seen, preset, reference, own)
    return found


def _plan_of(by: Member, submission: Submission, result: Result, ranked: Ranking) -> Plan:
    plan, _new = Plan.objects.get_or_create(
        organisation_id=by.organisation_id,
        cycle_id=submission.cycle_id,
        defaults={
            "result": result,
            "preset": ranked.preset,
            "weights": list(ranked.weights),
            "reference": ranked.reference,
            "starts_on": clock.today(by.organisation),
            "made_by_id": by.user_id,
        },
    )
    return plan


def _scores(seen: Insight, site: Site | None) -> dict[str, float]:
    """Where the dimensions stand for whom the actions are: the enterprise's scores, or the site's own."""
    if site is None:
        return {v.code: v.score for v in seen.dimensions if v.score is not None}
    return {v.code: mark.score for v in seen.dimensions for mark in v.sites if mark.site_id == site.pk}


def _with_what_is_needed(
    by: Member,
    catalogue: Catalogue,
    codes: Sequence[str],
    offered: Mapping[str, RankedAction],
    scores: Mapping[str, float],
    planned: set[str],
    site: Site | None,
) -> tuple[list[str], list[tuple[str, str]]]:
    """The chosen codes in the order of the ranking, each after its unmet prerequisites; and which of those came along."""
    done = plans.done_codes(by.organisation_id, site) | planned
    wanted: dict[str, None] = {}
    along = []
    for code in sorted(codes, key=lambda c: offered[c].rank):
        for needed in priorities.with_prerequisites(catalogue, code, scores, done):
            if needed not in codes and needed not in wanted:
                along.append((needed, code))
            wanted[needed] = None
    return list(wanted), along


def _make(
    by: Member,
    plan: Plan,
    site: Site | None,
    fresh: Sequence[str],
    ranked: Mapping[str, tuple[Insight, Ranking]],
    scores: Mapping[str, float],
) -> list[PlannedAction]:
    """Write the actions with their days (after what they build on) and what the ranking said."""
    catalogue = ranked[publishing.ENGLISH][0].catalogue
    by_code, waves = catalogue.action_by_code, plans.wave_by_action(catalogue)
    actions = [by_code[code] for code in fresh]
    said = {
        language: {a.code: a for a in words.actions if a.code in fresh} for language, (_seen, words) in ranked.items()
    }
    held = list(PlannedAction.objects.filter(plan=plan).exclude(status=Status.DROPPED))
    standing = dict(scores)
    for row in held:
        if row.site_id == (site.pk if site else None):
            for dimension, lift in row.lift.items():
                standing[dimension] = standing.get(dimension, row.scores[dimension]) + lift
    lifts = planning.lifts(standing, actions, pipeline.current_method().priorities.lift_by_impact)
    ends = {row.code: row.due_on for row in held if row.site_id in (None, site.pk if site else None)}
    owner = _plant_manager(site) if site else None
    rows = []
    for action, lift in zip(actions, lifts, strict=True):
        waits = [ends[p] for p in action.prerequisites if p in ends]
        days = planning.slot(plan.starts_on, waves[action.code], max(waits, default=None))
        ends[action.code] = days.due_on
        rank = said[publishing.ENGLISH].get(action.code)
        rows.append(
            PlannedAction(
                organisation_id=by.organisation_id,
                plan=plan,
                code=action.code,
                site=site,
                owner=owner,
                wave=days.wave,
                starts_on=days.starts_on,
                due_on=days.due_on,
                effort_days=pipeline.current_method().priorities.effort_days[action.effort - 1],
                rank=rank and rank.rank,
                value=rank and rank.value,
                reasons={language: ranks[action.code].because for language, ranks in said.items() if rank},
                scores={d: scores[d] for d in action.dimensions if d in scores},
                lift=lift,
            )
        )
    return list(PlannedAction.objects.bulk_create(rows))


def _plant_manager(site: Site) -> Member | None:
    """Who owns what is planned for a site to begin with: its plant manager, where there is exactly one."""
    rows = list(plans.owners(site.organisation_id).filter(membersite__site=site)[:2])
    return rows[0] if len(rows) == 1 else None


@transaction.atomic
def change_action(*, by: Member, planned: PlannedAction, base_version: int | None, values: Mapping[str, Any]) -> None:
    """Write what is given of `PLANNED` (an owner: of `REPORTED`); raises Refused, or Conflict for a newer version."""
    row = _held(by, planned, base_version, values)
    allowed = PLANNED if can(by, Permission.PLAN) else REPORTED
    if not set(values) <= set(allowed):
        raise Refused(_("Owners report on their actions; days, owner and effort are set by whoever plans."), status=403)
    clean = dict(values)
    for name, longest in (("notes", 4000), ("shown_by", 1000)):
        if name in clean:
            clean[name] = text(clean[name], longest, name)
    _check(by, row, clean)
    before = row.owner_id
    _write(row, clean)
    if row.owner is not None and row.owner_id not in (before, by.pk):
        letters.action_given(by, row)


def _check(by: Member, row: PlannedAction, values: Mapping[str, Any]) -> None:
    starts, due = values.get("starts_on", row.starts_on), values.get("due_on", row.due_on)
    if not FIRST_DAY <= starts <= LAST_DAY or not FIRST_DAY <= due <= LAST_DAY:
        raise Refused(_("Choose a day within ten years from now."), field="due_on")
    if due < starts:
        raise Refused(_("The last day must not lie before the first day."), field="due_on")
    if not 1 <= values.get("wave", row.wave) <= len(planning.WAVE_ENDS):
        raise Refused(_("Choose a wave from the list."), field="wave")
    if not 0 <= values.get("effort_days", row.effort_days) <= 100_000:
        raise Refused(_("The effort is a whole number of person-days, 100,000 at most."), field="effort_days")
    if (values.get("benefit_expected") or 0) < 0:
        raise Refused(_("An expected benefit is not below 0."), field="benefit_expected")
    owner = values.get("owner")
    if owner is not None and not plans.owners(by.organisation_id).filter(pk=owner.pk).exists():
        raise Refused(_("Choose an owner from the list."), field="owner")
    if row.status == Status.DONE and not values.get("shown_by", row.shown_by):
        raise Refused(_("Say what shows that it is done."), field="shown_by")


@transaction.atomic
def start_action(*, by: Member, planned: PlannedAction, base_version: int | None) -> None:
    """Work has begun; raises Refused, Conflict."""
    row = _held(by, planned, base_version, {"status": Status.STARTED})
    if row.status != Status.PLANNED:
        raise _elsewhere(row)
    _write(row, {"status": Status.STARTED})


@transaction.atomic
def finish_action(
    *,
    by: Member,
    planned: PlannedAction,
    base_version: int | None,
    done_on: date | None,
    shown_by: str,
    benefit_realised: Any = None,
) -> None:
    """It is done, since when, and what shows it; raises Refused, Conflict."""
    mine = {"status": Status.DONE, "done_on": done_on, "shown_by": shown_by}
    row = _held(by, planned, base_version, mine)
    if row.status not in PlannedAction.OPEN:
        raise _elsewhere(row)
    today = clock.today(by.organisation)
    if done_on is None or not FIRST_DAY <= done_on <= today:
        raise Refused(_("Choose the day it was done, today or before."), field="done_on")
    said = text(shown_by, 1000, "shown_by")
    if not said:
        raise Refused(_("Say what shows that it is done."), field="shown_by")
    more = {} if benefit_realised is None else {"benefit_realised": benefit_realised}
    _write(row, {"status": Status.DONE, "done_on": done_on, "shown_by": said, **more})


@transaction.atomic
def drop_action(*, by: Member, planned: PlannedAction, base_version: int | None, reason: str) -> None:
    """It is not carried out after all, and why; it stays in the plan and can come back. Raises Refused, Conflict."""
    _plans(by)
    row = _held(by, planned, base_version, {"status": Status.DROPPED, "dropped_because": reason})
    if row.status not in PlannedAction.OPEN:
        raise _elsewhere(row)
    said = text(reason, 500, "dropped_because")
    if not said:
        raise Refused(_("Say in a few words why it is dropped."), field="dropped_because")
    _write(row, {"status": Status.DROPPED, "dropped_because": said})


@transaction.atomic
def resume_action(*, by: Member, planned: PlannedAction, base_version: int | None) -> None:
    """One step back: done is in work again, started and dropped are planned again. Raises Refused, Conflict."""
    row = _held(by, planned, base_version, {"status": Status.PLANNED})
    if row.status == Status.PLANNED:
        raise _elsewhere(row)
    if row.status == Status.DROPPED:
        _plans(by)
    back = Status.STARTED if row.status == Status.DONE else Status.PLANNED
    _write(row, {"status": back, "done_on": None, "dropped_because": ""})


@transaction.atomic
def remove_action(*, by: Member, planned: PlannedAction, base_version: int | None) -> None:
    """Take out what was never begun, as if it had not been chosen; raises Refused, Conflict."""
    _plans(by)
    row = _held(by, planned, base_version, {})
    if row.status != Status.PLANNED:
        raise Refused(_("It was begun already. Drop it and say why, so that the plan remembers it."), status=409)
    row.delete()


@transaction.atomic
def set_capacity(*, by: Member, plan: Plan, days: Mapping[Member, int | None]) -> None:
    """How many person-days a month owners can give; None takes the figure away. Raises Refused."""
    _plans(by)
    for member, given in days.items():
        if given is not None and not 0 <= given <= 1000:
            raise Refused(_("Days a month are a whole number from 0 to 1000."), field=member.public_id)
    kept = {member: given for member, given in days.items() if given is not None}
    own = {"organisation_id": by.organisation_id, "plan": plan}
    OwnerCapacity.objects.filter(plan=plan, member__in=[m for m in days if m not in kept]).delete()
    for member, given in kept.items():
        OwnerCapacity.objects.update_or_create(**own, member=member, defaults={"days_per_month": given})


def _held(by: Member, planned: PlannedAction, base_version: int | None, mine: Mapping[str, Any]) -> PlannedAction:
    """The action, locked, as this member may report on it, in the version that was seen; raises Refused, Conflict."""
    row = reported(by, planned)
    if base_version is None:
        raise Refused(_("The form is incomplete. Open the action again."), field="base_version")
    if row.version != base_version:
        raise Conflict(dict(mine), row)
    return row


def reported(by: Member, planned: PlannedAction) -> PlannedAction:
    """The action, locked, if this member may report on it; raises Refused."""
    row: PlannedAction | None = plans.actions(by).select_for_update(of=("self",)).filter(pk=planned.pk).first()
    if row is None:
        raise Refused(_("This action is no longer in the plan."), status=409)
    if not plans.may_carry_out(by, row):
        raise Refused(_("Only its owner and whoever plans report on an action."), status=403)
    return row


def _write(row: PlannedAction, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    row.save(update_fields=[*values, "version"])


def _plans(by: Member) -> None:
    if not can(by, Permission.PLAN):
        raise Refused(_("Only the CSCO decides what is in the plan."), status=403)


def _elsewhere(row: PlannedAction) -> Refused:
    """Somebody was faster, or the button was pressed twice."""
    sentences = {
        Status.PLANNED: _("This is planned and was not begun yet."),
        Status.STARTED: _("This was started already."),
        Status.DONE: _("This is done already."),
        Status.DROPPED: _("This was dropped in the meantime."),
    }
    return Refused(sentences[Status(row.status)], status=409)
