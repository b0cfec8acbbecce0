"""The people of an organisation: who is there, who is invited, and inviting one or many."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.formats import get_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from opmodel.files.limits import takes_file
from opmodel.organisations import inviting, listing, people, uploads
from opmodel.organisations.forms import InviteForm, ListForm
from opmodel.organisations.guards import member_required
from opmodel.organisations.models import Member
from opmodel.organisations.people_list import MAX_ROWS
from opmodel.organisations.people_plan import Plan, PlannedRow
from opmodel.organisations.people_words import COLUMNS, happening, listed, shown
from opmodel.organisations.permissions import Permission, Role, can


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.INVITE)
def everybody(request: HttpRequest) -> HttpResponse:
    """Members, open invitations, and the form to invite one person; `?site=` chooses the site beforehand."""
    member: Member = request.member
    sites = people.sites(member)
    initial = {"language": translation.get_language(), "sites": request.GET.getlist("site")}
    form = InviteForm(request.POST or None, role=Role(member.role), sites=sites, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made, replaced = inviting.invite(by=member, **form.cleaned_data)
        except inviting.Refused as refused:
            form.add_error(refused.field or None, refused.message)
        else:
            if replaced:
                text = _("%(email)s was invited already: a new invitation is on its way, the old link is dead.")
            else:
                text = _("The invitation to %(email)s is on its way.")
            messages.success(request, text % {"email": made.email})
            return redirect("people")
    context = {
        "members": people.member_rows(member),
        "invitations": people.invitation_rows(member),
        "form": form,
    }
    return render(request, "organisations/people.html", context, status=400 if form.errors else 200)


@require_POST
@member_required(Permission.INVITE)
def again(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send an invitation again, with a new link."""
    invitation = get_object_or_404(people.invitations(request.member), public_id=public_id)
    try:
        inviting.invite_again(by=request.member, invitation=invitation)
    except inviting.Refused as refused:
        messages.error(request, refused.message)
    else:
        text = _("A new invitation to %(email)s is on its way; the old link is dead.")
        messages.success(request, text % {"email": invitation.email})
    return redirect("people")


@require_POST
@member_required(Permission.INVITE)
def revoke(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take an invitation back."""
    invitation = get_object_or_404(people.invitations(request.member), public_id=public_id)
    try:
        inviting.revoke(by=request.member, invitation=invitation)
    except inviting.Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("The invitation to %(email)s is withdrawn.") % {"email": invitation.email})
    return redirect("people")


@takes_file("UPLOAD_MAX_MB")
@require_http_methods(["GET", "HEAD", "POST"])
@member_required(Permission.INVITE)
def import_list(request: HttpRequest) -> HttpResponse:
    """A list of sites and people, pasted or as a file: shown first, applied when what was shown is still true."""
    member: Member = request.member
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return _list_page(request, form)
    if not form.is_valid():
        return _list_page(request, form, status=400)
    try:
        sent = uploads.sent_text(request)
    except uploads.Refused as refused:
        form.add_error("file", refused.message)
        return _list_page(request, form, status=refused.status)
    text = form.cleaned_data["text"] if sent is None else sent
    if sent is None and request.POST.get("step") == "apply":
        try:
            done = listing.apply_list(by=member, text=text, seen=request.POST.get("seen", ""))
        except listing.Changed as changed:
            return _list_page(request, ListForm(initial={"text": text}), changed.plan, changed=True)
        return render(request, "organisations/people_done.html", _result(member, done))
    return _list_page(request, ListForm(initial={"text": text}), listing.preview(member, text))


def _list_page(
    request: HttpRequest, form: ListForm, plan: Plan | None = None, *, changed: bool = False, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "plan": None,
        "columns": listed(COLUMNS.values()),
        "codes": listed(dict(settings.LANGUAGES)),
        "most": MAX_ROWS,
    }
    if plan is not None:
        context["plan"] = {
            "wrong": [shown(fault) for fault in plan.wrong],
            "rows": [_row(row) for row in plan.rows],
            "summary": _summary(plan),
            "digest": plan.digest,
            "can_apply": plan.does_something and not plan.wrong,
            "changed": changed and not plan.wrong,
        }
        status = 400 if plan.wrong else 409 if changed else status
    return render(request, "organisations/people_import.html", context, status=status)


def _row(row: PlannedRow) -> dict[str, Any]:
    entry = row.entry
    return {
        "number": entry.row,
        "site": entry.site,
        "place": listed(p for p in (entry.region, entry.country) if p),
        "name": entry.name,
        "email": entry.email,
        "notes": [happening(note) for note in row.notes],
        "faults": [shown(fault) for fault in row.faults],
    }


def _summary(plan: Plan) -> list[str]:
    """What applying does in sum, in whole sentences."""
    counted = [
        (len(plan.new_sites), ngettext("%(n)s new site.", "%(n)s new sites.", len(plan.new_sites))),
        (
            len(plan.filled_sites),
            ngettext(
                "%(n)s site gets its region or country.",
                "%(n)s sites get their region or country.",
                len(plan.filled_sites),
            ),
        ),
        (len(plan.invites), ngettext("%(n)s invitation by mail.", "%(n)s invitations by mail.", len(plan.invites))),
        (
            len(plan.further_sites),
            ngettext("%(n)s member gets further sites.", "%(n)s members get further sites.", len(plan.further_sites)),
        ),
    ]
    return [text % {"n": n} for n, text in counted if n]


def _result(member: Member, plan: Plan) -> dict[str, Any]:
    return {
        "summary": _summary(plan),
        "new_sites": [site.name for site in plan.new_sites],
        "invited": [invite.email for invite in plan.invites],
        "cycles_url": reverse("cycle-list") if can(member, Permission.VIEW_CYCLE) else "",
    }


@require_GET
@member_required(Permission.INVITE)
def template(request: HttpRequest) -> HttpResponse:
    """An empty list to fill in, with the columns in the reader's language, as their spreadsheet splits it."""
    separator = ";" if get_format("DECIMAL_SEPARATOR") == "," else ","
    text = separator.join(str(label) for label in COLUMNS.values())
    response = HttpResponse(f"\ufeff{text}\r\n", content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="people.csv"'
    return response
