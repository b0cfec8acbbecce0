"""PURE: the board deck: content -> PowerPoint file, 12 to 14 slides, one message each, charts that can be edited."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from pptx.enum.shapes import MSO_SHAPE
from pptx.util import Inches, Pt

from opmodel.dashboards.reports.deck_parts import (
    BOTTOM,
    EDGE,
    FULL,
    TOP,
    WIDTH,
    Column,
    Deck,
    Scale,
    Series,
    decorative,
    rgb,
    wrapped,
)
from opmodel.dashboards.reports.look import Content, Look, one, shortened, signed

BODY = (EDGE, TOP, FULL, BOTTOM - TOP)
BARS = 10  # of a chart with long names
PLANTS = 16
PLANNED = 12  # actions of the roadmap
Row = dict[str, Any]


def build(content: Content, look: Look, code: str, address: str) -> bytes:
    """The deck of an organisation's report; `code` is its hash as people read it, `address` where it can be checked."""
    deck = Deck(look, content["language"], content["mark"])
    Slides(deck, content).all(code, address)
    who, cycle = content["organisation"]["name"], content["cycle"]["name"]
    return deck.bytes(
        {
            "title": f"{content['headlines']['title']}",
            "subject": f"{who}, {cycle}",
            "author": who,
            "keywords": code,
            "identifier": code.replace(" ", ""),
            "language": deck.language,
            "last_modified_by": "OpModel",
            "comments": "",
        }
    )


