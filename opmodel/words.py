"""The words of the interface: found in code and templates, kept in locale/<language>/LC_MESSAGES/django.po, compiled by Babel.

`python -m opmodel.words update [LANGUAGE]` brings the .po files (one of a new language too) in line with the code,
`check` lists what is wrong with them, `compile` makes the .mo files, which are build products.
No gettext tools: Django's own `templatize` turns a template into what Babel reads as Python.
"""

import io
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
CODE, TEMPLATES = ("opmodel", "assessments", "benchmarks"), ("templates", "opmodel", "assessments", "benchmarks")
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
HEADER = "# The words of the interface. New ones: python -m opmodel.words update; docs/translating.md says how."
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|%[a-z](?!\w)")
TAG = re.compile(r"</?[a-z]+")


def files() -> list[Path]:
    return sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))


def language_of(file: Path) -> str:
    return file.parts[-3]


def messages(root: Path = ROOT) -> Catalog:
    """Every message of code and templates with the files it stands in."""
    found = Catalog(charset="utf-8")
    for path, text in sources(root):
        for _line, function, ids, _comments in extract_python(io.BytesIO(text.encode()), KEYWORDS, [], {}):
            spec = KEYWORDS[function] or (1,)
            given = ids if isinstance(ids, tuple) else (ids,)
            context = next((given[s[0] - 1] for s in spec if isinstance(s, tuple)), None)
            told = tuple(given[s - 1] for s in spec if isinstance(s, int))
            if not told[0]:
                continue
            known = found.get(told[0], context)
            # gettext looks a text up by its singular: a second plural of it would never be said.
            if known is not None and len(told) > 1 and known.id not in (told, told[0]):
                raise ValueError(f"{path}: {told[0]!r} has two plurals; give one of them a context")
            found.add(told if len(told) > 1 else told[0], locations=[(path, 1)], context=context)
    return found


def sources(root: Path) -> Iterator[tuple[str, str]]:
    """Path and Python text of all code and templates; lines of templates lose their indentation, which Python minds."""
    for folder in CODE:
        for file in sorted((root / folder).rglob("*.py")):
            if "migrations" not in file.parts:
                yield file.relative_to(root).as_posix(), file.read_text()
    for folder in TEMPLATES:
        for file in sorted((root / folder).rglob("*")):
            if file.suffix in (".html", ".txt") and (folder == "templates" or "templates" in file.parts):
                text = templatize(file.read_text(), origin=str(file))
                yield file.relative_to(root).as_posix(), "\n".join(line.strip() for line in text.splitlines())


def read(file: Path) -> Catalog:
    with file.open("rb") as opened:
        return read_po(opened, locale=language_of(file))


def update(file: Path, found: Catalog) -> None:
    """Add what is new with an empty text, drop what is gone; nothing is guessed, so nothing is fuzzy."""
    if file.exists():
        catalog = read(file)
    else:
        now = datetime.now(UTC)
        named = {"project": "OpModel", "version": "", "last_translator": "OpModel", "language_team": "OpModel"}
        catalog = Catalog(
            locale=language_of(file), header_comment=HEADER, fuzzy=False, creation_date=now, revision_date=now, **named
        )
    catalog.update(found, no_fuzzy_matching=True, update_creation_date=False)
    out = io.BytesIO()
    write_po(out, catalog, width=120, sort_by_file=True, ignore_obsolete=True, include_lineno=False)
    replace(file, out.getvalue())


def replace(file: Path, content: bytes) -> None:
    """Whole or not at all: several processes may do the same at once."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as part:
        part.write(content)
    Path(part.name).chmod(0o644)
    os.replace(part.name, file)


def compile_all() -> None:
    """Make the .mo file of every language whose .po file is younger."""
    for file in files():
        made = file.with_suffix(".mo")
        if made.exists() and made.stat().st_mtime_ns > file.stat().st_mtime_ns:
            continue
        out = io.BytesIO()
        write_mo(out, read(file))
        replace(made, out.getvalue())


def faults(file: Path, found: Catalog) -> list[str]:
    """What is wrong with one language: missing, left over, unsure, or not saying what the English says."""
    catalog = read(file)
    place = f"{language_of(file)}: "
    wrong = [f"{place}missing: {m.id!r}" for m in listed(found) if catalog.get(key(m), m.context) is None]
    wrong += [f"{place}no longer used: {m.id!r}" for m in listed(catalog) if found.get(key(m), m.context) is None]
    wrong += [f"{place}left over from earlier: {m.id!r}" for m in catalog.obsolete.values()]
    for message in listed(catalog):
        wrong += [f"{place}{fault}: {message.id!r}" for fault in faults_of(message, catalog.num_plurals)]
    return wrong


def faults_of(message: Message, plurals: int) -> Iterator[str]:
    ids = message.id if isinstance(message.id, tuple) else (message.id,)
    texts = message.string if isinstance(message.string, tuple) else (message.string,)
    if message.fuzzy:
        yield "unsure (fuzzy)"
    if len(texts) != (plurals if len(ids) > 1 else 1) or not all(texts):
        yield "not translated"
        return
    for pattern, what in ((PLACEHOLDER, "other placeholders"), (TAG, "other markup")):
        allowed = [sorted(pattern.findall(i)) for i in ids]
        # The form for one may leave the number out, as the English one does; all others are like the English plural.
        for number, text in enumerate(texts):
            if sorted(pattern.findall(text)) not in (allowed if number == 0 else allowed[-1:]):
                yield f"{what} in {text!r}"
    for one, text in dict.fromkeys(((ids[0], texts[0]), (ids[-1], texts[-1]))):
        if one[:1].isspace() != text[:1].isspace() or one[-1:].isspace() != text[-1:].isspace():
            yield f"other space at an end of {text!r}"


def listed(catalog: Catalog) -> list[Message]:
    return [m for m in catalog if m.id]


def key(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple) else message.id


def main(arguments: list[str]) -> int:
    command, languages = arguments[0] if arguments else "", arguments[1:]
    if command == "update":
        found = messages()
        for file in {*files(), *(LOCALE / name / "LC_MESSAGES" / "django.po" for name in languages)}:
            update(file, found)
    elif command == "check":
        found = messages()
        wrong = [fault for file in files() for fault in faults(file, found)]
        sys.stdout.write("".join(f"{line}\n" for line in wrong))
        return bool(wrong)
    elif command == "compile":
        compile_all()
    else:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
