"""Decks, PDFs and workbooks of five contrasting companies in both languages: complete, readable, true to the figures."""

import io
import re
from functools import cache

import pytest
from django.utils import translation
from pptx import Presentation
from pptx.enum.chart import XL_CHART_TYPE

from assessments import insight, ranking, selectors
from assessments.models import Submission
from assessments.stamping import hash_of, spaced
from benchmarks.statistics import half_up
from opmodel.dashboards import headlines
from opmodel.dashboards.reports import content, deck, pdf, workbook
from opmodel.dashboards.reports.look import Look
from opmodel.organisations import clock
from opmodel.organisations.models import Member, Organisation
from opmodel.organisations.tenancy import installation, tenant
from tests.dashboards.conftest import STORIES
from tests.dashboards.reports import reading

ADDRESS = "https://opmodel.example/reports/verify/"
EACH = [(key, language) for key in STORIES for language in ("en", "de")]


@cache
def gathered(key, language="en", kind="deck"):
    """The content of a company's report and the insight it was made from."""
    with installation():
        organisation = Organisation.objects.get(name=STORIES[key].name)
    with tenant(organisation.pk), translation.override(language):
        member = Member.objects.get(role="csco")
        found = selectors.scored_enterprise(member).select_related("cycle", "organisation").first()
        seen = insight.build(found, selectors.latest_result(found))
        ranked = ranking.ranking_of(seen, reference=next(iter(ranking.usable_references(seen)), "target"))
        return content.of_organisation(seen, ranked, kind, clock.today(organisation)), seen


@cache
def gathered_site(key, language="en"):
    with installation():
        organisation = Organisation.objects.get(name=STORIES[key].name)
    with tenant(organisation.pk), translation.override(language):
        cycle = selectors.scored_enterprise(Member.objects.get(role="csco")).first().cycle
        rows = Submission.objects.filter(view="site", state="submitted", cycle=cycle).order_by("pk")
        seen = content.chosen_insight(rows.select_related("cycle", "organisation", "site").first())
        assert any(len(m.sites) for m in seen.dimensions)  # read here: outside of its organisation nobody sees a plant
        return content.of_site(seen, clock.today(organisation)), seen


def made(builder, said, **look):
    return builder.build(said, Look(**look), spaced(hash_of(said)), ADDRESS)


@pytest.mark.parametrize(("key", "language"), EACH)
def test_the_deck(world, db, key, language):
    said, _seen = gathered(key, language)
    data = made(deck, said)
    found = reading.slides(data)
    assert 10 <= len(found) <= 14
    assert all(s.title and s.notes for s in found)
    assert len({s.title for s in found}) == len(found)  # one message each
    assert [s.title for s in found[1:4]] == [said["headlines"][k] for k in ("overall", "page", "dimensions")]
    assert reading.overflowing(data) == []
    assert reading.formulas(data) == []
    assert all(s.said == [d for d in s.said if d] for s in found)  # every chart is also told in words
    last = found[-1]
    assert spaced(hash_of(said)) in last.text
    assert ADDRESS in last.text
    assert all(value in last.text for _label, value in said["stamp"])
    whole = "\n".join(s.text for s in found)
    assert not re.search(r"\bNone\b(?! of the)|\bnan\b|%\(", whole)
    properties = Presentation(io.BytesIO(data)).core_properties
    assert properties.identifier == hash_of(said)
    assert properties.language == {"en": "en-GB", "de": "de-DE"}[language]


def test_the_charts_of_the_deck_are_native_and_hold_the_stored_figures(world, db):
    said, seen = gathered("nordwerk")
    found = reading.slides(made(deck, said))
    kinds = {s.title: [c.chart_type for c in s.charts] for s in found if s.charts}
    assert kinds[said["headlines"]["page"]] == [XL_CHART_TYPE.BAR_CLUSTERED]
    assert kinds[said["headlines"]["spread"]] == [XL_CHART_TYPE.BAR_STACKED]
    assert kinds[said["headlines"]["projection"]] == [XL_CHART_TYPE.COLUMN_CLUSTERED]
    components = reading.series(found[2].charts[0])
    for m in seen.components:
        assert components["Own score"][m.name] == pytest.approx(m.score, abs=1e-4)
        assert components["Peers' median"][m.name] == m.median
        assert components["Peers' upper quartile"][m.name] == m.upper_quartile
    below = reading.series(found[3].charts[0])
    gaps = {
        m.name: half_up(m.score) - m.median for m in seen.dimensions if m.score is not None and m.median is not None
    }
    shown = [gaps[name] for name in below["Own score"]]
    assert len(shown) == 10
    assert max(shown) <= sorted(gaps.values())[9] + 1e-9  # really the ten furthest below
    values = found[2].charts[0].value_axis
    assert (values.minimum_scale, values.maximum_scale) == (1, 5)


