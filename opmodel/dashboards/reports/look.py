"""PURE: how reports look: the tokens of the pages in print, the colour and the logo of an organisation, figures in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks import statistics

# The light values of static/css/tokens.css, by their names there.
TOKENS = {
    "paper": "#f7f6f2",
    "sunk": "#efede6",
    "line": "#dcd8cc",
    "edge": "#8a8577",
    "ink": "#17212b",
    "ink-2": "#4d5965",
    "accent": "#0b5d57",
    "warn": "#8a5100",
    "warn-soft": "#fbf0dc",
    "bad": "#a4262c",
    "good": "#1e6b3c",
    "cap": "#2f5fa8",
    "vst": "#0f7b6c",
    "res": "#9a6000",
    "gov": "#7a3f8f",
    "peer": "#c9cfd6",
    "peer-strong": "#75808b",
}
Content = Mapping[str, Any]


@dataclass(frozen=True)
class Look:
    """The colour of titles and own marks, and the logo as a PNG; "" and None are the look of the product."""

    accent: str = ""
    logo: bytes | None = None

    @property
    def colour(self) -> str:
        return self.accent or TOKENS["accent"]


def component_colour(code: str) -> str:
    return TOKENS.get(code[:3].lower(), TOKENS["ink-2"])


def one(value: float | None, mark: str) -> str:
    """A level as people read it, with the decimal mark of the language.

    >>> one(2.25, ","), one(None, ".")
    ('2,3', '–')
    """
    return "–" if value is None else statistics.one(value).replace(".", mark)


def signed(value: float | None, mark: str) -> str:
    """A difference of levels with its sign.

    >>> signed(-0.25, "."), signed(0.04, "."), signed(None, ".")
    ('−0.3', '0.0', '–')
    """
    if value is None:
        return "–"
    text = one(abs(value), mark)
    return text if not statistics.half_up(abs(value)) else f"{'+' if value > 0 else '−'}{text}"


def shortened(text: str, most: int) -> str:
    """At most so many characters, cut between words.

    >>> shortened("one two three", 9)
    'one two …'
    """
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(" ,;.") + " …"
