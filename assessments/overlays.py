"""Content in another language: texts laid over the English catalogue, entry by entry. PURE: no Django.

The files of a language (`fixtures/questionnaires/de/*.yaml`) hold texts by code, under the field names of the English files.
`stamps.yaml` beside them notes for each entry the hash of the English it translates: where that changed since, the entry is
stale and English is shown, marked as such. Words of items are keyed by their English, so they cannot be stale.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from assessments.catalogue import ActionRules, Item, Questionnaire, Segmentation
from assessments.items import SHARED

STAMPS = "stamps.yaml"
Texts = str | list[str] | dict[str, Any]  # of one entry: a text, a list of texts, or texts by field
Entry = tuple[str, ...]  # ("CAP1",), ("glossary", "lean"), ("segmentation", "rules", "Lead")
# Keys of an item's spec whose texts people read; keys, formulas and bounds are for the machine.
SPOKEN = {"options", "option_labels", "anchors", "rows", "unit", "note", "definition", "rule", "derived", "external_comparator"}  # fmt: skip


class English(str):
    """A text that is not there in the reader's language: pages mark it as English."""

    __slots__ = ()


@dataclass(frozen=True)
class Overlay:
    """What the files of one language hold."""

    language: str
    texts: Mapping[str, Any] = field(default_factory=dict)
    stamps: Mapping[str, str] = field(default_factory=dict)  # "glossary/lean" -> hash of the English it translates

    def at(self, entry: Entry) -> Any:
        found: Any = self.texts
        for key in entry:
            found = found.get(key) if isinstance(found, Mapping) else None
        return found


@dataclass(frozen=True)
class Findings:
    """Why texts of a language are not used; entries as "CAP1" or "glossary/lean", words as "E-N1: Food products"."""

    missing: tuple[str, ...] = ()  # not there, or without one of their texts
    stale: tuple[str, ...] = ()  # of another English text than today's
    unstamped: tuple[str, ...] = ()  # nobody said which English they translate
    unknown: tuple[str, ...] = ()  # of nothing that exists

    def lines(self) -> list[str]:
        named = (
            ("missing", self.missing),
            ("stale", self.stale),
            ("unstamped", self.unstamped),
            ("unknown", self.unknown),
        )
        return [f"{kind}: {entry}" for kind, entries in named for entry in entries]


def name_of(entry: Entry) -> str:
    return "/".join(entry)