def test_illustrative_peers_and_projections_are_marked_where_they_stand(world, db):
    said, _seen = gathered("nordwerk")
    found = reading.slides(made(deck, said))
    with_peers = [s for s in found if any("median" in str(n) for c in s.charts for n in reading.series(c))]
    assert len(with_peers) == 2
    assert all("Illustrative peers" in s.text for s in with_peers)
    (projected,) = [s for s in found if any("(Projection)" in n for c in s.charts for n in reading.series(c))]
    assert "Projection, not a measurement" in projected.text
    assert projected.title.startswith("Projection")
    alone, _seen = gathered("alone")
    text = "\n".join(s.text for s in reading.slides(made(deck, alone)))
    assert "Illustrative" not in text
    assert "No peer comparison" in text


def test_a_company_without_a_plan_is_told_so_and_one_with_a_plan_sees_it(world, db):
    said, _seen = gathered("leader")
    assert said["plan"] == []
    titles = [s.title for s in reading.slides(made(deck, said))]
    assert "There is no plan yet: nobody owns these actions, and no date is set" in titles
    line = {"title": "Measure flow", "where": "Celje", "owner": "A. Novak", "status": "started", "starts": "2027-01-04",
            "due": "2027-03-31", "starts_text": "4 Jan 2027", "due_text": "31 Mar 2027"}  # fmt: skip
    planned = said | {"plan": [line], "headlines": said["headlines"] | {"plan": "One action is planned"}}
    (shown,) = [s for s in reading.slides(made(deck, planned)) if s.title == "One action is planned"]
    assert all(word in shown.text for word in ("Celje", "A. Novak", "31 Mar 2027", "started"))
    bars = reading.series(shown.charts[0])
    assert bars["Starts"] == {"1. Measure flow": 46391}  # 1 January 2026 is day 46023 of spreadsheets
    assert bars["Roadmap"] == {"1. Measure flow": 86}  # days to the end of March
    text = "\n".join(reading.pages(made(pdf, planned)))
    assert "A. Novak" in text
    day = next(r for r in reading.sheets(made(workbook, planned))["Roadmap"][1:])[3]
    assert str(day) == "2027-01-04"


def test_a_slide_that_has_nothing_to_say_is_left_out(world, db):
    """One plant has no spread and no other view; the summary still says that the views cannot be compared."""
    for key, there in (("nordwerk", True), ("laggard", False)):
        said, _seen = gathered(key)
        found = reading.slides(made(deck, said))
        titles = [s.title for s in found]
        assert (said["headlines"]["spread"] in titles) is there
        assert (said["headlines"]["perception"] in titles) is there
        assert said["headlines"]["perception"] in found[1].text


def test_without_an_overall_score_its_range_stands_there_and_the_projection_says_so(world, db):
    said, seen = gathered("half")
    assert seen.overall.score is None
    found = reading.slides(made(deck, said))
    assert f"{half_up(seen.overall.low):.1f}–{half_up(seen.overall.high):.1f}" in found[1].text
    (projected,) = [s for s in found if s.title.startswith("Projection")]
    assert projected.title == "Projection: only for components that have a score; there is no overall score yet"
    assert set(reading.series(projected.charts[0])["Today"]) == {m.name for m in seen.components if m.score is not None}


@pytest.mark.parametrize(("key", "language"), EACH)
def test_the_pdf(world, db, key, language):
    said, _seen = gathered(key, language)
    data = made(pdf, said)
    texts = reading.pages(data)
    assert 8 <= len(texts) <= 20
    assert min(reading.dark_share(data)) > 0.002  # no page is blank
    found = reading.marks(data)
    assert found.pop("alternatives")
    assert found == {"tagged": True, "structure": True, "language": language, "ua": True, "fonts_embedded": True}
    marks = reading.bookmarks(data)
    words = said["words"]
    expected = [
        words[k] for k in ("summary", "components", "dimensions", "plants", "perception", "priorities", "method")
    ]
    assert set(expected) <= set(marks)
    whole = " ".join(" ".join(texts).split())
    plain = whole.replace("\xad", "").replace("- ", "").replace(" ", "")
    for sentence in (said["headlines"]["page"], said["headlines"]["dimensions"], said["headlines"]["projection"]):
        assert sentence.replace("- ", "").replace(" ", "") in plain, sentence
    assert hash_of(said) in plain
    assert not re.search(r"\bNone\b(?! of the)|\bnan\b|%\(", whole)


