"""PURE: pieces of a deck: the master with its fonts and colours, native charts, tables, texts. Lengths are in inches."""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from lxml import etree
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from opmodel.dashboards.reports.fitting import GUTTER, SMALLEST, column_widths, needed_widths, row_height
from opmodel.dashboards.reports.look import TOKENS, Content, Look, shortened
from opmodel.dashboards.reports.look import one as as_level

WIDTH, HEIGHT, EDGE = 13.333, 7.5, 0.6
TOP, BOTTOM = 1.62, 6.85  # of the space for pictures and tables
FULL = WIDTH - 2 * EDGE
BODY = (EDGE, TOP, FULL, BOTTOM - TOP)
FONT = "Arial"
PLAIN_TABLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # PowerPoint's own name of a table without any style
LANGUAGES = {"de": "de-DE", "en": "en-GB"}
Box = tuple[float, float, float, float]  # left, top, width, height


@dataclass(frozen=True)
class Series:
    """One row of bars; `colour` is a token or #rrggbb, None draws nothing (the empty part of a stacked bar)."""

    name: str
    values: Sequence[float | None]
    colour: str | None
    labels: bool = True


@dataclass(frozen=True)
class Scale:
    """The axis of values: its ends, the distance of its marks, how marks and values are written."""

    low: float = 1
    high: float = 5
    step: float = 1
    marks: str = "0"
    values: str = "0.0"


LEVELS = Scale()


@dataclass(frozen=True)
class Column:
    label: str
    width: float
    align: str = "left"
    most: int = 400  # characters; longer texts are cut between words


def rgb(colour: str) -> RGBColor:
    return RGBColor.from_string(TOKENS.get(colour, colour).lstrip("#").upper())


