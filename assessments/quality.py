"""What looks like a slip in the answers, asked before the submit, never corrected (METHOD 8). PURE: no Django."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from assessments.catalogue import Questionnaire
from assessments.method import Quality

EVIDENCE_FROM = 4  # METHOD 1: levels 4 and 5 ask for evidence
STRAIGHT_LINE, UNSUPPORTED, JUMP, CONTRADICTION = "straight_line", "unsupported", "jump", "contradiction"


@dataclass(frozen=True)
class Finding:
    """One thing to look at again: its kind, the questions it is about, and what its sentence mentions."""

    kind: str
    codes: tuple[str, ...]
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """What the respondent gave: levels 1 to 5 by question code, and where more was said."""

    levels: Mapping[str, int]
    supported: Collection[str] = ()  # questions with a comment or an evidence
    commented: Collection[str] = ()  # questions with a comment
    previous: Mapping[str, int] = field(default_factory=dict)  # levels of the last cycle
    other_view: Mapping[str, int] = field(default_factory=dict)  # levels the same person gave in the other view


def findings(catalogue: Questionnaire, view: str, known: Known, rules: Quality) -> tuple[Finding, ...]:
    """Everything worth a question, in content order within each kind."""
    return (
        *straight_lines(catalogue, view, known.levels, rules),
        *unsupported(catalogue, view, known),
        *jumps(catalogue, view, known, rules),
        *contradictions(catalogue, view, known, rules),
    )


def straight_lines(catalogue: Questionnaire, view: str, levels: Mapping[str, int], rules: Quality) -> Iterable[Finding]:
    """Components in which more than 90 % of 8 or more answered questions have the same level."""
    for component in catalogue.components:
        asked = [q.code for d in component.dimensions for q in catalogue.questions_of(view, d.code)]
        answered = [code for code in asked if code in levels]
        if len(answered) < rules.straight_line_min_questions:
            continue
        level, same = Counter(levels[code] for code in answered).most_common(1)[0]
        if Fraction(same, len(answered)) > rules.straight_line_share:
            codes = tuple(code for code in answered if levels[code] == level)
            values = {"component": component.code, "level": level, "same": same, "answered": len(answered)}
            yield Finding(STRAIGHT_LINE, codes, values)


def unsupported(catalogue: Questionnaire, view: str, known: Known) -> Iterable[Finding]:
    """Levels 4 and 5 with neither a comment nor an evidence."""
    for q in catalogue.questions_of(view):
        level = known.levels.get(q.code, 0)
        if level >= EVIDENCE_FROM and q.code not in known.supported:
            yield Finding(UNSUPPORTED, (q.code,), {"level": level})


def jumps(catalogue: Questionnaire, view: str, known: Known, rules: Quality) -> Iterable[Finding]:
    """Two levels or more up or down since the last cycle, without a comment."""
    for q in catalogue.questions_of(view):
        now, before = known.levels.get(q.code), known.previous.get(q.code)
        if now is None or before is None or q.code in known.commented:
            continue
        if abs(now - before) >= rules.jump:
            yield Finding(JUMP, (q.code,), {"before": before, "now": now})


def contradictions(catalogue: Questionnaire, view: str, known: Known, rules: Quality) -> Iterable[Finding]:
    """Mirrored questions that the same person answered two levels or more apart, this view's code first."""
    pairs = [(q.code, mirrored) for q in catalogue.questions for mirrored in q.mirrors]
    own = {q.code for q in catalogue.questions_of(view)}
    for site, enterprise in pairs:
        here, there = (site, enterprise) if site in own else (enterprise, site)
        now, other = known.levels.get(here), known.other_view.get(there)
        if now is not None and other is not None and abs(now - other) >= rules.jump:
            yield Finding(CONTRADICTION, (here, there), {"here": now, "there": other})
