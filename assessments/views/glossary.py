"""All terms of the instrument with their meaning."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from assessments import publishing
from assessments.glossary import Marker
from opmodel.organisations.guards import member_required


@require_GET
@member_required()
def glossary(request: HttpRequest) -> HttpResponse:
    """The glossary of the newest version, in the order of the alphabet."""
    newest = publishing.latest_questionnaire()
    known = Marker(publishing.catalogue(newest.pk).glossary if newest else {}).terms
    terms = [known[name] for name in sorted(known)]
    return render(request, "assessments/glossary.html", {"terms": terms})
