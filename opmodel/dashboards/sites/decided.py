"""What was decided: the actions of the plan that a plant's page shows. The plan fills it (assessments.plans)."""

from dataclasses import dataclass

from assessments.models import Cycle
from opmodel.organisations.models import Member


@dataclass(frozen=True)
class Decided:
    """One action of the plan as a plant's page tells it; `own`: for this plant or owned by the reader, else the network's."""

    title: str
    state: str  # in words: planned, under way, done
    due: str
    owner: str
    url: str
    own: bool


def decided(member: Member, site_id: int, cycle: Cycle) -> list[Decided]:
    """The planned actions a member may see that concern this site or the whole network."""
    return []
