"""Submitted, returned with remarks, reworked, submitted again, accepted; and a site answered on its behalf."""

import re

from playwright.sync_api import expect

from tests.browser.test_accessibility import CSCO, violations
from tests.browser.test_delegation import answer, close_cycle, open_cycle
from tests.faults.processes import until
from tests.mailbox import text_of

ANALYST, MANAGER = "analyst@nordwerk.example", "plant1@nordwerk.example"


def test_return_and_submit_again(sign_in, installation):
    csco = sign_in(CSCO, viewport={"width": 1440, "height": 900})
    cycle = open_cycle(csco, "Once more", "Altmark", "Brixen")
    found: list[str] = []

    # A plant manager answers on a phone and submits.
    manager = sign_in(MANAGER, viewport={"width": 390, "height": 844}, color_scheme="dark")
    card = manager.locator("article", has_text="Once more")
    card.get_by_role("link").click()
    survey = re.sub(r"(/submissions/\w+/).*", r"\1", manager.url)
    answer(manager, survey, "CAP1", 5)
    answer(manager, survey, "CAP2", 2)
    manager.goto(survey + "review/")
    expect(manager.get_by_text("Level 5 without evidence", exact=False)).to_be_visible()
    manager.get_by_role("button", name="Submit").click()
    expect(manager.get_by_role("link", name="See the result")).to_be_visible(timeout=30_000)

    # The analyst reads every answer, writes two remarks and returns it.
    analyst = sign_in(ANALYST, viewport={"width": 1440, "height": 900})
    analyst.goto(cycle)
    analyst.get_by_role("link", name="Altmark").click()
    assert analyst.url == survey + "inspect/"
    expect(analyst.locator("#S-CAP1-1 .answer b")).to_have_text("5")
    expect(analyst.locator("#S-CAP1-1")).to_contain_text("Level 5 without evidence")
    found += violations(analyst)
    analyst.get_by_role("button", name="Return with remarks").click()
    expect(analyst.get_by_role("alert")).to_contain_text("Write at least one remark")
    analyst.get_by_text("Write a remark on S-CAP1-1").click()
    analyst.get_by_label("Remark on S-CAP1-1", exact=True).fill("Who audited this?\nWhen?")
    analyst.get_by_label("Remark on the whole").fill("Thank you, a good start.")
    analyst.get_by_role("button", name="Accept").click()
    expect(analyst.get_by_role("alert")).to_contain_text("You wrote remarks")
    expect(analyst.get_by_label("Remark on S-CAP1-1", exact=True)).to_have_value("Who audited this?\nWhen?")
    found += violations(analyst)
    analyst.get_by_role("button", name="Return with remarks").click()
    expect(analyst.get_by_text("Returned. It can be changed and submitted again.")).to_be_visible()
    found += violations(analyst)
    csco.goto("/dashboard/sites/?cycle=" + cycle.rstrip("/").split("/")[-1])
    expect(csco.get_by_text("revision 1, not current")).to_be_visible()

    # The manager is told by mail and at home, and finds each remark at its question.
    mails = until(
        lambda: [m for m in installation.mailbox.to(MANAGER) if "was returned" in m["Subject"]], "the mail", 30
    )
    assert "returned the survey of Altmark (Once more) with 2 remarks." in text_of(mails[-1])
    manager.goto("/")
    found += violations(manager)
    manager.get_by_role("link", name="Read the remarks").click()
    expect(manager.get_by_text("Thank you, a good start.")).to_be_visible()
    found += violations(manager)
    manager.get_by_role("link", name="S-CAP1-1").first.click()
    expect(manager.get_by_text("Who audited this?")).to_be_visible()
    found += violations(manager)
    manager.locator("#S-CAP1-1 [name=level][value='3']").check(force=True)
    expect(manager.locator("#S-CAP1-1 .truth")).to_have_attribute("data-state", "saved")
    manager.get_by_role("button", name="Dealt with").click()
    expect(manager.get_by_text("dealt with ✓")).to_be_visible()
    assert manager.url.endswith("#S-CAP1-1")
    manager.locator("#S-CAP1-1").get_by_role("link", name="Who changed what").click()
    expect(manager.locator(".history li").first).to_contain_text("Level 5 → 3.")
    found += violations(manager)
    manager.goto(survey + "review/")
    manager.get_by_role("button", name="Submit again").click()
    expect(manager.get_by_role("link", name="See the result")).to_be_visible(timeout=30_000)

    # Revision 2 has a new score; the analyst accepts it, once.
    until(
        lambda: [m for m in installation.mailbox.to(CSCO) if "submitted again" in m["Subject"]], "the CSCO is told", 30
    )
    analyst.goto(survey + "inspect/")
    expect(analyst.get_by_text("Revision 2", exact=True)).to_be_visible()
    expect(analyst.locator("#S-CAP1-1 .answer b")).to_have_text("3")
    expect(analyst.locator("#S-CAP1-1 .earlier")).to_contain_text("Who audited this?")
    twin = analyst.context.new_page()
    twin.goto(analyst.url)
    analyst.get_by_role("button", name="Accept").click()
    expect(analyst.get_by_text("Accepted by Demo analyst")).to_be_visible()
    twin.get_by_role("button", name="Accept").click()
    expect(twin.get_by_role("alert")).to_contain_text("This was accepted already.")
    csco.reload()
    expect(csco.get_by_text("not current")).to_have_count(0)
    csco.goto(cycle)
    expect(csco.locator("tbody tr", has_text="Altmark")).to_contain_text("Accepted")

    # Brixen is answered on its behalf: said first, seen by its manager, ended by its manager.
    csco.get_by_role("link", name="Brixen").click()
    csco.get_by_role("link", name="Answer on behalf of this site").first.click()
    found += violations(csco)
    csco.get_by_role("button", name="Answer on its behalf").click()
    expect(csco.get_by_role("alert")).to_have_text("Say in a few words why you answer on behalf of this site.")
    csco.get_by_label("Why do you answer").fill("The manager is ill.")
    csco.get_by_role("button", name="Answer on its behalf").click()
    expect(csco.get_by_text("You answer on behalf of Brixen since")).to_be_visible()
    found += violations(csco)
    brixen = re.sub(r"(/submissions/\w+/).*", r"\1", csco.url)
    answer(csco, brixen, "CAP1", 2)
    other = sign_in("plant2@nordwerk.example")
    expect(other.locator("article", has_text="Once more")).to_contain_text("Demo CSCO answers on your behalf.")
    other.goto(brixen + "dimensions/CAP1/")
    expect(other.get_by_text("The reason given: The manager is ill.")).to_be_visible()
    expect(other.locator("#S-CAP1-1 [name=level][value='2']")).to_be_checked()
    found += violations(other)
    other.get_by_role("button", name="End this: we answer ourselves").click()
    expect(other.get_by_text("Nobody answers on behalf of Brixen any more.")).to_be_visible()
    csco.locator("#S-CAP1-1 [name=level][value='4']").check(force=True)
    expect(csco.locator("#S-CAP1-1 .truth")).to_contain_text("These answers are given by somebody else")
    other.goto(brixen + "history/S-CAP1-1/")
    expect(other.locator(".history li")).to_contain_text("on behalf of the site")
    close_cycle(csco, cycle)
    assert found == [], "\n".join(found)
