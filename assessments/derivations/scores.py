"""A score down to its answers: point, range and coverage (METHOD 2)."""

from collections.abc import Callable, Mapping
from fractions import Fraction

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments import bulk, insight, pipeline, selectors
from assessments.decimals import two
from assessments.derivations.asked import Asked
from assessments.explaining import GIVEN, WEIGHTED_MEAN, Node
from assessments.insight import Insight
from assessments.scoring import NOT_APPLICABLE, Score

DUST = 1e-9
STATUS = {
    "counts": "",
    "unanswered": gettext_lazy("not answered"),
    "not applicable": gettext_lazy("not applicable"),
    "not scored": gettext_lazy("not scored"),
}


def score(asked: Asked) -> tuple[Node, ...]:
    """The score, its range and its coverage."""
    seen, m = asked.seen, asked.view
    plan, levels = insight.as_answered(seen)
    if bulk.fingerprint(levels) != seen.result.input_hash:
        changed = _(
            "The answers have changed since it was calculated, so its parts are not shown; they come back when the survey"
            " is submitted and scored again."
        )
        return (Node(m.name, m.score, formula=changed, digits=4, code=m.code),)
    scores = pipeline.scores_of(plan, levels)
    today = scores[asked.code].point
    if (today is None) != (m.score is None) or abs((today or 0.0) - (m.score or 0.0)) > DUST:
        other = _(
            "It was calculated by method %(then)s. Today's method, %(now)s, makes %(value)s of the same answers, so the parts"
            " of it are not shown."
        ) % {
            "then": seen.result.method_version,
            "now": pipeline.current_method().version,
            "value": _("no score") if today is None else two(today),
        }
        return (Node(m.name, m.score, formula=other, digits=4, code=m.code),)
    supported = selectors.supported_codes(seen.submission)
    level = dict(zip(plan.questions, levels.tolist(), strict=True))
    shares = applicable(scores, level)

    def rolled(label: str, value: float | None, worth: Callable[[int], float], formula: str) -> Node:
        return Node(label, value, WEIGHTED_MEAN, _rolled(seen, asked.code, shares, level, worth), formula, code=m.code)

    return (
        point(seen, scores, asked.code, supported),
        rolled(
            _("Lowest score the open answers allow"), m.low, lambda x: float(x or 1),
            _("Questions that are not answered count as level 1; what is not applicable is left out."),
        ),
        rolled(
            _("Highest score the open answers allow"), m.high, lambda x: float(x or 5),
            _("Questions that are not answered count as level 5; what is not applicable is left out."),
        ),
        rolled(
            _("Share of the questions' weight that is answered"), m.coverage, lambda x: float(x > 0),
            _("An answered question counts 1, an open one 0; what is not applicable is left out."),
        ),
    )  # fmt: skip


def point(
    seen: Insight, scores: Mapping[str, Score], code: str, supported: set[str], weight: float | None = None
) -> Node:
    """A measure with everything that counts in it, down to the answers."""
    m = seen.measures[code]
    parts = []
    for p in scores[code].parts:
        share = float(p.weight)
        if p.code in scores:
            parts.append(point(seen, scores, p.code, supported, share))
        else:
            note = str(STATUS[p.status]) or (_("with evidence") if p.code in supported else "")
            text = seen.catalogue.question_by_code[p.code].text
            parts.append(
                Node(text, p.value, GIVEN, digits=0, unit=_("level"), weight=share, note=note, code=p.code,
                     ref=("question", p.code))
            )  # fmt: skip
    note = "" if m.score is not None else _("too little is answered")
    formula = _formula(seen, code)
    return Node(
        m.name, m.score, WEIGHTED_MEAN if m.score is not None else GIVEN, tuple(parts), formula, digits=4, unit=_("level"),
        weight=weight, note=note, code=code, ref=("score", code),
    )  # fmt: skip


def _formula(seen: Insight, code: str) -> str:
    rules = pipeline.current_method().scoring
    if code == "OVERALL":
        return _("Mean of the components by their weights; all of them are needed.")
    if code in seen.catalogue.dimension_by_code:
        return _("Weighted mean of the answered questions, if they hold %(share)s %% of the weight that applies.") % {
            "share": f"{float(100 * rules.dimension_coverage):.0f}"
        }
    return _("Weighted mean of the scored dimensions, if they hold %(share)s %% of the weight that applies.") % {
        "share": f"{float(100 * rules.component_coverage):.0f}"
    }


def applicable(scores: Mapping[str, Score], level: Mapping[str, int]) -> dict[str, bool]:
    """Which parts of a view apply: questions that are not marked otherwise, and what has such questions below it."""
    found: dict[str, bool] = {code: value != NOT_APPLICABLE for code, value in level.items()}
    for code, own in scores.items():  # dimensions, then components, then the whole
        found[code] = any(found[p.code] for p in own.parts)
    return found


def _rolled(
    seen: Insight, code: str, applies: Mapping[str, bool], level: Mapping[str, int], worth: Callable[[int], float]
) -> tuple[Node, ...]:
    """What applies in a measure, each with its share of the applicable weight; `worth` values the level of a question."""
    content = seen.catalogue
    if code in content.dimension_by_code:
        asked = content.questions_of(seen.submission.view, code)
        own = [(q.code, q.text, Fraction(q.weight), ()) for q in asked if applies[q.code]]
    elif code == "OVERALL":
        weights = insight.as_answered(seen)[0].component_weights
        own = [
            (c.code, c.name, w, _rolled(seen, c.code, applies, level, worth))
            for c, w in zip(content.components, weights, strict=True)
            if applies[c.code]
        ]
    else:
        component = next(c for c in content.components if c.code == code)
        own = [
            (d.code, d.name, Fraction(d.weight), _rolled(seen, d.code, applies, level, worth))
            for d in component.dimensions
            if applies[d.code]
        ]
    total = sum((w for _c, _n, w, _p in own), Fraction(0))
    nodes = []
    for part, name, weight, below in own:
        value = worth(level[part]) if not below else float(np.sum([(p.weight or 0) * (p.value or 0) for p in below]))
        ref = ("score", part) if below else ("question", part)
        rule = WEIGHTED_MEAN if below else GIVEN
        nodes.append(Node(name, value, rule, below, weight=float(weight / total), code=part, ref=ref))
    return tuple(nodes)
