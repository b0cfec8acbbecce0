"""Rights of the web role, the triggers every tenant's table uses, and row-level security from the first day on."""

from django.conf import settings
from django.db import migrations

from opmodel.organisations.tenancy import INSTALLATION, OWN_USER, TenantTable

FUNCTIONS = """
CREATE FUNCTION opmodel_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.updated_at := clock_timestamp(); RETURN NEW; END $$;

CREATE FUNCTION opmodel_tombstone() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE gone jsonb := to_jsonb(OLD);
BEGIN
  INSERT INTO organisations_tombstone (organisation_id, table_name, row_id, public_id)
  VALUES ((gone ->> TG_ARGV[0])::bigint, TG_TABLE_NAME, (gone ->> 'id')::bigint, COALESCE(gone ->> 'public_id', ''));
  RETURN OLD;
END $$;

CREATE TABLE cache_entries (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
CREATE INDEX cache_entries_expires ON cache_entries (expires);
"""
BACK = "DROP TABLE cache_entries; DROP FUNCTION opmodel_tombstone(); DROP FUNCTION opmodel_touch();"
JOBS = "current_setting('app.scope', true) IN ('jobs', 'installation')"
MEMBERSHIP = (
    "EXISTS (SELECT FROM organisations_member m WHERE m.organisation_id = organisations_organisation.id"
    " AND m.user_id = NULLIF(current_setting('app.user', true), '')::bigint)"
)


def grant(apps, schema_editor):
    role = schema_editor.quote_name(settings.DATABASE_WEB_ROLE)
    for sql in (
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {}",
        "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {}",
    ):
        schema_editor.execute(sql.format(role))


class Migration(migrations.Migration):
    dependencies = [("organisations", "0001_initial"), ("jobs", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTIONS, BACK),
        migrations.RunPython(grant, migrations.RunPython.noop),
        TenantTable("organisations_organisation", key="id", also=INSTALLATION, also_read=MEMBERSHIP),
        TenantTable("organisations_organisationevent", key="id", also=INSTALLATION, append_only=True),
        TenantTable("organisations_site"),
        TenantTable("organisations_siteevent", append_only=True),
        TenantTable("organisations_member", also=INSTALLATION, also_read=OWN_USER),
        TenantTable("organisations_memberevent", also=INSTALLATION, append_only=True),
        TenantTable(
            "organisations_membersite",
            parents={"member_id": "organisations_member", "site_id": "organisations_site"},
        ),
        TenantTable("organisations_membersiteevent", append_only=True),
        TenantTable("organisations_tombstone", append_only=True, also=INSTALLATION),
        TenantTable("jobs_job", also=JOBS, touch=False),
    ]
