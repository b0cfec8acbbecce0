"""The life of a cycle: opened, closed."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from assessments import publishing
from assessments.catalogue import ENTERPRISE, SITE
from assessments.models import Cycle, CycleSite, Submission
from assessments.models.cycles import FIRST_DAY, LAST_DAY
from assessments.workflow.refusals import Refused
from benchmarks.models import Dataset
from opmodel.organisations.models import Member, Site
from opmodel.organisations.permissions import Permission, can


@transaction.atomic
def open_cycle(
    *, by: Member, name: str, opens_on: date, closes_on: date, sites: list[Site], dataset: Dataset | None
) -> Cycle:
    """Open a cycle with one enterprise submission and one per site; raises Refused."""
    if not can(by, Permission.OPEN_CYCLE):
        raise Refused(_("Only the CSCO opens a cycle."), status=403)
    if opens_on < FIRST_DAY or closes_on > LAST_DAY:
        raise Refused(_("The days of a cycle lie between 2000 and 2199."), field="closes_on")
    if closes_on < opens_on:
        raise Refused(_("The last day must not lie before the first day."), field="closes_on")
    if Cycle.objects.filter(organisation_id=by.organisation_id, name=name).exists():
        raise Refused(_("A cycle with this name exists already; choose another name."), field="name")
    questionnaire = publishing.latest_questionnaire()
    if questionnaire is None:
        raise Refused(_("No questionnaire is published yet. The operator runs load_content once."))
    cycle = Cycle.objects.create(
        organisation_id=by.organisation_id,
        name=name,
        questionnaire=questionnaire,
        dataset=dataset,
        opens_on=opens_on,
        closes_on=closes_on,
    )
    own = {"organisation_id": by.organisation_id, "cycle": cycle}
    CycleSite.objects.bulk_create(CycleSite(**own, site=site) for site in sites)
    Submission.objects.bulk_create(
        [Submission(**own, view=ENTERPRISE), *(Submission(**own, view=SITE, site=site) for site in sites)]
    )
    return cycle


@transaction.atomic
def close_cycle(*, by: Member, cycle: Cycle) -> None:
    """End a cycle: no more answers; results stay."""
    if not can(by, Permission.OPEN_CYCLE):
        raise Refused(_("Only the CSCO closes a cycle."), status=403)
    Cycle.objects.filter(pk=cycle.pk, organisation_id=by.organisation_id).update(state=Cycle.State.CLOSED)
