"""PURE: pieces of a deck: slides with title, notes and source, texts, tables, the logo. Lengths are in inches."""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from opmodel.dashboards.reports.deck_frame import EDGE, FULL, WIDTH, Box, decorative, flat, presentation, rgb
from opmodel.dashboards.reports.fitting import GUTTER, SMALLEST, column_widths, needed_widths, row_height
from opmodel.dashboards.reports.look import TOKENS, Content, Look, shortened
from opmodel.dashboards.reports.look import one as as_level

LANGUAGES = {"de": "de-DE", "en": "en-GB"}
PLAIN_TABLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # PowerPoint's own name of a table without any style


@dataclass(frozen=True)
class Column:
    label: str
    width: float
    align: str = "left"
    most: int = 400  # characters; longer texts are cut between words


class Deck:
    """A presentation with one layout; every slide has a real title, notes, its source, its number."""

    def __init__(self, look: Look, language: str, mark: str) -> None:
        self.look, self.language, self.mark = look, LANGUAGES.get(language, language), mark
        self.file, self.layout = presentation(look)

    def slide(self, title: str, notes: str, source: Sequence[str], tag: str = "") -> Any:
        """A new slide with its title, its notes, its line of sources and, where there is one, a warning tag."""
        slide = self.file.slides.add_slide(self.layout)
        slide.shapes.title.text_frame.text = title
        # Long titles stay in two lines.
        size = 24 if len(title) <= 110 else 20 if len(title) <= 150 else 17
        for run in self._runs(slide.shapes.title):
            run.font.size = Pt(size)
        bar = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, Inches(EDGE), Inches(0.3), Inches(0.9), Inches(0.06))
        bar.fill.solid()
        bar.fill.fore_color.rgb = rgb(self.look.colour)
        bar.line.fill.background()
        decorative(bar)
        line = " · ".join(part for part in source if part)
        self.text(slide, (EDGE, 7.0, FULL - 0.6, 0.3), [line], size=9, colour="ink-2")
        self._number(slide)
        if tag:
            self.tag(slide, tag)
        slide.notes_slide.notes_text_frame.text = notes
        return slide

    def tag(self, slide: Any, words: str, top: float = 0.2) -> None:
        """A warning in amber at the top right; never colour alone, it says what it warns of."""
        width = 0.3 + 0.068 * len(words)
        shape = slide.shapes.add_shape(
            MSO_SHAPE.ROUNDED_RECTANGLE, Inches(WIDTH - EDGE - width), Inches(top), Inches(width), Inches(0.26)
        )
        shape.fill.solid()
        shape.fill.fore_color.rgb = rgb("warn-soft")
        shape.line.color.rgb = rgb("warn")
        shape.line.width = Pt(0.75)
        flat(shape)
        frame = shape.text_frame
        frame.margin_top = frame.margin_bottom = frame.margin_left = frame.margin_right = 0
        frame.vertical_anchor = MSO_ANCHOR.MIDDLE
        frame.word_wrap = False
        self._paragraph(frame.paragraphs[0], words, 9, "warn", False, "center")

    def _number(self, slide: Any) -> None:
        box = self.text(slide, (WIDTH - EDGE - 0.6, 7.0, 0.6, 0.3), [""], size=9, colour="ink-2", align="right")
        paragraph = box.text_frame.paragraphs[0]._p
        for run in paragraph.findall(qn("a:r")):
            paragraph.remove(run)
        field = etree.SubElement(paragraph, qn("a:fld"))
        field.set("id", "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}")
        field.set("type", "slidenum")
        properties = etree.SubElement(field, qn("a:rPr"))
        properties.set("lang", self.language)
        properties.set("sz", "900")
        etree.SubElement(field, qn("a:t")).text = str(len(self.file.slides))

    def text(
        self,
        slide: Any,
        box: Box,
        paragraphs: Sequence[str],
        *,
        size: float = 14,
        colour: str = "ink",
        bold: bool = False,
        align: str = "left",
        anchor: str = "top",
        space: float = 0,
    ) -> Any:
        """Paragraphs in a box without margins."""
        shape = slide.shapes.add_textbox(*(Inches(n) for n in box))
        frame = shape.text_frame
        frame.word_wrap = True
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        frame.vertical_anchor = {"top": MSO_ANCHOR.TOP, "middle": MSO_ANCHOR.MIDDLE, "bottom": MSO_ANCHOR.BOTTOM}[
            anchor
        ]
        for number, words in enumerate(paragraphs):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            paragraph.space_after = Pt(space)
            self._paragraph(paragraph, words, size, colour, bold, align)
        return shape

    def _paragraph(self, paragraph: Any, words: str, size: float, colour: str, bold: bool, align: str) -> None:
        paragraph.alignment = {"left": PP_ALIGN.LEFT, "right": PP_ALIGN.RIGHT, "center": PP_ALIGN.CENTER}[align]
        run = paragraph.add_run()
        run.text = words
        run.font.size, run.font.bold = Pt(size), bold
        run.font.color.rgb = rgb(colour)
        run._r.get_or_add_rPr().set("lang", self.language)

    def _runs(self, shape: Any) -> Iterator[Any]:
        for paragraph in shape.text_frame.paragraphs:
            for run in paragraph.runs:
                run._r.get_or_add_rPr().set("lang", self.language)
                yield run

    def table(
        self, slide: Any, box: Box, columns: Sequence[Column], rows: Sequence[Sequence[str]], *, size: float = 11
    ) -> int:
        """A table that fits its box: smaller letters first, then fewer rows. Gives how many rows are left out."""
        left, top, width, height = box
        head = [c.label for c in columns]
        cut = [
            [shortened(cell, c.most).replace(" %", "\u00a0%") for cell, c in zip(row, columns, strict=True)]
            for row in rows
        ]
        kept = cut
        while True:
            widths = column_widths([c.width for c in columns], [head, *kept], width, size)
            heights = [row_height(row, widths, size) for row in [head, *kept]]
            whole = sum(needed_widths([head, *kept], size)) <= width  # no word breaks
            if ((whole or size <= SMALLEST) and sum(heights) <= height) or not kept:
                break
            if size > SMALLEST:
                size -= 0.5
            else:
                kept = kept[:-1]
        frame = slide.shapes.add_table(
            len(kept) + 1, len(columns), Inches(left), Inches(top), Inches(width), Inches(sum(heights))
        )
        table = frame.table
        frame._element.graphic.graphicData.tbl.tblPr.find(qn("a:tableStyleId")).text = PLAIN_TABLE
        table.first_row, table.horz_banding = True, False
        for number, wide in enumerate(widths):
            table.columns[number].width = Inches(wide)
        for number, tall in enumerate(heights):
            table.rows[number].height = Inches(tall)
        for r, row in enumerate([head, *kept]):
            for c, words in enumerate(row):
                self._cell(table.cell(r, c), words, size, head=r == 0, strong=c == 0, align=columns[c].align)
        return len(cut) - len(kept)

    def _cell(self, cell: Any, words: str, size: float, *, head: bool, strong: bool, align: str) -> None:
        cell.margin_left, cell.margin_right = Inches(0.0), Inches(GUTTER)
        cell.margin_top = cell.margin_bottom = Inches(0.035)
        cell.vertical_anchor = MSO_ANCHOR.BOTTOM if head else MSO_ANCHOR.TOP
        cell.fill.background()
        colour = "ink-2" if head else "ink"
        self._paragraph(cell.text_frame.paragraphs[0], words, size - 1 if head else size, colour, head or strong, align)
        properties = cell._tc.get_or_add_tcPr()
        for side in ("lnL", "lnR", "lnT", "lnB"):
            edge = etree.SubElement(properties, qn(f"a:{side}"))
            if side == "lnB":
                edge.set("w", "9525")
                fill = etree.SubElement(etree.SubElement(edge, qn("a:solidFill")), qn("a:srgbClr"))
                fill.set("val", TOKENS["edge" if head else "line"].lstrip("#"))
            else:
                etree.SubElement(edge, qn("a:noFill"))
        # The order inside of a cell's properties is fixed: borders before the fill.
        for fill in properties.findall(qn("a:noFill")):
            properties.remove(fill)
            properties.append(fill)

    def logo(self, slide: Any, box: Box) -> None:
        """The logo in the lower right of its box, in its own proportions."""
        if self.look.logo is None:
            return
        left, top, width, height = box
        picture = slide.shapes.add_picture(io.BytesIO(self.look.logo), 0, 0)
        scale = min(Inches(width) / picture.width, Inches(height) / picture.height)
        picture.width, picture.height = int(picture.width * scale), int(picture.height * scale)
        picture.left, picture.top = int(Inches(left + width) - picture.width), int(Inches(top))
        decorative(picture)

    def bytes(self, properties: Mapping[str, str]) -> bytes:
        for name, value in properties.items():
            setattr(self.file.core_properties, name, value)
        stream = io.BytesIO()
        self.file.save(stream)
        return stream.getvalue()


class Slides:
    """What the slides of a report have in common: the deck, the content, the lines below."""

    def __init__(self, deck: Deck, content: Content) -> None:
        self.deck, self.content, self.words = deck, content, content["words"]
        self.told, self.notes = content["headlines"], content["notes"]
        source = content["source"]
        self.peers = any(m["p50"] is not None for m in content["dimensions"])
        self.lines = [content["cycle"]["name"], source["earlier"], source["answered"]]
        self.peer_lines = [*self.lines, source["peers"] or source["no_peers"]]
        self.illustrative = self.words["illustrative"] if source["illustrative"] else ""

    def one(self, value: float | None) -> str:
        return as_level(value, self.deck.mark)
