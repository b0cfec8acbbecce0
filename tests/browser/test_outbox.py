"""No answer is lost or overwritten: real Chromium against a real server, with kills, dead sessions, and no network."""

import json
import re
import time
from contextlib import suppress

import pytest
from playwright.sync_api import BrowserContext, Error, Locator, Page, Route, expect

from tests.browser.conftest import enter
from tests.faults.processes import until

SAVES = re.compile(r"/answers/")
TEN = [
    f"S-{d}-{n}"
    for d, n in [
        ("CAP1", 1), ("CAP2", 1), ("CAP2", 2), ("CAP3", 1), ("CAP4", 1), ("CAP4", 2), ("CAP5", 1), ("CAP6", 1),
        ("VST1", 1), ("VST2", 1),
    ]
]  # fmt: skip


def question(page: Page, code: str) -> Locator:
    return page.locator(f"form.q[data-code={code}]")


def choose(page: Page, code: str, level: int, *, script: bool = True) -> None:
    if script:  # else the page may still be on its way: it moves under the pointer
        page.wait_for_selector("html.js")
    question(page, code).locator(f"[name=level][value='{level}']").check(force=True)


def state(page: Page, code: str, expected: str, text: str = "") -> None:
    truth = question(page, code).locator(".truth")
    expect(truth).to_have_attribute("data-state", expected)
    if text:
        expect(truth).to_contain_text(text)


def open_page(page: Page, path: str) -> Page:
    page.goto(path)
    page.wait_for_selector("html.js")
    return page


def comment(page: Page, code: str, text: str) -> None:
    page.locator(f"#{code} details.more").first.evaluate("details => { details.open = true }")
    question(page, code).locator("[name=comment]").fill(text)


def kept(page: Page) -> list[dict]:
    """Everything that IndexedDB of this browser holds, whoever's it is."""
    rows: list[dict] = page.evaluate(
        """async () => {
            const db = await new Promise((done) => {
                const request = indexedDB.open("opmodel");
                request.onsuccess = () => done(request.result);
            });
            const rows = await new Promise((done) => {
                const request = db.transaction("answers").objectStore("answers").getAll();
                request.onsuccess = () => done(request.result);
            });
            db.close();
            return rows;
        }"""
    )
    return rows


def unsent(page: Page) -> list[dict]:
    return [row for row in kept(page) if row["state"] != "saved"]


def without_network(context: BrowserContext) -> None:
    """Pages still come, answers do not get through: the shop floor's usual."""
    context.route(SAVES, lambda route: route.abort("internetdisconnected"))


def with_network(page: Page) -> None:
    page.context.unroute(SAVES)
    page.evaluate("dispatchEvent(new Event('online'))")


WATCH = """
window.touched = 0; window.waits = [];
for (const kind of ["input", "change"]) addEventListener(kind, () => { window.touched = performance.now(); }, true);
const send = window.fetch;
window.fetch = (...given) => { window.waits.push(performance.now() - window.touched); return send(...given); };
"""


def test_an_answer_is_sent_within_a_second_and_says_when_it_was_saved(sign_in, company):
    page = sign_in(company.manager)
    page.add_init_script(WATCH)
    open_page(page, company.page("CAP1"))
    choose(page, "S-CAP1-1", 4)
    state(page, "S-CAP1-1", "saved", "saved ")
    comment(page, "S-CAP1-1", "")
    question(page, "S-CAP1-1").locator("[name=comment]").press_sequentially("seen on the line", delay=20)
    until(lambda: company.answers()["S-CAP1-1"][2] == "seen on the line", "the comment is saved")
    assert company.answers()["S-CAP1-1"] == ("level", 4, "seen on the line", 2, company.manager)
    waits = page.evaluate("waits")  # ms from the last click or key to the request; one for the whole comment
    assert len(waits) == 2
    assert max(waits) < 1000
    state(page, "S-CAP1-1", "saved", "saved ")
    shown = re.search(r"saved (\d\d:\d\d)$", question(page, "S-CAP1-1").locator(".truth").inner_text())
    assert shown is not None
    assert shown[1] in {time.strftime("%H:%M", time.gmtime(time.time() - ago)) for ago in (0, 60)}  # its zone is UTC
    assert unsent(page) == []
    expect(page.locator("#voice")).to_have_text(f"S-CAP1-1: saved {shown[1]}")


