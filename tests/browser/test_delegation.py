"""A CSCO and two colleagues at once: given, seen alone, watched live, handed in, given back, accepted."""

import re
from datetime import date, timedelta

from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import CSCO, violations
from tests.faults.processes import until
from tests.mailbox import text_of

FIRST, SECOND = "colleague1@nordwerk.example", "colleague2@nordwerk.example"
DAY = date.today() + timedelta(days=20)


def open_cycle(page: Page, name: str, *sites: str) -> str:
    """Open a cycle for a few sites; returns its address."""
    page.goto("/cycles/new/")
    page.fill("[name=name]", name)
    page.fill("[name=closes_on]", (date.today() + timedelta(days=30)).isoformat())
    for box in page.locator("[name=sites]").all():
        box.uncheck()
    for site in sites:
        page.get_by_label(re.compile(site)).check()
    page.get_by_role("button", name="Open the cycle").click()
    expect(page.locator("h1")).to_have_text(name)
    return page.url


def close_cycle(page: Page, cycle: str) -> None:
    """Other tests must not find this work on anybody's home page."""
    page.goto(cycle + "manage/")
    page.get_by_text("Close the cycle…").click()
    page.get_by_role("button", name="Close it now").click()


def give(page: Page, survey: str, to: str, *dimensions: str, single: tuple[str, ...] = (), note: str = "") -> None:
    page.goto(survey + "delegate/")
    for name in dimensions:
        page.get_by_role("checkbox", name=re.compile(f"^{name}")).check()
    for code in single:
        box = page.locator(f"#c-{code}")
        page.locator("details", has=box).locator("summary").click()
        box.get_by_role("checkbox").check()
    page.get_by_label("Colleague", exact=True).select_option(label=f"{to} · Colleague")
    page.get_by_label("Wanted by").fill(DAY.isoformat())
    page.get_by_label("A word to your colleague").fill(note)
    page.get_by_role("button", name="Give", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text(f"with {to} now.")


def answer(page: Page, survey: str, dimension: str, level: int) -> None:
    """Every question that stands on a screen; each is acknowledged before the next."""
    page.goto(f"{survey}dimensions/{dimension}/")
    forms = page.locator("form.q")
    for i in range(forms.count()):
        forms.nth(i).locator(f"[name=level][value='{level}']").check(force=True)
        expect(forms.nth(i).locator(".truth")).to_have_attribute("data-state", "saved")


def line(page: Page, who: str):
    return page.locator("#assignments tbody tr", has=page.get_by_role("link", name=who, exact=True))


def test_a_csco_with_two_colleagues_at_once(sign_in, installation):
    csco = sign_in(CSCO, viewport={"width": 1440, "height": 900})
    cycle = open_cycle(csco, "Together", "Altmark")
    csco.get_by_role("link", name="Enterprise self-assessment").click()
    survey = re.sub(r"(/submissions/\w+/).*", r"\1", csco.url)
    csco.get_by_role("link", name="Give questions to colleagues").click()
    assert csco.url == survey + "delegate/"
    found = violations(csco)

    # The box of a dimension and those of its questions say the same.
    whole = csco.get_by_role("checkbox", name=re.compile("^Strategic alignment"))
    whole.check()
    csco.get_by_label("Single questions of Strategic alignment").click()
    expect(csco.locator("#c-E-CAP1-1 input")).to_be_checked()
    csco.locator("#c-E-CAP1-1 input").uncheck()
    expect(whole).not_to_be_checked()
    assert whole.evaluate("box => box.indeterminate")

    give(csco, survey, "Demo colleague", "Strategic alignment", "End-to-end visibility", note="You know <these> best.")
    give(csco, survey, "Second demo colleague", "Modularity", single=("E-GOV1-1",))
    expect(line(csco, "Demo colleague")).to_contain_text("0 / 7")
    expect(line(csco, "Second demo colleague")).to_contain_text("0 / 4")
    csco.get_by_label("Single questions of Modularity").click()
    expect(csco.locator("#c-E-CAP3-1")).to_contain_text("with Second demo colleague")
    found += violations(csco)

    # Both colleagues at once; each sees the own items and nothing else.
    first, second = sign_in(FIRST), sign_in(SECOND, viewport={"width": 390, "height": 844}, color_scheme="dark")
    mail = text_of(until(lambda: installation.mailbox.to(FIRST), "the mail arrives", 30)[-1])
    assert "Demo CSCO gives you 7 questions of the enterprise self-assessment (Together)." in mail
    assert "> You know <these> best." in mail
    first.goto("/" + re.search(r"https?://[^/\s]+/(\S*assignments/\S+)", mail)[1])
    expect(first.get_by_text("You know <these> best.")).to_be_visible()
    for page, codes in ((first, "E-CAP[12]-"), (second, "E-(CAP3|GOV1)-")):
        page.goto("/")
        expect(page.locator("main h1")).to_have_text("My items")
        expect(page.locator("main h2")).to_have_text(["My items: Enterprise self-assessment"])
        expect(page.locator("header nav a")).to_have_count(1)
        found += violations(page)
        page.get_by_role("link", name="Open my items").click()
        assert all(re.match(codes, code) for code in page.locator(".items .tag").all_inner_texts())
        found += violations(page)
    assert first.goto(survey + "dimensions/CAP3/").status == 404
    assert second.goto(survey + "dimensions/CAP1/").status == 404
    second.goto(survey + "dimensions/GOV1/")
    expect(second.locator("form.q")).to_have_count(1)

    # The CSCO watches, with the focus on a link of the list that is drawn again, and with a word half typed.
    csco.get_by_label("A word to your colleague").fill("half a wo")
    link = line(csco, "Demo colleague").get_by_role("link")
    link.focus()
    answer(first, survey, "CAP1", 3)
    answer(second, survey, "CAP3", 2)
    expect(line(csco, "Demo colleague")).to_contain_text("3 / 7")
    expect(line(csco, "Second demo colleague")).to_contain_text("3 / 4")
    expect(line(csco, "Demo colleague").get_by_role("link")).to_be_focused()
    expect(csco.get_by_label("A word to your colleague")).to_have_value("half a wo")

    # Handed in: locked for the colleague, waiting for the CSCO.
    answer(first, survey, "CAP2", 3)
    for page in (first, second):
        page.goto(survey + "review/")
        found += violations(page)
        page.get_by_role("button", name="Hand in").click()
        expect(page.get_by_text("Handed in. Thank you.")).to_be_visible()
        found += violations(page)
    first.goto(survey + "dimensions/CAP1/")
    expect(first.locator("fieldset[disabled]")).to_have_count(3)
    expect(line(csco, "Demo colleague")).to_contain_text("Handed in, waits for you")
    csco.goto("/")
    expect(csco.get_by_role("heading", name="Work comes back for acceptance")).to_have_count(2)
    found += violations(csco)

    # One is accepted, the other given back and handed in anew.
    csco.goto(survey + "review/")
    line(csco, "Demo colleague").get_by_role("link").click()
    found += violations(csco)
    csco.get_by_role("button", name="Accept").click()
    expect(csco.locator(".eyebrow .tag", has_text="Accepted")).to_be_visible()
    csco.goto(survey + "review/")
    found += violations(csco)
    line(csco, "Second demo colleague").get_by_role("link").click()
    csco.get_by_role("button", name="Give back with this remark").click()
    expect(csco.get_by_role("alert")).to_have_text("Say in a few words what is missing.")
    csco.get_by_label("What is missing?").fill("The last one is open.")
    csco.get_by_role("button", name="Give back with this remark").click()
    expect(csco.get_by_text("Given back with your remark.")).to_be_visible()
    second.goto("/")
    expect(second.get_by_text("given back with a remark")).to_be_visible()
    second.get_by_role("link", name="Open my items").click()
    expect(second.get_by_text("The last one is open.")).to_be_visible()
    answer(second, survey, "GOV1", 4)
    second.goto(survey + "review/")
    second.get_by_role("button", name="Hand in").click()
    expect(second.get_by_text("Handed in. Thank you.")).to_be_visible()
    csco.goto("/")
    csco.get_by_role("link", name="Look at it").click()
    csco.get_by_role("button", name="Accept").click()
    expect(csco.locator(".eyebrow .tag", has_text="Accepted")).to_be_visible()
    csco.goto(survey + "review/")
    expect(csco.locator("#assignments .tag.done")).to_have_count(2)
    assert csco.locator("#assignments[hx-trigger]").count() == 0  # nothing is left to wait for

    # The answers of both are in the survey, with their names.
    csco.goto(survey + "history/E-GOV1-1/")
    expect(csco.locator(".history li")).to_have_count(1)
    expect(csco.locator(".history li")).to_contain_text("Second demo colleague")
    found += violations(csco)
    close_cycle(csco, cycle)
    assert found == [], "\n".join(found)
