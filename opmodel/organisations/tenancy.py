"""The tenant context and what makes a table a tenant's table: the database itself refuses foreign rows.

`tenant(organisation)` is one transaction whose settings row-level security reads. Outside of it a query on a tenant's
table sees nothing and writes nothing. Querysets filter as well; a test takes their filter away and still sees nothing.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pghistory
from django.conf import settings
from django.db import connection, models, transaction
from django.db.migrations.operations.base import Operation
from django.db.models import Manager

from opmodel.files.storage import follows_the_transaction
from opmodel.keys import new_public_id


@contextmanager
def tenant(
    organisation_id: int, *, user_id: int | None = None, read_only: bool = False, one_snapshot: bool = False
) -> Iterator[None]:
    """One transaction in which the rows of one organisation exist; `read_only` makes PostgreSQL refuse writes.

    With `one_snapshot` all its statements see the same state; inside another transaction there is nothing to choose.
    Raises ValueError inside the context of another organisation: contexts do not mix.
    """
    audit = json.dumps({"user": user_id} if user_id else {})
    names = {
        "app.organisation": str(organisation_id),
        "app.user": str(user_id or ""),
        "pghistory.context_metadata": audit,
    }
    with _local(names, read_only=read_only, one_snapshot=one_snapshot) as before:
        if before["app.organisation"] not in ("", str(organisation_id)):
            raise ValueError(f"already inside the context of organisation {before['app.organisation']}")
        yield


@contextmanager
def acting_as(user_id: int) -> Iterator[None]:
    """One transaction in which a person sees the own memberships, to choose the organisation to enter."""
    with _local({"app.user": str(user_id)}):
        yield


@contextmanager
def holding(token_hash: str) -> Iterator[None]:
    """One transaction in which whoever holds an invitation's link sees that one invitation, to find its organisation."""
    with _local({"app.invitation": token_hash}):
        yield


@contextmanager
def checking(code: str) -> Iterator[None]:
    """One transaction, or a part of the tenant's, in which whoever holds a report sees that one row of it.

    `code` is the hash of its content, the first 16 characters of it at least, or the SHA-256 of its file.
    """
    with _local({"app.report": code}):
        yield


@contextmanager
def installation() -> Iterator[None]:
    """One transaction of the installation itself: organisations, memberships and job rows, never answers."""
    with _local({"app.scope": "installation"}):
        yield


@contextmanager
def for_installation(user_id: int | None, *, read_only: bool = False) -> Iterator[None]:
    """One transaction of somebody with a role of the installation: no row of any organisation, and the audit knows who."""
    with _local({"pghistory.context_metadata": json.dumps({"user": user_id} if user_id else {})}, read_only=read_only):
        yield


@contextmanager
def _local(names: dict[str, str], *, read_only: bool = False, one_snapshot: bool = False) -> Iterator[dict[str, str]]:
    """One transaction with these settings; gives what was set before."""
    with follows_the_transaction(), transaction.atomic():
        if one_snapshot and not connection.savepoint_ids:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        # PostgreSQL evaluates the columns of one list from left to right: the old values come first.
        old = ", ".join(f"COALESCE(current_setting('{name}', true), '')" for name in names)
        new = ", ".join(f"set_config('{name}', %s, true)" for name in names)
        lock = ", set_config('transaction_read_only', 'on', true)" if read_only else ""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {old}, {new}{lock}", list(names.values()))
            before = dict(zip(names, cursor.fetchone(), strict=False))
        yield before
        # A savepoint of an outer transaction (tests, nested calls) keeps SET LOCAL: hand back what was there. After an
        # error its rollback does that.
        if connection.savepoint_ids:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT {new}", list(before.values()))


class TenantModel(models.Model):
    """A row of one organisation: bigint key inside, opaque public id outside, `updated_at` kept by a trigger."""

    organisation = models.ForeignKey("organisations.Organisation", models.CASCADE, related_name="+")
    public_id = models.CharField(max_length=20, unique=True, default=new_public_id, editable=False)
    created_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)
    updated_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    objects: Manager[Any] = Manager()

    class Meta:
        abstract = True


def audited(model: type[models.Model]) -> type[models.Model]:
    """Class decorator: every insert, update and delete of a row is written to its event table by triggers."""
    return pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())(model)


class Parent(models.ForeignKey):
    """A foreign key inside one organisation; the database checks the pair (organisation_id, id), see TenantTable."""

    def __init__(self, to: Any, on_delete: Any = models.CASCADE, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(to, on_delete, **kwargs)


INSTALLATION = "current_setting('app.scope', true) = 'installation'"
OWN = "organisation_id = NULLIF(current_setting('app.organisation', true), '')::bigint"
OWN_USER = "user_id = NULLIF(current_setting('app.user', true), '')::bigint"


class TenantTable(Operation):
    """Migration step: row-level security, composite foreign keys, triggers and rights of one tenant's table.

    `parents` maps column -> parent table; `also` and `also_read` are SQL conditions under which rows other than the
    organisation's own may be used, or only be read; `plain` tables have no bigint id and get the policies only.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(
        self,
        table: str,
        parents: dict[str, str] | None = None,
        also: str = "",
        also_read: str = "",
        key: str = "organisation_id",
        append_only: bool = False,
        touch: bool = True,
        plain: bool = False,
    ) -> None:
        self.table, self.parents, self.also, self.also_read = table, parents or {}, also, also_read
        self.key = key
        self.append_only, self.touch, self.plain = append_only, touch, plain

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The model state does not change."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table, role = self.table, schema_editor.quote_name(settings.DATABASE_WEB_ROLE)
        own = OWN.replace("organisation_id", self.key)
        rule = f"({own} OR {self.also})" if self.also else f"({own})"
        run = schema_editor.execute
        run(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        run(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        run(f"CREATE POLICY tenant ON {table} USING {rule} WITH CHECK {rule}")
        if self.also_read:
            run(f"CREATE POLICY reader ON {table} FOR SELECT USING ({self.also_read})")
        if self.append_only:
            run(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role}")
            return
        if self.plain:
            return
        if self.key == "organisation_id":
            run(f"ALTER TABLE {table} ADD CONSTRAINT {table}_tenant_key UNIQUE (organisation_id, id)")
        for column, parent in self.parents.items():
            run(
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_tenant FOREIGN KEY (organisation_id, {column}) "
                f"REFERENCES {parent} (organisation_id, id) DEFERRABLE INITIALLY DEFERRED"
            )
        if self.touch:
            run(f"CREATE TRIGGER touch BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION opmodel_touch()")
        run(
            f"CREATE TRIGGER tombstone AFTER DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION opmodel_tombstone('{self.key}')"
        )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        run, table = schema_editor.execute, self.table
        run(f"DROP TRIGGER IF EXISTS tombstone ON {table}")
        run(f"DROP TRIGGER IF EXISTS touch ON {table}")
        for column in self.parents:
            run(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {table}_{column}_tenant")
        run(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {table}_tenant_key CASCADE")
        run(f"DROP POLICY IF EXISTS reader ON {table}")
        run(f"DROP POLICY tenant ON {table}")
        run(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")

    def describe(self) -> str:
        return f"Make {self.table} a tenant's table"