def test_what_is_answered_before_the_script_is_there_is_saved(sign_in, company):
    """A slow network: the questions are on the screen, answering.js is still on its way."""
    page = sign_in(company.manager)
    late: list[Route] = []
    page.context.route(re.compile(r"/static/js/answering"), lambda route: late.append(route))
    page.goto(company.page("CAP2"), wait_until="commit")
    choose(page, "S-CAP2-1", 3, script=False)
    question(page, "S-CAP2-1").locator("[value=na]").check(force=True)  # nothing excludes the level yet
    question(page, "S-CAP2-1").locator("[name=reason]").evaluate("field => { field.value = 'one product only' }")
    choose(page, "S-CAP2-2", 4, script=False)
    until(lambda: page.evaluate("1") and late, "the page asks for its script")
    assert company.answers() == {}
    late[0].continue_()
    for code in ("S-CAP2-1", "S-CAP2-2"):
        state(page, code, "saved")
    expect(question(page, "S-CAP2-1").locator("[name=level]:checked")).to_have_count(0)
    assert {code: row[:2] for code, row in company.answers().items()} == {
        "S-CAP2-1": ("na", None),
        "S-CAP2-2": ("level", 4),
    }
    page.context.unroute_all()
    page.reload()
    page.wait_for_timeout(500)
    assert {row[3] for row in company.answers().values()} == {1}  # nothing is sent a second time


