"""The pages of the workbook: how it works, what an uploaded one would change, what came of it."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments import item_words, selectors
from assessments.access import access
from assessments.catalogue import Item
from assessments.models import Answer, Submission
from assessments.views.screens.frame import heading
from assessments.workbook import changes, words
from assessments.workbook import layout as at
from assessments.workbook.cells import canonical, shown
from assessments.workbook.changes import Change
from assessments.workbook.finding import Fault, Place
from assessments.workbook.layout import Block, Spec
from assessments.workbook.material import is_open
from assessments.workbook.previewing import Look
from opmodel.files import recognising, sheets
from opmodel.files.models import StoredFile
from opmodel.organisations.models import Member

NOTHING = "–"
EMPTY = changes.OPEN


def start(member: Member, submission: Submission, error: str = "") -> dict[str, Any]:
    """Download, fill in, upload: three steps, or the first one alone where nothing can be saved."""
    own = [submission.public_id]
    return {
        "submission": heading(submission, is_open(member, submission, access(member, submission))),
        "back_url": reverse("submission", args=own),
        "download_url": reverse("submission-workbook-download", args=own),
        "upload_url": reverse("submission-workbook-upload", args=own),
        "most_mb": settings.UPLOAD_MAX_MB,
        "accept": recognising.accept([recognising.XLSX]),
        "error": error,
    }


def preview(
    submission: Submission, file: StoredFile, look: Look, error: str = "", chosen: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Conflicts to decide, faults, cells that were emptied, and every other change; `chosen` is what was posted before."""
    seen, picked = look.preview, chosen or {}
    shown_changes = [_change(submission, look, change, picked) for change in seen.changes]
    of = {kind: [c for c in shown_changes if c["kind"] == kind] for kind in (changes.CONFLICT, changes.CLEARED)}
    plain = [c for c in shown_changes if c["kind"] in (changes.NEW, changes.CHANGED)]
    own = [submission.public_id]
    counts = {
        "new": len(seen.of(changes.NEW)),
        "changed": len(seen.of(changes.CHANGED)),
        "conflicts": len(of[changes.CONFLICT]),
        "cleared": len(of[changes.CLEARED]),
        "faults": len(seen.faults),
        "unchanged": seen.unchanged,
    }
    return {
        "submission": heading(submission, True),
        "name": file.name,
        "title": _title(len(shown_changes), len(seen.faults)),
        "counts": counts,
        "conflicts": of[changes.CONFLICT],
        "cleared": of[changes.CLEARED],
        "changes": plain,
        "faults": [_fault(look, fault) for fault in seen.faults],
        "leave_out": picked.get("leave_out") == str(len(seen.faults)),
        "leave_out_text": _leave_out(len(seen.faults), len(shown_changes)),
        "can_apply": bool(shown_changes),
        "error": error,
        "apply_url": reverse("submission-workbook-apply", args=[*own, file.public_id]),
        "back_url": reverse("submission-workbook", args=own),
    }


def _title(count: int, faults: int) -> str:
    if not count and not faults:
        return _("Nothing in this workbook differs from what is stored")
    if not count:
        return ngettext("%(n)d place to mend, no change", "%(n)d places to mend, no change", faults) % {"n": faults}
    return ngettext("%(n)d change to look at", "%(n)d changes to look at", count) % {"n": count}


def _leave_out(faults: int, count: int) -> str:
    if faults == 1:
        text = ngettext(
            "Leave out the place above and apply the %(n)d other change.",
            "Leave out the place above and apply the %(n)d other changes.",
            count,
        )
    else:
        text = ngettext(
            "Leave out the places above and apply the %(n)d other change.",
            "Leave out the places above and apply the %(n)d other changes.",
            count,
        )
    return text % {"n": count}


def done(submission: Submission, rows: list[Answer]) -> dict[str, Any]:
    """The answers that stand as a workbook left them."""
    catalogue = selectors.catalogue_of(submission)
    found = {row.question.code: row for row in rows}
    saved = [
        {"code": code, "text": text, "url": url}
        for code, text, url in (
            _question(submission, code) for code in _order(catalogue, submission.view) if code in found
        )
    ]
    title = ngettext(
        "%(n)d answer was saved from the workbook", "%(n)d answers were saved from the workbook", len(saved)
    )
    return {
        "submission": heading(submission, True),
        "title": title % {"n": len(saved)},
        "saved": saved,
        "back_url": reverse("submission-workbook", args=[submission.public_id]),
        "survey_url": reverse("submission", args=[submission.public_id]),
    }


def _order(catalogue: Any, view: str) -> Iterator[str]:
    yield from (q.code for q in catalogue.questions_of(view))
    yield from (i.code for i in catalogue.items_of(view))


def _question(submission: Submission, code: str) -> tuple[str, str, str]:
    """Code, text and address of a question or another item."""
    catalogue = selectors.catalogue_of(submission)
    question = catalogue.question_by_code.get(code)
    if question is not None:
        url = reverse("submission-dimension", args=[submission.public_id, question.dimension])
        return code, question.text, f"{url}#{code}"
    return code, catalogue.item_by_code[code].title, reverse("submission-item", args=[submission.public_id, code])


