"""What the pages about the plants share: the cycle they show, the way from one to the next, where the figures come from."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from assessments import selectors, site_views
from assessments.models import Cycle
from assessments.site_views import Network
from opmodel.dashboards.opening import of_sites
from opmodel.dashboards.presenting import older_method

PLACES = (
    "dashboard-sites",
    "dashboard-sites-map",
    "dashboard-sites-best",
    "dashboard-sites-beside",
    "dashboard-plants",
)


def opened(request: HttpRequest) -> tuple[Network | None, list[Cycle]]:
    """The plants of the cycle a page shows, and the other cycles to choose from; None while no plant is scored."""
    cycle, others = of_sites(request)
    return (site_views.network_of(request.member, cycle) if cycle else None), others


def address(name: str, cycle: Cycle, *args: str, **query: str) -> str:
    """The address of a page about the plants of a cycle; empty parts of the query are left out."""
    asked = {"cycle": str(cycle.public_id)} | {key: value for key, value in query.items() if value}
    return f"{reverse(name, args=args)}?{urlencode(asked)}"


def frame(network: Network, others: list[Cycle], here: str) -> dict[str, Any]:
    """The line of sources and the row of neighbouring pages; `here` is the name of the page."""
    labels = {
        "dashboard-sites": _("Heat map"),
        "dashboard-sites-map": _("Modernisation map"),
        "dashboard-sites-best": _("Who is best"),
        "dashboard-sites-beside": _("Side by side"),
        "dashboard-plants": _("Range of all measures"),
    }
    return {
        "cycle": network.cycle,
        "other_cycles": others,
        "answered": len(network.sites),
        "invited": selectors.count_invited(network.cycle),
        "places": [
            {"label": labels[name], "url": address(name, network.cycle), "current": name == here} for name in PLACES
        ],
        "earlier": [
            {
                "name": s.name,
                "revision": s.revision,
                "url": reverse("dashboard-site", args=[s.submission]),
            }
            for s in network.earlier
        ],
        "method": ", ".join(network.methods),
        "older_method": older_method(*network.methods),
        "content": network.catalogue.version,
    }


def said_source(network: Network) -> str:
    """Where the figures of a downloaded table come from."""
    return "; ".join(
        [
            _("Cycle: %(name)s") % {"name": network.cycle.name},
            _("surveys of %(n)s plants, each plant's own answers") % {"n": len(network.sites)},
            _("method %(method)s, content %(content)s")
            % {"method": ", ".join(network.methods), "content": network.catalogue.version},
        ]
    )
