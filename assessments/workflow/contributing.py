"""Giving the scores of a cycle to the peers of this installation, and taking them back. Opt-in, one row, shown before it leaves."""

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from assessments import publishing, selectors
from assessments.contributing import offer
from assessments.models import Contribution, Cycle
from assessments.workflow.refusals import Refused
from benchmarks import contributions
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import Permission, can


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
    for key in _given(by).exclude(record_key=now.key).values_list("record_key", flat=True).distinct():
        _take_back(by, key)  # the operator has put the organisation into another legal group: one row, not two
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
    _take_back(by, locked.record_key)


def _given(by: Member) -> QuerySet[Contribution]:
    return Contribution.objects.filter(organisation_id=by.organisation_id, state=Contribution.State.GIVEN)


def _take_back(by: Member, key: str) -> None:
    """Another cycle's row of the same group is the same record: it goes too, and says so."""
    given = _given(by).filter(record_key=key)
    contributions.drop(key=key, rows=list(given.values_list("row", flat=True)))
    given.update(state=Contribution.State.WITHDRAWN, withdrawn_at=Now(), withdrawn_by_id=by.user_id)


def _may(by: Member) -> None:
    if not can(by, Permission.CONTRIBUTE):
        raise Refused(_("Your role does not decide about contributing to the peers."), status=403)
