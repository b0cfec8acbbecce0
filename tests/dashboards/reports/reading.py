"""Open finished reports again, with other libraries than those that made them."""

import io
import re
import zipfile
from dataclasses import dataclass
from typing import Any

import pypdf
import pypdfium2
import python_calamine
from pptx import Presentation


@dataclass
class Slide:
    """What a slide shows and says."""

    title: str
    text: str
    notes: str
    charts: list[Any]
    said: list[str]  # the alternative texts of its charts


def slides(data: bytes) -> list[Slide]:
    found = []
    for slide in Presentation(io.BytesIO(data)).slides:
        texts: list[str] = []
        for shape in slide.shapes:
            if shape.has_text_frame:
                texts.append(shape.text_frame.text)
            if shape.has_table:
                texts += [cell.text for row in shape.table.rows for cell in row.cells]
        frames = [s for s in slide.shapes if s.has_chart]
        found.append(
            Slide(
                slide.shapes.title.text_frame.text,
                "\n".join(texts),
                slide.notes_slide.notes_text_frame.text,
                [s.chart for s in frames],
                [s._element.nvGraphicFramePr.cNvPr.get("descr", "") for s in frames],
            )
        )
    return found


def series(chart: Any) -> dict[str, dict[str, float | None]]:
    """Name of a row of bars -> category -> value."""
    plot = chart.plots[0]
    return {s.name: dict(zip(plot.categories, s.values, strict=True)) for s in plot.series}


def overflowing(data: bytes) -> list[str]:
    """Shapes that reach beyond their slide."""
    deck = Presentation(io.BytesIO(data))
    return [
        f"{number} {shape.name}"
        for number, slide in enumerate(deck.slides, 1)
        for shape in slide.shapes
        if shape.left < 0
        or shape.top < 0
        or shape.left + shape.width > deck.slide_width + 1
        or shape.top + shape.height > deck.slide_height + 1
    ]


def pages(data: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]


def bookmarks(data: bytes) -> list[str]:
    def flat(entries: list[Any]) -> list[str]:
        return [t for e in entries for t in (flat(e) if isinstance(e, list) else [e.title])]

    return flat(pypdf.PdfReader(io.BytesIO(data)).outline)


def marks(data: bytes) -> dict[str, Any]:
    """What a PDF says of itself to screen readers and archives."""
    reader = pypdf.PdfReader(io.BytesIO(data))
    catalogue = reader.trailer["/Root"]
    fonts = set()
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            base = font.get_object().get("/DescendantFonts", [font])[0].get_object()
            descriptor = base["/FontDescriptor"]
            fonts.add(any(f"/FontFile{n}" in descriptor for n in ("", "2", "3")))
    return {
        "tagged": bool(catalogue.get("/MarkInfo", {}).get("/Marked")),
        "structure": "/StructTreeRoot" in catalogue,
        "language": catalogue.get("/Lang", ""),
        "ua": "pdfuaid:part" in catalogue["/Metadata"].get_object().get_data().decode(),
        "fonts_embedded": fonts == {True},
        "alternatives": alternatives(catalogue["/StructTreeRoot"]),
    }


def alternatives(root: Any) -> list[str]:
    """Every alternative text in the tree of tags."""
    found, todo = [], [root]
    while todo:
        node = todo.pop()
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            todo += node
        elif isinstance(node, dict):
            if "/Alt" in node:
                found.append(str(node["/Alt"]))
            todo.append(node.get("/K"))
    return found


def dark_share(data: bytes) -> list[float]:
    """How much of each page is not paper."""
    shares = []
    for page in pypdfium2.PdfDocument(data):
        picture = page.render(scale=0.5, grayscale=True).to_numpy()
        shares.append(float((picture < 200).mean()))
    return shares


def sheets(data: bytes) -> dict[str, list[list[Any]]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def formulas(data: bytes) -> list[str]:
    """Live formulas and links in an Office file, its embedded workbooks included."""
    found = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            inside = archive.read(name)
            if name.endswith(".xlsx"):
                found += [f"{name}: {f}" for f in formulas(inside)]
            live = rb"<f>|<f |<hyperlink" if name.startswith("xl/worksheets/") else rb'TargetMode="External"'
            if re.search(live, inside):
                found.append(name)
    return found