def test_ten_unsent_answers_survive_a_kill_and_a_dead_session(sign_in, company, profile):
    """Kill Chromium with ten unsent answers, reopen signed out, sign in: ten rows, one conflict; another sees none."""
    page = profile.open()
    page.goto("/accounts/login/")
    enter(page, company.manager)
    open_page(page, company.page("CAP1"))
    page.locator("#offline button").click()
    expect(page.locator("#offline")).to_contain_text("Every page of this survey is kept", timeout=60_000)
    page.context.set_offline(True)
    for number, code in enumerate(TEN):
        if f"/{code[2:-2]}/" not in page.url:
            open_page(page, company.page(code[2:-2]))
        choose(page, code, 1 + number % 5)
        if code == "S-CAP2-1":
            comment(page, code, "mine, typed without network")
        state(page, code, "waiting", "waiting for network; kept in this browser")
    assert [row["code"] for row in unsent(page)] == TEN
    profile.kill()
    company.installation.query("DELETE FROM django_session")  # "reopen signed out"

    colleague = open_page(sign_in(company.colleague), company.page("CAP2"))
    choose(colleague, "S-CAP2-1", 5)
    comment(colleague, "S-CAP2-1", "from the colleague")
    state(colleague, "S-CAP2-1", "saved")

    # Somebody else signs in on this tablet: nothing of the ten is seen, nothing is sent.
    page = profile.open()
    page.goto(company.page("CAP1"))
    expect(page).to_have_url(re.compile("/accounts/login/"))
    enter(page, company.colleague)
    expect(page.locator("h1")).to_have_text("Strategic alignment")
    expect(question(page, "S-CAP1-1").locator("[name=level]:checked")).to_have_count(0)
    expect(page.locator("#outbox")).to_be_hidden()
    page.goto("/")
    page.wait_for_timeout(500)
    expect(page.locator("#outbox")).to_be_hidden()
    assert set(company.answers()) == {"S-CAP2-1"}
    assert len(unsent(page)) == 10
    page.locator(".who summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))

    # Their owner signs in, and arrives at home.
    page.goto("/accounts/login/")
    enter(page, company.manager)
    bar = page.locator("#outbox")
    expect(bar).to_contain_text("9 answers that waited in this browser were sent.")
    expect(bar).to_contain_text("One answer needs your decision: S-CAP2-1")
    rows = company.answers()
    assert len(rows) == 10
    assert [code for code in rows if code != "S-CAP2-1"] == [code for code in TEN if code != "S-CAP2-1"]  # in order
    assert all(
        rows[code] == ("level", 1 + n % 5, "", 1, company.manager) for n, code in enumerate(TEN) if code != "S-CAP2-1"
    )
    assert rows["S-CAP2-1"][:3] == ("level", 5, "from the colleague")
    bar.get_by_role("link", name="S-CAP2-1").click()
    box = question(page, "S-CAP2-1").locator(".conflict")
    expect(box).to_contain_text("mine, typed without network")
    expect(box).to_contain_text("from the colleague")
    expect(page.locator(".conflict")).to_have_count(1)
    box.get_by_label("Keep both comments").check()
    box.get_by_role("button", name="Keep mine").click()
    state(page, "S-CAP2-1", "saved")
    status, level, text, _version, who = company.answers()["S-CAP2-1"]
    assert (status, level, who) == ("level", 2, company.manager)
    assert text == "mine, typed without network\n\nfrom the colleague"
    assert unsent(page) == []


def test_a_session_that_ends_in_mid_answer_costs_nothing(sign_in, company):
    page = open_page(sign_in(company.manager), company.page("CAP2"))
    company.installation.end_session(page.context)
    choose(page, "S-CAP2-1", 2)
    state(page, "S-CAP2-1", "waiting", "you are signed out; kept in this browser")
    bar = page.locator("#outbox")
    expect(bar).to_contain_text("You are signed out. Your answers wait in this browser.")
    choose(page, "S-CAP2-2", 3)
    state(page, "S-CAP2-2", "waiting")
    assert company.answers() == {}
    bar.get_by_role("link", name="Sign in").click()
    enter(page, company.manager)
    expect(page).to_have_url(re.compile(re.escape(company.page("CAP2"))))
    for code, level in (("S-CAP2-1", 2), ("S-CAP2-2", 3)):
        state(page, code, "saved")
        expect(question(page, code).locator(f"[name=level][value='{level}']")).to_be_checked()
    assert {code: row[1] for code, row in company.answers().items()} == {"S-CAP2-1": 2, "S-CAP2-2": 3}


def test_a_page_of_the_one_before_sends_nothing_in_the_name_of_the_next(sign_in, company):
    """Two people who may answer the same survey, one browser, the first one's tab still open."""
    page = open_page(sign_in(company.manager), company.page("CAP2"))
    without_network(page.context)
    choose(page, "S-CAP2-1", 2)
    state(page, "S-CAP2-1", "waiting")
    company.installation.end_session(page.context)
    other = page.context.new_page()
    other.goto("/accounts/login/")
    enter(other, company.colleague)
    expect(other.locator("h1")).to_have_text("Your work")
    with_network(page)
    expect(page.locator("#outbox")).to_contain_text("Somebody else is signed in in this browser.")
    choose(page, "S-CAP2-2", 4)
    state(page, "S-CAP2-2", "waiting", "somebody else is signed in")
    assert company.answers() == {}
    expect(other.locator("#outbox")).to_be_hidden()
    open_page(other, company.page("CAP2"))
    expect(question(other, "S-CAP2-1").locator(":checked")).to_have_count(0)
    choose(other, "S-CAP2-1", 5)
    expect(other.locator(".truth[data-state=saved]")).to_have_count(1)
    assert {row[4] for row in company.answers().values()} == {company.colleague}
    assert len(unsent(page)) == 2


def test_two_tabs_send_each_answer_once_and_agree(sign_in, company):
    one = open_page(sign_in(company.manager), company.page("CAP2"))
    two = open_page(one.context.new_page(), company.page("CAP2"))
    sent: list[str] = []
    one.context.on(
        "response",
        lambda r: sent.append(json.loads(r.request.post_data)["client_key"]) if SAVES.search(r.url) else None,
    )
    choose(one, "S-CAP2-1", 2)
    state(two, "S-CAP2-1", "saved")
    expect(question(two, "S-CAP2-1").locator("[name=level][value='2']")).to_be_checked()
    choose(two, "S-CAP2-1", 3)  # on top of what the other tab saved: no conflict with oneself
    state(two, "S-CAP2-1", "saved")
    expect(question(one, "S-CAP2-1").locator("[name=level][value='3']")).to_be_checked()
    assert company.answers() == {"S-CAP2-1": ("level", 3, "", 2, company.manager)}
    assert len(sent) == len(set(sent)) == 2

    without_network(one.context)
    choose(one, "S-CAP2-1", 4)
    choose(two, "S-CAP2-2", 1)
    choose(two, "S-CAP2-1", 5)
    for page in (one, two):
        state(page, "S-CAP2-1", "waiting")
        expect(question(page, "S-CAP2-1").locator("[name=level][value='5']")).to_be_checked()
        expect(question(page, "S-CAP2-2").locator("[name=level][value='1']")).to_be_checked()
    sent.clear()
    one.context.unroute(SAVES)
    for page in (one, two):
        page.evaluate("dispatchEvent(new Event('online'))")
    for page in (one, two):
        state(page, "S-CAP2-1", "saved")
        state(page, "S-CAP2-2", "saved")
    rows = company.answers()
    assert (rows["S-CAP2-1"][1], rows["S-CAP2-2"][1]) == (5, 1)
    assert rows["S-CAP2-1"][3] - 2 == len(sent) - 1  # every request became one version, none was sent twice
    assert len(sent) == len(set(sent))
    expect(one.locator(".conflict")).to_have_count(0)


def test_a_reply_that_is_lost_on_the_way_makes_no_second_answer_and_no_conflict(sign_in, company):
    page = open_page(sign_in(company.manager), company.page("CAP2"))

    def lose(route: Route) -> None:
        route.fetch()  # the server saves it
        with suppress(Error):  # its page was reloaded meanwhile
            route.abort("connectionreset")

    page.context.route(SAVES, lose)
    choose(page, "S-CAP2-1", 2)
    state(page, "S-CAP2-1", "waiting")
    assert company.answers()["S-CAP2-1"][1:4] == (2, "", 1)
    choose(page, "S-CAP2-1", 4)  # behind the one whose fate is unknown
    page.reload()
    expect(question(page, "S-CAP2-1").locator("[name=level][value='4']")).to_be_checked()
    with_network(page)
    state(page, "S-CAP2-1", "saved")
    assert company.answers() == {"S-CAP2-1": ("level", 4, "", 2, company.manager)}
    expect(page.locator(".conflict")).to_have_count(0)
    assert unsent(page) == []


def test_what_is_not_valid_yet_waits_for_its_reason_and_survives_a_reload(sign_in, company):
    page = open_page(sign_in(company.manager), company.page("CAP2"))
    question(page, "S-CAP2-1").locator("[value=na]").check(force=True)
    state(page, "S-CAP2-1", "waiting", "say why it does not apply")
    page.wait_for_timeout(300)
    open_page(page, company.page("CAP2"))
    expect(question(page, "S-CAP2-1").locator("[value=na]")).to_be_checked()
    state(page, "S-CAP2-1", "waiting", "say why it does not apply")
    page.goto("/")
    page.locator("#outbox").get_by_role("link", name="S-CAP2-1").click()
    assert company.answers() == {}
    question(page, "S-CAP2-1").locator("[name=reason]").fill("one product only")
    state(page, "S-CAP2-1", "saved")
    assert company.answers()["S-CAP2-1"][0] == "na"


def test_signing_out_warns_then_deletes(sign_in, company):
    page = open_page(sign_in(company.manager), company.page("CAP2"))
    without_network(page.context)
    for code in ("S-CAP2-1", "S-CAP2-2"):
        choose(page, code, 2)
        state(page, code, "waiting")
    page.locator(".who summary").click()
    page.get_by_role("button", name="Sign out").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("2 answers were not sent. Sign out anyway and delete them?")
    dialog.get_by_role("button", name="Stay signed in").click()
    assert len(unsent(page)) == 2
    page.locator(".who summary").click()
    page.get_by_role("button", name="Sign out").click()
    dialog.get_by_role("button", name="Sign out and delete").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))
    assert kept(page) == []
    page.context.unroute(SAVES)
    enter(page, company.manager)
    open_page(page, company.page("CAP2"))
    expect(question(page, "S-CAP2-1").locator(":checked")).to_have_count(0)
    page.wait_for_timeout(500)
    assert company.answers() == {}


