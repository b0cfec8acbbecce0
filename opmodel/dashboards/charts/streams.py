"""Value streams and resources: the make-vs-buy map, open supplier limits, pilots by stage, capacity. PURE: no Django."""

from collections.abc import Mapping, Sequence
from typing import Any

from assessments.streams import STAGES, Capacity, Exposure, Family, Funnel
from opmodel.dashboards.charts.figure import Column, Figure, levels, names_down, plain

Words = Mapping[str, str]
SYMBOL = {"make": "circle", "buy": "square", "both": "diamond", "": "circle-open"}
SHOWN = 30  # plants drawn; the table and the file have all of them
TOGETHER = 2  # names written at one point of the map, before "and n more"


def make_buy(families: Sequence[Family], words: Words) -> Figure:
    """Families by own capability against the market and importance; those to review stand out by ring, colour and table."""
    placed = [f for f in families if f.placed]
    data: list[dict[str, Any]] = [
        {
            "type": "scatter", "mode": "markers", "name": words[f"current_{current}"],
            "x": [f.capability for f in own], "y": [f.importance for f in own],
            "customdata": [plain(f.name) for f in own],
            "marker": {
                "symbol": symbol, "size": 15,
                "color": ["--warn" if f.review else "--ink-2" for f in own],
                "line": {"width": [3 if f.review else 1 for f in own], "color": "--card"},
            },
            "hovertemplate": "%{customdata}<extra></extra>",
        }
        for current, symbol in SYMBOL.items()
        if (own := [f for f in placed if f.current == current])
    ]  # fmt: skip
    at: dict[tuple[int, int], list[str]] = {}
    for f in placed:
        at.setdefault((f.capability or 0, f.importance or 0), []).append(plain(f.name))
    data.append(
        {
            "type": "scatter", "mode": "text", "hoverinfo": "skip", "showlegend": False,
            "x": [x for x, _y in at], "y": [y for _x, y in at], "text": [f"\u2002\u2002{together(names)}\u2002\u2002" for names in at.values()],
            "textposition": ["middle left" if x >= 4 else "middle right" for x, _y in at],
        }
    )  # fmt: skip
    cells = [
        (
            f.name, words[f"current_{f.current}"], f.importance, f.capability, f.cost_delta, f.supply_risk,
            words[f"direction_{f.direction}"], words["yes"] if f.review else words["no"],
            words["yes"] if f.overdue else words["no"],
        )
        for f in families
    ]  # fmt: skip
    return Figure(
        "make-or-buy", words["title"], words["note"],
        (
            Column("family", words["family"]), Column("current", words["current"]),
            Column("importance", words["importance"], "1–5", 0), Column("capability", words["capability"], "1–5", 0),
            Column("cost_delta", words["cost_delta"], "%", 1), Column("supply_risk", words["supply_risk"], "1–5", 0),
            Column("direction", words["direction"]), Column("review", words["review"]),
            Column("overdue", words["overdue"]),
        ),
        tuple(cells),
        {
            "data": data,
            "layout": {
                "height": 460, "margin": {"l": 64, "r": 24, "t": 56, "b": 76}, "hovermode": "closest",
                "xaxis": levels(
                    title={"text": words["x"], "font": {"size": 13}}, range=[0.6, 5.4],
                    ticktext=[f"1<br>{words['behind']}", "2", f"3<br>{words['equal']}", "4", f"5<br>{words['ahead']}"],
                ),
                "yaxis": levels(title={"text": words["y"], "font": {"size": 13}}, range=[0.6, 5.4]),
                "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
                "shapes": [
                    {
                        "type": "rect", "x0": 0.6, "x1": 2.5, "y0": 3.5, "y1": 5.4, "layer": "below",
                        "fillcolor": "--warn-soft", "line": {"width": 0},
                    }
                ],
                "annotations": [
                    {
                        "x": 0.65, "y": 5.35, "xanchor": "left", "yanchor": "top", "showarrow": False,
                        "text": words["corner"], "font": {"color": "--warn", "size": 12},
                    }
                ],
            },
        } if placed else {},
        words["unplaced"],
    )  # fmt: skip


