"""What others have published, with n and date, beside the own answers: background, not a benchmark."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from assessments.comparators import Comparator, comparators
from assessments.insight import Insight
from opmodel.dashboards.opening import of_enterprise
from opmodel.dashboards.presenting import percent
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission


@require_GET
@member_required(Permission.VIEW_RESULTS)
@of_enterprise
def page(request: HttpRequest, seen: Insight, sources: dict[str, Any]) -> HttpResponse:
    rows = [comparator_row(seen, c) for c in comparators(seen.catalogue)]
    answered = sum(bool(r["own"]) for r in rows)
    context = {"source": sources, "headline": headline(answered), "rows": rows}
    return render(request, "dashboards/published.html", context)


def headline(answered: int) -> str:
    if not answered:
        return _("What others have published; none of your answers stands beside it yet.")
    return ngettext(
        "What others have published, with one of your answers beside it.",
        "What others have published, with %(n)d of your answers beside it.",
        answered,
    ) % {"n": answered}


def comparator_row(seen: Insight, c: Comparator) -> dict[str, Any]:
    """One published figure: what it says, how many were asked and when, and the own answer."""
    question, own, code = beside(seen, c)
    return {
        "code": c.fact.code,
        "fact": c.fact.fact,
        "note": c.item.word(c.item.spec.get("external_comparator", "")) if c.item else "",
        "n": str(c.n) if c.n else "",
        "when": spoken(c.when),
        "source": c.fact.source,
        "status": c.fact.status,
        "question": question,
        "own": own,
        "url": reverse("submission-item", args=[seen.submission.public_id, code]) if code else "",
    }


def beside(seen: Insight, c: Comparator) -> tuple[str, str, str]:
    """The own question, the own answer ("" when there is none), and the item it stands on."""
    if c.item is not None:
        given = seen.reading.answers[seen.submission.pk].items.get(c.item.code, {})
        return c.item.title, c.item.word(given["choice"]) if given.get("choice") else "", c.item.code
    if c.figure:
        value = seen.result.figures.get(c.figure)
        asked = _("Share of your running pilots that are older than twelve months")
        return asked, "" if value is None else percent(value), "E-N10"
    return "", "", ""


def spoken(when: str) -> str:
    """A month or a year, in the reader's language; "" where it is not known."""
    if "-" not in when:
        return when
    year, month = when.split("-")
    return str(date_format(date(int(year), int(month), 1), "F Y"))
