"""The content is complete, and every kind of fault is named with its file and place."""

import json
import shutil
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import InternalError, transaction

from assessments.content import ContentError, content_hash, from_document, read_content, to_document
from assessments.models import Component, Questionnaire

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


@pytest.fixture(scope="module")
def content():
    return read_content(FIXTURES)


def test_everything_is_there(content):
    assert len(content.components) == 4
    assert len(content.dimensions) == 27
    assert len(content.questions_of("enterprise")) == 74
    assert len(content.questions_of("site")) == 44
    assert (len(content.items), len(content.actions), len(content.glossary)) == (19, 70, 60)
    assert len(content.measures) == 32
    assert (len(content.source_statements), len(content.coverage), len(content.facts)) == (39, 39, 10)
    assert all(len(set(q.anchors)) == 5 for q in content.questions)


def test_the_stored_document_gives_the_same_catalogue(content):
    again = from_document(json.loads(json.dumps(to_document(content))))
    assert again == content
    assert content_hash(again) == content_hash(content)


def test_shared_columns_and_rows_are_there_and_no_part_of_the_stored_document(content):
    """So that a version does not change its hash for them, and nobody has to look them up."""
    spec = {code: content.item_by_code[code].spec for code in ("E-N8", "S-N7", "E-N10", "S-N5", "S-N4", "E-N9")}
    assert spec["S-N7"]["columns"] == spec["E-N8"]["columns"]
    assert spec["S-N5"]["columns"] == spec["E-N10"]["columns"]
    assert [spec["E-N9"][k] for k in ("rows", "row_ids", "columns")] == [
        spec["S-N4"][k] for k in ("rows", "row_ids", "columns")
    ]
    stored = {i["code"]: i["spec"] for i in to_document(content)["items"]}
    assert not {"columns", "rows", "row_ids"} & {*stored["S-N7"], *stored["S-N5"], *stored["E-N9"]}
    assert "columns" in stored["E-N8"]


def test_industries_of_the_profile_all_have_a_sector(content):
    from benchmarks.cells import read_segments

    segments = read_segments(FIXTURES / "benchmarks/sectors.yaml")
    fields = {f["key"]: f for f in content.item_by_code["E-N1"].spec["fields"]}
    assert {o["code"]: o["name"] for o in fields["industry"]["options"]} == segments.industry_names
    assert set(segments.industry_names) == set(segments.sector_of)
    assert tuple(fields["hq_region"]["options"]) == segments.regions
    assert tuple(fields["employees_band"]["options"]) == segments.size_bands
    assert tuple(fields["process_type"]["options"]) == segments.process_types


