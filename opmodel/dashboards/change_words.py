"""What changed since the last cycle, in sentences made by rule. PURE but for gettext: whole sentences."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.change import ANSWERS, CONTENT, COUNTED, IMPROVED, JOINED, LEFT, METHOD, WEIGHTS
from assessments.decimals import one
from benchmarks.statistics import half_up


def change_headline(
    cycle: str, before: float | None, after: float | None, kinds: Mapping[str, float], where: str
) -> str:
    """How the overall score moved since `cycle` and what most of it comes from; `where` names the dimension whose answers
    moved it most."""
    if before is None or after is None:
        return _("The overall score cannot be compared with %(cycle)s: one of the two cycles has none.") % {
            "cycle": cycle
        }
    values = {"cycle": cycle, "before": one(before), "after": one(after)}
    if half_up(before) == half_up(after):
        return _("The overall score is where it was in %(cycle)s: %(after)s.") % values
    if after > before:
        said = _("The overall score rose from %(before)s to %(after)s since %(cycle)s.") % values
    else:
        said = _("The overall score fell from %(before)s to %(after)s since %(cycle)s.") % values
    return f"{said} {main_cause(kinds, after - before, where)}".strip()


def main_cause(kinds: Mapping[str, float], by: float, where: str) -> str:
    """The kind of change that moved most in the direction of the whole; "" where the change is not taken apart."""
    if not kinds:
        return _("The answers of one cycle have changed since they were scored, so the change is not taken apart.")
    kind = max(kinds, key=lambda k: kinds[k] * by)
    if kind == ANSWERS and where:
        return _("Most of it comes from changed answers, above all in %(dimension)s.") % {"dimension": where}
    causes = {
        ANSWERS: _("Most of it comes from changed answers."),
        COUNTED: _("Most of it comes from questions that count in one of the two cycles only."),
        CONTENT: _("Most of it comes from the changed content of the questionnaire."),
        METHOD: _("Most of it comes from the changed method."),
    }
    return causes[kind]


def plants_headline(cycle: str, before: float | None, after: float | None, kinds: Mapping[str, float], n: int) -> str:
    """How the mean of the plants' views of `n` dimensions moved, and whether the plants did or which of them answered."""
    if before is None or after is None or not kinds:
        return _("The plants' views of the two cycles cannot be compared: it takes three plants with a score in both.")
    values = {"before": one(before), "after": one(after), "cycle": cycle, "n": n}
    by = after - before
    if half_up(before) == half_up(after):
        return (
            ngettext(
                "The plants' view is where it was in %(cycle)s: %(after)s in the dimension that both cycles have.",
                "The plants' view is where it was in %(cycle)s: %(after)s on average of %(n)d dimensions.",
                n,
            )
            % values
        )
    if by > 0:
        said = _("The plants' view rose from %(before)s to %(after)s since %(cycle)s.") % values
    else:
        said = _("The plants' view fell from %(before)s to %(after)s since %(cycle)s.") % values
    causes = {
        IMPROVED: _("Most of it comes from plants that answered in both cycles."),
        JOINED: _("Most of it comes from plants that came in."),
        LEFT: _("Most of it comes from plants that left."),
        WEIGHTS: _("Most of it comes from the changed weights of the plants."),
    }
    other = _("Most of it comes from the changed method, or from surveys scored anew.")
    return f"{said} {causes.get(max(kinds, key=lambda k: kinds[k] * by), other)}"


def trend_headline(scores: list[tuple[str, float]], cycles: int) -> str:
    """What the overall score did over the cycles; (cycle, score) of those that have one, oldest first."""
    if cycles < 2:
        return _("One cycle is scored so far: the trend begins with the next one.")
    if len(scores) < 2:
        return _("Fewer than two cycles have an overall score, so there is no trend of it yet.")
    (first, low), (last, high) = scores[0], scores[-1]
    values = {"first": first, "last": last, "then": one(low), "now": one(high), "n": len(scores)}
    if half_up(low) == half_up(high):
        return _("The overall score is the same in %(last)s as in %(first)s: %(now)s.") % values
    if high > low:
        return _("The overall score rose from %(then)s in %(first)s to %(now)s in %(last)s.") % values
    return _("The overall score fell from %(then)s in %(first)s to %(now)s in %(last)s.") % values
