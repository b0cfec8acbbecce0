from django.db import migrations

from opmodel.organisations.tenancy import TenantTable


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial"), ("organisations", "0002_tenancy")]
    operations = [
        # A token is looked up before its organisation is known (opmodel.api.authentication).
        TenantTable("api_apitoken", also="current_setting('app.scope', true) = 'tokens'", plain=True)
    ]
