"""How one number came about: the tree of its derivation, as a page."""

import math
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from assessments import derivations, insight
from assessments.catalogue import ENTERPRISE, SITE
from assessments.decimals import written
from assessments.derivations import Explanation
from assessments.explaining import MEAN, SUM, WEIGHTED_MEAN, Node
from assessments.insight import Insight
from assessments.ranking import OWN, PRESETS, REFERENCES
from assessments.weighing import OwnWeights, own_weights
from benchmarks.statistics import half_up
from opmodel.dashboards.presenting import explain_url, network_row, number, perception_row, row, source
from opmodel.organisations.guards import member_required

MOST = 60  # parts of one number, or plants, that a page lists


@require_GET
@member_required()
def explain(request: HttpRequest, public_id: str, measure: str) -> HttpResponse:
    """How one number of a measure came about, down to the stored answers; ?what= says which number."""
    what = request.GET.get("what", "score")
    preset, reference = request.GET.get("preset", "strategic"), request.GET.get("reference", "")
    own = own_weights(request.GET) if preset == OWN else OwnWeights({}, None, "")
    known = preset in PRESETS or own.weights is not None
    if what not in derivations.MAKERS or not known or reference not in ("", *REFERENCES):
        raise Http404
    seen = derivations.opened(request.member, public_id, what, request.GET.get("peers", ""))
    if seen is None:
        raise Http404
    found = derivations.explanation(seen, measure, what, "strategic" if own.weights else preset, reference, own.weights)
    if found is None:
        if measure not in seen.measures or what not in derivations.offered(seen, measure):
            raise Http404
        found = Explanation(
            what, (Node(str(derivations.WORDS[what]), None, note=_("There is nothing to explain yet.")),)
        )
    choice = {"preset": preset, "reference": reference, **own.typed} if what in derivations.OF_RANKING else {}
    submission = seen.submission
    context = {
        "source": source(seen),
        "measure": row(seen, seen.measures[measure]) if measure in seen.measures else None,
        "component": seen.measures[measure].component if measure in seen.measures else "",
        "what": what,
        "main": node_row(found.main, seen, measure, choice, 0),
        "more": [node_row(n, seen, measure, choice, 1) for n in found.nodes[1:]],
        "weighted": found.main.rule == WEIGHTED_MEAN,
        "others": others(seen, measure, what),
        "up": above(seen, measure, what) if measure in seen.measures else [],
        "site": submission.site.name if submission.view == SITE and submission.site else "",
        "beside": beside(seen, measure) if what == "score" and submission.view == ENTERPRISE else None,
        "projection": what == "projection",
    }
    return render(request, "dashboards/explain.html", context)


def others(seen: Insight, measure: str, what: str) -> list[dict[str, Any]]:
    """What else may be asked about the measure."""
    if measure not in seen.measures:
        return []
    offered = derivations.offered(seen, measure)
    return [
        {"name": str(derivations.WORDS[w]), "url": explain_url(seen, measure, w), "current": w == what} for w in offered
    ]


def said(value: float | None, digits: int, plus: bool = False) -> str:
    """A number as people read it, with a proper minus, and with a plus where the sign counts.

    >>> said(-0.25, 1), said(0.25, 1, True), said(0.0, 1, True), said(None, 2)
    ('−0.3', '+0.3', '0.0', '–')
    """
    if value is None:
        return "–"
    size = half_up(abs(value), 10**digits)
    sign = "" if not size else "−" if value < 0 else "+" if plus else ""
    return sign + written(f"{size:.{digits}f}")


