"""Django's migrate, and the SQL views of the star schema around it."""

from typing import Any

from django.core.management.commands.migrate import Command as Migrate
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.executor import MigrationExecutor

from opmodel.api.star import views


class Command(Migrate):
    """Views stand on the tables: they go before a table changes, and come back as they are defined today."""

    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"] != DEFAULT_DB_ALIAS or options["plan"] or options["check_unapplied"]:
            super().handle(*args, **options)
            return
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if waiting or options["app_label"]:
            views.take_away()
        super().handle(*args, **options)
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        complete = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        if complete and not views.are_current():  # an older state of the tables may lack what a view shows
            views.make()
