"""What the steward's pages show: rows and words for the templates. Reads only."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from benchmarks import release_jobs, reporting
from benchmarks.intake import cards, jobs, wording
from benchmarks.intake.layout import SEGMENTS, propose
from benchmarks.models import Dataset, Import, Mapping, Release
from benchmarks.selectors import label_of
from opmodel.jobs.models import Job
from opmodel.organisations.models import User

SHOWN_ERRORS = 50  # on the page; the file of errors holds a thousand
BUSY = (Import.State.CHECKING, Import.State.APPLYING)
FILE_STATES = {
    Import.State.CHECKING: gettext_lazy("is being read"),
    Import.State.NAMING: gettext_lazy("columns to be named"),
    Import.State.REFUSED: gettext_lazy("refused"),
    Import.State.READY: gettext_lazy("to be confirmed"),
    Import.State.APPLYING: gettext_lazy("is being imported"),
    Import.State.APPLIED: gettext_lazy("imported"),
    Import.State.CANCELLED: gettext_lazy("cancelled"),
}
RELEASE_STATES = {
    Release.State.DRAFT: gettext_lazy("draft"),
    Release.State.AUDITED: gettext_lazy("audited, not published"),
    Release.State.PUBLISHED: gettext_lazy("published"),
    Release.State.SUPERSEDED: gettext_lazy("superseded"),
    Release.State.WITHDRAWN: gettext_lazy("withdrawn"),
}
SEGMENT_NAMES = {
    "industry": gettext_lazy("Industry"),
    "region": gettext_lazy("Region"),
    "size_band": gettext_lazy("Size"),
    "process_type": gettext_lazy("Process type"),
}
WARNING = (Import.State.NAMING, Import.State.READY, Import.State.REFUSED, Release.State.AUDITED)
DONE = (Import.State.APPLIED, Release.State.PUBLISHED)


def datasets() -> dict[str, Any]:
    """Every dataset with its records, and the files that wait for somebody."""
    counted = Dataset.objects.annotate(
        companies=Count("records", filter=Q(records__is_current=True)),
    ).order_by("name")
    published = dict(
        Release.objects.filter(state=Release.State.PUBLISHED).values_list("dataset_id", "name")
    )  # fmt: skip
    waiting = Import.objects.filter(state__in=cards.OPEN).order_by("-pk")
    return {
        "datasets": [
            {
                "name": d.name,
                "url": reverse("benchmark-dataset", args=[d.public_id]),
                "illustrative": d.illustrative,
                "companies": d.companies,
                "period": d.period,
                "source": d.source,
                "published": published.get(d.pk, ""),
            }
            for d in counted
        ],
        "waiting": [file_row(card) for card in waiting],
    }


def dataset(found: Dataset) -> dict[str, Any]:
    job = release_jobs.last_job(found)
    return {
        "dataset": found,
        "companies": found.records.filter(is_current=True).count(),
        "files": [file_row(card) for card in found.imports.order_by("-pk")],
        "releases": [release_row(release) for release in found.release_set.order_by("-as_of", "-pk")],
        "job": job_row(job),
        "status_url": reverse("benchmark-dataset", args=[found.public_id]),
    }


def file_row(card: Import) -> dict[str, Any]:
    return {
        "name": card.file_name,
        "dataset": card.dataset_name,
        "url": reverse("benchmark-import", args=[card.public_id]),
        "rows": card.rows,
        "created_at": card.created_at,
        **state_of(card.state, FILE_STATES),
    }


def release_row(release: Release) -> dict[str, Any]:
    return {
        "name": release.name,
        "public_id": release.public_id,
        "url": reverse("benchmark-release", args=[release.public_id]),
        "as_of": release.as_of,
        "published_at": release.published_at,
        **state_of(release.state, RELEASE_STATES),
    }


def state_of(state: str, words: Any) -> dict[str, str]:
    return {
        "state": state,
        "state_label": str(words[state]),
        "tone": "done" if state in DONE else "warn" if state in WARNING else "",
    }


def job_row(job: Job | None) -> dict[str, Any]:
    """How far a job is; `busy` asks the page to look again."""
    if job is None:
        return {"busy": False, "failed": False, "progress": 0, "error": ""}
    return {
        "busy": job.state in (Job.State.QUEUED, Job.State.RUNNING),
        "failed": job.state == Job.State.FAILED,
        "progress": job.progress,
        "error": job.error,
    }


def card(found: Import, error: str = "", chosen: dict[str, str] | None = None) -> dict[str, Any]:
    """The page of one file, whatever state it is in."""
    errors = wording.shown(found.errors[:SHOWN_ERRORS])
    by = User.objects.filter(pk=found.imported_by).first() if found.imported_by else None
    return {
        "card": found,
        "file": file_row(found),
        "unchanged": found.rows - found.rows_new - found.rows_corrected,
        "errors": errors,
        "more_errors": found.error_count - len(errors),
        "error": error,
        "job": job_row(jobs.job_of(found) if found.state in BUSY else None),
        "status_url": reverse("benchmark-import", args=[found.public_id]),
        "dataset_url": reverse("benchmark-dataset", args=[found.dataset.public_id]) if found.dataset else "",
        "imported_by": by.get_full_name() if by else _("the command line"),
        "can_cancel": found.state in (Import.State.NAMING, Import.State.READY),
        **preview(found),
        **naming(found, chosen),
    }


def preview(found: Import) -> dict[str, Any]:
    """The first rows, and how many records each segment has."""
    if found.state != Import.State.READY:
        return {"sample": [], "segments": [], "days": []}
    counts = found.preview["counts"]
    return {
        "sample": found.preview["sample"],
        "segments": [
            {
                "name": str(SEGMENT_NAMES[name]),
                "values": sorted(counts[name].items(), key=lambda item: (-item[1], item[0])),
            }
            for name in SEGMENTS
        ],
        "days": found.preview["days"],
    }


def naming(found: Import, chosen: dict[str, str] | None) -> dict[str, Any]:
    """Our columns with theirs as proposed, or as they were just chosen."""
    if found.state != Import.State.NAMING:
        return {"pairs": [], "header": [], "unused": []}
    order = cards.order_of(found)
    saved = Mapping.objects.filter(source=found.source).first()
    theirs = chosen or propose(found.found_columns, order.ours, saved.columns if saved else {})
    return {
        "pairs": [
            {"ours": ours, "theirs": theirs.get(ours, ""), "optional": ours in order.measures} for ours in order.ours
        ],
        "header": list(dict.fromkeys(found.found_columns)),
        "unused": [name for name in found.found_columns if name not in theirs.values()],
    }


def release(found: Release) -> dict[str, Any]:
    """The report of the audit."""
    ways = {"A": _("by industry"), "B": _("by region")}
    report = found.report
    return {
        "release": release_row(found),
        "dataset": found.dataset,
        "dataset_url": reverse("benchmark-dataset", args=[found.dataset.public_id]),
        "method_version": found.method_version,
        "because": found.withdrawn_because,
        "lines": list(reporting.lines(report)) if report else [],
        "dropped": [
            {"way": ways[cell["tree"]], "group": label_of(cell["path"]), "why": reporting.reason(cell["why"])}
            for cell in report.get("dropped", [])
        ],
        "can_publish": found.state == Release.State.AUDITED,
        "can_discard": found.state in Release.UNSEEN,
        "can_withdraw": found.state in (Release.State.PUBLISHED, Release.State.SUPERSEDED),
    }


def imports() -> QuerySet[Import]:
    return Import.objects.select_related("dataset")
