"""The page of priorities: ranked actions with their reasons, under the weights and the reference the reader chose."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from assessments import pipeline, plans, selectors
from assessments.catalogue import Action, Questionnaire
from assessments.insight import Insight
from assessments.ranking import OWN, PRESETS, REFERENCES, Lift, RankedAction, Ranking, SiteAction, ranking_of
from assessments.weighing import WEIGHTS, OwnWeights, own_weights
from opmodel.dashboards import headlines
from opmodel.dashboards.choosing import address, kept
from opmodel.dashboards.dimensions import default_reference
from opmodel.dashboards.opening import of_enterprise
from opmodel.dashboards.presenting import action_row, choices, dimension_row, explain_url, number, percent
from opmodel.organisations.guards import member_required
from opmodel.organisations.permissions import Permission, can

NAMED = 3  # plants by name in one line; the rest is a number
LISTED = 24  # plants by name at all: of 500 nobody reads more


@require_GET
@member_required(Permission.VIEW_RESULTS)
@of_enterprise
def page(request: HttpRequest, seen: Insight, sources: dict[str, Any]) -> HttpResponse:
    preset = request.GET.get("preset", "strategic")
    reference = request.GET.get("reference", default_reference(seen))
    if preset not in (*PRESETS, OWN) or reference not in REFERENCES:
        raise Http404
    own = own_weights(request.GET) if preset == OWN else OwnWeights({}, None, "")
    ranked = ranking_of(seen, "strategic" if preset == OWN else preset, reference, own.weights)
    chosen = {"preset": preset, "reference": reference, **own.typed} if not own.error else {}
    top = ranked.top
    first = seen.measures[top[0].component].name if top else ""
    then = ranked.projected.get("OVERALL")
    left_out = [d.view.name for d in ranked.dimensions if d.rank is None and not d.protect]
    projected = [
        {
            "name": m.name,
            "component": m.component,
            "now": number(m.score),
            "then": number(ranked.projected.get(m.code)),
            "then_url": explain_url(seen, m.code, "projection", **chosen) if m.code in ranked.projected else "",
        }
        for m in (seen.overall, *seen.components)
    ]
    rules = pipeline.current_method().priorities
    context = {
        "source": sources,
        "headline": headlines.priorities_headline(first, len(top), seen.overall.score, then, len(left_out)),
        "choices": choices(seen, ranked),
        "kept": kept(request),
        "own": weights_form(own, ranked),
        "reference": REFERENCES[reference],
        "reference_key": reference,
        "top": [full_row(a, seen.catalogue) for a in top],
        "more": [
            full_row(a, seen.catalogue) | {"value_url": explain_url(seen, a.code, "action", **chosen)}
            for a in ranked.actions
            if not a.in_top_list
        ],
        "done": [a.title for a in ranked.done],
        "at_sites": [site_row(s, seen.catalogue) for s in ranked.at_sites],
        "projected": projected,
        "projection_url": address("dashboard-projection", kept(request), {"a": [a.code for a in top], "chosen": 1}),
        "ranked": [
            dimension_row(seen, d) | {"value_url": explain_url(seen, d.view.code, "priority", **chosen)}
            for d in ranked.dimensions
            if d.rank is not None
        ],
        "protect": [dimension_row(seen, d) for d in ranked.dimensions if d.protect],
        "left_out": left_out,
        "no_actions": headlines.no_actions(len(left_out)),
        "weights": [percent(w) for w in ranked.weights],
        "cost_basis": ranked.cost_basis,
        "cost_sites": ranked.cost_sites,
        "objectives_known": ranked.objectives_known,
        "own_relevance": own_relevance_said(ranked.own_relevance),
        "alignment_url": address("dashboard-alignment", kept(request)),
        "draws": rules.draws,
        "seed": rules.own_seed if own.weights else "",
        "choosing": taking(request, seen, ranked, own),
    }
    return render(request, "dashboards/priorities.html", context, status=400 if own.error else 200)


def taking(request: HttpRequest, seen: Insight, ranked: Ranking, own: OwnWeights) -> dict[str, Any] | None:
    """What the form needs that takes ranked actions into the plan; None for those who do not plan. Two queries."""
    if not can(request.member, Permission.PLAN) or not ranked.actions:
        return None
    cycle = seen.submission.cycle
    planned = plans.chosen_codes(cycle.pk)
    return {
        "planned": planned,
        "plan_url": reverse("plan") + f"?cycle={cycle.public_id}" if planned else "",
        "hidden": {
            "cycle": cycle.public_id,
            "preset": ranked.preset,
            "reference": ranked.reference,
            "peers": seen.chosen,
        }
        | (dict(own.typed) if own.weights else {}),
        "sites": selectors.sites(request.member).order_by("region", "name").values_list("public_id", "name"),
    }


def weights_form(own: OwnWeights, ranked: Ranking) -> dict[str, Any]:
    """The three fields: as typed, else the weights in use, so that somebody starts from them."""
    labels = (_("Costs it drives"), _("Objectives it serves"), _("Gap to the reference"))
    shown = own.typed or {n: f"{100 * w:.0f}" for n, w in zip(WEIGHTS, ranked.weights, strict=True)}
    said = ""
    if own.weights:
        cost, objectives, gap = (percent(w) for w in own.weights)
        values = {"cost": cost, "objectives": objectives, "gap": gap}
        said = _("Your weights count as %(cost)s, %(objectives)s and %(gap)s of the whole.") % values
    return {
        "fields": [{"name": n, "label": label, "value": shown[n]} for n, label in zip(WEIGHTS, labels, strict=True)],
        "error": own.error,
        "said": said,
        "open": bool(own.typed),
    }


def full_row(a: RankedAction, catalogue: Questionnaire) -> dict[str, Any]:
    """One action with everything there is to say: reason, lift, effort in words, owner, end."""
    return action_row(a) | {"lifts": lifts_said(a.lifts, a.action), "effort_words": effort_words(a.action, catalogue)}


def lifts_said(lifts: tuple[Lift, ...], action: Action) -> list[str]:
    """From, to, dimension by dimension; one sentence where nothing is lifted."""
    if not lifts and action.lifts_score and action.impact > 1:
        return [_("no score: its dimension stands at the end of its range")]
    if not lifts:
        return [_("no score by itself: it explains or prepares")]
    return [
        _("%(name)s from %(today)s to %(then)s")
        % {"name": lift.name, "today": number(lift.today), "then": number(lift.then)}
        for lift in lifts
    ]


def effort_words(action: Action, catalogue: Questionnaire) -> str:
    """The class of effort in the words of the content; its number where an old content has no words."""
    scale = catalogue.action_rules.effort_scale if catalogue.action_rules else ()
    return scale[action.effort - 1] if scale else _("%(n)d of 5") % {"n": action.effort}


def person_days(days: float) -> str:
    """Person-days with the thousands of the language."""
    return str(number_format(round(days), 0, use_l10n=True, force_grouping=True))


def site_row(s: SiteAction, catalogue: Questionnaire) -> dict[str, Any]:
    """An action that single plants call for; each plant with its score."""
    plants = [
        {
            "name": mark.name,
            "score": number(mark.score),
            "url": reverse("explain", args=[mark.submission, code]),
        }
        for code, mark in s.sites[:LISTED]
    ]
    more, rest = len(s.sites) - NAMED, len(s.sites) - LISTED
    return {
        "code": s.action.code,
        "title": s.action.title,
        "dimension": catalogue.dimension_by_code[s.sites[0][0]].name,
        "first": plants[:NAMED],
        "all": plants if more > 0 else [],
        "more": more_plants(more),
        "rest": more_plants(rest),
        "owner": s.action.owner_role,
        "effort_words": effort_words(s.action, catalogue),
        "done_when": s.action.done_when,
    }


def more_plants(n: int) -> str:
    return ngettext("and %(n)d more plant", "and %(n)d more plants", n) % {"n": n} if n > 0 else ""


def own_relevance_said(n: int) -> str:
    """Says that the ranking uses the organisation's own judgement; "" where it follows the content."""
    return (
        ngettext(
            "The objectives a dimension serves follow your own judgement in one cell of the alignment map.",
            "The objectives a dimension serves follow your own judgement in %(n)d cells of the alignment map.",
            n,
        )
        % {"n": n}
        if n
        else ""
    )
