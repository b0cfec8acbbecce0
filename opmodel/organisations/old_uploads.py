"""Uploads wait for a decision: what is neither applied nor thrown away within a day is deleted."""

import logging
from datetime import datetime, timedelta

from opmodel.files import storage
from opmodel.files.models import StoredFile
from opmodel.jobs import queue
from opmodel.jobs.models import Job
from opmodel.organisations import clock
from opmodel.organisations.models import Organisation
from opmodel.organisations.tenancy import installation, tenant

log = logging.getLogger(__name__)
KEPT = timedelta(days=1)


@queue.duty("uploads", every=3600)
def forget_uploads(job: Job) -> None:
    """Once an hour: every organisation. One that fails does not keep the others waiting."""
    moment, failed = clock.now(), []
    with installation():
        organisations = list(Organisation.objects.order_by("pk").values_list("pk", flat=True))
    for place, organisation_id in enumerate(organisations):
        try:
            with tenant(organisation_id):
                forget_uploads_of(organisation_id=organisation_id, before=moment - KEPT)
        except Exception:
            log.exception("old uploads of organisation %s could not be deleted", organisation_id)
            failed.append(organisation_id)
        queue.report(job, 5 + 90 * (place + 1) // len(organisations))
    if failed:
        raise RuntimeError(f"old uploads could not be deleted for organisations {failed}")


def forget_uploads_of(*, organisation_id: int, before: datetime) -> int:
    """Delete the uploads of one organisation that are older, rows and bytes, inside its tenant. Gives how many."""
    old = StoredFile.objects.filter(organisation_id=organisation_id, kind=StoredFile.Kind.UPLOAD, created_at__lt=before)
    for key in old.values_list("storage_key", flat=True):
        storage.remove(key)
    return old.delete()[0]
