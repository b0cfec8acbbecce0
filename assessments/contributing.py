"""What an organisation would give to the peers: the row as it would leave now, and what still stands in the way. Reads only."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from assessments import publishing, selectors
from assessments.catalogue import ENTERPRISE
from assessments.models import Contribution, Cycle, Result, Submission
from benchmarks import contributions
from benchmarks.settings import method_section, segments


@dataclass(frozen=True)
class Offer:
    """The row as it would leave now, and what still stands in the way; `row` is None before there is a result."""

    key: str
    row: contributions.Row | None
    measures: tuple[str, ...]
    obstacles: tuple[str, ...]


def offer(cycle: Cycle) -> Offer:
    """What contributing would send, and why it cannot be sent yet."""
    organisation = cycle.organisation
    catalogue = publishing.catalogue(cycle.questionnaire_id)
    key = contributions.key_of(organisation.legal_group or organisation.public_id)
    obstacles = []
    if organisation.is_demo:
        obstacles.append(_("This is a demo organisation; its answers are made up."))
    if organisation.verified_at is None:
        obstacles.append(_("The operator of this installation has not verified your organisation yet."))
    submission = Submission.objects.filter(cycle=cycle, view=ENTERPRISE).select_related("cycle").first()
    result = selectors.latest_result(submission) if submission else None
    if submission is None or submission.state != Submission.State.SUBMITTED or result is None:
        obstacles.append(_("The enterprise self-assessment of this cycle is not submitted and scored yet."))
        return Offer(key, None, catalogue.measures, tuple(obstacles))
    if result.revision != submission.revision:
        obstacles.append(_("The answers were changed; the new scores are being calculated."))
    row = _row(submission, result)
    if missing := contributions.missing_segments(row, segments()):
        names = {
            "industry": _("industry"), "region": _("region"), "size_band": _("employees"), "process_type": _("process type"),
        }  # fmt: skip
        obstacles.append(
            _("The enterprise profile lacks: %(what)s.") % {"what": ", ".join(names[name] for name in missing)}
        )
    needed = int(method_section().min_completion * 100)
    if row.completion < needed * 10:
        obstacles.append(
            _("%(share)s %% of the questions are answered; %(needed)s %% are needed.")
            % {"share": row.completion // 10, "needed": needed}
        )
    if row.scores[catalogue.measures.index("OVERALL")] is None:
        obstacles.append(_("There is no overall score: too much is unanswered in a component."))
    return Offer(key, row, catalogue.measures, tuple(obstacles))


def _row(submission: Submission, result: Result) -> contributions.Row:
    catalogue = publishing.catalogue(submission.cycle.questionnaire_id)
    points = dict(result.scores.values_list("measure", "point"))
    progress = selectors.progress(submission, catalogue.questions_of(ENTERPRISE))
    organisation = submission.cycle.organisation
    known = result.segments or organisation.segments
    assert submission.submitted_at is not None
    return contributions.Row(
        **{name: str(known.get(name, "")) for name in contributions.SEGMENTS},
        submitted_on=submission.submitted_at.date().isoformat(),
        completion=1000 * progress.answered // progress.total if progress.total else 0,
        scores=tuple(_thousandths(points.get(m)) for m in catalogue.measures),
    )


def _thousandths(point: float | None) -> int | None:
    return None if point is None else int((Decimal(repr(point)) * 1000).to_integral_value(ROUND_HALF_UP))


def contribution(cycle: Cycle) -> Contribution | None:
    """What was given in a cycle, or given and taken back; one query."""
    return Contribution.objects.filter(cycle=cycle).select_related("given_by", "withdrawn_by").first()


def counts(given: Contribution | None) -> bool:
    """Whether what was given counts in the next release: it was not taken back, nor replaced by another row of the group."""
    if given is None or given.state != Contribution.State.GIVEN:
        return False
    return contributions.stands(given.record_key, given.row)
