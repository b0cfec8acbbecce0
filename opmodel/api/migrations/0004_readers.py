"""Row-level security on the tables of the installation that the SQL views of the star schema read.

For the product nothing changes: everybody may everything. A role of `manage.py bi_role` gets a restriction of its own.
"""

from django.db import migrations

TABLES = ("organisations_user", "benchmarks_release", "benchmarks_dataset", "benchmarks_cellstatistic")


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0003_token_audit"),
        ("organisations", "0007_branding_tenancy"),
        ("benchmarks", "0011_star"),
        ("assessments", "0019_star_rows"),
    ]
    operations = [
        migrations.RunSQL(
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
            f"CREATE POLICY everybody ON {table} USING (true) WITH CHECK (true);",
            f"DROP POLICY everybody ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;",
        )
        for table in TABLES
    ]
