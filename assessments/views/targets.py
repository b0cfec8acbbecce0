"""Take targets over from peers: what would happen, dimension by dimension, then the form that does it."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from assessments import peer_targets, selectors, workflow
from assessments.access import access
from assessments.decimals import one
from assessments.models import Submission
from assessments.peer_targets import ITEM, KEPT, MARKS, REPLACED, SAME, SET, UNPUBLISHED, Offer
from assessments.views import screens
from assessments.views.answering import fetch, version_in
from benchmarks.wording import spoken_period
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission


@require_http_methods(["GET", "POST"])
@member_required(Permission.VIEW_PEERS)
def from_peers(request: HttpRequest, public_id: str) -> HttpResponse:
    """The preview, and with POST the taking over of exactly what it showed."""
    found = fetch(request, public_id)
    if not access(request.member, found).sees(ITEM) or ITEM not in known_items(found):
        raise Http404
    given = request.POST if request.method == "POST" else request.GET
    mark, replace = given.get("mark", "75"), given.get("replace") == "1"
    if mark not in {str(p) for p in MARKS}:
        raise Http404
    refused, status = "", 200
    if request.method == "POST":
        try:
            workflow.take_over_targets(
                by=request.member,
                submission=found,
                mark=int(mark),
                replace=replace,
                release=request.POST.get("release", ""),
                peers=given.get("peers", ""),
                base_version=version_in(request) or 0,
            )
        except workflow.Refused as error:
            sentences = [sentence for _place, sentence in error.errors] or [error.message]
            refused, status = " ".join(sentences), error.status
        except workflow.Conflict:
            refused = _("Somebody changed the targets in the meantime. Look at the preview again.")
            status = 409
        else:
            messages.success(request, _("The targets were taken over."))
            return redirect("submission-item", public_id, ITEM)
    context = preview(request, found, int(mark), replace, given.get("peers", "")) | {"refused": refused}
    return render(request, "assessments/targets_from_peers.html", context, status=status)


def known_items(submission: Submission) -> set[str]:
    return {item.code for item in selectors.catalogue_of(submission).items_of(submission.view)}


def preview(request: HttpRequest, submission: Submission, mark: int, replace: bool, peers: str) -> dict[str, Any]:
    catalogue = selectors.catalogue_of(submission)
    found = peer_targets.material(submission, catalogue, request.member.organisation.segments, peers)
    rows = peer_targets.offers(found, catalogue, mark, replace) if found else []
    writes = access(request.member, submission).writes(ITEM)
    changes = sum(r.outcome in (SET, REPLACED) for r in rows)
    return {
        "submission": screens.heading(submission),
        "release": found.release if found and found.tables else None,
        "period": spoken_period(found.release.dataset.period) if found else "",
        "marks": [
            {"value": p, "label": name, "current": p == mark, "published": bool(found and p in found.marks)}
            for p, name in MARKS.items()
        ],
        "mark": MARKS[mark],
        "mark_value": mark,
        "replace": replace,
        "peers": found.chosen if found else "",
        "group": found.group if found else "",
        "group_published": bool(found and found.is_published),
        "closest_url": f"?{urlencode({'mark': mark} | ({'replace': 1} if replace else {}))}",
        "carried_from": found.carried_from if found else "",
        "rows": [shown(row, bool(found and found.carried_from)) for row in rows],
        "headline": headline(rows),
        "base_version": found.version if found else 0,
        "may_write": writes and selectors.takes_answers(request.member, submission) and changes > 0,
        "editable": writes and selectors.takes_answers(request.member, submission),
        "item_url": reverse("submission-item", args=[submission.public_id, ITEM]),
    }


def shown(row: Offer, carried: bool) -> dict[str, Any]:
    """One dimension of the preview; `carried`: the targets that stand are those of the last cycle."""
    words = {
        SET: _("is set"),
        SAME: _("stays: it is the same"),
        KEPT: _("stays as it was carried over") if carried else _("stays as it was set"),
        REPLACED: _("is replaced"),
        UNPUBLISHED: _("stays: nothing is published"),
    }
    return {
        "name": row.name,
        "group": row.group,
        "figure": "–" if row.figure is None else one(row.figure),
        "standing": "–" if row.standing is None else one(row.standing),
        "then": one(row.level) if row.outcome in (SET, REPLACED) and row.level is not None else "",
        "outcome": words[row.outcome],
        "replaced": row.outcome == REPLACED,
    }


def headline(rows: list[Offer]) -> str:
    """What taking over would do, in one sentence."""
    replaced, new = (sum(r.outcome == kind for r in rows) for kind in (REPLACED, SET))
    if replaced and not new:
        text = ngettext(
            "One target that stands would be replaced.", "%(n)d targets that stand would be replaced.", replaced
        )
        return text % {"n": replaced}
    if replaced:
        text = ngettext(
            "%(set)d targets would be set, and one that stands would be replaced.",
            "%(set)d targets would be set, and %(n)d that stand would be replaced.",
            replaced,
        )
        return text % {"set": new, "n": replaced}
    if new:
        text = ngettext(
            "One target would be set; what stands stays.", "%(n)d targets would be set; what stands stays.", new
        )
        return text % {"n": new}
    return _("No target would change.")
