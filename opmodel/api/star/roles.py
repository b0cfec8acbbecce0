"""Database roles of people who read the SQL views: each reads one organisation, and nothing else can be set or guessed.

The policies of the tables read settings that anybody who is connected may change. So each role has two of its own on every
table: one lets the rows of its organisation in without a setting, the other keeps all other rows out whatever is set.
"""

import secrets

from django.db import connection, transaction

from opmodel.organisations.models import Organisation
from opmodel.organisations.tenancy import installation

PREFIX = "opmodel_bi_"
SCHEMA = "bi"
# What a role may see of the tables of the installation; the tables in the conditions show it its own rows only.
INSTALLATION = {
    "organisations_user": "EXISTS (SELECT FROM organisations_member m WHERE m.user_id = organisations_user.id)",
    "benchmarks_release": "EXISTS (SELECT FROM assessments_peergroup g WHERE g.release_id = benchmarks_release.id)",
    "benchmarks_dataset": "EXISTS (SELECT FROM benchmarks_release l WHERE l.dataset_id = benchmarks_dataset.id)",
    "benchmarks_cellstatistic": (
        "EXISTS (SELECT FROM assessments_peergroup g JOIN benchmarks_release l ON l.id = g.release_id"
        " WHERE g.release_id = benchmarks_cellstatistic.release_id AND g.tree = benchmarks_cellstatistic.tree"
        " AND g.path = benchmarks_cellstatistic.path AND l.state IN ('published', 'superseded'))"
    ),
}
ASKED = {  # columns that those conditions read
    "organisations_member": ("user_id", "organisation_id"),
    "assessments_peergroup": ("release_id", "tree", "path", "organisation_id"),
    "benchmarks_release": ("id", "dataset_id", "state"),
}
USED = "SELECT table_name, column_name FROM information_schema.view_column_usage WHERE view_schema = %s AND table_schema = 'public'"
TENANTS = """
SELECT c.relname, CASE WHEN c.relname = 'organisations_organisation' THEN 'id' ELSE 'organisation_id' END
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE c.relnamespace = 'public'::regnamespace AND c.relforcerowsecurity
   AND a.attname = CASE WHEN c.relname = 'organisations_organisation' THEN 'id' ELSE 'organisation_id' END
"""


class Refused(ValueError):
    """The role cannot be made or taken away; says why."""


def name_of(public_id: str) -> str:
    return PREFIX + public_id


def organisation_of(public_id: str) -> Organisation:
    with installation():
        found = Organisation.objects.filter(public_id=public_id).first()
    if found is None:
        raise Refused(f"there is no organisation “{public_id}”; give its public id")
    return found


def known() -> list[str]:
    """The roles there are, of all databases of this server."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s) ORDER BY 1", [PREFIX])
        return [name for (name,) in cursor.fetchall()]


@transaction.atomic
def create(public_id: str) -> tuple[str, str]:
    """A role that reads one organisation, and its password, which is shown once. Raises Refused."""
    organisation = organisation_of(public_id)
    name, password = name_of(public_id), secrets.token_urlsafe(24)
    if name in known():
        raise Refused(f"the role {name} exists; revoke it first to get a new password")
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user")
        if not cursor.fetchone()[0]:
            raise Refused("the owner may not make roles; run as a superuser: ALTER ROLE opmodel_owner CREATEROLE")
        cursor.execute(f'CREATE ROLE "{name}" LOGIN NOINHERIT CONNECTION LIMIT 20 PASSWORD %s', [password])
        for setting in (
            "default_transaction_read_only = on",
            "statement_timeout = '5min'",
            "idle_in_transaction_session_timeout = '5min'",
            f"search_path = {SCHEMA}",
            "timezone = 'UTC'",
        ):
            cursor.execute(f'ALTER ROLE "{name}" SET {setting}')
    grant(name, organisation.pk)
    return name, password


def grant(name: str, organisation_id: int) -> None:
    """The rights of a role as the views need them today; may be given again."""
    with connection.cursor() as cursor:
        cursor.execute(USED, [SCHEMA])
        columns: dict[str, set[str]] = {table: set(read) for table, read in ASKED.items()}
        for table, column in cursor.fetchall():
            columns.setdefault(table, set()).add(column)
        cursor.execute(TENANTS)
        rules = {t: f"{key} = {int(organisation_id)}" for t, key in cursor.fetchall() if t in columns}
        cursor.execute(f'GRANT USAGE ON SCHEMA {SCHEMA} TO "{name}"')
        cursor.execute(f'GRANT SELECT ON ALL TABLES IN SCHEMA {SCHEMA} TO "{name}"')
        for table, read in columns.items():
            listed = ", ".join(f'"{column}"' for column in sorted(read))
            cursor.execute(f'GRANT SELECT ({listed}) ON {table} TO "{name}"')
            cursor.execute(f'DROP POLICY IF EXISTS "{name}" ON {table}')
            cursor.execute(f'DROP POLICY IF EXISTS "{name}_only" ON {table}')
            rule = rules.get(table) or INSTALLATION.get(table)
            if rule is not None:
                cursor.execute(f'CREATE POLICY "{name}" ON {table} FOR SELECT TO "{name}" USING ({rule})')
                cursor.execute(f'CREATE POLICY "{name}_only" ON {table} AS RESTRICTIVE TO "{name}" USING ({rule})')


def renew() -> None:
    """The rights of all roles of this database again, after the views were made anew."""
    with installation():
        organisations = {name_of(o.public_id): o.pk for o in Organisation.objects.all()}
    for name in known():
        if name in organisations:
            grant(name, organisations[name])


@transaction.atomic
def revoke(public_id: str) -> str:
    """Take a role away with all its rights; whoever is connected is cut off. Raises Refused."""
    name = name_of(public_id)
    if name not in known():
        raise Refused(f"there is no role {name}")
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER ROLE "{name}" NOLOGIN')
        cursor.execute(f'GRANT "{name}" TO CURRENT_USER')
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [name])
        cursor.execute(f'DROP OWNED BY "{name}"')
        cursor.execute(f'DROP ROLE "{name}"')
    return name
