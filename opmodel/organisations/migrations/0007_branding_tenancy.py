"""Row-level security and composite keys of logos and colours."""

from django.db import migrations

from opmodel.organisations.tenancy import TenantTable


class Migration(migrations.Migration):
    dependencies = [("organisations", "0006_branding"), ("files", "0002_logos")]
    operations = [
        TenantTable("organisations_branding", parents={"logo_id": "files_storedfile"}),
        TenantTable("organisations_brandingevent", append_only=True),
    ]
