"""Where peer data came from: imports with their cards, revisions of records, who was in which block of a release."""

import benchmarks.models
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import opmodel.keys
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('benchmarks', '0003_frozen_dataset'),
    ]

    operations = [
        migrations.CreateModel(
            name='DatasetEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('public_id', models.CharField(default=opmodel.keys.new_public_id, editable=False, max_length=20)),
                ('name', models.CharField(max_length=80)),
                ('illustrative', models.BooleanField(default=True)),
                ('measures', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10), size=None)),
                ('families', models.JSONField(blank=True, default=dict)),
                ('source', models.CharField(max_length=200)),
                ('period', models.CharField(max_length=40)),
                ('licence', models.CharField(blank=True, default='', max_length=80)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.CharField(default=opmodel.keys.new_public_id, editable=False, max_length=20, unique=True)),
                ('dataset_name', models.CharField(max_length=80)),
                ('state', models.CharField(choices=[('checking', 'Checking'), ('refused', 'Refused'), ('ready', 'Ready'), ('applying', 'Applying'), ('applied', 'Applied'), ('cancelled', 'Cancelled')], default='checking', max_length=10)),
                ('illustrative', models.BooleanField(default=True)),
                ('file_name', models.CharField(max_length=200)),
                ('file_hash', models.CharField(max_length=64)),
                ('storage_key', models.CharField(blank=True, default='', max_length=300)),
                ('source', models.CharField(max_length=200)),
                ('period', models.CharField(blank=True, default='', max_length=40)),
                ('licence', models.CharField(blank=True, default='', max_length=80)),
                ('collected', models.CharField(blank=True, default='', max_length=400)),
                ('columns', models.JSONField(blank=True, default=dict)),
                ('rows', models.IntegerField(default=0)),
                ('rows_new', models.IntegerField(default=0)),
                ('rows_corrected', models.IntegerField(default=0)),
                ('errors', models.JSONField(blank=True, default=list)),
                ('error_count', models.IntegerField(default=0)),
                ('imported_by', models.BigIntegerField(blank=True, null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('applied_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='ImportEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('public_id', models.CharField(default=opmodel.keys.new_public_id, editable=False, max_length=20)),
                ('dataset_name', models.CharField(max_length=80)),
                ('state', models.CharField(choices=[('checking', 'Checking'), ('refused', 'Refused'), ('ready', 'Ready'), ('applying', 'Applying'), ('applied', 'Applied'), ('cancelled', 'Cancelled')], default='checking', max_length=10)),
                ('illustrative', models.BooleanField(default=True)),
                ('file_name', models.CharField(max_length=200)),
                ('file_hash', models.CharField(max_length=64)),
                ('source', models.CharField(max_length=200)),
                ('period', models.CharField(blank=True, default='', max_length=40)),
                ('licence', models.CharField(blank=True, default='', max_length=80)),
                ('collected', models.CharField(blank=True, default='', max_length=400)),
                ('columns', models.JSONField(blank=True, default=dict)),
                ('rows', models.IntegerField(default=0)),
                ('rows_new', models.IntegerField(default=0)),
                ('rows_corrected', models.IntegerField(default=0)),
                ('error_count', models.IntegerField(default=0)),
                ('imported_by', models.BigIntegerField(blank=True, null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('applied_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Mapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=200, unique=True)),
                ('columns', models.JSONField(default=dict)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='ReleaseEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('public_id', models.CharField(default=opmodel.keys.new_public_id, editable=False, max_length=20)),
                ('name', models.CharField(max_length=80)),
                ('as_of', models.DateField()),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('audited', 'Audited'), ('published', 'Published'), ('superseded', 'Superseded'), ('withdrawn', 'Withdrawn')], default='draft', max_length=10)),
                ('method_version', models.CharField(max_length=20)),
                ('made_by', models.BigIntegerField(blank=True, null=True)),
                ('published_by', models.BigIntegerField(blank=True, null=True)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_because', models.CharField(blank=True, default='', max_length=400)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ReleaseMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('record_ref', models.CharField(max_length=64)),
                ('kinds', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10), size=None)),
                ('block_a', models.CharField(max_length=200)),
                ('block_b', models.CharField(max_length=200)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='record',
            name='record_once',
        ),
        migrations.RemoveConstraint(
            model_name='release',
            name='release_published_has_time',
        ),
        migrations.AddField(
            model_name='dataset',
            name='families',
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name='dataset',
            name='key',
            field=models.CharField(default=benchmarks.models.new_key, editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='record',
            name='is_current',
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name='record',
            name='revision',
            field=models.SmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='release',
            name='made_by',
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='release',
            name='published_by',
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='release',
            name='report',
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name='release',
            name='withdrawn_because',
            field=models.CharField(blank=True, default='', max_length=400),
        ),
        migrations.AlterField(
            model_name='release',
            name='state',
            field=models.CharField(choices=[('draft', 'Draft'), ('audited', 'Audited'), ('published', 'Published'), ('superseded', 'Superseded'), ('withdrawn', 'Withdrawn')], default='draft', max_length=10),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='dataset',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "benchmarks_datasetevent" ("created_at", "families", "id", "illustrative", "licence", "measures", "name", "period", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "source") VALUES (NEW."created_at", NEW."families", NEW."id", NEW."illustrative", NEW."licence", NEW."measures", NEW."name", NEW."period", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."public_id", NEW."source"); RETURN NULL;', hash='62774c80929e80fd06dd6345e3a4b4e8b8835013', operation='INSERT', pgid='pgtrigger_insert_insert_de810', table='benchmarks_dataset', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='dataset',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."families" IS DISTINCT FROM (NEW."families") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."illustrative" IS DISTINCT FROM (NEW."illustrative") OR OLD."licence" IS DISTINCT FROM (NEW."licence") OR OLD."measures" IS DISTINCT FROM (NEW."measures") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."period" IS DISTINCT FROM (NEW."period") OR OLD."public_id" IS DISTINCT FROM (NEW."public_id") OR OLD."source" IS DISTINCT FROM (NEW."source"))', func='INSERT INTO "benchmarks_datasetevent" ("created_at", "families", "id", "illustrative", "licence", "measures", "name", "period", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "source") VALUES (NEW."created_at", NEW."families", NEW."id", NEW."illustrative", NEW."licence", NEW."measures", NEW."name", NEW."period", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."public_id", NEW."source"); RETURN NULL;', hash='03c11fee13641ae737c3702974ff509179aa4889', operation='UPDATE', pgid='pgtrigger_update_update_61f34', table='benchmarks_dataset', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='dataset',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "benchmarks_datasetevent" ("created_at", "families", "id", "illustrative", "licence", "measures", "name", "period", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "source") VALUES (OLD."created_at", OLD."families", OLD."id", OLD."illustrative", OLD."licence", OLD."measures", OLD."name", OLD."period", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."public_id", OLD."source"); RETURN NULL;', hash='bdc21693e60abc0d56fd328274e6612cca3fc09f', operation='DELETE', pgid='pgtrigger_delete_delete_ca699', table='benchmarks_dataset', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='release',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "benchmarks_releaseevent" ("as_of", "created_at", "dataset_id", "id", "made_by", "method_version", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "published_at", "published_by", "state", "withdrawn_because") VALUES (NEW."as_of", NEW."created_at", NEW."dataset_id", NEW."id", NEW."made_by", NEW."method_version", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."public_id", NEW."published_at", NEW."published_by", NEW."state", NEW."withdrawn_because"); RETURN NULL;', hash='d2a1de44e5db62d1f829b54a4e8e678b0a7db40a', operation='INSERT', pgid='pgtrigger_insert_insert_fb591', table='benchmarks_release', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='release',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."as_of" IS DISTINCT FROM (NEW."as_of") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."dataset_id" IS DISTINCT FROM (NEW."dataset_id") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."made_by" IS DISTINCT FROM (NEW."made_by") OR OLD."method_version" IS DISTINCT FROM (NEW."method_version") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."public_id" IS DISTINCT FROM (NEW."public_id") OR OLD."published_at" IS DISTINCT FROM (NEW."published_at") OR OLD."published_by" IS DISTINCT FROM (NEW."published_by") OR OLD."state" IS DISTINCT FROM (NEW."state") OR OLD."withdrawn_because" IS DISTINCT FROM (NEW."withdrawn_because"))', func='INSERT INTO "benchmarks_releaseevent" ("as_of", "created_at", "dataset_id", "id", "made_by", "method_version", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "published_at", "published_by", "state", "withdrawn_because") VALUES (NEW."as_of", NEW."created_at", NEW."dataset_id", NEW."id", NEW."made_by", NEW."method_version", NEW."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."public_id", NEW."published_at", NEW."published_by", NEW."state", NEW."withdrawn_because"); RETURN NULL;', hash='d24683db1167205b94f46419669dc7b0183e3864', operation='UPDATE', pgid='pgtrigger_update_update_e6617', table='benchmarks_release', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='release',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "benchmarks_releaseevent" ("as_of", "created_at", "dataset_id", "id", "made_by", "method_version", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "published_at", "published_by", "state", "withdrawn_because") VALUES (OLD."as_of", OLD."created_at", OLD."dataset_id", OLD."id", OLD."made_by", OLD."method_version", OLD."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'delete\', OLD."id", OLD."public_id", OLD."published_at", OLD."published_by", OLD."state", OLD."withdrawn_because"); RETURN NULL;', hash='80a9d1667c234c896582aea44d34479d358348de', operation='DELETE', pgid='pgtrigger_delete_delete_ba758', table='benchmarks_release', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'audited']), ('published_at__isnull', False), _connector='OR'), name='release_published_has_time'),
        ),
        migrations.AddField(
            model_name='datasetevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='benchmarks.dataset'),
        ),
        migrations.AddField(
            model_name='import',
            name='dataset',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='imports', to='benchmarks.dataset'),
        ),
        migrations.AddField(
            model_name='record',
            name='brought_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='benchmarks.import'),
        ),
        migrations.AddConstraint(
            model_name='record',
            constraint=models.UniqueConstraint(fields=('dataset', 'record_key', 'revision'), name='record_revision_once'),
        ),
        migrations.AddConstraint(
            model_name='record',
            constraint=models.UniqueConstraint(condition=models.Q(('is_current', True)), fields=('dataset', 'record_key'), name='record_once'),
        ),
        migrations.AddField(
            model_name='importevent',
            name='dataset',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='benchmarks.dataset'),
        ),
        migrations.AddField(
            model_name='importevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='benchmarks.import'),
        ),
        migrations.AddField(
            model_name='releaseevent',
            name='dataset',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='benchmarks.dataset'),
        ),
        migrations.AddField(
            model_name='releaseevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='benchmarks.release'),
        ),
        migrations.AddField(
            model_name='releasemember',
            name='release',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='benchmarks.release'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='datasetevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c517395a82bdb4d501986866892cb79a4902dae3', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_53e1b', table='benchmarks_datasetevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='import',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'applied')), fields=('dataset', 'file_hash'), name='import_once'),
        ),
        migrations.AddConstraint(
            model_name='import',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'applied'), _negated=True), models.Q(('applied_at__isnull', False), ('dataset__isnull', False)), _connector='OR'), name='import_applied_has_dataset'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='import',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "benchmarks_importevent" ("applied_at", "collected", "columns", "created_at", "dataset_id", "dataset_name", "error_count", "file_hash", "file_name", "id", "illustrative", "imported_by", "licence", "period", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "rows", "rows_corrected", "rows_new", "source", "state") VALUES (NEW."applied_at", NEW."collected", NEW."columns", NEW."created_at", NEW."dataset_id", NEW."dataset_name", NEW."error_count", NEW."file_hash", NEW."file_name", NEW."id", NEW."illustrative", NEW."imported_by", NEW."licence", NEW."period", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'insert\', NEW."id", NEW."public_id", NEW."rows", NEW."rows_corrected", NEW."rows_new", NEW."source", NEW."state"); RETURN NULL;', hash='63a60fb2f1f02f27559b5feb19d788a2fae822b7', operation='INSERT', pgid='pgtrigger_insert_insert_eb734', table='benchmarks_import', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='import',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."applied_at" IS DISTINCT FROM (NEW."applied_at") OR OLD."collected" IS DISTINCT FROM (NEW."collected") OR OLD."columns" IS DISTINCT FROM (NEW."columns") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."dataset_id" IS DISTINCT FROM (NEW."dataset_id") OR OLD."dataset_name" IS DISTINCT FROM (NEW."dataset_name") OR OLD."error_count" IS DISTINCT FROM (NEW."error_count") OR OLD."file_hash" IS DISTINCT FROM (NEW."file_hash") OR OLD."file_name" IS DISTINCT FROM (NEW."file_name") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."illustrative" IS DISTINCT FROM (NEW."illustrative") OR OLD."imported_by" IS DISTINCT FROM (NEW."imported_by") OR OLD."licence" IS DISTINCT FROM (NEW."licence") OR OLD."period" IS DISTINCT FROM (NEW."period") OR OLD."public_id" IS DISTINCT FROM (NEW."public_id") OR OLD."rows" IS DISTINCT FROM (NEW."rows") OR OLD."rows_corrected" IS DISTINCT FROM (NEW."rows_corrected") OR OLD."rows_new" IS DISTINCT FROM (NEW."rows_new") OR OLD."source" IS DISTINCT FROM (NEW."source") OR OLD."state" IS DISTINCT FROM (NEW."state"))', func='INSERT INTO "benchmarks_importevent" ("applied_at", "collected", "columns", "created_at", "dataset_id", "dataset_name", "error_count", "file_hash", "file_name", "id", "illustrative", "imported_by", "licence", "period", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "public_id", "rows", "rows_corrected", "rows_new", "source", "state") VALUES (NEW."applied_at", NEW."collected", NEW."columns", NEW."created_at", NEW."dataset_id", NEW."dataset_name", NEW."error_count", NEW."file_hash", NEW."file_name", NEW."id", NEW."illustrative", NEW."imported_by", NEW."licence", NEW."period", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, NOW(), \'update\', NEW."id", NEW."public_id", NEW."rows", NEW."rows_corrected", NEW."rows_new", NEW."source", NEW."state"); RETURN NULL;', hash='bd256ea13a674537948274702e137c4c46e8066f', operation='UPDATE', pgid='pgtrigger_update_update_c8c76', table='benchmarks_import', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='importevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='465ae4ee060800bfab26200cb71bcdd9c3da4ba8', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c34b6', table='benchmarks_importevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='releaseevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e03b260f85fdcb486ff793e80bcd24c8794977da', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_878c4', table='benchmarks_releaseevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='releasemember',
            constraint=models.UniqueConstraint(fields=('release', 'record_ref'), name='release_member_once'),
        ),
    ]
