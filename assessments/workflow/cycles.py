"""The life of a cycle: drafted, opened, extended, closed, reopened, archived. Each decision is a step people can read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from assessments import pipeline, publishing, selectors
from assessments.catalogue import ENTERPRISE, SITE
from assessments.models import Cycle, CycleSite, CycleStep, Questionnaire, Submission
from assessments.models.cycles import FIRST_DAY, LAST_DAY
from assessments.workflow.refusals import Refused
from benchmarks.models import Dataset
from opmodel.organisations import clock
from opmodel.organisations.models import Member, Organisation, Site
from opmodel.organisations.permissions import Permission, can

State: Any = Cycle.State
Kind: Any = CycleStep.Kind


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a cycle is about; `questionnaire` None stands for the version published last."""

    name: str
    opens_on: date
    closes_on: date
    sites: Sequence[Site]
    dataset: Dataset | None = None
    questionnaire: Questionnaire | None = None
    target_level: Decimal | None = None
    response_target_pct: int = 100
    prefill_from: Cycle | None = None
    reminders: bool = True


@transaction.atomic
def draft_cycle(*, by: Member, **terms: Any) -> Cycle:
    """Prepare a cycle that nobody is asked in yet; `terms` are those of `Terms`; raises Refused."""
    _decides(by)
    wanted = Terms(**terms)
    cycle = Cycle.objects.create(organisation_id=by.organisation_id, state=State.DRAFT, **_columns(by, wanted))
    _invite(cycle, wanted.sites)
    return cycle


@transaction.atomic
def edit_draft(*, by: Member, cycle: Cycle, **terms: Any) -> Cycle:
    """Change what a draft is about; raises Refused, also when it was opened in the meantime."""
    found, wanted = _locked(by, cycle, State.DRAFT), Terms(**terms)
    for name, value in _columns(by, wanted, found).items():
        setattr(found, name, value)
    found.save()
    CycleSite.objects.filter(cycle=found).exclude(site__in=wanted.sites).delete()
    kept = set(CycleSite.objects.filter(cycle=found).values_list("site_id", flat=True))
    _invite(found, [site for site in wanted.sites if site.pk not in kept])
    return found


@transaction.atomic
def open_draft(*, by: Member, cycle: Cycle) -> Cycle:
    """Open a draft: the enterprise and every invited site get a survey; raises Refused."""
    found = _locked(by, cycle, State.DRAFT)
    sites = selectors.invited_sites(found)
    if not sites:
        raise Refused(_("Choose at least one site before you open the cycle."), field="sites")
    if found.closes_on < clock.today(by.organisation):
        raise Refused(_("The last day lies in the past: nobody could answer."), field="closes_on")
    _start(by, found, sites)
    return found


@transaction.atomic
def open_cycle(*, by: Member, **terms: Any) -> Cycle:
    """Draft a cycle and open it at once; `terms` are those of `Terms`; raises Refused."""
    cycle = draft_cycle(by=by, **terms)
    _start(by, cycle, terms["sites"])
    return cycle


@transaction.atomic
def discard_draft(*, by: Member, cycle: Cycle) -> None:
    """Throw a draft away; nobody was asked yet."""
    _locked(by, cycle, State.DRAFT).delete()


@transaction.atomic
def add_sites(*, by: Member, cycle: Cycle, sites: Sequence[Site]) -> list[Submission]:
    """Ask more sites in an open cycle; raises Refused when one is asked already."""
    found = _locked(by, cycle, State.OPEN)
    asked = {site.pk for site in selectors.invited_sites(found)}
    for site in sites:
        if site.pk in asked:
            raise Refused(_("“%(site)s” is asked in this cycle already.") % {"site": site.name}, field="sites")
    _invite(found, sites)
    made = _surveys(found, [(SITE, site) for site in sites])
    for submission in made:
        _note(by, found, Kind.SITE_ADDED, submission=submission)
    if selectors.submitted(found.pk):
        pipeline.enqueue_network(found, by=by.user_id)  # the weight of every site is another one now
    return made


