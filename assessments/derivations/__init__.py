"""How the numbers of an insight came about, as trees (`explaining`): one explanation by measure and by what is asked.

Page and API ask `explanation`; the modules below make the trees from what an insight has read.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from assessments import insight, selectors
from assessments.access import sees_results
from assessments.catalogue import ENTERPRISE
from assessments.derivations import changes, peers, plants, ranks, scores
from assessments.derivations.asked import Asked
from assessments.explaining import Node
from assessments.insight import Insight
from assessments.models import Submission
from assessments.ranking import PRESETS, REFERENCES, Weights, usable_references
from assessments.reading import Reading
from opmodel.organisations.models import Member


@dataclass(frozen=True)
class Explanation:
    """The number that was asked about first, then what is said beside it."""

    what: str
    nodes: tuple[Node, ...]

    @property
    def main(self) -> Node:
        return self.nodes[0]


Maker = Callable[[Asked], tuple[Node, ...]]
MAKERS: Mapping[str, Maker] = {
    "score": scores.score,
    "position": peers.place,
    "gap": peers.gaps,
    "network": plants.network,
    "perception": plants.perception,
    "priority": ranks.priority,
    "action": ranks.action,
    "projection": ranks.projection,
    "change": changes.enterprise,
    "plants_change": changes.plants,
}
WORDS = {
    "score": gettext_lazy("Score"),
    "position": gettext_lazy("Position among peers"),
    "gap": gettext_lazy("Gaps"),
    "network": gettext_lazy("Plants' view"),
    "perception": gettext_lazy("Head office and plants"),
    "priority": gettext_lazy("Priority"),
    "projection": gettext_lazy("Projection"),
    "change": gettext_lazy("Change"),
    "plants_change": gettext_lazy("Change of the plants' view"),
    "action": gettext_lazy("Action"),
}
LOOKING_BACK = ("change", "plants_change")  # what needs the cycle before
OF_DIMENSIONS = ("network", "perception", "priority", "plants_change")
OF_ALL_TOGETHER = ("plants_change",)  # of dimensions, and of their mean where the overall score is asked about
OF_RANKING = ("priority", "action", "projection")  # what depends on weights and reference
OF_SITES = ("score",)  # a plant has no peers, no plants, no list of its own


def offered(seen: Insight, measure: str) -> list[str]:
    """What may be asked about a measure, in the order it is offered; `action` is about actions, not measures."""
    if seen.submission.view != ENTERPRISE:
        return list(OF_SITES)
    known = set(WORDS) - {"action"}
    if measure not in seen.catalogue.dimension_by_code:
        known -= set(OF_DIMENSIONS) - set(OF_ALL_TOGETHER if measure == "OVERALL" else ())
    return [what for what in WORDS if what in known]


def explanation(
    seen: Insight,
    measure: str,
    what: str = "score",
    preset: str = "strategic",
    reference: str = "",
    own: Weights | None = None,
) -> Explanation | None:
    """How a number of a measure (for `action`: of an action) came about; None where there is nothing to explain.

    `preset` (or weights of one's `own`) and `reference` are those of the ranking, for "priority", "action" and
    "projection". Raises KeyError for ones that nobody knows.
    """
    known = seen.catalogue.action_by_code if what == "action" else seen.measures
    if measure not in known or (what != "action" and what not in offered(seen, measure)):
        return None
    if what == "action" and seen.submission.view != ENTERPRISE:
        return None
    reference = reference or next(iter(usable_references(seen)), "target")
    if preset not in PRESETS or reference not in REFERENCES:
        raise KeyError(preset, reference)
    nodes = MAKERS[what](Asked(seen, measure, preset, reference, own))
    return Explanation(what, nodes) if nodes else None


def opened(member: Member, public_id: str, what: str, chosen: str = "") -> Insight | None:
    """The insight an explanation is about, compared with the group `chosen`; None when a member may not see it, or it has
    no score. What looks back is read with the cycles before."""
    rows = selectors.submissions(member).select_related("cycle", "organisation").filter(public_id=public_id)
    submission: Submission | None = rows.first()
    if submission is None or not sees_results(member, submission):
        return None
    back = [submission]
    if what in LOOKING_BACK and submission.view == ENTERPRISE:
        cycles = list(selectors.scored_enterprise(member).select_related("cycle", "organisation"))
        back = cycles[next((i for i, s in enumerate(cycles) if s.pk == submission.pk), len(cycles)) :] or back
    reading = Reading(back, back[:2])
    result = reading.results.get(submission.pk)
    return insight.build(submission, result, chosen, reading) if result else None
