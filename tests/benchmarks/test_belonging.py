"""Two connections meet: a record belongs to a dataset that is there, as foreign keys promised (migration 0010)."""

import threading
import time
from collections.abc import Iterator

import psycopg2
import psycopg2.extensions
import pytest
from django.db import connection
from psycopg2.errors import ForeignKeyViolation

RECORD = """
INSERT INTO benchmarks_record (dataset_id, brought_by_id, revision, is_current, record_key, industry, region, size_band,
                               process_type, submitted_on, completion, scores)
VALUES (%s, %s, 1, true, 'a company', '28', 'Europe', '<250', 'discrete', '2026-03-31', 1000, '{2000}')
"""
DATASET = """
INSERT INTO benchmarks_dataset (public_id, name, illustrative, measures, families, source, period, licence, key)
VALUES ('2222222222222222', 'two meet', true, '{CAP1}', '{}', 'a test', '2026', '', '') RETURNING id
"""
DELETE = "DELETE FROM benchmarks_dataset WHERE id = %s"


@pytest.fixture
def two(db: None) -> Iterator[tuple[psycopg2.extensions.connection, psycopg2.extensions.connection, int]]:
    """Two connections of their own, and the key of a committed dataset without records."""
    connection.ensure_connection()
    own = ("cursor_factory", "context")  # of Django
    given = {key: value for key, value in connection.get_connection_params().items() if key not in own}
    first, second = psycopg2.connect(**given), psycopg2.connect(**given)
    with first, first.cursor() as cursor:
        cursor.execute(DATASET)
        (dataset,) = cursor.fetchone()
    try:
        yield first, second, dataset
    finally:
        for each in (first, second):
            each.rollback()
        with first, first.cursor() as cursor:
            cursor.execute("DELETE FROM benchmarks_record WHERE dataset_id = %s", [dataset])
            cursor.execute(DELETE, [dataset])
        first.close()
        second.close()


def meet(first, second, one: tuple[str, list], two: tuple[str, list]) -> Exception | None:
    """`second` runs its statement while `first` has not committed its own; what the second one is told."""
    told: list[Exception | None] = []

    def run() -> None:
        try:
            with second.cursor() as cursor:
                cursor.execute(*two)
            second.commit()
            told.append(None)
        except psycopg2.Error as error:
            told.append(error)

    with first.cursor() as cursor:
        cursor.execute(*one)
    thread = threading.Thread(target=run)
    thread.start()
    until = time.monotonic() + 20
    waiting = False
    while not waiting and time.monotonic() < until:  # it must wait for the first, else this test proves nothing
        with first.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = %s", [second.info.backend_pid])
            waiting = cursor.fetchone()[0] > 0
        assert not told
    assert waiting
    first.commit()
    thread.join(20)
    return told[0]


def test_who_deletes_a_dataset_waits_for_whoever_brings_records_and_is_refused(two):
    first, second, dataset = two
    told = meet(first, second, (RECORD, [dataset, None]), (DELETE, [dataset]))
    assert isinstance(told, ForeignKeyViolation)
    assert "records belong to this row" in str(told)


def test_who_brings_records_waits_for_whoever_deletes_the_dataset_and_is_refused(two):
    first, second, dataset = two
    told = meet(first, second, (DELETE, [dataset]), (RECORD, [dataset, None]))
    assert isinstance(told, ForeignKeyViolation)
    assert "does not exist" in str(told)
    with first.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM benchmarks_record WHERE dataset_id = %s", [dataset])
        assert cursor.fetchone() == (0,)