def node_row(node: Node, seen: Insight, measure: str, choice: dict[str, str], depth: int) -> dict[str, Any]:
    """One number of a tree with those it follows from, as `dashboards/_node.html` shows it."""
    text = "" if node.value is None and node.note else said(node.value, node.digits, node.signed)
    if node.unit == _("percentile") and node.value is not None:
        text = f"P{text}"
    return {
        "label": node.label,
        "code": node.code if node.ref and node.ref[0] == "question" else "",
        "value": text,
        "unit": node.unit,
        "weight": written(f"{100 * node.weight:.1f} %") if node.weight is not None and node.weight <= 1 else "",
        "formula": node.formula,
        "note": node.note,
        "url": address(node, seen, measure, choice),
        "parts": [node_row(p, seen, measure, choice, depth + 1) for p in shown_parts(node)],
        "depth": depth,
    }


def shown_parts(node: Node) -> tuple[Node, ...]:
    """The parts of a number as the page lists them: of hundreds of plants the first ones, the others taken together."""
    if len(node.parts) <= MOST + 1:
        return node.parts
    rest = [p for p in node.parts[MOST:] if p.value is not None]
    weight = math.fsum(p.weight for p in rest if p.weight is not None)
    value = None
    if node.rule == WEIGHTED_MEAN and weight:
        value = math.fsum(p.weight * p.value for p in rest if p.weight and p.value is not None) / weight
    elif rest and node.rule in (MEAN, SUM):
        value = math.fsum(p.value for p in rest if p.value is not None) / (len(rest) if node.rule == MEAN else 1)
    label = _("%(n)d further ones together") % {"n": len(node.parts) - MOST}
    first = node.parts[0]
    together = Node(
        label, value, digits=first.digits, unit=first.unit, weight=weight or None, signed=first.signed,
        note=_("The API lists each of them."),
    )  # fmt: skip
    return (*node.parts[:MOST], together)


def address(node: Node, seen: Insight, measure: str, choice: dict[str, str]) -> str:
    """Where more stands about a number; "" where the tree says all."""
    if node.ref is None:
        return ""
    kind, code = node.ref
    if kind == "question":
        asked = seen.catalogue.question_by_code.get(code)
        page = reverse("submission-dimension", args=[seen.submission.public_id, asked.dimension]) if asked else ""
        return f"{page}#{code}" if page else ""
    if kind == "site":
        return reverse("explain", args=[code, measure])
    if kind == "score":
        return "" if code == measure else explain_url(seen, code)
    return explain_url(seen, code, kind, **choice)


def above(seen: Insight, measure: str, what: str) -> list[dict[str, str]]:
    """The way back up from a measure: the same of its component and of the whole."""
    codes = [] if measure == "OVERALL" else ["OVERALL"]
    if measure in seen.catalogue.dimension_by_code:
        codes.append(seen.measures[measure].component)
    kept = what if what not in derivations.OF_DIMENSIONS else "score"
    return [{"name": seen.measures[code].name, "url": explain_url(seen, code, kept)} for code in codes]


def beside(seen: Insight, measure: str) -> dict[str, Any] | None:
    """What stands beside the score of a dimension, with what each of it is made of: target, plants, perception."""
    m = seen.measures[measure]
    if measure not in seen.catalogue.dimension_by_code:
        return None
    parts = insight.plant_parts(seen, measure)
    every = reverse("dashboard-plants-measure", args=[measure]) + f"?cycle={seen.submission.cycle.public_id}"
    return {
        "target": number(m.target) if m.target is not None else "",
        "releases": m.releases_effort,
        "target_url": reverse("submission-item", args=[seen.submission.public_id, "E-N6"]),
        "network": network_row(seen, m),
        "plants": [
            {
                "name": p.name,
                "score": number(p.score),
                "weight": written(f"{100 * p.weight:.1f} %") if p.score is not None else "",
                "url": reverse("explain", args=[p.submission, measure]) if p.submission else "",
            }
            for p in parts[:MOST]
        ],
        "more_plants": max(0, len(parts) - MOST),
        "every_plant_url": every,
        "perception": perception_row(m) if m.perception and m.perception.gap is not None else None,
        "perception_url": reverse("dashboard-perception") + f"?cycle={seen.submission.cycle.public_id}#{measure}",
    }
