"""Errors as RFC 9457 problem details."""

import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.signals import got_request_exception
from django.db import OperationalError, connection
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
SHOWN = 200  # characters of a bad value that are sent back


class BadParameter(exceptions.APIException):
    """A query parameter that cannot be used; the reply names it, its value and what was expected."""

    status_code = 400
    default_detail = "A parameter cannot be used."

    def __init__(self, parameter: str, value: str, expected: str) -> None:
        self.named = {"parameter": parameter[:SHOWN], "value": value[:SHOWN], "expected": expected}
        super().__init__(f"{parameter[:SHOWN]} is “{value[:SHOWN]}”; expected {expected}.")


def problem(status: int, title: str, detail: str, **more: str) -> dict[str, Any]:
    """The body of a refusal."""
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}


def handler(error: Exception, context: dict[str, Any]) -> Response:
    """Turn every refusal and every fault into problem details with the media type application/problem+json."""
    response = exception_handler(error, context) or fault(error, context)
    status = response.status_code
    if isinstance(error, Http404):
        body = problem(status, "Not found", str(error) or "There is nothing here for you.")
    elif isinstance(error, PermissionDenied):
        body = problem(status, "Not allowed", str(error) or "Your role does not include this.")
    elif isinstance(error, exceptions.APIException):
        named = error.named if isinstance(error, BadParameter) else {}
        body = problem(status, str(error.default_detail).rstrip("."), str(error.detail), **named)
    else:
        body = problem(status, HTTPStatus(status).phrase, str(response.data))
    response.data, response.content_type = body, MEDIA_TYPE
    return response


def fault(error: Exception, context: dict[str, Any]) -> Response:
    """An error of ours: logged and signalled like Django does it, and told without details."""
    if isinstance(error, OperationalError):
        connection.close()
        return Response("The database does not answer at present; try again.", status=503, headers={"Retry-After": "5"})
    log.error("API request failed", exc_info=error)
    got_request_exception.send(sender=None, request=context.get("request"))
    return Response("Something went wrong here; it has been logged.", status=500)