def _fault(look: Look, fault: Fault) -> dict[str, str]:
    return {
        "place": place_of(fault.place),
        "code": fault.code,
        "found": fault.found,
        "text": words.sentence(fault, look.survey.layout, look.survey.catalogue),
    }


def place_of(place: Place) -> str:
    """Where something stands, as people find it in the workbook."""
    words_of = {"sheet": place.sheet, "row": place.row, "column": sheets.column_letter(place.column)}
    if place.column:
        return _("“%(sheet)s”, cell %(column)s%(row)s") % words_of
    if place.row:
        return _("“%(sheet)s”, row %(row)s") % words_of
    return _("“%(sheet)s”") % words_of if place.sheet else _("The workbook")


def _change(submission: Submission, look: Look, change: Change, chosen: Mapping[str, str]) -> dict[str, Any]:
    code, text, url = _question(submission, change.code)
    row = look.rows.get(change.code)
    block = next((b for b in look.survey.layout.blocks if b.code == change.code), None)
    item = look.survey.catalogue.item_by_code.get(change.code)
    wanted = change.answer or change.emptied or EMPTY
    now = change.stored or EMPTY

    def lines(after: changes.Answer) -> list[dict[str, str]]:
        if block is None or item is None:
            return list(_scale_lines(now, after))
        return list(_item_lines(look, block, item, now, after))

    return {
        "code": code,
        "text": text,
        "url": url,
        "kind": change.kind,
        "version": change.version,
        "place": place_of(change.place),
        "lines": lines(wanted),
        "who": row.saved_by.get_full_name() if row and row.saved_by else "",
        "when": row.saved_at if row else None,
        "gone": ", ".join(_gone(look, block, item, path) for path in change.gone),
        "mine": chosen.get(f"choice-{code}") == f"mine:{change.version}",
        "empty": chosen.get(f"empty-{code}") == str(change.version),
    }


def _gone(look: Look, block: Block | None, item: Item | None, path: str) -> str:
    """What people call an emptied cell."""
    if block is None or item is None:
        return words.column_name(path)
    catalogue = look.survey.catalogue
    row, _dot, key = path.rpartition(".")
    spec = next((f for f in block.fields if f["key"] == key), None)
    if spec is None:
        return item.title
    name = words.field_name(item, spec, catalogue)
    return f"{words.row_name(item, row, catalogue)}: {name}" if row else name


def level_text(answer: changes.Answer) -> str:
    if answer.status == "level":
        return str(answer.level)
    return {"na": words.not_applicable(), "dk": words.do_not_know()}.get(answer.status, NOTHING)


def _scale_lines(now: changes.Answer, after: changes.Answer) -> Iterator[dict[str, str]]:
    """Answer, reason and comment, as far as they differ."""
    for label, before, then in (
        (words.column_name(at.ANSWER), level_text(now), level_text(after)),
        (words.column_name(at.REASON), now.reason, after.reason),
        (words.column_name(at.COMMENT), now.comment, after.comment),
    ):
        if before != then:
            yield {"label": label, "before": before or NOTHING, "after": then or NOTHING}


def _item_lines(
    look: Look, block: Block, item: Item, now: changes.Answer, after: changes.Answer
) -> Iterator[dict[str, str]]:
    """The fields that differ; of a register the rows that are gone and those that came."""
    catalogue = look.survey.catalogue
    before, then = (canonical(a.data or {}, zero=block.zero) for a in (now, after))
    if block.shape == at.TABLE:
        rows = [[_row_text(item, block, row) for row in data.get("rows", [])] for data in (before, then)]
        yield from ({"label": _("Row"), "before": r, "after": NOTHING} for r in rows[0] if r not in rows[1])
        yield from ({"label": _("Row"), "before": NOTHING, "after": r} for r in rows[1] if r not in rows[0])
        return
    places: list[tuple[str, Spec, Any, Any]] = []
    if block.shape == at.GRID:
        for row in block.rows:
            name = words.row_name(item, row, catalogue)
            for spec in block.fields:
                label = f"{name}: {words.field_name(item, spec, catalogue)}"
                places.append((label, spec, before.get(row, {}).get(spec["key"]), then.get(row, {}).get(spec["key"])))
    else:
        for spec in block.fields:
            label = words.field_name(item, spec, catalogue)
            places.append((label, spec, before.get(spec["key"]), then.get(spec["key"])))
    for label, spec, old, new in places:
        if old != new:
            yield {"label": label, "before": _cell_text(item, spec, old), "after": _cell_text(item, spec, new)}
    marks = [set(data.get("estimated", [])) for data in (before, then)]
    for spec in block.fields:
        if (spec["key"] in marks[0]) != (spec["key"] in marks[1]):
            told = [_("estimate") if spec["key"] in mark else _("no estimate") for mark in marks]
            yield {"label": words.field_name(item, spec, catalogue), "before": told[0], "after": told[1]}


def _cell_text(item: Item, spec: Spec, value: Any) -> str:
    if value in (None, ""):
        return NOTHING
    found = shown(spec, value, words.options_of(item, spec))
    return item_words.shown(found) if isinstance(found, int | float) and not isinstance(found, bool) else str(found)


def _row_text(item: Item, block: Block, row: Mapping[str, Any]) -> str:
    return " · ".join(
        _cell_text(item, spec, row[spec["key"]]) for spec in block.fields if row.get(spec["key"]) is not None
    )
