"""Find jobs that nobody runs - a lost bell, a dead worker - and run them; needs no Redis."""

import os
import subprocess
import sys
import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, close_old_connections

from opmodel.jobs import queue
from opmodel.process import die_with_parent


class Command(BaseCommand):
    help = "Run due jobs: for ever, or once with --once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="run what is due now, then stop")

    def handle(self, *args: object, **options: object) -> None:
        if options["once"]:
            queue.call_duties()
            queue.due()
            self.stdout.write(f"{queue.drain()} jobs run")
            return
        while True:
            try:
                queue.call_duties()
                waiting = queue.due()
            except OperationalError as error:
                self.stderr.write(f"database not reachable, trying again: {error}")
                close_old_connections()
                waiting = False
            if waiting:
                # A child does the work: a job that kills its process must not take the sweeper along.
                parent = os.getpid()
                subprocess.run(
                    [sys.executable, "manage.py", "sweep", "--once"],
                    cwd=settings.BASE_DIR,
                    check=False,
                    preexec_fn=lambda: die_with_parent(parent),  # noqa: B023 - runs at once
                )
            time.sleep(settings.SWEEP_SECONDS)
