"""Every read: what a member may see, as querysets, and the answers as arrays for the maths."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, F, Max, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from assessments import publishing
from assessments.catalogue import ENTERPRISE, SITE, Question
from assessments.catalogue import Questionnaire as Catalogue
from assessments.models import (
    Answer,
    AnswerEvidence,
    Assignment,
    AssignmentQuestion,
    Cycle,
    CycleSite,
    CycleStep,
    NetworkResult,
    Result,
    Score,
    StandIn,
    Submission,
)
from assessments.packing import SCORE, packed
from assessments.scoring import NOT_APPLICABLE
from opmodel.jobs.models import Job
from opmodel.organisations.models import Member, Site
from opmodel.organisations.permissions import Permission, can

ANSWERED = ("level", "na", "dk")  # of a scale question
DONE = (*ANSWERED, "data")
# A result that counts: of a submission that is not returned, and of its newest revision. Others stay readable, marked.
CURRENT = Q(submission__state=Submission.State.SUBMITTED, revision=F("submission__revision"))


def cycles(member: Member) -> QuerySet[Cycle]:
    return Cycle.objects.filter(organisation_id=member.organisation_id)


def sites(member: Member) -> QuerySet[Site]:
    """The sites a member may know: all for those who see the cycle, the own for plant managers."""
    known = Site.objects.filter(organisation_id=member.organisation_id, is_active=True)
    return known if can(member, Permission.VIEW_CYCLE) else known.filter(pk__in=member.site_ids)


def submissions(member: Member) -> QuerySet[Submission]:
    """Submissions a member may open, with cycle, site and the database's clock (`db_now`)."""
    visible = Submission.objects.filter(organisation_id=member.organisation_id)
    if not (can(member, Permission.VIEW_RESULTS) or can(member, Permission.ANSWER_ENTERPRISE)):
        assigned = Exists(
            AssignmentQuestion.objects.filter(submission=OuterRef("pk"), assignment__member=member, active=True)
        )
        own = Q(view=SITE, site_id__in=member.site_ids) if can(member, Permission.ANSWER_SITE) else Q()
        visible = visible.filter(own | Q(assigned)) if own else visible.filter(assigned)
    return visible.select_related("cycle", "site").annotate(db_now=Now())


def answered_by(member: Member, at: str = "") -> Q:
    """Which submissions a member answers as a whole: by role, see `access.is_respondent`, or standing in for a site.

    `at` is the path to the submission of what is filtered ("submission__").
    """
    rule = Q(**{f"{at}pk__in": ()})  # none
    if can(member, Permission.ANSWER_ENTERPRISE):
        rule |= Q(**{f"{at}view": ENTERPRISE})
    if can(member, Permission.ANSWER_SITE):
        rule |= Q(**{f"{at}view": SITE, f"{at}site_id__in": member.site_ids})
    if can(member, Permission.ANSWER_ON_BEHALF):
        rule |= Q(**{f"{at}pk__in": StandIn.objects.filter(member=member).values("submission_id")})
    return rule


def own_work(member: Member) -> QuerySet[Submission]:
    """The submissions a member answers as a whole."""
    return submissions(member).filter(answered_by(member))


def takes_answers(member: Member, submission: Any) -> bool:
    """Whether answers can be saved now; `submission` comes from `submissions` (it carries the database's clock)."""
    return submission.state in Submission.EDITABLE and submission.cycle.takes_answers(
        submission.db_now, member.organisation.time_zone, submission.extended_to
    )


def scoring_key(submission: Submission) -> str:
    """What a scoring job is known by."""
    return f"{submission.pk}:{submission.revision}"


def scoring_job(submission: Submission) -> Job | None:
    """The scoring job of a submission's newest revision; None before it is submitted."""
    return Job.objects.filter(kind="score", key=scoring_key(submission)).first()


def catalogue_of(submission: Submission) -> Catalogue:
    return publishing.catalogue(submission.cycle.questionnaire_id)


def reference_day(submission: Submission) -> date:
    """The day figures refer to: that of the submission; today while answers can still change."""
    handed_in = submission.state == Submission.State.SUBMITTED and submission.submitted_at
    return timezone.localdate(handed_in or None)


def answers(submission: Submission) -> dict[str, Answer]:
    """The saved answers of a submission by question code."""
    rows = Answer.objects.filter(submission=submission).select_related("question", "saved_by")
    return {row.question.code: row for row in rows}


def supported_codes(submission: Submission) -> set[str]:
    """The questions of a submission that have evidence; one query."""
    return set(AnswerEvidence.objects.filter(submission=submission).values_list("question__code", flat=True))


