"""How reliable the questions of each dimension are, over the plants' surveys of one cycle (METHOD 9). Reads only.

Which records: the own site surveys of one cycle. The enterprise answers once a cycle and never reaches 30 records; peers'
records hold scores, no answers, and nobody of an organisation sees them; several cycles of one plant are no independent
records.
"""

from dataclasses import dataclass

from assessments import pipeline, publishing, selectors
from assessments.catalogue import SITE
from assessments.models import Cycle
from assessments.reliability import reliability


@dataclass(frozen=True)
class Reliability:
    """One dimension: the coefficient and its name, the complete records, how many questions were asked."""

    code: str
    name: str
    component: str
    coefficient: float | None
    method: str
    records: int
    questions: int


def of_cycle(cycle: Cycle) -> list[Reliability]:
    """The reliability of every dimension over the submitted site surveys of a cycle; two queries."""
    catalogue = publishing.catalogue(cycle.questionnaire_id)
    asked = [q.code for q in catalogue.questions_of(SITE)]
    rows = selectors.submitted_sites(cycle.pk)
    levels = selectors.level_matrix(rows, tuple(asked), publishing.question_keys(cycle.questionnaire_id))
    found = []
    for d in catalogue.dimensions:
        own = [asked.index(q.code) for q in catalogue.questions_of(SITE, d.code)]
        value, method, n = reliability(levels[:, own], min_records())
        found.append(Reliability(d.code, d.name, d.component, value, method, n, len(own)))
    return found


def min_records() -> int:
    return pipeline.current_method().reliability.min_records
