"""The answering page: terms of the glossary, what was answered last time, and what happens without JavaScript."""

import html
import re

import pytest
from django.template import engines

from assessments import publishing, workflow
from assessments.glossary import Marker
from assessments.models import Answer
from tests.assessments.test_carrying import POINTS, last, next_cycle  # noqa: F401 - a fixture
from tests.assessments.test_workflow import post

TERMS = {
    "lean": "Without waste.",
    "value stream": "From order to delivery.",
    "stream": "What flows.",
    "AI": "Software <that> learns.",
    "use case": "A problem & its solution.",
}


def marked(*texts: str) -> list[list[str]]:
    """The words that are marked, text by text."""
    marker = Marker(TERMS)
    return [[word for word, term in marker.split(text) if term] for text in texts]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["Is it lean? Lean it is."], [["lean"]]),  # once
        (["Lean.", "A lean line."], [["Lean"], []]),  # once on the page
        (["The value stream and the stream."], [["value stream", "stream"]]),  # the longest first
        (["A cleaner, leaning, lean-er line"], [[]]),  # whole words
        (["Many use cases."], [["use cases"]]),
        (["Said ai, aim or AI"], [["AI"]]),  # an abbreviation in capitals only
        ([""], [[]]),
    ],
)
def test_the_first_whole_word_of_a_term_is_marked(texts, expected):
    assert marked(*texts) == expected
    marker = Marker(TERMS)
    for text in texts:
        assert "".join(part for part, _term in marker.split(text)) == text


def draw(text: str) -> str:
    template = engines["django"].from_string("{% load glossary %}{{ text|terms:marker }}")
    return template.render({"text": text, "marker": Marker(TERMS)})


def test_a_term_is_a_button_and_everything_around_it_stays_text():
    drawn = draw("<b> & lean, then AI.")
    assert drawn == (
        '&lt;b&gt; &amp; <button type="button" class="term" popovertarget="term-0" aria-describedby="term-0">'
        "<span>lean</span>,</button> then "
        '<button type="button" class="term" popovertarget="term-3" aria-describedby="term-3"><span>AI</span>.</button>'
    )
    assert draw("<script>") == "&lt;script&gt;"


def body(client, path: str) -> str:
    return client.get(path).content.decode()


@pytest.mark.django_db
def test_every_button_of_a_term_has_its_definition_and_no_term_is_marked_twice(nordwerk):
    glossary = publishing.catalogue(nordwerk.cycle.questionnaire_id).glossary
    known = list(glossary)
    seen = 0
    for code in ("CAP1", "CAP2", "RES6", "GOV7"):
        page = body(nordwerk.client(), f"/submissions/{nordwerk.enterprise.public_id}/dimensions/{code}/")
        targets = re.findall(r'popovertarget="term-(\d+)"', page)
        defined = re.findall(r'<div class="definition" id="term-(\d+)" popover>', page)
        assert set(targets) == set(defined)
        assert len(defined) == len(set(defined))
        assert max(map(targets.count, targets)) <= 2  # once in sight, once in what is folded away
        for number in defined:
            assert html.escape(glossary[known[int(number)]]) in page
        ladder = re.findall(r"<label[^>]*>(.*?)</label>", page)
        assert not any("<button" in inner for inner in ladder)  # a label holds no second control
        seen += len(defined)
    assert seen > 8


@pytest.mark.django_db
def test_the_glossary_lists_every_term_with_its_meaning(nordwerk):
    glossary = publishing.catalogue(nordwerk.cycle.questionnaire_id).glossary
    page = body(nordwerk.client("plant_manager"), "/glossary/")
    assert len(re.findall("<dt>", page)) == len(glossary) == 60
    assert page.index(">acceptance test<") < page.index(">AI<") < page.index(">value stream<")
    assert all(html.escape(meaning) in page for meaning in glossary.values())


def answers(world, submission):
    with world.inside():
        rows = Answer.objects.filter(submission=submission)
        return list(rows.order_by("question__order").values_list("question__code", "status", "level", "origin"))


@pytest.mark.django_db
def test_what_was_answered_last_time_is_shown_and_offered(nordwerk, last):  # noqa: F811
    submission = next_cycle(nordwerk, prefill_from=last)
    page = body(nordwerk.client(), f"/submissions/{submission.public_id}/dimensions/CAP1/")
    assert len(re.findall(r"Last time: 4, \d+ \w+ \d{4} \(Cycle 1\)\.", page)) == 1
    assert "Last time: not applicable, We have no such process., " in page
    assert "Carried over from Cycle 1: level 4." in page
    assert "3 answers were carried over from the last cycle." in page
    assert re.findall(r'class="rung([^"]*)"', page)[:5] == ["", "", "", " last offered", ""]
    assert "checked" not in page.split('id="E-CAP1-1"')[1].split("</form>")[0]  # it counts once it is confirmed
    # Of a cycle that carries nothing over, it is shown and not offered.
    plain = next_cycle(nordwerk, name="Plain")
    page = body(nordwerk.client(), f"/submissions/{plain.public_id}/dimensions/CAP1/")
    assert "Last time: 4" in page
    assert "Carried over" not in page


