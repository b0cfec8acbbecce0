"""Whether a report is genuine: by the code that stands in it, or by the file itself.

Whoever holds a report may ask. A stranger learns what the report shows anyway, and that this site made it; the names of
organisation, cycle and plant are told to members of that organisation only.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.base import File

from assessments.models import Report
from assessments.stamping import WHOLE
from opmodel.organisations.models import Member
from opmodel.organisations.tenancy import checking

FIELDS = (
    "public_id",
    "organisation_id",
    "kind",
    "language",
    "content_hash",
    "file_sha256",
    "made_at",
    "created_at",
    "expired_at",
)


@dataclass(frozen=True)
class Found:
    """A report that was made here; `own` is the row itself for members of its organisation."""

    kind: str
    language: str
    content_hash: str
    asked_at: datetime
    made_at: datetime | None
    expired: bool
    own: Report | None


def by_code(code: str, member: Member | None) -> Found | None:
    """The report whose hash begins with `code`, 16 to 64 hexadecimal characters."""
    with checking(code):
        rows = [r for r in Report.objects.values(*FIELDS) if r["content_hash"].startswith(code)]
        return _found(rows, member)


def by_file(upload: File, member: Member | None) -> Found | None:
    """The report whose file this is, byte by byte."""
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    code = digest.hexdigest()
    assert len(code) == WHOLE
    with checking(code):
        rows = [r for r in Report.objects.values(*FIELDS) if r["file_sha256"] == code]
        return _found(rows, member)


def _found(rows: list[dict[str, Any]], member: Member | None) -> Found | None:
    """Nothing when two fit: a code that is too short names none."""
    if len(rows) != 1:
        return None
    row = rows[0]
    own = None
    if member is not None and row["organisation_id"] == member.organisation_id:
        known = Report.objects.defer("content").select_related("submission__cycle", "submission__site", "organisation")
        own = known.get(public_id=row["public_id"])
    return Found(
        row["kind"],
        row["language"],
        row["content_hash"],
        row["created_at"],
        row["made_at"],
        bool(row["expired_at"]),
        own,
    )
