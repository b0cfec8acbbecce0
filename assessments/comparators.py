"""Figures that others have published, with the size and the time of their surveys, and what of ours stands beside them.

PURE: no Django. The facts themselves are content (instrument.yaml, `facts`); how many were asked and when is known of some of
them only. Other people were asked in other words: background, never a benchmark.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from assessments.catalogue import ENTERPRISE, Fact, Item, Questionnaire

GARTNER_2025 = (128, "2025-05")  # fact BF01 says both
BASES: Mapping[str, tuple[int | None, str]] = {
    **dict.fromkeys(("BF01", "BF02", "BF03", "BF04", "BF05"), GARTNER_2025),
    "BF08": (None, "2026"),
    "BF09": (70, "2020"),
}
FIGURES: Mapping[str, str] = {"BF10": "stuck_share"}  # fact -> own figure that asks about the same


@dataclass(frozen=True)
class Comparator:
    """A published figure; `n` is None and `when` "" where the source does not say. `item` or `figure` is ours beside it."""

    fact: Fact
    n: int | None
    when: str  # "2025-05" or "2020"
    item: Item | None
    figure: str


def comparators(content: Questionnaire) -> tuple[Comparator, ...]:
    """All published figures of a content, those that something of ours stands beside first."""
    asked = {
        i.spec["external_comparator_fact"]: i
        for i in content.items_of(ENTERPRISE)
        if "external_comparator_fact" in i.spec
    }
    found = [
        Comparator(f, *BASES.get(f.code, (None, "")), asked.get(f.code), FIGURES.get(f.code, "")) for f in content.facts
    ]
    return tuple(sorted(found, key=lambda c: c.item is None and not c.figure))
