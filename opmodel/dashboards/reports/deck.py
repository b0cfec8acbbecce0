"""PURE: the board deck: content -> PowerPoint file, 12 to 14 slides, one message each, charts that can be edited."""

from collections.abc import Sequence
from typing import Any

from pptx.enum.shapes import MSO_SHAPE
from pptx.util import Inches, Pt

from opmodel.dashboards.reports.deck_actions import Doing
from opmodel.dashboards.reports.deck_charts import Series, bars
from opmodel.dashboards.reports.deck_frame import BODY, BOTTOM, EDGE, FULL, TOP, WIDTH, decorative, rgb
from opmodel.dashboards.reports.deck_parts import Column, Deck, Slides
from opmodel.dashboards.reports.fitting import wrapped
from opmodel.dashboards.reports.look import Content, Look, signed

BARS = 10  # of a chart with long names
PLANTS = 16
Row = dict[str, Any]


def build(content: Content, look: Look, code: str, address: str) -> bytes:
    """The deck of an organisation's report; `code` is its hash as people read it, `address` where it can be checked."""
    deck = Deck(look, content["language"], content["mark"])
    draw(deck, content, code, address)
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


def draw(deck: Deck, content: Content, code: str, address: str) -> None:
    """The slides in their order; what has nothing to say is left out."""
    standing, doing = Standing(deck, content), Doing(deck, content)
    standing.title()
    standing.summary()
    standing.components()
    standing.furthest()
    standing.dimensions()
    if standing.apart():
        standing.spread()
    if len(standing.scored_plants()) > 1:
        standing.plants()
    if content["perception"]:
        standing.perception()
    if content["waiting"]:
        standing.waiting()
    doing.actions()
    doing.steps()
    doing.plan()
    doing.projection()
    standing.method(code, address)


class Standing(Slides):
    """The slides on where the organisation stands, one method a slide."""

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
        overall = self.content["overall"]
        known = overall["score"] is not None or overall["low"] is None
        number = self.one(overall["score"]) if known else f"{self.one(overall['low'])}–{self.one(overall['high'])}"
        box = (EDGE, 1.9, 3.1, 1.4)
        deck.text(slide, box, [number], size=80 if known else 40, bold=True, colour=deck.look.colour, anchor="bottom")
        deck.text(slide, (EDGE, 3.35, 2.8, 0.3), [words["of_five"]], size=14, colour="ink-2")
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
        bars(slide, (EDGE, TOP, 6.5, BOTTOM - TOP), [m["name"] for m in rows], series, said=self.told["page"], size=12)
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
        bars(slide, BODY, [m["name"] for m in rows], series, said=self.told["dimensions"], size=13)

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

    def apart(self) -> list[Row]:
        """The dimensions in which two plants at least have a score, widest spread first."""
        rows = [m for m in self.content["dimensions"] if len(m["sites"]) > 1]
        return sorted(rows, key=lambda m: -(round(max(m["sites"]), 1) - round(min(m["sites"]), 1)))

    def spread(self) -> None:
        deck, words = self.deck, self.words
        slide = deck.slide(self.told["spread"], self.notes["spread"], self.lines)
        rows = self.apart()[:BARS]
        series = [
            Series(words["low"], [min(m["sites"]) for m in rows], None, labels=False),
            Series(words["spread"], [max(m["sites"]) - min(m["sites"]) for m in rows], "peer"),
        ]
        chart = (EDGE, TOP, 8.0, BOTTOM - TOP)
        bars(
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
        bars(slide, (EDGE, TOP, FULL, tall), [s["name"] for s in shown], series, said=self.told["plants"], size=13)
        if len(shown) < len(rows):
            deck.text(slide, (EDGE, BOTTOM - 0.3, FULL, 0.3), [words["left_out"]], size=11, colour="ink-2")

    def perception(self) -> None:
        deck, words = self.deck, self.words
        slide = deck.slide(self.told["perception"], self.notes["perception"], self.lines)
        rows = self.content["perception"][:8]
        series = [
            Series(words["enterprise"], [p["enterprise"] for p in rows], "ink-2"),
            Series(words["network"], [p["plants"] for p in rows], deck.look.colour),
        ]
        bars(slide, (EDGE, TOP, 8.0, BOTTOM - TOP), [p["name"] for p in rows], series, said=self.told["perception"])
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
