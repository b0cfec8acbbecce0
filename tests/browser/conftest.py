"""A whole installation, started by the command people use, and real browsers in front of it."""

import os
import re
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from assessments import demo
from tests.faults.processes import Checkout, copy_code, lend_binaries, temporary, until
from tests.faults.servers import free_port
from tests.mailbox import Mailbox

QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))  # one installation for all of them


@dataclass
class Installation:
    url: str
    checkout: Checkout
    mailbox: Mailbox

    def manage(self, *arguments: str) -> str:
        """What a manage.py command prints beside the running server."""
        process = self.checkout.popen([sys.executable, "manage.py", *arguments])
        output, _errors = process.communicate(timeout=120)
        assert process.returncode == 0, output
        return output


@pytest.fixture(scope="session")
def installation() -> Iterator[Installation]:
    """`python -m opmodel.serve`, as script/server starts it, in a copy of the checkout with a first run of its own."""
    mailbox = Mailbox()
    with mailbox.listening(), temporary() as checkout:
        copy_code(checkout.root)
        lend_binaries(checkout)
        port = free_port()
        log = checkout.root / "server.log"
        with log.open("w") as out:
            server = checkout.popen(
                [sys.executable, "-m", "opmodel.serve"],
                env=checkout.environment(PORT=str(port), EMAIL_URL=mailbox.url),
                stdout=out,
                stderr=out,
            )

            def up() -> bool:
                assert server.poll() is None, log.read_text()[-3000:]
                with socket.socket() as s:
                    return "Ctrl-C stops everything" in log.read_text() and s.connect_ex(("127.0.0.1", port)) == 0

            until(up, "the server accepts connections", 180, 0.2)
            yield Installation(f"http://127.0.0.1:{port}", checkout, mailbox)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


SignIn = Callable[..., Page]


@pytest.fixture
def sign_in(chromium: Browser, installation: Installation) -> Iterator[SignIn]:
    """Open a browser of one's own, signed in; fails at the end on any script error or refused resource."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def listen(page: Page) -> None:
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "console",
            lambda m: problems.append(m.text) if m.type == "error" and "status of 4" not in m.text else None,
        )

    def open_as(email: str, **options: Any) -> Page:
        context = chromium.new_context(base_url=installation.url, **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        listen(page)
        page.goto("/accounts/login/")
        page.fill("[name=login]", email)
        page.fill("[name=password]", demo.PASSWORD)
        page.click("main button")
        page.wait_for_url(re.compile(r"/$"))
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture(scope="session")
def root() -> Path:
    return Path(__file__).resolve().parents[2]
