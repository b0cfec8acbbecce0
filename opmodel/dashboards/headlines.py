"""One sentence first: what the numbers say, by rule. PURE but for gettext: whole sentences, never glued ones."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.decimals import one
from benchmarks.statistics import half_up

APART = 10  # points of 100: a smaller difference between points and effort is no message
Named = tuple[str, float | None, float | None]  # name, own score, peer median


def page_headline(components: Sequence[Named], not_applicable: int = 0) -> str:
    """What the dashboard opens with: the component furthest below its peers, or the weakest, or the good news.

    `not_applicable` components have no score because nothing of them applies.
    """
    scored = [(name, own, median) for name, own, median in components if own is not None]
    if not scored:
        return _("Too little is answered for a score.")
    missing = len(components) - len(scored) - not_applicable
    if not_applicable and not missing:
        return ngettext(
            "%(n)d component does not apply to you, so there is no overall score.",
            "%(n)d components do not apply to you, so there is no overall score.",
            not_applicable,
        ) % {"n": not_applicable}
    if missing:
        return ngettext(
            "%(n)d component cannot be scored yet: too little of it is answered.",
            "%(n)d components cannot be scored yet: too little of them is answered.",
            missing,
        ) % {"n": missing}
    compared = [(name, own, median) for name, own, median in scored if median is not None]
    if not compared:
        return _without_peers([(name, own) for name, own, _median in scored])
    name, own, median = min(compared, key=lambda c: half_up(c[1]) - c[2])
    values = {"name": name, "own": one(own), "median": one(median)}
    if half_up(own) < median:
        gap = one(median - half_up(own))
        widest = [n for n, o, m in compared if one(m - half_up(o)) == gap]
        if len(widest) == 2:
            return _("%(one)s and %(two)s lie furthest below their peers, %(gap)s under the median.") % {
                "one": widest[0],
                "two": widest[1],
                "gap": gap,
            }
        if len(widest) > 2:
            return _("%(n)d components lie furthest below their peers, %(gap)s under the median.") % {
                "n": len(widest),
                "gap": gap,
            }
        return _("%(name)s: %(own)s against a peer median of %(median)s, the widest gap.") % values
    if half_up(own) == median:
        return _("No component lies below the peer median; %(name)s is level with it at %(own)s.") % values
    return _("All components lie above the peer median; %(name)s is closest to it.") % values


def _without_peers(scored: Sequence[tuple[str, float]]) -> str:
    """The weakest component, or all that share the place as it is shown."""
    own = one(min(score for _name, score in scored))
    weakest = [name for name, score in scored if one(score) == own]
    values = {"name": weakest[0], "own": own, "n": len(weakest)}
    if len(weakest) == len(scored) > 1:
        return _("All components stand at %(own)s of 5. No peers to compare with.") % values
    if len(weakest) == 2:
        text = _("%(name)s and %(other)s are the weakest components, with %(own)s of 5. No peers to compare with.")
        return text % {**values, "other": weakest[1]}
    if len(weakest) > 2:
        return _("%(n)d components are the weakest, with %(own)s of 5. No peers to compare with.") % values
    return _("%(name)s is the weakest component, with %(own)s of 5. No peers to compare with.") % values


def dimension_headline(dimensions: Sequence[tuple[float | None, float | None]]) -> str:
    """The title of the dimension chart; pairs of own score and peers' lower quartile."""
    compared = [(own, quartile) for own, quartile in dimensions if own is not None and quartile is not None]
    if not compared:
        return _("Where the dimensions stand")
    below = sum(half_up(own) < quartile for own, quartile in compared)
    if len(compared) < len(dimensions):
        values = {"below": below, "n": len(compared)}
        if not below:
            return (
                _("None of the dimensions that can be compared (%(n)d) lies below the peers' lower quartile") % values
            )
        return (
            ngettext(
                "One of the dimensions that can be compared (%(n)d) lies below the peers' lower quartile",
                "%(below)d of the dimensions that can be compared (%(n)d) lie below the peers' lower quartile",
                below,
            )
            % values
        )
    if not below:
        return _("No dimension lies below the peers' lower quartile")
    return ngettext(
        "One dimension lies below the peers' lower quartile",
        "%(n)d dimensions lie below the peers' lower quartile",
        below,
    ) % {"n": below}


