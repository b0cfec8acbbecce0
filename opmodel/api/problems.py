"""Errors as RFC 9457 problem details."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn every refusal into `{type, title, status, detail}` with the media type application/problem+json."""
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, Http404):
        title, detail = "Not found", "There is nothing here for you."
    elif isinstance(error, PermissionDenied):
        title, detail = "Not allowed", str(error) or "Your role does not include this."
    elif isinstance(error, exceptions.APIException):
        title, detail = str(error.default_detail).rstrip("."), str(error.detail)
    else:
        title, detail = "Error", ""
    response.data = {"type": "about:blank", "title": title, "status": response.status_code, "detail": detail}
    response.content_type = "application/problem+json"
    return response
