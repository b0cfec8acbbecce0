"""Home by role, cycles and their boards."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from assessments import colleagues, publishing, selectors, workflow
from assessments.catalogue import ENTERPRISE
from assessments.forms import CycleForm
from assessments.models import Cycle, Submission
from assessments.views import cards as cards_of
from assessments.views.cards import card as _card
from benchmarks.models import Dataset
from opmodel.organisations.guards import member_required
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import ROLES, Permission, Role, can


def total_of(submission: Submission) -> int:
    return len(publishing.catalogue(submission.cycle.questionnaire_id).questions_of(submission.view))


@require_GET
@member_required()
def home(request: HttpRequest) -> HttpResponse:
    """The work list: what waits for me, what is going on, what came of it."""
    member: Member = request.member
    work = _open_work(member)
    standing_in = colleagues.standing_in(work)
    cards = [_submission_card(s, cards_of.on_behalf(member, standing_in.get(s.pk, []))) for s in work]
    cards += cards_of.teamwork(member)
    if can(member, Permission.VIEW_RESULTS):
        newest = selectors.scored_enterprise(member).filter(state=Submission.State.SUBMITTED).first()
        if newest is not None:
            cards.append(
                _card(
                    newest.cycle.name,
                    _("The scores are ready: where you stand, and what to do first."),
                    reverse("dashboard"),
                    _("Open the dashboard"),
                    "done",
                )
            )
    if can(member, Permission.OPEN_CYCLE) and not cards:
        text = _("Open a cycle: you answer for the enterprise, your plants answer for themselves.")
        cards.append(_card(_("Start the first assessment"), text, reverse("cycle-new"), _("Open a cycle"), "todo"))
    if can(member, Permission.MANAGE_ORGANISATION):
        text = _("See how far the assessment is at every site.")
        cards.append(_card(_("Progress of the plants"), text, reverse("cycle-list"), _("Open the cycles"), "info"))
    cards.sort(key=lambda c: c["state"] != "todo")  # open work first, each in its order
    open_cards = sum(c["state"] == "todo" for c in cards)
    context = {"cards": cards, "open": open_cards, "items_only": not ROLES[Role(member.role)]}
    return render(request, "assessments/home.html", context)


def _open_work(member: Member) -> list[Submission]:
    """Own submissions of open cycles, soonest deadline first."""
    rows = selectors.with_counts(selectors.own_work(member)).filter(cycle__state=Cycle.State.OPEN)
    mine = rows.order_by("cycle__closes_on", "pk")
    return [s for s in mine if selectors.takes_answers(member, s) or s.state == Submission.State.SUBMITTED]


def _submission_card(s: Any, on_behalf: str = "") -> dict[str, Any]:
    title = _("Enterprise self-assessment") if s.view == ENTERPRISE else s.site.name
    total = total_of(s)
    if s.state == Submission.State.SUBMITTED:
        text = _("%(cycle)s: submitted. Thank you.") % {"cycle": s.cycle.name}
        return _card(title, text, reverse("submission-status", args=[s.public_id]), _("See what came of it"), "done")
    shared = {"progress": {"answered": s.answered, "total": total}, "due": s.closes_on, "more": on_behalf}
    if s.state == Submission.State.RETURNED:
        text = _("%(cycle)s: returned with remarks. Look at them, then submit it again.") % {"cycle": s.cycle.name}
        url = reverse("submission-review", args=[s.public_id])
        return _card(title, text, url, _("Read the remarks"), "todo", **shared)
    left = total - s.answered
    text = ngettext("%(cycle)s: %(n)d question is open.", "%(cycle)s: %(n)d questions are open.", left) % {
        "cycle": s.cycle.name,
        "n": left,
    }
    return _card(
        title,
        text,
        reverse("submission", args=[s.public_id]),
        _("Start answering") if s.answered == 0 else _("Go on answering"),
        "todo",
        **shared,
    )


@require_GET
@member_required(Permission.VIEW_CYCLE)
def cycle_list(request: HttpRequest) -> HttpResponse:
    member: Member = request.member
    rows = list(selectors.cycles(member))
    counted = selectors.cycle_counts(rows)
    cycles = [
        {
            "name": c.name,
            "url": reverse("cycle", args=[c.public_id]),
            "state": c.state,
            "state_label": c.get_state_display(),
            "opens_on": c.opens_on,
            "closes_on": c.closes_on,
            **counted[c.pk],
        }
        for c in rows
    ]
    context = {
        "cycles": cycles,
        "can_open_cycle": can(member, Permission.OPEN_CYCLE),
        "new_url": reverse("cycle-new"),
    }
    return render(request, "assessments/cycle_list.html", context)


@require_http_methods(["GET", "POST"])
@member_required(Permission.OPEN_CYCLE)
def cycle_new(request: HttpRequest) -> HttpResponse:
    member: Member = request.member
    sites = selectors.sites(member).order_by("region", "name")
    every_site = list(sites)
    datasets = Dataset.objects.filter(release__state="published").distinct()
    today = timezone.localdate()
    form = CycleForm(
        request.POST or None,
        sites=sites,
        datasets=datasets,
        initial={"opens_on": today, "sites": every_site, "dataset": datasets.first()},
    )
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            cycle = workflow.open_cycle(by=member, **{**chosen, "sites": list(chosen["sites"])})
        except workflow.Refused as refused:
            form.add_error(refused.field or None, refused.message)
        else:
            return redirect("cycle", cycle.public_id)
    context = {"form": form, "has_sites": bool(every_site)}
    return render(request, "assessments/cycle_form.html", context, status=400 if form.errors else 200)


@require_GET
@member_required(Permission.VIEW_CYCLE)
def cycle_board(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who has answered how much: the enterprise and every site."""
    member: Member = request.member
    cycle = get_object_or_404(selectors.cycles(member), public_id=public_id)
    managers = selectors.managers_by_site(member)
    openable = can(member, Permission.VIEW_RESULTS)
    rows = []
    for s in selectors.board(cycle):
        rows.append(
            {
                "name": s.site.name if s.site else _("Enterprise self-assessment"),
                "region": s.site.region if s.site else "",
                "who": ", ".join(managers.get(s.site_id, [])) if s.site else _("CSCO"),
                "answered": s.answered,
                "total": total_of(s),
                "state": s.state,
                "state_label": _("Not started") if not s.answered and s.submitted_at is None else s.get_state_display(),
                "url": reverse("submission", args=[s.public_id]) if openable else "",
                "due": cycle.closes_on,
            }
        )
    counts = {"sites": len(rows) - 1, "submitted": sum(r["state"] == "submitted" for r in rows[1:])}
    context = {"cycle": cycle, "enterprise": rows[0], "sites": rows[1:], "counts": counts}
    return render(request, "assessments/cycle.html", context)
