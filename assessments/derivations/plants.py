"""The plants' view of a dimension, and its distance to the view of head office (METHOD 3 and 4)."""

from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from assessments import insight, selectors
from assessments.derivations.asked import Asked
from assessments.explaining import (
    DEVIATION,
    DIFFERENCE,
    GIVEN,
    LARGEST,
    MEAN,
    SMALLEST,
    SUM,
    WEIGHTED_MEAN,
    Node,
)

BASES = {
    "production_value": lambda: _("Weights: share of production value, which all invited plants have given."),
    "headcount": lambda: _("Weights: headcount, as not all plants have given their share of production value."),
    "equal": lambda: _("All plants weigh the same, as neither shares of production value nor headcounts are complete."),
}


def network(asked: Asked) -> tuple[Node, ...]:
    """The weighted mean with its plants, and what stands beside it; nothing before the first plant has a score."""
    view, result = asked.view.network, asked.seen.network
    if view is None or result is None or not view.sites:
        return ()
    parts = insight.plant_parts(asked.seen, asked.code)
    plants = tuple(
        Node(
            p.name, p.score, GIVEN, digits=2, unit=_("level"), weight=p.weight if p.score is not None else None,
            note="" if p.score is not None else _("no score"), code=asked.code,
            ref=("site", p.submission) if p.submission else None,
        )
        for p in parts
    )  # fmt: skip
    rules = _("It takes three plants with 60 % of the weight; below that, the plants stand alone.")
    weights = insight.plant_weights(asked.seen, asked.code)
    covered = tuple(Node(name, share, GIVEN, digits=4) for name, share in weights)
    name = _("%(name)s, plants' view") % {"name": asked.view.name}
    level = {"unit": _("level"), "code": asked.code}
    main = Node(
        name, view.score, WEIGHTED_MEAN if view.score is not None else GIVEN, plants,
        f"{BASES[result.weight_basis]()} {rules}", note="" if view.score is not None else rules, **level,
    )  # fmt: skip
    return (
        main,
        Node(_("Without weights"), view.equal_mean, MEAN, plants, _("Mean of the plants that have a score."), **level),
        Node(_("Lowest plant"), view.minimum, SMALLEST, plants, digits=1, **level),
        Node(_("Highest plant"), view.maximum, LARGEST, plants, digits=1, **level),
        Node(_("Standard deviation"), view.standard_deviation, DEVIATION, plants,
             _("Unweighted, with n - 1; it takes two plants."), **level),
        Node(_("Share of the weight that has a score"), view.weight_coverage, SUM, covered,
             _("The weights of the plants that have a score, of all invited ones.")),
    )  # fmt: skip


def perception(asked: Asked) -> tuple[Node, ...]:
    """Head office minus plants over the mirrored questions; nothing while the views cannot be compared."""
    gap = asked.view.perception
    if gap is None or gap.gap is None:
        return ()
    answers = _plants_answers(asked, [p["site"] for p in gap.pairs])
    texts = asked.seen.catalogue.question_by_code
    level = {"unit": _("level")}
    pairs, own, theirs = [], [], []
    for p in gap.pairs:
        said = Node(
            _("Head office"), float(p["enterprise_level"]), GIVEN, digits=0, code=p["enterprise"],
            ref=("question", p["enterprise"]), **level,
        )  # fmt: skip
        plants = Node(
            _("Plants"), p["plants"], WEIGHTED_MEAN, answers[p["site"]],
            _("Weighted mean of the plants that answered, weights made to add up to 1."), note=f"n {p['sites']}",
            code=p["site"], **level,
        )  # fmt: skip
        own.append(said)
        theirs.append(plants)
        pairs.append(
            Node(
                texts[p["enterprise"]].text, said.value - p["plants"], DIFFERENCE, (said, plants),  # type: ignore[operator]
                _("Answer of head office minus the plants' mean."), unit=_("levels"), code=p["enterprise"], signed=True,
            )
        )  # fmt: skip
    name = _("%(name)s, head office minus plants") % {"name": asked.view.name}
    rule = _("Mean over the questions that both were asked and at least three plants answered.")
    return (
        Node(
            name,
            gap.gap,
            MEAN,
            tuple(pairs),
            rule,
            unit=_("levels"),
            note=f"n {gap.sites}",
            code=asked.code,
            signed=True,
        ),
        Node(_("Head office"), gap.enterprise, MEAN, tuple(own), rule, code=asked.code, **level),
        Node(_("Plants, weighted mean"), gap.plants, MEAN, tuple(theirs), rule, code=asked.code, **level),
    )


def _plants_answers(asked: Asked, codes: list[str]) -> dict[str, tuple[Node, ...]]:
    """What the plants answered to some questions, with weights among those that did. One query."""
    reading, cycle = asked.seen.reading, asked.seen.submission.cycle
    weights, _basis = reading.weights(cycle.pk)
    given: dict[str, dict[int, int]] = {code: {} for code in codes}
    for code, site, level in selectors.site_levels(cycle, codes):
        if site in weights:
            given[code][site] = level
    names = {p.site_id: p.name for p in reading.invited.get(cycle.pk, [])}
    found: dict[str, Any] = {}
    for code, levels in given.items():
        total = sum((weights[s] for s in levels), Fraction(0))
        found[code] = tuple(
            Node(names[s], float(level), GIVEN, digits=0, unit=_("level"), weight=float(weights[s] / total))
            for s, level in sorted(levels.items(), key=lambda entry: -weights[entry[0]])
        )
    return found
