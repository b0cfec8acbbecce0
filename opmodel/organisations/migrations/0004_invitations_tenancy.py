"""Row-level security of invitations and stored files; who holds an invitation's link sees that one row before joining."""

from django.db import migrations

from opmodel.organisations.tenancy import TenantTable

HELD = "token_hash = NULLIF(current_setting('app.invitation', true), '')"


class Migration(migrations.Migration):
    dependencies = [("organisations", "0003_invitations"), ("files", "0001_initial")]
    operations = [
        TenantTable("organisations_invitation", also_read=HELD),
        TenantTable("organisations_invitationevent", append_only=True),
        TenantTable(
            "organisations_invitationsite",
            parents={"invitation_id": "organisations_invitation", "site_id": "organisations_site"},
        ),
        TenantTable("organisations_invitationsiteevent", append_only=True),
        TenantTable("files_storedfile", touch=False),
    ]