@pytest.mark.django_db
def test_what_is_offered_is_confirmed_one_by_one_or_a_page_at_once(nordwerk, last):  # noqa: F811
    submission = next_cycle(nordwerk, prefill_from=last)
    client, own = nordwerk.client(), f"/submissions/{submission.public_id}/"
    reply = client.post(own + "confirm/", {"confirm": "E-CAP1-1"})
    assert reply.url == own + "dimensions/CAP1/#E-CAP1-1"
    assert answers(nordwerk, submission) == [("E-CAP1-1", "level", 4, "carried")]
    again = client.post(own + "confirm/", {"confirm": ["E-CAP1-1", "E-CAP1-2"]}, follow=True)
    assert "Nothing waits to be confirmed for “E-CAP1-1”" in again.content.decode()
    assert len(answers(nordwerk, submission)) == 1  # all or none
    client.post(own + "confirm/", {"confirm": ["E-CAP1-2", "E-CAP1-3"]})
    assert answers(nordwerk, submission)[1:] == [
        ("E-CAP1-2", "na", None, "carried"),
        ("E-CAP1-3", "dk", None, "carried"),
    ]


@pytest.mark.django_db
def test_an_item_shows_what_was_carried_over_and_is_confirmed_or_changed(nordwerk, last):  # noqa: F811
    submission = next_cycle(nordwerk, prefill_from=last)
    client, own = nordwerk.client(), f"/submissions/{submission.public_id}/"
    page = body(client, own + "items/E-N2/")
    assert "Carried over from Cycle 1. It counts once you confirm it, or change and save it." in page
    assert re.search(r'<input(?=[^>]*name="cost")(?=[^>]*value="30")', page)
    assert "What follows from it" not in page  # nothing is saved yet
    assert client.post(own + "confirm/", {"confirm": "E-N2"}).url == own + "items/E-N2/"
    assert answers(nordwerk, submission) == [("E-N2", "data", None, "carried")]
    assert "Carried over" not in body(client, own + "items/E-N2/")
    # Changed instead of confirmed, it is an answer of its own.
    other = next_cycle(nordwerk, name="Other", prefill_from=last)
    own = f"/submissions/{other.public_id}/"
    changed = POINTS | {"cost": 25, "growth": 15}
    client.post(own + "items/E-N2/save/", {**changed, "base_version": 0})
    assert answers(nordwerk, other) == [("E-N2", "data", None, "page")]
    # A cycle without a prefill offers nothing.
    plain = next_cycle(nordwerk, name="Plain")
    page = body(client, f"/submissions/{plain.public_id}/items/E-N2/")
    assert "Carried over" not in page
    assert 'value="30"' not in page


@pytest.mark.django_db
def test_an_answer_counts_as_carried_over_only_when_it_says_what_was_offered(nordwerk, last):  # noqa: F811
    submission = next_cycle(nordwerk, prefill_from=last)
    client = nordwerk.client()
    sent = {"level": 4, "comment": "audit of March", "confirm": True}
    assert post(client, submission, "E-CAP1-1", **sent).status_code == 200
    assert post(client, submission, "E-CAP1-1", **sent).json()["version"] == 1  # its first reply was lost
    post(client, submission, "E-CAP2-1", level=3, confirm=True)
    assert answers(nordwerk, submission) == [("E-CAP1-1", "level", 4, "carried"), ("E-CAP2-1", "level", 3, "page")]


@pytest.mark.django_db
def test_an_answer_can_be_taken_back_without_scripts(nordwerk):
    client, own = nordwerk.client(), f"/submissions/{nordwerk.enterprise.public_id}/"
    client.post(own + "answers/E-CAP1-1/", {"level": "4", "base_version": "0", "shown": "open", "comment": "seen"})
    client.post(
        own + "answers/E-CAP1-1/",
        {"level": "4", "base_version": "1", "shown": "level", "comment": "seen", "clear": "1"},
    )
    assert answers(nordwerk, nordwerk.enterprise) == [("E-CAP1-1", "open", None, "page")]


@pytest.mark.django_db
def test_two_answers_without_scripts_stand_side_by_side_with_both_comments(nordwerk):
    client, own = nordwerk.client(), f"/submissions/{nordwerk.enterprise.public_id}/answers/E-CAP1-1/"
    with nordwerk.inside():
        workflow.save_answer(
            by=nordwerk.members["csco"], submission=nordwerk.enterprise, code="E-CAP1-1", status="na",
            base_version=0, reason="no plants", comment="theirs",
        )  # fmt: skip
    reply = client.post(own, {"level": "2", "base_version": "0", "shown": "open", "comment": "mine"})
    page = html.unescape(reply.content.decode())
    assert reply.status_code == 409
    anchor = publishing.catalogue(nordwerk.cycle.questionnaire_id).question_by_code["E-CAP1-1"].anchors[1]
    assert f"Level 2: {anchor}" in page
    assert "Not applicable: no plants" in page
    assert re.search(r'<textarea id="comment"[^>]*>mine</textarea>', page)
    assert "<blockquote>theirs</blockquote>" in page
