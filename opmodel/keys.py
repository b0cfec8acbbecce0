"""Opaque public ids: what URLs and the API show instead of running numbers."""

import re
import secrets

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # no 0/o, 1/l/i: people read ids aloud
PATTERN = "[0-9a-z]{1,20}"


def new_public_id() -> str:
    """16 characters, 79 bits: cannot be guessed, does not count anything."""
    return "".join(secrets.choice(ALPHABET) for _ in range(16))


def public_id_in(text: str) -> str:
    """An id that comes in a form or a body: "", which is nobody's, for whatever cannot be one (PostgreSQL takes no NUL).

    >>> public_id_in("abc2"), public_id_in("a\\x00b"), public_id_in("\\ud800")
    ('abc2', '', '')
    """
    return text if re.fullmatch(PATTERN, text) else ""


class PublicId:
    """The path converter `<pid:...>`: whatever cannot be a public id is no address at all, so it is a plain 404."""

    regex = PATTERN

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
