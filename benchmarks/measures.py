"""Which measures a new dataset has, and what its segments are called. This room knows measures as data: assessments says what is asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Measures:
    """The codes in their order, which of them are made of which others, and a segment's name in the reader's language."""

    codes: Sequence[str]
    families: Mapping[str, Sequence[str]]
    word: Callable[[str], str] = str


Source = Callable[[], Measures | None]
_sources: list[Source] = []


def source(function: Source) -> Source:
    """Register the function that knows the measures; None while no questionnaire is published."""
    _sources[:] = [function]
    return function


def current() -> Measures | None:
    return _sources[0]() if _sources else None