@transaction.atomic
def extend_cycle(*, by: Member, cycle: Cycle, closes_on: date, reason: str = "") -> Cycle:
    """Give everybody more time; raises Refused when the new last day is not later than today and the old one."""
    found = _locked(by, cycle, State.OPEN)
    _later(by, closes_on, found.closes_on)
    return _move(by, found, Kind.EXTENDED, closes_on, reason)


@transaction.atomic
def extend_submission(
    *, by: Member, submission: Submission, closes_on: date | None = None, days: int = 7, reason: str = ""
) -> Submission:
    """Give one survey more time: until a day, or `days` from its last day (from today when that is over)."""
    _decides(by)
    # The survey first, then its cycle: the order in which whoever saves an answer meets them.
    found: Submission = selectors.submissions(by).select_for_update(of=("self",), no_key=True).get(pk=submission.pk)
    found.cycle = cycle = _locked(by, submission.cycle, State.OPEN)
    if found.state not in Submission.EDITABLE:
        raise Refused(_("This survey was submitted already; it needs no more time."), status=409)
    wanted = closes_on or max(found.closes_on, clock.today(by.organisation)) + timedelta(days=days)
    _later(by, wanted, found.closes_on)
    found.extended_to = wanted
    found.save(update_fields=["extended_to"])
    _note(by, cycle, Kind.EXTENDED, submission=found, closes_on=wanted, reason=reason)
    return found


@transaction.atomic
def close_cycle(*, by: Member, cycle: Cycle) -> None:
    """End a cycle: no more answers; results stay. Savers who are at it finish first."""
    _become(by, _locked(by, cycle, State.OPEN), State.CLOSED, Kind.CLOSED)


@transaction.atomic
def reopen_cycle(*, by: Member, cycle: Cycle, closes_on: date, reason: str) -> Cycle:
    """Take answers again until a new last day, and say why; what was submitted stays submitted."""
    found = _locked(by, cycle, State.CLOSED)
    if not reason.strip():
        raise Refused(_("Say in a few words why the cycle is opened again."), field="reason")
    if closes_on < clock.today(by.organisation):
        raise Refused(_("The last day lies in the past: nobody could answer."), field="closes_on")
    found.state = State.OPEN
    return _move(by, found, Kind.REOPENED, closes_on, reason)


@transaction.atomic
def archive_cycle(*, by: Member, cycle: Cycle) -> None:
    """Put a closed cycle away: it leaves the list and stays readable."""
    _become(by, _locked(by, cycle, State.CLOSED), State.ARCHIVED, Kind.ARCHIVED)


@transaction.atomic
def switch_reminders(*, by: Member, cycle: Cycle, on: bool) -> None:
    """Turn the reminders by schedule of an open cycle on or off."""
    found = _locked(by, cycle, State.OPEN)
    found.reminders = on
    found.save(update_fields=["reminders"])


@transaction.atomic
def show_peers_to_plants(*, by: Member, cycle: Cycle, on: bool) -> None:
    """Let plant managers see what is published of the peers beside their own plant in this cycle, or no longer."""
    found = _locked(by, cycle, State.OPEN, State.CLOSED)
    found.peers_for_plants = on
    found.save(update_fields=["peers_for_plants"])


