"""The fixed words of reports, in the active language: labels, what the speaker may say, how to read the figures."""

from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from assessments.method import Method


def words() -> dict[str, str]:
    """Labels of charts, tables and sheets."""
    return {
        "action": _("Action"),
        "answers": _("Answers"),
        "barrier": _("Barrier"),
        "barriers": _("What slows the plants down"),
        "because": _("Why"),
        "bottleneck": _("Lowest dimension"),
        "check": _("Whether this report is genuine can be checked at %(address)s with this code."),
        "code": _("Code"),
        "component": _("Component"),
        "components": _("Components"),
        "contents": _("Contents"),
        "cost": _("Costs"),
        "coverage": _("Answered"),
        "cycle": _("Cycle"),
        "decided": _("What was decided"),
        "decisions": _("What waits for a decision"),
        "demo": _("Demo data: this company is made up"),
        "deviation": _("Standard deviation"),
        "difference": _("Difference"),
        "dimension": _("Dimension"),
        "dimensions": _("Dimensions"),
        "done_when": _("Done when"),
        "due": _("Due"),
        "effort": _("Effort"),
        "enterprise": _("Head office"),
        "first_step": _("First step"),
        "flag": _("Views"),
        "gap": _("Gap"),
        "genuine": _("Code of this report"),
        "group": _("Peer group"),
        "high": _("Highest"),
        "horizon": _("Horizon"),
        "illustrative": _("Illustrative peers: made-up companies"),
        "impact": _("Impact"),
        "in_top": _("Stays among the first five"),
        "interval": _("Interval"),
        "level": _("Level"),
        "low": _("Lowest"),
        "lower_bound": _("At least"),
        "made": _("Made on %(day)s"),
        "median": _("Peers' median"),
        "more_actions": _("Further actions"),
        "n": _("n"),
        "name": _("Name"),
        "network": _("Plants, weighted mean"),
        "network_sites": _("Plants counted"),
        "no_actions": _("No action is proposed."),
        "no_peers": _("No peer comparison"),
        "no_plan": _(
            "The actions above are a proposal of the ranking. Owners, dates and effort come with a plan; until then this "
            "page shows the horizon that each action usually needs."
        ),
        "no_plants": _("No plant has a score yet."),
        "now": _("Today"),
        "objectives": _("Objectives"),
        "of_five": _("of 5"),
        "organisation": _("Organisation"),
        "overall": _("Overall"),
        "own": _("Own score"),
        "owner": _("Owner"),
        "p25": _("Peers' lower quartile"),
        "p75": _("Peers' upper quartile"),
        "page": _("Page"),
        "pairs": _("Pairs of questions"),
        "peers": _("Peers"),
        "perception": _("Head office and plants"),
        "period": _("Period"),
        "place": _("Position"),
        "plan": _("Roadmap"),
        "plants": _("Plants"),
        "points": _("Points"),
        "priorities": _("What to do first"),
        "projection": _("Projection"),
        "projection_mark": _("Projection, not a measurement"),
        "protect": _("to protect"),
        "proximity": _("Size of the gap"),
        "question": _("Question"),
        "rank": _("Rank"),
        "reference": _("Reference"),
        "region": _("Region"),
        "risk": _("Risk"),
        "score": _("Score"),
        "site": _("Plant"),
        "sources": _("Sources"),
        "spread": _("Spread"),
        "stability": _("Stability"),
        "standing": _("Among the peers"),
        "starts": _("Starts"),
        "status": _("Status"),
        "summary": _("Summary"),
        "target": _("Own target"),
        "then": _("After the first actions"),
        "upper_bound": _("At most"),
        "value": _("Value"),
        "versions": _("Versions"),
        "weight": _("Weight"),
        "weights": _("Weights: costs %(costs)s, objectives %(objectives)s, size of the gap %(gap)s"),
        "what": _("What"),
        "where": _("Where"),
        "who": _("On whose list"),
        "why": _("Why"),
        "mean_plants": _("Mean of the plants"),
        "left_out": _("The highest and the lowest plants; all of them are in the Excel workbook."),
        "table_more": _("The rest is in the Excel workbook."),
        "legend_own": _("own score"),
        "legend_band": _("middle half of the peers, with median"),
        "legend_tail": _("four of five peers"),
        "legend_target": _("own target"),
        "legend_range": _("from the lowest to the highest plant"),
        "legend_plants": _("plants"),
        "legend_mean": _("mean of the plants"),
        "ranked_by": _("Ranked by %(preset)s weights, measured against: %(reference)s."),
        "appendix": _("All dimensions"),
        "method": _("Method"),
    }


