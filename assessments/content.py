"""YAML files -> validated catalogue, and catalogue <-> the JSON document that freezes a version."""

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import yaml

from assessments.catalogue import (
    ENTERPRISE,
    SITE,
    Action,
    ActionRules,
    Component,
    Coverage,
    Dimension,
    Fact,
    Item,
    Objective,
    Question,
    Questionnaire,
    Reference,
    Rule,
    Segmentation,
    SpecialAnswer,
    Statement,
)
from assessments.catalogue_checks import validate
from assessments.items import SHARED, resolved


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

    def build(self, hint: Any, value: Any, path: str) -> Any:
        """`value` as the type `hint`: scalars, tuples, mappings and dataclasses of them; faults are reported."""
        origin, inner = get_origin(hint), get_args(hint)
        if hint is Any:
            return tuple(value) if isinstance(value, list) else value
        if origin is UnionType:
            kind = next(k for k in inner if k is not NoneType)
            return None if value is None else self.build(kind, value, path)
        if dataclasses.is_dataclass(hint):
            return self._record(hint, value, path)
        if origin is tuple:
            if not isinstance(value, list | tuple) or (inner[-1] is not ... and len(value) != len(inner)):
                self.problems.append(f"{path}: expected a list, found {value!r}")
                return ()
            kinds = inner[:1] * len(value) if inner[-1] is ... else inner
            return tuple(self.build(k, v, f"{path} / {i}") for i, (k, v) in enumerate(zip(kinds, value, strict=True)))
        if origin is Mapping:
            if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
                self.problems.append(f"{path}: expected a mapping with text as keys, found {value!r}")
                return {}
            # What an item type needs is its own affair: `spec` stays as it was written.
            return value if inner[1] is Any else {k: self.build(inner[1], v, f"{path} / {k}") for k, v in value.items()}
        place, _, key = path.rpartition(" / ")
        return self.take({} if value is None else {key: value}, place, {key: hint})[key]

    def _record(self, kind: Any, value: Any, path: str) -> Any:
        if not isinstance(value, dict):
            self.problems.append(f"{path}: expected a mapping, found {value!r}")
            return None
        path = f"{path} / {value['code']}" if "code" in value else path
        hints, fields = get_type_hints(kind), {f.name: f for f in dataclasses.fields(kind)}
        self.problems += [f"{path} / {key}: unknown key" for key in value if key not in fields]
        missing = dataclasses.MISSING
        needed = {n for n, f in fields.items() if f.default is missing and f.default_factory is missing}
        self.problems += [f"{path} / {name}: missing" for name in fields if name in needed and name not in value]
        found = {n: self.build(hints[n], value[n], f"{path} / {n}") for n in fields if n in value}
        return kind(**dict.fromkeys(needed) | found)


OVERLAY = ("language", "untranslated")  # fields of the catalogue that a language overlay fills
QUESTION = {"code": str, "text": str, "help": str, "yardstick": str, "evidence_hint": str, "weight": int,
            "na_allowed": bool, "anchors": dict, "source": list}  # fmt: skip
DIMENSION = {"code": str, "name": str, "short": str, "purpose": str, "why": str, "low_means": str,
             "high_means": str, "weight": int, "objective_relevance": dict, "cost_relevance": dict,
             "source": list}  # fmt: skip
ACTION = {"code": str, "title": str, "first_step": str, "risk": str, "dimensions": list, "min_score": float,
          "max_score": float, "impact": int, "effort": int, "effort_impact_class": str, "horizon": str,
          "owner_role": str, "objectives": list, "prerequisites": list, "done_when": str,
          "lifts_score": bool, "source": list}  # fmt: skip
INSTRUMENT = {"version": str, "components": list, "level_names": list, "objectives": dict, "cost_categories": dict,
              "items": list, "glossary": dict}  # fmt: skip
AS_WRITTEN = {
    "level_meanings": tuple[str, ...], "answering_rule": str, "cumulative_rule": str, "display_rule": str,
    "quantifiers": Mapping[str, str], "special_answers": tuple[SpecialAnswer, ...],
    "evidence_grades": Mapping[str, str], "segmentation": Segmentation, "source_statements": tuple[Statement, ...],
    "coverage": tuple[Coverage, ...], "facts": tuple[Fact, ...], "sources": tuple[Reference, ...],
    "article": Mapping[str, str],
}  # fmt: skip


def read_content(folder: Path) -> Questionnaire:
    """The whole instrument from `folder`/questionnaires/*.yaml and actions.yaml; raises ContentError with every fault."""
    reader = Reader()
    written = reader.load(folder / "questionnaires" / "instrument.yaml")
    top = reader.take(written, "instrument.yaml", INSTRUMENT, tuple(AS_WRITTEN))
    rest = {key: reader.build(kind, written.get(key), f"instrument.yaml / {key}") for key, kind in AS_WRITTEN.items()}
    rest["quantifiers"] = tuple(rest["quantifiers"].items())
    objectives, notes = _objectives(reader, top["objectives"])
    components, questions, file_of = [], [], {}
    for name in top["components"]:
        component, asked = _component(reader, folder / "questionnaires" / f"{name}.yaml")
        components.append(component)
        file_of[component.code] = f"{name}.yaml"
        questions.extend(asked)
    items = [_item(reader, entry, f"instrument.yaml / items / {i}", folder) for i, entry in enumerate(top["items"])]
    reader.problems += [
        f"instrument.yaml / items / {item.code} / spec / {key}: taken over by {name}, expected no {key} of its own"
        for item in items for name, keys in SHARED.items() if name in item.spec for key in keys if key in item.spec
    ]  # fmt: skip
    listed = reader.take(reader.load(folder / "actions.yaml"), "actions.yaml", {"action_rules": dict, "actions": list})
    every = [d.code for c in components for d in c.dimensions]
    actions = [_action(reader, entry, i, every) for i, entry in enumerate(listed["actions"])]
    questionnaire = Questionnaire(
        version=top["version"],
        components=tuple(components),
        questions=tuple(sorted(questions, key=lambda q: q.view != ENTERPRISE)),
        items=_with_shared_parts(items),
        actions=tuple(actions),
        objectives=objectives,
        objective_notes=notes,
        cost_categories=top["cost_categories"],
        level_names=tuple(top["level_names"]),
        glossary=top["glossary"],
        action_rules=reader.build(ActionRules, listed["action_rules"], "actions.yaml / action_rules"),
        **rest,
    )
    problems = reader.problems or validate(questionnaire, file_of)
    if problems:
        raise ContentError(problems)
    return questionnaire


