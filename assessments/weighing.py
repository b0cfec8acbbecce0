"""Weights that somebody typed: three numbers, checked and normalised."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from assessments.ranking import Weights

WEIGHTS = ("cost", "objectives", "gap")
NUMBER = re.compile(r"\d{1,3}([.,]\d{1,2})?", re.ASCII)
MOST = 100  # of one weight


def read_number(text: str) -> float | None:
    """A plain number as people of either decimal mark type it; None for anything else.

    >>> read_number(" 33,3 "), read_number("1e3"), read_number("-1"), read_number("")
    (33.3, None, None, None)
    """
    found = NUMBER.fullmatch(text.strip())
    return float(found[0].replace(",", ".")) if found else None


@dataclass(frozen=True)
class OwnWeights:
    """Three weights as they were typed, what they come to, and what is wrong with them."""

    typed: Mapping[str, str]
    weights: Weights | None
    error: str


def own_weights(given: Mapping[str, str]) -> OwnWeights:
    """The reader's weights of costs, objectives and gap: each from 0 to 100, together more than 0; normalised to 1."""
    typed = {name: given.get(name, "").strip()[:12] for name in WEIGHTS}
    found = [read_number(text) for text in typed.values()]
    numbers = [n for n in found if n is not None and n <= MOST]
    if len(numbers) < len(WEIGHTS):
        return OwnWeights(typed, None, _("Each weight must be a number from 0 to 100."))
    total = sum(numbers)
    if total <= 0:
        return OwnWeights(typed, None, _("One weight at least must be more than 0."))
    cost, objectives, gap = (n / total for n in numbers)
    return OwnWeights(typed, (cost, objectives, gap), "")
