"""Reports: asked for, waited for, taken away, checked."""

from functools import partial
from typing import Any

from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assessments import reports, selectors, workflow
from assessments.catalogue import SITE
from assessments.models import Report, Submission
from assessments.stamping import spaced, typed
from opmodel.dashboards.opening import of_sites
from opmodel.dashboards.reports import asking, screens, verifying
from opmodel.dashboards.reports.forms import KINDS, SiteForm, WholeForm
from opmodel.files.incoming import FileRefused
from opmodel.files.limits import takes_file, uploaded
from opmodel.files.serving import deliver
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission, can

RATES = {"verify": "30/m/ip"}


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.VIEW_RESULTS, Permission.VIEW_SITE_RESULTS)
def index(request: HttpRequest) -> HttpResponse:
    """The reports there are, and the forms to ask for another one."""
    member, status = request.member, 200
    scored = list(selectors.scored_enterprise(member).select_related("cycle", "organisation"))
    if not can(member, Permission.VIEW_RESULTS):
        scored = []
    cycle, other_cycles = of_sites(request)
    surveys = scored_surveys(request, cycle)
    posted = request.POST if request.method == "POST" else None
    for_site = posted is not None and posted.get("kind") == Report.Kind.SITE
    spoken = {"language": translation.get_language()}
    whole = WholeForm(
        None if for_site else posted,
        cycles=[(s.cycle.public_id, s.cycle.name) for s in scored],
        initial=spoken | {"kind": Report.Kind.DECK, "preset": "strategic", "reference": "target"},
    )
    site = SiteForm(
        posted if for_site else None,
        sites=[(s.public_id, s.site.name) for s in surveys],
        initial=spoken | {"kind": Report.Kind.SITE},
    )
    form = site if for_site else whole
    if posted is not None:
        status = 400
        if form.is_valid():
            try:
                report, new = _ask(request, form.cleaned_data, scored, surveys)
            except workflow.Refused as refused:
                form.add_error(refused.field or None, refused.message)
                status = refused.status
            else:
                if not new and report.file_id is not None:
                    messages.info(request, _("Nothing has changed since this report was made, so here it is."))
                return redirect("report", report.public_id)
    context = {
        "whole": whole if scored else None,
        "site": site if surveys else None,
        "sites_cycle": cycle,
        "other_cycles": other_cycles,
        "rows": screens.listed(list(reports.visible(member)[: screens.SHOWN])),
        "own_only": not can(member, Permission.VIEW_RESULTS),
    }
    return render(request, "reports/index.html", context, status=status)


def scored_surveys(request: HttpRequest, cycle: Any) -> list[Submission]:
    """The surveys of the plants this member may see the results of, in one cycle."""
    if cycle is None:
        return []
    rows = selectors.with_readable_results(request.member).filter(view=SITE, cycle=cycle, results__isnull=False)
    return list(rows.select_related("site", "cycle", "organisation").order_by("site__name").distinct())


def _ask(
    request: HttpRequest, asked: dict[str, str], scored: list[Submission], surveys: list[Submission]
) -> tuple[Report, bool]:
    if asked["kind"] == Report.Kind.SITE:
        survey = next(s for s in surveys if s.public_id == asked["survey"])
        return asking.ask_for_site(by=request.member, submission=survey, language=asked["language"])
    found = next(s for s in scored if s.cycle.public_id == asked["cycle"])
    wanted = {key: asked[key] for key in ("kind", "language", "preset", "reference")}
    return asking.ask_for_whole(by=request.member, submission=found, **wanted)


def fetch(request: HttpRequest, public_id: str) -> Report:
    return get_object_or_404(reports.visible(request.member), public_id=public_id)


@require_GET
@member_required()
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """One report: how far it is, then its file and what it is known by."""
    report = fetch(request, public_id)
    standing = reports.standings([report])[0][1]
    if request.htmx:
        context = {"report": screens.detail(report, standing, [])}
        response = render(request, "reports/_progress.html", context)
        if standing.state != reports.WAITING:
            response.headers["HX-Refresh"] = "true"
        return response
    context = {"report": screens.detail(report, standing, report.content.get("stamp", []))}
    return render(request, "reports/report.html", context)


@require_GET
@member_required()
def download(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The file; who took it is written down before its first byte leaves."""
    report = fetch(request, public_id)
    if report.file is None:
        raise Http404
    response = deliver(report.file)
    response.afterwards = partial(workflow.note_report_download, by=request.member, report=report)  # type: ignore[attr-defined]
    return response


@require_POST
@member_required()
def again(request: HttpRequest, public_id: str) -> HttpResponse:
    report = fetch(request, public_id)
    try:
        workflow.retry_report(by=request.member, report=report)
    except workflow.Refused as refused:
        messages.error(request, refused.message)
    return redirect("report", public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@takes_file("UPLOAD_MAX_MB")
def verify(request: HttpRequest) -> HttpResponse:
    """For everybody, without a sign-in: is this report genuine? By its code or by the file."""
    member = getattr(request, "member", None)
    context: dict[str, Any] = {"code": request.GET.get("code", "")[:120], "asked": "", "error": "", "found": None}
    context |= {"field": "", "most_mb": settings.UPLOAD_MAX_MB}
    status = 200
    if request.method == "POST":
        context["code"] = request.POST.get("code", "")[:120]
        status = _verify(request, member, context)
    return render(request, "reports/verify.html", context, status=status)


def _verify(request: HttpRequest, member: Any, context: dict[str, Any]) -> int:
    """Fill in what was found, or what is wrong; gives the status."""
    if not ratelimit.consume(request, app="opmodel", action="verify", config=RATES):
        context["error"] = _("Too many tries. Wait a minute, then try again.")
        return 429
    try:
        upload = uploaded(request)
    except FileRefused as refused:
        context |= {"error": refused.message, "field": "file"}
        return refused.status
    if upload is None:
        code = typed(context["code"])
        if not code:
            message = _(
                "A code has 16 to 64 characters from 0 to 9 and a to f. Copy it from the report, or choose the file."
            )
            context |= {"error": message, "field": "code"}
            return 400
        found, asked = verifying.by_code(code, member), "code"
    else:
        found, asked = verifying.by_file(upload, member), "file"
    context |= {"asked": asked, "found": found and verified(found, member)}
    return 200


def verified(found: verifying.Found, member: Any) -> dict[str, Any]:
    """What is said of a genuine report: of other organisations neither name nor cycle."""
    own = found.own
    visible = own is not None and reports.visible(member).filter(pk=own.pk).exists()
    return {
        "kind": str(KINDS[Report.Kind(found.kind)]),
        "language": dict(settings.LANGUAGES).get(found.language, found.language),
        "made": screens.day(found.made_at or found.asked_at),
        "code": spaced(found.content_hash),
        "expired": found.expired,
        "organisation": own.organisation.name if own else "",
        "cycle": own.submission.cycle.name if own else "",
        "site": own.submission.site.name if own and own.submission.site else "",
        "url": reverse("report", args=[own.public_id]) if own and visible else "",
    }
