"""The database role of SQL tools: one organisation, whatever its holder sets, asks for or guesses."""

import secrets
from collections.abc import Iterator
from io import StringIO

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from opmodel.api.star import TABLES, roles, views
from opmodel.organisations.models import Site
from opmodel.organisations.tenancy import tenant
from tests import build
from tests.conftest import as_owner
from tests.opmodel.star_world import by_sql, everything

pytestmark = [pytest.mark.django_db]


class Reader:
    """A connection of its own, as a tool opens it."""

    def __init__(self, user: str, password: str) -> None:
        known = connection.settings_dict
        self.connection = psycopg2.connect(
            dbname=known["NAME"], host=known["HOST"], port=known["PORT"] or None, user=user, password=password
        )
        self.connection.autocommit = True

    def rows(self, sql: str) -> list[tuple]:
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []


@pytest.fixture
def companies(committed) -> tuple[build.World, build.World]:
    """Two companies that are really committed, for the reader has a connection of its own."""
    other = build.world(f"Other {secrets.token_hex(4)}")
    everything(committed)
    everything(other)
    return committed, other


@pytest.fixture
def reader(companies) -> Iterator[Reader]:
    own = companies[0].organisation.public_id
    with as_owner():
        said = StringIO()
        call_command("bi_role", "create", own, stdout=said)
    user, password = (line.split()[1] for line in said.getvalue().splitlines())
    found = Reader(user, password)
    yield found
    found.connection.close()
    with as_owner():
        call_command("bi_role", "revoke", own, stdout=StringIO())


def test_a_role_reads_what_its_organisation_sees_and_nothing_else(companies, reader):
    own, other = companies
    for table in TABLES.values():
        expected = [tuple(r.values()) for r in by_sql(own, table)]
        assert expected, table.name
        assert reader.rows(f"SELECT * FROM {table.view} ORDER BY id") == expected, table.name
    # Whatever the holder sets: the policies of the tables read these settings.
    for name, value in (
        ("app.organisation", other.organisation.pk),
        ("app.user", other.members["csco"].user_id),
        ("app.scope", "installation"),
        ("app.scope", "jobs"),
        ("app.scope", "tokens"),
    ):
        reader.rows(f"SELECT set_config('{name}', '{value}', false)")
        for table in TABLES.values():
            if "organisation_id" in table.by_name:
                found = {r[0] for r in reader.rows(f"SELECT organisation_id FROM {table.view}")}
                assert found == {own.organisation.pk}, (table.name, name)
        for table, key in (
            ("organisations_organisation", "id"),
            ("organisations_member", "organisation_id"),
            ("assessments_submission", "organisation_id"),
            ("assessments_answer", "organisation_id"),
            ("assessments_score", "organisation_id"),
        ):
            assert {r[0] for r in reader.rows(f"SELECT {key} FROM public.{table}")} == {own.organisation.pk}, table
        reader.rows(f"SELECT set_config('{name}', '', false)")
    names = {r[0] for r in reader.rows("SELECT name FROM public.organisations_user")}
    assert names
    assert not any(other.organisation.name in name for name in names)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT email FROM public.organisations_user",
        "SELECT password FROM public.organisations_user",
        "SELECT key FROM public.benchmarks_dataset",
        "SELECT * FROM public.benchmarks_record",
        "SELECT * FROM public.benchmarks_releasemember",
        "SELECT * FROM public.api_apitoken",
        "SELECT * FROM public.django_session",
        "SELECT * FROM public.jobs_job",
        "SELECT * FROM public.organisations_siteevent",
        "UPDATE public.organisations_site SET name = 'x'",
        "DELETE FROM bi.dim_site",
        "CREATE TABLE public.x (a int)",
        "CREATE VIEW bi.x AS SELECT 1",
        "SET ROLE opmodel_owner",
        "SET ROLE opmodel_web",
    ],
)
def test_a_role_may_do_nothing_else(sql, reader):
    reader.rows("SET default_transaction_read_only = off")
    with pytest.raises(psycopg2.Error):
        reader.rows(sql)


def test_peers_are_those_of_the_gate(companies, reader):
    own, _other = companies
    seen = set(reader.rows("SELECT release_id, tree, path FROM public.benchmarks_cellstatistic"))
    with own.inside(), connection.cursor() as cursor:
        cursor.execute("SELECT release_id, tree, path FROM assessments_peergroup")
        assert seen == set(cursor.fetchall())
    assert seen


def test_the_views_are_made_anew_with_the_rights_of_their_readers(companies, reader):
    with as_owner():
        views.make()
    assert reader.rows("SELECT count(*) FROM dim_site") == [(3,)]
    with tenant(companies[0].organisation.pk):
        assert Site.objects.count() == 3


def test_a_revoked_role_is_gone_at_once(companies):
    own = companies[0].organisation.public_id
    with as_owner():
        user, password = roles.create(own)
        with pytest.raises(CommandError, match="exists"):
            call_command("bi_role", "create", own)
    found = Reader(user, password)
    assert found.rows("SELECT 1") == [(1,)]
    with as_owner():
        said = StringIO()
        call_command("bi_role", "list", stdout=said)
        assert user in said.getvalue().split()
        roles.revoke(own)
        assert user not in roles.known()
        with pytest.raises(CommandError, match="there is no role"):
            call_command("bi_role", "revoke", own)
        with pytest.raises(CommandError, match="no organisation"):
            call_command("bi_role", "create", "nothing")
    with pytest.raises(psycopg2.Error):
        found.rows("SELECT 1")
    with pytest.raises(psycopg2.OperationalError):
        Reader(user, password)
