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
    assert all(len(set(q.anchors)) == 5 for q in content.questions)


def test_the_stored_document_gives_the_same_catalogue(content):
    again = from_document(json.loads(json.dumps(to_document(content))))
    assert again == content
    assert content_hash(again) == content_hash(content)


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
    ("questionnaires/instrument.yaml", "version: '2026.1'", "version: 2026", "instrument.yaml / version: expected str, found 2026"),
    ("actions.yaml", "  - A01\n", "  - A99\n", "prerequisites: A99 does not exist"),
    ("actions.yaml", "  impact: 3\n", "  impact: 9\n", "A01: impact and effort are whole numbers from 1 to 5"),
    ("actions.yaml", "  min_score: 1.0\n", "  min_score: 3.5\n", "trigger range 3.5 to 3.0"),
    ("actions.yaml", "  prerequisites: []\n", "  prerequisites: [A02]\n", "they run in a circle"),
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
