"""Starts the process that reads a file of peer records, and takes its reply message by message."""

import json
import logging
import subprocess
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, BinaryIO

from benchmarks.intake.layout import Order, Unreadable
from opmodel.files import confined

READER = "benchmarks.intake.process"
# One thread, one memory pool: what libraries reserve for threads they never start counts against the limit.
ENVIRONMENT = {
    "ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
}  # fmt: skip
log = logging.getLogger(__name__)


def messages(file: BinaryIO, order: Order) -> Iterator[tuple[dict[str, Any], bytes]]:
    """What `process.messages` says of a file on disk, read by a process of its own; raises Unreadable when it breaks."""
    command = confined.command(READER, asdict(order))
    file.seek(0)
    process = subprocess.Popen(  # noqa: S603
        command, stdin=file, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=ENVIRONMENT
    )
    try:
        assert process.stdout is not None
        while True:
            head = _head(process.stdout)
            body = process.stdout.read(head.get("bytes", 0))
            if len(body) < head.get("bytes", 0):
                raise Unreadable("too_large")
            yield head, body
            if "report" in head:
                return
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _head(out: Any) -> dict[str, Any]:
    """The next line of JSON; a process that ended without its report asked for more than it may have."""
    try:
        head: dict[str, Any] = json.loads(out.readline())
    except ValueError as error:
        log.warning("the reader of a peer file ended without a report")
        raise Unreadable("too_large") from error
    if "broken" in head:
        log.warning("a peer file could not be read: %s", head.get("detail", head["broken"]))
        raise Unreadable(head["broken"])
    return head
