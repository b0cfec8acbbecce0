"""PURE: a program of its own for reading what a stranger sent: how it is started, and how it limits itself.

It gets an order as its argument and the file as standard input, and knows no secret: the environment it is started with
holds none, and it reads no settings. Whatever a file does in there, nothing but this process ends.
"""

import json
import resource
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 3  # a busy machine gives a process a third of the wall clock


def command(module: str, order: Mapping[str, Any]) -> list[str]:
    """How to start `module.main()`, which finds the order in `sys.argv[1]`."""
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from {module} import main; main()"
    return [sys.executable, "-I", "-c", program, json.dumps(order)]


def confine(*, memory: int, seconds: int) -> None:
    """Bytes of memory, seconds of processor time, the wall clock, no files, no core dump: there is no way back."""
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    signal.alarm(PATIENCE * seconds)  # also when the parent is gone
