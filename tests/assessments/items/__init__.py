"""Item types against the published content: one day, one currency, two dimensions would do but all are there."""

from datetime import date
from pathlib import Path

from assessments import item_words, items
from assessments.content import read_content

CONTENT = read_content(Path(__file__).resolve().parents[3] / "fixtures")
CONTEXT = items.Context(tuple(d.code for d in CONTENT.dimensions), date(2026, 6, 1), "EUR")


def clean(code, raw, context=CONTEXT):
    item = CONTENT.item_by_code[code]
    return items.clean(item.type, item.spec, raw, context)


def warned(code, value, context=CONTEXT):
    item = CONTENT.item_by_code[code]
    return items.warnings(item.type, item.spec, value, context)


def said(code, faults):
    """The faults as people read them."""
    return [item_words.sentence(fault, CONTENT.item_by_code[code], CONTENT) for fault in faults]
