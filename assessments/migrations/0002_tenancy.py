"""Row-level security and composite keys for everything an organisation owns; published content never changes."""

from django.db import migrations

from opmodel.organisations.tenancy import TenantTable

CYCLE, SITE, SUBMISSION = "assessments_cycle", "organisations_site", "assessments_submission"
RESULT, NETWORK = "assessments_result", "assessments_networkresult"
FREEZE = """
CREATE FUNCTION assessments_content_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.published_at IS NOT NULL THEN RAISE EXCEPTION 'questionnaire % is published and cannot change', OLD.version; END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON assessments_questionnaire
  FOR EACH ROW EXECUTE FUNCTION assessments_content_frozen();
"""
THAW = "DROP TRIGGER frozen ON assessments_questionnaire; DROP FUNCTION assessments_content_frozen();"


class Migration(migrations.Migration):
    dependencies = [("assessments", "0001_initial"), ("organisations", "0002_tenancy")]
    operations = [
        migrations.RunSQL(FREEZE, THAW),
        TenantTable(CYCLE),
        TenantTable("assessments_cycleevent", append_only=True),
        TenantTable("assessments_cyclesite", parents={"cycle_id": CYCLE, "site_id": SITE}),
        TenantTable("assessments_cyclesiteevent", append_only=True),
        TenantTable(SUBMISSION, parents={"cycle_id": CYCLE, "site_id": SITE}),
        TenantTable("assessments_submissionevent", append_only=True),
        TenantTable("assessments_answer", parents={"submission_id": SUBMISSION}),
        TenantTable("assessments_answerevent", append_only=True),
        TenantTable(RESULT, parents={"submission_id": SUBMISSION}),
        TenantTable("assessments_score", parents={"result_id": RESULT}, touch=False),
        TenantTable(NETWORK, parents={"cycle_id": CYCLE}),
        TenantTable("assessments_networkscore", parents={"network_result_id": NETWORK}, touch=False),
        TenantTable("assessments_perceptiongap", parents={"network_result_id": NETWORK}, touch=False),
    ]
