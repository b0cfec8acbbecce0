"""What the steward's pages show: rows and words for the templates. Reads only."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from benchmarks import measures, release_jobs, reporting
from benchmarks.intake import cards, steps, wording
from benchmarks.intake.layout import SEGMENTS, propose
from benchmarks.models import Dataset, Import, Release
from benchmarks.models import Mapping as SavedMapping
from benchmarks.selectors import Say, label_of
from benchmarks.settings import method_section, segments
from benchmarks.wording import number, spoken_period
from opmodel.jobs.models import Job
from opmodel.organisations.models import User

SHOWN_ERRORS = 50  # on the page; the file of errors holds a thousand
PAGE = 25  # rows of a table of the audit's report
TABLES = ("held", "dropped")
FILE_STATES = {
    Import.State.CHECKING: gettext_lazy("is being read"),
    Import.State.NAMING: gettext_lazy("columns to be named"),
    Import.State.REFUSED: gettext_lazy("refused"),
    Import.State.READY: gettext_lazy("to be confirmed"),
    Import.State.APPLYING: gettext_lazy("is being imported"),
    Import.State.APPLIED: gettext_lazy("imported"),
    Import.State.CANCELLED: gettext_lazy("cancelled"),
}
STOPPED = {"state_label": gettext_lazy("stopped"), "tone": "warn"}  # its job failed; it may be tried again
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
HELD = {
    "new": gettext_lazy("New records that wait for the next release"),
    "corrected": gettext_lazy("Corrected records that wait; their former answers stand until then"),
    "gap": gettext_lazy("Records with a gap that count in larger peer groups only"),
}
WARNING = (Import.State.NAMING, Import.State.READY, Import.State.REFUSED, Release.State.AUDITED)
DONE = (Import.State.APPLIED, Release.State.PUBLISHED)


def datasets() -> dict[str, Any]:
    """Every dataset with its records, and the files that wait for somebody."""
    counted = Dataset.objects.annotate(
        companies=Count("records", filter=Q(records__is_current=True)),
    ).order_by("name")
    published = dict(Release.objects.filter(state=Release.State.PUBLISHED).values_list("dataset_id", "name"))
    waiting = list(Import.objects.filter(state__in=cards.OPEN).order_by("-pk"))
    stopped = steps.stopped(waiting)
    return {
        "datasets": [
            {
                "name": d.name,
                "url": reverse("benchmark-dataset", args=[d.public_id]),
                "illustrative": d.illustrative,
                "companies": companies(d.companies),
                "period": spoken_period(d.period),
                "source": d.source,
                "published": published.get(d.pk, ""),
            }
            for d in counted
        ],
        "waiting": [file_row(card) | (STOPPED if card.pk in stopped else {}) for card in waiting],
    }


def dataset(found: Dataset) -> dict[str, Any]:
    job = release_jobs.last_job(found)
    return {
        "dataset": found,
        "companies": companies(found.records.filter(is_current=True).count()),
        "period": spoken_period(found.period),
        "k": method_section().k,
        "files": [file_row(card) for card in found.imports.order_by("-pk")],
        "releases": [release_row(release) for release in found.release_set.order_by("-as_of", "-pk")],
        "job": job_row(job),
        "status_url": reverse("benchmark-dataset", args=[found.public_id]),
    }


def companies(n: int) -> str:
    return ngettext("%(n)s company", "%(n)s companies", n) % {"n": number(n)}


def file_row(card: Import) -> dict[str, Any]:
    more = {"dataset": card.dataset_name, "created_at": card.created_at}
    return row(card.file_name, "benchmark-import", card, FILE_STATES) | more


def release_row(release: Release) -> dict[str, Any]:
    more = {"as_of": release.as_of, "published_at": release.published_at}
    return row(release.name, "benchmark-release", release, RELEASE_STATES) | more


def row(name: str, view: str, found: Import | Release, words: Mapping[Any, Any]) -> dict[str, Any]:
    """What a file or a release is called, where its page is, and how far it is."""
    return {
        "name": name,
        "public_id": found.public_id,
        "url": reverse(view, args=[found.public_id]),
        "state": found.state,
        "state_label": str(words[found.state]),
        "tone": "done" if found.state in DONE else "warn" if found.state in WARNING else "",
    }


def job_row(job: Job | None) -> dict[str, Any]:
    """How far a job is; `busy` asks the page to look again, `measured` is off where nobody knows how far it is."""
    if job is None:
        return {"busy": False, "failed": False, "measured": True, "progress": 0, "error": ""}
    return {
        "busy": job.state in (Job.State.QUEUED, Job.State.RUNNING),
        "failed": job.state == Job.State.FAILED,
        "measured": job.kind != release_jobs.KIND,
        "progress": job.progress,
        "error": job.reason,
    }


def card(found: Import, error: str = "", chosen: dict[str, str] | None = None) -> dict[str, Any]:
    """The page of one file, whatever state it is in."""
    errors, unchanged = wording.shown(found.errors[:SHOWN_ERRORS]), found.rows - found.rows_new - found.rows_corrected
    job = job_row(steps.last_jobs([found]).get(found.pk))
    by = User.objects.filter(pk=found.imported_by).first() if found.imported_by else None
    return {
        "card": found,
        "file": file_row(found) | (STOPPED if job["failed"] else {}),
        "period": period(found),
        "rows": number(found.rows),
        "read": ngettext("%(n)s record was read.", "%(n)s records were read.", found.rows) % {"n": number(found.rows)},
        "counts": [
            (number(found.rows_new), _("new")),
            (number(found.rows_corrected), _("corrected")),
            (number(unchanged), _("unchanged")),
        ],
        "errors": errors,
        "found_errors": ngettext(
            "One error; nothing was imported.", "%(n)s errors; nothing was imported.", found.error_count
        )
        % {"n": number(found.error_count)},
        "more_errors": more_errors(found.error_count - len(errors)),
        "error": error,
        "job": job,
        "status_url": reverse("benchmark-import", args=[found.public_id]),
        "dataset_url": reverse("benchmark-dataset", args=[found.dataset.public_id]) if found.dataset else "",
        "imported_by": by.get_full_name() if by else _("the command line"),
        "day": found.applied_at or found.created_at,
        "can_cancel": found.state in (Import.State.NAMING, Import.State.READY),
        **preview(found),
        **naming(found, chosen),
    }


def more_errors(n: int) -> str:
    if not n:
        return ""
    text = ngettext("%(n)s more error is not shown here.", "%(n)s more errors are not shown here.", n)
    return text % {"n": number(n)}


def period(found: Import) -> str:
    """As it was given, else the months of the records that were read."""
    days = found.preview.get("days", ())
    return spoken_period(found.period or ("{:.7} to {:.7}".format(*days) if days else ""))


def preview(found: Import) -> dict[str, Any]:
    """The first rows, and how many records each segment has."""
    if found.state != Import.State.READY:
        return {"sample": [], "segments": []}
    counts, names, say = found.preview["counts"], segments().industry_names, word()
    return {
        "sample": found.preview["sample"],
        "segments": [
            {
                "name": str(SEGMENT_NAMES[name]),
                "values": [
                    (f"{value} · {say(names[value])}" if value in names else value, number(n))
                    for value, n in sorted(counts[name].items(), key=lambda item: (-item[1], item[0]))
                ],
            }
            for name in SEGMENTS
        ],
    }


def naming(found: Import, chosen: dict[str, str] | None) -> dict[str, Any]:
    """Our columns with theirs as proposed, or as they were just chosen."""
    if found.state != Import.State.NAMING:
        return {"pairs": [], "header": [], "unused": []}
    order = cards.order_of(found)
    saved = SavedMapping.objects.filter(source=found.source).first()
    theirs = chosen or propose(found.found_columns, order.ours, saved.columns if saved else {})
    return {
        "pairs": [
            {"ours": ours, "theirs": theirs.get(ours, ""), "optional": ours in order.measures} for ours in order.ours
        ],
        "header": list(dict.fromkeys(found.found_columns)),
        "unused": [name for name in found.found_columns if name not in theirs.values()],
    }


def release(found: Release, asked: Mapping[str, str]) -> dict[str, Any]:
    """The report of the audit; `asked` names the pages of its tables."""
    ways, say = {"A": _("by industry"), "B": _("by region")}, word()
    report = found.report
    return {
        "release": release_row(found),
        "dataset": found.dataset,
        "dataset_url": reverse("benchmark-dataset", args=[found.dataset.public_id]),
        "method_version": found.method_version,
        "because": found.withdrawn_because,
        "lines": list(reporting.lines(report)) if report else [],
        "held": held(report.get("held", []), asked, say),  # reports made before they were listed have none
        "dropped": paged(
            [
                {"way": ways[cell["tree"]], "group": label_of(cell["path"], say), "why": reporting.reason(cell["why"])}
                for cell in report.get("dropped", [])
            ],
            asked,
            "dropped",
        ),
        "months": method_section().months_between_releases,
        "can_publish": found.state == Release.State.AUDITED,
        "can_discard": found.state in Release.UNSEEN,
        "can_withdraw": found.state in (Release.State.PUBLISHED, Release.State.SUPERSEDED),
    }


def held(rows: Sequence[Mapping[str, Any]], asked: Mapping[str, str], say: Say) -> dict[str, Any]:
    """Who waits or counts in larger groups, a page of it: those of the same kind and for the same reason together."""
    told = [
        {
            "kind": list(HELD).index(row["what"]),
            "what": str(HELD[row["what"]]),
            "why": reporting.reason(row["why"]),
            "group": label_of(row["path"], say),
            "n": number(row["n"]),
        }
        for row in rows
    ]
    table = paged(sorted(told, key=itemgetter("kind", "why")), asked, "held")
    alike = groupby(table["rows"], key=itemgetter("what", "why"))
    return table | {"groups": [{"what": what, "why": why, "rows": list(its)} for (what, why), its in alike]}


def paged(rows: Sequence[Any], asked: Mapping[str, str], name: str) -> dict[str, Any]:
    """The rows of one page of a table and what its pager says; `name` is its parameter and its place on the page."""
    page = Paginator(rows, PAGE).get_page(asked.get(name))
    others = {key: asked[key] for key in TABLES if key in asked}

    def link(number: int) -> str:
        return f"?{urlencode(others | {name: number})}#{name}"

    of = _("Page %(n)s of %(all)s") % {"n": page.number, "all": page.paginator.num_pages}
    return {
        "rows": list(page),
        "of": of if page.has_other_pages() else "",
        "before": link(page.previous_page_number()) if page.has_previous() else "",
        "after": link(page.next_page_number()) if page.has_next() else "",
    }


def word() -> Say:
    """What segments are called in the reader's language."""
    known = measures.current()
    return known.word if known else str


def imports() -> QuerySet[Import]:
    return Import.objects.select_related("dataset")