def together(names: Sequence[str]) -> str:
    """The names at one point, as far as they read.

    >>> together(["A"]), together(["A", "B", "C", "D"])
    ('A', 'A, B +2')
    """
    more = len(names) - TOGETHER
    return ", ".join(names[:TOGETHER]) + (f" +{more}" if more > 0 else "")


def supplier_limits(found: Sequence[Exposure], words: Words) -> Figure:
    """Suppliers by open exposure; the page draws the bars."""
    return Figure(
        "supplier-limits", words["title"], words["note"],
        (
            Column("supplier", words["supplier"]), Column("points", words["points"], words["unit"], 0),
            Column("severity", words["severity"], "1–5", 0), Column("lists", words["lists"]),
            Column("constraints", words["constraints"]), Column("alternative", words["alternative"]),
            Column("decide_by", words["decide_by"]),
        ),
        tuple(
            (
                e.supplier, e.points, e.severity, ", ".join(site or words["enterprise"] for site in e.sites),
                ", ".join(words[f"constraint_{c}"] for c in e.constraints),
                words["none"] if e.no_alternative else words["some"], e.decide_by,
            )
            for e in found
        ),
    )  # fmt: skip


def pilots(lists: Sequence[tuple[str, Funnel]], words: Words) -> Figure:
    """Use cases by stage, a column for each kind of list; the page draws the bars."""
    return Figure(
        "pilots", words["title"], words["note"],
        (Column("stage", words["stage"]), *(Column(name, name, words["unit"], 0) for name, _f in lists)),
        tuple((words[f"stage_{stage}"], *(f.counts[stage] for _name, f in lists)) for stage in STAGES),
    )  # fmt: skip


def capacity(plants: Sequence[Capacity], words: Words) -> Figure:
    """How full each plant runs, beside how much of its nominal capacity it has shown; fullest first."""
    drawn = list(reversed([p for p in plants if p.utilisation is not None or p.realism is not None][:SHOWN]))
    names = [plain(p.site) for p in drawn]
    marks = [
        (words["utilisation"], [p.utilisation for p in drawn], "circle", "--ink"),
        (words["realism"], [p.realism for p in drawn], "diamond-open", "--accent"),
    ]
    return Figure(
        "capacity", words["title"], words["note"],
        (
            Column("site", words["site"]), Column("utilisation", words["utilisation"], "%", 0),
            Column("realism", words["realism"], "%", 0), Column("oee", words["oee"], "%", 0),
            Column("connected", words["connected"], "%", 0), Column("outage", words["outage"], "h", 0),
            Column("renewable", words["renewable"], "%", 0), Column("energy", words["energy"], "MWh", 3),
            Column("unit", words["unit"]), Column("bottleneck", words["bottleneck"]),
        ),
        tuple(
            (
                p.site, p.utilisation, p.realism, p.oee, p.connected, p.outage_hours, p.renewable, p.energy, p.unit,
                p.bottleneck,
            )
            for p in plants
        ),
        {
            "data": [
                {
                    "type": "scatter", "mode": "markers", "name": name, "x": values, "y": names,
                    "marker": {"symbol": symbol, "size": 11, "color": colour, "line": {"width": 2, "color": colour}},
                    "hovertemplate": "%{y}<br>" + name + ": %{x:.0f} %<extra></extra>",
                }
                for name, values, symbol, colour in marks
            ],
            "layout": {
                "height": 120 + 26 * len(names), "hovermode": "closest",
                "xaxis": {
                    "rangemode": "tozero", "ticksuffix": " %", "side": "top", "gridcolor": "--line", "zeroline": False,
                    "fixedrange": True,
                },
                "yaxis": names_down(names),
                "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "top", "yref": "container"},
            },
        } if drawn else {},
        words["more"],
    )  # fmt: skip