def stamp_of(texts: Texts) -> str:
    """The first 8 hex digits of SHA-256 over the texts.

    >>> stamp_of({"b": "2", "a": "1"}) == stamp_of({"a": "1", "b": "2"}) != stamp_of({"a": "1", "b": "3"})
    True
    """
    written = json.dumps(texts, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()[:8]


def read_overlay(folder: Path) -> Overlay:
    """The files of a language; a folder that does not exist holds nothing. Raises ValueError naming a faulty file."""
    texts: dict[str, Any] = {}
    for file in sorted(folder.glob("*.yaml")):
        if file.name == STAMPS:
            continue
        found = _mapping(file)
        if file.stem == "countries":
            found = {"countries": found}
        for key in set(texts) & set(found):
            raise ValueError(f"{folder.name}/{file.name}: {key} stands in another file as well")
        texts |= found
    stamps = folder / STAMPS
    return Overlay(folder.name, texts, _mapping(stamps) if stamps.exists() else {})


def _mapping(file: Path) -> dict[str, Any]:
    try:
        found = yaml.load(file.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    except yaml.YAMLError as error:
        raise ValueError(f"{file.parent.name}/{file.name}: not valid YAML: {error}") from error
    if not isinstance(found, dict):
        raise ValueError(f"{file.parent.name}/{file.name}: expected a mapping at the top")
    return found


def write_stamps(folder: Path, stamps: Mapping[str, str]) -> None:
    head = "# Entry -> hash of the English texts it translates. Written by: manage.py check_content_words --stamp\n"
    (folder / STAMPS).write_text(head + yaml.safe_dump(dict(stamps), sort_keys=False, allow_unicode=True))


def sources(q: Questionnaire) -> dict[Entry, Texts]:
    """Every entry a language has to say, with its English texts, in content order."""
    found: dict[Entry, Texts] = {}
    for c in q.components:
        found[(c.code,)] = {"name": c.name, "description": c.description}
        for d in c.dimensions:
            found[(d.code,)] = {k: getattr(d, k) for k in DIMENSION}
    for question in q.questions:
        found[(question.code,)] = {k: getattr(question, k) for k in QUESTION} | {"anchors": list(question.anchors)}
    for i in q.items:
        found[(i.code,)] = {"title": i.title, "help": i.help}
    for a in q.actions:
        ruled = {"rule_text": a.rule_text} if a.rule_text else {}
        found[(a.code,)] = {k: getattr(a, k) for k in ACTION} | ruled
    found |= _of_the_scale(q)
    found |= {("article",): {"credit": q.article["credit"]}} if "credit" in q.article else {}
    if q.segmentation:
        found[("segmentation",)] = {k: getattr(q.segmentation, k) for k in SEGMENTATION}
        for rule in q.segmentation.rules:
            found["segmentation", "rules", rule.segment] = {"name": rule.segment, "funding_logic": rule.funding_logic}
    if q.action_rules:
        found[("impact_scale",)] = list(q.action_rules.impact_scale)
        found[("effort_scale",)] = list(q.action_rules.effort_scale)
        found |= {("horizons", h): h for h in q.action_rules.horizons}
        found |= {("effort_impact_classes", c.name): c.name for c in q.action_rules.effort_impact_classes}
    return found


def _of_the_scale(q: Questionnaire) -> dict[Entry, Texts]:
    found: dict[Entry, Texts] = {("level_names",): list(q.level_names), ("level_meanings",): list(q.level_meanings)}
    found |= {(name,): getattr(q, name) for name in RULES}
    found |= {("quantifiers", word): {"word": word, "meaning": meaning} for word, meaning in q.quantifiers}
    found |= {("special_answers", a.code): {k: getattr(a, k) for k in SPECIAL} for a in q.special_answers}
    found |= {("evidence_grades", grade): text for grade, text in q.evidence_grades.items()}
    found |= {("objectives", key): name for key, name in q.objectives.items()}
    found |= {("cost_categories", key): name for key, name in q.cost_categories.items()}
    found |= {("facts", f.code): {"fact": f.fact} for f in q.facts}
    return found | {("glossary", term): {"term": term, "definition": text} for term, text in q.glossary.items()}


DIMENSION = ("name", "short", "purpose", "why", "low_means", "high_means")
QUESTION = ("text", "help", "yardstick", "evidence_hint")
ACTION = ("title", "first_step", "risk", "owner_role", "done_when")
SPECIAL = ("label", "effect", "meaning")
RULES = ("answering_rule", "cumulative_rule", "display_rule")
SEGMENTATION = ("tie_rule", "missing_rule", "rules_read_as")


def words_of(item: Item) -> dict[str, Entry]:
    """The texts of an item's spec, each with the entry that says it: the item's own words, or the list of countries.

    Rows and columns it takes over from another item are said there.
    """
    taken = {key for name, keys in SHARED.items() if name in item.spec for key in keys}
    found: dict[str, Entry] = {}

    def walk(value: Any, spoken: bool, country: bool) -> None:
        if isinstance(value, str):
            if spoken and value:
                found[value] = (item.code, "words", value)
        elif isinstance(value, Mapping):
            if spoken and "code" in value and "name" in value:
                found[value["name"]] = ("countries", value["code"]) if country else (item.code, "words", value["name"])
                return
            country = value.get("key") == "country"
            figure = "formula" in value  # its name and unit are read, what it counts is not
            for key, inner in value.items():
                walk(inner, key in (("name", "unit") if figure else SPOKEN), country)
        elif isinstance(value, list | tuple):
            for inner in value:
                walk(inner, spoken, country)

    # Options of an allocation are objectives, but their words are said with the item all the same.
    walk({key: value for key, value in item.spec.items() if key not in taken}, False, False)
    return found


def fits(source: Texts, text: Any) -> bool:
    """Whether a translated entry has every text of its source; it may hold more."""
    if isinstance(source, str):
        return isinstance(text, str) and bool(text.strip())
    if isinstance(source, list):
        return isinstance(text, list) and len(text) == len(source) and all(map(fits, source, text))
    return isinstance(text, Mapping) and all(fits(inner, text.get(key)) for key, inner in source.items())


def compare(q: Questionnaire, overlay: Overlay) -> Findings:
    """What a language lacks, what is stale in it, and what belongs to nothing."""
    known = sources(q)
    lists: dict[str, list[str]] = {"missing": [], "stale": [], "unstamped": []}
    for entry, texts in known.items():
        if fault := _fault(entry, texts, overlay):
            lists[fault].append(name_of(entry))
    words = {entry: (i.code, text) for i in q.items for text, entry in words_of(i).items()}
    lists["missing"] += [f"{code}: {text}" for entry, (code, text) in words.items() if not overlay.at(entry)]
    allowed = {*known, *words}
    unknown = [name_of(e) for e in _entries(overlay.texts, allowed) if e not in allowed]
    unknown += [f"{STAMPS}: {name}" for name in overlay.stamps if name not in {name_of(e) for e in known}]
    return Findings(**{kind: tuple(names) for kind, names in lists.items()}, unknown=tuple(unknown))


def _fault(entry: Entry, texts: Texts, overlay: Overlay) -> str:
    """Why an entry cannot be used: "missing", "stale", "unstamped"; "" when it can."""
    if not fits(texts, overlay.at(entry)):
        return "missing"
    stamp = overlay.stamps.get(name_of(entry))
    return "unstamped" if stamp is None else "" if stamp == stamp_of(texts) else "stale"


def _entries(texts: Any, allowed: set[Entry], at: Entry = ()) -> Iterator[Entry]:
    """The entries that files hold: down to what is known, and of what is unknown its topmost key."""
    for key, value in texts.items():
        entry = (*at, str(key))
        inside = isinstance(value, Mapping) and any(e[: len(entry)] == entry and e != entry for e in allowed)
        if inside and entry in allowed:  # an item with its words, the segmentation with its rules
            for name, inner in value.items():
                if isinstance(inner, Mapping):
                    yield from _entries(inner, allowed, (*entry, str(name)))
        elif inside:
            yield from _entries(value, allowed, entry)
        else:
            yield entry


def lay_over(q: Questionnaire, overlay: Overlay) -> Questionnaire:
    """The catalogue in the overlay's language; what is missing or stale stays English, as `English` texts."""
    untranslated = set()
    said: dict[Entry, Any] = {}
    for entry, texts in sources(q).items():
        if _fault(entry, texts, overlay):
            untranslated.add(name_of(entry))
            said[entry] = marked(texts)
        else:
            said[entry] = overlay.at(entry)
    return replace(
        q,
        language=overlay.language,
        untranslated=frozenset(untranslated),
        components=tuple(
            replace(
                c,
                **_only(said[(c.code,)], ("name", "description")),
                dimensions=tuple(replace(d, **_only(said[(d.code,)], DIMENSION)) for d in c.dimensions),
            )
            for c in q.components
        ),
        questions=tuple(
            replace(x, **_only(said[(x.code,)], QUESTION), anchors=tuple(said[(x.code,)]["anchors"]))
            for x in q.questions
        ),
        items=tuple(_items(q, said, overlay)),
        actions=tuple(
            replace(
                a,
                **_only(said[(a.code,)], ACTION),
                rule_text=said[(a.code,)].get("rule_text", ""),
                horizon=said.get(("horizons", a.horizon), a.horizon),
                effort_impact_class=said.get(("effort_impact_classes", a.effort_impact_class), a.effort_impact_class),
            )
            for a in q.actions
        ),
        level_names=tuple(said[("level_names",)]),
        level_meanings=tuple(said[("level_meanings",)]),
        **{name: said[(name,)] for name in RULES},
        quantifiers=tuple(
            (said["quantifiers", word]["word"], said["quantifiers", word]["meaning"])
            for word, _meaning in q.quantifiers
        ),
        special_answers=tuple(replace(a, **_only(said["special_answers", a.code], SPECIAL)) for a in q.special_answers),
        evidence_grades={grade: said["evidence_grades", grade] for grade in q.evidence_grades},
        objectives={key: said["objectives", key] for key in q.objectives},
        cost_categories={key: said["cost_categories", key] for key in q.cost_categories},
        facts=tuple(replace(f, fact=said["facts", f.code]["fact"]) for f in q.facts),
        glossary={said["glossary", term]["term"]: said["glossary", term]["definition"] for term in q.glossary},
        article=dict(q.article) | said.get(("article",), {}),
        segmentation=_segmentation(q.segmentation, said),
        action_rules=_action_rules(q.action_rules, said),
    )


def marked(texts: Any) -> Any:
    """The same texts as `English`."""
    if isinstance(texts, str):
        return English(texts)
    if isinstance(texts, list):
        return [marked(t) for t in texts]
    return {key: marked(t) for key, t in texts.items()}


def _only(texts: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: texts[name] for name in names}


def _items(q: Questionnaire, said: Mapping[Entry, Any], overlay: Overlay) -> Iterator[Item]:
    words = {i.code: {text: overlay.at(entry) or English(text) for text, entry in words_of(i).items()} for i in q.items}
    for i in q.items:
        borrowed = {text: word for name in SHARED for text, word in words.get(i.spec.get(name, ""), {}).items()}
        yield replace(i, **_only(said[(i.code,)], ("title", "help")), words=borrowed | words[i.code])


def _segmentation(found: Segmentation | None, said: Mapping[Entry, Any]) -> Segmentation | None:
    if found is None:
        return None
    told = {rule.segment: said["segmentation", "rules", rule.segment] for rule in found.rules}
    return replace(
        found,
        **_only(said[("segmentation",)], SEGMENTATION),
        rules=tuple(replace(rule, funding_logic=told[rule.segment]["funding_logic"]) for rule in found.rules),
        words={name: texts["name"] for name, texts in told.items()},
    )


def _action_rules(found: ActionRules | None, said: Mapping[Entry, Any]) -> ActionRules | None:
    if found is None:
        return None
    return replace(
        found,
        impact_scale=tuple(said[("impact_scale",)]),
        effort_scale=tuple(said[("effort_scale",)]),
        horizons=tuple(said["horizons", h] for h in found.horizons),
        effort_impact_classes=tuple(
            replace(
                c,
                name=said["effort_impact_classes", c.name],
                horizons=tuple(said["horizons", h] for h in c.horizons),
            )
            for c in found.effort_impact_classes
        ),
    )
