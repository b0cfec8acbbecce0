"""How views ask who is there: a missing sign-in goes to the sign-in page, a missing right is a 403."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from opmodel.organisations.permissions import InstallationRole, Permission, can
from opmodel.organisations.tenancy import for_installation

View = Callable[..., HttpResponse]
# Sent by our scripts with every save, and by the server with every page of a member: whose page it is.
PERSON = "X-OpModel-Person"


def wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "").startswith("application/json")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page is older than the session: said to people in words, to our scripts so that they keep what they have."""
    if wants_json(request):
        message = _("Sign in again in another tab, then reload this page; your answers wait in this browser.")
        return JsonResponse({"error": "csrf", "message": message}, status=403)
    return render(request, "403_csrf.html", status=403)


def outside_organisations(view: View) -> View:
    """Mark a view that runs in no organisation's transaction, whoever is signed in: `request.member` is None in it."""
    view.outside_organisations = True  # type: ignore[attr-defined]
    return view


def page_of(request: HttpRequest) -> str:
    """Where to go on after the sign-in: this address, or the page whose form was sent (a form's address is no page)."""
    referer = request.headers.get("Referer", "")
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    if not url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        return "/"
    parts = urlsplit(referer)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def signed_out(request: HttpRequest) -> HttpResponse:
    """To the sign-in page; scripts are told in words, for a sign-in page must not land in a fragment."""
    if wants_json(request) or getattr(request, "htmx", False):
        message = _("You are signed out. Sign in again; your answers wait in this browser.")
        return JsonResponse({"error": "signed_out", "message": message}, status=401)
    return redirect_to_login(page_of(request))


def member_required(*permissions: Permission) -> Callable[[View], View]:
    """Let members through who hold at least one of the permissions (any member when none is named)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            member = getattr(request, "member", None)
            if member is None:
                if request.user.is_authenticated:
                    raise PermissionDenied(_("Your account belongs to no organisation at present."))
                return signed_out(request)
            if request.headers.get(PERSON, member.user.browser_key) != member.user.browser_key:
                # A page of the one before is still open: nothing of it may be saved in this person's name.
                message = _("Somebody else is signed in in this browser. Your answers wait until you sign in again.")
                return JsonResponse({"error": "other_person", "message": message}, status=401)
            if permissions and not any(can(member, p) for p in permissions):
                raise PermissionDenied(_("Your role does not include this page."))
            return view(request, *args, **kwargs)

        wrapped.permissions = permissions  # type: ignore[attr-defined]
        return wrapped

    return decorate


def installation_role_required(role: InstallationRole) -> Callable[[View], View]:
    """Let people through who hold this role of the installation; the view runs in no organisation, and a GET reads only."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                response = signed_out(request)
                response.headers["HX-Refresh"] = "true"  # what looks again by itself leads to the sign-in page
                return response
            if request.user.installation_role != role:
                raise PermissionDenied(_("Your role does not include this page."))
            with for_installation(request.user.pk, read_only=request.method in ("GET", "HEAD", "OPTIONS")):
                response = view(request, *args, **kwargs)
            patch_cache_control(response, private=True, no_store=True)
            return response

        return outside_organisations(wrapped)

    return decorate
