"""What a plant answered in one dimension, question by question, and another plant beside it: what the better one does."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from assessments import site_views
from assessments.catalogue import SITE, Question
from assessments.models import Answer
from assessments.site_views import Network, SiteView
from opmodel.dashboards.presenting import number
from opmodel.dashboards.sites.frame import address
from opmodel.dashboards.sites.survey import survey_of
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission


@require_GET
@member_required(Permission.VIEW_RESULTS)
def page(request: HttpRequest, public_id: str, measure: str) -> HttpResponse:
    submission = survey_of(request, public_id)
    network = site_views.network_of(request.member, submission.cycle)
    site, dimension = network.by_id.get(public_id), network.catalogue.dimension_by_code.get(measure)
    other_id = request.GET.get("beside", "")
    other = network.by_id.get(other_id)
    if site is None or dimension is None or (other_id and other is None) or other is site:
        raise Http404
    shown = [s for s in (site, other) if s is not None]
    given = answers_of(network, shown, measure)
    context = {
        "cycle": submission.cycle,
        "all_url": address("dashboard-sites-best", submission.cycle),
        "dimension": dimension,
        "component": dimension.component,
        "headline": headline(dimension.name, site, other, measure),
        "plants": [
            {
                "name": s.name,
                "score": number(s.scores.get(measure)),
                "url": reverse("dashboard-site", args=[s.submission]),
                "explain": reverse("explain", args=[s.submission, measure]),
            }
            for s in shown
        ],
        "questions": [
            {
                "code": q.code,
                "text": q.text,
                "said": [said(q, s, given.get((s.submission, q.code))) for s in shown],
            }
            for q in network.catalogue.questions_of(SITE, measure)
        ],
    }
    return render(request, "dashboards/site_dimension.html", context)


def answers_of(network: Network, sites: list[SiteView], dimension: str) -> dict[tuple[str, str], Answer]:
    """The answers of these plants by submission and question; one query."""
    codes = [q.code for q in network.catalogue.questions_of(SITE, dimension)]
    rows = Answer.objects.filter(
        submission__public_id__in=[s.submission for s in sites], question__code__in=codes
    ).select_related("submission", "question")
    return {(row.submission.public_id, row.question.code): row for row in rows}


def said(question: Question, site: SiteView, answer: Answer | None) -> dict[str, Any]:
    """What one plant answered: the level with its text, or why there is none."""
    level = answer.level if answer else None
    if level:
        text = question.anchors[level - 1]
    elif answer is not None and answer.status == "na":
        text = _("Not applicable: %(reason)s") % {"reason": answer.reason}
    elif answer is not None and answer.status == "dk":
        text = _("Do not know")
    else:
        text = _("Not answered")
    return {"site": site.name, "level": level, "text": text, "comment": answer.comment if answer else ""}


def headline(name: str, site: SiteView, other: SiteView | None, measure: str) -> str:
    own = site.scores.get(measure)
    values = {"name": name, "site": site.name, "score": number(own)}
    if other is None:
        return _("%(name)s at %(site)s: %(score)s") % values
    values |= {"other": other.name, "other_score": number(other.scores.get(measure))}
    return _("%(name)s: what %(site)s (%(score)s) does that %(other)s (%(other_score)s) does not yet") % values
