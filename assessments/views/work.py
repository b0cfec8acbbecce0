"""Home by role: the work list."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from assessments import colleagues, selectors
from assessments.catalogue import ENTERPRISE
from assessments.models import Cycle, Submission
from assessments.views import cards as cards_of
from assessments.views.cards import card as _card
from opmodel.organisations.guards import member_required
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import ROLES, InstallationRole, Permission, Role, can


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Where this person's work is: for the benchmark steward, who belongs to no organisation, the peer data."""
    role = getattr(request.user, "installation_role", "")
    if request.member is None and role == InstallationRole.BENCHMARK_STEWARD:
        return redirect("benchmarks")
    return work_list(request)


@member_required()
def work_list(request: HttpRequest) -> HttpResponse:
    """The work list: what waits for me, what is going on, what came of it."""
    member: Member = request.member
    work = _open_work(member)
    standing_in = colleagues.standing_in(work)
    cards = [_submission_card(s, cards_of.on_behalf(member, standing_in.get(s.pk, []))) for s in work]
    cards += cards_of.teamwork(member)
    cards += cards_of.own_actions(member)
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
    if can(member, Permission.VIEW_SITE_RESULTS) and (scored := selectors.site_cycles(member)):
        text = _("How your plant stands, what the network decided, and what became of remarks.")
        cards.append(_card(scored[0].name, text, reverse("dashboard-sites"), _("Open your plant's page"), "done"))
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
    mine = sorted(rows, key=lambda s: (s.closes_on, s.pk))
    return [s for s in mine if selectors.takes_answers(member, s) or s.state == Submission.State.SUBMITTED]


def _submission_card(s: Any, on_behalf: str = "") -> dict[str, Any]:
    title = _("Enterprise self-assessment") if s.view == ENTERPRISE else s.site.name
    total = selectors.total_of(s)
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
