"""What an uploaded workbook would change, what it contradicts, what is wrong in it. PURE: no Django.

Three versions meet: what the workbook says, what it held when it was downloaded (a version and a mark of the content), and
what is stored now. A cell that still says what it said at the download changes nothing, whatever is stored now.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from assessments import items
from assessments.catalogue import Questionnaire
from assessments.items.profile import ESTIMATED
from assessments.workbook import layout as at
from assessments.workbook.cells import canonical, digest, normal, read_level, text_of
from assessments.workbook.finding import Downloaded, Fault, Found, Manifest, Place, Reading, Vocabulary
from assessments.workbook.layout import COMMENT_LENGTH, REASON_LENGTH, Block, Layout

NEW, CHANGED, CLEARED, CONFLICT = "new", "changed", "cleared", "conflict"


@dataclass(frozen=True)
class Answer:
    """One answer as it is saved."""

    status: str  # level, na, dk, data, open
    level: int | None = None
    data: Mapping[str, Any] | None = None
    reason: str = ""
    comment: str = ""
    version: int = 0  # of a stored answer


OPEN = Answer("open")


@dataclass(frozen=True)
class Change:
    """What the workbook wants of one question.

    `answer` is what applying saves; emptied cells keep in it what is stored. `emptied` is what is saved when the person says
    that they shall be empty; `gone` names them. A conflict is one or the other against a newer stored answer.
    """

    code: str
    kind: str
    place: Place
    stored: Answer | None
    answer: Answer | None
    emptied: Answer | None = None
    gone: tuple[str, ...] = ()

    @property
    def version(self) -> int:
        """The version of the stored answer it was compared with."""
        return self.stored.version if self.stored else 0


@dataclass
class Preview:
    """Every change in the order of the questions, every fault in the order of the sheets, and how many say nothing new."""

    changes: list[Change] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unchanged: int = 0

    def of(self, kind: str) -> list[Change]:
        return [c for c in self.changes if c.kind == kind]


@dataclass(frozen=True)
class Survey:
    """What the comparison needs to know: the content, who asks, and what is stored."""

    catalogue: Questionnaire
    layout: Layout
    words: Vocabulary
    stored: Mapping[str, Answer]
    context: items.Context
    writes: Callable[[str], bool]


def marks_of(layout: Layout, stored: Mapping[str, Answer]) -> dict[str, Downloaded]:
    """What a workbook is made from, question by question; written into it and compared with when it comes back."""
    found, blocks = {}, {b.code: b for b in layout.blocks}
    for code in layout.codes:
        answer = stored.get(code)
        found[code] = Downloaded(answer.version if answer else 0, digest(canonical_of(answer, blocks.get(code))))
    return found


def canonical_of(answer: Answer | None, block: Block | None) -> Any:
    """An answer in the form in which two are compared; empty for one that says nothing."""
    if answer is None:
        return {}
    if block is not None:
        return canonical(answer.data or {}, zero=block.zero)
    value = {"level": answer.level, "reason": answer.reason if answer.status == "na" else ""}
    kept = canonical({**value, "comment": answer.comment})
    return kept | ({} if answer.status == "open" else {"status": answer.status})


def compare(reading: Reading, made_from: Manifest, survey: Survey) -> Preview:
    """Every change and every fault; what is faulty changes nothing."""
    preview = Preview(faults=list(reading.faults))
    faulty = {fault.code for fault in reading.faults}
    for question in survey.layout.questions:
        if question.code in reading.found:
            one = _Question(question.code, reading.found[question.code], made_from, survey, question.na_allowed)
            one.settle(preview, question.code in faulty)
    for block in survey.layout.blocks:
        if block.code in reading.found:
            _Item(block, reading.found[block.code], made_from, survey).settle(preview, block.code in faulty)
    return preview


class _One:
    """One question: what the workbook says, against the download and what is stored."""

    def __init__(self, code: str, found: Found, made_from: Manifest, survey: Survey, block: Block | None) -> None:
        self.code, self.found, self.survey, self.block = code, found, survey, block
        self.downloaded = made_from.answers.get(code, Downloaded(0, ""))
        self.stored = survey.stored.get(code)
        self.faults: list[Fault] = []

    def says(self) -> Any:
        """What the workbook says, in the form in which versions are compared."""
        raise NotImplementedError

    def wants(self) -> tuple[Answer | None, Answer | None, tuple[str, ...]]:
        """(answer with emptied cells kept, answer with them emptied, their paths); fills `faults` instead."""
        raise NotImplementedError

    def settle(self, preview: Preview, faulty: bool) -> None:
        """Add the change, the faults, or nothing."""
        said, theirs = self.says(), canonical_of(self.stored, self.block)
        writes = self.survey.writes(self.code)
        # Whoever may not write here may not see what is stored either: the reply must not depend on it.
        if digest(said) == self.downloaded.digest or (writes and said == theirs):
            preview.unchanged += not faulty
            return
        if faulty:
            return
        if not writes:
            preview.faults.append(Fault(self.found.place(""), "not_yours", self.code))
            return
        answer, emptied, gone = self.wants()
        if self.faults:
            preview.faults += self.faults
            return
        if answer is not None and canonical_of(answer, self.block) == theirs:
            answer = None
        if answer is None and emptied is None:  # 33.33 was rounded to the 33.3 that is stored
            preview.unchanged += 1
            return
        stored_version = self.stored.version if self.stored else 0
        if stored_version != self.downloaded.version:
            change = Change(self.code, CONFLICT, self.found.place(""), self.stored, answer or emptied)
        else:
            kind = CLEARED if answer is None else CHANGED if theirs else NEW
            change = Change(self.code, kind, self.found.place(""), self.stored, answer, emptied, gone)
        preview.changes.append(change)

    def fault(self, path: str, key: str, found: str = "", **values: Any) -> None:
        self.faults.append(Fault(self.found.place(path), key, self.code, found[:80], values))


class _Question(_One):
    """A question with five levels: cells for the answer, the reason and the comment."""

    def __init__(self, code: str, found: Found, made_from: Manifest, survey: Survey, na_allowed: bool) -> None:
        super().__init__(code, found, made_from, survey, None)
        self.na_allowed = na_allowed
        self.cell = found.raw[at.ANSWER]
        self.read = read_level(self.cell, survey.words.options.get(("", at.ANSWER), {}))
        self.reason, self.comment = text_of(found.raw[at.REASON]), text_of(found.raw[at.COMMENT])

    def says(self) -> Any:
        if self.read is None:
            return {"unknown": text_of(self.cell)}
        status, level = self.read
        said = canonical_of(Answer(status, level, reason=self.reason, comment=self.comment), None)
        return said | ({"reason": self.reason} if self._has_lost_reason(status) else {})

    def _has_lost_reason(self, status: str) -> bool:
        """A reason beside a level would get lost; the one that is left over from the stored answer may."""
        stored = self.stored.reason if self.stored else ""
        return bool(self.reason) and status != "na" and normal(self.reason) != normal(stored)

    def wants(self) -> tuple[Answer | None, Answer | None, tuple[str, ...]]:
        stored = self.stored or OPEN
        if self.read is None:
            self.fault(at.ANSWER, "level", text_of(self.cell))
            return None, None, ()
        status, level = self.read
        self._check(status)
        if self.faults:
            return None, None, ()
        written = Answer(status, level, reason=self.reason if status == "na" else "", comment=self.comment)
        gone = [at.ANSWER] if status == "open" and stored.status != "open" else []
        gone += [at.COMMENT] if stored.comment and not self.comment else []
        if not gone:
            return written, None, ()
        kept = stored if at.ANSWER in gone else written
        comment = stored.comment if at.COMMENT in gone else self.comment
        return Answer(kept.status, kept.level, reason=kept.reason, comment=comment), written, tuple(gone)

    def _check(self, status: str) -> None:
        if status == "na" and not self.na_allowed:
            self.fault(at.ANSWER, "na_not_possible", text_of(self.cell))
        if status == "na" and not self.reason:
            self.fault(at.REASON, "na_without_reason")
        if self._has_lost_reason(status):
            self.fault(at.REASON, "reason_without_na", self.reason)
        for path, text, longest in (
            (at.REASON, self.reason, REASON_LENGTH),
            (at.COMMENT, self.comment, COMMENT_LENGTH),
        ):
            if len(text) > longest:
                self.fault(path, "too_long", text, longest=longest, length=len(text))


class _Item(_One):
    """Another item: its cells make its data, its type says whether they are right."""

    def __init__(self, block: Block, found: Found, made_from: Manifest, survey: Survey) -> None:
        super().__init__(block.code, found, made_from, survey, block)
        self.cells, self.currency = block, made_from.currency
        self.item = survey.catalogue.item_by_code[block.code]

    def says(self) -> Any:
        return canonical(self.found.raw, zero=self.cells.zero)

    def wants(self) -> tuple[Answer | None, Answer | None, tuple[str, ...]]:
        stored = self.stored or OPEN
        before = dict(stored.data or {})
        written = self._clean(self.found.raw) if self.says() else self._saved(None)
        if self.faults:
            return None, None, ()
        if written.status == "open":
            return None, written, ("",)
        gone = tuple(path for path in _paths(before) if path not in _paths(self.found.raw)) if self.cells.keeps else ()
        if not gone:
            return written, None, ()
        kept = self._clean(_merged(before, self.found.raw))
        return kept, written, gone

    def _saved(self, data: Mapping[str, Any] | None) -> Answer:
        """Sheets have no cells for the comment of an item: it stays."""
        comment = self.stored.comment if self.stored else ""
        return Answer("open" if data is None else "data", data=data, comment=comment)

    def _clean(self, raw: Mapping[str, Any]) -> Answer:
        given = dict(raw)
        if self.cells.shape == at.TABLE and any(spec["type"] == "money" for spec in self.cells.fields):
            given["currency"] = self._currency()
        value, faults = items.clean(self.item.type, self.item.spec, given, self.survey.context)
        for found in faults:
            written = _at(raw, found.place)
            self.fault(
                found.place, "item", text_of(written) if isinstance(written, str | int | float) else "", fault=found
            )
        return self._saved(value)

    def _currency(self) -> str:
        """The currency the amounts were written in: another than the organisation's is refused, never relabelled."""
        stored = (self.stored.data or {}) if self.stored else {}
        now = self.survey.context.currency
        return self.currency if self.currency != now else str(stored.get("currency", now))


