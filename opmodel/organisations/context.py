"""What every page's frame shows: who I am, where I can go."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from opmodel.organisations.permissions import InstallationRole, Permission, can

PRODUCT = {"name": "OpModel"}


def shell(request: HttpRequest) -> dict[str, Any]:
    member = getattr(request, "member", None)
    places = [
        (_("Work"), "home", True),
        (_("Cycles"), "cycle-list", can(member, Permission.VIEW_CYCLE)),
        (_("Dashboard"), "dashboard", can(member, Permission.VIEW_RESULTS)),
        (
            _("Sites"),
            "dashboard-sites",
            can(member, Permission.VIEW_RESULTS) or can(member, Permission.VIEW_SITE_RESULTS),
        ),
        (_("Priorities"), "dashboard-priorities", can(member, Permission.VIEW_RESULTS)),
        (_("Decisions"), "dashboard-facts", can(member, Permission.VIEW_RESULTS)),
        (_("Plants and head office"), "dashboard-perception", can(member, Permission.VIEW_RESULTS)),
        (_("Peers"), "dashboard-peers", can(member, Permission.VIEW_PEERS)),
        (
            _("Reports"),
            "reports",
            can(member, Permission.VIEW_RESULTS) or can(member, Permission.VIEW_SITE_RESULTS),
        ),
        (_("Look of reports"), "branding", can(member, Permission.MANAGE_ORGANISATION)),
        (_("People"), "people", can(member, Permission.INVITE)),
    ]
    user = getattr(request, "user", None)
    steward = user is not None and getattr(user, "installation_role", "") == InstallationRole.BENCHMARK_STEWARD
    if not member:
        places = []
    if steward:
        places.append((_("Benchmarks"), "benchmarks", True))
    path, cycle = request.path, request.GET.get("cycle", "")
    items = []
    for label, name, allowed in places:
        if allowed:
            url = reverse(name)
            current = path == url if name in ("home", "dashboard") else path.startswith(url)
            # Whoever looks at an older cycle stays in it from page to page.
            kept = urlencode({"cycle": cycle}) if cycle and name.startswith("dashboard") else ""
            items.append({"label": label, "url": f"{url}?{kept}" if kept else url, "current": current})
    spoken = get_language()
    languages = [{"code": code, "name": name, "current": code == spoken} for code, name in settings.LANGUAGES]
    return {
        "member": member,
        "person": user if steward else None,
        "nav_items": items,
        "product": PRODUCT,
        "languages": languages,
    }
