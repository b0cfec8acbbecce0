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
from benchmarks.models import Dataset, Record

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
    if old is not None and old.is_current and all(getattr(old, name) == value for name, value in fields.items()):
        return old
    if old is not None:
        Record.objects.filter(pk=old.pk).update(is_current=False)
    made = Record.objects.create(dataset=dataset, record_key=key, revision=old.revision + 1 if old else 1, **fields)
    _say_period(dataset)
    return made


@transaction.atomic
def drop(*, key: str) -> None:
    """All versions of a row go; the next release is made without it."""
    dataset = Dataset.objects.select_for_update().filter(name=NAME).first()
    if dataset is not None:
        Record.objects.filter(dataset=dataset, record_key=key).delete()
        _say_period(dataset)


def _say_period(dataset: Dataset) -> None:
    days = dataset.records.filter(is_current=True).aggregate(first=Min("submitted_on"), last=Max("submitted_on"))
    period = f"{days['first']:%Y-%m} to {days['last']:%Y-%m}" if days["first"] else ""
    Dataset.objects.filter(pk=dataset.pk).update(period=period)
