"""Real files for tests, harmless and hostile, each built from scratch."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from datetime import date

import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
WINDOWS = b"MZ\x90\x00" + b"\x00" * 56 + b"\x80\x00\x00\x00" + b"\x00" * 64 + b"PE\x00\x00" + b"\x00" * 200
ELF = b"\x7fELF\x02\x01\x01" + b"\x00" * 200
HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 40 + b"\xff\xd9"
WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8 " + b"\x00" * 14
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 20
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 1000


def png() -> bytes:
    """One white pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\x00\xff")) + chunk(b"IEND", b"")
    )


def archive(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as packed:
        for name, data in entries.items():
            packed.writestr(name, data)
    return out.getvalue()


OOXML = "application/vnd.openxmlformats-officedocument."
DOCX_MAIN = f"{OOXML}wordprocessingml.document.main+xml"
PPTX_MAIN = f"{OOXML}presentationml.presentation.main+xml"
DOCM_MAIN = "application/vnd.ms-word.document.macroEnabled.main+xml"


def ooxml(part: str, content_type: str, more: dict[str, bytes] | None = None) -> bytes:
    types = f'<Types><Override PartName="/{part}" ContentType="{content_type}"/></Types>'
    return archive({"[Content_Types].xml": types.encode(), part: b"<x/>", **(more or {})})


def docx(more: dict[str, bytes] | None = None) -> bytes:
    return ooxml("word/document.xml", DOCX_MAIN, more)


def odf(kind: str, more: dict[str, bytes] | None = None) -> bytes:
    entries = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}".encode(),
        "content.xml": b"<x/>",
        **(more or {}),
    }
    return archive(entries)


def xlsx(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        fill(book)
    return out.getvalue()


def table(rows: list[list[object]], sheet: str = "Plants") -> bytes:
    """An Excel workbook with one sheet; dates are written as dates, texts as texts."""

    def fill(book: xlsxwriter.Workbook) -> None:
        page, day = book.add_worksheet(sheet), book.add_format({"num_format": "yyyy-mm-dd"})
        for i, row in enumerate(rows):
            for j, value in enumerate(row):
                if isinstance(value, date):
                    page.write_datetime(i, j, value, day)
                elif isinstance(value, str):
                    page.write_string(i, j, value)
                else:
                    page.write(i, j, value)

    return xlsx(fill)


def ods(rows: list[list[object]]) -> bytes:
    """An OpenDocument spreadsheet with one sheet of texts and numbers."""
    cells = ""
    for row in rows:
        cells += "<table:table-row>"
        for value in row:
            if isinstance(value, int | float):
                cells += f'<table:table-cell office:value-type="float" office:value="{value}"/>'
            else:
                cells += f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
        cells += "</table:table-row>"
    names = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
        for short, long in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    content = (
        f'<?xml version="1.0"?><office:document-content {names}><office:body><office:spreadsheet>'
        f'<table:table table:name="Plants">{cells}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    manifest = (
        b'<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    )
    return odf("spreadsheet", {"content.xml": content.encode(), "META-INF/manifest.xml": manifest})


def bomb(megabytes: int = 500) -> bytes:
    """A valid workbook whose one sheet unpacks to so many MB: about half a MB on disk."""
    plain = zipfile.ZipFile(io.BytesIO(table([["x"]])))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for entry in plain.infolist():
            if entry.filename != "xl/worksheets/sheet1.xml":
                packed.writestr(entry.filename, plain.read(entry))
        with packed.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>')
            block = b'<row><c t="inlineStr"><is><t>' + b"x" * 999_000 + b"</t></is></c></row>"
            for _ in range(megabytes):
                sheet.write(block)
            sheet.write(b"</sheetData></worksheet>")
    return out.getvalue()


def lying(data: bytes, says: int = 1000) -> bytes:
    """The same archive, whose directory claims that no entry unpacks to more than so many bytes."""
    out, at = bytearray(data), 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        size = struct.unpack_from("<L", out, at + 24)[0]
        struct.pack_into("<L", out, at + 24, min(size, says))
        at += 4
    return bytes(out)


def upload(name: str, data: bytes, content_type: str = "application/octet-stream") -> SimpleUploadedFile:
    """As a browser sends it; what it says about the type counts for nothing."""
    return SimpleUploadedFile(name, data, content_type)
