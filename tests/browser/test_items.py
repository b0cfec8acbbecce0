"""The other items in a real browser: registers as tables, ranks, the comparator after the answer; axe on each page."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import violations

CSCO, PLANT = "csco@nordwerk.example", "plant9@nordwerk.example"
TABLE = [  # as a spreadsheet puts it on the clipboard; "rent" is no option, "soon" is no day
    "Item family\tToday\tStrategic importance",
    "Gearboxes\tMAKE\t5",
    "Castings\tbuy\thelps several families",
    "Seals\trent\t2 · helps one product family",
    '"Motors\nlarge"\tboth\t',
]


def survey(page: Page) -> str:
    page.goto("/")
    page.locator("main a[href*='/submissions/']").first.click()
    page.wait_for_load_state()
    return re.sub(r"(/submissions/\w+/).*", r"\1", page.url)


def open_empty(page: Page, code: str) -> None:
    """The page of an item without an answer; what the demo company saved there is cleared first."""
    page.goto(f"{survey(page)}items/{code}/")
    page.once("dialog", lambda dialog: dialog.accept())
    clear = page.get_by_role("button", name="Clear this answer")
    if clear.count():
        clear.click()
        expect(clear).to_have_count(0)


def paste(page: Page, text: str) -> None:
    page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            document.activeElement.dispatchEvent(
                new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        text,
    )


def column(page: Page, key: str) -> list[str]:
    return page.locator(f"#register td[data-key={key}] > :is(input, select)").evaluate_all(
        "all => all.map(c => c.value)"
    )


def save(page: Page) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_load_state()


def test_a_register_is_filled_from_a_spreadsheet_sorted_and_saved(sign_in):
    page = sign_in(CSCO)
    open_empty(page, "E-N7")
    page.locator("#register td input").first.click()
    paste(page, "\n".join(TABLE))
    expect(page.locator("#said")).to_contain_text("Cells filled from the clipboard: 12.")
    expect(page.locator("#said")).to_contain_text("Cells that were not understood: 1. They are marked.")
    assert column(page, "item_family") == ["Gearboxes", "Castings", "Seals", "Motors large"]  # a row was added
    assert column(page, "current") == ["make", "buy", "rent", "both"]
    assert column(page, "strategic_importance") == ["5", "3", "2", ""]
    expect(page.get_by_text("“rent” is not in the list.")).to_be_visible()
    expect(page.locator("#unsaved")).to_have_text("Changed, not saved yet")

    save(page)  # what was not understood is refused, and still there
    expect(page.get_by_role("link", name="Row 3: “Today” does not offer “rent”; choose from its list.")).to_be_visible()
    assert column(page, "current")[:4] == ["make", "buy", "rent", "both"]
    page.get_by_role("combobox", name="Today Row 3", exact=True).select_option("buy")

    page.get_by_role("button", name="Sort by “Item family”").click()
    assert column(page, "item_family")[:4] == ["Castings", "Gearboxes", "Motors large", "Seals"]
    page.get_by_role("button", name="Sort by “Strategic importance”").click()
    page.get_by_role("button", name="Sort by “Strategic importance”").click()
    assert column(page, "strategic_importance")[:4] == ["5", "3", "2", ""]
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("Strategic importance")

    row = page.locator("#register tbody tr").nth(1)
    row.get_by_role("button", name="Duplicate this row").click()
    assert column(page, "item_family")[1:3] == ["Castings", "Castings"]
    page.locator("#register tbody tr").nth(0).get_by_role("button", name="Remove this row").click()
    assert column(page, "item_family")[:2] == ["Castings", "Castings"]
    page.get_by_role("button", name="Undo").click()
    assert column(page, "item_family")[:5] == ["Gearboxes", "Castings", "Castings", "Seals", "Motors large"]

    save(page)
    expect(page.locator(".eyebrow", has_text=re.compile(r"saved \d\d:\d\d"))).to_be_visible()
    expect(page.get_by_text("5 rows are overdue")).to_be_visible()
    assert column(page, "item_family") == ["Gearboxes", "Castings", "Castings", "Seals", "Motors large", "", "", ""]
    assert violations(page) == []


def test_a_register_by_keyboard(sign_in):
    page = sign_in(CSCO)
    open_empty(page, "E-N8")
    page.get_by_role("textbox", name="Supplier Row 1", exact=True).focus()
    for name in ("Acme", "Bolts", "Castor"):
        page.keyboard.type(name)
        page.keyboard.press("Enter")
    expect(page.locator("#register tbody tr")).to_have_count(4)  # after the last filled row Enter makes another
    page.keyboard.type("Dynamo")
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Tab")
    page.keyboard.type("bearings")
    assert column(page, "supplier") == ["Acme", "Bolts", "Castor", "Dynamo"]
    assert column(page, "category") == ["", "", "bearings", ""]
    page.locator("[name=row-1-decide_by]").focus()
    paste(page, "31.12.2030\nsoon")
    assert column(page, "decide_by")[:2] == ["2030-12-31", "soon"]
    expect(page.get_by_text("“soon” is not a date such as 2027-06-30.")).to_be_visible()


def test_leaving_with_something_unsaved_asks(sign_in):
    page = sign_in(CSCO)
    open_empty(page, "E-N10")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.locator("#register td input").first.fill("Vision system")
    page.goto("/")
    assert asked == ["beforeunload"]


def test_a_register_works_without_javascript(sign_in):
    page = sign_in(CSCO, java_script_enabled=False)
    open_empty(page, "E-N10")
    rows = page.locator("#register tbody tr")
    before = rows.count()
    page.locator("input[name$='-use_case']").nth(before - 1).fill("Vision system")
    page.get_by_role("button", name="Add a row").click()
    expect(rows).to_have_count(before + 4)
    page.get_by_role("button", name="Save", exact=True).click()
    assert "Vision system" in page.locator("input[name$='-use_case']").evaluate_all("all => all.map(c => c.value)")
    expect(page.get_by_text(re.compile(r"saved \d\d:\d\d"))).to_be_visible()


def test_the_comparator_appears_after_the_answer(sign_in):
    page = sign_in(CSCO)
    open_empty(page, "E-N3b")
    expect(page.locator(".comparator")).to_have_count(0)
    page.get_by_label("moderate", exact=True).check()
    expect(page.locator(".comparator")).to_have_count(0)
    save(page)
    expect(page.locator(".comparator")).to_contain_text(
        "128 manufacturing leaders, May 2025: 49 percent lack confidence"
    )
    expect(page.locator(".comparator")).to_contain_text("Source: Gartner release, australianmanufacturing.com.au")
    assert violations(page) == []


def test_three_barriers_are_ranked_on_a_phone(sign_in):
    page = sign_in(PLANT, viewport={"width": 390, "height": 844})
    open_empty(page, "S-N6")
    order = page.locator(".ranking tbody th").all_inner_texts()
    for rank, name in ((1, "missing skills"), (2, "funding rules"), (3, "missing skills")):
        page.get_by_role("radio", name=f"Rank {rank} {name}").check(force=True)
    expect(page.get_by_role("radio", name="Rank 1 missing skills")).not_to_be_checked()  # one rank for an option
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("Choose three different options")
    page.get_by_role("radio", name="Rank 1 labour relations").check(force=True)
    save(page)
    expect(page.get_by_role("radio", name="Rank 3 missing skills")).to_be_checked()
    assert page.locator(".ranking tbody th").all_inner_texts() == order
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(page) == []


def test_decisions_are_filled_down(sign_in):
    page = sign_in(PLANT)
    open_empty(page, "S-N4")
    now = page.locator("td[data-key=current_level] select")
    now.nth(0).select_option("plant")
    now.nth(5).select_option("unclear")
    page.get_by_role("button", name=re.compile("Fill the empty cells of “Decided today by”")).click()
    assert now.evaluate_all("all => all.map(c => c.value)") == ["plant"] * 5 + ["unclear"] * 11
    save(page)
    expect(page.get_by_text("31 % of the decisions have a clear level.")).to_be_visible()  # 5 of 16
    assert violations(page) == []


SITE_ITEMS = ("S-N1", "S-N2", "S-N3", "S-N4", "S-N5", "S-N6", "S-N7", "S-N8")
ENTERPRISE_ITEMS = ("E-N1", "E-N3a", "E-N7", "E-N8", "E-N9", "E-N10")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
@pytest.mark.parametrize(("who", "codes"), [(PLANT, SITE_ITEMS), (CSCO, ENTERPRISE_ITEMS)], ids=["plant", "csco"])
def test_axe_finds_nothing_on_items(sign_in, who, codes, width, scheme):
    page = sign_in(who, viewport={"width": width, "height": 900}, color_scheme=scheme)
    own, found = survey(page), []
    for code in codes:
        page.goto(f"{own}items/{code}/")
        found += violations(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), code
    assert found == []
