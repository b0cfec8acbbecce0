"""What must hold inside the content. PURE: no Django. Each fault names where it sits and what was expected."""

from collections import Counter
from collections.abc import Iterable, Mapping

from assessments import items
from assessments.catalogue import ENTERPRISE, SITE, Action, Questionnaire

FIGURES = {
    "E-N3a", "E-N3b", "make_buy_overdue_rows", "unresolved_severe_constraints", "reinvested_share", "stuck_share",
    "network_mean(S-RES8-3)", "decision_mismatch_share", "abs(perception_gap)", "sites_answered",
}  # fmt: skip
OPERATORS = {"==", "!=", "<", "<=", ">", ">=", "in"}
PROTECTED_FROM = 4.5  # dimensions at or above need no action (action rules, "upper end")


def validate(q: Questionnaire, file_of: Mapping[str, str]) -> list[str]:
    """Every fault as "place: what is wrong"; none means the content can be published. `file_of`: component -> file."""
    return [
        *_codes(q), *_references(q), *_sources(q, file_of), *_statements(q), *_ranges(q), *_items(q), *_action_rules(q), *_cycles(q),
        *_coverage(q),
    ]  # fmt: skip


def _codes(q: Questionnaire) -> Iterable[str]:
    groups = {
        "components": [c.code for c in q.components],
        "dimensions": [d.code for d in q.dimensions],
        "questions and items": [*(x.code for x in q.questions), *(i.code for i in q.items)],
        "actions.yaml": [a.code for a in q.actions],
        "instrument.yaml / source_statements": [s.code for s in q.source_statements],
        "instrument.yaml / coverage": [c.statement for c in q.coverage],
        "instrument.yaml / facts": [f.code for f in q.facts],
        "instrument.yaml / special_answers": [a.code for a in q.special_answers],
    }
    for name, codes in groups.items():
        for code, n in Counter(codes).items():
            if n > 1:
                yield f"{name} / {code}: the code is used {n} times, expected once"
    if not q.version:
        yield "instrument.yaml / version: must not be empty"
    if len(q.level_names) != 5:
        yield f"instrument.yaml / level_names: expected 5 names, found {len(q.level_names)}"
    if len(q.level_meanings) != 5:
        yield f"instrument.yaml / level_meanings: expected 5 texts, found {len(q.level_meanings)}"
    for name in ("answering_rule", "cumulative_rule", "display_rule"):
        if not getattr(q, name).strip():
            yield f"instrument.yaml / {name}: must not be empty"
    if {a.code for a in q.special_answers} != {"NA", "DK"}:
        yield "instrument.yaml / special_answers: expected NA and DK, the two answers beside the levels"


def _references(q: Questionnaire) -> Iterable[str]:
    for question in q.questions:
        place = f"{question.dimension} / {question.code}"
        for mirrored in question.mirrors:
            other = q.question_by_code.get(mirrored)
            if other is None or other.view != ENTERPRISE:
                yield f"{place} / mirrors: there is no enterprise question {mirrored}"
            elif other.dimension != question.dimension:
                yield f"{place} / mirrors: {mirrored} belongs to {other.dimension}, expected {question.dimension}"
        if question.view == SITE and question.referent not in ("network_process", "own_site"):
            yield f"{place} / referent: expected network_process or own_site, found {question.referent!r}"
    for d in q.dimensions:
        for name, relevance, known in (
            ("objective_relevance", d.objective_relevance, q.objectives),
            ("cost_relevance", d.cost_relevance, q.cost_categories),
        ):
            for key, value in relevance.items():
                if key not in known:
                    yield f"{d.code} / {name} / {key}: not defined in instrument.yaml"
                if value not in (0, 1, 2, 3):
                    yield f"{d.code} / {name} / {key}: expected 0 to 3, found {value!r}"
        if not q.questions_of(ENTERPRISE, d.code):
            yield f"{d.code}: has no enterprise question"
    for a in q.actions:
        place = f"actions.yaml / {a.code}"
        for what, codes, exist in (
            ("dimensions", a.dimensions, set(q.dimension_by_code)),
            ("prerequisites", a.prerequisites, set(q.action_by_code)),
            ("objectives", a.objectives, set(q.objectives)),
        ):
            for code in codes:
                if code not in exist:
                    yield f"{place} / {what}: {code} does not exist"
        if a.rule is not None:
            if a.rule.mode not in ("also_when", "only_when") or a.rule.combine not in ("any", "all"):
                yield f"{place} / rule: expected also_when or only_when with any or all"
            for figure, op, _value in a.rule.terms:
                if figure not in FIGURES or op not in OPERATORS:
                    yield f"{place} / rule: unknown figure or operator in {figure} {op}"


def _sources(q: Questionnaire, file_of: Mapping[str, str]) -> Iterable[str]:
    """Whatever names a source names a statement; only items may have none."""
    named = {f"{file_of[d.component]} / {d.code}": d.source for d in q.dimensions}
    for question in q.questions:
        dimension = q.dimension_by_code[question.dimension]
        named[f"{file_of[dimension.component]} / {dimension.code} / {question.code}"] = question.source
    named |= {f"actions.yaml / {a.code}": a.source for a in q.actions}
    named |= {f"instrument.yaml / objectives / {code}": o.source for code, o in q.objective_notes.items()}
    if q.segmentation:
        named["instrument.yaml / segmentation"] = q.segmentation.source
    for place, codes in named.items():
        if not codes:
            yield f"{place} / source: at least one statement is needed"
    named |= {f"instrument.yaml / items / {i.code} / spec": tuple(i.spec.get("source", ())) for i in q.items}
    known = {s.code for s in q.source_statements}
    for place, codes in named.items():
        for code in codes:
            if code not in known:
                yield f"{place} / source: there is no source statement {code}"
    facts = {f.code for f in q.facts}
    for item in q.items:
        fact = item.spec.get("external_comparator_fact")
        if fact is not None and fact not in facts:
            yield f"instrument.yaml / items / {item.code} / spec / external_comparator_fact: there is no fact {fact}"