def _columns(by: Member, terms: Terms, cycle: Cycle | None = None) -> dict[str, Any]:
    """The columns of a cycle from its terms; raises Refused naming the field."""
    if terms.opens_on < FIRST_DAY or terms.closes_on > LAST_DAY:
        raise Refused(_("The days of a cycle lie between 2000 and 2199."), field="closes_on")
    if terms.closes_on < terms.opens_on:
        raise Refused(_("The last day must not lie before the first day."), field="closes_on")
    # Two who open a cycle of one name at once: the second waits here, and then finds the name taken.
    Organisation.objects.select_for_update(no_key=True).get(pk=by.organisation_id)
    others = selectors.cycles(by).exclude(pk=cycle.pk if cycle else None)
    if others.filter(name=terms.name).exists():
        raise Refused(_("A cycle with this name exists already; choose another name."), field="name")
    past = terms.prefill_from
    if past and not others.filter(pk=past.pk).exclude(state=State.DRAFT).exists():
        raise Refused(_("Answers are carried over from an earlier cycle of your own."), field="prefill_from")
    questionnaire = terms.questionnaire or publishing.latest_questionnaire()
    if questionnaire is None:
        raise Refused(_("No questionnaire is published yet. The operator runs load_content once."))
    if questionnaire.published_at is None:
        raise Refused(_("This version of the questionnaire is not published."), field="questionnaire")
    return {
        "name": terms.name,
        "opens_on": terms.opens_on,
        "closes_on": terms.closes_on,
        "dataset": terms.dataset,
        "questionnaire": questionnaire,
        "target_level": terms.target_level,
        "response_target_pct": terms.response_target_pct,
        "prefill_from": past,
        "reminders": terms.reminders,
    }


def _decides(by: Member) -> None:
    if not can(by, Permission.OPEN_CYCLE):
        raise Refused(_("Only the CSCO decides about a cycle."), status=403)


def _locked(by: Member, cycle: Cycle, *states: str) -> Cycle:
    """The cycle, locked for this transaction and in a state the step starts from; raises Refused."""
    _decides(by)
    found: Cycle | None = selectors.cycles(by).select_for_update(no_key=True).filter(pk=cycle.pk).first()
    if found is None:
        raise Refused(_("The draft is gone."), status=404)
    if found.state not in states:
        text = _("The state of “%(name)s” is “%(state)s” by now, so this cannot be done. Nothing was changed.")
        raise Refused(text % {"name": found.name, "state": found.get_state_display()}, status=409)
    return found


def _later(by: Member, wanted: date, last: date) -> None:
    if wanted > LAST_DAY:
        raise Refused(_("The days of a cycle lie between 2000 and 2199."), field="closes_on")
    if wanted <= clock.today(by.organisation) or wanted <= last:
        raise Refused(_("Choose a day later than today and than the last day so far."), field="closes_on")


def _invite(cycle: Cycle, sites: Sequence[Site]) -> None:
    rows = (CycleSite(organisation_id=cycle.organisation_id, cycle=cycle, site=site) for site in sites)
    CycleSite.objects.bulk_create(rows)


def _surveys(cycle: Cycle, asked: Sequence[tuple[str, Site | None]]) -> list[Submission]:
    own = {"organisation_id": cycle.organisation_id, "cycle": cycle}
    return list(Submission.objects.bulk_create(Submission(**own, view=view, site=site) for view, site in asked))


def _start(by: Member, cycle: Cycle, sites: Sequence[Site]) -> None:
    _surveys(cycle, [(ENTERPRISE, None), *((SITE, site) for site in sites)])
    _become(by, cycle, State.OPEN, Kind.OPENED)


def _become(by: Member, cycle: Cycle, state: str, kind: str) -> None:
    cycle.state = state
    cycle.save(update_fields=["state"])
    _note(by, cycle, kind, closes_on=cycle.closes_on if kind == Kind.OPENED else None)


def _move(by: Member, cycle: Cycle, kind: str, closes_on: date, reason: str) -> Cycle:
    if closes_on < cycle.opens_on or closes_on > LAST_DAY:
        raise Refused(_("The last day must not lie before the first day."), field="closes_on")
    cycle.closes_on = closes_on
    cycle.save(update_fields=["state", "closes_on"])
    _note(by, cycle, kind, closes_on=closes_on, reason=reason)
    return cycle


def _note(
    by: Member,
    cycle: Cycle,
    kind: str,
    submission: Submission | None = None,
    closes_on: date | None = None,
    reason: str = "",
) -> None:
    if len(reason) > 500:
        raise Refused(_("A reason has at most 500 characters."), field="reason")
    CycleStep.objects.create(
        organisation_id=by.organisation_id,
        cycle=cycle,
        submission=submission,
        kind=kind,
        closes_on=closes_on,
        reason=reason.strip(),
        by_id=by.user_id,
    )
