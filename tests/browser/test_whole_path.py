"""From the first answer to the priority action, done by people in browsers against a real worker."""

import base64
import json
import re
import urllib.request

import pytest
from playwright.sync_api import Page, expect

from assessments import demo

CSCO, ANALYST = "csco@nordwerk.example", "analyst@nordwerk.example"
LEVELS = (2, 3, 4, 3)


def answer_everything(page: Page, levels: tuple[int, ...]) -> tuple[int, int]:
    """Go through all screens from the first to the review; every answer is acknowledged before the next screen.

    Returns how many scale questions and how many dimension screens there were.
    """
    questions = screens = 0
    while "/dimensions/" in page.url:
        page.wait_for_selector("html.js")
        forms = page.locator("form.q")
        expect(page.locator("nav.actions a.primary")).to_be_visible()  # the last thing on a screen
        screens += 1
        for i in range(forms.count()):
            form = forms.nth(i)
            form.locator(f"[name=level][value='{levels[questions % len(levels)]}']").check(force=True)
            questions += 1
        for i in range(forms.count()):
            expect(forms.nth(i).locator(".truth")).to_have_attribute("data-state", "saved")
        page.locator("nav.actions a.primary").click()
    return questions, screens


def save_item(page: Page) -> None:
    with page.expect_navigation():
        page.locator("form.card button.primary").click()


def skip_to(page: Page, end: str) -> None:
    while not page.url.endswith(end):
        page.get_by_role("link", name="Skip for now").click()


def fill_site_profile(page: Page, share: float) -> None:
    while "/items/" in page.url:
        if page.url.endswith("/items/S-N1/"):
            page.locator("[name=production_value_share_pct]").fill(str(share))
            page.locator("[name=headcount_direct]").fill("250")
            save_item(page)
        else:
            page.get_by_role("link", name="Skip for now").click()