def _statements(q: Questionnaire) -> Iterable[str]:
    """Every statement is taken up, by codes that exist."""
    asked = {
        view: {x.code for x in q.questions_of(view)} | {i.code for i in q.items_of(view)} for view in (ENTERPRISE, SITE)
    }
    known = {s.code for s in q.source_statements}
    for c in q.coverage:
        place = f"instrument.yaml / coverage / {c.statement}"
        if c.statement not in known:
            yield f"{place}: there is no source statement {c.statement}"
        if c.kind not in ("finding", "recommendation", "definition"):
            yield f"{place} / kind: expected finding, recommendation or definition, found {c.kind}"
        for what, codes, exist in (
            (ENTERPRISE, c.enterprise, asked[ENTERPRISE]),
            (SITE, c.site, asked[SITE]),
            ("actions", c.actions, set(q.action_by_code)),
        ):
            for code in codes:
                if code not in exist:
                    yield f"{place} / {what}: {code} does not exist"
        if not c.enterprise or not c.actions:
            yield f"{place}: needs at least one enterprise question and one action"
        if bool(c.site) == bool(c.site_exempt):
            yield f"{place}: needs site questions, or in site_exempt the reason why there are none"
    for code in sorted(known - {c.statement for c in q.coverage}):
        yield f"instrument.yaml / coverage: nothing takes up the source statement {code}"


def _action_rules(q: Questionnaire) -> Iterable[str]:
    rules = q.action_rules
    if rules is None:
        yield "actions.yaml / action_rules: missing"
        return
    place = "actions.yaml / action_rules"
    for name, scale in (("impact_scale", rules.impact_scale), ("effort_scale", rules.effort_scale)):
        if len(scale) != 5:
            yield f"{place} / {name}: expected 5 texts, found {len(scale)}"
    for c in rules.effort_impact_classes:
        for horizon in c.horizons:
            if horizon not in rules.horizons:
                yield f"{place} / effort_impact_classes / {c.name}: there is no horizon {horizon}"
    for a in q.actions:
        if a.horizon not in rules.horizons:
            yield f"actions.yaml / {a.code} / horizon: {a.horizon} is not one of {', '.join(rules.horizons)}"
            continue
        fitting = [c.name for c in rules.effort_impact_classes if a.effort in c.efforts and a.horizon in c.horizons]
        if a.effort_impact_class not in fitting[:1]:
            yield (
                f"actions.yaml / {a.code} / effort_impact_class: effort {a.effort} in {a.horizon} makes it"
                f" {', '.join(fitting[:1]) or 'no known class'}, found {a.effort_impact_class}"
            )


def _ranges(q: Questionnaire) -> Iterable[str]:
    for question in q.questions:
        if question.weight < 1:
            yield f"{question.dimension} / {question.code} / weight: expected 1 or more, found {question.weight}"
    for a in q.actions:
        place = f"actions.yaml / {a.code}"
        if a.impact not in range(1, 6) or a.effort not in range(1, 6):
            yield f"{place}: impact and effort are whole numbers from 1 to 5"
        if not 1 <= a.min_score < a.max_score <= 5:
            yield f"{place}: trigger range {a.min_score} to {a.max_score} must rise and lie within 1 to 5"
        if not a.dimensions:
            yield f"{place} / dimensions: at least one is needed"


def _items(q: Questionnaire) -> Iterable[str]:
    """What the item types calculate with."""
    for item in q.items:
        place = f"instrument.yaml / items / {item.code}"
        for name in items.SHARED:
            other = q.item_by_code.get(str(item.spec.get(name)))
            if name in item.spec and (other is None or other.type != item.type or name in other.spec):
                yield f"{place} / spec / {name}: {item.spec[name]} is no {item.type} with columns and rows of its own"
        yield from (f"{place} / spec / {problem}" for problem in items.check(item.type, item.spec))


def _cycles(q: Questionnaire) -> Iterable[str]:
    done: set[str] = set()

    def walk(a: Action, path: tuple[str, ...]) -> Iterable[str]:
        if a.code in path:
            yield f"actions.yaml / {a.code} / prerequisites: they run in a circle: {' > '.join((*path, a.code))}"
        elif a.code not in done:
            for code in a.prerequisites:
                if code in q.action_by_code:
                    yield from walk(q.action_by_code[code], (*path, a.code))
            done.add(a.code)

    for action in q.actions:
        yield from walk(action, ())


def _coverage(q: Questionnaire) -> Iterable[str]:
    for d in q.dimensions:
        ranges = sorted((a.min_score, a.max_score) for a in q.actions if d.code in a.dimensions)
        reached = 1.0
        for low, high in ranges:
            if low > reached:
                break
            reached = max(reached, high)
        if reached < PROTECTED_FROM:
            yield f"{d.code}: no action for a score of {reached}; actions must cover 1.0 to {PROTECTED_FROM}"
