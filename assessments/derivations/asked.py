"""What an explanation is asked about."""

from dataclasses import dataclass

from assessments.insight import Insight, MeasureView
from assessments.ranking import Ranking, Weights, ranking_of


@dataclass(frozen=True)
class Asked:
    """A measure of an insight (or an action), and the weights and the reference of the ranking it is about."""

    seen: Insight
    code: str
    preset: str
    reference: str
    own: Weights | None = None  # weights somebody typed, in place of the preset

    @property
    def view(self) -> MeasureView:
        return self.seen.measures[self.code]

    def ranking(self) -> Ranking:
        return ranking_of(self.seen, self.preset, self.reference, self.own)
