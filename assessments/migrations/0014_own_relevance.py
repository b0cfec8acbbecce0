"""What an organisation judges otherwise than the content about its objectives, with row-level security."""

import django.db.models.deletion
import django.db.models.functions.datetime
import opmodel.keys
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from opmodel.organisations.tenancy import TenantTable


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0013_plans_tenancy'),
        ('organisations', '0005_invitation_without_sent_at'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='OwnRelevance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=opmodel.keys.new_public_id, editable=False, max_length=20, unique=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('dimension', models.CharField(max_length=10)),
                ('objective', models.CharField(max_length=30)),
                ('level', models.SmallIntegerField()),
                ('judged_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='OwnRelevanceEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('public_id', models.CharField(default=opmodel.keys.new_public_id, editable=False, max_length=20)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('dimension', models.CharField(max_length=10)),
                ('objective', models.CharField(max_length=30)),
                ('level', models.SmallIntegerField()),
                ('judged_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organisations.organisation')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='assessments.ownrelevance')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='ownrelevance',
            constraint=models.UniqueConstraint(fields=('organisation', 'dimension', 'objective'), name='relevance_once'),
        ),
        migrations.AddConstraint(
            model_name='ownrelevance',
            constraint=models.CheckConstraint(condition=models.Q(('level__range', (0, 3))), name='relevance_on_scale'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ownrelevance',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_ownrelevanceevent" ("created_at", "dimension", "id", "judged_by_id", "level", "objective", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "updated_at") VALUES (NEW."created_at", NEW."dimension", NEW."id", NEW."judged_by_id", NEW."level", NEW."objective", NEW."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."public_id", NEW."updated_at"); RETURN NULL;', hash='5b0321b5bd6dd020210d9fec8572d9babbbbd521', operation='INSERT', pgid='pgtrigger_insert_insert_4251e', table='assessments_ownrelevance', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ownrelevance',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "assessments_ownrelevanceevent" ("created_at", "dimension", "id", "judged_by_id", "level", "objective", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "updated_at") VALUES (NEW."created_at", NEW."dimension", NEW."id", NEW."judged_by_id", NEW."level", NEW."objective", NEW."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."public_id", NEW."updated_at"); RETURN NULL;', hash='f9c1d562bde57698ee76b3c412ec5ddab78a00cd', operation='UPDATE', pgid='pgtrigger_update_update_c0928', table='assessments_ownrelevance', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ownrelevance',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_ownrelevanceevent" ("created_at", "dimension", "id", "judged_by_id", "level", "objective", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "updated_at") VALUES (OLD."created_at", OLD."dimension", OLD."id", OLD."judged_by_id", OLD."level", OLD."objective", OLD."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."public_id", OLD."updated_at"); RETURN NULL;', hash='57f390a023fd9b6ed87a67eb9e33884f5f390dfc', operation='DELETE', pgid='pgtrigger_delete_delete_99a7c', table='assessments_ownrelevance', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ownrelevanceevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c91f9633c657465d1a4f9d552131bdcaac1c4ef1', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_72548', table='assessments_ownrelevanceevent', when='BEFORE')),
        ),
        TenantTable("assessments_ownrelevance"),
        TenantTable("assessments_ownrelevanceevent", append_only=True),
    ]
