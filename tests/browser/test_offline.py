"""A survey goes on without network, on a phone, by keyboard; what a shared tablet keeps, and what it does not."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Company, enter
from tests.browser.test_accessibility import violations
from tests.browser.test_outbox import choose, kept, open_page, question, state, without_network

SURVEY_PAGE = re.compile(r"/submissions/\w+/dimensions/\w+/$")


def keep_survey(page: Page) -> None:
    """Ask for every page of the survey, and wait until all of them are there."""
    page.locator("#offline button").click()
    expect(page.locator("#offline")).to_contain_text("Every page of this survey is kept", timeout=60_000)


def caches(page: Page) -> dict[str, list[str]]:
    """What this browser keeps beside its ordinary cache: name -> paths."""
    found: dict[str, list[str]] = page.evaluate(
        """async () => Object.fromEntries(await Promise.all((await caches.keys()).map(async (name) =>
            [name, (await (await caches.open(name)).keys()).map((request) => new URL(request.url).pathname)])))"""
    )
    return found


def kept_pages(page: Page) -> list[str]:
    return [path for name, paths in caches(page).items() if name.startswith("pages:") for path in paths]


def heading(page: Page, text: str) -> None:
    expect(page.locator("h1")).to_have_text(text)


def test_an_opened_survey_goes_on_without_network(sign_in, company):
    page = open_page(sign_in(company.manager), company.page("CAP1"))
    keep_survey(page)
    page.context.set_offline(True)
    choose(page, "S-CAP1-1", 2)
    state(page, "S-CAP1-1", "waiting", "waiting for network; kept in this browser")
    expect(page.locator("#outbox")).to_contain_text("One answer waits in this browser for the network.")
    page.locator("nav.actions a.primary").click()
    heading(page, "End-to-end visibility")
    choose(page, "S-CAP2-1", 3)
    state(page, "S-CAP2-1", "waiting")
    page.locator(".outline").get_by_role("link", name="Make-vs-buy decisions").click()
    heading(page, "Make-vs-buy decisions")
    choose(page, "S-VST4-1", 4)
    state(page, "S-VST4-1", "waiting")
    # The kept page is older than the answer; the answer stands on it all the same.
    page.goto(company.page("CAP1"))
    expect(question(page, "S-CAP1-1").locator("[name=level][value='2']")).to_be_checked()
    state(page, "S-CAP1-1", "waiting")
    # Whatever needs the network says so, and leads back.
    page.goto("/")
    heading(page, "There is no network")
    page.locator("#kept").get_by_role("link", name="Make-vs-buy decisions").click()
    expect(question(page, "S-VST4-1").locator("[name=level][value='4']")).to_be_checked()
    assert company.answers() == {}
    page.context.set_offline(False)
    state(page, "S-VST4-1", "saved")
    expect(page.locator("#overall-text")).to_contain_text("3 of 44 answered")
    assert {code: row[1] for code, row in company.answers().items()} == {"S-CAP1-1": 2, "S-CAP2-1": 3, "S-VST4-1": 4}
    assert list(company.answers()) == ["S-CAP1-1", "S-CAP2-1", "S-VST4-1"]


def test_a_kept_page_shows_what_was_saved_since_and_builds_on_it(sign_in, company):
    page = open_page(sign_in(company.manager), company.page("CAP1"))
    keep_survey(page)
    open_page(page, company.page("CAP1"))
    choose(page, "S-CAP1-1", 2)  # acknowledged: nothing of it waits
    state(page, "S-CAP1-1", "saved")
    page.context.set_offline(True)
    open_page(page, company.page("CAP1"))  # as it was before the answer
    expect(question(page, "S-CAP1-1").locator("[name=level][value='2']")).to_be_checked()
    state(page, "S-CAP1-1", "saved")
    expect(page.locator("#overall-text")).to_contain_text("1 of 44 answered")
    choose(page, "S-CAP1-1", 5)
    state(page, "S-CAP1-1", "waiting")
    page.context.set_offline(False)
    state(page, "S-CAP1-1", "saved")
    expect(page.locator(".conflict")).to_have_count(0)
    assert company.answers() == {"S-CAP1-1": ("level", 5, "", 2, company.manager)}


def test_the_other_pages_come_by_themselves_one_at_a_time(sign_in, company):
    page = sign_in(company.manager)
    under_way: set[str] = set()
    most: list[int] = [0]

    def begins(request) -> None:
        if request.service_worker and SURVEY_PAGE.search(request.url):
            under_way.add(request.url)
            most.append(len(under_way))

    page.context.on("request", begins)
    page.context.on("requestfinished", lambda request: under_way.discard(request.url))
    open_page(page, company.page("CAP2"))
    expect(page.locator("#offline")).to_contain_text("Kept in this browser for use without network: 2 of 27 pages.", timeout=40_000)  # fmt: skip
    assert kept_pages(page)[:2] == [company.page("CAP2"), company.page("CAP3")]  # what comes next comes first
    assert max(most) == 1


def test_a_browser_keeps_the_survey_of_one_person_and_nothing_else(sign_in, company):
    page = open_page(sign_in(company.csco), f"/submissions/{company.enterprise}/dimensions/CAP1/")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    for path in ("/", "/cycles/", "/dashboard/", "/dashboard/sites/", "/organisation/tokens/", "/glossary/",
                 f"/submissions/{company.enterprise}/review/", f"/submissions/{company.enterprise}/items/E-N1/",
                 "/accounts/password/change/", "/api/v1/docs/"):  # fmt: skip
        page.goto(path)
    open_page(page, f"/submissions/{company.enterprise}/dimensions/CAP1/")
    keep_survey(page)
    found = caches(page)
    pages = [name for name in found if name.startswith("pages:")]
    assert pages == [f"pages:{page.evaluate('document.body.dataset.user')}"]
    assert len(found[pages[0]]) == 27
    assert all(SURVEY_PAGE.search(path) and company.enterprise in path for path in found[pages[0]])
    others = {path for name in found if name not in pages for path in found[name]}
    assert {path for path in others if not path.startswith("/static/")} == {"/offline/"}

    # A session that expired keeps them: the one who went on a break goes on. Another person's sign-in does not.
    company.installation.end_session(page.context)
    page.context.set_offline(True)
    page.goto(f"/submissions/{company.enterprise}/dimensions/CAP2/")
    heading(page, "End-to-end visibility")
    page.context.set_offline(False)
    page.goto("/")
    expect(page).to_have_url(re.compile("/accounts/login/"))
    assert len(kept_pages(page)) == 27
    enter(page, company.manager)
    heading(page, "Your work")
    assert kept_pages(page) == []
    page.context.set_offline(True)
    page.goto(f"/submissions/{company.enterprise}/dimensions/CAP2/")
    heading(page, "There is no network")
    expect(page.locator("#kept")).to_be_hidden()


def test_signing_out_without_network_leaves_nothing_and_holds(sign_in, company):
    page = open_page(sign_in(company.manager), company.page("CAP1"))
    keep_survey(page)
    page.context.set_offline(True)
    choose(page, "S-CAP1-1", 2)
    state(page, "S-CAP1-1", "waiting")
    second = open_page(page.context.new_page(), company.page("CAP2"))
    page.locator(".who summary").click()
    page.get_by_role("button", name="Sign out").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("One answer was not sent. Sign out anyway and delete it?")
    dialog.get_by_role("button", name="Sign out and delete").click()
    heading(page, "There is no network")
    expect(page.get_by_text("You are signed out in this browser")).to_be_visible()
    heading(second, "There is no network")  # the other tab leaves, too
    assert kept(page) == []
    assert kept_pages(page) == []
    page.goto(company.page("CAP1"))
    heading(page, "There is no network")
    # The server hears of it with the next page, before it shows anything.
    page.context.set_offline(False)
    page.goto(company.page("CAP1"))
    expect(page).to_have_url(re.compile("/accounts/login/"))
    page.goto("/")
    expect(page).to_have_url(re.compile("/accounts/login/"))
    assert "signed-out" not in caches(page)
    enter(page, company.manager)
    heading(page, "Your work")
    assert company.answers() == {}


def tap_through(page: Page) -> int:
    screens = 0
    while "/dimensions/" in page.url:
        page.wait_for_selector("html.js")
        for form in page.locator("form.q").all():
            form.locator(".rung").nth(screens % 5).tap(position={"x": 16, "y": 30})
        expect(page.locator(".q .truth:not([data-state=saved])")).to_have_count(0)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        screens += 1
        with page.expect_navigation():
            page.locator("nav.actions a.primary").tap()
    return screens


def test_a_plant_manager_on_a_phone_from_home_to_submit(sign_in, company):
    page = sign_in(company.manager, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.get_by_role("link", name="Start answering").tap()
    page.wait_for_url(SURVEY_PAGE)
    assert tap_through(page) == 27
    while "/items/" in page.url:
        with page.expect_navigation():
            page.get_by_role("link", name="Skip for now").tap()
    heading(page, "Every question is answered.")
    page.get_by_role("button", name="Submit").tap()
    heading(page, "Thank you. Your answers are in.")
    assert len(company.answers()) == 44


SMALL = """() => [...document.querySelectorAll("main a, main button, main summary, main input, main select, main textarea")]
    .filter((e) => e.checkVisibility({ opacityProperty: false }) && !e.closest(".visually-hidden, p, li > p, dd, .skip") && !e.matches(".term, .skip"))
    .map((e) => [e.closest(".rung, label.check") || e, e])
    .map(([box, e]) => [box.getBoundingClientRect(), e])
    .filter(([box]) => box.height < 43.5 || box.width < 43.5)
    .map(([box, e]) => `${e.tagName} ${e.className} ${e.textContent.slice(0, 30)} ${box.width}x${box.height}`)"""


def test_targets_are_large_and_focus_is_never_under_the_progress(sign_in, company):
    for width in (390, 768, 1024):
        page = open_page(
            sign_in(company.manager, viewport={"width": width, "height": 800}, has_touch=True, is_mobile=True),
            company.page("CAP2"),
        )
        choose(page, "S-CAP2-1", 3)
        state(page, "S-CAP2-1", "saved")
        page.locator("details.more summary").first.tap()
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert page.evaluate(SMALL) == []
        bar = page.locator(".overall")
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        if width <= 900:
            assert bar.bounding_box()["y"] < 5  # it stays in sight
        for _ in range(25):  # backwards, so that the browser scrolls up to each of them
            page.keyboard.press("Shift+Tab")
            covered = page.evaluate(
                """() => {
                    const e = document.activeElement, bar = document.querySelector(".overall");
                    if (e === document.body || e.contains(bar) || bar.contains(e) || e.closest("header, .outline")) return false;
                    const box = (e.closest(".rung, label") || e).getBoundingClientRect(), over = bar.getBoundingClientRect();
                    return box.top < over.bottom - 1 && box.bottom > over.top && box.left < over.right && box.right > over.left;
                }"""
            )
            assert not covered, page.evaluate("document.activeElement.outerHTML")


def tab_to(page: Page, matches: str, most: int = 120) -> None:
    """Press Tab until the element in focus matches; as a person without a mouse does."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("matches => document.activeElement.matches(matches)", matches):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
            return
    raise AssertionError(f"no way to {matches} by keyboard")


