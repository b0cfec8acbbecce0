"""What `quality` found, as questions to the one who answered; nobody is blamed and nothing is corrected."""

from typing import Any

from django.utils.translation import gettext_lazy

from assessments.catalogue import Questionnaire
from assessments.quality import CONTRADICTION, JUMP, STRAIGHT_LINE, UNSUPPORTED, Finding

SENTENCES: dict[str, Any] = {
    STRAIGHT_LINE: gettext_lazy(
        "In “%(component)s” %(same)s of %(answered)s answers are level %(level)s. Is the picture really that even?"
    ),
    UNSUPPORTED: gettext_lazy("Level %(level)s without evidence: can you add a document, a link or a short comment?"),
    JUMP: gettext_lazy(
        "Level %(before)s in the last cycle, level %(now)s today: what has changed? A short comment helps readers."
    ),
    CONTRADICTION: gettext_lazy(
        "Level %(here)s here, but you chose level %(there)s for the same matter in %(code)s. Do both describe today?"
    ),
}


def sentence(finding: Finding, catalogue: Questionnaire) -> str:
    """The finding as a question."""
    values = dict(finding.values)
    if finding.kind == STRAIGHT_LINE:
        values["component"] = catalogue.component_by_code[values["component"]].name
    if finding.kind == CONTRADICTION:
        values["code"] = finding.codes[1]
    return str(SENTENCES[finding.kind] % values)
