"""The service worker, which has to lie at the root to see every page, and the page it shows without network."""

import json
from functools import lru_cache
from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

FOLDER = settings.BASE_DIR / "static"


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    return HttpResponse(script(), content_type="text/javascript", headers={"Cache-Control": "no-cache"})


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    return render(request, "offline.html")


@lru_cache(maxsize=1)
def script() -> str:
    """static/js/sw.js behind what it has to know; its version changes with every static file of ours."""
    files = sorted(f for f in FOLDER.rglob("*.*") if f.name != "sw.js")
    digest = sha256(b"".join(f.read_bytes() for f in [*files, FOLDER / "js" / "sw.js"])).hexdigest()[:12]
    known = {
        "VERSION": digest,
        "FILES": [static(str(f.relative_to(FOLDER))) for f in files],
        "OFFLINE": reverse("offline"),
        "SIGN_OUT": reverse("account_logout"),
    }
    lines = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in known.items())
    return lines + (FOLDER / "js" / "sw.js").read_text()
