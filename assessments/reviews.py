"""What reviewers said about a submission. Reads only."""

from assessments.models import Remark, Submission


def remarks(submission: Submission) -> dict[str, list[Remark]]:
    """Remarks by question code ("" for the whole), oldest first; without a query before the first submit."""
    found: dict[str, list[Remark]] = {}
    if submission.revision:
        rows = Remark.objects.filter(submission=submission).select_related("question", "by", "resolved_by")
        for row in rows.order_by("pk"):
            found.setdefault(row.question.code if row.question else "", []).append(row)
    return found


def newest(found: dict[str, list[Remark]]) -> dict[str, list[Remark]]:
    """Those that matter now: of the latest return, and older ones that nobody has dealt with."""
    last = max((r.revision for rows in found.values() for r in rows), default=0)
    kept = {code: [r for r in rows if r.revision == last or r.resolved_at is None] for code, rows in found.items()}
    return {code: rows for code, rows in kept.items() if rows}
