"""Evidence in a real browser: added, used again, taken, refused in words at its place; with and without scripts."""

import http.client
import re
import socket

import pytest
from playwright.sync_api import Page, expect

from tests import samples
from tests.browser.test_accessibility import violations

PDF = {"name": "Maintenance plan.pdf", "mimeType": "application/pdf", "buffer": samples.PDF}
PROGRAM = {"name": "budget.pdf", "mimeType": "application/pdf", "buffer": samples.WINDOWS}


def a_screen(page: Page) -> None:
    """A screen with two questions of the own survey, whatever was answered before."""
    page.locator("main a[href*='/submissions/']").first.click()
    page.wait_for_load_state()
    survey = re.search(r"/submissions/\w+/", page.url)[0]
    page.goto(f"{survey}dimensions/RES6/")
    assert page.locator("[data-evidence]").count() == 2


def opened(page: Page, n: int):
    block = page.locator("[data-evidence]").nth(n)
    if not block.locator("details[open]").count():
        block.locator("summary").click()
    return block


def test_evidence_is_added_used_again_and_taken(sign_in):
    page = sign_in("plant10@nordwerk.example")
    a_screen(page)
    block = opened(page, 0)

    # A program under the name of a PDF is refused at its place; what was chosen stays.
    block.locator("[name=file]").set_input_files(PROGRAM)
    block.locator("[name=title]").fill("Our plan")
    block.locator("[name=grade]").select_option("B")
    block.get_by_role("button", name="Add this evidence").click()
    expect(block.get_by_role("alert")).to_have_text(
        re.compile(r"“budget\.pdf” is a Windows program\. Accepted are: \.pdf, ")
    )
    expect(block.locator("[name=file]")).to_be_focused()
    expect(block.locator("[name=file]")).to_have_attribute("aria-invalid", "true")
    expect(block.locator("[name=title]")).to_have_value("Our plan")
    assert violations(page) == []

    # A file; the block says so, and the message is gone.
    block.locator("[name=file]").set_input_files(PDF)
    block.get_by_role("button", name="Add this evidence").click()
    expect(block.locator("[role=status]")).to_have_text("Added.")
    expect(block.locator("summary")).to_contain_text("Evidence: 1 piece")
    expect(block.locator("summary")).to_be_focused()
    expect(block.get_by_role("alert")).to_have_count(0)

    # A link, by keyboard alone; its digits answer no question.
    answered = page.locator("form.q [name=level]:checked").count()
    block.locator("[name=url]").focus()
    page.keyboard.type("https://wiki.example/plan/12345")
    page.keyboard.press("Tab")
    page.keyboard.type("Plan in the wiki")
    page.keyboard.press("Tab")
    page.keyboard.type("A")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(block.locator("summary")).to_contain_text("Evidence: 2 pieces")
    link = block.get_by_role("link", name="Plan in the wiki")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
    expect(page.locator("form.q [name=level]:checked")).to_have_count(answered)
    expect(page.locator("form.q [name=status]:checked")).to_have_count(0)

    # The same piece for another question.
    other = opened(page, 1)
    page.reload()  # the choice is drawn with the page
    other = opened(page, 1)
    other.locator("select[name=evidence]").select_option(label="B: Our plan")
    other.get_by_role("button", name="Use it here, too").click()
    expect(other.locator("summary")).to_contain_text("Evidence: 1 piece")

    # The download is the file, under its name.
    with page.expect_download() as coming:
        other.get_by_role("link", name="Our plan").click()
    assert coming.value.suggested_filename == "Maintenance plan.pdf"
    assert coming.value.path().read_bytes() == samples.PDF

    # The list says what supports which answer; taking it away from one answer keeps the other.
    other.get_by_role("link", name="All evidence of this survey").click()
    row = page.locator(".evidence-list tbody tr", has_text="Our plan")
    expect(row.locator("a.ref")).to_have_count(2)
    assert violations(page) == []
    row.locator("a.ref").first.click()
    block = opened(page, 0)
    block.get_by_role("button", name="Remove “Our plan” from this question").click()
    expect(block.locator("[role=status]")).to_have_text("Removed from this question.")
    expect(block.locator("summary")).to_contain_text("Evidence: 1 piece")
    expect(page.locator("[data-evidence]").nth(1).locator("summary")).to_contain_text("Evidence: 1 piece")


