"""What the pages of reports show."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from assessments import reports
from assessments.models import Report
from assessments.reports import EXPIRED, FAILED, KEPT, READY, WAITING, Standing
from assessments.stamping import spaced
from opmodel.dashboards.reports.forms import KINDS

SHOWN = 50  # reports of the list; older ones are found by their code


def state_words(state: str) -> str:
    return {
        WAITING: _("being made"),
        READY: _("ready"),
        FAILED: _("failed"),
        EXPIRED: _("no longer kept"),
    }[state]


def day(moment: datetime) -> str:
    return str(date_format(localtime(moment), "DATE_FORMAT"))


def row(report: Report, standing: Standing) -> dict[str, Any]:
    """One report of the list."""
    site = report.submission.site
    return {
        "kind": str(KINDS[Report.Kind(report.kind)]),
        "about": site.name if site else report.submission.cycle.name,
        "cycle": report.submission.cycle.name if site else "",
        "language": dict(settings.LANGUAGES).get(report.language, report.language),
        "who": report.requested_by.get_full_name() if report.requested_by else _("somebody who has left"),
        "asked": day(report.created_at),
        "state": standing.state,
        "state_label": state_words(standing.state),
        "tone": {READY: "done", FAILED: "warn"}.get(standing.state, ""),
        "url": reverse("report", args=[report.public_id]),
        "file_url": reverse("report-file", args=[report.public_id]) if standing.state == READY else "",
        "size": filesizeformat(report.file.size) if report.file else "",
        "name": report.file.name if report.file else "",
    }


def listed(rows: list[Report]) -> list[dict[str, Any]]:
    return [row(report, standing) for report, standing in reports.standings(rows)]


def detail(report: Report, standing: Standing, stamp: list[list[str]]) -> dict[str, Any]:
    """One report: how far it is, its file, what it is known by."""
    return row(report, standing) | {
        "busy": standing.state == WAITING,
        "progress": standing.progress,
        "job": standing.job,
        "kept_until": day(report.created_at + KEPT),
        "code": spaced(report.content_hash),
        "sha256": report.file_sha256,
        "stamp": stamp,
        "again_url": reverse("report-again", args=[report.public_id]),
    }
