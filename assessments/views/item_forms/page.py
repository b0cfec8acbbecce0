"""One item with everything its form needs to know."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from assessments.catalogue import Item, Questionnaire


@dataclass(frozen=True)
class Page:
    """One item with the data to show and what stands around them."""

    item: Item
    catalogue: Questionnaire
    data: Mapping[str, Any]  # what is saved, or what was just typed
    today: date
    reference: date  # the day figures refer to
    currency: str
    errors: Mapping[str, str] = field(default_factory=dict)  # place of the fault -> sentence
    theirs: Mapping[str, Any] | None = None  # what somebody else saved in the meantime
    saved: bool = False  # `data` are what is saved, not what was typed
    editable: bool = True
    empty_rows: int = 3
    seed: str = ""  # the same for one respondent, so that shuffled options stay where they are

    def error(self, place: str) -> str:
        return self.errors.get(place, "")