def test_the_whole_path(sign_in, installation):
    # 1. A CSCO opens a cycle for all 12 sites ...
    csco = sign_in(CSCO)
    csco.goto("/cycles/")
    csco.get_by_role("link", name="Open a cycle").click()
    csco.fill("[name=name]", "Walk through")
    csco.fill("[name=opens_on]", "2026-11-01")
    csco.fill("[name=closes_on]", "2036-12-31")
    for town in demo.TOWNS:
        csco.locator("label.check", has_text=town).locator("input").check()
    for box in reversed(csco.locator("[name=sites]:checked").all()):  # other tests may have brought sites of their own
        if not any(town in box.locator("xpath=..").inner_text() for town in demo.TOWNS):
            box.uncheck()
    csco.get_by_role("button", name="Open the cycle").click()
    expect(csco.locator("h1")).to_have_text("Walk through")
    expect(csco.get_by_text("0 of 12 plants have submitted.")).to_be_visible()

    # ... answers 74 questions on 27 screens, with one answer each acknowledged,
    csco.get_by_role("link", name="Enterprise self-assessment").click()
    assert answer_everything(csco, LEVELS) == (74, 27)
    expect(csco.locator("h1")).to_have_text("Enterprise profile")
    csco.locator("[name=industry]").select_option("28")
    csco.locator("[name=hq_region]").select_option("Europe")
    csco.locator("[name=employees_band]").select_option("5000-19999")
    csco.locator("[name=process_type]").select_option("discrete")
    save_item(csco)
    for name, points in {"cost": 30, "agility": 20, "resilience": 20, "service": 20, "growth": 10}.items():
        csco.locator(f"[name={name}]").fill(str(points))
    csco.locator("[name=sustainability]").fill("1")
    save_item(csco)  # 101 points: refused, the form keeps what was typed
    expect(csco.get_by_text("The points add up to 101, expected 100.").first).to_be_visible()
    expect(csco.locator("[name=cost]")).to_have_value("30")
    csco.locator("[name=sustainability]").fill("0")
    save_item(csco)
    skip_to(csco, "/items/E-N6/")
    targets = csco.locator(".targets select")
    expect(targets).to_have_count(27)
    for i in range(27):
        targets.nth(i).select_option("4.0")
    save_item(csco)
    skip_to(csco, "/review/")

    # reviews what is missing, and submits.
    expect(csco.locator("h1")).to_have_text("Every question is answered.")
    csco.get_by_role("button", name="Submit").click()
    expect(csco.locator("h1")).to_have_text("Thank you. Your answers are in.")

    # 3. A Celery worker scores it, visibly.
    expect(csco.get_by_role("link", name="See the result")).to_be_visible(timeout=30_000)

    # 2. Plant managers see only their own survey, answer, submit.
    for number in (1, 2, 3):
        manager = sign_in(f"plant{number}@nordwerk.example")
        town = demo.TOWNS[number - 1]
        assert not any(other in manager.content() for other in demo.TOWNS if other != town)
        manager.locator(".card", has_text="Walk through").locator("a[href*='/submissions/']").first.click()
        expect(manager.get_by_text("Walk through").first).to_be_visible()
        questions, _screens = answer_everything(manager, (1, 2, 2, 3))
        assert questions == 44
        fill_site_profile(manager, 100 / 3)
        manager.get_by_role("button", name="Submit").click()
        expect(manager.get_by_role("link", name="See the result")).to_be_visible(timeout=30_000)

    # The dashboard says it all.
    csco.goto("/dashboard/")
    expect(csco.get_by_text("3 of 12 plants answered")).to_be_visible()
    expect(csco.locator(".cards .card")).to_have_count(5)
    expect(csco.locator(".dims tbody tr td .strip")).to_have_count(27)
    overall = csco.locator(".cards .card").first.locator(".figure > a").inner_text()
    # By hand: levels 2,3,4,3 go round over the questions in order, so every dimension mean lies between 2 and 4.
    assert 2.5 <= float(overall) <= 3.5
    expect(csco.locator(".action")).to_have_count(5)
    expect(csco.get_by_text("Illustrative peers").first).to_be_visible()
    expect(csco.get_by_text("Bottleneck:").first).to_be_visible()
    # 3 of 12 plants carry too little weight for a network score, but the mirrored questions can be compared.
    csco.goto("/dashboard/perception/")
    expect(csco.locator(".chart .main-svg").first).to_be_visible()

    # Each number links to how it came about, down to an answer.
    csco.goto("/dashboard/")
    csco.locator(".cards .card").nth(2).locator(".figure > a").click()
    for _step in ("the dimension", "the question"):
        csco.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        csco.locator(".parts a").first.click()
    expect(csco.locator("form.q").first.locator("[name=level]:checked")).to_have_count(1)

    # 4. The analyst sees which peers are used.
    analyst = sign_in(ANALYST)
    analyst.goto("/dashboard/peers/")
    expect(analyst.get_by_text("Illustrative peers")).to_be_visible()
    expect(analyst.locator("h1")).to_have_text(re.compile(r"Compared with .+: 10-19 enterprises\."))
    expect(analyst.get_by_text("2024-09 to 2026-04", exact=True)).to_be_visible()
    analyst.get_by_role("link", name=re.compile("all peers")).first.click()
    expect(analyst.locator("h1")).to_have_text(re.compile(r"Compared with all peers: 200-499 enterprises\."))

    # 5. The same figures over the API.
    token = re.search(r"\S{40,}", installation.manage("create_token", CSCO, "--name", "walk"))[0]
    rows = read(installation.url + "/api/v1/scores/?limit=1000", token)
    mine = [r for r in rows if r["cycle"] == "Walk through" and r["view"] == "enterprise"]
    assert len(mine) == 32
    assert f"{next(r['score'] for r in mine if r['measure'] == 'OVERALL'):.1f}" == overall
    assert all(r["illustrative"] is True for r in mine)
    actions = [a for a in read(installation.url + "/api/v1/actions/", token) if a["cycle"] == "Walk through"]
    csco.goto("/dashboard/priorities/")
    shown = csco.locator(".split .action h3").all_inner_texts()  # the others are folded away
    first = sorted((a for a in actions if a["in_top_list"]), key=lambda a: a["rank"])
    assert [a["title"] for a in first] == shown
    assert len([g for g in read(installation.url + "/api/v1/gaps/", token) if g["cycle"] == "Walk through"]) == 27


def read(url: str, token: str) -> list[dict]:
    """All rows of a table, page after page; Basic and Bearer in turn."""
    rows, scheme = [], "Bearer"
    while url:
        value = token if scheme == "Bearer" else base64.b64encode(f"any:{token}".encode()).decode()
        request = urllib.request.Request(url, headers={"Authorization": f"{scheme} {value}"})
        with urllib.request.urlopen(request, timeout=30) as reply:
            body = json.load(reply)
        rows += body["results"]
        url, scheme = body["next"], "Basic"
    return rows


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_no_page_scrolls_sideways(sign_in, width, scheme):
    page = sign_in(CSCO, viewport={"width": width, "height": 900}, color_scheme=scheme)
    for path in ("/", "/cycles/", "/cycles/new/", "/dashboard/", "/dashboard/priorities/", "/dashboard/perception/",
                 "/dashboard/sites/", "/dashboard/sites/map/", "/dashboard/sites/best/", "/dashboard/peers/"):  # fmt: skip
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
