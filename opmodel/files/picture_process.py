"""PURE: the process that decodes a picture a stranger sent, and writes it anew: smaller, as PNG, nothing else in it.

Order: {"memory": bytes, "seconds": s, "kinds": ["PNG", …], "pixels": most, "least": side, "width": w, "height": h}; the picture is the
standard input. Reply: one line of JSON, {"bytes": n} and then the PNG, or {"fault": code, …}.
"""

import io
import json
import sys
from typing import Any

from PIL import Image

from opmodel.files.confined import confine


class Fault(Exception):
    """What is wrong with a picture: a code, and figures for the sentence."""

    def __init__(self, code: str, **words: Any) -> None:
        super().__init__(code)
        self.reply = {"fault": code, **words}


def main() -> None:
    order = json.loads(sys.argv[1])
    confine(memory=order["memory"], seconds=order["seconds"])
    try:
        picture = redrawn(sys.stdin.buffer.read(), order)
    except Fault as fault:
        reply(fault.reply)
    except MemoryError:
        reply({"fault": "large"})
    except Exception as error:  # whatever a decoder trips over: the file is damaged, and it is nobody's fault here
        reply({"fault": "damaged", "detail": f"{type(error).__name__}: {error}"})
    else:
        reply({"bytes": len(picture)}, picture)


def reply(head: dict[str, Any], body: bytes = b"") -> None:
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + body)
    sys.stdout.buffer.flush()


def redrawn(data: bytes, order: dict[str, Any]) -> bytes:
    """The picture within the size wanted, as PNG without anything a camera or a program wrote beside it; raises Fault."""
    Image.MAX_IMAGE_PIXELS = None  # the limit below is lower than Pillow's own
    opened = Image.open(io.BytesIO(data), formats=order["kinds"])
    width, height = opened.size
    if width * height > order["pixels"]:
        raise Fault("pixels", width=width, height=height, most=order["pixels"])
    if min(width, height) < order["least"]:
        raise Fault("small", width=width, height=height, least=order["least"])
    opened.load()
    picture = opened.convert("RGBA" if opened.mode in ("RGBA", "LA", "PA") or "transparency" in opened.info else "RGB")
    picture.thumbnail((order["width"], order["height"]))
    stream = io.BytesIO()
    Image.frombytes(picture.mode, picture.size, picture.tobytes()).save(stream, "PNG", optimize=True)
    return stream.getvalue()
