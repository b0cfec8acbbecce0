"""What a report is known by: the hash of what it says, written the same way every time. PURE: no Django."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

SHORTEST, WHOLE = 16, 64  # characters of a hash: what is enough to name one report, all of it
PASSING = ("made", "report")  # what differs between two reports that say the same: the day and the report's own id


def canonical(content: Mapping[str, Any]) -> bytes:
    """The content as bytes that do not depend on the order of its keys, nor on spaces.

    >>> canonical({"b": 1.0, "a": "Ä"}) == canonical({"a": "Ä", "b": 1.0}) == '{"a":"Ä","b":1.0}'.encode()
    True
    """
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def hash_of(content: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical content, in hexadecimal: it changes when one figure, word or version does."""
    return hashlib.sha256(canonical(content)).hexdigest()


def hash_of_inputs(content: Mapping[str, Any]) -> str:
    """The same without the day and the id: equal for two reports that would say the same.

    >>> hash_of_inputs({"a": 1, "made": {"iso": "2026-01-01"}}) == hash_of_inputs({"a": 1})
    True
    """
    return hash_of({key: value for key, value in content.items() if key not in PASSING})


def spaced(code: str, group: int = 4) -> str:
    """A hash as people read and copy it, in groups.

    >>> spaced("0123456789ab")
    '0123 4567 89ab'
    """
    return " ".join(code[i : i + group] for i in range(0, len(code), group))


def typed(text: str) -> str:
    """The hash, or the beginning of one, that somebody typed or pasted; "" when it cannot be one.

    >>> typed(" 0123 4567-89AB cdef "), typed("0123"), typed("not a code at all")
    ('0123456789abcdef', '', '')
    """
    code = re.sub(r"[\s\-–:.]", "", text[:400]).lower()
    return code if re.fullmatch(rf"[0-9a-f]{{{SHORTEST},{WHOLE}}}", code) else ""
