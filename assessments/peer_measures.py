"""Tells the room of the benchmarks which measures peers are compared by: those of the published questionnaire."""

from assessments import publishing
from benchmarks import measures


@measures.source
def published() -> measures.Measures | None:
    questionnaire = publishing.latest_questionnaire()
    if questionnaire is None:
        return None
    catalogue = publishing.catalogue(questionnaire.pk)
    profile = catalogue.item_by_code.get("E-N1")  # segments are named as its options are
    return measures.Measures(catalogue.measures, catalogue.families, profile.word if profile else str)