def test_two_people_one_answer_a_person_decides(sign_in, company):
    """Both values, who and when; no comment is lost; whoever is busy elsewhere is not pulled away."""
    one = open_page(sign_in(company.manager), company.page("CAP2"))
    two = open_page(sign_in(company.colleague), company.page("CAP2"))
    choose(two, "S-CAP2-1", 5)
    comment(two, "S-CAP2-1", "theirs")
    until(lambda: company.answers().get("S-CAP2-1", ("",) * 3)[2] == "theirs", "their comment is saved")
    choose(one, "S-CAP2-1", 2)
    comment(one, "S-CAP2-1", "mine")
    state(one, "S-CAP2-1", "error", "answered elsewhere in the meantime")
    box = question(one, "S-CAP2-1").locator(".conflict")
    expect(box.locator("[data-mine]")).to_have_text(re.compile("^Level 2: "))
    expect(box.locator("[data-theirs]")).to_have_text(re.compile("^Level 5: "))
    expect(box.locator("[data-who]")).to_have_text(re.compile(r"^plant_manager .+, \d\d:\d\d$"))
    expect(question(one, "S-CAP2-1").locator("[name=comment]")).to_be_focused()  # still typing: nobody pulls them away
    assert company.answers()["S-CAP2-1"][1:3] == (5, "theirs")
    one.reload()  # the choice waits too
    expect(box).to_be_visible()
    box.get_by_role("button", name="Keep mine").click()
    state(one, "S-CAP2-1", "saved")
    expect(question(one, "S-CAP2-1").locator(".left blockquote")).to_have_text("theirs")  # to copy from
    expect(question(one, "S-CAP2-1").locator("[name=level]:checked")).to_be_focused()
    assert company.answers()["S-CAP2-1"][1:3] == (2, "mine")
    # The other way round: taken, and the own comment kept beside it on request.
    comment(two, "S-CAP2-1", "theirs again")
    question(two, "S-CAP2-1").locator("[name=level][value='4']").check(force=True)
    expect(question(two, "S-CAP2-1").locator(".conflict")).to_be_visible()
    two.get_by_label("Keep both comments").check()
    two.get_by_role("button", name="Take theirs").click()
    state(two, "S-CAP2-1", "saved")
    assert company.answers()["S-CAP2-1"][1:3] == (2, "theirs again\n\nmine")


