"""Answering on behalf of a site: said before the first answer, with the reason; ended by either side."""

from django.db import transaction
from django.utils.translation import gettext as _

from assessments import selectors
from assessments.access import is_respondent
from assessments.catalogue import SITE
from assessments.models import StandIn, Submission
from assessments.workflow.answers import must_stay_open
from assessments.workflow.delegating import text
from assessments.workflow.refusals import Refused
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import Permission, can


@transaction.atomic
def stand_in(*, by: Member, submission: Submission, reason: str) -> StandIn:
    """From now on this member answers on behalf of the site, beside its plant manager; raises Refused."""
    if not can(by, Permission.ANSWER_ON_BEHALF):
        raise Refused(_("Your role does not answer on behalf of a site."), status=403)
    rows = selectors.submissions(by).select_for_update(of=("self",), no_key=True)
    locked = rows.filter(pk=submission.pk, view=SITE).first()
    if locked is None:
        raise Refused(_("Only the survey of a site is answered on somebody's behalf."))
    if locked.state not in Submission.EDITABLE:
        raise Refused(_("This was submitted already; answers can no longer be changed."), status=409)
    must_stay_open(by, locked)
    said = text(reason, 500, "reason")
    if not said:
        raise Refused(_("Say in a few words why you answer on behalf of this site."), field="reason")
    if StandIn.objects.filter(submission=locked, member=by).exists():
        raise Refused(_("You answer on behalf of this site already."), status=409)
    return StandIn.objects.create(organisation_id=by.organisation_id, submission=locked, member=by, reason=said)


@transaction.atomic
def end_stand_in(*, by: Member, standing_in: StandIn) -> None:
    """Whoever stands in stops, or the site takes its survey back; what was answered stays; raises Refused."""
    if standing_in.member_id != by.pk and not is_respondent(by, standing_in.submission):
        raise Refused(_("Only the plant manager, or whoever answers on behalf of the site, ends this."), status=403)
    deleted, _per_model = StandIn.objects.filter(pk=standing_in.pk).delete()
    if not deleted:
        raise Refused(_("This was ended already."), status=409)