@dataclass(frozen=True)
class Progress:
    """How far a submission is: scale questions with a level, not applicable or do not know, of all asked."""

    answered: int
    total: int
    by_dimension: dict[str, int]

    @property
    def minutes_left(self) -> int:
        """About 35 seconds a question, rounded up to whole minutes."""
        return -(-(self.total - self.answered) * 35 // 60)


def progress(submission: Submission, asked: Sequence[Question]) -> Progress:
    """How far a submission is with the scale questions `asked`; one query."""
    keys = publishing.question_keys(submission.cycle.questionnaire_id)
    rows = (
        Answer.objects.filter(submission=submission, status__in=ANSWERED, question_id__in=[keys[q.code] for q in asked])
        .order_by()
        .values_list("question__dimension__code")
        .annotate(n=Count("id"))
    )
    counted = dict(rows)
    return Progress(sum(counted.values()), len(asked), counted)


def with_counts(rows: QuerySet[Submission]) -> QuerySet[Submission]:
    """Submissions with `answered`: scale questions that are done, counted by the database."""
    done = Q(answer__status__in=ANSWERED, answer__question__type="scale5")
    return rows.annotate(answered=Count("answer", filter=done))


def board(cycle: Cycle) -> list[Submission]:
    """Enterprise submission first, then the sites by region and name; one query whatever the number of sites.

    Each with `answered` and `last_saved`, the newest save of any answer.
    """
    rows = with_counts(Submission.objects.filter(cycle=cycle)).annotate(last_saved=Max("answer__saved_at"))
    rows = rows.select_related("site", "submitted_by", "cycle")
    return sorted(rows, key=lambda s: ("", "") if s.site is None else (s.site.region or "~", s.site.name))


def parts_held(cycle: Cycle) -> dict[int, int]:
    """How many parts of each submission are in the hands of colleagues, by submission id; one query."""
    held = Assignment.objects.filter(submission__cycle=cycle, state__in=("open", "handed_in")).order_by()
    return dict(held.values_list("submission").annotate(n=Count("pk")))


def value_shares(cycle: Cycle) -> dict[str, float]:
    """The shares of production value that site profiles of a cycle state, submitted or not, by site name; one query."""
    share = F("data__production_value_share_pct")
    found = Answer.objects.filter(submission__cycle=cycle, question__code="S-N1", status="data")
    rows = found.values_list("submission__site__name", share)
    return {site: percent for site, percent in rows if percent is not None}


def steps(cycle: Cycle) -> QuerySet[CycleStep]:
    """What was decided about a cycle, newest first, with who decided and which site it was about."""
    return CycleStep.objects.filter(cycle=cycle).select_related("by", "submission__site").order_by("-pk")


def total_of(submission: Submission) -> int:
    """How many scale questions a submission asks."""
    return len(publishing.catalogue(submission.cycle.questionnaire_id).questions_of(submission.view))


def invited_sites(cycle: Cycle) -> list[Site]:
    return [row.site for row in CycleSite.objects.filter(cycle=cycle).select_related("site").order_by("site_id")]


def level_matrix(rows: list[Submission], codes: tuple[str, ...], keys: dict[str, int]) -> np.ndarray:
    """Answers as an int8 matrix (submissions x questions): 1-5, 0 unanswered, -1 not applicable. One query."""
    column = {keys[code]: j for j, code in enumerate(codes)}
    line = {row.pk: i for i, row in enumerate(rows)}
    levels = np.zeros((len(rows), len(codes)), dtype=np.int8)
    values = Answer.objects.filter(
        submission_id__in=line, question_id__in=column, status__in=("level", "na")
    ).values_list("submission_id", "question_id", "level")
    for submission_id, question_id, level in values:
        levels[line[submission_id], column[question_id]] = NOT_APPLICABLE if level is None else level
    return levels


def site_levels(cycle: Cycle, codes: Sequence[str]) -> list[tuple[str, int, int]]:
    """What the submitted plants of a cycle answered to some questions: (question, site, level). One query."""
    found = Answer.objects.filter(
        submission__cycle=cycle,
        submission__view=SITE,
        submission__state=Submission.State.SUBMITTED,
        question__code__in=codes,
        status="level",
    )
    return list(found.order_by("pk").values_list("question__code", "submission__site_id", "level"))


def submitted(cycle_id: int) -> list[Submission]:
    """The submitted views of a cycle with their sites, in the order of their making. One query."""
    rows = Submission.objects.filter(cycle_id=cycle_id, state=Submission.State.SUBMITTED)
    return list(rows.select_related("site").order_by("pk"))


def submitted_sites(cycle_id: int) -> list[Submission]:
    """The submitted site surveys of a cycle, in the order of their making."""
    rows = Submission.objects.filter(cycle_id=cycle_id, view=SITE, state=Submission.State.SUBMITTED)
    return list(rows.order_by("pk"))


def item_data(rows: list[Submission], code: str) -> dict[int, dict[str, Any]]:
    """The saved data of one item by submission id."""
    found = Answer.objects.filter(submission__in=rows, question__code=code, status="data")
    return dict(found.values_list("submission_id", "data"))


def all_item_data(rows: list[Submission], codes: Sequence[str] = ()) -> dict[int, dict[str, dict[str, Any]]]:
    """The saved data of the other items, of all or of some: submission id -> item code -> data. One query."""
    found: dict[int, dict[str, dict[str, Any]]] = {row.pk: {} for row in rows}
    saved = Answer.objects.filter(submission_id__in=found, status="data")
    saved = saved.filter(question__code__in=codes) if codes else saved
    for submission_id, code, data in saved.values_list("submission_id", "question__code", "data"):
        found[submission_id][code] = data
    return found


def latest_result(submission: Submission) -> Result | None:
    """The newest result of a submission's newest revision."""
    return (
        Result.objects.filter(submission=submission)
        .select_related("release__dataset")
        .order_by("-revision", "-id")
        .first()
    )


def former_release(submission: Submission, result: Result) -> Result | None:
    """The newest result of a submission that was compared with an earlier release than `result` was; one query.

    Of the same revision where there is one, so that both sides rest on the same answers.
    """
    if result.release is None:
        return None
    return (
        Result.objects.filter(submission=submission, release__dataset=result.release.dataset_id)
        .filter(release__as_of__lt=result.release.as_of)
        .select_related("release__dataset")
        .annotate(packed=packed(Score, "result", SCORE))
        .annotate(same=ExpressionWrapper(Q(revision=result.revision), output_field=BooleanField()))
        .order_by("-same", "-release__as_of", "-revision", "-id")
        .first()
    )


def newest_networks(cycle_ids: set[int]) -> dict[int, NetworkResult]:
    """The plants' view of each cycle as it is now; one query."""
    rows = NetworkResult.objects.filter(cycle_id__in=cycle_ids).order_by("cycle_id", "-id").distinct("cycle_id")
    return {row.cycle_id: row for row in rows}


def scored_enterprise(member: Member) -> QuerySet[Submission]:
    """Enterprise submissions that have a result, newest cycle first."""
    return (
        submissions(member)
        .filter(view=ENTERPRISE)
        .filter(Exists(Result.objects.filter(submission=OuterRef("pk"))))
        .order_by("-cycle__opens_on", "-cycle_id")
    )


def cycle_counts(rows: list[Cycle]) -> dict[int, dict[str, Any]]:
    """For each cycle: sites asked, site surveys submitted, enterprise progress. Two queries for any number."""
    counts: dict[int, dict[str, Any]] = {
        c.pk: {"sites": 0, "submitted": 0, "invited": 0, "enterprise_progress": {"answered": 0, "total": 0}}
        for c in rows
    }
    totals = {c.pk: len(publishing.catalogue(c.questionnaire_id).questions_of(ENTERPRISE)) for c in rows}
    for s in with_counts(Submission.objects.filter(cycle__in=rows)):
        entry = counts[s.cycle_id]
        if s.view == ENTERPRISE:
            entry["enterprise_progress"] = {"answered": s.answered, "total": totals[s.cycle_id]}
        else:
            entry["sites"] += 1
            entry["invited"] += 1
            entry["submitted"] += s.state == Submission.State.SUBMITTED
    return counts


def site_cycles(member: Member) -> list[Cycle]:
    """The cycles in which a site that the member may see has a score, newest first; one query."""
    scored = _site_submissions(member).filter(Exists(Result.objects.filter(submission=OuterRef("pk"))))
    return list(cycles(member).filter(pk__in=scored.values("cycle_id")))


def count_invited(cycle: Cycle) -> int:
    return CycleSite.objects.filter(cycle=cycle).count()


def with_readable_results(member: Member) -> QuerySet[Submission]:
    """The submissions whose scores are this member's to read, see `access.sees_results`."""
    rows = submissions(member)
    return rows if can(member, Permission.VIEW_RESULTS) else rows.filter(view=SITE, site_id__in=member.site_ids)


def _site_submissions(member: Member) -> QuerySet[Submission]:
    rows = Submission.objects.filter(organisation_id=member.organisation_id, view=SITE)
    return rows if can(member, Permission.VIEW_RESULTS) else rows.filter(site_id__in=member.site_ids)
