"""Who calls: a token as `Authorization: Bearer …`, or as the password of Basic; never in a URL."""

import base64
from datetime import timedelta
from hmac import compare_digest
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.crypto import hash_token
from knox.settings import CONSTANTS
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from opmodel.api.models import ApiToken
from opmodel.organisations.models import User

REFUSED = "This token is not valid: it is unknown, expired, or its owner is no longer active."


class Token(BaseAuthentication):
    """Accepts a token that exists, has not expired and whose owner is active."""

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="OpModel"'

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _, value = request.headers.get("Authorization", "").strip().partition(" ")
        if not scheme:
            return None
        # A browser that is signed in as well is already inside a read-only transaction (TenantMiddleware).
        note_use = getattr(request, "member", None) is None
        address = get_adapter(request).get_client_ip(request._request)
        if scheme.lower() == "bearer":
            return find(value.strip(), note_use, address)
        if scheme.lower() == "basic":
            try:
                _user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
            except ValueError as error:  # not ASCII, not base64, not UTF-8
                raise AuthenticationFailed("The Basic header is not valid base64 of user:token.") from error
            return find(password, note_use, address)
        raise AuthenticationFailed("Use Authorization: Bearer TOKEN, or Basic with the token as password.")


def find(text: str, note_use: bool = True, address: str | None = None) -> tuple[User, ApiToken]:
    """The owner and the token with this text; raises AuthenticationFailed, Throttled.

    `note_use` counts the request, and writes when and from where the token was last used.
    """
    if not (text.isascii() and text.isalnum()):
        raise AuthenticationFailed(REFUSED)  # PostgreSQL would choke on a NUL
    with transaction.atomic(), connection.cursor() as cursor:
        # A token names its organisation, so it is looked up before any organisation is entered.
        cursor.execute("SELECT set_config('app.scope', 'tokens', true)")
        found = [
            t
            for t in ApiToken.objects.select_related("user").filter(token_key=text[: CONSTANTS.TOKEN_KEY_LENGTH])
            if compare_digest(hash_token(text), t.digest)
        ]
        now = timezone.now()
        if not found or not found[0].user.is_active or (found[0].expiry is not None and found[0].expiry <= now):
            raise AuthenticationFailed(REFUSED)
        token = found[0]
        if note_use and (token.last_used_at is None or token.last_used_at < now - timedelta(minutes=1)):
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now, last_used_from=address)
        if note_use:
            count(cursor, token)
        if connection.savepoint_ids:  # else the setting ends with the transaction
            cursor.execute("SELECT set_config('app.scope', '', true)")
    return token.user, token


COUNT = """
WITH minute AS (SELECT floor(extract(epoch FROM clock_timestamp()) / 60)::bigint AS m),
     past AS (DELETE FROM api_tokenuse USING minute WHERE token = %(token)s AND minute < m)
INSERT INTO api_tokenuse (token, minute, used) SELECT %(token)s, m, 1 FROM minute
    ON CONFLICT (token, minute) DO UPDATE SET used = api_tokenuse.used + 1
RETURNING used, 60 - floor(extract(epoch FROM clock_timestamp()))::bigint %% 60
"""


def count(cursor: Any, token: ApiToken) -> None:
    """Count a request of this minute, in PostgreSQL: it holds across processes. Raises Throttled."""
    cursor.execute(COUNT, {"token": token.digest})
    used, seconds = cursor.fetchone()
    if used > settings.API_REQUESTS_PER_MINUTE:
        raise Throttled(wait=seconds)


class TokenScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI document names it."""

    target_class = "opmodel.api.authentication.Token"
    name = ["bearer", "basic"]

    def get_security_definition(self, auto_schema: object) -> list[dict[str, str]]:
        return [{"type": "http", "scheme": "bearer"}, {"type": "http", "scheme": "basic"}]

    def get_security_requirement(self, auto_schema: object) -> list[dict[str, list[str]]]:
        # One entry each: in a single entry OpenAPI would ask for both at once.
        return [{"bearer": []}, {"basic": []}]
