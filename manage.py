#!/usr/bin/env python3
"""Django's command line. Finds the embedded services of a running script/server, or starts them for its own time."""

import os
import sys
from pathlib import Path

try:
    from opmodel import embedded
except ModuleNotFoundError as error:
    sys.exit(f"{error.name} is not installed here: run script/setup base, then .venv/bin/python manage.py")

AS_OWNER = {"migrate", "sqlmigrate", "showmigrations", "sqlflush", "flush", "dbshell", "backup", "restore", "bi_role"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opmodel.settings")
    root = Path(__file__).resolve().parent
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command in AS_OWNER:
        os.environ["OPMODEL_DB_ROLE"] = "owner"
    from django.core.management import execute_from_command_line

    if not embedded.needs_services(sys.argv):
        os.environ.setdefault("OPMODEL_NO_SERVICES", "1")
        execute_from_command_line(sys.argv)
        return
    with embedded.running(root) as urls:
        embedded.local_environment(root, urls)
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
