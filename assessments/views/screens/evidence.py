"""What the evidence of a question and of a whole survey looks like on its pages."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments import evidence as pieces
from assessments import selectors, workflow
from assessments.access import Access, access
from assessments.catalogue import Questionnaire
from assessments.models import Evidence, Submission
from assessments.views.screens.frame import frame, heading
from opmodel.files import recognising
from opmodel.files.incoming import EVIDENCE, MEGABYTE
from opmodel.organisations.models import Member

Typed = Mapping[str, str]
NOTHING_TYPED = {"url": "", "title": "", "grade": "", "evidence": ""}


def with_evidence(
    member: Member, submission: Submission, granted: Access, questions: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The questions of a page, each with its evidence block; two queries for any number of them."""
    found = pieces.support(member, submission, granted, [q["code"] for q in questions])
    for q in questions:
        q["evidence"] = _block(member, submission, granted, found, q["code"])
    return questions


def block(
    member: Member,
    submission: Submission,
    code: str,
    refused: workflow.Refused | None = None,
    typed: Typed = NOTHING_TYPED,
) -> dict[str, Any]:
    """The evidence block of one question; after a refusal with what was typed."""
    granted = access(member, submission)
    found = pieces.support(member, submission, granted, [code])
    shown = _block(member, submission, granted, found, code)
    if refused is not None:
        shown |= {"error": refused.message, "error_field": refused.field, "open": True}
        shown["typed"] = NOTHING_TYPED | {name: typed.get(name, "") for name in NOTHING_TYPED}
    return shown


def _block(member: Member, submission: Submission, granted: Access, found: pieces.Support, code: str) -> dict[str, Any]:
    grades = _grades(selectors.catalogue_of(submission))
    listed = [_piece(e, grades) for e in found.by_code.get(code, [])]
    own = [submission.public_id]
    return {
        "code": code,
        "pieces": listed,
        "others": [_piece(e, grades) for e in found.others(code)],
        "editable": granted.writes(code) and selectors.takes_answers(member, submission),
        "open": bool(listed),
        "summary": _summary(len(listed)),
        "grades": list(grades.items()),
        "error": "",
        "error_field": "",
        "typed": NOTHING_TYPED,
        "accept": recognising.accept(EVIDENCE),
        "endings": recognising.listed(EVIDENCE),
        "most_mb": settings.EVIDENCE_MAX_MB,
        "most_bytes": settings.EVIDENCE_MAX_MB * MEGABYTE,
        "add_url": reverse("submission-evidence-add", args=own),
        "attach_url": reverse("submission-evidence-attach", args=own),
        "detach_url": reverse("submission-evidence-detach", args=own),
        "list_url": reverse("submission-evidence", args=own),
    }


def _summary(n: int) -> str:
    if not n:
        return _("Evidence: none yet")
    return ngettext("Evidence: %(n)d piece", "Evidence: %(n)d pieces", n) % {"n": n}


def _grades(catalogue: Questionnaire) -> dict[str, str]:
    """What the grades mean, in the words of the questionnaire where it has some."""
    return {g.value: catalogue.evidence_grades.get(g.value, str(g.label)) for g in Evidence.Grade}


def _piece(e: Evidence, grades: dict[str, str]) -> dict[str, Any]:
    file = e.file
    kind = recognising.BY_CONTENT_TYPE.get(file.content_type) if file else None
    return {
        "public_id": e.public_id,
        "title": e.title,
        "grade": e.grade,
        "grade_label": grades[e.grade],
        "url": reverse("evidence-file", args=[e.public_id]) if file else e.url,
        "is_file": file is not None,
        "name": file.name if file else "",
        "size": file.size if file else 0,
        "kind": kind.endings[0].upper() if kind else "",
        "added_by": e.added_by.get_full_name() if e.added_by else "",
        "added_at": e.created_at,
    }


def evidence(
    member: Member,
    submission: Submission,
    refused: workflow.Refused | None = None,
    refused_piece: str = "",
) -> dict[str, Any]:
    """The page with all evidence of a survey: what supports which answer, and what supports none."""
    catalogue = selectors.catalogue_of(submission)
    granted = access(member, submission)
    editable = granted.writes_something and selectors.takes_answers(member, submission)
    used_for = pieces.uses(submission, granted)
    grades = _grades(catalogue)
    rows = []
    for e in pieces.of_site(member, submission):
        codes = used_for.get(e.pk, [])
        rows.append(
            {
                **_piece(e, grades),
                "questions": [_question(submission, catalogue, code) for code in codes],
                # A colleague with some questions learns nothing of the others.
                "used": e.used if granted.visible is None else len(codes),
                "editable": editable and (all(granted.writes(code) for code in codes) if codes else granted.writes_all),
                "error": refused.message if refused and e.public_id == refused_piece else "",
            }
        )
    supported = len({code for codes in used_for.values() for code in codes})
    own = [submission.public_id]
    return {
        "submission": heading(submission, editable),
        "rows": rows,
        "grades": list(grades.items()),
        "title": _title(len(rows), supported),
        "change_url": reverse("submission-evidence-change", args=own),
        "delete_url": reverse("submission-evidence-delete", args=own),
        **frame(submission, catalogue, selectors.answers(submission), "", granted),
    }


def _title(n: int, supported: int) -> str:
    if not n:
        return _("No evidence yet.")
    if not supported:
        return _("The evidence here supports no answer of this survey yet.")
    return ngettext("%(n)d answer is supported by evidence.", "%(n)d answers are supported by evidence.", supported) % {
        "n": supported
    }


def _question(submission: Submission, catalogue: Questionnaire, code: str) -> dict[str, str]:
    question = catalogue.question_by_code[code]
    url = reverse("submission-dimension", args=[submission.public_id, question.dimension])
    return {"code": code, "text": question.text, "url": f"{url}#{code}"}
