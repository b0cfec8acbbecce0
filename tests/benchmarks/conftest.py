"""A small peer file: twelve made-up companies, two measures."""

import io
from collections.abc import Callable
from unittest import mock

import pytest
from django.core.files.base import File

from benchmarks.cells import Segments
from benchmarks.intake import cards, process
from benchmarks.measures import Measures
from benchmarks.models import Dataset, Import

MEASURES = ("CAP1", "OVERALL")
SEGMENTS = Segments(
    {"28": "Machinery", "29": "Vehicles"}, ("Europe", "North America"), ("<250", "250-999"), ("discrete", "hybrid")
)
HEADER = ["record_id", "industry", "region", "size_band", "process_type", "submitted_on", "completion", *MEASURES]


def record(number: int, **changes: str) -> dict[str, str]:
    """One row of the file; scores 1.0, 1.1, 1.2 ... by number."""
    score = f"{1 + number / 10:.1f}"
    row = [f"acme-{number}", "28", "Europe", "<250", "discrete", "2026-03-31", "0.95", score, score]
    return dict(zip(HEADER, row, strict=True)) | changes


def text_of(rows: list[dict[str, str]], header: list[str] = HEADER) -> bytes:
    lines = [",".join(header), *(",".join(row[name] for name in header) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def bring(
    content: bytes, name: str = "peers", file_name: str = "peers.csv", families: dict | None = None, **options: object
) -> Import:
    """Import a file into a dataset, read in this process: starting another one takes a second."""
    given = {"illustrative": False, "source": "a test", "read": process.messages} | options
    with (
        mock.patch.object(cards.measures, "current", return_value=Measures(MEASURES, families or {})),
        mock.patch.object(cards, "segments", return_value=SEGMENTS),
    ):
        return cards.bring_in(upload=File(io.BytesIO(content), name=file_name), dataset_name=name, **given)  # type: ignore[arg-type]


def load(content: bytes, name: str = "peers", **options: object) -> Dataset:
    return bring(content, name, **options).dataset  # type: ignore[arg-type, return-value]


@pytest.fixture
def peers(db: None) -> Callable[..., Dataset]:
    """Import rows as a dataset."""

    def make(rows: list[dict[str, str]] | None = None, name: str = "peers", **options: object) -> Dataset:
        return load(text_of(rows if rows is not None else [record(i) for i in range(12)]), name, **options)

    return make