class Deck:
    """A presentation with one layout; every slide has a real title, notes, its source, its number."""

    def __init__(self, look: Look, language: str, mark: str) -> None:
        self.look, self.language, self.mark = look, LANGUAGES.get(language, language), mark
        self.file = Presentation()
        self.file.slide_width, self.file.slide_height = Inches(WIDTH), Inches(HEIGHT)
        layouts = list(self.file.slide_layouts)
        self.layout = next(one for one in layouts if one.name == "Title Only")
        for other in layouts:
            if other is not self.layout:
                self.file.slide_layouts.remove(other)
        self._theme()
        self._master()

    def _theme(self) -> None:
        """Fonts and colours of the theme, so that what people add later looks like the rest."""
        part = self.file.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
        root = etree.fromstring(part.blob)
        space = {"a": "http://schemas.openxmlformats.org/drawingml/2006/main"}
        for face in root.xpath("//a:majorFont/a:latin | //a:minorFont/a:latin", namespaces=space):
            face.set("typeface", FONT)
        colours = {
            "dk1": "ink", "lt1": "#ffffff", "dk2": "ink-2", "lt2": "paper", "accent1": self.look.colour,
            "accent2": "peer-strong", "accent3": "cap", "accent4": "vst", "accent5": "res", "accent6": "gov",
            "hlink": self.look.colour, "folHlink": "ink-2",
        }  # fmt: skip
        for name, colour in colours.items():
            (slot,) = root.xpath(f"//a:clrScheme/a:{name}", namespaces=space)
            for child in list(slot):
                slot.remove(child)
            etree.SubElement(slot, qn("a:srgbClr")).set("val", TOKENS.get(colour, colour).lstrip("#").upper())
        part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)

    def _master(self) -> None:
        """The title at the top left, in ink; date, footer and number of the template go: each slide has its own."""
        master = self.file.slide_master
        style = master.element.find(f".//{qn('p:titleStyle')}/{qn('a:lvl1pPr')}")
        style.set("algn", "l")
        run = style.find(qn("a:defRPr"))
        run.set("sz", "2400")
        run.set("b", "1")
        for holder in (master, self.layout):
            for shape in list(holder.placeholders):
                kind = shape.placeholder_format.type
                if "TITLE" in str(kind):
                    place(shape, (EDGE, 0.42, FULL, 1.0))
                    shape.text_frame.vertical_anchor = MSO_ANCHOR.MIDDLE
                    body = shape.text_frame._txBody.find(qn("a:bodyPr"))
                    for side in ("lIns", "rIns"):
                        body.set(side, "0")
                    for child in list(body):
                        body.remove(child)
                elif "BODY" not in str(kind):
                    shape._element.getparent().remove(shape._element)

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

    def bars(
        self,
        slide: Any,
        box: Box,
        categories: Sequence[str],
        series: Sequence[Series],
        *,
        said: str,
        horizontal: bool = True,
        stacked: bool = False,
        size: float = 11,
        legend: bool = True,
        scale: Scale = LEVELS,
    ) -> Any:
        """A native chart, editable in PowerPoint, from level 1 to 5 or on another scale; `said` is it in words."""
        data = CategoryChartData(number_format=scale.values)
        data.categories = list(categories)
        for one in series:
            data.add_series(one.name, [None if v is None else round(v, 4) for v in one.values])
        kinds = {
            (True, False): XL_CHART_TYPE.BAR_CLUSTERED,
            (True, True): XL_CHART_TYPE.BAR_STACKED,
            (False, False): XL_CHART_TYPE.COLUMN_CLUSTERED,
        }
        frame = slide.shapes.add_chart(kinds[horizontal, stacked], *(Inches(n) for n in box), data)
        frame._element.nvGraphicFramePr.cNvPr.set("descr", said)
        chart = frame.chart
        chart.part.chart_workbook.update_from_xlsx_blob(sheet_of(categories, series, scale.values))
        chart.font.size, chart.font.name = Pt(size), FONT
        chart.font.color.rgb = rgb("ink")
        chart.has_title = False
        chart.has_legend = legend and len(series) > 1
        if chart.has_legend:
            chart.legend.position = XL_LEGEND_POSITION.TOP
            chart.legend.include_in_layout = False
            chart.legend.font.size = Pt(size)
        self._axes(chart, horizontal, scale)
        plot = chart.plots[0]
        plot.gap_width, plot.overlap = (45, 100) if stacked else (55, -5)
        for drawn, one in zip(plot.series, series, strict=True):
            if one.colour is None:
                drawn.format.fill.background()
                drawn.format.line.fill.background()
            else:
                drawn.format.fill.solid()
                drawn.format.fill.fore_color.rgb = rgb(one.colour)
            drawn.invert_if_negative = False
            if one.labels:
                labels = drawn.data_labels
                labels.show_value, labels.number_format, labels.number_format_is_linked = True, scale.values, False
                labels.font.size = Pt(size - 1)
                labels.font.color.rgb = rgb("ink")
                labels.position = XL_LABEL_POSITION.CENTER if stacked else XL_LABEL_POSITION.OUTSIDE_END
        return chart

    def _axes(self, chart: Any, horizontal: bool, scale: Scale) -> None:
        values, names = chart.value_axis, chart.category_axis
        values.minimum_scale, values.maximum_scale, values.major_unit = scale.low, scale.high, scale.step
        values.has_major_gridlines = True
        values.major_gridlines.format.line.color.rgb = rgb("line")
        values.format.line.fill.background()
        values.tick_labels.number_format, values.tick_labels.number_format_is_linked = scale.marks, False
        values.tick_labels.font.color.rgb = rgb("ink-2")
        values.major_tick_mark = names.major_tick_mark = XL_TICK_MARK.NONE
        names.format.line.color.rgb = rgb("edge")
        names.reverse_order = horizontal  # the first name on top
        names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
        if horizontal:
            values.tick_label_position = XL_TICK_LABEL_POSITION.HIGH

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


def place(shape: Any, box: Box) -> None:
    shape.left, shape.top, shape.width, shape.height = (Inches(n) for n in box)


def decorative(shape: Any) -> None:
    """What carries no meaning has no alternative text, and says so by an empty one."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", "")
    flat(shape)


def flat(shape: Any) -> None:
    """Without the shadow that the theme gives to every shape."""
    for style in shape._element.findall(qn("p:style")):
        shape._element.remove(style)


def sheet_of(categories: Sequence[str], series: Sequence[Series], form: str) -> bytes:
    """The workbook inside of a chart, as python-pptx lays it out, but with text that stays text."""
    stream = io.BytesIO()
    as_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(stream, {"in_memory": True, **as_text})
    sheet, shown = book.add_worksheet(), book.add_format({"num_format": form})
    sheet.write_column(1, 0, list(categories))
    for column, one in enumerate(series, 1):
        sheet.write_string(0, column, one.name)
        for row, value in enumerate(one.values, 1):
            if value is not None:
                sheet.write_number(row, column, round(value, 4), shown)
    book.close()
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
