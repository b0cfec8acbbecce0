"""Answers of the last cycle become answers of this one: only those a person confirmed."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from assessments import carrying
from assessments.models import Submission
from assessments.workflow.answers import Saved, save_answer
from assessments.workflow.refusals import Conflict, Refused
from opmodel.organisations.models import Member


@transaction.atomic
def confirm_carried(*, by: Member, submission: Submission, codes: Sequence[str]) -> list[Saved]:
    """Save what is offered for these codes as answers of their own, all or none; raises Refused naming the code."""
    offered = carrying.carried(submission)
    return [_confirm(by, submission, code, offered.get(code)) for code in dict.fromkeys(codes)]


def _confirm(by: Member, submission: Submission, code: str, known: carrying.Previous | None) -> Saved:
    gone = _("Nothing waits to be confirmed for “%(code)s”: it may be answered by now. Reload the page.")
    if known is None:
        raise Refused(gone % {"code": code[:40]}, field="codes", status=409)
    try:
        return save_answer(
            by=by,
            submission=submission,
            code=code,
            status=known.status,
            base_version=0,
            level=known.level,
            data=known.data,
            reason=known.reason,
            comment=known.comment,
            origin="carried",
        )
    except Conflict as conflict:
        raise Refused(gone % {"code": code}, field="codes", status=409) from conflict
    except Refused as refused:
        text = _("“%(code)s” cannot be carried over as it is: %(message)s")
        values = {"code": code[:40], "message": refused.message}
        raise Refused(text % values, field="codes", status=refused.status) from refused
