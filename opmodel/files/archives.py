"""PURE: what a ZIP archive claims to hold, checked before anything in it is opened. Office files are such archives."""

import struct
from collections.abc import Collection
from dataclasses import dataclass
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile, ZipInfo

END, END64, LOCATOR64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
MEGABYTE = 1_000_000


class Damaged(Exception):
    """Not an archive, or one that contradicts itself."""


class Bomb(Exception):
    """An archive that would unpack to more than anybody needs."""


@dataclass(frozen=True)
class Limits:
    """How much an archive may unpack to: bytes in all, entries, and bytes for each byte packed."""

    unpacked: int = 300 * MEGABYTE
    entries: int = 5_000
    ratio: int = 150
    free: int = 5 * MEGABYTE  # so small that the ratio says nothing


def entries(stream: BinaryIO, limits: Limits | None = None) -> list[ZipInfo]:
    """The directory of an archive; raises Damaged or Bomb. Reads the directory only, and only once its size is known.

    What the directory says can be a lie; whoever unpacks an entry counts the bytes as well (see `read`).
    """
    limits = limits or Limits()
    stream.seek(0, 2)
    size = stream.tell()
    count, directory = _end(stream, size)
    # ZipFile reads the whole directory into memory, one object an entry: look at its size first.
    if count > limits.entries or directory > limits.entries * 200:
        raise Bomb(f"{count} entries")
    stream.seek(0)
    if stream.read(4) != b"PK\x03\x04":
        raise Damaged("something stands before the archive")
    try:
        with ZipFile(stream) as archive:
            found = archive.infolist()
    except (BadZipFile, struct.error, NotImplementedError, ValueError, OverflowError, EOFError) as error:
        raise Damaged(str(error)) from error
    unpacked, packed = sum(e.file_size for e in found), sum(e.compress_size for e in found)
    if len(found) > limits.entries or unpacked > limits.unpacked:
        raise Bomb(f"{unpacked} bytes in {len(found)} entries")
    if unpacked > limits.free and unpacked > limits.ratio * min(max(packed, 1), size):
        raise Bomb(f"{unpacked} bytes out of {size}")
    return found


def read(stream: BinaryIO, names: Collection[str], most: int = MEGABYTE) -> dict[str, bytes]:
    """Small named entries of an archive; raises Damaged when one is missing its bytes, Bomb when one is larger."""
    texts = {}
    try:
        with ZipFile(stream) as archive:
            for name in names:
                with archive.open(name) as entry:
                    texts[name] = entry.read(most + 1)
    except Exception as error:  # zlib.error, RuntimeError of an encrypted entry, BadZipFile, KeyError and more
        raise Damaged(str(error)) from error
    if any(len(text) > most for text in texts.values()):
        raise Bomb("an entry is larger than it may be")
    return texts


def _end(stream: BinaryIO, size: int) -> tuple[int, int]:
    """How many entries the archive says it has, and how long its directory is."""
    start = max(0, size - 65_557)  # 22 bytes and a comment
    stream.seek(start)
    tail = stream.read()
    at = tail.rfind(END)
    if at < 0 or len(tail) - at < 22:
        raise Damaged("no end of the directory")
    count, directory = struct.unpack("<HL", tail[at + 10 : at + 16])
    if at >= 20 and tail[at - 20 : at - 16] == LOCATOR64:
        stream.seek(min(struct.unpack("<Q", tail[at - 12 : at - 4])[0], size))
        record = stream.read(56)
        if len(record) < 56 or not record.startswith(END64):
            raise Damaged("no end of the large directory")
        count, directory = struct.unpack("<QQ", record[32:48])
    if directory > size:
        raise Damaged("the directory is longer than the file")
    return count, directory
