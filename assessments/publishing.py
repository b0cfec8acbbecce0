"""The validated catalogue becomes rows: once per version, and never again differently."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import get_language

from assessments.catalogue import ENTERPRISE, SITE
from assessments.catalogue import Questionnaire as Catalogue
from assessments.content import ContentError, content_hash, from_document, read_content, to_document
from assessments.method import Method, read_method
from assessments.models import Action, Component, Dimension, Measure, Question, Questionnaire
from assessments.overlays import lay_over, read_overlay

ENGLISH = "en"  # what is published, calculated with and stored


def load_content(folder: Path) -> tuple[Questionnaire, bool]:
    """Publish what the fixtures hold; returns the version and whether it is new.

    Raises ContentError when the files are faulty, or when a published version would change under the same number.
    """
    catalogue = read_content(folder)
    digest = content_hash(catalogue)
    with transaction.atomic():
        known = Questionnaire.objects.select_for_update().filter(version=catalogue.version).first()
        if known is not None:
            if known.content_hash != digest:
                raise ContentError(
                    [
                        f"instrument.yaml: version: {catalogue.version} is already published with other content;"
                        " a published version never changes, give the changed content a new version"
                    ]
                )
            return known, False
        row = Questionnaire.objects.create(
            version=catalogue.version, content_hash=digest, document=to_document(catalogue)
        )
        _store(row, catalogue)
        Questionnaire.objects.filter(pk=row.pk).update(published_at=Now())
    return row, True


def latest_questionnaire() -> Questionnaire | None:
    """The version that was published last; None before `load_content` ran."""
    return Questionnaire.objects.filter(published_at__isnull=False).order_by("-published_at", "-pk").first()


def _store(row: Questionnaire, catalogue: Catalogue) -> None:
    components = Component.objects.bulk_create(
        Component(questionnaire=row, code=c.code, order=i, name=c.name) for i, c in enumerate(catalogue.components)
    )
    component_of = {c.code: c for c in components}
    dimensions = Dimension.objects.bulk_create(
        Dimension(questionnaire=row, code=d.code, order=i, name=d.name, component=component_of[d.component])
        for i, d in enumerate(catalogue.dimensions)
    )
    dimension_of = {d.code: d for d in dimensions}
    _store_measures(row, catalogue, component_of, dimension_of)
    questions = [
        Question(
            questionnaire=row,
            code=q.code,
            view=q.view,
            type="scale5",
            dimension=dimension_of[q.dimension],
            text=q.text,
        )
        for q in catalogue.questions
    ] + [
        Question(questionnaire=row, code=i.code, view=i.view, type=i.type, text=i.title)
        for view in (ENTERPRISE, SITE)
        for i in catalogue.items_of(view)
    ]
    for order, question in enumerate(questions):
        question.order = order
    Question.objects.bulk_create(questions)
    Action.objects.bulk_create(
        Action(questionnaire=row, code=a.code, order=i, title=a.title) for i, a in enumerate(catalogue.actions)
    )


def _store_measures(
    row: Questionnaire, catalogue: Catalogue, components: dict[str, Component], dimensions: dict[str, Dimension]
) -> None:
    """What scores are of, in the order of every list of measures."""
    made = {
        d.code: Measure(kind="dimension", name=d.name, dimension=d, component=d.component) for d in dimensions.values()
    }
    made |= {c.code: Measure(kind="component", name=c.name, component=c) for c in components.values()}
    made["OVERALL"] = Measure(kind="overall", name="Overall")
    for order, code in enumerate(catalogue.measures):
        made[code].questionnaire, made[code].code, made[code].order = row, code, order
    Measure.objects.bulk_create(made.values())


def catalogue(questionnaire_id: int, language: str | None = None) -> Catalogue:
    """The catalogue of a published version, in the language of the reader unless one is named.

    Codes, numbers and stored values are the same in every language: the maths may take any of them.
    """
    wanted = language or get_language() or ENGLISH
    return _catalogue(questionnaire_id, wanted if wanted in dict(settings.LANGUAGES) else ENGLISH)


@lru_cache(maxsize=32)
def _catalogue(questionnaire_id: int, language: str) -> Catalogue:
    """Published content never changes, nor do the files of a language while a process runs: it keeps both."""
    if language == ENGLISH:
        return from_document(Questionnaire.objects.values_list("document", flat=True).get(pk=questionnaire_id))
    words = read_overlay(settings.FIXTURES / "questionnaires" / language)
    return lay_over(_catalogue(questionnaire_id, ENGLISH), words)


@lru_cache(maxsize=8)
def question_keys(questionnaire_id: int) -> dict[str, int]:
    """Question code -> row id of a published version."""
    return dict(Question.objects.filter(questionnaire_id=questionnaire_id).values_list("code", "id"))


@lru_cache(maxsize=1)
def method(path: Path) -> Method:
    """The method file, read once in a process."""
    return read_method(path)
