"""Pictures from strangers: really decoded, in a process with limits, and kept as we wrote them, never as they came."""

import io
import json
import logging
import subprocess
from typing import Any

from django.core.files.base import File
from django.utils.translation import gettext as _

from opmodel.files import confined
from opmodel.files.incoming import MEGABYTE, Checked, FileRefused, inspect
from opmodel.files.recognising import JPEG, PNG

READER = "opmodel.files.picture_process"
KINDS = {PNG: "PNG", JPEG: "JPEG"}
MOST_MB, MOST_PIXELS, LEAST = 2, 16_000_000, 16
WIDTH, HEIGHT = 1200, 600  # of what is kept: sharp in print at the size of a logo
MEMORY, SECONDS = 600 * MEGABYTE, 10
log = logging.getLogger(__name__)


def redraw(upload: File | None, field: str = "file") -> Checked:
    """A PNG or JPEG picture as a new PNG of at most WIDTH x HEIGHT; raises FileRefused. Nothing is stored."""
    checked = inspect(upload, allow=tuple(KINDS), most_mb=MOST_MB, field=field)
    checked.upload.seek(0)
    order = {
        "memory": MEMORY, "seconds": SECONDS, "kinds": [KINDS[checked.type]], "pixels": MOST_PIXELS, "least": LEAST,
        "width": WIDTH, "height": HEIGHT,
    }  # fmt: skip
    picture = _run(order, checked.upload.read(), checked.name, field)
    name = checked.name.rpartition(".")[0] + ".png"
    return inspect(File(io.BytesIO(picture), name), allow=(PNG,), most_mb=2 * MOST_MB, field=field)


def _run(order: dict[str, Any], data: bytes, name: str, field: str) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603
            confined.command(READER, order), input=data, capture_output=True, env={}, check=False,
            timeout=confined.PATIENCE * order["seconds"],
        )  # fmt: skip
        head, _newline, body = done.stdout.partition(b"\n")
        reply: dict[str, Any] = json.loads(head)
    except subprocess.TimeoutExpired:
        reply, body = {"fault": "large"}, b""
    except ValueError:
        log.warning("a reader of pictures ended with %s: %s", done.returncode, done.stderr[-300:])
        reply, body = {"fault": "large"}, b""
    if "fault" not in reply and len(body) == reply["bytes"]:
        return body
    raise FileRefused(_sentence(reply, name), field)


def _sentence(reply: dict[str, Any], name: str) -> str:
    words = {"name": name, **reply, "most": f"{MOST_PIXELS // 1_000_000}", "least": LEAST}
    if reply.get("fault") == "pixels":
        return (
            _("“%(name)s” is %(width)s x %(height)s pixels large; at most %(most)s million pixels are taken.") % words
        )
    if reply.get("fault") == "small":
        return (
            _("“%(name)s” is %(width)s x %(height)s pixels small; a logo has at least %(least)s on each side.") % words
        )
    if reply.get("fault") == "damaged":
        log.info("a picture could not be read: %s", reply.get("detail", ""))
        return _("“%(name)s” is damaged. Open it in a graphics program and save it again.") % words
    return _("“%(name)s” takes more memory or time than a logo needs. Save it smaller.") % words
