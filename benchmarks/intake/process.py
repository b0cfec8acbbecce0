"""PURE: reads and checks one file of peer records; run as a program of its own with the file as standard input.

`benchmarks.intake.running` starts it, confined (`opmodel.files.confined`); it may crash. Its argument is a JSON object, an
Order. Its reply is a row of messages, each a line of JSON: {"share": how much is read, "bytes": n} and then n bytes of text
for COPY; the last one is {"report": ...}.
"""

import json
import os
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

from benchmarks.intake.layout import HEADER_ONLY, Fault, Order, Unreadable
from opmodel.files.confined import confine

Message = tuple[dict[str, Any], bytes]


def messages(stream: BinaryIO, order: Order) -> Iterator[Message]:
    """Everything about a file: {"share", "bytes"} with lines for COPY while it is right, at last {"report"}."""
    # After `confine`: what these import counts as well.
    from benchmarks.intake.checking import Checker
    from benchmarks.intake.reading import open_source

    source, checker = open_source(stream, order), Checker(order)
    try:
        wrong = source.open()
        if wrong:
            for fault in wrong:
                checker.note(fault)
        else:
            for batch in source.batches():
                lines = checker.take(batch)
                if source.fault_count:
                    lines = b""
                yield {"share": source.share, "bytes": len(lines)}, lines
            if not checker.rows and not source.fault_count:
                checker.note(Fault(2, "", "", "no_rows"))
    except Unreadable as error:
        checker.errors, checker.error_count = [error.fault, *checker.errors], checker.error_count + 1
    errors = sorted([*source.faults, *checker.errors], key=lambda fault: fault.line)
    yield (
        {
            "report": {
                "header": source.header[: order.limits["columns"]],
                "to_name": bool(errors) and all(fault.code in HEADER_ONLY for fault in errors),
                "rows": checker.rows,
                "errors": [fault.as_json() for fault in errors[:1_000]],
                "error_count": checker.error_count + source.fault_count,
                "sample": checker.sample,
                "counts": {name: dict(found) for name, found in checker.counts.items()},
                "days": checker.days,
            }
        },
        b"",
    )


def main() -> None:
    order = Order(**json.loads(sys.argv[1]))
    confine(memory=order.limits["memory"], seconds=order.limits["seconds"])
    os.nice(10)  # people who wait for a page come first
    out = sys.stdout.buffer
    try:
        for head, body in messages(sys.stdin.buffer, order):
            out.write(json.dumps(head).encode() + b"\n")
            out.write(body)
            out.flush()  # small ones too: a share that is not said renews no lease
    except MemoryError:
        out.write(b'\n{"broken": "too_large"}\n')
    except BaseException as error:  # a panic of a reader is no Exception
        out.write(
            b"\n" + json.dumps({"broken": "damaged", "detail": f"{type(error).__name__}: {error}"[:300]}).encode()
        )
        out.write(b"\n")
    out.flush()
