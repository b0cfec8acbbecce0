"""Every write on the way of a file of peer records: taken in, its columns named, checked, confirmed or cancelled, applied.

Each is one transaction. The reading in between is none: it may take minutes and leaves nothing behind.
"""

import io
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models import Max, Min
from django.db.models.functions import Now
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from benchmarks import contributions, measures
from benchmarks.intake import running, steps, wording
from benchmarks.intake.layout import Fault, Order, Unreadable
from benchmarks.intake.staging import Change, Stage, stage
from benchmarks.models import Dataset, Import
from benchmarks.models import Mapping as SavedMapping
from benchmarks.settings import segments
from opmodel.files import incoming, storage
from opmodel.files.recognising import PEER_FILES
from opmodel.keys import new_public_id
from opmodel.organisations.tenancy import for_installation

State = Import.State
OPEN = (State.CHECKING, State.NAMING, State.READY, State.APPLYING)
Messages = Callable[[BinaryIO, Order], Iterator[tuple[dict[str, Any], bytes]]]
Progress = Callable[[float], None]


class Refused(ValueError):
    """A file or a step that is not taken; says why. Nothing was changed."""

    def __init__(self, message: str, *, field: str = "", status: int = 400) -> None:
        super().__init__(message)
        self.message, self.field, self.status = message, field, status


class Faulty(ValueError):
    """A file with errors: nothing was imported. `errors` as they are kept on an import, `count` of all of them."""

    def __init__(self, errors: list[dict[str, Any]], count: int) -> None:
        lines = [str(line) for line in wording.shown(errors[:20])]
        if count > len(lines):
            lines.append(_("and %(n)s more") % {"n": count - len(lines)})
        super().__init__("\n".join([_("Errors: %(n)s. Nothing was imported.") % {"n": count}, *lines]))
        self.errors, self.count = errors, count


def receive(
    *, by: int, upload: File | None, dataset_name: str, illustrative: bool, source: str, licence: str = "",
    period: str = "", collected: str = "",
) -> Import:  # fmt: skip
    """Store a file and have it checked; the same file on its way already is given back. Raises Refused, FileRefused."""
    checked = incoming.inspect(upload, allow=PEER_FILES, most_mb=settings.PEERS_MAX_MB)
    dataset = _admissible(dataset_name, illustrative, checked.sha256)
    on_its_way = Import.objects.filter(
        file_hash=checked.sha256, dataset_name=dataset_name, illustrative=illustrative, state__in=OPEN
    ).first()
    if on_its_way is not None:
        return on_its_way
    checked.upload.seek(0)
    saved = SavedMapping.objects.filter(source=source).first()
    try:
        key = storage.write(f"installation/peers/{new_public_id()}{new_public_id()}", checked.upload)
    except OSError as error:
        raise incoming.no_room("file") from error
    card = Import.objects.create(
        dataset=dataset, dataset_name=dataset_name, illustrative=illustrative, file_name=checked.name,
        file_hash=checked.sha256, storage_key=key, source=source, licence=licence, period=period, collected=collected,
        columns=saved.columns if saved else {}, imported_by=by,
    )  # fmt: skip
    steps.order(card, by=by)
    return card


def name_columns(*, by: int, card: Import, columns: Mapping[str, str]) -> Import:
    """Say which column of the file is which of ours; kept for the next file of this source. Raises Refused."""
    card = _locked(card, State.NAMING)
    known = order_of(card)
    wrong = [ours for ours in known.ours if ours not in known.measures and not columns.get(ours)]
    if wrong:
        raise Refused(_("Choose a column for: %(names)s.") % {"names": ", ".join(wrong)}, field=wrong[0])
    if not any(columns.get(measure) for measure in known.measures):
        raise Refused(_("Choose a column for at least one measure."), field=known.measures[0])
    chosen = {ours: columns.get(ours, "") for ours in known.ours}
    used = [name for name in chosen.values() if name]
    if strange := next((name for name in used if name not in card.found_columns), ""):
        raise Refused(_("The file has no column “%(name)s”.") % {"name": strange})
    if twice := next((name for name in used if used.count(name) > 1), ""):
        raise Refused(_("The column “%(name)s” is chosen twice.") % {"name": twice})
    SavedMapping.objects.update_or_create(source=card.source, defaults={"columns": chosen, "updated_at": Now()})
    _move(card, State.CHECKING, columns=chosen)
    steps.order(card, by=by)
    return card


def confirm(*, by: int, card: Import) -> Import:
    """Have a checked file written into its dataset. Raises Refused."""
    card = _locked(card, State.READY)
    _move(card, State.APPLYING, imported_by=by)
    steps.order(card, by=by)
    return card


