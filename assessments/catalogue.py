"""The content as frozen dataclasses: what is asked, what it means, what can be done about it.

PURE: no Django. `assessments.content` reads the YAML files into these classes, `validate` names every fault.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

ENTERPRISE = "enterprise"
SITE = "site"
LEVELS = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Question:
    """One scale question with its five anchors; `view` says who answers it."""

    code: str  # "E-CAP2-1"
    view: str  # ENTERPRISE or SITE
    dimension: str  # "CAP2"
    text: str
    help: str
    yardstick: str
    evidence_hint: str
    anchors: tuple[str, str, str, str, str]  # level 1 to 5
    weight: int = 1
    na_allowed: bool = True
    referent: str = ""  # site questions: "network_process" or "own_site"
    mirrors: tuple[str, ...] = ()  # site questions: enterprise codes asked about the same thing
    source: tuple[str, ...] = ()  # statements it follows from


@dataclass(frozen=True)
class Item:
    """One question that is not a scale: profile, allocation, targets ... `spec` holds what its type needs."""

    code: str  # "E-N2"
    view: str
    type: str  # "profile", "allocation_100", "matrix_target", "single_choice", "register", ...
    title: str
    help: str
    spec: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)  # English text of the spec -> the reader's language

    def word(self, text: str) -> str:
        """A text of the spec in the reader's language; what is stored and compared stays English.

        >>> Item("E-N4", ENTERPRISE, "single_choice", "", "", words={"other": "andere"}).word("other")
        'andere'
        """
        return self.words.get(text, text)


@dataclass(frozen=True)
class Dimension:
    code: str  # "CAP2"
    component: str  # "CAP"
    name: str
    short: str
    purpose: str
    why: str
    low_means: str
    high_means: str
    weight: int  # weight inside its component
    objective_relevance: Mapping[str, int]  # objective id -> 0..3
    cost_relevance: Mapping[str, int]  # cost category -> 0..3
    source: tuple[str, ...] = ()


@dataclass(frozen=True)
class Component:
    code: str  # "CAP"
    letter: str  # "C"
    name: str
    description: str
    dimensions: tuple[Dimension, ...]


@dataclass(frozen=True)
class Rule:
    """An extra condition of an action: all or any of (figure, op, value)."""

    mode: str  # "also_when" (range OR rule) or "only_when" (range AND rule)
    combine: str  # "any" or "all"
    terms: tuple[tuple[str, str, Any], ...]


@dataclass(frozen=True)
class Action:
    code: str  # "A16"
    title: str
    first_step: str
    risk: str
    dimensions: tuple[str, ...]  # dimensions that trigger it
    min_score: float  # included
    max_score: float  # excluded: the upper end of the trigger range
    rule: Rule | None
    rule_text: str
    impact: int
    effort: int
    effort_impact_class: str
    horizon: str
    owner_role: str
    objectives: tuple[str, ...]
    prerequisites: tuple[str, ...]
    done_when: str
    lifts_score: bool
    source: tuple[str, ...] = ()


@dataclass(frozen=True)
class Objective:
    """Where an objective comes from; its name stands in `Questionnaire.objectives`."""

    source: tuple[str, ...]
    scor_ds: tuple[str, ...]  # performance attributes of SCOR DS it corresponds to
    note: str = ""


@dataclass(frozen=True)
class SpecialAnswer:
    """An answer beside the levels: "NA" or "DK"."""

    code: str
    label: str
    needs_reason: bool
    effect: str  # on the score, in the words of the method
    meaning: str  # in the words of the one who answers


@dataclass(frozen=True)
class Statement:
    """One topic of the article that the instrument follows; all `source` codes point here."""

    code: str  # "S01", "V1a"
    section: str
    topic: str


@dataclass(frozen=True)
class Coverage:
    """What takes up one statement; a statement without site questions says why."""

    statement: str
    kind: str  # "finding", "recommendation", "definition"
    enterprise: tuple[str, ...]
    site: tuple[str, ...]
    actions: tuple[str, ...]
    site_exempt: str = ""


@dataclass(frozen=True)
class Fact:
    """A published figure shown as background, never as a benchmark."""

    code: str  # "BF03"
    fact: str
    source: str
    status: str  # how well it is verified


@dataclass(frozen=True)
class Reference:
    """Where a rule of the method comes from."""

    topic: str
    ref: str
    status: str


@dataclass(frozen=True)
class Segment:
    segment: str
    when: str
    funding_logic: str


@dataclass(frozen=True)
class Segmentation:
    """Which sites get which kind of money, read from their profile."""

    source: tuple[str, ...]
    inputs: tuple[str, ...]
    rules: tuple[Segment, ...]
    tie_rule: str
    missing_rule: str
    rules_read_as: str
    words: Mapping[str, str] = field(default_factory=dict)  # name of a segment -> the reader's language

    def word(self, segment: str) -> str:
        """The name of a segment in the reader's language; what is stored and compared stays English."""
        return self.words.get(segment, segment)


