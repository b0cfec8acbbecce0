"""Where an invitation's link leads: see who invites, then join. Opening the link changes nothing, whoever opens it."""

from typing import Any

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from opmodel.organisations import inviting
from opmodel.organisations.forms import JoinForm
from opmodel.organisations.guards import outside_organisations
from opmodel.organisations.invitations import EXPIRED, OPEN, SHUT, USED, WITHDRAWN, Held, hash_of, held
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import Role

# What a role does, for somebody who has never been here.
DUTIES = {
    Role.CSCO: gettext_lazy("You open assessments, answer for the enterprise and see all results."),
    Role.PLANT_MANAGER: gettext_lazy("You answer for your site and see what came of it."),
    Role.ANALYST: gettext_lazy("You see all results and compare them with peers."),
    Role.ADMINISTRATOR: gettext_lazy("You look after people and sites; you see no answers and no results."),
    Role.CONTRIBUTOR: gettext_lazy("You answer the questions that colleagues hand to you."),
}
RATES = {"join": "20/m/ip,10/5m/key"}  # tries by one internet address, and with one link


@outside_organisations
@sensitive_post_parameters("password1", "password2")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Join by the link of an invitation: with a new account, or signed in as the one who was invited."""
    posted = request.method == "POST"
    if posted and not ratelimit.consume(request, app="opmodel", action="join", config=RATES, key=hash_of(token)):
        return ended(request, _("Too many tries"), _("Wait a few minutes, then open the link again."), 429)
    found = held(token)
    if found is None or found.state != OPEN:
        return ended(request, *why(found.state if found else None))
    form = JoinForm(
        request.POST if posted else None, email=found.invitation.email, initial={"name": found.invitation.name}
    )
    if posted:
        try:
            member = _take_in(request, token, form)
        except inviting.Ended as over:  # by somebody else, since the page was opened
            return ended(request, *why(over.state))
        except inviting.Refused as refused:
            return ended(request, _("You cannot join with this account"), refused.message, refused.status)
        if member is not None:
            return _welcome(request, member)
    return render(request, "organisations/join.html", _page(request, found, form), status=400 if form.errors else 200)


def _take_in(request: HttpRequest, token: str, form: JoinForm) -> Member | None:
    """Whoever is signed in joins as who they are, everybody else with the form; None when that has faults."""
    if request.user.is_authenticated:
        return inviting.join(by=request.user, token=token)
    if not form.is_valid():
        return None
    member = inviting.join_as_new_person(
        token=token, name=form.cleaned_data["name"], password=form.cleaned_data["password1"]
    )
    login(request, member.user)
    return member


def _welcome(request: HttpRequest, member: Member) -> HttpResponse:
    request.session["organisation"] = member.organisation_id
    messages.success(request, _("Welcome to %(organisation)s.") % {"organisation": member.organisation.name})
    return redirect("home")


def _page(request: HttpRequest, found: Held, form: JoinForm) -> dict[str, Any]:
    invitation = found.invitation
    own = request.user.email if request.user.is_authenticated else ""
    who = "new" if not found.has_account else "sign_in"
    if own:
        who = "confirm" if own.lower() == invitation.email.lower() else "somebody_else"
    return {
        "organisation": invitation.organisation.name,
        "inviter": invitation.invited_by.get_full_name() if invitation.invited_by else "",
        "role": found.role,
        "duty": DUTIES[Role(invitation.role)],
        "sites": found.sites,
        "email": invitation.email,
        "own": own,
        "who": who,
        "here": request.path,
        "form": form,
    }


def why(state: str | None) -> tuple[str, str, int]:
    """Heading, text and status of the page for a link that opens nothing (None: it never did)."""
    return {
        USED: (
            _("This invitation has been used"),
            _("A link works once. If it was you, sign in; otherwise ask for a new invitation."),
            410,
        ),
        WITHDRAWN: (
            _("This invitation is no longer valid"),
            _("It was withdrawn, or a newer one was sent: look for the latest mail, or ask for a new invitation."),
            410,
        ),
        EXPIRED: (_("This invitation has expired"), _("Ask whoever invited you to send it again."), 410),
        SHUT: (_("Nobody can join at present"), _("Ask whoever invited you."), 403),
        None: (
            _("This link opens no invitation"),
            _(
                "Perhaps the mail program cut it: copy the whole link from the mail. Otherwise ask for a new invitation."
            ),
            404,
        ),
    }[state]


def ended(request: HttpRequest, heading: str, text: str, status: int) -> HttpResponse:
    return render(request, "organisations/join_ended.html", {"heading": heading, "text": text}, status=status)