class Slides:
    """One method a slide."""

    def __init__(self, deck: Deck, content: Content) -> None:
        self.deck, self.content, self.words = deck, content, content["words"]
        self.told, self.notes = content["headlines"], content["notes"]
        source = content["source"]
        self.peers = any(m["p50"] is not None for m in content["dimensions"])
        self.lines = [content["cycle"]["name"], source["earlier"], source["answered"]]
        self.peer_lines = [*self.lines, source["peers"] or source["no_peers"]]
        self.illustrative = self.words["illustrative"] if source["illustrative"] else ""

    def all(self, code: str, address: str) -> None:
        self.title()
        self.summary()
        self.components()
        self.furthest()
        self.dimensions()
        self.spread()
        if len(self.scored_plants()) > 1:
            self.plants()
        self.perception()
        if self.content["waiting"]:
            self.waiting()
        self.actions()
        self.steps()
        self.plan()
        self.projection()
        self.method(code, address)

    def one(self, value: float | None) -> str:
        return one(value, self.deck.mark)

    def title(self) -> None:
        words, content, deck = self.words, self.content, self.deck
        slide = deck.slide(self.told["title"], self.notes["title"], [], words["demo"] if self.demo() else "")
        holder = slide.shapes.title
        holder.left, holder.top, holder.width, holder.height = (Inches(n) for n in (EDGE, 2.2, 9.6, 1.7))
        for run in holder.text_frame.paragraphs[0].runs:
            run.font.size = Pt(36)
        subtitle = [content["organisation"]["name"], content["cycle"]["name"]]
        deck.text(slide, (EDGE, 4.1, FULL, 1.0), subtitle, size=20, colour="ink-2", space=4)
        made = words["made"] % {"day": content["made"]["text"]}
        deck.text(
            slide, (EDGE, 5.3, FULL, 0.7), [made, content["source"]["answered"]], size=14, colour="ink-2", space=4
        )
        deck.logo(slide, (WIDTH - EDGE - 2.6, 0.7, 2.6, 1.2))

    def demo(self) -> bool:
        return bool(self.content["organisation"]["demo"])

    def summary(self) -> None:
        """Four statements, each with what it is about; the largest number beside the first."""
        deck, told, words = self.deck, self.told, self.words
        slide = deck.slide(told["overall"], self.notes["summary"], self.peer_lines, self.illustrative)
        deck.text(slide, (EDGE, 1.9, 2.8, 1.4), [self.one(self.content["overall"]["score"])],
                  size=80, bold=True, colour=deck.look.colour)  # fmt: skip
        deck.text(slide, (EDGE, 3.35, 2.8, 0.3), [words["of_five"]], size=14, colour="ink-2")
        overall = self.content["overall"]
        beside = [
            overall["interval"],
            self.against(overall["p50"], words["median"]),
            self.against(overall["target"], words["target"]),
        ]
        deck.text(slide, (EDGE, 3.8, 2.8, 1.6), [b for b in beside if b], size=12, colour="ink-2", space=4)
        statements = [
            (words["components"], told["page"]),
            (words["dimensions"], told["dimensions"]),
            (words["perception"], told["perception"]),
            (words["priorities"], told["priorities"]),
        ]
        for place, (label, statement) in enumerate(statements):
            top = 1.85 + 1.22 * place
            rule = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, Inches(4.0), Inches(top), Inches(0.05), Inches(0.95))
            rule.fill.solid()
            rule.fill.fore_color.rgb = rgb("line")
            rule.line.fill.background()
            decorative(rule)
            deck.text(slide, (4.25, top, WIDTH - EDGE - 4.25, 0.26), [label], size=11, colour="ink-2", bold=True)
            deck.text(slide, (4.25, top + 0.28, WIDTH - EDGE - 4.25, 0.7), [statement], size=16)

    def against(self, value: float | None, label: str) -> str:
        return "" if value is None else f"{label}: {self.one(value)}"

    def components(self) -> None:
        deck, words = self.deck, self.words
        rows = self.content["components"]
        slide = deck.slide(self.told["page"], self.notes["components"], self.peer_lines, self.illustrative)
        series = [Series(words["own"], [m["score"] for m in rows], deck.look.colour)]
        if self.peers:
            series += [
                Series(words["median"], [m["p50"] for m in rows], "peer-strong"),
                Series(words["p75"], [m["p75"] for m in rows], "peer"),
            ]
        elif any(m["target"] is not None for m in rows):
            series.append(Series(words["target"], [m["target"] for m in rows], "peer"))
        deck.bars(
            slide, (EDGE, TOP, 6.5, BOTTOM - TOP), [m["name"] for m in rows], series, said=self.told["page"], size=12
        )
        columns = [Column(words["component"], 1.5), Column(words["score"], 0.75, "right")]
        if self.peers:
            columns += [Column(words["difference"], 0.95, "right"), Column(words["standing"], 2.3)]
        else:
            columns += [Column(words["bottleneck"], 2.3), Column(words["score"], 0.75, "right")]
        table = [
            [
                m["name"],
                self.one(m["score"]),
                signed(m["apart"], deck.mark),
                ". ".join(p for p in (m["standing"], m["interval"]) if p),
            ]
            if self.peers
            else [m["name"], self.one(m["score"]), m["bottleneck"] or "–", self.one(m["bottleneck_score"])]
            for m in (self.content["overall"], *rows)
        ]
        deck.table(slide, (7.4, TOP + 0.1, WIDTH - EDGE - 7.4, BOTTOM - TOP - 0.1), columns, table, size=13)

    def furthest(self) -> None:
        """The dimensions furthest below the peers; without peers below the targets, or simply the lowest."""
        deck, words = self.deck, self.words
        slide = deck.slide(self.told["dimensions"], self.notes["dimensions"], self.peer_lines, self.illustrative)
        rows, against, label = furthest(self.content["dimensions"])
        if not rows:
            deck.text(slide, BODY, [self.told["ends"]], size=16)
            return
        series = [Series(words["own"], [m["score"] for m in rows], deck.look.colour)]
        if against:
            series.append(Series(words[label], [m[against] for m in rows], "peer-strong"))
        deck.bars(slide, BODY, [m["name"] for m in rows], series, said=self.told["dimensions"], size=13)

    def dimensions(self) -> None:
        """All of them in two columns, to look things up in."""
        deck, words = self.deck, self.words
        slide = deck.slide(self.told["ends"], self.notes["all"], self.peer_lines, self.illustrative)
        rows = self.content["dimensions"]
        half = -(-len(rows) // 2)
        wide = (FULL - 0.5) / 2
        third = (words["median"], "p50") if self.peers else (words["network"], "network")
        columns = [
            Column(words["dimension"], 3.0, most=60),
            Column(words["score"], 0.75, "right"),
            Column(third[0], 1.15, "right"),
            Column(words["target"], 0.95, "right"),
        ]
        for place, part in enumerate((rows[:half], rows[half:])):
            table = [[m["name"], self.one(m["score"]), self.one(m[third[1]]), self.one(m["target"])] for m in part]
            deck.table(
                slide, (EDGE + place * (wide + 0.5), TOP - 0.05, wide, BOTTOM - TOP + 0.05), columns, table, size=11
            )

    def spread(self) -> None:
        deck, words = self.deck, self.words
        slide = deck.slide(self.told["spread"], self.notes["spread"], self.lines)
        rows = [m for m in self.content["dimensions"] if len(m["sites"]) > 1]
        rows.sort(key=lambda m: -(round(max(m["sites"]), 1) - round(min(m["sites"]), 1)))
        if not rows:
            names = [s["name"] for s in self.content["sites"]]
            deck.text(slide, BODY, [words["no_plants"]] if not names else names[:PLANTS], size=16, space=6)
            return
        rows = rows[:BARS]
        series = [
            Series(words["low"], [min(m["sites"]) for m in rows], None, labels=False),
            Series(words["spread"], [max(m["sites"]) - min(m["sites"]) for m in rows], "peer"),
        ]
        chart = (EDGE, TOP, 8.0, BOTTOM - TOP)
        deck.bars(
            slide,
            chart,
            [m["name"] for m in rows],
            series,
            said=self.told["spread"],
            stacked=True,
            legend=False,
            size=12,
        )
        columns = [Column(words["dimension"], 2.4, most=44)]
        columns += [Column(words[k], 0.85, "right") for k in ("low", "high", "spread")]
        table = [
            [
                m["name"],
                self.one(min(m["sites"])),
                self.one(max(m["sites"])),
                self.one(max(m["sites"]) - min(m["sites"])),
            ]
            for m in rows
        ]
        deck.table(slide, (8.9, TOP + 0.1, WIDTH - EDGE - 8.9, BOTTOM - TOP - 0.1), columns, table, size=12)

    def scored_plants(self) -> list[Row]:
        found = [s for s in self.content["sites"] if s["scores"].get("OVERALL") is not None]
        return sorted(found, key=lambda s: (-s["scores"]["OVERALL"], s["name"]))

    def plants(self) -> None:
        deck, words = self.deck, self.words
        slide = deck.slide(self.told["plants"], self.notes["plants"], self.lines)
        rows = self.scored_plants()
        shown = rows if len(rows) <= PLANTS else rows[: PLANTS // 2] + rows[-(PLANTS // 2) :]
        series = [Series(words["overall"], [s["scores"]["OVERALL"] for s in shown], deck.look.colour)]
        tall = BOTTOM - TOP - (0.35 if len(shown) < len(rows) else 0)
        deck.bars(slide, (EDGE, TOP, FULL, tall), [s["name"] for s in shown], series, said=self.told["plants"], size=13)
        if len(shown) < len(rows):
            deck.text(slide, (EDGE, BOTTOM - 0.3, FULL, 0.3), [words["left_out"]], size=11, colour="ink-2")

    def perception(self) -> None:
        deck, words = self.deck, self.words
        slide = deck.slide(self.told["perception"], self.notes["perception"], self.lines)
        rows = self.content["perception"][:8]
        if not rows:
            deck.text(slide, BODY, [words["no_perception"]], size=16)
            return
        series = [
            Series(words["enterprise"], [p["enterprise"] for p in rows], "ink-2"),
            Series(words["network"], [p["plants"] for p in rows], deck.look.colour),
        ]
        deck.bars(
            slide, (EDGE, TOP, 8.0, BOTTOM - TOP), [p["name"] for p in rows], series, said=self.told["perception"]
        )
        columns = [
            Column(words["dimension"], 2.2, most=44),
            Column(words["difference"], 0.95, "right"),
            Column(words["flag"], 1.3),
        ]
        table = [[p["name"], p["gap_text"], p["flag"]] for p in rows]
        deck.table(slide, (8.9, TOP + 0.1, WIDTH - EDGE - 8.9, BOTTOM - TOP - 0.1), columns, table, size=13)

    def waiting(self) -> None:
        deck, words = self.deck, self.words
        slide = deck.slide(self.told["waiting"], self.notes["waiting"], self.lines)
        columns = [
            Column(words["what"], 3.2, most=90),
            Column(words["why"], 4.6, most=160),
            Column(words["who"], 2.6, most=110),
        ]
        rows = [[w["what"], f"{w['kind']}. {w['why']}", w["who"]] for w in self.content["waiting"][:9]]
        more = deck.table(slide, (EDGE, TOP, FULL, BOTTOM - TOP - 0.35), columns, rows, size=15)
        if more or len(self.content["waiting"]) > len(rows):
            deck.text(slide, (EDGE, BOTTOM - 0.2, FULL, 0.3), [words["table_more"]], size=11, colour="ink-2")

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
        deck.bars(slide, chart, names, series, said=self.told["plan"], stacked=True, legend=False, size=10, scale=scale)
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
        deck.bars(
            slide, BODY, [p["name"] for p in rows], series, said=self.told["projection"], horizontal=False, size=14
        )

    def method(self, code: str, address: str) -> None:
        """How the figures came about on the left, what they are of on the right, the code at the bottom."""
        deck, words, content = self.deck, self.words, self.content
        slide = deck.slide(self.told["method"], self.notes["method"], self.peer_lines, self.illustrative)
        top = 1.5
        for heading, told in content["sections"]:
            deck.text(slide, (EDGE, top, 6.6, 0.25), [heading], size=11, bold=True)
            lines = wrapped(told, 6.6, 10, strong=False)
            deck.text(slide, (EDGE, top + 0.23, 6.6, 0.19 * lines), [told], size=10, colour="ink-2")
            top += 0.36 + 0.17 * lines
        rows = [
            *content["stamp"],
            *([[words["period"], content["source"]["period"]]] if content["source"]["period"] else []),
        ]
        if content["source"]["n"]:
            rows.append([words["n"], f"{content['source']['n']} ({content['source']['group']})"])
        columns = [Column(words["versions"], 1.4), Column("", 3.6, most=150)]
        deck.table(slide, (7.7, 1.45, WIDTH - EDGE - 7.7, 3.6), columns, rows, size=10)
        deck.text(slide, (7.7, 5.35, WIDTH - EDGE - 7.7, 0.25), [words["genuine"]], size=11, bold=True)
        deck.text(slide, (7.7, 5.6, WIDTH - EDGE - 7.7, 0.5), [code], size=10)
        check = words["check"] % {"address": address}
        deck.text(slide, (7.7, 6.1, WIDTH - EDGE - 7.7, 0.6), [check], size=10, colour="ink-2")


def serial(iso: str) -> int:
    """A day as spreadsheets and charts count it.

    >>> serial("2026-01-01")
    46023
    """
    return (date.fromisoformat(iso) - date(1899, 12, 30)).days


def furthest(dimensions: Sequence[Row], most: int = BARS) -> tuple[list[Row], str, str]:
    """The dimensions furthest below what they are compared with, with its key and the key of its label.

    The peers' median where there is one, else the own target, else nothing: then the lowest.

    >>> furthest([{"score": 2.0, "p50": 3.0, "target": None}, {"score": 3.0, "p50": 3.1, "target": 5}], 1)[0][0]["score"]
    2.0
    """
    scored = [m for m in dimensions if m["score"] is not None]
    for key, label in (("p50", "median"), ("target", "target")):
        known = [m for m in scored if m[key] is not None]
        if known:
            return sorted(known, key=lambda m: round(m["score"], 1) - m[key])[:most], key, label
    return sorted(scored, key=lambda m: m["score"])[:most], "", ""
