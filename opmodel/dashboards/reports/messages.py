"""One sentence a slide or section, by rule from the numbers. PURE but for gettext: whole sentences, never glued ones."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.decimals import one
from benchmarks.statistics import half_up

Named = tuple[str, float | None]


def overall_message(score: float | None, low: float | None, high: float | None, standing: str) -> str:
    """Where the whole stands; without a score the range it must lie in."""
    if score is None:
        if low is None or high is None:
            return _("Nothing is answered yet.")
        values = {"low": one(low), "high": one(high)}
        return _("No overall score yet: it lies between %(low)s and %(high)s of 5.") % values
    if standing:
        return _("Overall %(score)s of 5. %(standing)s.") % {"score": one(score), "standing": standing}
    return _("Overall %(score)s of 5. There are no peers to compare with.") % {"score": one(score)}


def ends_message(dimensions: Sequence[Named]) -> str:
    """The strongest and the weakest dimension, as rounded for people."""
    scored = [(name, half_up(score)) for name, score in dimensions if score is not None]
    if not scored:
        return _("No dimension is scored yet")
    high, low = max(s for _name, s in scored), min(s for _name, s in scored)
    if high == low:
        return _("All dimensions stand at %(score)s") % {"score": one(high)}
    strong, weak = [n for n, s in scored if s == high], [n for n, s in scored if s == low]
    values = {"high": one(high), "low": one(low), "strong": strong[0], "weak": weak[0]}
    if len(strong) == 1 and len(weak) == 1:
        return _("%(strong)s is strongest at %(high)s, %(weak)s weakest at %(low)s") % values
    if len(weak) == 1:
        return _("%(weak)s is weakest at %(low)s; several dimensions reach %(high)s") % values
    if len(strong) == 1:
        return _("%(strong)s is strongest at %(high)s; several dimensions stand at %(low)s") % values
    return _("The dimensions stand between %(low)s and %(high)s") % values


def plants_message(plants: Sequence[Named]) -> str:
    """The highest and the lowest plant by its overall score."""
    scored = [(name, half_up(score)) for name, score in plants if score is not None]
    if not scored:
        return _("No plant has an overall score yet")
    best, last = max(scored, key=lambda s: s[1]), min(scored, key=lambda s: s[1])
    if len(scored) == 1:
        return _("%(name)s is the only plant with an overall score: %(score)s") % {
            "name": best[0],
            "score": one(best[1]),
        }
    if best[1] == last[1]:
        return _("All plants stand at %(score)s overall") % {"score": one(best[1])}
    return _("%(best)s stands highest among the plants with %(high)s, %(last)s lowest with %(low)s") % {
        "best": best[0],
        "high": one(best[1]),
        "last": last[0],
        "low": one(last[1]),
    }


def steps_message(actions: int) -> str:
    if not actions:
        return _("No action is proposed")
    return ngettext(
        "How the first action begins, and when it is done",
        "How the first %(n)d actions begin, and when each is done",
        actions,
    ) % {"n": actions}


def plan_message(planned: int, actions: int) -> str:
    """Whether anybody has taken the actions on."""
    if planned:
        return ngettext("One action is planned", "%(n)d actions are planned", planned) % {"n": planned}
    if actions:
        return _("There is no plan yet: nobody owns these actions, and no date is set")
    return _("There is no plan yet, and no action is proposed")


def more_planned(n: int) -> str:
    """How many planned actions a page has no room for; "" for none."""
    return (
        ngettext("One more action is in the plan.", "%(n)d more actions are in the plan.", n) % {"n": n}
        if n > 0
        else ""
    )


def projection_message(now: float | None, then: float | None, actions: int, parts: int) -> str:
    """What the first actions could bring; always said to be a projection. `parts` are the components that have one."""
    if now is None or then is None:
        return (
            _("Projection: only for components that have a score; there is no overall score yet")
            if parts
            else _("Without an overall score there is no projection")
        )
    if not actions or half_up(then) <= half_up(now):
        return _("Projection: the first actions would leave the overall score at %(now)s") % {"now": one(now)}
    return ngettext(
        "Projection: the first action could lift the overall score from %(now)s to %(then)s",
        "Projection: the first %(n)d actions could lift the overall score from %(now)s to %(then)s",
        actions,
    ) % {"n": actions, "now": one(now), "then": one(then)}


def site_message(components: Sequence[tuple[str, float | None, float | None]]) -> str:
    """What one plant's page opens with: the component furthest below the plants' mean, or the weakest."""
    scored = [(name, half_up(own), mean) for name, own, mean in components if own is not None]
    if not scored:
        return _("Too little is answered for a score.")
    compared = [(name, own, half_up(mean)) for name, own, mean in scored if mean is not None]
    if not compared:
        name, own, _mean = min(scored, key=lambda c: c[1])
        return _("%(name)s is the weakest component, with %(own)s of 5.") % {"name": name, "own": one(own)}
    name, own, mean = min(compared, key=lambda c: c[1] - c[2])
    values = {"name": name, "own": one(own), "mean": one(mean)}
    if own < mean:
        return _("%(name)s: %(own)s against a mean of the plants of %(mean)s, the widest gap.") % values
    if own == mean:
        return _("No component lies below the mean of the plants; %(name)s is level with it at %(own)s.") % values
    return _("All components lie above the mean of the plants; %(name)s is closest to it.") % values


def beside_message(plants: int, cycle: str) -> str:
    """Which plants the mean is of; 0 where it would give single plants away, `cycle` where it is of an earlier one."""
    values = {"n": plants, "c": cycle}
    if not plants:
        return _(
            "The other plants stand beside yours once a cycle is finished and at least three of them have a score: fewer, "
            "and a single plant's score could be worked out."
        )
    if cycle:
        return (
            _(
                "Beside it the %(n)s plants of %(c)s, each with the same weight; those of this cycle follow when it is finished. "
                "No single plant is shown."
            )
            % values
        )
    return _("Beside it %(n)s plants of this cycle, each with the same weight. No single plant is shown.") % values
