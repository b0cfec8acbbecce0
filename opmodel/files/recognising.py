"""What a file is, told by its content; its name only has to fit.

`recognise` knows the kinds that are accepted somewhere; for everything else `describe` finds words.
"""

import codecs
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import BinaryIO

import puremagic
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from opmodel.files import archives

HEAD = 4096


@dataclass(frozen=True)
class FileType:
    """A kind of file: its code, the endings its name may have, how it is served, and what people call it."""

    code: str
    endings: tuple[str, ...]
    content_type: str
    label: Promise


OOXML = "application/vnd.openxmlformats-officedocument."
ODF = "application/vnd.oasis.opendocument."
PDF = FileType("pdf", ("pdf",), "application/pdf", gettext_lazy("a PDF"))
PNG = FileType("png", ("png",), "image/png", gettext_lazy("a PNG picture"))
JPEG = FileType("jpeg", ("jpg", "jpeg", "jpe", "jfif"), "image/jpeg", gettext_lazy("a JPEG picture"))
WEBP = FileType("webp", ("webp",), "image/webp", gettext_lazy("a WebP picture"))
HEIC = FileType("heic", ("heic", "heif"), "image/heic", gettext_lazy("a HEIC picture"))
DOCX = FileType("docx", ("docx",), f"{OOXML}wordprocessingml.document", gettext_lazy("a Word document"))
XLSX = FileType("xlsx", ("xlsx",), f"{OOXML}spreadsheetml.sheet", gettext_lazy("an Excel workbook"))
PPTX = FileType("pptx", ("pptx",), f"{OOXML}presentationml.presentation", gettext_lazy("a PowerPoint presentation"))
ODT = FileType("odt", ("odt",), f"{ODF}text", gettext_lazy("an OpenDocument text"))
ODS = FileType("ods", ("ods",), f"{ODF}spreadsheet", gettext_lazy("an OpenDocument spreadsheet"))
ODP = FileType("odp", ("odp",), f"{ODF}presentation", gettext_lazy("an OpenDocument presentation"))
PARQUET = FileType("parquet", ("parquet",), "application/vnd.apache.parquet", gettext_lazy("a Parquet file"))
CSV = FileType("csv", ("csv", "tsv", "txt"), "text/csv", gettext_lazy("a CSV table"))

# Never SVG or HTML: a browser runs what is in them.
EVIDENCE = (PDF, PNG, JPEG, WEBP, HEIC, DOCX, XLSX, PPTX, ODT, ODS, ODP)
SPREADSHEETS = (XLSX, ODS, CSV)
PEER_FILES = (CSV, XLSX, PARQUET)
BY_CONTENT_TYPE = {t.content_type: t for t in (*EVIDENCE, CSV)}

# The main part of an Office file, its kind and the folder it lies in; the second of each pair is the one with macros.
MAIN_PARTS = {
    b"wordprocessingml.document.main+xml": (DOCX, "word/"),
    b"ms-word.document.macroEnabled.main+xml": (DOCX, "word/"),
    b"spreadsheetml.sheet.main+xml": (XLSX, "xl/"),
    b"ms-excel.sheet.macroEnabled.main+xml": (XLSX, "xl/"),
    b"presentationml.presentation.main+xml": (PPTX, "ppt/"),
    b"ms-powerpoint.presentation.macroEnabled.main+xml": (PPTX, "ppt/"),
}
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MARKUP = re.compile(rb"\s*<(?:!doctype|html|head|body|script|svg|\?xml|!--|iframe|x:)", re.IGNORECASE)


class Unacceptable(Exception):
    """A file of a known kind that is taken nowhere: damaged, a bomb, with macros or a password. Says so in words."""


def recognise(stream: BinaryIO, ending: str) -> FileType | None:
    """The kind of a file; None when it is none of the known ones. Raises Unacceptable.

    `ending` (lower case, no dot) only decides whether bytes that any text file could have count as a table.
    """
    stream.seek(0)
    head = stream.read(HEAD)
    if head.startswith(b"PK\x03\x04"):
        return _office(stream)
    if head.lstrip(b"\xef\xbb\xbf\r\n\t ")[:5] == b"%PDF-" and head.find(b"%PDF-") < 16:
        return _pdf(stream)
    if head.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"RIFF") and head[8:15] == b"WEBPVP8":
        return WEBP
    if head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS:
        return HEIC
    if head.startswith(b"PAR1") and _ends_with(stream, b"PAR1"):
        return PARQUET
    if ending in CSV.endings and _is_text(stream, head):
        return CSV
    return None


def _pdf(stream: BinaryIO) -> FileType:
    stream.seek(0, 2)
    stream.seek(max(0, stream.tell() - HEAD))
    if b"%%EOF" not in stream.read():
        raise Unacceptable(_("“%(name)s” is a PDF whose end is missing. Save or download it again."))
    return PDF


