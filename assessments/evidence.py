"""Evidence as people see it: which pieces a member may see, and which answers each of them supports. Reads only."""

from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from assessments.access import Access
from assessments.models import ActionEvidence, AnswerEvidence, AssignmentQuestion, Evidence, Submission
from assessments.selectors import takes_answers
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import Permission, can

OFFERED = 100  # pieces to choose from; the newest ones


def visible(member: Member) -> QuerySet[Evidence]:
    """Evidence a member may see, files included.

    All for those who see the results; of the own sites for plant managers; what supports an assigned question; and what
    shows how far the own actions of the plan are.
    """
    rows = Evidence.objects.filter(organisation_id=member.organisation_id).select_related("file", "added_by")
    if can(member, Permission.VIEW_RESULTS) or can(member, Permission.ANSWER_ENTERPRISE):
        return rows
    assigned = AssignmentQuestion.objects.filter(
        submission=OuterRef("submission"), question=OuterRef("question"), assignment__member=member, active=True
    )
    seen = Q(Exists(AnswerEvidence.objects.filter(evidence=OuterRef("pk")).filter(Exists(assigned))))
    if can(member, Permission.OWN_ACTIONS):
        shown = ActionEvidence.objects.filter(evidence=OuterRef("pk"), planned_action__owner=member)
        seen |= Q(Exists(shown))
    if can(member, Permission.ANSWER_SITE):
        seen |= Q(site_id__in=member.site_ids)
    return rows.filter(seen)


def of_site(member: Member, submission: Submission) -> QuerySet[Evidence]:
    """Evidence that can support this submission: its site's, or the enterprise's; newest first, with the times it is used."""
    rows = visible(member).filter(site_id=submission.site_id)
    return rows.annotate(used=Count("answerevidence")).order_by("-id")


@dataclass(frozen=True)
class Support:
    """What supports a submission's answers: pieces by question, and what else could be chosen."""

    by_code: dict[str, list[Evidence]] = field(default_factory=dict)
    offered: list[Evidence] = field(default_factory=list)

    def others(self, code: str) -> list[Evidence]:
        """What could support a question and does not yet."""
        used = {e.pk for e in self.by_code.get(code, [])}
        return [e for e in self.offered if e.pk not in used]


def support(member: Member, submission: Submission, granted: Access, codes: list[str]) -> Support:
    """The evidence of these questions as far as the member sees them; what else to choose only where that is possible.

    Two queries at most.
    """
    rows = AnswerEvidence.objects.filter(
        submission=submission, question__code__in=[c for c in codes if granted.sees(c)]
    )
    found: dict[str, list[Evidence]] = {}
    for row in rows.select_related("question", "evidence__file", "evidence__added_by").order_by("evidence_id"):
        found.setdefault(row.question.code, []).append(row.evidence)
    writes = any(granted.writes(c) for c in codes) and takes_answers(member, submission)
    offered = list(visible(member).filter(site_id=submission.site_id).order_by("-id")[:OFFERED]) if writes else []
    return Support(found, offered)


def uses(submission: Submission, granted: Access) -> dict[int, list[str]]:
    """By evidence: the codes of this submission's questions it supports, as far as the member sees them."""
    found: dict[int, list[str]] = {}
    rows = AnswerEvidence.objects.filter(submission=submission).order_by("question__code")
    for evidence_id, code in rows.values_list("evidence_id", "question__code"):
        if granted.sees(code):
            found.setdefault(evidence_id, []).append(code)
    return found
