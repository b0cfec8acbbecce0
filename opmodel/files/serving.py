"""Handing a stored file out: as a download, under a name that is safe, and never as a page of this site."""

import logging

from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.translation import gettext as _

from opmodel.files import storage
from opmodel.files.models import StoredFile

log = logging.getLogger(__name__)


def deliver(stored: StoredFile) -> FileResponse:
    """The file as an attachment, streamed; the caller has asked whether this member may have it.

    Whoever hands files out names in `response.afterwards` what writes it to the audit trail (see TenantMiddleware).
    """
    try:
        content = storage.private().open(stored.storage_key, "rb")
    except OSError as error:
        log.error("the bytes of stored file %s are missing: %s", stored.pk, error)
        raise Http404(_("This file is lost.")) from error
    response = FileResponse(content, as_attachment=True, filename=stored.name, content_type=stored.content_type)
    response.headers["Content-Length"] = str(stored.size)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    return response


PACKED = ("application/vnd.apache.parquet",)


class GZip(GZipMiddleware):
    """Packs pages; files go as they are: packed already, and their length is known."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if isinstance(response, FileResponse) or response.headers.get("Content-Type") in PACKED:
            return response
        return super().process_response(request, response)
