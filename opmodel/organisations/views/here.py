"""Whether somebody is still signed in: our scripts ask before they hand over what took long to type."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from opmodel.organisations.guards import member_required


@require_GET
@member_required()
def here(request: HttpRequest) -> HttpResponse:
    """204 for a member; `member_required` says 401 to scripts of whoever is signed out, or was followed by another."""
    return HttpResponse(status=204)
