"""Every number opens its derivation, and every derivation leads to its number: by page and by API, on five companies."""

import html
import math
import re
from dataclasses import replace
from statistics import stdev
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from assessments import demo, derivations, insight, selectors
from assessments.explaining import MEAN, SUM, WEIGHTED_MEAN, Node, faults, recomputed
from assessments.reading import Reading
from benchmarks.statistics import half_up, wilson
from opmodel.api.tokens import create_token
from opmodel.dashboards.explain import shown_parts
from opmodel.organisations.models import Member, Organisation
from opmodel.organisations.tenancy import installation, tenant
from tests.dashboards.conftest import STORIES

PAGES = ("/dashboard/", "/dashboard/?sort=gap", "/dashboard/?sort=priority", "/dashboard/trend/", "/dashboard/sites/",
         "/dashboard/peers/CAP1/", "/dashboard/priorities/?reference=target",
         "/dashboard/priorities/?preset=own&cost=10&objectives=20&gap=50")  # fmt: skip
LINK = re.compile(r'<a href="(/dashboard/explain/[^"]+)"[^>]*>(?:<strong>)?([^<]*)')
NUMBER = re.compile(r"[+−]?\d+([.]\d+)?|P\d+")


def organisation_of(key: str) -> Organisation:
    with installation():
        return Organisation.objects.get(name=STORIES[key].name)


@pytest.mark.parametrize("key", STORIES)
def test_every_tree_of_every_company_follows_from_its_parts(world, db, key):
    with tenant(organisation_of(key).pk):
        member = Member.objects.get(role="csco")
        rows = list(selectors.scored_enterprise(member).select_related("cycle", "organisation"))
        reading = Reading(rows, rows[:2])
        seen = insight.build(rows[0], reading.results[rows[0].pk], "", reading)
        explained = set()
        for what in derivations.MAKERS:
            for code in seen.catalogue.action_by_code if what == "action" else seen.measures:
                found = derivations.explanation(seen, code, what)
                if found is not None:
                    explained.add(what)
                    assert faults(found.nodes) == [], (what, code)
    always = {"score", "gap", "network", "priority", "action", "projection"}
    assert explained >= always
    assert ("change" in explained) is (key == "nordwerk")  # the only one with two cycles
    assert ("position" in explained) is (key != "alone")


class Told:
    """The API of one company, as an analyst reads it."""

    def __init__(self, key: str) -> None:
        org = organisation_of(key)
        with tenant(org.pk):
            member = Member.objects.get(role="analyst")
            _row, text = create_token(by=member, name="test")
        self.headers = {"Authorization": f"Bearer {text}"}
        self.known: dict[str, list[dict]] = {}

    def rows(self, link: str) -> list[dict]:
        """The rows of what a link of a page explains."""
        if link not in self.known:
            parts = urlsplit(link)
            _d, _e, submission, measure = parts.path.strip("/").split("/")
            asked = {"submission": submission, "measure": measure}
            asked |= {k: v[0] for k, v in parse_qs(parts.query).items()}
            reply = Client().get("/api/v1/explain/", asked, headers=self.headers)
            assert reply.status_code == 200, (link, reply.content)
            self.known[link] = reply.json()["results"]
        return self.known[link]


def again(row: dict, parts: list[dict]) -> float | None:
    """The number of a row out of its parts, worked out here and not by the code under test."""
    values = [p["value"] for p in parts if p["value"] is not None]
    weighted = [(p["weight"], p["value"]) for p in parts if p["weight"] and p["value"] is not None]
    match row["rule"]:
        case "given":
            return row["value"]
        case "weighted mean":
            return sum(w * v for w, v in weighted)
        case "mean":
            return sum(values) / len(values)
        case "sum":
            return sum(values)
        case "product":
            return math.prod(values)
        case "ratio":
            return values[0] / values[1] if values[1] else 0.0
        case "difference":
            return values[0] - values[1]
        case "shortfall":
            return max(0.0, values[0] - values[1])
        case "largest":
            return max(values)
        case "smallest":
            return min(values)
        case "standard deviation":
            return stdev(values)
        case "rounded":
            return math.floor(values[0] * 10 ** row["digits"] + 0.5 + 1e-9) / 10 ** row["digits"]
        case "lifted":
            return max(values[0], min(values[0] + values[1], values[2]))
        case "place":
            return next(i for i, p in enumerate(parts, 1) if p["weight"] == 1)
        case "interpolated":
            own, marks = values[0], [(p["weight"], p["value"]) for p in parts[1:]]
            level = [w for w, v in marks if v == own]
            if level:
                return (level[0] + level[-1]) / 2
            (p, low), (q, high) = [next(m for m in reversed(marks) if m[1] < own), next(m for m in marks if m[1] > own)]
            return p + (q - p) * (own - low) / (high - low)
        case "Wilson interval, lower end":
            return 100 * wilson(values[0] * values[1] / 100, values[1], values[2])[0]
        case "Wilson interval, upper end":
            return 100 * wilson(values[0] * values[1] / 100, values[1], values[2])[1]
    raise AssertionError(row["rule"])


def shown(value: float, text: str) -> bool:
    """Whether a page's text is this number, rounded as the text is."""
    digits = len(text.partition(".")[2])
    said = abs(float(text.lstrip("P+−")))
    return math.isclose(half_up(abs(value), 10**digits), said, abs_tol=1e-9)


