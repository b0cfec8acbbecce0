"""The life of a cycle in a browser: drafted, opened, one site given more time, somebody reminded, closed, reopened."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import CSCO, violations
from tests.faults.processes import until
from tests.mailbox import text_of

MANAGER = "plant1@nordwerk.example"


def draft(page: Page, name: str) -> None:
    """Fill the form of a new cycle for all twelve sites and keep it as a draft."""
    page.goto("/cycles/new/")
    page.fill("[name=name]", name)
    page.fill("[name=closes_on]", (date.today() + timedelta(days=60)).isoformat())
    page.locator("[name=target_level]").select_option("3.5")
    page.fill("[name=response_target_pct]", "80")
    page.locator("[name=prefill_from]").select_option(label="Assessment 2025")
    page.get_by_role("button", name="Save as a draft").click()
    expect(page.locator("h1")).to_have_text(name)
    expect(page.get_by_text("Nobody is asked yet.")).to_be_visible()


def row(page: Page, site: str):
    return page.locator("table tr", has=page.get_by_role("rowheader", name=re.compile(site)))


def test_the_life_of_a_cycle(sign_in, installation):
    page = sign_in(CSCO)
    draft(page, "A whole life")
    page.get_by_role("link", name="Change the draft").click()
    expect(page.locator("[name=target_level]")).to_have_value("3.5")
    page.get_by_label("Lanzhou").uncheck()
    page.get_by_role("button", name="Save the draft").click()
    page.get_by_role("button", name="Open the cycle").click()
    expect(page.get_by_text("0 of 11 plants have submitted. The aim is 80 %: 9 more are needed.")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(12)
    assert installation.mailbox.to(MANAGER) == []  # nobody hears of a cycle but by a reminder

    # One site gets seven days more, by one click.
    expect(row(page, "Altmark").get_by_text("60 days left")).to_be_visible()
    row(page, "Altmark").get_by_text("More time").click()
    row(page, "Altmark").get_by_role("button", name="7 days more").click()
    expect(row(page, "Altmark").get_by_text("67 days left")).to_be_visible()
    expect(row(page, "Altmark").get_by_text("extended")).to_be_visible()
    expect(row(page, "Brixen").get_by_text("60 days left")).to_be_visible()
    row(page, "Brixen").get_by_text("More time").click()
    row(page, "Brixen").get_by_role("button", name="Set this day").click()
    expect(row(page, "Brixen").get_by_role("alert")).to_have_text("Choose a day.")

    # Its manager is reminded, once a day, and the link of the mail leads to the survey.
    row(page, "Altmark").get_by_role("button", name="Remind Altmark plant manager").click()
    expect(page.get_by_text("A reminder goes to Altmark plant manager.")).to_be_visible()
    expect(row(page, "Altmark").get_by_role("button", name="Remind")).to_have_count(0)
    (mail,) = until(lambda: installation.mailbox.to(MANAGER), "the reminder arrives", 30)
    assert "The survey of Altmark in A whole life" in text_of(mail)
    links = re.findall(r"http\S+", text_of(mail))
    manager = sign_in(MANAGER)
    seen = []
    for link in links:
        assert link.startswith(installation.url)
        manager.goto(link)
        seen.append(manager.locator("body").inner_text())
    assert any("A whole life" in body for body in seen)

    # Somebody is added, everybody gets more time, the cycle ends, and is opened again for a reason.
    page.get_by_role("link", name="Days and sites").click()
    page.get_by_label("Lanzhou").check()
    page.get_by_role("button", name="Ask these sites").click()
    expect(page.locator("tbody tr")).to_have_count(13)
    page.get_by_role("link", name="Days and sites").click()
    page.get_by_text("Close the cycle…").click()
    page.get_by_role("button", name="Close it now").click()
    expect(page.get_by_text("The cycle is closed.")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Remind"))).to_have_count(0)
    page.get_by_role("link", name="Days and sites").click()
    page.fill("[name=closes_on]", (date.today() + timedelta(days=70)).isoformat())
    page.get_by_role("button", name="Reopen the cycle").click()
    expect(page.locator("#reopenform-reason_error")).to_have_text("This field is required.")
    page.fill("[name=reason]", "Two plants were on strike.")
    page.get_by_role("button", name="Reopen the cycle").click()
    lines = page.locator(".history li span").all_inner_texts()
    assert len(lines) == 5
    assert re.fullmatch(r"Demo CSCO reopened the cycle until .+, because: “Two plants were on strike.”", lines[0])
    assert lines[1:3] == ["Demo CSCO closed the cycle.", "Demo CSCO added Lanzhou."]
    assert re.fullmatch(r"Demo CSCO gave Altmark time until .+\.", lines[3])
    assert lines[4] == "Demo CSCO opened the cycle."


def test_the_board_works_without_scripts(sign_in):
    """Filter, choose two, remind, give more time: forms and links alone."""
    page = sign_in(CSCO, java_script_enabled=False)
    draft(page, "Without scripts")
    page.get_by_role("button", name="Open the cycle").click()
    page.locator("[name=region]").select_option("Europe")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tbody tr")).to_have_count(5)
    for site in ("Celje", "Dover"):
        page.get_by_label(f"Choose {site}").check()
    page.get_by_role("button", name="Remind the chosen").click()
    expect(page.get_by_text("A reminder goes to Celje plant manager, Dover plant manager.")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_count(5)
    row(page, "Dover").get_by_text("More time").click()
    row(page, "Dover").get_by_role("button", name="7 days more").click()
    expect(row(page, "Dover").get_by_text("extended")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(sign_in, width, scheme):
    page = sign_in(CSCO, viewport={"width": width, "height": 900}, color_scheme=scheme)
    found: list[str] = []

    def check() -> None:
        found.extend(violations(page))
        if page.evaluate("document.documentElement.scrollWidth - innerWidth") > 0:
            found.append(f"{page.url} scrolls sideways")

    page.goto("/cycles/new/")
    page.get_by_role("button", name="Open the cycle").click()
    check()  # the form with its errors
    draft(page, f"Looked at {width} {scheme}")
    check()
    page.get_by_role("link", name="Change the draft").click()
    check()
    page.get_by_role("button", name="Save the draft").click()
    page.get_by_role("button", name="Open the cycle").click()
    row(page, "Brixen").get_by_text("More time").click()
    check()
    row(page, "Brixen").get_by_role("button", name="Set this day").click()
    check()
    page.get_by_role("link", name="Days and sites").click()
    page.get_by_role("button", name="Move the last day").click()
    page.get_by_text("Close the cycle…").click()
    check()
    page.get_by_role("button", name="Close it now").click()
    check()
    page.get_by_role("link", name="Days and sites").click()
    page.get_by_role("button", name="Reopen the cycle").click()
    page.get_by_text("Archive the cycle…").click()
    check()
    page.get_by_role("button", name="Archive it").click()
    page.get_by_role("link", name="Days and sites").click()
    check()
    page.goto("/cycles/?archived=1")
    expect(page.get_by_role("link", name=f"Looked at {width} {scheme}")).to_be_visible()
    check()
    assert found == [], "\n".join(found)
