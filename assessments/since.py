"""What changed since the cycle before: the stored facts of both cycles for `change`."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from assessments import bulk, change, pipeline, publishing
from assessments.change import Change, Plants, Scored
from assessments.insight import Insight
from assessments.models import Result, Submission
from assessments.packing import scores_of
from assessments.reading import Reading

NOBODY = Plants(None, {}, {})


@dataclass(frozen=True)
class Since:
    """Two cycles beside each other: every measure of the enterprise, the plants' view of every dimension."""

    earlier: Submission
    before: Result
    after: Result
    enterprise: Mapping[str, Change]  # by measure
    views: tuple[Mapping[str, Plants], Mapping[str, Plants]]  # then and now, by dimension
    dimensions: tuple[str, ...]  # of today's content
    names: Mapping[str, str]  # plant -> its name

    @property
    def same_method(self) -> bool:
        return self.before.method_version == self.after.method_version

    @property
    def same_content(self) -> bool:
        return self.before.content_version == self.after.content_version

    @cached_property
    def kinds(self) -> dict[str, Change]:
        """The plants' view of each dimension, without the plants' parts."""
        return {d: change.network_kinds(*self._sides(d)) for d in self.dimensions}

    def network(self, dimension: str) -> Change:
        """The plants' view of a dimension, plant by plant."""
        return change.network_change(*self._sides(dimension))

    @property
    def by_plant(self) -> dict[str, float]:
        """What each plant did to the change of `plants`, largest first whichever way."""
        return change.by_plant([self._sides(d) for d, c in self.kinds.items() if c.kinds])

    @property
    def plants(self) -> Change:
        """Mean over the dimensions whose plants' view can be taken apart."""
        return change.mean_change(self.kinds.values())

    @property
    def compared(self) -> int:
        """How many dimensions those are."""
        return sum(bool(c.kinds) for c in self.kinds.values())

    def _sides(self, dimension: str) -> tuple[Plants, Plants]:
        return self.views[0].get(dimension, NOBODY), self.views[1].get(dimension, NOBODY)


def since(seen: Insight) -> Since | None:
    """What changed since the last scored cycle before; None when there is none. `seen` was opened looking back."""
    earlier = next((s for s in seen.reading.rows if s.pk != seen.submission.pk), None)
    before = seen.reading.results.get(earlier.pk) if earlier else None
    if earlier is None or before is None:
        return None
    sides = (scored(seen.reading, earlier, before), scored(seen.reading, seen.submission, seen.result))
    cycles = (earlier.cycle_id, seen.submission.cycle_id)
    return Since(
        earlier=earlier,
        before=before,
        after=seen.result,
        enterprise={m: change.enterprise_change(*sides, m) for m in seen.catalogue.measures},
        views=(plants_of(seen.reading, cycles[0]), plants_of(seen.reading, cycles[1])),
        dimensions=tuple(d.code for d in seen.catalogue.dimensions),
        names={str(p.site_id): p.name for cycle in cycles for p in seen.reading.invited.get(cycle, ())},
    )


def scored(reading: Reading, submission: Submission, result: Result) -> Scored:
    """One enterprise view as it was stored, and as today's method scores the same answers."""
    content = publishing.catalogue(submission.cycle.questionnaire_id)
    plan = pipeline.plan_for(content, pipeline.current_method(), submission.view)
    row = reading.answers[submission.pk].row(plan, submission.cycle.questionnaire_id)
    same = bulk.fingerprint(row) == result.input_hash
    return Scored(
        {measure: score.point for measure, score in scores_of(result).items()},
        pipeline.scores_of(plan, row) if same else None,
        frozenset(plan.questions),
    )


def plants_of(reading: Reading, cycle_id: int) -> dict[str, Plants]:
    """The plants' view of each dimension of a cycle with the plants it is made of."""
    network = reading.networks.get(cycle_id)
    if network is None:
        return {}
    weights = {str(site): float(weight) for site, weight in reading.weights(cycle_id)[0].items()}
    found = {}
    for dimension, view in network.scores.items():
        own = {str(p.site_id): p.scores[dimension] for p in reading.marks(cycle_id, dimension).known}
        covered = math.fsum(weights[site] for site in own)
        found[dimension] = Plants(view.score, {site: weights[site] / covered for site in own} if covered else {}, own)
    return found