def test_the_same_answer_from_two_people_is_no_conflict(sign_in, company):
    one = open_page(sign_in(company.manager), company.page("CAP2"))
    two = open_page(sign_in(company.colleague), company.page("CAP2"))
    for page in (two, one):
        choose(page, "S-CAP2-1", 3)
        state(page, "S-CAP2-1", "saved")
    expect(one.locator(".conflict")).to_have_count(0)
    assert company.answers()["S-CAP2-1"] == ("level", 3, "", 1, company.colleague)


def test_a_refusal_says_why_and_the_answer_stays(sign_in, company):
    page = open_page(sign_in(company.manager), company.page("CAP2"))
    closed = "UPDATE assessments_cycle SET state = %s WHERE id = (SELECT cycle_id FROM assessments_submission WHERE public_id = %s)"
    company.installation.query(closed, "closed", company.survey)
    choose(page, "S-CAP2-1", 3)
    state(page, "S-CAP2-1", "error", "not saved: The cycle “Cycle 1” closed on")
    page.goto("/")
    bar = page.locator("#outbox")
    expect(bar).to_contain_text("One answer was not saved: The cycle “Cycle 1” closed on")
    company.installation.query(closed, "open", company.survey)
    bar.get_by_role("button", name="Send again").click()
    expect(bar).to_contain_text("One answer that waited in this browser was sent.")
    assert company.answers()["S-CAP2-1"][1] == 3


NOTHING_KEPT = "Object.defineProperty(window, 'indexedDB', { value: { open() { throw new Error('forbidden'); } } });"
NO_ROOM = "IDBObjectStore.prototype.put = function () { throw new DOMException('full', 'QuotaExceededError'); };"


@pytest.mark.parametrize("fault", [NOTHING_KEPT, NO_ROOM])
def test_a_browser_that_keeps_nothing_says_so_and_saves_all_the_same(sign_in, company, fault):
    page = sign_in(company.manager)
    page.add_init_script(fault)
    open_page(page, company.page("CAP2"))
    choose(page, "S-CAP2-1", 3)
    state(page, "S-CAP2-1", "saved")
    without_network(page.context)
    choose(page, "S-CAP2-2", 4)
    state(page, "S-CAP2-2", "waiting")
    expect(page.locator("#outbox")).to_contain_text("This browser keeps nothing. Leave this page open")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.locator("nav.actions a.primary").click()
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    with_network(page)
    state(page, "S-CAP2-2", "saved")
    assert {code: row[1] for code, row in company.answers().items()} == {"S-CAP2-1": 3, "S-CAP2-2": 4}


def test_nothing_is_handed_in_while_an_answer_waits(sign_in, company):
    page = open_page(sign_in(company.manager), company.page("CAP2"))
    choose(page, "S-CAP2-1", 3)
    state(page, "S-CAP2-1", "saved")
    without_network(page.context)
    choose(page, "S-CAP2-2", 4)
    state(page, "S-CAP2-2", "waiting")
    page.goto(f"/submissions/{company.survey}/review/")
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("#outbox")).to_contain_text("One answer of this survey still waits in this browser.")
    expect(page.locator("#outbox")).to_be_focused()
    page.context.unroute(SAVES)
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("h1")).to_have_text("Thank you. Your answers are in.")
    assert {code: row[1] for code, row in company.answers().items()} == {"S-CAP2-1": 3, "S-CAP2-2": 4}


