"""Where stored files lie: outside the web root, in a private folder or in an object store, as STORAGES["private"] says.

Bytes know no transaction. `write` and `remove` make them follow the one they are called in: what was written goes again
unless it commits, what is removed goes only once it has committed. A process killed in between leaves bytes without a
row, never a row without bytes; `manage.py prune_files` clears them.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.db import connection, transaction

log = logging.getLogger(__name__)
_here = threading.local()


class PrivateFiles(FileSystemStorage):
    """A folder that only this process may enter; its files have no address."""

    def __init__(self, location: str) -> None:
        super().__init__(location=location, file_permissions_mode=0o600, directory_permissions_mode=0o700)

    def url(self, name: str | None) -> NoReturn:
        raise ValueError("This file is not accessible via a URL.")


def private() -> Storage:
    """The storage of evidence, uploads and exports. It has no URLs: views hand files out after asking `can`."""
    return storages["private"]


def tenant_path(organisation_public_id: str, kind: str, name: str) -> str:
    """The storage key of one organisation's file: nothing of the name given by a person becomes a folder.

    >>> tenant_path("abc", "evidence", "../../etc/passwd")
    'abc/evidence/passwd'
    """
    clean = name.replace("\\", "/").replace("\x00", "").rsplit("/", 1)[-1].lstrip(".") or "file"
    return f"{organisation_public_id}/{kind}/{clean}"


def write(key: str, content: File) -> str:
    """Store bytes for as long as this transaction lives, and for good once it commits; raises OSError.

    Returns the key they lie under.
    """
    try:
        kept = private().save(key, content)
    except OSError:
        delete(key)  # a full disk leaves half a file
        raise
    pending: set[str] = _here.__dict__.setdefault("pending", set())
    pending.add(kept)
    transaction.on_commit(lambda: pending.discard(kept))  # Django forgets it when the transaction or savepoint fails
    return kept


def remove(key: str) -> None:
    """Delete bytes once the row that owned them is gone for good."""
    transaction.on_commit(lambda: delete(key))


def delete(key: str) -> None:
    with suppress(FileNotFoundError):
        try:
            private().delete(key)
        except OSError as error:
            log.error("stored bytes %s could not be deleted: %s", key, error)


@contextmanager
def follows_the_transaction() -> Iterator[None]:
    """Around a transaction: whatever was written in it and did not commit is deleted."""
    try:
        yield
    finally:
        if not connection.in_atomic_block:  # the outermost one has ended, one way or the other
            pending: set[str] = _here.__dict__.setdefault("pending", set())
            while pending:
                delete(pending.pop())
