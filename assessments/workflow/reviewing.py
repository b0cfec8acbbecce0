"""After the submit: a reviewer returns it with remarks, or accepts it; the respondent works through the remarks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from assessments import colleagues, pipeline, publishing, selectors
from assessments.models import CycleStep, Remark, Submission
from assessments.workflow import letters
from assessments.workflow.answers import lock_open, not_yours, stays_open
from assessments.workflow.delegating import text
from assessments.workflow.refusals import Refused
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import Permission, can

WISH = "S-N8"  # one decision that would help the plant most, in its own words
DAYS_TO_REWORK = 7  # a return after the last day must leave time to work through the remarks


@dataclass(frozen=True)
class Returned:
    """What a return did; `extended_to` is the new last day of this submission where the old one had passed."""

    submission: Submission
    extended_to: date | None


@transaction.atomic
def return_submission(*, by: Member, submission: Submission, remarks: Mapping[str, str]) -> Returned:
    """Give a submission back with remarks (question code, or "" for the whole -> text); raises Refused.

    Whoever submitted it may return it too: so a CSCO reopens the own enterprise view. An acceptance ends with it. The
    results of the revision stay; the plants' view is calculated again without it.
    """
    locked = _for_review(by, submission)
    said = _clean(locked, remarks)
    extended = _time_to_rework(by, locked)
    Submission.objects.filter(pk=locked.pk).update(
        state=Submission.State.RETURNED, accepted_at=None, accepted_by=None, extended_to=extended or locked.extended_to
    )
    keys = publishing.question_keys(locked.cycle.questionnaire_id)
    Remark.objects.bulk_create(
        Remark(
            organisation_id=by.organisation_id,
            submission=locked,
            question_id=keys[code] if code else None,
            revision=locked.revision,
            text=remark,
            by_id=by.user_id,
        )
        for code, remark in said.items()
    )
    pipeline.enqueue_network(locked.cycle, by=by.user_id)
    locked.state, locked.accepted_at, locked.accepted_by = Submission.State.RETURNED, None, None
    locked.extended_to = extended or locked.extended_to
    letters.returned(by, locked, len(said), locked.closes_on.isoformat())
    return Returned(locked, extended)


def _clean(submission: Submission, remarks: Mapping[str, str]) -> dict[str, str]:
    catalogue = selectors.catalogue_of(submission)
    asked = [q.code for q in catalogue.questions_of(submission.view)]
    asked += [i.code for i in catalogue.items_of(submission.view)]
    for code in remarks:
        if code and code not in asked:
            raise Refused(_("There is no question “%(code)s” in this survey.") % {"code": code[:40]}, field="remarks")
    said = {code: text(remarks[code], 1000, code) for code in ["", *asked] if code in remarks}
    said = {code: remark for code, remark in said.items() if remark}
    if not said:
        raise Refused(_("Write at least one remark: what should be looked at again?"), field="remarks")
    return said


def _time_to_rework(by: Member, submission: Submission) -> date | None:
    """A later last day, with its reason on record, when the old one has passed; raises Refused in a closed cycle."""
    if not stays_open(submission):
        raise Refused(_("The cycle is closed, so nobody could answer. Reopen the cycle first."), status=409)
    today = colleagues.local_day(by, submission)
    if today <= submission.closes_on:
        return None
    extended = today + timedelta(days=DAYS_TO_REWORK)
    CycleStep.objects.create(
        organisation_id=by.organisation_id,
        cycle=submission.cycle,
        submission=submission,
        kind=CycleStep.Kind.EXTENDED,
        closes_on=extended,
        reason=_("Returned with remarks after the last day."),
        by_id=by.user_id,
    )
    return extended


@transaction.atomic
def accept_submission(*, by: Member, submission: Submission) -> Submission:
    """A reviewer is satisfied. Nobody accepts what they submitted themselves; raises Refused."""
    locked = _for_review(by, submission)
    if locked.accepted_at is not None:
        raise Refused(_("This was accepted already."), status=409)
    if locked.submitted_by_id == by.user_id:
        raise Refused(_("You submitted this yourself; somebody else accepts it."), status=403)
    Submission.objects.filter(pk=locked.pk).update(accepted_at=Now(), accepted_by_id=by.user_id)
    locked.refresh_from_db()
    return locked


@transaction.atomic
def answer_wish(*, by: Member, submission: Submission, reply: str) -> Remark:
    """Answer what a plant asked of the centre (S-N8) without returning its survey; raises Refused.

    A remark that is dealt with from the start: the plant reads it on its page, and nobody has to work on it.
    """
    locked = _for_review(by, submission)
    if WISH not in selectors.all_item_data([locked])[locked.pk]:
        raise Refused(_("This survey asks nothing of the centre, so there is nothing to answer."), status=409)
    said = text(reply, 1000, "reply")
    if not said:
        raise Refused(_("Write what becomes of the wish before you send the answer."), field="reply")
    return Remark.objects.create(
        organisation_id=by.organisation_id,
        submission=locked,
        question_id=publishing.question_keys(locked.cycle.questionnaire_id)[WISH],
        revision=locked.revision,
        text=said,
        by_id=by.user_id,
        resolved_at=Now(),
        resolved_by_id=by.user_id,
    )


def _for_review(by: Member, submission: Submission) -> Submission:
    if not can(by, Permission.REVIEW):
        raise Refused(_("Only a CSCO or an analyst reviews what was submitted."), status=403)
    rows = selectors.submissions(by).select_for_update(of=("self",), no_key=True)
    locked = rows.filter(pk=submission.pk).first()
    if locked is None:
        raise not_yours()
    if locked.state == Submission.State.RETURNED:
        raise Refused(_("This was returned already; it is with the respondent again."), status=409)
    if locked.state != Submission.State.SUBMITTED:
        raise Refused(_("This is not submitted yet, so there is nothing to review."), status=409)
    return locked


@transaction.atomic
def settle_remark(*, by: Member, remark: Remark, settled: bool) -> Remark:
    """Mark a remark as dealt with, or as open again; twice is once; raises Refused."""
    _locked, granted = lock_open(by, remark.submission)
    if not (granted.writes(remark.question.code) if remark.question else granted.writes_all):
        raise not_yours()
    row = Remark.objects.filter(pk=remark.pk, resolved_at__isnull=settled)
    row.update(resolved_at=Now() if settled else None, resolved_by_id=by.user_id if settled else None)
    remark.refresh_from_db()
    return remark
