"""The priority of a dimension, the value and the place of an action, and what the first actions could lift (METHOD 7)."""

from collections.abc import Mapping

import numpy as np
from django.utils.translation import gettext as _

from assessments import pipeline
from assessments.derivations.asked import Asked
from assessments.explaining import (
    GIVEN,
    LARGEST,
    LIFTED,
    PLACE,
    PRODUCT,
    RATIO,
    SHORTFALL,
    SUM,
    WEIGHTED_MEAN,
    Node,
    derived,
)
from assessments.projection import in_doing_order
from assessments.ranking import PRESETS, REFERENCES, Ranking

COST, OBJECTIVES, GAP = 0, 1, 2


def priority(asked: Asked) -> tuple[Node, ...]:
    """The value of a dimension and its rank; nothing without score or reference."""
    ranking = asked.ranking()
    row = next(d for d in ranking.dimensions if d.view.code == asked.code)
    if row.value is None:
        return ()
    main = value_of(asked, ranking, asked.code)
    ranked = [d for d in ranking.dimensions if d.rank is not None]
    if row.rank is None:
        least = float(pipeline.current_method().priorities.protect_below)
        note = _("To protect: the gap is smaller than %(least)s of a level, so it has no rank.") % {"least": least}
        return (main, Node(_("Rank"), None, GIVEN, digits=0, note=note))
    field = tuple(
        Node(d.view.name, d.value, GIVEN, digits=3, code=d.view.code, weight=1.0 if d is row else None,
             ref=("priority", d.view.code))
        for d in ranked
    )  # fmt: skip
    rule = _("Place among the dimensions with an open gap, highest value first.")
    place = Node(_("Rank"), float(row.rank), PLACE, field, rule, digits=0, code=asked.code)
    drawn: tuple[Node, ...] = ()
    if row.stability is not None:
        rules = pipeline.current_method().priorities
        how = _("From %(n)d random weightings around the chosen one.") % {"n": rules.draws}
        drawn = (
            Node(_("Rank, lower end of 90 % of weightings"), row.stability.low_rank, GIVEN, formula=how, digits=0),
            Node(_("Rank, upper end of 90 % of weightings"), row.stability.high_rank, GIVEN, formula=how, digits=0),
        )
    return (main, place, *drawn)


def value_of(asked: Asked, ranking: Ranking, code: str) -> Node:
    """The value of a dimension: three shares, each by its weight."""
    row = next(d for d in ranking.dimensions if d.view.code == code)
    at = ranking.weighing.dimensions.index(code)
    totals = ranking.weighing.columns.sum(axis=0)
    columns = (_cost(asked, ranking, code), _objectives(asked, ranking, code), _gap(asked, ranking, code))
    names = (_("Costs"), _("Objectives"), _("Gap"))
    weights = str(PRESETS[asked.preset]) if asked.own is None else _("Own weights")
    parts = []
    for i, (name, column, weight) in enumerate(zip(names, columns, ranking.weights, strict=True)):
        whole = Node(_("All dimensions together"), float(totals[i]), GIVEN, digits=3)
        share = Node(
            _("Share among all dimensions"), float(ranking.weighing.shares[at, i]), RATIO, (column, whole),
            _("Its own amount by that of all dimensions with score and reference; a column without any counts 0."),
            digits=4,
        )  # fmt: skip
        given = Node(_("Weight"), weight, GIVEN, formula=weights)
        parts.append(derived(Node(name, None, PRODUCT, (given, share), _("Weight times share."), digits=3)))
    name = _("Priority of %(name)s") % {"name": row.view.name}
    rule = _("Sum of its shares in costs, objectives and gaps, each by its weight: %(weights)s.") % {"weights": weights}
    return Node(name, row.value, SUM, tuple(parts), rule, digits=3, code=code, ref=("priority", code))


def _products(label: str, value: float, amounts: Mapping[str, float], relevance: Mapping[str, int],
              names: Mapping[str, str], formula: str) -> Node:  # fmt: skip
    parts = tuple(
        derived(
            Node(
                names.get(key, key), None, PRODUCT,
                (Node(_("Share or points"), amounts.get(key, 0.0), digits=3), Node(_("Relevance, 0 to 3"), float(r), digits=0)),
                digits=3,
            )
        )
        for key, r in relevance.items()
    )  # fmt: skip
    return Node(label, value, SUM, parts, formula, digits=3)


def _cost(asked: Asked, ranking: Ranking, code: str) -> Node:
    content = asked.seen.catalogue
    column = float(ranking.weighing.columns[ranking.weighing.dimensions.index(code), COST])
    rule = _("Cost shares of the plants, weighted, times how much the dimension drives each cost.")
    if not ranking.cost_basis:
        rule = _("No plant has given its cost structure yet: costs count 0.")
    relevance = content.dimension_by_code[code].cost_relevance
    return _products(_("Costs it drives"), column, ranking.inputs.cost_share, relevance, content.cost_categories, rule)


