"""Content in another language: German is whole and fresh, and whatever is not falls back to English for all to see."""

import shutil
from dataclasses import fields, replace
from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.template import engines
from django.utils import translation

from assessments import publishing
from assessments.catalogue import Questionnaire
from assessments.content import content_hash, read_content, to_document
from assessments.method import read_method
from assessments.models import Questionnaire as Published
from assessments.overlays import English, Findings, Overlay, compare, lay_over, read_overlay, stamp_of
from assessments.scoring import plan_for
from opmodel.organisations.models import User

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


@pytest.fixture(scope="module")
def english() -> Questionnaire:
    return read_content(FIXTURES)


@pytest.fixture(scope="module")
def german() -> Overlay:
    return read_overlay(FIXTURES / "questionnaires" / "de")


def without(overlay: Overlay, code: str, *names: str) -> Overlay:
    """The overlay without some fields of an entry, without the entry when none is named."""
    kept = {k: v for k, v in overlay.texts[code].items() if k not in names}
    texts = {k: v for k, v in overlay.texts.items() if k != code}
    return replace(overlay, texts=texts | ({code: kept} if names else {}))


def reworded(q: Questionnaire, code: str, text: str) -> Questionnaire:
    return replace(q, questions=tuple(replace(x, text=text) if x.code == code else x for x in q.questions))


def test_german_is_complete_and_fresh(english, german):
    """Every entry, every word of every item; of today's English. `manage.py check_content_words` says the same."""
    assert compare(english, german) == Findings()


def test_the_catalogue_speaks_german(english, german):
    q = lay_over(english, german)
    assert (q.language, q.untranslated) == ("de", frozenset())
    assert q.component_by_code["VST"].name == "Wertströme"
    assert q.dimension_by_code["CAP1"].name == "Strategische Ausrichtung"
    assert q.question_by_code["S-CAP1-1"].anchors != english.question_by_code["S-CAP1-1"].anchors
    assert q.item_by_code["E-N4"].word("business unit head") == "Leitung der Geschäftseinheit"
    assert q.item_by_code["E-N9"].word("overtime and shift pattern") == "Überstunden und Schichtmodell"  # S-N4's row
    assert q.item_by_code["S-N1"].word("Germany") == "Deutschland"
    assert q.action_by_code["A01"].title.startswith("Eine Landkarte")
    assert q.action_by_code["A01"].horizon == "0–3 Monate"
    assert q.objectives["growth"] == "Wachstum"
    assert q.cost_categories["direct_labour"] == "Fertigungslöhne"
    assert q.glossary["Wertstrom"].startswith("Alle Schritte")
    assert q.quantifiers[1] == ("die meisten", "mehr als die Hälfte")
    assert [a.label for a in q.special_answers] == ["Nicht zutreffend", "Weiß nicht"]
    assert q.segmentation.word("Sustain") == "Erhalten"
    assert [r.segment for r in q.segmentation.rules] == ["Lead", "Modernise", "Optimise", "Sustain", "Review"]


def test_codes_numbers_and_what_is_stored_are_the_same_in_every_language(english, german):
    q = lay_over(english, german)
    for view in ("enterprise", "site"):
        plans = [plan_for(x, read_method(FIXTURES / "method.yaml"), view) for x in (english, q)]
        assert plans[0].questions == plans[1].questions
        assert plans[0].measures == plans[1].measures
    assert [i.spec for i in q.items] == [i.spec for i in english.items]
    assert [(a.code, a.rule, a.objectives, a.impact) for a in q.actions] == [
        (a.code, a.rule, a.objectives, a.impact) for a in english.actions
    ]
    assert [d.objective_relevance for d in q.dimensions] == [d.objective_relevance for d in english.dimensions]


def test_everything_that_people_read_is_said(english, german):
    """Against the classes: whatever differs between the two catalogues is text, and hardly a sentence stays the same."""
    one, two = to_document(english), to_document(lay_over(english, german))
    kept = []

    def walk(a, b, path=()):
        if isinstance(a, dict) and path[:1] not in (("glossary",),):
            for key in a:
                walk(a[key], b[key], (*path, key))
        elif isinstance(a, list | tuple):
            for i, inner in enumerate(a):
                walk(inner, b[i], (*path, i))
        elif isinstance(a, str) and a == b and len(a.split()) > 2:
            kept.append(path)

    walk(one, two)
    silent = {"source_statements", "coverage", "sources", "facts", "items", "objective_notes", "segmentation"}
    spoken = [p for p in kept if p[0] not in silent and "meanings" not in p and "rule" not in p]
    assert spoken == []
    assert {f.name for f in fields(english)} == {*one, "language", "untranslated"}


