"""How much a request may bring: a page takes 1 MB, a view that takes files says how much more.

The middleware stands before the one that checks the CSRF token, which reads a form to the end to find it.
"""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.shortcuts import render
from django.utils.translation import gettext as _

from opmodel.files.incoming import MEGABYTE, no_room

View = TypeVar("View", bound=Callable[..., Any])
FIELDS = MEGABYTE  # what a form may hold beside its file
DRAINED, SECONDS = 300 * MEGABYTE, 30  # what is read and thrown away so that a browser shows the reply
log = logging.getLogger(__name__)


def takes_file(setting: str) -> Callable[[View], View]:
    """A view that takes one file of at most as many MB as the named setting says."""

    def decorate(view: View) -> View:
        view.most_mb_setting = setting  # type: ignore[attr-defined]
        return view

    return decorate


class BodyLimit:
    """Refuses what is larger than the view takes by its announced length, before any of it is kept.

    A body without a length is none: WSGI reads nothing of it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args: Any, kwargs: Any) -> HttpResponse | None:
        setting = getattr(view, "most_mb_setting", "")
        most = getattr(settings, setting) if setting else settings.DATA_UPLOAD_MAX_MEMORY_SIZE // MEGABYTE
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) <= most * MEGABYTE + (FIELDS if setting else 0):
            return None
        drain(request)
        if setting:
            message = _("The file is larger than %(most)s MB, which is the most. Nothing was changed.") % {"most": most}
        else:
            message = _("This is larger than the %(most)s MB that fit. Nothing was changed.") % {"most": most}
        if "json" in request.headers.get("Accept", "") + (request.content_type or ""):
            field = "file" if setting else "body"
            return JsonResponse({"error": "too_large", "message": message, "field": field}, status=413)
        return render(request, "413.html", {"text": message}, status=413)


def drain(request: HttpRequest) -> None:
    """Read on and throw away: a server that answers and hangs up shows people a broken connection, not the answer."""
    end, left = time.monotonic() + SECONDS, DRAINED
    try:
        while left > 0 and time.monotonic() < end and (chunk := request.read(1 << 16)):
            left -= len(chunk)
    except UnreadablePostError as error:
        log.info("a request that was too large ended early: %s", error)


class TemporaryUpload(TemporaryFileUploadHandler):
    """Keeps a file that comes in on disk; when the disk is full it lets the file go, and the view says so."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().new_file(*args, **kwargs)
        except OSError as error:
            raise self.gave_up(error) from error

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:
            raise self.gave_up(error) from error

    def file_complete(self, file_size: int) -> UploadedFile | None:
        try:
            return super().file_complete(file_size)
        except OSError as error:
            self.gave_up(error)
            return None

    def gave_up(self, error: OSError) -> SkipFile:
        log.error("an upload could not be kept: %s", error)
        if getattr(self, "file", None) is not None:
            with suppress(OSError):
                self.file.close()  # what came so far goes
        self.request.upload_failed = True
        return SkipFile()


def uploaded(request: HttpRequest, field: str = "file") -> UploadedFile | None:
    """The file of a form field, None when none was chosen; raises FileRefused when it could not be kept."""
    if getattr(request, "upload_failed", False):
        raise no_room(field)
    return request.FILES.get(field)
