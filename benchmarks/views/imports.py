"""A file of peer records on its way in: upload, name its columns, look, confirm; only for the benchmark steward."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from benchmarks import measures
from benchmarks.forms import MADE_UP, REAL, ImportForm
from benchmarks.intake import cards, templates, wording
from benchmarks.intake.layout import FIXED
from benchmarks.models import Dataset, Import
from benchmarks.settings import segments
from benchmarks.views import screens
from opmodel.files.incoming import FileRefused
from opmodel.files.limits import takes_file, uploaded
from opmodel.files.recognising import XLSX
from opmodel.organisations.guards import installation_role_required
from opmodel.organisations.permissions import InstallationRole

FIELDS = {"illustrative": "kind", "dataset_name": "dataset_name"}  # of what was refused -> of the form
steward_required = installation_role_required(InstallationRole.BENCHMARK_STEWARD)


@takes_file("PEERS_MAX_MB")
@require_http_methods(["GET", "HEAD", "POST"])
@steward_required
def new(request: HttpRequest) -> HttpResponse:
    """The form with a file and its provenance; `?dataset=` fills in what that dataset says of itself."""
    known = Dataset.objects.filter(public_id=request.GET.get("dataset", "")).first()
    initial = (
        {"dataset_name": known.name, "kind": MADE_UP if known.illustrative else REAL, "source": known.source,
         "licence": known.licence}
        if known else {}
    )  # fmt: skip
    form = ImportForm(request.POST or None, request.FILES or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                card = cards.receive(by=request.user.pk, upload=uploaded(request), **form.given())
            except (cards.Refused, FileRefused) as refused:
                form.add_error(FIELDS.get(refused.field, "file"), refused.message)
                status = refused.status
            else:
                return redirect("benchmark-import", card.public_id)
    context = {"form": form, "names": Dataset.objects.order_by("name").values_list("name", flat=True)}
    return render(request, "benchmarks/upload.html", context, status=status)


@require_GET
@steward_required
def show(request: HttpRequest, public_id: str) -> HttpResponse:
    """One file: how far it is, what is wrong with it, what it would do, or its provenance card."""
    card = fetch(public_id)
    if request.htmx:
        return progress(request, screens.card(card))
    return _page(request, card)


def progress(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """The moving part of a page while a job runs; once it has ended the whole page is drawn anew."""
    response = render(request, "benchmarks/_progress.html", context)
    if not context["job"]["busy"]:
        response.headers["HX-Refresh"] = "true"
    return response


def _page(
    request: HttpRequest, card: Import, error: str = "", chosen: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    if error:
        card.refresh_from_db()  # somebody may have been faster
    return render(request, "benchmarks/import.html", screens.card(card, error, chosen), status=status)


def _refused(
    request: HttpRequest, card: Import, step: Callable[[], object], chosen: dict[str, str] | None = None
) -> HttpResponse | None:
    """Do a step; gives the page that says why it was refused."""
    try:
        step()
    except cards.Refused as refused:
        return _page(request, card, refused.message, chosen, refused.status)
    return None


@require_POST
@steward_required
def name_columns(request: HttpRequest, public_id: str) -> HttpResponse:
    card = fetch(public_id)
    chosen = {name.removeprefix("column-"): value for name, value in request.POST.items() if name.startswith("column-")}
    refused = _refused(request, card, lambda: cards.name_columns(by=request.user.pk, card=card, columns=chosen), chosen)
    return refused or redirect("benchmark-import", public_id)


@require_POST
@steward_required
def confirm(request: HttpRequest, public_id: str) -> HttpResponse:
    card = fetch(public_id)
    refused = _refused(request, card, lambda: cards.confirm(by=request.user.pk, card=card))
    return refused or redirect("benchmark-import", public_id)


@require_POST
@steward_required
def again(request: HttpRequest, public_id: str) -> HttpResponse:
    """Try a step once more whose job failed."""
    card = fetch(public_id)
    refused = _refused(request, card, lambda: cards.again(by=request.user.pk, card=card))
    return refused or redirect("benchmark-import", public_id)


@require_POST
@steward_required
def cancel(request: HttpRequest, public_id: str) -> HttpResponse:
    card = fetch(public_id)
    if refused := _refused(request, card, lambda: cards.cancel(by=request.user.pk, card=card)):
        return refused
    messages.info(request, _("“%(name)s” was thrown away; nothing was imported.") % {"name": card.file_name})
    return redirect("benchmarks")


@require_GET
@steward_required
def errors(request: HttpRequest, public_id: str) -> HttpResponse:
    """The errors of a refused file as CSV."""
    card = fetch(public_id)
    return _download(templates.errors_as_csv(wording.shown(card.errors)), "errors.csv", "text/csv; charset=utf-8")


@require_GET
@steward_required
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """An empty file with our columns, CSV or Excel."""
    known = measures.current()
    columns = [*FIXED, *(known.codes if known else ())]
    if kind == "xlsx":
        return _download(templates.as_workbook(columns, segments()), "peers.xlsx", XLSX.content_type)
    return _download(templates.as_csv(columns), "peers.csv", "text/csv; charset=utf-8")


def fetch(public_id: str) -> Import:
    return get_object_or_404(screens.imports(), public_id=public_id)


def _download(content: bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
