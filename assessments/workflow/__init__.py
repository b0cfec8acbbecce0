"""Every write of an assessment: one keyword-only function each, in one transaction, with `by=`."""

from assessments.workflow.alignment import judge_relevance, reset_relevance
from assessments.workflow.answers import Saved, item_context, not_yours, save_answer, save_many
from assessments.workflow.carrying import confirm_carried
from assessments.workflow.contributing import contribute, withdraw_contribution
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
    show_peers_to_plants,
    switch_reminders,
)
from assessments.workflow.delegating import accept_assignment, assign, give_back, hand_in, withdraw_assignment
from assessments.workflow.evidence import (
    add_file,
    add_link,
    attach_evidence,
    change_evidence,
    delete_evidence,
    detach_evidence,
    note_download,
)
from assessments.workflow.plan_evidence import show_action, unshow_action
from assessments.workflow.plan_reminders import remind_owners
from assessments.workflow.planning import (
    Chosen,
    change_action,
    choose_actions,
    drop_action,
    finish_action,
    remove_action,
    resume_action,
    set_capacity,
    start_action,
)
from assessments.workflow.refusals import Conflict, Refused
from assessments.workflow.reminders import Reminded, remind
from assessments.workflow.reports import (
    expire_reports_of,
    keep_report,
    note_report_download,
    request_report,
    retry_report,
)
from assessments.workflow.reviewing import (
    Returned,
    accept_submission,
    answer_wish,
    return_submission,
    settle_remark,
)
from assessments.workflow.standing_in import end_stand_in, stand_in
from assessments.workflow.submitting import enqueue_scoring, late_targets, submit
from assessments.workflow.targets import take_over_targets
from assessments.workflow.workbooks import Choices, apply_workbook, keep_workbook

__all__ = [
    "Choices",
    "Chosen",
    "Conflict",
    "Refused",
    "Reminded",
    "Returned",
    "Saved",
    "accept_assignment",
    "accept_submission",
    "add_file",
    "add_link",
    "add_sites",
    "answer_wish",
    "apply_workbook",
    "archive_cycle",
    "assign",
    "attach_evidence",
    "change_action",
    "change_evidence",
    "choose_actions",
    "close_cycle",
    "confirm_carried",
    "contribute",
    "delete_evidence",
    "detach_evidence",
    "discard_draft",
    "draft_cycle",
    "drop_action",
    "edit_draft",
    "end_stand_in",
    "enqueue_scoring",
    "expire_reports_of",
    "extend_cycle",
    "extend_submission",
    "finish_action",
    "give_back",
    "hand_in",
    "item_context",
    "judge_relevance",
    "keep_report",
    "keep_workbook",
    "late_targets",
    "not_yours",
    "note_download",
    "note_report_download",
    "open_cycle",
    "open_draft",
    "remind",
    "remind_owners",
    "remove_action",
    "reopen_cycle",
    "request_report",
    "reset_relevance",
    "resume_action",
    "retry_report",
    "return_submission",
    "save_answer",
    "save_many",
    "set_capacity",
    "settle_remark",
    "show_action",
    "show_peers_to_plants",
    "stand_in",
    "start_action",
    "submit",
    "switch_reminders",
    "take_over_targets",
    "unshow_action",
    "withdraw_assignment",
    "withdraw_contribution",
]
