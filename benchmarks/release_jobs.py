"""A release is made by a worker: its audit may take half a minute."""

from datetime import date

from django.db import OperationalError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from benchmarks import releases
from benchmarks.models import Dataset
from benchmarks.settings import method_section, method_version, segments
from opmodel.jobs import queue
from opmodel.jobs.models import Job
from opmodel.keys import new_public_id
from opmodel.organisations.tenancy import for_installation

KIND = "benchmark_release"


def order_release(*, by: int, dataset: Dataset, as_of: date) -> None:
    """Have a release made and audited; raises ReleaseRefused while another one of this dataset is being made."""
    refuse_while_busy(dataset)
    try:
        with transaction.atomic():
            Dataset.objects.select_for_update(nowait=True).get(pk=dataset.pk)
    except OperationalError as error:
        raise releases.ReleaseRefused(
            _("Records are being written into this dataset. Try again in a minute.")
        ) from error
    refuse_while_busy(dataset)  # somebody may have been faster
    payload = {"dataset": dataset.pk, "as_of": as_of.isoformat(), "language": translation.get_language()}
    with queue.every_job():
        key = f"{dataset.public_id}:{new_public_id()}"
        queue.enqueue(KIND, key=key, payload=payload, organisation_id=None, by=by)


def refuse_while_busy(dataset: Dataset) -> None:
    """Raises ReleaseRefused while a release is being made: that holds the dataset, and no page shall wait for it."""
    job = last_job(dataset)
    if job is not None and job.state in (Job.State.QUEUED, Job.State.RUNNING):
        raise releases.ReleaseRefused(_("A release of this dataset is being made already."))


@queue.handler(KIND)
def make(job: Job) -> None:
    as_of = date.fromisoformat(job.payload["as_of"])
    # What refuses it is read by the one who asked for it.
    asked = translation.override(job.payload["language"])
    with queue.keeping(job), asked, for_installation(job.requested_by), transaction.atomic():
        # Locked before looking: an attempt that lost its lease may be about to finish.
        dataset = Dataset.objects.select_for_update().get(pk=job.payload["dataset"])
        if dataset.release_set.filter(as_of=as_of, made_by=job.requested_by, created_at__gte=job.created_at).exists():
            return
        try:
            releases.make_release(
                dataset=dataset, as_of=as_of, rules=method_section(), segments=segments(),
                method_version=method_version(), by=job.requested_by,
            )  # fmt: skip
        except releases.ReleaseRefused as refused:
            raise queue.GiveUp(str(refused)) from refused


def last_job(dataset: Dataset) -> Job | None:
    with queue.every_job():
        return Job.objects.filter(kind=KIND, key__startswith=f"{dataset.public_id}:").order_by("pk").last()
