"""The Excel round trip: download, fill in, upload, look, choose, apply; with two people, on a phone, without scripts."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.assessments.workbook.filling import Filled
from tests.browser.test_accessibility import violations

TEN = ("S-CAP1-1", "S-CAP2-1", "S-CAP2-2", "S-CAP3-1", "S-CAP4-1",
       "S-CAP4-2", "S-CAP5-1", "S-CAP6-1", "S-VST1-1", "S-VST2-1")  # fmt: skip


def download(page: Page, folder: Path) -> Filled:
    with page.expect_download() as started:
        page.get_by_role("link", name="Download the workbook").click()
    target = folder / started.value.suggested_filename
    started.value.save_as(target)
    assert target.suffix == ".xlsx"
    return Filled(target.read_bytes())


def upload(page: Page, filled: Filled, folder: Path) -> None:
    target = folder / "filled in.xlsx"
    target.write_bytes(filled.bytes())
    page.set_input_files("#file", target)
    page.get_by_role("button", name="Upload and look").click()


def go_to_workbook(page: Page, company) -> None:
    page.goto(company.page("CAP1"))
    if page.viewport_size["width"] < 900:
        page.get_by_text("All questions", exact=True).click()
    page.get_by_role("link", name="Answer in Excel").click()
    expect(page.locator("h1")).to_have_text("Answer in Excel")


def answer_on_the_page(page: Page, company, dimension: str, code: str, level: int) -> None:
    page.goto(company.page(dimension))
    page.wait_for_selector("html.js")
    form = page.locator(f"[data-code={code}]")
    form.locator(f"[name=level][value='{level}']").check(force=True)
    expect(form.locator(".truth")).to_have_attribute("data-state", "saved")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_ten_answers_one_mistake_one_conflict(sign_in, company, tmp_path, width, scheme):
    page = sign_in(company.manager, viewport={"width": width, "height": 900}, color_scheme=scheme)
    go_to_workbook(page, company)
    found = violations(page)
    filled = download(page, tmp_path)
    for code in TEN:
        filled.answer(code, 4)
    filled.answer("S-CAP2-2", "N/A", reason="no such line")
    filled.answer("S-VST3-1", 7)
    filled.fact("S-N8", "text", "Decide on the second shift.")
    colleague = sign_in(company.colleague)
    answer_on_the_page(colleague, company, "CAP3", "S-CAP3-1", 2)

    upload(page, filled, tmp_path)
    expect(page.locator("h1")).to_have_text("11 changes to look at")
    expect(page.locator(".counts")).to_have_text(
        re.compile(r"10 new\s*0 changed\s*0 emptied\s*1 to decide\s*1 to mend")
    )
    expect(page.locator(".faults li")).to_have_count(1)
    expect(page.locator(".faults li")).to_contain_text(re.compile(r"“Questions”, cell [JK]16: “7”"))
    expect(page.get_by_label("Keep what is stored")).to_be_checked()
    assert page.evaluate("document.documentElement.scrollWidth") <= width  # nothing hangs out of the page
    found += violations(page)

    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("alert")).to_contain_text("1 place in the workbook is wrong.")
    found += violations(page)
    assert len(company.answers()) == 1

    page.get_by_label("Take the workbook's").check()
    page.get_by_label("Leave out the place above and apply the 11 other changes.").check()
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("h1")).to_have_text("11 answers were saved from the workbook")
    found += violations(page)
    stored = company.answers()
    assert len(stored) == 11
    assert {code: stored[code][1] for code in TEN} == {code: None if code == "S-CAP2-2" else 4 for code in TEN}

    page.get_by_role("link", name="How quickly can your site exchange production volume with another site?").click()
    expect(page.locator("[data-code=S-CAP3-1] [name=level][value='4']")).to_be_checked()
    assert found == [], "\n".join(found)


def test_without_scripts_on_a_phone(sign_in, company, tmp_path):
    page = sign_in(company.manager, java_script_enabled=False, viewport={"width": 390, "height": 800}, has_touch=True)
    go_to_workbook(page, company)
    page.get_by_role("button", name="Upload and look").click()  # no file: the browser itself asks for one
    expect(page.locator("h1")).to_have_text("Answer in Excel")
    filled = download(page, tmp_path)
    (tmp_path / "notes.xlsx").write_text("not a workbook")
    page.set_input_files("#file", tmp_path / "notes.xlsx")
    page.get_by_role("button", name="Upload and look").click()
    expect(page.get_by_role("alert")).to_contain_text("“notes.xlsx” is")
    filled.answer("S-CAP1-1", 3, comment="seen on the line")
    upload(page, filled, tmp_path)
    expect(page.locator("h1")).to_have_text("1 change to look at")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("h1")).to_have_text("1 answer was saved from the workbook")
    page.get_by_role("link", name="How does your site plan follow supply chain objectives?").click()
    expect(page.locator("[data-code=S-CAP1-1] [name=level][value='3']")).to_be_checked()
    expect(page.locator("[data-code=S-CAP1-1] [name=comment]")).to_have_value("seen on the line")


def test_by_keyboard(sign_in, company, tmp_path):
    """Every choice of the preview can be reached and made without a mouse."""
    page = sign_in(company.manager)
    go_to_workbook(page, company)
    filled = download(page, tmp_path)
    filled.answer("S-CAP1-1", 4)
    filled.answer("S-VST3-1", "never")
    answer_on_the_page(sign_in(company.colleague), company, "CAP1", "S-CAP1-1", 2)
    upload(page, filled, tmp_path)
    page.get_by_label("Keep what is stored").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Take the workbook's")).to_be_checked()
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "leave_out":
            break
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("1 answer was saved from the workbook")
    assert company.answers()["S-CAP1-1"][1] == 4
