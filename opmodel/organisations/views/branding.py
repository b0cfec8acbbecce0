"""Logo and colour of the reports, for whoever runs the organisation."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from opmodel.files import pictures
from opmodel.files.incoming import FileRefused
from opmodel.files.limits import takes_file, uploaded
from opmodel.files.recognising import accept
from opmodel.files.serving import deliver
from opmodel.organisations import branding
from opmodel.organisations.branding import Refused
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@takes_file("UPLOAD_MAX_MB")
@member_required(Permission.MANAGE_ORGANISATION)
def page(request: HttpRequest) -> HttpResponse:
    """Set or take away the logo, set the colour; which of them says the button."""
    error, field, status = "", "", 200
    if request.method == "POST":
        try:
            messages.success(request, _write(request))
        except (Refused, FileRefused) as refused:
            error, field, status = refused.message, refused.field, refused.status
        else:
            return redirect("branding")
    chosen = branding.branding_of(request.member.organisation_id)
    typed = request.POST.get("accent", "")[:20] if field == "accent" else ""
    context = {
        "logo": chosen.logo if chosen else None,
        "accent": typed or (chosen.accent if chosen else ""),
        "error": error,
        "field": field,
        "most_mb": pictures.MOST_MB,
        "accept": accept(tuple(pictures.KINDS)),
    }
    return render(request, "organisations/branding.html", context, status=status)


def _write(request: HttpRequest) -> str:
    """Do what the form says; gives the sentence that says so."""
    if request.POST.get("do") == "remove":
        branding.remove_logo(by=request.member)
        return _("The logo is removed. Reports that are made from now on carry none.")
    if request.POST.get("do") == "logo":
        branding.set_logo(by=request.member, upload=uploaded(request, "logo"))
        return _("The logo is saved. Reports that are made from now on carry it.")
    branding.set_accent(by=request.member, accent=request.POST.get("accent", "")[:20])
    return _("The colour is saved. Reports that are made from now on use it.")


@require_GET
@member_required(Permission.MANAGE_ORGANISATION)
def logo(request: HttpRequest) -> HttpResponseBase:
    """The logo as it is kept, for the page."""
    chosen = branding.branding_of(request.member.organisation_id)
    if chosen is None or chosen.logo is None:
        raise Http404
    return deliver(chosen.logo)