FILL = """async (urls) => { for (const url of urls) await fetch(url, { method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value },
    body: JSON.stringify({ status: "level", level: 3, base_version: 0, client_key: url }) }); }"""


def answer_all_but(page: Page, company: Company, *left: str) -> None:
    codes = company.installation.query(
        "SELECT DISTINCT code FROM assessments_question WHERE view = 'site' AND type = 'scale5'"
    )
    page.evaluate(FILL, [f"/submissions/{company.survey}/answers/{c}/" for (c,) in codes if c not in left])


def test_a_survey_by_keyboard_alone(sign_in, company):
    page = sign_in(company.manager)
    answer_all_but(page, company, "S-GOV6-1", "S-GOV7-1")
    page.goto("/")
    tab_to(page, "main a.button.primary")
    page.keyboard.press("Enter")
    heading(page, "Decision rights")
    page.wait_for_selector("html.js")
    page.keyboard.press("3")  # nothing is in focus: a key does nothing
    page.keyboard.press("ArrowDown")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("n")
    expect(page.locator("#reason-S-GOV6-1")).to_be_focused()
    page.keyboard.type("decided elsewhere, 3 levels up")  # digits in a text are text
    state(page, "S-GOV6-1", "saved")
    page.keyboard.press("Tab")
    page.keyboard.press("e")
    expect(page.locator("#comment-S-GOV6-1")).to_be_focused()
    page.keyboard.type("see the charter")
    state(page, "S-GOV6-1", "saved")
    tab_to(page, "nav.actions a.primary")
    page.keyboard.press("Enter")
    heading(page, "AI-augmented decisions by role")
    page.wait_for_selector("html.js")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("d")
    state(page, "S-GOV7-1", "saved")
    page.keyboard.press("5")
    state(page, "S-GOV7-1", "saved")
    page.goto(f"/submissions/{company.survey}/review/")
    heading(page, "Every question is answered.")
    tab_to(page, "main form button")
    page.keyboard.press("Enter")
    heading(page, "Thank you. Your answers are in.")
    rows = company.answers()
    assert rows["S-GOV6-1"][:3] == ("na", None, "see the charter")
    assert rows["S-GOV7-1"][:2] == ("level", 5)


