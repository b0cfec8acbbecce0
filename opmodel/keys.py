"""Opaque public ids: what URLs and the API show instead of running numbers."""

import secrets

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # no 0/o, 1/l/i: people read ids aloud


def new_public_id() -> str:
    """16 characters, 79 bits: cannot be guessed, does not count anything."""
    return "".join(secrets.choice(ALPHABET) for _ in range(16))


class PublicId:
    """The path converter `<pid:...>`: whatever cannot be a public id is no address at all, so it is a plain 404."""

    regex = "[0-9a-z]{1,20}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
