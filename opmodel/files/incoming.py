"""Taking a file in: refused in words or stored, whole, with the row that owns it.

`inspect` looks at an upload and touches neither database nor storage. `receive` does the same and stores it.
"""

import errno
import hashlib
import logging
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.conf import settings
from django.core.files.base import File
from django.db.models import Sum
from django.utils.translation import gettext as _

from opmodel.files import recognising, storage
from opmodel.files.models import StoredFile
from opmodel.files.recognising import EVIDENCE, SPREADSHEETS, FileType
from opmodel.keys import new_public_id

__all__ = ["EVIDENCE", "SPREADSHEETS", "Checked", "FileRefused", "clean_name", "inspect", "receive", "store"]
NAME_LENGTH = 200
MEGABYTE = 1_000_000
log = logging.getLogger(__name__)


class FileRefused(Exception):
    """A file that is not taken; says why and what is. Nothing was stored."""

    def __init__(self, message: str, field: str = "file", status: int = 400) -> None:
        super().__init__(message)
        self.message, self.field, self.status = message, field, status


def no_room(field: str) -> FileRefused:
    message = _("The server has no room left for files. Nothing was stored; try again later.")
    return FileRefused(message, field, 507)


@dataclass(frozen=True)
class Checked:
    """An upload that may be stored: clean name, kind by content, size in bytes."""

    upload: File
    name: str
    type: FileType
    size: int
    sha256: str


def inspect(upload: File | None, *, allow: Sequence[FileType], most_mb: int, field: str = "file") -> Checked:
    """Look at an upload: size, name, kind by content. Raises FileRefused."""
    if upload is None:
        raise FileRefused(_("Choose a file."), field)
    name = clean_name(upload.name or "")
    words = {"name": name, "most": most_mb, "kinds": recognising.listed(allow)}
    size = upload.size
    if not size:
        raise FileRefused(_("“%(name)s” is empty.") % words, field)
    if size > most_mb * MEGABYTE:
        raise FileRefused(_("“%(name)s” is larger than %(most)s MB, which is the most.") % words, field, 413)
    ending = PurePosixPath(name).suffix.lstrip(".").lower()
    try:
        found = recognising.recognise(upload, ending)
    except recognising.Unacceptable as error:
        raise FileRefused(str(error) % words, field) from error
    if found is None or found not in allow:
        upload.seek(0)
        words["what"] = found.label if found else recognising.describe(upload.read(recognising.HEAD))
        raise FileRefused(_("“%(name)s” is %(what)s. Accepted are: %(kinds)s.") % words, field)
    if ending not in found.endings:
        words |= {"what": found.label, "kinds": recognising.listed([found])}
        raise FileRefused(_("“%(name)s” is %(what)s; its name must end in %(kinds)s.") % words, field)
    return Checked(upload, name, found, size, _digest(upload))


def receive(
    *,
    upload: File | None,
    kind: str,
    allow: Sequence[FileType],
    organisation_id: int,
    organisation_public_id: str,
    by: int | None,
    field: str = "file",
) -> StoredFile:
    """Check an upload and store it, inside `tenant`; raises FileRefused. `by` is the number of the person."""
    most = settings.EVIDENCE_MAX_MB if kind == StoredFile.Kind.EVIDENCE else settings.UPLOAD_MAX_MB
    checked = inspect(upload, allow=allow, most_mb=most, field=field)
    return store(
        checked=checked,
        kind=kind,
        organisation_id=organisation_id,
        organisation_public_id=organisation_public_id,
        by=by,
        field=field,
    )


def store(
    *,
    checked: Checked,
    kind: str,
    organisation_id: int,
    organisation_public_id: str,
    by: int | None,
    field: str = "file",
) -> StoredFile:
    """Write the bytes, then the row that owns them; when the transaction does not commit the bytes go again."""
    stored = StoredFile.objects.filter(organisation_id=organisation_id).aggregate(n=Sum("size"))["n"] or 0
    if stored + checked.size > settings.FILES_QUOTA_MB * MEGABYTE:
        raise FileRefused(_("The space for files of your organisation is used up. Ask your administrator."), field, 507)
    key = storage.tenant_path(organisation_public_id, kind, new_public_id() + new_public_id())
    checked.upload.seek(0)
    try:
        key = storage.write(key, checked.upload)
    except OSError as error:
        log.error("storing a file failed: %s", error)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise no_room(field) from error
        message = _("The file could not be stored. Nothing was changed; try again later.")
        raise FileRefused(message, field, 507) from error
    return StoredFile.objects.create(
        organisation_id=organisation_id,
        created_by=by,
        kind=kind,
        name=checked.name,
        content_type=checked.type.content_type,
        size=checked.size,
        sha256=checked.sha256,
        storage_key=key,
    )


def clean_name(name: str) -> str:
    r"""A name as people see it: no folders, no control or direction characters, at most 200 characters.

    >>> clean_name("C:\\plans\\../budget\x00 \u202efdp.exe")
    'budget fdp.exe'
    >>> clean_name("../..")
    'file'
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    visible = "".join(" " if c.isspace() else c for c in last if unicodedata.category(c) not in UNSEEN or c.isspace())
    clean = " ".join(visible.split()).strip(". ")
    if len(clean) > NAME_LENGTH:
        ending = PurePosixPath(clean).suffix[:20]
        clean = clean[: NAME_LENGTH - len(ending)].rstrip() + ending
    return clean or "file"


# Control, format (the direction marks among them), half a character, private, unassigned, line and paragraph ends.
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def _digest(upload: File) -> str:
    digest = hashlib.sha256()
    upload.seek(0)
    for chunk in iter(lambda: upload.read(1 << 18), b""):
        digest.update(chunk)
    return digest.hexdigest()
