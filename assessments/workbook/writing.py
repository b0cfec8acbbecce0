"""The workbook as a file: which sheet holds what, from the material of a survey."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from assessments.catalogue import Item, Question
from assessments.items.registers import most_rows
from assessments.workbook import layout as at
from assessments.workbook import read_me, words
from assessments.workbook.changes import Answer
from assessments.workbook.finding import FORMAT
from assessments.workbook.layout import COMMENT_LENGTH, REASON_LENGTH, Block, Spec
from assessments.workbook.material import Material
from assessments.workbook.pages import FIRST, TOKENS, Book, Column, Page

EMPTY_ROWS = 50  # of a register, beyond those that are filled


def build(material: Material) -> bytes:
    """The workbook of a survey, in the active language."""
    footer = f"{material.title} · {material.cycle}".replace("&", "&&")[:120]
    book = Book(footer, material.locked)
    _read_me(book, material)
    if material.layout.questions:
        _questions(book.page(words.sheet_name(at.QUESTIONS, material.catalogue)), material)
    if facts := material.layout.on(at.FACTS):
        _facts(book.page(words.sheet_name(at.FACTS, material.catalogue)), material, facts)
    for block in material.layout.blocks:
        if block.shape != at.FIELDS:
            write = _grid if block.shape == at.GRID else _table
            write(book.page(words.sheet_name(block.code, material.catalogue)), material, block)
    _manifest(book, material)
    return book.bytes()


def _read_me(book: Book, material: Material) -> None:
    page = book.page(_("Read me"))
    page.sheet.fit_to_pages(1, 1)
    page.width(0, 26)
    page.width(1, 100)
    head = book.style(bold=True, font_size=12, font_color=TOKENS["accent"], text_wrap=False)
    page.put(0, 0, material.title, book.style(bold=True, font_size=18, text_wrap=False))
    row = 2
    for heading, lines in read_me.sections(material):
        page.put(row, 0, heading, head)
        for row, (label, text) in enumerate(lines, row + 1):  # noqa: B020 - the next heading goes on below
            page.put(row, 0, label, book.style(bold=True))
            page.put(row, 1, text, book.style())
        row += 2


def _questions(page: Page, material: Material) -> None:
    columns: list[Column] = [
        ("", _("Code"), 11),
        ("component", _("Component"), 14),
        ("dimension", _("Dimension"), 18),
        (at.CAPTION, _("Question"), 34),
        *((f"level{n}", str(n), 25.0) for n in range(1, 6)),
        *([("last", _("Last cycle"), 8.0)] if material.last_levels else []),
        (at.ANSWER, words.column_name(at.ANSWER), 12),
        (at.REASON, words.column_name(at.REASON), 24),
        (at.COMMENT, words.column_name(at.COMMENT), 40),
    ]
    page.head(at.QUESTIONS, _("Questions"), material.catalogue.answering_rule, columns)
    place = {key: number for number, (key, _label, _width) in enumerate(columns)}
    for row, question in enumerate(material.layout.questions, FIRST):
        _question(page, row, question, material, place)
        cell = (row, place[at.ANSWER], row, place[at.ANSWER])
        page.choose(cell, _levels(question.na_allowed), words.level_wanted(question.na_allowed))
    last = FIRST + len(material.layout.questions) - 1
    for key, longest in ((at.REASON, REASON_LENGTH), (at.COMMENT, COMMENT_LENGTH)):
        page.limit((FIRST, place[key], last, place[key]), {"type": "text", "max_length": longest})
    page.sheet.freeze_panes(FIRST, 1)


def _question(page: Page, row: int, question: Question, material: Material, place: Mapping[str, int]) -> None:
    dimension = material.catalogue.dimension_by_code[question.dimension]
    component = material.catalogue.component_by_code[dimension.component]
    page.put(row, 0, question.code, page.quiet())
    colour = TOKENS.get(component.code.lower(), TOKENS["ink"])
    page.put(row, place["component"], component.name, page.plain(bold=True, font_color=colour))
    page.put(row, place["dimension"], dimension.name, page.plain())
    page.put(row, place[at.CAPTION], question.text, page.plain(bold=True))
    for n, anchor in enumerate(question.anchors, 1):
        page.put(row, place[f"level{n}"], anchor, page.plain())
    if "last" in place:
        page.put(row, place["last"], material.last_levels.get(question.code), page.plain(align="center"))
    answer = material.answers.get(question.code, Answer("open"))
    said = {"na": words.not_applicable(), "dk": words.do_not_know()}
    page.put(row, place[at.ANSWER], answer.level or said.get(answer.status), page.to_fill(align="center"))
    page.put(row, place[at.REASON], answer.reason, page.to_fill())
    page.put(row, place[at.COMMENT], answer.comment, page.to_fill())


def _levels(na_allowed: bool) -> list[Any]:
    return [1, 2, 3, 4, 5, *([words.not_applicable()] if na_allowed else []), words.do_not_know()]


def _facts(page: Page, material: Material, blocks: Sequence[Block]) -> None:
    columns: list[Column] = [
        ("", _("Code"), 9),
        (at.CAPTION, _("Question"), 52),
        (at.VALUE, words.column_name(at.VALUE), 38),
        (at.ESTIMATE, words.column_name(at.ESTIMATE), 12),
        ("about", _("What is meant"), 62),
        (at.FIELD, words.column_name(at.FIELD), 22),
    ]
    page.head(at.FACTS, words.sheet_name(at.FACTS, material.catalogue), _("Leave empty what you do not know."), columns)
    row = FIRST
    for block in blocks:
        item = material.catalogue.item_by_code[block.code]
        if len(block.fields) > 1:
            for column, text in enumerate(("", item.title, "", "", item.help, "")):
                page.put(row, column, text, page.book.style(bold=column == 1, bg_color=TOKENS["sunk"]))
            row += 1
        for row, spec in enumerate(block.fields, row):  # noqa: B020 - the next item goes on below
            _fact(page, row, material, item, block, spec)
        row += 1
    page.sheet.freeze_panes(FIRST, 2)


def _fact(page: Page, row: int, material: Material, item: Item, block: Block, spec: Spec) -> None:
    key, data = spec["key"], _data(material, block.code)
    page.put(row, 0, block.code, page.quiet())
    page.put(row, 1, words.field_name(item, spec, material.catalogue), page.plain())
    page.fill((row, 2, row, 2), item, spec, [data.get(key)])
    if key in block.estimates:
        page.put(row, 3, _("Yes") if key in data.get("estimated", ()) else "", page.to_fill())
        page.choose(
            (row, 3, row, 3), [_("Yes"), _("No")], _("Choose “%(yes)s” if this is an estimate.") % {"yes": _("Yes")}
        )
    else:
        page.put(row, 3, "", page.quiet())
    about = words.explanation(item, spec) or (item.help if len(block.fields) == 1 else "")
    page.put(row, 4, about, page.quiet())
    page.put(row, 5, key, page.quiet())


def _grid(page: Page, material: Material, block: Block) -> None:
    item, data = material.catalogue.item_by_code[block.code], _data(material, block.code)
    columns: list[Column] = [("", _("Code"), 9), (at.CAPTION, _("Question"), 48)]
    columns += [(f["key"], words.field_name(item, f, material.catalogue), 24) for f in block.fields]
    page.head(block.code, item.title, item.help, columns)
    for row, row_id in enumerate(block.rows, FIRST):
        page.put(row, 0, row_id, page.quiet())
        page.put(row, 1, words.row_name(item, row_id, material.catalogue), page.plain())
    for column, spec in enumerate(block.fields, 2):
        values = [data.get(row_id, {}).get(spec["key"]) for row_id in block.rows]
        page.fill((FIRST, column, FIRST + len(block.rows) - 1, column), item, spec, values)
    page.sheet.freeze_panes(FIRST, 2)


def _table(page: Page, material: Material, block: Block) -> None:
    item, data = material.catalogue.item_by_code[block.code], _data(material, block.code)
    rows, currency = data.get("rows", []), data.get("currency", material.currency)
    columns: list[Column] = [("", _("No."), 6)]
    for spec in block.fields:
        name, about = words.field_name(item, spec, material.catalogue), words.explanation(item, spec)
        unit = f"{currency} · {about}" if spec["type"] == "money" else about
        columns.append(
            (spec["key"], f"{name}\n{unit}" if unit else name, 30 if spec["type"] in ("text", "scale5") else 20)
        )
    page.head(block.code, item.title, item.help, columns)
    count = min(most_rows(item.spec), len(rows) + EMPTY_ROWS)
    for number in range(1, count + 1):
        page.put(FIRST - 1 + number, 0, number, page.quiet())
    for column, spec in enumerate(block.fields, 1):
        page.fill((FIRST, column, FIRST - 1 + count, column), item, spec, [entry.get(spec["key"]) for entry in rows])
    page.sheet.freeze_panes(FIRST, 2)


def _data(material: Material, code: str) -> Mapping[str, Any]:
    answer = material.answers.get(code)
    return (answer.data or {}) if answer else {}


def _manifest(book: Book, material: Material) -> None:
    """The hidden sheet that says what the workbook was made from."""
    sheet = book.hidden(at.MANIFEST)
    sheet.write_string(0, 0, at.MARK + at.MANIFEST)
    lines: list[tuple[str, ...]] = [
        ("format", str(FORMAT)),
        ("survey", material.survey),
        ("content", material.catalogue.version),
        ("language", material.language),
        ("currency", material.currency),
    ]
    lines += [("answer", code, str(mark.version), mark.digest) for code, mark in material.marks.items()]
    for row, line in enumerate(lines, 1):
        for column, text in enumerate(line):
            sheet.write_string(row, column, text)