def test_a_term_explains_itself_by_mouse_keyboard_and_without_scripts(sign_in, company):
    for dimension, options in (("RES6", {}), ("CAP5", {"java_script_enabled": False})):
        page = sign_in(company.manager, **options)
        page.goto(company.page(dimension))
        term = page.locator(".rung .term, legend .term").first
        name = term.locator("span").inner_text().lower()
        meaning = page.locator(f"#{term.get_attribute('popovertarget')}")
        expect(meaning).to_be_hidden()
        term.focus()
        page.keyboard.press("Enter")
        expect(meaning).to_be_visible()
        assert meaning.locator("strong").inner_text().lower() in (name, name.removesuffix("s"))
        page.keyboard.press("Escape")
        expect(meaning).to_be_hidden()
        expect(page.locator("form.q :checked")).to_have_count(0)  # it is no click on the level
        page.locator(".rung .term").first.click()
        expect(page.locator("form.q :checked")).to_have_count(0)
        page.keyboard.press("Escape")
        page.locator(".rung").nth(3).click(position={"x": 8, "y": 60})  # beside the number: the whole rung is the label
        expect(page.locator("form.q [name=level]:checked")).to_have_attribute("value", "4")


def states_of_the_page(page: Page, other: Page) -> list[Callable[[], None]]:
    """What an answering page can look like, one after the other."""

    def conflict() -> None:
        choose(other, "S-CAP2-1", 5)
        state(other, "S-CAP2-1", "saved")
        choose(page, "S-CAP2-1", 2)  # seen as open
        expect(page.locator(".conflict")).to_be_visible()

    def waiting() -> None:
        without_network(page.context)
        choose(page, "S-CAP2-2", 2)
        expect(page.locator("#outbox")).to_be_visible()

    def leaving() -> None:
        page.locator(".who summary").click()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("dialog")).to_be_visible()

    return [
        conflict,
        waiting,
        leaving,
        lambda: page.get_by_role("button", name="Stay signed in").click(),
        lambda: page.locator("details").evaluate_all("all => all.forEach((each) => { each.open = true; })"),
        lambda: page.locator(".term").first.click(),
    ]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_axe_finds_nothing_in_any_state_of_answering(sign_in, company, width, scheme):
    other = open_page(sign_in(company.colleague), company.page("CAP2"))
    page = sign_in(company.manager, viewport={"width": width, "height": 844}, color_scheme=scheme)
    found: list[str] = []
    for path in ("/glossary/", "/offline/#signed-out"):
        page.goto(path)
        found += violations(page)
    open_page(page, company.page("CAP2"))
    found += violations(page)
    for reach in states_of_the_page(page, other):
        reach()
        found += violations(page)
    assert found == [], "\n".join(found)