def test_a_change_of_the_english_is_reported_and_english_is_shown(english, german):
    changed = reworded(english, "E-CAP1-1", "How are capabilities linked to the objectives today?")
    assert compare(changed, german) == Findings(stale=("E-CAP1-1",))
    q = lay_over(changed, german)
    assert q.untranslated == {"E-CAP1-1"}
    fallen = q.question_by_code["E-CAP1-1"]
    assert fallen.text == "How are capabilities linked to the objectives today?"
    assert all(isinstance(t, English) for t in (fallen.text, fallen.help, *fallen.anchors))
    assert q.question_by_code["E-CAP1-2"].text == "Was führt dazu, dass sich die Produktionsstrategie ändert?"
    assert not isinstance(q.question_by_code["E-CAP1-2"].text, English)


@pytest.mark.parametrize(
    ("entry", "names", "missing"),
    [("CAP1", (), "CAP1"), ("E-CAP1-1", ("help",), "E-CAP1-1"), ("A03", ("rule_text",), "A03"), ("E-N2", ("title",), "E-N2")],
)  # fmt: skip
def test_an_entry_that_lacks_a_text_is_missing_as_a_whole(english, german, entry, names, missing):
    cut = without(german, entry, *names)
    found = compare(english, cut)
    assert missing in found.missing
    assert (found.stale, found.unstamped) == ((), ())
    assert lay_over(english, cut).untranslated == {missing}


def test_four_anchors_are_not_five(english, german):
    entry = german.texts["E-CAP1-1"]
    cut = replace(german, texts=german.texts | {"E-CAP1-1": entry | {"anchors": entry["anchors"][:4]}})
    assert compare(english, cut) == Findings(missing=("E-CAP1-1",))


def test_a_word_of_an_item_falls_back_alone(english, german):
    words = {k: v for k, v in german.texts["E-N4"]["words"].items() if k != "CEO"} | {"janitor": "Hausmeister"}
    cut = replace(german, texts=german.texts | {"E-N4": german.texts["E-N4"] | {"words": words}})
    assert compare(english, cut) == Findings(missing=("E-N4: CEO",), unknown=("E-N4/words/janitor",))
    item = lay_over(english, cut).item_by_code["E-N4"]
    assert isinstance(item.word("CEO"), English)
    assert item.word("other") == "andere"
    assert item.title == "An wen berichtet die Produktion?"


def test_what_belongs_to_nothing_is_reported(english, german):
    more = replace(
        german,
        texts=german.texts
        | {"CAP99": {"name": "x"}, "glossary": german.texts["glossary"] | {"gizmo": {"term": "Dings"}}},
        stamps=dict(german.stamps) | {"A99": "00000000"},
    )
    assert set(compare(english, more).unknown) == {"CAP99", "glossary/gizmo", "stamps.yaml: A99"}


def test_a_translation_nobody_vouched_for_is_not_shown(english, german):
    bare = replace(german, stamps={k: v for k, v in german.stamps.items() if k != "CAP"})
    assert compare(english, bare) == Findings(unstamped=("CAP",))
    assert isinstance(lay_over(english, bare).component_by_code["CAP"].name, English)


def test_a_language_without_files_is_english_and_says_so(english):
    q = lay_over(english, read_overlay(FIXTURES / "questionnaires" / "tlh"))
    assert len(q.untranslated) > 300
    assert isinstance(q.question_by_code["E-CAP1-1"].text, English)
    assert isinstance(q.item_by_code["S-N1"].word("Germany"), English)


