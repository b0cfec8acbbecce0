"""Contributing to the peers: what would leave, exactly, before it does; and the way back."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from assessments import contributing, publishing, selectors, workflow
from assessments.contributing import Offer
from assessments.decimals import written
from assessments.models import Contribution, Cycle
from benchmarks.selectors import size_of
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
    given = contributing.contribution(cycle)
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
    offer = contributing.offer(cycle)
    given = contributing.contribution(cycle)
    counts = contributing.counts(given)
    is_given = given is not None and given.state == Contribution.State.GIVEN
    current = (
        counts
        and given is not None
        and offer.row is not None
        and (given.record_key, given.row) == (offer.key, offer.row.as_json())
    )
    may_send = offer.row is not None and not offer.obstacles and not current
    return {
        "cycle": cycle.name,
        "board_url": reverse("cycle", args=[cycle.public_id]),
        "own_url": reverse("contribute", args=[cycle.public_id]),
        "withdraw_url": reverse("contribute-withdraw", args=[cycle.public_id]),
        "obstacles": () if current else offer.obstacles,
        "given": given,
        "given_by": given.given_by.get_full_name() if given and given.given_by else _("somebody who has left"),
        "is_given": is_given,
        "counts": counts,
        "may_send": may_send,
        "changed": counts and may_send,
        "seen": offer.row.digest if offer.row else "",
        "rows": _shown(cycle, offer) if offer.row else [],
        "code": offer.key[:12],
    }


def _shown(cycle: Cycle, offer: Offer) -> list[tuple[str, str]]:
    """The row in the words of a table: (column, value)."""
    row = offer.row
    assert row is not None
    known, catalogue = segments(), publishing.catalogue(cycle.questionnaire_id)
    names = {d.code: d.name for d in (*catalogue.dimensions, *catalogue.components)} | {"OVERALL": _("Overall")}
    profile = catalogue.item_by_code.get("E-N1")  # segments are named as its options are
    say = profile.word if profile else str
    place = [
        (_("Industry"), say(known.industry_names.get(row.industry, row.industry))),
        (_("Region"), say(row.region)),
        (_("Employees"), size_of(row.size_band, say)),
        (_("Process type"), say(row.process_type)),
        (_("Submitted on"), date_format(date.fromisoformat(row.submitted_on))),
        (_("Share answered"), written(f"{row.completion / 10:g} %")),
    ]
    scores = zip(offer.measures, row.scores, strict=True)
    return [(name, value or "–") for name, value in place] + [
        (names[m], "–" if score is None else written(f"{score / 1000:.3f}")) for m, score in scores
    ]