def _paths(data: Mapping[str, Any]) -> list[str]:
    """The filled cells of fields or of a grid: "headcount", "CAP1.target"."""
    found = []
    for key, value in data.items():
        if isinstance(value, Mapping):
            found += [f"{key}.{inner}" for inner, cell in value.items() if cell not in (None, "")]
        elif value not in (None, "", []) and key != ESTIMATED:
            found.append(key)
    return found


def _at(data: Any, path: str) -> Any:
    """What stands at a path of the raw data; None where the path leads nowhere."""
    for key in path.split("."):
        rows = data.get("rows") if isinstance(data, Mapping) and key.isdigit() else None
        if rows is not None:
            data = rows[int(key) - 1] if int(key) <= len(rows) else None
        else:
            data = data.get(key) if isinstance(data, Mapping) else None
    return data


def _merged(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored, overlaid cell by cell with what the workbook says."""
    merged: dict[str, Any] = {**before, **now}
    for key, value in before.items():
        if isinstance(value, Mapping) and isinstance(now.get(key), Mapping):
            merged[key] = {**value, **now[key]}
    # A kept field keeps its mark, a written one has the mark of the workbook.
    estimates = [k for k in before.get(ESTIMATED, []) if k not in now] + list(now.get(ESTIMATED, []))
    merged.pop(ESTIMATED, None)
    return merged | ({ESTIMATED: estimates} if estimates else {})
