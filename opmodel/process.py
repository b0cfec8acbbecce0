"""Children that end with their parent: no process is left behind, whatever kills whom."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int, sig: int = signal.SIGTERM) -> None:
    """Ask the kernel for `sig` when `parent` ends; call it in the child, after any change of user (that clears it)."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, sig, 0, 0, 0)
    if os.getppid() != parent:  # the parent was gone before the request: nobody would tell us any more
        os.kill(os.getpid(), sig)
