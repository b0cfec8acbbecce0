"""PURE: content -> PDF by typst: tagged for screen readers (PDF/UA-1), bookmarks, vectors; no network, no files but ours.

The templates get the content as data. Text is never read as markup, so nothing in a name can run or load anything.
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import typst

from opmodel.dashboards.reports.look import TOKENS, Content, Look

HERE = Path(__file__).resolve().parent / "typst"


def build(content: Content, look: Look, code: str, address: str) -> bytes:
    """The PDF of a report, or the one page of a site."""
    return compiled("site" if content["kind"] == "site" else "report", content, look, code, address)


def compiled(template: str, content: Content, look: Look, code: str, address: str) -> bytes:
    """Compile a template; raises typst.TypstError when it is wrong."""
    sources = {"main": (HERE / f"{template}.typ").read_bytes(), "parts.typ": (HERE / "parts.typ").read_bytes()}
    inputs = {"data": json.dumps(data_of(content, look, code, address))}
    made = date.fromisoformat(content["made"]["iso"])
    order: dict[str, Any] = {
        "input": sources, "format": "pdf", "sys_inputs": inputs, "timestamp": datetime(made.year, made.month, made.day, tzinfo=UTC),
    }  # fmt: skip
    drawn: bytes
    try:
        drawn = typst.compile(**order, ignore_system_fonts=True, pdf_standards=["ua-1"])
        return drawn
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
    # A sign that no font at hand has, in a name: then a font of this machine, and no promise about the standard. The text
    # itself is whole, for screen readers and for searching.
    drawn = typst.compile(**order)
    return drawn


def data_of(content: Content, look: Look, code: str, address: str) -> Mapping[str, Any]:
    """What the templates read: the content, the colours, the logo as bytes, the code."""
    return {
        "content": dict(content),
        "tokens": TOKENS,
        "accent": look.colour,
        "logo": list(look.logo) if look.logo else None,
        "code": code,
        "check": content["words"]["check"] % {"address": address},
        "made": content["words"]["made"] % {"day": content["made"]["text"]},
    }
