"""Every read about people: the members of an organisation, and the invitations that are open."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from opmodel.jobs.models import Job
from opmodel.organisations import mail
from opmodel.organisations.invitations import mail_key, with_state
from opmodel.organisations.inviting import open_invitations
from opmodel.organisations.models import Invitation, Member, Site
from opmodel.organisations.permissions import MAY_INVITE, Role, role_name


def members(member: Member) -> QuerySet[Member]:
    """The people of the member's organisation, by role and name."""
    rows = Member.objects.filter(organisation_id=member.organisation_id)
    return rows.select_related("user").prefetch_related("sites").order_by("role", "user__name", "user__email")


def invitations(member: Member) -> QuerySet[Invitation]:
    """The open invitations of the member's organisation, newest first, with `is_expired`."""
    rows = with_state(open_invitations(member.organisation_id))
    return rows.prefetch_related("sites").order_by("-created_at", "-pk")


def sites(member: Member) -> QuerySet[Site]:
    """The sites a plant manager can be invited for."""
    return Site.objects.filter(organisation_id=member.organisation_id, is_active=True).order_by("region", "name")


def member_rows(member: Member) -> list[dict[str, Any]]:
    return [
        {
            "name": row.user.get_full_name(),
            "email": row.user.email if row.user.name else "",
            "role": row.role_label,
            "sites": _(", ").join(site.name for site in row.sites.all()),
            "last_login": row.user.last_login,
            "is_active": row.user.is_active,
        }
        for row in members(member)
    ]


def invitation_rows(member: Member) -> list[dict[str, Any]]:
    """Open invitations with what became of their mails, and whether this member may send them again."""
    rows = list(invitations(member))
    mails = mail.found(member.organisation_id, [mail_key(row.public_id) for row in rows])
    mine = MAY_INVITE.get(Role(member.role), frozenset())
    return [
        {
            "public_id": row.public_id,
            "name": row.name or row.email,
            "email": row.email if row.name else "",
            "role": role_name(row.role),
            "sites": _(", ").join(site.name for site in row.sites.all()),
            "changeable": row.role in mine,
            **_state(row, mails.get(mail_key(row.public_id))),
        }
        for row in rows
    ]


def _state(row: Any, job: Job | None) -> dict[str, Any]:
    """What to say about an invitation: a word, a sentence, and whether somebody should act."""
    last_day = _day(row.expires_at - timedelta(seconds=1))
    if row.is_expired:
        return {"tag": _("expired"), "warn": True, "text": _("Valid until %(day)s.") % {"day": last_day}}
    if job is not None and job.state == Job.State.FAILED:
        return {"tag": _("mail failed"), "warn": True, "text": job.reason}
    if job is not None and job.state == Job.State.DONE:
        text = _("Sent %(day)s, valid until %(last)s.") % {"day": _day(job.finished_at), "last": last_day}
        return {"tag": _("sent"), "warn": False, "text": text}
    text = _("The mail is on its way. Valid until %(day)s.") % {"day": last_day}
    if job is not None and job.error:
        text = _("The mail server did not take the mail yet; it is asked again.")
    return {"tag": _("being sent"), "warn": False, "text": text}


def _day(moment: Any) -> str:
    return date_format(timezone.localtime(moment), "SHORT_DATE_FORMAT")
