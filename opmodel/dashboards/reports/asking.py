"""From a filled-in form to a report: the figures as they are now are gathered in its language and frozen."""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from assessments import workflow
from assessments.models import Report, Submission
from assessments.ranking import REFERENCES, ranking_of, usable_references
from opmodel.dashboards.reports import content
from opmodel.organisations import clock
from opmodel.organisations.models import Member


def ask_for_whole(
    *, by: Member, submission: Submission, kind: str, language: str, preset: str, reference: str
) -> tuple[Report, bool]:
    """A deck, a PDF or a workbook about an enterprise view; gives the report, and whether it is new. Raises Refused."""
    seen = content.chosen_insight(submission)
    if seen is None:
        raise not_scored("cycle")
    usable = usable_references(seen)
    if usable and reference not in usable:
        message = _("In this cycle there is no “%(missing)s” to measure against. Known: %(known)s.")
        values = {"missing": REFERENCES[reference], "known": ", ".join(str(REFERENCES[r]) for r in usable)}
        raise workflow.Refused(message % values, field="reference")
    with translation.override(language):
        seen = content.chosen_insight(submission)  # its names are in the language it is read in
        assert seen is not None
        said = content.of_organisation(seen, ranking_of(seen, preset, reference), kind, clock.today(by.organisation))
    return _ask(by, submission, kind, language, said)


def ask_for_site(*, by: Member, submission: Submission, language: str) -> tuple[Report, bool]:
    """The page of one plant; gives the report, and whether it is new. Raises Refused."""
    with translation.override(language):
        seen = content.chosen_insight(submission)
        said = content.of_site(seen, clock.today(by.organisation)) if seen else None
    if said is None:
        raise not_scored("survey")
    return _ask(by, submission, Report.Kind.SITE, language, said)


def not_scored(field: str) -> workflow.Refused:
    return workflow.Refused(_("There is no score yet to report about."), field=field, status=409)


def _ask(by: Member, submission: Submission, kind: str, language: str, said: dict[str, Any]) -> tuple[Report, bool]:
    return workflow.request_report(by=by, kind=kind, language=language, submission=submission, content=said)