def perception_headline(gaps: Sequence[tuple[str, float | None, str]]) -> str:
    """Where the CSCO and the plants disagree; (dimension, gap, flag)."""
    known = [(name, gap, flag) for name, gap, flag in gaps if gap is not None]
    if not known:
        return _("Fewer than three plants answered the mirrored questions: the views cannot be compared yet.")
    flagged = [g for g in known if g[2] in ("flagged", "severe")]
    if not flagged:
        return _("Head office and plants see the same picture.")
    name, gap, _flag = max(flagged, key=lambda g: abs(g[1]))
    higher = gap > 0
    values = {"n": len(flagged), "name": name, "gap": one(abs(gap))}
    if higher:
        return (
            ngettext(
                "In one dimension the views differ: %(name)s, head office %(gap)s above the plants.",
                "In %(n)d dimensions the views differ, most in %(name)s: head office %(gap)s above the plants.",
                len(flagged),
            )
            % values
        )
    return (
        ngettext(
            "In one dimension the views differ: %(name)s, the plants %(gap)s above head office.",
            "In %(n)d dimensions the views differ, most in %(name)s: the plants %(gap)s above head office.",
            len(flagged),
        )
        % values
    )


def no_actions(unranked: int) -> str:
    """Why the list is empty: all is well, or `unranked` dimensions lack a score or a reference."""
    if unranked:
        return ngettext(
            "%(n)d dimension cannot be ranked: its score or its reference is missing.",
            "%(n)d dimensions cannot be ranked: their scores or references are missing.",
            unranked,
        ) % {"n": unranked}
    return _("No open gap calls for an action.")


def priorities_headline(component: str, actions: int, now: float | None, then: float | None, unranked: int = 0) -> str:
    """What the list says: where it begins and what doing its first part would bring (a projection)."""
    if not actions:
        return no_actions(unranked)
    if now is None or then is None or half_up(then) <= half_up(now):
        return _("Begin with %(name)s.") % {"name": component}
    return ngettext(
        "Begin with %(name)s. This action could lift the overall score from %(now)s to %(then)s.",
        "Begin with %(name)s. These %(n)d actions could lift the overall score from %(now)s to %(then)s.",
        actions,
    ) % {"name": component, "n": actions, "now": one(now), "then": one(then)}


def projection_headline(actions: int, now: float | None, then: float | None, dimensions: int) -> str:
    """What a choice of actions could bring (a projection); `dimensions` is how many of them would rise."""
    if not actions:
        return _("Put actions in and see what they could lift.")
    if not dimensions:
        return _("These actions prepare others; by themselves they lift no score.")
    values = {"n": actions, "dimensions": dimensions}
    if now is None or then is None or half_up(then) <= half_up(now):
        return (
            ngettext(
                "These actions could lift one dimension; the overall score stays about the same.",
                "These actions could lift %(dimensions)d dimensions; the overall score stays about the same.",
                dimensions,
            )
            if now is not None
            else ngettext(
                "These actions could lift one dimension; there is no overall score yet.",
                "These actions could lift %(dimensions)d dimensions; there is no overall score yet.",
                dimensions,
            )
        ) % values
    return ngettext(
        "This action could lift the overall score from %(now)s to %(then)s.",
        "These %(n)d actions could lift the overall score from %(now)s to %(then)s.",
        actions,
    ) % {**values, "now": one(now), "then": one(then)}


def alignment_headline(rows: Sequence[tuple[str, int, int]], known: bool, planned: bool) -> str:
    """Whether the effort goes where the points are; (objective, points, percent of the effort), both of 100.

    `planned` says that it is the effort of the plan, not of proposed actions.
    """
    if not any(effort for _name, _points, effort in rows):
        return _("No action is proposed, so no effort goes anywhere yet.")
    if not known:
        return _("Your objectives are not weighed yet: give them 100 points to compare the effort with.")
    name, points, effort = max(rows, key=lambda r: r[1] - r[2])
    if points - effort < APART and planned:
        return _("The effort of the plan goes about where your 100 points are.")
    if points - effort < APART:
        return _("The effort of the proposed actions goes about where your 100 points are.")
    values = {"name": name, "points": points, "effort": effort}
    if planned:
        return _("%(name)s has %(points)d of your 100 points and gets %(effort)d %% of the plan's effort.") % values
    return _("%(name)s has %(points)d of your 100 points and gets %(effort)d %% of the proposed effort.") % values


def facts_headline(waiting: Mapping[str, int]) -> str:
    """What waits for a decision; counts by kind: limit, make_buy, pilot."""
    total = sum(waiting.values())
    if not total:
        return _("Nothing on the lists waits for a decision.")
    values = {"n": total, **waiting}
    if waiting["limit"] == total:
        return (
            ngettext(
                "One severe supplier limit waits for a decision.",
                "%(n)d severe supplier limits wait for a decision.",
                total,
            )
            % values
        )
    if waiting["limit"]:
        return (
            ngettext(
                "%(n)d things wait for a decision, one of them a severe supplier limit.",
                "%(n)d things wait for a decision, %(limit)d of them severe supplier limits.",
                waiting["limit"],
            )
            % values
        )
    return ngettext("One thing waits for a decision.", "%(n)d things wait for a decision.", total) % values