@pytest.mark.parametrize("key", STORIES)
def test_every_linked_number_of_the_pages_is_the_number_it_leads_to(browser, key):
    client, told, checked = browser(key), Told(key), 0
    for page in PAGES:
        reply = client.get(page)
        assert reply.status_code == 200, page
        for link, text in LINK.findall(reply.content.decode()):
            link, text = html.unescape(link), html.unescape(text).strip()
            rows = told.rows(link.partition("#")[0])
            below: dict[int, list[dict]] = {}
            for row in rows:
                below.setdefault(row["parent"], []).append(row)
            for row in rows:
                if row["value"] is not None:
                    assert again(row, below.get(row["id"], [])) == pytest.approx(row["value"], abs=5e-8), (link, row)
            if NUMBER.fullmatch(text):
                wanted = [row for row in rows if row["depth"] == 0]
                if "what=gap" in link:  # the anchor says which of the gaps
                    median = link.endswith("#median")
                    wanted = [r for r in wanted if ("median" in r["label"]) is median and "quartile" not in r["label"]]
                if "what=change" in link and page != "/dashboard/":
                    continue  # between rounded scores: test_a_step_is_between_the_rounded_scores
                if "what=change" in link and "." in text and len(text.partition(".")[2]) == 1:
                    continue
                if "what=priority" in link and "." not in text:
                    wanted = [row for row in wanted if row["label"] == "Rank"]
                assert shown(wanted[0]["value"], text), (page, link, text, wanted[0])
                checked += 1
    assert checked > 40


def test_a_step_is_between_the_rounded_scores(browser):
    """2.74 after 2.66 reads 0.0 beside 2.7 and 2.7, though the derivation has 0.08."""
    client, told = browser("nordwerk"), Told("nordwerk")
    steps = [
        (html.unescape(link), text)
        for link, text in LINK.findall(client.get("/dashboard/trend/").content.decode())
        if "what=change" in link and re.fullmatch(r"[+−]?\d[.]\d", text)
    ]
    assert len(steps) > 25
    for link, text in steps:
        (_sum, twice) = [row for row in told.rows(link) if row["depth"] == 0]
        now, then = [row["value"] for row in told.rows(link) if row["parent"] == twice["id"]]
        assert half_up(abs(half_up(now) - half_up(then))) == abs(float(text.replace("−", "-"))), (link, text)


@pytest.mark.parametrize("what", [w for w in derivations.MAKERS if w != "action"])
@pytest.mark.parametrize("key", STORIES)
def test_every_explanation_is_a_page(browser, key, what):
    client = browser(key)
    link = re.findall(r'href="(/dashboard/explain/[^"?]+/)CAP2/"', client.get("/dashboard/").content.decode())[0]
    reply = client.get(f"{link}CAP2/?what={what}")
    body = reply.content.decode()
    assert reply.status_code == 200
    (title,) = re.findall(r'<h1 class="lead">(.*?)</h1>', body)
    assert "and how it came about" in title or re.search(r": \S", title)  # else it says why there is no number
    assert not re.search(r"\bNone\b", re.sub(r"<[^>]+>", "", body))
    whole = client.get(f"{link}OVERALL/?what={what}").status_code
    assert whole == (404 if what in {"network", "perception", "priority"} else 200)


def test_an_action_is_explained_and_unknown_ones_are_not_found(browser):
    client = browser("nordwerk")
    link = re.findall(r'href="(/dashboard/explain/[^"?]+/)CAP2/"', client.get("/dashboard/").content.decode())[0]
    body = client.get(f"{link}A16/?what=action").content.decode()
    assert "Impact by effort" in body or "Needed first" in body
    for path in ("A16/", "A99/?what=action", "CAP2/?what=nothing", "CAP2/?what=priority&preset=greedy",
                 "CAP2/?what=priority&reference=neighbour"):  # fmt: skip
        assert client.get(link + path).status_code == 404, path


def test_a_plant_manager_is_told_about_the_own_score_only(browser):
    client = browser("nordwerk", "plant1")
    link = re.findall(r'href="(/dashboard/explain/[^"?]+)"', client.get("/dashboard/sites/").content.decode())[0]
    assert client.get(link).status_code == 200
    assert demo.TOWNS[0] in client.get(link).content.decode()
    for what in ("network", "position", "change", "priority", "action"):
        assert client.get(f"{link}?what={what}").status_code == 404
    office = re.findall(r'"(/dashboard/explain/[^"?]+)"', browser("nordwerk").get("/dashboard/").content.decode())[0]
    assert client.get(office).status_code == 404


@pytest.mark.parametrize("rule", [WEIGHTED_MEAN, MEAN, SUM])
def test_of_hundreds_of_parts_the_page_lists_the_first_and_what_the_others_come_to(rule):
    parts = tuple(
        Node(f"Plant {n}", 1.0 + n % 5, weight=1 / 500 if rule == WEIGHTED_MEAN else None) for n in range(500)
    )
    node = Node("mean", None, rule, parts)
    listed = shown_parts(node)
    assert [p.label for p in listed[:60]] == [f"Plant {n}" for n in range(60)]
    assert [p.label for p in listed[60:]] == ["440 further ones together"]
    assert listed[-1].value == {WEIGHTED_MEAN: 3.0, MEAN: 3.0, SUM: 1320.0}[rule]  # 88 times 1 + 2 + 3 + 4 + 5
    if rule != MEAN:
        assert recomputed(replace(node, parts=listed)) == pytest.approx(recomputed(node))
    assert shown_parts(replace(node, parts=parts[:61])) == parts[:61]
