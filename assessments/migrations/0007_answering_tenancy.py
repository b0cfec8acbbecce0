"""Row-level security and composite keys of what people do around answers."""

from django.db import migrations

from opmodel.organisations.tenancy import TenantTable

CYCLE, SITE, SUBMISSION = "assessments_cycle", "organisations_site", "assessments_submission"
MEMBER, ASSIGNMENT, EVIDENCE = "organisations_member", "assessments_assignment", "assessments_evidence"
PAST = f"""
ALTER TABLE {CYCLE} ADD CONSTRAINT {CYCLE}_prefill_from_id_tenant FOREIGN KEY (organisation_id, prefill_from_id)
  REFERENCES {CYCLE} (organisation_id, id) DEFERRABLE INITIALLY DEFERRED
"""
NO_PAST = f"ALTER TABLE {CYCLE} DROP CONSTRAINT {CYCLE}_prefill_from_id_tenant"


class Migration(migrations.Migration):
    dependencies = [("assessments", "0006_answering"), ("organisations", "0004_invitations_tenancy")]
    operations = [
        migrations.RunSQL(PAST, NO_PAST),
        TenantTable("assessments_cyclestep", parents={"cycle_id": CYCLE, "submission_id": SUBMISSION}),
        TenantTable(ASSIGNMENT, parents={"submission_id": SUBMISSION, "member_id": MEMBER}),
        TenantTable("assessments_assignmentevent", append_only=True),
        TenantTable(
            "assessments_assignmentquestion", parents={"assignment_id": ASSIGNMENT, "submission_id": SUBMISSION}
        ),
        TenantTable("assessments_assignmentquestionevent", append_only=True),
        TenantTable(EVIDENCE, parents={"site_id": SITE, "file_id": "files_storedfile"}),
        TenantTable("assessments_evidenceevent", append_only=True),
        TenantTable(
            "assessments_answerevidence", parents={"submission_id": SUBMISSION, "evidence_id": EVIDENCE}
        ),
        TenantTable("assessments_answerevidenceevent", append_only=True),
        TenantTable("assessments_standin", parents={"submission_id": SUBMISSION, "member_id": MEMBER}),
        TenantTable("assessments_standinevent", append_only=True),
        TenantTable("assessments_remark", parents={"submission_id": SUBMISSION}),
        TenantTable("assessments_remarkevent", append_only=True),
    ]
