"""Actions in and out of the projection by dragging, by box and without scripts; the alignment map changed and put back."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import CSCO, violations

NOTHING = "Put actions in and see what they could lift."
MARK = "Projection, not a score"


@pytest.fixture
def page(sign_in: Callable[..., Page]) -> Page:
    return sign_in(CSCO, viewport={"width": 1440, "height": 1600})


def zone(page: Page, name: str):
    return page.locator(f"[data-zone={name}]")


def overall(page: Page) -> str:
    return page.locator("#outlook tr.all").inner_text()


def chosen(page: Page) -> list[str]:
    return re.findall(r"a=(A\d+)", page.url)


def test_actions_are_dragged_in_and_out(page):
    page.goto("/dashboard/projection/?chosen=1")
    expect(page.locator("#headline")).to_have_text(NOTHING)
    before = overall(page)
    zone(page, "out").locator("summary").first.click()
    row = zone(page, "out").locator("[data-pick]").first
    code = row.locator("input").input_value()
    row.drag_to(zone(page, "in").locator("legend"))
    expect(page.locator("#headline")).not_to_have_text(NOTHING)
    expect(zone(page, "in").locator("input:checked")).to_have_value(code)
    expect(page.locator("#outlook h2")).to_contain_text(MARK)
    assert overall(page) != before  # score and place, at once
    assert chosen(page) == [code]
    zone(page, "in").locator("[data-pick]").drag_to(zone(page, "out").locator("summary").first)
    expect(page.locator("#headline")).to_have_text(NOTHING)
    assert overall(page) == before
    expect(zone(page, "in").locator("[data-pick]")).to_have_count(0)
    expect(zone(page, "out").locator(f"input[value={code}]")).not_to_be_checked()


def test_a_box_does_the_same_by_keyboard_and_keeps_the_focus(page):
    page.goto("/dashboard/projection/?chosen=1")
    zone(page, "out").locator("summary").nth(1).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.locator("#headline")).not_to_have_text(NOTHING)
    (code,) = chosen(page)
    assert page.evaluate("document.activeElement.value") == code
    page.keyboard.press("Space")
    expect(page.locator("#headline")).to_have_text(NOTHING)
    page.reload()
    assert violations(page) == []


def test_a_phone_keeps_the_projected_score_in_sight(sign_in):
    page = sign_in(CSCO, viewport={"width": 390, "height": 844}, color_scheme="dark")
    page.goto("/dashboard/projection/")
    line = page.locator("#sum")
    expect(line).to_be_in_viewport()
    expect(line).to_contain_text("Projection")
    before = line.inner_text()
    for box in page.locator("[data-zone=in] input").all():
        box.uncheck()
    expect(line).not_to_have_text(before)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert violations(page) == []


def test_the_projection_without_scripts(sign_in):
    page = sign_in(CSCO, java_script_enabled=False)
    page.goto("/dashboard/projection/?chosen=1")
    expect(page.locator("#headline")).to_have_text(NOTHING)
    zone(page, "out").locator("summary").first.click()
    zone(page, "out").locator("input").first.check()
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#headline")).not_to_have_text(NOTHING)
    expect(zone(page, "in").locator("input:checked")).to_have_count(1)
    expect(page.locator("#outlook h2")).to_contain_text(MARK)


def test_the_cheapest_set_leads_into_the_projection(page):
    page.goto("/dashboard/projection/cheapest/")
    page.locator("[name=aim]").select_option("level")
    page.get_by_label("Level, if you choose one").fill("9")
    page.get_by_role("button", name="Find it").click()
    expect(page.get_by_role("alert")).to_contain_text("from 1 to 5")
    page.get_by_label("Level, if you choose one").fill("3.2")
    page.get_by_role("button", name="Find it").click()
    expect(page.get_by_role("heading", name=re.compile("The cheapest set"))).to_contain_text(MARK)
    steps = page.locator("ol.doing > li").count()
    assert steps >= 1
    page.get_by_role("link", name="See it in the projection").click()
    expect(zone(page, "in").locator("input:checked")).to_have_count(steps)


def test_the_map_is_judged_marked_and_put_back(page):
    page.goto("/dashboard/alignment/")
    page.get_by_role("link", name="Judge Capabilities yourself").click()
    cell = page.locator(".judge select").first
    name, before = cell.get_attribute("name"), cell.input_value()
    wanted = "0" if before != "0" else "3"
    cell.select_option(wanted)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. 1 cell of this component is your own judgement.")).to_be_visible()
    mark = page.locator(".map tbody tr td:has(.visually-hidden)")
    expect(mark).to_have_count(1)
    expect(mark).to_contain_text(f"{wanted}*")
    assert violations(page) == []
    page.goto("/dashboard/priorities/")
    expect(page.get_by_text("follow your own judgement in one cell")).to_be_visible()
    page.goto("/alignment/CAP/")
    expect(page.locator(f"select[name='{name}']")).to_have_value(wanted)
    expect(page.get_by_text(f"own; content {before}")).to_be_visible()
    page.goto("/dashboard/alignment/")
    page.get_by_role("button", name="Back to the content's values everywhere").click()
    expect(page.get_by_text("1 cell is the content's again.")).to_be_visible()
    expect(mark).to_have_count(0)
