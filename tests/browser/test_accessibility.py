"""axe finds nothing on any page, light and dark, wide and narrow; and people without JavaScript answer and submit."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

CSCO = "csco@nordwerk.example"
PAGES = ("/", "/cycles/", "/cycles/new/", "/dashboard/", "/dashboard/priorities/", "/dashboard/perception/", "/dashboard/streams/",
         "/dashboard/sites/", "/dashboard/peers/", "/dashboard/peers/VST1/", "/dashboard/peers/CAP/", "/dashboard/peers/releases/",
         "/dashboard/sites/compare/", "/dashboard/sites/compare/VST1/", "/dashboard/sites/map/", "/dashboard/sites/best/", "/dashboard/sites/beside/", "/dashboard/method/", "/dashboard/trend/", "/dashboard/published/", "/dashboard/facts/", "/dashboard/projection/",
         "/dashboard/projection/cheapest/", "/dashboard/projection/cheapest/?of=OVERALL&aim=target&budget=200", "/dashboard/alignment/", "/alignment/CAP/",
         "/plan/", "/plan/board/", "/plan/roadmap/", "/plan/progress/", "/organisation/tokens/", "/api/v1/docs/", "/nowhere/",
         "/accounts/password/change/", "/reports/", "/reports/verify/")  # fmt: skip
LINKED = {  # page on which a link stands, the link
    "the board of a cycle": ("/cycles/", "main tbody a"),
    "an answering page": ("/", "main a.button.primary"),
    "the derivation of a score": ("/dashboard/", ".cards .figure a"),
    "the derivation of a dimension": ("/dashboard/", ".dims tbody th.name a"),
    "the priority of a dimension": ("/dashboard/priorities/", "main td strong"),
    "a projected score": ("/dashboard/priorities/", "main td em a"),
    "an action of the plan": ("/plan/", "main tbody a"),
    "the page of a plant": ("/dashboard/sites/", ".heat tbody a"),
    "what to learn from a plant": ("/dashboard/sites/best/", ".learn a"),
}


def violations(page: Page) -> list[str]:
    page.wait_for_load_state()  # a click that leads elsewhere returns before the new page is there
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    return [
        f"{page.url} {v['id']}: {v['help']}: {n['target']} {n['html'][:120]}"
        for v in found.response["violations"]
        for n in v["nodes"]
    ]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")])
def test_axe_finds_nothing(sign_in: Callable[..., Page], width: int, scheme: str):
    page = sign_in(CSCO, viewport={"width": width, "height": 900}, color_scheme=scheme)
    found: list[str] = []
    for path in PAGES:
        page.goto(path)
        found += violations(page)
    for start, link in LINKED.values():
        page.goto(start)
        page.locator(link).first.click()
        page.wait_for_load_state()
        found += violations(page)
    page.goto("/cycles/")
    page.locator("main tbody a").first.click()
    page.wait_for_load_state()
    for tail in ("manage/", "contribute/"):
        page.goto(re.sub(r"(/cycles/\w+/).*", r"\1", page.url) + tail)
        found += violations(page)
    own = page.context.new_page()
    own.goto("/")
    own.locator("main a.button.primary").first.click()
    survey = re.sub(r"(/submissions/\w+/).*", r"\1", own.url)
    for tail in ("items/E-N1/", "items/E-N2/", "items/E-N6/", "targets/peers/", "review/", "status/"):
        own.goto(survey + tail)
        found += violations(own)
    assert found == [], "\n".join(found)


def test_axe_finds_nothing_on_the_sign_in(chromium, installation):
    page = chromium.new_page(base_url=installation.url)
    found = []
    for path in ("/accounts/login/", "/accounts/password/reset/", "/accounts/inactive/"):
        page.goto(path)
        found += violations(page)
    page.close()
    assert found == []


def test_axe_bites(sign_in):
    page = sign_in(CSCO)
    page.evaluate("document.querySelector('main').innerHTML += '<img src=\"/static/favicon.svg\">'")
    assert any("image-alt" in v for v in violations(page))


def test_answering_works_without_javascript(sign_in):
    """The same questions, saved by a button, refused in words, and handed in."""
    page = sign_in("plant7@nordwerk.example", java_script_enabled=False)
    page.get_by_role("link", name="Go on answering").click()
    form = page.locator("form.q", has=page.locator("[name=base_version][value='0']")).first
    code = form.get_attribute("data-code")
    form.locator("[name=status][value=na]").check(force=True)
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Say in a few words why this does not apply to you.")).to_be_visible()
    form = page.locator(f"[data-code={code}]")
    form.locator("[name=level][value='4']").check(force=True)
    form.get_by_text("Comment, and why we ask").click()
    form.locator("[name=comment]").fill("seen on the line")
    form.get_by_role("button", name="Save").click()
    form = page.locator(f"[data-code={code}]")
    expect(form.locator("[name=level][value='4']")).to_be_checked()
    expect(form.locator("[name=comment]")).to_have_value("seen on the line")
    expect(form.locator(".truth")).to_contain_text("saved")
    page.get_by_role("link", name="Review and submit").first.click()
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("h1")).to_have_text("Thank you. Your answers are in.")
    expect(page.get_by_role("link", name=re.compile("Reload|See the result"))).to_be_visible()


def test_the_whole_survey_can_be_answered_by_keyboard(sign_in):
    """Keys 1 to 5, N, D and the arrows; what is chosen is saved."""
    page = sign_in("plant8@nordwerk.example")
    page.get_by_role("link", name="Go on answering").click()
    page.wait_for_selector("html.js")
    forms = page.locator("form.q")
    count = forms.count()
    assert count >= 1
    for i in range(count):
        page.keyboard.press("ArrowDown")
        page.keyboard.press("4" if i else "D")
        expect(forms.nth(i).locator(".truth")).to_have_attribute("data-state", "saved")
    expect(forms.nth(0).locator("[name=status][value=dk]")).to_be_checked()
    page.keyboard.press("2")
    expect(forms.nth(count - 1).locator("[name=level][value='2']")).to_be_checked()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
