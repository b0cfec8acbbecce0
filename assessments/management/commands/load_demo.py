"""Create the demo organisation (and, with --all, four contrasting ones); running it again changes nothing."""

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from assessments import demo
from benchmarks.models import Dataset

PEERS = "illustrative-2026"


class Command(BaseCommand):
    help = "Load the demo organisation with illustrative peers; --sign-ins only prints who can sign in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--all", action="store_true", help="also the leader, laggard, half-answered and no-peers ones"
        )
        parser.add_argument("--sign-ins", action="store_true", help="print the demo sign-ins and stop")

    def handle(self, *args: object, **options: object) -> None:
        if options["sign_ins"]:
            self.print_sign_ins()
            return
        self.load_peers()
        stories = (demo.NORDWERK, *demo.CONTRASTS) if options["all"] else (demo.NORDWERK,)
        for story in stories:
            made = demo.load(story, timezone.localdate())
            self.stdout.write(f"{story.name}: {'created' if made else 'already there'}")

    def load_peers(self) -> None:
        if Dataset.objects.filter(name=PEERS).exists():
            return
        file = settings.FIXTURES / "benchmarks" / "illustrative.csv"
        call_command(
            "import_benchmark",
            str(file),
            dataset=PEERS,
            illustrative=True,
            source="OpModel generator, seed 20260101",
            verbosity=0,
        )
        call_command("release_benchmark", PEERS, as_of="2026-06-30", verbosity=0)

    def print_sign_ins(self) -> None:
        for email, what in demo.sign_ins():
            self.stdout.write(f"  {email:<28} {demo.PASSWORD:<14} {what}")
