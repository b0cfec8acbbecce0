"""What every page's frame shows: who I am, where I can go."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from opmodel.organisations.models import Member
from opmodel.organisations.permissions import InstallationRole, Permission, can

PRODUCT = {"name": "OpModel"}


Place = tuple[str, str, bool]  # what it is called, the name of its address, whether this person may go there


def sections(member: Member | None) -> list[tuple[str, list[Place]]]:
    """Where a member can go: what stands on top, and for each what stands below it once one is there."""
    results, peers = can(member, Permission.VIEW_RESULTS), can(member, Permission.VIEW_PEERS)
    own_sites = can(member, Permission.VIEW_SITE_RESULTS)
    return [
        (_("Work"), [(_("Work"), "home", True)]),
        (_("Cycles"), [(_("Cycles"), "cycle-list", can(member, Permission.VIEW_CYCLE))]),
        (
            _("Results"),
            [
                (_("Dashboard"), "dashboard", results),
                (_("Trend"), "dashboard-trend", results),
                (_("Sites") if results else _("Your plant"), "dashboard-sites", results or own_sites),
                (_("Plants and head office"), "dashboard-perception", results),
                (_("Value streams and resources"), "dashboard-streams", results),
                (_("Decisions"), "dashboard-facts", results),
                (_("Peers"), "dashboard-peers", peers),
            ],
        ),
        (
            _("Priorities"),
            [
                (_("Ranking"), "dashboard-priorities", results),
                (_("Projection"), "dashboard-projection", results),
                (_("Shortest way to a target"), "dashboard-cheapest", results),
                (_("Alignment map"), "dashboard-alignment", results),
            ],
        ),
        (_("Plan"), [(_("Plan"), "plan", can(member, Permission.VIEW_PLAN))]),
        (_("Reports"), [(_("Reports"), "reports", results or own_sites)]),
        (
            _("Organisation"),
            [
                (_("People"), "people", can(member, Permission.INVITE)),
                (_("Look of reports"), "branding", can(member, Permission.MANAGE_ORGANISATION)),
            ],
        ),
    ]


def shell(request: HttpRequest) -> dict[str, Any]:
    member = getattr(request, "member", None)
    user = getattr(request, "user", None)
    steward = user is not None and getattr(user, "installation_role", "") == InstallationRole.BENCHMARK_STEWARD
    found = sections(member) if member else []
    if steward:
        found.append((_("Benchmarks"), [(_("Benchmarks"), "benchmarks", True)]))
    # Whoever looks at an older cycle stays in it from page to page.
    cycle = request.GET.get("cycle", "")
    top, below = [], []
    for label, places in found:
        links = [link(request.path, name, text, cycle) for text, name, allowed in places if allowed]
        if links:
            here = any(one["current"] or (one["under"] and request.path.startswith(one["under"])) for one in links)
            top.append(
                {"label": label if len(links) > 1 else links[0]["label"], "url": links[0]["url"], "current": here}
            )
            if here and len(links) > 1:
                below = links
    spoken = get_language()
    languages = [{"code": code, "name": name, "current": code == spoken} for code, name in settings.LANGUAGES]
    return {
        "member": member,
        "person": user if steward else None,
        "nav_items": top,
        "nav_below": below,
        "product": PRODUCT,
        "languages": languages,
    }


def link(path: str, name: str, label: str, cycle: str) -> dict[str, Any]:
    """One place to go. `under`: further addresses that belong to it, as explanations to the dashboard."""
    url = reverse(name)
    exact = name in ("home", "dashboard", "dashboard-projection")
    kept = f"?{urlencode({'cycle': cycle})}" if cycle and name.startswith("dashboard") else ""
    return {
        "label": label,
        "url": url + kept,
        "current": path == url if exact else path.startswith(url),
        "under": reverse("dashboard") + "explain/" if name == "dashboard" else url if name != "home" else None,
    }
