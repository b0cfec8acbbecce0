"""A plan as people carry it out: list, board by mouse and by keyboard, roadmap, an action from start to done."""

import json
import re
import secrets
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Installation
from tests.browser.test_accessibility import violations

MAKE = """
import json
from datetime import date
from tests import build
from tests.assessments.plan_world import choose, score
world = build.world({name!r}, sites=1)
score(world, world.enterprise)
choose(world, "A03", "A04")
print(json.dumps(world.enterprise.public_id))
"""


@dataclass
class Planned:
    """A company whose enterprise stands at 2 in capabilities, with A01, A03 and A04 in its plan."""

    installation: Installation
    csco: str
    manager: str

    def name_of(self, role: str) -> str:
        return f"{role} {self.csco.split('@')[1].removesuffix('.example')}"


@pytest.fixture(scope="module")
def planned(installation: Installation) -> Planned:
    name = f"works{secrets.token_hex(4)}"
    made = installation.manage("shell", "--no-imports", "-c", MAKE.format(name=name))
    assert json.loads(made.splitlines()[-1])
    return Planned(installation, f"csco@{name}.example", f"plant_manager@{name}.example")


def column(page: Page, status: str):
    return page.locator(f"[data-status={status}]")


def card(page: Page, title: str):
    return page.locator("[data-card]", has_text=title)


def titles(page: Page) -> dict[str, list[str]]:
    return {s: column(page, s).locator("h3 a").all_inner_texts() for s in ("planned", "started", "done", "dropped")}


def test_cards_move_by_mouse_and_by_keyboard(sign_in, planned):
    page = sign_in(planned.csco, viewport={"width": 1440, "height": 1400})
    page.goto("/plan/board/")
    every = titles(page)["planned"]
    assert len(every) == 3
    dragged, pressed = every[0], every[1]
    card(page, dragged).drag_to(column(page, "started").locator("h2"))
    expect(column(page, "started").locator("h3 a")).to_have_text([dragged])
    button = card(page, pressed).get_by_role("button", name="Start")
    for _step in range(60):
        page.keyboard.press("Tab")
        if button.evaluate("b => b === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(column(page, "started").locator("h3 a")).to_have_count(2)
    assert set(titles(page)["started"]) == {dragged, pressed}
    card(page, dragged).drag_to(column(page, "planned").locator("h2"))  # not begun after all
    expect(column(page, "started").locator("h3 a")).to_have_text([pressed])
    card(page, dragged).drag_to(column(page, "done").locator("h2"))  # done wants words: its form opens
    expect(page).to_have_url(re.compile(r"/plan/actions/\w+/#finish$"))
    expect(page.locator("#finish")).to_have_attribute("open", "")
    page.go_back()
    expect(column(page, "done").locator("h3 a")).to_have_count(0)
    card(page, dragged).drag_to(column(page, "dropped").locator("h2"))
    expect(page.locator("#drop")).to_have_attribute("open", "")


def test_an_action_goes_from_the_list_to_done_without_scripts(sign_in, planned):
    page = sign_in(planned.csco, java_script_enabled=False)
    page.goto("/plan/")
    expect(page.locator("tbody tr")).to_have_count(3)
    page.locator("select[name=wave]").select_option("1")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tbody tr")).to_have_count(page.locator("tbody td[data-label=Wave]", has_text="1").count())
    page.goto("/plan/")
    page.locator("tbody a").first.click()
    title = page.locator("h1").inner_text()
    if page.get_by_role("button", name="Start", exact=True).count():
        page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator(".steps h2")).to_have_text("It is in work")
    page.get_by_role("button", name="Mark it as done").click()
    expect(page.locator("#finish")).to_contain_text("This field is required.")  # what shows it
    expect(page.locator(".steps h2")).to_have_text("It is in work")
    page.locator("#finish [name=shown_by]").fill("Signed by the board.")
    page.get_by_role("button", name="Mark it as done").click()
    expect(page.locator(".steps h2")).to_have_text("It is done")
    expect(page.locator(".history")).to_contain_text("Signed by the board.")
    page.goto("/plan/board/")
    assert [t.split("\n")[0] for t in titles(page)["done"]] == [title.split("\n")[-1]]
    page.goto("/dashboard/priorities/")  # what is done is no action to choose any more
    expect(page.get_by_text("One action is done already")).to_be_visible()
    expect(page.locator(".action h3", has_text=title.split("\n")[-1])).to_have_count(0)
    page.goto("/plan/progress/")
    expect(page.locator("h1")).to_contain_text("1 of 3 actions")


def test_what_an_owner_can_give_is_saved_and_held_against_the_load(sign_in, planned):
    page = sign_in(planned.csco)
    page.goto("/plan/")
    page.locator("tbody a").last.click()
    page.locator("[name=owner]").select_option(label=f"{planned.name_of('csco')} · CSCO")
    page.get_by_role("button", name="Save", exact=True).click()
    page.goto("/plan/roadmap/")
    days = page.locator("#owners input[inputmode=numeric]").first
    days.fill("many")
    page.get_by_role("button", name="Save what they can give").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.locator("#owners input[inputmode=numeric]").first.fill("1")
    page.get_by_role("button", name="Save what they can give").click()
    expect(page.locator("#owners")).to_contain_text("Too much in")
    expect(page.locator("#owners input[inputmode=numeric]").first).to_have_value("1")
    page.get_by_text("The same as a table").click()
    expect(page.locator("details[open] tbody tr")).to_have_count(3)
    assert violations(page) == []


def test_an_owner_reports_on_a_phone(sign_in, planned):
    csco = sign_in(planned.csco)
    csco.goto("/plan/?status=planned")
    csco.locator("tbody a").first.click()
    url = csco.url
    csco.locator("[name=owner]").select_option(label=f"{planned.name_of('plant_manager')} · Plant manager")
    csco.get_by_role("button", name="Save", exact=True).click()
    page = sign_in(planned.manager, viewport={"width": 390, "height": 844}, color_scheme="dark")
    page.goto(url)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator(".steps h2")).to_have_text("It is in work")
    page.get_by_label("Notes").fill("First workshop held.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".history")).to_contain_text("First workshop held.")
    expect(page.get_by_text("Drop it…")).to_have_count(0)  # that is for whoever plans
    assert violations(page) == []
    page.goto("/plan/board/")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