def _ends_with(stream: BinaryIO, mark: bytes) -> bool:
    stream.seek(-len(mark), 2)
    return stream.read() == mark


def _office(stream: BinaryIO) -> FileType | None:
    """Word, Excel, PowerPoint or OpenDocument; None for any other archive."""
    try:
        listed = archives.entries(stream)
        names = {e.filename for e in listed}
        wanted = names & {"[Content_Types].xml", "mimetype"}
        if any(e.flag_bits & 1 for e in listed):
            raise Unacceptable(_("“%(name)s” is protected by a password. Save it without one."))
        texts = archives.read(stream, wanted)
    except archives.Bomb as error:
        raise Unacceptable(
            _("“%(name)s” would unpack to far more than a document holds; it was not opened.")
        ) from error
    except archives.Damaged as error:
        raise Unacceptable(_("“%(name)s” is damaged and cannot be opened. Save it again.")) from error
    parts = texts.get("[Content_Types].xml", b"")
    found = _ooxml(parts, names) or _odf(texts.get("mimetype", b""))
    if found is not None and _has_macros(parts, names):
        raise Unacceptable(_("“%(name)s” holds macros. Save it without them."))
    return found


def _ooxml(parts: bytes, names: Collection[str]) -> FileType | None:
    for main, (found, folder) in MAIN_PARTS.items():
        if main in parts and any(n.startswith(folder) for n in names):
            return found
    return None


def _odf(mimetype: bytes) -> FileType | None:
    return next((t for t in (ODT, ODS, ODP) if mimetype.strip() == t.content_type.encode()), None)


def _has_macros(parts: bytes, names: Iterable[str]) -> bool:
    """Macros of Microsoft's kind, old ones included, or OpenDocument's; its empty libraries do not count."""
    if re.search(rb"macroenabled|macrosheet|vbaproject", parts, re.IGNORECASE):
        return True
    empty = ("/", "/script-lb.xml", "/dialog-lb.xml", "/script-lc.xml", "/dialog-lc.xml")
    lower = [n.lower() for n in names]
    return any(
        n.endswith("vbaproject.bin") or (n.startswith(("basic/", "scripts/")) and not f"/{n}".endswith(empty))
        for n in lower
    )


def _is_text(stream: BinaryIO, head: bytes) -> bool:
    """Whether all of it could be a table of text: no NUL outside of UTF-16, and neither markup nor a script in front."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return len(head) > 2
    if MARKUP.match(head.removeprefix(codecs.BOM_UTF8)) or head.startswith((b"#!", b"%!", b"{\\rtf", b"MZ", OLE)):
        return False
    stream.seek(0)
    return all(b"\x00" not in chunk for chunk in iter(lambda: stream.read(1 << 16), b""))


def describe(head: bytes) -> str:
    """Words for a file that is not accepted, from its first bytes."""
    if head.startswith(OLE):
        return _("an Office file of the old format, or one with a password")
    if MARKUP.match(head.removeprefix(codecs.BOM_UTF8)):
        return _("an SVG graphic") if b"<svg" in head.lower() else _("a web page")
    if head.startswith(b"#!"):
        return _("a program")
    try:
        guess = puremagic.magic_string(head)[0]
    except (puremagic.PureError, ValueError):
        return _("a text file") if head and b"\x00" not in head else _("a file of an unknown kind")
    return _words(guess.extension.lstrip(".").lower(), guess.mime_type or "", guess.name.lower())


def _words(ending: str, mime: str, name: str) -> str:
    if "portable-executable" in mime or ending in ("exe", "dll", "com", "msi"):
        return _("a Windows program")
    if "elf" in name or "mach-o" in name or ending in ("class", "jar", "sh", "bat", "apk"):
        return _("a program")
    if ending in ("html", "htm", "xhtml"):
        return _("a web page")
    if ending == "svg":
        return _("an SVG graphic")
    if ending in ("zip", "rar", "7z", "gz", "bz2", "xz", "tar", "cab") or "archive" in name or mime.startswith(OOXML):
        return _("an archive")  # of an Office file nothing but the frame was there
    if mime.startswith(("video/", "audio/")):
        return _("a recording")
    if mime.startswith("image/"):
        return _("a picture of another kind")
    return _("a file of an unknown kind")


def listed(types: Collection[FileType]) -> str:
    """The endings people may choose from, for a message.

    >>> listed([PDF, JPEG])
    '.pdf, .jpg'
    """
    return ", ".join(f".{t.endings[0]}" for t in types)


def accept(types: Collection[FileType]) -> str:
    """The same for the `accept` of a file field, with every ending and type."""
    return ",".join(part for t in types for part in (*(f".{e}" for e in t.endings), t.content_type))
