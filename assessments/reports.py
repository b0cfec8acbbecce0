"""Reports as people see them: which ones a member may have, how far they are. Reads only."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q, QuerySet

from assessments.catalogue import ENTERPRISE
from assessments.models import Report
from opmodel.jobs.models import Job
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import Permission, can

KEPT = timedelta(days=90)  # a file; what it was known by is kept for good
JOB = "report"
SITE = Report.Kind.SITE

WAITING, READY, FAILED, EXPIRED = "waiting", "ready", "failed", "expired"


def visible(member: Member) -> QuerySet[Report]:
    """The reports a member may see, newest first, without what they say.

    All of them for those who see the results; the pages of the own sites for plant managers.
    """
    rows = Report.objects.filter(organisation_id=member.organisation_id).defer("content")
    rows = rows.select_related("submission__cycle", "submission__site", "requested_by", "file").order_by("-id")
    if can(member, Permission.VIEW_RESULTS):
        return rows
    if can(member, Permission.VIEW_SITE_RESULTS):
        return rows.filter(kind=SITE, submission__site_id__in=member.site_ids)
    return rows.none()


def may_have(member: Member, report: Report) -> bool:
    """The same question about one report, for a job that was queued while rights may have changed."""
    if can(member, Permission.VIEW_RESULTS):
        return True
    site = report.submission.site
    return (
        report.kind == SITE
        and report.submission.view != ENTERPRISE
        and site is not None
        and can(member, Permission.VIEW_SITE_RESULTS, site)
    )


@dataclass(frozen=True)
class Standing:
    """How far a report is; `progress` in percent while it waits."""

    state: str
    progress: int = 0
    job: str = ""  # public id, to name it to whoever runs the installation


def key_of(report: Report, attempt: int) -> str:
    return f"{report.public_id}:{attempt}"


def jobs_of(reports: list[Report]) -> dict[str, Job]:
    """The newest job of each report by its public id; one query."""
    wanted = Q()
    for report in reports:
        wanted |= Q(key__startswith=f"{report.public_id}:")
    found = Job.objects.filter(wanted, kind=JOB).order_by("pk") if reports else []
    return {job.key.partition(":")[0]: job for job in found}


def standing(report: Report, job: Job | None) -> Standing:
    if report.expired_at is not None:
        return Standing(EXPIRED)
    if report.file_id is not None:
        return Standing(READY, 100)
    if job is not None and job.state == Job.State.FAILED:
        return Standing(FAILED, 0, job.public_id)
    return Standing(WAITING, job.progress if job else 0)


def standings(reports: list[Report]) -> list[tuple[Report, Standing]]:
    """Each report with how far it is; one query for those that have no file yet."""
    jobs = jobs_of([r for r in reports if r.file_id is None and r.expired_at is None])
    return [(r, standing(r, jobs.get(r.public_id))) for r in reports]
