"""Row-level security and composite keys of plans."""

from django.db import migrations

from opmodel.organisations.tenancy import TenantTable


class Migration(migrations.Migration):
    dependencies = [("assessments", "0012_plans"), ("organisations", "0004_invitations_tenancy")]
    operations = [
        TenantTable(
            "assessments_plan", parents={"cycle_id": "assessments_cycle", "result_id": "assessments_result"}
        ),
        TenantTable(
            "assessments_plannedaction",
            parents={
                "plan_id": "assessments_plan",
                "site_id": "organisations_site",
                "owner_id": "organisations_member",
            },
        ),
        TenantTable(
            "assessments_actionevidence",
            parents={"planned_action_id": "assessments_plannedaction", "evidence_id": "assessments_evidence"},
        ),
        TenantTable(
            "assessments_ownercapacity",
            parents={"plan_id": "assessments_plan", "member_id": "organisations_member"},
        ),
        TenantTable(
            "assessments_actionreminder",
            parents={"planned_action_id": "assessments_plannedaction", "member_id": "organisations_member"},
        ),
        TenantTable("assessments_planevent", append_only=True),
        TenantTable("assessments_plannedactionevent", append_only=True),
        TenantTable("assessments_actionevidenceevent", append_only=True),
        TenantTable("assessments_ownercapacityevent", append_only=True),
    ]
