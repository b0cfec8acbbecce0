"""The pages of the other items: what is posted comes back as it was meant, and nothing that was typed is lost."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from assessments.models import Answer, Cycle, Submission
from tests import build
from tests.assessments.items import CONTENT

TODAY = date.today()
POSTS = {
    "E-N1": ({"industry": "28", "sites_count": "12", "estimated": "sites_count"}, {"industry": "28", "sites_count": 12, "estimated": ["sites_count"]}),
    "E-N2": ({"cost": "60", "growth": "40"}, {"cost": 60, "agility": 0, "resilience": 0, "service": 0, "growth": 40, "sustainability": 0}),
    "E-N3a": ({"choice": "no redesign"}, {"choice": "no redesign"}),
    "E-N6": ({"target-CAP1": "3.5", "by-CAP1": "", "target-CAP2": ""}, {"CAP1": {"target": 3.5}}),
    "E-N7": ({"row-2-item_family": "Gears", "row-2-current": "make", "row-1-item_family": "", "row-9-item_family": "Seals", "more": "3"},
             {"rows": [{"item_family": "Gears", "current": "make"}, {"item_family": "Seals"}]}),
    "E-N9": ({"cell-DR01-current_level": "network/region", "cell-DR01-ai_role_target": "", "cell-DR02-current_level": ""}, {"DR01": {"current_level": "network/region"}}),
    "E-N10": ({"row-1-use_case": "Vision", "row-1-problem_statement": "false", "row-1-expected_benefit": "1 200,50"},
              {"rows": [{"use_case": "Vision", "problem_statement": False, "expected_benefit": "1200.50"}], "currency": "EUR"}),
    "S-N1": ({"country": "DE", "role": "market server"}, {"country": "DE", "role": "market server"}),
    "S-N3": ({"oee_pct": "71,5", "capacity_unit": "tonnes"}, {"oee_pct": 71.5, "capacity_unit": "tonnes"}),
    "S-N4": ({"cell-DR16-current_level": "unclear"}, {"DR16": {"current_level": "unclear"}}),
    "S-N5": ({"row-1-use_case": "Vision"}, {"rows": [{"use_case": "Vision"}], "currency": "EUR"}),
    "S-N6": ({"rank-1": "skills", "rank-2": "funding rules", "rank-3": "labour relations"}, {"skills": 1, "funding rules": 2, "labour relations": 3}),
    "S-N7": ({"row-1-supplier": "Acme"}, {"rows": [{"supplier": "Acme"}]}),
    "S-N8": ({"text": "More time\r\nfor tests"}, {"text": "More time\nfor tests"}),
}  # fmt: skip


def place(world: build.World, code: str):
    """A browser of who answers an item, and the address of its page."""
    site = code.startswith("S-")
    client = world.client("plant_manager" if site else "csco")
    return client, f"/submissions/{world.submissions[1 if site else 0].public_id}/items/{code}/"


def stored(world: build.World, code: str) -> Answer | None:
    with world.inside():
        return Answer.objects.filter(question__code=code).first()


@pytest.mark.django_db
@pytest.mark.parametrize("code", POSTS)
def test_what_is_posted_is_saved_and_shown_again(nordwerk, code):
    client, url = place(nordwerk, code)
    posted, data = POSTS[code]
    assert client.get(url).status_code == 200
    reply = client.post(url + "save/", {**posted, "base_version": "0", "then": "stay"})
    assert (reply.status_code, reply.headers.get("Location")) == (302, url)
    assert stored(nordwerk, code).data == data
    page = client.get(url).content.decode()
    assert ("js/register" in page) is ("rows" in data)
    assert re.search(r"saved \d\d:\d\d", page)
    assert "Not saved" not in page
    # What the page shows is posted again: nothing has changed.
    again = client.post(url + "save/", {**fields_of(page), "then": ""})
    assert again.status_code == 302
    assert stored(nordwerk, code).data == data
    assert stored(nordwerk, code).version == 2


def fields_of(page: str) -> dict[str, str | list[str]]:
    """What a browser would post: read from the page itself."""
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        def __init__(self):
            super().__init__()
            self.values, self.select, self.area, self.copy = {}, "", "", 0

        def handle_starttag(self, tag, attributes):
            a = dict(attributes)
            self.copy += tag == "template"
            if self.copy:
                return
            if tag == "input" and a.get("name") and (a.get("type") not in ("radio", "checkbox") or "checked" in a):
                self.values[a["name"]] = a.get("value") or ""
            elif tag == "select":
                self.select = a["name"]
                self.values.setdefault(self.select, "")
            elif tag == "option" and "selected" in a:
                self.values[self.select] = a["value"]
            elif tag == "textarea":
                self.area = a["name"]
                self.values[self.area] = ""

        def handle_endtag(self, tag):
            self.copy -= tag == "template"
            self.area = "" if tag == "textarea" else self.area

        def handle_data(self, text):
            if self.area:
                self.values[self.area] += text

    reader = Reader()
    reader.feed(page.split('<form id="item"')[1].split("</form>")[0])
    return reader.values


@pytest.mark.django_db
def test_a_single_choice_shows_the_comparator_only_after_it_is_saved(nordwerk):
    client, url = place(nordwerk, "E-N3b")
    comparator = "49 percent lack confidence"
    assert comparator not in client.get(url).content.decode()
    reply = client.post(url + "save/", {"choice": "maybe", "base_version": "0"})
    assert reply.status_code == 400
    assert comparator not in reply.content.decode()  # typed is not answered
    assert client.post(url + "save/", {"choice": "low", "base_version": "0"}).headers["Location"] == url
    page = client.get(url).content.decode()
    for said in (comparator, "128 manufacturing leaders", "May 2025", "Source: Gartner release, australianmanufacturing.com.au", "Background, not a benchmark"):  # fmt: skip
        assert said in page


@pytest.mark.django_db
def test_a_refused_register_keeps_every_cell_in_its_row(nordwerk):
    client, url = place(nordwerk, "E-N7")
    posted = {
        "row-1-item_family": "", "row-1-current": "",
        "row-2-item_family": "Gears", "row-2-current": "rent", "row-2-last_reviewed": "31.1.2024",
        "row-2-total_landed_cost_delta_pct": "a lot", "base_version": "0", "more": "3",
    }  # fmt: skip
    reply = client.post(url + "save/", posted)
    page = reply.content.decode()
    assert reply.status_code == 400
    for fault in ("“Today” does not offer “rent”", "“Last reviewed” needs a date", "“Own cost against the market” needs a number"):  # fmt: skip
        assert f"Row 2: {fault}" in page
    kept = fields_of(page)
    assert {k: kept[k] for k in posted if k.startswith("row-2")} == {
        k: v for k, v in posted.items() if k.startswith("row-2")
    }
    assert 'href="#f-2.current"' in page
    assert 'id="f-2.current" name="row-2-current"' in page
    assert stored(nordwerk, "E-N7") is None


@pytest.mark.django_db
def test_more_rows_without_javascript_save_nothing_and_lose_nothing(nordwerk):
    client, url = place(nordwerk, "E-N8")
    first = fields_of(client.get(url).content.decode())
    assert sum(name.endswith("-supplier") for name in first) == 3
    filled = {**first, **{f"row-{n}-supplier": f"Supplier {n}" for n in (1, 2, 3)}}
    reply = client.post(url + "save/", {**filled, "then": "more"})
    assert reply.status_code == 200
    second = fields_of(reply.content.decode())
    assert [second[f"row-{n}-supplier"] for n in range(1, 10)] == ["Supplier 1", "Supplier 2", "Supplier 3", *[""] * 6]
    assert stored(nordwerk, "E-N8") is None
    third = fields_of(client.post(url + "save/", {**second, "then": "more"}).content.decode())
    assert sum(name.endswith("-supplier") for name in third) == 12
    assert client.post(url + "save/", {**third, "then": ""}).status_code == 302
    assert len(stored(nordwerk, "E-N8").data["rows"]) == 3


@pytest.mark.django_db
def test_the_list_of_a_site_has_three_rows_at_most(nordwerk):
    client, url = place(nordwerk, "S-N7")
    fields = fields_of(client.get(url).content.decode())
    assert sum(name.endswith("-supplier") for name in fields) == 3
    reply = client.post(url + "save/", {**{f"row-{n}-supplier": f"s{n}" for n in range(1, 5)}, "base_version": "0"})
    assert reply.status_code == 400
    assert "This list has 4 filled rows and takes at most 3." in reply.content.decode()


@pytest.mark.django_db
def test_a_full_register_of_200_rows_is_saved(nordwerk):
    client, url = place(nordwerk, "E-N10")
    columns = [c["key"] for c in CONTENT.item_by_code["E-N10"].spec["columns"]]
    rows = {f"row-{n}-{key}": f"Use case {n}" if key == "use_case" else "" for n in range(1, 201) for key in columns}
    assert len(rows) == 2400
    assert client.post(url + "save/", {**rows, "base_version": "0", "then": "stay"}).status_code == 302
    assert len(stored(nordwerk, "E-N10").data["rows"]) == 200
    page = client.get(url).content.decode()
    assert re.search(r'id="add-row"\s+disabled', page)
    assert sum(name.endswith("-use_case") for name in fields_of(page)) == 200


@pytest.mark.django_db
def test_what_follows_is_said_after_saving(nordwerk):
    client, url = place(nordwerk, "E-N7")
    old = f"{TODAY.year - 3}-01-01"
    rows = {
        "row-1-item_family": "Gears", "row-1-strategic_importance": "5", "row-1-supply_risk": "4", "row-1-last_reviewed": str(TODAY),
        "row-2-item_family": "Seals", "row-2-last_reviewed": old,
        "row-3-item_family": "Motors",
    }  # fmt: skip
    assert "What follows from it" not in client.get(url).content.decode()
    client.post(url + "save/", {**rows, "base_version": "0"})
    page = client.get(url).content.decode()
    assert "2 rows are overdue: they have no review, or none in the last 24 months." in page
    assert page.count("Overdue</span>") == 2
    assert page.count("Proposed: review</span>") == 1


@pytest.mark.django_db
def test_only_a_pilot_that_waits_too_long_is_a_warning(nordwerk):
    client, url = place(nordwerk, "E-N10")
    year_and_a_half = str(TODAY - timedelta(days=548))  # 548 / 30.4375 = 18.0
    rows = {
        "row-1-use_case": "Cameras", "row-1-stage": "pilot", "row-1-stage_since": year_and_a_half,
        "row-2-use_case": "Robots", "row-2-stage": "scaled", "row-2-stage_since": year_and_a_half,
        "row-3-use_case": "Drones", "row-3-stage": "pilot", "row-3-stage_since": str(TODAY - timedelta(days=62)),
    }  # fmt: skip
    client.post(url + "save/", {**rows, "base_version": "0"})
    flags = re.findall(r'<span class="(tag[^"]*) flag">([^<]*)</span>', client.get(url).content.decode())
    assert flags == [("tag warn", "18 months"), ("tag", "18 months"), ("tag", "2 months")]


@pytest.mark.django_db
def test_figures_in_plain_words(nordwerk):
    client, url = place(nordwerk, "S-N4")
    decisions = {f"cell-DR{n:02}-current_level": "plant" if n <= 13 else "unclear" for n in range(1, 17)}
    client.post(url + "save/", {**decisions, "base_version": "0"})
    page = client.get(url).content.decode()
    assert "81 % of the decisions have a clear level." in page  # 13 of 16 = 0.8125
    assert "Decisions lie at 3 on average, from 1 (enterprise) to 4 (team)." in page
    client, url = place(nordwerk, "S-N3")
    capacity = {"nominal_capacity_units": "100", "demonstrated_capacity_units": "120", "automation_maturity": "2"}
    client.post(url + "save/", {**capacity, "base_version": "0"})
    page = client.get(url).content.decode()
    assert "The demonstrated capacity is 120 % of the nominal one." in page
    assert "The demonstrated capacity (120) is above the nominal one (100)." in page
    assert "No funding segment yet: the profile is incomplete." in page
    client, url = place(nordwerk, "S-N1")
    client.post(url + "save/", {"margin_criticality": "4", "headcount_direct": "7", "base_version": "0"})
    page = client.get(url).content.decode()
    assert "Funding segment of the site: Modernise (first claim on capital" in page
    assert "Headcount of the site: 7." in page
    assert "“People outside production” is empty and counts as 0 in the headcount." in page


@pytest.mark.django_db
def test_options_are_shuffled_once_for_each_respondent(nordwerk):
    client, url = place(nordwerk, "S-N6")
    options = CONTENT.item_by_code["S-N6"].spec["options"]

    def order(c, u):
        return re.findall(r'name="rank-1" value="([^"]+)"', c.get(u).content.decode())

    mine = order(client, url)
    assert sorted(mine) == sorted(options)
    assert all(order(client, url) == mine for _ in range(3))
    other = nordwerk.client("csco"), f"/submissions/{nordwerk.submissions[2].public_id}/items/S-N6/"
    assert order(*other) != mine
    assert order(*other) != options


@pytest.mark.django_db
def test_a_stale_register_shows_both_lists(nordwerk):
    client, url = place(nordwerk, "E-N8")
    client.post(url + "save/", {"row-1-supplier": "Acme", "row-1-severity": "3", "base_version": "0"})
    reply = client.post(url + "save/", {"row-1-supplier": "Bolts Ltd", "base_version": "0"})
    page = reply.content.decode()
    assert reply.status_code == 409
    assert fields_of(page)["row-1-supplier"] == "Bolts Ltd"
    assert "Acme · 3 · single late orders" in page
    assert client.post(url + "save/", {**fields_of(page), "then": ""}).status_code == 302
    assert [r["supplier"] for r in stored(nordwerk, "E-N8").data["rows"]] == ["Bolts Ltd"]


@pytest.mark.django_db
def test_numbers_no_plant_can_have_lock_nobody_out_of_the_page(nordwerk):
    """Two of 1e308 make a figure infinite: the page could not be opened again, nor the survey scored."""
    client, url = place(nordwerk, "S-N3")
    huge = {"electricity_mwh_year": "1e308", "other_energy_mwh_year": "1e308", "demonstrated_capacity_units": "1e-6"}
    reply = client.post(url + "save/", {**huge, "utilisation_pct": "100", "base_version": "0", "then": "stay"})
    assert reply.status_code == 400
    assert stored(nordwerk, "S-N3") is None
    assert client.get(url).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("again", [{"row-1-severity": "9"}, {"then": "more"}])
def test_what_is_typed_on_an_old_version_stays_on_it_when_the_page_comes_again(nordwerk, again):
    """A mistake, or a click on more rows, must not lift a stale page onto what somebody else saved in the meantime."""
    client, url = place(nordwerk, "E-N8")
    client.post(url + "save/", {"row-1-supplier": "Acme", "row-1-severity": "3", "base_version": "0"})
    page = client.post(url + "save/", {"row-1-supplier": "Bolts Ltd", "base_version": "0", **again}).content.decode()
    reply = client.post(url + "save/", {**fields_of(page), "row-1-severity": "2", "then": ""})
    assert reply.status_code == 409
    assert "Acme · 3 · single late orders" in reply.content.decode()
    assert [r["supplier"] for r in stored(nordwerk, "E-N8").data["rows"]] == ["Acme"]


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["E-N3a", "S-N4", "S-N6", "S-N8"])
def test_a_stale_item_shows_what_the_other_saved(nordwerk, code):
    client, url = place(nordwerk, code)
    posted, _data = POSTS[code]
    line = {"E-N3a": "no redesign", "S-N4": "stop or scale a pilot: unclear", "S-N6": "1. missing skills", "S-N8": "More time"}  # fmt: skip
    client.post(url + "save/", {**posted, "base_version": "0"})
    reply = client.post(url + "save/", {**posted, "base_version": "0"})
    assert reply.status_code == 409
    assert line[code] in reply.content.decode().split('class="theirs"')[1].split("</section>")[0]


@pytest.mark.django_db
def test_an_answer_can_be_cleared(nordwerk):
    client, url = place(nordwerk, "E-N4")
    client.post(url + "save/", {"choice": "CEO", "base_version": "0"})
    assert "Clear this answer" in client.get(url).content.decode()
    assert client.post(url + "save/", {"choice": "CEO", "base_version": "1", "clear": "1"}).headers["Location"] == url
    answer = stored(nordwerk, "E-N4")
    assert (answer.status, answer.data, answer.version) == ("open", None, 2)
    page = client.get(url).content.decode()
    assert "Clear this answer" not in page
    assert fields_of(page).get("choice") is None


@pytest.mark.django_db
def test_a_submitted_item_is_read_only_and_its_figures_keep_their_day(nordwerk):
    client, url = place(nordwerk, "E-N7")
    reviewed = TODAY - timedelta(days=700)  # less than 24 months ago today, more in two months
    client.post(
        url + "save/", {"row-1-item_family": "Gears", "row-1-last_reviewed": str(reviewed), "base_version": "0"}
    )
    assert "No row is overdue." in client.get(url).content.decode()
    with nordwerk.inside():
        late = datetime.now(UTC) + timedelta(days=60)
        Cycle.objects.update(closes_on=late.date())
        Submission.objects.filter(pk=nordwerk.enterprise.pk).update(state="submitted", revision=1, submitted_at=late)
    page = client.get(url).content.decode()
    assert "1 row is overdue" in page
    assert page.count("Overdue</span>") == 1
    assert "read only" in page
    assert 'id="add-row"' not in page
    assert "Remove this row" not in page
    assert "Save" not in page.split('<form id="item"')[1].split("</form>")[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "junk",
    [
        {"row-1-nothing": "x", "row-x-y": "1", "row-99999999-supplier": "x", "rows": "x"},
        {"row-1-supplier": ["a", "b"], "then": "more", "more": "-1"},
        {"then": "more", "more": "9" * 50},
        {"rank-1": "x", "cell-a-b": "c", "target-CAP1": "9"},
    ],
)
@pytest.mark.parametrize("code", ["E-N8", "E-N9", "E-N4"])
def test_a_made_up_post_is_refused_or_left_out_but_never_breaks(nordwerk, code, junk):
    client, url = place(nordwerk, code)
    assert client.post(url + "save/", {**junk, "base_version": "0"}).status_code in (200, 302, 400)
