"""Row-level security and composite keys of contributions."""

from django.db import migrations

from opmodel.organisations.tenancy import TenantTable


class Migration(migrations.Migration):
    dependencies = [("assessments", "0009_contributions"), ("organisations", "0004_invitations_tenancy")]
    operations = [
        TenantTable("assessments_contribution", parents={"cycle_id": "assessments_cycle"}),
        TenantTable("assessments_contributionevent", append_only=True),
    ]