def test_too_large_and_offline_are_said_calmly_and_at_once(sign_in):
    page = sign_in("plant11@nordwerk.example")
    a_screen(page)
    block = opened(page, 0)
    page.evaluate("document.querySelector('[data-evidence]').dataset.most = 100")
    block.locator("[name=file]").set_input_files({**PDF, "buffer": samples.PDF + b" " * 200})
    expect(block.get_by_role("alert")).to_have_text("This file is larger than 25 MB, which is the most.")
    page.evaluate("document.querySelector('[data-evidence]').dataset.most = 1000000")
    block.locator("[name=file]").set_input_files(PDF)
    expect(block.get_by_role("alert")).to_have_count(0)
    block.locator("[name=grade]").select_option("B")
    page.context.set_offline(True)
    block.get_by_role("button", name="Add this evidence").click()
    expect(block.get_by_role("alert")).to_contain_text("Adding evidence needs the network. What you chose stays here")
    page.context.set_offline(False)
    block.get_by_role("button", name="Add this evidence").click()
    expect(block.locator("summary")).to_contain_text("Evidence: 1 piece")


def test_evidence_works_without_javascript_on_a_phone(sign_in):
    page = sign_in(
        "plant12@nordwerk.example", java_script_enabled=False, viewport={"width": 390, "height": 800}, has_touch=True
    )
    a_screen(page)
    block = opened(page, 0)
    block.locator("[name=file]").set_input_files(PROGRAM)
    block.locator("[name=title]").fill("Our plan")
    block.locator("[name=grade]").select_option("B")
    block.get_by_role("button", name="Add this evidence").click()
    block = page.locator("[data-evidence]").first
    expect(block.get_by_role("alert")).to_contain_text("“budget.pdf” is a Windows program.")
    expect(block.locator("[name=title]")).to_have_value("Our plan")
    block.locator("[name=file]").set_input_files(PDF)
    block.get_by_role("button", name="Add this evidence").click()
    block = page.locator("[data-evidence]").first
    expect(block.get_by_role("link", name="Our plan")).to_be_visible()
    other = opened(page, 1)
    other.locator("select[name=evidence]").select_option(label="B: Our plan")
    other.get_by_role("button", name="Use it here, too").click()
    expect(page.locator("[data-evidence]").nth(1).get_by_role("link", name="Our plan")).to_be_visible()
    page.get_by_role("link", name="All evidence of this survey").first.click()
    page.locator("summary", has_text="Change or delete").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("h1")).to_have_text("No evidence yet.")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (390, "light"), (390, "dark")])
def test_axe_finds_nothing_around_evidence(sign_in, width, scheme):
    page = sign_in("plant9@nordwerk.example", viewport={"width": width, "height": 900}, color_scheme=scheme)
    a_screen(page)
    block = opened(page, 0)
    block.locator("[name=url]").fill("https://wiki.example/a-long-address/" + "x" * 100)
    block.locator("[name=grade]").select_option("C")
    block.get_by_role("button", name="Add this evidence").click()
    expect(block.locator("[role=status]")).to_have_text("Added.")
    found = violations(page)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    block.get_by_role("link", name="All evidence of this survey").click()
    page.locator("summary", has_text="Change or delete").first.click()
    assert found + violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_file_of_200_megabytes_gets_an_answer_and_not_a_broken_connection(sign_in, installation):
    """Announced, sent to the end, refused in words; nothing of it is kept. A client that hangs up harms nobody."""
    page = sign_in("plant9@nordwerk.example")
    a_screen(page)
    path = re.search(r"/submissions/\w+/", page.url)[0] + "evidence/add/"
    cookies = {c["name"]: c["value"] for c in page.context.cookies()}
    headers = {
        "Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items()),
        "X-CSRFToken": cookies["csrftoken"],
        "Content-Type": "multipart/form-data; boundary=x",
        "Content-Length": str(200_000_000),
    }
    host = installation.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=120)
    connection.putrequest("POST", path)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    block = b"\x00" * 1_000_000
    for _ in range(200):
        connection.send(block)
    reply = connection.getresponse()
    text = reply.read().decode()
    connection.close()
    assert reply.status == 413
    assert "The file is larger than 25 MB, which is the most. Nothing was changed." in text

    name, port = host.split(":")
    with socket.create_connection((name, int(port))) as rude:
        head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items())
        rude.sendall(head.encode() + b"\r\n" + block)
    page.reload()
    expect(page.locator("[data-evidence]").first).to_be_visible()
