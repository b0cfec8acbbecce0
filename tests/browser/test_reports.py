"""A report from the form to the file and its check, as people do it: with scripts and without, on a phone, in the dark."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import CSCO, violations
from tests.dashboards.reports import reading

PATIENCE = 60_000  # milliseconds: a worker draws a deck in a few seconds, on a busy machine in more


def download(page: Page, folder: Path) -> Path:
    with page.expect_download() as started:
        page.get_by_role("link", name="Download", exact=True).click()
    target = folder / started.value.suggested_filename
    started.value.save_as(target)
    return target


def test_a_deck_is_made_taken_away_and_found_genuine(sign_in, chromium, installation, tmp_path):
    page = sign_in(CSCO, viewport={"width": 390, "height": 844}, color_scheme="dark")
    page.goto("/reports/")
    page.get_by_role("button", name="Make the report").click()
    expect(page.get_by_role("link", name="Download", exact=True)).to_be_visible(timeout=PATIENCE)  # by itself
    found = violations(page)
    file = download(page, tmp_path)
    assert file.suffix == ".pptx"
    assert len(reading.slides(file.read_bytes())) >= 10
    code = page.locator("dd.hash").first.inner_text()
    stranger = chromium.new_page(base_url=installation.url)
    stranger.goto("/reports/verify/")
    stranger.set_input_files("#file", file)
    stranger.get_by_role("button", name="Check").click()
    expect(stranger.locator("main")).to_contain_text("Genuine, and unchanged")
    expect(stranger.locator("main")).not_to_contain_text("Nordwerk")
    found += violations(stranger)
    stranger.fill("#code", code[:19])
    stranger.get_by_role("button", name="Check").click()
    expect(stranger.locator("main")).to_contain_text("A report with this code was made here")
    stranger.close()
    assert found == []


def test_the_page_of_a_plant_without_scripts(sign_in, tmp_path):
    page = sign_in("plant1@nordwerk.example", java_script_enabled=False)
    page.goto("/reports/")
    expect(page.get_by_role("button", name="Make the report")).to_have_count(0)
    page.get_by_role("button", name="Make the page").click()
    for _second in range(60):
        if page.get_by_role("link", name="Download", exact=True).count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    assert len(reading.pages(download(page, tmp_path).read_bytes())) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_look_of_reports_can_be_read(sign_in, scheme):
    page = sign_in("admin@nordwerk.example", color_scheme=scheme)
    page.goto("/organisation/branding/")
    page.fill("#accent", "#ffaa00")
    page.get_by_role("button", name="Save the colour").click()
    expect(page.get_by_role("alert")).to_contain_text("1.7 to 1")
    assert violations(page) == []
