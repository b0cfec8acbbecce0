"""From a list with mistakes to a plant manager at work on a phone: pasted, mended, applied, mailed, joined."""

import re

import pytest
from playwright.sync_api import Page, expect

from assessments import demo
from tests.browser.test_accessibility import violations
from tests.faults.processes import until
from tests.mailbox import text_of

CSCO = "csco@nordwerk.example"
PHONE = {"width": 390, "height": 844}
# Five rows as they come from a spreadsheet, two of them wrong: a country and an address.
ROWS = [
    "Werk\tRegion\tLand\tName\tE-Mail",
    "Essen\tEurope\tDeutschland\tAnna Aal\tanna@join.example",
    "Porto\tEurope\tPortgual\tCarla Castro\tcarla@join.example",
    f"{demo.TOWNS[10]}\t\t\tNina Neu\tnina@join.example",
    f"{demo.TOWNS[11]}\t\t\tNina Neu\tnina@join.example",
    f"{demo.TOWNS[3]}\t\t\tBo Berg\tbo@join",
]
LIST = "\n".join(ROWS)
MENDED = LIST.replace("Portgual", "Portugal").replace("bo@join", "bo@join.example")


def link_to(installation, address: str) -> str:
    """The link in the newest mail to an address, brought by a real worker."""
    until(lambda: installation.mailbox.to(address), f"a mail to {address}", 30, 0.2)
    return re.search(r"http\S+/accounts/invitations/\S+", text_of(installation.mailbox.to(address)[-1]))[0]


def open_as_nobody(chromium, installation, **options) -> Page:
    return chromium.new_context(base_url=installation.url, **options).new_page()


