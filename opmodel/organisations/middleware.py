"""Every request of a member runs inside `tenant`: one transaction, read-only when it only reads."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db import OperationalError, connection
from django.db.models import OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control

from opmodel.organisations.guards import PERSON
from opmodel.organisations.language import language_of
from opmodel.organisations.models import Member, MemberSite
from opmodel.organisations.tenancy import acting_as, tenant

READING = ("GET", "HEAD", "OPTIONS")


class ChosenLanguage:
    """Whoever chose a language reads it, whatever the browser asks for; all others get what LocaleMiddleware found."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            language = language_of(request.user) if request.user.is_authenticated else ""
        except OperationalError:
            return come_again(request)
        if not language:
            return self.get_response(request)
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class TenantMiddleware:
    """Finds the member and wraps the view; `request.member` is None for whoever belongs to no organisation."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.member = None  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args: list[Any], kwargs: dict[str, Any]) -> Any:
        try:
            return self.inside(request, view, args, kwargs)
        except OperationalError:
            return come_again(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The same for those who are in no organisation: Django runs their views itself."""
        return come_again(request) if isinstance(error, OperationalError) else None

    def inside(self, request: HttpRequest, view: Callable, args: list[Any], kwargs: dict[str, Any]) -> Any:
        if getattr(view, "outside_organisations", False) or not request.user.is_authenticated:
            return None
        kept = request.session.get("organisation")
        response = self.inside_of(kept, request, view, args, kwargs) if kept else None
        if request.member is None:  # type: ignore[attr-defined]
            # Signed in before it was kept, or taken out of that organisation since.
            response = self.inside_of(first_organisation(request.user.pk), request, view, args, kwargs)
        return response

    def inside_of(
        self, organisation_id: int | None, request: HttpRequest, view: Callable, args: list[Any], kwargs: dict[str, Any]
    ) -> Any:
        """The view inside one organisation; None, and nothing done, for whoever is not in it."""
        if organisation_id is None:
            return None
        with tenant(organisation_id, user_id=request.user.pk, read_only=request.method in READING):
            request.member = find_member(request.user.pk, organisation_id)  # type: ignore[attr-defined]
            if request.member is None:  # type: ignore[attr-defined]
                return None
            # People read and choose times of their organisation; what is stored stays UTC.
            with timezone.override(ZoneInfo(request.member.organisation.time_zone)):  # type: ignore[attr-defined]
                response = view(request, *args, **kwargs)
                # Templates read the database: draw the page while its transaction is open.
                if hasattr(response, "render") and callable(response.render):
                    response = response.render()
            # Nobody sees a page of the one before by going back on a shared tablet.
            patch_cache_control(response, private=True, no_store=True)
            # The service worker keeps pages of an opened survey, filed under the person they are for.
            response.headers[PERSON] = request.member.user.browser_key  # type: ignore[attr-defined]
            stay_signed_in(request)
        # The access log of a GET, which itself may not write: in a transaction of its own, before the first byte leaves.
        if afterwards := getattr(response, "afterwards", None):
            try:
                with tenant(organisation_id, user_id=request.user.pk):
                    afterwards()
            except Exception:
                response.close()
                raise
        return response


def stay_signed_in(request: HttpRequest) -> None:
    """Whoever works here is not signed out by the clock: a day's first write renews the session. A GET writes nothing."""
    today = datetime.now(UTC).date().isoformat()
    if request.method not in READING and request.user.is_authenticated and request.session.get("renewed") != today:
        request.session["renewed"] = today


def come_again(request: HttpRequest) -> HttpResponse:
    """PostgreSQL restarts: nothing was half saved, the browser may try again."""
    connection.close()
    request.user = AnonymousUser()  # the error page must not ask the database who this is
    request.session = None  # type: ignore[assignment]
    response = render(request, "503.html", status=503)
    response.headers["Retry-After"] = "5"
    return response


def first_organisation(user_id: int) -> int | None:
    with acting_as(user_id):
        return (
            Member.objects.filter(user_id=user_id, organisation__is_active=True)
            .order_by("pk")
            .values_list("organisation_id", flat=True)
            .first()
        )


def find_member(user_id: int, organisation_id: int) -> Member | None:
    """The membership with organisation, person and own sites, in one query; None when it was taken away."""
    own_sites = MemberSite.objects.filter(member=OuterRef("pk")).values("site_id")
    found: Member | None = (
        Member.objects.select_related("organisation", "user")
        .annotate(own_sites=ArraySubquery(own_sites))
        .filter(
            user_id=user_id,
            organisation_id=organisation_id,
            user__is_active=True,
            organisation__is_active=True,
        )
        .first()
    )
    if found is not None:
        found.site_ids = frozenset(found.own_sites)
    return found


class SecurityHeaders:
    """Content security policy on every reply, errors too."""

    POLICY = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
        "manifest-src 'self'"
    )
    # plotly.js writes style attributes and one style element of its own; pages without charts keep the strict rule.
    CHARTS = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        policy = self.CHARTS if getattr(response, "has_charts", False) else self.POLICY
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        return response
