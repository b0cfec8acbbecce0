"""List what the languages of the content lack; `--stamp` notes that entries translate today's English."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from assessments.content import ContentError, read_content
from assessments.overlays import compare, fits, name_of, read_overlay, sources, stamp_of, write_stamps
from assessments.publishing import ENGLISH


class Command(BaseCommand):
    help = "Check the content's texts in other languages; exits with 1 when some are missing, stale or unknown."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--stamp",
            nargs="*",
            metavar="ENTRY",
            help="note that these entries, such as CAP1 or glossary/lean, say what the English says today;"
            " without names: all entries that have no stamp yet",
        )
        parser.add_argument("--language", choices=[code for code, _name in settings.LANGUAGES if code != ENGLISH])

    def handle(self, *args: Any, stamp: list[str] | None, language: str | None, **options: Any) -> None:
        try:
            english = read_content(settings.FIXTURES)
        except ContentError as error:
            raise CommandError(str(error)) from error
        wrong = 0
        for code, _name in settings.LANGUAGES:
            if code == ENGLISH or language not in (None, code):
                continue
            folder = settings.FIXTURES / "questionnaires" / code
            try:
                overlay = read_overlay(folder)
            except ValueError as error:
                raise CommandError(str(error)) from error
            known = {name_of(entry): (texts, overlay.at(entry)) for entry, texts in sources(english).items()}
            if stamp is not None:
                for name in stamp:
                    if name not in known or not fits(*known[name]):
                        raise CommandError(f"{code}: {name} is no entry with all its texts")
                # In the order of the content, and without those of entries that are gone.
                new = {n: stamp_of(t) for n, (t, said) in known.items() if fits(t, said)}
                kept = {n: s if n in stamp else overlay.stamps.get(n, s) for n, s in new.items()}
                write_stamps(folder, kept)
                overlay = read_overlay(folder)
            for line in compare(english, overlay).lines():
                print(f"{code}: {line}")
                wrong += 1
        if wrong:
            raise SystemExit(1)
