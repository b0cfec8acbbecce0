"""A list of people that comes as a file: its first sheet, as the text that people mend on the page."""

from django.conf import settings
from django.http import HttpRequest

from opmodel.files import incoming, sheets
from opmodel.files.limits import uploaded
from opmodel.organisations.forms import MAX_TEXT
from opmodel.organisations.people_list import as_text

LIMITS = sheets.Limits(columns=50, cell=1_000, characters=MAX_TEXT)


class Refused(Exception):
    """A file that holds no list; says why. Nothing was stored, here nothing ever is."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message, self.status = message, status


def sent_text(request: HttpRequest) -> str | None:
    """The first sheet of the CSV, Excel or OpenDocument file of a form, None when no file came. Raises Refused."""
    try:
        upload = uploaded(request)
        if upload is None:
            return None
        checked = incoming.inspect(upload, allow=incoming.SPREADSHEETS, most_mb=settings.UPLOAD_MAX_MB)
        sheet = sheets.read_rows(checked.upload, kind=checked.type.code, name=checked.name, limits=LIMITS)
    except incoming.FileRefused as refused:
        raise Refused(refused.message, refused.status) from refused
    except sheets.SheetRefused as refused:
        raise Refused(refused.message) from refused
    return as_text(sheet.rows)
