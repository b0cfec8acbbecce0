"""Head office decides cycle by cycle whether plant managers see the peers beside their own plant."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0016_reports_tenancy'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='cycle',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='cycle',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='cycle',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='cycle',
            name='peers_for_plants',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='cycleevent',
            name='peers_for_plants',
            field=models.BooleanField(db_default=False, default=False),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='cycle',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_cycleevent" ("closes_on", "created_at", "dataset_id", "id", "name", "opens_on", "organisation_id", "peers_for_plants", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prefill_from_id", "public_id", "questionnaire_id", "reminders", "response_target_pct", "state", "target_level", "updated_at") VALUES (NEW."closes_on", NEW."created_at", NEW."dataset_id", NEW."id", NEW."name", NEW."opens_on", NEW."organisation_id", NEW."peers_for_plants", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."prefill_from_id", NEW."public_id", NEW."questionnaire_id", NEW."reminders", NEW."response_target_pct", NEW."state", NEW."target_level", NEW."updated_at"); RETURN NULL;', hash='66a6c230b01fded6f91df224783d6b7b6d952083', operation='INSERT', pgid='pgtrigger_insert_insert_b6548', table='assessments_cycle', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='cycle',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "assessments_cycleevent" ("closes_on", "created_at", "dataset_id", "id", "name", "opens_on", "organisation_id", "peers_for_plants", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prefill_from_id", "public_id", "questionnaire_id", "reminders", "response_target_pct", "state", "target_level", "updated_at") VALUES (NEW."closes_on", NEW."created_at", NEW."dataset_id", NEW."id", NEW."name", NEW."opens_on", NEW."organisation_id", NEW."peers_for_plants", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."prefill_from_id", NEW."public_id", NEW."questionnaire_id", NEW."reminders", NEW."response_target_pct", NEW."state", NEW."target_level", NEW."updated_at"); RETURN NULL;', hash='3a674f8bddf39b2d2fb1d930c417385fe7dc1b81', operation='UPDATE', pgid='pgtrigger_update_update_8050a', table='assessments_cycle', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='cycle',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_cycleevent" ("closes_on", "created_at", "dataset_id", "id", "name", "opens_on", "organisation_id", "peers_for_plants", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prefill_from_id", "public_id", "questionnaire_id", "reminders", "response_target_pct", "state", "target_level", "updated_at") VALUES (OLD."closes_on", OLD."created_at", OLD."dataset_id", OLD."id", OLD."name", OLD."opens_on", OLD."organisation_id", OLD."peers_for_plants", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."prefill_from_id", OLD."public_id", OLD."questionnaire_id", OLD."reminders", OLD."response_target_pct", OLD."state", OLD."target_level", OLD."updated_at"); RETURN NULL;', hash='81563f1b78e4d3e0fe69baae0ce8a65f20645294', operation='DELETE', pgid='pgtrigger_delete_delete_48d7a', table='assessments_cycle', when='AFTER')),
        ),
    ]
