"""What an organisation gave to the peers."""

import django.db.models.deletion
import django.db.models.functions.datetime
import opmodel.keys
import opmodel.organisations.tenancy
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assessments', '0008_cycle_step_site_added'),
        ('organisations', '0005_invitation_without_sent_at'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Contribution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=opmodel.keys.new_public_id, editable=False, max_length=20, unique=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('state', models.CharField(choices=[('given', 'Given'), ('withdrawn', 'Withdrawn')], default='given', max_length=10)),
                ('record_key', models.CharField(max_length=64)),
                ('row', models.JSONField()),
                ('given_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('cycle', opmodel.organisations.tenancy.Parent(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='contributions', to='assessments.cycle')),
                ('given_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
                ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='ContributionEvent',
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
                ('state', models.CharField(choices=[('given', 'Given'), ('withdrawn', 'Withdrawn')], default='given', max_length=10)),
                ('record_key', models.CharField(max_length=64)),
                ('row', models.JSONField()),
                ('given_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('cycle', opmodel.organisations.tenancy.Parent(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='assessments.cycle')),
                ('given_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organisations.organisation')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='assessments.contribution')),
                ('withdrawn_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='contribution',
            constraint=models.UniqueConstraint(fields=('cycle',), name='contribution_once'),
        ),
        migrations.AddConstraint(
            model_name='contribution',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['given', 'withdrawn'])), name='contribution_state'),
        ),
        migrations.AddConstraint(
            model_name='contribution',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'given'), ('withdrawn_at__isnull', False), _connector='OR'), name='contribution_withdrawn_has_time'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contribution',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_contributionevent" ("created_at", "cycle_id", "given_at", "given_by_id", "id", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "record_key", "row", "state", "updated_at", "withdrawn_at", "withdrawn_by_id") VALUES (NEW."created_at", NEW."cycle_id", NEW."given_at", NEW."given_by_id", NEW."id", NEW."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."public_id", NEW."record_key", NEW."row", NEW."state", NEW."updated_at", NEW."withdrawn_at", NEW."withdrawn_by_id"); RETURN NULL;', hash='3fe1aeef45f1202592d3b38fba23c9586aa9cdd7', operation='INSERT', pgid='pgtrigger_insert_insert_32800', table='assessments_contribution', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contribution',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "assessments_contributionevent" ("created_at", "cycle_id", "given_at", "given_by_id", "id", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "record_key", "row", "state", "updated_at", "withdrawn_at", "withdrawn_by_id") VALUES (NEW."created_at", NEW."cycle_id", NEW."given_at", NEW."given_by_id", NEW."id", NEW."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."public_id", NEW."record_key", NEW."row", NEW."state", NEW."updated_at", NEW."withdrawn_at", NEW."withdrawn_by_id"); RETURN NULL;', hash='c3b3ab9893000cc0df40ed063a32e7acc0582376', operation='UPDATE', pgid='pgtrigger_update_update_cb228', table='assessments_contribution', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contribution',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_contributionevent" ("created_at", "cycle_id", "given_at", "given_by_id", "id", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "record_key", "row", "state", "updated_at", "withdrawn_at", "withdrawn_by_id") VALUES (OLD."created_at", OLD."cycle_id", OLD."given_at", OLD."given_by_id", OLD."id", OLD."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."public_id", OLD."record_key", OLD."row", OLD."state", OLD."updated_at", OLD."withdrawn_at", OLD."withdrawn_by_id"); RETURN NULL;', hash='ec744bf1a7bcfa2513d03ccea827da373589c250', operation='DELETE', pgid='pgtrigger_delete_delete_e8a9c', table='assessments_contribution', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='contributionevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='30f74ca73c71d9d862eff41314daf721ef84db2f', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e0e65', table='assessments_contributionevent', when='BEFORE')),
        ),
    ]
