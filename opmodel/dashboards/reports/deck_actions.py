"""PURE: the slides on what to do: priorities, first steps, roadmap, projection."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from opmodel.dashboards.reports.deck_charts import Scale, Series, bars
from opmodel.dashboards.reports.deck_frame import BODY, BOTTOM, EDGE, FULL, TOP, WIDTH
from opmodel.dashboards.reports.deck_parts import Column, Slides
from opmodel.dashboards.reports.look import shortened

PLANNED = 12  # actions of the roadmap
Row = dict[str, Any]


class Doing(Slides):
    """One method a slide."""

    def actions(self) -> None:
        deck, words, ranked = self.deck, self.words, self.content["priorities"]
        tag = self.illustrative if ranked["chosen"][1] == "peers" else ""
        slide = deck.slide(self.told["priorities"], self.notes["priorities"], [*self.lines, self.ranked_by()], tag)
        columns = [
            Column(words["action"], 3.3, most=130),
            Column(words["why"], 5.0, most=300),
            Column(words["stability"], 1.15),
            Column(words["impact"], 0.85, "right"),
            Column(words["effort"], 0.95, "right"),
        ]
        rows = [
            [
                f"{n}. {a['title']}",
                a["because"],
                f"{a['stability']} ({a['in_top_share']})",
                f"{a['impact']}/5",
                f"{a['effort']}/5",
            ]
            for n, a in enumerate(ranked["top"], 1)
        ]
        if not rows:
            deck.text(slide, BODY, [words["no_actions"]], size=16)
            return
        deck.table(slide, BODY, columns, rows, size=15)

    def ranked_by(self) -> str:
        ranked = self.content["priorities"]
        return str(self.words["ranked_by"] % {"preset": ranked["preset"], "reference": ranked["reference"]})

    def steps(self) -> None:
        deck, words = self.deck, self.words
        slide = deck.slide(self.told["steps"], self.notes["steps"], [*self.lines, self.ranked_by()])
        columns = [
            Column(words["action"], 2.8, most=110),
            Column(words["first_step"], 4.0, most=260),
            Column(words["done_when"], 3.6, most=240),
            Column(words["owner"], 1.7, most=60),
        ]
        rows = [
            [f"{n}. {a['title']}", a["first_step"], a["done_when"], a["owner"]]
            for n, a in enumerate(self.content["priorities"]["top"], 1)
        ]
        if not rows:
            deck.text(slide, BODY, [words["no_actions"]], size=16)
            return
        deck.table(slide, BODY, columns, rows, size=15)

    def plan(self) -> None:
        """The planned actions with their days, or what there is without a plan, said to be that."""
        deck, words, planned = self.deck, self.words, self.content["plan"]
        slide = deck.slide(self.told["plan"], self.notes["plan"], self.lines)
        if planned:
            self.roadmap(slide, planned)
            return
        deck.text(slide, (EDGE, TOP, 9.5, 0.9), [words["no_plan"]], size=14, colour="ink-2")
        columns = [
            Column(words["action"], 6.0, most=130),
            Column(words["horizon"], 2.0),
            Column(words["effort"], 1.0, "right"),
        ]
        rows = [[a["title"], a["horizon"], f"{a['effort']}/5"] for a in self.content["priorities"]["top"]]
        if rows:
            deck.table(slide, (EDGE, TOP + 1.1, FULL, BOTTOM - TOP - 1.1), columns, rows, size=15)

    def roadmap(self, slide: Any, planned: Sequence[Row]) -> None:
        """A bar from begin to due day for each action, beside it who owns it and how far it is."""
        deck, words = self.deck, self.words
        rows = planned[:PLANNED]
        begins, ends = [serial(p["starts"]) for p in rows], [serial(p["due"]) for p in rows]
        months = max(1, round((max(ends) - min(begins)) / 30.4))
        scale = Scale(min(begins) - 2, max(ends) + 2, 30.4 * -(-months // 8), "mmm yy", "yyyy-mm-dd")
        series = [
            Series(words["starts"], begins, None, labels=False),
            Series(words["plan"], [e - b for b, e in zip(begins, ends, strict=True)], deck.look.colour, labels=False),
        ]
        tall = BOTTOM - TOP - (0.35 if len(rows) < len(planned) else 0)
        names = [shortened(f"{n}. {p['title']}", 60) for n, p in enumerate(rows, 1)]
        chart = (EDGE, TOP, 7.2, tall)
        bars(slide, chart, names, series, said=self.told["plan"], stacked=True, legend=False, size=10, scale=scale)
        columns = [
            Column("", 0.3),
            Column(words["owner"], 1.5, most=40),
            Column(words["where"], 1.1, most=30),
            Column(words["due"], 1.2),
            Column(words["status"], 1.0),
        ]
        table = [[f"{n}.", p["owner"], p["where"], p["due_text"], p["status"]] for n, p in enumerate(rows, 1)]
        deck.table(slide, (8.0, TOP + 0.1, WIDTH - EDGE - 8.0, tall - 0.1), columns, table, size=12)
        if len(rows) < len(planned):
            deck.text(slide, (EDGE, BOTTOM - 0.2, FULL, 0.3), [words["table_more"]], size=11, colour="ink-2")

    def projection(self) -> None:
        deck, words = self.deck, self.words
        rows = [p for p in self.content["priorities"]["projected"] if p["now"] is not None]
        slide = deck.slide(self.told["projection"], self.notes["projection"], self.lines, words["projection_mark"])
        if not rows:
            deck.text(slide, BODY, [self.told["overall"]], size=16)
            return
        series = [
            Series(words["now"], [p["now"] for p in rows], "peer-strong"),
            Series(f"{words['then']} ({words['projection']})", [p["then"] for p in rows], deck.look.colour),
        ]
        bars(slide, BODY, [p["name"] for p in rows], series, said=self.told["projection"], horizontal=False, size=14)


def serial(iso: str) -> int:
    """A day as spreadsheets and charts count it.

    >>> serial("2026-01-01")
    46023
    """
    return (date.fromisoformat(iso) - date(1899, 12, 30)).days