FAULTS = [
    ("questionnaires/capabilities.yaml", "code: E-CAP1-2", "code: E-CAP1-1", "E-CAP1-1: the code is used 2 times"),
    ("questionnaires/capabilities.yaml", "    - E-CAP1-1\n", "    - E-CAP9-9\n", "S-CAP1-1 / mirrors: there is no enterprise question E-CAP9-9"),
    ("questionnaires/capabilities.yaml", "      5: When conditions change", "      6: When conditions change", "capabilities.yaml / CAP1 / E-CAP1-1 / anchors"),
    ("questionnaires/capabilities.yaml", "    text: How are manufacturing capabilities", "    txt: How are manufacturing capabilities", "E-CAP1-1 / txt: unknown key"),
    ("questionnaires/capabilities.yaml", "    growth: 3\n", "    growth: 7\n", "CAP1 / objective_relevance / growth: expected 0 to 3, found 7"),
    ("questionnaires/capabilities.yaml", "component:", "component: [", "capabilities.yaml: line"),
    ("questionnaires/instrument.yaml", "version: '2026.2'", "version: 2026", "instrument.yaml / version: expected str, found 2026"),
    ("actions.yaml", "  - A01\n", "  - A99\n", "prerequisites: A99 does not exist"),
    ("actions.yaml", "  impact: 3\n", "  impact: 9\n", "A01: impact and effort are whole numbers from 1 to 5"),
    ("actions.yaml", "  min_score: 1.0\n", "  min_score: 3.5\n", "trigger range 3.5 to 3.0"),
    ("actions.yaml", "  prerequisites: []\n", "  prerequisites: [A02]\n", "they run in a circle"),
    ("questionnaires/capabilities.yaml", "  - S03\n", "  - S99\n", "capabilities.yaml / CAP1 / source: there is no source statement S99"),
    ("questionnaires/capabilities.yaml", "    source:\n    - S03\n", "    source:\n    - X1\n", "capabilities.yaml / CAP1 / E-CAP1-1 / source: there is no source statement X1"),
    ("questionnaires/capabilities.yaml", "    source:\n    - S03\n", "    source: []\n", "CAP1 / E-CAP1-1 / source: at least one statement is needed"),
    ("questionnaires/capabilities.yaml", "    source:\n    - S03\n", "    source:\n    - 3\n", "CAP1 / E-CAP1-1 / source / 0: expected str, found 3"),
    ("actions.yaml", "  source:\n  - S03\n", "  source:\n  - Z9\n", "actions.yaml / A01 / source: there is no source statement Z9"),
    ("actions.yaml", "  source:\n  - S03\n  - C2\n", "", "actions.yaml / A01 / source: missing"),
    ("actions.yaml", "  effort_impact_class: quick win\n", "  effort_impact_class: core\n", "A01 / effort_impact_class: effort 1 in 0-3 months makes it quick win, found core"),
    ("actions.yaml", "  horizon: 0-3 months\n", "  horizon: soon\n", "actions.yaml / A01 / horizon: soon is not one of"),
    ("actions.yaml", "  - prepares other work only\n", "", "actions.yaml / action_rules / impact_scale: expected 5 texts, found 4"),
    ("questionnaires/instrument.yaml", "- code: S02\n  section", "- code: S01\n  section", "instrument.yaml / source_statements / S01: the code is used 2 times"),
    ("questionnaires/instrument.yaml", "- code: S02\n  section", "- code: S99\n  section", "instrument.yaml / coverage / S02: there is no source statement S02"),
    ("questionnaires/instrument.yaml", "- code: S02\n  section", "- code: S99\n  section", "instrument.yaml / coverage: nothing takes up the source statement S99"),
    ("questionnaires/instrument.yaml", "  - E-CAP1-2\n", "  - E-CAP9-9\n", "instrument.yaml / coverage / S01 / enterprise: E-CAP9-9 does not exist"),
    ("questionnaires/instrument.yaml", "  - S-CAP1-1\n", "  - E-CAP1-1\n", "instrument.yaml / coverage / S01 / site: E-CAP1-1 does not exist"),
    ("questionnaires/instrument.yaml", "  - A03\n", "  - A99\n", "instrument.yaml / coverage / S01 / actions: A99 does not exist"),
    ("questionnaires/instrument.yaml", "  kind: finding\n", "  kind: rumour\n", "coverage / S01 / kind: expected finding, recommendation or definition, found rumour"),
    ("questionnaires/instrument.yaml", "  site_exempt: Definition;", "  site_exempted: Definition;", "instrument.yaml / coverage / 5 / site_exempted: unknown key"),
    ("questionnaires/instrument.yaml", "    source:\n    - S05\n", "    source:\n    - S50\n", "instrument.yaml / items / E-N1 / spec / source: there is no source statement S50"),
    ("questionnaires/instrument.yaml", "external_comparator_fact: BF03", "external_comparator_fact: BF33", "E-N3a / spec / external_comparator_fact: there is no fact BF33"),
    ("questionnaires/instrument.yaml", "    - V2\n    - R3d\n", "    - V22\n    - R3d\n", "instrument.yaml / objectives / cost / source: there is no source statement V22"),
    ("questionnaires/instrument.yaml", "- code: NA\n", "- code: NN\n", "special_answers: expected NA and DK"),
    ("questionnaires/instrument.yaml", "  most: more than half\n", "  most: 50\n", "instrument.yaml / quantifiers / most: expected str, found 50"),
    ("questionnaires/instrument.yaml", "cumulative_rule:", "cumulative_rules:", "instrument.yaml / cumulative_rule: "),
    ("questionnaires/instrument.yaml", "      years: 5\n", "      years: soon\n", "E-N6 / spec / date_rule / years: expected a whole number from 1 to 50, found 'soon'"),
    ("questionnaires/instrument.yaml", "      step: 0.5\n", "      step: 0\n", "E-N6 / spec / range: expected steps above 0 that rise within 1 to 5"),
    ("questionnaires/instrument.yaml", "      max: 5.0\n", "", "E-N6 / spec / range: expected min, max and step as numbers"),
    ("questionnaires/instrument.yaml", "    same_rows_as: S-N4\n", "    same_rows_as: S-N5\n", "items / E-N9 / spec / same_rows_as: S-N5 is no decision_matrix with columns and rows of its own"),
    ("questionnaires/instrument.yaml", "    same_columns_as: E-N8\n", "    same_columns_as: E-N8\n    columns: []\n", "items / S-N7 / spec / columns: taken over by same_columns_as, expected no columns of its own"),
    ("questionnaires/instrument.yaml", "    - key: severity\n      type: scale5\n", "    - key: severity\n      type: scale6\n", "items / E-N8 / spec / columns / severity / type: expected one of integer"),
    ("questionnaires/instrument.yaml", "    - too many initiatives\n", "    - skills\n", "items / S-N6 / spec / options: skills stands there twice"),
    ("questionnaires/instrument.yaml", "      - late orders every month\n", "", "items / E-N8 / spec / columns / severity / anchors: expected five texts"),
    ("questionnaires/instrument.yaml", "    - DR16\n", "", "items / S-N4 / spec / row_ids: expected 16, one for each row, found 15"),
    ("questionnaires/instrument.yaml", "  type: open\n", "  type: poem\n", "items / S-N8 / spec / type: expected one of profile"),
    ("questionnaires/instrument.yaml", "    external_comparator_fact: BF03\n", "", "items / E-N3a / spec / external_comparator_fact: a comparator needs the fact it is taken from"),
    ("countries.yaml", "'NO': Norway", "NO: Norway", "countries.yaml: expected a mapping with text as keys"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "message"), FAULTS)
