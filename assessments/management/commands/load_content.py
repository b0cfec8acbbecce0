"""Publish the questionnaire of the fixtures; running it again changes nothing."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from assessments.content import ContentError
from assessments.publishing import load_content


class Command(BaseCommand):
    help = "Check and publish the content of fixtures/ (questionnaires, actions)."

    def handle(self, *args: object, **options: object) -> None:
        try:
            version, new = load_content(settings.FIXTURES)
        except ContentError as error:
            raise CommandError(str(error)) from error
        if options["verbosity"]:
            self.stdout.write(f"questionnaire {version.version}: {'published' if new else 'unchanged'}")
