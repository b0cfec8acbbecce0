"""What an explanation is asked about."""

from dataclasses import dataclass

from assessments.insight import Insight, MeasureView


@dataclass(frozen=True)
class Asked:
    """A measure of an insight (or an action), and the weights and the reference of the ranking it is about."""

    seen: Insight
    code: str
    preset: str
    reference: str

    @property
    def view(self) -> MeasureView:
        return self.seen.measures[self.code]
