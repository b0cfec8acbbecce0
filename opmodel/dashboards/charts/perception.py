"""Head office beside the plants. PURE: no Django."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from opmodel.dashboards.charts.figure import Column, Figure, levels, names_down


@dataclass(frozen=True)
class Views:
    """One dimension seen by head office and by the plants, in levels; `flagged` from half a level of difference on."""

    name: str
    enterprise: float | None
    plants: float | None
    gap: float | None
    flagged: bool
    sites: int


@dataclass(frozen=True)
class Words:
    """What the chart calls its parts."""

    title: str
    note: str
    dimension: str
    enterprise: str
    plants: str
    gap: str
    sites: str
    level: str


def two_views(views: Sequence[Views], words: Words) -> Figure:
    """Two marks a dimension, head office and plants, joined by a line; the order of `views`, first on top."""
    ordered = list(reversed(views))
    names = [v.name for v in ordered]
    lines: list[dict[str, Any]] = []
    for flagged, colour, width in ((False, "--edge", 2), (True, "--warn", 5)):
        pairs = [v for v in ordered if v.flagged is flagged]
        lines.append(
            {
                "type": "scatter", "mode": "lines", "hoverinfo": "skip", "showlegend": False,
                "x": [x for v in pairs for x in (v.enterprise, v.plants, None)],
                "y": [y for v in pairs for y in (v.name, v.name, None)],
                "line": {"color": colour, "width": width},
            }
        )  # fmt: skip
    marks = [
        (words.enterprise, [v.enterprise for v in ordered], "circle", "--ink"),
        (words.plants, [v.plants for v in ordered], "diamond-open", "--accent"),
    ]
    dots = [
        {
            "type": "scatter", "mode": "markers", "name": name, "x": values, "y": names,
            "marker": {"symbol": symbol, "size": 11, "color": colour, "line": {"width": 2, "color": colour}},
            "hovertemplate": "%{y}<br>" + name + ": %{x:.2f}<extra></extra>",
        }
        for name, values, symbol, colour in marks
    ]  # fmt: skip
    return Figure(
        "perception", words.title, words.note,
        (
            Column("dimension", words.dimension),
            Column("enterprise", words.enterprise, words.level, 2),
            Column("plants", words.plants, words.level, 2),
            Column("gap", words.gap, words.level, 2),
            Column("sites", words.sites, "n", 0),
        ),
        tuple((v.name, v.enterprise, v.plants, v.gap, v.sites) for v in views),
        {
            "data": [*lines, *dots],
            "layout": {
                "height": 120 + 26 * len(names),
                "xaxis": levels(side="top"),
                "yaxis": names_down(names),
                "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "top", "yref": "container"},
                "hovermode": "closest",
            },
        },
    )  # fmt: skip
