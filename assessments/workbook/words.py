"""The words of the workbook in the reader's language, and what words of any language stand for."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments import item_words, publishing
from assessments.catalogue import Item, Questionnaire
from assessments.items.matrices import row_names
from assessments.models import Submission
from assessments.workbook import layout as at
from assessments.workbook.cells import normal
from assessments.workbook.finding import Fault, Vocabulary
from assessments.workbook.layout import Block, Layout, layout_of

Labels = dict[Any, Any]  # stored value -> what stands in the cell

# What people write without looking at the list; it means the same in every language.
COMMON = {"n/a": "na", "na": "na", "n.a": "na", "dk": "dk", "?": "dk"}
SENTENCES = {
    "no_sheet": gettext_lazy(
        "The sheet “%(sheet)s” is missing. Download the workbook again and copy your answers into it."
    ),
    "sheet_twice": gettext_lazy("This sheet is there twice. Remove the copy."),
    "no_column": gettext_lazy(
        "The column “%(column)s”, or the hidden mark above its heading, is missing on this sheet."
    ),
    "unknown_code": gettext_lazy(
        "There is no question “%(code)s” on this sheet. Rows of another survey cannot be read here."
    ),
    "no_code": gettext_lazy("This row has an answer and no code, so nobody knows which question it answers."),
    "row_twice": gettext_lazy("This row is there twice, first in row %(first)s. Keep the one that counts."),
    "row_gone": gettext_lazy("The row of “%(row)s” is missing. What is stored stays."),
    "mixed_up": gettext_lazy(
        "The text in this row belongs to another code than “%(code)s”: part of the sheet was sorted or moved."
    ),
    "merged": gettext_lazy("Cells are merged here; every answer needs a cell of its own."),
    "not_yours": gettext_lazy(
        "This answer is given by somebody else; it was changed in the workbook and cannot be saved."
    ),
    "level": gettext_lazy("An answer is a whole number from 1 to 5, “%(na)s” or “%(dk)s”."),
    "na_not_possible": gettext_lazy("“%(na)s” is not possible for this question; choose a level or “%(dk)s”."),
    "na_without_reason": gettext_lazy("“%(na)s” needs a few words that say why."),
    "reason_without_na": gettext_lazy("A reason belongs to “%(na)s” only. Move it to the comment, or clear it."),
    "too_long": gettext_lazy("This text has %(length)s characters; at most %(longest)s are possible."),
    "estimate": gettext_lazy(
        "“%(yes)s” marks an estimate; anything else but “%(no)s” or an empty cell is not understood."
    ),
}


def not_applicable() -> str:
    return _("N/A")


def do_not_know() -> str:
    return _("Don't know")


def sentence(fault: Fault, layout: Layout, catalogue: Questionnaire) -> str:
    """What is wrong and what was expected, as a whole sentence."""
    if fault.key == "item":
        return item_words.sentence(fault.values["fault"], catalogue.item_by_code[fault.code], catalogue)
    words = {"na": not_applicable(), "dk": do_not_know(), "yes": _("Yes"), "no": _("No")} | dict(fault.values)
    if "sheet" in words:
        words["sheet"] = sheet_name(words["sheet"], catalogue)
    if "column" in words:
        words["column"] = column_name(words["column"])
    return str(SENTENCES[fault.key] % words)


def sheet_name(key: str, catalogue: Questionnaire) -> str:
    """What a sheet is called: at most 31 characters, none of those that spreadsheets refuse."""
    names = {at.QUESTIONS: _("Questions"), at.FACTS: _("Facts and aims")}
    name = names.get(key) or f"{key} {catalogue.item_by_code[key].title}"
    clean = "".join(" " if c in "[]:*?/\\'" or not c.isprintable() else c for c in name)
    return " ".join(clean.split())[:31].rstrip()


def column_name(key: str) -> str:
    names = {
        at.ANSWER: _("Answer"),
        at.REASON: _("Reason for N/A"),
        at.COMMENT: _("Comment or evidence"),
        at.VALUE: _("Answer"),
        at.ESTIMATE: _("Estimate?"),
        at.FIELD: _("Field"),
        at.CAPTION: _("Question"),
        "target": _("Target level"),
        "by": _("Reached by"),
    }
    return names.get(key) or str(item_words.LABELS.get(key, key))


def field_name(item: Item, spec: Mapping[str, Any], catalogue: Questionnaire) -> str:
    """What people call a field: by the content, by our labels; a field that is alone is called as its item."""
    if item.type in ("single_choice", "open"):
        return item.title
    if item.type == "matrix_target":
        return column_name(spec["key"])
    if "label" in spec:
        return item.word(spec["label"])
    return item_words.label_in(item, spec["key"], catalogue)


def row_name(item: Item, row: str, catalogue: Questionnaire) -> str:
    """What people call a row of a grid: a dimension or a decision."""
    if item.type == "matrix_target":
        return catalogue.dimension_by_code[row].name
    return item.word(row_names(item.spec)[row])


def explanation(item: Item, spec: Mapping[str, Any]) -> str:
    """Unit and meaning of a field, from the content."""
    parts = [spec.get("unit"), spec.get("definition"), spec.get("note")]
    return " · ".join(item.word(part) for part in parts if part)


def options_of(item: Item, spec: Mapping[str, Any]) -> Labels:
    """The options of a field in the reader's language, in their order; empty for a field without a list."""
    kind = spec["type"]
    if kind == "boolean":
        return {True: _("Yes"), False: _("No")}
    if kind == "scale5":
        return {n: f"{n} · {item.word(anchor)}" for n, anchor in enumerate(spec["anchors"], 1)}
    if kind == "level":
        return {level: level for level in spec["options"]}
    if item.type == "ranking":
        return {n: n for n in range(spec["min"], spec["max"] + 1)}
    if kind != "choice":
        return {}
    return dict(item_words.choice_of(item, spec, option) for option in spec["options"])


