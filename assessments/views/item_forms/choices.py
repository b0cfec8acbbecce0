"""Forms of options: one choice, three ranks, and the free text."""

import random
from typing import Any

from assessments.item_words import label_in
from assessments.items.choices import RANKS
from assessments.items.fields import number
from assessments.views.item_forms.fields import as_text
from assessments.views.item_forms.page import Page


def single(page: Page) -> dict[str, Any]:
    chosen = as_text(page.data.get("choice"))
    return {
        "options": [
            {"value": o, "label": page.item.word(o), "checked": o == chosen} for o in page.item.spec["options"]
        ],
        "error": page.error("choice"),
        "comparator": comparator(page) if page.saved and chosen else None,
    }


def comparator(page: Page) -> dict[str, str] | None:
    """The published figure beside an answer that is saved: nobody is led by it."""
    text = page.item.spec.get("external_comparator")
    if not text:
        return None
    fact = next(f for f in page.catalogue.facts if f.code == page.item.spec["external_comparator_fact"])
    return {"text": page.item.word(text), "source": fact.source}


def ranking(page: Page) -> dict[str, Any]:
    """The options in an order of the respondent's own: the same at each visit, another for the next person."""
    options = list(page.item.spec["options"])
    random.Random(page.seed).shuffle(options)
    return {
        "ranks": RANKS,
        "options": [
            {
                "value": option,
                "label": label_in(page.item, option, page.catalogue),
                "rank": number(page.data.get(option)),
                "error": page.error(option),
                "number": place,
            }
            for place, option in enumerate(options, 1)
        ],
    }


def open_text(page: Page) -> dict[str, Any]:
    return {
        "value": as_text(page.data.get("text")),
        "longest": page.item.spec["max_length"],
        "error": page.error("text"),
    }
