"""A person chooses German in the browser: questions, messages, dates and the headline of the dashboard come in it."""

import re

from playwright.sync_api import expect

from assessments import demo

CSCO, ANALYST, MANAGER = "csco@nordwerk.example", "analyst@nordwerk.example", "plant12@nordwerk.example"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def choose(page, name: str) -> None:
    page.locator("details.who summary").click()
    page.locator("details.who a[href^='/accounts/language/']").click()
    page.get_by_label(name).check()
    page.locator("main button.primary").click()


def test_a_plant_manager_switches_to_german_and_answers(sign_in, installation):
    """On a phone set to English; the answer is the same number in every language."""
    page = sign_in(MANAGER, locale="en-GB", **PHONE)
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    choose(page, "Deutsch")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_text("Ihre Sprache ist gespeichert.")).to_be_visible()
    page.locator("main a.button.primary").first.click()
    own = page.url.split("/dimensions/")[0].rstrip("/")
    page.goto(f"{own}/dimensions/CAP1/")
    expect(page.locator("h1")).to_have_text("Strategische Ausrichtung")
    form = page.locator("form.q").first
    form.locator("[name=level][value='3']").check(force=True)
    expect(form.locator(".truth")).to_have_attribute("data-state", "saved")
    expect(form.locator(".truth")).to_contain_text("gespeichert")
    page.reload()
    expect(form.locator("[name=level][value='3']")).to_be_checked()
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    choose(page, "English")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_headline_is_german_and_the_next_person_reads_english(sign_in, installation):
    page = sign_in(ANALYST, locale="en-GB", viewport={"width": 1440, "height": 900})
    page.goto("/dashboard/")
    english = page.locator("h1").inner_text()
    choose(page, "Deutsch")
    expect(page).to_have_url(re.compile(r"/dashboard/$"))  # back to where one came from
    german = page.locator("h1").inner_text()
    assert german != english
    assert re.search(r"Median der Vergleichsunternehmen|Komponente", german)
    expect(page.get_by_role("heading", name="Erste Maßnahmen")).to_be_visible()
    other = sign_in(CSCO, locale="en-GB")
    other.goto("/dashboard/")
    expect(other.locator("h1")).to_have_text(english)
    choose(
        page,
        "As the browser asks" if page.locator("html").get_attribute("lang") == "en" else "Wie im Browser eingestellt",
    )
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_sign_in_page_offers_the_language(chromium, installation):
    context = chromium.new_context(base_url=installation.url, locale="en-GB")
    page = context.new_page()
    page.goto("/accounts/login/?next=/dashboard/")
    page.get_by_role("button", name="Deutsch").click()
    expect(page.get_by_role("heading", name="Anmelden")).to_be_visible()
    page.fill("[name=login]", CSCO)
    page.fill("[name=password]", demo.PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    expect(page).to_have_url(re.compile(r"/dashboard/$"))
    expect(page.locator("html")).to_have_attribute("lang", "de")  # no choice of her own: as this browser says
    context.close()
