"""How the reports of an organisation look: its logo and its colour, set and taken away by whoever runs it."""

from django.core.files.base import File
from django.db import transaction
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from opmodel.files import incoming, pictures, storage
from opmodel.files.incoming import FileRefused
from opmodel.files.models import StoredFile
from opmodel.organisations import contrast
from opmodel.organisations.contrast import ENOUGH
from opmodel.organisations.models import Branding, Member, Organisation
from opmodel.organisations.permissions import Permission, can


class Refused(Exception):
    """A write that cannot be done; says which field and why. Nothing was changed."""

    def __init__(self, message: str, *, field: str = "", status: int = 400) -> None:
        super().__init__(message)
        self.message, self.field, self.status = message, field, status


def branding_of(organisation_id: int) -> Branding | None:
    """What was chosen; one query."""
    return Branding.objects.select_related("logo").filter(organisation_id=organisation_id).first()


@transaction.atomic
def set_accent(*, by: Member, accent: str) -> None:
    """The colour of titles and own marks in reports, "" for that of the product; raises Refused."""
    row = _begin(by)
    colour = contrast.clean(accent) if accent.strip() else ""
    if accent.strip() and not colour:
        raise Refused(_("Write the colour as # and six digits or letters a to f, such as #0b5d57."), field="accent")
    if colour and contrast.weakest(colour) < ENOUGH:
        message = _(
            "%(colour)s is too light to be read: its contrast to white or paper is %(found)s to 1, and at least %(least)s to 1 "
            "is needed. Choose a darker one."
        )
        values = {
            "colour": colour,
            "found": number_format(contrast.weakest(colour), 1),
            "least": number_format(ENOUGH, 1),
        }
        raise Refused(message % values, field="accent")
    Branding.objects.filter(pk=row.pk).update(accent=colour)


@transaction.atomic
def set_logo(*, by: Member, upload: File | None) -> None:
    """Keep a picture as the logo, redrawn; the one before goes. Raises Refused."""
    try:
        checked = pictures.redraw(upload, "logo")  # before the lock: it takes a moment
        row = _begin(by)
        stored = incoming.store(
            checked=checked,
            kind=StoredFile.Kind.LOGO,
            organisation_id=by.organisation_id,
            organisation_public_id=by.organisation.public_id,
            by=by.user_id,
            field="logo",
        )
    except FileRefused as refused:
        raise Refused(refused.message, field=refused.field, status=refused.status) from refused
    _replace(row, stored)


@transaction.atomic
def remove_logo(*, by: Member) -> None:
    """Take the logo away; none is no fault."""
    _replace(_begin(by), None)


def _begin(by: Member) -> Branding:
    """The row, locked by way of its organisation, made when it is missing; raises Refused."""
    if not can(by, Permission.MANAGE_ORGANISATION):
        raise Refused(_("Only an administrator changes how reports look."), status=403)
    Organisation.objects.select_for_update().get(pk=by.organisation_id)
    row: Branding = Branding.objects.get_or_create(organisation_id=by.organisation_id)[0]
    return row


def _replace(row: Branding, stored: StoredFile | None) -> None:
    former = row.logo
    Branding.objects.filter(pk=row.pk).update(logo=stored)
    if former is not None:
        storage.remove(former.storage_key)
        former.delete()
