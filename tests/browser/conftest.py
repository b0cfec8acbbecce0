"""A whole installation, started by the command people use, and real browsers in front of it."""

import json
import os
import re
import secrets
import signal
import socket
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from assessments import demo
from tests import build
from tests.faults.processes import (
    Checkout,
    Held,
    copy_code,
    descendants,
    lend_binaries,
    temporary,
    until,
    with_patience,
)
from tests.faults.servers import free_port
from tests.mailbox import Mailbox

QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)


# What a browser says of replies that tests provoke: refusals, no network, and requests that a newer one replaces.
EXPECTED = re.compile(
    "status of 4|ERR_INTERNET_DISCONNECTED|ERR_FAILED|ERR_CONNECTION_RESET|htmx:sendAbort|htmx:afterRequest"
)


@dataclass
class Installation:
    url: str
    checkout: Checkout
    mailbox: Mailbox
    server: Any  # its process

    def manage(self, *arguments: str) -> str:
        """What a manage.py command prints beside the running server."""
        process = self.checkout.popen([sys.executable, "manage.py", *arguments])
        output, _errors = process.communicate(timeout=120)
        assert process.returncode == 0, output
        return output

    def query(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows that the database holds, whoever's they are; [] for a change."""
        place = next(f for f in self.checkout.places() if (f / "local" / "services.json").exists())
        urls = json.loads((place / "local" / "services.json").read_text())["urls"]
        connection = Held(self.server, urls).connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql, values)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def answers(self, survey: str) -> dict[str, tuple[Any, ...]]:
        """What is saved of a survey: code -> (status, level, comment, version, whose), in the order of saving."""
        rows = self.query(
            """SELECT q.code, a.status, a.level, a.comment, a.version, u.email FROM assessments_answer a
                 JOIN assessments_submission s ON s.id = a.submission_id
                 JOIN assessments_question q ON q.id = a.question_id
                 JOIN organisations_user u ON u.id = a.saved_by_id
                WHERE s.public_id = %s ORDER BY a.saved_at""",
            survey,
        )
        return {code: tuple(rest) for code, *rest in rows}

    def end_session(self, context: BrowserContext) -> None:
        """What time or an administrator does: the cookie is still there, the session is not."""
        key = next(c["value"] for c in context.cookies() if c["name"] == "sessionid")
        self.query("DELETE FROM django_session WHERE session_key = %s", key)


@dataclass
class Company:
    """An organisation of one's own with one plant, answered by two people, and what they sign in with."""

    installation: Installation
    survey: str  # of the plant
    enterprise: str
    manager: str
    colleague: str
    csco: str

    def page(self, dimension: str) -> str:
        return f"/submissions/{self.survey}/dimensions/{dimension}/"

    def answers(self) -> dict[str, tuple[Any, ...]]:
        return self.installation.answers(self.survey)


@pytest.fixture(scope="package")
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

            until(up, "the server accepts connections", 400, 0.2)
            url = f"http://127.0.0.1:{port}"
            # Its workers are still importing: on a busy machine the first page takes longer than a browser waits.
            urllib.request.urlopen(f"{url}/accounts/login/", timeout=120).close()
            yield Installation(url, checkout, mailbox, server)


MAKE = """
import json
from tests import build
from opmodel.organisations.permissions import Role
world = build.world({name!r}, sites=1)
colleague = build.member(world.organisation, Role.PLANT_MANAGER, world.sites, "colleague@{name}.example")
plant = next(s for s in world.submissions if s.view == "site")
print(json.dumps([plant.public_id, world.enterprise.public_id]))
"""


@pytest.fixture
def company(installation: Installation) -> Company:
    name = f"works{secrets.token_hex(4)}"
    made = installation.manage("shell", "--no-imports", "-c", MAKE.format(name=name))
    survey, enterprise = json.loads(made.splitlines()[-1])
    address = f"@{name}.example"
    return Company(installation, survey, enterprise, "plant_manager" + address, "colleague" + address, "csco" + address)


@pytest.fixture(scope="package")
def playwright_() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def chromium(playwright_: Playwright) -> Iterator[Browser]:
    browser = playwright_.chromium.launch(executable_path=CHROMIUM, args=QUIET)
    yield browser
    browser.close()


def enter(page: Page, email: str) -> None:
    """Fill in and send the sign-in form that is shown."""
    page.fill("[name=login]", email)
    page.fill("[name=password]", demo.PASSWORD if email.endswith("@nordwerk.example") else build.PASSWORD)
    page.click("main button.primary")


SignIn = Callable[..., Page]


class Profile:
    """A browser with a profile on disk, which can be killed and opened again; headless, with service workers."""

    def __init__(self, playwright: Playwright, folder: Path, url: str) -> None:
        self.playwright, self.folder, self.url = playwright, folder, url
        self.context: BrowserContext | None = None

    def open(self) -> Page:
        before = {p.pid for p in descendants(os.getpid())}
        self.context = self.playwright.chromium.launch_persistent_context(
            self.folder, executable_path=CHROMIUM, args=QUIET, base_url=self.url
        )
        self.context.set_default_timeout(15_000)
        self.processes = [p for p in descendants(os.getpid()) if p.pid not in before]
        return self.context.pages[0]

    def kill(self) -> None:
        """SIGKILL to the whole tree, as when the tablet falls into the water."""
        for process in self.processes:
            with_patience(process.pid, signal.SIGKILL)
        until(lambda: not any(p.alive() for p in self.processes), "the browser is dead", 20)
        self.context = None

    def close(self) -> None:
        if self.context is not None:
            self.context.close()


@pytest.fixture
def profile(playwright_: Playwright, installation: Installation, tmp_path: Path) -> Iterator[Profile]:
    made = Profile(playwright_, tmp_path / "profile", installation.url)
    yield made
    made.close()


@pytest.fixture
def sign_in(chromium: Browser, installation: Installation) -> Iterator[SignIn]:
    """Open a browser of one's own, signed in; fails at the end on any script error or refused resource."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def listen(page: Page) -> None:
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "console",
            lambda m: problems.append(m.text) if m.type == "error" and not EXPECTED.search(m.text) else None,
        )

    def open_as(email: str, **options: Any) -> Page:
        context = chromium.new_context(base_url=installation.url, **options)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        listen(page)
        page.goto("/accounts/login/")
        enter(page, email)
        page.wait_for_url(re.compile(r"/$"))
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture(scope="package")
def root() -> Path:
    return Path(__file__).resolve().parents[2]
