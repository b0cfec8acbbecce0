"""PURE: whether a colour can be read on white and on the warm paper of the pages (WCAG 2.2, 1.4.3)."""

import re

WHITE, PAPER = "#ffffff", "#f7f6f2"
ENOUGH = 4.5


def clean(text: str) -> str:
    """A colour as #rrggbb in small letters; "" when it is none.

    >>> clean(" #0B5D57 "), clean("0b5d57"), clean("#abc"), clean("teal")
    ('#0b5d57', '#0b5d57', '#aabbcc', '')
    """
    found = re.fullmatch(r"#?([0-9a-f]{6}|[0-9a-f]{3})", text.strip().lower())
    if found is None:
        return ""
    digits = found[1] if len(found[1]) == 6 else "".join(2 * d for d in found[1])
    return f"#{digits}"


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb.

    >>> luminance("#ffffff"), luminance("#000000")
    (1.0, 0.0)
    """
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """From 1 to 21.

    >>> contrast("#000000", "#ffffff"), round(contrast("#777777", "#ffffff"), 2)
    (21.0, 4.48)
    """
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def weakest(colour: str) -> float:
    """The lower of its contrasts to white and to the paper, rounded down: what is shown as 4.5 is 4.5.

    >>> weakest("#000000"), weakest("#777777")
    (19.4, 4.1)
    """
    return int(10 * min(contrast(colour, WHITE), contrast(colour, PAPER)) + 1e-9) / 10
