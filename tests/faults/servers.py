"""script/server of a fresh clone, and a browser for it."""

import http.cookiejar
import json
import re
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

from tests.faults.processes import Checkout, Held, copy_code, lend_binaries, until


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ignore_sigint() -> None:
    """As a shell does for a job in the background; a signal sent to it must stop the server all the same."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@dataclass
class Server:
    """One installation that can be started again and again."""

    checkout: Checkout
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None
    lines: list[str] = field(default_factory=list)
    first_lines: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, port: int = 0) -> subprocess.Popen[str]:
        """Start script/server and wait until it serves; `port` starts one more beside it."""
        lines: list[str] = []
        process = self.checkout.popen(
            ["script/server"],
            env=self.checkout.environment(PORT=str(port or self.port), SWEEP_SECONDS="0.2"),
            stderr=subprocess.STDOUT,
            preexec_fn=ignore_sigint,
        )
        assert process.stdout is not None
        threading.Thread(target=lambda: lines.extend(process.stdout), daemon=True).start()  # type: ignore[arg-type]
        address = f"http://127.0.0.1:{port or self.port}"

        def ready() -> bool:
            assert process.poll() is None, "".join(lines)
            return answers(f"{address}/readyz")

        until(ready, f"{address} serves", 180, 0.05)
        if not port:
            self.process, self.lines = process, lines
            self.first_lines = self.first_lines or lines
        return process

    def held(self) -> Held:
        assert self.process is not None
        place = next(folder for folder in self.checkout.places() if (folder / "local" / "services.json").exists())
        return Held(self.process, json.loads((place / "local" / "services.json").read_text())["urls"])

    def manage(self, *command: str) -> str:
        """manage.py beside the running server."""
        process = self.checkout.popen([sys.executable, "manage.py", *command], stderr=subprocess.STDOUT)
        printed, _nothing = process.communicate(timeout=60)
        assert process.returncode == 0, printed
        return printed

    def stop(self, sig: signal.Signals) -> None:
        """End the server by a signal that it can answer; when it has ended nothing is left."""
        assert self.process is not None
        self.process.send_signal(sig)
        assert self.process.wait(timeout=40) == 0
        self.assert_nothing_left()

    def assert_nothing_left(self) -> None:
        left = self.checkout.processes()
        assert not left, left
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections in TIME_WAIT do not matter
            probe.bind(("127.0.0.1", self.port))


def browser() -> OpenerDirector:
    return build_opener(HTTPCookieProcessor(http.cookiejar.CookieJar()))


def answers(url: str) -> bool:
    try:
        with browser().open(url, timeout=5) as reply:
            return bool(reply.status == 200)
    except (URLError, OSError):
        return False


def sign_in(server: Server, email: str, password: str) -> str:
    """The page that a person sees after the sign-in."""
    own = browser()
    with own.open(f"{server.url}/accounts/login/", timeout=20) as reply:
        page = reply.read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token is not None
    form = {"csrfmiddlewaretoken": token[1], "login": email, "password": password}
    with own.open(f"{server.url}/accounts/login/", data=urlencode(form).encode(), timeout=20) as reply:
        assert "/accounts/login/" not in reply.url
        return str(reply.read().decode())


def clone(checkout: Checkout) -> None:
    """Make a fresh clone whose requirements are installed; script/server does everything else."""
    copy_code(checkout.root)
    lend_binaries(checkout)
    python = checkout.root / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    locked = (checkout.root / "requirements" / "dev.txt").read_bytes()
    (checkout.root / ".venv" / "installed").write_text(sha256(locked).hexdigest())
