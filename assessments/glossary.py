"""Where terms of the glossary stand in a text: whole words, the longest term first, each once.

PURE: no Django.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Term:
    number: int  # its place in the glossary: what a page names its definition by
    name: str
    meaning: str


@dataclass
class Marker:
    """Finds the first occurrence of each term over all texts it is given, in the order they are given.

    >>> marker = Marker({"pilot": "A limited test.", "pilot line": "A line for tests."})
    >>> [(text, term.name if term else "") for text, term in marker.split("Each pilot line and pilots, but no pilot-line.")]
    [('Each ', ''), ('pilot line', 'pilot line'), (' and ', ''), ('pilots', 'pilot'), (', but no pilot-line.', '')]
    >>> [term for _text, term in marker.split("A pilot again.")]
    [None]
    """

    glossary: Mapping[str, str]
    used: dict[str, Term] = field(default_factory=dict)  # may be shared: the definitions a page needs
    seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.terms = {
            name.casefold(): Term(number, name, meaning) for number, (name, meaning) in enumerate(self.glossary.items())
        }
        names = sorted(self.glossary, key=len, reverse=True)
        any_name = "|".join(map(re.escape, names))
        self.pattern = re.compile(rf"(?<![\w-])(?:{any_name})s?(?![\w-])", re.IGNORECASE)

    def split(self, text: str) -> list[tuple[str, Term | None]]:
        """The text in parts, each with its term where it is the first occurrence of one; the parts add up to the text."""
        parts: list[tuple[str, Term | None]] = []
        at = 0
        for match in self.pattern.finditer(text) if self.terms else ():
            term = self.term(match[0])
            if term is None or term.name in self.seen:
                continue
            self.seen.add(term.name)
            self.used[term.name] = term
            parts += [(text[at : match.start()], None), (match[0], term)]
            at = match.end()
        parts.append((text[at:], None))
        return [(part, term) for part, term in parts if part]

    def term(self, word: str) -> Term | None:
        """The term of a word as it was found; an abbreviation counts in capitals only."""
        known = self.terms.get(word.casefold()) or self.terms.get(word.casefold().removesuffix("s"))
        return None if known and known.name.isupper() and not word.startswith(known.name) else known
