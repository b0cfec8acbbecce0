"""Logo and colour of an organisation's reports."""

import django.db.models.deletion
import django.db.models.functions.datetime
import opmodel.keys
import opmodel.organisations.tenancy
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('files', '0002_logos'),
        ('organisations', '0005_invitation_without_sent_at'),
    ]

    operations = [
        migrations.CreateModel(
            name='Branding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=opmodel.keys.new_public_id, editable=False, max_length=20, unique=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('accent', models.CharField(blank=True, default='', max_length=7)),
                ('logo', opmodel.organisations.tenancy.Parent(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='BrandingEvent',
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
                ('accent', models.CharField(blank=True, default='', max_length=7)),
                ('logo', opmodel.organisations.tenancy.Parent(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='files.storedfile')),
                ('organisation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organisations.organisation')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='organisations.branding')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='branding',
            constraint=models.UniqueConstraint(fields=('organisation',), name='branding_once'),
        ),
        migrations.AddConstraint(
            model_name='branding',
            constraint=models.CheckConstraint(condition=models.Q(('accent', ''), ('accent__regex', '^#[0-9a-f]{6}$'), _connector='OR'), name='branding_accent'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='branding',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "organisations_brandingevent" ("accent", "created_at", "id", "logo_id", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "updated_at") VALUES (NEW."accent", NEW."created_at", NEW."id", NEW."logo_id", NEW."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."public_id", NEW."updated_at"); RETURN NULL;', hash='0fc44e781aa16c8dc38761c88e6440af9337652e', operation='INSERT', pgid='pgtrigger_insert_insert_00ed0', table='organisations_branding', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='branding',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "organisations_brandingevent" ("accent", "created_at", "id", "logo_id", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "updated_at") VALUES (NEW."accent", NEW."created_at", NEW."id", NEW."logo_id", NEW."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."public_id", NEW."updated_at"); RETURN NULL;', hash='7dfec5839f2b06dddbc892807c0e7735a379efbd', operation='UPDATE', pgid='pgtrigger_update_update_f86df', table='organisations_branding', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='branding',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "organisations_brandingevent" ("accent", "created_at", "id", "logo_id", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "updated_at") VALUES (OLD."accent", OLD."created_at", OLD."id", OLD."logo_id", OLD."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."public_id", OLD."updated_at"); RETURN NULL;', hash='d466a75c82ece041fe6313d99e8d83295895f537', operation='DELETE', pgid='pgtrigger_delete_delete_41c9c', table='organisations_branding', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='brandingevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e380644ae6cbd40f910b5d33545ccbccf0bb2faf', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e1d98', table='organisations_brandingevent', when='BEFORE')),
        ),
    ]
