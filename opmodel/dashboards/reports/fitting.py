"""PURE: what fits where on a slide: widths of columns and heights of rows by a careful guess of the letters. In inches."""

from collections.abc import Sequence

GUTTER, SMALLEST = 0.14, 9  # between columns; points of the smallest letters of a table


def letters(words: str, size: float, strong: bool) -> float:
    """Inches that a line of text takes, by a careful guess."""
    return len(words) * size * (0.555 if strong else 0.505) / 72


def needed_widths(rows: Sequence[Sequence[str]], size: float) -> list[float]:
    """The width of the longest word of each column; the first row and the first column are bold."""
    needed = []
    for column in range(len(rows[0])):
        words = [(w, place == 0 or column == 0) for place, row in enumerate(rows) for w in row[column].split(" ")]
        needed.append(max(letters(word, size, strong) for word, strong in words) + GUTTER)
    return needed


def column_widths(wanted: Sequence[float], rows: Sequence[Sequence[str]], width: float, size: float) -> list[float]:
    """Widths in the wanted proportions, but none so narrow that one of its words breaks, as far as the width goes.

    >>> [round(w, 1) for w in column_widths([1, 1], [["a", "Difference"]], 2.0, 20)]
    [0.3, 1.7]
    """
    needed = needed_widths(rows, size)
    if sum(needed) >= width:
        return [n * width / sum(needed) for n in needed]
    found = [w * width / sum(wanted) for w in wanted]
    lacking = sum(max(0.0, n - f) for n, f in zip(needed, found, strict=True))
    spare = sum(max(0.0, f - n) for n, f in zip(needed, found, strict=True))
    return [max(n, f - (f - n) * lacking / spare if f > n else n) for n, f in zip(needed, found, strict=True)]


def row_height(row: Sequence[str], widths: Sequence[float], size: float) -> float:
    """Inches that a row of cells needs in letters of `size` points.

    >>> round(row_height(["one"], [2.0], 12), 2), round(row_height(["one " * 20], [2.0], 12), 2)
    (0.27, 0.87)
    """
    lines = 1
    for column, (words, width) in enumerate(zip(row, widths, strict=True)):
        lines = max(lines, wrapped(words, width - GUTTER, size, strong=column == 0))
    return lines * size * 1.2 / 72 + 0.07


def wrapped(words: str, width: float, size: float, *, strong: bool) -> int:
    """How many lines a text takes when it breaks between words."""
    lines, used, space = 1, 0.0, letters(" ", size, strong)
    for word in words.split(" "):
        long = letters(word, size, strong)
        if used and used + space + long > width:
            lines, used = lines + 1, long
        else:
            used += long + (space if used else 0.0)
    return lines
