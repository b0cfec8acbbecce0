"""Serve plotly.js from the installed wheel: nothing third-party lies in the repository."""

from pathlib import Path
from typing import Any

import plotly
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

FOLDER = Path(plotly.__file__).parent / "package_data"
NAME = "plotly.min.js"


class PlotlyFinder(BaseFinder):
    """Finds exactly one file, `plotly.min.js`."""

    storage = FileSystemStorage(location=FOLDER)

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        hit = str(FOLDER / NAME) if path == NAME else None
        return [hit] * bool(hit) if find_all else hit or []

    def list(self, ignore_patterns: Any) -> Any:
        yield NAME, self.storage
