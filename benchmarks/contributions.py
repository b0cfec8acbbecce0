"""Rows that organisations of this installation give to the peers, and take back. One row a legal group."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max, Min

from benchmarks.cells import Segments
from benchmarks.models import Dataset, Record, ReleaseMember
from benchmarks.releases import reference

NAME = "contributions"
SOURCE = "Organisations of this installation"
SEGMENTS = ("industry", "region", "size_band", "process_type")


class NotTaken(ValueError):
    """The row was not taken; the text says why."""


@dataclass(frozen=True)
class Row:
    """What leaves an organisation: segments, the day of its submission, completion and scores in thousandths."""

    industry: str
    region: str
    size_band: str
    process_type: str
    submitted_on: str  # ISO
    completion: int
    scores: tuple[int | None, ...]

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"scores": list(self.scores)}

    @property
    def digest(self) -> str:
        """What a page shows is sent with it, so that nothing else leaves than what was seen."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()


def key_of(legal_group: str) -> str:
    """What a legal group is filed under: a hash, so that its name is nowhere among the peers.

    >>> key_of(" Nordwerk  AG ") == key_of("nordwerk ag")
    True
    """
    return hashlib.sha256(" ".join(legal_group.casefold().split()).encode()).hexdigest()


def missing_segments(row: Row, known: Segments) -> list[str]:
    """The segments without a value that peers are compared by."""
    lists: Mapping[str, Any] = {
        "industry": known.sector_of,
        "region": known.regions,
        "size_band": known.size_bands,
        "process_type": known.process_types,
    }
    return [name for name in SEGMENTS if getattr(row, name) not in lists[name]]


@transaction.atomic
def take(*, key: str, row: Row, measures: Sequence[str], families: Mapping[str, Sequence[str]]) -> Record:
    """Put a row among the contributed records; other content than before is a correction. Raises NotTaken."""
    Dataset.objects.get_or_create(
        name=NAME,
        defaults={
            "illustrative": False, "measures": list(measures), "families": dict(families), "source": SOURCE, "period": "",
        },
    )  # fmt: skip
    dataset = Dataset.objects.select_for_update().get(name=NAME)
    if dataset.measures != list(measures):
        raise NotTaken("the contributed records hold other measures than this questionnaire")
    old = Record.objects.filter(dataset=dataset, record_key=key).order_by("-revision").first()
    fields = row.as_json() | {"submitted_on": date.fromisoformat(row.submitted_on)}
    if old is not None and old.is_current and _is_current(old, row.as_json()):
        return old
    if old is not None:
        Record.objects.filter(pk=old.pk).update(is_current=False)
    revision = _unused(dataset, key, old.revision + 1 if old else 1)
    made = Record.objects.create(dataset=dataset, record_key=key, revision=revision, **fields)
    _say_period(dataset)
    return made


def _unused(dataset: Dataset, key: str, revision: int) -> int:
    """The next revision that no release has seen: a row that was taken back and comes again is a new record to the audit."""
    while ReleaseMember.objects.filter(
        release__dataset=dataset, record_ref=reference(dataset, key, revision)
    ).exists():  # fmt: skip
        revision += 1
    return revision


def stands(key: str, row: Mapping[str, Any]) -> bool:
    """Whether a row, as `Row.as_json`, is the one that counts of its legal group. One query."""
    return _is_current(Record.objects.filter(dataset__name=NAME, record_key=key, is_current=True).first(), row)


def _is_current(record: Record | None, row: Mapping[str, Any]) -> bool:
    fields = {**row, "submitted_on": date.fromisoformat(row["submitted_on"])}
    return record is not None and all(getattr(record, name) == value for name, value in fields.items())


@transaction.atomic
def drop(*, key: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """All versions of a legal group's record go, and the next release is made without it.

    `rows` are what an organisation gave. Where the row that counts is none of them, another organisation of the group has
    replaced it since: that one stays, as it was not taken back.
    """
    dataset = Dataset.objects.select_for_update().filter(name=NAME).first()
    if dataset is None:
        return
    versions = Record.objects.filter(dataset=dataset, record_key=key)
    current = versions.filter(is_current=True).first()
    if current is not None and not any(_is_current(current, row) for row in rows):
        versions = versions.exclude(pk=current.pk)
    versions.delete()
    _say_period(dataset)


def _say_period(dataset: Dataset) -> None:
    days = dataset.records.filter(is_current=True).aggregate(first=Min("submitted_on"), last=Max("submitted_on"))
    period = f"{days['first']:%Y-%m} to {days['last']:%Y-%m}" if days["first"] else ""
    Dataset.objects.filter(pk=dataset.pk).update(period=period)
