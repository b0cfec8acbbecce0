"""Every write of an assessment: one keyword-only function each, in one transaction, with `by=`."""

from assessments.workflow.answers import Saved, save_answer, save_many
from assessments.workflow.cycles import close_cycle, open_cycle
from assessments.workflow.refusals import Conflict, Refused
from assessments.workflow.submitting import enqueue_scoring, submit

__all__ = [
    "Conflict",
    "Refused",
    "Saved",
    "close_cycle",
    "enqueue_scoring",
    "open_cycle",
    "save_answer",
    "save_many",
    "submit",
]
