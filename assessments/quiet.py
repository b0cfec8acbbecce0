"""Libraries in C that write to standard output past all their options: what they say there is dropped. PURE."""

import ctypes
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_inside = 0  # threads that are in it now: the first one turns the tap off, the last one on
_kept = -1  # the real standard output meanwhile


@contextmanager
def no_output() -> Iterator[None]:
    """Drop what this process writes to standard output while a thread is in here; standard error is left alone.

    A file descriptor belongs to the whole process: other threads are silent as well for this time. Logs go to standard
    error, so nothing is lost but what was not meant to be said.
    """
    global _inside, _kept
    with _lock:
        _inside += 1
        if _inside == 1:
            _flush()
            _kept = os.dup(1)
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.close(nowhere)
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                _flush()  # C keeps lines back until its buffer is full: they would come out later
                os.dup2(_kept, 1)
                os.close(_kept)


def _flush() -> None:
    sys.stdout.flush()
    ctypes.CDLL(None).fflush(None)