def again(*, by: int, card: Import) -> Import:
    """Have a step done anew whose job failed for good. Raises Refused."""
    card = _locked(card, *steps.STEPS)
    if not steps.stopped([card]):
        raise Refused(_("Somebody was faster: look at what this file is doing now."), status=409)
    steps.order(card, by=by)
    return card


def cancel(*, by: int | None, card: Import) -> Import:
    """Throw a file away that is not in its dataset. Raises Refused."""
    card = _locked(card, *OPEN)
    storage.remove(card.storage_key)
    _move(card, State.CANCELLED, storage_key="", preview={})
    return card


def check(*, card: Import, read: Messages = running.messages, progress: Progress | None = None) -> None:
    """Read a file from end to end and note what it would do, or what is wrong with it. Does nothing a second time."""
    if card.state != State.CHECKING:
        return
    with stage() as staged:
        report = _report(card, staged, read, progress)
        change = staged.compare(card.dataset) if not report["error_count"] else Change(report["rows"], 0, 0)
    with for_installation(card.imported_by), transaction.atomic():
        card = Import.objects.select_for_update().get(pk=card.pk)
        if card.state != State.CHECKING:
            return
        found = {"found_columns": report["header"], "rows": change.rows}
        if report["to_name"]:
            _move(card, State.NAMING, **found)
        elif report["error_count"]:
            _refuse(card, report, **found)
        else:
            preview = {name: report[name] for name in ("sample", "counts", "days")}
            counted = {"rows_new": change.new, "rows_corrected": change.corrected}
            _move(card, State.READY, preview=preview, **found, **counted)


def apply(*, card: Import, read: Messages = running.messages, progress: Progress | None = None) -> None:
    """Write a confirmed file into its dataset, whole or not at all. Does nothing a second time."""
    if card.state != State.APPLYING:
        return
    with stage() as staged:
        report = _report(card, staged, read, progress)
        with for_installation(card.imported_by), transaction.atomic():
            card = Import.objects.select_for_update().get(pk=card.pk)
            if card.state != State.APPLYING:
                return
            if report["error_count"]:
                _refuse(card, report)
                return
            try:
                _admissible(card.dataset_name, card.illustrative, card.file_hash)
            except Refused as refused:  # another file was faster
                code = "other_kind" if refused.field == "illustrative" else "known_file"
                _refuse(card, _nothing_but(Fault(0, "", "", code)))
                return
            _write(card, staged, report)


@transaction.atomic
def bring_in(
    *, upload: File, dataset_name: str, illustrative: bool, source: str, licence: str = "", period: str = "",
    collected: str = "", columns: Mapping[str, str] | None = None, by: int | None = None,
    read: Messages = running.messages,
) -> Import:  # fmt: skip
    """All steps at once, for whoever stands at the machine. Raises Refused, Faulty or FileRefused."""
    checked = incoming.inspect(upload, allow=PEER_FILES, most_mb=settings.PEERS_MAX_MB)
    dataset = _admissible(dataset_name, illustrative, checked.sha256)
    card = Import(
        dataset=dataset, dataset_name=dataset_name, illustrative=illustrative, file_name=checked.name,
        file_hash=checked.sha256, source=source, licence=licence, period=period, collected=collected,
        columns=dict(columns or {}), imported_by=by, state=State.APPLYING,
    )  # fmt: skip
    with stage() as staged:
        report = read_into(staged, checked.upload, order_of(card), read)
        if report["error_count"]:
            raise Faulty(report["errors"], report["error_count"])
        card.save()
        return _write(card, staged, report)


def read_into(
    staged: Stage, upload: Any, order: Order, read: Messages = running.messages, progress: Progress | None = None
) -> dict[str, Any]:
    """Take the lines of a file as they come; gives the report, which holds the errors when it cannot be read at all."""
    try:
        with _on_disk(upload) as file:
            for head, lines in read(file, order):
                if "report" in head:
                    report: dict[str, Any] = head["report"]
                    return report
                if lines:
                    staged.take(lines)
                if progress is not None:
                    progress(head["share"])
    except Unreadable as error:
        return _nothing_but(error.fault)
    return _nothing_but(Fault(0, "", "", "too_large"))


def order_of(card: Import) -> Order:
    """How the file of an import is to be read: with the measures of its dataset, a new one those of the questionnaire."""
    known, current = segments(), measures.current()
    if card.dataset is None and current is None:
        raise Refused(_("No questionnaire is published yet, so nobody knows the measures. Run load_content first."))
    codes = card.dataset.measures if card.dataset else list(current.codes) if current else []
    allowed = {
        "industry": list(known.sector_of), "region": list(known.regions), "size_band": list(known.size_bands),
        "process_type": list(known.process_types),
    }  # fmt: skip
    return Order(kind_of(card.file_name), codes, allowed, localdate().isoformat(), dict(card.columns))


