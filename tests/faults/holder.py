"""`python -m tests.faults.holder ROOT NAME USER`: hold services as another user; started by root only."""

import json
import os
import pwd
import signal
import sys
from pathlib import Path

from opmodel import embedded


def main() -> None:
    root, name, user = sys.argv[1:]
    entry = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with embedded.running(Path(root), name) as urls:
        print(json.dumps(urls), flush=True)  # noqa: T201
        signal.pause()


if __name__ == "__main__":
    main()
