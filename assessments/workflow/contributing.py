"""Giving the scores of a cycle to the peers of this installation, and taking them back. Opt-in, one row, shown before it leaves."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from assessments import publishing, selectors
from assessments.catalogue import ENTERPRISE
from assessments.models import Contribution, Cycle, Result, Submission
from assessments.workflow.refusals import Refused
from benchmarks import contributions
from benchmarks.settings import method_section, segments
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import Permission, can


@dataclass(frozen=True)
class Offer:
    """The row as it would leave now, and what still stands in the way; `row` is None before there is a result."""

    key: str
    row: contributions.Row | None
    measures: tuple[str, ...]
    obstacles: tuple[str, ...]


def offer(cycle: Cycle) -> Offer:
    """What contributing would send, and why it cannot be sent yet."""
    organisation = cycle.organisation
    catalogue = publishing.catalogue(cycle.questionnaire_id)
    key = contributions.key_of(organisation.legal_group or organisation.public_id)
    obstacles = []
    if organisation.is_demo:
        obstacles.append(_("This is a demo organisation; its answers are made up."))
    if organisation.verified_at is None:
        obstacles.append(_("The operator of this installation has not verified your organisation yet."))
    submission = Submission.objects.filter(cycle=cycle, view=ENTERPRISE).select_related("cycle").first()
    result = selectors.latest_result(submission) if submission else None
    if submission is None or submission.state != Submission.State.SUBMITTED or result is None:
        obstacles.append(_("The enterprise self-assessment of this cycle is not submitted and scored yet."))
        return Offer(key, None, catalogue.measures, tuple(obstacles))
    if result.revision != submission.revision:
        obstacles.append(_("The answers were changed; the new scores are being calculated."))
    row = _row(submission, result)
    if missing := contributions.missing_segments(row, segments()):
        names = {
            "industry": _("industry"), "region": _("region"), "size_band": _("employees"), "process_type": _("process type"),
        }  # fmt: skip
        obstacles.append(
            _("The enterprise profile lacks: %(what)s.") % {"what": ", ".join(names[name] for name in missing)}
        )
    needed = int(method_section().min_completion * 100)
    if row.completion < needed * 10:
        obstacles.append(
            _("%(share)s %% of the questions are answered; %(needed)s %% are needed.")
            % {"share": row.completion // 10, "needed": needed}
        )
    if row.scores[catalogue.measures.index("OVERALL")] is None:
        obstacles.append(_("There is no overall score: too much is unanswered in a component."))
    return Offer(key, row, catalogue.measures, tuple(obstacles))


def _row(submission: Submission, result: Result) -> contributions.Row:
    catalogue = publishing.catalogue(submission.cycle.questionnaire_id)
    points = dict(result.scores.values_list("measure", "point"))
    progress = selectors.progress(submission, catalogue.questions_of(ENTERPRISE))
    organisation = submission.cycle.organisation
    known = result.segments or organisation.segments
    assert submission.submitted_at is not None
    return contributions.Row(
        **{name: str(known.get(name, "")) for name in contributions.SEGMENTS},
        submitted_on=submission.submitted_at.date().isoformat(),
        completion=1000 * progress.answered // progress.total if progress.total else 0,
        scores=tuple(_thousandths(points.get(m)) for m in catalogue.measures),
    )


def _thousandths(point: float | None) -> int | None:
    return None if point is None else int((Decimal(repr(point)) * 1000).to_integral_value(ROUND_HALF_UP))


@transaction.atomic
def contribute(*, by: Member, cycle: Cycle, seen: str) -> Contribution:
    """Send the row whose digest was shown (`seen`); raises Refused, also when it has changed since."""
    _may(by)
    cycle = selectors.cycles(by).select_for_update(of=("self",), no_key=True).get(pk=cycle.pk)
    now = offer(cycle)
    if now.obstacles or now.row is None:
        raise Refused(" ".join(now.obstacles), status=409)
    if now.row.digest != seen:
        raise Refused(_("Your scores have changed since this page was shown. Look at the row again."), status=409)
    catalogue = publishing.catalogue(cycle.questionnaire_id)
    try:
        contributions.take(key=now.key, row=now.row, measures=now.measures, families=catalogue.families)
    except contributions.NotTaken as error:
        raise Refused(
            _("The peers of this installation hold other measures than this questionnaire; ask the benchmark steward."),
            status=409,
        ) from error
    made, _new = Contribution.objects.update_or_create(
        organisation_id=by.organisation_id,
        cycle=cycle,
        defaults={
            "state": Contribution.State.GIVEN, "record_key": now.key, "row": now.row.as_json(),
            "given_by_id": by.user_id, "given_at": Now(), "withdrawn_at": None, "withdrawn_by": None,
        },
    )  # fmt: skip
    return made


@transaction.atomic
def withdraw_contribution(*, by: Member, contribution: Contribution) -> None:
    """Take the row back: it leaves the peer records now and every release to come; raises Refused."""
    _may(by)
    locked = Contribution.objects.select_for_update().get(pk=contribution.pk)
    if locked.state != Contribution.State.GIVEN:
        raise Refused(_("This was withdrawn already."), status=409)
    contributions.drop(key=locked.record_key)
    # Another cycle's row of the same group is the same record: it goes too, and says so.
    Contribution.objects.filter(
        organisation_id=by.organisation_id, record_key=locked.record_key, state=Contribution.State.GIVEN
    ).update(state=Contribution.State.WITHDRAWN, withdrawn_at=Now(), withdrawn_by_id=by.user_id)


def _may(by: Member) -> None:
    if not can(by, Permission.CONTRIBUTE):
        raise Refused(_("Your role does not decide about contributing to the peers."), status=403)
