"""Serve the two browser libraries from their installed wheels, and nothing else of them: nothing third-party is committed."""

from pathlib import Path
from typing import Any

import django_htmx
import plotly
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

FILES = {  # static name -> folder that holds it
    "plotly.min.js": Path(plotly.__file__).parent / "package_data",
    "django_htmx/htmx-2.min.js": Path(django_htmx.__file__).parent / "static",
}


class VendorFinder(BaseFinder):
    """Finds exactly the files of FILES."""

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        hit = str(FILES[path] / path) if path in FILES else None
        return [hit] * bool(hit) if find_all else hit or []

    def list(self, ignore_patterns: Any) -> Any:
        for name, folder in FILES.items():
            yield name, FileSystemStorage(location=folder)
