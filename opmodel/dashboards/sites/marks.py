"""The score strip of one plant on what its manager may see of the network. Numbers to places."""

from django.utils.translation import gettext as _

from assessments.decimals import one
from assessments.site_profiles import Shared
from opmodel.dashboards.strip import Strip, x


def on_network(own: float | None, network: Shared | None) -> Strip:
    """The own dot on the middle half of the plants and their mean, as far as these are there."""
    words = [_("score %(s)s") % {"s": one(own)} if own is not None else _("not scored")]
    band = width = None
    if network is not None:
        words.append(_("mean of the plants %(mean)s") % {"mean": one(network.mean)})
    if network is not None and network.lower_quartile is not None and network.upper_quartile is not None:
        low, high = network.lower_quartile, network.upper_quartile
        words.append(_("middle half of the plants %(low)s to %(high)s") % {"low": one(low), "high": one(high)})
        band, width = x(low), max(1.0, round(x(high) - x(low), 2))
    return Strip(
        own=None if own is None else x(own),
        target=None,
        band_x=band,
        band_width=width,
        median=x(network.mean) if network else None,
        sites=(),
        text=", ".join(words),
    )
