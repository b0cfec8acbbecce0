"""Before and after the submit: what is missing, and what becomes of the scoring."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments import selectors
from assessments.access import access
from assessments.models import Submission
from assessments.views.screens.frame import frame, heading
from opmodel.jobs.models import Job
from opmodel.organisations.models import Member


def review(member: Member, submission: Submission) -> dict[str, Any]:
    """What is missing before the submit: open questions, do-not-knows, high levels nobody explained."""
    catalogue = selectors.catalogue_of(submission)
    saved = selectors.answers(submission)
    supported = selectors.supported_codes(submission)
    components = []
    for component in catalogue.components:
        rows = []
        for d in component.dimensions:
            asked = catalogue.questions_of(submission.view, d.code)
            url = reverse("submission-dimension", args=[submission.public_id, d.code])
            lists: dict[str, list[dict[str, str]]] = {"open": [], "dont_know": [], "unexplained": []}
            for q in asked:
                answer = saved.get(q.code)
                row = {"code": q.code, "text": q.text, "url": f"{url}#{q.code}"}
                if answer is None or answer.status == "open":
                    lists["open"].append(row)
                elif answer.status == "dk":
                    lists["dont_know"].append(row)
                elif (answer.level or 0) >= 4 and not answer.comment and q.code not in supported:
                    lists["unexplained"].append(row)
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
    around = frame(submission, catalogue, saved, "")
    editable = access(member, submission).writes_something and selectors.takes_answers(member, submission)
    blockers = []
    if not any(a.status == "level" for a in saved.values()):
        blockers.append(_("Choose a level for at least one question before you submit."))
    left = around["overall"]["total"] - around["overall"]["answered"]
    return {
        "submission": heading(submission, editable),
        "components": components,
        "items": [i for i in around["other_items"] if not i["done"]],
        "open_count": left,
        "open_text": ngettext("%(n)d question is still open.", "%(n)d questions are still open.", left) % {"n": left},
        "can_submit": editable and not blockers,
        "blockers": blockers,
        "submit_url": reverse("submission-submit", args=[submission.public_id]),
        **around,
    }


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
        "error": found.error if found else "",
    }