def sections(method: Method) -> list[list[str]]:
    """How the figures came about, heading and text; thresholds as the method in force has them."""
    percent = {
        "dimension": round(100 * method.scoring.dimension_coverage),
        "component": round(100 * method.scoring.component_coverage),
        "weight": round(100 * method.network.min_weight),
        "sites": method.network.min_sites,
        "n_min": method.disclosure["n_min"],
        "draws": number_format(method.priorities.draws, force_grouping=True),
    }
    texts = [
        (
            _("Score"),
            _(
                "Questions are answered on levels from 1 to 5, each described in words. A dimension is the weighted mean of its "
                "answered questions and is scored when %(dimension)s %% of their weight is answered; a component needs "
                "%(component)s %% of its dimensions' weight. The overall score is the mean of the four components. Nothing is "
                "filled in for missing answers; the lowest and the highest possible score are stated instead."
            ),
        ),
        (
            _("Plants"),
            _(
                "The plants' value is the weighted mean of the plants' own surveys, by production value where it is known. It "
                "needs %(sites)s plants and %(weight)s %% of the weight, and is never mixed into the score of the enterprise."
            ),
        ),
        (
            _("Peers"),
            _(
                "Peer figures come from a frozen release of statistics, never from single companies. A group is published from "
                "%(n_min)s enterprises on. A position is stated with its 90 %% interval."
            ),
        ),
        (
            _("Priorities"),
            _(
                "Dimensions are ranked by the costs they drive, the objectives they serve and the size of the gap. Stability says "
                "how often a place among the first five holds when the weights are varied %(draws)s times: robust from 80 %%, "
                "fragile below 50 %%."
            ),
        ),
        (
            _("Projection"),
            _(
                "Each action raises its dimensions by at most the lift of its impact class, never above the level it is meant for. "
                "A projection says what could be, not what will be."
            ),
        ),
    ]
    return [[heading, text % percent] for heading, text in texts]


def notes(content: dict[str, Any]) -> dict[str, str]:
    """What the speaker may say to each slide: the message, how to read the picture, what to be careful about."""
    told, source = content["headlines"], content["source"]
    top = content["priorities"]["top"]
    peers = (
        _("The peers are made-up companies, to show what the page can do. Do not quote their figures.")
        if source["illustrative"]
        else source["peers"] or _("There is no peer group for this assessment.")
    )
    scale = _("All figures are levels from 1 to 5, by the enterprise's own assessment.")
    first = _("The first action is: %(title)s") % {"title": top[0]["title"]} if top else ""
    texts = {
        "title": [told["overall"], told["page"], source["answered"]],
        "summary": [told["overall"], scale, peers],
        "components": [
            told["page"],
            _("Bars show the own score beside the peers' median and upper quartile. The axis begins at level 1."),
            peers,
        ],
        "dimensions": [
            told["dimensions"],
            _(
                "The picture shows the dimensions that lie furthest below the peers' median; without peers, the lowest ones."
            ),
            peers,
        ],
        "all": [told["ends"], _("A table to look things up in. Do not read it out."), scale],
        "spread": [
            told["spread"],
            _(
                "Each bar runs from the lowest to the highest plant. A wide bar is a plant to learn from, not a fault to blame."
            ),
            source["answered"],
        ],
        "plants": [told["plants"], _("Plants are compared with each other, never with peer enterprises.")],
        "perception": [
            told["perception"],
            _("Only questions that were asked of both sides are compared. From half a level on the views differ."),
        ],
        "waiting": [told["waiting"], _("These come from the registers of the enterprise and the plants.")],
        "priorities": [
            told["priorities"],
            first,
            _("Robust means: with other weights it would still be among the first. Fragile ones deserve a discussion."),
        ],
        "steps": [told["steps"], _("Ask today for an owner of each first step.")],
        "plan": [told["plan"], _("Decide who owns the actions, and by when.")],
        "projection": [
            told["projection"],
            _("This is a projection. It assumes that the actions are really done and work as the method expects."),
        ],
        "method": [_("For questions about how the figures came about. The code lets anybody check this report.")],
    }
    return {key: "\n".join(line for line in lines if line) for key, lines in texts.items()}
