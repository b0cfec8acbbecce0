"""The background half: a worker draws what was frozen when the report was asked for. Done twice it changes nothing."""

from collections.abc import Callable

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _

from assessments import reports, workflow
from assessments.models import Report
from assessments.stamping import spaced
from opmodel.dashboards.reports import deck, pdf, workbook
from opmodel.dashboards.reports.look import Content, Look
from opmodel.files import storage
from opmodel.files.incoming import FileRefused
from opmodel.files.recognising import PDF, PPTX, XLSX, FileType
from opmodel.jobs import queue
from opmodel.jobs.models import Job
from opmodel.organisations.models import Branding, Member
from opmodel.organisations.tenancy import tenant

Builder = Callable[[Content, Look, str, str], bytes]
BUILDERS: dict[str, tuple[Builder, FileType]] = {
    Report.Kind.DECK: (deck.build, PPTX),
    Report.Kind.REPORT: (pdf.build, PDF),
    Report.Kind.WORKBOOK: (workbook.build, XLSX),
    Report.Kind.SITE: (pdf.build, PDF),
}


@queue.handler(reports.JOB)
def make(job: Job) -> None:
    """Draw one report and keep its file; whoever lost the right to it since gets none."""
    with tenant(job.organisation_id or 0, user_id=job.requested_by):
        found = Report.objects.select_related("submission__site", "submission__cycle", "organisation")
        report = found.filter(pk=job.payload["report"]).first()
        if report is None or report.file_id is not None or report.expired_at is not None:
            return
        member = Member.objects.filter(user_id=job.requested_by, user__is_active=True).first()
        if member is None or not reports.may_have(member, report):
            raise queue.GiveUp("Whoever asked for this report may not see it any more.")
        look = look_of(report)
    queue.report(job, 25)
    build, kind = BUILDERS[report.kind]
    data = build(report.content, look, spaced(report.content_hash), address())
    queue.report(job, 85)
    with tenant(job.organisation_id or 0, user_id=job.requested_by), translation.override(report.language):
        try:
            workflow.keep_report(
                by=job.requested_by, report=report, data=data, name=f"{name_of(report)}.{kind.endings[0]}", kind=kind
            )
        except FileRefused as refused:
            raise queue.TryLater(refused.message, seconds=60) from refused


def look_of(report: Report) -> Look:
    """Colour and logo as the content names them; a logo that was replaced since is left out."""
    wanted = report.content["look"]
    chosen = Branding.objects.select_related("logo").filter(organisation_id=report.organisation_id).first()
    logo = chosen.logo if chosen and chosen.logo and chosen.logo.sha256 == wanted["logo"] else None
    if logo is None:
        return Look(wanted["accent"])
    with storage.private().open(logo.storage_key) as stored:
        return Look(wanted["accent"], bytes(stored.read()))


def address() -> str:
    """Where anybody can check a report."""
    return f"{settings.PUBLIC_URL}{reverse('report-verify')}"


def name_of(report: Report) -> str:
    """The name of the file without its ending, in the language of the report."""
    site = report.submission.site
    words = {
        Report.Kind.DECK: _("Board deck"),
        Report.Kind.REPORT: _("Report"),
        Report.Kind.WORKBOOK: _("Data"),
        Report.Kind.SITE: site.name if site else "",
    }
    parts = (report.organisation.name, report.submission.cycle.name, words[Report.Kind(report.kind)])
    return "-".join(slugify(part, allow_unicode=True)[:60] for part in parts if part) or "report"