def test_a_fault_names_its_place(tmp_path, file, old, new, message):
    shutil.copytree(FIXTURES, tmp_path / "fixtures")
    path = tmp_path / "fixtures" / file
    text = path.read_text()
    assert old in text, "the fault must really be planted"
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(ContentError) as caught:
        read_content(tmp_path / "fixtures")
    assert message in str(caught.value)


CHANGES = {
    "answering_rule": ("in doubt choose the lower one", "in doubt choose the higher one"),
    "cumulative_rule": ("build on each other", "build upon each other"),
    "display_rule": ("level numbers only", "numbers only"),
    "level_meanings": ("absent, personal or by accident", "absent or by accident"),
    "quantifiers": ("most: more than half", "most: more than a third"),
    "special_answers": ("effect: leaves the denominator", "effect: stays in the denominator"),
    "evidence_grades": ("B: document or photograph", "B: document"),
    "article": ("Inspired by the public summary", "Inspired by a public summary"),
    "segmentation": ("build references, test autonomy", "build references"),
    "facts": ("fact: 128 leaders", "fact: 129 leaders"),
    "sources": ("status: verified\n- topic: WMS roll-up", "status: second-hand\n- topic: WMS roll-up"),
    "source_statements": ("topic: Modularity", "topic: Modular design"),
    "coverage": ("  - E-CAP1-2\n  - E-N3b\n", "  - E-CAP1-2\n"),
    "objectives": ("    - cost\n    - profit\n", "    - cost\n"),
    "the note on sustainability": ("can be switched off'", "cannot be switched off'"),
    "the source of an item": ("    source:\n    - S05\n", "    source:\n    - S04\n"),
}
OTHER_FILES = {
    "the source of a dimension": ("questionnaires/governance.yaml", "  source:\n  - G0\n", "  source:\n  - G1a\n"),
    "the source of a question": ("questionnaires/capabilities.yaml", "    source:\n    - S03\n", "    source:\n    - S04\n"),
    "the source of an action": ("actions.yaml", "  source:\n  - S03\n  - C2\n", "  source:\n  - S03\n"),
    "the name of a country": ("countries.yaml", "DE: Germany", "DE: Deutschland"),
    "action_rules": ("actions.yaml", "prepares other work only", "prepares work"),
}  # fmt: skip


@pytest.mark.parametrize("what", [*CHANGES, *OTHER_FILES])
def test_any_change_needs_a_new_version(tmp_path, content, what):
    file, old, new = OTHER_FILES.get(what) or ("questionnaires/instrument.yaml", *CHANGES[what])
    shutil.copytree(FIXTURES, tmp_path / "fixtures")
    path = tmp_path / "fixtures" / file
    text = path.read_text()
    assert old in text, "the change must really be planted"
    path.write_text(text.replace(old, new, 1))
    changed = read_content(tmp_path / "fixtures")
    assert content_hash(changed) != content_hash(content)
    assert from_document(json.loads(json.dumps(to_document(changed)))) == changed


def test_a_hole_in_the_actions_is_found(tmp_path):
    shutil.copytree(FIXTURES, tmp_path / "fixtures")
    path = tmp_path / "fixtures" / "actions.yaml"
    head, *entries = path.read_text().split("- code: ")
    kept = [e for e in entries if "- CAP3\n" not in e and "- '*'" not in e]
    path.write_text(head + "".join("- code: " + e for e in kept))
    with pytest.raises(ContentError, match="CAP3: no action for a score of 1.0"):
        read_content(tmp_path / "fixtures")


@pytest.mark.django_db
def test_published_rows_cannot_change_either():
    questionnaire = Questionnaire.objects.get()
    question = questionnaire.question_set.first()
    for change in (
        lambda: type(question).objects.filter(pk=question.pk).update(code="E-X"),
        lambda: type(question).objects.filter(pk=question.pk).delete(),
        lambda: Component.objects.create(questionnaire=questionnaire, code="ZZZ", order=9, name="x"),
        lambda: Questionnaire.objects.update(version="2"),
    ):
        with pytest.raises(InternalError, match="is published and cannot|to published content"), transaction.atomic():
            change()
    draft = Questionnaire.objects.create(version="draft", content_hash="x", document={})
    assert Component.objects.create(questionnaire=draft, code="ZZZ", order=1, name="x").pk
    call_command("load_content", verbosity=0)
    assert Questionnaire.objects.filter(published_at__isnull=False).count() == 1
