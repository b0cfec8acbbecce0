"""Where stored files lie: outside the web root, in a private folder or in an object store, as STORAGES["private"] says."""

from typing import NoReturn

from django.core.files.storage import FileSystemStorage, Storage, storages


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
