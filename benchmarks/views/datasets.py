"""Datasets and their releases: made, audited, published or discarded, withdrawn; only for the benchmark steward."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from benchmarks import release_jobs, releases
from benchmarks.forms import ReleaseForm, WithdrawForm
from benchmarks.models import Dataset, Release
from benchmarks.views import screens
from benchmarks.views.imports import progress, steward_required


@require_GET
@steward_required
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "benchmarks/datasets.html", screens.datasets())


@require_GET
@steward_required
def dataset(request: HttpRequest, public_id: str) -> HttpResponse:
    found = get_object_or_404(Dataset, public_id=public_id)
    context = screens.dataset(found)
    if request.htmx:
        return progress(request, context)
    return render(request, "benchmarks/dataset.html", {**context, "form": ReleaseForm()})


@require_POST
@steward_required
def release_new(request: HttpRequest, public_id: str) -> HttpResponse:
    """Have a release made as of a day."""
    found = get_object_or_404(Dataset, public_id=public_id)
    form = ReleaseForm(request.POST)
    if form.is_valid():
        try:
            release_jobs.order_release(by=request.user.pk, dataset=found, as_of=form.cleaned_data["as_of"])
        except releases.ReleaseRefused as refused:
            form.add_error("as_of", str(refused))
        else:
            return redirect("benchmark-dataset", public_id)
    return render(request, "benchmarks/dataset.html", {**screens.dataset(found), "form": form}, status=400)


@require_GET
@steward_required
def release(request: HttpRequest, public_id: str) -> HttpResponse:
    """The report of its audit and the steps that are left; `?held=2` and `?dropped=2` turn the pages of its tables."""
    return _page(request, fetch(public_id))


def _page(
    request: HttpRequest, found: Release, form: WithdrawForm | None = None, error: str = "", status: int = 200
) -> HttpResponse:
    if error:
        found.refresh_from_db()  # somebody may have been faster
    context = {**screens.release(found, request.GET), "form": form or WithdrawForm(), "error": error}
    return render(request, "benchmarks/release.html", context, status=status)


def _refused(request: HttpRequest, found: Release, step: Callable[[], object]) -> HttpResponse | None:
    """Do a step; gives the page that says why it was refused."""
    try:
        step()
    except releases.ReleaseRefused as refused:
        return _page(request, found, error=str(refused), status=409)
    return None


@require_POST
@steward_required
def publish(request: HttpRequest, public_id: str) -> HttpResponse:
    found = fetch(public_id)

    def step() -> None:
        release_jobs.refuse_while_busy(found.dataset)
        releases.publish(release=found, by=request.user.pk)

    if refused := _refused(request, found, step):
        return refused
    messages.success(request, _("“%(name)s” is published.") % {"name": found.name})
    return redirect("benchmark-release", found.public_id)


@require_POST
@steward_required
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    found, form = fetch(public_id), WithdrawForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=400)
    because = form.cleaned_data["because"]
    if refused := _refused(
        request, found, lambda: releases.withdraw(release=found, because=because, by=request.user.pk)
    ):
        return refused
    messages.success(request, _("“%(name)s” is withdrawn.") % {"name": found.name})
    return redirect("benchmark-release", found.public_id)


@require_POST
@steward_required
def discard(request: HttpRequest, public_id: str) -> HttpResponse:
    found = fetch(public_id)
    if refused := _refused(request, found, lambda: releases.discard(release=found, by=request.user.pk)):
        return refused
    messages.success(request, _("“%(name)s” is discarded.") % {"name": found.name})
    return redirect("benchmark-dataset", found.dataset.public_id)


def fetch(public_id: str) -> Release:
    return get_object_or_404(Release.objects.select_related("dataset"), public_id=public_id)
