"""What a reader chose, as an address says it: weights, actions, aims. Wrong input is named, never guessed at."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessments import outlook
from assessments.cheapest import Aim
from assessments.insight import Insight
from assessments.weighing import read_number

MOST_DAYS = 1_000_000
AIMS = {
    "target": gettext_lazy("your own targets"),
    "median": gettext_lazy("the peers' median"),
    "quartile": gettext_lazy("the peers' upper quartile"),
    "level": gettext_lazy("a level of your choice"),
}


def kept(request: HttpRequest) -> dict[str, str]:
    """What every page of figures keeps in its address: the cycle and the peer group."""
    return {name: request.GET[name] for name in ("cycle", "peers") if request.GET.get(name)}


def address(name: str, *pairs: Mapping[str, Any]) -> str:
    query = urlencode({key: value for more in pairs for key, value in more.items()}, doseq=True)
    return reverse(name) + (f"?{query}" if query else "")


def chosen_actions(given: QueryDict, seen: Insight) -> tuple[list[str] | None, list[str]]:
    """The actions put in (None: nothing was said yet), and the codes that this content does not know."""
    codes = list(dict.fromkeys(given.getlist("a")))
    known = [c for c in codes if c in seen.catalogue.action_by_code]
    unknown = [c[:12] for c in codes if c not in seen.catalogue.action_by_code]
    return (None if not codes and "chosen" not in given else known), unknown


@dataclass(frozen=True)
class Wish:
    """What shall be reached, by which budget; `asked` is whether anything was asked at all.

    `error` says why there is nothing to solve: `bad` input, or nothing to reach (no peers, no targets, no score).
    """

    asked: bool
    kind: str
    scope: str
    dimensions: tuple[str, ...]
    level: str
    budget_typed: str
    budget: int | None
    aims: tuple[Aim, ...]
    left_out: int  # dimensions in the scope without a score, or without the figure to aim at
    error: str
    bad: bool


def wish(given: QueryDict, seen: Insight) -> Wish:
    """The wish of an address; unknown codes and numbers out of bounds are errors with a sentence."""
    asked = "aim" in given
    kind, scope = given.get("aim", "target"), given.get("of", "OVERALL")
    picked = [d for d in dict.fromkeys(given.getlist("d")) if d]
    level, budget = given.get("level", "").strip()[:12], given.get("budget", "").strip()[:12]
    number, days = read_number(level), int(budget) if re.fullmatch(r"\d{1,7}", budget, re.ASCII) else None
    dimensions = seen.catalogue.dimension_by_code
    error = ""
    if kind not in AIMS or scope not in ("OVERALL", outlook.EACH, *seen.catalogue.component_by_code):
        kind, scope, error = "target", "OVERALL", _("This page does not know what was asked. Choose below.")
    elif any(d not in dimensions for d in picked):
        error = _("This questionnaire has no dimension “%(code)s”.") % {
            "code": next(d for d in picked if d not in dimensions)[:12]
        }
    elif asked and kind == outlook.LEVEL and (number is None or not 1 <= number <= 5):
        error = _("The level must be a number from 1 to 5.")
    elif budget and (days is None or days > MOST_DAYS):
        error = _("The budget must be a whole number of person-days, at most %(most)s.") % {
            "most": number_format(MOST_DAYS, 0, use_l10n=True, force_grouping=True)
        }
    elif asked and scope == outlook.EACH and not picked:
        error = _("Choose one dimension at least.")
    known, bad = tuple(d for d in picked if d in dimensions), bool(error)
    aims, left_out = [], 0
    if asked and not error:
        aims = outlook.aims_of(seen, kind, scope, known, number)
        left_out = in_scope(seen, kind, scope, known) - len(aims)
        if not aims:
            error = nothing_to_reach(seen, kind, scope)
    return Wish(asked, kind, scope, known, level, budget, days, tuple(aims), left_out, error, bad)


def in_scope(seen: Insight, kind: str, scope: str, dimensions: tuple[str, ...]) -> int:
    if scope == outlook.EACH:
        return len(dimensions)
    if kind == outlook.TARGET:
        return sum(scope in ("OVERALL", d.component) for d in seen.catalogue.dimensions)
    return 1


def nothing_to_reach(seen: Insight, kind: str, scope: str) -> str:
    """Why there is no aim: no score, no targets, no peers."""
    if scope != outlook.EACH and kind != outlook.TARGET and seen.measures[scope].score is None:
        return _("“%(name)s” has no score yet: too little is answered.") % {"name": seen.measures[scope].name}
    if kind == outlook.TARGET:
        return _("No dimension here has both a score and a target. Set targets in the enterprise survey.")
    if kind == outlook.LEVEL:
        return _("No dimension here has a score yet: too little is answered.")
    return _("There are no peers' figures for this. Choose targets or a level instead.")


def left_out_said(n: int) -> str:
    return (
        ngettext(
            "One dimension is left out: it has no score, or nothing to aim at.",
            "%(n)d dimensions are left out: they have no score, or nothing to aim at.",
            n,
        )
        % {"n": n}
        if n
        else ""
    )
