"""What the answering templates show, put together from selectors; no writes, no rules of its own."""

from assessments.views.screens.delegation import assignment, delegate, panel, stand_in
from assessments.views.screens.evidence import block as evidence_block
from assessments.views.screens.evidence import evidence
from assessments.views.screens.facts import after_item, item
from assessments.views.screens.frame import heading, short_progress
from assessments.views.screens.inspection import inspection
from assessments.views.screens.questions import conflict, dimension, stored
from assessments.views.screens.remarks import place_of
from assessments.views.screens.review import inspect_url, job, review

__all__ = [
    "after_item",
    "assignment",
    "conflict",
    "delegate",
    "dimension",
    "evidence",
    "evidence_block",
    "heading",
    "inspect_url",
    "inspection",
    "item",
    "job",
    "panel",
    "place_of",
    "review",
    "short_progress",
    "stand_in",
    "stored",
]
