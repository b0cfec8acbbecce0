"""Contributing to the peers: what would leave, exactly, before it does; and the way back."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from assessments import publishing, selectors, workflow
from assessments.models import Contribution, Cycle
from benchmarks.settings import segments
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission


@require_http_methods(["GET", "POST"])
@member_required(Permission.CONTRIBUTE)
def contribute(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the row that would leave; POST sends it."""
    cycle = get_object_or_404(selectors.cycles(request.member), public_id=public_id)
    problem, status = "", 200
    if request.method == "POST":
        try:
            workflow.contribute(by=request.member, cycle=cycle, seen=request.POST.get("seen", ""))
        except workflow.Refused as refused:
            problem, status = refused.message, refused.status
        else:
            messages.success(request, _("Your row is among the peer records. It counts from the next release on."))
            return redirect("contribute", public_id)
    return render(request, "assessments/contribute.html", _page(cycle) | {"problem": problem}, status=status)


@require_POST
@member_required(Permission.CONTRIBUTE)
def withdraw(request: HttpRequest, public_id: str) -> HttpResponse:
    cycle = get_object_or_404(selectors.cycles(request.member), public_id=public_id)
    given = Contribution.objects.filter(cycle=cycle).first()
    if given is None:
        raise Http404
    try:
        workflow.withdraw_contribution(by=request.member, contribution=given)
    except workflow.Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(
            request, _("Your row is no longer among the peer records. The next release is made without it.")
        )
    return redirect("contribute", public_id)


def _page(cycle: Cycle) -> dict[str, Any]:
    offer = workflow.offer(cycle)
    given = Contribution.objects.filter(cycle=cycle).select_related("given_by", "withdrawn_by").first()
    is_given = given is not None and given.state == Contribution.State.GIVEN
    current = offer.row is not None and given is not None and given.row == offer.row.as_json()
    return {
        "cycle": cycle.name,
        "board_url": reverse("cycle", args=[cycle.public_id]),
        "own_url": reverse("contribute", args=[cycle.public_id]),
        "withdraw_url": reverse("contribute-withdraw", args=[cycle.public_id]),
        "obstacles": offer.obstacles,
        "given": given,
        "is_given": is_given,
        "may_send": offer.row is not None and not offer.obstacles and not (is_given and current),
        "changed": is_given and offer.row is not None and not current,
        "seen": offer.row.digest if offer.row else "",
        "rows": _shown(cycle, offer) if offer.row else [],
        "code": offer.key[:12],
    }


def _shown(cycle: Cycle, offer: workflow.Offer) -> list[tuple[str, str]]:
    """The row in the words of a table: (column, value)."""
    row = offer.row
    assert row is not None
    known, catalogue = segments(), publishing.catalogue(cycle.questionnaire_id)
    names = {d.code: d.name for d in (*catalogue.dimensions, *catalogue.components)} | {"OVERALL": _("Overall")}
    place = [
        (_("Industry"), known.industry_names.get(row.industry, row.industry)),
        (_("Region"), row.region),
        (_("Employees"), row.size_band),
        (_("Process type"), row.process_type),
        (_("Submitted on"), row.submitted_on),
        (_("Share answered"), f"{row.completion / 10:g} %"),
    ]
    scores = zip(offer.measures, row.scores, strict=True)
    return [(name, value or "–") for name, value in place] + [
        (names[m], "–" if score is None else f"{score / 1000:.3f}") for m, score in scores
    ]
