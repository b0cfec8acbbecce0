"""Long tables, one page of rows at a time: by links, so that it works without JavaScript."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest


@dataclass(frozen=True)
class Pages:
    """The rows `first` to before `last` stand on this page; `links` lead to all of them."""

    first: int
    last: int
    links: list[dict[str, Any]]


def pages_of(request: HttpRequest, total: int, rows: int, usual: int = 1) -> Pages:
    """The page of ?page=… (without it the `usual` one) of a table of `total` rows; raises Http404 for one that is not there."""
    asked = request.GET.get("page", str(usual))
    page = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 0
    pages = max(1, -(-total // rows))
    if not 1 <= page <= pages:
        raise Http404
    kept = {key: value for key, value in request.GET.items() if value and key != "page"}
    links = [{"n": n, "url": "?" + urlencode(kept | {"page": n}), "current": n == page} for n in range(1, pages + 1)]
    return Pages((page - 1) * rows, page * rows, links)