def level_wanted(na_allowed: bool) -> str:
    """What an answer cell takes."""
    if na_allowed:
        text = _("A whole number from 1 to 5, “%(na)s” with a reason beside it, or “%(dk)s”.")
    else:
        text = _("A whole number from 1 to 5, or “%(dk)s”.")
    return text % {"na": not_applicable(), "dk": do_not_know()}


def number_wanted(kind: str, low: Any, high: Any) -> str:
    """What a cell for a number takes."""
    whole, bounds = kind == "integer", {"low": item_words.shown(low), "high": item_words.shown(high)}
    if low is None and high is None:
        return _("A whole number is expected.") if whole else _("A number is expected.")
    if high is None:
        text = (
            _("A whole number of %(low)s or more is expected.")
            if whole
            else _("A number of %(low)s or more is expected.")
        )
    elif low is None:
        text = (
            _("A whole number of %(high)s or less is expected.")
            if whole
            else _("A number of %(high)s or less is expected.")
        )
    elif whole:
        text = _("A whole number from %(low)s to %(high)s is expected.")
    else:
        text = _("A number from %(low)s to %(high)s is expected.")
    return text % bounds


def languages(first: str) -> list[str]:
    """All languages, beginning with the one the workbook was made in: its words win where two languages disagree."""
    known = [code for code, _name in settings.LANGUAGES]
    return sorted(known, key=lambda code: (code != first, code != translation.get_language()))


def vocabulary(submission: Submission, made_in: str) -> Vocabulary:
    """What words of any language stand for, and which captions may stand beside which code."""
    options: dict[tuple[str, str], dict[str, Any]] = {("", at.ANSWER): {}, ("", at.ESTIMATE): {}}
    captions: dict[str, dict[Any, set[str]]] = {}
    for language in languages(made_in):
        with translation.override(language):
            catalogue = publishing.catalogue(submission.cycle.questionnaire_id, language)
            layout = layout_of(catalogue, submission.view)
            _learn_answers(options, catalogue)
            for block in layout.blocks:
                _learn_options(options, block, catalogue.item_by_code[block.code])
            for sheet, row, caption in _captions(layout, catalogue):
                captions.setdefault(sheet, {}).setdefault(row, set()).add(normal(caption))
    for word, status in COMMON.items():
        options["", at.ANSWER].setdefault(word, status)
    frozen = {sheet: {row: frozenset(texts) for row, texts in rows.items()} for sheet, rows in captions.items()}
    return Vocabulary(options, frozen)


def _learn_answers(options: dict[tuple[str, str], dict[str, Any]], catalogue: Questionnaire) -> None:
    meant = {not_applicable(): "na", do_not_know(): "dk", _("Not applicable"): "na", _("Do not know"): "dk"}
    meant |= {answer.label: answer.code.lower() for answer in catalogue.special_answers}
    for word, status in meant.items():
        options["", at.ANSWER].setdefault(normal(word), status)
    for word, yes in ((_("Yes"), True), (_("No"), False), ("true", True), ("x", True)):
        options["", at.ESTIMATE].setdefault(normal(word), yes)


def _learn_options(options: dict[tuple[str, str], dict[str, Any]], block: Block, item: Item) -> None:
    for spec in block.fields:
        known = options.setdefault((block.code, spec["key"]), {})
        for value, label in options_of(item, spec).items():
            known.setdefault(normal(str(label)), value)
        for word, value in _other_words(item, spec):
            known.setdefault(normal(word), value)


def _other_words(item: Item, spec: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """What else an option may be called: its code, its name without the code, its text in English."""
    if spec["type"] == "boolean":
        yield from (("true", True), ("false", False))
    if spec["type"] == "scale5":
        yield from ((item.word(anchor), n) for n, anchor in enumerate(spec["anchors"], 1))
    if spec["type"] == "choice":
        for option in spec["options"]:
            if isinstance(option, Mapping):
                yield from (
                    (word, option["code"]) for word in (option["code"], option["name"], item.word(option["name"]))
                )
            else:
                yield option, option


def _captions(layout: Layout, catalogue: Questionnaire) -> Iterable[tuple[str, Any, str]]:
    """(sheet, id of the row, caption) of every row that has one."""
    for question in layout.questions:
        yield at.QUESTIONS, (question.code,), question.text
    for block in layout.blocks:
        item = catalogue.item_by_code[block.code]
        if block.shape == at.FIELDS:
            for spec in block.fields:
                yield at.FACTS, (block.code, spec["key"]), field_name(item, spec, catalogue)
        elif block.shape == at.GRID:
            for row in block.rows:
                yield block.sheet, (row,), row_name(item, row, catalogue)