@dataclass(frozen=True)
class EffortClass:
    """A class of actions; the first one whose efforts and horizons fit an action is its class."""

    name: str
    efforts: tuple[int, ...]
    horizons: tuple[str, ...]


@dataclass(frozen=True)
class ActionRules:
    """How the numbers and words of the actions are meant."""

    impact_scale: tuple[str, ...]  # 1 to 5
    effort_scale: tuple[str, ...]  # 1 to 5
    horizons: tuple[str, ...]
    effort_impact_classes: tuple[EffortClass, ...]
    meanings: Mapping[str, str]  # field or value of an action -> how it is read


@dataclass(frozen=True)
class Questionnaire:
    """One published version of the whole instrument, in display order."""

    version: str
    components: tuple[Component, ...]
    questions: tuple[Question, ...]  # enterprise first, then site; content order
    items: tuple[Item, ...]
    actions: tuple[Action, ...]
    objectives: Mapping[str, str]  # id -> name
    cost_categories: Mapping[str, str]
    level_names: tuple[str, str, str, str, str]
    glossary: Mapping[str, str] = field(default_factory=dict)
    level_meanings: tuple[str, ...] = ()
    answering_rule: str = ""
    cumulative_rule: str = ""
    display_rule: str = ""
    # ("most", "more than half"), ...: pairs, because JSONB forgets the order of keys
    quantifiers: tuple[tuple[str, str], ...] = ()
    special_answers: tuple[SpecialAnswer, ...] = ()
    evidence_grades: Mapping[str, str] = field(default_factory=dict)
    objective_notes: Mapping[str, Objective] = field(default_factory=dict)  # id -> where it comes from
    action_rules: ActionRules | None = None
    segmentation: Segmentation | None = None
    source_statements: tuple[Statement, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    facts: tuple[Fact, ...] = ()
    sources: tuple[Reference, ...] = ()
    article: Mapping[str, str] = field(default_factory=dict)
    # Set by a language overlay, never stored: the language of the texts, and the codes that fell back to English.
    language: str = "en"
    untranslated: frozenset[str] = frozenset()

    @cached_property
    def dimensions(self) -> tuple[Dimension, ...]:
        return tuple(d for c in self.components for d in c.dimensions)

    @cached_property
    def dimension_by_code(self) -> Mapping[str, Dimension]:
        return {d.code: d for d in self.dimensions}

    @cached_property
    def component_by_code(self) -> Mapping[str, Component]:
        return {c.code: c for c in self.components}

    @cached_property
    def question_by_code(self) -> Mapping[str, Question]:
        return {q.code: q for q in self.questions}

    @cached_property
    def item_by_code(self) -> Mapping[str, Item]:
        return {i.code: i for i in self.items}

    @cached_property
    def action_by_code(self) -> Mapping[str, Action]:
        return {a.code: a for a in self.actions}

    def questions_of(self, view: str, dimension: str | None = None) -> tuple[Question, ...]:
        """Scale questions of one view, optionally of one dimension, in content order."""
        return tuple(q for q in self.questions if q.view == view and dimension in (None, q.dimension))

    def items_of(self, view: str) -> tuple[Item, ...]:
        return tuple(i for i in self.items if i.view == view)

    @cached_property
    def measures(self) -> tuple[str, ...]:
        """The 32 measures peers are compared by: dimensions, components, OVERALL (METHOD 5)."""
        return (*(d.code for d in self.dimensions), *(c.code for c in self.components), "OVERALL")

    @cached_property
    def families(self) -> dict[str, list[str]]:
        """Which measures the others are made of: component -> dimensions, OVERALL -> components (METHOD 2)."""
        made = {c.code: [d.code for d in self.dimensions if d.component == c.code] for c in self.components}
        return {**made, "OVERALL": [c.code for c in self.components]}
