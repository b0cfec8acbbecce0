"""Figures as the reader's language writes them: rounded once, half up, with its decimal mark."""

from django.utils.formats import get_format

from benchmarks import statistics


def written(digits: str) -> str:
    """Plain digits with the decimal mark of the language.

    >>> written("2.3")
    '2.3'
    """
    return digits.replace(".", str(get_format("DECIMAL_SEPARATOR")))


def one(value: float) -> str:
    """A level as people read it: one decimal."""
    return written(statistics.one(value))


def two(value: float) -> str:
    """A mean of levels: two decimals."""
    return written(statistics.two(value))
