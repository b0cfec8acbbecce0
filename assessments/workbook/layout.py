"""What stands where in the workbook of a survey. PURE: no Django.

Sheets and cells are found by marks, never by their place: the hidden row above the header begins with "opmodel:" and the
key of the sheet, and holds the key of each column that is read. The rows of fixed sheets are known by the code in the
first column. Whoever moves rows or renames sheets is still understood.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from assessments.catalogue import Item, Question, Questionnaire
from assessments.items.choices import POINTS, RANKS
from assessments.items.fields import codes_of
from assessments.items.matrices import target_levels
from assessments.items.profile import may_be_estimated

MARK = "opmodel:"
MANIFEST, QUESTIONS, FACTS = "download", "questions", "facts"
ANSWER, REASON, COMMENT = "answer", "reason", "comment"  # columns of QUESTIONS
FIELD, VALUE, ESTIMATE = "field", "value", "estimate"  # columns of FACTS
CAPTION = "caption"  # on every sheet with fixed rows: the text that must still stand beside its code
FIELDS, GRID, TABLE = "fields", "grid", "table"
REASON_LENGTH, COMMENT_LENGTH = 500, 2000

Spec = Mapping[str, Any]


@dataclass(frozen=True)
class Block:
    """How the cells of one item make its data.

    FIELDS: one row a field, on the sheet FACTS. GRID: given rows, one column a field. TABLE: rows that people fill.
    """

    code: str
    shape: str
    fields: tuple[Spec, ...]
    rows: tuple[str, ...] = ()  # ids of the rows of a GRID
    estimates: frozenset[str] = frozenset()  # fields that can be marked as an estimate
    keeps: bool = False  # its cells do not depend on each other: an emptied one may keep what is stored
    zero: bool = False  # an empty cell counts as 0

    @property
    def sheet(self) -> str:
        return FACTS if self.shape == FIELDS else self.code


def block_of(item: Item, dimensions: Iterable[str]) -> Block | None:
    """The cells of an item; None for a type that no sheet can hold.

    >>> block_of(Item("E-N5", "enterprise", "single_choice", "", "", {"options": ["a", "b"]}), []).fields
    ({'key': 'choice', 'type': 'choice', 'options': ['a', 'b']},)
    """
    spec = item.spec
    if item.type == "profile":
        estimates = frozenset(may_be_estimated(spec))
        bound = "sum_to" in spec
        return Block(item.code, FIELDS, tuple(spec["fields"]), estimates=estimates, keeps=not bound, zero=bound)
    if item.type == "allocation_100":
        return Block(item.code, FIELDS, _numbers(spec, 0, POINTS), zero=True)
    if item.type == "ranking":
        return Block(item.code, FIELDS, _numbers(spec, RANKS[0], RANKS[-1]))
    if item.type == "single_choice":
        return Block(item.code, FIELDS, ({"key": "choice", "type": "choice", "options": spec["options"]},))
    if item.type == "open":
        return Block(item.code, FIELDS, ({"key": "text", "type": "text", "max_length": spec["max_length"]},))
    if item.type == "matrix_target":
        targets: tuple[Spec, ...] = (
            {"key": "target", "type": "level", "options": target_levels(spec)},
            {"key": "by", "type": "date"},
        )
        return Block(item.code, GRID, targets, tuple(dimensions), keeps=True)
    if item.type == "decision_matrix":
        columns = tuple({**column, "type": "choice"} for column in spec["columns"])
        return Block(item.code, GRID, columns, tuple(spec["row_ids"]), keeps=True)
    if item.type in ("register", "funnel"):
        return Block(item.code, TABLE, tuple(spec["columns"]))
    return None


def _numbers(spec: Spec, low: int, high: int) -> tuple[Spec, ...]:
    return tuple({"key": key, "type": "integer", "min": low, "max": high} for key in codes_of(spec["options"]))


@dataclass(frozen=True)
class Layout:
    """The questions and items of one survey, or of the part of it that one person holds, in content order."""

    questions: tuple[Question, ...]
    blocks: tuple[Block, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return (*(q.code for q in self.questions), *(b.code for b in self.blocks))

    def on(self, sheet: str) -> tuple[Block, ...]:
        return tuple(b for b in self.blocks if b.sheet == sheet)

    @property
    def sheets(self) -> tuple[str, ...]:
        """The keys of the sheets with cells to fill, each once."""
        keys = [QUESTIONS] if self.questions else []
        keys += dict.fromkeys(b.sheet for b in self.blocks)
        return tuple(keys)


def layout_of(catalogue: Questionnaire, view: str, codes: frozenset[str] | None = None) -> Layout:
    """The layout of a view; `codes` leaves only these (None: all)."""

    def wanted(code: str) -> bool:
        return codes is None or code in codes

    names = [d.code for d in catalogue.dimensions]
    blocks = [block_of(item, names) for item in catalogue.items_of(view) if wanted(item.code)]
    return Layout(
        tuple(q for q in catalogue.questions_of(view) if wanted(q.code)), tuple(b for b in blocks if b is not None)
    )