def _objectives(asked: Asked, ranking: Ranking, code: str) -> Node:
    content = asked.seen.catalogue
    column = float(ranking.weighing.columns[ranking.weighing.dimensions.index(code), OBJECTIVES])
    relevance = ranking.relevance[code]
    points = ranking.inputs.objective_importance or dict.fromkeys(content.objectives, 1.0)
    rule = _("Points of the objectives times how much the dimension serves each of them.")
    if not ranking.objectives_known:
        rule = _("The objectives are not weighed yet: all count the same.")
    return _products(_("Objectives it serves"), column, points, relevance, content.objectives, rule)


def _gap(asked: Asked, ranking: Ranking, code: str) -> Node:
    view = asked.seen.measures[code]
    reference = Node(
        str(REFERENCES[ranking.reference]), ranking.inputs.reference[code], digits=1, unit=_("level"),
        formula=_("What gaps are measured against."),
    )  # fmt: skip
    own = Node(view.name, view.score, digits=4, unit=_("level"), code=code, ref=("score", code))
    column = float(ranking.weighing.columns[ranking.weighing.dimensions.index(code), GAP])
    rule = _("Reference minus score, 0 where the score is higher.")
    return Node(_("Gap to the reference"), column, SHORTFALL, (reference, own), rule, unit=_("levels"), code=code)


def action(asked: Asked) -> tuple[Node, ...]:
    """The value of an action, its place in the list, and how firm that is; nothing while it is not in the list."""
    ranking = asked.ranking()
    own = next((a for a in ranking.actions if a.code == asked.code), None)
    if own is None:
        return ()
    name = _("Value of “%(title)s”") % {"title": own.title}
    if own.value:
        served = tuple(value_of(asked, ranking, code) for code in own.dimensions)
        highest = derived(
            Node(
                _("Highest priority it serves"),
                None,
                LARGEST,
                served,
                _("Of the dimensions that call for it."),
                digits=3,
            )
        )
        ratio = derived(
            Node(
                _("Impact by effort"), None, RATIO,
                (Node(_("Impact, 1 to 5"), float(own.impact), digits=0), Node(_("Effort, 1 to 5"), float(own.effort), digits=0)),
            )
        )  # fmt: skip
        rule = _("Highest priority it serves, times impact, by effort.")
        main = Node(name, own.value, PRODUCT, (highest, ratio), rule, digits=3, code=own.code)
    else:
        main = Node(name, own.value, GIVEN, formula=own.because, digits=3, code=own.code)
    listed = tuple(
        Node(a.title, a.value, GIVEN, digits=3, code=a.code, weight=1.0 if a is own else None, ref=("action", a.code))
        for a in ranking.actions
    )
    order = _("Highest value first; before it, what has to be done first for it.")
    place = Node(_("Place in the list"), float(own.rank), PLACE, listed, order, digits=0, code=own.code)
    rules = pipeline.current_method().priorities
    how = _("Of %(n)d random weightings around the chosen one.") % {"n": rules.draws}
    share = Node(_("Share of weightings in which it is among the first five"), own.in_top_share, GIVEN, formula=how)
    return (main, place, share)


def projection(asked: Asked) -> tuple[Node, ...]:
    """What a measure could be when the first actions are done: always a projection."""
    ranking = asked.ranking()
    if asked.code not in ranking.projected:
        return ()
    return (_projected(asked, ranking, asked.code),)


def _projected(asked: Asked, ranking: Ranking, code: str, weight: float | None = None) -> Node:
    content, name = asked.seen.catalogue, asked.seen.measures[code].name
    label = _("%(name)s, projected") % {"name": name}
    value = ranking.projected[code]
    if code in content.dimension_by_code:
        node = _lifts(asked, ranking, code)
        return Node(label, value, node.rule, node.parts, node.formula, unit=_("level"), weight=weight, code=code)
    if code == "OVERALL":
        below = [(c.code, 1.0) for c in content.components]
    else:
        component = next(c for c in content.components if c.code == code)
        below = [(d.code, float(d.weight)) for d in component.dimensions if d.code in ranking.projected]
    total = float(np.sum([w for _code, w in below]))
    parts = tuple(_projected(asked, ranking, part, w / total) for part, w in below)
    rule = _("A projection: weighted mean of what its parts could be when the first actions are done.")
    return Node(label, value, WEIGHTED_MEAN, parts, rule, unit=_("level"), weight=weight, code=code)


def _lifts(asked: Asked, ranking: Ranking, code: str) -> Node:
    """One dimension, action by action in the order in which they are done."""
    m = asked.seen.measures[code]
    lifts = pipeline.current_method().priorities.lift_by_impact
    none = _("No action of the list lifts it: it stays where it is.")
    node = Node(m.name, m.score, GIVEN, formula=none, digits=2, unit=_("level"), code=code, ref=("score", code))
    first = {a.code for a in ranking.top}
    for a in in_doing_order(asked.seen.catalogue.actions):
        if a.code in first and a.lifts_score and code in a.dimensions:
            lift = Node(_("Lift of impact %(n)d") % {"n": a.impact}, float(lifts[a.impact - 1]), unit=_("levels"))
            ceiling = Node(_("End of its range"), a.max_score, digits=1, unit=_("level"))
            rule = _("A projection: an action adds at most the lift of its impact, never above the end of its range.")
            label = _("After “%(title)s”") % {"title": a.title}
            node = derived(Node(label, None, LIFTED, (node, lift, ceiling), rule, unit=_("level"), code=a.code))
    return node