def test_the_review_shows_what_arrived_since_it_was_drawn(sign_in, company):
    """The last click and the way to the review at once: the answer is not listed as open."""
    page = open_page(sign_in(company.manager), company.page("CAP2"))
    page.context.route(SAVES, lambda route: (time.sleep(0.4), route.continue_()))
    choose(page, "S-CAP2-1", 3)
    page.goto(f"/submissions/{company.survey}/review/")
    expect(page.locator("#overall-text")).to_contain_text("1 of 44 answered")
    expect(page.get_by_role("link", name="S-CAP2-1", exact=True)).to_have_count(0)


def test_a_long_form_stays_as_typed_when_nobody_is_there_to_take_it(sign_in, company):
    page = sign_in(company.manager)
    page.goto(f"/submissions/{company.survey}/items/S-N1/")
    page.locator("[name=headcount_direct]").fill("250")
    page.context.set_offline(True)
    save = page.locator("form.card button.primary")
    save.click()
    bar = page.locator("#outbox")
    expect(bar).to_contain_text("The server cannot be reached. What you typed is still here")
    page.context.set_offline(False)
    company.installation.end_session(page.context)
    save.click()
    expect(bar).to_contain_text("You are signed out. What you typed is still here")
    with page.context.expect_page() as opened:
        bar.get_by_role("link", name="Sign in").click()
    enter(opened.value, company.manager)
    heading = opened.value.locator("h1")
    expect(heading).to_have_text("Site profile")
    expect(page.locator("[name=headcount_direct]")).to_have_value("250")
    with page.expect_navigation():
        save.click()
    assert company.answers()["S-N1"][0] == "data"


CARRY = """
from datetime import timedelta
from assessments import selectors, workflow
from assessments.models import Submission
from opmodel.organisations import clock
from opmodel.organisations.models import Member
from opmodel.organisations.tenancy import installation, tenant
with installation():
    members = {{m.user.email: m for m in Member.objects.select_related("user", "organisation")}}
csco = members["{csco}"]
csco.site_ids = frozenset()
with tenant(csco.organisation_id, user_id=csco.user_id):
    last = Submission.objects.select_related("cycle", "site").get(public_id="{survey}")
    today = clock.today(csco.organisation)
    cycle = workflow.open_cycle(by=csco, name="Next", opens_on=today, closes_on=today + timedelta(days=9),
                                sites=[last.site], dataset=None, prefill_from=last.cycle)
    print(next(s.public_id for s in selectors.board(cycle) if s.site))
"""


def test_what_was_carried_over_is_confirmed_by_key_and_a_page_at_once(sign_in, company):
    page = open_page(sign_in(company.manager), company.page("CAP2"))
    choose(page, "S-CAP2-1", 2)
    comment(page, "S-CAP2-1", "audit")
    choose(page, "S-CAP2-2", 5)
    until(lambda: company.answers().get("S-CAP2-1", ("",) * 3)[2] == "audit", "both are saved")
    state(page, "S-CAP2-2", "saved")
    code = CARRY.format(csco=company.csco, survey=company.survey)
    survey = company.installation.manage("shell", "--no-imports", "-c", code).splitlines()[-1]
    open_page(page, f"/submissions/{survey}/dimensions/CAP2/")
    for name in ("S-CAP2-1", "S-CAP2-2"):
        expect(question(page, name).locator(":checked")).to_have_count(0)
        expect(question(page, name).locator(".rung.offered")).to_have_count(1)
    expect(question(page, "S-CAP2-1").locator(".was")).to_be_hidden()
    page.get_by_text("What we answered last time").first.click()
    expect(question(page, "S-CAP2-1").locator(".was")).to_be_visible()
    page.keyboard.press("c")  # of the question in which one is
    state(page, "S-CAP2-1", "saved")
    expect(question(page, "S-CAP2-1").locator("[name=level][value='2']")).to_be_focused()
    expect(question(page, "S-CAP2-1").locator(".offer")).to_be_hidden()
    page.get_by_role("button", name="Confirm all on this page").click()
    state(page, "S-CAP2-2", "saved")
    found = company.installation.answers(survey)
    assert {name: row[:4] for name, row in found.items()} == {
        "S-CAP2-1": ("level", 2, "audit", 1),
        "S-CAP2-2": ("level", 5, "", 1),
    }
    origins = company.installation.query(
        "SELECT DISTINCT origin FROM assessments_answer a JOIN assessments_submission s ON s.id = a.submission_id WHERE s.public_id = %s",
        survey,
    )
    assert origins == [("carried",)]
