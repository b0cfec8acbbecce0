"""Reports: asked for, made by a job, tried again, handed out, and let go after a while."""

import hashlib
import io
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pghistory
from django.core.files.base import File
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from assessments import reports
from assessments.catalogue import ENTERPRISE
from assessments.models import Report, Submission
from assessments.models.reports import DOWNLOAD
from assessments.stamping import hash_of, hash_of_inputs
from assessments.workflow.refusals import Refused
from opmodel.files import incoming, storage
from opmodel.files.incoming import Checked
from opmodel.files.models import StoredFile
from opmodel.files.recognising import FileType
from opmodel.jobs import queue
from opmodel.jobs.models import Job
from opmodel.keys import new_public_id
from opmodel.organisations import clock
from opmodel.organisations.models import Member, Organisation
from opmodel.organisations.tenancy import installation, tenant

log = logging.getLogger(__name__)
MOST_WAITING = 20  # reports of one organisation at once: more would keep the scores of others waiting


@transaction.atomic
def request_report(
    *, by: Member, kind: str, language: str, submission: Submission, content: Mapping[str, Any]
) -> tuple[Report, bool]:
    """Ask for a report of `content`; the same content gives the report that is there already. Raises Refused.

    `submission` comes from the member's own queryset. Gives the report, and whether it is new.
    """
    report = Report(organisation_id=by.organisation_id, kind=kind, language=language, submission=submission)
    if (kind == reports.SITE) == (submission.view == ENTERPRISE):
        raise Refused(_("A report of this kind is not made of this survey."), field="kind")
    if not reports.may_have(by, report):
        raise Refused(_("Your role does not include this report."), field="kind", status=403)
    inputs = hash_of_inputs(content)
    with connection.cursor() as cursor:  # two who ask for the same at once get one report
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"reports:{by.organisation_id}"])
    there = Report.objects.filter(
        organisation_id=by.organisation_id, kind=kind, language=language, inputs_hash=inputs, expired_at__isnull=True
    ).first()
    if there is not None:
        return there, False
    if Job.objects.filter(kind=reports.JOB, state__in=("queued", "running")).count() >= MOST_WAITING:
        message = _("%(n)s reports are being made already. Wait until some of them are done.") % {"n": MOST_WAITING}
        raise Refused(message, status=429)
    report.public_id = new_public_id()
    report.content = {**content, "report": report.public_id}
    report.content_hash, report.inputs_hash = hash_of(report.content), inputs
    report.requested_by_id = by.user_id
    report.save()
    _enqueue(report, 1, by)
    return report, True


@transaction.atomic
def retry_report(*, by: Member, report: Report) -> None:
    """Three more attempts for a report whose job has failed; raises Refused."""
    locked = Report.objects.select_for_update().defer("content").get(pk=report.pk)
    last = reports.jobs_of([locked]).get(locked.public_id)
    if reports.standing(locked, last).state != reports.FAILED or last is None:
        raise Refused(_("This report has not failed."), status=409)
    _enqueue(locked, int(last.key.rpartition(":")[2]) + 1, by)


def _enqueue(report: Report, attempt: int, by: Member) -> None:
    queue.enqueue(
        reports.JOB,
        key=reports.key_of(report, attempt),
        payload={"report": report.pk},
        organisation_id=report.organisation_id,
        by=by.user_id,
    )


@transaction.atomic
def keep_report(*, by: int | None, report: Report, data: bytes, name: str, kind: FileType) -> None:
    """Store the file of a report, once; a second worker that comes to the same end changes nothing. Raises FileRefused."""
    locked = Report.objects.select_for_update().defer("content").get(pk=report.pk)
    if locked.file_id is not None or locked.expired_at is not None:
        return
    digest = hashlib.sha256(data).hexdigest()
    stored = incoming.store(
        checked=Checked(File(io.BytesIO(data), name), incoming.clean_name(name), kind, len(data), digest),
        kind=StoredFile.Kind.EXPORT,
        organisation_id=locked.organisation_id,
        organisation_public_id=locked.organisation.public_id,
        by=by,
    )
    Report.objects.filter(pk=locked.pk).update(file=stored, file_sha256=digest, made_at=Now())


@transaction.atomic
def note_report_download(*, by: Member, report: Report) -> None:
    """Write to the audit trail who took the file."""
    with pghistory.context(user=by.user_id):
        pghistory.create_event(report, label=DOWNLOAD)


@transaction.atomic
def expire_reports_of(*, organisation_id: int, before: datetime) -> int:
    """Let the files and contents of older reports go, inside their tenant; their hashes stay. Gives how many."""
    old = list(
        Report.objects.select_for_update(of=("self",))
        .select_related("file")
        .filter(organisation_id=organisation_id, created_at__lt=before, expired_at__isnull=True)
    )
    for report in old:
        stored = report.file
        Report.objects.filter(pk=report.pk).update(file=None, content={}, expired_at=Now())
        if stored is not None:
            storage.remove(stored.storage_key)
            stored.delete()
    return len(old)


@queue.duty("old_reports", every=86_400)
def expire_reports(job: Job, kept: timedelta = reports.KEPT) -> None:
    """Once a day: every organisation. One that fails does not keep the others waiting."""
    before, failed = clock.now() - kept, []
    with installation():
        organisations = list(Organisation.objects.order_by("pk").values_list("pk", flat=True))
    for place, organisation_id in enumerate(organisations):
        try:
            with tenant(organisation_id):
                expire_reports_of(organisation_id=organisation_id, before=before)
        except Exception:
            log.exception("old reports of organisation %s could not be deleted", organisation_id)
            failed.append(organisation_id)
        queue.report(job, 5 + 90 * (place + 1) // len(organisations))
    if failed:
        raise RuntimeError(f"old reports could not be deleted for organisations {failed}")
