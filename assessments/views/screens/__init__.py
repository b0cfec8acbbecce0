"""What the answering templates show, put together from selectors; no writes, no rules of its own."""

from assessments.views.screens.evidence import block as evidence_block
from assessments.views.screens.evidence import evidence
from assessments.views.screens.facts import after_item, item
from assessments.views.screens.frame import heading, short_progress
from assessments.views.screens.questions import conflict, dimension, stored
from assessments.views.screens.review import job, review

__all__ = [
    "after_item",
    "conflict",
    "dimension",
    "evidence",
    "evidence_block",
    "heading",
    "item",
    "job",
    "review",
    "short_progress",
    "stored",
]
