"""The star schema as SQL views, for tools that only speak SQL. Rights and row-level security are those of the reader.

`manage.py migrate` makes them from the definitions: away before the tables change, back afterwards (`take_away`, `make`).
"""

import hashlib

from django.conf import settings
from django.db import connection, transaction

from opmodel.api.star import TABLES, roles
from opmodel.api.star.columns import Table

SCHEMA = "bi"


def view_sql(table: Table) -> str:
    """The view of a table; it shows what stands at present."""
    columns = ",\n       ".join(f'{column.typed} AS "{column.name}"' for column in table.columns)
    where = " AND ".join(f"({text})" for text in (table.scope, table.living) if text)
    return (
        f"CREATE VIEW {SCHEMA}.{table.view} WITH (security_invoker = true) AS\nSELECT {columns}\n  FROM {table.source}"
        + (f"\n WHERE {where}" if where else "")
    )


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def statements() -> list[str]:
    """What makes all views as they are defined now."""
    made = [f"CREATE SCHEMA {SCHEMA}", f'GRANT USAGE ON SCHEMA {SCHEMA} TO "{settings.DATABASE_WEB_ROLE}"']
    for table in TABLES.values():
        name = f"{SCHEMA}.{table.view}"
        made += [view_sql(table), f'GRANT SELECT ON {name} TO "{settings.DATABASE_WEB_ROLE}"']
        made.append(f"COMMENT ON VIEW {name} IS {quoted(table.meaning)}")
        made += [f'COMMENT ON COLUMN {name}."{c.name}" IS {quoted(c.meaning)}' for c in table.columns]
    return made


def mark() -> str:
    """What tells these views from others."""
    return hashlib.sha256("\n".join(statements()).encode()).hexdigest()


def are_current() -> bool:
    """Whether the database has the views as they are defined now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s", [SCHEMA])
        found = cursor.fetchone()
    return bool(found) and found[0] == mark()


def take_away() -> None:
    """Drop the views; a table cannot change under them."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")


@transaction.atomic
def make() -> None:
    """Make the views anew, all or none, with the rights of those who read them."""
    take_away()
    with connection.cursor() as cursor:
        for statement in (*statements(), f"COMMENT ON SCHEMA {SCHEMA} IS {quoted(mark())}"):
            cursor.execute(statement)
    roles.renew()