def test_every_strip_of_the_pdf_is_told_in_words(world, db):
    said, seen = gathered("nordwerk")
    told = reading.marks(made(pdf, said))["alternatives"]
    for m in said["dimensions"]:
        assert f"{m['name']}: {m['said']}" in told
    overall = next(m for m in said["components"] if m["code"] == "VST")
    assert overall["said"].startswith(f"score {half_up(seen.measures['VST'].score)}")


@pytest.mark.parametrize(("key", "language"), EACH)
def test_the_page_of_one_plant(world, db, key, language):
    said, seen = gathered_site(key, language)
    data = made(pdf, said)
    (text,) = reading.pages(data)
    assert seen.submission.site.name in text
    assert reading.marks(data)["ua"]
    assert reading.dark_share(data)[0] > 0.01
    assert "Illustrative" not in text
    assert not re.search(r"\bNone\b(?! of the)|\bnan\b|%\(|P\d\d", text)  # never a percentile
    line = {"title": "Eine sehr lange Maßnahme, die in zwei Zeilen läuft und nicht kürzer zu sagen ist", "where": "Ganzes Netzwerk",
            "owner": "Leitung des Werks", "due_text": "24.06.2026", "status": "Begonnen"}  # fmt: skip
    full = made(pdf, said | {"plan": [line] * 9, "plan_more": "6 weitere Maßnahmen stehen im Plan."})
    (text,) = reading.pages(full)  # still one page
    assert text.count("Begonnen") == 3
    assert "6 weitere" in text
    stored = str(said)
    others = [s.name for m in seen.dimensions for s in m.sites if s.site_id != seen.submission.site_id]
    assert not any(name in stored for name in set(others))  # nothing of any other plant


def test_the_page_of_one_plant_shows_the_mean_of_the_plants_and_no_extremes(world, db):
    """The mean gives each plant the same weight, as on the page of a plant manager."""
    said, seen = gathered_site("nordwerk")
    assert "Beside it 12 plants of this cycle" in said["beside"]
    for m in said["dimensions"]:
        scores = seen.measures[m["code"]].sites.scores
        assert len(scores) >= 4
        assert m["network"] == pytest.approx(sum(scores) / len(scores), abs=1e-6)
        assert not {"sites", "p50"} & m.keys()
    laggard, _seen = gathered_site("laggard")  # one plant: its own score is no mean
    assert all(m["network"] is None for m in (*laggard["components"], *laggard["dimensions"]))
    assert "could be worked out" in laggard["beside"]


@pytest.mark.parametrize(("key", "language"), [*((key, "en") for key in STORIES), ("nordwerk", "de")])
def test_the_workbook(world, db, key, language):
    said, seen = gathered(key, language)
    data = made(workbook, said)
    assert reading.formulas(data) == []
    sheets, words = reading.sheets(data), said["words"]
    assert next(iter(sheets)) == words["sources"]
    rows = sheets[words["appendix"]]
    assert len(rows) == 1 + 32
    by_code = {row[0]: row for row in rows[1:]}
    for m in (seen.overall, *seen.components, *seen.dimensions):
        stored = by_code[m.code][3]
        assert stored == ("" if m.score is None else pytest.approx(m.score, abs=1e-6))
        assert isinstance(stored, float | str)
    if any(m.peer for m in seen.dimensions):
        peers = {row[0]: row for row in sheets[words["peers"]][1:]}
        assert all(peers[c.code][5] == c.median for c in seen.components)
    else:
        assert words["peers"] not in sheets
    assert len(sheets[words["answers"]]) == 1 + len(said["answers"])
    if said["sites"]:
        assert len(sheets[words["plants"]]) == 1 + len(said["sites"])
    told = [cell for row in sheets[words["sources"]] for cell in row]
    assert hash_of(said) in [str(cell).replace(" ", "") for cell in told]
    assert all(value in told for _label, value in said["stamp"])


def test_all_three_say_the_headline_of_the_dashboard(world, db):
    for key in STORIES:
        said, seen = gathered(key)
        assert said["headlines"]["page"] == headlines.page_headline(
            [(m.name, m.score, m.median) for m in seen.components]
        )


def test_two_reports_of_the_same_figures_say_the_same(world, db):
    first, second = gathered("nordwerk")[0], gathered.__wrapped__("nordwerk")[0]
    assert hash_of(first) == hash_of(second)
    assert hash_of(gathered("nordwerk", "de")[0]) != hash_of(first)
    assert made(pdf, first) == made(pdf, second)
