"""Who changed an answer, when: for those who see the question."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from assessments import history, publishing, selectors
from assessments.access import access
from assessments.views import screens
from assessments.views.answering import fetch
from opmodel.organisations.guards import member_required


@require_GET
@member_required()
def question(request: HttpRequest, public_id: str, code: str) -> HttpResponse:
    found = fetch(request, public_id)
    catalogue = selectors.catalogue_of(found)
    asked = catalogue.question_by_code.get(code) or catalogue.item_by_code.get(code)
    if asked is None or asked.view != found.view or not access(request.member, found).sees(code):
        raise Http404
    context = {
        "submission": screens.heading(found),
        "code": code,
        "text": getattr(asked, "text", "") or getattr(asked, "title", ""),
        "changes": history.changes(found, publishing.question_keys(found.cycle.questionnaire_id)[code]),
        "back_url": screens.place_of(found, catalogue, code),
    }
    return render(request, "assessments/history.html", context)
