"""The organisation's own judgement of how far its dimensions serve its objectives, and back to the content's."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from assessments import alignment
from assessments.catalogue import Questionnaire
from assessments.models import OwnRelevance
from assessments.workflow.refusals import Refused
from opmodel.organisations.models import Member, Organisation
from opmodel.organisations.permissions import Permission, can

Cell = tuple[str, str]  # dimension, objective


@transaction.atomic
def judge_relevance(
    *, by: Member, catalogue: Questionnaire, component: str, levels: Mapping[Cell, int], seen: str
) -> int:
    """Replace the own judgement of one component's dimensions; returns how many cells differ from the content now.

    `levels` must hold every cell of the component, `seen` is the fingerprint the form was made with. Raises Refused: no
    right, a cell that is missing or off the scale, or somebody else's change in the meantime (409).
    """
    _may(by)
    dimensions = tuple(d.code for d in catalogue.component_by_code[component].dimensions)
    wanted = {(d, o) for d in dimensions for o in catalogue.objectives}
    if set(levels) != wanted or not all(level in alignment.LEVELS for level in levels.values()):
        raise Refused(_("Every cell needs a whole number from 0 to 3. Nothing was saved."), field="levels")
    _lock(by)
    before = alignment.relevance_of(by.organisation_id, catalogue)
    if alignment.fingerprint(before, dimensions) != seen:
        text = _("Somebody changed these cells in the meantime. Look at them again; nothing was saved.")
        raise Refused(text, status=409)
    rows = OwnRelevance.objects.filter(organisation_id=by.organisation_id)
    known = {(row.dimension, row.objective): row for row in rows.filter(dimension__in=dimensions)}
    kept = alignment.laid_over(catalogue, levels).own
    rows.filter(pk__in=[row.pk for cell, row in known.items() if cell not in kept]).delete()
    for cell in kept:
        if cell not in known:
            known[cell] = OwnRelevance(organisation_id=by.organisation_id, dimension=cell[0], objective=cell[1])
        if known[cell].level != levels[cell]:
            known[cell].level, known[cell].judged_by = levels[cell], by.user
            known[cell].save()
    return len(kept)


@transaction.atomic
def reset_relevance(*, by: Member) -> int:
    """Take the whole matrix back to the content's; returns how many cells that changed. Raises Refused without the right."""
    _may(by)
    _lock(by)
    return OwnRelevance.objects.filter(organisation_id=by.organisation_id).delete()[0]


def _may(by: Member) -> None:
    if not can(by, Permission.JUDGE_RELEVANCE):
        raise Refused(_("Your role does not change the alignment map."), status=403)


def _lock(by: Member) -> None:
    # NO KEY: whoever saves an answer meanwhile refers to the organisation and must not wait.
    Organisation.objects.select_for_update(no_key=True).get(pk=by.organisation_id)
