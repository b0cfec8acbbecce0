"""PURE: what every slide stands on: sizes in inches, the master with its fonts and colours, marks without meaning."""

from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.util import Inches

from opmodel.dashboards.reports.look import TOKENS, Look

WIDTH, HEIGHT, EDGE = 13.333, 7.5, 0.6
TOP, BOTTOM = 1.62, 6.85  # of the space for pictures and tables
FULL = WIDTH - 2 * EDGE
BODY = (EDGE, TOP, FULL, BOTTOM - TOP)
FONT = "Arial"
Box = tuple[float, float, float, float]  # left, top, width, height


def rgb(colour: str) -> RGBColor:
    return RGBColor.from_string(TOKENS.get(colour, colour).lstrip("#").upper())


def presentation(look: Look) -> tuple[Any, Any]:
    """An empty presentation with one layout, and that layout: a title and nothing else."""
    file = Presentation()
    file.slide_width, file.slide_height = Inches(WIDTH), Inches(HEIGHT)
    layouts = list(file.slide_layouts)
    layout = next(one for one in layouts if one.name == "Title Only")
    for other in layouts:
        if other is not layout:
            file.slide_layouts.remove(other)
    _theme(file, look)
    _master(file, layout)
    return file, layout


def _theme(file: Any, look: Look) -> None:
    """Fonts and colours of the theme, so that what people add later looks like the rest."""
    part = file.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    root = etree.fromstring(part.blob)
    space = {"a": "http://schemas.openxmlformats.org/drawingml/2006/main"}
    for face in root.xpath("//a:majorFont/a:latin | //a:minorFont/a:latin", namespaces=space):
        face.set("typeface", FONT)
    colours = {
        "dk1": "ink", "lt1": "#ffffff", "dk2": "ink-2", "lt2": "paper", "accent1": look.colour,
        "accent2": "peer-strong", "accent3": "cap", "accent4": "vst", "accent5": "res", "accent6": "gov",
        "hlink": look.colour, "folHlink": "ink-2",
    }  # fmt: skip
    for name, colour in colours.items():
        (slot,) = root.xpath(f"//a:clrScheme/a:{name}", namespaces=space)
        for child in list(slot):
            slot.remove(child)
        etree.SubElement(slot, qn("a:srgbClr")).set("val", TOKENS.get(colour, colour).lstrip("#").upper())
    part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _master(file: Any, layout: Any) -> None:
    """The title at the top left, in ink; date, footer and number of the template go: each slide has its own."""
    master = file.slide_master
    style = master.element.find(f".//{qn('p:titleStyle')}/{qn('a:lvl1pPr')}")
    style.set("algn", "l")
    run = style.find(qn("a:defRPr"))
    run.set("sz", "2400")
    run.set("b", "1")
    for holder in (master, layout):
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
