"""Before and after the submit: what is missing, and what becomes of the scoring."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments import reviews, second_look, selectors, workflow
from assessments.access import Access, access
from assessments.models import Answer, Submission
from assessments.views.screens import delegation, remarks
from assessments.views.screens.frame import frame, heading
from assessments.views.screens.remarks import banner, place_of
from opmodel.jobs.models import Job
from opmodel.organisations.models import Member
from opmodel.organisations.permissions import Permission, can


def review(member: Member, submission: Submission) -> dict[str, Any]:
    """What is missing before the submit, open questions and do-not-knows, and what is worth a second look."""
    catalogue = selectors.catalogue_of(submission)
    saved = selectors.answers(submission)
    granted = access(member, submission)
    components = []
    for component in catalogue.components:
        rows = []
        for d in component.dimensions:
            asked = granted.questions(catalogue, submission.view, d.code)
            url = reverse("submission-dimension", args=[submission.public_id, d.code])
            lists: dict[str, list[dict[str, str]]] = {"open": [], "dont_know": []}
            for q in asked:
                answer = saved.get(q.code)
                row = {"code": q.code, "text": q.text, "url": f"{url}#{q.code}"}
                if answer is None or answer.status == "open":
                    lists["open"].append(row)
                elif answer.status == "dk":
                    lists["dont_know"].append(row)
            if asked:
                missing = any(lists.values())
                rows.append({"code": d.code, "name": d.name, "url": url, "missing": missing, **lists})
        components.append(
            {
                "code": component.code,
                "letter": component.letter,
                "name": component.name,
                "dimensions": rows,
                "missing": any(r["missing"] for r in rows),
            }
        )
    around = frame(submission, catalogue, saved, "", granted)
    editable = granted.writes_something and selectors.takes_answers(member, submission)
    blockers = []
    if not any(a.status == "level" for a in saved.values()):
        blockers.append(_("Choose a level for at least one question before you submit."))
    if editable:
        blockers += workflow.late_targets(member, submission, {c: a.data for c, a in saved.items() if a.data})
    left = around["overall"]["total"] - around["overall"]["answered"]
    return {
        "submission": heading(submission, editable),
        "components": components,
        "hints": hints(member, submission, saved, granted),
        "items": [i for i in around["other_items"] if not i["done"]],
        "open_count": left,
        "open_text": ngettext("%(n)d question is still open.", "%(n)d questions are still open.", left) % {"n": left},
        "may_submit": editable and granted.writes_all,
        "can_submit": editable and granted.writes_all and not blockers,
        "blockers": blockers if granted.writes_all else [],
        "submit_url": reverse("submission-submit", args=[submission.public_id]),
        "again": submission.state == Submission.State.RETURNED,
        "remarks": remark_rows(member, submission, granted),
        "own_items": [] if granted.writes_all else delegation.own(member, submission),
        "inspect_url": inspect_url(member, submission),
        **delegation.panel(member, submission, granted),
        **banner(member, submission, granted),
        **around,
    }


def remark_rows(member: Member, submission: Submission, granted: Access) -> list[dict[str, Any]]:
    """The remarks that matter now, each with the way to its question; the one on the whole comes first."""
    catalogue = selectors.catalogue_of(submission)
    texts = {q.code: q.text for q in catalogue.questions} | {i.code: i.title for i in catalogue.items}
    rows = []
    for code, found in reviews.newest(reviews.remarks(submission)).items():
        if granted.sees(code) if code else granted.sees_all:
            place = place_of(submission, catalogue, code) if code else ""
            for shown in remarks.shown(found, member, submission, granted, code):
                rows.append(shown | {"code": code, "question": texts.get(code, ""), "url": place})
    return sorted(rows, key=lambda r: (r["settled"], r["code"] != ""))


def hints(member: Member, submission: Submission, saved: dict[str, Answer], granted: Access) -> list[dict[str, Any]]:
    """The questions of `second_look`, each with the way to the answers it is about."""
    catalogue = selectors.catalogue_of(submission)
    reader = None if can(member, Permission.REVIEW) and not granted.writes_something else member.user_id
    return [
        {
            "sentence": hint.sentence,
            "questions": [
                {
                    "code": code,
                    "url": place_of(submission, catalogue, code),
                    "text": catalogue.question_by_code[code].text,
                }
                for code in hint.codes
            ],
        }
        for hint in second_look.hints(submission, saved, granted, reader)
    ]


def inspect_url(member: Member, submission: Submission) -> str:
    if submission.state != Submission.State.SUBMITTED or not can(member, Permission.REVIEW):
        return ""
    return reverse("submission-inspect", args=[submission.public_id])


def job(found: Job | None) -> dict[str, Any]:
    """The scoring job in words; one that the sweeper has not met yet counts as queued."""
    labels = {
        "queued": _("Your answers wait to be scored; this takes a few seconds"),
        "running": _("Scoring your answers"),
        "done": _("Scored"),
        "failed": _("The scoring failed. Your answers are safe"),
    }
    state = found.state if found else "queued"
    return {
        "state": state,
        "label": labels[state],
        "progress": found.progress if found else 0,
        "error": found.reason if found else "",
    }