def _objectives(reader: Reader, entries: dict[str, Any]) -> tuple[dict[str, str], dict[str, Objective]]:
    names, notes = {}, {}
    for code, entry in entries.items():
        path = f"instrument.yaml / objectives / {code}"
        names[code] = reader.take(entry, path, {"name": str}, ("source", "scor_ds", "note"))["name"]
        if isinstance(entry, dict):
            notes[code] = reader.build(Objective, {k: v for k, v in entry.items() if k != "name"}, path)
    return names, notes


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
        fields = reader.take(entry, path, {**DIMENSION, ENTERPRISE: list, SITE: list})
        fields["source"] = _texts(reader, fields, "source", path)
        asked = {view: fields.pop(view) for view in (ENTERPRISE, SITE)}
        dimensions.append(Dimension(component=head["code"], **fields))
        for view, rows in asked.items():
            questions += [_question(reader, row, view, fields["code"], path) for row in rows]
    return Component(dimensions=tuple(dimensions), **head), questions


def _question(reader: Reader, entry: Any, view: str, dimension: str, path: str) -> Question:
    path = f"{path} / {entry.get('code', '?') if isinstance(entry, dict) else '?'}"
    shape = {**QUESTION, "referent": str, "mirrors": list} if view == SITE else QUESTION
    fields = reader.take(entry, path, shape)
    anchors = fields.pop("anchors")
    if list(anchors) != [1, 2, 3, 4, 5] or not all(isinstance(t, str) and t.strip() for t in anchors.values()):
        reader.problems.append(f"{path} / anchors: expected five texts under 1 to 5, found {sorted(map(str, anchors))}")
    for key in ("source", "mirrors"):
        if key in fields:
            fields[key] = _texts(reader, fields, key, path)
    return Question(view=view, dimension=dimension, anchors=tuple(anchors.values()), **fields)  # type: ignore[arg-type]


def _item(reader: Reader, entry: Any, path: str, folder: Path) -> Item:
    shape = {"code": str, "view": str, "type": str, "title": str, "help": str, "spec": dict}
    item = Item(**reader.take(entry, path, shape))
    for field in item.spec.get("fields", ()):
        # A long list has a file of its own; the catalogue holds it in full, so the hash covers it.
        if isinstance(field, dict) and isinstance(options := field.get("options"), str):
            names = reader.build(Mapping[str, str], reader.load(folder / options), options)
            field["options"] = [{"code": code, "name": name} for code, name in names.items()]
    return item


def _with_shared_parts(items: Iterable[Item]) -> tuple[Item, ...]:
    """The items, each with the columns or rows it takes over from another; an unknown other is left to `validate`."""
    kept = tuple(items)
    known = {(item.type, item.code): item.spec for item in kept}

    def other(item: Item) -> Mapping[str, Any]:
        names = [item.spec[name] for name in SHARED if name in item.spec]
        return known.get((item.type, str(names[0])), {}) if names else {}

    return tuple(dataclasses.replace(i, spec=resolved(i.spec, other(i))) for i in kept)


def _action(reader: Reader, entry: Any, number: int, every: list[str]) -> Action:
    path = f"actions.yaml / {entry.get('code', number) if isinstance(entry, dict) else number}"
    fields = reader.take(entry, path, ACTION, ("rule",))
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
    for key in ("dimensions", "objectives", "prerequisites", "source"):
        fields[key] = _texts(reader, fields, key, path)
    return Action(rule=rule, rule_text=text, **fields)


def _texts(reader: Reader, fields: Mapping[str, Any], key: str, path: str) -> tuple[str, ...]:
    return reader.build(tuple[str, ...], fields[key], f"{path} / {key}")  # type: ignore[no-any-return]


def _value(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def to_document(questionnaire: Questionnaire) -> dict[str, Any]:
    """The catalogue as plain JSON data, in its own language: overlays are not part of a version."""
    document = dataclasses.asdict(questionnaire)
    for name in OVERLAY:
        del document[name]
    for spoken in (*document["items"], *filter(None, [document["segmentation"]])):
        del spoken["words"]
    for item in document["items"]:
        taken = {key for name, keys in SHARED.items() if name in item["spec"] for key in keys}
        item["spec"] = {key: value for key, value in item["spec"].items() if key not in taken}
    return document


def from_document(document: Mapping[str, Any]) -> Questionnaire:
    """The catalogue of a stored document; the way back of `to_document`. Raises ContentError."""
    reader = Reader()
    catalogue: Questionnaire = reader.build(Questionnaire, dict(document), "document")
    if reader.problems:
        raise ContentError(reader.problems)
    return dataclasses.replace(catalogue, items=_with_shared_parts(catalogue.items))


def content_hash(questionnaire: Questionnaire) -> str:
    """SHA-256 of the canonical JSON: equal content, equal hash."""
    text = json.dumps(to_document(questionnaire), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
