"""YAML files -> validated catalogue, and catalogue <-> the JSON document that freezes a version."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from assessments.catalogue import (
    ENTERPRISE,
    SITE,
    Action,
    Component,
    Dimension,
    Item,
    Question,
    Questionnaire,
    Rule,
)
from assessments.catalogue_checks import validate


class ContentError(ValueError):
    """The content cannot be used; `problems` says file, path and what is wrong, one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Reader:
    """Reads mappings strictly: a missing, unknown or wrongly typed key becomes a problem with its path."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def load(self, file: Path) -> dict[str, Any]:
        try:
            data = yaml.load(file.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
        except FileNotFoundError:
            self.problems.append(f"{file.name}: the file is missing")
            return {}
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            where = f" line {mark.line + 1}" if mark else ""
            self.problems.append(f"{file.name}:{where} not valid YAML: {getattr(error, 'problem', error)}")
            return {}
        if not isinstance(data, dict):
            self.problems.append(f"{file.name}: expected a mapping at the top")
            return {}
        return data

    def take(self, data: Any, path: str, shape: Mapping[str, type], optional: tuple[str, ...] = ()) -> dict[str, Any]:
        """The values of `shape` from `data`; wrong ones are reported and replaced by an empty value of their type."""
        found: dict[str, Any] = {}
        if not isinstance(data, dict):
            self.problems.append(f"{path}: expected a mapping, found {data!r}")
            data = {}
        for key in data:
            if key not in shape and key not in optional:
                self.problems.append(f"{path} / {key}: unknown key")
        for key, kind in shape.items():
            value = data.get(key)
            right = isinstance(value, kind) and not (isinstance(value, bool) and kind is not bool)
            if kind is float and isinstance(value, int) and not isinstance(value, bool):
                right, value = True, float(value)
            if not right:
                what = "missing" if key not in data else f"expected {kind.__name__}, found {value!r}"
                self.problems.append(f"{path} / {key}: {what}")
                value = kind()
            found[key] = value
        return found


QUESTION = {"code": str, "text": str, "help": str, "yardstick": str, "evidence_hint": str, "weight": int,
            "na_allowed": bool, "anchors": dict}  # fmt: skip
DIMENSION = {"code": str, "name": str, "short": str, "purpose": str, "why": str, "low_means": str,
             "high_means": str, "weight": int, "objective_relevance": dict, "cost_relevance": dict}  # fmt: skip
ACTION = {"code": str, "title": str, "first_step": str, "risk": str, "dimensions": list, "min_score": float,
          "max_score": float, "impact": int, "effort": int, "effort_impact_class": str, "horizon": str,
          "owner_role": str, "objectives": list, "prerequisites": list, "done_when": str,
          "lifts_score": bool}  # fmt: skip
INSTRUMENT = {"version": str, "components": list, "level_names": list, "level_meanings": list, "answering_rule": str,
              "objectives": dict, "cost_categories": dict, "items": list, "glossary": dict, "article": dict}  # fmt: skip
MORE = ("cumulative_rule", "quantifiers", "evidence_grades", "segmentation", "facts", "sources", "coverage")


def read_content(folder: Path) -> Questionnaire:
    """The whole instrument from `folder`/questionnaires/*.yaml and actions.yaml; raises ContentError with every fault."""
    reader = Reader()
    top = reader.take(reader.load(folder / "questionnaires" / "instrument.yaml"), "instrument.yaml", INSTRUMENT, MORE)
    components, questions = [], []
    for name in top["components"]:
        component, asked = _component(reader, folder / "questionnaires" / f"{name}.yaml")
        components.append(component)
        questions.extend(asked)
    items = [_item(reader, entry, f"instrument.yaml / items / {i}") for i, entry in enumerate(top["items"])]
    listed = reader.take(reader.load(folder / "actions.yaml"), "actions.yaml", {"actions": list})["actions"]
    every = [d.code for c in components for d in c.dimensions]
    actions = [_action(reader, entry, i, every) for i, entry in enumerate(listed)]
    questionnaire = Questionnaire(
        version=top["version"],
        components=tuple(components),
        questions=tuple(sorted(questions, key=lambda q: q.view != ENTERPRISE)),
        items=tuple(items),
        actions=tuple(actions),
        objectives=top["objectives"],
        cost_categories=top["cost_categories"],
        level_names=tuple(top["level_names"]),
        glossary=top["glossary"],
    )
    problems = reader.problems or validate(questionnaire)
    if problems:
        raise ContentError(problems)
    return questionnaire


def _component(reader: Reader, file: Path) -> tuple[Component, list[Question]]:
    data = reader.take(reader.load(file), file.name, {"component": dict, "dimensions": list})
    head = reader.take(
        data["component"],
        f"{file.name} / component",
        {"code": str, "letter": str, "name": str, "description": str},
    )
    dimensions, questions = [], []
    for entry in data["dimensions"]:
        path = f"{file.name} / {entry.get('code', '?') if isinstance(entry, dict) else '?'}"
        fields = reader.take(entry, path, {**DIMENSION, ENTERPRISE: list, SITE: list}, ("source",))
        asked = {view: fields.pop(view) for view in (ENTERPRISE, SITE)}
        dimensions.append(Dimension(component=head["code"], **fields))
        for view, rows in asked.items():
            questions += [_question(reader, row, view, fields["code"], path) for row in rows]
    return Component(dimensions=tuple(dimensions), **head), questions


def _question(reader: Reader, entry: Any, view: str, dimension: str, path: str) -> Question:
    path = f"{path} / {entry.get('code', '?') if isinstance(entry, dict) else '?'}"
    shape = {**QUESTION, "referent": str, "mirrors": list} if view == SITE else QUESTION
    fields = reader.take(entry, path, shape, ("source",))
    anchors = fields.pop("anchors")
    if list(anchors) != [1, 2, 3, 4, 5] or not all(isinstance(t, str) and t.strip() for t in anchors.values()):
        reader.problems.append(f"{path} / anchors: expected five texts under 1 to 5, found {sorted(map(str, anchors))}")
    if "mirrors" in fields:
        fields["mirrors"] = tuple(fields["mirrors"])
    return Question(view=view, dimension=dimension, anchors=tuple(anchors.values()), **fields)  # type: ignore[arg-type]


def _item(reader: Reader, entry: Any, path: str) -> Item:
    shape = {"code": str, "view": str, "type": str, "title": str, "help": str, "spec": dict}
    return Item(**reader.take(entry, path, shape))


def _action(reader: Reader, entry: Any, number: int, every: list[str]) -> Action:
    path = f"actions.yaml / {entry.get('code', number) if isinstance(entry, dict) else number}"
    fields = reader.take(entry, path, ACTION, ("source", "rule"))
    rule, text = None, ""
    if isinstance(entry, dict) and entry.get("rule"):
        given = reader.take(entry["rule"], f"{path} / rule", {"mode": str, "combine": str, "terms": list, "text": str})
        terms = [
            reader.take(t, f"{path} / rule / terms", {"figure": str, "op": str}, ("value",)) | {"value": t.get("value")}
            for t in given["terms"]
        ]
        rule = Rule(given["mode"], given["combine"], tuple((t["figure"], t["op"], _value(t["value"])) for t in terms))
        text = given["text"]
    if fields["dimensions"] == ["*"]:
        fields["dimensions"] = every
    for key in ("dimensions", "objectives", "prerequisites"):
        fields[key] = tuple(fields[key])
    return Action(rule=rule, rule_text=text, **fields)


def to_document(questionnaire: Questionnaire) -> dict[str, Any]:
    """The catalogue as plain JSON data."""
    return dataclasses.asdict(questionnaire)


def from_document(document: Mapping[str, Any]) -> Questionnaire:
    """The catalogue of a stored document; the way back of `to_document`."""
    data = dict(document)
    components = tuple(
        Component(**{**c, "dimensions": tuple(Dimension(**d) for d in c["dimensions"])}) for c in data["components"]
    )
    questions = tuple(
        Question(**{**q, "anchors": tuple(q["anchors"]), "mirrors": tuple(q["mirrors"])}) for q in data["questions"]
    )
    actions = tuple(_action_from(a) for a in data["actions"])
    plain = {"components": components, "questions": questions, "actions": actions}
    plain["items"] = tuple(Item(**i) for i in data["items"])  # type: ignore[assignment]
    plain["level_names"] = tuple(data["level_names"])
    return Questionnaire(**{**data, **plain})


def _value(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _action_from(data: Mapping[str, Any]) -> Action:
    fields = dict(data)
    if rule := fields["rule"]:
        terms = tuple((figure, op, _value(value)) for figure, op, value in rule["terms"])
        fields["rule"] = Rule(rule["mode"], rule["combine"], terms)
    for key in ("dimensions", "objectives", "prerequisites"):
        fields[key] = tuple(fields[key])
    return Action(**fields)


def content_hash(questionnaire: Questionnaire) -> str:
    """SHA-256 of the canonical JSON: equal content, equal hash."""
    text = json.dumps(to_document(questionnaire), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