def kind_of(file_name: str) -> str:
    """csv, xlsx or parquet; a name with another ending was refused before."""
    ending = PurePosixPath(file_name).suffix.lstrip(".").lower()
    return next((kind.code for kind in PEER_FILES if ending in kind.endings), "csv")


def _report(card: Import, staged: Stage, read: Messages, progress: Progress | None) -> dict[str, Any]:
    try:
        with storage.private().open(card.storage_key) as upload:
            return read_into(staged, upload, order_of(card), read, progress)
    except FileNotFoundError:
        return _nothing_but(Fault(0, "", "", "gone"))


def _nothing_but(fault: Fault) -> dict[str, Any]:
    return {"header": [], "to_name": False, "rows": 0, "errors": [fault.as_json()], "error_count": 1}


@contextmanager
def _on_disk(upload: Any) -> Iterator[BinaryIO]:
    """The file as one another process can read; storages of objects and small uploads have none, they are copied."""
    upload.seek(0)
    try:
        upload.fileno()
    except (AttributeError, io.UnsupportedOperation):
        with tempfile.TemporaryFile() as copy:
            shutil.copyfileobj(upload, copy)
            copy.seek(0)
            yield copy  # type: ignore[misc]
    else:
        yield getattr(upload, "file", upload)


def _admissible(dataset_name: str, illustrative: bool, file_hash: str) -> Dataset | None:
    """The dataset of that name, None for a new one; raises Refused for the same file and for what must not mix."""
    applied = Import.objects.filter(file_hash=file_hash, state=State.APPLIED).first()
    if applied is not None:
        words = {"day": date_format(applied.created_at, "SHORT_DATE_FORMAT"), "name": applied.dataset_name}
        raise Refused(_("This file was imported on %(day)s into “%(name)s”.") % words, field="file", status=409)
    if dataset_name == contributions.NAME:
        text = _("“%(name)s” holds what organisations of this installation give; files go into another dataset.")
        raise Refused(text % {"name": dataset_name}, field="dataset_name", status=409)
    dataset = Dataset.objects.filter(name=dataset_name).first()
    if dataset is not None and dataset.illustrative != illustrative:
        text = (
            _("“%(name)s” holds made-up companies; real ones go into another dataset.")
            if dataset.illustrative
            else _("“%(name)s” holds real companies; made-up ones go into another dataset.")
        )
        raise Refused(text % {"name": dataset_name}, field="illustrative", status=409)
    return dataset


def _write(card: Import, staged: Stage, report: Mapping[str, Any]) -> Import:
    dataset = Dataset.objects.select_for_update().filter(name=card.dataset_name).first()
    if dataset is None:
        current = measures.current()
        assert current is not None, "order_of needed them"
        dataset = Dataset.objects.create(
            name=card.dataset_name, illustrative=card.illustrative, measures=list(current.codes),
            families={name: list(parts) for name, parts in current.families.items()}, source=card.source,
            period=card.period, licence=card.licence,
        )  # fmt: skip
    change = staged.write(dataset, card)
    period = card.period or "{:.7} to {:.7}".format(*report["days"])
    whole = dataset.records.filter(is_current=True).aggregate(first=Min("submitted_on"), last=Max("submitted_on"))
    Dataset.objects.filter(pk=dataset.pk).update(
        period=f"{whole['first']:%Y-%m} to {whole['last']:%Y-%m}", licence=card.licence or dataset.licence
    )
    if card.storage_key:
        storage.remove(card.storage_key)
    _move(
        card, State.APPLIED, dataset=dataset, period=period, rows=change.rows, rows_new=change.new,
        rows_corrected=change.corrected, applied_at=Now(), storage_key="",
    )  # fmt: skip
    return card


def _refuse(card: Import, report: Mapping[str, Any], **more: Any) -> None:
    storage.remove(card.storage_key)
    more |= {"errors": report["errors"], "error_count": report["error_count"], "storage_key": "", "preview": {}}
    _move(card, State.REFUSED, **more)


def _move(card: Import, state: str, **values: Any) -> None:
    Import.objects.filter(pk=card.pk).update(state=state, **values)
    card.refresh_from_db()


def _locked(card: Import, *states: str) -> Import:
    found = Import.objects.select_for_update().select_related(None).get(pk=card.pk)
    if found.state not in states:
        raise Refused(_("Somebody was faster: look at what this file is doing now."), status=409)
    return found
