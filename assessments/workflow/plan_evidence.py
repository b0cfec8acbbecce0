"""What shows how far a planned action is: evidence like that of answers, of its site or of the enterprise."""

from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from assessments.models import ActionEvidence, Evidence, PlannedAction
from assessments.workflow.evidence import MOST, file_values, inspect, link_values
from assessments.workflow.planning import reported
from assessments.workflow.refusals import Refused
from opmodel.organisations.models import Member


@transaction.atomic
def show_action(
    *, by: Member, planned: PlannedAction, title: str, grade: str, url: str = "", upload: File | None = None
) -> Evidence:
    """Add a file or an address to an action, one at a time; raises Refused."""
    if (upload is None) == (not url.strip()):
        raise Refused(_("Choose a file or enter an address, one at a time."), field="file")
    checked = inspect(upload) if upload is not None else None  # before the lock: a large file takes its time
    row = reported(by, planned)
    if ActionEvidence.objects.filter(planned_action=row).count() >= MOST:
        message = _("An action is shown by at most %(most)s pieces of evidence.") % {"most": MOST}
        raise Refused(message, field="file", status=409)
    values = file_values(by, checked, title, grade) if checked is not None else link_values(title, grade, url)
    own = {"organisation_id": by.organisation_id, "site_id": row.site_id, "added_by_id": by.user_id}
    evidence: Evidence = Evidence.objects.create(**own, **values)
    ActionEvidence.objects.create(organisation_id=by.organisation_id, planned_action=row, evidence=evidence)
    return evidence


@transaction.atomic
def unshow_action(*, by: Member, planned: PlannedAction, evidence: Evidence) -> None:
    """Take a piece of evidence away from an action; the piece itself stays. Raises Refused."""
    row = reported(by, planned)
    ActionEvidence.objects.filter(planned_action=row, evidence=evidence).delete()
