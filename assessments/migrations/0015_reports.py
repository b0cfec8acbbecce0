"""Reports that were asked for."""

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
        ('assessments', '0014_own_relevance'),
        ('files', '0002_logos'),
        ('organisations', '0006_branding'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=opmodel.keys.new_public_id, editable=False, max_length=20, unique=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('kind', models.CharField(choices=[('deck', 'Deck'), ('report', 'Report'), ('workbook', 'Workbook'), ('site', 'Site')], max_length=10)),
                ('language', models.CharField(max_length=8)),
                ('content', models.JSONField(default=dict)),
                ('content_hash', models.CharField(max_length=64, unique=True)),
                ('inputs_hash', models.CharField(max_length=64)),
                ('file_sha256', models.CharField(blank=True, default='', max_length=64)),
                ('made_at', models.DateTimeField(blank=True, null=True)),
                ('expired_at', models.DateTimeField(blank=True, null=True)),
                ('file', opmodel.organisations.tenancy.Parent(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='organisations.organisation')),
                ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submission', opmodel.organisations.tenancy.Parent(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='assessments.submission')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='ReportEvent',
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
                ('kind', models.CharField(choices=[('deck', 'Deck'), ('report', 'Report'), ('workbook', 'Workbook'), ('site', 'Site')], max_length=10)),
                ('language', models.CharField(max_length=8)),
                ('content_hash', models.CharField(max_length=64)),
                ('inputs_hash', models.CharField(max_length=64)),
                ('file_sha256', models.CharField(blank=True, default='', max_length=64)),
                ('made_at', models.DateTimeField(blank=True, null=True)),
                ('expired_at', models.DateTimeField(blank=True, null=True)),
                ('file', opmodel.organisations.tenancy.Parent(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='files.storedfile')),
                ('organisation', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='organisations.organisation')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='assessments.report')),
                ('requested_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('submission', opmodel.organisations.tenancy.Parent(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='assessments.submission')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['deck', 'report', 'workbook', 'site'])), name='report_kind'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.UniqueConstraint(condition=models.Q(('expired_at__isnull', True)), fields=('organisation', 'kind', 'language', 'inputs_hash'), name='report_once'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(('file__isnull', True), models.Q(('expired_at__isnull', True), ('made_at__isnull', False), models.Q(('file_sha256', ''), _negated=True)), _connector='OR'), name='report_file_is_known_by_its_hash'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('file_sha256', ''), ('made_at__isnull', True)), models.Q(('made_at__isnull', False), models.Q(('file_sha256', ''), _negated=True)), _connector='OR'), name='report_made_has_hash'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(('file__isnull', False), ('made_at__isnull', True), ('expired_at__isnull', False), _connector='OR'), name='report_without_file_has_expired'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='report',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_reportevent" ("content_hash", "created_at", "expired_at", "file_id", "file_sha256", "id", "inputs_hash", "kind", "language", "made_at", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "requested_by_id", "submission_id", "updated_at") VALUES (NEW."content_hash", NEW."created_at", NEW."expired_at", NEW."file_id", NEW."file_sha256", NEW."id", NEW."inputs_hash", NEW."kind", NEW."language", NEW."made_at", NEW."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."public_id", NEW."requested_by_id", NEW."submission_id", NEW."updated_at"); RETURN NULL;', hash='46849bda100dfb7457da971f22fa16ea0234f51b', operation='INSERT', pgid='pgtrigger_insert_insert_1c0b2', table='assessments_report', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='report',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."content_hash" IS DISTINCT FROM (NEW."content_hash") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."expired_at" IS DISTINCT FROM (NEW."expired_at") OR OLD."file_id" IS DISTINCT FROM (NEW."file_id") OR OLD."file_sha256" IS DISTINCT FROM (NEW."file_sha256") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."inputs_hash" IS DISTINCT FROM (NEW."inputs_hash") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."language" IS DISTINCT FROM (NEW."language") OR OLD."made_at" IS DISTINCT FROM (NEW."made_at") OR OLD."organisation_id" IS DISTINCT FROM (NEW."organisation_id") OR OLD."public_id" IS DISTINCT FROM (NEW."public_id") OR OLD."requested_by_id" IS DISTINCT FROM (NEW."requested_by_id") OR OLD."submission_id" IS DISTINCT FROM (NEW."submission_id") OR OLD."updated_at" IS DISTINCT FROM (NEW."updated_at"))', func='INSERT INTO "assessments_reportevent" ("content_hash", "created_at", "expired_at", "file_id", "file_sha256", "id", "inputs_hash", "kind", "language", "made_at", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "requested_by_id", "submission_id", "updated_at") VALUES (NEW."content_hash", NEW."created_at", NEW."expired_at", NEW."file_id", NEW."file_sha256", NEW."id", NEW."inputs_hash", NEW."kind", NEW."language", NEW."made_at", NEW."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."public_id", NEW."requested_by_id", NEW."submission_id", NEW."updated_at"); RETURN NULL;', hash='0be8708a1e9cd9fb5d6e0c89088d4a23fa146043', operation='UPDATE', pgid='pgtrigger_update_update_9ce28', table='assessments_report', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='report',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "assessments_reportevent" ("content_hash", "created_at", "expired_at", "file_id", "file_sha256", "id", "inputs_hash", "kind", "language", "made_at", "organisation_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "requested_by_id", "submission_id", "updated_at") VALUES (OLD."content_hash", OLD."created_at", OLD."expired_at", OLD."file_id", OLD."file_sha256", OLD."id", OLD."inputs_hash", OLD."kind", OLD."language", OLD."made_at", OLD."organisation_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."public_id", OLD."requested_by_id", OLD."submission_id", OLD."updated_at"); RETURN NULL;', hash='ce0079fe26514686d9b699d70cc12bb1190d3c81', operation='DELETE', pgid='pgtrigger_delete_delete_4fd1b', table='assessments_report', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reportevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b656a040827a5c8940d8f87db12748dc68f8c944', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_7dbdf', table='assessments_reportevent', when='BEFORE')),
        ),
    ]
