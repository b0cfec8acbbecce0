"""The figures of the pages: from insight to `charts`, with the words of the reader's language."""

from django.utils.translation import gettext as _

from assessments.insight import Insight
from opmodel.dashboards.charts import perception as perception_chart
from opmodel.dashboards.charts.figure import Figure
from opmodel.dashboards.gallery import of_enterprise
from opmodel.dashboards.presenting import perception_views


@of_enterprise("perception")
def perception(seen: Insight) -> Figure | None:
    """Head office beside the plants in each dimension both were asked about, largest difference on top."""
    views = [
        perception_chart.Views(
            m.name, m.perception.enterprise, m.perception.plants, m.perception.gap,
            m.perception.flag in ("flagged", "severe"), m.perception.sites,
        )
        for m in perception_views(seen)
        if m.perception
    ]  # fmt: skip
    words = perception_chart.Words(
        title=_("The same questions, two answers"),
        note=_("Levels 1 to 5; only questions that both were asked. Thick lines: half a level apart or more."),
        dimension=_("Dimension"),
        enterprise=_("Head office"),
        plants=_("Plants, weighted mean"),
        gap=_("Difference"),
        sites=_("Plants"),
        level=_("levels"),
    )
    return perception_chart.two_views(views, words) if views else None