def test_two_files_must_not_say_the_same_entry(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text("CAP1: {name: x}\n")
    with pytest.raises(ValueError, match="CAP1 stands in another file as well"):
        read_overlay(tmp_path)


def test_a_language_is_no_part_of_a_version(english, german):
    """A version hashes the same whatever language its catalogue was given."""
    plain = to_document(english)
    assert not {"language", "untranslated"} & set(plain)
    assert "words" not in str(sorted(plain["items"][0]))
    assert content_hash(replace(english, language="de")) == content_hash(english)


@pytest.mark.django_db
def test_the_reader_s_language_chooses_the_catalogue():
    pk = Published.objects.values_list("pk", flat=True).get()
    with translation.override("de"):
        assert publishing.catalogue(pk).language == "de"
        assert publishing.catalogue(pk, publishing.ENGLISH).language == "en"
    with translation.override("en"):
        assert publishing.catalogue(pk).component_by_code["VST"].name == "Value streams"
    with translation.override("fr"):  # not offered here
        assert publishing.catalogue(pk).language == "en"
    with translation.override(None):  # a background job
        assert publishing.catalogue(pk).language == "en"


@pytest.mark.django_db
def test_an_older_version_is_german_where_its_english_is_the_same(english):
    older = reworded(replace(english, version="2025.1"), "E-CAP1-1", "An earlier wording of it?")
    row = Published.objects.create(version="2025.1", content_hash="0" * 64, document=to_document(older))
    q = publishing.catalogue(row.pk, "de")
    assert q.untranslated == {"E-CAP1-1"}
    assert q.question_by_code["E-CAP1-1"].text == "An earlier wording of it?"
    assert q.dimension_by_code["CAP1"].name == "Strategische Ausrichtung"


def test_english_among_german_is_marked_on_the_page(english, german):
    changed = lay_over(reworded(english, "E-CAP1-1", "Is <it> so?"), german)
    page = engines["django"].from_string(
        "{% load content %}<h2>{{ a|said:'tag' }}</h2><p>{{ a|said }}</p><h2>{{ b|said:'tag' }}</h2>"
    )
    with translation.override("de"):
        shown = page.render(
            {"a": changed.question_by_code["E-CAP1-1"].text, "b": changed.question_by_code["E-CAP1-2"].text}
        )
    assert shown == (
        '<h2><span lang="en">Is &lt;it&gt; so?</span> <span class="tag">Englisch</span></h2>'
        '<p><span lang="en">Is &lt;it&gt; so?</span></p>'
        "<h2>Was führt dazu, dass sich die Produktionsstrategie ändert?</h2>"
    )


@pytest.fixture
def own_fixtures(tmp_path, settings) -> Path:
    """Fixtures a test may change."""
    shutil.copytree(FIXTURES / "questionnaires", tmp_path / "questionnaires")
    for name in ("actions.yaml", "countries.yaml"):
        shutil.copy(FIXTURES / name, tmp_path / name)
    settings.FIXTURES = tmp_path
    return tmp_path


@pytest.mark.django_db
def test_a_question_and_an_item_without_german_say_so_on_their_pages(nordwerk, own_fixtures):
    for name in ("E-CAP1-1", "E-N2"):
        file = next(f for f in (own_fixtures / "questionnaires" / "de").glob("*.yaml") if f"\n{name}:" in f.read_text())
        file.write_text(file.read_text().replace(f"\n{name}:", f"\n{name}-gone:"))
    publishing._catalogue.cache_clear()
    User.objects.filter(pk=nordwerk.members["csco"].user_id).update(language="de")
    own = f"/submissions/{nordwerk.enterprise.public_id}/"
    sign = ' <span class="tag">Englisch</span>'
    page = nordwerk.client().get(own + "dimensions/CAP1/").content.decode()
    assert page.count(sign) == 1
    assert sign in page.split('id="E-CAP1-1"')[1].split("</legend>")[0]
    assert nordwerk.client().get(own + "items/E-N2/").content.decode().split("</h1>")[0].endswith(sign)
    publishing._catalogue.cache_clear()


def test_the_check_lists_what_is_wrong_and_fails(own_fixtures, capsys):
    call_command("check_content_words")
    assert capsys.readouterr().out == ""
    file = own_fixtures / "questionnaires" / "value_streams.yaml"
    file.write_text(file.read_text().replace("name: Value streams", "name: Streams of value", 1))
    with pytest.raises(SystemExit) as stop:
        call_command("check_content_words")
    assert stop.value.code == 1
    assert capsys.readouterr().out == "de: stale: VST\n"


def test_a_stamp_is_set_for_what_was_revised_and_nothing_else(own_fixtures, capsys):
    folder = own_fixtures / "questionnaires"
    before = (folder / "de" / "stamps.yaml").read_text()
    for name, old, new in (
        ("value_streams", "name: Value streams", "name: Streams"),
        ("governance", "name: Governance", "name: Rule"),
    ):
        file = folder / f"{name}.yaml"
        file.write_text(file.read_text().replace(old, new, 1))
    with pytest.raises(SystemExit):  # without names it touches only entries without a stamp
        call_command("check_content_words", "--stamp")
    assert (folder / "de" / "stamps.yaml").read_text() == before
    with pytest.raises(SystemExit):
        call_command("check_content_words", "--stamp", "VST")
    assert capsys.readouterr().out.splitlines()[-1] == "de: stale: GOV"
    lines = [set(text.splitlines()) for text in (before, (folder / "de" / "stamps.yaml").read_text())]
    assert len(lines[1] - lines[0]) == 1
    description = yaml.safe_load((folder / "value_streams.yaml").read_text())["component"]["description"]
    stamps = yaml.safe_load((folder / "de" / "stamps.yaml").read_text())
    assert stamps["VST"] == stamp_of({"name": "Streams", "description": description})
    with pytest.raises(CommandError, match="VST99 is no entry"):
        call_command("check_content_words", "--stamp", "VST99")
