"""Results -> Plotly figures: no queries, no Django but gettext. Colours are names of design tokens, resolved in the browser.

A figure is plain data: the page carries it as JSON and a table with the same numbers stands below it.
"""

from collections.abc import Sequence
from typing import Any

from django.utils.formats import get_format
from django.utils.translation import gettext as _

from assessments.insight import MeasureView


def perception(views: Sequence[MeasureView]) -> dict[str, Any]:
    """Two marks a dimension, head office and plants, joined by a line; largest difference on top."""
    ordered = list(reversed(views))  # Plotly draws the first category at the bottom
    names = [m.name for m in ordered]
    gaps = [m.perception for m in ordered]
    lines: list[dict[str, Any]] = []
    for flagged, colour, width in ((False, "--edge", 2), (True, "--warn", 5)):
        xs: list[float | None] = []
        ys: list[str | None] = []
        for name, g in zip(names, gaps, strict=True):
            if g is not None and (g.flag in ("flagged", "severe")) is flagged:
                xs += [g.enterprise, g.plants, None]
                ys += [name, name, None]
        lines.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": xs,
                "y": ys,
                "line": {"color": colour, "width": width},
                "hoverinfo": "skip",
                "showlegend": False,
            }
        )
    marks = [
        (_("Head office"), [g.enterprise if g else None for g in gaps], "circle", "--ink"),
        (_("Plants, weighted mean"), [g.plants if g else None for g in gaps], "diamond-open", "--accent"),
    ]
    return {
        "data": [
            *lines,
            *(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "name": name,
                    "x": values,
                    "y": names,
                    "marker": {"symbol": symbol, "size": 11, "color": colour, "line": {"width": 2, "color": colour}},
                    "hovertemplate": "%{y}<br>" + name + ": %{x:.2f}<extra></extra>",
                }
                for name, values, symbol, colour in marks
            ),
        ],
        "layout": {
            "height": 120 + 26 * len(names),
            "xaxis": {
                "range": [0.9, 5.1],
                "tickvals": [1, 2, 3, 4, 5],
                "side": "top",
                "gridcolor": "--line",
                "zeroline": False,
                "fixedrange": True,
            },
            "yaxis": {
                "automargin": True,
                "gridcolor": "--sunk",
                "ticks": "",
                "fixedrange": True,
                "type": "category",
                "range": [-0.7, len(names) - 0.3],
                "categoryarray": names,
            },
            "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "top", "yref": "container"},
            "hovermode": "closest",
            "separators": f"{get_format('DECIMAL_SEPARATOR')}{get_format('THOUSAND_SEPARATOR')}",
        },
    }
