"""The mail room: every mail is a job, drawn when it is sent, in the reader's language, as text and as HTML.

`templates/mail/<template>.txt` begins with the line "Subject: ..."; `<template>.html` extends `mail/_frame.html`.
Texts in the context are one line each, whatever a name holds: what has several lines is handed over as a list of lines.
Times are handed over as days ("2026-11-30", shown by the filter `day`), links as paths behind `{{ public_url }}`.
"""

import smtplib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.db.models.functions import Now
from django.template import Context, engines
from django.utils import translation
from django.utils.translation import gettext as _

from opmodel.jobs import queue
from opmodel.jobs.models import Job
from opmodel.organisations.invitations import OPEN, state_of, with_state
from opmodel.organisations.models import Invitation, Member
from opmodel.organisations.tenancy import tenant

KIND = "mail"
# A mail server that is down, or that greylists, is asked again after a minute and after a quarter of an hour.
PAUSES = (60, 900)


@dataclass(frozen=True)
class Letter:
    """One of many mails that share a template."""

    key: str
    to: str
    language: str
    context: dict[str, Any]
    member: int | None = None  # whom it is for: whoever has left by the time it is sent gets none


def enqueue(
    *, organisation_id: int, key: str, template: str, to: str, language: str, context: dict[str, Any], by: int | None
) -> Job:
    """Put one mail of an organisation into the job table, with the caller's transaction; the same key is one mail."""
    letters = [Letter(key, to, language, context)]
    return enqueue_many(organisation_id=organisation_id, template=template, letters=letters, by=by)[0]


def enqueue_many(*, organisation_id: int, template: str, letters: Iterable[Letter], by: int | None) -> list[Job]:
    """`enqueue` for many mails, in a constant number of statements."""
    payloads = {
        f"{organisation_id}:{letter.key}": {
            "template": template,
            "to": letter.to,
            "language": letter.language,
            "context": one_line(letter.context),
            **({"member": letter.member} if letter.member else {}),
        }
        for letter in letters
    }
    return queue.enqueue_many(KIND, payloads, organisation_id=organisation_id, by=by)


def withdraw(*, organisation_id: int, keys: Iterable[str]) -> None:
    """Mails of these keys that wait for their first or next attempt are not sent any more."""
    waiting = Job.objects.filter(kind=KIND, key__in=[f"{organisation_id}:{key}" for key in keys])
    waiting.filter(state=Job.State.QUEUED).update(
        state=Job.State.FAILED, error=_("Withdrawn before it was sent."), finished_at=Now()
    )


def found(organisation_id: int, keys: Iterable[str]) -> dict[str, Job]:
    """The mails that exist of these keys, with their state and error; one query."""
    before = f"{organisation_id}:"
    rows = Job.objects.filter(kind=KIND, key__in=[before + key for key in keys])
    return {row.key.removeprefix(before): row for row in rows}


def one_line(value: Any) -> Any:
    """A JSON value whose texts hold no line break and no control character: none can begin a header of its own.

    >>> one_line({"name": "Eve\\r\\nBcc: all@example.com\\x00", "note": ["a", "b\\tc"], "n": 1})
    {'name': 'Eve Bcc: all@example.com', 'note': ['a', 'b c'], 'n': 1}
    """
    if isinstance(value, str):
        return "".join(c for c in " ".join(value.split()) if c.isprintable())
    if isinstance(value, dict):
        return {key: one_line(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [one_line(inner) for inner in value]
    return value


def draw(template: str, language: str, context: dict[str, Any]) -> tuple[str, str, str]:
    """Subject, text and HTML of a mail in a language (an unknown one, or "", is the installation's)."""
    values = {"public_url": settings.PUBLIC_URL, **context}
    known = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(known):
        # Plain text knows no HTML: nothing is escaped there, and nobody's name is read as a template either.
        plain = engines["django"].get_template(f"mail/{template}.txt").template
        first, _break, text = plain.render(Context(values, autoescape=False)).lstrip().partition("\n")
        html = engines["django"].get_template(f"mail/{template}.html").render({**values, "language": known})
    if not first.startswith("Subject: "):
        raise ValueError(f"mail/{template}.txt must begin with a line 'Subject: ...'")
    return one_line(first.removeprefix("Subject: ")), text.strip() + "\n", html


@queue.handler(KIND)
def send(job: Job) -> None:
    """Draw and send one mail; afterwards its job forgets what was in it (a link may hold a secret)."""
    if "context" not in job.payload:
        return  # it was sent; only the word of that was lost
    if not settings.PUBLIC_URL:
        raise queue.GiveUp(_("PUBLIC_URL is not set, so the mail would have no link. Set it and send the mail again."))
    address = job.payload["to"]
    try:
        validate_email(address)
    except ValidationError as error:
        raise queue.GiveUp(_("“%(address)s” is not a mail address.") % {"address": address[:80]}) from error
    _still_wanted(job)
    subject, text, html = draw(job.payload["template"], job.payload["language"], job.payload["context"])
    # The same Message-ID on every attempt: if a worker dies right after sending, mail programs drop the second one.
    number = f"<{job.public_id}@{urlsplit(settings.PUBLIC_URL).hostname}>"
    headers = {"Auto-Submitted": "auto-generated", "Message-ID": number}
    mail = EmailMultiAlternatives(subject, text, to=[address], headers=headers)
    mail.attach_alternative(html, "text/html")
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        code, reply = next(iter(error.recipients.values()))
        values = {"address": address, "reply": f"{code} {reply.decode(errors='replace')}"}
        message = _("The mail server refuses the address %(address)s: %(reply)s") % values
        raise _fault(job, message, for_ever=code >= 500) from error
    except (smtplib.SMTPException, OSError) as error:
        raise _fault(job, _("The mail server did not take the mail: %(error)s") % {"error": error}) from error
    with queue.every_job():
        Job.objects.filter(pk=job.pk).update(payload={k: v for k, v in job.payload.items() if k != "context"})


def _still_wanted(job: Job) -> None:
    """Hours may lie between the order and the sending; raises GiveUp for a person who left and an invitation that ended."""
    member, invitation = job.payload.get("member"), job.payload["context"].get("invitation")
    if not (member or invitation):
        return
    with tenant(job.organisation_id or 0, read_only=True):
        active = {"user__is_active": True, "organisation__is_active": True}
        if member and not Member.objects.filter(pk=member, **active).exists():
            raise queue.GiveUp(_("Not sent: this person is no longer an active member of the organisation."))
        if invitation:
            found = with_state(Invitation.objects.select_related("organisation")).filter(public_id=invitation).first()
            if found is None or state_of(found) != OPEN:
                raise queue.GiveUp(_("Not sent: the invitation was accepted or withdrawn, or it has expired."))


def _fault(job: Job, message: str, *, for_ever: bool = False) -> Exception:
    if for_ever:
        return queue.GiveUp(message)
    return queue.TryLater(message, seconds=PAUSES[min(job.attempts, len(PAUSES)) - 1])