def no_sideways(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, page.url


def test_from_a_list_with_mistakes_to_work_on_a_phone(sign_in, chromium, installation):
    csco = sign_in(CSCO)
    csco.get_by_role("link", name="People", exact=True).click()
    found = violations(csco)
    csco.get_by_role("link", name="Bring a list of sites and people").click()
    found += violations(csco)

    # Two of five rows are wrong: said where, nothing done, mended in place.
    csco.get_by_label("The list").fill(LIST)
    csco.get_by_role("button", name="Look at what will happen").click()
    alert = csco.get_by_role("alert")
    expect(alert).to_contain_text("2 things in the list are not right.")
    expect(alert).to_contain_text("Row 3 · Country · Portgual")
    expect(alert).to_contain_text("Row 6 · Email · bo@join")
    expect(csco.get_by_role("button", name="Apply")).to_have_count(0)
    expect(csco.get_by_label("The list")).to_have_value(LIST)
    found += violations(csco)
    csco.get_by_label("The list").fill(MENDED)
    csco.get_by_role("button", name="Look at what will happen").click()
    will = csco.locator("section", has=csco.get_by_role("heading", name="This will happen"))
    expect(will).to_contain_text("2 new sites.")
    expect(will).to_contain_text("4 invitations by mail.")
    expect(csco.get_by_text("One invitation to nina@join.example (Plant manager) for all of these:")).to_be_visible()
    found += violations(csco)
    assert not any(installation.mailbox.to(f"{name}@join.example") for name in ("anna", "nina"))

    csco.get_by_role("button", name="Apply").click()
    expect(csco.locator("h1")).to_have_text("The list is applied")
    expect(csco.get_by_role("link", name="To the cycles")).to_be_visible()
    found += violations(csco)

    # The mail's link, opened on a phone.
    link = link_to(installation, "nina@join.example")
    assert link.startswith(installation.url)
    phone = open_as_nobody(chromium, installation, viewport=PHONE, has_touch=True, is_mobile=True)
    phone.goto(link)
    expect(phone.locator("h1")).to_have_text("Join Nordwerk Demo")
    expect(phone.get_by_text(f"{demo.TOWNS[10]}, {demo.TOWNS[11]}")).to_be_visible()
    expect(phone.get_by_label("Name")).to_have_value("Nina Neu")
    found += violations(phone)
    no_sideways(phone)
    for first, second in (("password", "password"), ("lantern-gravel-91", "lantern-gravel-92")):
        phone.get_by_label("Password", exact=True).fill(first)
        phone.get_by_label("Password once more").fill(second)
        phone.get_by_role("button", name="Join").click()
        expect(phone.locator(".error")).to_have_count(1)
    found += violations(phone)
    phone.get_by_label("Password", exact=True).fill("lantern-gravel-91")
    phone.get_by_label("Password once more").fill("lantern-gravel-91")
    phone.get_by_role("button", name="Join").click()
    expect(phone.get_by_text("Welcome to Nordwerk Demo.")).to_be_visible()
    expect(phone.locator("h1")).to_have_text("Your work")
    expect(phone.locator(".card", has_text=demo.TOWNS[10]).first).to_be_visible()
    expect(phone.locator(".card", has_text=demo.TOWNS[11]).first).to_be_visible()
    phone.get_by_role("link", name=re.compile("Start answering|Go on answering")).first.click()
    expect(phone.locator("form.q").first).to_be_visible()

    # The link is used up, and the page of the people knows.
    other = open_as_nobody(chromium, installation)
    other.goto(link)
    expect(other.locator("h1")).to_have_text("This invitation has been used")
    found += violations(other)
    csco.goto("/organisation/people/")
    members = csco.locator("section", has=csco.get_by_role("heading", name="Members"))
    expect(members.locator("li", has_text="nina@join.example")).to_contain_text("Last sign-in")
    invited = csco.locator("section", has=csco.get_by_role("heading", name="Open invitations"))
    expect(invited.locator("li", has_text="anna@join.example")).to_contain_text("sent")
    expect(invited.get_by_text("nina@join.example")).to_have_count(0)
    found += violations(csco)
    assert found == [], "\n".join(found)


def test_without_javascript_one_is_invited_sent_again_and_withdrawn(sign_in, chromium, installation):
    csco = sign_in(CSCO, java_script_enabled=False)
    csco.goto("/organisation/people/#invite")
    csco.get_by_label("Email").fill("eva@join.example")
    csco.get_by_label("Role").select_option("analyst")
    csco.get_by_role("button", name="Send the invitation").click()
    expect(csco.get_by_role("status").first).to_contain_text("The invitation to eva@join.example is on its way.")
    first = link_to(installation, "eva@join.example")
    csco.get_by_role("button", name="Send again to eva@join.example").click()
    expect(csco.get_by_role("status").first).to_contain_text("the old link is dead")
    until(lambda: len(installation.mailbox.to("eva@join.example")) == 2, "the second mail", 30, 0.2)
    nobody = open_as_nobody(chromium, installation)
    nobody.goto(first)
    expect(nobody.locator("h1")).to_have_text("This invitation is no longer valid")
    second = link_to(installation, "eva@join.example")
    nobody.goto(second)
    expect(nobody.locator("h1")).to_have_text("Join Nordwerk Demo")
    row = csco.locator("li", has_text="eva@join.example")
    row.get_by_text("Withdraw…").click()
    row.get_by_role("button", name="Withdraw the invitation to eva@join.example").click()
    expect(csco.get_by_role("status").first).to_contain_text("is withdrawn")
    nobody.goto(second)
    expect(nobody.locator("h1")).to_have_text("This invitation is no longer valid")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (390, "light")])
def test_the_pages_fit_and_axe_finds_nothing(sign_in, chromium, installation, width, scheme):
    look = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    csco = sign_in(CSCO, **look)
    found = []
    for path in ("/organisation/people/", "/organisation/people/import/"):
        csco.goto(path)
        no_sideways(csco)
        found += violations(csco)
    for text in (LIST, MENDED):
        csco.get_by_label("The list").fill(text)
        csco.get_by_role("button", name="Look at what will happen").click()
        no_sideways(csco)
        found += violations(csco)
    nobody = open_as_nobody(chromium, installation, **look)
    nobody.goto("/accounts/invitations/made-up/")
    no_sideways(nobody)
    found += violations(nobody)
    assert found == [], "\n".join(found)
