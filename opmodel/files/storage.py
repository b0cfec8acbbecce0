"""Where stored files lie: a private folder outside the web root; an object store can take its place by settings."""

from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage
from django.utils.functional import LazyObject


class PrivateStorage(LazyObject):
    """Files are never served by a URL of the storage; views hand them out after asking `can`."""

    def _setup(self) -> None:
        self._wrapped: Storage = FileSystemStorage(
            location=settings.FILES_ROOT,
            base_url=None,
            file_permissions_mode=0o600,
            directory_permissions_mode=0o700,
        )


private = PrivateStorage()


def tenant_path(organisation_public_id: str, kind: str, name: str) -> str:
    """The storage key of one organisation's file: nothing of the name given by a person becomes a folder.

    >>> tenant_path("abc", "evidence", "../../etc/passwd")
    'abc/evidence/passwd'
    """
    clean = name.replace("\\", "/").rsplit("/", 1)[-1].lstrip(".") or "file"
    return f"{organisation_public_id}/{kind}/{clean}"