def releases_headline(moves: Sequence[float]) -> str:
    """What the new release changes; `moves` are new minus old peer medians of the measures in both."""
    if not moves:
        return _("No measure can be compared in both releases.")
    values = {"up": sum(m > 0 for m in moves), "down": sum(m < 0 for m in moves), "n": len(moves)}
    if not values["up"] and not values["down"]:
        return _("The peers' medians are the same in both releases.")
    return (
        ngettext(
            "Of the one measure in both releases, the peers' median rose in %(up)d and fell in %(down)d.",
            "Of %(n)d measures in both releases, the peers' median rose in %(up)d and fell in %(down)d.",
            len(moves),
        )
        % values
    )


def spread_headline(spreads: Sequence[tuple[str, float, float]]) -> str:
    """Where the plants differ most; (dimension, lowest, highest) of those that two plants at least have a score in."""
    if not spreads:
        return _("It takes two plants with a score to compare them.")
    name, low, high = max(spreads, key=lambda s: half_up(s[2]) - half_up(s[1]))
    if half_up(low) == half_up(high):
        return _("All plants score the same in every dimension.")
    return _("The plants differ most in %(name)s: from %(low)s to %(high)s.") % {
        "name": name,
        "low": one(low),
        "high": one(high),
    }


def make_buy_headline(important: int, review: int, overdue: int) -> str:
    """What the make-vs-buy map says; counts of important families, of those to review, of those not reviewed for two years."""
    if review:
        return ngettext(
            "%(n)d item family asks for a review: important, and the market is ahead or supply at risk.",
            "%(n)d item families ask for a review: important, and the market is ahead or supply at risk.",
            review,
        ) % {"n": review}
    if overdue:
        return ngettext(
            "No rating asks for a review, but %(n)d make-or-buy choice is older than two years.",
            "No rating asks for a review, but %(n)d make-or-buy choices are older than two years.",
            overdue,
        ) % {"n": overdue}
    if important:
        return _("No make-or-buy choice asks for a review.")
    return _("No item family is rated as important.")


def limits_headline(points: Sequence[tuple[str, int]]) -> str:
    """Who holds most of the open supplier exposure; (supplier, points), the largest first."""
    total = sum(p for _name, p in points)
    if not total:
        return _("A decision is taken on every supplier limit.")
    (first, most), *others = points
    values = {"name": first, "share": round(100 * most / total), "n": len(points)}
    if not others:
        return _("One supplier has open limits: %(name)s.") % values
    if 3 * most >= 2 * total:
        return _("%(name)s alone stands for %(share)s %% of the open supplier exposure.") % values
    if len(others) == 1:
        return _("Nobody has decided on the limits of %(name)s and %(second)s.") % {**values, "second": others[0][0]}
    values |= {"second": others[0][0], "share": round(100 * (most + others[0][1]) / total)}
    return _("%(name)s and %(second)s stand for %(share)s %% of the open exposure of %(n)s suppliers.") % values


def pilots_headline(scaled: int, decided: int, stuck: int, running: int) -> str:
    """How many pilots reach daily use; `decided` counts those older than twelve months too."""
    if not decided:
        return _("No pilot has been decided on yet.")
    values = {"scaled": scaled, "decided": decided, "stuck": stuck, "running": running}
    if not stuck:
        return (
            ngettext(
                "Of %(decided)d decided use case %(scaled)d reached daily use; no pilot runs longer than a year.",
                "Of %(decided)d decided use cases %(scaled)d reached daily use; no pilot runs longer than a year.",
                decided,
            )
            % values
        )
    return (
        ngettext(
            "%(scaled)d use cases reached daily use, and %(stuck)d of %(running)d running pilot is older than a year.",
            "%(scaled)d use cases reached daily use, and %(stuck)d of %(running)d running pilots are older than a year.",
            running,
        )
        % values
    )


def capacity_headline(used: Sequence[tuple[str, float]]) -> str:
    """The fullest and the emptiest plant; (plant, utilisation in percent), the fullest first."""
    if not used:
        return _("No plant states how much of its capacity it uses.")
    (first, most), (last, least) = used[0], used[-1]
    values = {"first": first, "most": round(most), "last": last, "least": round(least)}
    if len(used) == 1:
        return _("%(first)s uses %(most)s %% of the capacity it has shown.") % values
    if values["most"] == values["least"]:
        return _("All plants use %(most)s %% of the capacity they have shown.") % values
    return _("%(first)s uses %(most)s %% of the capacity it has shown, %(last)s %(least)s %%.") % values
