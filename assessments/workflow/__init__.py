"""Every write of an assessment: one keyword-only function each, in one transaction, with `by=`."""

from assessments.workflow.answers import Saved, save_answer, save_many
from assessments.workflow.carrying import confirm_carried
from assessments.workflow.cycles import (
    add_sites,
    archive_cycle,
    close_cycle,
    discard_draft,
    draft_cycle,
    edit_draft,
    extend_cycle,
    extend_submission,
    open_cycle,
    open_draft,
    reopen_cycle,
    switch_reminders,
)
from assessments.workflow.refusals import Conflict, Refused
from assessments.workflow.reminders import Reminded, remind
from assessments.workflow.submitting import enqueue_scoring, submit

__all__ = [
    "Conflict",
    "Refused",
    "Reminded",
    "Saved",
    "add_sites",
    "archive_cycle",
    "close_cycle",
    "confirm_carried",
    "discard_draft",
    "draft_cycle",
    "edit_draft",
    "enqueue_scoring",
    "extend_cycle",
    "extend_submission",
    "open_cycle",
    "open_draft",
    "remind",
    "reopen_cycle",
    "save_answer",
    "save_many",
    "submit",
    "switch_reminders",
]
