"""Which dimension serves which objective: the content's matrix with the organisation's own judgement laid over it. Reads only."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from assessments.catalogue import Questionnaire
from assessments.models import OwnRelevance

LEVELS = (0, 1, 2, 3)  # of relevance, as in the content


@dataclass(frozen=True)
class Relevance:
    """The matrix rankings use."""

    levels: Mapping[str, Mapping[str, int]]  # dimension -> objective -> 0..3
    own: Mapping[tuple[str, str], int]  # cells of own judgement: (dimension, objective) -> what the content says


def relevance_of(organisation_id: int, catalogue: Questionnaire) -> Relevance:
    """The relevance of an organisation's dimensions for its objectives. One query."""
    saved = OwnRelevance.objects.filter(organisation_id=organisation_id)
    return laid_over(catalogue, {(d, o): level for d, o, level in saved.values_list("dimension", "objective", "level")})


def laid_over(catalogue: Questionnaire, judged: Mapping[tuple[str, str], int]) -> Relevance:
    """The content's matrix with the judged cells in place; a judgement equal to the content is none, an unknown code neither."""
    levels = {d.code: {o: d.objective_relevance.get(o, 0) for o in catalogue.objectives} for d in catalogue.dimensions}
    own = {(d, o): levels[d][o] for (d, o), level in judged.items() if o in levels.get(d, {}) and levels[d][o] != level}
    for d, o in own:
        levels[d][o] = judged[d, o]
    return Relevance(levels, own)


def fingerprint(relevance: Relevance, dimensions: tuple[str, ...]) -> str:
    """What a form showed of these dimensions: saving it again finds out whether somebody else was faster."""
    shown = [(d, *sorted(relevance.levels[d].items())) for d in dimensions]
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]
